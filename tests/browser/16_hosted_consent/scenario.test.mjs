// What is agreed to on the hosted page, what is refused, and what Global Privacy Control changes.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { EVERYTHING, agreeAndSend, assertHeading, choose, openHosted } from "../hosted.mjs";

let stage;
before(async () => {
  stage = await openHosted();
});
after(() => stage.close());

const agreed = (page) => page.getByRole("group", { name: "What you agree to" }).getByRole("checkbox");

test("without consent nothing counts, and refusing whatever is optional costs nothing", async () => {
  const survey = await stage.survey(EVERYTHING);
  const page = await stage.open(survey, `?i=${await stage.invite(survey)}&dimensions.channel=web`);
  assert.equal(await agreed(page).count(), 4);
  assert.equal(await page.getByRole("checkbox", { checked: true }).count(), 0, "nothing is ticked for anybody");
  await choose(page, "How likely", "3");
  await page.getByRole("textbox", { name: "What would you like" }).fill("delivery");
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByRole("alert").getByText("Without this your answers cannot be counted").waitFor();
  assert.deepEqual(await stage.pending(survey), {});
  await agreeAndSend(page);
  await assertHeading(page, "Thank you");
  await page.getByText("thrown away unread").waitFor();
  const counted = await stage.buckets(survey);
  assert.deepEqual(counted.map(({ question, n }) => [question, n]), [["recommend", 1]]);
  await stage.leave(page);
});

test("to share a comment is asked only where the survey passes it on, and then the comment is not thrown away", async () => {
  const { json: webhook } = await stage.server.api("POST", "/v1/webhooks", { name: "N", url: "http://127.0.0.1:1/" });
  const survey = await stage.survey({ ...EVERYTHING, relay: { webhook: webhook.id } });
  const page = await stage.open(survey);
  const shares = page.getByRole("checkbox", { name: "My comment may be passed on to the team" });
  assert.equal(await shares.isChecked(), false);
  await page.getByText("People of the team read it too, if you agree").waitFor();
  await choose(page, "How likely", "3");
  await page.getByRole("textbox", { name: "What would you like" }).fill("delivery");
  await shares.check();
  await agreeAndSend(page);
  await assertHeading(page, "Thank you");
  assert.equal(await page.getByText("thrown away unread").count(), 0);
  assert.deepEqual(await stage.pending(survey), { recommend: 1 }, "and it is not searched");
  await stage.leave(page);
  const other = await stage.open(await stage.survey(EVERYTHING));
  assert.equal(await other.getByText("passed on to the team").count(), 0);
  await stage.leave(other);
});

test("Global Privacy Control is honoured, and it shows", async () => {
  const survey = await stage.survey(EVERYTHING);
  const page = await stage.open(survey, `?i=${await stage.invite(survey)}&dimensions.channel=web`, { extraHTTPHeaders: { "Sec-GPC": "1" } });
  await page.getByText("Your browser asks sites not to use your data (Global Privacy Control).").waitFor();
  assert.equal(await agreed(page).count(), 1);
  assert.equal(await page.getByRole("textbox", { name: "What would you like" }).count(), 0, "no comment is asked that nobody may read");
  await choose(page, "How likely", "3");
  await agreeAndSend(page);
  await assertHeading(page, "Thank you");
  assert.deepEqual(await stage.pending(survey), { recommend: 1 });
  await stage.leave(page);
});

test("where the notice has changed meanwhile it is agreed to anew, and the answers are kept", async () => {
  const survey = await stage.survey({ questions: EVERYTHING.questions, notice: { text: { en: "The old notice." } } });
  const page = await stage.open(survey);
  await choose(page, "How likely", "9");
  const changed = { ...survey.definition, notice: { text: { en: "The new notice." } } };
  assert.equal((await stage.server.api("PUT", survey.path, changed)).status, 200);
  await agreeAndSend(page);
  await page.getByRole("alert").getByText("has changed meanwhile").waitFor();
  await page.getByRole("region", { name: "What happens to your answers" }).getByText("The new notice.").waitFor();
  assert.equal(await agreed(page).first().isChecked(), false);
  assert.deepEqual(await stage.pending(survey), {});
  await agreeAndSend(page);
  await assertHeading(page, "Thank you");
  assert.deepEqual(await stage.pending(survey), { recommend: 1 });
  await stage.leave(page);
});
