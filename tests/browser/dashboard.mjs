// A stage for the dashboard: the built Workers with counts, facts and a score, and a real Chromium that looks at them.
//
// The counts are planted in D1 before the server starts, so that there are months of them. `leave` looks what a page
// leaves behind: where the key went, what was stored, what the policy stopped.

import assert from "node:assert/strict";
import { chromium } from "playwright-core";
import { startServer } from "../edge/server.mjs";
import { changeD1 } from "../edge/state.mjs";
import { createSurvey } from "../edge/survey.mjs";
import { dayAfter, weeksBack } from "../../public/dashboard/place.js";
import { AXE, assertNoViolations, findChromium } from "./stage.mjs";

const DAY_MS = 86_400_000;
const TODAY = Date.parse(new Date().toISOString().slice(0, 10));
/** The day so many days ago. */
export const ago = (days) => new Date(TODAY - days * DAY_MS).toISOString().slice(0, 10);
/** On how many days up to yesterday there are counts. */
const DAYS = 168;

const SURVEY = {
  name: "After a purchase",
  questions: [
    { id: "recommend", kind: "nps", text: { en: "How likely are you to recommend us?", nl: "Hoe waarschijnlijk is het dat u ons aanbeveelt?" } },
    { id: "satisfied", kind: "csat", text: { en: "How satisfied are you with your order?", nl: "Hoe tevreden bent u over uw bestelling?" } },
    { id: "reason", kind: "choice", text: { en: "What mattered most?", nl: "Wat telde het meest?" }, options: [{ id: "price", label: { en: "Price", nl: "Prijs" } }, "quality", "speed"] },
    { id: "why", kind: "comment", text: { en: "Why?", nl: "Waarom?" } },
  ],
  dimensions: { channel: ["web", "app", "store"] },
  themes: { delivery: { en: ["delivery"] } },
  benchmarks: [{ question: "recommend", kpi: "nps", value: 31.5, source: "Last year's study", year: 2025 }],
  retention: { days: 365, months: 25 },
};

/** Counts that look like a shop's, the same every time: a rise over the weeks, and an app that lags behind; consents to a notice, and shared comments. */
function rows(notice) {
  const made = [];
  const sum = (tallies) => Object.values(tallies).reduce((sum, count) => sum + count, 0);
  const insert = (days, question, dimension, segment, tallies, n = sum(tallies)) => {
    made.push([
      "insert into cohorts (survey, day, question, dimension, segment, min_cohort, n, tallies) values (1, ?, ?, ?, ?, 5, ?, ?)",
      ago(days), question, dimension, segment, n, JSON.stringify(tallies),
    ]);
  };
  for (let days = 1; days <= DAYS; days++) {
    const rise = Math.floor((DAYS - days) / 40);
    const swing = (Math.floor(days / 7) * 5) % 4;
    insert(days, "recommend", "channel", "web", { 10: 4 + rise, 9: 3 + swing, 8: 4, 4: 2 });
    insert(days, "recommend", "channel", "app", { 9: 2, 8: 2, 6: 2 + swing, 3: 2 });
    if (days % 4 === 0) insert(days, "recommend", "channel", "store", { 10: 4, 7: 2, 5: 1 });
    if (days % 14 === 0) insert(days, "recommend", "channel", "(other)", { 9: 3, 2: 2 });
    insert(days, "satisfied", "", "(unattributed)", { 5: 4 + rise, 4: 4 + swing, 3: 3, 1: 1 });
    insert(days, "reason", "", "(unattributed)", { price: 4 + swing, quality: 3 + rise, speed: 2 });
    insert(days, "why", "channel", "web", { delivery: 2 + rise }, 9);
    if (days % 3 === 0) insert(days, "why", "theme", "delivery", { delivery: 6 });
    if (days % 3 === 0) insert(days, "why", "theme", "(none)", {}, 9);
    if (days <= 20 && days % 4 === 0) insert(days, `(consent) ${notice}`, "", "(unattributed)", { use_segments: 9, analyse_comment: 6 }, 12);
    if (days <= 20 && days % 10 === 0) insert(days, "(relay)", "", "(unattributed)", { delivered: 5, dropped: 1 });
  }
  return made;
}

const FACTS = {
  customers_start: 1000, customers_lost: 25, customers_new: 40, acquisition_cost: 2400.5, revenue: 6000.125, gross_profit: 2400,
  transactions: 150, visits: 4000, conversions: 120, carts: 300, carts_completed: 120, contacts: 80, handle_seconds: 25200,
};

/** A browser that looks at a server's dashboard; `close` ends both. */
export async function lookAt(server) {
  const browser = await chromium.launch({ executablePath: findChromium(), args: ["--no-sandbox", "--disable-dev-shm-usage"] });

  /** Opens the dashboard in a fresh profile, at a fragment; signed in with `key`, unless there is none. */
  async function visit(at = "", { key = server.adminKey, ...options } = {}) {
    const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1200, height: 900 }, ...options });
    await context.addInitScript(() => {
      globalThis.stopped = [];
      addEventListener("securitypolicyviolation", (event) => stopped.push(`${event.violatedDirective} ${event.blockedURI}`));
    });
    await context.addInitScript({ content: AXE });
    const page = await context.newPage();
    const asked = [];
    const errors = [];
    context.on("request", (request) => asked.push(request));
    page.on("pageerror", (error) => errors.push(String(error)));
    Object.assign(page, { asked, errors });
    await page.goto(`${server.url}/dashboard/${at}`);
    if (key) await signIn(page, key);
    return page;
  }

  /**
   * Closes a page, and looks at what it leaves: every request went to our own origin, the key in `Authorization` alone
   * and in calls alone; no cookie, no store but the tab's own; the policy had nothing to stop, no script failed.
   */
  async function leave(page, key = server.adminKey) {
    const left = await page.evaluate(async () => ({
      stopped, local: { ...localStorage }, session: Object.keys(sessionStorage).filter((name) => name !== "counterfoil-session"),
      databases: await indexedDB.databases(), caches: (await globalThis.caches?.keys()) ?? [], title: document.title.includes("cf_"),
    }));
    assert.deepEqual(left, { stopped: [], local: {}, session: [], databases: [], caches: [], title: false });
    assert.deepEqual(await page.context().cookies(), []);
    assert.deepEqual(page.errors, []);
    const secret = key.replace(/^cf_[0-9a-f]{16}_/, "");
    assert.ok(!page.url().includes(secret));
    for (const request of page.asked) {
      if (/^(data|blob):/.test(request.url())) continue;
      assert.equal(new URL(request.url()).origin, server.url);
      assert.ok(!request.url().includes(secret) && !(request.postData() ?? "").includes(secret), request.url());
      const { authorization, cookie, referer } = request.headers();
      assert.deepEqual([cookie, referer || undefined], [undefined, undefined]);
      const isCall = new URL(request.url()).pathname.startsWith("/v1/");
      assert.equal(Boolean(authorization), isCall, request.url());
    }
    await page.context().close();
  }

  async function close() {
    await browser.close();
    await server.discard();
  }
  return { server, browser, visit, leave, close };
}

/** Opens a stage: a survey with counts and one without, facts, a score, keys of the scopes `read` and `ingest`. */
export async function openDashboard() {
  let server = await startServer();
  const survey = await createSurvey(server, SURVEY);
  const quiet = await createSurvey(server, { name: "Nobody asked yet", template: "csat_support" });
  await server.stop();
  await changeD1(server.stateDir, rows(survey.definition.notice.hash));
  server = await startServer(server);
  const ask = async (method, path, body) => {
    const reply = await server.api(method, path, body);
    assert.ok(reply.status < 300, reply.text);
    return reply.json;
  };
  // On 24 Mondays, so that each week of the usual range has its own.
  for (let week = 0; week < 24; week++) {
    const facts = { ...FACTS, customers_lost: 20 + ((week * 7) % 11), customers_start: 1000 + 12 * week, transactions: 150 + ((week * 5) % 9) };
    await ask("PUT", `/v1/facts/${weeksBack(24 - week)}`, { items: [{ channel: "", facts }] });
  }
  await ask("PUT", `/v1/facts/${dayAfter(weeksBack(2), 3)}`, { items: [{ channel: "web", facts: { visits: 500, conversions: 31 } }] });
  await ask("PUT", "/v1/engagement", {
    name: "Engagement",
    parts: [
      { survey: survey.id, question: "recommend", kpi: "nps", weight: 3, floor: 0, target: 50 },
      { survey: survey.id, question: "satisfied", kpi: "csat", weight: 2, floor: 50, target: 90 },
      { business: "cart_abandonment", weight: 1, floor: 80, target: 40 },
      { business: "repeat_purchase_rate", weight: 2, floor: 20, target: 50 },
    ],
  });
  const read = (await ask("POST", "/v1/keys", { name: "Dashboard", scopes: ["read"] })).key;
  const bound = (await ask("POST", "/v1/keys", { name: "One survey", scopes: ["read"], surveys: [survey.id] })).key;
  return { ...(await lookAt(server)), survey, quiet, read, bound, ask };
}

/** Signs in with a key. */
export async function signIn(page, key) {
  await page.locator("#key").fill(key);
  await page.locator("#key").press("Enter");
  await page.locator("header nav").waitFor();
}

/** Until nothing is on its way any more. */
export async function settled(page) {
  await page.waitForFunction(() => document.querySelector("h1") && !document.querySelector(".waiting"));
}

/** Opens whatever can be opened on a page, and waits for what is in it. */
export async function openAll(page) {
  await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
  await page.waitForFunction(() => [...document.querySelectorAll("details.behind")].every((details) => details.querySelector("table")));
}

/** The table behind a chart of this name in a part of the page: its cells, row by row, the head first. Opens it. */
export async function tableOf(part, name, nth = 0) {
  const figure = part.locator("figure").filter({ has: part.page().getByRole("heading", { name, exact: true }) }).nth(nth);
  const details = figure.locator("details.behind");
  if (!(await details.evaluate(({ open }) => open))) await details.locator("summary").click();
  await details.locator("table").waitFor();
  return details.locator("tr").evaluateAll((rows) => rows.map(({ cells }) => [...cells].map(({ textContent }) => textContent)));
}

/** Downloads the file of a chart of this name: its name, and its lines. */
export async function fileOf(part, name, nth = 0) {
  await tableOf(part, name, nth);
  const page = part.page();
  const figure = part.locator("figure").filter({ has: page.getByRole("heading", { name, exact: true }) }).nth(nth);
  const [download] = await Promise.all([page.waitForEvent("download"), figure.getByRole("button", { name: /CSV/ }).click()]);
  const chunks = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  return { name: download.suggestedFilename(), lines: Buffer.concat(chunks).toString().split("\r\n").slice(0, -1) };
}

/** Asserts that axe finds nothing to object to, in light and in dark. */
export async function assertAccessible(page, what) {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await assertNoViolations(page, `${what}, ${colorScheme}`);
  }
  await page.emulateMedia({ colorScheme: null });
}
