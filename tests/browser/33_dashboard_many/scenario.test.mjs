// Many surveys, and many steps: what is not looked at is not there yet, and all of it can be had.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createSurvey } from "../../edge/survey.mjs";
import { ago, assertAccessible, openDashboard, settled, tableOf } from "../dashboard.mjs";

let stage;
before(async () => {
  stage = await openDashboard();
  for (let i = 0; i < 6; i++) await createSurvey(stage.server, { name: `Shop ${i + 1}`, template: "nps" });
});
after(() => stage.close());

test("of many surveys six are listed, the others on request, and any of them can be gone to at once", async () => {
  for (const key of [stage.server.adminKey, stage.read]) {
    const page = await stage.visit("", { key });
    await settled(page);
    const names = () => page.getByRole("heading", { level: 2 }).allInnerTexts();
    assert.deepEqual(await names(), ["After a purchase", "Nobody asked yet", "Shop 1", "Shop 2", "Shop 3", "Shop 4"]);
    await page.getByText("8 surveys in all").waitFor();
    await assertAccessible(page, "many surveys");
    await page.getByRole("button", { name: "More surveys" }).click();
    await page.getByRole("heading", { name: "Shop 6" }).waitFor();
    await settled(page);
    assert.equal((await names()).length, 8);
    await page.getByLabel("Go to a survey").selectOption("Shop 5");
    await page.getByRole("button", { name: "Open", exact: true }).click();
    await page.getByRole("heading", { name: "Shop 5", level: 1 }).waitFor();
    await settled(page);
    await stage.leave(page, key);
  }
});

test("of many steps the line is drawn without marks, and the table has every one of them once it is opened", async () => {
  const range = `from=${ago(160)}&to=${ago(1)}`;
  const { kpis } = await stage.ask("GET", `${stage.survey.path}/kpis?${range}&step=day`);
  const page = await stage.visit(`#/surveys/${stage.survey.id}?${range}&step=day`);
  await settled(page);
  const panel = page.getByRole("region", { name: "Net Promoter Score", exact: true });
  await panel.locator("svg[role=img] path.line").first().waitFor();
  assert.equal(await panel.locator("svg[role=img] .point.measured").count(), 0);
  assert.equal(await page.locator("table").count(), 0, "no table is made before it is opened");
  const table = await tableOf(panel, "Trend");
  const measured = table.slice(1).filter((row) => row.at(-1) === "measured" || row.at(-1) === "may still change");
  assert.deepEqual(measured.map((row) => row[2]), kpis[0].series.map(({ value }) => String(value ?? "–").replace("-", "−")));
  await page.getByRole("button", { name: "4 weeks" }).click();
  await page.waitForFunction(() => document.querySelectorAll(".point.measured .touch").length > 0);
  await stage.leave(page);
});
