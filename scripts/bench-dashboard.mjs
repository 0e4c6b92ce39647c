// Measures how soon the dashboard is usable once the API has answered. Started by `scripts/bench --dashboard`.
//
// Fifty surveys with 36 months of released figures are put into the local D1 of fresh state; then every page is opened
// in a real Chromium, over all 36 months, as it stands in the address. "Usable" is the first frame after the last reply
// in which nothing waits and nothing has changed any more: what was rendered is painted, and clicks are answered. Of a
// file of facts it is its preview. It fails where the median of a page is over the goal. The longest task is the longest time that the browser answered nothing (Long Tasks
// API, which tells of 50 ms and more; 0 is less).

import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import { FACTS } from "../public/dashboard/fact_names.js";
import { findChromium } from "../tests/browser/stage.mjs";
import { ask, connect } from "./client.mjs";
import { SECRETS, makeKey } from "./keys.mjs";
import { endOnSignals, endWith, fail, serve } from "./serve.mjs";

const GOAL_MS = 1000;
const SURVEYS = 50;
/** How many keys, and how many alerts. */
const LISTED = 50;
const MONTHS = 36;
const DAY_MS = 86_400_000;
const TODAY = Date.parse(new Date().toISOString().slice(0, 10));
const ago = (days) => new Date(TODAY - days * DAY_MS).toISOString().slice(0, 10);
const DAYS = Math.round((MONTHS * 365.25) / 12);

const SURVEY = {
  questions: [
    { id: "recommend", kind: "nps" },
    { id: "satisfied", kind: "csat" },
    { id: "effort", kind: "ces" },
    { id: "reason", kind: "choice", options: ["price", "quality", "speed", "service"] },
  ],
  dimensions: { channel: ["web", "app", "store"] },
  retention: { days: 731, months: 60 },
};
const TALLIES = [
  ["recommend", "channel", "web", { 10: 9, 9: 8, 8: 5, 6: 4, 3: 2 }],
  ["recommend", "channel", "app", { 10: 3, 9: 4, 8: 5, 6: 4, 3: 3 }],
  ["recommend", "channel", "store", { 10: 3, 9: 4, 8: 2, 6: 1 }],
  ["satisfied", "", "(unattributed)", { 5: 9, 4: 7, 3: 4, 1: 2 }],
  ["effort", "", "(unattributed)", { 7: 6, 6: 5, 5: 4, 2: 3 }],
  ["reason", "", "(unattributed)", { price: 6, quality: 5, speed: 4, service: 3 }],
];

endOnSignals();
const stateDir = mkdtempSync(path.join(tmpdir(), "counterfoil-bench-"));
process.on("exit", () => rmSync(stateDir, { recursive: true, force: true }));
try {
  const { values } = parseArgs({ options: { dashboard: { type: "boolean" }, quick: { type: "boolean" }, build: { type: "string" } } });
  const rounds = values.quick ? 2 : 5;
  const vars = Object.fromEntries(SECRETS.map((name) => [name, makeKey()]));
  const server = await serve({ stateDir, vars, ...(values.build && { build: path.resolve(values.build) }) });
  endWith(server);
  const api = connect(server.url, { key: vars.ADMIN_KEY });
  const first = await seed(server, api);
  const browser = await chromium.launch({ executablePath: findChromium(), args: ["--no-sandbox", "--disable-dev-shm-usage"] });
  process.on("exit", () => browser.close());
  console.log(`${cpus().length} × ${cpus()[0]?.model.trim()}, Chromium ${browser.version()}; ${SURVEYS} surveys, ${MONTHS} months; median of ${rounds} (least to most), goal ${GOAL_MS} ms after the last reply.`);
  const range = `from=${ago(DAYS - 1)}&to=${ago(0)}`;
  const pages = [
    ["overview, by month", `#/?${range}&step=month`],
    ["overview, by day", `#/?${range}&step=day`],
    [`overview, all ${SURVEYS}`, `#/?${range}&step=month`, { more: true }],
    ["survey, by month", `#/surveys/${first}?${range}&step=month&by=channel`],
    ["survey, by day", `#/surveys/${first}?${range}&step=day&by=channel`],
    ["business, by month", `#/business?${range}&step=month`],
    ["business, by day", `#/business?${range}&step=day`],
    ["facts", "#/facts"],
    ["facts from a file", "#/facts/file", { file: fileOfFacts() }],
    ["engagement", `#/engagement?${range}`],
    ["surveys", "#/manage"],
    ["survey editor", `#/edit/${first}`],
    ["alerts", "#/alerts"],
    ["keys", "#/keys"],
    ["privacy", `#/privacy/${first}`],
  ];
  console.log(`${"page".padEnd(20)}${"after the last reply".padEnd(28)}${"longest task".padEnd(24)}${"elements".padEnd(12)}first to last call`);
  const slow = [];
  for (const [name, fragment, does] of pages) {
    const found = [];
    // The first is to warm up.
    for (let i = 0; i <= rounds; i++) {
      const one = await look(browser, server.url, vars.ADMIN_KEY, fragment, does);
      if (i > 0) found.push(one);
    }
    const of = (what) => spread(found.map((one) => one[what]));
    if (median(found.map(({ after }) => after)) > GOAL_MS) slow.push(name);
    console.log(`${name.padEnd(20)}${`${of("after")} ms`.padEnd(28)}${`${of("longest")} ms`.padEnd(24)}${String(found[0].elements).padEnd(12)}${of("calls")} ms`);
  }
  for (const [what, path] of [
    [`the list of ${SURVEYS} surveys`, `/v1/surveys?limit=${SURVEYS}`],
    ["a survey's KPIs for the overview, by month", `/v1/surveys/${first}/kpis?${range}&step=month&compare=previous`],
    ["a survey's KPIs for the overview, by day", `/v1/surveys/${first}/kpis?${range}&step=day&compare=previous`],
  ]) {
    const times = [];
    for (let i = 0; i <= rounds; i++) {
      const begun = performance.now();
      await ask(api, "GET", path);
      if (i > 0) times.push(performance.now() - begun);
    }
    console.log(`The API takes ${spread(times)} ms for ${what}.`);
  }
  await browser.close();
  if (slow.length > 0) throw new Error(`slower than the goal: ${slow.join("; ")}.`);
  console.log("Every page is within the goal.");
  process.exit(0);
} catch (fault) {
  fail(fault);
}

/** Makes the surveys with their figures, facts, keys and alerts; the id of the first survey. */
async function seed(server, api) {
  const surveys = [];
  for (let i = 0; i < SURVEYS; i++) surveys.push(await ask(api, "POST", "/v1/surveys", { ...SURVEY, name: `Survey ${i + 1}` }));
  const database = await server.database();
  const insert = database.prepare(
    "insert into cohorts (survey, day, question, dimension, segment, min_cohort, n, tallies) " +
      "select surveys.id, value ->> 'day', ?2, ?3, ?4, 5, value ->> 'n', value ->> 'tallies' from surveys, json_each(?1)",
  );
  for (const [at, [question, dimension, segment, tallies]] of TALLIES.entries()) {
    const days = Array.from({ length: DAYS }, (_, i) => {
      // Some swing from day to day, the same in every run.
      const [[first, count], ...rest] = Object.entries(tallies);
      const day = { ...Object.fromEntries(rest), [first]: count + ((i * 7 + at * 3) % 5) };
      return { day: ago(i), n: Object.values(day).reduce((sum, count) => sum + count, 0), tallies: JSON.stringify(day) };
    });
    await insert.bind(JSON.stringify(days), question, dimension, segment).run();
  }
  for (let i = 0; i < DAYS; i += 7) {
    await ask(api, "PUT", `/v1/facts/${ago(i)}`, { items: [{ channel: "", facts: { customers_start: 1000 + i, customers_lost: 20 + (i % 7), customers_new: 40, revenue: 6000.5 + i, gross_profit: 2400, transactions: 150, visits: 4000, conversions: 120 } }] });
  }
  await ask(api, "PUT", "/v1/engagement", {
    parts: [...surveys.slice(0, 10).map(({ id }) => ({ survey: id, question: "recommend", kpi: "nps", weight: 1, floor: 0, target: 50 })), { business: "customer_churn", weight: 1, floor: 5, target: 1 }],
  });
  const webhook = await ask(api, "POST", "/v1/webhooks", { name: "Team chat", url: "https://chat.example/hooks/1" });
  for (let i = 0; i < LISTED; i++) {
    await ask(api, "POST", "/v1/keys", { name: `Key ${i + 1}`, scopes: ["read"] });
    await ask(api, "POST", "/v1/alerts", { name: `Alert ${i + 1}`, webhook: webhook.id, when: { kind: "below", survey: surveys[i].id, question: "recommend", kpi: "nps", limit: 30, days: 28 } });
  }
  return surveys[0].id;
}

/** A file of 36 months of days, with every fact. */
function fileOfFacts() {
  const rows = Array.from({ length: DAYS }, (_, i) => [ago(i), ...FACTS.map((_, at) => 1000 + ((i * 7 + at) % 500))].join());
  return { name: "facts.csv", mimeType: "text/csv", buffer: Buffer.from([["day", ...FACTS].join(), ...rows].join("\n")) };
}

/** Opens a page in a fresh profile, lists `more` as long as there is more, or chooses a `file`: milliseconds from the last reply to its being usable, of the longest task, of all calls, and its elements. */
async function look(browser, url, key, fragment, { more = false, file } = {}) {
  const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1200, height: 900 } });
  await context.addInitScript(([key, more, awaited]) => {
    sessionStorage.setItem("counterfoil-session", JSON.stringify({ key, scopes: ["read", "ingest", "admin"], bound: false, admin: true }));
    globalThis.longest = 0;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) globalThis.longest = Math.max(globalThis.longest, duration);
    }).observe({ type: "longtask", buffered: true });
    globalThis.usable = new Promise((resolve) => {
      let since = 0;
      let changed = true;
      new MutationObserver(() => (changed = true)).observe(document, { subtree: true, childList: true, attributes: true });
      const frame = (now) => {
        const waits = !document.querySelector(awaited) || document.querySelector(".waiting") || !performance.getEntriesByType("resource").some(({ name }) => name.includes("/v1/"));
        // Page by page, until all are listed.
        const next = more && !waits && document.querySelector("main > button");
        if (next) next.click();
        if (changed || waits || next) since = 0;
        else since ||= performance.now();
        changed = false;
        // Long enough that no further call was only about to be made.
        if (since && now - since > 1000) resolve(since);
        else requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
    });
  }, [key, more, file ? "#upload-preview" : "h1"]);
  const page = await context.newPage();
  await page.goto(`${url}/dashboard/${fragment}`);
  if (file) await page.locator("#upload-file").setInputFiles(file);
  const found = await page.evaluate(async () => {
    const usable = await globalThis.usable;
    const calls = performance.getEntriesByType("resource").filter(({ name }) => name.includes("/v1/"));
    const last = Math.max(0, ...calls.map(({ responseEnd }) => responseEnd));
    const first = Math.min(...calls.map(({ startTime }) => startTime));
    return { after: usable - last, longest: globalThis.longest, elements: document.querySelectorAll("*").length, calls: last - first };
  });
  await context.close();
  return found;
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

function spread(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return `${Math.round(median(numbers))} (${Math.round(sorted[0])} to ${Math.round(sorted.at(-1))})`;
}
