// Turnstile: a survey that asks for it counts an open response only with a token that Cloudflare calls good. Against a
// stand-in that follows the documentation; the real service was never asked.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { load } from "cheerio";
import { assertShape } from "./document.mjs";
import { found } from "./search.mjs";
import { startServer } from "./server.mjs";
import { readFiles, readRows } from "./state.mjs";
import { assertProblem, createSurvey, submissionId, until } from "./survey.mjs";
import { CONFIGURED, DUMMY, KEYS, SITEVERIFY, TESTING, startTurnstile } from "./turnstile.mjs";

const SURVEY = { questions: [{ id: "recommend", kind: "nps" }], turnstile: true };
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const ADDRESS = "203.0.113.99";

let service, server, survey;
before(async () => {
  service = await startTurnstile();
  server = await startServer({ vars: CONFIGURED, outbound: service.address });
  survey = await createSurvey(server, SURVEY);
});
beforeEach(() => {
  service.asked.length = 0;
  service.fault = undefined;
});
after(async () => {
  await server.discard();
  service.close();
});

/** Every token that was sent to the server, to be looked for in the end. */
const sent = [];
const issue = (at = survey) => {
  const token = service.issue(at.id);
  sent.push(token);
  return token;
};
const answered = (more) => ({ answers: { recommend: 9 }, ...more });
/** How many responses the Ledger has accepted. */
async function accepted(at = survey, on = server) {
  const { accounts = [] } = (await readRows(on.stateDir, [at])).ledgers[at.id];
  return accounts.find(({ question }) => question === "recommend")?.accepted ?? 0;
}
/** Asserts that `act` has no more counted than `count`. */
async function counts(count, act, at = survey, on = server) {
  const before = await accepted(at, on);
  const given = await act();
  assert.equal((await accepted(at, on)) - before, count);
  return given;
}

test("a response with a good token counts, and Cloudflare is told the token and nothing of who sent it", async () => {
  const turnstile = issue();
  const headers = { "cf-connecting-ip": ADDRESS, "x-forwarded-for": ADDRESS, "user-agent": "Planted browser", "accept-language": "pt-BR", cookie: "planted=1" };
  const reply = await counts(1, () => survey.respond(answered({ turnstile }), { headers }));
  assert.equal(reply.status, 202, reply.text);
  assert.equal(service.asked.length, 1);
  const [{ method, url, headers: told, body }] = service.asked;
  assert.deepEqual([method, url], ["POST", SITEVERIFY]);
  const { idempotency_key, ...fields } = Object.fromEntries(new URLSearchParams(body));
  assert.deepEqual(fields, { secret: KEYS.secret, response: turnstile });
  assert.match(idempotency_key, UUID);
  const all = JSON.stringify({ told, body });
  for (const planted of [ADDRESS, "Planted", "pt-BR", "planted", reply.json.submission_id, survey.id, "recommend"]) assert.ok(!all.includes(planted), `${planted}: ${all}`);
});

test("without a token, or with one that is none, nothing counts; what no token could mend is not even verified", async () => {
  const other = await createSurvey(server, SURVEY);
  const used = issue();
  assert.equal((await survey.respond(answered({ turnstile: used }))).status, 202);
  service.asked.length = 0;
  const refused = async (body, faults, asked) => {
    const reply = await counts(0, () => survey.respond(answered(body)));
    assertProblem(reply, 422, "invalid", faults);
    assert.equal(service.asked.length, asked, JSON.stringify(body));
    if (body.turnstile?.length > 9) assert.ok(!reply.text.includes(body.turnstile), "the token does not come back");
    service.asked.length = 0;
  };
  await refused({}, ["#/turnstile missing"], 0);
  await refused({ turnstile: "" }, ["#/turnstile length"], 0);
  await refused({ turnstile: "x".repeat(2_049) }, ["#/turnstile length"], 0);
  await refused({ turnstile: 1 }, ["#/turnstile type"], 0);
  await refused({ turnstile: issue(), answers: { recommend: 11 } }, ["#/answers/recommend range"], 0);
  await refused({ answers: { recommend: 11 } }, ["#/turnstile missing", "#/answers/recommend range"], 0);
  await refused({ turnstile: issue(), consent: { ...survey.consent, process_answers: false } }, ["#/consent/process_answers consent_refused"], 0);
  await refused({ turnstile: "x".repeat(2_048) }, ["#/turnstile turnstile_refused"], 1);
  await refused({ turnstile: DUMMY }, ["#/turnstile turnstile_refused"], 1);
  await refused({ turnstile: used }, ["#/turnstile turnstile_spent"], 1);
  await refused({ turnstile: issue(other) }, ["#/turnstile turnstile_refused"], 1);
  await refused({ turnstile: service.issue("") }, ["#/turnstile turnstile_refused"], 1);
});

test("a submission that is known gets its 202 again, without a second verification, whatever its token is by now", async () => {
  const given = await createSurvey(server, { ...SURVEY, reward: { text: { en: "A cup of coffee." } } });
  const submission_id = submissionId();
  const turnstile = issue(given);
  const first = await counts(1, () => given.respond(answered({ submission_id, turnstile })), given);
  assert.equal(first.status, 202, first.text);
  assert.equal(service.asked.length, 1);
  service.fault = (reply) => reply.destroy();
  await counts(0, async () => {
    for (const again of [{ turnstile }, { turnstile: "another" }, {}]) {
      const reply = await given.respond(answered({ submission_id, ...again }));
      assert.deepEqual([reply.status, reply.json.submission_id, reply.json.withdrawable_until], [202, submission_id, first.json.withdrawable_until]);
    }
    // With its token it is judged like the first, so that the reward and a receipt come again, too.
    const receipt = await given.respond(answered({ submission_id, turnstile, receipt: true }));
    assert.deepEqual([receipt.json.reward, receipt.json.receipt?.split(".").length], [first.json.reward, 3]);
  }, given);
  assert.equal(service.asked.length, 1);
});

test("a double click counts once, and both are told so; a verdict that was lost is asked for again", async () => {
  const body = answered({ submission_id: submissionId(), turnstile: issue() });
  const replies = await counts(1, () => Promise.all(Array.from({ length: 4 }, () => survey.respond(body))));
  assert.deepEqual(replies.map(({ status }) => status), [202, 202, 202, 202]);
  const late = answered({ submission_id: submissionId(), turnstile: issue() });
  service.loses = 1;
  assertProblem(await counts(0, () => survey.respond(late)), 503, "unavailable");
  assert.equal((await counts(1, () => survey.respond(late))).status, 202);
  const keys = service.asked.slice(-2).map(({ body }) => new URLSearchParams(body).get("idempotency_key"));
  assert.equal(keys[0], keys[1]);
  const other = await survey.respond({ ...late, submission_id: submissionId() });
  assertProblem(other, 422, "invalid", ["#/turnstile turnstile_spent"]);
});

test("a key and an invitation that may be used spare one the token; an invitation that may not be used does not", async () => {
  const invite = async (name) => (await server.api("POST", `${survey.path}/invitations`, { customer_ids: [name] })).json.items[0].invitation;
  const key = server.adminKey;
  await counts(3, async () => {
    assert.equal((await survey.respond(answered(), { key })).status, 202);
    assert.equal((await survey.respond(answered({ customer_id: "C-1" }), { key })).status, 202);
    assert.equal((await survey.respond(answered({ invitation: await invite("C-2") }))).status, 202);
  });
  const invitation = await invite("C-3");
  await counts(0, async () => {
    const consent = { ...survey.consent, use_customer_id: false };
    assertProblem(await survey.respond(answered({ invitation, consent })), 422, "invalid", ["#/turnstile missing"]);
    assertProblem(await survey.respond(answered({ invitation }), { headers: { "sec-gpc": "1" } }), 422, "invalid", ["#/turnstile missing"]);
    assertProblem(await survey.respond(answered({ invitation: "x" })), 422, "invalid", ["#/invitation invitation_invalid"]);
  });
  assert.equal(service.asked.length, 0, "a token that is not asked for is not verified");
  await survey.respond(answered({ invitation, turnstile: issue() }));
  assert.equal(service.asked.length, 0);
});

test("a dry run asks for no token, and spends none", async () => {
  const dry = (body) => counts(0, () => server.api("POST", `${survey.path}/responses?dry_run=1`, { consent: survey.consent, ...answered(body) }, { key: null }));
  const turnstile = issue();
  for (const body of [{}, { turnstile }]) assert.deepEqual((await dry(body)).json, { status: "valid" });
  assertProblem(await dry({ turnstile: 1 }), 422, "invalid", ["#/turnstile type"]);
  assert.equal(service.asked.length, 0);
  assert.equal((await survey.respond(answered({ turnstile }))).status, 202, "it is still good");
});

test("a survey without it takes a token, and asks nobody", async () => {
  const plain = await createSurvey(server, { questions: SURVEY.questions });
  assert.equal(plain.definition.turnstile, false);
  assert.equal((await plain.respond(answered({ turnstile: issue(plain) }))).status, 202);
  assertProblem(await plain.respond(answered({ turnstile: 1 })), 422, "invalid", ["#/turnstile type"]);
  assert.equal(service.asked.length, 0);
});

test("where the third party is down, late or talks nonsense, nothing counts, and the log says why without the token", async () => {
  const json = (status, body) => (reply) => reply.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  const no = (...codes) => json(200, { success: false, "error-codes": codes });
  const faults = [
    [(reply) => reply.destroy(), "Turnstile did not answer in time"],
    [() => {}, "Turnstile did not answer in time"],
    [(reply) => reply.writeHead(200).write('{"success": true, "action": '), "Turnstile did not answer in time"],
    [(reply) => reply.writeHead(502, { "content-type": "text/html" }).end("<h1>Bad gateway</h1>"), "Turnstile replied what is no JSON object"],
    [(reply) => reply.writeHead(302, { location: "https://elsewhere.example/" }).end(), "Turnstile replied what is no JSON object"],
    [json(200, [true]), "Turnstile replied what is no JSON object"],
    [json(200, { success: "true", action: survey.id }), "Turnstile replied neither yes nor no"],
    [json(500, { success: true, action: survey.id }), "Turnstile replied neither yes nor no"],
    [json(200, { success: false }), "Turnstile refused without a code"],
    [no("invalid-input-secret"), "Turnstile does not know the secret TURNSTILE_SECRET"],
    [no("missing-input-secret", "timeout-or-duplicate"), "Turnstile does not know the secret TURNSTILE_SECRET"],
    [no("bad-request"), "Turnstile calls the request malformed"],
    [no("internal-error"), "Turnstile has an error of its own"],
    [no("something-new"), "Turnstile refused under a code that is not known"],
    [no(), "Turnstile refused under a code that is not known"],
  ];
  await counts(0, async () => {
    for (const [fault, why] of faults) {
      service.fault = fault;
      const reply = await survey.respond(answered({ turnstile: issue() }));
      assertProblem(reply, 503, "unavailable");
      assert.equal(reply.headers["retry-after"], "2");
      const told = `fault ${reply.json.reference}: ${why}`;
      await until(() => server.logs.some((line) => line.includes(told)), told);
    }
  });
  service.fault = undefined;
  assert.equal((await survey.respond(answered({ turnstile: issue() }))).status, 202, "and it goes on as soon as it answers");
});

test("a token is verified once, though the survey changes between judging and counting", async () => {
  const changing = await createSurvey(server, { ...SURVEY, notice: { text: { en: "We count. So does Turnstile." } } });
  assert.equal((await changing.respond(answered({ turnstile: issue(changing) }))).status, 202);
  service.asked.length = 0;
  // The front remembers the definition of before; the Ledger gives it the one of now.
  const put = await server.api("PUT", changing.path, { ...changing.definition, questions: [...SURVEY.questions, { id: "satisfied", kind: "csat" }] });
  assert.equal(put.status, 200, put.text);
  assert.equal((await changing.respond(answered({ turnstile: issue(changing) }))).status, 202);
  assert.equal(service.asked.length, 1);
  // It no longer asks: a token that is missing, or bad, is no fault any more, whatever is remembered.
  for (const body of [{}, { turnstile: "bad" }]) {
    const [on, off] = [true, false].map((turnstile) => () => server.api("PUT", changing.path, { ...put.json, turnstile }));
    assert.equal((await on()).status, 200);
    assert.equal((await changing.respond(answered({ turnstile: issue(changing) }))).status, 202);
    assert.equal((await off()).status, 200);
    assert.equal((await changing.respond(answered(body))).status, 202, JSON.stringify(body));
  }
});

test("anyone may read with which key to ask; the owner reads whether it is asked", async () => {
  const read = (at, options) => server.api("GET", at.path, undefined, options);
  assert.equal((await read(survey)).json.turnstile, true);
  const shown = await read(survey, { key: null });
  assert.deepEqual(shown.json.turnstile, { site_key: KEYS.site_key, action: survey.id });
  assert.match(survey.id, /^[A-Za-z0-9_-]{1,32}$/, "what an action may be");
  assert.ok(!shown.text.includes(KEYS.secret));
  const plain = await createSurvey(server, { questions: SURVEY.questions });
  assert.equal((await read(plain, { key: null })).json.turnstile, undefined);
});

test("notice and privacy page name the third party, only where it is asked", async () => {
  const plain = await createSurvey(server, { questions: SURVEY.questions });
  for (const [at, asks] of [[survey, true], [plain, false]]) {
    const { text } = at.definition.notice;
    assert.deepEqual(Object.keys(text).sort(), ["de", "en", "fr", "nl"]);
    for (const told of Object.values(text)) assert.equal(told.includes("Turnstile"), asks);
    const page = (await server.api("GET", `${at.path}/privacy`, undefined, { key: null })).json;
    assertShape("Privacy", page);
    assert.equal(page.recipients.some(({ who }) => who === "Cloudflare, Inc. (Turnstile)"), asks);
    assert.equal(page.collected_but_not_stored.some(({ what }) => what === "Turnstile token"), asks);
    assert.equal(page.notice, at.notice);
  }
  // The notice that followed from the survey goes on to follow from it.
  const reply = await server.api("PUT", plain.path, { ...plain.definition, turnstile: true });
  assert.deepEqual([reply.status, reply.json.notice.text.nl.includes("Turnstile")], [200, true]);
  assert.notEqual(reply.json.notice.hash, plain.notice);
});

test("it is asked of nobody in a survey of identified people, so it is refused there", async () => {
  const reply = await server.api("POST", "/v1/surveys", { name: "N", ...SURVEY, verified_only: true });
  assertProblem(reply, 422, "invalid", ["#/turnstile never_asked"]);
});

/** The hosted page, and what a browser without a script, or one whose check was passed, sends of it. */
async function open(at = survey, query = "", headers = {}) {
  const reply = await server.api("GET", `/s/${at.id}${query}`, undefined, { key: null, headers });
  return { ...reply, $: load(reply.text) };
}
async function send({ $ }, more, at = survey) {
  const fields = $('form[method="post"]').serializeArray().map(({ name, value }) => [name, value]);
  const body = new URLSearchParams([...fields, ["answers.recommend", "9"], ["consent.process_answers", "1"], ...more]);
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const reply = await server.api("POST", `/s/${at.id}`, body.toString(), { key: null, headers });
  return { ...reply, $: load(reply.text) };
}

test("only the pages of such a survey load the check, and what they may load is wider by it alone", async () => {
  const plain = await createSurvey(server, { questions: SURVEY.questions });
  const policy = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
  const others = "; script-src https://challenges.cloudflare.com; frame-src https://challenges.cloudflare.com";
  const page = await open();
  assert.equal(page.headers["content-security-policy"], policy + others);
  const scripts = page.$("script").map((_, { attribs }) => attribs.src).get();
  assert.deepEqual(scripts, ["https://challenges.cloudflare.com/turnstile/v0/api.js"]);
  assert.deepEqual(page.$(".cf-turnstile").data(), { sitekey: KEYS.site_key, action: survey.id, language: "en", size: "compact" });
  assert.equal(page.$("form .cf-turnstile").length, 1, "its field is sent with the form");
  for (const [locale, told] of Object.entries({ en: "needs JavaScript", nl: "heeft JavaScript nodig", de: "braucht JavaScript", fr: "a besoin de JavaScript" })) {
    const { $ } = await open(survey, `?lang=${locale}`);
    assert.ok($("noscript").text().includes(told), locale);
    assert.equal($(".cf-turnstile").data("language"), locale);
  }
  for (const reply of [await open(plain), await open(survey, "/withdrawal")]) {
    assert.deepEqual([reply.headers["content-security-policy"], reply.$("script, noscript, .cf-turnstile").length], [policy, 0]);
  }
});

test("a form counts with a good token; refused, it keeps the answers and says why", async () => {
  const page = await open();
  for (const [more, asked] of [[[], 0], [[["cf-turnstile-response", "bad"]], 1]]) {
    service.asked.length = 0;
    const refused = await counts(0, () => send(page, more));
    assert.deepEqual([refused.status, service.asked.length], [422, asked]);
    assert.match(refused.$('[role="alert"] a[href="#robots"]').text(), /^The check against robots is not done/);
    assert.equal(refused.$("#robots .error").length, 1);
    assert.equal(refused.$('[name="answers.recommend"][checked]').val(), "9");
    assert.equal(refused.$('[name="consent.process_answers"][checked]').length, 1);
    assert.match(refused.headers["content-security-policy"], /script-src https:\/\/challenges\.cloudflare\.com;/);
    assert.ok(!refused.text.includes('"bad"'), "the token does not come back");
  }
  service.asked.length = 0;
  const token = ["cf-turnstile-response", issue()];
  const thanks = await counts(1, () => send(page, [token]));
  assert.deepEqual([thanks.status, thanks.$("h1").text(), thanks.$("script").length], [200, "Thank you", 0]);
  const again = await counts(0, () => send(page, [token]));
  assert.deepEqual([again.status, again.$("h1").text()], [200, "Thank you"], "reloaded");
  assert.equal(service.asked.length, 1);
  service.fault = (reply) => reply.destroy();
  const down = await counts(0, async () => send(await open(), [["cf-turnstile-response", issue()]]));
  assert.deepEqual([down.status, down.$("h1").text(), down.headers["retry-after"]], [503, "Something went wrong here", "2"]);
});

test("who agrees that a personal link is used needs no check on the page, and is told so", async () => {
  const { link } = (await server.api("POST", `${survey.path}/invitations`, { customer_ids: ["C-4"] })).json.items[0];
  const query = new URL(link).search;
  const page = await open(survey, query);
  assert.match(page.$("#robots").text(), /the check is not needed/);
  const private_ = await open(survey, query, { "sec-gpc": "1" });
  assert.doesNotMatch(private_.$("#robots").text(), /the check is not needed/);
  await counts(1, async () => {
    assert.equal((await send(page, [])).status, 422);
    assert.equal((await send(page, [["consent.use_customer_id", "1"]])).status, 200);
  });
  assert.equal(service.asked.length, 0);
});

test("promise_2: no token, and not the secret, is in a file or a log", () => {
  const files = new Map([...readFiles(server.stateDir), ["log", Buffer.from(server.logs.join("\n"))]]);
  assert.ok(files.size > 5 && sent.length > 20);
  for (const planted of [...sent, KEYS.secret, ADDRESS]) assert.deepEqual(found(planted, files), []);
});

test("the documented testing keys do what they are for", async () => {
  for (const [secret, status, faults] of [
    [TESTING.passes, 202],
    [TESTING.fails, 422, ["#/turnstile turnstile_refused"]],
    [TESTING.spent, 422, ["#/turnstile turnstile_spent"]],
  ]) {
    const trial = await startServer({ vars: { TURNSTILE_SITE_KEY: TESTING.site_key, TURNSTILE_SECRET: secret }, outbound: service.address });
    try {
      const tried = await createSurvey(trial, SURVEY);
      const reply = await counts(faults ? 0 : 1, () => tried.respond(answered({ turnstile: DUMMY })), tried, trial);
      if (faults) assertProblem(reply, status, "invalid", faults);
      else assert.equal(reply.status, status, reply.text);
    } finally {
      await trial.discard();
    }
  }
});

test("a deployment without a site key takes no such survey; one that lost it, or its secret, counts nothing and says why", async () => {
  const without = { outbound: service.address, stateDir: server.stateDir, adminKey: server.adminKey, pepper: server.pepper, invitationKey: server.invitationKey, receiptKey: server.receiptKey };
  const turnstile = issue();
  await server.stop();
  for (const vars of [{}, { TURNSTILE_SITE_KEY: KEYS.site_key }, { TURNSTILE_SECRET: KEYS.secret }]) {
    const poor = await startServer({ ...without, vars });
    try {
      const told = "a survey asks for Turnstile, but TURNSTILE_SITE_KEY and TURNSTILE_SECRET are not both set";
      const post = (body, options) => poor.api("POST", `${survey.path}/responses`, { consent: survey.consent, ...answered(body) }, { key: null, ...options });
      await counts(0, async () => {
        const reply = await post({ turnstile });
        assertProblem(reply, 503, "unavailable");
        await until(() => poor.logs.some((line) => line.includes(`fault ${reply.json.reference}: ${told}`)), told);
        assert.equal(poor.logs.filter((line) => line.includes(told)).length, 1, "once");
        assertProblem(await post({}), 422, "invalid", ["#/turnstile missing"]);
        assertProblem(await poor.api("GET", survey.path, undefined, { key: null }), 503, "unavailable");
        assert.equal((await poor.api("GET", `/s/${survey.id}`, undefined, { key: null })).status, 503);
      }, survey, poor);
      // What needs none goes on, and so does its owner.
      await counts(1, async () => assert.equal((await post({}, { key: poor.adminKey })).status, 202), survey, poor);
      const owner = await poor.api("GET", survey.path);
      assert.deepEqual([owner.status, owner.json.turnstile], [200, true]);
      if (!vars.TURNSTILE_SITE_KEY) {
        const { questions } = SURVEY;
        assertProblem(await poor.api("POST", "/v1/surveys", { name: "", questions, turnstile: true }), 422, "invalid", ["#/name length", "#/turnstile not_configured"]);
        assertProblem(await poor.api("PUT", survey.path, owner.json), 422, "invalid", ["#/turnstile not_configured"]);
        assert.equal((await poor.api("POST", "/v1/surveys", { name: "N", questions, turnstile: false })).status, 201);
      }
    } finally {
      await poor.stop();
    }
  }
  assert.equal(service.asked.length, 0);
});
