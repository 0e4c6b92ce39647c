// A survey of a test's own, and what respondents send to it.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

// Tests name days by what today is. None begins where so little of it is left that it would see the next one.
const LEFT_MS = 86_400_000 - (Date.now() % 86_400_000);
if (LEFT_MS < 180_000) await sleep(LEFT_MS + 1_000);

/** The quickest release that may be asked for. Left out, no tick comes within a test. */
export const QUICK = { every: "10s", patience: "10s" };

/** Everything that a respondent may agree to. */
export const ALL = { process_answers: true, use_customer_id: true, use_segments: true, analyse_comment: true, store_visit: true, share_comment: true };

/** A fresh submission id. */
export const submissionId = () => randomBytes(16).toString("base64url");

/** Creates a survey. `respond` posts a body without a key, its consent agreeing to all unless it says otherwise. */
export async function createSurvey(server, definition) {
  const reply = await server.api("POST", "/v1/surveys", { name: "A test's own", ...definition });
  assert.equal(reply.status, 201, reply.text);
  const { id, notice } = reply.json;
  const path = `/v1/surveys/${id}`;
  const consent = { notice: notice.hash, ...ALL };
  return {
    id,
    path,
    definition: reply.json,
    notice: notice.hash,
    consent,
    respond: (body, options) =>
      server.api("POST", `${path}/responses`, { consent, ...body }, { key: null, ...options }),
    /** Sends bytes as they are. */
    post: (bytes, options) => server.api("POST", `${path}/responses`, bytes, { key: null, ...options }),
    kpis: async (query = "") => {
      const reply = await server.api("GET", `${path}/kpis${query}`);
      assert.equal(reply.status, 200, reply.text);
      return reply.json;
    },
    ledger: async () => {
      const reply = await server.api("GET", `${path}/ledger`);
      assert.equal(reply.status, 200, reply.text);
      return reply.json;
    },
  };
}

/** Asserts a problem (RFC 9457): status, type, and its faults as "pointer code" or "pointer code member". */
export function assertProblem(reply, status, slug, faults) {
  const type = reply.headers["content-type"];
  assert.deepEqual([reply.status, reply.json?.type, type], [status, `/problems/${slug}`, "application/problem+json"], reply.text);
  assert.equal(reply.json.status, status);
  assert.ok(reply.json.title);
  if (faults) assert.deepEqual(faultsOf(reply), faults);
}

/** The faults of a problem, as the fixtures write them. */
export function faultsOf(reply) {
  return (reply.json.errors ?? []).map(({ pointer, parameter, code, member }) =>
    [pointer ?? parameter, code, member].filter((part) => part !== undefined).join(" "),
  );
}

/** Looks again and again until `look` gives something true, and returns that. */
export async function until(look, what, seconds = 30) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) assert.fail(`${what}: not within ${seconds} s`);
    await sleep(20);
  }
}

/** Does `work(i)` for every i below `count`, `width` at a time; the results in order. */
export async function times(count, width, work) {
  const results = new Array(count);
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const i = next++;
      results[i] = await work(i);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}
