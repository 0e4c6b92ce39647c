// Alerts and webhooks: made, tried, told, read in the history, changed, deleted.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Webhook } from "standardwebhooks";
import { ago, assertAccessible, openDashboard, settled } from "../dashboard.mjs";
import { openEditor, openPart, save } from "../editor.mjs";
import { startReceiver } from "../../edge/receiver.mjs";
import { createSurvey } from "../../edge/survey.mjs";

const MINUTE = 60_000;

let stage;
let receiver;
let now = Date.now();
before(async () => {
  [stage, receiver] = await Promise.all([openDashboard(), startReceiver()]);
});
after(() => Promise.all([stage.close(), receiver.stop()]));

const rowOf = (page, section, text) => page.getByRole("region", { name: section, exact: true }).getByRole("listitem").filter({ hasText: text });
/** Runs the office's cron, a minute after it last ran. */
const cron = async () => {
  now += MINUTE;
  assert.equal((await stage.server.scheduled(now, "office")).outcome, "ok");
};
const makeWebhook = (name) => stage.ask("POST", "/v1/webhooks", { name, url: receiver.url });
/** The NPS of the last 28 days, today among them. */
const nps = async () => (await stage.ask("GET", `${stage.survey.path}/kpis?from=${ago(27)}`)).kpis.find(({ kpi }) => kpi === "nps").value;

/** Enters an alert of a survey's KPI. */
async function enter(page, { name, rule, survey, metric, limit, days, webhook }) {
  if (name !== undefined) await page.getByLabel("What you call it").first().fill(name);
  if (rule) await page.getByRole("radio", { name: rule }).check();
  if (survey) {
    await page.getByRole("combobox", { name: "From", exact: true }).selectOption({ label: survey });
    const choice = page.getByRole("combobox", { name: "Metric", exact: true });
    await choice.locator("option", { hasText: metric }).first().waitFor({ state: "attached" });
    await choice.selectOption({ label: await choice.locator("option", { hasText: metric }).first().textContent() });
  }
  if (limit !== undefined) await page.getByLabel(/^(Lower|Higher) than/).fill(limit);
  if (days !== undefined) await page.getByLabel("Over how many days").fill(days);
  if (webhook) await page.getByRole("combobox", { name: "Webhook", exact: true }).selectOption({ label: webhook });
}

test("from nothing to an alert that is told: the webhook's secret shown once, a test, the event verified, the history", async () => {
  const page = await stage.visit("");
  await page.getByRole("link", { name: "Alerts" }).click();
  await settled(page);
  await page.getByText("Make a webhook first").waitFor();
  await assertAccessible(page, "no webhooks yet");
  const form = page.getByRole("form", { name: "Make a webhook" });
  await form.getByLabel("What you call it").fill("Team chat");
  await form.getByLabel("Its address").fill(receiver.url);
  await form.getByRole("button").click();
  await page.getByRole("heading", { name: "“Team chat” is made" }).waitFor();
  const secret = await page.getByLabel("Secret").inputValue();
  assert.match(secret, /^whsec_/);
  await assertAccessible(page, "a webhook's secret, shown once");
  await page.getByRole("button", { name: "I have stored it" }).click();
  await settled(page);
  assert.ok(!(await page.content()).includes(secret), "it is not shown again");

  await page.getByRole("button", { name: /Send a test.*Team chat/ }).click();
  await page.getByText("It was taken (204).", { exact: true }).waitFor();
  const hook = new Webhook(secret);
  assert.equal(hook.verify(receiver.events[0].body, receiver.events[0].headers).type, "test");
  receiver.behave(500);
  await page.getByRole("button", { name: /Send a test.*Team chat/ }).click();
  await page.getByText("The receiver refused it. (500)", { exact: true }).waitFor();
  receiver.behave(204);

  const value = await nps();
  await enter(page, { name: "NPS is low", survey: stage.survey.definition.name, metric: "Net Promoter Score", limit: String(value + 1), days: "28", webhook: "Team chat" });
  await page.getByRole("button", { name: "Make an alert" }).click();
  await page.getByText("“NPS is low” is made.").waitFor();
  const row = rowOf(page, "Alerts", "NPS is low");
  await row.getByText("Nobody has looked yet").waitFor();
  const { items: [alert] } = await stage.ask("GET", "/v1/alerts");
  assert.deepEqual(alert.when, { kind: "below", survey: stage.survey.id, question: "recommend", kpi: "nps", limit: value + 1, days: 28 });

  const before = receiver.events.length;
  await cron();
  await receiver.next(before + 1);
  const told = hook.verify(receiver.events[before].body, receiver.events[before].headers);
  assert.deepEqual([told.type, told.data.alert, told.data.figures.value], ["alert.raised", alert.id, value]);
  await page.reload();
  await settled(page);
  await row.getByText("holds", { exact: true }).waitFor();
  const delivery = rowOf(page, "What was told", "Begun: NPS is low");
  await delivery.getByText("taken", { exact: true }).waitFor();
  await delivery.locator("summary").click();
  assert.deepEqual(JSON.parse(await delivery.locator("pre").textContent()), told);
  await assertAccessible(page, "an alert that holds, and what was told");

  // Changed so that it holds no more, and then deleted; the webhook only once nothing uses it.
  await row.getByRole("button", { name: /Edit/ }).click();
  assert.equal(await page.getByLabel("What you call it").first().inputValue(), "NPS is low");
  await page.waitForFunction(() => [...document.querySelectorAll("form select")].some(({ value }) => value.includes("recommend")));
  await enter(page, { limit: String(value - 1) });
  await page.getByRole("button", { name: "Save the alert" }).click();
  await page.getByText("“NPS is low” is saved.").waitFor();
  await cron();
  assert.equal((await stage.ask("GET", `/v1/alerts/${alert.id}`)).raised, null);
  const webhookRow = rowOf(page, "Webhooks", "Team chat");
  await webhookRow.getByRole("button", { name: /Delete/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByRole("dialog").getByText("It is still used.").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  await row.getByRole("button", { name: /Delete/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByText("“NPS is low” is deleted.").waitFor();
  await webhookRow.getByRole("button", { name: /Delete/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
  await webhookRow.waitFor({ state: "detached" });
  assert.deepEqual((await stage.ask("GET", "/v1/webhooks")).items, []);
  await stage.leave(page);
});

test("what the service has against an alert or a webhook stands beside its field, and nothing that was entered is lost", async () => {
  const webhook = await makeWebhook("Faults");
  const page = await stage.visit("#/alerts");
  await settled(page);
  await enter(page, { name: " ", survey: stage.survey.definition.name, metric: "Net Promoter Score", limit: "many", days: "0" });
  await page.getByRole("button", { name: "Make an alert" }).click();
  await page.locator("#alert-limit[aria-invalid=true]").waitFor();
  for (const id of ["alert-name", "alert-limit", "alert-days"]) {
    const [invalid, said] = await page.locator(`#${id}`).evaluate((field) => [field.getAttribute("aria-invalid"), document.getElementById(field.getAttribute("aria-describedby"))?.textContent]);
    assert.ok(invalid === "true" && said, id);
  }
  assert.equal(await page.evaluate(() => document.activeElement.id), "alert-name", "the first faulty field has the focus");
  assert.equal(await page.locator("#alert-limit").inputValue(), "many");
  await assertAccessible(page, "faults of an alert");
  await page.getByLabel("Its address").fill("http://shop.example/hook");
  await page.getByRole("button", { name: "Make a webhook" }).click();
  await page.locator("#webhook-url[aria-invalid=true]").waitFor();
  assert.equal(await page.locator("#webhook-url").inputValue(), "http://shop.example/hook");
  assert.deepEqual((await stage.ask("GET", "/v1/alerts")).items, []);
  await stage.leave(page);
  await stage.server.api("DELETE", `/v1/webhooks/${webhook.id}`);
});

test("every kind of condition is made as the API names it", async () => {
  const webhook = await makeWebhook("Kinds");
  const page = await stage.visit("#/alerts");
  await settled(page);
  const survey = stage.survey.definition.name;
  const of = { survey: stage.survey.id, question: "recommend", kpi: "nps" };
  const kinds = [
    [{ rule: /^Above a limit/, survey: "Business", metric: "Cart abandonment", limit: "70.5", days: "7" }, { kind: "above", business: "cart_abandonment", limit: 70.5, days: 7 }],
    [{ rule: /^A significant drop/, survey, metric: "Net Promoter Score", days: "28" }, { kind: "drop", ...of, days: 28 }],
    [{ rule: /^A new driver/, survey, metric: "Net Promoter Score", days: "90" }, { kind: "driver", ...of, days: 90 }],
    [{ rule: /^Customers cost more/, days: "30" }, { kind: "clv_below_cpa", days: 30 }],
  ];
  for (const [n, [entered, when]] of kinds.entries()) {
    await enter(page, { name: `Kind ${n}`, ...entered });
    await page.getByRole("button", { name: "Make an alert" }).click();
    await page.getByText(`“Kind ${n}” is made.`).waitFor();
    await settled(page);
    const { items } = await stage.ask("GET", "/v1/alerts");
    assert.deepEqual(items.find(({ name }) => name === `Kind ${n}`).when, when);
  }
  await stage.leave(page);
  for (const { id } of (await stage.ask("GET", "/v1/alerts")).items) await stage.server.api("DELETE", `/v1/alerts/${id}`);
  await stage.server.api("DELETE", `/v1/webhooks/${webhook.id}`);
});

test("an alert that cannot be judged says so, whether it was raised or not", async () => {
  const webhook = await makeWebhook("Unjudged");
  const when = { kind: "below", survey: stage.quiet.id, question: "satisfied", kpi: "csat", limit: 50, days: 28 };
  const { id } = await stage.ask("POST", "/v1/alerts", { name: "Nobody answers", webhook: webhook.id, when });
  await cron();
  assert.equal((await stage.ask("GET", `/v1/alerts/${id}`)).reason, "no_answers");
  const page = await stage.visit("#/alerts");
  await settled(page);
  const row = rowOf(page, "Alerts", "Nobody answers");
  const said = await row.innerText();
  assert.match(said, /Nobody answers\s*not judged/);
  assert.match(said, /Could not be judged\. Looked at: .* There were no answers to judge\./);
  assert.doesNotMatch(said, /does not hold/);
  await assertAccessible(page, "an alert that cannot be judged");
  // What was raised stands, whatever becomes of the survey's answers.
  await page.route("**/v1/alerts?*", async (route) => {
    const reply = await route.fetch();
    const { items, next } = await reply.json();
    await route.fulfill({ response: reply, json: { items: items.map((alert) => ({ ...alert, raised: "2026-01-05T12:00:00Z" })), next } });
  });
  await page.reload();
  await settled(page);
  assert.match(await row.innerText(), /Nobody answers\s*holds\s*not judged[^]*Stands since 5 Jan 2026, 12:00:00 UTC; could not be judged at the last look\. Looked at/);
  await page.goto(`${stage.server.url}/dashboard/#/alerts?lang=nl`);
  await settled(page);
  assert.match(await rowOf(page, "Waarschuwingen", "Nobody answers").innerText(), /niet beoordeeld[^]*Geldt sinds 5 jan 2026.* UTC; kon de laatste keer niet worden beoordeeld\./);
  await stage.leave(page);
  await stage.server.api("DELETE", `/v1/alerts/${id}`);
  await stage.server.api("DELETE", `/v1/webhooks/${webhook.id}`);
});

test("a delivery that fails is no good news, and a test is listed at once, with the focus and its outcome where they were", async () => {
  const webhook = await makeWebhook("Failing");
  receiver.behave(500);
  const limit = (await nps()) + 1;
  const alert = await stage.ask("POST", "/v1/alerts", { name: "Fails to arrive", webhook: webhook.id, when: { kind: "below", survey: stage.survey.id, question: "recommend", kpi: "nps", limit, days: 28 } });
  await cron();
  const waiting = async () => (await stage.ask("GET", `/v1/deliveries?alert=${alert.id}`)).items[0];
  while (!(await waiting())?.why) await cron();
  const page = await stage.visit("#/alerts");
  await settled(page);
  const delivery = rowOf(page, "What was told", "Begun: Fails to arrive");
  assert.equal(await delivery.locator(".tag.bad").innerText(), "will be retried");
  assert.match(await delivery.innerText(), /The receiver refused it\. \(500\)[^]*Next attempt: .* UTC/);

  // What is typed elsewhere stays, too.
  await page.locator("#alert-name").fill("Half an alert");
  const tests = rowOf(page, "What was told", "Test");
  const listed = await tests.count();
  receiver.behave(410);
  const button = page.getByRole("button", { name: /Send a test.*Failing/ });
  await button.focus();
  await page.keyboard.press("Enter");
  const row = rowOf(page, "Webhooks", "Failing");
  await row.getByText("not used", { exact: true }).waitFor();
  await page.waitForFunction((n) => [...document.querySelectorAll("[aria-labelledby=deliveries] .title")].filter(({ textContent }) => textContent.startsWith("Test")).length === n, listed + 1);
  assert.match(await row.innerText(), /The receiver says that it is gone\. \(410\)/);
  assert.ok(await button.evaluate((button) => button === document.activeElement), "the focus stays");
  assert.equal(await page.locator("#alert-name").inputValue(), "Half an alert");
  receiver.behave(204);
  await page.keyboard.press("Enter");
  await row.getByText("not used", { exact: true }).waitFor({ state: "detached" });
  await row.getByText("It was taken (204).", { exact: true }).waitFor();
  await stage.leave(page);
  await stage.server.api("DELETE", `/v1/alerts/${alert.id}`);
  await stage.server.api("DELETE", `/v1/webhooks/${webhook.id}`);
});

test("a driver is a driver in Dutch too, and a limit is passed by the whole interval", async () => {
  const page = await stage.visit("#/alerts?lang=nl");
  await settled(page);
  const webhook = await makeWebhook("Woorden");
  await page.reload();
  await settled(page);
  await page.getByText("Een nieuwe drijfveer").waitFor();
  assert.doesNotMatch(await page.locator("main").innerText(), /oorzaak/);
  await page.getByText("Pas als het hele 95 %-interval voorbij de grens ligt.").waitFor();
  await page.getByRole("combobox", { name: "Webhook", exact: true }).waitFor();
  await stage.leave(page);
  await stage.server.api("DELETE", `/v1/webhooks/${webhook.id}`);
});

test("a key that may only read is told which scope the page takes, in its language, on a phone too", async () => {
  const page = await stage.visit("#/alerts?lang=nl", { key: stage.read, viewport: { width: 320, height: 700 } });
  await page.getByText("Voor deze pagina is een sleutel met de bevoegdheid admin nodig").waitFor();
  assert.equal(await page.getByRole("link", { name: "Waarschuwingen" }).count(), 0);
  await assertAccessible(page, "alerts, for a reader");
  await stage.leave(page, stage.read);
});

test("the keyboard alone makes an alert, on a phone, in Dutch, and nothing scrolls sideways", async () => {
  const webhook = await makeWebhook("Telefoon");
  const page = await stage.visit("#/alerts?lang=nl", { viewport: { width: 320, height: 700 } });
  await settled(page);
  await page.locator("#alert-name").focus();
  await page.keyboard.type("Duur");
  await page.keyboard.press("Tab");
  for (let n = 0; n < 4; n++) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.id), "alert-days");
  await page.keyboard.press("Enter");
  await page.getByText("“Duur” is gemaakt.").waitFor();
  assert.match(await page.evaluate(() => document.activeElement.textContent), /is gemaakt/);
  await settled(page);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing scrolls sideways");
  await assertAccessible(page, "alerts, on a phone");
  const { items: [alert] } = await stage.ask("GET", "/v1/alerts");
  assert.deepEqual([alert.name, alert.when], ["Duur", { kind: "clv_below_cpa", days: 28 }]);
  await stage.leave(page);
  await stage.server.api("DELETE", `/v1/alerts/${alert.id}`);
  await stage.server.api("DELETE", `/v1/webhooks/${webhook.id}`);
});

test("the survey editor chooses where comments are passed on to, and says that Turnstile is not set up", async () => {
  const webhook = await makeWebhook("Comments");
  const survey = await createSurvey(stage.server, { name: "Comments", questions: [{ id: "recommend", kind: "nps" }, { id: "happy", kind: "csat" }, { id: "why", kind: "comment" }] });
  const page = await openEditor(stage, survey);
  const part = await openPart(page, "Identified people, robots, comments, reward");
  await part.getByLabel("Pass comments on").check();
  await part.getByRole("combobox", { name: "Webhook", exact: true }).selectOption({ label: "Comments" });
  await part.getByLabel("With the class of the answer to").selectOption("happy");
  await save(page);
  assert.deepEqual((await stage.ask("GET", survey.path)).relay, { webhook: webhook.id, question: "happy" });
  await page.getByText("Of those who agree, the comment is passed on to your webhook once, scrubbed.").waitFor();
  assert.equal(await page.getByText("Nobody ever reads them").count(), 0);
  await part.getByText(/^Comments passed on \(.*\): no count is released yet\.$/).waitFor();
  await part.getByLabel(/Keep out robots/).check();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("TURNSTILE_SITE_KEY").first().waitFor();
  await part.getByLabel(/Keep out robots/).uncheck();
  await part.getByLabel("Pass comments on").uncheck();
  await save(page);
  assert.equal((await stage.ask("GET", survey.path)).relay, undefined);
  await page.getByText("Nobody ever reads them").waitFor();
  await stage.leave(page);
  await stage.server.api("DELETE", `/v1/webhooks/${webhook.id}`);
});

test("what became of shared comments stands beside their webhook, and in the editor, in both languages", async () => {
  const webhook = await makeWebhook("Shared");
  const stored = await stage.ask("GET", stage.survey.path);
  await stage.ask("PUT", stage.survey.path, { ...stored, relay: { webhook: webhook.id } });
  const page = await stage.visit("#/alerts");
  await settled(page);
  const row = rowOf(page, "Webhooks", "Shared");
  await row.getByText(/comments were passed on \(.*\): 12\. Arrived: 10\. Lost: 2\./).waitFor();
  await assertAccessible(page, "comments that were lost");
  await row.getByRole("link", { name: "After a purchase" }).click();
  await settled(page);
  const part = await openPart(page, "Identified people, robots, comments, reward");
  await part.getByText(/: 12\. Arrived: 10\. Lost: 2\.$/).waitFor();
  await page.goto(`${stage.server.url}/dashboard/#/edit/${stage.survey.id}?lang=nl`);
  await settled(page);
  await page.getByText("Van wie ermee instemt, gaat de opmerking één keer geschoond naar uw webhook.").waitFor();
  await page.getByText(/Responsen waarvan de opmerking is doorgegeven \(.*\): 12\. Aangekomen: 10\. Verloren: 2\./).waitFor({ state: "attached" });
  await stage.leave(page);

  // A key that is bound to the survey may not list webhooks: it may leave the choice, or end it.
  const { key } = await stage.ask("POST", "/v1/keys", { name: "One survey's admin", scopes: ["admin"], surveys: [stage.survey.id] });
  const bound = await openEditor(stage, stage.survey, { key });
  const its = await openPart(bound, "Identified people, robots, comments, reward");
  await its.getByText("Choosing a webhook takes an admin key that is bound to no survey.").waitFor();
  assert.ok(await its.getByRole("combobox", { name: "Webhook", exact: true }).isDisabled());
  assert.ok(!bound.asked.some((request) => request.url().includes("/v1/webhooks")));
  assert.deepEqual(await bound.locator("header nav a").allInnerTexts(), ["Overview"]);
  await its.getByLabel("With the class of the answer to").selectOption("satisfied");
  await save(bound);
  assert.deepEqual((await stage.ask("GET", stage.survey.path)).relay, { webhook: webhook.id, question: "satisfied" });
  await its.getByLabel("Pass comments on").uncheck();
  await its.getByLabel("Pass comments on").check();
  assert.equal(await its.getByRole("combobox", { name: "Webhook", exact: true }).inputValue(), webhook.id, "what is turned on again is as it was");
  await its.getByLabel("Pass comments on").uncheck();
  await save(bound);
  await bound.reload();
  await settled(bound);
  await openPart(bound, "Identified people, robots, comments, reward");
  assert.ok(await its.getByLabel("Pass comments on").isDisabled(), "without a webhook to choose there is nothing to turn on");
  await stage.leave(bound, key);
  await stage.server.api("DELETE", `/v1/webhooks/${webhook.id}`);
});
