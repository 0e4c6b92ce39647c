// What the business reports of itself, and the KPIs that follow: over HTTP, as the API's own document says.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { OPENAPI, assertShape } from "./document.mjs";
import { startServer } from "./server.mjs";
import { assertProblem } from "./survey.mjs";


let server;
before(async () => {
  server = await startServer();
});
after(() => server.discard());

const put = (day, items, options) => server.api("PUT", `/v1/facts/${day}`, { items }, options);
/** The reply of a call, which is as the API's own document says. */
async function read(path, schema) {
  const reply = await server.api("GET", path);
  assert.equal(reply.status, 200, reply.text);
  assertShape(schema, reply.json);
  return reply.json;
}

test("facts are reported, read, replaced and taken away, and KPIs follow", async () => {
  const range = "from=2026-01-01&to=2026-01-31";
  const first = [
    { channel: "", facts: { customers_start: 100, customers_lost: 5, acquisition_cost: 1200.005 } },
    { channel: "web", facts: { visits: 999_999_999_999_999, conversions: 3, revenue: 999_999_999_999.999 } },
  ];
  for (let times = 0; times < 2; times++) {
    const reply = await put("2026-01-01", first);
    assert.equal(reply.status, 200, reply.text);
    assertShape("Facts", reply.json);
    assert.deepEqual(reply.json, { from: "2026-01-01", to: "2026-01-01", items: first.map((item) => ({ day: "2026-01-01", ...item })) });
  }
  assert.equal((await put("2026-01-31", [{ facts: { customers_start: 90, customers_lost: 20 } }])).status, 200);
  const { items } = await read(`/v1/facts?${range}`, "Facts");
  assert.deepEqual(items.map(({ day, channel }) => [day, channel]), [["2026-01-01", ""], ["2026-01-01", "web"], ["2026-01-31", ""]]);
  assert.deepEqual(items[1].facts, first[1].facts, "to the last digit");

  const report = await read(`/v1/business/kpis?${range}`, "BusinessKpis");
  assert.deepEqual([report.from, report.to, report.days_reported], ["2026-01-01", "2026-01-31", 2]);
  const kpi = (name) => report.kpis.find(({ kpi }) => kpi === name);
  const { value, unit, n, counts } = kpi("customer_churn");
  assert.deepEqual([value, unit, n, counts], [25, "%", 100, { customers_start: 100, customers_lost: 25 }]);
  assert.deepEqual(kpi("cost_per_acquisition").reason, { code: "missing", facts: ["customers_new"] });
  assert.equal(kpi("cost_per_acquisition").value, null);
  assert.deepEqual(kpi("conversion_rate").channels.map(({ channel, value }) => [channel, value]), [["web", 0]]);

  const reply = await server.api("GET", `/v1/business/kpis?${range}`);
  const again = await server.api("GET", `/v1/business/kpis?${range}`, undefined, { headers: { "if-none-match": reply.headers.etag } });
  assert.equal(again.status, 304);

  assert.equal((await put("2026-01-01", [])).status, 200);
  const left = await read(`/v1/facts?${range}`, "Facts");
  assert.deepEqual(left.items.map(({ day }) => day), ["2026-01-31"], "the other day stays");
});

test("the examples of the API's own document hold", async () => {
  const { requestBody } = OPENAPI.paths["/v1/facts/{day}"].put;
  const { example } = requestBody.content["application/json"];
  assertShape("FactsOfDay", example);
  const reply = await server.api("PUT", "/v1/facts/2026-02-01", example);
  assert.equal(reply.status, 200, reply.text);
  const told = (path) => OPENAPI.paths[path].get.responses["200"].content["application/json"].example;
  const query = "from=2026-02-01&to=2026-02-28";
  assert.deepEqual(await read(`/v1/facts?${query}`, "Facts"), told("/v1/facts"));
  const { kpis, ...about } = await read(`/v1/business/kpis?${query}`, "BusinessKpis");
  const shortened = told("/v1/business/kpis");
  const shown = kpis.filter(({ kpi }) => shortened.kpis.some((one) => one.kpi === kpi));
  assert.deepEqual({ ...about, kpis: shown }, shortened);
  assert.ok(kpis.every(({ value }) => value !== null), "every KPI has a value");
});

test("facts need a key", async () => {
  for (const [method, path] of [["PUT", "/v1/facts/2026-03-01"], ["GET", "/v1/facts"], ["GET", "/v1/business/kpis"]]) {
    const body = method === "PUT" ? { items: [] } : undefined;
    assertProblem(await server.api(method, path, body, { key: null }), 401, "key-needed");
    assertProblem(await server.api(method, path, body, { key: "no such key" }), 401, "wrong-key");
  }
});

test("what is not a fact is refused whole, and nothing of it is repeated or kept", async () => {
  const facts = { visits: 1 };
  const canary = "canary-zq7x";
  const refused = [
    [{ items: [{ facts, channel: "web" }, { facts: { visits: -1, revenue: 0.0001, [canary]: 1 }, channel: `${canary}!` }] },
      ["#/items/1/channel name", "#/items/1/facts/revenue decimals", "#/items/1/facts/visits range", "#/items/1/facts unknown_member 2"]],
    [{ items: [{ facts }, { facts, channel: "" }] }, ["#/items/1 duplicate"]],
    [{ items: [{ facts: {} }] }, ["#/items/0/facts length"]],
    [{}, ["#/items missing"]],
    [[], ["# type"]],
  ];
  for (const [body, faults] of refused) {
    const reply = await server.api("PUT", "/v1/facts/2026-03-01", body);
    assertProblem(reply, 422, "invalid", faults);
    assert.ok(!reply.text.includes(canary));
  }
  assertProblem(await server.api("PUT", "/v1/facts/2026-03-01", '{"items": ['), 400, "malformed");
  assertProblem(await server.api("PUT", "/v1/facts/2026-03-01?x=1", { items: [] }), 422, "invalid", [" unknown_parameter"]);
  assertProblem(await put("2999-01-01", []), 422, "invalid", ["day range"]);
  const both = await server.api("PUT", "/v1/facts/2999-01-01", { items: [{ facts: {} }] });
  assertProblem(both, 422, "invalid", ["day range", "#/items/0/facts length"]);
  for (const day of ["0000-01-01", "1969-12-31", "2026-02-30", "2026-3-1", "today", ""]) assertProblem(await put(day, []), 404, "not-found");
  assertProblem(await server.api("GET", "/v1/facts?from=2025-01-01&to=2026-03-01"), 422, "invalid", ["from range"]);
  assertProblem(await server.api("GET", "/v1/business/kpis?from=2026-03-02&to=2026-03-01&by=channel"), 422, "invalid", ["from range", " unknown_parameter"]);
  assert.deepEqual((await read("/v1/facts?from=2026-03-01&to=2026-03-01", "Facts")).items, []);
});
