// Deliveries, to receivers that fail in every way: what is sent again, what is not, and for how long it is kept.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Webhook } from "standardwebhooks";
import { DAY, MINUTE, QUESTIONS, stage } from "./alerts.mjs";
import { readRows } from "./state.mjs";
import { QUICK, createSurvey, until } from "./survey.mjs";

let own;
let survey;
before(async () => {
  own = await stage();
  survey = await createSurvey(own.server, { questions: QUESTIONS, release: QUICK });
  await own.release(survey, 9, { recommend: 0 });
});
after(() => own.end());

/** An alert that holds, with a webhook and a receiver of its own. */
async function holding() {
  own.receiver.behave(204);
  own.receiver.events.length = 0;
  const webhook = await own.webhook();
  const alert = await own.alert(webhook, { kind: "below", survey: survey.id, question: "recommend", kpi: "nps", limit: 30, days: 365 });
  return { webhook, alert, told: async () => (await own.deliveries(`?alert=${alert.id}`))[0] };
}

test("an event is sent again until its receiver takes it: the same id and body, a new time and signature", async () => {
  const { webhook, alert, told } = await holding();
  const outcomes = [];
  for (const behaviour of [500, "stall", "reset", { status: 307, headers: { location: own.receiver.url } }, { status: 503, headers: { "retry-after": "36000" } }, 200]) {
    own.receiver.behave(behaviour);
    await own.cron(10 * 60 * MINUTE);
    const { state, attempts, status, why, next } = await told();
    outcomes.push([state, attempts, status, why, next && Date.parse(next) - own.present()]);
    const { headers } = own.receiver.events.at(-1);
    await until(() => Math.floor(Date.now() / 1000) > Number(headers["webhook-timestamp"]), "the next second");
  }
  const waits = outcomes.map((outcome) => outcome.pop());
  assert.deepEqual(outcomes, [
    ["waiting", 1, 500, "refused"],
    ["waiting", 2, null, "timeout"],
    ["waiting", 3, null, "unreachable"],
    ["waiting", 4, 307, "redirect"],
    ["waiting", 5, 503, "refused"],
    ["delivered", 6, 200, null],
  ]);
  for (const [at, least] of [5_000, 300_000, 1_800_000, 7_200_000].entries()) assert.ok(waits[at] >= least && waits[at] < 1.1 * least, `${at}: ${waits[at]}`);
  assert.deepEqual(waits.slice(4), [36_000_000, null], "as the receiver asked");
  const { events } = own.receiver;
  assert.equal(events.length, 6, "no redirection was followed");
  for (const { body, headers } of events) assert.equal(new Webhook(webhook.secret).verify(body, headers).data.alert, alert.id);
  const distinct = (of) => new Set(events.map(of)).size;
  assert.deepEqual([distinct(({ headers }) => headers["webhook-id"]), distinct(({ body }) => body)], [1, 1]);
  assert.deepEqual([distinct(({ headers }) => headers["webhook-timestamp"]), distinct(({ headers }) => headers["webhook-signature"])], [6, 6]);
  await own.cron(10 * 60 * MINUTE);
  assert.equal(events.length, 6, "then no more");
});

test("an event that nobody takes fails after ten attempts", async () => {
  const { told } = await holding();
  own.receiver.behave(500);
  for (let attempt = 1; attempt <= 9; attempt++) {
    await own.cron(27 * 60 * MINUTE);
    assert.deepEqual([(await told()).state, (await told()).attempts], ["waiting", attempt]);
  }
  await own.cron(27 * 60 * MINUTE);
  const { state, attempts, next, why } = await told();
  assert.deepEqual([state, attempts, next, why], ["failed", 10, null, "refused"]);
  await own.cron(27 * 60 * MINUTE);
  assert.equal(own.receiver.events.length, 10);
});

test("runs that overlap tell an alert once and send each event once", async () => {
  const { alert } = await holding();
  const runs = await Promise.all(Array.from({ length: 6 }, () => own.server.scheduled(own.present(), "office")));
  assert.deepEqual(runs.map(({ outcome }) => outcome), Array(6).fill("ok"));
  await own.cron();
  assert.deepEqual([own.receiver.events.length, (await own.deliveries(`?alert=${alert.id}`)).length], [1, 1]);
});

test("a receiver that is gone disables its webhook, and what waits for it is dropped", async () => {
  const { webhook, told } = await holding();
  own.receiver.behave(410);
  await own.cron(MINUTE);
  const { state, why, status } = await told();
  assert.deepEqual([state, why, status], ["failed", "gone", 410]);
  const disabled = async () => (await own.server.api("GET", `/v1/webhooks/${webhook.id}`)).json.disabled;
  assert.equal(await disabled(), new Date(own.present()).toISOString().replace(".000Z", "Z"));
  const other = await own.alert(webhook, { kind: "below", survey: survey.id, question: "recommend", kpi: "nps", limit: 40, days: 365 });
  await own.cron(MINUTE);
  const [dropped] = await own.deliveries(`?alert=${other.id}`);
  assert.deepEqual([dropped.state, dropped.why, dropped.attempts], ["dropped", "gone", 0]);
  assert.equal(own.receiver.events.length, 1);
  own.receiver.behave(200);
  const tested = await own.server.api("POST", `/v1/webhooks/${webhook.id}/test`);
  assert.equal(tested.json.delivered, true);
  assert.equal(await disabled(), null);
  const all = await own.deliveries(`?webhook=${webhook.id}`);
  assert.equal(all.find(({ type }) => type === "test").id, tested.json.id);
});

test("an event survives that the server is killed while it is sent", async () => {
  const { webhook, told } = await holding();
  own.receiver.behave("stall");
  // Nobody is left to say how this run ended.
  own.cron(MINUTE).catch(() => {});
  await own.receiver.next(1);
  await own.server.kill();
  await own.again();
  assert.deepEqual([(await told()).state, (await told()).attempts, (await told()).why], ["waiting", 1, null]);
  own.receiver.behave(204);
  await own.cron(MINUTE);
  assert.equal(own.receiver.events.length, 1, "it is claimed still");
  await own.cron(MINUTE);
  assert.deepEqual([(await told()).state, (await told()).attempts], ["delivered", 2]);
  const [first, second] = own.receiver.events;
  assert.deepEqual([first.headers["webhook-id"], first.body], [second.headers["webhook-id"], second.body]);
  new Webhook(webhook.secret).verify(second.body, second.headers);
});

test("the list comes page by page", async () => {
  const all = await own.deliveries();
  assert.ok(all.length >= 6);
  const listed = [];
  for (let next = ""; next !== null; ) {
    const { json } = await own.server.api("GET", `/v1/deliveries?limit=2${next && `&cursor=${next}`}`);
    listed.push(...json.items);
    next = json.next;
  }
  assert.deepEqual(listed, all);
});

test("promise_9: deliveries are gone after thirty days", async () => {
  assert.ok((await readRows(own.server.stateDir)).d1.deliveries.length > 0);
  await own.cron(31 * DAY);
  assert.equal((await readRows(own.server.stateDir)).d1.deliveries.length, 0);
});
