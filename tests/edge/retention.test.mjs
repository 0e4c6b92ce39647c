// What D1 keeps, and for how long: days, months, notices. Cron is rung by hand, at instants to come.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startServer } from "./server.mjs";
import { changeD1, readRows } from "./state.mjs";
import { QUICK, assertProblem, createSurvey, submissionId, times, until } from "./survey.mjs";

const DAY_MS = 86_400_000;
const NPS = { id: "recommend", kind: "nps" };
const LISTED = "https://shop.example";
const day = (at) => new Date(at).toISOString().slice(0, 10);

let server;
before(async () => {
  server = await startServer();
});
after(() => server.discard());

/** The first, or with `months` 1 the last, day of the month that is so many months after this instant. */
const monthStart = (at, months = 0) => {
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1);
};
const monthEnd = (at) => monthStart(at, 1) - DAY_MS;

/** Cron runs as if it were that instant. */
async function cron(time) {
  assert.equal((await server.scheduled(time)).outcome, "ok");
}

/** Sends so many responses, and waits for their release. */
async function release(survey, count) {
  const before = (await survey.kpis()).kpis[0].n;
  await times(count, 8, async (i) => {
    const reply = await survey.respond({ submission_id: submissionId(), answers: { recommend: i % 11 } });
    assert.equal(reply.status, 202, reply.text);
  });
  return until(async () => {
    const report = await survey.kpis();
    return report.kpis[0].n === before + count && report;
  }, `the release of ${count}`);
}

/** The survey's rows in D1. */
async function kept(survey) {
  const rows = await readRows(server.stateDir, [survey]);
  const number = rows.ledgers[survey.id].head[0].survey;
  const own = (table) => rows.d1[table].filter((row) => row.survey === number && row.question === "recommend");
  const sum = (table) => own(table).reduce((sum, { n }) => sum + n, 0);
  const { rolled_through } = rows.d1.surveys.find(({ id }) => id === number);
  return { days: sum("cohorts"), months: sum("months"), rolled_through };
}

// The tests of one survey follow one another; those of several would disturb each other's cron.
describe("retention", () => {
  test("promise_9: days go to their month, the same sum is read and said to be widened; a year on it is gone", async () => {
    const survey = await createSurvey(server, {
      questions: [NPS],
      release: QUICK,
      retention: { days: 30, months: 12 },
    });
    assert.deepEqual(survey.definition.retention, { days: 30, months: 12 });
    const report = await release(survey, 12);
    assert.deepEqual(Object.keys(report), ["survey", "from", "to", "complete_through", "kpis"]);
    const now = Date.now();

    await cron(now);
    assert.deepEqual(await kept(survey), { days: 12, months: 0, rolled_through: null });
    assert.deepEqual((await survey.kpis()).kpis, report.kpis);

    await cron(now + 200 * DAY_MS);
    const rolledThrough = day(now + 170 * DAY_MS);
    assert.deepEqual(await kept(survey), { days: 0, months: 12, rolled_through: rolledThrough });
    const [yesterday, tomorrow] = [day(now - DAY_MS), day(now + DAY_MS)];
    const read = await survey.kpis(`?from=${yesterday}&to=${tomorrow}`);
    assert.deepEqual(read.kpis, report.kpis);
    const from = day(monthStart(now - DAY_MS));
    const to = day(monthEnd(now + DAY_MS));
    const requested = { from: yesterday, to: tomorrow };
    assert.deepEqual([read.from, read.to, read.requested, read.widened], [from, to, requested, "month"]);
    assert.equal(read.forgotten_before, undefined);
    // Whole months are what was asked for: nothing to say.
    const whole = await survey.kpis(`?from=${from}&to=${to}`);
    assert.deepEqual([whole.from, whole.to, whole.kpis], [from, to, report.kpis]);
    assert.ok(!("requested" in whole) && !("widened" in whole));

    // What is released now belongs to a day that was rolled up: it is read at once, and rolled up next.
    await release(survey, 6);
    assert.deepEqual(await kept(survey), { days: 6, months: 12, rolled_through: rolledThrough });
    await cron(now + 200 * DAY_MS);
    await cron(now + 200 * DAY_MS);
    assert.deepEqual(await kept(survey), { days: 0, months: 18, rolled_through: rolledThrough });
    assert.equal((await survey.kpis()).kpis[0].n, 18);

    // A longer retention does not bring days back.
    const longer = { ...survey.definition, retention: { days: 731, months: 12 } };
    assert.equal((await server.api("PUT", survey.path, longer)).status, 200);
    assert.equal((await survey.kpis(`?from=${yesterday}&to=${tomorrow}`)).widened, "month");

    await cron(monthStart(now, 13) - 1);
    assert.equal((await kept(survey)).months, 18);
    await cron(monthStart(now, 14));
    assert.deepEqual(await kept(survey), { days: 0, months: 0, rolled_through: rolledThrough });
    assert.deepEqual((await survey.kpis()).kpis[0].n, 0);
  });

  test("promise_9: what lies before the horizon is not covered, and the reply says so", async () => {
    const survey = await createSurvey(server, { questions: [NPS], retention: { days: 7, months: 1 } });
    const horizon = day(monthStart(Date.now(), -1));
    const today = day(Date.now());
    const long = await survey.kpis(`?from=${day(Date.now() - 200 * DAY_MS)}&to=${today}`);
    assert.deepEqual([long.from, long.to, long.forgotten_before], [horizon, today, horizon]);
    assert.equal(long.widened, undefined);
    const asked = { from: "2020-01-15", to: "2020-02-15" };
    const gone = await survey.kpis(`?from=${asked.from}&to=${asked.to}`);
    assert.deepEqual([{ from: gone.from, to: gone.to }, gone.requested, gone.forgotten_before], [asked, asked, horizon]);
    assert.deepEqual([gone.kpis[0].n, gone.kpis[0].value, gone.widened], [0, null, undefined]);
  });
});

describe("notices", () => {
  const read = (survey, hash, options) => server.api("GET", `${survey.path}/notices/${hash}`, undefined, { key: null, ...options });

  test("a notice can be read by its hash after it has changed, until the survey is deleted", async () => {
    const notice = (text) => ({ text: { en: text, nl: `${text} (nl)` } });
    const survey = await createSurvey(server, { questions: [NPS], notice: notice("The first."), origins: [LISTED] });
    const first = await read(survey, survey.notice);
    const text = { en: "The first.", nl: "The first. (nl)" };
    const since = survey.definition.created;
    assert.deepEqual([first.status, first.json], [200, { hash: survey.notice, text, since }]);

    const changed = await server.api("PUT", survey.path, { ...survey.definition, notice: notice("The second.") });
    const { hash } = changed.json.notice;
    const second = await read(survey, hash);
    assert.deepEqual(second.json.text, changed.json.notice.text);
    assert.ok(second.json.since > since, second.json.since);
    // The first one again: it was in force since the beginning.
    assert.equal((await server.api("PUT", survey.path, { ...survey.definition })).status, 200);
    assert.deepEqual((await read(survey, survey.notice)).json, first.json);
    assert.deepEqual((await read(survey, hash)).json, second.json);

    const other = await createSurvey(server, { questions: [NPS], notice: notice("Of another survey.") });
    for (const unknown of [other.notice, hash.slice(1), `${hash}x`, "x", ""]) {
      assertProblem(await read(survey, unknown), 404, "not-found");
    }
    assertProblem(await read({ path: "/v1/surveys/UkLWZg9X" }, hash), 404, "not-found");
    assertProblem(await read(survey, hash, { key: "x" }), 401, "wrong-key");
    assertProblem(await server.api("GET", `${survey.path}/notices/${hash}?x=1`), 422, "invalid", [" unknown_parameter"]);
    assert.equal((await server.api("DELETE", survey.path)).status, 204);
    assertProblem(await read(survey, hash), 404, "not-found");
    const { d1 } = await readRows(server.stateDir);
    assert.ok(d1.notices.every((row) => row.hash !== hash));
  });

  test("a notice is read from the origins that the survey is", async () => {
    const survey = await createSurvey(server, { questions: [NPS], origins: [LISTED] });
    const from = (origin) => read(survey, survey.notice, { headers: { origin } });
    for (const origin of [LISTED, server.url]) {
      const reply = await from(origin);
      assert.deepEqual([reply.status, reply.headers["access-control-allow-origin"]], [200, origin]);
    }
    for (const origin of ["https://other.example", "null"]) {
      assertProblem(await from(origin), 403, "origin-refused");
    }
    const preflight = await server.api("OPTIONS", `${survey.path}/notices/${survey.notice}`, undefined, { key: null, headers: { origin: LISTED } });
    assert.deepEqual([preflight.status, preflight.headers["access-control-allow-methods"]], [204, "GET"]);
  });

  test("of many notices in a row, each is kept", async () => {
    const survey = await createSurvey(server, { questions: [NPS] });
    const hashes = new Set([survey.notice]);
    await times(12, 4, async (i) => {
      const notice = { text: { en: `Notice ${i}.` } };
      const put = () => server.api("PUT", survey.path, { ...survey.definition, notice });
      const reply = await until(async () => {
        const reply = await put();
        return reply.status !== 503 && reply;
      }, "a PUT that is taken");
      assert.equal(reply.status, 200, reply.text);
      hashes.add(reply.json.notice.hash);
    });
    assert.equal(hashes.size, 13);
    for (const hash of hashes) assert.equal((await read(survey, hash)).status, 200, hash);
  });
});

/** Puts rows into a survey's D1, as if a Ledger had told them: `[day, question, n, tallies]`. */
const cohort = (number, [day, question, n, tallies]) => [
  `insert into cohorts (survey, day, question, dimension, segment, min_cohort, n, tallies)
   values (?, ?, ?, '', '(unattributed)', 5, ?, ?)`,
  number,
  day,
  question,
  n,
  JSON.stringify(tallies),
];

test("a survey that cannot be rolled up keeps no other one waiting, and is still read right", async () => {
  const first = await startServer();
  const surveys = [];
  for (let i = 0; i < 5; i++) surveys.push(await createSurvey(first, { questions: [NPS], retention: { days: 7 } }));
  await first.stop();
  const [old, refused] = [day(monthStart(Date.now(), -2)), 2];
  await changeD1(first.stateDir, [
    ...surveys.map((_, i) => cohort(i + 1, [old, "recommend", 5 + i, { 9: 5 + i }])),
    // (The number is no parameter: a trigger can have none.)
    [`create trigger refuse before insert on months when new.survey = ${refused} begin select raise(abort, 'refused'); end`],
  ]);
  const second = await startServer(first);
  assert.equal((await second.scheduled(Date.now())).outcome, "ok");
  const { d1 } = await readRows(second.stateDir);
  assert.deepEqual(d1.cohorts.map(({ survey, n }) => [survey, n]), [[refused, 6]]);
  assert.deepEqual(d1.months.map(({ survey, month, n }) => [survey, month, n]), [1, 3, 4, 5].map((survey) => [survey, old.slice(0, 7), 4 + survey]));
  await until(() => second.logs.some((line) => line.includes("rolling up 1 surveys")), "a line in the log");
  for (const [i, { path }] of surveys.entries()) {
    const { json } = await second.api("GET", `${path}/kpis?from=${day(Date.parse(old) + DAY_MS)}&to=${day(Date.now())}`);
    assert.deepEqual([json.kpis[0].n, json.from, json.widened], [5 + i, old, "month"]);
  }
  await second.discard();
});

test("consents are told per notice and flag over a range of days, to whoever has a key, and are no KPI", async () => {
  const first = await startServer();
  const survey = await createSurvey(first, { questions: [NPS], retention: { days: 7, months: 3 } });
  const path = `${survey.path}/consents`;
  const [today, old] = [day(Date.now()), day(monthStart(Date.now(), -2))];
  const none = await first.api("GET", `${path}?from=${today}&to=${today}`);
  const { complete_through, ...rest } = none.json;
  assert.deepEqual([none.status, rest], [200, { survey: survey.id, from: today, to: today, n: 0, notices: [], relay: { n: 0, delivered: 0, dropped: 0 } }]);
  assert.ok(complete_through < today);
  for (const [query, faults] of [
    ["from=x", ["from form"]],
    ["by=channel", [" unknown_parameter"]],
    ["from=2026-11-22&to=2026-11-21", ["from range"]],
  ]) {
    assertProblem(await first.api("GET", `${path}?${query}`), 422, "invalid", faults);
  }
  assertProblem(await first.api("GET", "/v1/surveys/UkLWZg9X/consents"), 404, "not-found");

  await first.stop();
  const [hash, lost] = [survey.notice, "A".repeat(43)];
  await changeD1(first.stateDir, [
    cohort(1, [old, `(consent) ${hash}`, 6, { use_segments: 4 }]),
    cohort(1, [old, `(consent) ${lost}`, 7, {}]),
    cohort(1, [today, `(consent) ${hash}`, 5, { use_customer_id: 1, use_segments: 5, store_visit: 2 }]),
    cohort(1, [today, "recommend", 7, { 9: 7 }]),
    cohort(1, [old, "(relay)", 6, { delivered: 6 }]),
    cohort(1, [today, "(relay)", 5, { delivered: 3, dropped: 2 }]),
  ]);
  const second = await startServer(first);
  const read = (from) => second.api("GET", `${path}?from=${from}&to=${today}`).then(({ json }) => json);
  const counts = (n, use_customer_id, use_segments, store_visit) => ({ n, use_customer_id, use_segments, analyse_comment: 0, store_visit, share_comment: 0 });
  const since = survey.definition.created;
  assert.deepEqual((await read(today)).notices, [{ notice: hash, ...counts(5, 1, 5, 2), since }]);
  const asked = day(Date.parse(old) + 2 * DAY_MS);
  for (let ran = 0; ran < 2; ran++) {
    const { n, notices, relay, from, requested, widened } = await read(asked);
    assert.deepEqual(relay, { n: 11, delivered: 9, dropped: 2 });
    assert.deepEqual([n, from, requested, widened], [18, old, { from: asked, to: today }, "month"]);
    const expected = [{ notice: hash, ...counts(11, 1, 9, 2), since }, { notice: lost, ...counts(7, 0, 0, 0) }];
    assert.deepEqual(notices, expected.sort((a, b) => (a.notice < b.notice ? -1 : 1)));
    await second.scheduled(Date.now());
  }
  const { json } = await second.api("GET", `${survey.path}/kpis?from=${old}&to=${today}`);
  assert.deepEqual(json.kpis.map(({ question, n }) => [question, n]), [["recommend", 7]]);
  const gone = await second.api("GET", `${path}?from=2020-01-15&to=2020-02-15`);
  assert.deepEqual(gone.json.requested, { from: "2020-01-15", to: "2020-02-15" });
  assert.deepEqual([gone.json.n, gone.json.forgotten_before], [0, day(monthStart(Date.now(), -3))]);
  await second.discard();
});
