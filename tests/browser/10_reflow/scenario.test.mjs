// Small screens, large type, forced colours, the owner's own colours (WCAG 2.2, 1.4.10, 1.4.4, 1.4.11, 2.5.8).

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { EVERY_KIND, assertAccessible, choose, openStage, until, widgetOf } from "../stage.mjs";

const LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverleihung?";

let stage;
let survey;
before(async () => {
  stage = await openStage();
  survey = await stage.survey({
    questions: [...EVERY_KIND, { id: "long", kind: "choice", text: { en: LONG }, options: [{ id: "a", label: { en: LONG } }, "b"] }],
    controller: { name: "Shop BV", contact: "https://shop.example/a/very/long/address/of/the/privacy/officer/of/this/very/shop" },
  });
});
after(() => stage.close());

/** Elements that stand out of the screen, or out of a box that would have to be scrolled sideways. */
const outside = (page) =>
  page.evaluate(() => {
    const all = [document.documentElement, ...document.querySelector("counterfoil-survey").shadowRoot.querySelectorAll("*")];
    const wide = all.filter((it) => it.scrollWidth > it.clientWidth + 1 && it.clientWidth > 0 && getComputedStyle(it).display !== "inline");
    const out = all.filter((it) => it.getBoundingClientRect().right > innerWidth + 1 || it.getBoundingClientRect().left < -1);
    return [...wide, ...out].map((it) => `${it.localName}.${it.className}`);
  });

/** The targets of a pointer that are smaller than 24 by 24. */
const small = (page) =>
  page.evaluate(() => {
    const targets = document.querySelector("counterfoil-survey").shadowRoot.querySelectorAll("label:has([type]), button, textarea, [inputmode]");
    const shown = [...targets].filter((it) => it.checkVisibility());
    const sizes = shown.map((it) => [it.textContent, it.getBoundingClientRect()]);
    return [shown.length > 40, ...sizes.filter(([, box]) => box.width < 24 || box.height < 24).map(([text]) => text)];
  });

for (const [mode, dir] of [["", "ltr"], ["popover", "ltr"], ["popover", "rtl"]]) {
  for (const zoom of [1, 2]) {
    test(`${mode || "inline"} ${dir}: 320 pixels at ${zoom * 100} % of the page's type`, async () => {
      const viewport = { width: 320, height: 640 };
      const page = await stage.visit(stage.tag(survey, { mode }), { viewport, html: `lang="en" dir="${dir}"` });
      const widget = await widgetOf(page);
      await page.evaluate((zoom) => (document.documentElement.style.fontSize = `${16 * zoom}px`), zoom);
      if (mode) await until(page, "open");
      await widget.getByRole("textbox", { name: "What would" }).fill("x".repeat(200));
      assert.deepEqual(await outside(page), []);
      assert.deepEqual(await small(page), [true]);
      if (mode) {
        // Close stays where it can be pressed, however far one has scrolled, and nothing lies above it.
        await widget.locator(".card").evaluate((card) => (card.scrollTop = card.scrollHeight));
        const seen = await widget.getByRole("button", { name: "Close" }).evaluate((close) => {
          const { x, y, width, height, bottom } = close.getBoundingClientRect();
          return [y >= 0, bottom <= innerHeight, close.getRootNode().elementFromPoint(x + width / 2, y + height / 2) === close];
        });
        assert.deepEqual(seen, [true, true, true]);
      }
      await stage.leave(page);
    });
  }
}

test("points stand in as few rows as there is room for, and none of them alone", async () => {
  for (const [width, expected] of [[1280, [11, 5, 7]], [320, [7, 5, 7]]]) {
    const page = await stage.visit(stage.tag(survey, { mode: "popover" }), { viewport: { width, height: 700 } });
    const widget = await widgetOf(page);
    await until(page, "open");
    const inRow = (name) =>
      widget.getByRole("group", { name }).locator(".cells label").evaluateAll((all) => all.filter((it) => it.offsetTop === all[0].offsetTop).length);
    assert.deepEqual(await Promise.all(["How likely", "How satisfied", "How easy"].map(inRow)), expected);
    await stage.leave(page);
  }
});

test("zoomed to 200 % on a desktop, nothing has to be scrolled sideways", async () => {
  // A browser that zooms a window of 1280 by 1024 to 200 % lays it out as one of 640 by 512.
  const page = await stage.visit(stage.tag(survey, { mode: "button" }), { viewport: { width: 640, height: 512 }, deviceScaleFactor: 2 });
  await page.getByRole("button", { name: "Feedback" }).click();
  await until(page, "ready");
  assert.deepEqual(await outside(page), []);
  const dialog = await page.getByRole("dialog").boundingBox();
  assert.ok(dialog.y >= 0 && dialog.y + dialog.height <= 512, "it can be seen whole, or scrolled");
  await page.getByRole("button", { name: "Send" }).scrollIntoViewIfNeeded();
  assert.equal(await page.getByRole("button", { name: "Send" }).isVisible(), true);
  await stage.leave(page);
});

test("with forced colours what is chosen can still be told from the rest, and so can the focus", async () => {
  const page = await stage.visit(stage.tag(survey), { forcedColors: "active" });
  const widget = await widgetOf(page);
  await choose(widget, "How likely", "9");
  const colours = (answer) =>
    widget.getByRole("radio", { name: answer }).first().evaluate((input) => {
      const { backgroundColor, outlineStyle } = getComputedStyle(input.parentNode);
      return [backgroundColor, outlineStyle];
    });
  const [chosen, other] = [await colours("9"), await colours("8")];
  assert.notEqual(chosen[0], other[0]);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Shift+Tab");
  assert.deepEqual([(await colours("9"))[1], (await colours("8"))[1]], ["solid", "none"]);
  await stage.leave(page);
});

test("nothing moves, whoever looks", async () => {
  const page = await stage.visit(stage.tag(survey, { mode: "popover" }));
  const widget = await widgetOf(page);
  await until(page, "open");
  await choose(widget, "How likely", "9");
  const moving = () => page.evaluate(() => document.querySelector("counterfoil-survey").shadowRoot.getAnimations().length);
  assert.equal(await moving(), 0);
  await widget.locator(".main").evaluate((button) => button.animate([{ opacity: 0 }, { opacity: 1 }], 60_000));
  assert.equal(await moving(), 1, "it would be seen");
  await stage.leave(page);
});

test("the owner's colours are taken, and the page's own size and letters", async () => {
  const page = await stage.visit(stage.tag(survey));
  const widget = await widgetOf(page);
  await page.evaluate(() => {
    const { style } = document.querySelector("counterfoil-survey");
    const own = { accent: "rgb(120, 0, 90)", "on-accent": "rgb(255, 250, 240)", background: "rgb(255, 250, 240)", text: "rgb(40, 0, 30)", radius: "3px" };
    for (const name in own) style.setProperty(`--counterfoil-${name}`, own[name]);
    Object.assign(style, { fontFamily: "monospace", fontSize: "20px" });
  });
  const styles = (locator) =>
    locator.evaluate((it) => {
      const { color, backgroundColor, borderRadius, fontFamily, fontSize } = getComputedStyle(it);
      return { color, backgroundColor, borderRadius, fontFamily, fontSize };
    });
  const own = { borderRadius: "3px", fontFamily: "monospace", fontSize: "20px" };
  const send = await styles(widget.getByRole("button", { name: "Send" }));
  assert.deepEqual(send, { color: "rgb(255, 250, 240)", backgroundColor: "rgb(120, 0, 90)", ...own });
  const card = await styles(widget.locator(".card"));
  assert.deepEqual(card, { color: "rgb(40, 0, 30)", backgroundColor: "rgb(255, 250, 240)", ...own });
  await page.emulateMedia({ colorScheme: "light" });
  await page.evaluate(() => document.querySelector("counterfoil-survey").removeAttribute("style"));
  await assertAccessible(page, "back to ours");
  await stage.leave(page);
});
