// After sending: thanks, the way back, the receipt.

import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { QUICK, until as soon } from "../../edge/survey.mjs";
import { agreeAndSend, assertAccessible, choose, openStage, until, widgetOf } from "../stage.mjs";

let stage;
before(async () => {
  stage = await openStage();
});
after(() => stage.close());

async function sent(survey) {
  const page = await stage.visit(stage.tag(survey));
  const widget = await widgetOf(page);
  await choose(widget, "How likely", "9");
  await agreeAndSend(widget);
  await until(page, "sent");
  return { page, widget };
}

test("promise_8: it can be taken back, and the code for it is shown", async () => {
  const survey = await stage.survey();
  const { page, widget } = await sent(survey);
  const { submission_id } = stage.posted(page)[0].body;
  await widget.getByText(/^Take back my answers until \d+ [A-Z]\w+ \d{4}, \d\d:\d\d$/).waitFor();
  await widget.getByText(`Take back my answers: Code ${submission_id}`).waitFor();
  const link = widget.getByRole("link", { name: `Code ${submission_id}` });
  assert.equal(await link.getAttribute("href"), `${stage.server.url}/s/${survey.id}/withdrawal?lang=en`);
  await widget.getByRole("button", { name: "Take back my answers" }).click();
  await until(page, "withdrawn");
  assert.equal(await widget.getByRole("status").textContent(), "Taken back");
  assert.equal(await widget.getByRole("button").count(), 0);
  assert.deepEqual(stage.posted(page)[1], { call: "withdrawals", body: { submission_id } });
  assert.deepEqual(await stage.pending(survey), {});
  await assertAccessible(page, "taken back");
  await stage.leave(page);
});

test("promise_8: what was released meanwhile is anonymous, and it says so", async () => {
  const survey = await stage.survey({ release: QUICK });
  const { page, widget } = await sent(survey);
  for (let i = 0; i < 4; i++) assert.equal((await survey.respond({ answers: { recommend: i } })).status, 202);
  await soon(async () => (await survey.kpis()).kpis[0].n === 5, "the release");
  await widget.getByRole("button", { name: "Take back my answers" }).click();
  await widget.getByText("Already anonymous").waitFor();
  assert.equal(await widget.getByRole("button").count(), 0);
  assert.equal(await page.evaluate(() => happened.some((told) => told.startsWith("withdrawn"))), false);
  assert.equal((await survey.kpis()).kpis[0].n, 5);
  await stage.leave(page);
});

test("a receipt is saved on request, signed by the service, and counts nothing", async () => {
  const survey = await stage.survey();
  const { page, widget } = await sent(survey);
  assert.equal(stage.posted(page)[0].body.receipt, undefined, "nobody asked for one");
  const [download] = await Promise.all([page.waitForEvent("download"), widget.getByRole("button", { name: "Receipt" }).click()]);
  assert.equal(download.suggestedFilename(), "receipt.jws");
  const jws = readFileSync(await download.path(), "utf8");
  const [header, payload, signature] = jws.split(".");
  const { keys } = (await stage.server.api("GET", "/.well-known/jwks.json", undefined, { key: null })).json;
  const { kid } = JSON.parse(Buffer.from(header, "base64url"));
  const key = createPublicKey({ key: keys.find((key) => key.kid === kid), format: "jwk" });
  assert.equal(verify(null, Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, "base64url")), true);
  const receipt = JSON.parse(Buffer.from(payload, "base64url"));
  assert.match(receipt.privacy_notice, new RegExp(`/notices/${survey.notice}$`));
  assert.deepEqual(await stage.pending(survey), { recommend: 1 });
  await widget.getByRole("button", { name: "Take back my answers" }).click();
  await until(page, "withdrawn");
  assert.deepEqual(await stage.pending(survey), {});
  await stage.leave(page);
});

test("where there is no receipt any more, it says so", async () => {
  const survey = await stage.survey();
  const { page, widget } = await sent(survey);
  assert.equal((await stage.server.api("PUT", survey.path, { ...survey.definition, status: "closed" })).status, 200);
  await widget.getByRole("button", { name: "Receipt" }).click();
  await widget.getByText("Not available").waitFor();
  assert.equal(await page.evaluate(() => happened.some((told) => told.startsWith("withdrawn"))), false);
  await widget.getByRole("button", { name: "Take back my answers" }).click();
  await until(page, "withdrawn");
  await stage.leave(page);
});

test("times are written as in the reader's own region", async () => {
  const survey = await stage.survey();
  const page = await stage.visit(stage.tag(survey), { locale: "en-US" });
  const widget = await widgetOf(page);
  await choose(widget, "How likely", "9");
  await agreeAndSend(widget);
  await widget.getByText(/^Take back my answers until [A-Z]\w+ \d+, \d{4}, \d+:\d\d.[AP]M$/).waitFor();
  await stage.leave(page);
});

test("promise_6: a reward is shown, the same when the reply was lost, and it stays when the response is taken back", async () => {
  const reward = { text: { en: "5 % off your next order", nl: "5 % korting" } };
  const survey = await stage.survey({ reward });
  const page = await stage.visit(stage.tag(survey));
  const widget = await widgetOf(page);
  await choose(widget, "How likely", "9");
  const given = [];
  await page.route("**/responses", async (route) => {
    const reply = await route.fetch({ maxRetries: 2 });
    given.push((await reply.json()).reward.code);
    if (given.length > 1) await route.fulfill({ response: reply });
    else await route.abort("connectionreset");
  });
  await agreeAndSend(widget);
  await until(page, "sent");
  assert.deepEqual([given.length, new Set(given).size], [2, 1]);
  await widget.getByText(reward.text.en).waitFor();
  await widget.getByText(new RegExp(`${given[0]} until (31 Mar|30 Jun|30 Sept?|31 Dec) \\d{4}$`)).waitFor();
  assert.deepEqual(await stage.pending(survey), { recommend: 1 });
  await assertAccessible(page, "a reward");
  await widget.getByRole("button", { name: "Take back my answers" }).click();
  await until(page, "withdrawn");
  assert.equal(await widget.getByText(given[0]).count(), 1);
  await stage.leave(page);
});
