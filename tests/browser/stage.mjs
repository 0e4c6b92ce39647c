// A stage for the widget: the built Workers, a page of another origin that embeds it, and a real Chromium.
//
// Every page is served under the strictest policy that the widget may need, Trusted Types included, and everything
// that it asks for and everything that its policy stops is noted. `leave` looks what is left behind.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";
import { startServer } from "../edge/server.mjs";
import { readRows } from "../edge/state.mjs";
import { createSurvey } from "../edge/survey.mjs";

/** axe-core, as a script for a page. */
export const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The system's Chromium; `CHROMIUM` names another. */
export function findChromium() {
  const named = process.env.CHROMIUM ?? "chromium";
  const { status, stdout } = spawnSync("sh", ["-c", 'command -v "$0"', named], { encoding: "utf8" });
  if (status !== 0) throw new Error(`There is no ${named}: install Chromium, or name it in CHROMIUM.`);
  return stdout.trim();
}

/** What a page that embeds the widget must allow, and nothing else. */
const policy = (service, { scripts = "", types = "'none'", others = "" } = {}) =>
  `default-src 'none'; script-src ${service} ${scripts}; connect-src ${service}; base-uri 'none'; form-action 'none'; ` +
  `require-trusted-types-for 'script'; trusted-types ${types}; ${others}`;

/** One question of each kind. */
export const EVERY_KIND = [
  { id: "recommend", kind: "nps" },
  { id: "satisfied", kind: "csat" },
  { id: "effort", kind: "ces" },
  { id: "stars", kind: "rating" },
  { id: "reason", kind: "choice", options: [{ id: "price", label: { en: "Price", nl: "Prijs" } }, "speed"] },
  { id: "reasons", kind: "choice", options: ["price", "speed", "service"], multiple: true },
  { id: "solved", kind: "yes_no" },
  { id: "minutes", kind: "number", min: 0, max: 600, bins: [1, 5, 15, 60], unit: "min" },
  { id: "why", kind: "comment" },
];

/** Starts a browser. `args` and `ignoreDefaultArgs` are Playwright's. */
export const launch = ({ args = [], ...options } = {}) =>
  chromium.launch({ executablePath: findChromium(), args: ["--no-sandbox", "--disable-dev-shm-usage", ...args], ...options });

/**
 * Opens a stage. `restores`: documents that are left may come back as they were, which Playwright switches off.
 * `allowed`: what pages allow beside that. The rest is for the server.
 */
export async function openStage({ restores = false, allowed, ...options } = {}) {
  const pages = new Map([["/elsewhere", "<!doctype html><title>Elsewhere</title>"]]);
  const host = createServer((request, reply) => {
    const html = pages.get(request.url);
    reply.writeHead(html ? 200 : 404, { "content-type": "text/html; charset=utf-8", "content-security-policy": policy(server.url, allowed) });
    reply.end(html);
  });
  const browser = await launch({ ignoreDefaultArgs: restores ? ["--disable-back-forward-cache"] : [] });
  const server = await startServer(options);
  await new Promise((resolve) => host.listen(0, "127.0.0.1", resolve));
  // The service is at 127.0.0.1: another site, not only another port.
  const origin = `http://localhost:${host.address().port}`;

  /** A survey that the page may use. */
  const survey = (definition) =>
    createSurvey(server, { questions: [{ id: "recommend", kind: "nps" }], origins: [origin], ...definition });

  /** The tag that embeds a survey; attributes as `mode="button"`. */
  const tag = ({ id }, attributes = {}) => {
    const data = Object.entries(attributes).map(([name, value]) => ` data-${name}="${value}"`);
    return `<script src="${server.url}/widget.js" data-survey="${id}"${data.join("")} async></script>`;
  };

  /** Serves a page with this body. `html`: attributes of `<html>`, `head`: what else is in there. Gives its path. */
  function serve(body, { html = 'lang="en"', head = "" } = {}) {
    const path = `/${pages.size}`;
    pages.set(path, `<!doctype html><html ${html}><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Shop</title>${head}</head><body><main><h1>Shop</h1>${body}</main></body></html>`);
    return path;
  }

  /** Opens a page with this body in a fresh profile: `serve` and `open` in one. */
  const visit = (body, { html, head, ...options } = {}) => open(serve(body, { html, head }), options);

  /**
   * Opens a page that is served, in a fresh profile. `options` are Playwright's of a context, and `init`: what runs
   * before the page's scripts, `at`: a fragment.
   */
  async function open(path, { init, at = "", ...options } = {}) {
    const context = await browser.newContext({ locale: "en-GB", ...options });
    await context.addInitScript(() => {
      globalThis.stopped = [];
      globalThis.happened = [];
      addEventListener("securitypolicyviolation", (event) => stopped.push(`${event.violatedDirective} ${event.blockedURI}`));
      for (const what of ["ready", "open", "closed", "sent", "withdrawn", "failed"]) {
        addEventListener(`counterfoil-${what}`, (event) => happened.push(`${what} ${event.target.getAttribute("survey")}`));
      }
    });
    await context.addInitScript({ content: AXE });
    if (init) await context.addInitScript(init);
    const page = await context.newPage();
    const asked = [];
    const errors = [];
    context.on("request", (request) => asked.push(request));
    page.on("pageerror", (error) => errors.push(String(error)));
    await page.goto(`${origin}${path}${at}`);
    return Object.assign(page, { asked, errors });
  }

  /** What was posted: bodies by the end of their path. */
  const posted = (page) =>
    page.asked
      .filter((request) => request.method() === "POST")
      .map((request) => ({ call: request.url().split("/").at(-1), body: JSON.parse(request.postData()) }));

  /**
   * Closes a page, and looks at what it leaves: nothing was asked of anyone but the page's own origin and the service,
   * nothing is stored, its policy had nothing to stop, no script failed. `others`: origins that were asked, too.
   */
  async function leave(page, { others = [] } = {}) {
    const left = await page.evaluate(async () => ({
      stopped,
      local: { ...localStorage },
      session: { ...sessionStorage },
      databases: await indexedDB.databases(),
      caches: await globalThis.caches?.keys() ?? [],
      workers: (await navigator.serviceWorker?.getRegistrations())?.length ?? 0,
    }));
    assert.deepEqual(left, { stopped: [], local: {}, session: {}, databases: [], caches: [], workers: 0 });
    assert.deepEqual(await page.context().cookies(), []);
    assert.deepEqual(page.errors, []);
    const urls = page.asked.map((request) => new URL(request.url()));
    assert.deepEqual([...new Set(urls.map((url) => url.origin))].sort(), [server.url, origin, ...others].sort());
    for (const url of urls.filter((url) => url.origin === server.url)) {
      assert.match(url.pathname, /^\/(widget\.js|visit\.js|turnstile\.js|v1\/surveys\/\w+(\/responses|\/withdrawals)?)$/);
    }
    for (const request of page.asked) {
      assert.deepEqual([request.headers().cookie, request.headers().authorization], [undefined, undefined]);
      if (request.url().includes("/v1/")) assert.equal(request.headers().referer ?? "", "", "no page is named");
    }
    await page.context().close();
  }

  /** The Ledger's buckets with anything in them, before any tick; consents aside. */
  async function buckets(survey) {
    const { buckets } = (await readRows(server.stateDir, [survey])).ledgers[survey.id];
    return (buckets ?? []).filter(({ n, question }) => n > 0 && !question.startsWith("("));
  }

  /** The Ledger's buckets of consents, before any tick. */
  async function consents(survey) {
    const { buckets } = (await readRows(server.stateDir, [survey])).ledgers[survey.id];
    return (buckets ?? []).filter(({ n, question }) => n > 0 && question.startsWith("("));
  }

  /** What the Ledger has pending, before any tick: question → answers counted. */
  async function pending(survey) {
    const counts = {};
    for (const { question, n } of await buckets(survey)) counts[question] = (counts[question] ?? 0) + n;
    return counts;
  }

  async function close() {
    await browser.close();
    host.close();
    await server.discard();
  }
  return { server, browser, origin, survey, tag, serve, open, visit, posted, leave, buckets, consents, pending, close };
}

/** The widget of a page, once its form is there. */
export async function widgetOf(page, nth = 0) {
  const widget = page.locator("counterfoil-survey").nth(nth);
  await widget.locator("form").waitFor({ state: "attached" });
  return widget;
}

/** Chooses an answer of a question, both by how they are called. */
export const choose = (widget, question, answer) =>
  widget.getByRole("group", { name: question }).getByText(answer, { exact: true }).click();

/** Agrees that the answers are counted, and sends. */
export async function agreeAndSend(widget) {
  await widget.getByLabel("My answers may be counted").check();
  await widget.getByRole("button", { name: "Send" }).click();
}

/** Until the page was told that something happened, and how often it has by then. */
export async function until(page, what, times = 1) {
  await page.waitForFunction(([what, times]) => happened.filter((told) => told.startsWith(what)).length >= times, [what, times]);
}

/** Asserts that axe finds nothing to object to in a page as it is now. */
export async function assertNoViolations(page, what) {
  const found = await page.evaluate(async () => {
    const before = [...stopped];
    const { violations } = await axe.run(document, { resultTypes: ["violations"] });
    stopped = before; // what the policy stops of axe's own doing
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.failureSummary} ${node.html}`));
  });
  assert.deepEqual(found, [], what);
}

/** Asserts that axe finds nothing to object to, in light and in dark. */
export async function assertAccessible(page, what) {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await page.evaluate((scheme) => (document.documentElement.style.colorScheme = scheme), colorScheme);
    await assertNoViolations(page, `${what}, ${colorScheme}`);
  }
}
