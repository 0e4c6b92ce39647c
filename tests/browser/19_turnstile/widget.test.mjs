// The widget with a survey that asks for Turnstile, against a stand-in of Cloudflare's half, in a page with the
// strictest policy that allows it.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { CONFIGURED, KEYS, startTurnstile } from "../../edge/turnstile.mjs";
import { until as looks } from "../../edge/survey.mjs";
import { agreeAndSend, assertAccessible, choose, openStage, until, widgetOf } from "../stage.mjs";
import { CHALLENGES, serveTurnstile } from "../turnstile.mjs";

const SURVEY = { turnstile: true };
const ALLOWED = { scripts: CHALLENGES, types: "counterfoil-turnstile", others: `frame-src ${CHALLENGES}` };

let service, stage, strict;
before(async () => {
  service = await startTurnstile();
  const options = { vars: CONFIGURED, outbound: service.address };
  [stage, strict] = await Promise.all([openStage({ ...options, allowed: ALLOWED }), openStage(options)]);
});
beforeEach(() => {
  service.asked.length = 0;
  service.fault = undefined;
  service.loses = 0;
});
after(async () => {
  await Promise.all([stage.close(), strict.close()]);
  service.close();
});

/** A page with a survey's widget, and what its check was asked with. */
async function visit(survey, { attributes, passes, on = stage, head } = {}) {
  const path = on.serve(on.tag(survey, attributes), { head });
  const page = await on.open("/elsewhere");
  const asked = await serveTurnstile(page.context(), service, { passes });
  await page.goto(`${on.origin}${path}`);
  return { page, asked, widget: await widgetOf(page) };
}
const leave = (page) => stage.leave(page, { others: [CHALLENGES] });
const passed = (widget) => widget.locator("iframe[data-passed]").waitFor();
const tokens = (page) => stage.posted(page).map(({ body }) => body.turnstile);

test("the check stands before the button, and its token goes with the answers", async () => {
  const survey = await stage.survey(SURVEY);
  const { page, asked, widget } = await visit(survey, { attributes: { lang: "en" } });
  const frame = widget.locator("iframe");
  await passed(widget);
  await assertAccessible(page, "the check");
  const [above, below] = await Promise.all([frame.boundingBox(), widget.getByRole("button", { name: "Send" }).boundingBox()]);
  assert.ok(above.y + above.height <= below.y, "it stands before the button");
  assert.equal(await page.locator('[name="cf-turnstile-response"]').count(), 0, "a form of the page's own gets no field");
  assert.deepEqual(asked, [{ sitekey: KEYS.site_key, action: survey.id, language: "en" }]);
  await choose(widget, "How likely", "9");
  await agreeAndSend(widget);
  await until(page, "sent");
  assert.deepEqual(await stage.pending(survey), { recommend: 1 });
  assert.equal(await frame.count(), 0, "the check goes with the form");
  const [receipt] = await Promise.all([page.waitForEvent("download"), widget.getByRole("button", { name: "Receipt" }).click()]);
  assert.equal(receipt.suggestedFilename(), "receipt.jws");
  assert.equal(stage.posted(page).length, 2, "the response again, for its receipt");
  assert.equal(service.asked.length, 1);
  assert.equal(tokens(page)[0], new URLSearchParams(service.asked[0].body).get("response"));
  await leave(page);
});

test("without a token nothing is counted, and it says so; with the next one it is", async () => {
  const survey = await stage.survey(SURVEY);
  let passes = false;
  const { page, widget } = await visit(survey, { passes: () => passes });
  await widget.locator("iframe").waitFor();
  await choose(widget, "How likely", "9");
  await agreeAndSend(widget);
  await until(page, "failed");
  assert.equal(await widget.getByRole("status").textContent(), "Please check this");
  assert.deepEqual([tokens(page), await stage.pending(survey)], [[undefined], {}]);
  await assertAccessible(page, "a check that was not passed");
  passes = true;
  await page.evaluate(() => (document.querySelector("iframe").src += "&again")); // as it tries again by itself
  await passed(widget);
  await widget.getByRole("button", { name: "Send" }).click();
  await until(page, "sent");
  assert.deepEqual(await stage.pending(survey), { recommend: 1 });
  await leave(page);
});

test("a token that is refused is followed by a new one, and no answer is lost", async () => {
  const survey = await stage.survey(SURVEY);
  const { page, asked, widget } = await visit(survey);
  await passed(widget);
  service.fault = (reply) => reply.end('{"success":false,"error-codes":["timeout-or-duplicate"]}');
  await choose(widget, "How likely", "9");
  await agreeAndSend(widget);
  await until(page, "failed");
  service.fault = undefined;
  await looks(() => asked.length === 2, "a new check");
  await passed(widget);
  await widget.getByRole("button", { name: "Send" }).click();
  await until(page, "sent");
  assert.deepEqual(await stage.pending(survey), { recommend: 1 });
  const [first, last] = [tokens(page)[0], tokens(page).at(-1)];
  assert.ok(first && last && first !== last);
  await leave(page);
});

test("a verdict that is lost is waited out, with the same token and the same answers", async () => {
  const survey = await stage.survey(SURVEY);
  const { page, widget } = await visit(survey);
  await passed(widget);
  service.loses = 1;
  await choose(widget, "How likely", "9");
  await agreeAndSend(widget);
  await until(page, "failed");
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await until(page, "sent");
  assert.equal(new Set(tokens(page)).size, 1);
  assert.deepEqual(await stage.pending(survey), { recommend: 1 });
  await leave(page);
});

test("two surveys on a page, one of them in a pop-over, load the script once and check each for itself", async () => {
  const surveys = [await stage.survey(SURVEY), await stage.survey(SURVEY)];
  const elements = `<counterfoil-survey survey="${surveys[0].id}"></counterfoil-survey><counterfoil-survey survey="${surveys[1].id}" mode="button"></counterfoil-survey>`;
  const path = stage.serve(`${elements}<script src="${stage.server.url}/widget.js" async></script>`);
  const page = await stage.open("/elsewhere");
  const asked = await serveTurnstile(page.context(), service);
  await page.goto(`${stage.origin}${path}`);
  await page.getByRole("button", { name: "Feedback" }).click();
  for (const nth of [1, 0]) {
    const widget = await widgetOf(page, nth);
    await passed(widget);
    await choose(widget, "How likely", "9");
    await agreeAndSend(widget);
    await until(page, `sent ${surveys[nth].id}`);
    if (nth) await page.keyboard.press("Escape");
    assert.deepEqual(await stage.pending(surveys[nth]), { recommend: 1 });
  }
  assert.deepEqual(asked.map(({ action }) => action).sort(), surveys.map(({ id }) => id).sort());
  assert.equal(page.asked.filter((request) => request.url().includes("/api.js")).length, 1);
  await leave(page);
});

test("a page that has Cloudflare's script already keeps it, and needs no policy of ours", async () => {
  const survey = await stage.survey(SURVEY);
  const { page, widget } = await visit(survey, { head: `<script src="${CHALLENGES}/turnstile/v0/api.js?render=explicit" defer></script>` });
  await passed(widget);
  assert.equal(page.asked.filter((request) => request.url().includes("/api.js")).length, 1);
  await choose(widget, "How likely", "9");
  await agreeAndSend(widget);
  await until(page, "sent");
  await leave(page);
});

test("where the page does not allow the check, the widget leads to the hosted page", async () => {
  const survey = await strict.survey(SURVEY);
  for (const [lang, name] of [["en", "Answer on a page of its own"], ["fr", "Répondre sur une page à part"]]) {
    const { page, widget } = await visit(survey, { attributes: { lang }, on: strict });
    const link = widget.getByRole("link", { name });
    assert.equal(await link.getAttribute("href"), `${strict.server.url}/s/${survey.id}?lang=${lang}`);
    assert.equal(await widget.locator("form > button").count(), 0, "nothing can be sent in vain");
    await assertAccessible(page, "a check that is not allowed");
    assert.deepEqual(await page.evaluate(() => stopped), ["trusted-types trusted-types-policy"]);
    await page.context().close();
  }
});

test("a survey without it loads nothing but itself, wherever it might", async () => {
  const survey = await stage.survey();
  const { page, widget } = await visit(survey);
  await choose(widget, "How likely", "9");
  await agreeAndSend(widget);
  await until(page, "sent");
  assert.ok(page.asked.every((request) => !request.url().includes("turnstile")));
  assert.deepEqual(tokens(page), [undefined]);
  await stage.leave(page);
});
