// `POST/GET/PUT/DELETE /v1/surveys[/{id}]`, against the built Worker.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { assertShape } from "./document.mjs";
import { startServer } from "./server.mjs";
import { changes, countsOf, readRows, settledPages } from "./state.mjs";
import { assertProblem, createSurvey, faultsOf, submissionId, times } from "./survey.mjs";

const FIXTURES = JSON.parse(readFileSync(new URL("../fixtures/surveys.json", import.meta.url)));
const NPS = { id: "recommend", kind: "nps" };

let server;
before(async () => {
  server = await startServer({ vars: { TURNSTILE_SITE_KEY: "0x4AAAAAAAtestsownsitekey" } });
});
after(() => server.discard());

const api = (...call) => server.api(...call);
const put = (survey, body, etag, options) =>
  api("PUT", survey.path, body, { headers: { ...(etag && { "if-match": etag }) }, ...options });

test("a survey of two members is stored with every default and a notice", async () => {
  const reply = await api("POST", "/v1/surveys", { name: "Smallest", questions: [NPS] });
  assert.equal(reply.status, 201, reply.text);
  const { id, created, notice, questions, ...rest } = reply.json;
  assert.deepEqual(rest, {
    name: "Smallest",
    revision: 1,
    status: "open",
    dimensions: {},
    themes: {},
    origins: [],
    window: "30d",
    release: { every: "1h", min_cohort: 5, patience: "3d" },
    retention: { days: 90, months: 25 },
    verified_only: false,
    store_visit: false,
    turnstile: false,
    benchmarks: [],
  });
  assert.equal(reply.headers.location, `/v1/surveys/${id}`);
  assert.equal(reply.headers.etag, '"1"');
  assert.match(id, /^[A-Za-z0-9]{8,32}$/);
  assert.ok(Math.abs(Date.parse(created) - Date.now()) < 60_000, created);
  assert.match(notice.hash, /^[A-Za-z0-9_-]{43}$/);
  assert.deepEqual(Object.keys(notice.text).sort(), ["de", "en", "fr", "nl"]);
  assert.equal(questions.length, 1);
  assert.deepEqual(Object.keys(questions[0].text).sort(), ["de", "en", "fr", "nl"]);

  const read = await api("GET", reply.headers.location);
  assert.equal(read.status, 200);
  assert.equal(read.headers.etag, '"1"');
  assert.deepEqual(read.json, reply.json);
});

test("without the key nothing of a survey can be made, listed, changed or deleted", async () => {
  const survey = await createSurvey(server, { questions: [NPS] });
  const calls = [
    ["POST", "/v1/surveys", { name: "N", questions: [NPS] }],
    ["GET", "/v1/surveys"],
    ["PUT", survey.path, { name: "N", questions: [NPS] }],
    ["DELETE", survey.path],
    ["GET", `${survey.path}/kpis`],
    ["GET", `${survey.path}/consents`],
    ["GET", `${survey.path}/ledger`],
  ];
  for (const [method, path, body] of calls) {
    const none = await api(method, path, body, { key: null });
    assertProblem(none, 401, "key-needed");
    assert.equal(none.headers["www-authenticate"], "Bearer");
    for (const key of ["x", `${server.adminKey}x`, server.adminKey.slice(1), server.adminKey.toLowerCase()]) {
      assertProblem(await api(method, path, body, { key }), 401, "wrong-key");
    }
    const basic = await api(method, path, body, { key: null, headers: { authorization: `Basic ${server.adminKey}` } });
    assertProblem(basic, 401, "wrong-key");
  }
  assert.equal((await api("GET", survey.path)).headers.etag, '"1"');
});

test("respondents see the survey without its name, origins, benchmarks and words of themes", async () => {
  const survey = await createSurvey(server, {
    name: "Not for respondents",
    questions: [NPS, { id: "why", kind: "comment" }],
    dimensions: { channel: ["web"] },
    themes: { delivery: { en: ["zebracrossing"] } },
    origins: ["https://listed.example"],
    controller: { name: "Shop BV", contact: "privacy@shop.example" },
  });
  const { name, origins, benchmarks, created, store_visit, turnstile, ...kept } = survey.definition;
  const reply = await api("GET", survey.path, undefined, { key: null });
  assert.equal(reply.status, 200);
  const { consent_text, ...shown } = reply.json;
  assert.deepEqual(Object.keys(consent_text), ["analyse_comment", "process_answers", "use_customer_id", "use_segments"]);
  assert.deepEqual(shown, {
    ...kept,
    themes: ["delivery"],
    consent: ["use_customer_id", "use_segments", "analyse_comment"],
  });
  for (const hidden of ["Not for respondents", "listed.example", "zebracrossing"]) {
    assert.ok(!reply.text.includes(hidden), hidden);
  }
  assert.equal(reply.headers.etag, undefined);
});

test("a list gives every survey once, in pages", async () => {
  const made = await times(7, 7, (i) => createSurvey(server, { name: `Listed ${i}`, questions: [NPS] }));
  for (const limit of [1, 3, 100]) {
    const seen = [];
    let cursor;
    do {
      const reply = await api("GET", `/v1/surveys?limit=${limit}${cursor ? `&cursor=${cursor}` : ""}`);
      assert.equal(reply.status, 200, reply.text);
      assert.ok(reply.json.items.length <= limit);
      seen.push(...reply.json.items);
      cursor = reply.json.next;
      assert.ok(cursor === null || reply.json.items.length === limit);
    } while (cursor);
    const ids = seen.map((survey) => survey.id);
    assert.equal(new Set(ids).size, ids.length);
    for (const survey of made) assert.deepEqual(seen.find(({ id }) => id === survey.id), survey.definition);
  }
  const past = await api("GET", `/v1/surveys?cursor=${made.at(-1).id}&limit=1`);
  assert.ok(past.json.items.every(({ id }) => id !== made.at(-1).id));
});

test("a list's parameters are read strictly", async () => {
  for (const [query, faults] of [
    ["limit=0", ["limit form"]],
    ["limit=101", ["limit form"]],
    ["limit=ten", ["limit form"]],
    ["limit=1.0", ["limit form"]],
    ["limit=", ["limit form"]],
    ["limit=1&limit=2", ["limit duplicate_parameter"]],
    ["cursor=nonsense!", ["cursor form"]],
    ["offset=5", [" unknown_parameter"]],
    ["limit=0&cursor=-", ["limit form", "cursor form"]],
  ]) {
    const reply = await api("GET", `/v1/surveys?${query}`);
    assertProblem(reply, 422, "invalid", faults);
  }
});

test("a PUT of what GET gave changes nothing but the revision", async () => {
  const survey = await createSurvey(server, FIXTURES.find(({ why }) => why === "every kind at its widest").survey);
  const got = await api("GET", survey.path);
  const reply = await put(survey, got.json, got.headers.etag);
  assert.equal(reply.status, 200, reply.text);
  assert.equal(reply.headers.etag, '"2"');
  assert.deepEqual(reply.json, { ...got.json, revision: 2 });
  assert.deepEqual((await api("GET", survey.path)).json, reply.json);
});

test("a PUT honours If-Match: of two with the same one wins", async () => {
  const survey = await createSurvey(server, { questions: [NPS] });
  const body = (name) => ({ name, questions: [NPS] });
  const replies = await times(8, 8, (i) => put(survey, body(`Version ${i}`), '"1"'));
  assert.deepEqual(replies.map(({ status }) => status).sort(), [200, ...Array(7).fill(412)]);
  for (const reply of replies.filter(({ status }) => status === 412)) assertProblem(reply, 412, "other-revision");
  const winner = replies.find(({ status }) => status === 200);
  assert.deepEqual((await api("GET", survey.path)).json, winner.json);

  for (const etag of ['"1"', '"3"', '"x"', "2", 'W/"2"', '"-1"', '""']) {
    assertProblem(await put(survey, body("Refused"), etag), 412, "other-revision");
  }
  assert.equal((await put(survey, body("Any"), "*")).headers.etag, '"3"');
  assert.equal((await put(survey, body("None"))).headers.etag, '"4"');
});

test("a PUT never creates", async () => {
  const { json } = await api("POST", "/v1/surveys", { name: "Gone", questions: [NPS] });
  await api("DELETE", `/v1/surveys/${json.id}`);
  for (const id of [json.id, "zzzzzzzz", "nothere", "0"]) {
    for (const etag of [undefined, "*", '"1"']) {
      assertProblem(await put({ path: `/v1/surveys/${id}` }, { name: "N", questions: [NPS] }, etag), 404, "not-found");
    }
  }
});

test("a refused PUT leaves the survey as it was, with every fault told", async () => {
  const survey = await createSurvey(server, { questions: [NPS] });
  const reply = await put(survey, { name: "", questions: [{ id: "A", kind: "nps" }], window: "1d" });
  assertProblem(reply, 422, "invalid", ["#/name length", "#/questions/0/id name", "#/window range"]);
  assertProblem(await put(survey, "{"), 400, "malformed");
  assert.deepEqual((await api("GET", survey.path)).json, survey.definition);
});

test("a question's scale is locked by its first answer, and not before", async () => {
  const csat = { id: "satisfied", kind: "csat", points: 5 };
  const choice = { id: "why", kind: "choice", options: ["price", "speed"] };
  const survey = await createSurvey(server, { questions: [csat, choice] });
  const replace = (questions) => put(survey, { name: "Locked", questions });
  const ok = async (questions) => assert.equal((await replace(questions)).status, 200);

  await ok([{ ...csat, points: 7 }, choice]);
  await ok([{ ...csat, kind: "rating", points: 7 }, choice]);
  await ok([csat, choice]);
  assert.equal((await survey.respond({ answers: { satisfied: 5 } })).status, 202);

  for (const other of [{ ...csat, points: 7 }, { ...csat, kind: "rating" }, { id: "satisfied", kind: "comment" }]) {
    assertProblem(await replace([choice, other]), 409, "scale-locked", ["#/questions/1 scale_locked"]);
  }
  // Nobody has answered the choice yet; wording and order are free.
  const wider = { ...choice, options: ["speed", "price", "staff"] };
  await ok([wider, { ...csat, text: { en: "Are you satisfied?" }, required: true }]);
  assert.equal((await survey.respond({ answers: { satisfied: 4, why: "staff" } })).status, 202);
  const labelled = { ...wider, options: ["price", { id: "staff", label: { en: "Staff" } }, "speed"] };
  await ok([csat, labelled]);
  assertProblem(await replace([csat, choice]), 409, "scale-locked", ["#/questions/1 scale_locked"]);
  assertProblem(await replace([{ ...csat, points: 4 }, choice]), 409, "scale-locked", [
    "#/questions/0 scale_locked",
    "#/questions/1 scale_locked",
  ]);

  // Neither does it help to remove the question and to add it again.
  await ok([labelled]);
  assertProblem(await replace([{ ...csat, points: 7 }, labelled]), 409, "scale-locked", ["#/questions/0 scale_locked"]);
  await ok([csat, labelled]);
  assert.equal((await survey.ledger()).conserved, true);
});

/** All that D1 holds, and every page of every Ledger: the platform's own pages of D1 change by reading alone. */
async function kept() {
  const ledgers = [...(await settledPages(server.stateDir))].filter(([name]) => !name.startsWith("d1/"));
  return { ledgers, d1: (await readRows(server.stateDir)).d1 };
}

test("a survey is judged without being stored, as it would be and as respondents would see it", async () => {
  const ids = async () => (await api("GET", "/v1/surveys?limit=100")).json.items.map(({ id, revision }) => [id, revision]);
  const survey = await createSurvey(server, { questions: [NPS], origins: ["https://listed.example"] });
  const { json: webhook } = await api("POST", "/v1/webhooks", { name: "Theirs", url: "https://shop.example/" });
  const known = await ids();
  const before = await kept();
  for (const { why, valid, survey: written } of FIXTURES) {
    const given = valid && written.relay ? { ...written, relay: { ...written.relay, webhook: webhook.id } } : written;
    const judged = await api("POST", "/v1/surveys?dry_run=1", given);
    if (!valid) {
      assertProblem(judged, 422, "invalid");
      continue;
    }
    assert.equal(judged.status, 200, why);
    assertShape("ValidSurvey", judged.json);
    assert.deepEqual([judged.headers.etag, judged.headers.location], [undefined, undefined]);
  }
  assert.deepEqual(await ids(), known, "nothing was stored");
  assert.deepEqual(await kept(), before);

  // What it says is what becomes of it.
  const wanted = { name: "Judged", template: "store", dimensions: { channel: ["web"] }, release: { min_cohort: 9 } };
  const { survey: whole, public: shown } = (await api("POST", "/v1/surveys?dry_run=1", wanted)).json;
  const made = await createSurvey(server, wanted);
  const { id, revision, created, ...stored } = made.definition;
  assert.deepEqual(whole, stored);
  assert.deepEqual({ id, revision, ...shown }, (await api("GET", made.path, undefined, { key: null })).json);

  // Of one that is there, with the notice that would follow from it, against the revision that was read.
  const longer = { ...survey.definition, window: "60d" };
  const judge = (etag) => api("PUT", `${survey.path}?dry_run=1`, longer, { headers: etag ? { "if-match": etag } : {} });
  const judged = await judge('"1"');
  assert.equal(judged.status, 200, judged.text);
  assertShape("ValidSurvey", judged.json);
  assert.match(judged.json.survey.notice.text.en, /60 days/);
  assertProblem(await judge('"2"'), 412, "other-revision");
  assert.deepEqual((await api("GET", survey.path)).json, survey.definition);
  assert.equal((await put(survey, longer)).json.notice.hash, judged.json.survey.notice.hash);

  for (const [key, status, slug] of [[null, 401, "key-needed"], ["x", 401, "wrong-key"]]) {
    assertProblem(await api("POST", "/v1/surveys?dry_run=1", wanted, { key }), status, slug);
    assertProblem(await api("PUT", `${survey.path}?dry_run=1`, wanted, { key }), status, slug);
  }
  assertProblem(await api("POST", "/v1/surveys?dry_run=0", wanted), 422, "invalid", ["dry_run form"]);
  assertProblem(await api("PUT", "/v1/surveys/zzzzzzzz?dry_run=1", wanted), 404, "not-found");
});

test("a made-up comment shows its themes as a respondent's would, and leaves nothing behind", async () => {
  const themes = { delivery: { en: ["delivery"], nl: ["te laat"] }, price: { de: ["Größe"] } };
  const before = await kept();
  const found = async (comment) => {
    const reply = await api("POST", "/v1/themes/try", { themes, comment });
    assert.equal(reply.status, 200, reply.text);
    assertShape("FoundThemes", reply.json);
    return reply.json.themes;
  };
  assert.deepEqual(await found("DELÍVERY, die GROSSE GRO\u0308SSE"), ["delivery", "price"]);
  assert.deepEqual(await found("te  laat"), ["delivery"]);
  assert.deepEqual(await found("undeliverable"), []);
  assert.deepEqual(await found(""), []);
  const secret = "plantedcomment";
  const refused = await api("POST", "/v1/themes/try", { themes: { "No name": {} }, comment: secret.repeat(200), more: 1 });
  assertProblem(refused, 422, "invalid", ["#/themes name 0", "#/comment length", "# unknown_member 2"]);
  assert.ok(!refused.text.includes(secret) && !server.logs.some((line) => line.includes(secret)));
  assertProblem(await api("POST", "/v1/themes/try", "{"), 400, "malformed");
  assertProblem(await api("POST", "/v1/themes/try", { themes, comment: "" }, { key: null }), 401, "key-needed");
  assert.deepEqual(await kept(), before);
  for (const given of [{ name: "Reads", scopes: ["read"] }, { name: "Sends", scopes: ["ingest"] }]) {
    const { key } = (await api("POST", "/v1/keys", given)).json;
    assertProblem(await api("POST", "/v1/themes/try", { themes, comment: "" }, { key }), 403, "forbidden");
    assertProblem(await api("POST", "/v1/surveys?dry_run=1", { name: "N", template: "nps" }, { key }), 403, "forbidden");
  }
});

test("a deleted survey is gone from everywhere, and stays so", async () => {
  const survey = await createSurvey(server, { questions: [NPS], dimensions: { channel: ["web"] } });
  const response = { submission_id: submissionId(), answers: { recommend: 9 } };
  assert.equal((await survey.respond(response)).status, 202);
  const deleted = await api("DELETE", survey.path);
  assert.equal(deleted.status, 204);
  assert.equal(deleted.text, "");

  const body = { name: "Back", questions: [NPS] };
  for (const [method, path, content, options] of [
    ["GET", survey.path],
    ["GET", survey.path, undefined, { key: null }],
    ["PUT", survey.path, body],
    ["DELETE", survey.path],
    ["POST", `${survey.path}/responses`, { ...response, consent: survey.consent }, { key: null }],
    ["POST", `${survey.path}/responses?dry_run=1`, { ...response, consent: survey.consent }],
    ["GET", `${survey.path}/privacy`, undefined, { key: null }],
    ["GET", `${survey.path}/kpis`],
    ["GET", `${survey.path}/consents`],
    ["GET", `${survey.path}/ledger`],
  ]) {
    assertProblem(await api(method, path, content, options), 404, "not-found");
  }
  const listed = await api("GET", "/v1/surveys?limit=100");
  assert.ok(listed.json.items.every(({ id }) => id !== survey.id));

  const rows = await readRows(server.stateDir, [survey]);
  const { head, migrations, ...emptied } = rows.ledgers[survey.id];
  assert.equal(head[0].deleted, 1);
  assert.equal(head[0].definition, "");
  for (const [table, left] of Object.entries(emptied)) assert.deepEqual(left, [], table);
  assert.ok(rows.d1.surveys.every(({ id }) => id !== head[0].survey));
});

test("posts while a survey is deleted are counted before or refused after, never a fault", async () => {
  const survey = await createSurvey(server, { questions: [NPS] });
  const [replies, deleted] = await Promise.all([
    times(60, 12, () => survey.respond({ answers: { recommend: 1 } })),
    api("DELETE", survey.path),
  ]);
  assert.equal(deleted.status, 204);
  for (const reply of replies) assert.ok([202, 404].includes(reply.status), reply.text);
  assert.deepEqual(countsOf(await readRows(server.stateDir, [survey]), survey), {});
});

test("an id is one sqid, written in one way", async () => {
  const { id } = await createSurvey(server, { questions: [NPS] });
  const swapped = [...id].map((c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase())).join("");
  // The first characters alone are the sqid of the same number, without the padding to 8.
  const others = [swapped, id.slice(0, 2), id.slice(0, 3), id.slice(0, -1), `${id}x`, `${id}${id}`, `%20${id}`, "1", "-1", "__proto__"];
  for (const other of others) {
    assertProblem(await api("GET", `/v1/surveys/${other}`), 404, "not-found");
    assertProblem(await api("POST", `/v1/surveys/${other}/responses`, {}), 404, "not-found");
  }
});

test("every survey of the fixtures is stored, or refused with each fault at its place", async () => {
  const valid = FIXTURES.filter((fixture) => fixture.valid).length;
  assert.ok(valid > 20 && FIXTURES.length - valid > 100);
  const pages = await settledPages(server.stateDir);
  const refused = FIXTURES.filter((fixture) => !fixture.valid);
  await times(refused.length, 4, async (i) => {
    const { why, survey, faults } = refused[i];
    const reply = await api("POST", "/v1/surveys", survey);
    assertProblem(reply, 422, "invalid");
    assert.deepEqual(faultsOf(reply).sort(), [...faults].sort(), why);
  });
  assert.deepEqual(changes(pages, await settledPages(server.stateDir)), []);
  const { json: webhook } = await api("POST", "/v1/webhooks", { name: "Theirs", url: "https://shop.example/" });
  const accepted = FIXTURES.filter((fixture) => fixture.valid);
  await times(accepted.length, 4, async (i) => {
    const { why, survey } = accepted[i];
    if (survey.relay) survey.relay.webhook = webhook.id;
    const reply = await api("POST", "/v1/surveys", survey);
    assert.equal(reply.status, 201, `${why}: ${reply.text}`);
    const again = await put({ path: reply.headers.location }, reply.json, reply.headers.etag);
    assert.deepEqual(again.json, { ...reply.json, revision: 2 }, why);
  });
});

test("a path that is not there is 404, a method that is not there 405 with those that are", async () => {
  const { path } = await createSurvey(server, { questions: [NPS] });
  for (const missing of ["/", "/v1", "/v1/", "/v1/surveys/", `${path}/`, `${path}/nothing`, "/V1/surveys", "/problems/nothing", "/bench/empty"]) {
    assertProblem(await api("GET", missing), 404, "not-found");
  }
  for (const [method, at, allowed] of [
    ["PATCH", path, "GET, PUT, DELETE"],
    ["DELETE", "/v1/surveys", "GET, POST"],
    ["GET", `${path}/responses`, "POST"],
    ["POST", `${path}/kpis`, "GET"],
    ["OPTIONS", `${path}/kpis`, "GET"],
    ["POST", "/healthz", "GET"],
  ]) {
    const reply = await api(method, at);
    assertProblem(reply, 405, "method-not-allowed");
    assert.equal(reply.headers.allow, allowed);
  }
  const head = await fetch(new URL(path, server.url), {
    method: "HEAD",
    headers: { authorization: `Bearer ${server.adminKey}` },
  });
  assert.deepEqual([head.status, await head.text(), head.headers.get("etag")], [200, "", '"1"']);
});

test("a body that is too large is 413, of another type 415", async () => {
  const blank = " ".repeat(256 * 1024);
  const survey = JSON.stringify({ name: "Long", questions: [NPS] });
  assert.equal((await api("POST", "/v1/surveys", (survey + blank).slice(0, 256 * 1024))).status, 201);
  assertProblem(await api("POST", "/v1/surveys", (survey + blank).slice(0, 256 * 1024 + 1)), 413, "body-too-large");
  for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", "", "application/merge-patch+json"]) {
    assertProblem(await api("POST", "/v1/surveys", survey, { headers: { "content-type": type } }), 415, "media-type");
  }
  const charset = await api("POST", "/v1/surveys", survey, { headers: { "content-type": "Application/JSON; charset=utf-8" } });
  assert.equal(charset.status, 201);
});

test("every type of problem has its page", async () => {
  const slugs = ["malformed", "key-needed", "wrong-key", "forbidden", "origin-refused", "not-found", "method-not-allowed", "other-notice", "survey-closed", "scale-locked", "other-revision", "body-too-large", "media-type", "invalid", "internal", "unavailable"];
  for (const slug of slugs) {
    const reply = await api("GET", `/problems/${slug}`, undefined, { key: null });
    assert.equal(reply.status, 200, slug);
    assert.match(reply.headers["content-type"], /^text\/markdown/);
    assert.match(reply.text, /^# /);
  }
});
