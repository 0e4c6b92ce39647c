// A stage for the hosted page: the built Workers, and a real Chromium that follows a link to them.
//
// JavaScript is off unless a scenario asks for it: the page has none, and must need none. It is on where axe is asked.

import assert from "node:assert/strict";
import { AXE, EVERY_KIND, openStage } from "./stage.mjs";

/** How long something may take to show. */
const PATIENCE_MS = 10_000;

/** A survey of everything that the page can show. */
export const EVERYTHING = {
  questions: [...EVERY_KIND.slice(0, -1), { id: "why", kind: "comment", show_if: { question: "recommend", at_most: 6 } }],
  dimensions: { channel: ["web", "store"] },
  themes: { delivery: { en: ["delivery"] } },
  controller: { name: "Shop BV", contact: "privacy@shop.example" },
  reward: { text: { en: "5 % off your next order", nl: "5 % korting op uw volgende bestelling" } },
};

/** Opens a stage. */
export async function openHosted(options) {
  const stage = await openStage(options);
  const { server } = stage;
  const survey = (definition) => stage.survey({ origins: [], ...definition });

  /** A fresh profile, which notes what is asked for and what a policy stops. Options are Playwright's. */
  async function profile(options) {
    const context = await stage.browser.newContext({ locale: "en-GB", javaScriptEnabled: false, ...options });
    context.setDefaultTimeout(PATIENCE_MS);
    const asked = [];
    const stopped = [];
    context.on("request", (request) => asked.push(request));
    context.on("console", (message) => {
      // A browser notes every 4xx; what a policy stops, it notes too, with JavaScript or without.
      if (!message.text().startsWith("Failed to load resource")) stopped.push(message.text());
    });
    if (options?.javaScriptEnabled) {
      await context.addInitScript(() => (globalThis.stopped = []));
      await context.addInitScript({ content: AXE });
    }
    return Object.assign(context, { asked, stopped });
  }

  /** Opens `/s/{id}`, with what stands after it, in a profile of its own or in the one given. */
  async function open({ id }, after = "", { within, ...options } = {}) {
    const page = await (within ?? (await profile(options))).newPage();
    await page.goto(`${server.url}/s/${id}${after}`);
    return page;
  }

  /** A link of a person's own. */
  async function invite(survey, customer = "C-1") {
    const reply = await server.api("POST", `${survey.path}/invitations`, { customer_ids: [customer] });
    return reply.json.items[0].invitation;
  }

  /** Closes a profile with its pages: nobody but us and `others` was asked, nothing is stored, no policy had anything to stop. */
  async function leave(page, { others = [] } = {}) {
    const context = page.context();
    const { cookies, origins } = await context.storageState({ indexedDB: true });
    assert.deepEqual([cookies, origins], [[], []]);
    for (const each of context.pages()) {
      assert.equal(await each.evaluate(() => sessionStorage.length), 0);
      const session = await context.newCDPSession(each);
      const { usage } = await session.send("Storage.getUsageAndQuota", { origin: server.url });
      assert.equal(usage, 0, "no database, no cache, no worker");
    }
    assert.deepEqual(context.stopped, []);
    assert.ok(context.asked.length > 0);
    for (const request of context.asked) {
      const { origin, pathname } = new URL(request.url());
      if (request.url().startsWith("data:application/jose;")) continue; // the receipt, which is in the page
      if (others.includes(origin)) continue;
      assert.equal(origin, server.url);
      assert.match(pathname, /^\/(page\.css|s\/\w+(\/withdrawal|\/qr\.svg)?)$/);
      assert.equal(request.headers().cookie, undefined);
    }
    await context.close();
  }

  return { ...stage, survey, profile, open, invite, leave };
}

/** Chooses an answer of a question, both by how they are called. */
export const choose = (page, question, answer) =>
  page.getByRole("group", { name: question }).getByRole("radio", { name: answer, exact: true }).check();

/** Agrees that the answers are counted, and sends. */
export async function agreeAndSend(page) {
  await page.getByLabel("My answers may be counted").check();
  await page.getByRole("button", { name: "Send" }).click();
}

/** Asserts the one heading that says which page this is. */
export async function assertHeading(page, heading) {
  const headings = page.getByRole("heading", { level: 1 });
  await page.getByRole("heading", { level: 1, name: heading, exact: true }).waitFor();
  assert.equal(await headings.count(), 1);
}

/** What is described to somebody in the field of this name: the texts that its `aria-describedby` names. */
export const described = (page, name) =>
  page.locator(`[name="${name}"]`).first().evaluate((field) => {
    const ids = field.getAttribute("aria-describedby") ?? field.closest("fieldset")?.getAttribute("aria-describedby") ?? "";
    return ids.split(" ").filter(Boolean).map((id) => document.getElementById(id).textContent);
  });
