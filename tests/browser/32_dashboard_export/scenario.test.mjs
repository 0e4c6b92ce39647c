// The export from a survey's page: the API's bytes, asked for with the key in the header, and kept only where it is whole.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { today, weeksBack } from "../../../public/dashboard/place.js";
import { assertAccessible, openDashboard, settled } from "../dashboard.mjs";

let stage;
before(async () => {
  stage = await openDashboard();
});
after(() => stage.close());

const RANGE = { from: weeksBack(12), to: today() };
const exported = async (format, range = RANGE) => (await stage.server.api("GET", `${stage.survey.path}/export?${new URLSearchParams({ ...range, format })}`)).text;
const bytesOf = async (download) => {
  const chunks = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
};
const EXPORT = "**/v1/surveys/*/export?*";

test("a file has the API's bytes for the days shown, as CSV and as JSON lines, and the key is in no address", async () => {
  for (const key of [stage.bound, stage.server.adminKey]) {
    const page = await stage.visit(`#/surveys/${stage.survey.id}`, { key });
    await settled(page);
    for (const [name, format] of [["CSV", "csv"], ["JSON lines", "jsonl"]]) {
      const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: `Download as ${name}`, exact: true }).click()]);
      assert.equal(download.suggestedFilename(), `counterfoil-${stage.survey.id}-${RANGE.from}-${RANGE.to}.${format}`);
      const text = await bytesOf(download);
      assert.ok(text.length > 10_000);
      assert.equal(text, await exported(format));
      await page.getByText(`${download.suggestedFilename()} is whole`).waitFor();
    }
    await page.getByRole("button", { name: "4 weeks" }).click();
    await settled(page);
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download as JSON lines" }).click()]);
    assert.equal(await bytesOf(download), await exported("jsonl", { from: weeksBack(4), to: today() }));
    await stage.leave(page, key);
  }
});

test("a file that broke off is said to be broken, and is not handed over", async () => {
  const page = await stage.visit(`#/surveys/${stage.survey.id}`, { locale: "nl-NL" });
  await settled(page);
  let downloads = 0;
  page.on("download", () => downloads++);
  const spoilt = [
    [(body) => body.subarray(0, body.length - 1), "Het bestand is niet heel"],
    [(body) => body.subarray(0, 5000), "Het bestand is niet heel"],
    [() => "", "Het bestand is leeg"],
  ];
  for (const [spoil, said] of spoilt) {
    await page.route(EXPORT, async (route) => {
      const response = await route.fetch({ maxRetries: 2 });
      await route.fulfill({ response, body: spoil(await response.body()) });
    });
    await page.getByRole("button", { name: "Downloaden als CSV", exact: true }).click();
    await page.getByRole("alert").filter({ hasText: said }).waitFor();
    await page.unroute(EXPORT);
  }
  await assertAccessible(page, "a broken export");
  await page.route(EXPORT, (route) => route.abort());
  await page.getByRole("button", { name: "Downloaden als CSV", exact: true }).click();
  await page.getByText("Geen verbinding").waitFor();
  await page.unroute(EXPORT);
  assert.equal(downloads, 0);
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Downloaden als CSV", exact: true }).click()]);
  assert.equal(await bytesOf(download), await exported("csv"), "asked for again, it comes");
  await stage.leave(page);
});
