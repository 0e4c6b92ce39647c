// No connection, a lost reply, a fault of the service, a double click: nothing is lost, nothing counts twice.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { agreeAndSend, assertAccessible, choose, openStage, until, widgetOf } from "../stage.mjs";

let stage;
before(async () => {
  stage = await openStage();
});
after(() => stage.close());

async function filled(survey) {
  const page = await stage.visit(stage.tag(survey));
  const widget = await widgetOf(page);
  await choose(widget, "How likely", "9");
  return { page, widget };
}
const ids = (page) => stage.posted(page).map(({ body }) => body.submission_id);

test("without a connection the answers are kept, and sent when it is back", async () => {
  const survey = await stage.survey();
  const { page, widget } = await filled(survey);
  await page.context().setOffline(true);
  await agreeAndSend(widget);
  await until(page, "failed");
  assert.equal(await widget.getByRole("status").textContent(), "Not sent yet. Trying again");
  assert.equal(await widget.locator("[name=recommend]:checked").count(), 1);
  assert.equal(await widget.locator("[inert] [name=recommend]:checked").count(), 1, "what may have arrived is changed no more");
  await assertAccessible(page, "waiting");
  assert.deepEqual(await stage.pending(survey), {});
  await page.context().setOffline(false);
  await until(page, "sent");
  assert.equal(new Set(ids(page)).size, 1);
  assert.deepEqual(await stage.pending(survey), { recommend: 1 });
  await stage.leave(page);
});

test("a response whose reply was lost is sent again under the same id, and counts once", async () => {
  const survey = await stage.survey();
  const { page, widget } = await filled(survey);
  let lost = 0;
  await page.route("**/responses", async (route) => {
    const reply = await route.fetch({ maxRetries: 2 });
    assert.equal(reply.status(), 202);
    if (lost++) await route.fulfill({ response: reply });
    else await route.abort("connectionreset");
  });
  await agreeAndSend(widget);
  await until(page, "sent");
  assert.equal(ids(page).length, 2);
  assert.equal(ids(page)[0], ids(page)[1]);
  assert.deepEqual(await stage.pending(survey), { recommend: 1 });
  await stage.leave(page);
});

test("a reply that asks for another try gets one, and so does a stranger's", async () => {
  const survey = await stage.survey();
  const { page, widget } = await filled(survey);
  const replies = [
    { status: 503, contentType: "application/problem+json", body: '{"status":503}' },
    { status: 429, contentType: "application/problem+json", body: '{"status":429}' },
    { status: 200, contentType: "text/html", body: "<h1>Welcome to the hotel</h1>" },
  ];
  const headers = { "access-control-allow-origin": stage.origin };
  await page.route("**/responses", (route) => (replies.length ? route.fulfill({ ...replies.shift(), headers }) : route.continue()));
  await agreeAndSend(widget);
  for (let times = 1; times <= 3; times++) {
    await until(page, "failed", times);
    await page.evaluate(() => dispatchEvent(new Event("online"))); // or it would wait longer each time
  }
  await until(page, "sent");
  assert.deepEqual([ids(page).length, new Set(ids(page)).size], [4, 1]);
  assert.deepEqual(await stage.pending(survey), { recommend: 1 });
  await stage.leave(page);
});

test("a double click sends once", async () => {
  const survey = await stage.survey();
  const { page, widget } = await filled(survey);
  await widget.getByLabel("My answers may be counted").check();
  await widget.getByRole("button", { name: "Send" }).dblclick();
  await until(page, "sent");
  assert.equal(ids(page).length, 1);
  assert.deepEqual(await stage.pending(survey), { recommend: 1 });
  await stage.leave(page);
});

test("a survey that cannot be loaded says so, and comes once it can", async () => {
  const survey = await stage.survey();
  const page = await stage.visit(stage.tag(survey, { mode: "button" }));
  const button = page.getByRole("button", { name: "Feedback" });
  await button.waitFor();
  await page.context().setOffline(true);
  await button.click();
  await until(page, "failed");
  await page.getByRole("dialog").getByText("Not available. Trying again").waitFor();
  await assertAccessible(page, "a survey that is not there yet");
  await page.context().setOffline(false);
  await until(page, "ready");
  assert.equal(await page.getByRole("status").textContent(), "");
  await stage.leave(page);
});
