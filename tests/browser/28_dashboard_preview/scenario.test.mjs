// The editor's preview is the real widget and counts nothing; the box for trying themes tells what would be counted.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openDashboard } from "../dashboard.mjs";
import { choose } from "../stage.mjs";
import { openEditor, openPart, previewed, save, talliesOf } from "../editor.mjs";
import { readRows } from "../../edge/state.mjs";
import { createSurvey } from "../../edge/survey.mjs";

let stage;
before(async () => {
  stage = await openDashboard();
});
after(() => stage.close());

const frameOf = (page) => page.frames().find((frame) => frame.url().endsWith("/dashboard/preview"));
/** Everything that a survey has, in its Ledger and in D1, and what is told of it. */
async function figures(survey) {
  const { ledgers, d1 } = await readRows(stage.server.stateDir, [survey]);
  const { submissions = [], buckets = [], persons = [] } = ledgers[survey.id] ?? {};
  return JSON.stringify([submissions, buckets, persons, d1.cohorts, await survey.ledger(), (await survey.kpis()).kpis]);
}

test("the preview is the real widget, shows what is not saved, in the language that is edited", async () => {
  const page = await openEditor(stage, stage.survey);
  const frame = frameOf(page);
  assert.equal(await frame.evaluate(() => document.querySelector("counterfoil-survey").shadowRoot !== null), true);
  const script = page.asked.find((request) => request.url().endsWith("/widget.js"));
  assert.equal(await (await script.response()).text(), (await stage.server.api("GET", "/widget.js", undefined, { key: null })).text, "byte for byte");

  await page.locator(".question-card").first().getByLabel(/^Wording/).fill("Would you come back?");
  const widget = page.frameLocator("aside iframe").locator("counterfoil-survey");
  await widget.getByText("Would you come back?").waitFor();
  await page.locator(".question-card").nth(1).getByLabel("Scale").selectOption({ label: "1 to 7" });
  await widget.getByRole("group", { name: "How satisfied are you with your order?" }).getByText("6", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Dutch" }).click();
  await widget.getByText("Hoe tevreden bent u over uw bestelling?").waitFor();
  const stored = await stage.ask("GET", stage.survey.path);
  assert.equal(stored.revision, 1, "nothing was saved");
  assert.deepEqual(stored, stage.survey.definition);

  // A fault leaves the last one that could be shown, and says so.
  await page.getByLabel("Sites that may embed it").fill("no origin");
  await page.getByText("As it was before something went wrong: to mend: 1.").waitFor();
  await widget.getByText("Hoe tevreden bent u over uw bestelling?").waitFor();
  await stage.leave(page);
});

test("what is answered in the preview is sent nowhere and counted nowhere, and the preview says so", async () => {
  const survey = await createSurvey(stage.server, {
    name: "Previewed", template: "store", reward: { text: { en: "A cup of coffee." } }, dimensions: { channel: ["web"] },
  });
  const before = await figures(survey);
  const page = await openEditor(stage, survey);
  const widget = await previewed(page);
  page.asked.length = 0;
  for (const withdraw of [false, true]) {
    await choose(widget, "How satisfied are you with your visit to our store?", "4");
    await widget.getByLabel("My answers may be counted").check();
    await widget.getByRole("button", { name: "Send" }).click();
    await widget.getByText("Thank you!").waitFor();
    await widget.getByText("A cup of coffee.").waitFor();
    await page.getByText("This was a preview: nothing was sent, nothing was counted.").waitFor();
    if (withdraw) await widget.getByRole("button", { name: "Take back my answers" }).click();
    else await page.getByRole("button", { name: "Answer again" }).click();
  }
  assert.deepEqual(page.asked.map((request) => `${request.method()} ${request.url()}`), [], "nothing was asked of anyone");
  assert.equal(await figures(survey), before);
  await stage.leave(page);
});

test("a survey that asks for Turnstile is previewed without it, and no third party is called", async () => {
  const page = await stage.visit("#/");
  // As a deployment that has set it up says what respondents would see.
  await page.route("**/v1/surveys/*?dry_run=1", async (route) => {
    const reply = await route.fetch();
    const json = await reply.json();
    await route.fulfill({ response: reply, json: { ...json, public: { ...json.public, turnstile: { site_key: "0x4AAAAAAAtestsownsitekey", action: stage.quiet.id } } } });
  });
  await page.goto(`${stage.server.url}/dashboard/#/edit/${stage.quiet.id}`);
  const widget = await previewed(page);
  await choose(widget, "How satisfied are you with the help you received?", "4");
  await widget.getByLabel("My answers may be counted").check();
  await widget.getByRole("button", { name: "Send" }).click();
  await widget.getByText("Thank you!").waitFor();
  assert.ok(!page.asked.some((request) => /turnstile/.test(request.url())));
  await stage.leave(page);
});

test("even if it wanted to, the preview could send nothing, and it cannot reach the key", async () => {
  const page = await openEditor(stage, stage.quiet);
  const frame = frameOf(page);
  const tried = await frame.evaluate(async (path) => {
    const found = {};
    const clean = document.createElement("iframe");
    document.body.append(clean);
    const attempts = {
      fetch: () => (clean.contentWindow?.fetch ?? Window.prototype.fetch).call(globalThis, path, { method: "POST", body: "{}" }),
      request: () => new Promise((resolve, reject) => {
        const request = new XMLHttpRequest();
        request.onload = resolve;
        request.onerror = () => reject(new Error("refused"));
        request.open("POST", path);
        request.send("{}");
      }),
      beacon: async () => { if (!navigator.sendBeacon(path, "{}")) throw new Error("refused"); },
      image: () => new Promise((resolve, reject) => Object.assign(new Image(), { onload: resolve, onerror: reject, src: path })),
      key: async () => parent.sessionStorage.length,
      own: async () => sessionStorage.length,
      page: async () => parent.document.title,
    };
    for (const [name, attempt] of Object.entries(attempts)) {
      try {
        await attempt();
        found[name] = "done";
      } catch {
        found[name] = "refused";
      }
    }
    return found;
  }, `${stage.server.url}${stage.quiet.path}/responses`);
  // A beacon is queued before the policy looks at it; that it did not leave is seen below.
  delete tried.beacon;
  assert.deepEqual(tried, { fetch: "refused", request: "refused", image: "refused", key: "refused", own: "refused", page: "refused" });
  assert.ok(!page.asked.some((request) => request.url().endsWith("/responses") && request.failure() === null));
  assert.deepEqual(await talliesOf(stage.server, stage.quiet.id), {});
  const { status, headers } = await stage.server.api("GET", "/dashboard/preview", undefined, { key: null });
  assert.equal(status, 200);
  assert.equal(
    headers["content-security-policy"],
    "default-src 'none'; script-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-scripts allow-forms; " +
      "require-trusted-types-for 'script'; trusted-types 'none'",
  );
  await page.context().close();
});

test("what the box for trying finds is what a real response is counted under", async () => {
  const themes = {
    delivery: { en: ["delivery", "shipping"], nl: ["bezorging", "te laat"] },
    price: { en: ["expensive", "price"], de: ["Größe", "straße"] },
    "2024": { fr: ["réclamation"] },
  };
  const definition = { name: "Themed", questions: [{ id: "why", kind: "comment" }], themes };
  const survey = await createSurvey(stage.server, definition);
  const page = await openEditor(stage, survey);
  const part = await openPart(page, "Themes of comments");
  const comments = [
    "The DELIVERY was late", "undeliverable", "delivery-price", "De bezorging was te  laat.", "telaat", "UNE RECLAMATION", "re\u0301clamation",
    "auf der STRASSE", "die GRO\u0308SSE", "ｐｒｉｃｅ", "prices", "price's", "nothing of the kind", "delivery\nexpensive", "İSTANBUL price", "ΣΊΣΥΦΟΣ shipping",
  ];
  for (const comment of comments) {
    await part.getByLabel("Try a comment").fill(comment);
    const found = part.locator(".found[data-current]");
    await found.waitFor();
    const shown = await found.locator(".tag").allInnerTexts();
    const own = await createSurvey(stage.server, definition);
    assert.equal((await own.respond({ answers: { why: comment } })).status, 202);
    const counted = Object.keys((await talliesOf(stage.server, own.id)).why ?? {}).filter((theme) => theme in themes);
    assert.deepEqual(shown.sort(), counted.sort(), comment);
    if (/^(The DEL|UNE|ｐ)/.test(comment)) assert.equal(shown.length, 1, "something is found at all");
  }
  // With themes that are not saved yet.
  await part.getByRole("group", { name: /Theme price/ }).getByLabel("Words, one a line").first().fill("cheap");
  await part.getByLabel("Try a comment").fill("far too CHEAP");
  await part.locator(".found .tag").getByText("price").waitFor();
  assert.deepEqual((await stage.ask("GET", survey.path)).themes, survey.definition.themes);
  assert.deepEqual(await talliesOf(stage.server, survey.id), {});
  await save(page);
  await stage.leave(page);
});
