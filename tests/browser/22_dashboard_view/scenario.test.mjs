// The view: it stands in the address, so that it can be reloaded and shared; and it speaks English and Dutch.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readFileSync, readdirSync } from "node:fs";
import { dayAfter, monthsBack, readPlace, today, weeksBack, writePlace } from "../../../public/dashboard/place.js";
import { openDashboard, settled, tableOf } from "../dashboard.mjs";

const WORDS = JSON.parse(readFileSync(new URL("../../../public/dashboard/words.json", import.meta.url)));

let stage;
before(async () => {
  stage = await openDashboard();
});
after(() => stage.close());

test("range, step, comparison and breakdown stand in the address, survive a reload, and can be handed to somebody else", async () => {
  const page = await stage.visit(`#/surveys/${stage.survey.id}`);
  await settled(page);
  await page.getByLabel("From", { exact: true }).fill(dayAfter(today(), -40));
  await page.getByLabel("To", { exact: true }).fill(dayAfter(today(), -2));
  await page.locator("label", { hasText: "Steps" }).locator("select").selectOption("day");
  await page.locator("label", { hasText: "Break down by" }).locator("select").selectOption("channel");
  await page.getByLabel("Compare with the period before").uncheck();
  await settled(page);
  const fragment = new URL(page.url()).hash;
  assert.equal(fragment, `#/surveys/${stage.survey.id}?from=${dayAfter(today(), -40)}&to=${dayAfter(today(), -2)}&step=day&by=channel&compare=none`);
  const panel = (page) => page.getByRole("region", { name: "Net Promoter Score", exact: true });
  const { kpis } = await stage.ask("GET", `${stage.survey.path}/kpis?from=${dayAfter(today(), -40)}&to=${dayAfter(today(), -2)}&step=day&by=channel`);
  const expected = kpis[0].series.map(({ value }) => String(value).replace("-", "−"));
  const seen = async (page) => {
    await settled(page);
    assert.ok((await panel(page).innerText()).includes(String(kpis[0].value)));
    assert.deepEqual((await tableOf(panel(page), "Trend")).slice(1, expected.length + 1).map((row) => row[2]), expected);
    assert.equal(await page.locator(".change").count(), 0);
    assert.equal(await page.getByRole("heading", { name: "By channel" }).count(), 2);
  };
  await seen(page);
  await page.reload();
  await seen(page);
  const other = await stage.visit(fragment, { key: stage.read });
  await seen(other);
  await stage.leave(other, stage.read);
  await page.goBack();
  await page.waitForFunction(() => !location.hash.includes("compare=none"));
  assert.equal(await page.getByLabel("Compare with the period before").isChecked(), true);
  await stage.leave(page);
});

test("a range that ends before it begins is said to be wrong, and not asked for", async () => {
  const page = await stage.visit();
  await settled(page);
  page.asked.length = 0;
  await page.getByLabel("From", { exact: true }).fill("2999-01-01");
  await page.getByText("The first day must not be after the last.").waitFor();
  assert.deepEqual(page.asked.map((request) => request.url()), []);
  await page.getByRole("button", { name: "4 weeks" }).click();
  await settled(page);
  assert.equal(await page.getByLabel("From", { exact: true }).inputValue(), weeksBack(4));
  await stage.leave(page);
});

test("an address that means nothing shows the overview, and nothing of it is run or asked for", async () => {
  for (const fragment of ["#/nowhere", "#/surveys/", "#/surveys/..%2Fkeys?from=yesterday&step=year&lang=xx", '#/?by=<img src=x onerror=alert(1)>&from="><script>']) {
    const page = await stage.visit(fragment);
    await settled(page);
    assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), "Overview", fragment);
    for (const request of page.asked) assert.doesNotMatch(request.url(), /yesterday|year|script|keys(?!\/self$)/);
    await stage.leave(page);
  }
});

test("a view is written as it is read, and weeks begin on Monday", () => {
  const fragment = "#/surveys/UkLWZg9D?from=2026-01-05&to=2026-02-01&step=month&lang=nl&by=channel&compare=none";
  assert.equal(writePlace(readPlace(fragment)), fragment);
  assert.equal(writePlace(readPlace("")), "#/");
  assert.deepEqual([weeksBack(1, "2026-11-22"), weeksBack(2, "2026-11-23"), monthsBack(12, "2026-11-22")], ["2026-11-16", "2026-11-16", "2025-12-01"]);
});

test("Dutch is spoken to whoever reads Dutch, or chooses it, with figures to the same digit", async () => {
  const { kpis } = await stage.ask("GET", `${stage.survey.path}/kpis?from=${weeksBack(12)}&to=${today()}`);
  const page = await stage.visit("", { locale: "nl-NL" });
  await settled(page);
  assert.equal(await page.evaluate(() => document.documentElement.lang), "nl");
  const card = page.locator(".card").first();
  assert.match(await card.innerText(), /Hoe waarschijnlijk/);
  assert.ok((await card.innerText()).includes(`${String(kpis[0].interval.low).replace(".", ",")} tot ${String(kpis[0].interval.high).replace(".", ",")}`));
  await page.getByLabel("Taal").selectOption("en");
  await page.getByRole("heading", { name: "Overview" }).waitFor();
  assert.match(page.url(), /lang=en/);
  await page.reload();
  await page.getByRole("heading", { name: "Overview" }).waitFor();
  await stage.leave(page);
});

test("the tab is called after the survey, and the navigation says where one is", async () => {
  const current = (page) => page.locator("header nav [aria-current]").evaluateAll((links) => links.map((link) => `${link.textContent}: ${link.getAttribute("aria-current")}`));
  const page = await stage.visit(`#/surveys/${stage.survey.id}`);
  await page.waitForFunction(() => document.title === "After a purchase · Counterfoil");
  assert.deepEqual(await current(page), ["Surveys: true"]);
  for (const [fragment, title, name] of [[`#/edit/${stage.survey.id}`, "Edit a survey", "Surveys: true"], [`#/privacy/${stage.survey.id}`, "Privacy", "Surveys: true"], ["#/business", "Business", "Business: page"]]) {
    await page.goto(`${stage.server.url}/dashboard/${fragment}`);
    await page.waitForFunction((title) => document.title === `${title} · Counterfoil`, title);
    assert.deepEqual(await current(page), [name]);
  }
  await page.goto(`${stage.server.url}/dashboard/#/surveys/${stage.quiet.id}?lang=nl`);
  await page.waitForFunction(() => document.title === "Nobody asked yet · Counterfoil");
  await stage.leave(page);
  // Who may not list surveys comes from the overview.
  const reader = await stage.visit(`#/surveys/${stage.survey.id}`, { key: stage.bound });
  await reader.waitForFunction(() => document.title === "After a purchase · Counterfoil");
  assert.deepEqual(await current(reader), ["Overview: true"]);
  await stage.leave(reader, stage.bound);
});

test("every word is there in both languages with the same gaps, and every one is used", () => {
  const sources = readdirSync(new URL("../../../public/dashboard/", import.meta.url)).filter((file) => /\.jsx?$/.test(file));
  const code = sources.map((file) => readFileSync(new URL(`../../../public/dashboard/${file}`, import.meta.url), "utf8")).join("\n");
  const gaps = (text) => [...text.matchAll(/\{\w+\}/g)].map(([gap]) => gap).sort();
  for (const [word, texts] of Object.entries(WORDS)) {
    assert.deepEqual(Object.keys(texts), ["en", "nl"], word);
    assert.deepEqual(gaps(texts.nl), gaps(texts.en), word);
    const computed = /^(page|problem|kind|change|one|many|class|segment|left_out|action|reason|unit|kpi|measures|fact|group|step|fault|separator|preview|figures|figure|scope|part|data|place|role|column|edit|member|template|asks|direction|test|time|flag|done|controller|rule|limit|when|event|state|why|alert_reason|because)_/.test(word);
    assert.ok(computed || code.includes(`"${word}"`), `${word} is not used`);
  }
  for (const [, word] of code.matchAll(/\bt\("(\w+)"/g)) assert.ok(word in WORDS, `${word} is not in the table`);
});
