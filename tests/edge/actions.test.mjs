// Actions, from rows of D1 and reported facts to the reply.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertShape } from "./document.mjs";
import { startServer } from "./server.mjs";
import { changeD1 } from "./state.mjs";
import { assertProblem, createSurvey } from "./survey.mjs";

const DAY_MS = 86_400_000;
const day = (ago) => new Date(Date.now() - ago * DAY_MS).toISOString().slice(0, 10);
const cohort = (at, n, tallies, [dimension, segment] = ["", "(unattributed)"]) => [
  "insert into cohorts (survey, day, question, dimension, segment, min_cohort, n, tallies) values (1, ?, 'recommend', ?, ?, 5, ?, ?)",
  at,
  dimension,
  segment,
  n,
  JSON.stringify(tallies),
];

let server, survey;
before(async () => {
  const first = await startServer();
  survey = await createSurvey(first, { questions: [{ id: "recommend", kind: "nps" }], dimensions: { channel: ["web", "app"] } });
  await first.stop();
  await changeD1(first.stateDir, [
    cohort(day(2), 200, { 9: 60, 3: 140 }, ["channel", "web"]),
    cohort(day(2), 200, { 9: 160, 3: 40 }, ["channel", "app"]),
    cohort(day(40), 400, { 9: 360, 3: 40 }),
  ]);
  server = await startServer(first);
  const facts = { gross_profit: 3000, revenue: 9000, transactions: 300, acquisition_cost: 4000, customers_new: 40, customers_start: 1000 };
  // On the first day of the range and of the one before: what holds at the start of a day is taken from there.
  for (const [ago, lost] of [[26, 50], [53, 25]]) {
    const reply = await server.api("PUT", `/v1/facts/${day(ago)}`, { items: [{ facts: { ...facts, customers_lost: lost } }] });
    assert.equal(reply.status, 200, reply.text);
  }
});
after(() => server.discard());

// Of 27 days, which no month has: a month would be compared with the month before, however long.
const RANGE = `?from=${day(26)}`;
const actions = (query = RANGE, options) => server.api("GET", `${survey.path}/actions${query}`, undefined, options);

test("says what to see to first, the weightiest first, each with its figures", async () => {
  const reply = await actions();
  assert.equal(reply.status, 200, reply.text);
  assertShape("Actions", reply.json);
  const { from, to, previous, business, compared, actions: all } = reply.json;
  assert.deepEqual([from, to, previous], [day(26), day(0), { from: day(53), to: day(27) }]);
  assert.deepEqual([business, compared], [true, { drivers: 2, falls: 1 }]);
  assert.deepEqual(all.map(({ action }) => action), ["keep_customers", "lower_acquisition_cost", "find_cause", "improve_segment"]);
  const [keep, lower, cause, improve] = all;
  assert.deepEqual([keep.weight, keep.figures.previous.value, keep.figures.kpis[0].value], [50, 120, 60]);
  assert.deepEqual([lower.weight, lower.figures.kpis.map(({ value }) => value)], [40, [60, 100, 0.6]]);
  assert.deepEqual([cause.figures.now, cause.figures.previous, cause.figures.change], [{ value: 10, n: 400 }, { value: 80, n: 400 }, -70]);
  assert.deepEqual([improve.figures.driver.segment, improve.figures.driver.own.value], ["web", -40]);
  assert.ok(all.every(({ why }) => why.endsWith(".")));
  const again = await actions(RANGE, { headers: { "if-none-match": reply.headers.etag } });
  assert.deepEqual([again.status, again.text], [304, ""]);
});

test("a key that is bound to the survey learns nothing of the business", async () => {
  const key = await server.api("POST", "/v1/keys", { name: "Bound", scopes: ["read"], surveys: [survey.id] });
  const { json, text } = await actions(RANGE, { key: key.json.key });
  assertShape("Actions", json);
  assert.deepEqual([json.business, json.actions.map(({ action }) => action)], [false, ["find_cause", "improve_segment"]]);
  assert.ok(!text.includes("lifetime"), text);
});

test("an empty range leads to nothing, and what is wrong is told", async () => {
  const { json } = await actions("?from=2020-01-01&to=2020-01-31");
  assert.deepEqual([json.compared, json.actions], [{ drivers: 0, falls: 0 }, []]);
  assertProblem(await actions("?from=x&step=day"), 422, "invalid", ["from form", " unknown_parameter"]);
  assertProblem(await actions(RANGE, { key: null }), 401, "key-needed");
});
