// Who sends too often is refused, and nothing of who it was is kept. By the platform's own limiter, in workerd.

import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { after, before, test } from "node:test";
import { readConfig } from "../../scripts/workers.mjs";
import { found } from "./search.mjs";
import { startServer } from "./server.mjs";
import { readFiles, readRows } from "./state.mjs";
import { assertProblem, createSurvey, until } from "./survey.mjs";

const NPS = { id: "recommend", kind: "nps" };
const { limit } = readConfig("front").ratelimits.find(({ name }) => name === "CLIENT_RATE").simple;
// The limiter's minutes are those of the clock, and a test may see the end of one: so many are in two.
const MOST = 2 * limit + 1;

let server;
before(async () => {
  server = await startServer({ vars: { RATE_LIMIT: "on" } });
});
after(() => server.discard());

const from = (address) => ({ headers: { "cf-connecting-ip": address } });

/** Sends until it is refused, from these addresses in turn; how many were accepted, and the refusal. */
async function flood(send, addresses) {
  for (let i = 0; i < MOST; i++) {
    const reply = await send(from(addresses[i % addresses.length]));
    if (reply.status === 429) return { accepted: i, reply };
    assert.ok(reply.status < 300 || reply.status === 404, reply.text);
  }
  return { accepted: MOST };
}

/** What the limiter is told of a client; tests/native/rate.rs holds one against the Worker's own. */
function keyed(secret, day, survey, network) {
  const written = Buffer.alloc(4);
  written.writeInt32BE(day);
  const parts = [Buffer.from("counterfoil rate of a client 1"), written, Buffer.from(survey), Buffer.from(network)].flatMap((part) => {
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(part.length));
    return [length, part];
  });
  return createHmac("sha256", secret).update(Buffer.concat(parts)).digest();
}

const flooded = [];

test("who sends too often to a survey is told to wait, and nothing more is counted", async () => {
  const survey = await createSurvey(server, { questions: [NPS] });
  const send = (options) => survey.respond({ answers: { recommend: 9 } }, options);
  flooded.push(survey);
  const { accepted, reply } = await flood(send, ["203.0.113.77"]);
  assert.ok(accepted >= limit, `${accepted} were accepted`);
  assertProblem(reply, 429, "too-many-requests");
  assert.equal(reply.headers["retry-after"], "60");
  assert.equal(reply.headers["access-control-expose-headers"], undefined, "no origin, no CORS");
  const { accounts } = (await readRows(server.stateDir, [survey])).ledgers[survey.id];
  assert.equal(accounts.find(({ question }) => question === "recommend").accepted, accepted);
  // Another client may, and so may this one elsewhere.
  assert.equal((await send(from("203.0.113.78"))).status, 202);
  const other = await createSurvey(server, { questions: [NPS] });
  assert.equal((await other.respond({ answers: { recommend: 9 } }, from("203.0.113.77"))).status, 202);
});

test("one network of IPv6 is one client, and others are others", async () => {
  const survey = await createSurvey(server, { questions: [NPS] });
  const send = (options) => survey.respond({ answers: { recommend: 9 } }, options);
  const network = Array.from({ length: MOST }, (_, i) => `2001:db8:1:2:${i.toString(16)}::1`);
  assert.ok((await flood(send, network)).reply, "one of them is refused");
  const networks = Array.from({ length: MOST }, (_, i) => `2001:db8:7:${i.toString(16)}::1`);
  assert.equal((await flood(send, networks)).reply, undefined);
});

test("holders of a key may send far more, and withdrawals and pages are limited too", async () => {
  const survey = await createSurvey(server, { questions: [NPS] });
  const named = (options) => survey.respond({ answers: { recommend: 9 } }, { ...options, key: server.adminKey });
  assert.equal((await flood(named, ["203.0.113.1"])).reply, undefined);
  const unknown = { submission_id: "AAAAAAAAAAAAAAAAAAAAAA" };
  const withdraw = (options) => server.api("POST", `${survey.path}/withdrawals`, unknown, { key: null, ...options });
  assertProblem((await flood(withdraw, ["203.0.113.2"])).reply, 429, "too-many-requests");
  const type = { "content-type": "application/x-www-form-urlencoded" };
  const page = ({ headers }) => server.api("POST", `/s/${survey.id}/withdrawal`, `submission_id=${unknown.submission_id}`, { key: null, headers: { ...headers, ...type } });
  const { reply } = await flood(page, ["203.0.113.3"]);
  assert.deepEqual([reply.status, reply.headers["retry-after"], reply.headers["content-type"]], [429, "60", "text/html; charset=utf-8"]);
  // To look is always allowed.
  for (let i = 0; i < MOST; i++) assert.equal((await server.api("GET", `/s/${survey.id}`, undefined, from("203.0.113.3"))).status, 200);
});

test("promise_2: neither an address nor what the limiter was told of it is in a file or a log", () => {
  const files = new Map([...readFiles(server.stateDir), ["log", Buffer.from(server.logs.join("\n"))]]);
  assert.ok(files.size > 5);
  for (const address of ["203.0.113.77", "203.0.113.2", "2001:db8:1:2:"]) assert.deepEqual(found(address, files), []);
  const today = Math.floor(Date.now() / 86_400_000);
  assert.ok(flooded.length > 0);
  for (const { id } of flooded) {
    for (const day of [today - 1, today]) assert.deepEqual(found(keyed(server.pepper, day, id, [203, 0, 113, 77]), files), []);
  }
  assert.deepEqual(found(createHash("sha256").update("203.0.113.77").digest(), files), []);
});

test("a setting that is neither on nor off is a fault that says so", async () => {
  const wrong = await startServer({ vars: { RATE_LIMIT: "maybe" } });
  try {
    const reply = await wrong.api("GET", "/v1/surveys/Uk");
    assertProblem(reply, 500, "internal");
    const told = `fault ${reply.json.reference}: the variable RATE_LIMIT is neither \`on\` nor \`off\``;
    await until(() => wrong.logs.some((line) => line.includes(told)), "the log says why");
  } finally {
    await wrong.discard();
  }
});
