// KPIs step by step, beside the period before and the owner's figures; and what a cache may keep of them.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { assertShape } from "./document.mjs";
import { startServer } from "./server.mjs";
import { changeD1 } from "./state.mjs";
import { assertProblem, createSurvey } from "./survey.mjs";

const DAY_MS = 86_400_000;

const now = new Date();
/** The UTC day so many days from today; that many months from this one's first day. */
const ago = (days) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() - days)).toISOString().slice(0, 10);
const monthStart = (months) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months, 1)).toISOString().slice(0, 10);
const monthEnd = (months) => new Date(Date.parse(monthStart(months + 1)) - DAY_MS).toISOString().slice(0, 10);


let server;
let survey;
/** The reply about a range, which is as the API's own document says. */
async function kpis(query, options) {
  const reply = await server.api("GET", `${survey.path}/kpis?${query}`, undefined, options);
  assert.equal(reply.status, 200, reply.text);
  assertShape("Kpis", reply.json);
  return reply.json;
}
const insert = (day, question, n, tallies, [dimension, segment] = ["", "(unattributed)"]) => [
  `insert into cohorts (survey, day, question, dimension, segment, min_cohort, n, tallies) values (1, ?, ?, ?, ?, 5, ?, ?)`,
  day,
  question,
  dimension,
  segment,
  n,
  JSON.stringify(tallies),
];
// Of today and yesterday, of ten days ago, and of the first day of the third month before this one.
const OLD = monthStart(-3);
const ROWS = [
  insert(ago(0), "recommend", 20, { 9: 15, 0: 5 }, ["channel", "web"]),
  insert(ago(0), "recommend", 10, { 9: 5, 7: 5 }),
  insert(ago(1), "recommend", 10, { 9: 2, 3: 8 }),
  insert(ago(10), "recommend", 12, { 10: 12 }),
  insert(OLD, "recommend", 8, { 8: 8 }),
  insert(ago(0), "satisfied", 1_000_000_000, { 5: 1_000_000_000 }),
];

before(async () => {
  const first = await startServer();
  survey = await createSurvey(first, {
    questions: [{ id: "recommend", kind: "nps" }, { id: "satisfied", kind: "csat" }, { id: "effort", kind: "ces" }],
    dimensions: { channel: ["web"] },
    retention: { days: 30, months: 4 },
    benchmarks: [
      { question: "recommend", kpi: "nps", value: 31.5, source: "Our trade body's survey", year: 2025 },
      { question: "effort", kpi: "ces", value: 5, source: "Our own call centre" },
    ],
  });
  await first.stop();
  await changeD1(first.stateDir, ROWS);
  server = await startServer(first);
});
after(() => server.discard());

describe("a series", () => {
  test("has every day, with the value of its own answers, and null where there are none", async () => {
    const { step, from, to, kpis: all } = await kpis(`from=${ago(2)}&to=${ago(-1)}&step=day&by=channel`);
    assert.deepEqual([step, from, to], ["day", ago(2), ago(-1)]);
    const [nps, , ces] = all;
    const { series } = nps;
    assert.deepEqual(series.map(({ from, to, n, value }) => [from, to, n, value]), [
      [ago(2), ago(2), 0, null],
      [ago(1), ago(1), 10, -60],
      [ago(0), ago(0), 30, 50],
      [ago(-1), ago(-1), 0, null],
    ]);
    assert.deepEqual(series[0].interval, null);
    assert.deepEqual([series[2].interval.method, series[2].interval.level], ["adjusted-wald", 0.95]);
    assert.deepEqual([nps.n, nps.value, nps.breakdown.cohorts[0].n], [40, 22.5, 20]);
    assert.ok(ces.series.length === 4 && ces.series.every(({ n, value }) => n === 0 && value === null));
  });

  test("has weeks from Monday to Sunday, clipped", async () => {
    const [{ series, n }] = (await kpis(`from=${ago(13)}&to=${ago(0)}&step=week`)).kpis;
    assert.equal(series.reduce((sum, { n }) => sum + n, 0), n);
    assert.equal(n, 52);
    for (const { from, to } of series) {
      assert.ok(from === ago(13) || new Date(from).getUTCDay() === 1, from);
      assert.ok(to === ago(0) || new Date(to).getUTCDay() === 0, to);
    }
    assert.ok(series.every(({ from }, i) => i === 0 || Date.parse(from) - Date.parse(series[i - 1].to) === DAY_MS));
  });

  test("has months where days are no more kept, and says so, whether or not they were rolled up", async () => {
    const query = `from=${monthStart(-3)}&to=${ago(0)}`;
    const daily = await kpis(`${query}&step=day`);
    const cut = ago(30);
    assert.equal(daily.by_month_through, cut);
    const [nps] = daily.kpis;
    assert.deepEqual(nps.series[0], { ...nps.series[0], from: OLD, to: monthEnd(-3) < cut ? monthEnd(-3) : cut, n: 8, value: 0 });
    assert.ok(nps.series.some(({ to }) => to === cut));
    assert.deepEqual(nps.series.at(-1), { ...nps.series.at(-1), from: ago(0), to: ago(0), n: 30 });
    const days = nps.series.filter(({ from }) => from > cut);
    assert.ok(days.length === 30 && days.every(({ from, to }) => from === to));
    const monthly = await kpis(`${query}&step=month`);
    assert.equal(monthly.by_month_through, undefined);
    assert.deepEqual(monthly.kpis[0].series.map(({ from }) => from), [-3, -2, -1, 0].map(monthStart));

    const rung = await server.scheduled(Date.now());
    assert.equal(rung.outcome, "ok");
    assert.deepEqual((await kpis(`${query}&step=day`)).kpis, daily.kpis);
    assert.deepEqual((await kpis(`${query}&step=month`)).kpis, monthly.kpis);
  });

  test("is of no days where nothing is kept, and of so many steps at most", async () => {
    const gone = await kpis("from=2020-01-15&to=2020-02-15&step=month&compare=previous");
    assert.deepEqual([gone.kpis[0].series, gone.kpis[0].n], [[], 0]);
    const { from, to, forgotten_before } = gone.previous;
    assert.deepEqual([from, to, forgotten_before], ["2019-12-14", "2020-01-14", monthStart(-4)]);
    assertProblem(await server.api("GET", `${survey.path}/kpis?step=year&compare=next`), 422, "invalid", ["step form", "compare form"]);
    const options = Array.from({ length: 50 }, (_, i) => `o${i}`);
    const many = await createSurvey(server, { questions: Array.from({ length: 50 }, (_, i) => ({ id: `q${i}`, kind: "choice", options })) });
    const ask = (query) => server.api("GET", `${many.path}/kpis?${query}`);
    assertProblem(await ask(`from=${ago(29)}&to=${ago(0)}&step=day`), 422, "invalid", ["step range"]);
    assert.equal((await ask(`from=${ago(15)}&to=${ago(0)}&step=day`)).status, 200);
    assert.equal((await ask(`from=${ago(29)}&to=${ago(0)}&step=week`)).status, 200);
  });
});

test("the period before is told with the change, and how certain that is", async () => {
  const { previous, kpis: all } = await kpis(`from=${ago(0)}&to=${ago(0)}&compare=previous`);
  assert.deepEqual(previous, { from: ago(1), to: ago(1) });
  const [nps, csat, ces] = all.map((kpi) => kpi.previous);
  // 15 + 5 of 30 against 2 of 10 promoters, 5 against 8 detractors.
  const { interval, ...rest } = nps;
  assert.deepEqual(rest, {
    ...{ from: ago(1), to: ago(1), value: -60, n: 10, change: 110, significant: true },
    method: "adjusted-wald-difference",
  });
  assert.ok(0 < interval.low && interval.low < 110 && interval.high <= 200, JSON.stringify(interval));
  const unknown = { from: ago(1), to: ago(1), value: null, n: 0, change: null, significant: null, interval: null };
  assert.deepEqual([csat, ces], [{ ...unknown, method: "newcombe" }, { ...unknown, method: "welch" }]);
  assert.ok(!("previous" in (await kpis(`from=${ago(0)}&to=${ago(0)}`)).kpis[0]));
});

test("a segment is told beside itself in the period before, where both are asked for", async () => {
  const first = async (query) => (await kpis(query)).kpis[0].breakdown.cohorts;
  const [web] = await first(`from=${ago(0)}&to=${ago(0)}&by=channel&compare=previous`);
  assert.deepEqual([web.segment, web.previous.from, web.previous.n, web.previous.value, web.previous.change], ["web", ago(1), 0, null, null]);
  assert.equal((await first(`from=${ago(0)}&to=${ago(0)}&by=channel`))[0].previous, undefined);
  assert.deepEqual(await first(`from=${ago(-1)}&to=${ago(-1)}&by=channel&compare=previous`), [], "nobody answers tomorrow");
});

test("promise_9: a period before of which something is forgotten or kept by month alone says so", async () => {
  const month = await kpis(`from=${monthStart(-4)}&to=${monthEnd(-4)}&compare=previous`);
  assert.deepEqual(month.previous, {
    ...{ from: monthStart(-5), to: monthEnd(-5), forgotten_before: monthStart(-4) },
    requested: { from: monthStart(-5), to: monthEnd(-5) },
  });
  assert.deepEqual([month.kpis[0].previous.n, month.kpis[0].previous.change], [0, null]);
  // So many days, fewer than a month has, that those before do not begin with a month by themselves.
  const days = ago(51).endsWith("-01") ? 25 : 26;
  const { previous, from } = await kpis(`from=${ago(days - 1)}&to=${ago(0)}&compare=previous`);
  const requested = { from: ago(2 * days - 1), to: ago(days) };
  assert.deepEqual([from, previous.to, previous.requested], [ago(days - 1), ago(days), requested]);
  assert.equal(previous.widened, "month");
  assert.ok(previous.from < requested.from && previous.from.endsWith("-01"), previous.from);
});

test("the owner's figures stand beside their KPIs, with their source, and nobody else sees them", async () => {
  const [nps, csat, ces] = (await kpis(`from=${ago(0)}&to=${ago(0)}`)).kpis;
  assert.deepEqual(nps.benchmark, { value: 31.5, difference: 18.5, source: "Our trade body's survey", year: 2025 });
  assert.equal(csat.benchmark, undefined);
  assert.deepEqual(ces.benchmark, { value: 5, difference: null, source: "Our own call centre" });
  const seen = await server.api("GET", survey.path, undefined, { key: null });
  assert.ok(!seen.text.includes("benchmark") && !seen.text.includes("trade body"));
});

describe("a cache", () => {
  const ask = (query, headers, options) => server.api("GET", `${survey.path}/kpis?${query}`, undefined, { headers, ...options });

  test("asks again before each use, and is told in a word that nothing has changed", async () => {
    const query = `from=${ago(5)}&to=${ago(0)}`;
    const fresh = await ask(query);
    const { etag } = fresh.headers;
    assert.match(etag, /^"[\w-]{43}"$/);
    assert.equal(fresh.headers["cache-control"], "private, no-cache");
    for (const tags of [etag, `W/${etag}`, `"x", ${etag}`, "*"]) {
      const same = await ask(query, { "if-none-match": tags });
      assert.deepEqual([same.status, same.text, same.headers.etag, same.headers["content-type"]], [304, "", etag, undefined], tags);
    }
    const other = await ask(query, { "if-none-match": '"x"' });
    assert.deepEqual([other.status, other.text, other.headers.etag], [200, fresh.text, etag]);
    assert.notEqual((await ask(`${query}&step=day`)).headers.etag, etag);
    // A tag is no key.
    assertProblem(await ask(query, { "if-none-match": etag }, { key: null }), 401, "key-needed");
    assertProblem(await ask("from=x", { "if-none-match": "*" }), 422, "invalid");
  });

  test("never takes one day's figures for another's", async () => {
    // Two days that are alike in all but their date: nobody answered.
    const [one, other] = [ago(20), ago(21)];
    const first = await ask(`from=${one}&to=${one}`);
    const second = await ask(`from=${other}&to=${other}`, { "if-none-match": first.headers.etag });
    assert.deepEqual([second.status, second.json.from, second.json.kpis], [200, other, first.json.kpis]);
    assert.notEqual(second.headers.etag, first.headers.etag);
  });

  test("never takes figures for those of before something was released", async () => {
    const before = await ask("");
    await server.stop();
    await changeD1(server.stateDir, [insert(ago(2), "recommend", 5, { 9: 5 })]);
    server = await startServer(server);
    const grown = await ask("", { "if-none-match": before.headers.etag });
    assert.deepEqual([grown.status, grown.json.kpis[0].n], [200, before.json.kpis[0].n + 5]);
    assert.notEqual(grown.headers.etag, before.headers.etag);
  });
});
