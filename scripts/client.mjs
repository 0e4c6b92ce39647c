// A client of Counterfoil's API, for the scripts and the tests: one call, and a survey that takes responses.

import { createHmac } from "node:crypto";
import http from "node:http";
import https from "node:https";
import { setTimeout as sleep } from "node:timers/promises";

const CALL_TIMEOUT_MS = 30_000;
// workerd closes a connection that has been idle for 5 s, whatever the `Connection` header said; a call that picks it just then is lost.
const IDLE_MS = 3_000;
const ATTEMPTS = 10;
const LONGEST_PAUSE_MS = 10_000;

/**
 * `api(method, path, body, {key, headers})` → `{status, headers, json, text}`. A body that is no string or
 * Buffer goes as JSON. `key` here is the default; `null` at a call sends none. `connections`: at most so many, used again
 * by the next calls; without it each call has one of its own.
 */
export function connect(url, { key, connections } = {}) {
  const base = new URL(url);
  const { Agent, request } = base.protocol === "https:" ? https : http;
  const agent = new Agent(connections ? { keepAlive: true, maxSockets: connections, timeout: IDLE_MS } : { keepAlive: false });
  return (method, path, body, options = {}) =>
    new Promise((resolve, reject) => {
      const bearer = options.key === undefined ? key : options.key;
      const headers = { ...(bearer && { authorization: `Bearer ${bearer}` }) };
      if (body !== undefined) {
        if (typeof body !== "string" && !Buffer.isBuffer(body)) body = JSON.stringify(body);
        headers["content-type"] = "application/json";
        headers["content-length"] = Buffer.byteLength(body);
      }
      for (const [name, value] of Object.entries(options.headers ?? {})) headers[name.toLowerCase()] = value;
      const call = request(new URL(path, base), { method, agent, headers, timeout: CALL_TIMEOUT_MS }, (reply) => {
        const { socket } = reply;
        const parts = [];
        reply.on("data", (part) => parts.push(part));
        reply.on("error", reject);
        reply.on("end", () => {
          // workerd drops a connection whose request it has refused unread, without a word: never use it again.
          if (reply.statusCode >= 400) socket.destroy();
          const text = Buffer.concat(parts).toString();
          const isJson = method !== "HEAD" && /^application\/([\w.-]+\+)?json\b/.test(reply.headers["content-type"] ?? "");
          let json;
          try {
            json = isJson ? JSON.parse(text) : undefined;
          } catch (fault) {
            return reject(fault);
          }
          resolve({ status: reply.statusCode, headers: reply.headers, json, text });
        });
      });
      call.on("timeout", () => call.destroy(new Error(`no reply within ${CALL_TIMEOUT_MS / 1000} s`)));
      call.on("error", reject);
      call.end(body);
    });
}

/** A reply that is not what was asked for, in one sentence: the problem's own words. */
export class Refusal extends Error {
  constructor(reply) {
    const { title, detail, errors = [] } = reply.json ?? {};
    const pointers = errors.map((error) => `${error.pointer} ${error.detail ?? error.code}`);
    const words = [title, detail, ...pointers].filter(Boolean).join("; ");
    super(`${reply.status}: ${words || reply.text.slice(0, 200) || "no reason given"}`);
    this.reply = reply;
  }
}

/** The JSON of a call that must succeed. */
export async function ask(api, method, path, body) {
  const reply = await api(method, path, body);
  if (reply.status < 200 || reply.status > 299) throw new Refusal(reply);
  return reply.json;
}

/** The submission id of the `n`th response of a run: the same whenever it is sent again. */
export function submissionId(runKey, n) {
  return createHmac("sha256", runKey).update(String(n)).digest().subarray(0, 16).toString("base64url");
}

const passing = (reply) => reply.status === 429 || reply.status === 502 || reply.status === 503;
const outdated = (reply) => reply.status === 409 && reply.json?.type?.endsWith("/other-notice");

/**
 * Opens a survey for responses. `send` fills in the current notice and sends until the response is
 * accepted, with growing pauses after whatever passes (429, 503, no connection), and throws a
 * `Refusal` at anything else. `attempts` counts the requests.
 */
export async function openSurvey(api, id) {
  const path = `/v1/surveys/${encodeURIComponent(id)}`;
  const survey = { definition: await ask(api, "GET", path), attempts: 0, send };
  let fetching;

  async function send({ consent, ...response }) {
    let last;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const notice = survey.definition.notice.hash;
      survey.attempts++;
      let pause = Math.min(200 * 2 ** attempt, LONGEST_PAUSE_MS) * (0.5 + Math.random() / 2);
      try {
        const reply = await api("POST", `${path}/responses`, { ...response, consent: { notice, ...consent } });
        if (reply.status === 202) return reply.json;
        last = new Refusal(reply);
        if (outdated(reply)) {
          fetching ??= ask(api, "GET", path).finally(() => (fetching = undefined));
          survey.definition = await fetching;
          continue;
        }
        if (!passing(reply)) throw last;
        const wished = Number(reply.headers["retry-after"]) * 1000;
        if (wished > 0) pause = Math.min(wished, 6 * LONGEST_PAUSE_MS);
      } catch (fault) {
        if (fault instanceof Refusal) throw fault;
        last = fault;
      }
      await sleep(pause);
    }
    throw new Error(`given up after ${ATTEMPTS} attempts: ${last.message}`);
  }
  return survey;
}
