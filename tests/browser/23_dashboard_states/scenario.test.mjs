// States: waiting, empty, not released yet, refused, failed, offline. Each says what is so, and what can be done.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, openDashboard, settled } from "../dashboard.mjs";

let stage;
before(async () => {
  stage = await openDashboard();
});
after(() => stage.close());

const KPIS = "**/v1/surveys/*/kpis?*";

test("while figures are on their way, that is shown and said", async () => {
  const page = await stage.visit("#/business");
  await settled(page);
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route(KPIS, async (route) => {
    await held;
    await route.continue();
  });
  await page.getByRole("link", { name: "Overview" }).click();
  await page.getByRole("status").filter({ hasText: "Loading" }).first().waitFor();
  await assertAccessible(page, "waiting");
  release();
  await settled(page);
  await stage.leave(page);
});

test("a survey without released answers says that they wait or are not there, when more comes, and why", async () => {
  const page = await stage.visit(`#/surveys/${stage.quiet.id}`);
  await settled(page);
  const { next_tick } = await stage.ask("GET", `${stage.quiet.path}/ledger`);
  const clock = new Date(next_tick).toISOString().slice(11, 19);
  await page.getByText(`${clock} UTC at the earliest`).waitFor(); // its reply is not waited for by `settled`
  const text = await page.locator("main").innerText();
  assert.ok(text.includes("Nothing is released in these days"));
  assert.ok(text.includes("until there are at least 5 together"));
  assert.match(text, /Complete through .*Later days may still change/);
  assert.ok(text.includes("rare segments are merged after 3 days"));
  assert.ok(text.includes("Nothing can be compared yet") && text.includes("Nothing asks for attention for certain"));
  assert.doesNotMatch(text, /\b0 (%|points)|: 0\b/, "no answers are not 0");
  await assertAccessible(page, "nothing released");
  await stage.leave(page);

  // Without an admin's key the next tick is not known, but how often there is one.
  const reader = await stage.visit(`#/surveys/${stage.quiet.id}`, { key: stage.read });
  await settled(reader);
  await reader.getByText("More is released every hour at the earliest.").waitFor();
  assert.ok(!reader.asked.some((request) => request.url().endsWith("/ledger")));
  await stage.leave(reader, stage.read);
});

test("where retention made the range another one, that is said", async () => {
  const page = await stage.visit(`#/surveys/${stage.quiet.id}?from=2020-01-01`);
  await settled(page);
  await page.getByText(/What came before .* is deleted\./).waitFor();
  await stage.leave(page);
});

test("a survey that is not there, a refusal and a fault of ours are told apart, and can be tried again", async () => {
  const page = await stage.visit("#/surveys/zzzzzzzz");
  await page.getByText("There is no such survey.").waitFor();
  await assertAccessible(page, "no such survey");

  await page.goto(`${stage.server.url}/dashboard/#/?from=1990-01-01&step=day`);
  await page.getByText("The service cannot answer this request.").first().waitFor();

  await page.route(KPIS, (route) =>
    route.fulfill({ status: 500, contentType: "application/problem+json", body: JSON.stringify({ type: "/problems/internal", title: "", status: 500, reference: "4f9a" }) }));
  await page.goto(`${stage.server.url}/dashboard/#/`);
  await page.getByText("The service has failed.").first().waitFor();
  await page.getByText("Reference: 4f9a").first().waitFor();
  await assertAccessible(page, "a fault");
  await page.unroute(KPIS);
  await page.route(KPIS, (route) => route.fulfill({ status: 502, contentType: "text/html", body: "<p>Bad gateway" }));
  await page.getByRole("button", { name: "Try again" }).first().click();
  await page.getByText("The service replied with an error (502).").waitFor();
  await page.unroute(KPIS);
  for (const _ of [1, 2]) await page.getByRole("button", { name: "Try again" }).first().click();
  await settled(page);
  assert.equal(await page.getByRole("alert").filter({ hasText: "error" }).count(), 0);
  await page.locator(".card").first().waitFor();
  await stage.leave(page);
});

test("offline, that is said; back online, what was missing comes by itself", async () => {
  const page = await stage.visit("#/business");
  await settled(page);
  await page.context().setOffline(true);
  await page.getByRole("link", { name: "Overview" }).click();
  await page.getByText("No connection").waitFor();
  await assertAccessible(page, "offline");
  await page.context().setOffline(false);
  await page.locator(".card").first().waitFor();
  await settled(page);
  await stage.leave(page);
});

test("a service without surveys, facts or a score says how they come to be", async () => {
  const page = await stage.visit();
  await settled(page);
  const none = { "**/v1/surveys?*": { items: [], next: null } };
  for (const [path, json] of Object.entries(none)) await page.route(path, (route) => route.fulfill({ json }));
  await page.reload();
  await page.getByText("There is no survey yet").waitFor();
  await assertAccessible(page, "no surveys");
  await page.goto(`${stage.server.url}/dashboard/#/business?from=2020-01-01&to=2020-02-01`);
  await page.getByText("No facts were reported for these days").waitFor();
  await assertAccessible(page, "no facts");
  await page.route("**/v1/engagement?*", (route) => route.fulfill({ json: { revision: 0, from: "2020-01-01", to: "2020-02-01", value: null, unit: "points", interval: null, covered: null, reason: { code: "no_parts" }, parts: [] } }));
  await page.getByRole("link", { name: "Engagement" }).click();
  await page.getByText("No score is defined").waitFor();
  await assertAccessible(page, "no score");
  await stage.leave(page);
});
