// Malformed and hostile bodies: each refused for what it is, nothing counted, nothing repeated.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startServer } from "./server.mjs";
import { changes, countsOf, readRows, settledPages } from "./state.mjs";
import { assertProblem, createSurvey, submissionId } from "./survey.mjs";

// Stands in every body, and must never be seen again.
const CANARY = "Canary-zq7x";

let server, survey, stored;
before(async () => {
  server = await startServer();
  survey = await createSurvey(server, {
    questions: [
      { id: "recommend", kind: "nps" },
      { id: "mapped", kind: "nps", map: { detractors: ["bad"], passives: ["fair"], promoters: ["good"] } },
      { id: "satisfied", kind: "csat" },
      { id: "effort", kind: "ces" },
      { id: "stars", kind: "rating", points: 4 },
      { id: "reasons", kind: "choice", options: ["price", "speed", "staff"], multiple: true },
      { id: "one", kind: "choice", options: ["price", "speed"] },
      { id: "again", kind: "yes_no" },
      { id: "minutes", kind: "number", unit: "min", min: 0, max: 600, bins: [1, 5] },
      { id: "why", kind: "comment" },
    ],
    dimensions: { channel: ["web", "store"], touchpoint: ["checkout"] },
    themes: { delivery: { en: ["late"] } },
  });
  assert.equal((await survey.respond({ answers: { recommend: 9 } })).status, 202);
  stored = await createSurvey(server, { questions: [{ id: "recommend", kind: "nps" }] });
});
after(() => server.discard());

const consent = () => survey.consent;
const json = (value) => () => JSON.stringify(value(), undefined, 1);
/** A response with these answers, beside the canary in a comment. */
const answers = (given) => json(() => ({ answers: { why: CANARY, ...given }, consent: consent() }));
/** The same with other members. */
const members = (given) => json(() => ({ answers: { why: CANARY }, consent: consent(), ...given }));
/** The text of a response with a piece of raw JSON as the answer to `recommend`. */
const raw = (piece) => () =>
  `{"answers": {"why": "${CANARY}", "recommend": ${piece}}, "consent": ${JSON.stringify(consent())}}`;
const bytes = (...parts) => () => Buffer.concat(parts.map((part) => Buffer.from(part)));
const valid = answers({ recommend: 9 });

const malformed = [400, "malformed"];
const invalid = (...faults) => [422, "invalid", faults];
const recommend = (code) => invalid(`#/answers/recommend ${code}`);
const deep = (depth) => "[".repeat(depth) + "]".repeat(depth);

/** Each: what it is, the body, and the status, type and faults expected. */
const RESPONSES = [
  // Not JSON (RFC 8259).
  ["an empty body", () => "", malformed],
  ["white space", () => " \n\t ", malformed],
  ["a word", () => CANARY, malformed],
  ["a form", () => `answers[recommend]=9&why=${CANARY}`, malformed],
  ["XML", () => `<answers><why>${CANARY}</why></answers>`, malformed],
  ["half an object", () => valid().slice(0, -1), malformed],
  ["half a string", () => `{"answers": "${CANARY}`, malformed],
  ["an object and more", () => `${valid()} ${valid()}`, malformed],
  ["an object and a brace", () => `${valid()}}`, malformed],
  ["a byte order mark", () => `\uFEFF${valid()}`, malformed],
  ["UTF-16", () => Buffer.from(valid(), "utf16le"), malformed],
  ["a trailing comma in an object", () => `{"answers": {"why": "${CANARY}",}}`, malformed],
  ["a trailing comma in a list", () => `{"answers": ["${CANARY}",]}`, malformed],
  ["a leading comma", () => `{,"answers": "${CANARY}"}`, malformed],
  ["a comment of a line", () => `{"answers": {} // ${CANARY}\n}`, malformed],
  ["a comment in between", () => `{"answers": /* ${CANARY} */ {}}`, malformed],
  ["single quotes", () => `{'answers': '${CANARY}'}`, malformed],
  ["a name without quotes", () => `{answers: "${CANARY}"}`, malformed],
  ["NaN", raw("NaN"), malformed],
  ["Infinity", raw("Infinity"), malformed],
  ["-Infinity", raw("-Infinity"), malformed],
  ["undefined", raw("undefined"), malformed],
  ["True", raw("True"), malformed],
  ["a leading zero", raw("09"), malformed],
  ["a plus sign", raw("+9"), malformed],
  ["a bare point before", raw(".9"), malformed],
  ["a bare point behind", raw("9."), malformed],
  ["a hexadecimal number", raw("0x9"), malformed],
  ["an exponent without digits", raw("9e"), malformed],
  ["a number with a separator", raw("1_0"), malformed],
  ["two signs", raw("--9"), malformed],
  ["a lone minus", raw("-"), malformed],
  ["an unknown escape", raw(`"\\x41"`), malformed],
  ["half an escape", raw(`"\\u12"`), malformed],
  ["a raw line break in a string", raw(`"a\nb"`), malformed],
  ["a raw NUL in a string", raw(`"a\0b"`), malformed],
  ["a NUL behind", () => `${valid()}\0`, malformed],
  // JSON, but not what we read (I-JSON, RFC 7493; depth).
  ["a byte that is no UTF-8", bytes(`{"why": "${CANARY}`, [0xff], `"}`), malformed],
  ["half of a UTF-8 character", bytes(`{"why": "${CANARY}`, [0xe2, 0x82], `"}`), malformed],
  ["an overlong slash", bytes(`{"why": "${CANARY}`, [0xc0, 0xaf], `"}`), malformed],
  ["a surrogate in UTF-8", bytes(`{"why": "${CANARY}`, [0xed, 0xa0, 0x80], `"}`), malformed],
  ["a high surrogate alone", raw(`"\\ud800"`), malformed],
  ["a low surrogate alone", raw(`"\\udc00"`), malformed],
  ["surrogates the wrong way round", raw(`"\\udc00\\ud800"`), malformed],
  ["a high surrogate before a letter", raw(`"\\ud83dx"`), malformed],
  ["half a surrogate pair in a name", () => `{"\\ud800": "${CANARY}"}`, malformed],
  ["half a surrogate pair where nothing is read", () => `{"${CANARY}": [[{"x": "\\udfff"}]]}`, malformed],
  ["17 levels", () => `{"${CANARY}": ${deep(17)}}`, malformed],
  ["1,000 levels", raw(deep(1000)), malformed],
  ["8,000 levels", () => deep(8000), malformed],
  ["7,000 levels of an object that never ends", () => `{"a":`.repeat(3000), malformed],
  ["17 KB", () => valid().padEnd(17 * 1024), [413, "body-too-large"]],
  ["17 KB of digits", () => raw("9".repeat(17 * 1024))(), [413, "body-too-large"]],
  // Not a response.
  ["null", () => "null", invalid("# type")],
  ["true", () => "true", invalid("# type")],
  ["a number", () => "9", invalid("# type")],
  ["a string", () => `"${CANARY}"`, invalid("# type")],
  ["a list", () => `["${CANARY}"]`, invalid("# type")],
  ["an empty list", () => "[]", invalid("# type")],
  ["an empty object", () => "{}", invalid("#/consent missing", "#/answers missing")],
  ["an unknown member", members({ [CANARY]: 1 }), invalid("# unknown_member 2")],
  ["an invitation that is none", members({ invitation: CANARY }), invalid("#/invitation invitation_invalid")],
  ["answers twice", () => valid().replace(`"answers"`, `"answers": {"why": "${CANARY}"}, "answers"`), invalid("# duplicate_member 1")],
  ["answers twice, once escaped", () => valid().replace(`"answers"`, `"answers": {"why": "${CANARY}"}, "\\u0061nswers"`), invalid("# duplicate_member 1")],
  ["members in capitals", json(() => ({ Answers: { why: CANARY }, consent: consent() })), invalid("#/answers missing", "# unknown_member 0")],
  ["an empty name", members({ "": CANARY }), invalid("# unknown_member 2")],
  ["a name of 300 characters", members({ [CANARY.padEnd(300, "x")]: 1 }), invalid("# unknown_member 2")],
  // Names that mean something to JavaScript.
  ["__proto__ beside the answers", () => valid().replace(`"answers"`, `"__proto__": {"why": "${CANARY}"}, "answers"`), invalid("# unknown_member 0")],
  ["__proto__ as an answer", () => raw(`9, "__proto__": {"x": "${CANARY}"}`)(), invalid("#/answers unknown_member 2")],
  ["constructor as an answer", answers({ constructor: CANARY }), invalid("#/answers unknown_member 1")],
  ["toString and hasOwnProperty as answers", answers({ toString: 1, hasOwnProperty: 2 }), invalid("#/answers unknown_member 1", "#/answers unknown_member 2")],
  ["__proto__ as a dimension", () => members({ dimensions: 1 })().replace(`"dimensions": 1`, `"dimensions": {"__proto__": "${CANARY}"}`), invalid("#/dimensions unknown_member 0")],
  ["__proto__ as an option", answers({ reasons: ["__proto__"] }), invalid("#/answers/reasons/0 unknown_option")],
  ["constructor as an option", answers({ one: "constructor" }), invalid("#/answers/one unknown_option")],
  // The answers.
  ["answers that are null", members({ answers: null }), invalid("#/answers type")],
  ["answers that are a list", members({ answers: [CANARY] }), invalid("#/answers type")],
  ["answers that are a string", members({ answers: CANARY }), invalid("#/answers type")],
  ["no answers", json(() => ({ consent: consent() })), invalid("#/answers missing")],
  ["empty answers", members({ answers: {} }), invalid("#/answers no_answer")],
  ["an unknown question", answers({ [CANARY]: 9 }), invalid("#/answers unknown_member 1")],
  ["an answer given twice", raw(`9, "recommend": 0`), invalid("#/answers duplicate_member 2")],
  ["an answer given thrice", raw(`9, "recommend": 9, "recommend": 9`), invalid("#/answers duplicate_member 2", "#/answers duplicate_member 3")],
  ["null for an integer", answers({ recommend: null }), recommend("type")],
  ["true for an integer", answers({ recommend: true }), recommend("type")],
  ["\"9\" for an integer", answers({ recommend: "9" }), recommend("type")],
  ["a list for an integer", answers({ recommend: [9] }), recommend("type")],
  ["an object for an integer", answers({ recommend: { value: 9 } }), recommend("type")],
  ["9.5", raw("9.5"), recommend("not_an_integer")],
  ["9.000000000000000000001", raw("9.000000000000000000001"), recommend("not_an_integer")],
  ["9e-1", raw("9e-1"), recommend("not_an_integer")],
  ["1e-400", raw("1e-400"), recommend("not_an_integer")],
  ["-1", raw("-1"), recommend("range")],
  ["11", raw("11"), recommend("range")],
  ["1e1000000000000", raw("1e1000000000000"), recommend("range")],
  ["1e400", raw("1e400"), recommend("range")],
  ["-1e400", raw("-1e400"), recommend("range")],
  ["2^32 + 9", raw("4294967305"), recommend("range")],
  ["2^53 + 1", raw("9007199254740993"), recommend("range")],
  ["2^64 + 9", raw("18446744073709551625"), recommend("range")],
  ["an integer of 10,000 digits", raw("9".repeat(10_000)), recommend("range")],
  ["a label that is not in the table", answers({ mapped: CANARY }), invalid("#/answers/mapped unknown_answer")],
  ["an integer for a label", answers({ mapped: 9 }), invalid("#/answers/mapped unknown_answer")],
  ["null for a label", answers({ mapped: null }), invalid("#/answers/mapped type")],
  ["a csat of 0", answers({ satisfied: 0 }), invalid("#/answers/satisfied range")],
  ["a csat of 6", answers({ satisfied: 6 }), invalid("#/answers/satisfied range")],
  ["a ces of 8", answers({ effort: 8 }), invalid("#/answers/effort range")],
  ["a rating of 5 of 4", answers({ stars: 5 }), invalid("#/answers/stars range")],
  ["an option that is not listed", answers({ reasons: [CANARY] }), invalid("#/answers/reasons/0 unknown_option")],
  ["an option in capitals", answers({ one: "Price" }), invalid("#/answers/one unknown_option")],
  ["an option given twice", answers({ reasons: ["price", "price"] }), invalid("#/answers/reasons/1 duplicate_option")],
  ["no options", answers({ reasons: [] }), invalid("#/answers/reasons length")],
  ["more options than there are", answers({ reasons: ["price", "speed", "staff", "price"] }), invalid("#/answers/reasons length")],
  ["1,000 options", answers({ reasons: Array(1000).fill("price") }), invalid("#/answers/reasons length")],
  ["an option where a list is asked", answers({ reasons: "price" }), invalid("#/answers/reasons type")],
  ["a list where an option is asked", answers({ one: ["price"] }), invalid("#/answers/one type")],
  ["options of other types", answers({ reasons: [1, null, ["price"]] }), invalid("#/answers/reasons/0 type", "#/answers/reasons/1 type", "#/answers/reasons/2 type")],
  ["an index for an option", answers({ one: 0 }), invalid("#/answers/one type")],
  ["\"yes\" for a boolean", answers({ again: "yes" }), invalid("#/answers/again type")],
  ["1 for a boolean", answers({ again: 1 }), invalid("#/answers/again type")],
  ["null for a boolean", answers({ again: null }), invalid("#/answers/again type")],
  ["a number below its least", answers({ minutes: -0.001 }), invalid("#/answers/minutes range")],
  ["a number above its most", answers({ minutes: 600.001 }), invalid("#/answers/minutes range")],
  ["a number above its most in the 20th digit", () => raw(`9, "minutes": 600.000000000000000001`)(), invalid("#/answers/minutes range")],
  ["a number far above its most", () => raw(`9, "minutes": 1e308`)(), invalid("#/answers/minutes range")],
  ["a string for a number", answers({ minutes: "5" }), invalid("#/answers/minutes type")],
  ["an empty comment", answers({ why: "" }), invalid("#/answers/why length")],
  ["a comment of 2,001 characters", answers({ why: CANARY.padEnd(2001, "x") }), invalid("#/answers/why length")],
  ["a comment of 2,001 emoji", answers({ why: "\u{1F600}".repeat(2001) }), invalid("#/answers/why length")],
  ["a comment with a NUL", answers({ why: `${CANARY}\0` }), invalid("#/answers/why control_character")],
  ["a comment with an escape", answers({ why: `${CANARY}\u001b[2J` }), invalid("#/answers/why control_character")],
  ["a comment with a C1 control", answers({ why: `${CANARY}\u0085` }), invalid("#/answers/why control_character")],
  ["a comment that is a number", answers({ why: 5 }), invalid("#/answers/why type")],
  ["a comment that is null", answers({ why: null }), invalid("#/answers/why type")],
  // Who and where.
  ["a submission id that is too short", members({ submission_id: "A".repeat(21) }), invalid("#/submission_id submission_id")],
  ["a submission id that is too long", members({ submission_id: "A".repeat(23) }), invalid("#/submission_id submission_id")],
  ["a submission id with padding", members({ submission_id: "pZ1yq0n3S0a3x0m1m3cG7w==" }), invalid("#/submission_id submission_id")],
  ["a submission id in plain base64", members({ submission_id: "pZ1yq0n3S0a3x0m1m3cG+/" }), invalid("#/submission_id submission_id")],
  ["a submission id with bits too many", members({ submission_id: "pZ1yq0n3S0a3x0m1m3cG7x" }), invalid("#/submission_id submission_id")],
  ["a submission id that is a UUID", members({ submission_id: "123e4567-e89b-12d3-a456-426614174000" }), invalid("#/submission_id submission_id")],
  ["a submission id of 65 characters", members({ submission_id: CANARY.padEnd(65, "x") }), invalid("#/submission_id length")],
  ["an empty submission id", members({ submission_id: "" }), invalid("#/submission_id length")],
  ["a submission id that is null", members({ submission_id: null }), invalid("#/submission_id type")],
  ["a customer id of 257 characters", members({ customer_id: CANARY.padEnd(257, "x") }), invalid("#/customer_id length")],
  ["a customer id of 300 characters", members({ customer_id: CANARY.padEnd(300, "x") }), invalid("#/customer_id length")],
  ["an empty customer id", members({ customer_id: "" }), invalid("#/customer_id length")],
  ["a customer id that is a number", members({ customer_id: 1042 }), invalid("#/customer_id type")],
  ["a customer id that is null", members({ customer_id: null }), invalid("#/customer_id type")],
  ["a customer id with a NUL", members({ customer_id: `${CANARY}\0` }), invalid("#/customer_id control_character")],
  ["dimensions that are null", members({ dimensions: null }), invalid("#/dimensions type")],
  ["dimensions that are a list", members({ dimensions: ["web"] }), invalid("#/dimensions type")],
  ["an unknown dimension", members({ dimensions: { [CANARY]: "web" } }), invalid("#/dimensions unknown_member 0")],
  ["the dimension theme", members({ dimensions: { theme: "delivery" } }), invalid("#/dimensions unknown_member 0")],
  ["a segment that is not listed", members({ dimensions: { channel: CANARY } }), invalid("#/dimensions/channel unknown_segment")],
  ["a segment of another dimension", members({ dimensions: { channel: "checkout" } }), invalid("#/dimensions/channel unknown_segment")],
  ["a segment (other)", members({ dimensions: { channel: "(other)" } }), invalid("#/dimensions/channel unknown_segment")],
  ["a segment (none)", members({ dimensions: { channel: "(none)" } }), invalid("#/dimensions/channel unknown_segment")],
  ["an empty segment", members({ dimensions: { channel: "" } }), invalid("#/dimensions/channel unknown_segment")],
  ["a segment in a list", members({ dimensions: { channel: ["web"] } }), invalid("#/dimensions/channel type")],
  ["a segment that is null", members({ dimensions: { channel: null } }), invalid("#/dimensions/channel type")],
  ["a dimension given twice", () => members({ dimensions: 1 })().replace(`"dimensions": 1`, `"dimensions": {"channel": "web", "channel": "${CANARY}"}`), invalid("#/dimensions duplicate_member 1")],
  ["several faults at once", json(() => ({
    extra: CANARY,
    submission_id: CANARY,
    answers: { recommend: 11, satisfied: "4", one: CANARY, why: "x", more: 1 },
    dimensions: { channel: CANARY, more: 1 },
    consent: { ...consent(), process_answers: false, use_segments: true },
  })), invalid(
    "#/submission_id submission_id",
    "#/consent/process_answers consent_refused",
    "#/answers/recommend range",
    "#/answers/satisfied type",
    "#/answers/one unknown_option",
    "#/answers unknown_member 4",
    "#/dimensions/channel unknown_segment",
    "#/dimensions unknown_member 1",
    "# unknown_member 0",
  )],
];

const question = (given) => json(() => ({ name: CANARY, questions: [{ id: "recommend", kind: "nps", ...given }] }));
const surveyWith = (given) => json(() => ({ name: CANARY, questions: [{ id: "recommend", kind: "nps" }], ...given }));

const SURVEYS = [
  ["an empty body", () => "", malformed],
  ["half an object", () => question({})().slice(0, -2), malformed],
  ["a byte order mark", () => `\uFEFF${question({})()}`, malformed],
  ["a comment", () => `{"name": "${CANARY}" /* no */}`, malformed],
  ["a byte that is no UTF-8", bytes(`{"name": "${CANARY}`, [0xff], `"}`), malformed],
  ["half a surrogate pair", () => `{"name": "${CANARY}\\ud800"}`, malformed],
  ["100,000 levels", () => deep(100_000), malformed],
  ["257 KB", () => question({})().padEnd(257 * 1024), [413, "body-too-large"]],
  ["null", () => "null", invalid("# type")],
  ["a list", () => `["${CANARY}"]`, invalid("# type")],
  ["an empty object", () => "{}", invalid("#/name missing", "#/questions missing")],
  ["questions that are an object", surveyWith({ questions: { [CANARY]: 1 } }), invalid("#/questions type")],
  ["10,000 questions", surveyWith({ questions: Array(10_000).fill(0) }), invalid("#/questions length")],
  ["a name given twice", () => `{"name": "a", "name": "${CANARY}", "questions": [{"id": "a", "kind": "nps"}]}`, invalid("# duplicate_member 1")],
  ["__proto__", () => `{"__proto__": {"${CANARY}": 1}, "name": "a", "questions": [{"id": "a", "kind": "nps"}]}`, invalid("# unknown_member 0")],
  ["an id of __proto__", question({ id: "__proto__" }), invalid("#/questions/0/id name")],
  ["an unknown kind", question({ kind: CANARY }), invalid("#/questions/0/kind value")],
  ["a kind of a number", question({ kind: 5 }), invalid("#/questions/0/kind type")],
  ["points of 1e400", () => `{"name": "${CANARY}", "questions": [{"id": "a", "kind": "rating", "points": 1e400}]}`, invalid("#/questions/0/points range")],
  ["min_cohort 4", surveyWith({ release: { min_cohort: 4 } }), invalid("#/release/min_cohort range")],
  ["min_cohort 1", surveyWith({ release: { min_cohort: 1 } }), invalid("#/release/min_cohort range")],
  ["min_cohort 0", surveyWith({ release: { min_cohort: 0 } }), invalid("#/release/min_cohort range")],
  ["ticks every 9 s", surveyWith({ release: { every: "9s" } }), invalid("#/release/every range")],
  ["ticks every -10 s", surveyWith({ release: { every: "-10s" } }), invalid("#/release/every duration")],
  ["a window of 10^300 days", surveyWith({ window: `1${"0".repeat(300)}d` }), invalid("#/window duration")],
  ["a dimension __proto__", () => `{"name": "${CANARY}", "questions": [{"id": "a", "kind": "nps"}], "dimensions": {"__proto__": ["a"]}}`, invalid("#/dimensions name 0")],
  ["a wildcard for an origin", surveyWith({ origins: ["*"] }), invalid("#/origins/0 origin")],
  ["a script for an origin", surveyWith({ origins: [`javascript:alert("${CANARY}")`] }), invalid("#/origins/0 origin")],
  ["101 faults, of which 100 are told", surveyWith(Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`${CANARY}${i}`, 1]))), invalid(...Array.from({ length: 100 }, (_, i) => `# unknown_member ${i + 2}`))],
];

/** Sends each body by `send`, and asserts what is told. */
async function refuseAll(rows, send) {
  for (const [what, body, [status, slug, faults]] of rows) {
    const reply = await send(body());
    try {
      assertProblem(reply, status, slug, faults);
      assert.ok(!reply.text.includes(CANARY), "the canary came back");
      assert.ok(!/\\u0000|\u0000/.test(reply.text));
    } catch (fault) {
      throw new Error(`${what}: ${fault.message}`, { cause: fault });
    }
  }
}

/** Does `refuse`, and asserts that no Ledger and no row has changed by it, and nothing was logged. */
async function assertNothingKept(refuse) {
  const surveys = [survey, stored];
  const rows = await readRows(server.stateDir, surveys);
  const pages = await settledPages(server.stateDir);
  const lines = server.logs.length;
  await refuse();
  const changed = changes(pages, await settledPages(server.stateDir));
  assert.deepEqual(changed.filter((name) => !name.startsWith("d1/")), []);
  const after = await readRows(server.stateDir, surveys);
  assert.deepEqual(after, rows);
  assert.equal(countsOf(after, survey).recommend.accepted, 1);
  assert.deepEqual(server.logs.slice(lines), []);
}

test("a hundred bad responses are refused for what they are, and nothing of them is kept", async () => {
  assert.ok(RESPONSES.length >= 100, `${RESPONSES.length}`);
  const key = server.adminKey;
  await assertNothingKept(() => refuseAll(RESPONSES, (body) => survey.post(body, { key })));
});

test("the same as text/plain, from a browser without a key", async () => {
  const browser = { headers: { "content-type": "text/plain", origin: server.url } };
  const rows = RESPONSES.filter(([, body]) => !/"customer_id"\s*:/.test(body()));
  assert.ok(rows.length >= 100, `${rows.length}`);
  await assertNothingKept(() => refuseAll(rows, (body) => survey.post(body, browser)));
});

test("a customer id without a key is refused before anything is said of it", async () => {
  await assertNothingKept(async () => {
    for (const customer_id of [CANARY, CANARY.padEnd(300), 5, null]) {
      const reply = await survey.post(members({ customer_id })());
      assertProblem(reply, 401, "key-needed");
      assert.ok(!reply.text.includes(CANARY));
    }
  });
});

test("bad surveys are refused for what they are, new or in place of one", async () => {
  await assertNothingKept(async () => {
    await refuseAll(SURVEYS, (body) => server.api("POST", "/v1/surveys", body));
    await refuseAll(SURVEYS, (body) => server.api("PUT", stored.path, body));
  });
});

test("bad paths and queries are refused, and not repeated", async () => {
  for (const path of [
    `/v1/surveys/${CANARY}`,
    `/v1/surveys/${survey.id}%00`,
    `/v1/surveys/..%2f..%2f${CANARY}`,
    `/v1/surveys/${survey.id}/${CANARY}`,
    `//v1/surveys`,
    `/%ff%fe`,
    `/v1/surveys/${"A".repeat(4000)}`,
    `/v1/surveys/${encodeURIComponent("' or 1=1 --")}`,
  ]) {
    const reply = await fetch(server.url + path, { headers: { authorization: `Bearer ${server.adminKey}` } });
    const text = await reply.text();
    assert.equal(reply.status, 404, `${path}: ${text}`);
    assert.ok(!text.includes(CANARY));
  }
  for (const [query, fault] of [
    [`by=${CANARY}`, "by unknown_dimension"],
    [`${CANARY}=1`, " unknown_parameter"],
    [`from=${CANARY}`, "from form"],
    ["by=%ff", "by unknown_dimension"],
    ["by=", "by unknown_dimension"],
    ["by=channel&by=channel", "by duplicate_parameter"],
    ["=", " unknown_parameter"],
  ]) {
    const reply = await server.api("GET", `${survey.path}/kpis?${query}`);
    assertProblem(reply, 422, "invalid", [fault]);
    assert.ok(!reply.text.includes(CANARY));
  }
  assert.ok(!server.logs.join("\n").includes(CANARY));
});

test("after all that the survey counts on", async () => {
  const before = countsOf(await readRows(server.stateDir, [survey]), survey).recommend.accepted;
  const reply = await survey.respond({ submission_id: submissionId(), answers: { recommend: 9, why: CANARY } });
  assert.equal(reply.status, 202);
  const counts = countsOf(await readRows(server.stateDir, [survey]), survey);
  assert.deepEqual([counts.recommend.accepted, counts.why.accepted], [before + 1, 1]);
});
