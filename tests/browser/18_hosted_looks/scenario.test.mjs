// The hosted page in every state: on small screens, in large type, light and dark, in forced colours, and for axe.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { EVERYTHING, agreeAndSend, assertHeading, choose, openHosted } from "../hosted.mjs";
import { assertAccessible } from "../stage.mjs";

const LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverleihung?";

let stage;
let survey;
before(async () => {
  stage = await openHosted();
  survey = await stage.survey({
    ...EVERYTHING,
    questions: [
      ...EVERYTHING.questions,
      { id: "long", kind: "choice", text: { en: LONG }, options: [{ id: "a", label: { en: LONG } }, "b"], required: true },
      { id: "many", kind: "rating", points: 30 },
    ],
    controller: { name: "Shop BV", contact: "https://shop.example/a/very/long/address/of/the/privacy/officer/of/this/very/shop" },
  });
});
after(() => stage.close());

/** Goes through every page, and stops at each for a look. */
async function everyState(options, see) {
  const page = await stage.open(survey, "?dimensions.channel=web&answers.recommend=7", options);
  const look = async (page, what) => {
    await page.waitForLoadState(); // its style sheet, too
    await see(page, what);
  };
  await look(page, "the form");
  await page.getByRole("textbox", { name: "Which number" }).fill("x".repeat(300));
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByRole("alert").waitFor();
  await look(page, "faults");
  await page.getByRole("textbox", { name: "Which number" }).fill("5");
  await choose(page, "Donau", "b");
  await page.getByLabel("I would like a receipt").check();
  await agreeAndSend(page);
  await assertHeading(page, "Thank you");
  await look(page, "thanks");
  await page.getByRole("button", { name: "Take my answers back" }).click();
  await assertHeading(page, "Your answers have been taken back");
  await look(page, "taken back");
  await page.goto(`${stage.server.url}/s/${survey.id}/withdrawal`);
  await look(page, "a code is asked for");
  await page.getByRole("button", { name: "Take my answers back" }).click();
  await page.getByRole("alert").waitFor();
  await look(page, "no code");
  const closed = await stage.survey({ ...EVERYTHING, status: "closed" });
  await page.goto(`${stage.server.url}/s/${closed.id}`);
  await look(page, "closed");
  return page;
}

/** Elements that stand out of the screen, or out of a box that would have to be scrolled sideways. */
const outside = (page) =>
  page.evaluate(() => {
    const all = [...document.querySelectorAll("html, main *:not(.trap, .trap *), footer *")];
    // A field of one line may hold more than it shows; whoever types sees where they are.
    const wide = all.filter((it) => !it.matches("input") && it.scrollWidth > it.clientWidth + 1 && it.clientWidth > 0 && getComputedStyle(it).display !== "inline");
    const out = all.filter((it) => it.getBoundingClientRect().right > innerWidth + 1 || it.getBoundingClientRect().left < -1);
    return [...wide, ...out].map((it) => `${it.localName}.${it.className} ${it.textContent.slice(0, 40)}`);
  });

/** The targets of a pointer that are smaller than 24 by 24 (WCAG 2.2, 2.5.8). */
const small = (page) =>
  page.evaluate(() => {
    const targets = [...document.querySelectorAll("label:has(input), button, textarea, select, [type=text]")].filter((it) => it.checkVisibility() && !it.closest(".trap"));
    return targets.filter((it) => it.getBoundingClientRect().width < 24 || it.getBoundingClientRect().height < 24).map((it) => it.outerHTML);
  });

test("points stand in as few rows as there is room for, and none of them alone", async () => {
  const needed = await stage.survey({ questions: ["nps", "csat", "ces"].map((kind) => ({ id: kind, kind, required: true })) });
  for (const [width, expected] of [[1280, [11, 5, 7]], [360, [6, 5, 7]], [320, [6, 5, 7]]]) {
    const page = await stage.open(needed, "", { viewport: { width, height: 700 }, javaScriptEnabled: true });
    const inRow = (name) =>
      page.getByRole("group", { name }).locator(".point").evaluateAll((all) => all.filter((it) => it.offsetTop === all[0].offsetTop).length);
    const rows = () => Promise.all(["How likely", "How satisfied", "How easy"].map(inRow));
    assert.deepEqual(await rows(), expected, `${width}`);
    // Beside a fault there is a little less room.
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByRole("alert").waitFor();
    await page.waitForLoadState();
    assert.deepEqual(await rows(), expected, `${width}, faults`);
    await page.context().close();
  }
});

test("axe finds nothing to object to in any state, light or dark", async () => {
  const page = await everyState({ javaScriptEnabled: true, bypassCSP: true }, assertAccessible);
  await page.context().close();
});

for (const zoom of [1, 2]) {
  test(`320 pixels at ${zoom * 100} % of the reader's type: nothing has to be scrolled sideways`, async () => {
    const page = await everyState({ viewport: { width: 320, height: 640 } }, async (page, what) => {
      await page.evaluate((zoom) => (document.documentElement.style.fontSize = `${16 * zoom}px`), zoom);
      assert.deepEqual(await outside(page), [], what);
      assert.deepEqual(await small(page), [], what);
    });
    await stage.leave(page);
  });
}

test("zoomed to 200 % on a desktop, nothing has to be scrolled sideways", async () => {
  // A browser that zooms a window of 1280 by 1024 to 200 % lays it out as one of 640 by 512.
  const page = await everyState({ viewport: { width: 640, height: 512 }, deviceScaleFactor: 2 }, async (page, what) => assert.deepEqual(await outside(page), [], what));
  await stage.leave(page);
});

test("with forced colours what is chosen can still be told from the rest", async () => {
  const page = await stage.open(survey, "", { forcedColors: "active" });
  await choose(page, "How likely", "9");
  const opacity = (name) => page.getByRole("radio", { name, exact: true }).first().evaluate((it) => getComputedStyle(it).opacity);
  assert.deepEqual([await opacity("9"), await opacity("8")], ["1", "1"], "the browser's own radio buttons are seen");
  await stage.leave(page);
});

test("nothing moves for those who asked for that, and light and dark are the reader's choice", async () => {
  const backs = [];
  for (const colorScheme of ["light", "dark"]) {
    const page = await stage.open(survey, "", { colorScheme, reducedMotion: "reduce" });
    const [back, moving] = await page.evaluate(() => [
      getComputedStyle(document.body).backgroundColor,
      [...document.querySelectorAll("*")].filter((it) => getComputedStyle(it).transitionDuration !== "0s").length,
    ]);
    backs.push(back);
    assert.equal(moving, 0);
    await stage.leave(page);
  }
  assert.notEqual(backs[0], backs[1]);
});
