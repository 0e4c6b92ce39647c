// A survey that measures visits over several pages: who is asked for that, what is told of it, and how it is counted.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startServer } from "./server.mjs";
import { readRows } from "./state.mjs";
import { assertProblem, createSurvey, submissionId, times, until } from "./survey.mjs";

let server;
before(async () => {
  server = await startServer();
});
after(() => server.discard());

const ANSWERS = { duration: 95, pages: 4, converted: true, bounced: false };
const VISITS = { template: "visits", store_visit: true };

/** What anyone may read. */
const shown = async (survey, at = "") => (await server.api("GET", `${survey.path}${at}`, undefined, { key: null })).json;

/** How many of the consents that are pending have the flag `store_visit`, and how many there are. */
async function pending(survey) {
  const { buckets } = (await readRows(server.stateDir, [survey])).ledgers[survey.id];
  const consents = buckets.filter(({ question }) => question.startsWith("("));
  return consents.reduce(([flags, all], { tallies, n }) => [flags + (JSON.parse(tallies).store_visit ?? 0), all + n], [0, 0]);
}

test("the consent is asked for, and its purpose and life are told, only where the survey uses it", async () => {
  for (const [definition, uses] of [[VISITS, true], [{ template: "visits" }, false]]) {
    const survey = await createSurvey(server, definition);
    assert.equal(survey.definition.store_visit, uses);
    const { consent, notice } = await shown(survey);
    assert.deepEqual(consent, ["use_customer_id", ...(uses ? ["store_visit"] : [])]);
    assert.equal(notice.text.en.includes("session storage"), uses);
    const { purposes } = await shown(survey, "/privacy");
    assert.equal(purposes.some((one) => one.consent === "store_visit" && one.required === false), uses);
    // The hosted page measures nothing, and so asks for nothing.
    const page = await server.api("GET", `/s/${survey.id}`, undefined, { key: null });
    assert.deepEqual([page.status, page.text.includes("store_visit")], [200, false]);
  }
});

test("it is for surveys that measure visits alone, and may be switched on and off", async () => {
  const refused = await server.api("POST", "/v1/surveys", { name: "N", template: "store", store_visit: true });
  assertProblem(refused, 422, "invalid", ["#/store_visit no_visit"]);
  const survey = await createSurvey(server, { template: "visits" });
  assert.equal((await survey.respond({ answers: ANSWERS })).status, 202);
  for (const store_visit of [true, false]) {
    // With the notice that was read: one that followed from the survey still does.
    const { json } = await server.api("GET", survey.path);
    const reply = await server.api("PUT", survey.path, { ...json, store_visit });
    assert.deepEqual([reply.status, reply.json.store_visit], [200, store_visit], reply.text);
    assert.equal(reply.json.notice.text.nl.includes("sessieopslag"), store_visit);
  }
});

test("promise_1: it is counted where it was given, is never assumed, and is off under Global Privacy Control", async () => {
  const survey = await createSurvey(server, VISITS);
  const consent = { notice: survey.notice, process_answers: true };
  const send = (flag, options) => survey.respond({ answers: ANSWERS, consent: { ...consent, ...flag } }, options);
  const expected = [0, 0];
  for (const [flag, options, counts] of [
    [{}, {}, 0],
    [{ store_visit: false }, {}, 0],
    [{ store_visit: true }, {}, 1],
    [{ store_visit: true }, { headers: { "sec-gpc": "1" } }, 0],
  ]) {
    assert.equal((await send(flag, options)).status, 202);
    expected[0] += counts;
    expected[1] += 1;
    assert.deepEqual(await pending(survey), expected);
  }
  for (const wrong of ["true", 1, null]) {
    assertProblem(await send({ store_visit: wrong }), 422, "invalid", ["#/consent/store_visit type"]);
  }
  assert.deepEqual(await pending(survey), expected);
});

test("what visits were like is told: how long, how many pages, how many bounced and converted, and by campaign", async () => {
  // All of them come before the first tick.
  const release = { every: "20s", patience: "20s" };
  const survey = await createSurvey(server, { template: "visits", dimensions: { campaign: ["mail"] }, release });
  const visits = [
    ...Array(6).fill({ duration: 20, pages: 1, converted: false, bounced: true }),
    ...Array(3).fill({ duration: 95, pages: 4, converted: true, bounced: false }),
    ...Array(3).fill({ duration: 95, pages: 4, converted: false, bounced: false }),
  ];
  await times(visits.length, 8, async (i) => {
    const reply = await survey.respond({ submission_id: submissionId(), answers: visits[i], dimensions: { campaign: "mail" } });
    assert.equal(reply.status, 202, reply.text);
  });
  const { kpis } = await until(async () => {
    const report = await survey.kpis("?by=campaign");
    return report.kpis.every(({ n }) => n === visits.length) && report;
  }, "all of them are released", 60);
  const figures = (of) => Object.fromEntries(kpis.map((kpi) => [kpi.definition.measures, [of(kpi).value, of(kpi).unit ?? kpi.unit]]));
  // Numbers count as the middles of their bins: 20 s of 20 to 30, 95 s of 90 to 120; 1 and 4 pages.
  const expected = {
    average_duration: [65, "s"],
    pages_per_visit: [2.5, "pages"],
    conversion_rate: [25, "%"],
    bounce_rate: [50, "%"],
  };
  assert.deepEqual(figures((kpi) => kpi), expected);
  assert.deepEqual(figures(({ breakdown }) => breakdown.cohorts.find(({ segment }) => segment === "mail")), expected);
});
