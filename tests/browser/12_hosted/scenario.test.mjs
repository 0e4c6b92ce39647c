// The hosted page without JavaScript, the whole way: answers, faults, thanks, receipt, reward, and back.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import jsqr from "jsqr";
import { until } from "../../edge/survey.mjs";
import { EVERYTHING, agreeAndSend, assertHeading, choose, described, openHosted } from "../hosted.mjs";

let stage;
before(async () => {
  stage = await openHosted();
});
after(() => stage.close());

const ANSWERED = Object.fromEntries(EVERYTHING.questions.map(({ id }) => [id, 1]));

test("an answer of every kind is sent, counted, thanked for and taken back, without JavaScript", async () => {
  const survey = await stage.survey(EVERYTHING);
  const page = await stage.open(survey, "?dimensions.channel=web");
  assert.equal(await page.evaluate(() => document.scripts.length), 0);
  await assertHeading(page, "Your feedback for Shop BV");
  await choose(page, "How likely", "3");
  await choose(page, "How satisfied", "5");
  await choose(page, "How easy", "1");
  await choose(page, "Which rating", "3");
  await choose(page, "fits best", "Price");
  await page.getByRole("checkbox", { name: "speed" }).check();
  await page.getByRole("checkbox", { name: "service" }).check();
  await choose(page, "Yes or no?", "No");
  await page.getByRole("textbox", { name: "Which number" }).fill("12.5");
  await page.getByRole("textbox", { name: "What would you like to tell us?" }).fill("The delivery was late.");
  await page.getByLabel("may also count for a group").check();
  await page.getByLabel("My comment may be searched").check();
  await page.getByLabel("I would like a receipt").check();
  await agreeAndSend(page);
  await assertHeading(page, "Thank you");
  assert.deepEqual(await stage.pending(survey), ANSWERED);
  const reward = page.getByRole("region", { name: "Your thank-you" });
  await reward.getByText("5 % off your next order").waitFor();
  assert.match(await reward.locator("code").textContent(), /^[A-Z2-7]{4}(-[A-Z2-7]{4}){4}$/);
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "receipt.jws" }).click()]);
  assert.equal(download.suggestedFilename(), "receipt.jws");
  const receipt = page.getByRole("region", { name: "The receipt of your consent" });
  assert.equal(readFileSync(await download.path(), "utf8"), await receipt.locator("code").textContent());
  await page.getByRole("button", { name: "Take my answers back" }).click();
  await assertHeading(page, "Your answers have been taken back");
  assert.deepEqual(await stage.pending(survey), {});
  assert.doesNotMatch(page.url(), /[?#]/, "no address holds the code");
  await stage.leave(page);
});

test("promise_8: a code that was noted takes the answers back later, from another device", async () => {
  const survey = await stage.survey(EVERYTHING);
  const page = await stage.open(survey);
  await choose(page, "How likely", "9");
  await agreeAndSend(page);
  const code = await page.getByRole("region", { name: "Changed your mind?" }).locator("code").textContent();
  await page.getByRole("link", { name: "Take answers back with a code" }).click();
  await assertHeading(page, "Take answers back with a code");
  await stage.leave(page);
  const other = await stage.open(survey, "/withdrawal");
  const field = other.getByRole("textbox", { name: "Your code" });
  await field.fill("no code");
  await other.getByRole("button", { name: "Take my answers back" }).click();
  await other.getByRole("alert").getByText("Enter the code of 22 letters").waitFor();
  assert.equal(await field.inputValue(), "no code");
  assert.equal(await other.title(), "Error: Take answers back with a code");
  await field.fill(code);
  await other.getByRole("button", { name: "Take my answers back" }).click();
  await assertHeading(other, "Your answers have been taken back");
  assert.deepEqual(await stage.pending(survey), {});
  await stage.leave(other);
});

test("each fault stands beside its field, one is taken to them, and everything entered is kept", async () => {
  const questions = EVERYTHING.questions.map((question) => (question.id === "satisfied" ? { ...question, required: true } : question));
  const survey = await stage.survey({ ...EVERYTHING, questions });
  const page = await stage.open(survey);
  await choose(page, "How likely", "3");
  await page.getByRole("checkbox", { name: "speed" }).check();
  await page.getByRole("textbox", { name: "Which number" }).fill("1.500,5");
  await page.getByRole("textbox", { name: "What would you like" }).fill("Late.\nTwice.");
  await page.getByLabel("My comment may be searched").check();
  await page.getByRole("button", { name: "Send" }).click();
  const summary = page.getByRole("alert");
  await summary.waitFor();
  assert.equal(await page.title(), "Error: Your feedback for Shop BV");
  // The browser puts it there once the page is drawn.
  await until(() => summary.evaluate((it) => it === document.activeElement), "the focus is there", 5);
  const faults = {
    "answers.satisfied": "Answer this question.",
    "answers.minutes": "Enter a number from 0 to 600, in digits, without a separator of thousands.",
    "consent.process_answers": "Without this your answers cannot be counted.",
  };
  const links = summary.getByRole("link");
  assert.equal(await links.count(), 3);
  for (const [at, [name, text]] of Object.entries(faults).entries()) {
    assert.ok((await described(page, name)).some((told) => told.startsWith(text)), name);
    await links.nth(at).click();
    const place = new URL(page.url()).hash.slice(1);
    assert.deepEqual(await page.evaluate(() => [document.activeElement.id, document.activeElement.name]), [place, name]);
    const seen = () =>
      page.locator(`[id="${place}"]`).evaluate((field) => {
        const block = field.closest(".wrong");
        return [field, block.querySelector(".error"), block.querySelector("legend, label")].every((it) => {
          const { top, bottom } = it.getBoundingClientRect();
          return top >= 0 && bottom <= innerHeight;
        });
      });
    await until(seen, `${name} on the screen with its wording and its fault`, 5);
  }
  assert.deepEqual(
    await page.locator("form[method=post]").evaluate((form) => [...new FormData(form)].filter(([name, value]) => value && !/^(submission_id|consent\.notice)$/.test(name))),
    [
      ["answers.recommend", "3"],
      ["answers.reasons", "speed"],
      ["answers.minutes", "1.500,5"],
      ["answers.why", "Late.\r\nTwice."],
      ["consent.analyse_comment", "1"],
    ].map(([name, value]) => [name, value.replace("\r\n", "\n")]),
  );
  assert.deepEqual(await stage.pending(survey), {});
  await choose(page, "How satisfied", "4");
  await page.getByRole("textbox", { name: "Which number" }).fill("15");
  await agreeAndSend(page);
  await assertHeading(page, "Thank you");
  assert.deepEqual(await stage.pending(survey), { recommend: 1, satisfied: 1, reasons: 1, minutes: 1, why: 1 });
  await stage.leave(page);
});

test("what did not apply is left out, and an unread comment too, and the page says so", async () => {
  const survey = await stage.survey(EVERYTHING);
  for (const [answer, told] of [["9", "for questions that did not apply"], ["3", "was thrown away unread"]]) {
    const page = await stage.open(survey);
    await choose(page, "How likely", answer);
    await page.getByRole("textbox", { name: "What would you like" }).fill("Late.");
    if (answer === "9") await page.getByLabel("My comment may be searched").check();
    await agreeAndSend(page);
    await page.getByText(told).waitFor();
    await stage.leave(page);
  }
  assert.deepEqual(await stage.pending(survey), { recommend: 2 });
});

test("the QR code is an image that a camera reads, and it leads to the page", async () => {
  const survey = await stage.survey(EVERYTHING);
  const page = await stage.open(survey, "/qr.svg?dimensions.channel=store", { viewport: { width: 600, height: 600 } });
  const shot = (await page.screenshot({ scale: "css" })).toString("base64");
  const camera = await stage.browser.newPage();
  const { data, width, height } = await camera.evaluate(async (png) => {
    const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
    const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
    canvas.drawImage(image, 0, 0);
    const { data, width, height } = canvas.getImageData(0, 0, image.width, image.height);
    return { data: [...data], width, height };
  }, shot);
  const link = jsqr(new Uint8ClampedArray(data), width, height)?.data;
  assert.equal(link, `${stage.server.url}/s/${survey.id}?dimensions.channel=store`);
  await page.goto(link);
  await page.getByText("drawn at random from: channel (store)").waitFor();
  await stage.leave(page);
  await camera.close();
});

test("what the page's policy stops would be noted: a style, an image, a script", async () => {
  const survey = await stage.survey();
  for (const more of ["<style>p { color: red }</style>", '<img src="/page.css">', "<script>document.title = 1</script>"]) {
    const context = await stage.profile({ javaScriptEnabled: true });
    await context.route("**/s/*", async (route) => {
      const reply = await route.fetch({ maxRetries: 2 });
      await route.fulfill({ response: reply, body: (await reply.text()).replace("</main>", `${more}</main>`) });
    });
    await stage.open(survey, "", { within: context });
    assert.match(context.stopped.join("\n"), /Content Security Policy/, more);
    await context.close();
  }
});
