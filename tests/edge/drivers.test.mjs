// Drivers, from responses through ticks to the reply.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { OPENAPI, assertShape } from "./document.mjs";
import { startServer } from "./server.mjs";
import { changeD1 } from "./state.mjs";
import { QUICK, assertProblem, createSurvey, submissionId, times, until } from "./survey.mjs";


let server;
before(async () => {
  server = await startServer();
});
after(() => server.discard());

async function drivers(survey, query = "") {
  const reply = await server.api("GET", `${survey.path}/drivers${query}`);
  assert.equal(reply.status, 200, reply.text);
  assertShape("Drivers", reply.json);
  return reply.json;
}

test("what visitors answer in one channel shows as what the total would gain", async () => {
  const survey = await createSurvey(server, {
    questions: [{ id: "recommend", kind: "nps" }, { id: "stars", kind: "rating", points: 5 }, { id: "why", kind: "choice", options: ["a", "b"] }],
    dimensions: { channel: ["web", "app", "shop"] },
    release: QUICK,
  });
  // The app has 40 of 120: a quarter of them promoters, a half detractors; elsewhere six and one of eight.
  const replies = await times(120, 8, (i) => {
    const app = i % 3 === 0;
    const turn = Math.floor(i / 3) % 8;
    const recommend = app ? [9, 9, 7, 7, 0, 0, 0, 0][turn] : [9, 9, 9, 9, 9, 9, 7, 0][turn];
    const dimensions = { channel: app ? "app" : ["web", "shop"][Number(i % 3 === 1)] };
    return survey.respond({ submission_id: submissionId(), answers: { recommend, stars: 1 + (turn % 5), why: "a" }, dimensions });
  });
  for (const reply of replies) assert.equal(reply.status, 202, reply.text);
  await until(async () => (await survey.kpis()).kpis[0].n === 120, "the release of all");

  const { compared, kpis, left_out } = await drivers(survey);
  assert.deepEqual([compared, left_out], [6, []]);
  assert.deepEqual(kpis.map(({ question, kpi, n, better }) => [question, kpi, n, better]), [
    ["recommend", "nps", 120, "higher"],
    ["stars", "rating", 120, "higher"],
  ]);
  const [driver] = kpis[0].drivers;
  const { interval, ...gain } = driver.gain;
  assert.deepEqual([driver.dimension, driver.segment], ["channel", "app"]);
  assert.deepEqual([driver.own, driver.rest, driver.difference], [{ value: -25, n: 40 }, { value: 62.5, n: 80 }, 87.5]);
  assert.deepEqual([driver.share, gain], [{ low: 0.33, high: 0.33 }, { low: 29.17, high: 29.17, lower_bound: false }]);
  assert.deepEqual([interval.level, interval.method], [0.95, "adjusted-wald-difference"]);
  assert.ok(0 < interval.low && interval.low < 29.17 && 29.17 < interval.high && interval.high < 50, JSON.stringify(interval));
  assert.deepEqual(kpis[1].drivers, []);

  const before = await drivers(survey, "?from=2020-01-01&to=2020-01-31");
  assert.deepEqual([before.compared, before.kpis, before.left_out.map(({ reason }) => reason)], [0, [], ["no_answers", "no_answers"]]);
  assert.equal(before.from, "2020-01-01");
  assert.ok(before.forgotten_before);
  assertProblem(await server.api("GET", `${survey.path}/drivers?by=channel&from=x`), 422, "invalid", ["from form", " unknown_parameter"]);
  assert.equal((await server.api("GET", `${survey.path}/drivers`, undefined, { key: null })).status, 401);
});

test("the document's example is the reply to what it is made of", async () => {
  const own = await startServer();
  const survey = await createSurvey(own, { questions: [{ id: "recommend", kind: "nps" }], dimensions: { channel: ["app", "shop", "web"] } });
  await own.stop();
  const cohort = (segment, n, tallies) => [
    `insert into cohorts (survey, day, question, dimension, segment, min_cohort, n, tallies) values (1, ?, 'recommend', 'channel', ?, 5, ?, ?)`,
    new Date().toISOString().slice(0, 10),
    segment,
    n,
    JSON.stringify(tallies),
  ];
  await changeD1(own.stateDir, [
    cohort("app", 100, { 9: 20, 7: 30, 0: 50 }),
    cohort("web", 300, { 9: 150, 7: 100, 0: 50 }),
    cohort("shop", 20, { 9: 10, 7: 5, 0: 5 }),
    cohort("(other)", 30, { 9: 10, 7: 10, 0: 10 }),
  ]);
  const again = await startServer(own);
  try {
    const reply = (await again.api("GET", `${survey.path}/drivers`)).json;
    const [example] = OPENAPI.components.schemas.Drivers.examples;
    const { compared, kpis, left_out } = example;
    assert.deepEqual({ compared: reply.compared, kpis: reply.kpis, left_out: reply.left_out }, { compared, kpis, left_out });
    assertShape("Drivers", example);
  } finally {
    await again.discard();
  }
});
