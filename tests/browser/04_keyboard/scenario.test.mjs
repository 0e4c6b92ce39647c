// The keyboard alone, and what a screen reader is told.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openStage, until, widgetOf } from "../stage.mjs";

let stage;
before(async () => {
  stage = await openStage();
});
after(() => stage.close());

test("a whole response is given, sent and taken back without a pointer", async () => {
  const survey = await stage.survey({
    questions: [{ id: "recommend", kind: "nps" }, { id: "reason", kind: "choice", options: ["price", "speed"] }, { id: "why", kind: "comment" }],
  });
  const page = await stage.visit(stage.tag(survey, { mode: "button" }));
  const { keyboard } = page;
  await page.getByRole("button", { name: "Feedback" }).waitFor();
  const press = async (...keys) => {
    for (const key of keys) await keyboard.press(key);
  };
  await press("Tab", "Enter");
  await until(page, "ready");
  await press("Tab"); // Close
  await press("Tab", "ArrowRight", "ArrowRight", "ArrowLeft"); // 0, 1, 2, 1: a group is one stop
  await press("Tab", "Space");
  await press("Tab");
  await keyboard.type("Too dear.");
  await press("Tab", "Tab", "Space"); // the notice can be scrolled; agreed
  await press("Tab", "Space"); // the comment may be sent
  await press("Tab", "Enter");
  await until(page, "sent");
  const { answers, consent } = stage.posted(page)[0].body;
  assert.deepEqual(answers, { recommend: 1, reason: "price", why: "Too dear." });
  assert.equal(consent.analyse_comment, true);
  const widget = page.locator("counterfoil-survey");
  assert.equal(await widget.getByRole("heading", { name: "Thank you!" }).evaluate((it) => it.getRootNode().activeElement === it), true);
  await press("Tab", "Enter");
  await until(page, "withdrawn");
  assert.equal(await widget.getByRole("heading", { name: "Thank you!" }).evaluate((it) => it.getRootNode().activeElement === it), true);
  assert.deepEqual(await stage.pending(survey), {});
  await press("Escape");
  await until(page, "closed");
  await stage.leave(page);
});

test("Enter in a field agrees to nothing", async () => {
  const survey = await stage.survey({ questions: [{ id: "minutes", kind: "number", min: 0, max: 60 }] });
  const page = await stage.visit(stage.tag(survey));
  const widget = await widgetOf(page);
  await widget.getByRole("textbox").fill("5");
  await page.keyboard.press("Enter");
  await widget.getByRole("checkbox", { name: "My answers may be counted. * Please check this" }).waitFor();
  assert.equal(await widget.getByLabel("My answers may be counted").evaluate((it) => it.getRootNode().activeElement === it), true);
  assert.deepEqual(stage.posted(page), []);
  await stage.leave(page);
});

test("the accessibility tree has everything by its name, in the order in which it is seen", async () => {
  const survey = await stage.survey({
    questions: [
      { id: "solved", kind: "yes_no", required: true },
      { id: "minutes", kind: "number", min: 0, max: 60, unit: "min" },
      { id: "why", kind: "comment" },
    ],
    notice: { text: { en: "We count answers, and keep totals only." } },
    dimensions: { channel: ["web"] },
  });
  const page = await stage.visit(stage.tag(survey, { "dimension-channel": "web" }));
  const widget = await widgetOf(page);
  assert.equal(
    await widget.ariaSnapshot(),
    `
- group "Feedback":
  - text: 0/3
  - progressbar "0/3"
  - group "Yes or no? *":
    - text: Yes or no? *
    - radio "Yes"
    - text: "Yes"
    - radio "No"
    - text: "No"
  - text: Which number do you enter? 0 – 60 min
  - textbox "Which number do you enter? 0 – 60 min"
  - text: What would you like to tell us? Please give no names or contact details.
  - textbox "What would you like to tell us? Please give no names or contact details."
  - group "Privacy":
    - text: Privacy
    - note "Privacy": We count answers, and keep totals only.
    - checkbox "My answers may be counted. *"
    - text: My answers may be counted. *
    - 'checkbox "Optional: My answers may also count for a group, drawn at random from: web"'
    - text: "Optional: My answers may also count for a group, drawn at random from: web"
  - button "Send"
  - status
`.trim(),
  );
  await stage.leave(page);
});

test("what happened is in a live region, which was there before it happened", async () => {
  const survey = await stage.survey({ questions: [{ id: "solved", kind: "yes_no" }, { id: "recommend", kind: "nps" }] });
  const page = await stage.visit(stage.tag(survey));
  const widget = await widgetOf(page);
  const status = widget.getByRole("status");
  assert.equal(await status.count(), 1);
  assert.equal(await status.textContent(), "");
  const same = await status.elementHandle();
  await widget.getByLabel("My answers may be counted").check();
  await widget.getByRole("button", { name: "Send" }).click();
  await until(page, "failed");
  assert.equal(await same.textContent(), "Please check this");
  // Nothing was answered: that is told of the first question, and the focus is there.
  await widget.getByRole("group", { name: "Yes or no? Please check this" }).waitFor();
  assert.equal(await widget.locator("fieldset b:not(:empty)").count(), 1);
  assert.equal(await widget.evaluate((host) => host.shadowRoot.activeElement.name), "solved");
  await stage.leave(page);
});
