// Replayed: a file of ratings goes through scripts/replay, is released, and the dashboard shows of it what the API says, to
// the digit. The file is made here, the same each time; RATINGS names another one, RATINGS_MAP its columns (CONTRIBUTING.md).

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { inOrder } from "../../../public/dashboard/order.js";
import { today, weeksBack } from "../../../public/dashboard/place.js";
import { startServer } from "../../edge/server.mjs";
import { until } from "../../edge/survey.mjs";
import { readBars, readTrend } from "../chart.mjs";
import { fileOf, lookAt, settled, tableOf } from "../dashboard.mjs";

const REPLAY = fileURLToPath(new URL("../../../scripts/replay.mjs", import.meta.url));
const RELEASE = ["--every", "10s", "--patience", "10s", "--min-cohort", "5"];
const COLUMNS = "--answer rating=satisfied:csat --answer recommend=recommend:nps --customer customer --dimension channel --dimension region";
/** So many of a cohort may still wait: they are fewer than are released together. */
const LEFT = 4;
/** No tick has brought anything for this long: what is left has been merged, and merged again. */
const QUIET_MS = 25_000;
const ROWS = 2400;
const CUSTOMERS = 1500;

const directory = mkdtempSync(path.join(tmpdir(), "counterfoil-replay-"));
let stage;
before(async () => {
  stage = await lookAt(await startServer());
});
after(async () => {
  await stage.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Numbers from 0 to 1, the same each time (Park and Miller 1988). */
function numbers(seed) {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

/** Made-up ratings, skewed as ratings are; whoever rates again says the same, so that the order does not matter. */
function makeRatings(file) {
  const next = numbers(20261122);
  const draw = (weights) => {
    let left = next() * Object.values(weights).reduce((sum, weight) => sum + weight, 0);
    return Object.keys(weights).find((name) => (left -= weights[name]) < 0);
  };
  const regions = Object.fromEntries(Array.from({ length: 11 }, (_, i) => [i + 1, 1 / (i + 1)]));
  const customers = Array.from({ length: CUSTOMERS }, (_, i) => {
    const channel = draw({ web: 50, app: 35, store: 12, phone: 3 });
    const [rating, recommend] = channel === "app"
      ? [draw({ 1: 9, 2: 12, 3: 25, 4: 34, 5: 20 }), draw({ 0: 5, 3: 5, 5: 13, 6: 14, 7: 18, 8: 20, 9: 15, 10: 10 })]
      : [draw({ 1: 3, 2: 5, 3: 14, 4: 38, 5: 40 }), draw({ 0: 2, 4: 4, 6: 8, 7: 15, 8: 22, 9: 24, 10: 25 })];
    return `C-${1000 + i},${rating},${recommend},${channel},${draw(regions)}`;
  });
  const again = Array.from({ length: ROWS - CUSTOMERS }, () => customers[Math.floor(next() ** 3 * CUSTOMERS)]);
  writeFileSync(file, ["customer,rating,recommend,channel,region", ...customers, ...again].join("\n"));
  const counts = (column) => customers.reduce((counts, line) => ({ ...counts, [line.split(",")[column]]: (counts[line.split(",")[column]] ?? 0) + 1 }), {});
  return { satisfied: counts(1), recommend: counts(2) };
}

const RANGE = { from: weeksBack(12), to: today() };
const ask = async (path, parameters = {}) => {
  const reply = await stage.server.api("GET", `${path}?${new URLSearchParams(parameters)}`);
  assert.equal(reply.status, 200, reply.text);
  return reply.json;
};
/** A figure as English shows it. */
const shown = (value) => (value === null || value === undefined ? "–" : String(value).replace("-", "−"));
const raw = (value) => (value === null || value === undefined ? "" : String(value));
const lines = (rows) => rows.map((row) => row.map(raw).join());

/** Opens a fragment, and says what the API says meanwhile: where a tick came in between, once more. */
async function shows(page, fragment, path, parameters) {
  for (let tries = 0; tries < 5; tries++) {
    const before = await ask(path, parameters);
    await page.goto(`${stage.server.url}/dashboard/${fragment}`);
    await page.reload();
    await settled(page);
    await page.locator("svg[role=img]").first().waitFor();
    const now = await ask(path, parameters);
    if (JSON.stringify(now) === JSON.stringify(before)) return now;
  }
  return assert.fail("figures change all the time");
}

/** What stands below a value: interval and answers. */
function assertTells(text, { value, interval, n }) {
  const parts = [shown(value), `${n} answers`, ...(interval ? [`95 %: ${shown(interval.low)} to ${shown(interval.high)}`] : [])];
  for (const part of parts) assert.ok(text.includes(part), `${part}: ${text}`);
}

test("what was replayed is shown as the API says it, on cards, in charts, tables and files, and line by line of every breakdown", async (t) => {
  const file = process.env.RATINGS ?? path.join(directory, "ratings.csv");
  const made = process.env.RATINGS ? null : makeRatings(file);
  const columns = (process.env.RATINGS_MAP ?? COLUMNS).split(/\s+/);
  const { stdout } = await promisify(execFile)(process.execPath, [REPLAY, file, "--url", stage.server.url, "--create", ...columns, ...RELEASE], {
    env: { ...process.env, ADMIN_KEY: stage.server.adminKey, REPLAY_DIR: directory },
    maxBuffer: 2 ** 24,
  });
  const id = stdout.match(/^Survey (\w+): /m)[1];
  const survey = `/v1/surveys/${id}`;
  t.diagnostic(stdout.match(/^.* sent, .*$/m)[0]);
  if (made) {
    for (const [question, counts] of Object.entries(made)) {
      const kpi = await until(async () => {
        const found = (await ask(`${survey}/kpis`)).kpis.find((kpi) => kpi.question === question);
        return found.n >= CUSTOMERS - LEFT && found;
      }, `${question} is released`, 120);
      assert.ok(kpi.n <= CUSTOMERS, "whoever rated twice counts once");
      for (const [answer, count] of Object.entries(kpi.counts)) assert.ok(count <= (counts[answer] ?? 0) && count >= (counts[answer] ?? 0) - LEFT, `${answer} of ${question}`);
    }
  } else {
    for (let n = 0, since = Date.now(); n === 0 || Date.now() - since < QUIET_MS; await sleep(1000)) {
      const now = (await ask(`${survey}/kpis`)).kpis.reduce((sum, kpi) => sum + kpi.n, 0);
      if (now !== n) [n, since] = [now, Date.now()];
    }
  }

  const page = await stage.visit();
  const parameters = { ...RANGE, step: "week", compare: "previous" };
  const { kpis } = await shows(page, "#/", `${survey}/kpis`, parameters);
  const cards = page.locator(".card");
  assert.equal(await cards.count(), kpis.length);
  for (const [i, kpi] of kpis.entries()) {
    assertTells(await cards.nth(i).innerText(), kpi);
    t.diagnostic(`${kpi.question} ${kpi.kpi}: ${kpi.value} (${kpi.interval?.low} to ${kpi.interval?.high}), n ${kpi.n}`);
  }
  const section = page.locator("section.survey");
  const table = await tableOf(section, "All figures");
  assert.deepEqual(table.slice(1).map((row) => row.slice(3)), kpis.map(({ value, interval, n, unit, previous }) =>
    [value, unit, interval?.low, interval?.high, n, previous.change, undefined].map(shown)));
  assert.deepEqual((await fileOf(section, "All figures")).lines.slice(1), lines(kpis.map(({ question, kpi, option, theme, value, unit, interval, n, previous }) =>
    [question, kpi, option ?? theme, value, unit, interval?.low, interval?.high, n, previous.change, previous.significant])));

  const { dimensions } = await ask(survey);
  let compared = 0;
  for (const [by, segments] of Object.entries(dimensions ?? {})) {
    const { kpis } = await shows(page, `#/surveys/${id}?by=${by}`, `${survey}/kpis`, { ...parameters, by });
    const questions = [...new Set(kpis.map(({ question }) => question))];
    for (const [at, question] of questions.entries()) {
      const own = kpis.filter((kpi) => kpi.question === question);
      const part = page.locator(".question").nth(at);
      const { counts } = own[0];
      if (own.every(({ kpi }) => kpi !== "share")) {
        assert.deepEqual((await tableOf(part, "Answers given")).slice(1), Object.entries(counts).map(([answer, count]) => [answer, String(count)]));
        assert.deepEqual((await fileOf(part, "Answers given")).lines.slice(1), lines(Object.entries(counts)));
        const bars = await readBars(part.getByRole("list", { name: "Answers given" }));
        const most = Math.max(...Object.values(counts));
        assert.deepEqual(bars.map(({ shown, part }) => [shown, Math.round(part * 1000)]), Object.values(counts).map((count) => [String(count), Math.round((count / most) * 1000)]));
      }
      for (const [i, kpi] of own.entries()) {
        const panel = part.locator("section.panel[aria-label]").nth(i);
        assertTells(await panel.innerText(), kpi);
        assert.deepEqual((await fileOf(panel, "Trend")).lines.slice(1).map((line) => line.replace(/,\w+$/, "")), lines(kpi.series.map(({ from, to, value, interval, n }) => [from, to, value, interval?.low, interval?.high, n])));
        const { points, axis } = await readTrend(panel.locator(".chart"));
        const valued = kpi.series.filter(({ value }) => value !== null);
        assert.equal(points.length, valued.length);
        for (const [j, { value }] of valued.entries()) assert.ok(Math.abs(points[j].value - value) < (axis.at(-1) - axis[0]) / 1000, `${value} is drawn at ${points[j].value}`);

        const cohorts = inOrder(kpi.breakdown.cohorts, segments);
        const listed = await part.locator(".ranges").nth(i).locator("li").evaluateAll((rows) => rows.map((row) => [row.querySelector(".name").innerText, row.querySelector(".count").innerText]));
        assert.deepEqual(listed, cohorts.map(({ segment, value, n }) => [segment, `${shown(value)} · n ${n}`]));
        assert.deepEqual((await tableOf(part, `By ${by}`, i)).slice(1).map((row) => row.slice(1, 5)), cohorts.map(({ value, interval, n }) => [value, interval?.low, interval?.high, n].map(shown)));
        assert.deepEqual((await fileOf(part, `By ${by}`, i)).lines.slice(1).map((line) => line.split(",").slice(0, 5).join()), lines(cohorts.map(({ segment, value, interval, n }) => [segment, value, interval?.low, interval?.high, n])));
        assert.ok((await part.innerText()).includes(`Share of all answers that these segments hold: ${shown(kpi.breakdown.sampled)}.`));
        compared += cohorts.length;
        t.diagnostic(`${question} ${kpi.kpi} by ${by}: ${cohorts.length} lines, sampled ${kpi.breakdown.sampled}`);
      }
    }
  }
  assert.ok(compared > 0 || Object.keys(dimensions ?? {}).length === 0);
  t.diagnostic(`${compared} lines of breakdowns were compared`);
  await stage.leave(page);
});
