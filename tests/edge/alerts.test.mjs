// Alerts, from real responses through a real release to a real receiver. Cron is rung by hand, at instants to
// come: nothing waits for a schedule.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { MINUTE, QUESTIONS, day, stage, verified } from "./alerts.mjs";
import { assertShape } from "./document.mjs";
import { found } from "./search.mjs";
import { readRows } from "./state.mjs";
import { QUICK, assertProblem, createSurvey, submissionId, until } from "./survey.mjs";

describe("alerts", () => {
  let own;
  let webhook;
  before(async () => {
    own = await stage();
    webhook = await own.webhook();
  });
  after(() => own.end());

  test("an alert is made, listed, read, replaced and deleted, and keeps its webhook", async () => {
    const survey = await createSurvey(own.server, { questions: QUESTIONS });
    const when = { kind: "below", survey: survey.id, question: "recommend", kpi: "nps", limit: 30, days: 7 };
    const alert = await own.alert(webhook, when);
    assert.deepEqual([alert.when, alert.webhook, alert.raised, alert.checked, alert.reason], [when, webhook.id, null, null, null]);
    assert.deepEqual(await own.read(alert), alert);
    const drop = { kind: "drop", survey: survey.id, question: "effort", kpi: "ces", days: 14 };
    const other = await own.alert(webhook, drop);
    const listed = [];
    for (let next = ""; next !== null; ) {
      const page = await own.server.api("GET", `/v1/alerts?limit=1${next && `&cursor=${next}`}`);
      assertShape("Alerts", page.json);
      listed.push(...page.json.items);
      next = page.json.next;
    }
    assert.deepEqual(listed.map(({ id }) => id), [alert.id, other.id].sort());
    const put = await own.server.api("PUT", `/v1/alerts/${alert.id}`, { name: "Another", webhook: webhook.id, when: drop });
    assert.deepEqual([put.status, put.json], [200, { ...alert, name: "Another", when: drop }]);

    const refused = await own.server.api("DELETE", `/v1/webhooks/${webhook.id}`);
    assertProblem(refused, 409, "in-use");
    assertShape("InUse", refused.json);
    assert.deepEqual([refused.json.alerts, refused.json.surveys], [[alert.id, other.id].sort(), []]);
    assert.equal((await own.server.api("DELETE", `/v1/alerts/${alert.id}`)).status, 204);
    for (const method of ["GET", "DELETE"]) assertProblem(await own.server.api(method, `/v1/alerts/${alert.id}`), 404, "not-found");
    const body = { name: "N", webhook: webhook.id, when: drop };
    assertProblem(await own.server.api("PUT", `/v1/alerts/${alert.id}`, body), 404, "not-found");
    // An alert goes with its survey.
    assert.equal((await own.server.api("DELETE", survey.path)).status, 204);
    await until(async () => (await own.server.api("GET", `/v1/alerts/${other.id}`)).status === 404, "the alert is gone");
  });

  test("every fault of an alert is told, and who may not manage is told nothing", async () => {
    const survey = await createSurvey(own.server, { questions: QUESTIONS });
    const when = { kind: "below", survey: survey.id, question: "recommend", kpi: "csat", limit: 30, days: 0 };
    const faulty = await own.server.api("POST", "/v1/alerts", { name: " ", webhook: "0123456789abcdef", when, Canary: 1 });
    const faults = ["#/name blank", "#/when/days range", "# unknown_member 3", "#/webhook reference", "#/when/kpi reference"];
    assertProblem(faulty, 422, "invalid", faults);
    assert.ok(!/canary/i.test(faulty.text));
    const nowhere = { ...when, survey: "AAAAAAAA", kpi: "nps", days: 1 };
    const unknown = await own.server.api("POST", "/v1/alerts", { name: "N", webhook: webhook.id, when: nowhere });
    assertProblem(unknown, 422, "invalid", ["#/when/survey reference"]);
    assertProblem(await own.server.api("GET", "/v1/deliveries?webhook=x&cursor=y&z=1"), 422, "invalid", ["webhook form", "cursor form", " unknown_parameter"]);
    const key = async (members) => (await own.server.api("POST", "/v1/keys", { name: "N", ...members })).json.key;
    const keys = [await key({ scopes: ["read", "ingest"] }), await key({ scopes: ["admin"], surveys: [survey.id] })];
    for (const [method, path] of [["POST", "alerts"], ["GET", "alerts"], ["GET", "alerts/0123456789abcdef"], ["PUT", "alerts/0123456789abcdef"], ["DELETE", "alerts/0123456789abcdef"], ["GET", "deliveries"]]) {
      for (const key of keys) assertProblem(await own.server.api(method, `/v1/${path}`, undefined, { key }), 403, "forbidden");
      assertProblem(await own.server.api(method, `/v1/${path}`, undefined, { key: null }), 401, "key-needed");
    }
  });

  test("a value that falls below a limit is told once, and once that it is back; nothing of a respondent is", async () => {
    own.receiver.events.length = 0;
    const survey = await createSurvey(own.server, { questions: [...QUESTIONS, { id: "why", kind: "comment" }], release: QUICK });
    const alert = await own.alert(webhook, { kind: "below", survey: survey.id, question: "recommend", kpi: "nps", limit: 30, days: 7 });
    await own.cron();
    assert.deepEqual([(await own.read(alert)).reason, own.receiver.events.length], ["no_answers", 0]);

    const secrets = Array.from({ length: 6 }, () => [submissionId(), `customer-${randomUUID()}`, `words ${randomUUID()}`]);
    const { key } = (await own.server.api("POST", "/v1/keys", { name: "N", scopes: ["ingest"] })).json;
    for (const [submission_id, customer_id, why] of secrets) {
      const reply = await survey.respond({ submission_id, customer_id, answers: { recommend: 2, why } }, { key });
      assert.equal(reply.status, 202, reply.text);
    }
    await until(async () => (await survey.kpis()).kpis[0].n >= 5, "the release");
    await own.cron(MINUTE);
    await own.cron(MINUTE);
    assert.equal(own.receiver.events.length, 1, "once, while it holds");
    const [event] = verified(own.receiver, webhook);
    assertShape("Event", event);
    const { kpis } = await survey.kpis(`?from=${event.data.from}&to=${event.data.to}`);
    const { value, unit, n, interval } = kpis[0];
    assert.deepEqual([event.type, event.data.alert, event.data.when, event.data.figures], ["alert.raised", alert.id, alert.when, { value, unit, n, interval }]);
    assert.deepEqual([event.data.from, event.data.to, value], [day(6), day(0), -100]);
    const raised = await own.read(alert);
    assert.deepEqual([raised.raised, raised.reason], [event.timestamp, null]);

    // The same after a restart: it still holds, and is told no second time.
    await own.again();
    await own.cron(MINUTE);
    await own.release(survey, 9, { recommend: 0 });
    await own.cron(MINUTE);
    assert.equal(own.receiver.events.length, 1);
    assert.ok((await own.read(alert)).checked > raised.checked, "it was looked at");

    await own.release(survey, 60, { recommend: 10 });
    await own.cron(MINUTE);
    await own.cron(MINUTE);
    const [, cleared, ...more] = verified(own.receiver, webhook);
    const [now] = (await survey.kpis(`?from=${cleared.data.from}&to=${cleared.data.to}`)).kpis;
    assert.deepEqual([cleared.type, cleared.data.figures.value, more], ["alert.cleared", now.value, []]);
    assert.ok(now.value >= 30);
    assert.equal((await own.read(alert)).raised, null);

    const { d1 } = await readRows(own.server.stateDir);
    assert.equal(d1.deliveries.length, 2);
    const files = [
      ["deliveries", Buffer.from(JSON.stringify(d1.deliveries))],
      ["alerts", Buffer.from(JSON.stringify(d1.alerts))],
      ["events", Buffer.from(JSON.stringify(own.receiver.events))],
      ["reply", Buffer.from(JSON.stringify(await own.deliveries()))],
      ["log", Buffer.from(own.server.logs.join("\n"))],
    ];
    assert.notDeepEqual(found(alert.id, files), [], "this would find it");
    for (const secret of [...secrets.flat(), survey.notice, webhook.secret.slice(6)]) assert.deepEqual(found(secret, files), [], secret);
  });

  test("with `certain` the whole interval must be beyond the limit; above works like below", async () => {
    own.receiver.events.length = 0;
    const survey = await createSurvey(own.server, { questions: QUESTIONS, release: QUICK });
    const limit = { survey: survey.id, question: "effort", kpi: "ces", limit: 4, days: 1 };
    const value = await own.alert(webhook, { kind: "above", ...limit });
    const certain = await own.alert(webhook, { kind: "above", ...limit, certain: true });
    await own.release(survey, 8, {}, (i) => ({ answers: { effort: i % 2 ? 7 : 2 } }));
    await own.cron(MINUTE);
    assert.deepEqual(verified(own.receiver, webhook).map(({ data }) => data.alert), [value.id]);
    await own.release(survey, 40, {}, (i) => ({ answers: { effort: i % 2 ? 7 : 6 } }));
    await own.cron(MINUTE);
    assert.deepEqual(verified(own.receiver, webhook).map(({ data }) => data.alert), [value.id, certain.id]);
  });

  test("alerts on the business's facts are looked at when facts are put", async () => {
    own.receiver.events.length = 0;
    const costly = await own.alert(webhook, { kind: "clv_below_cpa", days: 30 });
    const carts = await own.alert(webhook, { kind: "above", business: "cart_abandonment", limit: 70, days: 30 });
    await own.cron(MINUTE);
    assert.deepEqual([(await own.read(costly)).reason, (await own.read(carts)).reason], ["missing", "missing"]);
    const put = async (acquisition_cost, carts_completed) => {
      const facts = { gross_profit: 3000, revenue: 9000, transactions: 300, customers_start: 1000, customers_lost: 50, customers_new: 40, acquisition_cost, carts: 100, carts_completed };
      const reply = await own.server.api("PUT", `/v1/facts/${day(29)}`, { items: [{ facts }] });
      assert.equal(reply.status, 200, reply.text);
    };
    await put(4000, 20);
    await own.cron(MINUTE);
    const events = verified(own.receiver, webhook);
    assert.deepEqual(new Set(events.map(({ data }) => data.alert)), new Set([costly.id, carts.id]));
    for (const event of events) assertShape("Event", event);
    const { figures } = events.find(({ data }) => data.alert === costly.id).data;
    assert.deepEqual(figures, { customer_lifetime_value: 60, cost_per_acquisition: 100 });
    assert.equal(events.find(({ data }) => data.alert === carts.id).data.figures.value, 80);
    await put(1000, 60);
    await own.cron(MINUTE);
    await own.cron(MINUTE);
    assert.deepEqual(verified(own.receiver, webhook).slice(2).map(({ type }) => type), ["alert.cleared", "alert.cleared"]);
    for (const { id } of [costly, carts]) await own.server.api("DELETE", `/v1/alerts/${id}`);
  });
});

/** The rows of a survey's releases go to days that are so long past, as if they had been released then. */
const ago = (survey, days) => [
  `update cohorts set day = date(day, '-${days} days') where survey = ? and day = ?`,
  survey,
  day(0),
];

test("a drop is told of whole days alone, where it is significant and for the worse", async () => {
  const own = await stage();
  const webhook = await own.webhook();
  const survey = await createSurvey(own.server, { questions: QUESTIONS, release: QUICK });
  const condition = { kind: "drop", survey: survey.id, days: 7 };
  const score = await own.alert(webhook, { ...condition, question: "recommend", kpi: "nps" });
  const effort = await own.alert(webhook, { ...condition, question: "effort", kpi: "ces" });
  // (Of a mean without any spread there is no interval.)
  await own.release(survey, 40, {}, (i) => ({ answers: { recommend: 10, effort: 1 + (i % 3) } }));
  await own.again([ago(1, 10)]);
  await own.release(survey, 40, {}, (i) => ({ answers: { recommend: 1, effort: 5 + (i % 3) } }));
  await own.cron(MINUTE);
  assert.equal(own.receiver.events.length, 0, "today is not over");
  await own.again([ago(1, 1)]);
  await own.release(survey, 9, { recommend: 5, effort: 4 });
  await own.cron(MINUTE);
  const events = verified(own.receiver, webhook);
  for (const event of events) assertShape("Event", event);
  const of = (alert) => events.find(({ data }) => data.alert === alert.id).data;
  assert.deepEqual(events.map(({ type }) => type), ["alert.raised", "alert.raised"]);
  assert.deepEqual([of(score).from, of(score).to], [day(7), day(1)], "not of today");
  const { kpis } = await survey.kpis(`?from=${day(7)}&to=${day(1)}&compare=previous`);
  for (const [alert, kpi] of [[score, "nps"], [effort, "ces"]]) {
    const { value, unit, n, interval, previous } = kpis.find((one) => one.kpi === kpi);
    assert.deepEqual(of(alert).figures, { value, unit, n, interval, previous });
    assert.equal(previous.significant, true);
  }
  assert.ok(of(effort).figures.previous.change > 0 && of(score).figures.previous.change < 0);
  await own.end();
});

test("a driver is told when it appears, and that none is left", async () => {
  const own = await stage();
  const webhook = await own.webhook();
  const survey = await createSurvey(own.server, { questions: [QUESTIONS[0]], dimensions: { channel: ["web", "app"] }, release: QUICK });
  const alert = await own.alert(webhook, { kind: "driver", survey: survey.id, question: "recommend", kpi: "nps", days: 30 });
  await own.cron();
  assert.equal((await own.read(alert)).reason, "not_compared");
  await own.release(survey, 160, {}, (i) => ({ answers: { recommend: i % 2 ? 10 : 1 }, dimensions: { channel: i % 2 ? "app" : "web" } }));
  await own.again([ago(1, 3)]);
  await own.release(survey, 9, { recommend: 5 });
  await own.cron(MINUTE);
  await own.cron(MINUTE);
  const [event, ...more] = verified(own.receiver, webhook);
  assertShape("Event", event);
  assert.deepEqual([event.type, more], ["alert.raised", []]);
  const { json } = await own.server.api("GET", `${survey.path}/drivers?from=${event.data.from}&to=${event.data.to}`);
  assert.deepEqual(event.data.figures.drivers, json.kpis[0].drivers);
  assert.deepEqual(event.data.figures.drivers.map(({ segment }) => segment).sort(), ["app", "web"]);
  // The other way round, so that both are alike.
  await own.release(survey, 160, {}, (i) => ({ answers: { recommend: i % 2 ? 1 : 10 }, dimensions: { channel: i % 2 ? "app" : "web" } }));
  await own.again([ago(1, 2)]);
  await own.release(survey, 9, { recommend: 5 });
  await own.cron(MINUTE);
  assert.deepEqual(verified(own.receiver, webhook).map(({ type }) => type), ["alert.raised", "alert.cleared"]);
  await own.end();
});
