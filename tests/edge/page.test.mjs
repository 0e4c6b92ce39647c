// The hosted page, as a browser without JavaScript has it: what it shows, what it sends, and what that does.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { load } from "cheerio";
import jsqr from "jsqr";
import { found } from "./search.mjs";
import { startServer } from "./server.mjs";
import { changes, readFiles, readRows, settledPages } from "./state.mjs";
import { createSurvey, submissionId } from "./survey.mjs";

const POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
const LOCALES = ["en", "nl", "de", "fr"];
const SURVEY = {
  questions: [
    { id: "recommend", kind: "nps" },
    { id: "satisfied", kind: "csat", required: true },
    { id: "reasons", kind: "choice", options: ["price", { id: "speed", label: { en: "Speed <of> delivery" } }], multiple: true },
    { id: "minutes", kind: "number", min: 0, max: 600, bins: [1, 5, 15, 60], unit: "min" },
    { id: "found", kind: "yes_no", text: { "pt-BR": "Encontrou?" } },
    { id: "why", kind: "comment", show_if: { question: "recommend", at_most: 6 } },
  ],
  dimensions: { channel: ["web", "in store"] },
  themes: { delivery: { en: ["delivery"] } },
  controller: { name: "Shop & Sons", contact: "privacy@shop.example" },
};

let server;
before(async () => {
  server = await startServer();
});
after(() => server.discard());

/** A page, parsed as browsers do. */
async function read(path, { method = "GET", body, headers } = {}) {
  const type = body === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" };
  const reply = await server.api(method, path, body?.toString(), { key: null, headers: { ...type, ...headers } });
  assert.equal(reply.headers["content-type"], "text/html; charset=utf-8", reply.text);
  return { ...reply, $: load(reply.text) };
}

/** What a browser would send of the page's form, with `changes`: a text, several, or null for nothing. */
function filled(page, changes = {}) {
  const form = page.$('form[method="post"]').first();
  const body = new URLSearchParams(form.serializeArray().map(({ name, value }) => [name, value]));
  for (const [name, value] of Object.entries(changes)) {
    if (value !== null) assert.ok(page.$(`[name="${name}"]`).length > 0, `the page has no ${name}`);
    body.delete(name);
    for (const text of [value].flat()) if (text !== null) body.append(name, text);
  }
  return { path: form.attr("action"), body };
}

const send = ({ path, body }, headers) => read(path, { method: "POST", body, headers });
const AGREED = { "consent.process_answers": "1" };

/** How many answers to each question were accepted, as the Ledger keeps it. */
async function accepted(survey) {
  const { accounts = [] } = (await readRows(server.stateDir, [survey])).ledgers[survey.id];
  const questions = new Set(survey.definition.questions.map(({ id }) => id));
  return Object.fromEntries(accounts.filter(({ question }) => questions.has(question)).map(({ question, accepted }) => [question, accepted]));
}

/** The texts that are told about the field of this name. */
function described(page, name) {
  const field = page.$(`[name="${name}"]`).first();
  const ids = field.attr("aria-describedby") ?? field.closest("fieldset").attr("aria-describedby") ?? "";
  return ids.split(" ").filter(Boolean).map((id) => {
    const told = page.$(`[id="${id}"]`);
    assert.equal(told.length, 1, `#${id} is there once`);
    return told.text();
  });
}

test("every page allows nothing but its own stylesheet and form, and none is to be listed", async () => {
  const survey = await createSurvey(server, SURVEY);
  const closed = await createSurvey(server, { ...SURVEY, status: "closed" });
  const fresh = await read(`/s/${survey.id}`);
  const pages = [
    [200, fresh],
    [200, await read(`/s/${closed.id}`)],
    [404, await read("/s/nothing")],
    [404, await read("/s/nothing/qr.svg")],
    [422, await send(filled(fresh))],
    [200, await send(filled(fresh, { ...AGREED, "answers.satisfied": "4" }))],
    [403, await send(filled(fresh), { origin: "https://elsewhere.example" })],
    [200, await read(`/s/${survey.id}/withdrawal`)],
    [415, await read(`/s/${survey.id}`, { method: "POST", body: "{}", headers: { "content-type": "application/json" } })],
    [413, await read(`/s/${survey.id}`, { method: "POST", body: `answers.why=${"x".repeat(50_000)}` })],
  ];
  for (const [status, page] of pages) {
    const { headers, $ } = page;
    assert.deepEqual(
      [page.status, headers["content-security-policy"], headers["x-robots-tag"], headers["cache-control"], headers["set-cookie"]],
      [status, POLICY, "noindex", "no-store", undefined],
      page.text,
    );
    // Under `no-referrer`, browsers would send the form with the origin `null`, which is refused.
    assert.deepEqual([headers["x-content-type-options"], headers["referrer-policy"]], ["nosniff", "same-origin"]);
    assert.equal($("html").attr("lang"), "en");
    assert.equal($('meta[name="robots"]').attr("content"), "noindex");
    assert.deepEqual([$("h1").length, $("main").length, $("script, style, [style], img, iframe").length], [1, 1, 0]);
    assert.ok($("title").text());
    $("*").each((_, element) => assert.deepEqual(Object.keys(element.attribs).filter((name) => name.startsWith("on")), []));
    const ids = $("[id]").map((_, element) => element.attribs.id).get();
    assert.deepEqual(ids, [...new Set(ids)], "no id twice");
    // Whatever can be filled in has a name that is read out.
    $('input:not([type="hidden"]), textarea, select').each((_, element) => {
      const labelled = $(element).closest("label").text() || $(`label[for="${element.attribs.id}"]`).text();
      assert.ok(labelled.trim(), `${element.attribs.name} has a label`);
    });
  }
  const style = await server.api("GET", "/page.css", undefined, { key: null });
  assert.deepEqual([style.status, style.headers["content-type"]], [200, "text/css; charset=utf-8"]);
});

test("promise_1: reading a page changes no byte, whatever its link says", async () => {
  const survey = await createSurvey(server, SURVEY);
  const invited = await server.api("POST", `${survey.path}/invitations`, { customer_ids: ["C-1"] });
  const { invitation } = invited.json.items[0];
  const before = await settledPages(server.stateDir);
  const rows = await readRows(server.stateDir, [survey]);
  const link = `/s/${survey.id}?i=${invitation}&answers.recommend=9&answers.satisfied=4&dimensions.channel=web&consent.process_answers=1&utm_source=mail`;
  for (const path of [`/s/${survey.id}`, link, `/s/${survey.id}/withdrawal`]) {
    await read(path);
    const head = await server.api("HEAD", path, undefined, { key: null });
    assert.deepEqual([head.status, head.text], [200, ""]);
  }
  // The platform keeps a book of its own on reading D1; its rows are ours.
  const changed = changes(before, await settledPages(server.stateDir)).filter((name) => !name.startsWith("d1/"));
  assert.deepEqual(changed, []);
  assert.deepEqual(await readRows(server.stateDir, [survey]), rows);
});

test("an answer that a link chose is there to be confirmed, and counts only once it is sent with consent", async () => {
  const survey = await createSurvey(server, SURVEY);
  const page = await read(`/s/${survey.id}?answers.recommend=9&answers.satisfied=99&answers.why=words&answers.minutes=12&consent.process_answers=1`);
  const checked = page.$("[checked]").map((_, element) => `${element.attribs.name}=${element.attribs.value}`).get();
  assert.deepEqual(checked, ["answers.recommend=9", "answers.found="], "no consent, and no point that there is not");
  assert.equal(page.$('[name="answers.minutes"]').attr("value"), "12");
  assert.equal(page.$('[name="answers.why"]').val().trim(), "");
  assert.match(described(page, "answers.recommend").join(" "), /counts only if you send it/);
  const refused = await send(filled(page, { "answers.satisfied": "4" }));
  assert.equal(refused.status, 422);
  assert.deepEqual(await accepted(survey), {});
  const sent = await send(filled(refused, AGREED));
  assert.equal(sent.status, 200, sent.text);
  assert.deepEqual(await accepted(survey), { recommend: 1, satisfied: 1, minutes: 1 });
});

test("promise_7: a form that is sent twice, or reloaded, counts once", async () => {
  const survey = await createSurvey(server, SURVEY);
  const form = filled(await read(`/s/${survey.id}`), { ...AGREED, "answers.satisfied": "4", "answers.reasons": ["price", "speed"] });
  const pages = await Promise.all([send(form), send(form), send(form)]);
  pages.push(await send(form));
  for (const page of pages) assert.deepEqual([page.status, page.text], [200, pages[0].text]);
  assert.deepEqual(await accepted(survey), { satisfied: 1, reasons: 1 });
  // Another look at the page is another response.
  await send(filled(await read(`/s/${survey.id}`), { ...AGREED, "answers.satisfied": "4" }));
  assert.deepEqual(await accepted(survey), { satisfied: 2, reasons: 1 });
});

test("every fault stands beside its field, and what was filled in is kept", async () => {
  const survey = await createSurvey(server, SURVEY);
  const words = `"><script>alert('x')</script>&amp; \r\nsecond line ${"x".repeat(2000)}`;
  const page = await send(
    filled(await read(`/s/${survey.id}?dimensions.channel=in%20store`), {
      "answers.recommend": "3",
      "answers.reasons": "speed",
      "answers.minutes": `1.500"'<b>`,
      "answers.why": words,
      "consent.use_segments": "1",
      "consent.analyse_comment": "1",
      receipt: "1",
    }),
  );
  assert.equal(page.status, 422);
  assert.match(page.$("title").text(), /^Error: Your feedback for Shop & Sons$/);
  const wrong = {
    "answers.satisfied": "Answer this question.",
    "answers.minutes": "Enter a number from 0 to 600, in digits, without a separator of thousands.",
    "answers.why": "Enter at most 2,000 characters, and only what can be read.",
    "consent.process_answers": "Without this your answers cannot be counted.",
  };
  const links = page.$('.summary[role="alert"] a');
  assert.equal(links.length, 4);
  for (const [at, [name, text]] of Object.entries(wrong).entries()) {
    assert.ok(described(page, name).some((told) => told.startsWith(text)), `${name}: ${described(page, name)}`);
    const link = links.eq(at);
    assert.ok(link.text().includes(text));
    // The link says of which question it is: all of them would read alike otherwise.
    const wording = page.$(`[id="${link.attr("href").slice(1)}"]`).closest(".question").find(".wording").text();
    assert.ok(name.startsWith("consent") || (wording && link.text().startsWith(wording.split(/\s+required/)[0].trim())), link.text());
    assert.equal(page.$(`[id="${link.attr("href").slice(1)}"]`).attr("name"), name);
  }
  assert.deepEqual(described(page, "answers.recommend").length, 1, "what is right has no error");
  const kept = filled(page).body;
  const first = filled(page).body.get("submission_id");
  assert.match(first, /^[\w-]{22}$/);
  assert.deepEqual(
    ["answers.recommend", "answers.reasons", "answers.minutes", "consent.use_segments", "consent.analyse_comment", "receipt", "dimensions.channel"].map((name) => kept.get(name)),
    ["3", "speed", `1.500"'<b>`, "1", "1", "1", "in store"],
  );
  assert.equal(kept.get("answers.why").replace(/\r\n/g, "\n").trim(), words.replace(/\r\n/g, "\n"));
  assert.equal(page.$("script, b").length, 0);
  assert.deepEqual(await accepted(survey), {});
  // Mended, it counts, under the same submission id.
  const sent = await send(filled(page, { ...AGREED, "answers.satisfied": "2", "answers.minutes": "1,5", "answers.why": "delivery" }));
  assert.equal(sent.status, 200, sent.text);
  assert.ok(sent.$("code").first().text() === first);
  assert.deepEqual(await accepted(survey), { recommend: 1, satisfied: 1, reasons: 1, minutes: 1, why: 1 });
});

test("a form without any answer is told so at its first question", async () => {
  const survey = await createSurvey(server, { questions: [{ id: "recommend", kind: "nps" }, { id: "why", kind: "comment" }] });
  const fresh = await read(`/s/${survey.id}`);
  for (const changes of [AGREED, { ...AGREED, "answers.why": "not agreed to" }]) {
    const page = await send(filled(fresh, changes));
    assert.equal(page.status, 422);
    assert.ok(described(page, "answers.recommend").some((told) => told.startsWith("Answer at least one question.")));
  }
});

test("where a question does not apply, its answer is left out, and the page says so", async () => {
  const survey = await createSurvey(server, SURVEY);
  const fresh = await read(`/s/${survey.id}`);
  assert.match(described(fresh, "answers.why")[0], /^Only if your answer to “How likely .*” is 6 or less\./);
  const changes = { ...AGREED, "consent.analyse_comment": "1", "answers.recommend": "9", "answers.satisfied": "4", "answers.why": "delivery" };
  const page = await send(filled(fresh, changes));
  assert.equal(page.status, 200, page.text);
  assert.match(page.$("main").text(), /did not apply after your other answers was left out/);
  assert.deepEqual(await accepted(survey), { recommend: 1, satisfied: 1 });
  // The API refuses the same.
  const reply = await survey.respond({ answers: { recommend: 9, satisfied: 4, why: "delivery" } });
  assert.equal(reply.status, 422, reply.text);
  // One that applies and may not be read is told apart.
  const unread = await send(filled(await read(`/s/${survey.id}`), { ...AGREED, "answers.recommend": "3", "answers.satisfied": "4", "answers.why": "delivery" }));
  assert.match(unread.$("main").text(), /Your comment was thrown away unread/);
});

test("the page speaks the language of the link, else of the browser, and marks what is in another", async () => {
  const survey = await createSurvey(server, SURVEY);
  for (const [path, header, expected] of [
    ["", "", "en"],
    ["", "nl-BE,nl;q=0.9,en;q=0.5", "nl"],
    ["", "ja, fr;q=0.3, de;q=0.7", "de"],
    ["?lang=fr", "nl", "fr"],
    ["?lang=FR-ca", "nl", "fr"],
    ["?lang=%22%3E%3Cb%3E", "nl", "nl"],
  ]) {
    const page = await read(`/s/${survey.id}${path}`, { headers: { "accept-language": header } });
    assert.equal(page.$("html").attr("lang"), expected);
    assert.equal(page.$("#notice").next().attr("lang"), undefined, "the notice is in the page's language");
    assert.deepEqual(page.$('span[dir="auto"]').first().attr("lang"), expected === "en" ? "pt-BR" : "en");
    // It stays so when the form comes back.
    const back = await send(filled(page), { "accept-language": header });
    assert.equal(back.$("html").attr("lang"), expected);
  }
  const texts = await Promise.all(LOCALES.map(async (lang) => (await read(`/s/${survey.id}?lang=${lang}`)).$("h1").text()));
  assert.equal(new Set(texts).size, LOCALES.length);
  // The languages are links in a form, and bring along what the link had.
  const page = await read(`/s/${survey.id}?dimensions.channel=web&answers.recommend=8`);
  const languages = page.$('form[method="get"]');
  assert.deepEqual(languages.find("button").map((_, button) => button.attribs.value).get(), LOCALES);
  assert.deepEqual(languages.serializeArray(), [{ name: "dimensions.channel", value: "web" }, { name: "answers.recommend", value: "8" }]);
});

test("where the notice has changed meanwhile, it is shown again, and nothing is ticked", async () => {
  const survey = await createSurvey(server, SURVEY);
  const form = filled(await read(`/s/${survey.id}`), { ...AGREED, "answers.satisfied": "4", "consent.analyse_comment": "1" });
  const notice = { text: { en: "Another notice." } };
  const put = await server.api("PUT", survey.path, { ...survey.definition, notice });
  assert.equal(put.status, 200, put.text);
  const page = await send(form);
  assert.equal(page.status, 409);
  assert.match(page.$(".summary").text(), /has changed meanwhile/);
  assert.match(page.text, /Another notice\./);
  const kept = filled(page).body;
  assert.deepEqual([kept.get("answers.satisfied"), kept.get("consent.process_answers"), kept.get("consent.analyse_comment")], ["4", null, null]);
  assert.equal(kept.get("consent.notice"), put.json.notice.hash);
  assert.equal((await send(filled(page, AGREED))).status, 200);
});

test("promise_6: a personal link counts a person once, and is asked about", async () => {
  const survey = await createSurvey(server, SURVEY);
  const invited = await server.api("POST", `${survey.path}/invitations`, { customer_ids: ["C-1"] });
  const { invitation, link } = invited.json.items[0];
  assert.equal(link, `${server.url}/s/${survey.id}?i=${invitation}`);
  const once = async () => {
    const page = await read(new URL(link).pathname + new URL(link).search);
    const sent = await send(filled(page, { ...AGREED, "answers.satisfied": "5", "consent.use_customer_id": "1" }));
    assert.equal(sent.status, 200);
    const code = sent.$("code").first().text();
    return sent.text.replaceAll(code, "");
  };
  assert.equal(await once(), await once());
  assert.deepEqual(await accepted(survey), { satisfied: 1 });
  // Without one, and with one that says nothing, there is nothing to ask.
  for (const query of ["", "?i=nonsense"]) {
    const page = await read(`/s/${survey.id}${query}`);
    assert.equal(page.$('[name="consent.use_customer_id"], [name="invitation"]').length, 0);
    assert.equal(/Your personal link is not valid/.test(page.$("main").text()), query !== "");
  }
});

test("a survey of identified people alone says what it needs", async () => {
  const survey = await createSurvey(server, { ...SURVEY, verified_only: true });
  const invited = await server.api("POST", `${survey.path}/invitations`, { customer_ids: ["C-1"] });
  const own = `/s/${survey.id}?i=${invited.json.items[0].invitation}`;
  for (const path of [`/s/${survey.id}`, `/s/${survey.id}?i=nonsense`]) {
    const page = await read(path);
    assert.deepEqual([page.$("h1").text(), page.$("form").length], ["A personal link is needed", 0]);
  }
  const page = await read(own);
  const refused = await send(filled(page, { ...AGREED, "answers.satisfied": "5" }));
  assert.equal(refused.status, 422);
  assert.deepEqual(described(refused, "consent.use_customer_id"), ["This survey counts only people who agree to this."]);
  assert.equal((await send(filled(refused, { "consent.use_customer_id": "1" }))).status, 200);
  const stripped = await send(filled(await read(own), { ...AGREED, "answers.satisfied": "5", invitation: null }));
  assert.deepEqual([stripped.status, stripped.$("h1").text()], [422, "A personal link is needed"]);
  const priv = await read(own, { headers: { "sec-gpc": "1" } });
  assert.match(priv.$("main").text(), /Your browser asks us not to do that/);
});

test("Global Privacy Control is honoured, and said to be", async () => {
  const survey = await createSurvey(server, SURVEY);
  const headers = { "sec-gpc": "1" };
  const page = await read(`/s/${survey.id}?dimensions.channel=web`, { headers });
  assert.match(page.$(".notice").text(), /Global Privacy Control/);
  const asked = page.$('[name^="consent."][type="checkbox"]').map((_, element) => element.attribs.name).get();
  assert.deepEqual(asked, ["consent.process_answers"]);
  assert.equal(page.$('[name="answers.why"]').length, 0, "a comment that nobody may read is not asked for");
  // A form that agrees all the same is counted without.
  const form = filled(page, { ...AGREED, "answers.satisfied": "5" });
  form.body.append("consent.use_segments", "1");
  assert.equal((await send(form, headers)).status, 200);
  const { buckets } = (await readRows(server.stateDir, [survey])).ledgers[survey.id];
  assert.deepEqual([...new Set(buckets.map(({ segment }) => segment))], ["(unattributed)"]);
});

test("the segments of a link are counted, where they are agreed to", async () => {
  const survey = await createSurvey(server, { ...SURVEY, themes: {}, questions: SURVEY.questions.slice(0, 2) });
  const page = await read(`/s/${survey.id}?dimensions.channel=in%20store&dimensions.other=x`);
  assert.match(page.$('[name="consent.use_segments"]').closest("label").text(), /channel \(in store\)/);
  await send(filled(page, { ...AGREED, "answers.satisfied": "5", "consent.use_segments": "1" }));
  const { buckets } = (await readRows(server.stateDir, [survey])).ledgers[survey.id];
  assert.ok(buckets.some(({ question, segment }) => question === "satisfied" && segment === "in store"));
  assert.equal((await read(`/s/${survey.id}?dimensions.channel=elsewhere`)).$('[name="consent.use_segments"]').length, 0);
});

test("a form from another site is refused, and counts nothing", async () => {
  const survey = await createSurvey(server, { ...SURVEY, origins: ["https://shop.example"] });
  const form = filled(await read(`/s/${survey.id}`), { ...AGREED, "answers.satisfied": "5" });
  for (const headers of [
    { origin: "https://shop.example" },
    { origin: "null" },
    { origin: server.url, "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
  ]) {
    const page = await send(form, headers);
    assert.deepEqual([page.status, page.$("h1").text()], [403, "This form was sent from another site"]);
  }
  assert.deepEqual(await accepted(survey), {});
  assert.equal((await send(form, { origin: server.url, "sec-fetch-site": "same-origin" })).status, 200);
});

test("who fills in what people do not see is thanked alike, and counts nothing", async () => {
  const survey = await createSurvey(server, SURVEY);
  const page = await read(`/s/${survey.id}`);
  const trap = page.$('[name="remarks"]');
  assert.deepEqual([trap.attr("tabindex"), trap.closest("[aria-hidden=true]").length], ["-1", 1]);
  const robot = await send(filled(page, { ...AGREED, "answers.satisfied": "5", remarks: "https://spam.example" }));
  assert.equal(robot.status, 200);
  assert.deepEqual(await accepted(survey), {});
  const person = await send(filled(page, { ...AGREED, "answers.satisfied": "5" }));
  assert.equal(robot.text, person.text);
});

test("promise_8: an answer can be taken back from the page, then or later by its code", async () => {
  const survey = await createSurvey(server, SURVEY);
  const sent = await send(filled(await read(`/s/${survey.id}`), { ...AGREED, "answers.satisfied": "5", "answers.recommend": "2" }));
  const taken = await send(filled(sent));
  assert.deepEqual([taken.status, taken.$("h1").text()], [200, "Your answers have been taken back"]);
  assert.equal((await send(filled(sent))).text, taken.text);
  const { accounts } = (await readRows(server.stateDir, [survey])).ledgers[survey.id];
  assert.deepEqual(accounts.filter(({ withdrawn }) => withdrawn === 1).length, 3, "both answers, and the consent");
  const later = await read(sent.$('a[href*="/withdrawal"]').attr("href"));
  const wrong = await send(filled(later, { submission_id: "no code" }));
  assert.equal(wrong.status, 422);
  assert.match(described(wrong, "submission_id").join(" "), /Enter the code of 22/);
  assert.match(wrong.$("title").text(), /^Error: /);
  const unknown = await send(filled(later, { submission_id: submissionId() }));
  assert.deepEqual([unknown.status, unknown.$("h1").text()], [404, "No answers are known under this code"]);
  const known = await send(filled(later, { submission_id: ` ${sent.$("code").first().text()} ` }));
  assert.equal(known.status, 200);
});

test("a receipt comes with the thanks where it is wanted", async () => {
  const survey = await createSurvey(server, SURVEY);
  const page = await read(`/s/${survey.id}`);
  const sent = await send(filled(page, { ...AGREED, "answers.satisfied": "5", receipt: "1" }));
  const receipt = sent.$("code").last().text();
  const [header, payload] = receipt.split(".").slice(0, 2).map((part) => JSON.parse(Buffer.from(part, "base64url")));
  assert.equal(header.typ, "consent-receipt+json");
  assert.deepEqual(payload.purposes.map(({ purpose_type }) => purpose_type), ["process_answers"]);
  const kept = sent.$("a[download]").attr("href").split(",")[1];
  assert.equal(Buffer.from(kept, "base64").toString(), receipt);
  assert.equal((await send(filled(page, { "answers.satisfied": "5", ...AGREED }))).$("a[download]").length, 0);
});

/** The image of a QR code as pixels, a module four wide: what its one path draws. */
function pixels(svg) {
  const $ = load(svg, { xml: true });
  const [, , width, height] = $("svg").attr("viewBox").split(" ").map(Number);
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  const steps = $("path").attr("d").match(/M[\d.]+ [\d.]+h[\d.]+v[\d.]+H[\d.]+V[\d.]+/g);
  for (const step of steps) {
    const [x, y, w, h] = step.match(/[\d.]+/g).map(Number);
    for (let row = y; row < y + h; row++) data.fill(0, (row * width + x) * 4, (row * width + x + w) * 4);
  }
  for (let at = 3; at < data.length; at += 4) data[at] = 255;
  return { data, width, height };
}

test("the QR code holds the public link, with the segments that it is for", async () => {
  const survey = await createSurvey(server, SURVEY);
  for (const [query, expected] of [
    ["", ""],
    ["?i=secret&answers.recommend=9&dimensions.other=x", ""],
    ["?dimensions.channel=in%20store", "?dimensions.channel=in%20store"],
  ]) {
    const reply = await server.api("GET", `/s/${survey.id}/qr.svg${query}`, undefined, { key: null });
    assert.deepEqual([reply.status, reply.headers["content-type"]], [200, "image/svg+xml"]);
    const { data, width, height } = pixels(reply.text);
    assert.ok(width >= 512 && width === height);
    assert.equal(jsqr(data, width, height)?.data, `${server.url}/s/${survey.id}${expected}`);
  }
  assert.equal((await read("/s/nothing/qr.svg")).status, 404);
});

test("promise_2: what is filled in is in no file and no log, refused or counted", async () => {
  const survey = await createSurvey(server, SURVEY);
  const token = `Cnry${randomBytes(6).toString("hex")}`;
  const query = `?answers.minutes=${token}-link&lang=${token.slice(0, 8)}&i=${token}-invitation&dimensions.channel=${token}`;
  const page = await read(`/s/${survey.id}${query}`);
  const words = { "answers.minutes": `${token}-minutes`, "answers.why": `delivery ${token}-why`, "answers.recommend": "2" };
  assert.equal((await send(filled(page, words))).status, 422);
  const agreed = { ...AGREED, "consent.analyse_comment": "1", "answers.satisfied": "1", "answers.minutes": "3" };
  const sent = await send(filled(page, { ...words, ...agreed }));
  assert.equal(sent.status, 200, sent.text);
  assert.ok(!sent.text.includes(token));
  await send(filled(await read(`/s/${survey.id}/withdrawal`), { submission_id: `${token}-code` }));
  await read(`/s/${token}`);
  await send(filled(page, { ...words, remarks: `${token}-remarks` }));
  await settledPages(server.stateDir);
  const kept = new Map([...readFiles(server.stateDir), ["log", Buffer.from(server.logs.join("\n"))]]);
  assert.ok(kept.size > 5);
  assert.deepEqual(found(token, kept), []);
  assert.deepEqual(found(sent.$("code").first().text(), kept), []);
});
