// Cloudflare Turnstile, as its documentation describes it, in the place of all that the Workers ask of the world: the
// real service cannot be reached from a test. What it says of tokens and of the testing keys is from "Validate the
// token" and "Test your Turnstile implementation" at developers.cloudflare.com/turnstile (read 2026-11-22).

import { randomBytes } from "node:crypto";
import { createServer } from "node:http";

export const SITEVERIFY = "https://challenges.cloudflare.com/turnstile/v0/siteverify";
/** The testing keys: with the first everything passes, with the second nothing, with the third all is spent. */
export const TESTING = { site_key: "1x00000000000000000000AA", passes: "1x0000000000000000000000000000000AA", fails: "2x0000000000000000000000000000000AA", spent: "3x0000000000000000000000000000000AA" };
/** The token of all testing site keys. */
export const DUMMY = "XXXX.DUMMY.TOKEN.XXXX";
/** Keys in the form of real ones. */
export const KEYS = { site_key: "0x4AAAAAAAtestsownsitekey", secret: `0x4AAAAAAA${randomBytes(18).toString("base64url")}` };
/** The variables of a deployment with Turnstile. */
export const CONFIGURED = { TURNSTILE_SITE_KEY: KEYS.site_key, TURNSTILE_SECRET: KEYS.secret };

/**
 * Starts it. `address`: where the Workers reach it. `asked`: what it was asked, each with method, url, headers and body.
 * `issue` gives a token as a browser gets one that passed under an action. `fault`: what it does in place of replying,
 * if it is set: a function of Node's response. `loses`: how many verdicts get lost on their way.
 */
export async function startTurnstile() {
  const issued = new Map();
  const service = { asked: [], fault: undefined, loses: 0 };

  function verdict({ secret, response, idempotency_key }) {
    const no = (code) => ({ success: false, "error-codes": [code] });
    const yes = (action) => ({ success: true, "error-codes": [], challenge_ts: new Date().toISOString(), hostname: "localhost", action, cdata: "", metadata: { interactive: false } });
    if (!secret) return no("missing-input-secret");
    if (!response) return no("missing-input-response");
    if (secret === TESTING.fails) return no("invalid-input-response");
    if (secret === TESTING.spent) return no("timeout-or-duplicate");
    if (secret === TESTING.passes) return response === DUMMY ? yes("test") : no("invalid-input-response");
    if (secret !== KEYS.secret) return no("invalid-input-secret");
    if (!issued.has(response)) return no("invalid-input-response");
    const token = issued.get(response);
    if (token.spent && (!idempotency_key || token.spent !== idempotency_key)) return no("timeout-or-duplicate");
    token.spent ||= idempotency_key || true;
    return yes(token.action);
  }

  const server = createServer(async (request, reply) => {
    let body = "";
    for await (const part of request.setEncoding("utf8")) body += part;
    const { method, headers } = request;
    const url = `${headers["x-forwarded-proto"]}://${headers.host}${request.url}`;
    service.asked.push({ method, url, headers, body });
    if (service.fault) return service.fault(reply);
    if (method !== "POST" || url !== SITEVERIFY) return reply.writeHead(404).end();
    const told = JSON.stringify(verdict(Object.fromEntries(new URLSearchParams(body))));
    if (service.loses > 0) return service.loses--, reply.destroy();
    reply.writeHead(200, { "content-type": "application/json" }).end(told);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));

  return Object.assign(service, {
    address: `127.0.0.1:${server.address().port}`,
    issue(action) {
      const token = `0.${randomBytes(300).toString("base64url")}`;
      issued.set(token, { action, spent: false });
      return token;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  });
}
