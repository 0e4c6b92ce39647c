// What is there before the fuzzer starts, so that it meets surveys, keys and counts instead of 404.

import { ALL, createSurvey, submissionId, times, until, QUICK } from "../edge/survey.mjs";

const ORIGIN = "https://shop.example";
const CONSENTS = { ...ALL };
/** How many there are to be deleted, of surveys, keys, webhooks and alerts. */
const SPARE = 30;
/** How many responses a survey of every kind has. */
const RESPONSES = 60;

/** A question of every kind, shown to everybody. */
const QUESTIONS = [
  { id: "recommend", kind: "nps", text: { en: "How likely are you to recommend us?" } },
  { id: "mood", kind: "nps", map: { detractors: ["bad"], passives: ["so-so"], promoters: ["good"] } },
  { id: "satisfied", kind: "csat" },
  { id: "effort", kind: "ces", direction: "effort_high" },
  { id: "stars", kind: "rating", points: 10 },
  { id: "reason", kind: "choice", options: ["price", { id: "speed", label: { en: "Speed" } }] },
  { id: "reasons", kind: "choice", options: ["price", "speed"], multiple: true },
  { id: "again", kind: "yes_no" },
  { id: "minutes", kind: "number", unit: "min", min: 0, max: 600, bins: [1, 5, 15, 60] },
  { id: "why", kind: "comment" },
];
/** Sets of answers that such a survey takes. */
const ANSWERS = [
  { recommend: 9, mood: "good", satisfied: 4, effort: 2, stars: 10, reason: "price", reasons: ["price", "speed"], again: true, minutes: 7.5, why: "The delivery was late." },
  { recommend: 3, mood: "bad" },
  { satisfied: 1, effort: 7, why: "Slow." },
  { reason: "speed", reasons: ["speed"], again: false },
  { minutes: 600, stars: 1 },
];
const EVERY_KIND = {
  name: "Every kind",
  questions: QUESTIONS,
  dimensions: { channel: ["web", "email"], touchpoint: ["checkout", "support"] },
  themes: { delivery: { en: ["delivery", "slow"] } },
  origins: [ORIGIN],
  controller: { name: "Shop BV", contact: "privacy@shop.example" },
  benchmarks: [{ question: "recommend", kpi: "nps", value: 30, source: "Last year's study", year: 2025 }],
};

/** Makes them all through the API. What is told of them is what `hooks.py` reads. */
export async function makeObjects(server) {
  const make = (definition) => createSurvey(server, definition);
  // `released` has figures, `pending` has responses that can be taken back, `changing` is for PUT.
  const [released, pending, changing, closed] = await Promise.all([
    make({ ...EVERY_KIND, release: QUICK }),
    make(EVERY_KIND),
    make(EVERY_KIND),
    make({ ...EVERY_KIND, status: "closed" }),
  ]);
  const giving = await make({ template: "nps", reward: { text: { en: "A cup of coffee." } } });
  const spare = await times(SPARE, 4, () => make({ template: "nps" }));
  const respond = async (survey, n) => {
    const body = {
      submission_id: submissionId(),
      answers: ANSWERS[n % ANSWERS.length],
      dimensions: { channel: n % 2 ? "web" : "email", touchpoint: "support" },
      consent: { ...CONSENTS, notice: survey.notice },
    };
    return (await expect(server, 202, "POST", `${survey.path}/responses`, body)).submission_id;
  };
  const submissions = {};
  for (const survey of [released, pending]) submissions[survey.id] = await times(RESPONSES, 8, (n) => respond(survey, n));
  const rewards = await times(SPARE, 8, async () => {
    const body = { answers: { recommend: 9 }, consent: { ...CONSENTS, notice: giving.notice } };
    return (await expect(server, 202, "POST", `${giving.path}/responses`, body)).reward.code;
  });
  const { items } = await expect(server, 200, "POST", `${pending.path}/invitations`, { customer_ids: ["C-1", "C-2", "C-3"] });

  const today = new Date().toISOString().slice(0, 10);
  const facts = { customers_start: 100, customers_lost: 2, customers_new: 5, revenue: 1200.5, gross_profit: 400, transactions: 30, acquisition_cost: 90 };
  await expect(server, 200, "PUT", `/v1/facts/${today}`, { items: [{ facts }, { channel: "web", facts: { visits: 50, conversions: 5 } }] });

  const key = (name, scopes, surveys) => expect(server, 201, "POST", "/v1/keys", { name, scopes, ...(surveys && { surveys }) });
  const reader = await key("Reads one survey", ["read"], [released.id]);
  const sender = await key("Sends to one survey", ["ingest"], [pending.id]);
  const webhook = (name) => expect(server, 201, "POST", "/v1/webhooks", { name, url: "http://127.0.0.1:9/" });
  const webhooks = [await webhook("Kept"), await webhook("Kept, too")];
  const spareWebhooks = await times(SPARE, 4, (n) => webhook(`Spare ${n}`));
  const when = { kind: "below", survey: released.id, question: "recommend", kpi: "nps", limit: 30, days: 7 };
  const alert = (name) => expect(server, 201, "POST", "/v1/alerts", { name, webhook: webhooks[0].id, when });
  const [keptAlert, changingAlert, ...spareAlerts] = await times(SPARE, 4, (n) => alert(`Alert ${n}`));
  const spareKeys = await times(SPARE, 4, (n) => key(`Spare ${n}`, ["read"]));

  await until(async () => (await released.kpis()).kpis.some(({ n }) => n > 0), "released responses", 60);

  const kept = [released, pending, closed];
  return {
    // By the start of a path: what its parameters may be. `PUT` and `DELETE` have their own.
    paths: {
      "/v1/surveys/{id}": {
        any: kept.map(({ id }) => ({ id })),
        PUT: [{ id: changing.id }],
        DELETE: spare.map(({ id }) => ({ id })),
      },
      "/v1/surveys/{id}/responses": { any: [...kept, released, pending].map(({ id }) => ({ id })) },
      "/v1/surveys/{id}/withdrawals": { any: [pending, pending, released].map(({ id }) => ({ id })) },
      "/v1/surveys/{id}/rewards": { any: [{ id: giving.id }] },
      "/s/{id}": { any: kept.map(({ id }) => ({ id })) },
      "/s/{id}/withdrawal": { any: [pending, pending, released].map(({ id }) => ({ id })) },
      "/v1/surveys/{id}/notices/{hash}": { any: kept.map(({ id, notice }) => ({ id, hash: notice })) },
      "/v1/keys/{id}": { any: [{ id: reader.id }, { id: sender.id }], DELETE: spareKeys.map(({ id }) => ({ id })) },
      "/v1/webhooks/{id}": { any: webhooks.map(({ id }) => ({ id })), DELETE: spareWebhooks.map(({ id }) => ({ id })) },
      "/v1/alerts/{id}": { any: [{ id: keptAlert.id }], PUT: [{ id: changingAlert.id }], DELETE: spareAlerts.map(({ id }) => ({ id })) },
      "/v1/facts/{day}": { any: [{ day: today }, { day: "2024-02-29" }] },
    },
    webhooks: webhooks.map(({ id }) => id),
    survey: released.id,
    notices: Object.fromEntries(kept.map(({ id, notice }) => [id, notice])),
    answers: ANSWERS,
    submissions,
    rewards,
    invitations: items.map(({ invitation }) => invitation),
    // What calls that take JSON as text are given.
    texts: { respond: [{ answers: {}, consent: { ...CONSENTS, notice: "" } }], withdraw: [{ submission_id: submissionId() }] },
    lesserKeys: [reader.key, sender.key],
    origin: ORIGIN,
    dimensions: ["channel", "touchpoint", "theme"],
    ranges: [{}, { from: today }, { to: today }, { from: "2026-01-01", to: today }, { from: "2026-02-01", to: "2026-02-28" }],
  };
}

async function expect(server, status, method, path, body) {
  const reply = await server.api(method, path, body);
  if (reply.status !== status) throw new Error(`${method} ${path}: ${reply.status} ${reply.text}`);
  return reply.json;
}
