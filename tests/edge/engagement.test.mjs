// The engagement score: defined, explained part by part, and what becomes of it when its parts go.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { OPENAPI, assertShape } from "./document.mjs";
import { startServer } from "./server.mjs";
import { changeD1, readRows } from "./state.mjs";
import { assertProblem, createSurvey } from "./survey.mjs";


const { get: GET, put: PUT } = OPENAPI.paths["/v1/engagement"];
const DEFINITION = PUT.requestBody.content["application/json"].example;
const EXAMPLE = GET.responses["200"].content["application/json"].example;

const now = new Date();
/** The UTC day so many days from today. */
const ago = (days) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() - days)).toISOString().slice(0, 10);
const RANGE = `from=${ago(13)}&to=${ago(0)}`;

const insert = (survey, day, question, n, tallies) => [
  "insert into cohorts (survey, day, question, dimension, segment, min_cohort, n, tallies) values (?, ?, ?, '', '(unattributed)', 5, ?, ?)",
  ...[survey, day, question, n, JSON.stringify(tallies)],
];

let server;
let shop; // of the API's example
let other;
let doomed;
before(async () => {
  const first = await startServer();
  const questions = [{ id: "recommend", kind: "nps" }, { id: "satisfied", kind: "csat" }];
  shop = await createSurvey(first, { questions });
  other = await createSurvey(first, { questions: [{ id: "stars", kind: "rating" }], retention: { days: 7, months: 1 } });
  doomed = await createSurvey(first, { questions: [{ id: "easy", kind: "ces" }, { id: "spare", kind: "nps" }] });
  await first.stop();
  await changeD1(first.stateDir, [
    insert(1, ago(1), "recommend", 120, { 10: 64, 8: 32, 3: 24 }),
    insert(1, ago(20), "recommend", 110, { 10: 46, 8: 34, 3: 30 }),
    insert(1, ago(0), "satisfied", 120, { 5: 42, 4: 48, 1: 30 }),
    insert(1, ago(15), "satisfied", 110, { 5: 30, 4: 40, 1: 40 }),
    insert(2, ago(1), "stars", 10, { 5: 10 }),
    insert(3, ago(0), "easy", 20, { 7: 15, 1: 5 }),
  ]);
  server = await startServer(first);
  const reported = [
    [ago(13), { customers_start: 1000, customers_lost: 25, buyers_start: 900 }, { visits: 4000, conversions: 120 }],
    [ago(27), { customers_start: 900, customers_lost: 36 }, { visits: 2000, conversions: 50 }],
  ];
  for (const [day, all, web] of reported) {
    const reply = await server.api("PUT", `/v1/facts/${day}`, { items: [{ facts: all }, { channel: "web", facts: web }] });
    assert.equal(reply.status, 200, reply.text);
  }
});
after(() => server.discard());

const get = (query = RANGE, options) => server.api("GET", `/v1/engagement?${query}`, undefined, options);
const put = (body, options) => server.api("PUT", "/v1/engagement", body, options);
/** The score, which is as the API's own document says. */
async function score(query) {
  const reply = await get(query);
  assert.equal(reply.status, 200, reply.text);
  assertShape("Engagement", reply.json);
  return reply.json;
}
async function define(body, options) {
  assertShape("EngagementDefinition", body);
  const reply = await put(body, options);
  assert.equal(reply.status, 200, reply.text);
  assertShape("DefinedEngagement", reply.json);
  assert.equal(reply.headers.etag, `"${reply.json.revision}"`);
  return reply.json;
}
const nps = (members) => ({ survey: shop.id, question: "recommend", kpi: "nps", weight: 1, floor: 0, target: 50, ...members });
/** The document's own definition, of this test's survey. */
const definition = () => JSON.parse(JSON.stringify(DEFINITION).replaceAll("gbHJdmfr", shop.id));

test("where nothing is defined there is no score, and that is said", async () => {
  const told = await score();
  assert.deepEqual([told.value, told.covered, told.interval, told.reason, told.revision], [null, null, null, { code: "no_parts" }, 0]);
  assert.deepEqual([told.parts, told.surveys], [[], []]);
  assert.equal((await score(`${RANGE}&compare=previous`)).previous.reason.code, "no_parts");
});

test("the example of the API's own document holds: a score explained part by part", async () => {
  assertProblem(await put(definition(), { headers: { "if-match": '"1"' } }), 412, "other-revision");
  const defined = await define(definition(), { headers: { "if-match": '"0"' } });
  assert.deepEqual(defined, { ...definition(), revision: 1 });
  const told = await score(`${RANGE}&compare=previous`);
  const [read] = told.surveys;
  assert.ok(read.complete_through <= ago(1));
  const dates = { [ago(13)]: "2026-11-09", [ago(0)]: "2026-11-22", [ago(27)]: "2026-10-26", [ago(14)]: "2026-11-08", [read.complete_through]: "2026-11-21" };
  const text = JSON.stringify(told).replaceAll(shop.id, "gbHJdmfr").replaceAll(/\d{4}-\d\d-\d\d/g, (day) => dates[day]);
  assert.deepEqual(JSON.parse(text), EXAMPLE);

  const { json: kpis } = await server.api("GET", `${shop.path}/kpis?${RANGE}`);
  const [first] = told.parts;
  const { value, n, interval } = kpis.kpis[0];
  assert.deepEqual([first.value, first.n, first.interval], [value, n, interval], "the survey's own KPI");
  const missing = told.parts.find(({ value }) => value === null);
  assert.deepEqual([missing.business, missing.reason, missing.contribution], ["repeat_purchase_rate", { code: "missing", facts: ["repeat_buyers_start"] }, null]);
});

test("a definition is replaced by whom its revision is known to, and a cache asks again", async () => {
  const fresh = await get();
  const { etag } = fresh.headers;
  assert.match(etag, /^"1\.[\w-]{43}"$/);
  assert.equal(fresh.headers["cache-control"], "private, no-cache");
  const same = await get(RANGE, { headers: { "if-none-match": etag } });
  assert.deepEqual([same.status, same.text, same.headers.etag], [304, "", etag]);
  assert.equal((await get(`from=${ago(1)}`, { headers: { "if-none-match": etag } })).status, 200);
  assert.equal((await define(definition(), { headers: { "if-match": etag } })).revision, 2, "what was read can be changed");
  for (const stale of [etag, '"1"', '"0"', "2", "x", '"2x"']) {
    assertProblem(await put(definition(), { headers: { "if-match": stale } }), 412, "other-revision");
  }
  for (const [headers, revision] of [[{ "if-match": '"2"' }, 3], [{ "if-match": "*" }, 4], [{}, 5]]) {
    assert.equal((await define({ parts: [nps({})] }, { headers })).revision, revision);
  }
  assert.notEqual((await get()).headers.etag, etag);
  const { d1 } = await readRows(server.stateDir);
  assert.deepEqual(d1.engagement, [{ one: 1, revision: 5, definition: JSON.stringify({ parts: [nps({})] }) }]);
});

test("every fault of a definition is told at once, and nothing of it is kept or repeated", async () => {
  const kept = (await readRows(server.stateDir)).d1.engagement;
  const canary = "canary-zq7x";
  const reply = await put({
    parts: [
      nps({ survey: canary, weight: 0 }),
      nps({ question: "gone" }),
      nps({ kpi: "csat", floor: 50 }),
      nps({ floor: -101, target: 0.0001 }),
      { business: canary, weight: 1, floor: 0, target: 1, [canary]: 1 },
      nps({ option: "price" }),
      nps({}),
      nps({}),
      nps({ survey: "AAAAAAAA" }),
      { weight: 1, floor: 0, target: 1 },
    ],
  });
  assertProblem(reply, 422, "invalid");
  const told = reply.json.errors.map(({ pointer, code }) => `${pointer} ${code}`).sort();
  assert.deepEqual(told, [
    "#/parts/0/survey reference",
    "#/parts/0/weight range",
    "#/parts/1/question reference",
    "#/parts/2/kpi reference",
    "#/parts/2/target equal",
    "#/parts/3/floor range",
    "#/parts/3/target decimals",
    "#/parts/4 unknown_member",
    "#/parts/4/business value",
    "#/parts/5 reference",
    "#/parts/6 duplicate",
    "#/parts/7 duplicate",
    "#/parts/8/survey reference",
    "#/parts/9 one_of",
  ]);
  assert.ok(!reply.text.includes(canary));
  const many = Array.from({ length: 21 }, (_, i) => nps({ question: `q${i}` }));
  assertProblem(await put({ parts: many }), 422, "invalid", ["#/parts length"]);
  assertProblem(await put("{"), 400, "malformed");
  assertProblem(await put("{}", { headers: { "content-type": "text/plain" } }), 415, "media-type");
  assertProblem(await server.api("PUT", "/v1/engagement?x=1", { parts: [] }), 422, "invalid", [" unknown_parameter"]);
  assertProblem(await get("from=x&compare=next&step=day"), 422, "invalid", ["from form", "compare form", " unknown_parameter"]);
  assertProblem(await server.api("DELETE", "/v1/engagement"), 405, "method-not-allowed");
  assert.deepEqual((await readRows(server.stateDir)).d1.engagement, kept);
});

test("a part whose survey keeps less than was asked for says which days it is of", async () => {
  const stars = { survey: other.id, question: "stars", kpi: "rating", weight: 1, floor: 1, target: 5 };
  await define({ parts: [stars] });
  const told = await score(`from=${ago(400)}&to=${ago(0)}&compare=previous`);
  const [read] = told.surveys;
  assert.deepEqual([read.survey, read.requested], [other.id, { from: ago(400), to: ago(0) }]);
  assert.equal(read.forgotten_before, read.from);
  assert.ok(read.previous.from && told.days_reported === undefined);
  assert.deepEqual([told.value, told.interval, told.parts[0].contribution], [100, null, 100], "all the same: no interval");
  assert.deepEqual([told.previous.value, told.previous.change, told.previous.reason], [null, null, { code: "no_values" }]);
});

test("what is gone is named with the weight that it held, and is never a fault or a zero", async () => {
  const ces = { survey: doomed.id, question: "easy", kpi: "ces_easy", weight: 3, floor: 0, target: 100 };
  const spare = { survey: doomed.id, question: "spare", kpi: "nps", weight: 1, floor: 0, target: 100 };
  await define({ parts: [nps({ target: 100 }), ces, spare] });
  const before = await score();
  assert.deepEqual([before.value, before.covered], [64.58, 0.8], "33.33 and three times 75, of 4");
  assert.deepEqual(before.parts[2].reason, { code: "no_answers" });

  const taken = await server.api("PUT", doomed.path, { name: "N", questions: [{ id: "easy", kind: "ces" }] });
  assert.equal(taken.status, 200, taken.text);
  assert.deepEqual((await score()).parts[2].reason, { code: "no_question" });
  const row = (await readRows(server.stateDir)).d1.surveys.find(({ id }) => id === 3);
  assert.equal((await server.api("DELETE", doomed.path)).status, 204);
  const after = await score(`${RANGE}&compare=previous`);
  assert.deepEqual([after.value, after.covered, after.surveys.length], [33.33, 0.2, 1]);
  for (const part of after.parts.slice(1)) {
    assert.deepEqual([part.value, part.unit, part.score, part.contribution, part.reason], [null, null, null, null, { code: "no_survey" }]);
  }
  assert.deepEqual(after.parts[1].weight, 3);
  // D1 may have it again, from a restore point: its Ledger knows that it is deleted.
  await server.stop();
  await changeD1(server.stateDir, [["insert into surveys (id, revision, created, definition) values (3, ?, ?, ?)", row.revision, row.created, row.definition]]);
  server = await startServer(server);
  const restored = await score(`${RANGE}&compare=previous`);
  assert.deepEqual([restored.value, restored.parts[1].reason], [33.33, { code: "no_survey" }]);
  await server.stop();
  await changeD1(server.stateDir, [["delete from surveys where id = 3"]]);
  server = await startServer(server);
  // A definition that names it is no longer accepted, and one without parts takes the score away.
  assertProblem(await put({ parts: [ces] }), 422, "invalid", ["#/parts/0/survey reference"]);
  await define({ name: "None", parts: [] });
  const none = await score();
  assert.deepEqual([none.name, none.value, none.reason], ["None", null, { code: "no_parts" }]);
});

test("the score is about several surveys: it needs a key that is bound to none", async () => {
  const makeKey = async (members) => (await server.api("POST", "/v1/keys", { name: "K", ...members })).json.key;
  await define({ parts: [nps({})] });
  const calls = { read: (key) => get(RANGE, { key }), write: (key) => put({ parts: [nps({})] }, { key }) };
  const expected = [
    [{ scopes: ["read"] }, 200, 403],
    [{ scopes: ["ingest"] }, 403, 403],
    [{ scopes: ["admin"] }, 200, 200],
    [{ scopes: ["read"], surveys: [shop.id] }, 403, 403],
    [{ scopes: ["admin"], surveys: [shop.id] }, 403, 403],
  ];
  for (const [members, read, write] of expected) {
    const key = await makeKey(members);
    const statuses = [(await calls.read(key)).status, (await calls.write(key)).status];
    assert.deepEqual(statuses, [read, write], JSON.stringify(members));
  }
  for (const call of Object.values(calls)) {
    assertProblem(await call(null), 401, "key-needed");
    assertProblem(await call("no such key"), 401, "wrong-key");
  }
});
