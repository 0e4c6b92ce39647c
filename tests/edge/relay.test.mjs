// Comments whose writers share them: passed on once, scrubbed, signed, counted, and stored nowhere.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, afterEach, before, test } from "node:test";
import { Webhook } from "standardwebhooks";
import { assertShape } from "./document.mjs";
import { startReceiver } from "./receiver.mjs";
import { found } from "./search.mjs";
import { startServer } from "./server.mjs";
import { readFiles, readRows } from "./state.mjs";
import { ALL, QUICK, assertProblem, createSurvey, submissionId, times, until } from "./survey.mjs";

/** How long a receiver may take here, in seconds. */
const WEBHOOK_TIMEOUT = "2";
const QUESTIONS = [{ id: "recommend", kind: "nps" }, { id: "satisfied", kind: "csat" }, { id: "why", kind: "comment" }];
const THEMES = { price: { en: ["expensive"] } };

let server, receiver, webhook;
before(async () => {
  [server, receiver] = await Promise.all([startServer({ vars: { WEBHOOK_TIMEOUT } }), startReceiver()]);
  webhook = await make(server);
});
after(() => Promise.all([server.discard(), receiver.stop()]));
afterEach(() => {
  receiver.behave(204);
  receiver.events.length = 0;
});

async function make(at) {
  const { json, status, text } = await at.api("POST", "/v1/webhooks", { name: "The team's own", url: receiver.url });
  assert.equal(status, 201, text);
  return json;
}
const relaying = (more, at = server, to = webhook) =>
  createSurvey(at, { questions: QUESTIONS, themes: THEMES, ...more, relay: { webhook: to.id, ...more?.relay } });
const comments = () => receiver.events.map(({ body }) => JSON.parse(body).data.comment);

/** What has been counted of a survey's relays and is pending: how many, how many delivered, how many dropped. */
async function counted(survey, at = server) {
  const { buckets } = (await readRows(at.stateDir, [survey])).ledgers[survey.id];
  const bucket = buckets.find(({ question }) => question === "(relay)");
  if (bucket) assert.deepEqual([bucket.dimension, bucket.segment], ["", "(unattributed)"]);
  const { delivered = 0, dropped = 0 } = bucket ? JSON.parse(bucket.tallies) : {};
  return [bucket?.n ?? 0, delivered, dropped];
}
/** Waits until so many are counted: each count follows its attempt. */
const settled = (survey, n, at = server) =>
  until(async () => {
    const counts = await counted(survey, at);
    return counts[0] >= n && counts;
  }, `${n} counts`);

const accepted = (reply) => {
  assert.equal(reply.status, 202, reply.text);
  return reply;
};
const share = (survey, why = "Too expensive", more = {}, options) =>
  survey.respond({ submission_id: submissionId(), answers: { recommend: 3, why }, ...more }, options);
/** Shares one comment more, waits until it has come, and asserts that of all others only these had. */
async function only(survey, expected, n = expected.length) {
  accepted(await share(survey, "The last one"));
  const counts = await settled(survey, n + 1);
  assert.deepEqual(comments().sort(), [...expected, "The last one"].sort());
  assert.deepEqual(counts, [n + 1, n + 1, 0]);
}

test("a comment arrives once, signed, scrubbed, with class and themes, and with nothing of whom it is", async () => {
  const survey = await relaying();
  const submission = submissionId();
  const words = "Too expensive! Call 06-1234 5678, jan(at)shop.nl, NL91 ABNA 0417 1643 00 or 4111 1111 1111 1111. Regards";
  const body = {
    submission_id: submission,
    customer_id: "C-1042",
    answers: { recommend: 10, satisfied: 2, why: words },
    receipt: true,
  };
  accepted(await survey.respond(body, { key: server.adminKey }));
  const [event] = await receiver.next(1);
  assert.equal(event.method, "POST");
  new Webhook(webhook.secret).verify(event.body, event.headers);
  assertShape("CommentShared", JSON.parse(event.body));
  const { timestamp, ...told } = JSON.parse(event.body);
  assert.deepEqual(told, {
    type: "comment.shared",
    data: {
      survey: survey.id,
      question: "why",
      comment: "Too expensive! Call [phone], [e-mail], [account] or [card]. Regards",
      score: { question: "recommend", class: "promoter" },
      themes: ["price"],
    },
  });
  assert.match(timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, "no finer than the header");
  const sent = JSON.stringify([event.headers, event.body, event.path]);
  for (const hidden of [submission, Buffer.from(submission, "base64url").toString("hex"), "C-1042", survey.notice]) {
    assert.ok(!sent.includes(hidden), hidden);
  }
  assert.deepEqual(await settled(survey, 1), [1, 1, 0]);
});

test("each attempt has an id of its own, and the score is the named question's, or null", async () => {
  const survey = await relaying({ relay: { question: "satisfied" } });
  accepted(await share(survey, "One", { answers: { recommend: 3, satisfied: 4, why: "One" } }));
  accepted(await share(survey, "Two"));
  await receiver.next(2);
  const [one, two] = ["One", "Two"].map((word) => receiver.events.find(({ body }) => body.includes(`"${word}"`)));
  assert.deepEqual(JSON.parse(one.body).data.score, { question: "satisfied", class: "satisfied" });
  assert.equal(JSON.parse(two.body).data.score, null);
  assert.notEqual(one.headers["webhook-id"], two.headers["webhook-id"]);
});

test("several comments of one response go each by itself, and count once", async () => {
  const survey = await relaying({ questions: [...QUESTIONS, { id: "more", kind: "comment" }] });
  accepted(await survey.respond({ answers: { recommend: 3, why: "First", more: "Second" } }));
  assert.deepEqual(await settled(survey, 1), [1, 1, 0]);
  assert.deepEqual(comments().sort(), ["First", "Second"]);
  assert.equal(new Set(receiver.events.map(({ headers }) => headers["webhook-id"])).size, 2);
});

test("promise_6: what is repeated, by whom or when ever, is not passed on again, and its reply is the same", async () => {
  const survey = await relaying({ reward: { text: { en: "Thanks" } } });
  const submission_id = submissionId();
  const first = accepted(await share(survey, "Once", { submission_id }));
  const again = accepted(await share(survey, "Once", { submission_id }));
  assert.equal(again.text, first.text);
  accepted(await share(survey, "Other words", { submission_id }));
  // The same person, under other ids.
  const key = { key: server.adminKey };
  const own = accepted(await share(survey, "Mine", { customer_id: "C-1" }, key));
  const other = accepted(await share(survey, "Mine again", { customer_id: "C-1" }, key));
  assert.deepEqual(Object.keys(other.json), Object.keys(own.json));
  assert.equal(other.text.length, own.text.length);
  assert.deepEqual(Object.keys(other.headers), Object.keys(own.headers));
  // Many at once: copies of one submission, and one person under many.
  const copy = submissionId();
  (await times(8, 8, () => share(survey, "Copies", { submission_id: copy }))).forEach(accepted);
  (await times(8, 8, (i) => share(survey, `Person ${i}`, { customer_id: "C-2" }, key))).forEach(accepted);
  await settled(survey, 4);
  const person = comments().filter((comment) => comment.startsWith("Person "));
  assert.equal(person.length, 1);
  await only(survey, ["Once", "Mine", "Copies", ...person]);
});

test("what is taken back is passed on no more: neither by the withdrawal nor when it is sent again", async () => {
  const survey = await relaying();
  const submission_id = submissionId();
  accepted(await share(survey, "Taken back", { submission_id }));
  await settled(survey, 1);
  const withdraw = () => server.api("POST", `${survey.path}/withdrawals`, { submission_id }, { key: null });
  const withdrawn = await withdraw();
  assert.deepEqual([withdrawn.status, withdrawn.json.withdrawn], [200, ["recommend", "why"]], withdrawn.text);
  accepted(await share(survey, "Taken back", { submission_id }));
  await withdraw();
  await only(survey, ["Taken back"]);
});

test("promise_1: without the flag, under Global Privacy Control, or where anything is refused, nothing is passed on", async () => {
  const survey = await relaying();
  const { notice } = survey;
  const bare = { notice, process_answers: true, analyse_comment: true };
  accepted(await share(survey, "No flag", { consent: bare }));
  accepted(await share(survey, "False", { consent: { ...bare, share_comment: false } }));
  accepted(await share(survey, "Private", {}, { headers: { "sec-gpc": "1" } }));
  accepted(await survey.respond({ answers: { recommend: 3 } }));
  const refused = [
    [422, { consent: { ...bare, share_comment: "true" } }],
    [422, { consent: { ...ALL, notice, process_answers: false } }],
    [409, { consent: { ...ALL, notice: "old" } }],
    [422, { answers: { recommend: 11, why: "Out of range" } }],
    [422, { answers: { recommend: 3, why: "x".repeat(2_001) } }],
    [422, { answers: { recommend: 3, why: "Unknown" }, dimensions: { channel: "web" } }],
    [401, { customer_id: "C-1" }],
  ];
  for (const [status, more] of refused) assert.equal((await share(survey, "Refused", more)).status, status);
  const dry = await server.api("POST", `${survey.path}/responses?dry_run=1`, { answers: { recommend: 3, why: "Dry" }, consent: survey.consent }, { key: null });
  assert.deepEqual([dry.status, dry.json], [200, { status: "valid" }]);
  // The hosted page, and its trap.
  const form = (fields) =>
    server.api("POST", `/s/${survey.id}`, new URLSearchParams({ "consent.notice": notice, "consent.process_answers": "1", "answers.recommend": "3", ...fields }).toString(), {
      key: null,
      headers: { "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin" },
    });
  const pages = [
    await form({ "answers.why": "By form, unshared" }),
    await form({ "answers.why": "Trapped", "consent.share_comment": "1", remarks: "x" }),
    await form({ "answers.why": "By form", "consent.share_comment": "1", submission_id: submissionId() }),
  ];
  for (const page of pages) assert.equal(page.status, 200, page.text);
  const unread = pages.map(({ text }) => text.includes("thrown away unread"));
  assert.deepEqual(unread, [true, false, false], "what was passed on was not thrown away");
  await only(survey, ["By form"]);
  assert.equal((await server.api("PUT", survey.path, { ...survey.definition, status: "closed" })).status, 200);
  assertProblem(await share(survey, "Closed"), 409, "survey-closed");
  // A survey that does not relay takes the flag, and nothing comes of it.
  const other = await createSurvey(server, { questions: QUESTIONS });
  accepted(await share(other, "Elsewhere"));
  assert.deepEqual(comments().sort(), ["By form", "The last one"]);
});

test("a comment is shared without its themes where it may not be searched for them", async () => {
  const survey = await relaying();
  accepted(await share(survey, "Too expensive", { consent: { ...survey.consent, analyse_comment: false } }));
  const [event] = await receiver.next(1);
  assert.deepEqual(JSON.parse(event.body).data.themes, []);
  // Nor is it counted then.
  await settled(survey, 1);
  const { accounts } = (await readRows(server.stateDir, [survey])).ledgers[survey.id];
  assert.deepEqual(accounts.map(({ question }) => question).filter((question) => !question.startsWith("(")), ["recommend"]);
});

test("promise_2: words that cannot be delivered are dropped, counted, in no file and no log, and never sent again", async (t) => {
  const own = await startServer({ vars: { WEBHOOK_TIMEOUT } });
  t.after(() => own.discard());
  const to = await make(own);
  const survey = await relaying({}, own, to);
  // Letters alone, which nothing scrubs: it would be found in what was scrubbed, too.
  const token = `Canary${Array.from(randomBytes(12), (byte) => "abcdefghijklmnop"[byte % 16]).join("")}`;
  const look = (server) => {
    const files = new Map([...readFiles(server.stateDir), ["log", Buffer.from(server.logs.join("\n"))]]);
    assert.deepEqual(found(token, files), []);
    assert.notDeepEqual(found(to.id, files), [], "this would find it");
  };
  const ways = [500, 404, 301, "reset", "stall", { status: 302, headers: { location: receiver.url } }];
  for (const [i, behaviour] of ways.entries()) {
    receiver.behave(behaviour);
    accepted(await share(survey, `${token} ${i}`));
    await receiver.next(i + 1);
    look(own);
    assert.deepEqual(await settled(survey, i + 1, own), [i + 1, 0, i + 1], `${behaviour}`);
  }
  look(own);
  assert.equal(receiver.events.length, ways.length, "one attempt each");
  // While an attempt stalls the server dies: it is neither sent again nor counted.
  receiver.behave("stall");
  accepted(await share(survey, `${token} killed`));
  await receiver.next(ways.length + 1);
  look(own);
  await own.kill();
  look(own);
  receiver.behave(204);
  const again = await startServer(own);
  t.after(() => again.stop());
  const body = { answers: { recommend: 3, why: `${token} after` }, consent: survey.consent };
  accepted(await again.api("POST", `${survey.path}/responses`, body, { key: null }));
  await receiver.next(ways.length + 2);
  assert.deepEqual(await settled(survey, ways.length + 1, again), [ways.length + 1, 1, ways.length]);
  assert.deepEqual(comments(), [...ways.map((_, i) => `${token} ${i}`), `${token} killed`, `${token} after`]);
  look(again);
  await again.stop();
  look(again);
  assert.equal(receiver.events.length, ways.length + 2);
});

test("a receiver that wants no more (410) gets no more, and what would have gone there is dropped", async () => {
  const gone = await make(server);
  const survey = await relaying({}, server, gone);
  receiver.behave(410);
  accepted(await share(survey, "First"));
  assert.deepEqual(await settled(survey, 1), [1, 0, 1]);
  assert.notEqual((await server.api("GET", `/v1/webhooks/${gone.id}`)).json.disabled, null);
  receiver.behave(204);
  accepted(await share(survey, "Second"));
  assert.deepEqual(await settled(survey, 2), [2, 0, 2]);
  assert.deepEqual(comments(), ["First"]);
});

test("promise_4: what was passed on is released five at a time, beside the consents", async () => {
  const survey = await relaying({ release: QUICK });
  const relay = async () => {
    const reply = await server.api("GET", `${survey.path}/consents`);
    assertShape("Consents", reply.json);
    return reply.json.relay;
  };
  assert.deepEqual(await relay(), { n: 0, delivered: 0, dropped: 0 });
  for (let i = 0; i < 6; i++) {
    receiver.behave(i < 4 ? 204 : 500);
    accepted(await share(survey, `Comment ${i}`));
    await receiver.next(i + 1);
  }
  const told = await until(async () => {
    const counts = await relay();
    assert.ok(counts.n === 0 || counts.n >= 5, JSON.stringify(counts));
    return counts.n >= 5 && counts;
  }, "a release", 60);
  assert.equal(told.n, told.delivered + told.dropped);
  const ledger = await survey.ledger();
  assert.ok(ledger.conserved);
  assert.ok(ledger.questions.every(({ question }) => !question.startsWith("(")));
  const { notices } = (await server.api("GET", `${survey.path}/consents`)).json;
  assert.ok(notices.every(({ n, share_comment }) => n === share_comment));
});

test("only a survey that relays asks for the consent, and says what follows from it", async () => {
  const shown = async ({ path }, at = "") => (await server.api("GET", `${path}${at}`, undefined, { key: null })).json;
  for (const [survey, relays] of [[await relaying(), true], [await createSurvey(server, { questions: QUESTIONS }), false]]) {
    const open = await shown(survey);
    assert.equal(open.consent.includes("share_comment"), relays);
    assert.deepEqual(Object.keys(open.consent_text.share_comment ?? {}).sort(), relays ? ["de", "en", "fr", "nl"] : []);
    assert.ok(!JSON.stringify(open).includes(webhook.id));
    for (const [locale, words] of [["en", "has left this service"], ["nl", "heeft deze dienst verlaten"], ["de", "hat diesen Dienst verlassen"], ["fr", "a quitté ce service"]]) {
      assert.equal(open.notice.text[locale].includes(words), relays, locale);
    }
    const page = await server.api("GET", `/s/${survey.id}`, undefined, { key: null });
    assert.equal(page.text.includes('name="consent.share_comment"'), relays);
    const told = await shown(survey, "/privacy");
    assertShape("Privacy", told);
    assert.equal(told.purposes.some(({ consent, required }) => consent === "share_comment" && !required), relays);
    assert.equal(told.recipients.some(({ who }) => who.includes("127.0.0.1")), relays);
    assert.ok(!JSON.stringify(told).includes("hooks?from"), "the host alone");
  }
});

test("a survey names a webhook that there is, and a question with classes", async () => {
  const wanted = (relay) => server.api("POST", "/v1/surveys", { name: "N", questions: QUESTIONS, relay });
  assertProblem(await wanted({ webhook: "0123456789abcdef" }), 422, "invalid", ["#/relay/webhook reference"]);
  assertProblem(await wanted({ webhook: webhook.id, question: "why" }), 422, "invalid", ["#/relay/question reference"]);
  const survey = await relaying();
  const changed = await server.api("PUT", survey.path, { ...survey.definition, relay: { webhook: "0123456789abcdef" } });
  assertProblem(changed, 422, "invalid", ["#/relay/webhook reference"]);
  const { relay, ...without } = survey.definition;
  assert.deepEqual(relay, { webhook: webhook.id });
  const reply = await server.api("PUT", survey.path, without);
  assert.equal(reply.status, 200, reply.text);
  assert.ok(!reply.json.notice.text.en.includes("has left this service"), "the notice follows");
});
