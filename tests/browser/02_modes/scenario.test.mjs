// Inline, as a button, as a pop-over: how each opens, closes, and where the focus goes.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { agreeAndSend, assertAccessible, choose, openStage, until, widgetOf } from "../stage.mjs";

let stage;
let survey;
before(async () => {
  stage = await openStage();
  survey = await stage.survey();
});
after(() => stage.close());

/** What has the focus, inside of a widget too. */
const focused = (page) =>
  page.evaluate(() => {
    const inside = document.activeElement.shadowRoot?.activeElement ?? document.activeElement;
    return `${inside.localName} ${inside.ariaLabel ?? inside.textContent.trim().slice(0, 20)}`;
  });

test("the element does without a tag of its own, and a script in the head finds its place", async () => {
  const script = `<script src="${stage.server.url}/widget.js" async></script>`;
  const page = await stage.visit(`${script}<counterfoil-survey survey="${survey.id}" mode="inline"></counterfoil-survey>`);
  const widget = await widgetOf(page);
  await choose(widget, "How likely", "8");
  await agreeAndSend(widget);
  await until(page, "sent");
  await stage.leave(page);
  const early = await stage.visit("", { head: stage.tag(survey) });
  await widgetOf(early);
  assert.equal(await early.evaluate(() => document.body.lastElementChild.localName), "counterfoil-survey");
  await stage.leave(early);
});

test("a button asks for nothing until it is pressed, opens a dialog, and gets the focus back", async () => {
  const page = await stage.visit(stage.tag(survey, { mode: "button" }));
  const button = page.getByRole("button", { name: "Feedback" });
  await button.waitFor();
  await assertAccessible(page, "a button");
  assert.deepEqual(page.asked.filter((request) => request.url().includes("/v1/")), []);
  await button.click();
  await until(page, "ready");
  const dialog = page.getByRole("dialog", { name: "Feedback" });
  assert.equal(await focused(page), "div Feedback");
  await assertAccessible(page, "an open dialog");
  const widget = await widgetOf(page);
  await choose(widget, "How likely", "7");
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  assert.equal(await focused(page), "button Feedback");
  await button.click();
  assert.equal(await widget.getByRole("radio", { name: "7" }).isChecked(), true, "what was entered stays");
  await dialog.getByRole("button", { name: "Close" }).click();
  await dialog.waitFor({ state: "hidden" });
  await until(page, "closed", 2);
  assert.deepEqual(await page.evaluate(() => happened.map((told) => told.split(" ")[0]).sort().join()), "closed,closed,open,open,ready");
  await stage.leave(page);
});

test("a pop-over comes by itself, takes no focus, and goes when it is told", async () => {
  const page = await stage.visit(`<button>Buy</button>${stage.tag(survey, { mode: "popover" })}`);
  await until(page, "open");
  const dialog = page.getByRole("dialog", { name: "Feedback" });
  assert.equal(await dialog.isVisible(), true);
  assert.equal(await page.evaluate(() => document.activeElement === document.body), true);
  await assertAccessible(page, "a pop-over");
  await page.getByRole("button", { name: "Buy" }).click();
  assert.equal(await dialog.isVisible(), true, "it stays beside the page");
  await page.keyboard.press("Tab");
  assert.equal(await focused(page), "button Close", "it is next in the page's order");
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  await stage.leave(page);
});

test("an inline one is always there: to open and close it does nothing", async () => {
  const page = await stage.visit(stage.tag(survey));
  const widget = await widgetOf(page);
  await page.evaluate(() => {
    const element = document.querySelector("counterfoil-survey");
    element.open();
    element.close();
  });
  assert.equal(await widget.locator("form").isVisible(), true);
  await stage.leave(page);
});

test("opened twice and closed, the focus is back where it was before", async () => {
  const page = await stage.visit(`<button>Say it</button>${stage.tag(survey, { mode: "manual" })}`);
  await page.waitForFunction(() => document.querySelector("counterfoil-survey")?.open);
  await page.getByRole("button", { name: "Say it" }).focus();
  await page.evaluate(() => document.querySelector("counterfoil-survey").open());
  await until(page, "ready");
  await page.evaluate(() => {
    document.querySelector("counterfoil-survey").open();
    document.querySelector("counterfoil-survey").close();
  });
  await until(page, "closed");
  assert.equal(await focused(page), "button Say it");
  await stage.leave(page);
});

test("a page opens and closes it by itself, and closed it asks for nothing", async () => {
  const page = await stage.visit(`<button>Say it</button>${stage.tag(survey, { mode: "manual" })}`);
  await page.waitForFunction(() => document.querySelector("counterfoil-survey")?.open);
  assert.deepEqual(page.asked.filter((request) => request.url().includes("/v1/")), []);
  await page.getByRole("button", { name: "Say it" }).focus();
  await page.evaluate(() => document.querySelector("counterfoil-survey").open());
  await until(page, "ready");
  assert.equal(await focused(page), "div Feedback");
  await page.evaluate(() => document.querySelector("counterfoil-survey").close());
  await until(page, "closed");
  assert.equal(await focused(page), "button Say it");
  await stage.leave(page);
});
