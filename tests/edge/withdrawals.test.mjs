// promise_8: you can take it back, until the tick that seals it, with the submission id alone.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startServer } from "./server.mjs";
import { countsOf, readRows } from "./state.mjs";
import { QUICK, assertProblem, createSurvey, submissionId, times, until } from "./survey.mjs";

const QUESTIONS = [{ id: "recommend", kind: "nps" }, { id: "solved", kind: "yes_no" }];
const BOTH = { recommend: 9, solved: true };

let server;
before(async () => {
  server = await startServer();
});
after(() => server.discard());

const withKey = () => ({ key: server.adminKey });

/** Sends a response that must be taken; its submission id. */
async function send(survey, body = {}, options = {}) {
  const submission_id = submissionId();
  const reply = await survey.respond({ submission_id, answers: BOTH, ...body }, options);
  assert.equal(reply.status, 202, reply.text);
  return submission_id;
}

const withdraw = (survey, submission_id, options) =>
  server.api("POST", `${survey.path}/withdrawals`, { submission_id }, { key: null, ...options });

function assertWithdrawn(reply, withdrawn, anonymous = []) {
  assert.deepEqual([reply.status, reply.json], [200, { status: "withdrawn", withdrawn, anonymous }], reply.text);
}

function assertFinal(reply, anonymous) {
  assertProblem(reply, 410, "final");
  assert.deepEqual(reply.json.anonymous, anonymous);
}

/** How many answers to a question are pending, by segment. */
async function pending(survey, question = "recommend") {
  const { buckets } = (await readRows(server.stateDir, [survey])).ledgers[survey.id];
  const own = buckets.filter((bucket) => bucket.question === question && bucket.n > 0);
  return Object.fromEntries(own.map(({ segment, n }) => [segment, n]));
}

describe("withdrawal", { concurrency: true }, () => {
  test("promise_8: exactly what was counted is counted no more, and told again the reply is the same", async () => {
    const survey = await createSurvey(server, { questions: QUESTIONS });
    await send(survey, { answers: { recommend: 3 } });
    const id = await send(survey, { answers: { recommend: 9, solved: false } });
    assertWithdrawn(await withdraw(survey, id), ["recommend", "solved"]);
    assertWithdrawn(await withdraw(survey, id), ["recommend", "solved"]);
    const { buckets, accounts } = (await readRows(server.stateDir, [survey])).ledgers[survey.id];
    const tallies = buckets.filter(({ n }) => n > 0).map(({ question, n, tallies }) => [question.slice(0, 9), n, Object.values(JSON.parse(tallies))]);
    assert.deepEqual(tallies.sort(), [["(consent)", 1, [1, 1, 1, 1, 1]], ["recommend", 1, [1]]]);
    assert.deepEqual(accounts.map(({ accepted, withdrawn }) => [accepted, withdrawn]), [[2, 1], [2, 1], [1, 1]]);
    assert.equal((await survey.ledger()).conserved, true);
  });

  test("promise_8: the id stays spent, and nobody takes back what nobody sent", async () => {
    const survey = await createSurvey(server, { questions: QUESTIONS });
    const id = await send(survey);
    await withdraw(survey, id);
    assert.equal((await survey.respond({ submission_id: id, answers: BOTH })).status, 202);
    assert.deepEqual(await pending(survey), {});
    const fresh = await createSurvey(server, { questions: QUESTIONS });
    const ledgers = async () => (await readRows(server.stateDir, [survey, fresh])).ledgers;
    const before = await ledgers();
    assertProblem(await withdraw(survey, submissionId()), 404, "unknown-submission");
    assertProblem(await withdraw(fresh, id), 404, "unknown-submission");
    assertProblem(await server.api("POST", "/v1/surveys/nothing/withdrawals", { submission_id: id }), 404, "not-found");
    assert.deepEqual(await ledgers(), before, "nothing was written");
    assert.deepEqual(before[fresh.id], {}, "a Ledger is not even opened");
  });

  test("promise_8: a person may answer anew; a repeated answer is taken back alike, and frees nobody", async () => {
    const survey = await createSurvey(server, { questions: QUESTIONS });
    const person = { customer_id: "C-1" };
    const first = await send(survey, person, withKey());
    const again = await send(survey, { ...person, answers: { solved: false } }, withKey());
    assertWithdrawn(await withdraw(survey, again), ["solved"]);
    await send(survey, person, withKey());
    assert.deepEqual(await pending(survey), { "(unattributed)": 1 });
    assertWithdrawn(await withdraw(survey, first), ["recommend", "solved"]);
    assert.deepEqual(await pending(survey), {});
    await send(survey, person, withKey());
    await send(survey, person, withKey());
    assert.deepEqual(await pending(survey), { "(unattributed)": 1 });
  });

  test("promise_8: after the tick it is anonymous, and what was only partly released is partly taken back", async () => {
    const survey = await createSurvey(server, { questions: QUESTIONS, release: { every: "10s", patience: "10d" } });
    const ids = [];
    for (let i = 0; i < 6; i++) ids.push(await send(survey, { answers: i < 4 ? BOTH : { recommend: i } }));
    await until(async () => (await survey.kpis()).kpis[0].n === 6, "the release");
    assertFinal(await withdraw(survey, ids[5]), ["recommend"]);
    assertFinal(await withdraw(survey, ids[5]), ["recommend"]);
    assertWithdrawn(await withdraw(survey, ids[0]), ["solved"], ["recommend"]);
    assertWithdrawn(await withdraw(survey, ids[0]), ["solved"], ["recommend"]);
    assert.equal((await survey.kpis()).kpis[0].n, 6, "promise 5");
    assert.equal((await survey.ledger()).conserved, true);
  });

  test("promise_4: how many were taken back is told by min_cohort or more at once, never one by one", async () => {
    const survey = await createSurvey(server, { questions: QUESTIONS.slice(0, 1), release: QUICK });
    const answers = { recommend: 9 };
    for (let i = 0; i < 3; i++) assertWithdrawn(await withdraw(survey, await send(survey, { answers })), ["recommend"]);
    for (let i = 0; i < 5; i++) await send(survey, { answers });
    await until(async () => (await survey.kpis()).kpis[0].n === 5, "the release");
    const released = { question: "recommend", accepted: 5, pending: null, sealed: 0, released: 5, withdrawn: 0, expired: 0 };
    await until(async () => (await survey.ledger()).questions[0].released === 5, "the Ledger to know");
    assert.deepEqual((await survey.ledger()).questions, [released]);
  });

  test("promise_8: wherever merging has put it", async () => {
    const survey = await createSurvey(server, { questions: QUESTIONS, dimensions: { channel: ["web", "store"] }, release: QUICK });
    const id = await send(survey, { dimensions: { channel: "web" } });
    await send(survey, { dimensions: { channel: "store" } });
    assert.deepEqual(await pending(survey), { store: 1, web: 1 });
    await until(async () => (await pending(survey))["(other)"] === 2, "a merge");
    await until(async () => (await pending(survey))["(unattributed)"] === 2, "another merge");
    assertWithdrawn(await withdraw(survey, id), ["recommend", "solved"]);
    assert.deepEqual(await pending(survey), { "(unattributed)": 1 });
  });

  test("promise_8: though the survey has changed, or is closed; and not once it is deleted", async () => {
    const survey = await createSurvey(server, { questions: QUESTIONS });
    const ids = [await send(survey), await send(survey), await send(survey)];
    const change = async (changed) => {
      const reply = await server.api("PUT", survey.path, { ...survey.definition, ...changed });
      assert.equal(reply.status, 200, reply.text);
    };
    await change({ questions: [QUESTIONS[1], { id: "new", kind: "csat" }] });
    assertWithdrawn(await withdraw(survey, ids[0]), ["recommend", "solved"]);
    await change({ status: "closed" });
    assertWithdrawn(await withdraw(survey, ids[1]), ["recommend", "solved"]);
    await server.api("DELETE", survey.path);
    assertProblem(await withdraw(survey, ids[2]), 404, "not-found");
  });

  test("promise_7, promise_8: withdrawals that race with ticks lose nothing and double nothing", async () => {
    const survey = await createSurvey(server, { questions: QUESTIONS.slice(0, 1), release: QUICK });
    const told = { withdrawn: 0, anonymous: 0 };
    const end = Date.now() + 22_000;
    let sent = 0;
    await times(6, 6, async () => {
      while (Date.now() < end) {
        const id = await send(survey, { answers: { recommend: 9 } });
        sent += 1;
        if (Math.random() < 0.5) continue;
        const replies = await Promise.all([withdraw(survey, id), withdraw(survey, id)]);
        assert.deepEqual(replies[0].json, replies[1].json);
        if (replies[0].status === 200) assertWithdrawn(replies[0], ["recommend"]);
        else assertFinal(replies[0], ["recommend"]);
        told[replies[0].status === 200 ? "withdrawn" : "anonymous"] += 1;
      }
    });
    const rows = await readRows(server.stateDir, [survey]);
    const counts = countsOf(rows, survey);
    const account = rows.ledgers[survey.id].accounts.find(({ question }) => question === "recommend");
    assert.deepEqual([account.accepted, account.withdrawn], [sent, told.withdrawn]);
    assert.ok(told.withdrawn > 10, `${told.withdrawn} withdrawn`);
    assert.equal(counts.recommend.pending + counts.recommend.sealed + counts.recommend.released, sent - told.withdrawn);
  });

  test("a request is judged like a response: origin, type, size, content", async () => {
    const survey = await createSurvey(server, { questions: QUESTIONS, origins: ["https://shop.example"] });
    const id = await send(survey);
    const from = (origin) => withdraw(survey, id, { headers: { origin } });
    assertProblem(await from("https://other.example"), 403, "origin-refused");
    assertProblem(await from("null"), 403, "origin-refused");
    const post = (body, options) => server.api("POST", `${survey.path}/withdrawals`, body, { key: null, ...options });
    assertProblem(await post("{"), 400, "malformed");
    assertProblem(await post({}), 422, "invalid", ["#/submission_id missing"]);
    assertProblem(await post({ submission_id: "short", why: 1 }), 422, "invalid", ["#/submission_id submission_id", "# unknown_member 1"]);
    assertProblem(await post("{}", { headers: { "content-type": "text/html" } }), 415, "media-type");
    assertProblem(await post(" ".repeat(17_000)), 413, "body-too-large");
    assert.deepEqual(await pending(survey), { "(unattributed)": 1 }, "nothing was taken back");
    const shared = await from("https://shop.example");
    assertWithdrawn(shared, ["recommend", "solved"]);
    assert.equal(shared.headers["access-control-allow-origin"], "https://shop.example");
  });
});
