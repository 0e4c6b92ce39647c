// `POST /v1/surveys/{id}/responses`: what is taken, once, from whom.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startServer } from "./server.mjs";
import { changes, countsOf, readRows, settledPages } from "./state.mjs";
import { assertProblem, createSurvey, submissionId, times, until } from "./survey.mjs";

const NPS = { id: "recommend", kind: "nps" };

let server;
before(async () => {
  server = await startServer();
});
after(() => server.discard());

/** What is counted of a survey, wherever it is, by a Worker of the tests' own. */
async function counted(survey) {
  return countsOf(await readRows(server.stateDir, [survey]), survey);
}

const withKey = () => ({ key: server.adminKey });

test("a response is accepted, and the reply says until when it can be taken back", async () => {
  const survey = await createSurvey(server, { questions: [NPS] });
  const id = submissionId();
  const reply = await survey.respond({ submission_id: id, answers: { recommend: 9 } });
  assert.equal(reply.status, 202, reply.text);
  const { withdrawable_until, ...rest } = reply.json;
  assert.deepEqual(rest, { status: "accepted", submission_id: id });
  // The next tick: on a grid of an hour from the survey's creation.
  assert.equal(Date.parse(withdrawable_until), Date.parse(survey.definition.created) + 3_600_000);

  const made = await survey.respond({ answers: { recommend: 9 } });
  assert.match(made.json.submission_id, /^[A-Za-z0-9_-]{22}$/);
  assert.notEqual(made.json.submission_id, id);
  assert.equal((await counted(survey)).recommend.accepted, 2);
});

test("integers are judged by value", async () => {
  const survey = await createSurvey(server, { questions: [NPS] });
  const consent = JSON.stringify(survey.consent);
  for (const nine of ["9", "9.0", "90e-1", "0.9E+1", "9.000000000000000000000000000"]) {
    const reply = await survey.post(`{"answers": {"recommend": ${nine}}, "consent": ${consent}}`);
    assert.equal(reply.status, 202, `${nine}: ${reply.text}`);
  }
  assert.equal((await survey.post(`{"answers": {"recommend": -0}, "consent": ${consent}}`)).status, 202);
  assert.deepEqual((await counted(survey)).recommend.tallies, { 0: 1, 9: 5 });
});

describe("promise_6", () => {
  test("promise_6: fifty concurrent responses of one person count once, with replies that are alike", async () => {
    const survey = await createSurvey(server, { questions: [NPS], verified_only: true });
    const replies = await times(50, 50, (i) =>
      survey.respond({ submission_id: submissionId(), customer_id: "C-1042", answers: { recommend: i % 11 } }, withKey()),
    );
    const shapes = replies.map(({ status, json, headers }) => {
      const { submission_id, ...rest } = json;
      assert.match(submission_id, /^[A-Za-z0-9_-]{22}$/);
      return JSON.stringify([status, Object.keys(json), rest, headers["content-length"], Object.keys(headers).sort()]);
    });
    assert.equal(new Set(shapes).size, 1, [...new Set(shapes)].join("\n"));
    assert.equal(replies[0].status, 202);
    const later = await survey.respond({ customer_id: "C-1042", answers: { recommend: 0 } }, withKey());
    assert.equal(later.status, 202);
    const { recommend } = await counted(survey);
    assert.deepEqual([recommend.accepted, recommend.pending], [1, 1]);
  });

  test("promise_6: fifty concurrent copies of one submission count once, with one and the same reply", async () => {
    const survey = await createSurvey(server, { questions: [NPS, { id: "easy", kind: "ces" }] });
    const submission_id = submissionId();
    // Whatever the body: the id alone says that it is the same submission.
    const replies = await times(50, 50, (i) =>
      survey.respond({ submission_id, answers: i % 2 ? { recommend: i % 11 } : { easy: 1 + (i % 7) } }),
    );
    assert.deepEqual([...new Set(replies.map(({ text }) => text))], [replies[0].text]);
    assert.ok(replies.every(({ status }) => status === 202));
    const { recommend, easy } = await counted(survey);
    assert.equal((recommend?.accepted ?? 0) + (easy?.accepted ?? 0), 1);
  });

  test("promise_6, promise_10: a person counts in each survey, under markers that have nothing in common", async () => {
    const surveys = await times(2, 2, () => createSurvey(server, { questions: [NPS] }));
    for (const survey of surveys) {
      assert.equal((await survey.respond({ customer_id: "C-7", answers: { recommend: 5 } }, withKey())).status, 202);
    }
    const rows = await readRows(server.stateDir, surveys);
    const [a, b] = surveys.map(({ id }) => rows.ledgers[id]);
    for (const survey of surveys) assert.equal(countsOf(rows, survey).recommend.accepted, 1);
    for (const ledger of [a, b]) assert.deepEqual([ledger.persons.length, ledger.window.length], [1, 1]);
    assert.notDeepEqual(a.persons[0].marker, b.persons[0].marker);
    assert.notDeepEqual(a.window[0].secret, b.window[0].secret);
  });

  test("promise_6: customer ids that differ in one byte are different persons", async () => {
    const survey = await createSurvey(server, { questions: [NPS] });
    const ids = ["c-1", "C-1", "C-1 ", "C-\u00e9", "C-e\u0301", "C-1\n", "\u{1F600}", "x".repeat(256)];
    for (const customer_id of [...ids, ...ids]) {
      const reply = await survey.respond({ customer_id, answers: { recommend: 5 } }, withKey());
      assert.equal(reply.status, 202, reply.text);
    }
    assert.equal((await counted(survey)).recommend.accepted, ids.length);
  });
});

test("promise_1: a dry run judges a response, and nothing changes", async () => {
  const survey = await createSurvey(server, { questions: [NPS] });
  await survey.respond({ answers: { recommend: 1 } });
  const dryRun = (body, options) => server.api("POST", `${survey.path}/responses?dry_run=1`, body, { key: null, ...options });
  const body = { submission_id: submissionId(), answers: { recommend: 9 }, consent: survey.consent };
  const before = await settledPages(server.stateDir);
  for (let i = 0; i < 3; i++) {
    const reply = await dryRun(body);
    assert.deepEqual([reply.status, reply.json], [200, { status: "valid" }]);
  }
  assertProblem(await dryRun({ ...body, answers: { recommend: 11 } }), 422, "invalid", ["#/answers/recommend range"]);
  assertProblem(await dryRun({ ...body, customer_id: "C" }), 401, "key-needed");
  assert.equal((await dryRun({ ...body, customer_id: "C" }, withKey())).status, 200);
  assertProblem(await dryRun(body, { headers: { origin: "https://other.example" } }), 403, "origin-refused");
  for (const [query, faults] of [
    ["dry_run=0", ["dry_run form"]],
    ["dry_run=true", ["dry_run form"]],
    ["dry_run=", ["dry_run form"]],
    ["dry_run=1&dry_run=1", ["dry_run duplicate_parameter"]],
    ["dryrun=1", [" unknown_parameter"]],
  ]) {
    const reply = await server.api("POST", `${survey.path}/responses?${query}`, body, { key: null });
    assertProblem(reply, 422, "invalid", faults);
  }
  const ledgers = changes(before, await settledPages(server.stateDir)).filter((name) => !name.startsWith("d1/"));
  assert.deepEqual(ledgers, []);
  assert.equal((await counted(survey)).recommend.accepted, 1);
});

test("a response may come as text/plain, and as nothing but JSON", async () => {
  const survey = await createSurvey(server, { questions: [NPS] });
  const body = () => JSON.stringify({ submission_id: submissionId(), answers: { recommend: 9 }, consent: survey.consent });
  const send = (type) => survey.post(body(), { headers: { "content-type": type } });
  for (const type of ["application/json", "text/plain", "text/plain;charset=UTF-8", "Application/JSON ; charset=utf-8"]) {
    assert.equal((await send(type)).status, 202, type);
  }
  for (const type of ["text/html", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json5", ""]) {
    assertProblem(await send(type), 415, "media-type");
  }
  // Without any content-type.
  const bare = await fetch(`${server.url}${survey.path}/responses`, { method: "POST", body: new TextEncoder().encode(body()) });
  assert.equal(bare.status, 415);
  assert.equal((await counted(survey)).recommend.accepted, 4);
});

test("a body of 16 KB is read, one byte more is 413", async () => {
  const survey = await createSurvey(server, { questions: [NPS] });
  const body = JSON.stringify({ answers: { recommend: 9 }, consent: survey.consent }).padEnd(16 * 1024);
  assert.equal((await survey.post(body)).status, 202);
  assertProblem(await survey.post(`${body} `), 413, "body-too-large");
  // Announced by nothing: sent in chunks.
  const chunked = new ReadableStream({
    start(controller) {
      for (let i = 0; i < 5; i++) controller.enqueue(new TextEncoder().encode(body.slice(i * 4096, (i + 1) * 4096) || " "));
      controller.close();
    },
  });
  const reply = await fetch(`${server.url}${survey.path}/responses`, {
    method: "POST",
    headers: { "content-type": "text/plain" },
    body: chunked,
    duplex: "half",
  });
  assert.equal(reply.status, 413);
  assert.equal((await counted(survey)).recommend.accepted, 1);
});

test("only who has a key may name a customer", async () => {
  const survey = await createSurvey(server, { questions: [NPS] });
  const body = { customer_id: "C-1042", answers: { recommend: 9 } };
  const none = await survey.respond(body);
  assertProblem(none, 401, "key-needed");
  assert.equal(none.headers["www-authenticate"], "Bearer");
  for (const key of ["wrong", `${server.adminKey}0`, "cf_x_y"]) {
    assertProblem(await survey.respond(body, { key }), 401, "wrong-key");
    // A wrong key is told, even where none is needed.
    assertProblem(await survey.respond({ answers: body.answers }, { key }), 401, "wrong-key");
  }
  // Without the respondent's consent the id is not read, but may not be sent without a key either.
  const consent = { ...survey.consent, use_customer_id: false };
  assertProblem(await survey.respond({ ...body, consent }), 401, "key-needed");
  assert.deepEqual(await counted(survey), {});
  assert.equal((await survey.respond(body, withKey())).status, 202);
  assert.equal((await counted(survey)).recommend.accepted, 1);
});

test("what consent does not cover is dropped unread", async () => {
  const survey = await createSurvey(server, {
    questions: [NPS, { id: "why", kind: "comment" }],
    dimensions: { channel: ["web"] },
    themes: { price: { en: ["expensive"] } },
  });
  const consent = { notice: survey.notice, process_answers: true };
  // Not even judged: none of these three would pass.
  const junk = { customer_id: 5, dimensions: ["web"], answers: { recommend: 2, why: { no: "comment" } } };
  for (let i = 0; i < 3; i++) assert.equal((await survey.respond({ ...junk, consent }, withKey())).status, 202);
  const off = { ...consent, use_customer_id: false, use_segments: false, analyse_comment: false };
  const valid = { customer_id: "C", dimensions: { channel: "web" }, answers: { recommend: 2, why: "expensive" } };
  for (let i = 0; i < 3; i++) assert.equal((await survey.respond({ ...valid, consent: off }, withKey())).status, 202);
  const alone = await survey.respond({ answers: { why: "expensive" }, consent });
  assertProblem(alone, 422, "invalid", ["#/answers no_answer"]);

  const rows = await readRows(server.stateDir, [survey]);
  assert.deepEqual(rows.ledgers[survey.id].persons, []);
  const counts = countsOf(rows, survey);
  assert.deepEqual(Object.keys(counts), ["recommend"]);
  const cohorts = counts.recommend.cohorts.map(({ dimension, n }) => [dimension, n]);
  assert.deepEqual(cohorts, [["", 6]]);
});

test("Global Privacy Control turns every optional consent off", async () => {
  const survey = await createSurvey(server, {
    questions: [NPS, { id: "why", kind: "comment" }],
    dimensions: { channel: ["web"] },
    themes: { price: { en: ["expensive"] } },
  });
  const body = { customer_id: "C", dimensions: { channel: "web" }, answers: { recommend: 2, why: "expensive" } };
  const send = (gpc) => survey.respond(body, { ...withKey(), headers: gpc ? { "sec-gpc": gpc } : {} });
  for (let i = 0; i < 3; i++) assert.equal((await send("1")).status, 202);
  const private_ = await counted(survey);
  assert.deepEqual(private_.recommend.cohorts.map(({ dimension, n }) => [dimension, n]), [["", 3]]);
  assert.equal(private_.why, undefined);
  // Any other value means nothing: the person counts once, in a cohort.
  for (const value of ["0", "true", undefined]) assert.equal((await send(value)).status, 202);
  const all = await counted(survey);
  assert.deepEqual([all.recommend.accepted, all.why.accepted], [4, 1]);

  const verified = await createSurvey(server, { questions: [NPS], verified_only: true });
  const refused = await verified.respond({ customer_id: "C", answers: { recommend: 2 } }, { ...withKey(), headers: { "sec-gpc": "1" } });
  assertProblem(refused, 422, "invalid", ["#/consent verified_only"]);
});

test("a verified_only survey counts identified customers alone", async () => {
  const survey = await createSurvey(server, { questions: [NPS], verified_only: true });
  const answers = { recommend: 9 };
  assertProblem(await survey.respond({ answers }), 422, "invalid", ["#/customer_id verified_only"]);
  assertProblem(await survey.respond({ answers }, withKey()), 422, "invalid", ["#/customer_id verified_only"]);
  for (const flag of [false, undefined]) {
    const consent = { ...survey.consent, use_customer_id: flag };
    const reply = await survey.respond({ customer_id: "C", answers, consent }, withKey());
    assertProblem(reply, 422, "invalid", ["#/consent verified_only"]);
  }
  assert.equal((await survey.respond({ customer_id: "C", answers }, withKey())).status, 202);
  assert.equal((await counted(survey)).recommend.accepted, 1);
});

test("a closed survey takes nothing, and an opened one again", async () => {
  const survey = await createSurvey(server, { questions: [NPS] });
  const set = (status) => server.api("PUT", survey.path, { ...survey.definition, status });
  const answers = { recommend: 9 };
  assert.equal((await survey.respond({ answers })).status, 202);
  assert.equal((await set("closed")).status, 200);
  assertProblem(await survey.respond({ answers }), 409, "survey-closed");
  assert.equal((await server.api("GET", survey.path, undefined, { key: null })).json.status, "closed");
  assert.equal((await set("open")).status, 200);
  assert.equal((await survey.respond({ answers })).status, 202);
  assert.equal((await counted(survey)).recommend.accepted, 2);
});

test("promise_6: a response that was taken stays taken when it is sent again, though it would be refused by now", async () => {
  const survey = await createSurvey(server, { questions: [NPS] });
  const body = { submission_id: submissionId(), answers: { recommend: 9 } };
  const first = await survey.respond(body);
  assert.equal(first.status, 202, first.text);
  const change = (members) => server.api("PUT", survey.path, { ...survey.definition, ...members });

  const again = async (body, what) => {
    const reply = await survey.respond(body);
    assert.deepEqual([reply.status, reply.text], [202, first.text], what);
    assert.equal((await survey.respond({ ...body, submission_id: submissionId() })).status, what, "under a new id");
  };
  await again({ ...body, answers: { recommend: 11 } }, 422);
  await change({ notice: { text: { en: "Another notice." } } });
  await again(body, 409);
  await change({ status: "closed" });
  await again(body, 409);
  assert.equal((await counted(survey)).recommend.accepted, 1);
});

test("questions are required and shown as the survey says", async () => {
  const survey = await createSurvey(server, {
    questions: [
      { ...NPS, required: true },
      { id: "why", kind: "choice", options: ["price", "staff"], multiple: true, required: true, show_if: { question: "recommend", at_most: 6 } },
      { id: "who", kind: "yes_no", show_if: { question: "why", is: "staff" } },
    ],
  });
  for (const [answers, faults] of [
    [{ recommend: 9 }, []],
    [{ recommend: 6 }, ["#/answers/why missing"]],
    [{ recommend: 6, why: ["staff"], who: true }, []],
    [{ recommend: 6, why: ["price", "staff"] }, []],
    [{ recommend: 6, why: ["price"], who: true }, ["#/answers/who not_shown"]],
    [{ recommend: 7, why: ["price"] }, ["#/answers/why not_shown"]],
    [{ why: ["price"] }, ["#/answers/recommend missing", "#/answers/why not_shown"]],
    [{}, ["#/answers/recommend missing"]],
  ]) {
    const reply = await survey.respond({ answers });
    if (faults.length === 0) assert.equal(reply.status, 202, reply.text);
    else assertProblem(reply, 422, "invalid", faults);
  }
  assert.deepEqual((await counted(survey)).why.tallies, { price: 1, staff: 2 });
});

describe("web origins", () => {
  const LISTED = "https://shop.example";
  let survey;
  before(async () => {
    survey = await createSurvey(server, { questions: [NPS], origins: [LISTED, "http://localhost:5173"] });
  });
  const send = (origin, body = { answers: { recommend: 9 } }) => survey.respond(body, { headers: origin ? { origin } : {} });

  test("no origin, its own and the listed ones may post", async () => {
    for (const origin of [undefined, server.url, LISTED, "http://localhost:5173"]) {
      const reply = await send(origin);
      assert.equal(reply.status, 202, `${origin}: ${reply.text}`);
      assert.equal(reply.headers["access-control-allow-origin"], origin);
      assert.equal(reply.headers["access-control-allow-credentials"], undefined);
      assert.equal(reply.headers.vary, "origin");
    }
  });

  test("no other origin may", async () => {
    const own = new URL(server.url);
    const others = ["null", "https://other.example", "http://shop.example", "https://shop.example:8443", "https://www.shop.example", "https://shop.example.evil.example", "https://SHOP.example", "https://shop.example/", "http://localhost", `https://${own.host}`, `http://${own.hostname}`, ""];
    const before = (await counted(survey)).recommend.accepted;
    for (const origin of others.filter(Boolean)) {
      const reply = await send(origin);
      assertProblem(reply, 403, "origin-refused");
      const read = await server.api("GET", survey.path, undefined, { key: null, headers: { origin } });
      assertProblem(read, 403, "origin-refused");
    }
    assert.equal((await counted(survey)).recommend.accepted, before);
  });

  test("problems can be read by the page that caused them", async () => {
    for (const [status, body] of [
      [422, { answers: { recommend: 11 } }],
      [422, { answers: { recommend: 9 }, consent: {} }],
      [409, { answers: { recommend: 9 }, consent: { ...survey.consent, notice: "old" } }],
      [401, { answers: { recommend: 9 }, customer_id: "C" }],
      [400, undefined],
    ]) {
      const reply = body ? await send(LISTED, body) : await survey.post("{", { headers: { origin: LISTED } });
      assert.equal(reply.status, status, reply.text);
      assert.equal(reply.headers["access-control-allow-origin"], LISTED);
      assert.match(reply.headers["access-control-expose-headers"], /\bretry-after\b/i);
      assert.equal(reply.headers.vary, "origin");
    }
    const refused = await send("https://other.example");
    assert.equal(refused.headers["access-control-allow-origin"], "https://other.example");
    const large = await survey.post(" ".repeat(17_000), { headers: { origin: LISTED } });
    assert.deepEqual([large.status, large.headers["access-control-allow-origin"]], [413, LISTED]);
    const typed = await survey.post("{}", { headers: { origin: LISTED, "content-type": "text/html" } });
    assert.deepEqual([typed.status, typed.headers["access-control-allow-origin"]], [415, LISTED]);
    const gone = await server.api("POST", "/v1/surveys/UkLWZg9X/responses", {}, { key: null, headers: { origin: LISTED } });
    assert.equal(gone.status, 404);
  });

  test("a preflight is answered before a call with application/json", async () => {
    const preflight = (path, origin, method) =>
      server.api("OPTIONS", path, undefined, {
        key: null,
        headers: { origin, "access-control-request-method": method, "access-control-request-headers": "content-type" },
      });
    for (const [path, method] of [[`${survey.path}/responses`, "POST"], [survey.path, "GET"]]) {
      const reply = await preflight(path, LISTED, method);
      assert.deepEqual([reply.status, reply.text], [204, ""]);
      assert.equal(reply.headers["access-control-allow-origin"], LISTED);
      assert.ok(reply.headers["access-control-allow-methods"].split(", ").includes(method));
      assert.equal(reply.headers["access-control-allow-headers"], "content-type");
      assert.ok(Number(reply.headers["access-control-max-age"]) > 0);
      assert.equal(reply.headers["access-control-allow-credentials"], undefined);
      assert.equal(reply.headers.vary, "origin");
    }
    // What needs a key is no business of browsers elsewhere.
    const kpis = await preflight(`${survey.path}/kpis`, LISTED, "GET");
    assert.equal(kpis.status, 405);
    assert.equal(kpis.headers["access-control-allow-origin"], undefined);
  });

  test("an origin added is admitted at once, one removed is refused at once", async () => {
    const added = "https://new.example";
    const put = (origins) => server.api("PUT", survey.path, { ...survey.definition, origins });
    assert.equal((await send(added)).status, 403);
    await put([LISTED, added]);
    assert.equal((await send(added)).status, 202);
    await put([LISTED]);
    assert.equal((await send(added)).status, 403);
  });
});

test("a survey may change while responses arrive: nothing is lost, nothing fails", async () => {
  const survey = await createSurvey(server, { questions: [NPS, { id: "easy", kind: "ces" }] });
  let answered = 0;
  const [replies] = await Promise.all([
    times(300, 12, async (i) => {
      const reply = await survey.respond({ answers: { recommend: i % 11 } });
      answered += 1;
      return reply;
    }),
    times(14, 1, async (i) => {
      // Back to back they could overtake one response so often that it is told to come back (503).
      await until(() => answered >= 20 * i, "the next twenty responses");
      const reply = await server.api("PUT", survey.path, {
        ...survey.definition,
        questions: [{ ...NPS, text: { en: `Wording ${i}` } }, ...(i % 2 ? [{ id: "easy", kind: "ces" }] : [])],
      });
      assert.equal(reply.status, 200, reply.text);
    }),
  ]);
  for (const reply of replies) assert.equal(reply.status, 202, reply.text);
  const { recommend } = await counted(survey);
  assert.deepEqual([recommend.accepted, recommend.pending], [300, 300]);
  const expected = Object.fromEntries(Array.from({ length: 11 }, (_, k) => [k, Math.floor((299 - k) / 11) + 1]));
  assert.deepEqual(recommend.tallies, expected);
});

test("a notice that changes while responses arrive: every one is counted under the notice that was shown, or told the new one", async () => {
  const survey = await createSurvey(server, { questions: [NPS], notice: { text: { en: "Notice 0" } } });
  const [replies] = await Promise.all([
    times(200, 12, () => survey.respond({ answers: { recommend: 5 } })),
    server.api("PUT", survey.path, { ...survey.definition, notice: { text: { en: "Notice 1" } } }),
  ]);
  const current = (await server.api("GET", survey.path)).json.notice;
  for (const reply of replies.filter(({ status }) => status !== 202)) {
    assertProblem(reply, 409, "other-notice", ["#/consent/notice other_notice"]);
    assert.deepEqual(reply.json.notice, current);
  }
  const accepted = replies.filter(({ status }) => status === 202).length;
  assert.equal((await counted(survey)).recommend?.accepted ?? 0, accepted);
  assert.equal((await survey.respond({ answers: { recommend: 5 } })).status, 409);
  const consent = { ...survey.consent, notice: current.hash };
  assert.equal((await survey.respond({ answers: { recommend: 5 }, consent })).status, 202);
});

test("many surveys at once keep their counts apart", async () => {
  const surveys = await times(8, 8, () => createSurvey(server, { questions: [NPS] }));
  const replies = await times(160, 32, (i) => surveys[i % 8].respond({ answers: { recommend: i % 8 } }));
  assert.ok(replies.every(({ status }) => status === 202));
  const rows = await readRows(server.stateDir, surveys);
  surveys.forEach((survey, k) => assert.deepEqual(countsOf(rows, survey).recommend.tallies, { [k]: 20 }));
});
