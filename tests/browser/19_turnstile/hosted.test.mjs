// The hosted page of a survey that asks for Turnstile, against a stand-in of Cloudflare's half.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { CONFIGURED, KEYS, startTurnstile } from "../../edge/turnstile.mjs";
import { until } from "../../edge/survey.mjs";
import { agreeAndSend, assertHeading, choose, openHosted } from "../hosted.mjs";
import { assertAccessible, launch } from "../stage.mjs";
import { CHALLENGES, serveTurnstile } from "../turnstile.mjs";

const SURVEY = { questions: [{ id: "recommend", kind: "nps" }], turnstile: true };

let service, stage;
before(async () => {
  service = await startTurnstile();
  stage = await openHosted({ vars: CONFIGURED, outbound: service.address });
});
beforeEach(() => {
  service.asked.length = 0;
  service.fault = undefined;
});
after(async () => {
  await stage.close();
  service.close();
});

/** The page with JavaScript, and what the check was asked with. */
async function open(survey, after, options = {}) {
  const context = await stage.profile({ javaScriptEnabled: true, ...options });
  const asked = await serveTurnstile(context, service, options);
  const page = await stage.open(survey, after, { within: context });
  return { page, asked };
}
const passed = (page) => until(() => page.locator('[name="cf-turnstile-response"]').inputValue(), "a token");
const leave = (page) => stage.leave(page, { others: [CHALLENGES] });

test("the check passes by itself, and the answers are counted", async () => {
  const survey = await stage.survey(SURVEY);
  const { page, asked } = await open(survey, "?lang=nl");
  await passed(page);
  await assertAccessible(page, "the check");
  assert.deepEqual(asked, [{ sitekey: KEYS.site_key, action: survey.id, language: "nl" }]);
  await choose(page, "Hoe waarschijnlijk", "9");
  await page.getByLabel("Mijn antwoorden mogen").check();
  await page.getByRole("button", { name: "Verzenden" }).click();
  await assertHeading(page, "Dank u wel");
  assert.deepEqual(await stage.pending(survey), { recommend: 1 });
  await page.reload();
  await assertHeading(page, "Dank u wel");
  assert.deepEqual(await stage.pending(survey), { recommend: 1 });
  assert.equal(service.asked.length, 1);
  await leave(page);
});

test("a token that is refused costs no answer: the page keeps them, checks anew, and takes them", async () => {
  const survey = await stage.survey(SURVEY);
  let passes = false;
  const { page } = await open(survey, "", { passes: () => passes });
  await choose(page, "How likely", "9");
  await agreeAndSend(page);
  const summary = page.getByRole("alert");
  await summary.getByText("The check against robots is not done").waitFor();
  await until(() => summary.evaluate((it) => it === document.activeElement), "the focus is there", 5);
  await assertAccessible(page, "a check that was not passed");
  await summary.getByRole("link").click();
  assert.equal(new URL(page.url()).hash, "#robots");
  passes = true;
  await page.getByRole("button", { name: "Send" }).click(); // still without one
  await summary.waitFor();
  await passed(page);
  assert.equal(await page.getByRole("radio", { name: "9", exact: true }).isChecked(), true);
  await page.getByRole("button", { name: "Send" }).click();
  await assertHeading(page, "Thank you");
  assert.deepEqual(await stage.pending(survey), { recommend: 1 });
  await leave(page);
});

test("a double click counts once, and ends with thanks", async () => {
  const survey = await stage.survey(SURVEY);
  const { page } = await open(survey);
  await passed(page);
  await choose(page, "How likely", "9");
  await page.getByLabel("My answers may be counted").check();
  await page.getByRole("button", { name: "Send" }).dblclick();
  await assertHeading(page, "Thank you");
  assert.deepEqual(await stage.pending(survey), { recommend: 1 });
  await leave(page);
});

test("without JavaScript the page says why it is needed, and loads nothing of anybody", async () => {
  const survey = await stage.survey(SURVEY);
  // Playwright's own switch leaves the parser believing in scripts, which passes over what is for those without.
  const browser = await launch({ args: ["--blink-settings=scriptEnabled=false"] });
  const bare = await browser.newPage();
  await bare.goto(`${stage.server.url}/s/${survey.id}`);
  const session = await bare.context().newCDPSession(bare);
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  assert.ok(nodes.some(({ name }) => name?.value.startsWith("This survey needs JavaScript, because its owner protects it from robots")));
  await browser.close();
  const page = await stage.open(survey);
  await choose(page, "How likely", "9");
  await agreeAndSend(page);
  await page.getByRole("alert").getByText("The check against robots is not done").waitFor();
  assert.deepEqual(await stage.pending(survey), {});
  await stage.leave(page);
  // Who lets a personal link be used needs none.
  const invited = await stage.open(survey, `?i=${await stage.invite(survey)}`);
  await invited.getByText("the check is not needed").waitFor();
  await choose(invited, "How likely", "9");
  await invited.getByLabel("My personal link may be used").check();
  await agreeAndSend(invited);
  await assertHeading(invited, "Thank you");
  assert.deepEqual(await stage.pending(survey), { recommend: 1 });
  await stage.leave(invited);
});

test("at 320 pixels it fits, and its policy lets in nobody else", async () => {
  const survey = await stage.survey(SURVEY);
  const { page } = await open(survey, "", { viewport: { width: 320, height: 640 } });
  await passed(page);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320);
  const frame = await page.locator("iframe").boundingBox();
  assert.ok(frame.x >= 0 && frame.x + frame.width <= 320);
  const stopped = page.evaluate(
    () =>
      new Promise((resolve) => {
        addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => resolve([violatedDirective, blockedURI]), { once: true });
        document.head.append(Object.assign(document.createElement("script"), { src: "https://elsewhere.example/x.js" }));
      }),
  );
  assert.deepEqual(await stopped, ["script-src-elem", "https://elsewhere.example/x.js"]);
  await page.context().close();
});
