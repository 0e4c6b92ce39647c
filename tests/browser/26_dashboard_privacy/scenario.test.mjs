// The privacy page of a survey: all that the API tells, and on paper.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, openDashboard, settled } from "../dashboard.mjs";
import { createSurvey } from "../../edge/survey.mjs";

let stage, own;
before(async () => {
  stage = await openDashboard();
  own = await createSurvey(stage.server, {
    name: "Visits to the site",
    template: "visits",
    store_visit: true,
    dimensions: { channel: ["web"] },
    controller: { name: "Shop BV", contact: "privacy@shop.example" },
    release: { every: "2h", min_cohort: 9, patience: "5d" },
  });
});
after(() => stage.close());

/** Every text that a JSON value holds. */
const textsOf = (value) =>
  typeof value === "string" ? [value] : value && typeof value === "object" ? Object.values(value).flatMap(textsOf) : [];
const oneLine = (text) => text.replace(/\s+/g, " ").trim();
/** What stands there as a word of the reader's language. */
const SAID = { pseudonymous: "Pseudonymous", secret: "Secret", pending: "Pending", aggregate: "Aggregate", configuration: "Configuration", bookkeeping: "Bookkeeping", ledger: "in the Ledger", d1: "in D1", recipient: "recipient", processor: "processor" };

test("the page says all that the API's own page says, for surveys of any kind, to whoever has a key", async () => {
  for (const [survey, key] of [[stage.survey, stage.read], [stage.quiet, stage.bound], [own, stage.server.adminKey]]) {
    const page = await stage.visit(`#/privacy/${survey.id}`, { key });
    await settled(page);
    const { json } = await stage.server.api("GET", `${survey.path}/privacy`, undefined, { key: null });
    const shown = oneLine(await page.locator("main").textContent());
    for (const text of textsOf(json)) assert.ok(shown.includes(oneLine(SAID[text] ?? text)), text);
    assert.equal(await page.locator("article h4").count(), json.stored.length);
    const { notice } = survey.definition;
    for (const text of [notice.hash, ...Object.values(notice.text)]) assert.ok(shown.includes(oneLine(text)));
    assert.ok(shown.includes("Global Privacy Control"));
    await stage.leave(page, key);
  }
});

test("consents are told notice by notice and flag by flag, and what became of shared comments, to whoever may read figures", async () => {
  const counted = await stage.ask("GET", `${stage.survey.path}/consents`);
  assert.deepEqual([counted.n, counted.relay], [60, { n: 12, delivered: 10, dropped: 2 }]);
  const page = await stage.visit(`#/privacy/${stage.survey.id}`, { key: stage.read });
  await settled(page);
  const part = page.getByRole("region", { name: "Consents that were given" });
  assert.deepEqual(await part.locator("tbody tr").evaluateAll((rows) => rows.map(({ cells }) => [...cells].map(({ textContent }) => textContent))), [["use_customer_id", "0 of 60"], ["use_segments", "45 of 60"], ["analyse_comment", "30 of 60"]]);
  const said = await part.innerText();
  assert.ok(said.includes(stage.survey.definition.notice.hash) && said.includes("Consents: 60. In force since"), said);
  assert.match(said, /comments were passed on \(.*\): 12\. Arrived: 10\. Lost: 2\./);
  // All that is kept is asked for, whatever days the address names.
  const [asked] = page.asked.map((request) => new URL(request.url())).filter(({ pathname }) => pathname.endsWith("/consents"));
  assert.equal((Date.parse(asked.searchParams.get("to")) - Date.parse(asked.searchParams.get("from"))) / 86_400_000, 3652);
  await assertAccessible(page, "consents");
  await stage.leave(page, stage.read);

  const nothing = await stage.visit(`#/privacy/${stage.quiet.id}?lang=nl`);
  await settled(nothing);
  await nothing.getByRole("region", { name: "Gegeven toestemmingen" }).getByText("Er is nog geen telling vrijgegeven.").waitFor();
  await stage.leave(nothing);
  const ingest = (await stage.ask("POST", "/v1/keys", { name: "Enters facts", scopes: ["ingest"] })).key;
  const without = await stage.visit(`#/privacy/${stage.survey.id}`, { key: ingest });
  await settled(without);
  assert.equal(await without.getByText("Consents that were given").count(), 0);
  assert.ok(!without.asked.some((request) => request.url().includes("/consents")));
  await stage.leave(without, ingest);
});

test("on paper there is no navigation, black stands on white, and where and when it was read", async () => {
  const page = await stage.visit(`#/privacy/${own.id}`, { colorScheme: "dark" });
  await settled(page);
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  for (const gone of ["header.frame", "nav", ".screen"]) {
    assert.deepEqual(await page.locator(gone).evaluateAll((found) => found.filter((one) => one.checkVisibility()).length), 0, gone);
  }
  const colours = await page.evaluate(() => [getComputedStyle(document.body), getComputedStyle(document.querySelector(".part p"))].map(({ color, backgroundColor }) => [color, backgroundColor]));
  assert.deepEqual(colours[0], ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]);
  assert.equal(colours[1][0], "rgb(0, 0, 0)");
  const printed = await page.locator("main").innerText();
  assert.ok(printed.includes(`${stage.server.url}${own.path}/privacy`));
  assert.match(printed, new RegExp(`State of\\s+.*${new Date().getUTCFullYear()}.* UTC`));
  assert.equal(await page.locator("tbody tr").first().evaluate((row) => getComputedStyle(row).breakInside), "avoid");
  const pdf = await page.pdf({ format: "A4" });
  assert.equal(pdf.subarray(0, 5).toString(), "%PDF-");
  const pages = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g).length;
  assert.ok(pages >= 3 && pages <= 25, `${pages} pages`);
  await stage.leave(page);
});

test("a survey page leads there, in both languages and for everybody", async () => {
  const page = await stage.visit(`#/surveys/${stage.survey.id}?lang=nl`);
  await settled(page);
  await page.getByRole("link", { name: "Privacy" }).click();
  await page.getByRole("heading", { name: "Privacy: After a purchase" }).waitFor();
  await settled(page);
  await page.getByRole("button", { name: "Rechten" }).click();
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Rechten");
  await assertAccessible(page, "privacy, in Dutch");
  await page.goto(`${stage.server.url}/dashboard/#/privacy/zzzzzzzz?lang=nl`);
  await page.getByText("Deze enquête bestaat niet.").first().waitFor();
  await assertAccessible(page, "privacy of no survey");
  await stage.leave(page);
});
