// Forecasts, from the rows of D1 to the reply.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { OPENAPI, assertShape } from "./document.mjs";
import { startServer } from "./server.mjs";
import { changeD1 } from "./state.mjs";
import { assertProblem, createSurvey } from "./survey.mjs";


const DAY_MS = 86_400_000;
const TODAY = Date.parse(new Date().toISOString().slice(0, 10));
const ago = (days) => new Date(TODAY - days * DAY_MS).toISOString().slice(0, 10);
const KEPT = 365;
const insert = (days, question, n, tallies) => [
  `insert into cohorts (survey, day, question, dimension, segment, min_cohort, n, tallies) values (1, ?, ?, '', '(unattributed)', 5, ?, ?)`,
  ago(days),
  question,
  n,
  JSON.stringify(tallies),
];
/** Promoters of 40, week by week; the rest are 12 detractors and passives. */
const PROMOTERS = [17, 19, 16, 20, 18, 21, 17, 22, 19, 20, 23, 18, 22, 21, 24, 20, 23, 22, 25, 21];
/** The weeks from Monday to Sunday that are complete and kept, the newest first: how many days ago they began. */
let MONDAYS;
const rows = () => [
  // Of 20 whole weeks on a Wednesday, the newest last.
  ...PROMOTERS.map((promoters, i) => insert(MONDAYS[19 - i] - 2, "recommend", 40, { 9: promoters, 7: 28 - promoters, 0: 12 })),
  // Whatever this week says, it is not over.
  insert(0, "recommend", 1000, { 0: 1000 }),
  // Satisfaction has a weekly pattern, and is answered every day.
  ...Array.from({ length: 70 }, (_, i) => i + 1).map((days) => {
    const satisfied = new Date(ago(days)).getUTCDay() % 6 === 0 ? 30 - (days % 3) : 12 + (days % 4);
    return insert(days, "satisfied", 40, { 5: satisfied, 1: 40 - satisfied });
  }),
  // Nine weeks of effort.
  ...Array.from({ length: 9 }, (_, i) => insert(MONDAYS[i], "effort", 10, { 6: 5, 3: 5 })),
];
const definition = {
  questions: [{ id: "recommend", kind: "nps" }, { id: "satisfied", kind: "csat" }, { id: "effort", kind: "ces" }, { id: "stars", kind: "rating" }],
  retention: { days: KEPT, months: 25 },
};

let server, survey;
before(async () => {
  server = await startServer();
  survey = await createSurvey(server, definition);
  const { complete_through } = await forecast("");
  const complete = (days) => new Date(ago(days)).getUTCDay() === 1 && ago(days - 6) <= complete_through;
  MONDAYS = Array.from({ length: KEPT }, (_, days) => days).filter(complete);
  await server.stop();
  await changeD1(server.stateDir, rows());
  server = await startServer(server);
});
after(() => server.discard());

const ask = (query = "", options) => server.api("GET", `${survey.path}/forecast${query}`, undefined, options);
async function forecast(query) {
  const reply = await ask(query);
  assert.equal(reply.status, 200, reply.text);
  assertShape("Forecasts", reply.json);
  return reply.json;
}
const kpi = (reply, name) => reply.kpis.find(({ kpi }) => kpi === name);

test("weeks that are over are forecast, this one is not looked at, and a short history is refused", async () => {
  const reply = await forecast("");
  assert.deepEqual([reply.step, reply.horizon, reply.from, reply.to], ["week", 8, ago(KEPT - 1), ago(0)]);
  assert.deepEqual(reply.kpis.map(({ kpi }) => kpi), ["nps", "csat", "ces", "ces_easy", "rating"]);
  const nps = kpi(reply, "nps");
  const { gap, ...history } = nps.history;
  assert.deepEqual(history, { steps: 20, from: ago(MONDAYS[19]), to: ago(MONDAYS[0] - 6) });
  assert.deepEqual(gap, { from: ago(MONDAYS[20]), to: ago(MONDAYS[20] - 6) });
  assert.equal(nps.backtest.steps, 5);
  assert.equal(nps.backtest.beats_last_value, nps.backtest.error < nps.backtest.last_value_error);
  assert.equal(nps.forecast.length, 8);
  assert.deepEqual([nps.forecast[0].from, nps.forecast[0].to], [ago(MONDAYS[0] - 7), ago(MONDAYS[0] - 13)]);
  for (const { value, interval } of nps.forecast) {
    // The past is between 10 and 32.5, and rises.
    assert.ok(10 < value && value < 60, JSON.stringify(nps));
    assert.deepEqual([interval.level, interval.method], [0.95, "ets-student-t"]);
    assert.ok(-100 <= interval.low && interval.low < value && value < interval.high && interval.high <= 100);
  }
  const refused = (steps) => ({ model: null, backtest: null, forecast: null, reason: { code: "too_short", steps, at_least: 10 } });
  for (const [name, steps] of [["ces", 9], ["ces_easy", 9], ["rating", 0]]) {
    const { model, backtest, forecast, reason } = kpi(reply, name);
    assert.deepEqual({ model, backtest, forecast, reason }, refused(steps));
  }
  assert.deepEqual(kpi(reply, "rating").history, { steps: 0, from: null, to: null, gap: { from: ago(MONDAYS[0]), to: ago(MONDAYS[0] - 6) } });
});

test("days have a season of a week, and a horizon of as many as asked for", async () => {
  const reply = await forecast(`?step=day&horizon=14&from=${ago(69)}&to=${ago(5)}`);
  const csat = kpi(reply, "csat");
  assert.deepEqual([csat.model.name, csat.model.season], ["ETS(A,N,A)", 7]);
  assert.deepEqual(csat.history, { steps: 65, from: ago(69), to: ago(5) });
  assert.equal(csat.backtest.beats_last_value, true);
  assert.deepEqual(csat.forecast.map(({ from }) => from), Array.from({ length: 14 }, (_, i) => ago(4 - i)));
  for (const { from, value } of csat.forecast) {
    const weekend = new Date(from).getUTCDay() % 6 === 0;
    assert.ok(weekend ? value > 60 : value < 45, `${from}: ${value}`);
  }
  // Weeks without an answer between: no day of the NPS is followed by another.
  assert.equal(kpi(reply, "nps").reason.code, "too_short");
});

test("the document's example is the reply to what it is made of, but for its days", async () => {
  const [example] = OPENAPI.components.schemas.Forecasts.examples;
  assertShape("Forecasts", example);
  const told = ({ model, backtest, history, forecast, reason }) => ({
    ...{ model, backtest, reason, steps: history.steps },
    ahead: forecast?.map(({ value, interval }) => [value, interval]),
  });
  const reply = await forecast("?horizon=2");
  for (const name of ["nps", "ces", "ces_easy"]) assert.deepEqual(told(kpi(reply, name)), told(kpi(example, name)));
});

test("the same rows are the same bytes, and whoever has them is told so", async () => {
  const [one, other] = [await ask(), await ask()];
  assert.equal(one.text, other.text);
  const { etag } = one.headers;
  assert.equal(one.headers["cache-control"], "private, no-cache");
  const again = await ask("", { headers: { "if-none-match": etag } });
  assert.deepEqual([again.status, again.text, again.headers.etag], [304, "", etag]);
  assert.equal((await ask("?horizon=2", { headers: { "if-none-match": etag } })).status, 200);
});

test("what a forecast cannot be asked for is named at once, and a key is needed", async () => {
  assertProblem(await ask("?step=year&horizon=0&from=x&by=channel"), 422, "invalid", ["step form", "from form", "horizon form", " unknown_parameter"]);
  for (const horizon of ["27", "-1", "1.5", ""]) assertProblem(await ask(`?horizon=${horizon}`), 422, "invalid", ["horizon form"]);
  assertProblem(await ask("?step=day&step=day"), 422, "invalid", ["step duplicate_parameter"]);
  assert.equal((await ask("", { key: null })).status, 401);
  const options = Array.from({ length: 50 }, (_, i) => `o${i}`);
  const many = await createSurvey(server, { questions: Array.from({ length: 50 }, (_, i) => ({ id: `q${i}`, kind: "choice", options })) });
  const days = await server.api("GET", `${many.path}/forecast?step=day`);
  assertProblem(days, 422, "invalid", ["step range"]);
  const few = await server.api("GET", `${many.path}/forecast?step=day&from=${ago(7)}`);
  assert.deepEqual([few.status, few.json.kpis.length], [200, 2500]);
});
