// The survey editor: from a template to a live survey; every member edited; nobody's work lost.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { settled, openDashboard } from "../dashboard.mjs";
import { agreeAndSend, choose, widgetOf } from "../stage.mjs";
import { make, openAll, openEditor, openPart, previewed, save, talliesOf } from "../editor.mjs";
import { QUICK, createSurvey, times, until } from "../../edge/survey.mjs";

let stage;
before(async () => {
  stage = await openDashboard();
});
after(() => stage.close());

const read = (id) => stage.ask("GET", `/v1/surveys/${id}`);
const surveyOf = (definition) => createSurvey(stage.server, definition);

test("a template becomes a live survey by a handful of fields, and is answered through the real widget", async () => {
  const page = await stage.visit("");
  await page.getByRole("link", { name: "Surveys" }).click();
  await settled(page);
  await page.getByRole("link", { name: "New survey" }).click();
  await previewed(page);
  // The shop, at another origin, with the tag that the editor gives.
  let tag = "";
  const shop = createServer((request, reply) => {
    reply.writeHead(200, { "content-type": "text/html; charset=utf-8" });
    reply.end(`<!doctype html><html lang="en"><title>Shop</title><main>${tag}</main></html>`);
  });
  await new Promise((resolve) => shop.listen(0, "127.0.0.1", resolve));
  const origin = `http://localhost:${shop.address().port}`;
  try {
    await page.getByRole("radio", { name: /After a purchase/ }).check();
    await page.getByLabel("Name", { exact: true }).fill("Checkout");
    await page.getByLabel("Name of the organisation").fill("Shop BV");
    await page.getByLabel(/^Contact/).fill("privacy@shop.example");
    await page.getByLabel("Sites that may embed it").fill(origin);
    const id = await make(page);
    assert.equal(await page.evaluate(() => document.activeElement.role ?? document.activeElement.getAttribute("role")), "status", "what was done is said");

    const stored = await read(id);
    assert.deepEqual([stored.name, stored.controller, stored.origins], ["Checkout", { name: "Shop BV", contact: "privacy@shop.example" }, [origin]]);
    assert.deepEqual(stored.questions.map(({ id }) => id), ["satisfied", "as_expected"]);
    const { id: _, revision, created, ...rest } = stored;
    const { id: __, revision: ___, created: ____, ...same } = (await createSurvey(stage.server, { name: "Checkout", template: "csat_purchase", controller: stored.controller, origins: [origin] })).definition;
    assert.deepEqual(rest, same, "as the template by itself");

    tag = await page.getByLabel("Tag for a page").inputValue();
    assert.equal(tag, `<script src="${stage.server.url}/widget.js" data-survey="${id}" async></script>`);
    const customer = await page.context().newPage();
    await customer.goto(origin);
    const widget = await widgetOf(customer);
    await choose(widget, "How satisfied are you with your purchase?", "4");
    await agreeAndSend(widget);
    await widget.getByText("Thank you!").waitFor();
    await customer.close();
    assert.deepEqual(await talliesOf(stage.server, id), { satisfied: { 4: 1 } });

    const link = await page.getByLabel("Link to the hosted page").inputValue();
    const open = page.getByRole("link", { name: "Open it in a new tab" });
    assert.deepEqual([await open.getAttribute("href"), await open.getAttribute("target"), await open.getAttribute("rel")], [link, "_blank", "noopener"]);
    assert.equal(link, `${stage.server.url}/s/${id}`);
    assert.equal((await stage.server.api("GET", `/s/${id}`, undefined, { key: null })).status, 200);
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Download as SVG" }).click()]);
    assert.equal(download.suggestedFilename(), `survey-${id}.svg`);
    const chunks = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk);
    assert.equal(Buffer.concat(chunks).toString(), (await stage.server.api("GET", `/s/${id}/qr.svg`, undefined, { key: null })).text);
  } finally {
    shop.close();
  }
  page.asked.splice(0, page.asked.length, ...page.asked.filter((request) => !request.url().startsWith(origin) && !request.headers().origin?.startsWith(origin) && !request.headers().referer?.startsWith(origin)));
  await page.close();
});

test("a question of every kind, and every other member, is edited and stored as it was entered", async () => {
  const page = await openEditor(stage);
  await page.getByRole("radio", { name: /Questions of your own/ }).check();
  await page.getByLabel("Name", { exact: true }).fill("Everything");
  const questions = await openPart(page, "Questions");
  const kinds = ["nps", "csat", "ces", "rating", "choice", "yes_no", "number", "comment"];
  for (const kind of kinds) {
    await questions.locator("select[data-new]").selectOption({ index: kinds.indexOf(kind) });
    await page.getByRole("button", { name: "Add the question" }).click();
  }
  const card = (n) => questions.locator(".question-card").nth(n);
  for (const [n, kind] of kinds.entries()) await card(n).getByLabel(/^Wording/).fill(`Asked as ${kind}?`);
  // nps, on a scale of its own
  await card(0).getByLabel("Not asked on 0 to 10").check();
  for (const [label, answers] of [["detractors", "bad"], ["passives", "so-so"], ["promoters", "good great"]]) await card(0).getByLabel(label).fill(answers);
  await card(1).getByLabel("Scale").selectOption({ label: "1 to 7" });
  await card(2).getByLabel("Which end is easy").selectOption({ label: "high is much effort" });
  await card(3).getByLabel("Points, 2 to 100").fill("10");
  await card(4).getByLabel("Id of option 1", { exact: true }).fill("price");
  await card(4).getByLabel(/^Label of option 1/).fill("Price");
  await card(4).getByLabel("Id of option 2", { exact: true }).fill("speed");
  await card(4).getByRole("button", { name: "Add an option" }).click();
  await card(4).getByLabel("Id of option 3", { exact: true }).fill("service");
  await card(4).getByRole("button", { name: "Move service up" }).click();
  await card(4).getByLabel("Several may be chosen").check();
  await card(5).getByLabel("Must be answered").check();
  await card(6).getByLabel("Unit").fill("min");
  await card(6).getByLabel("Least").fill("0,5");
  await card(6).getByLabel("Largest").fill("600");
  await card(6).getByLabel("Edges of bins").fill("1 5,25;60");
  await card(6).getByLabel("Only if an earlier answer is so").check();
  await card(6).getByLabel("Earlier question").selectOption({ label: "yes_no" });
  await card(6).getByLabel("Value").selectOption({ label: "No" });
  await card(7).getByLabel("Only if an earlier answer is so").check();
  await card(7).getByLabel("Earlier question").selectOption({ label: "rating" });
  await card(7).getByLabel("Answer", { exact: true }).selectOption({ label: "is at most" });
  await card(7).getByLabel("Value").fill("4");
  // Another language, and a question that moves and one that goes.
  await page.getByRole("button", { name: "Dutch" }).click();
  await card(0).getByLabel(/^Wording/).fill("Gevraagd als nps?");
  await card(1).getByRole("button", { name: /Remove/ }).click();
  await page.getByRole("button", { name: "Move rating up" }).click();
  assert.match(await page.evaluate(() => document.activeElement.textContent), /Move rating up/, "the focus goes along");

  const dimensions = await openPart(page, "Dimensions and segments");
  await page.getByRole("button", { name: "Add a dimension" }).click();
  await dimensions.getByLabel("Name").fill("touchpoint");
  await dimensions.getByLabel("Segments").fill("checkout\n\n  support ");
  const themes = await openPart(page, "Themes of comments");
  await page.getByRole("button", { name: "Add a theme" }).click();
  await themes.getByLabel("Theme", { exact: true }).fill("delivery");
  await themes.getByLabel("Words, one a line").fill("bezorging\nlevering");
  await page.getByRole("button", { name: /Words in another language/ }).click();
  await themes.getByLabel("Words, one a line").nth(1).fill("delivery");
  await openPart(page, "Release, window and retention");
  await page.getByLabel("Released every", { exact: true }).fill("2");
  await page.getByLabel("Least together").fill("9");
  await page.getByLabel("Patience", { exact: true }).fill("36");
  await page.getByLabel("Patience, unit").selectOption({ label: "hours" });
  await page.getByLabel("Window", { exact: true }).fill("60");
  await page.getByLabel("Kept by day").fill("120");
  await page.getByLabel("Kept by month").fill("36");
  const notice = await openPart(page, "Notice and consents");
  await notice.getByLabel("A text of our own").check();
  await notice.getByLabel(/^Notice/).fill("Wij tellen uw antwoorden.");
  await openPart(page, "Identified people, robots, comments, reward");
  await page.getByLabel("Only identified people count").check();
  await page.getByLabel("Thank with a code").check();
  await page.getByLabel(/^What is told of it/).fill("Een kop koffie.");
  const benchmarks = await openPart(page, "Benchmarks");
  await page.getByRole("button", { name: "Add a benchmark" }).click();
  await benchmarks.getByLabel("Question").selectOption({ label: "choice" });
  await benchmarks.getByLabel("Option", { exact: true }).selectOption({ label: "price" });
  await benchmarks.getByLabel("Value").fill("31,5");
  await benchmarks.getByLabel("Source").fill("Last year's study");
  await benchmarks.getByLabel("Year").fill("2025");
  const id = await make(page);

  const stored = await read(id);
  const en = (kind) => ({ en: `Asked as ${kind}?` });
  assert.deepEqual(stored.questions, [
    { id: "nps", kind: "nps", text: { ...en("nps"), nl: "Gevraagd als nps?" }, required: false, map: { detractors: ["bad"], passives: ["so-so"], promoters: ["good", "great"] } },
    { id: "rating", kind: "rating", text: en("rating"), required: false, points: 10 },
    { id: "ces", kind: "ces", text: en("ces"), required: false, points: 7, direction: "effort_high" },
    { id: "choice", kind: "choice", text: en("choice"), required: false, options: [{ id: "price", label: { en: "Price" } }, { id: "service" }, { id: "speed" }], multiple: true },
    { id: "yes_no", kind: "yes_no", text: en("yes_no"), required: true },
    { id: "number", kind: "number", text: en("number"), required: false, unit: "min", min: 0.5, max: 600, bins: [1, 5.25, 60], show_if: { question: "yes_no", is: false } },
    { id: "comment", kind: "comment", text: en("comment"), required: false, show_if: { question: "rating", at_most: 4 } },
  ]);
  assert.deepEqual(stored.dimensions, { touchpoint: ["checkout", "support"] });
  assert.deepEqual(stored.themes, { delivery: { en: ["delivery"], nl: ["bezorging", "levering"] } });
  assert.deepEqual([stored.release, stored.window, stored.retention], [{ every: "2h", min_cohort: 9, patience: "36h" }, "60d", { days: 120, months: 36 }]);
  assert.equal(stored.notice.text.nl, "Wij tellen uw antwoorden.");
  assert.deepEqual([stored.verified_only, stored.reward, stored.name], [true, { text: { nl: "Een kop koffie." } }, "Everything"]);
  assert.deepEqual(stored.benchmarks, [{ question: "choice", kpi: "share", option: "price", value: 31.5, source: "Last year's study", year: 2025 }]);
  await page.getByText(/each needs an invitation/).waitFor();

  // What was stored is shown as it was entered, and saving it without a change changes nothing but the revision.
  await page.reload();
  await previewed(page);
  await openAll(page);
  assert.equal(await page.getByLabel("Edges of bins").inputValue(), "1  5.25  60");
  assert.equal(await page.getByLabel("A text of our own").isChecked(), true);
  await save(page);
  assert.deepEqual({ ...(await read(id)), revision: 1 }, { ...stored, revision: 1 });
  await stage.leave(page);
});

test("members that the editor does not know survive an edit", async () => {
  const survey = await surveyOf({ name: "Of a later version", questions: [{ id: "recommend", kind: "nps" }] });
  const page = await stage.visit("");
  // A newer service, which knows more.
  const later = { hint: { en: "Think of last month." } };
  let sent;
  await page.route(`**${survey.path}`, async (route) => {
    if (route.request().method() === "GET") {
      const reply = await route.fetch({ maxRetries: 2 });
      const json = await reply.json();
      return route.fulfill({ response: reply, json: { ...json, later, questions: [{ ...json.questions[0], later }], release: { ...json.release, later } } });
    }
    sent = route.request().postDataJSON();
    return route.fulfill({ json: { ...sent, revision: 2 } });
  });
  await page.route(`**${survey.path}?dry_run=1`, (route) => route.fulfill({ json: { status: "valid", survey: survey.definition, public: { ...survey.definition, consent: [], consent_text: {}, themes: [] } } }));
  await page.goto(`${stage.server.url}/dashboard/#/edit/${survey.id}`);
  await previewed(page);
  await page.getByLabel("Name", { exact: true }).fill("Edited");
  await page.locator(".question-card").getByLabel("Kind").selectOption({ label: "Rating" });
  await save(page);
  assert.equal(sent.name, "Edited");
  assert.deepEqual([sent.later, sent.questions[0].later, sent.release.later], [later, later, later]);
  assert.deepEqual(sent.questions[0].kind, "rating");
  await stage.leave(page);
});

test("every fault of the service stands beside its field and in a summary that leads there, and nothing typed is lost", async () => {
  const page = await openEditor(stage);
  await page.getByRole("radio", { name: /Questions of your own/ }).check();
  await page.getByLabel("Sites that may embed it").fill("https://shop.example\nhttps://Shop.example/x");
  const questions = await openPart(page, "Questions");
  for (const kind of ["Choice", "Number"]) {
    await questions.locator("select[data-new]").selectOption({ label: kind });
    await page.getByRole("button", { name: "Add the question" }).click();
  }
  await questions.getByLabel("Least").fill("many");
  await questions.getByLabel("Edges of bins").fill("3 2");
  await page.getByRole("button", { name: "German" }).click();
  await questions.getByLabel(/^Wording/).first().fill(" ");
  await page.getByRole("button", { name: "English" }).click();
  await openPart(page, "Dimensions and segments");
  await page.getByRole("button", { name: "Add a dimension" }).click();
  await page.getByRole("group", { name: /Dimension/ }).getByLabel("Name").fill("No name/at all");
  await openPart(page, "Release, window and retention");
  await page.getByLabel("Least together").fill("4");
  const body = page.waitForRequest((request) => request.method() === "POST" && request.url().endsWith("/v1/surveys"));
  await page.getByRole("button", { name: "Make the survey" }).click();
  const refused = await stage.server.api("POST", "/v1/surveys", (await body).postDataJSON());
  assert.equal(refused.status, 422);
  assert.ok(refused.json.errors.length >= 7, refused.text);

  const summary = page.getByRole("alert").filter({ hasText: "Not saved" });
  await summary.waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("role")), "alert", "the focus is at the summary");
  assert.equal(await summary.getByRole("listitem").count(), refused.json.errors.length);
  for (let n = 0; n < refused.json.errors.length; n++) {
    const { detail } = refused.json.errors[n];
    await summary.getByRole("link").nth(n).click();
    await page.waitForFunction(() => document.activeElement.tagName !== "A");
    const found = await page.evaluate(() => {
      const field = document.activeElement;
      const said = (field.getAttribute("aria-describedby") ?? "").split(" ").map((id) => document.getElementById(id)?.textContent ?? "").join(" ");
      return [field.tagName, said || field.textContent];
    });
    assert.ok(found[1].includes(detail), `${JSON.stringify(refused.json.errors[n])}: ${found}`);
  }
  assert.equal(await page.getByLabel("Sites that may embed it").inputValue(), "https://shop.example\nhttps://Shop.example/x");
  assert.equal(await questions.getByLabel("Least").inputValue(), "many");

  // What is mended is no longer wrong, without saving.
  await page.getByLabel("Least together").fill("5");
  await page.locator('input[aria-invalid="false"]#at-release_2Fmin_cohort').waitFor();
  await page.locator("#at-name").fill("Kept");
  await stage.leave(page);
});

test("a name that stands twice is said before anything is sent", async () => {
  const page = await openEditor(stage, stage.survey);
  await openPart(page, "Dimensions and segments");
  await page.getByRole("button", { name: "Add a dimension" }).click();
  await page.getByRole("group", { name: /Dimension/ }).nth(1).getByLabel("Name").fill("channel");
  page.asked.length = 0;
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByRole("alert").filter({ hasText: "twice" }).waitFor();
  assert.ok(!page.asked.some((request) => request.method() === "PUT" && !request.url().includes("dry_run")));
  await stage.leave(page);
});

test("two editors do not overwrite each other: who comes second sees what was changed, and chooses", async () => {
  const survey = await surveyOf({ name: "Shared", questions: [{ id: "recommend", kind: "nps" }] });
  for (const [choice, name] of [["Save mine over theirs", "Mine"], ["Load theirs, drop mine", "Theirs"]]) {
    const page = await openEditor(stage, survey);
    await page.getByLabel("Name", { exact: true }).fill("Mine");
    const now = await read(survey.id);
    await stage.ask("PUT", survey.path, { ...now, name: "Theirs", window: now.window === "30d" ? "40d" : "30d" });
    await page.getByRole("button", { name: "Save", exact: true }).click();
    const conflict = page.getByRole("alert").filter({ hasText: "somebody else has saved" });
    await conflict.waitFor();
    assert.match(await conflict.innerText(), /They changed: .*window/);
    assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "Mine");
    assert.equal(JSON.parse(await page.getByLabel("Mine, as JSON").inputValue()).name, "Mine");
    assert.equal((await read(survey.id)).name, "Theirs", "nothing was overwritten");
    await conflict.getByRole("button", { name: choice }).click();
    await page.getByText(/^(Saved\.|Their revision)/).waitFor();
    assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), name);
    assert.equal((await read(survey.id)).name, name);
    await stage.leave(page);
  }
});

test("a scale with counts is fixed where counts are told, and refused beside its question where they are not", async () => {
  const asked = [{ id: "satisfied", kind: "csat" }, { id: "stars", kind: "rating" }];
  const survey = await surveyOf({ name: "Answered", questions: asked, release: QUICK });
  const answers = { satisfied: 4, stars: 5 };
  assert.equal((await survey.respond({ answers })).status, 202);
  const page = await openEditor(stage, survey);
  await page.getByText("Kind and scale are fixed from the first answer on").waitFor();
  await page.locator(".question-card").first().getByLabel("Scale").selectOption({ label: "1 to 7" });
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByRole("alert").filter({ hasText: "keeps its kind and its scale" }).waitFor();
  await page.locator(".question-card").first().getByText("This question has counts").waitFor();
  await stage.leave(page);

  await times(5, 5, () => survey.respond({ answers }));
  await until(async () => (await survey.ledger()).questions.filter(({ accepted }) => accepted > 0).length === 2, "a release", 60);
  const later = await openEditor(stage, survey);
  await later.getByText("its id, kind and scale are fixed").first().waitFor();
  const first = later.locator(".question-card").first();
  assert.ok(await first.getByLabel("Scale").isDisabled());
  await first.getByLabel(/^Wording/).fill("Were you satisfied?");
  await save(later);
  assert.equal((await read(survey.id)).questions[0].text.en, "Were you satisfied?");
  await stage.leave(later);
});

test("a notice that would change, or follows from the survey no more, is said before it is saved", async () => {
  const survey = await surveyOf({ name: "Noticed", questions: [{ id: "recommend", kind: "nps" }] });
  const page = await openEditor(stage, survey);
  const notice = await openPart(page, "Notice and consents");
  assert.ok(await notice.getByLabel(/^Follows from the survey/).isChecked());
  assert.equal(await page.getByText("everybody is asked anew").count(), 0);
  await notice.locator("summary").click();
  await openPart(page, "Release, window and retention");
  await page.getByLabel("Window", { exact: true }).fill("60");
  await page.getByText("everybody is asked anew").waitFor();
  await save(page);
  const stored = await read(survey.id);
  assert.notEqual(stored.notice.hash, survey.notice);
  assert.match(stored.notice.text.en, /60 days/);
  await stage.leave(page);
});

test("whoever leaves with changes is asked, and stays if they like", async () => {
  const page = await openEditor(stage, stage.quiet);
  const asked = [];
  let stay = true;
  page.on("dialog", async (dialog) => {
    asked.push(dialog.type());
    await (stay ? dialog.dismiss() : dialog.accept());
  });
  await page.getByRole("link", { name: "Keys" }).click();
  await page.getByRole("heading", { name: "Keys", level: 1 }).waitFor();
  assert.deepEqual(asked, [], "nothing was changed");
  await page.goBack();
  await previewed(page);
  await page.getByLabel("Name", { exact: true }).fill("Half done");
  await page.getByText("There are changes that are not saved.").waitFor();
  await page.getByRole("link", { name: "Keys" }).click();
  await page.waitForFunction(() => location.hash.startsWith("#/edit/"));
  assert.deepEqual(asked, ["confirm"]);
  assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "Half done");
  await page.locator(".tools select").selectOption("nl");
  await page.getByText("Er zijn wijzigingen die niet zijn opgeslagen.").waitFor();
  assert.deepEqual(asked, ["confirm"], "another language leaves nothing");
  assert.equal(await page.getByLabel("Naam", { exact: true }).inputValue(), "Half done");
  stay = false;
  await page.getByRole("link", { name: "Sleutels" }).click();
  await page.getByRole("heading", { name: "Sleutels", level: 1 }).waitFor();
  assert.deepEqual(asked, ["confirm", "confirm"]);
  await stage.leave(page);
});

test("a survey is deleted by whoever types its name", async () => {
  const survey = await surveyOf({ name: "To be deleted", questions: [{ id: "recommend", kind: "nps" }] });
  const page = await openEditor(stage, survey);
  await page.getByRole("button", { name: "Delete the survey" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Delete the survey" }).click();
  await dialog.getByText("Type exactly").waitFor();
  await dialog.getByRole("textbox").fill("to be deleted");
  await dialog.getByRole("button", { name: "Delete the survey" }).click();
  assert.equal((await read(survey.id)).name, "To be deleted");
  await dialog.getByRole("textbox").fill("To be deleted");
  await dialog.getByRole("button", { name: "Delete the survey" }).click();
  await page.getByRole("heading", { name: "Surveys", level: 1 }).waitFor();
  await settled(page);
  assert.equal(await page.getByText("To be deleted").count(), 0);
  assert.equal((await stage.server.api("GET", survey.path)).status, 404);
  await stage.leave(page);
});

test("without a connection nothing is saved, nothing lost, and it can be saved later", async () => {
  const survey = await surveyOf({ name: "Offline", questions: [{ id: "recommend", kind: "nps" }] });
  const page = await openEditor(stage, survey);
  await page.context().setOffline(true);
  await page.getByLabel("Name", { exact: true }).fill("Typed offline");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByRole("alert").filter({ hasText: "No connection" }).first().waitFor();
  await page.context().setOffline(false);
  assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "Typed offline");
  await save(page);
  assert.equal((await read(survey.id)).name, "Typed offline");
  await stage.leave(page);
});

test("what each dimension costs the others is told as soon as there are three, themes among them", async () => {
  const page = await openEditor(stage);
  const dimensions = await openPart(page, "Dimensions and segments");
  const themes = await openPart(page, "Themes of comments");
  const warning = dimensions.locator(".warn");
  for (let n = 0; n < 2; n++) await page.getByRole("button", { name: "Add a dimension" }).click();
  assert.equal(await warning.count(), 0);
  await page.getByRole("button", { name: "Add a theme" }).click();
  assert.equal(await warning.innerText(), "3 dimensions, themes being one: each gets about 33 % of the responses that allow it.");
  await page.getByRole("button", { name: "Add a dimension" }).click();
  assert.equal(await warning.innerText(), "4 dimensions, themes being one: each gets about 25 % of the responses that allow it.");
  await themes.getByRole("button", { name: /^Remove the theme/ }).click();
  assert.equal(await warning.innerText(), "3 dimensions: each gets about 33 % of the responses that allow it.");
  page.on("dialog", (dialog) => dialog.accept());
  await stage.leave(page);
});
