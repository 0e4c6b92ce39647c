// Rewards: a code as thanks, redeemed once, that leads to nobody and to no answer.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { load } from "cheerio";
import { found } from "./search.mjs";
import { startServer } from "./server.mjs";
import { readFiles, readRows } from "./state.mjs";
import { assertProblem, createSurvey, submissionId, times } from "./survey.mjs";

const SURVEY = { questions: [{ id: "recommend", kind: "nps" }], reward: { text: { en: "5 % off your next order", nl: "5 % korting" } } };
const CODE = /^[A-Z2-7]{4}(-[A-Z2-7]{4}){4}$/;

let server, survey;
before(async () => {
  server = await startServer();
  survey = await createSurvey(server, SURVEY);
});
after(() => server.discard());

/** The code that a response brings. */
async function earn(body = {}, options, from = survey) {
  const reply = await from.respond({ answers: { recommend: 9 }, ...body }, options);
  assert.equal(reply.status, 202, reply.text);
  assert.match(reply.json.reward.code, CODE);
  assert.match(reply.json.reward.redeemable_until, /^\d{4}-(03-31|06-30|09-30|12-31)$/);
  return reply.json.reward.code;
}
const redeem = (code, { path = survey.path, ...options } = {}) => server.api("POST", `${path}/rewards`, { code }, options);

test("a code is redeemed once, however it is written, and by one of many at once", async () => {
  const code = await earn();
  const replies = await times(8, 8, (i) => redeem(i % 2 ? code : code.toLowerCase().replaceAll("-", " ")));
  assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 409, 409, 409, 409, 409, 409, 409]);
  assert.deepEqual(replies.find(({ status }) => status === 200).json, { status: "redeemed" });
  assertProblem(await redeem(code), 409, "reward-redeemed");
});

test("what nobody was given cannot be redeemed", async () => {
  const other = await createSurvey(server, SURVEY);
  const code = await earn();
  assertProblem(await redeem(code, other), 404, "unknown-reward");
  assertProblem(await redeem("AAAA-AAAA-AAAA-AAAA-AAAA"), 404, "unknown-reward");
  assertProblem(await redeem(code, { path: "/v1/surveys/AAAAAAAA" }), 404, "not-found");
  assertProblem(await redeem(""), 422, "invalid", ["#/code length"]);
  assertProblem(await server.api("POST", `${survey.path}/rewards`, { other: 1 }), 422, "invalid", ["#/code missing", "# unknown_member 0"]);
  assertProblem(await redeem(code, { key: null }), 401, "key-needed");
  const reader = (await server.api("POST", "/v1/keys", { name: "R", scopes: ["read"] })).json.key;
  assertProblem(await redeem(code, { key: reader }), 403, "forbidden");
  assert.equal((await redeem(code)).status, 200, "and it was not used up by that");
});

test("promise_6: whoever answers again gets the same code; others get others", async () => {
  const key = server.adminKey;
  const person = { customer_id: "C-1" };
  const id = submissionId();
  const codes = [await earn(person, { key }), await earn({ ...person, answers: { recommend: 1 } }, { key }), await earn({ ...person, submission_id: id }, { key })];
  assert.equal(new Set(codes).size, 1);
  const { invitation } = (await server.api("POST", `${survey.path}/invitations`, { customer_ids: ["C-1"] })).json.items[0];
  assert.equal(await earn({ invitation }), codes[0]);
  const own = submissionId();
  const others = [await earn({ customer_id: "C-2" }, { key }), await earn({ submission_id: own }), await earn()];
  assert.equal(new Set([...codes, ...others]).size, 4);
  assert.equal(await earn({ submission_id: own, answers: { recommend: 0 } }), others[1], "sent again");
  // In another survey, too.
  const other = await createSurvey(server, SURVEY);
  assert.notEqual((await earn(person, { key }, other)).slice(0, 9), codes[0].slice(0, 9));
});

test("a survey without a reward gives none, and one with a reward says what it is", async () => {
  const plain = await createSurvey(server, { questions: SURVEY.questions });
  const reply = await plain.respond({ answers: { recommend: 9 } });
  assert.deepEqual(Object.keys(reply.json).sort(), ["status", "submission_id", "withdrawable_until"]);
  const read = async (one) => (await server.api("GET", one.path, undefined, { key: null })).json;
  assert.equal((await read(plain)).reward, undefined);
  const shown = await read(survey);
  assert.deepEqual(shown.reward, SURVEY.reward);
  assert.match(shown.notice.text.en, /You get a code as thanks\./);
  assert.doesNotMatch((await read(plain)).notice.text.en, /code as thanks/);
});

test("the hosted page shows the code, the same when it is reloaded; who fills in the trap gets one that is none", async () => {
  const page = load((await server.api("GET", `/s/${survey.id}?lang=nl`, undefined, { key: null })).text);
  const fields = page('form[method="post"]').serializeArray().map(({ name, value }) => [name, value]);
  const body = (more) => new URLSearchParams([...fields, ["answers.recommend", "9"], ["consent.process_answers", "1"], ...more]).toString();
  const send = async (more = []) => {
    const reply = await server.api("POST", `/s/${survey.id}`, body(more), { key: null, headers: { "content-type": "application/x-www-form-urlencoded" } });
    assert.equal(reply.status, 200, reply.text);
    const thanks = load(reply.text)("section[aria-labelledby=reward]");
    return { text: thanks.text(), code: thanks.find("code").text() };
  };
  const robot = await send([["remarks", "x"]]);
  const first = await send();
  assert.match(first.text, /5 % korting/);
  assert.equal((await send()).code, first.code);
  assert.match(robot.code, CODE);
  assert.equal(robot.text.replace(robot.code, ""), first.text.replace(first.code, ""));
  assertProblem(await redeem(robot.code), 404, "unknown-reward");
  assert.equal((await redeem(first.code)).status, 200);
});

test("promise_2: no code is in a file or a log, and what is kept of a redeemed one tells nothing else", async () => {
  const code = await earn({ customer_id: "C-9" }, { key: server.adminKey });
  assert.equal((await redeem(code)).status, 200);
  const { d1 } = await readRows(server.stateDir);
  assert.ok(d1.rewards.length > 0);
  for (const row of d1.rewards) {
    assert.deepEqual(Object.keys(row), ["survey", "mark", "expires"]);
    assert.match(row.mark, /^[0-9a-f]{64}$/);
  }
  const files = new Map([...readFiles(server.stateDir), ["log", Buffer.from(server.logs.join("\n"))]]);
  assert.notDeepEqual(found(d1.rewards[0].mark, files), [], "the search finds what is kept");
  assert.deepEqual([...found(code, files), ...found(code.replaceAll("-", ""), files)], []);
});

test("promise_9: cron forgets what was redeemed a year ago", async () => {
  const code = await earn();
  assert.equal((await redeem(code)).status, 200);
  const marks = async () => (await readRows(server.stateDir)).d1.rewards.length;
  const before = await marks();
  await server.scheduled(Date.now() + 366 * 86_400_000);
  assert.equal(await marks(), before);
  await server.scheduled(Date.now() + 368 * 86_400_000);
  assert.equal(await marks(), 0);
});
