// KPIs of facts step by step and beside the period before: over HTTP, as the API's own document says.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { OPENAPI, assertShape } from "./document.mjs";
import { startServer } from "./server.mjs";
import { assertProblem } from "./survey.mjs";


let server;
before(async () => {
  server = await startServer();
  const days = {
    // 2025-12-29 is a Monday.
    "2025-12-15": { customers_start: 80, customers_lost: 4, revenue: 10.01, transactions: 4 },
    "2025-12-29": { customers_start: 100, customers_lost: 10, revenue: 100.005, transactions: 3 },
    "2026-01-02": { customers_start: 95, customers_lost: 10, revenue: 0, transactions: 0 },
    "2026-01-05": { customers_start: 90, customers_lost: 9 },
    "2026-01-13": { customers_lost: 1, transactions: 0, revenue: 5 },
  };
  for (const [day, facts] of Object.entries(days)) {
    assert.equal((await server.api("PUT", `/v1/facts/${day}`, { items: [{ facts }] })).status, 200);
  }
});
after(() => server.discard());

const ask = (query, headers) => server.api("GET", `/v1/business/kpis?${query}`, undefined, { headers });
async function kpis(query) {
  const reply = await ask(query);
  assert.equal(reply.status, 200, reply.text);
  assertShape("BusinessKpis", reply.json);
  const of = (name) => reply.json.kpis.find(({ kpi }) => kpi === name);
  return { ...reply.json, of };
}
const told = (series) => series.map(({ from, to, value, reason }) => [from, to, value, reason?.code, reason?.facts]);

test("a step is of its own facts alone, and one without them is null with the reason, never 0", async () => {
  const { step, of } = await kpis("from=2025-12-30&to=2026-01-13&step=week");
  assert.equal(step, "week");
  const start = ["missing", ["customers_start"]];
  assert.deepEqual(told(of("customer_churn").series), [
    ["2025-12-30", "2026-01-04", null, ...start],
    ["2026-01-05", "2026-01-11", 10, undefined, undefined],
    ["2026-01-12", "2026-01-13", null, ...start],
  ]);
  assert.deepEqual(told(of("average_transaction_value").series), [
    ["2025-12-30", "2026-01-04", null, "zero", ["transactions"]],
    ["2026-01-05", "2026-01-11", null, "missing", ["revenue", "transactions"]],
    ["2026-01-12", "2026-01-13", null, "zero", ["transactions"]],
  ]);
  const { series } = of("customer_churn");
  assert.deepEqual([series[1].n, series[1].interval.method, series[0].n, series[0].interval], [90, "wilson", undefined, undefined]);
});

test("weeks are from Monday, months the calendar's, and a stock is that of the step's first day", async () => {
  const weeks = (await kpis("from=2025-12-29&to=2026-01-11&step=week")).of("customer_churn");
  assert.deepEqual(told(weeks.series).map(([from, , value]) => [from, value]), [["2025-12-29", 20], ["2026-01-05", 10]]);
  assert.equal(weeks.value, 29, "of the range: 29 of the 100 of its first day");
  const days = (await kpis("from=2025-12-29&to=2026-01-11&step=day")).of("customer_churn");
  assert.equal(days.series.length, 14);
  const some = days.series.filter(({ value }) => value !== null);
  assert.deepEqual(told(some).map(([from, to, value]) => [from, to, value]), [
    ["2025-12-29", "2025-12-29", 10],
    ["2026-01-02", "2026-01-02", 10.53],
    ["2026-01-05", "2026-01-05", 10],
  ]);
  const months = (await kpis("from=2025-12-15&to=2026-01-31&step=month")).of("customer_churn");
  assert.deepEqual(told(months.series).map(([from, to, value]) => [from, to, value]), [["2025-12-15", "2025-12-31", 17.5], ["2026-01-01", "2026-01-31", null]]);
  assert.equal((await kpis("from=2025-12-15&to=2026-01-31")).of("customer_churn").series, undefined);
});

test("the period before is told with the exact change, and nothing is called significant", async () => {
  const { previous, of } = await kpis("from=2025-12-29&to=2026-01-11&compare=previous");
  assert.deepEqual(previous, { from: "2025-12-15", to: "2025-12-28", days_reported: 1 });
  const between = { from: "2025-12-15", to: "2025-12-28" };
  assert.deepEqual(of("customer_churn").previous, { ...between, value: 5, n: 80, change: 24, significant: null, method: "records" });
  // 33.335 − 2.5025 = 30.8325; of the rounded values it would be 30.84.
  assert.deepEqual(of("average_transaction_value").previous, { ...between, value: 2.5, change: 30.83, significant: null, method: "records" });
  const reason = { code: "missing", facts: ["conversions", "visits"] };
  assert.deepEqual(of("conversion_rate").previous, { ...between, value: null, reason, change: null, significant: null, method: "records" });
  const month = await kpis("from=2026-01-01&to=2026-01-31&compare=previous&step=month");
  assert.deepEqual([month.previous.from, month.previous.to], ["2025-12-01", "2025-12-31"], "a month before a month");
  assert.deepEqual(told(month.of("customer_churn").series).map(([from]) => from), ["2026-01-01"], "the period before is no step");
});

test("what a cache has is not sent again, and no reply has too many steps", async () => {
  const query = "from=2025-12-29&to=2026-01-11&step=day&compare=previous";
  const fresh = await ask(query);
  const { etag } = fresh.headers;
  const same = await ask(query, { "if-none-match": etag });
  assert.deepEqual([same.status, same.text], [304, ""]);
  assert.equal((await ask(query.replace("day", "week"), { "if-none-match": etag })).status, 200);
  assertProblem(await ask("from=2016-02-01&to=2026-01-31&step=day"), 422, "invalid", ["step range"]);
  assert.equal((await ask("from=2016-02-01&to=2026-01-31&step=week")).status, 200);
  assertProblem(await ask("step=year&compare=next&by=channel"), 422, "invalid", ["step form", "compare form", " unknown_parameter"]);
});

test("the example of the API's own document with steps holds", async () => {
  const [example] = OPENAPI.components.schemas.BusinessKpis.examples;
  assertShape("BusinessKpis", example);
  const { of, kpis: all, ...about } = await kpis("from=2025-12-29&to=2026-01-11&step=week&compare=previous");
  const { kpis: shown, ...said } = example;
  assert.deepEqual([about, shown.map(({ kpi }) => of(kpi))], [said, shown]);
  assert.equal(all.length, 14);
});
