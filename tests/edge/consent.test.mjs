// promise_1: no consent, no write.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startServer } from "./server.mjs";
import { changes, readRows, settledPages } from "./state.mjs";
import { ALL, assertProblem, createSurvey, submissionId } from "./survey.mjs";

const QUESTIONS = [{ id: "recommend", kind: "nps" }, { id: "why", kind: "comment" }];
const MORE = { dimensions: { channel: ["web"] }, themes: { price: { en: ["expensive"] } } };

let server, survey, verified, closed;
before(async () => {
  server = await startServer();
  survey = await createSurvey(server, { questions: QUESTIONS, ...MORE });
  verified = await createSurvey(server, { questions: QUESTIONS, verified_only: true });
  closed = await createSurvey(server, { questions: QUESTIONS });
  // Each Ledger is open, and remembered.
  for (const each of [survey, verified, closed]) assert.equal((await answer(each)).status, 202);
  const reply = await server.api("PUT", closed.path, { ...closed.definition, status: "closed" });
  assert.equal(reply.status, 200);
});
after(() => server.discard());

const withKey = () => ({ key: server.adminKey });

/** A response that nothing is wrong with but what `others` put in place. */
const answer = (survey, others = {}, options = {}) =>
  survey.respond(
    {
      submission_id: submissionId(),
      customer_id: submissionId(),
      answers: { recommend: 9, why: "Too expensive" },
      ...(survey.definition.dimensions.channel && { dimensions: { channel: "web" } }),
      consent: survey.consent,
      ...others,
    },
    { ...withKey(), ...options },
  );

const invalid = (...faults) => [422, "invalid", faults];
const otherNotice = [409, "other-notice", ["#/consent/notice other_notice"]];

/** Each: what is wrong, the consent (of a survey whose notice has the hash `notice`), and what is told. */
const REFUSED = [
  ["no consent", () => undefined, invalid("#/consent missing")],
  ["a consent that is null", () => null, invalid("#/consent type")],
  ["a consent that is true", () => true, invalid("#/consent type")],
  ["a consent that is a string", () => "yes", invalid("#/consent type")],
  ["a consent that is a list", () => [ALL], invalid("#/consent type")],
  ["an empty consent", () => ({}), invalid("#/consent/notice missing", "#/consent/process_answers missing")],
  ["no notice", () => ALL, invalid("#/consent/notice missing")],
  ["a notice that is null", () => ({ ...ALL, notice: null }), invalid("#/consent/notice type")],
  ["a notice that is a number", () => ({ ...ALL, notice: 1 }), invalid("#/consent/notice type")],
  ["a notice that is its text", () => ({ ...ALL, notice: { en: "text" } }), invalid("#/consent/notice type")],
  ["another notice", () => ({ ...ALL, notice: "0123456789012345678901234567890123456789012" }), otherNotice],
  ["an empty notice", () => ({ ...ALL, notice: "" }), otherNotice],
  ["the notice in other letters", (notice) => ({ ...ALL, notice: notice.toLowerCase() }), otherNotice],
  ["the notice and a space", (notice) => ({ ...ALL, notice: `${notice} ` }), otherNotice],
  ["the beginning of the notice", (notice) => ({ ...ALL, notice: notice.slice(0, -1) }), otherNotice],
  ["no process_answers", (notice) => ({ notice }), invalid("#/consent/process_answers missing")],
  ["process_answers false", (notice) => ({ notice, process_answers: false }), invalid("#/consent/process_answers consent_refused")],
  ["process_answers \"true\"", (notice) => ({ notice, process_answers: "true" }), invalid("#/consent/process_answers type")],
  ["process_answers 1", (notice) => ({ notice, process_answers: 1 }), invalid("#/consent/process_answers type")],
  ["process_answers null", (notice) => ({ notice, process_answers: null }), invalid("#/consent/process_answers type")],
  ["process_answers [true]", (notice) => ({ notice, process_answers: [true] }), invalid("#/consent/process_answers type")],
  ["process_answers {}", (notice) => ({ notice, process_answers: {} }), invalid("#/consent/process_answers type")],
  ["process_answers false, all else true", (notice) => ({ ...ALL, notice, process_answers: false }), invalid("#/consent/process_answers consent_refused")],
  ["another notice, and process_answers false", () => ({ notice: "old", process_answers: false }), invalid("#/consent/process_answers consent_refused")],
  ["use_customer_id \"true\"", (notice) => ({ ...ALL, notice, use_customer_id: "true" }), invalid("#/consent/use_customer_id type")],
  ["use_segments 1", (notice) => ({ ...ALL, notice, use_segments: 1 }), invalid("#/consent/use_segments type")],
  ["analyse_comment null", (notice) => ({ ...ALL, notice, analyse_comment: null }), invalid("#/consent/analyse_comment type")],
  ["store_visit \"true\"", (notice) => ({ ...ALL, notice, store_visit: "true" }), invalid("#/consent/store_visit type")],
  ["share_comment 1", (notice) => ({ ...ALL, notice, share_comment: 1 }), invalid("#/consent/share_comment type")],
  ["an extra member", (notice) => ({ ...ALL, notice, marketing: true }), invalid("#/consent unknown_member 7")],
  ["a member in other letters", (notice) => ({ notice, Process_Answers: true }), invalid("#/consent/process_answers missing", "#/consent unknown_member 1")],
];

/** What a mere reading of a survey changes: D1 as it runs locally counts its own transactions. */
async function ownChanges() {
  const before = await settledPages(server.stateDir);
  for (let i = 0; i < 3; i++) assert.equal((await server.api("GET", survey.path)).status, 200);
  return changes(before, await settledPages(server.stateDir));
}

/** Does `refuse`, and asserts that no page of any file, no row and no log has changed by it. */
async function assertNoWrite(refuse) {
  const own = await ownChanges();
  assert.ok(own.length <= 1 && own.every((name) => name.startsWith("d1/")), own.join("\n"));
  const surveys = [survey, verified, closed];
  const rows = await readRows(server.stateDir, surveys);
  const lines = server.logs.length;
  const before = await settledPages(server.stateDir);
  await refuse();
  const changed = changes(before, await settledPages(server.stateDir)).filter((name) => !own.includes(name));
  assert.deepEqual(changed, []);
  assert.deepEqual(await readRows(server.stateDir, surveys), rows);
  assert.deepEqual(server.logs.slice(lines), []);
}

test("promise_1: a response is written only with consent (which shows that a write is seen)", async () => {
  const before = await settledPages(server.stateDir);
  assert.equal((await answer(survey)).status, 202);
  const changed = changes(before, await settledPages(server.stateDir));
  assert.ok(changed.some((name) => name.startsWith("do/")), changed.join("\n"));
});

test("promise_1: without a valid consent nothing changes, in any store or log", async () => {
  await assertNoWrite(async () => {
    for (const [why, consent, [status, slug, faults]] of REFUSED) {
      const reply = await answer(survey, { consent: consent(survey.notice) });
      try {
        assertProblem(reply, status, slug, faults);
      } catch (fault) {
        throw new Error(`${why}: ${fault.message}`, { cause: fault });
      }
      if (status === 409) assert.deepEqual(reply.json.notice, survey.definition.notice);
    }
  });
});

test("promise_1: a response that is refused does not even open the Ledger of its survey", async () => {
  const fresh = await createSurvey(server, { questions: QUESTIONS });
  const { notice, ...unnamed } = fresh.consent;
  for (const [consent, status] of [[unnamed, 422], [{ ...ALL, notice, process_answers: false }, 422], [{ ...ALL, notice: "old" }, 409]]) {
    assert.equal((await answer(fresh, { consent })).status, status);
  }
  assert.deepEqual((await readRows(server.stateDir, [fresh])).ledgers[fresh.id], {});
});

test("promise_1: a consent given twice is none", async () => {
  const notice = JSON.stringify(survey.notice);
  const body = (consent) => `{"answers": {"recommend": 9}, ${consent}}`;
  const given = `{"notice": ${notice}, "process_answers": true}`;
  await assertNoWrite(async () => {
    for (const [consent, fault] of [
      [`"consent": ${given}, "consent": ${given}`, "# duplicate_member 2"],
      [`"consent": {"notice": ${notice}, "process_answers": true, "process_answers": true}`, "#/consent duplicate_member 2"],
      [`"consent": {"notice": ${notice}, "notice": ${notice}, "process_answers": true}`, "#/consent duplicate_member 1"],
      [`"consent": {"notice": ${notice}, "process_answers": true, "process_answers": false}`, "#/consent duplicate_member 2"],
    ]) {
      assertProblem(await survey.post(body(consent)), 422, "invalid", [fault]);
    }
  });
});

test("promise_1: a verified survey refuses whom it may not identify", async () => {
  await assertNoWrite(async () => {
    const place = ["#/consent verified_only"];
    const consent = { ...verified.consent, use_customer_id: false };
    assertProblem(await answer(verified, { consent }), 422, "invalid", place);
    const gpc = { headers: { "sec-gpc": "1" } };
    assertProblem(await answer(verified, {}, gpc), 422, "invalid", place);
  });
});

test("promise_1: what is refused for another reason is not written either", async () => {
  await assertNoWrite(async () => {
    assertProblem(await answer(closed), 409, "survey-closed");
    assertProblem(await answer(survey, {}, { headers: { origin: "https://other.example" } }), 403, "origin-refused");
    assertProblem(await answer(survey, {}, { key: null }), 401, "key-needed");
    assertProblem(await answer(survey, {}, { key: "wrong" }), 401, "wrong-key");
    assertProblem(await survey.respond({ answers: { recommend: 11 } }), 422, "invalid", ["#/answers/recommend range"]);
    assertProblem(await survey.post("{"), 400, "malformed");
    assertProblem(await server.api("POST", "/v1/surveys/nothere/responses", {}), 404, "not-found");
  });
});

test("promise_1: a consent to an old notice is told the current one, and counts once it is to that", async () => {
  const changing = await createSurvey(server, { questions: QUESTIONS, notice: { text: { en: "First" } } });
  assert.equal((await answer(changing)).status, 202);
  const reply = await server.api("PUT", changing.path, { ...changing.definition, notice: { text: { en: "Second" } } });
  const { notice } = reply.json;
  assert.notEqual(notice.hash, changing.notice);
  await assertNoWrite(async () => {
    const refused = await answer(changing);
    assertProblem(refused, ...otherNotice);
    assert.deepEqual(refused.json.notice, notice);
  });
  const consent = { ...changing.consent, notice: notice.hash };
  assert.equal((await answer(changing, { consent })).status, 202);
});
