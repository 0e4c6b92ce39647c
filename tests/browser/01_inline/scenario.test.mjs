// One tag in a page: every kind of question is answered, sent once and counted once.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { EVERY_KIND, agreeAndSend, assertAccessible, choose, openStage, until, widgetOf } from "../stage.mjs";

let stage;
before(async () => {
  stage = await openStage();
});
after(() => stage.close());

test("an answer of every kind is counted, under the strictest policy, and nothing is left behind", async () => {
  const survey = await stage.survey({ questions: EVERY_KIND, controller: { name: "Shop BV", contact: "privacy@shop.example" } });
  const page = await stage.visit(stage.tag(survey));
  const widget = await widgetOf(page);
  await assertAccessible(page, "an empty form");
  await choose(widget, "How likely", "9");
  await choose(widget, "How satisfied", "5 ☺");
  await choose(widget, "How easy", "1 ☹");
  await choose(widget, "Which rating", "3");
  await choose(widget, "fits best", "Price");
  await choose(widget, "You may choose several", "speed");
  await choose(widget, "You may choose several", "service");
  await choose(widget, "Yes or no?", "No");
  await widget.getByRole("textbox", { name: "Which number do you enter? 0 – 600 min" }).fill("12,5");
  await widget.getByRole("textbox", { name: "What would you like to tell us?" }).fill("The delivery was late.");
  assert.equal(await widget.getByRole("progressbar", { name: "9/9" }).getAttribute("value"), "9");
  await widget.getByLabel("It may be counted that I left a comment").check();
  await agreeAndSend(widget);
  await until(page, "sent");
  const [{ body }, ...more] = stage.posted(page);
  assert.deepEqual(more, []);
  assert.match(body.submission_id, /^[\w-]{22}$/);
  assert.deepEqual(body.answers, {
    recommend: 9,
    satisfied: 5,
    effort: 1,
    stars: 3,
    reason: "price",
    reasons: ["speed", "service"],
    solved: false,
    minutes: 12.5,
    why: "The delivery was late.",
  });
  assert.deepEqual(await stage.pending(survey), Object.fromEntries(EVERY_KIND.map(({ id }) => [id, 1])));
  assert.equal(await page.evaluate(() => happened.map((told) => told.split(" ")[0]).join()), "ready,sent");
  await assertAccessible(page, "thanks");
  await stage.leave(page);
});

test("a follow-up is asked after the answers that call for it, and unasked is not sent", async () => {
  const survey = await stage.survey({
    questions: [
      { id: "recommend", kind: "nps" },
      { id: "solved", kind: "yes_no", required: true, show_if: { question: "recommend", at_most: 6 } },
      { id: "reasons", kind: "choice", options: ["price", "speed"], multiple: true },
      { id: "pricey", kind: "rating", points: 3, show_if: { question: "reasons", is: "price" } },
      { id: "effort", kind: "ces", direction: "effort_high", show_if: { question: "solved", is: false } },
    ],
  });
  const page = await stage.visit(stage.tag(survey));
  const widget = await widgetOf(page);
  const asked = async () => (await widget.locator("legend:visible").allTextContents()).map((text) => text.trim().slice(0, 10));
  assert.deepEqual(await asked(), ["How likely", "Which of t", "Privacy"]);
  await choose(widget, "How likely", "6");
  assert.deepEqual(await asked(), ["How likely", "Yes or no?", "Which of t", "Privacy"]);
  await choose(widget, "Yes or no?", "No");
  await choose(widget, "You may choose several", "price");
  await choose(widget, "Which rating", "2");
  assert.equal(await widget.getByRole("group", { name: "How much effort" }).getByRole("radio", { name: "1 ☺" }).count(), 1);
  assert.equal((await asked()).length, 6);
  await choose(widget, "How much effort", "7 ☹");
  await choose(widget, "How likely", "7");
  assert.deepEqual(await asked(), ["How likely", "Which of t", "Which rati", "Privacy"]);
  await agreeAndSend(widget);
  await until(page, "sent");
  assert.deepEqual(stage.posted(page)[0].body.answers, { recommend: 7, reasons: ["price"], pricey: 2 });
  await stage.leave(page);
});

test("scales of other sizes, other answers and other words are shown as the survey has them", async () => {
  const survey = await stage.survey({
    questions: [
      { id: "marks", kind: "rating", points: 100, text: { en: "Marks?" } },
      { id: "five", kind: "nps", map: { detractors: [1, 2, 3], passives: [4], promoters: [5] }, text: { en: "Five?" } },
      { id: "said", kind: "nps", map: { detractors: ["no"], passives: ["maybe"], promoters: ["yes"] }, text: { en: "Said?" } },
      { id: "three", kind: "csat", points: 3, text: { en: "Three?" } },
    ],
  });
  const page = await stage.visit(stage.tag(survey));
  const widget = await widgetOf(page);
  const labels = (name) => widget.getByRole("group", { name }).locator("label").allTextContents();
  assert.deepEqual(await labels("Five?"), ["1", "2", "3", "4", "5"]);
  assert.deepEqual(await labels("Said?"), ["no", "maybe", "yes"]);
  assert.deepEqual((await labels("Three?")).map((text) => text.replace(/\s+/, " ").trim()), ["1 ☹", "2", "3 ☺"]);
  await widget.getByRole("textbox", { name: "Marks? 1 – 100" }).fill("73");
  await choose(widget, "Five?", "4");
  await choose(widget, "Said?", "maybe");
  await agreeAndSend(widget);
  await until(page, "sent");
  assert.deepEqual(stage.posted(page)[0].body.answers, { marks: 73, five: 4, said: "maybe" });
  await stage.leave(page);
});
