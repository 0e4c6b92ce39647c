// What the widget says where something is missing or wrong, and where the service refuses.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { agreeAndSend, assertAccessible, choose, openStage, until, widgetOf } from "../stage.mjs";

let stage;
before(async () => {
  stage = await openStage();
});
after(() => stage.close());

const QUESTIONS = [
  { id: "recommend", kind: "nps", required: true },
  { id: "minutes", kind: "number", min: 0, max: 60, unit: "min" },
];
const focused = (widget) => widget.evaluate((host) => host.shadowRoot.activeElement?.name || host.shadowRoot.activeElement?.ariaLabel);

async function opened(definition, attributes) {
  const survey = await stage.survey(definition);
  const page = await stage.visit(stage.tag(survey, attributes));
  return { survey, page, widget: page.locator("counterfoil-survey") };
}

test("what is missing is said beside its question, and nothing is sent", async () => {
  const { page, widget } = await opened({ questions: QUESTIONS });
  await widget.getByRole("button", { name: "Send" }).click();
  await widget.getByRole("group", { name: "How likely are you to recommend us to a friend or colleague? * Please check this" }).waitFor();
  await widget.getByRole("checkbox", { name: "My answers may be counted. * Please check this" }).waitFor();
  assert.equal(await focused(widget), "recommend");
  await assertAccessible(page, "something is missing");
  await choose(widget, "How likely", "9");
  await widget.getByRole("button", { name: "Send" }).click();
  assert.equal(await widget.getByText("Please check this").count(), 1, "the consent alone");
  assert.deepEqual(stage.posted(page), []);
  await stage.leave(page);
});

test("a fault that the service finds is shown beside the question that its pointer names", async () => {
  const { survey, page, widget } = await opened({ questions: QUESTIONS });
  await choose(widget, "How likely", "9");
  for (const wrong of ["61", "ten"]) {
    await widget.getByRole("textbox").fill(wrong);
    await agreeAndSend(widget);
    await widget.getByRole("textbox", { name: "Which number do you enter? Please check this 0 – 60 min" }).waitFor();
    assert.equal(await focused(widget), "minutes");
    assert.equal(await widget.getByRole("status").textContent(), "Please check this");
  }
  await assertAccessible(page, "a fault");
  await widget.getByRole("textbox").fill("60");
  await agreeAndSend(widget);
  await until(page, "sent");
  assert.equal(new Set(stage.posted(page).map(({ body }) => body.submission_id)).size, 1);
  assert.deepEqual(await stage.pending(survey), { recommend: 1, minutes: 1 });
  await stage.leave(page);
});

test("where the notice has changed meanwhile it is shown anew, and agreed to anew", async () => {
  const { survey, page, widget } = await opened({ notice: { text: { en: "The old notice." } } });
  await choose(widget, "How likely", "9");
  const changed = { ...survey.definition, notice: { text: { en: "The new notice." } } };
  assert.equal((await stage.server.api("PUT", survey.path, changed)).status, 200);
  await agreeAndSend(widget);
  await widget.getByText("Notice changed").waitFor();
  await widget.getByRole("note", { name: "Privacy" }).getByText("The new notice.").waitFor();
  assert.equal(await focused(widget), "Privacy");
  assert.equal(await widget.getByLabel("My answers may be counted").isChecked(), false);
  assert.deepEqual(await stage.pending(survey), {});
  await agreeAndSend(widget);
  await until(page, "sent");
  assert.deepEqual(await stage.pending(survey), { recommend: 1 });
  await stage.leave(page);
});

test("a closed survey says so, before it is answered and after", async () => {
  const { page, widget } = await opened({ status: "closed" });
  await widget.getByText("Survey closed").waitFor();
  assert.equal(await widget.locator("form").count(), 0);
  await assertAccessible(page, "closed");
  await stage.leave(page);
  const late = await opened({});
  await choose(late.widget, "How likely", "9");
  assert.equal((await stage.server.api("PUT", late.survey.path, { ...late.survey.definition, status: "closed" })).status, 200);
  await agreeAndSend(late.widget);
  await late.widget.getByText("Survey closed").waitFor();
  await until(late.page, "failed");
  await stage.leave(late.page);
});

test("a pop-over of a closed survey does not come", async () => {
  const { page } = await opened({ status: "closed" }, { mode: "popover" });
  await until(page, "failed");
  assert.equal(await page.getByRole("dialog").count(), 0);
  await stage.leave(page);
});

test("a page that the survey does not list gets no form, nor does one whose survey is not there", async () => {
  const gone = await stage.survey();
  assert.equal((await stage.server.api("DELETE", gone.path)).status, 204);
  for (const survey of [await stage.survey({ origins: ["https://elsewhere.example"] }), gone]) {
    const page = await stage.visit(stage.tag(survey));
    const widget = page.locator("counterfoil-survey");
    await widget.getByText("Not available", { exact: true }).waitFor();
    assert.equal(await widget.locator("form").count(), 0);
    await until(page, "failed");
    await stage.leave(page);
  }
});

test("a number is what its writer means, or a fault beside its question, never a thousandth", async () => {
  const { survey, page, widget } = await opened({ questions: [{ id: "spent", kind: "number", min: 0, max: 10_000, bins: [10, 100, 1000] }] });
  const field = widget.getByRole("textbox");
  for (const wrong of ["1,500", "0x10", "1e3", "1.500,5", "5."]) {
    await field.fill(wrong);
    await widget.getByLabel("My answers may be counted").check();
    await widget.getByRole("button", { name: "Send" }).click();
    await widget.getByRole("textbox", { name: "Which number do you enter? Please check this" }).waitFor();
    assert.equal(await focused(widget), "spent");
    assert.equal(await field.inputValue(), wrong, "it stays to be mended");
    await field.fill("");
    await widget.getByRole("button", { name: "Send" }).click();
    await until(page, "failed", 2);
    await page.evaluate(() => (happened.length = 0));
  }
  await field.fill("1.125");
  await widget.getByRole("button", { name: "Send" }).click();
  await until(page, "sent");
  assert.equal(stage.posted(page).at(-1).body.answers.spent, 1.125);
  assert.deepEqual(await stage.pending(survey), { spent: 1 });
  await stage.leave(page);
  const dutch = await stage.visit(stage.tag(survey, { lang: "nl" }));
  const own = dutch.locator("counterfoil-survey");
  await own.getByRole("textbox").fill("1.500");
  await own.getByLabel("Mijn antwoorden mogen worden geteld").check();
  await own.getByRole("button", { name: "Verzenden" }).click();
  await own.getByRole("textbox", { name: "Controleer dit" }).waitFor();
  await own.getByRole("textbox").fill("+1,125");
  await own.getByRole("button", { name: "Verzenden" }).click();
  await until(dutch, "sent");
  assert.deepEqual(stage.posted(dutch).map(({ body }) => body.answers.spent), [null, 1.125]);
  await stage.leave(dutch);
});

test("a fault is told of its own question alone, not of one whose name begins alike", async () => {
  const number = { kind: "number", min: 0, max: 60 };
  const { page, widget } = await opened({ questions: [{ id: "time", ...number, text: { en: "One?" } }, { id: "time2", ...number, text: { en: "Two?" } }] });
  await widget.getByRole("textbox", { name: "One?" }).fill("5");
  await widget.getByRole("textbox", { name: "Two?" }).fill("61");
  await agreeAndSend(widget);
  await widget.getByRole("textbox", { name: "Two? Please check this" }).waitFor();
  assert.equal(await widget.getByText("Please check this").count(), 2, "the question's, and the status");
  assert.equal(await focused(widget), "time2");
  await stage.leave(page);
});

test("a survey of identified people asks for the personal link, and for the consent to use it", async () => {
  const { survey, page, widget } = await opened({ verified_only: true });
  await widget.getByText("Please use your link").waitFor();
  await stage.leave(page);
  const { json } = await stage.server.api("POST", `${survey.path}/invitations`, { customer_ids: ["C-1"] });
  const [{ invitation }] = json.items;
  const invited = await stage.visit(stage.tag(survey), { at: `#i=${invitation}` });
  const own = await widgetOf(invited);
  await choose(own, "How likely", "9");
  const link = own.getByRole("checkbox", { name: "My personal link may be used to count me once. *" });
  assert.equal(await own.getByRole("checkbox", { name: "Optional" }).count(), 0, "without it nothing counts");
  await agreeAndSend(own);
  await own.getByRole("checkbox", { name: "My personal link may be used to count me once. * Please check this" }).waitFor();
  assert.equal(await focused(own), "use_customer_id");
  await assertAccessible(invited, "a link that may not be used");
  assert.deepEqual(stage.posted(invited), []);
  await link.check();
  await own.getByRole("button", { name: "Send" }).click();
  await until(invited, "sent");
  await stage.leave(invited);
  const wrong = await stage.visit(stage.tag(survey, { invitation: `${invitation.slice(0, -4)}AAAA` }));
  const other = await widgetOf(wrong);
  await choose(other, "How likely", "9");
  await other.getByLabel("My personal link").check();
  await agreeAndSend(other);
  await other.getByText("Please use your link").waitFor();
  await stage.leave(wrong);
  const guarded = await stage.visit(stage.tag(survey), {
    at: `#i=${invitation}`,
    init: () => Object.defineProperty(Navigator.prototype, "globalPrivacyControl", { get: () => true }),
    extraHTTPHeaders: { "Sec-GPC": "1" },
  });
  await guarded.locator("counterfoil-survey").getByText("Not available. Global Privacy Control").waitFor();
  assert.equal(await guarded.locator("counterfoil-survey form").count(), 0, "nothing is filled in for nothing");
  await stage.leave(guarded);
});
