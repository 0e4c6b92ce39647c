// The engagement score edited: what is saved is what the API then has, and nothing that was typed is lost on the way.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, openDashboard, settled } from "../dashboard.mjs";

let stage;
let begun;
before(async () => {
  stage = await openDashboard();
  begun = await definition();
});
after(() => stage.close());

/** The definition, as the API has it. */
async function definition() {
  const { name, parts } = await stage.ask("GET", "/v1/engagement");
  return { name, parts: parts.map(({ value, unit, n, interval, score, contribution, reason, previous, ...part }) => part) };
}
const open = async (options) => {
  const page = await stage.visit("#/engagement", options);
  await page.getByRole("button", { name: "Edit the score" }).click();
  await page.getByRole("heading", { name: "Edit the score" }).waitFor();
  return page;
};
const part = (page, name) => page.getByRole("group", { name });
const save = (page) => page.getByRole("button", { name: "Save the score" }).click();

test("weights, floors and targets are edited, parts are removed and added from what there is, and the API has it so", async () => {
  const page = await open();
  await assertAccessible(page, "editing the score");
  await page.getByLabel("Name of the score").fill("Our score");
  const nps = part(page, "Net Promoter Score · recommend · After a purchase");
  await nps.getByLabel("Weight").fill("2,5");
  await nps.getByLabel("Floor (points)").fill("-12.125");
  await part(page, /^Cart abandonment/).getByRole("button", { name: "Remove" }).click();
  const repeat = part(page, /^Repeat purchase rate/);
  await repeat.getByRole("button", { name: "Remove" }).click();
  await repeat.getByRole("button", { name: "Put back" }).click();
  assert.equal(await repeat.getByLabel("Target").inputValue(), "50", "what was typed comes back");

  const adding = part(page, "Add a part");
  await adding.getByLabel("From").selectOption({ label: "After a purchase" });
  await adding.getByLabel("Metric").selectOption({ label: "Share: Price: What mattered most?" });
  assert.ok(await adding.getByRole("option", { name: /^Net Promoter Score/ }).isDisabled(), "what is a part already is none to add");
  await adding.getByRole("button", { name: "Add" }).click();
  const share = part(page, "Share · price · reason · After a purchase");
  await share.getByLabel("Weight").and(page.locator(":focus")).waitFor();
  await share.getByLabel("Floor").fill("20");
  await share.getByLabel("Target").fill("40");
  await adding.getByLabel("From").selectOption({ label: "Business" });
  await adding.getByLabel("Metric").selectOption({ label: "Conversion rate · web" });
  await adding.getByRole("button", { name: "Add" }).click();
  await part(page, "Conversion rate · web").getByLabel("Floor").fill("1");
  await part(page, "Conversion rate · web").getByLabel("Target").fill("5.5");
  await page.getByText("There are changes that are not saved.").waitFor();

  const before = page.asked.length;
  await save(page);
  await page.getByText("The score is saved; the figures are read again.").waitFor();
  await settled(page);
  const { survey } = stage;
  const expected = {
    name: "Our score",
    parts: [
      { survey: survey.id, question: "recommend", kpi: "nps", weight: 2.5, floor: -12.125, target: 50 },
      { survey: survey.id, question: "satisfied", kpi: "csat", weight: 2, floor: 50, target: 90 },
      { business: "repeat_purchase_rate", weight: 2, floor: 20, target: 50 },
      { survey: survey.id, question: "reason", kpi: "share", option: "price", weight: 1, floor: 20, target: 40 },
      { business: "conversion_rate", channel: "web", weight: 1, floor: 1, target: 5.5 },
    ],
  };
  assert.deepEqual(await definition(), expected);
  // The score is the API's own, read after saving.
  const calls = page.asked.slice(before).filter((request) => new URL(request.url()).pathname === "/v1/engagement").map((request) => request.method());
  assert.deepEqual(calls, ["PUT", "GET"]);
  const from = new URL(page.asked.findLast((request) => request.url().includes("/v1/engagement?")).url()).search;
  const { value } = await stage.ask("GET", `/v1/engagement${from}`);
  assert.equal(await page.locator(".value").first().innerText(), `${String(value).replace("-", "−")} points`);
  assert.equal(await page.evaluate(() => document.activeElement.tagName === "BUTTON" || document.activeElement.tagName === "H1"), true, "the focus is not lost");
  await stage.leave(page);
  await stage.ask("PUT", "/v1/engagement", begun);
});

test("faults stand beside their fields, typed text stays, and what is not saved is asked about", async () => {
  const page = await open();
  const nps = part(page, /^Net Promoter Score/);
  await nps.getByLabel("Weight").fill("a lot");
  await save(page);
  await nps.getByText("A number, for example 12.5.").waitFor();
  assert.equal(await nps.getByLabel("Weight").and(page.locator(":focus")).count(), 1, "the focus goes to the fault");
  await nps.getByLabel("Weight").fill("0");
  await nps.getByLabel("Target").fill("101");
  const csat = part(page, /^Customer satisfaction/);
  await csat.getByLabel("Floor").fill("90");
  // The faults of the third part are told as of the third: what is removed is not counted.
  await part(page, /^Cart abandonment/).getByRole("button", { name: "Remove" }).click();
  const repeat = part(page, /^Repeat purchase rate/);
  await repeat.getByLabel("Weight").fill("1.2345");
  await page.getByLabel("Name of the score").fill("x".repeat(101));
  await save(page);
  await page.getByRole("alert").filter({ hasText: "Not saved: what is wrong stands beside the fields." }).waitFor();
  const marked = await page.locator("[aria-invalid=true]").evaluateAll((fields) => fields.map((field) => `${field.closest("fieldset")?.querySelector("legend").textContent.split(" · ")[0] ?? ""} ${field.labels[0].textContent}: ${field.parentElement.querySelector(".wrong").textContent}`));
  assert.deepEqual(marked, [
    ` Name of the score: ${marked[0].split(": ")[1]}`,
    "Net Promoter Score Weight: Numbers above 0 and up to 1000 are allowed.",
    "Net Promoter Score Target (points): Numbers from -100 to 100 are allowed.",
    "Customer satisfaction Target (%): `floor` and `target` must differ.",
    `Repeat purchase rate Weight: ${marked.at(-1).split(": ")[1]}`,
  ]);
  assert.match(marked.at(-1), /decimals/);
  assert.deepEqual([await nps.getByLabel("Weight").inputValue(), await nps.getByLabel("Target").inputValue()], ["0", "101"]);
  await assertAccessible(page, "a score with faults");

  const asked = [];
  let answer = "dismiss";
  page.on("dialog", (dialog) => {
    asked.push(dialog.type());
    dialog[answer]();
  });
  await page.getByRole("link", { name: "Facts" }).click();
  await page.waitForFunction(() => location.hash === "#/engagement");
  // Other days are another view of the same page: nothing is asked, and nothing lost.
  await page.getByRole("button", { name: "4 weeks" }).click();
  await settled(page);
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  assert.deepEqual([asked, await nps.getByLabel("Weight").inputValue()], [["confirm", "confirm", "confirm"], "0"]);
  page.reload().catch(() => {}); // stays, as the answer is no
  await page.waitForEvent("dialog");
  assert.deepEqual([asked.at(-1), await nps.getByLabel("Weight").inputValue()], ["beforeunload", "0"]);
  answer = "accept";
  await page.getByRole("link", { name: "Facts" }).click();
  await page.getByRole("heading", { name: "Facts", level: 1 }).waitFor();
  assert.deepEqual(await definition(), begun);
  await stage.leave(page);
});

test("whoever was slower is told, and chooses whose score it is", async () => {
  const page = await open();
  const mine = part(page, /^Net Promoter Score/).getByLabel("Weight");
  await mine.fill("7");
  const theirs = { ...begun, name: "Theirs" };
  await stage.ask("PUT", "/v1/engagement", theirs);
  await save(page);
  await page.getByText("Somebody else has changed the score meanwhile").waitFor();
  await assertAccessible(page, "a score that somebody else has changed");
  assert.deepEqual([await definition(), await mine.inputValue()], [theirs, "7"]);
  await page.getByRole("button", { name: "Let mine go" }).click();
  await page.getByRole("heading", { name: "Theirs" }).waitFor();
  await page.getByRole("button", { name: "Edit the score" }).click();
  assert.equal(await page.getByLabel("Name of the score").inputValue(), "Theirs");
  await mine.fill("8");
  await stage.ask("PUT", "/v1/engagement", begun);
  await save(page);
  await page.getByRole("button", { name: "Save mine over theirs" }).click();
  await page.getByText("The score is saved").waitFor();
  assert.deepEqual((await definition()).parts.map(({ weight }) => weight), [8, 2, 1, 2]);
  await stage.leave(page);

  // In Dutch numbers are shown and taken with a comma, and the keyboard alone is enough.
  await stage.ask("PUT", "/v1/engagement", { ...begun, parts: begun.parts.map((part) => ({ ...part, weight: part.weight + 0.5 })) });
  const dutch = await stage.visit("#/engagement", { locale: "nl-NL", viewport: { width: 320, height: 700 } });
  await dutch.getByRole("button", { name: "De score bewerken" }).focus();
  await dutch.keyboard.press("Enter");
  await dutch.getByLabel("Naam van de score").and(dutch.locator(":focus")).waitFor();
  await dutch.keyboard.press("Tab");
  assert.equal(await dutch.evaluate(() => document.activeElement.value), "3,5");
  await dutch.keyboard.press("Control+A");
  await dutch.keyboard.type("3,25");
  assert.ok(await dutch.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "no page scrolls sideways");
  await assertAccessible(dutch, "editing the score on a phone, in Dutch");
  await dutch.keyboard.press("Enter");
  await dutch.getByText("De score is opgeslagen").waitFor();
  assert.deepEqual((await definition()).parts.map(({ weight }) => weight), [3.25, 2.5, 1.5, 2.5]);
  await stage.leave(dutch);
});

test("only an admin's key edits; without a score it says how one comes to be", async () => {
  const page = await stage.visit("#/engagement", { key: stage.read });
  await page.getByText("The score is edited with a key of the scope admin.").waitFor();
  assert.equal(await page.getByRole("button", { name: "Edit the score" }).count(), 0);
  await stage.leave(page, stage.read);

  await stage.ask("PUT", "/v1/engagement", { parts: [] });
  const admin = await stage.visit("#/engagement");
  await admin.getByText("No score is defined").waitFor();
  await admin.getByRole("button", { name: "Define a score" }).click();
  await part(admin, "Add a part").getByLabel("From").selectOption("business");
  await admin.getByLabel("Metric").selectOption({ label: "Customer churn" });
  await admin.getByRole("button", { name: "Add", exact: true }).click();
  await admin.getByLabel("Floor").fill("5");
  await admin.getByLabel("Target").fill("1");
  await save(admin);
  await admin.getByRole("heading", { name: "Parts and weights" }).waitFor();
  assert.deepEqual((await definition()).parts, [{ business: "customer_churn", weight: 1, floor: 5, target: 1 }]);
  await stage.leave(admin);
});
