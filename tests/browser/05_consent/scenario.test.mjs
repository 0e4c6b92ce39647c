// What is asked, what is ticked, and what leaves the page: nothing that was not agreed to.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { agreeAndSend, assertAccessible, choose, openStage, until, widgetOf } from "../stage.mjs";

const WHOLE = {
  questions: [{ id: "recommend", kind: "nps" }, { id: "why", kind: "comment" }],
  dimensions: { channel: ["web", "email"], touchpoint: ["checkout"] },
  themes: { delivery: { en: ["delivery"] } },
};
const ATTRIBUTES = { "dimension-channel": "web", "dimension-touchpoint": "checkout", "dimension-other": "x" };
const REFUSED = { process_answers: true, use_customer_id: false, use_segments: false, analyse_comment: false, share_comment: false };
const LABELS = { use_customer_id: "My personal link", use_segments: "My answers may also count for a group", analyse_comment: "My comment may be searched for themes" };

let stage;
before(async () => {
  stage = await openStage();
});
after(() => stage.close());

async function invite(survey) {
  const reply = await stage.server.api("POST", `${survey.path}/invitations`, { customer_ids: ["C-1"] });
  return reply.json.items[0].invitation;
}
async function fill(widget, comment = "The delivery was late") {
  await choose(widget, "How likely", "3");
  await widget.getByRole("textbox").fill(comment);
}
const sentBy = (page) => stage.posted(page).at(-1).body;

test("every choice begins unticked, and refusing them all costs nothing and sends nothing of them", async () => {
  const survey = await stage.survey(WHOLE);
  const page = await stage.visit(stage.tag(survey, ATTRIBUTES), { at: `#i=${await invite(survey)}` });
  const widget = await widgetOf(page);
  await fill(widget);
  assert.equal(await widget.getByRole("checkbox").count(), 4);
  assert.equal(await widget.getByRole("checkbox", { checked: true }).count(), 0);
  await assertAccessible(page, "every choice");
  await agreeAndSend(widget);
  await until(page, "sent");
  const { submission_id, ...rest } = sentBy(page);
  assert.deepEqual(rest, { answers: { recommend: 3 }, consent: { notice: survey.notice, ...REFUSED } });
  assert.deepEqual(await stage.pending(survey), { recommend: 1 });
  await stage.leave(page);
});

test("each is separate, and brings what it is about", async () => {
  const survey = await stage.survey(WHOLE);
  const invitation = await invite(survey);
  const brings = {
    use_customer_id: { invitation },
    use_segments: { dimensions: { channel: "web", touchpoint: "checkout" } },
    analyse_comment: {},
  };
  for (const [flag, more] of Object.entries(brings)) {
    const page = await stage.visit(stage.tag(survey, ATTRIBUTES), { at: `#i=${invitation}` });
    const widget = await widgetOf(page);
    await fill(widget);
    await widget.getByLabel(LABELS[flag]).check();
    await agreeAndSend(widget);
    await until(page, "sent");
    const { submission_id, answers, consent, ...rest } = sentBy(page);
    assert.deepEqual(rest, more, flag);
    assert.deepEqual(consent, { notice: survey.notice, ...REFUSED, [flag]: true });
    assert.deepEqual(answers, flag === "analyse_comment" ? { recommend: 3, why: "The delivery was late" } : { recommend: 3 });
    await stage.leave(page);
  }
});

test("to share a comment is asked where the survey passes it on, once one is written, and suffices to send it", async () => {
  const { json: webhook } = await stage.server.api("POST", "/v1/webhooks", { name: "N", url: "http://127.0.0.1:1/" });
  const survey = await stage.survey({ ...WHOLE, relay: { webhook: webhook.id } });
  const page = await stage.visit(stage.tag(survey, { ...ATTRIBUTES }));
  const widget = await widgetOf(page);
  const shares = widget.getByRole("checkbox", { name: "Optional: My comment may be passed on to the team" });
  assert.equal(await shares.count(), 0, "nothing is written");
  await fill(widget);
  assert.deepEqual([await shares.count(), await shares.isChecked()], [1, false]);
  await assertAccessible(page, "to be shared");
  await shares.check();
  await agreeAndSend(widget);
  await until(page, "sent");
  const { submission_id, ...rest } = sentBy(page);
  assert.deepEqual(rest, { answers: { recommend: 3, why: "The delivery was late" }, consent: { notice: survey.notice, ...REFUSED, share_comment: true } });
  assert.deepEqual(await stage.pending(survey), { recommend: 1 }, "and it is not searched");
  await stage.leave(page);
});

test("only what the survey and the page really need is asked", async () => {
  const plain = await stage.survey();
  const page = await stage.visit(stage.tag(plain, ATTRIBUTES));
  assert.deepEqual(await (await widgetOf(page)).getByRole("checkbox").count(), 1, "no invitation, dimension or comment");
  await stage.leave(page);
  const survey = await stage.survey(WHOLE);
  const other = await stage.visit(stage.tag(survey));
  const widget = await widgetOf(other);
  assert.equal(await widget.getByRole("checkbox").count(), 1, "the page names no segment, and nothing is written");
  await widget.getByRole("textbox").fill("late");
  assert.deepEqual(await widget.getByRole("checkbox").count(), 3, "a comment, and the group of its theme");
  await widget.getByLabel(LABELS.analyse_comment).check();
  await widget.getByRole("textbox").fill("");
  assert.deepEqual(await widget.getByRole("checkbox").count(), 1);
  await choose(widget, "How likely", "3");
  await agreeAndSend(widget);
  await until(other, "sent");
  assert.equal(sentBy(other).consent.analyse_comment, false, "what is not shown is not agreed to");
  await stage.leave(other);
});

test("without themes it is asked whether a comment may be counted, which is all that is done", async () => {
  const survey = await stage.survey({ questions: WHOLE.questions });
  const page = await stage.visit(stage.tag(survey));
  const widget = await widgetOf(page);
  await fill(widget);
  assert.equal(await widget.getByRole("checkbox", { name: /theme/ }).count(), 0);
  await widget.getByRole("checkbox", { name: "Optional: It may be counted that I left a comment." }).check();
  await agreeAndSend(widget);
  await until(page, "sent");
  assert.deepEqual(await stage.pending(survey), { recommend: 1, why: 1 });
  await stage.leave(page);
});

test("a comment that the survey requires and nobody may read stays on the page", async () => {
  const questions = [{ id: "recommend", kind: "nps" }, { id: "why", kind: "comment", required: true }];
  const survey = await stage.survey({ ...WHOLE, questions });
  const page = await stage.visit(stage.tag(survey));
  const widget = await widgetOf(page);
  await fill(widget, "a secret");
  await agreeAndSend(widget);
  await until(page, "sent");
  assert.deepEqual(sentBy(page).answers, { recommend: 3, why: "–" });
  assert.deepEqual(await stage.pending(survey), { recommend: 1 });
  await stage.leave(page);
});

test("Global Privacy Control is honoured, and it shows", async () => {
  const survey = await stage.survey({ ...WHOLE, questions: [{ id: "recommend", kind: "nps" }, { id: "why", kind: "comment", required: true }] });
  const page = await stage.visit(stage.tag(survey, ATTRIBUTES), {
    at: `#i=${await invite(survey)}`,
    init: () => Object.defineProperty(Navigator.prototype, "globalPrivacyControl", { get: () => true }),
    extraHTTPHeaders: { "Sec-GPC": "1" },
  });
  const widget = await widgetOf(page);
  await widget.getByText("Global Privacy Control ✓").waitFor();
  assert.equal(await widget.getByRole("checkbox").count(), 1);
  assert.equal(await widget.getByRole("textbox").count(), 0, "no comment is asked that nobody may read");
  await assertAccessible(page, "Global Privacy Control");
  await choose(widget, "How likely", "3");
  await agreeAndSend(widget);
  await until(page, "sent");
  const { submission_id, ...rest } = sentBy(page);
  assert.deepEqual(rest, { answers: { recommend: 3, why: "–" }, consent: { notice: survey.notice, ...REFUSED } });
  await stage.leave(page);
});
