// The hosted page by the keyboard alone, and what a screen reader is told of it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { until } from "../../edge/survey.mjs";
import { EVERYTHING, assertHeading, openHosted } from "../hosted.mjs";

let stage;
before(async () => {
  stage = await openHosted();
});
after(() => stage.close());

const SHORT = {
  questions: [{ id: "recommend", kind: "nps" }, { id: "reason", kind: "choice", options: ["price", "speed"], required: true }, { id: "why", kind: "comment" }],
  notice: { text: { en: "We count answers, and keep totals only." } },
  controller: { name: "Shop BV", contact: "privacy@shop.example" },
};
const focused = (page) => page.evaluate(() => document.activeElement.name || document.activeElement.textContent);

test("a whole response is given, mended, sent and taken back without a pointer, and the focus is always seen", async () => {
  const survey = await stage.survey(SHORT);
  const page = await stage.open(survey);
  const press = async (...keys) => {
    for (const key of keys) {
      await page.keyboard.press(key);
      const outlines = await page.evaluate(() => {
        const it = document.activeElement;
        return [it, it.nextElementSibling].map((one) => one && getComputedStyle(one).outlineStyle);
      });
      assert.ok(outlines.includes("solid"), `${key}: ${await focused(page)}`);
    }
  };
  await press("Tab"); // "No answer" is chosen, so the group begins there
  assert.equal(await focused(page), "answers.recommend");
  await press("ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft"); // 0, 1, 2, 1: a group is one stop
  await press("Tab", "Tab");
  assert.equal(await focused(page), "answers.why");
  await page.keyboard.type("Too dear.");
  await press("Tab", "Tab", "Space"); // agreed; the comment may be searched
  assert.equal(await focused(page), "consent.analyse_comment");
  await press("Tab", "Tab");
  assert.equal(await focused(page), "Send");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").waitFor();
  // The browser puts it there once the page is drawn.
  await until(async () => /^Please look at this again/.test(await focused(page)), "the focus is there", 5);
  await press("Tab", "Enter"); // the first link goes to the first fault
  assert.equal(await focused(page), "answers.reason");
  await press("ArrowDown");
  await press("Tab", "Tab", "Space");
  assert.equal(await focused(page), "consent.process_answers");
  await press("Tab", "Tab", "Tab");
  await page.keyboard.press("Enter");
  await assertHeading(page, "Thank you");
  assert.deepEqual(await stage.pending(survey), { recommend: 1, reason: 1, why: 1 });
  await press("Tab");
  assert.equal(await focused(page), "Take my answers back");
  await page.keyboard.press("Enter");
  await assertHeading(page, "Your answers have been taken back");
  assert.deepEqual(await stage.pending(survey), {});
  await stage.leave(page);
});

test("Enter in a field agrees to nothing", async () => {
  const survey = await stage.survey({ questions: [{ id: "minutes", kind: "number", min: 0, max: 60 }] });
  const page = await stage.open(survey);
  await page.getByRole("textbox").fill("5");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").getByText("Without this your answers cannot be counted").waitFor();
  assert.equal(await page.getByRole("checkbox", { checked: true }).count(), 0);
  assert.deepEqual(await stage.pending(survey), {});
  await stage.leave(page);
});

test("the accessibility tree has everything by its name, in the order in which it is seen", async () => {
  const questions = [{ id: "solved", kind: "yes_no", required: true }, { id: "minutes", kind: "number", min: 0, max: 60, unit: "min" }];
  const survey = await stage.survey({ ...SHORT, questions });
  const page = await stage.open(survey);
  assert.equal(
    await page.locator("body").ariaSnapshot(),
    `
- main:
  - heading "Your feedback for Shop BV" [level=1]
  - paragraph: Questions marked “required” need an answer. You may leave out all others.
  - group "Yes or no? required":
    - text: Yes or no? required
    - radio "Yes"
    - text: "Yes"
    - radio "No"
    - text: "No"
  - text: Which number do you enter?
  - paragraph: A number from 0 to 60 (min).
  - textbox "Which number do you enter?"
  - region "What happens to your answers":
    - heading "What happens to your answers" [level=2]
    - paragraph: We count answers, and keep totals only.
  - group "What you agree to":
    - text: What you agree to
    - paragraph: Nothing is ticked for you.
    - checkbox "My answers may be counted. required"
    - text: My answers may be counted. required
  - checkbox "I would like a receipt of my consent."
  - text: I would like a receipt of my consent.
  - button "Send"
- contentinfo:
  - form "Language":
    - text: Language
    - button "English"
    - button "Nederlands"
    - button "Deutsch"
    - button "Français"
`.trim(),
  );
  await stage.leave(page);
});

test("the order of the stops is that of the screen", async () => {
  const survey = await stage.survey(EVERYTHING);
  const page = await stage.open(survey, "?dimensions.channel=web");
  const tops = [];
  for (;;) {
    await page.keyboard.press("Tab");
    const [name, top, last] = await page.evaluate(() => {
      const it = document.activeElement;
      return [it.name, it.getBoundingClientRect().top + scrollY, it.type === "submit"];
    });
    assert.notEqual(name, "remarks", "what nobody sees is no stop");
    // "No answer" stands below its scale and is where the group is entered, since it is chosen.
    tops.push(top);
    if (last) break;
  }
  assert.ok(tops.length >= 14, String(tops.length));
  assert.deepEqual(tops, [...tops].sort((a, b) => a - b));
  await stage.leave(page);
});
