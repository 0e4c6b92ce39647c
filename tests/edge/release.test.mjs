// From responses to figures, through real ticks: promises 3, 4, 5 and 7.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startServer } from "./server.mjs";
import { countsOf, ofAnswers, readRows } from "./state.mjs";
import { QUICK, assertProblem, createSurvey, submissionId, times, until } from "./survey.mjs";

const DAY_MS = 86_400_000;
const NPS = { id: "recommend", kind: "nps" };
const day = (at) => new Date(at).toISOString().slice(0, 10);
const today = () => day(Date.now());

let server;
before(async () => {
  server = await startServer();
});
after(() => server.discard());

/** The KPIs by "question kpi", or "question kpi option-or-theme". */
const byName = (report) =>
  new Map(report.kpis.map((kpi) => [[kpi.question, kpi.kpi, kpi.option ?? kpi.theme].filter(Boolean).join(" "), kpi]));

/** Sends the answers, all of which must be accepted. */
async function send(survey, bodies) {
  const replies = await times(bodies.length, 8, (i) => survey.respond({ submission_id: submissionId(), ...bodies[i] }));
  for (const reply of replies) assert.equal(reply.status, 202, reply.text);
  return replies;
}

/** Waits until `n` answers to the survey's first question are released. */
const released = (survey, n, query = "") =>
  until(async () => {
    const report = await survey.kpis(query);
    assert.ok(report.kpis[0].n <= n, `${report.kpis[0].n} released`);
    return report.kpis[0].n === n && report;
  }, `the release of ${n}`);

const only = (values) => Object.fromEntries(Object.entries(values).filter(([, count]) => count > 0));

// Every test awaits ticks of its own survey: all at once.
describe("release", { concurrency: true }, () => {
  test("the KPIs of every kind of question are exact", async () => {
    const survey = await createSurvey(server, {
      questions: [
        NPS,
        { id: "five", kind: "nps", map: { detractors: [1, 2, 3], passives: [4], promoters: [5] } },
        { id: "label", kind: "nps", map: { detractors: ["bad"], promoters: ["good"] } },
        { id: "satisfied", kind: "csat" },
        { id: "ten", kind: "csat", points: 10 },
        { id: "easy", kind: "ces" },
        { id: "effort", kind: "ces", points: 5, direction: "effort_high" },
        { id: "stars", kind: "rating", points: 4 },
        { id: "one", kind: "choice", options: ["price", "speed", "staff"] },
        { id: "many", kind: "choice", options: ["price", "speed", "staff"], multiple: true },
        { id: "again", kind: "yes_no" },
        { id: "minutes", kind: "number", unit: "min", min: 0, max: 600, bins: [1, 5, 15, 60] },
        { id: "why", kind: "comment" },
        { id: "never", kind: "rating" },
        { id: "never-said", kind: "comment" },
      ],
      themes: { delivery: { en: ["delivery", "shipping"] }, price: { en: ["expensive"] } },
      release: QUICK,
    });
    // Without segments, so that all of a question is one cohort.
    const consent = { ...survey.consent, use_segments: false };
    const comments = ["The delivery was late", "Expensive shipping", "EXPENSIVE!", "fine", "Délivery, delivery", "inexpensive"];
    const numbers = [0, 0.5, 1, 4.999, 5, 600];
    const given = [0, 6, 7, 8, 9, 10].map((recommend, i) => ({
      recommend,
      five: [1, 3, 4, 5, 5, 5][i],
      label: ["bad", "good", "good", "good", "good", "good"][i],
      satisfied: [1, 2, 3, 4, 5, 5][i],
      ten: [1, 7, 8, 9, 10, 10][i],
      easy: [1, 4, 5, 6, 7, 7][i],
      effort: [1, 2, 3, 4, 5, 5][i],
      stars: [1, 1, 2, 3, 4, 4][i],
      one: ["price", "price", "price", "price", "speed", "speed"][i],
      many: [["price"], ["price", "speed"], ["price", "speed", "staff"], ["staff"], ["price"], ["speed", "price"]][i],
      again: i < 2,
      minutes: numbers[i],
      why: comments[i],
    }));
    await send(survey, given.map((answers) => ({ answers, consent })));
    const report = await released(survey, 6);

    const kpis = byName(report);
    const expected = {
      // Promoters 2, passives 2, detractors 2.
      "recommend nps": [0, "points", { 0: 1, 6: 1, 7: 1, 8: 1, 9: 1, 10: 1 }],
      "five nps": [16.67, "points", { 1: 1, 3: 1, 4: 1, 5: 3 }],
      "label nps": [66.67, "points", { bad: 1, good: 5 }],
      "satisfied csat": [50, "%", { 1: 1, 2: 1, 3: 1, 4: 1, 5: 2 }],
      "ten csat": [66.67, "%", { 1: 1, 7: 1, 8: 1, 9: 1, 10: 2 }],
      "easy ces": [5, "points", { 1: 1, 4: 1, 5: 1, 6: 1, 7: 2 }],
      "easy ces_easy": [66.67, "%", { 1: 1, 4: 1, 5: 1, 6: 1, 7: 2 }],
      "effort ces": [3.33, "points", { 1: 1, 2: 1, 3: 1, 4: 1, 5: 2 }],
      "effort ces_easy": [33.33, "%", { 1: 1, 2: 1, 3: 1, 4: 1, 5: 2 }],
      "stars rating": [2.5, "points", { 1: 2, 2: 1, 3: 1, 4: 2 }],
      "one share price": [66.67, "%", { price: 4, speed: 2 }],
      "one share speed": [33.33, "%", { price: 4, speed: 2 }],
      "one share staff": [0, "%", { price: 4, speed: 2 }],
      "many share price": [83.33, "%", { price: 5, speed: 3, staff: 2 }],
      "many share speed": [50, "%", { price: 5, speed: 3, staff: 2 }],
      "many share staff": [33.33, "%", { price: 5, speed: 3, staff: 2 }],
      "again yes": [33.33, "%", { yes: 2, no: 4 }],
      "why share delivery": [50, "%", { delivery: 3, price: 2 }],
      "why share price": [33.33, "%", { delivery: 3, price: 2 }],
    };
    for (const [name, [value, unit, counts]] of Object.entries(expected)) {
      const kpi = kpis.get(name);
      assert.ok(kpi, name);
      assert.deepEqual([kpi.value, kpi.unit, kpi.n, only(kpi.counts)], [value, unit, 6, counts], name);
      const { low, high, level } = kpi.interval;
      assert.ok(low <= value && value <= high && level === 0.95, `${name}: ${low} to ${high}`);
    }
    // Bins [0,1) [1,5) [5,15) [60,600]: (2·0.5 + 2·3 + 10 + 330) / 6.
    const minutes = kpis.get("minutes mean");
    assert.deepEqual([minutes.value, minutes.unit, minutes.n], [57.83, "min", 6]);
    assert.deepEqual(Object.values(minutes.counts), [2, 2, 1, 0, 1]);
    assert.deepEqual(minutes.definition, { unit: "min", edges: [0, 1, 5, 15, 60, 600], from: "bin_midpoints" });

    assert.deepEqual(kpis.get("recommend nps").classes, { promoters: 2, passives: 2, detractors: 2 });
    assert.deepEqual(kpis.get("recommend nps").definition, { scale: [0, 10], promoters: [9, 10], detractors: [0, 6] });
    assert.deepEqual(kpis.get("effort ces").definition, { scale: [1, 5], direction: "effort_high", easy: [1, 2] });
    assert.deepEqual(Object.keys(kpis.get("recommend nps").counts), Array.from({ length: 11 }, (_, i) => String(i)));

    // Nobody answered: null, never 0.
    for (const name of ["never rating", "never-said share delivery", "never-said share price"]) {
      const { value, n, interval } = kpis.get(name);
      assert.deepEqual([value, n, interval], [null, 0, null], name);
    }
    assert.equal(kpis.size, Object.keys(expected).length + 1 + 3);
    assert.equal(report.survey, survey.id);
    assert.deepEqual([report.from, report.to], [day(Date.now() - 29 * DAY_MS), today()]);
  });

  test("promise_4: fewer than min_cohort are shown nowhere, however long they wait; one more releases them all", async () => {
    const survey = await createSurvey(server, { questions: [NPS], dimensions: { channel: ["web", "app"] }, release: QUICK });
    const empty = await survey.kpis("?by=channel");
    await send(survey, [1, 2, 3, 4].map((recommend) => ({ answers: { recommend }, dimensions: { channel: "web" } })));
    const { next_tick } = await survey.ledger();
    // Segment, (other), (unattributed): three ticks on they have merged as far as they can.
    await until(() => Date.now() > Date.parse(next_tick) + 21_000, "three ticks", 40);
    const waiting = await survey.ledger();
    assert.deepEqual(waiting.questions, []);
    assert.equal(waiting.conserved, true);
    assert.ok(Date.parse(waiting.next_tick) > Date.parse(next_tick));
    assert.deepEqual(await survey.kpis("?by=channel"), empty);
    assert.deepEqual(empty.kpis[0].breakdown, { dimension: "channel", sampled: null, cohorts: [] });

    await send(survey, [{ answers: { recommend: 5 }, consent: { ...survey.consent, use_segments: false } }]);
    const report = await released(survey, 5, "?by=channel");
    assert.deepEqual(only(report.kpis[0].counts), { 1: 1, 2: 1, 3: 1, 4: 1, 5: 1 });
    assert.deepEqual(report.kpis[0].breakdown, { dimension: "channel", sampled: 0, cohorts: [] });
    const { questions, conserved } = await survey.ledger();
    assert.equal(conserved, true);
    assert.deepEqual(questions, [
      { question: "recommend", accepted: 5, pending: null, sealed: 0, released: 5, withdrawn: 0, expired: 0 },
    ]);
  });

  test("promise_4: nothing is released between two ticks, and a tick stands where it was promised", async () => {
    const survey = await createSurvey(server, { questions: [NPS], release: QUICK });
    const created = Date.parse(survey.definition.created);
    const [first] = await send(survey, Array.from({ length: 8 }, () => ({ answers: { recommend: 9 } })));
    const tick = Date.parse(first.json.withdrawable_until);
    assert.equal((tick - created) % 10_000, 0);
    assert.equal(Date.parse((await survey.ledger()).next_tick), tick);
    let seen;
    await until(async () => {
      const asked = Date.now();
      const { kpis } = await survey.kpis();
      if (kpis[0].n > 0) seen ??= Date.now();
      else assert.ok(asked < tick + 20_000, "the tick is late");
      return seen;
    }, "the tick");
    assert.ok(seen >= tick, `${seen - tick} ms after the tick`);
    assert.equal((await survey.kpis()).kpis[0].n, 8);
    // Told by the clock alone, so that it does not say whether anything is pending.
    assert.ok(Date.parse((await survey.ledger()).next_tick) > tick);
  });

  test("promise_4: a larger min_cohort holds", async () => {
    const survey = await createSurvey(server, { questions: [NPS], release: { ...QUICK, min_cohort: 7 } });
    const [reply] = await send(survey, Array.from({ length: 6 }, () => ({ answers: { recommend: 9 } })));
    await until(async () => Date.parse((await survey.ledger()).next_tick) > Date.parse(reply.json.withdrawable_until), "a tick");
    assert.equal((await survey.kpis()).kpis[0].n, 0);
    await send(survey, [{ answers: { recommend: 0 } }]);
    await released(survey, 7);
    const rows = await readRows(server.stateDir, [survey]);
    const { cohorts } = countsOf(rows, survey).recommend;
    assert.deepEqual(cohorts, [{ where: "released", dimension: "", segment: "(unattributed)", n: 7 }]);
  });

  test("promise_3: every response is in exactly one cohort, of which each that is released is large", async () => {
    const survey = await createSurvey(server, {
      questions: [NPS, { id: "why", kind: "comment" }],
      dimensions: { channel: ["web", "app"], touchpoint: ["checkout", "support"] },
      themes: { delivery: { en: ["late"] }, price: { en: ["expensive"] } },
      release: QUICK,
    });
    const count = 240;
    const body = (i) => ({
      answers: { recommend: i % 11, why: ["late", "expensive", "nothing"][i % 3] },
      dimensions: { channel: i % 2 ? "web" : "app", touchpoint: i % 4 < 2 ? "checkout" : "support" },
      consent: i % 6 === 5 ? { ...survey.consent, use_segments: false } : survey.consent,
    });
    await send(survey, Array.from({ length: count }, (_, i) => body(i)));
    const before = countsOf(await readRows(server.stateDir, [survey]), survey);
    for (const question of ["recommend", "why"]) {
      const { accepted, pending, released, sealed } = before[question];
      assert.deepEqual([accepted, pending + released + sealed], [count, count]);
    }
    await released(survey, count);

    const rows = await readRows(server.stateDir, [survey]);
    const after = countsOf(rows, survey);
    const number = rows.ledgers[survey.id].head[0].survey;
    const mine = rows.d1.cohorts.filter((row) => row.survey === number && ofAnswers(row));
    for (const row of mine) {
      assert.ok(row.n >= 5 && row.min_cohort >= 5, JSON.stringify(row));
      assert.equal(row.day.length, 10);
      const tallied = Object.values(JSON.parse(row.tallies)).reduce((sum, tally) => sum + tally, 0);
      if (row.question === "recommend") assert.equal(tallied, row.n);
      else assert.ok(tallied <= row.n);
    }
    assert.deepEqual(after.why.tallies, { delivery: 80, price: 80 });
    const expected = Object.fromEntries(Array.from({ length: 11 }, (_, k) => [k, Math.floor((count - 1 - k) / 11) + 1]));
    assert.deepEqual(after.recommend.tallies, expected);
    // 40 refused segments; of 200 each dimension is drawn by a third (within 6 standard deviations).
    const drawn = (dimension) => mine.filter((row) => row.question === "recommend" && row.dimension === dimension);
    const sum = (rows) => rows.reduce((sum, { n }) => sum + n, 0);
    // On a slow machine a tick comes between them, and what is small by then joins those who refused.
    const merged = sum(drawn("")) - 40;
    assert.ok(merged >= 0, `${merged}`);
    assert.equal(merged + sum(["channel", "touchpoint", "theme"].flatMap(drawn)), 200);
    for (const dimension of ["channel", "touchpoint", "theme"]) {
      assert.ok(Math.abs(sum(drawn(dimension)) - 200 / 3) < 41 + merged, `${dimension}: ${sum(drawn(dimension))}`);
    }

    const segments = { channel: ["app", "web"], touchpoint: ["checkout", "support"], theme: ["(none)", "delivery", "price"] };
    for (const [by, names] of Object.entries(segments)) {
      const { kpis } = await survey.kpis(`?by=${by}`);
      for (const kpi of kpis) {
        assert.equal(kpi.n, count);
        const { dimension, sampled, cohorts } = kpi.breakdown;
        assert.equal(dimension, by);
        assert.ok(cohorts.every(({ segment }) => [...names, "(other)"].includes(segment)));
        const rows = drawn(by).filter((row) => cohorts.some(({ segment }) => segment === row.segment));
        assert.equal(sum(cohorts), sum(rows));
        assert.equal(sampled, Math.round((sum(cohorts) / count) * 100) / 100);
        assert.ok(cohorts.every(({ n, value, interval }) => n >= 5 && value !== null && interval));
      }
    }
  });

  test("a breakdown by theme has the themes that were found", async () => {
    const survey = await createSurvey(server, {
      questions: [NPS, { id: "why", kind: "comment" }],
      themes: { delivery: { en: ["late"] }, price: { en: ["expensive"] } },
      release: QUICK,
    });
    await send(survey, Array.from({ length: 18 }, (_, i) => ({
      answers: { recommend: i % 3 ? 10 : 0, why: ["late", "expensive", "nothing"][i % 3] },
    })));
    const { kpis } = await released(survey, 18, "?by=theme");
    assert.deepEqual(kpis[0].breakdown.sampled, 1);
    assert.deepEqual(kpis[0].breakdown.cohorts.map(({ segment, n, value }) => [segment, n, value]), [
      ["(none)", 6, 100],
      ["delivery", 6, -100],
      ["price", 6, 100],
    ]);
  });

  test("promise_4: what has waited longer than patience is merged, and counts in the total alone", async () => {
    const survey = await createSurvey(server, {
      questions: [NPS],
      dimensions: { channel: ["web", "app", "store"] },
      release: QUICK,
    });
    const of = (channel, n) => Array.from({ length: n }, () => ({ answers: { recommend: 9 }, dimensions: { channel } }));
    await send(survey, [...of("web", 6), ...of("app", 3), ...of("store", 3)]);
    const { kpis } = await released(survey, 12, "?by=channel");
    const cohorts = kpis[0].breakdown.cohorts.map(({ segment, n }) => [segment, n]);
    assert.deepEqual(cohorts, [["(other)", 6], ["web", 6]]);
  });

  test("promise_5: what was released stays, and a day only grows until it is complete", async () => {
    const survey = await createSurvey(server, { questions: [NPS], release: QUICK });
    const yesterday = day(Date.now() - DAY_MS);
    const first = await survey.kpis();
    assert.ok([yesterday, today()].includes(day(Date.parse(first.complete_through) + DAY_MS)), first.complete_through);
    await send(survey, Array.from({ length: 5 }, () => ({ answers: { recommend: 9 } })));
    const report = await released(survey, 5);
    assert.ok(report.complete_through < today());
    await send(survey, Array.from({ length: 3 }, () => ({ answers: { recommend: 0 } })));
    assert.deepEqual((await survey.kpis()).kpis, report.kpis);
    await send(survey, Array.from({ length: 2 }, () => ({ answers: { recommend: 0 } })));
    const grown = await released(survey, 10);
    assert.deepEqual(only(grown.kpis[0].counts), { 0: 5, 9: 5 });
    // In the days before there is nothing.
    const past = await survey.kpis(`?from=${day(Date.now() - 9 * DAY_MS)}&to=${day(Date.now() - 2 * DAY_MS)}`);
    assert.deepEqual([past.kpis[0].n, past.kpis[0].value], [0, null]);
    const around = await survey.kpis(`?from=${yesterday}&to=${day(Date.now() + DAY_MS)}`);
    assert.equal(around.kpis[0].n, 10);
  });

  test("promise_6: a known submission gets its first reply again, even after the tick", async () => {
    const survey = await createSurvey(server, { questions: [NPS], release: QUICK });
    const body = { submission_id: submissionId(), answers: { recommend: 3 } };
    const first = await survey.respond(body);
    await send(survey, Array.from({ length: 4 }, () => ({ answers: { recommend: 3 } })));
    await released(survey, 5);
    const again = await survey.respond({ ...body, answers: { recommend: 10 } });
    assert.deepEqual([again.status, again.text], [202, first.text]);
    const { recommend } = countsOf(await readRows(server.stateDir, [survey]), survey);
    assert.deepEqual([recommend.accepted, recommend.released, recommend.tallies], [5, 5, { 3: 5 }]);
  });

  test("promise_7: the accounts add up while responses arrive through several ticks", async () => {
    const survey = await createSurvey(server, { questions: [NPS, { id: "stars", kind: "rating" }], release: QUICK });
    const sent = { recommend: 0, stars: 0 };
    const end = Date.now() + 22_000;
    let stop = false;
    await Promise.all([
      times(4, 4, async (k) => {
        while (!stop) {
          const both = Math.random() < 0.5;
          const reply = await survey.respond({ answers: { recommend: k, ...(both && { stars: 1 + k }) } });
          assert.equal(reply.status, 202, reply.text);
          sent.recommend += 1;
          sent.stars += both ? 1 : 0;
        }
      }),
      (async () => {
        let last = 0;
        while (Date.now() < end) {
          const ledger = await survey.ledger();
          assert.equal(ledger.conserved, true);
          for (const { accepted, sealed, released, withdrawn, expired, pending } of ledger.questions) {
            assert.equal(pending, null);
            assert.equal(accepted, sealed + released + withdrawn + expired);
          }
          const n = (await survey.kpis()).kpis[0].n;
          assert.ok(n === last || n >= last + 5, `${last} to ${n}`);
          last = n;
        }
        stop = true;
      })(),
    ]);
    const counts = countsOf(await readRows(server.stateDir, [survey]), survey);
    for (const question of ["recommend", "stars"]) {
      const { accepted, pending, sealed, released } = counts[question];
      assert.equal(accepted, sent[question]);
      assert.equal(pending + sealed + released, sent[question]);
    }
  });

  test("a closed survey still releases what is pending", async () => {
    const survey = await createSurvey(server, { questions: [NPS], release: QUICK });
    await send(survey, Array.from({ length: 5 }, () => ({ answers: { recommend: 9 } })));
    await server.api("PUT", survey.path, { ...survey.definition, status: "closed" });
    await released(survey, 5);
  });

  test("a range of days and a dimension are read strictly", async () => {
    const survey = await createSurvey(server, { questions: [NPS], dimensions: { channel: ["web"] } });
    for (const [query, faults] of [
      ["from=2026-02-30", ["from form"]],
      ["from=2026-2-1", ["from form"]],
      ["to=today", ["to form"]],
      ["from=2026-11-22T00:00:00Z", ["from form"]],
      ["from=2026-11-22&to=2026-11-21", ["from range"]],
      ["from=2000-01-01&to=2026-11-21", ["from range"]],
      ["from=2026-11-21&from=2026-11-22", ["from duplicate_parameter"]],
      ["by=touchpoint", ["by unknown_dimension"]],
      ["by=theme", ["by unknown_dimension"]],
      ["by=", ["by unknown_dimension"]],
      ["unknown=1", [" unknown_parameter"]],
      ["from=x&to=y&by=z", ["to form", "from form", "by unknown_dimension"]],
    ]) {
      assertProblem(await server.api("GET", `${survey.path}/kpis?${query}`), 422, "invalid", faults);
    }
    const { from, to } = await survey.kpis("?from=2026-11-01&to=2026-11-30");
    assert.deepEqual([from, to], ["2026-11-01", "2026-11-30"]);
    assert.equal((await survey.kpis("?to=2026-11-30")).from, "2026-11-01");
    assertProblem(await server.api("GET", `${survey.path}/ledger?x=1`), 422, "invalid", [" unknown_parameter"]);
  });
});
