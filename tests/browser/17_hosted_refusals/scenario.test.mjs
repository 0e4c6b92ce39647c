// Where the hosted page has no form: closed, not there, for invited people alone, from another site.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { agreeAndSend, assertHeading, choose, openHosted } from "../hosted.mjs";

let stage;
before(async () => {
  stage = await openHosted();
});
after(() => stage.close());

const assertNoForm = async (page) => assert.equal(await page.locator("form[method=post]").count(), 0);

test("a closed survey says so, before it is answered and after", async () => {
  const survey = await stage.survey();
  const page = await stage.open(survey);
  await choose(page, "How likely", "9");
  assert.equal((await stage.server.api("PUT", survey.path, { ...survey.definition, status: "closed" })).status, 200);
  await agreeAndSend(page);
  await assertHeading(page, "This survey is closed");
  await assertNoForm(page);
  const late = await stage.open(survey, "", { within: page.context() });
  await assertHeading(late, "This survey is closed");
  await assertNoForm(late);
  assert.deepEqual(await stage.pending(survey), {});
  await stage.leave(page);
});

test("a survey that is not there", async () => {
  const page = await stage.open({ id: "AAAAAAAA" });
  await assertHeading(page, "There is no such survey");
  await assertNoForm(page);
  await stage.leave(page);
});

test("a survey of identified people asks for the personal link, and for the consent to use it", async () => {
  const survey = await stage.survey({ verified_only: true });
  const invitation = await stage.invite(survey);
  for (const after of ["", `?i=${invitation.slice(0, -4)}AAAA`]) {
    const page = await stage.open(survey, after);
    await assertHeading(page, "A personal link is needed");
    await assertNoForm(page);
    await stage.leave(page);
  }
  const page = await stage.open(survey, `?i=${invitation}`);
  await choose(page, "How likely", "9");
  await agreeAndSend(page);
  await page.getByRole("alert").getByText("counts only people who agree to this").waitFor();
  assert.deepEqual(await stage.pending(survey), {});
  await page.getByLabel("My personal link may be used").check();
  await page.getByRole("button", { name: "Send" }).click();
  await assertHeading(page, "Thank you");
  assert.deepEqual(await stage.pending(survey), { recommend: 1 });
  await stage.leave(page);
  const private_ = await stage.open(survey, `?i=${invitation}`, { extraHTTPHeaders: { "Sec-GPC": "1" } });
  await private_.getByText("Your browser asks us not to do that").waitFor();
  await assertNoForm(private_);
  await stage.leave(private_);
});

test("a form that another site made its visitor's browser send counts nothing", async () => {
  const survey = await stage.survey();
  const action = `${stage.server.url}/s/${survey.id}`;
  const context = await stage.profile();
  const page = await context.newPage();
  await page.route("http://elsewhere.example/", (route) =>
    route.fulfill({
      contentType: "text/html",
      body: `<form method="post" action="${action}"><input name="answers.recommend" value="0"><input name="consent.process_answers" value="1">
        <input name="consent.notice" value="${survey.notice}"><input name="submission_id" value="AAAAAAAAAAAAAAAAAAAAAA"><button>Win!</button></form>`,
    }),
  );
  await page.goto("http://elsewhere.example/");
  await page.getByRole("button").click();
  await assertHeading(page, "This form was sent from another site");
  assert.deepEqual(await stage.pending(survey), {});
  await context.close();
});

test("no page is shown in another site's frame", async () => {
  const survey = await stage.survey();
  const context = await stage.profile();
  const page = await context.newPage();
  await page.route("http://elsewhere.example/", (route) =>
    route.fulfill({ contentType: "text/html", body: `<iframe src="${stage.server.url}/s/${survey.id}"></iframe>` }),
  );
  await page.goto("http://elsewhere.example/");
  assert.equal(await page.frameLocator("iframe").getByRole("heading", { name: "Your feedback" }).count(), 0);
  await context.close();
});
