// For everybody: with the keyboard alone, on a phone, in light and dark, with a screen reader; and light to load.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { dayAfter, today } from "../../../public/dashboard/place.js";
import { assertAccessible, openAll, openDashboard, settled } from "../dashboard.mjs";

/** The most that all files of the dashboard may weigh, in bytes, compressed. */
const MOST = 120_000;
const BUILT = new URL("../../../build/assets/dashboard/", import.meta.url);

let stage;
before(async () => {
  stage = await openDashboard();
});
after(() => stage.close());

const PAGES = () => ["#/", `#/surveys/${stage.survey.id}?by=channel`, "#/business", "#/facts", "#/facts/file", "#/engagement", "#/keys", "#/manage", `#/privacy/${stage.survey.id}`];

test("all files together weigh at most 120,000 bytes, compressed, and load nothing from elsewhere", () => {
  const files = readdirSync(BUILT);
  assert.deepEqual(files.sort(), ["dashboard.css", "dashboard.html", "dashboard.js", "preview.html", "preview.js"]);
  const weight = files.reduce((sum, file) => sum + gzipSync(readFileSync(new URL(file, BUILT)), { level: 9 }).length, 0);
  assert.ok(weight <= MOST, `${weight} bytes`);
  const script = readFileSync(new URL("dashboard.js", BUILT), "utf8");
  assert.doesNotMatch(script, /localStorage|document\.write|\.cookie\b|\beval\(|new Function|insertAdjacentHTML/);
});

test("no page has anything that axe objects to, in light and in dark, tables opened", async () => {
  const signedOut = await stage.visit("", { key: null });
  await assertAccessible(signedOut, "signing in");
  await signedOut.getByRole("button", { name: "Sign in" }).click();
  await signedOut.getByText("Enter a key.").waitFor();
  await assertAccessible(signedOut, "signing in, refused");
  await stage.leave(signedOut);
  for (const locale of ["en-GB", "nl-NL"]) {
    const page = await stage.visit("", { locale });
    for (const fragment of PAGES()) {
      await page.goto(`${stage.server.url}/dashboard/${fragment}`);
      await settled(page);
      await openAll(page);
      await assertAccessible(page, `${fragment} ${locale}`);
    }
    await stage.leave(page);
  }
});

test("at 320 pixels no page scrolls sideways, and none at 200 % of text size", async () => {
  for (const [width, size] of [[320, "100%"], [640, "200%"]]) {
    const page = await stage.visit("", { viewport: { width, height: 700 } });
    for (const fragment of PAGES()) {
      await page.goto(`${stage.server.url}/dashboard/${fragment}`);
      await settled(page);
      await openAll(page);
      const over = await page.evaluate((size) => {
        document.documentElement.style.fontSize = size;
        return document.documentElement.scrollWidth - innerWidth;
      }, size);
      assert.ok(over <= 0, `${fragment} at ${width}: ${over} px too wide`);
    }
    await stage.leave(page);
  }
});

test("on a phone the score comes first, what leads elsewhere is folded, and no word is cut in two", async () => {
  for (const locale of ["en-GB", "nl-NL"]) {
    const page = await stage.visit(`#/surveys/${stage.survey.id}?by=channel`, { locale, viewport: { width: 360, height: 760 } });
    await settled(page);
    const question = page.locator(".question").first();
    const { y } = await question.locator(".value").boundingBox();
    assert.ok(y < 760, `the score is at ${y}`);
    assert.ok(await question.evaluate((question) => question.querySelector(".panel .value").closest(".panel") === question.querySelector(".panel")));
    assert.equal(await page.locator(".fold").count(), 3);
    assert.equal(await page.locator(".range, .within").filter({ visible: true }).count(), 0);
    await assertAccessible(page, `a phone, folded, ${locale}`);
    await page.locator(".fold summary").first().click();
    await page.locator(".range input").first().fill(dayAfter(today(), -40));
    await settled(page);
    assert.ok(page.url().includes(`from=${dayAfter(today(), -40)}`) && await page.locator(".range").isVisible(), "it stays open");
    for (const fragment of ["#/engagement", `#/surveys/${stage.survey.id}?by=channel`]) {
      await page.goto(`${stage.server.url}/dashboard/${fragment}`);
      await page.locator(".bars").first().waitFor();
      await settled(page);
      const cut = await page.evaluate(() => [...document.querySelectorAll(".bars .name, .bars .count")].flatMap((place) => {
        const words = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
        const found = [];
        for (let node = words.nextNode(); node; node = words.nextNode()) {
          for (const { 0: word, index } of node.textContent.matchAll(/[\p{L}\d]+/gu)) {
            const range = new Range();
            range.setStart(node, index);
            range.setEnd(node, index + word.length);
            if (new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1) found.push(word);
          }
        }
        return found;
      }));
      assert.deepEqual(cut, [], `${fragment} ${locale}`);
    }
    await page.setViewportSize({ width: 1100, height: 800 });
    await page.locator(".within").waitFor();
    assert.equal(await page.locator(".fold").count(), 0, "where there is room, nothing is folded");
    await stage.leave(page);
  }
});

test("the keyboard alone signs in, moves, chooses, opens a table, downloads it and signs out", async () => {
  const page = await stage.visit("", { key: null });
  const at = () => page.evaluate(() => (document.activeElement.getAttribute("aria-label") ?? document.activeElement.labels?.[0]?.textContent ?? document.activeElement.textContent).trim());
  /** Goes on until the focus is on what is called so. */
  const reach = async (name, most = 60) => {
    for (let i = 0; i < most; i++) {
      await page.keyboard.press("Tab");
      const here = await at();
      if (name.test(here)) {
        const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
        assert.notEqual(outline, "none", `the focus on ${here} can be seen`);
        return here;
      }
    }
    assert.fail(`${name} cannot be reached`);
  };
  await reach(/^To the content$/, 1);
  await reach(/^API key$/);
  await page.keyboard.type(stage.server.adminKey);
  await page.keyboard.press("Enter");
  await settled(page);
  await reach(/^After a purchase$/);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "After a purchase", level: 1 }).waitFor();
  await settled(page);
  assert.equal(await at(), "After a purchase");
  await reach(/^4 weeks$/);
  await page.keyboard.press("Space");
  await page.waitForFunction(() => location.hash.includes("from=") && document.querySelector("[aria-pressed=true]")?.textContent === "4 weeks");
  await settled(page);
  assert.equal(await at(), "4 weeks", "the focus stays where it was");
  await reach(/^Table: Trend, Net Promoter Score$/);
  await page.keyboard.press("Enter");
  await page.locator(".behind table").waitFor();
  await reach(/^Table: Trend, Net Promoter Score$/, 1);
  await reach(/^Download as CSV: Trend, Net Promoter Score$/, 1);
  const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
  assert.match(download.suggestedFilename(), /-recommend-nps-trend-week\.csv$/);
  await page.evaluate(() => document.querySelector("header a").focus());
  await reach(/^Sign out$/);
  await page.keyboard.press("Enter");
  await page.getByLabel("API key").waitFor();
  await stage.leave(page);
});
