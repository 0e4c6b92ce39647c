// What counts, and how often: a double click, a reload, two tabs, a mail scanner, an answer that a link chose.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readRows } from "../../edge/state.mjs";
import { EVERYTHING, agreeAndSend, assertHeading, choose, openHosted } from "../hosted.mjs";

let stage;
before(async () => {
  stage = await openHosted();
});
after(() => stage.close());

const rows = (survey) => readRows(stage.server.stateDir, [survey]);
const posts = (page) => page.context().asked.filter((request) => request.method() === "POST");

test("promise_7: a double click on Send, and thanks that are reloaded, count once", async () => {
  const survey = await stage.survey(EVERYTHING);
  const page = await stage.open(survey);
  await choose(page, "How likely", "9");
  await page.getByLabel("My answers may be counted").check();
  await page.getByRole("button", { name: "Send" }).dblclick();
  await assertHeading(page, "Thank you");
  const codes = await page.locator("code").allTextContents();
  assert.equal(codes.length, 2, "the reward and the way back");
  const after = await rows(survey);
  const asked = posts(page).length;
  await page.reload();
  await assertHeading(page, "Thank you");
  assert.equal(posts(page).length, asked + 1, "the reload sent the form again");
  assert.deepEqual(await page.locator("code").allTextContents(), codes);
  assert.deepEqual(await stage.pending(survey), { recommend: 1 });
  assert.deepEqual(await rows(survey), after);
  await stage.leave(page);
});

test("promise_7: an invited person in two tabs counts once, and the later answer does not undo the first", async () => {
  const survey = await stage.survey(EVERYTHING);
  const link = `?i=${await stage.invite(survey)}`;
  const first = await stage.open(survey, link);
  const second = await stage.open(survey, link, { within: first.context() });
  const rewards = [];
  for (const [page, answer] of [[first, "9"], [second, "2"]]) {
    await choose(page, "How likely", answer);
    await page.getByLabel("My personal link may be used").check();
    await agreeAndSend(page);
    await assertHeading(page, "Thank you");
    rewards.push(await page.getByRole("region", { name: "Your thank-you" }).locator("code").textContent());
  }
  assert.deepEqual(await stage.pending(survey), { recommend: 1 });
  assert.equal(rewards[0], rewards[1], "nobody is given two codes");
  await stage.leave(first);
});

test("two tabs without a personal link are two responses, and one is taken back alone", async () => {
  const survey = await stage.survey(EVERYTHING);
  const first = await stage.open(survey);
  const second = await stage.open(survey, "", { within: first.context() });
  for (const page of [second, first]) {
    await choose(page, "How likely", "9");
    await agreeAndSend(page);
    await assertHeading(page, "Thank you");
  }
  assert.deepEqual(await stage.pending(survey), { recommend: 2 });
  await second.getByRole("button", { name: "Take my answers back" }).click();
  await assertHeading(second, "Your answers have been taken back");
  assert.deepEqual(await stage.pending(survey), { recommend: 1 });
  await stage.leave(first);
});

test("promise_1: a mail scanner that follows every link of a mail and of the page changes nothing and counts nothing", async () => {
  const survey = await stage.survey(EVERYTHING);
  const invitation = await stage.invite(survey);
  const mailed = [...Array(11).keys()].map((score) => `?i=${invitation}&answers.recommend=${score}&consent.process_answers=1&consent.use_customer_id=1`);
  const before = await rows(survey);
  const page = await stage.open(survey, mailed[9]);
  const seen = new Set(mailed.map((after) => `${stage.server.url}/s/${survey.id}${after}`));
  // What a scanner finds in the page: its links, its stylesheet, and the addresses of its forms.
  const inside = () => page.evaluate(() => [...document.querySelectorAll("[href], form")].map((it) => it.href ?? it.action));
  for (const at of await inside()) seen.add(at);
  for (const locale of ["en", "nl", "de", "fr"]) seen.add(`${stage.server.url}/s/${survey.id}?i=${invitation}&lang=${locale}`);
  for (const at of ["/withdrawal", "/qr.svg"]) seen.add(`${stage.server.url}/s/${survey.id}${at}`);
  assert.ok(seen.size >= 18, [...seen].join("\n"));
  for (const at of seen) {
    for (const method of ["GET", "HEAD"]) {
      const reply = await page.request.fetch(at, { method, maxRetries: 2 });
      assert.equal(reply.status(), 200, `${method} ${at}`);
    }
    const look = await page.context().newPage(); // one that renders, as some do
    await look.goto(at);
    await look.close();
  }
  assert.deepEqual(await rows(survey), before);
  assert.deepEqual(await stage.pending(survey), {});
  // The person who was invited is not worse off for it.
  await page.getByLabel("My personal link may be used").check();
  await agreeAndSend(page);
  await assertHeading(page, "Thank you");
  assert.deepEqual(await stage.pending(survey), { recommend: 1 });
  await stage.leave(page);
});

test("an answer that the link chose is shown, can be changed, and counts only once it is sent", async () => {
  const survey = await stage.survey(EVERYTHING);
  const page = await stage.open(survey, "?answers.recommend=2&consent.process_answers=1");
  await page.getByText("The link that you followed chose this for you. It counts only if you send it").waitFor();
  assert.equal(await page.getByRole("radio", { name: "2", exact: true }).first().isChecked(), true);
  assert.equal(await page.getByRole("checkbox", { checked: true }).count(), 0);
  await page.reload();
  assert.deepEqual(await stage.pending(survey), {});
  await choose(page, "How likely", "8");
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByRole("alert").waitFor();
  assert.deepEqual(await stage.pending(survey), {});
  await agreeAndSend(page);
  await assertHeading(page, "Thank you");
  const counted = await stage.buckets(survey);
  assert.deepEqual(counted.map(({ tallies }) => JSON.parse(tallies)), [{ 8: 1 }]);
  await stage.leave(page);
});
