// The demo survey of scripts/dev: made once per state directory, with made-up answers, the same every time.

import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ask, openSurvey, submissionId } from "./client.mjs";

const RESPONSES = 60;
const AT_ONCE = 8;

const SURVEY = {
  name: "Demo",
  questions: [
    { id: "recommend", kind: "nps", text: { en: "How likely are you to recommend us?" } },
    { id: "satisfied", kind: "csat", text: { en: "How satisfied are you with your order?" } },
    { id: "reasons", kind: "choice", text: { en: "What mattered most?" }, options: ["price", "quality", "speed", "service"], multiple: true },
    { id: "why", kind: "comment", text: { en: "Why?" } },
  ],
  dimensions: { channel: ["web", "email", "store"], touchpoint: ["checkout", "support"] },
  themes: { delivery: { en: ["delivery", "shipping"] }, price: { en: ["price", "expensive"] } },
  controller: { name: "Demo, with made-up answers", contact: "demo@example.com" },
  release: { every: "10s", min_cohort: 5, patience: "30s" },
};
const COMMENTS = ["The delivery was late.", "Fast shipping, thank you.", "A bit expensive.", "A good price.", "All fine."];

/** Marsaglia's 32-bit xorshift: numbers in [0, 1), the same for the same seed. */
function numbers(seed) {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

function* responses(survey) {
  const next = numbers(20_261_122);
  const below = (n) => Math.floor(next() * n);
  const one = (list) => list[below(list.length)];
  for (let n = 0; n < RESPONSES; n++) {
    const mood = Math.sqrt(next());
    yield {
      submission_id: submissionId(`demo ${survey}`, n),
      answers: {
        recommend: Math.round(10 * mood),
        satisfied: 1 + Math.min(4, Math.floor(5 * mood + next() / 2)),
        reasons: [one(SURVEY.questions[2].options)],
        ...(next() < 0.5 && { why: one(COMMENTS) }),
      },
      dimensions: { channel: one(SURVEY.dimensions.channel), touchpoint: one(SURVEY.dimensions.touchpoint) },
      consent: { process_answers: true, use_customer_id: false, use_segments: true, analyse_comment: true },
    };
  }
}

/**
 * The demo survey as it now is, made and answered if it was not yet; nothing if somebody deleted it. Pages of `origin`
 * may embed it.
 */
export async function openDemo(api, stateDir, origin) {
  const file = path.join(stateDir, "demo.json");
  let kept = {};
  try {
    kept = JSON.parse(readFileSync(file, "utf8"));
  } catch (fault) {
    if (fault.code !== "ENOENT") throw fault;
  }
  const keep = (changes) => writeFileSync(file, JSON.stringify(Object.assign(kept, changes)));
  if (!kept.survey) keep({ survey: (await ask(api, "POST", "/v1/surveys", { ...SURVEY, origins: [origin] })).id });
  const survey = await openSurvey(api, kept.survey).catch((fault) => {
    if (fault.reply?.status !== 404 && fault.reply?.status !== 410) throw fault;
  });
  if (survey && !kept.answered) {
    // Interrupted, it starts over: a submission id that is known counts nothing.
    const waiting = responses(kept.survey);
    const sender = async () => {
      for (const response of waiting) await survey.send(response);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, sender));
    keep({ answered: true });
  }
  if (!survey || survey.definition.origins.includes(origin)) return survey?.definition;
  return ask(api, "PUT", `/v1/surveys/${kept.survey}`, { ...survey.definition, origins: [origin] });
}
