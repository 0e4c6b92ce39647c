// Keys: what each scope may do, that a bound key is of use for its surveys alone, and that no secret is kept.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertShape } from "./document.mjs";
import { startServer } from "./server.mjs";
import { readFiles, readRows } from "./state.mjs";
import { assertProblem, createSurvey, submissionId } from "./survey.mjs";

const NPS = { id: "recommend", kind: "nps" };
const SCOPES = ["read", "ingest", "admin"];

let server;
let api;
before(async () => {
  server = await startServer();
  api = server.api;
});
after(() => server.discard());

/** A new key, as the one reply that shows it has it. */
async function makeKey(members, options) {
  const reply = await api("POST", "/v1/keys", { name: "A test's own", ...members }, options);
  assert.equal(reply.status, 201, reply.text);
  return reply.json;
}

test("a key is made, shown once, used, listed, read and deleted", async () => {
  const survey = await createSurvey(server, { questions: [NPS] });
  const reply = await api("POST", "/v1/keys", { name: "Dashboard", scopes: ["read"], surveys: [survey.id] });
  assert.equal(reply.status, 201, reply.text);
  assertShape("NewKey", reply.json);
  const { key, ...told } = reply.json;
  assert.match(key, /^cf_[0-9a-f]{16}_[\w-]{43}$/);
  const { id, created, ...rest } = told;
  assert.equal(key.split("_")[1], id);
  assert.equal(reply.headers.location, `/v1/keys/${id}`);
  assert.ok(Math.abs(Date.parse(created) - Date.now()) < 60_000, created);
  assert.deepEqual(rest, { name: "Dashboard", scopes: ["read"], surveys: [survey.id] });

  assert.equal((await api("GET", `${survey.path}/kpis`, undefined, { key })).status, 200);
  const read = await api("GET", reply.headers.location);
  assert.deepEqual([read.status, read.json], [200, told]);
  assertShape("Key", read.json);
  const listed = await api("GET", "/v1/keys?limit=100");
  assertShape("Keys", listed.json);
  assert.deepEqual(listed.json.items.find((item) => item.id === id), told);

  const gone = await api("DELETE", reply.headers.location);
  assert.deepEqual([gone.status, gone.text], [204, ""]);
  assertProblem(await api("GET", `${survey.path}/kpis`, undefined, { key }), 401, "wrong-key");
  assertProblem(await api("GET", reply.headers.location), 404, "not-found");
  assertProblem(await api("DELETE", reply.headers.location), 404, "not-found");
});

test("each call asks for its scope, which admin implies", async () => {
  const survey = await createSurvey(server, { questions: [NPS] });
  const doomed = await createSurvey(server, { questions: [NPS] });
  const { path } = survey;
  const named = () => ({ submission_id: submissionId(), answers: { recommend: 9 }, customer_id: "C-7", consent: survey.consent });
  // The scope that a call needs, the call, and its status where it is allowed.
  const calls = [
    ["read", 200, "GET", `${path}/kpis`],
    ["read", 200, "GET", `${path}/consents`],
    ["admin", 200, "GET", `${path}/ledger`],
    ["ingest", 202, "POST", `${path}/responses`, named],
    ["ingest", 200, "POST", `${path}/invitations`, () => ({ customer_ids: ["C-7"] })],
    ["admin", 201, "POST", "/v1/surveys", () => ({ name: "N", questions: [NPS] })],
    ["read", 200, "GET", "/v1/surveys"],
    ["admin", 200, "PUT", path, () => ({ name: "N", questions: [NPS] })],
    ["admin", 201, "POST", "/v1/keys", () => ({ name: "N", scopes: ["read"] })],
    ["admin", 200, "GET", "/v1/keys"],
    ["admin", 404, "GET", "/v1/keys/0123456789abcdef"],
    ["admin", 404, "DELETE", "/v1/keys/0123456789abcdef"],
    ["admin", 204, "DELETE", doomed.path],
  ];
  for (const scope of SCOPES) {
    const { key } = await makeKey({ scopes: [scope] });
    for (const [needed, status, method, target, body] of calls) {
      const reply = await api(method, target, body?.(), { key });
      const what = `${scope}: ${method} ${target}`;
      if (scope === needed || scope === "admin") assert.equal(reply.status, status, `${what} ${reply.text}`);
      else {
        assertProblem(reply, 403, "forbidden");
        assertShape("Forbidden", reply.json);
        assert.match(reply.json.detail, new RegExp(`\`${needed}\``), what);
      }
    }
  }
  for (const [, , method, target, body] of calls) {
    assertProblem(await api(method, target, body?.(), { key: null }), 401, "key-needed");
  }
  const { key } = await makeKey({ scopes: ["read", "ingest"] });
  assert.equal((await api("GET", `${path}/kpis`, undefined, { key })).status, 200);
  assert.equal((await api("POST", `${path}/responses`, named(), { key })).status, 202);
  assertProblem(await api("GET", `${path}/ledger`, undefined, { key }), 403, "forbidden");
});

test("who may not manage a survey sees of it what respondents see", async () => {
  const survey = await createSurvey(server, { name: "Not for respondents", questions: [NPS] });
  const other = await createSurvey(server, { questions: [NPS] });
  const shown = (await api("GET", survey.path, undefined, { key: null })).json;
  const keys = [{ scopes: ["read", "ingest"] }, { scopes: ["admin"], surveys: [other.id] }];
  for (const members of keys) {
    const { key } = await makeKey(members);
    const reply = await api("GET", survey.path, undefined, { key });
    assert.deepEqual([reply.status, reply.json], [200, shown]);
    for (const open of [`${survey.path}/privacy`, `${survey.path}/notices/${survey.notice}`]) {
      assert.equal((await api("GET", open, undefined, { key })).status, 200);
    }
  }
  const { key } = await makeKey({ scopes: ["admin"], surveys: [survey.id] });
  assert.equal((await api("GET", survey.path, undefined, { key })).json.name, "Not for respondents");
});

test("a key that is bound to surveys is refused elsewhere, and is told nothing of what is there", async () => {
  const [own, other] = [await createSurvey(server, { questions: [NPS] }), await createSurvey(server, { questions: [NPS] })];
  const { key } = await makeKey({ scopes: ["admin"], surveys: [own.id] });
  const body = (survey) => ({ answers: { recommend: 9 }, customer_id: "C-1", consent: survey.consent });
  const calls = (survey) => [
    ["GET", `${survey.path}/kpis`],
    ["GET", `${survey.path}/consents`],
    ["GET", `${survey.path}/ledger`],
    ["POST", `${survey.path}/responses`, body(survey)],
    ["POST", `${survey.path}/invitations`, { customer_ids: ["C-1"] }],
    ["PUT", survey.path, { name: "N", questions: [NPS] }],
    ["DELETE", survey.path],
  ];
  const nowhere = { path: "/v1/surveys/AAAAAAAA", consent: own.consent };
  const general = [
    ["POST", "/v1/surveys", { name: "N", questions: [NPS] }],
    ["POST", "/v1/keys", { name: "N", scopes: ["admin"] }],
    ["GET", "/v1/keys"],
    ["GET", "/v1/keys/0123456789abcdef"],
    ["DELETE", "/v1/keys/0123456789abcdef"],
  ];
  const before = await readRows(server.stateDir, [other]);
  for (const [method, path, sent] of [...calls(other), ...calls(nowhere), ...general]) {
    assertProblem(await api(method, path, sent, { key }), 403, "forbidden");
  }
  assert.deepEqual(await readRows(server.stateDir, [other]), before, "nothing was changed");
  for (const [method, path, sent] of calls(own)) {
    const reply = await api(method, path, sent, { key });
    assert.ok(reply.status < 300, `${method} ${path}: ${reply.text}`);
  }
});

test("a list shows the surveys that the key may read, whole to whoever may manage them", async () => {
  const own = await startServer();
  try {
    const surveys = [];
    const names = ["One", "Two", "Three"];
    for (const name of names) surveys.push(await createSurvey(own, { name, questions: [NPS], origins: ["https://shop.example"] }));
    const [one, two, three] = surveys;
    const list = async (members, query = "") => {
      const { key } = (await own.api("POST", "/v1/keys", { name: "N", ...members })).json;
      const reply = await own.api("GET", `/v1/surveys${query}`, undefined, { key });
      assert.equal(reply.status, 200, reply.text);
      assertShape("Surveys", reply.json);
      return reply.json;
    };
    const told = surveys.map(({ id }, n) => ({ id, name: names[n], status: "open" }));
    assert.deepEqual((await list({ scopes: ["read", "ingest"] })).items, told);
    assert.deepEqual((await list({ scopes: ["read"], surveys: [three.id, one.id] })).items, [told[0], told[2]]);
    assert.deepEqual(await list({ scopes: ["read"], surveys: [two.id, three.id] }, "?limit=1"), { items: [told[1]], next: two.id });
    assert.deepEqual(await list({ scopes: ["read"], surveys: [two.id, three.id] }, `?cursor=${two.id}`), { items: [told[2]], next: null });
    const whole = (await own.api("GET", "/v1/surveys")).json.items;
    assert.deepEqual(whole.map(({ origins }) => origins), Array(3).fill(["https://shop.example"]));
    assert.deepEqual((await list({ scopes: ["admin"], surveys: [two.id] })).items, [whole[1]]);
    // One that is gone is no longer listed to a key that is bound to it.
    const { key } = (await own.api("POST", "/v1/keys", { name: "N", scopes: ["read"], surveys: [two.id] })).json;
    assert.equal((await own.api("DELETE", two.path)).status, 204);
    assert.deepEqual((await own.api("GET", "/v1/surveys", undefined, { key })).json, { items: [], next: null });
  } finally {
    await own.discard();
  }
});

test("a key is told what it is, and nothing of its secret", async () => {
  const survey = await createSurvey(server, { questions: [NPS] });
  for (const members of [{ scopes: ["ingest"] }, { scopes: ["read"], surveys: [survey.id] }, { scopes: ["admin"] }]) {
    const { key, ...made } = await makeKey(members);
    const reply = await api("GET", "/v1/keys/self", undefined, { key });
    assert.equal(reply.status, 200, reply.text);
    assertShape("OwnKey", reply.json);
    assert.deepEqual(reply.json, made);
  }
  const first = await api("GET", "/v1/keys/self");
  assertShape("OwnKey", first.json);
  assert.deepEqual(first.json, { id: null, name: null, scopes: ["admin"], surveys: null, created: null });
  assertProblem(await api("GET", "/v1/keys/self", undefined, { key: null }), 401, "key-needed");
  assertProblem(await api("GET", "/v1/keys/self", undefined, { key: "cf_no" }), 401, "wrong-key");
});

test("what is no key is refused everywhere, even where none is needed", async () => {
  const survey = await createSurvey(server, { questions: [NPS] });
  const { key, id } = await makeKey({ scopes: ["admin"] });
  const other = await makeKey({ scopes: ["admin"] });
  const [, , ...secret] = key.split("_");
  const wrong = [
    `cf_${other.id}_${secret.join("_")}`,
    `cf_0123456789abcdef_${secret.join("_")}`,
    `cf_${id}_${"A".repeat(43)}`,
    key.slice(0, -1),
    `${key}A`,
    key.replace("cf_", ""),
    `cf_${id}_`,
    id,
  ];
  for (const given of wrong) {
    // Twice: what was asked of D1, and what is remembered.
    for (const path of [survey.path, `${survey.path}/kpis`, `${survey.path}/privacy`, "/v1/keys"]) {
      assertProblem(await api("GET", path, undefined, { key: given }), 401, "wrong-key");
    }
    const body = { answers: { recommend: 9 }, consent: survey.consent };
    assertProblem(await api("POST", `${survey.path}/responses`, body, { key: given }), 401, "wrong-key");
  }
  assert.equal((await api("GET", "/v1/keys", undefined, { key })).status, 200);
});

test("every fault of a wanted key is told, also surveys that there are not", async () => {
  const survey = await createSurvey(server, { questions: [NPS] });
  const faulty = await api("POST", "/v1/keys", { name: "", scopes: ["all"], Canary: 1 });
  assertProblem(faulty, 422, "invalid", ["#/name length", "#/scopes/0 value", "# unknown_member 2"]);
  const surveys = ["AAAAAAAA", survey.id, "not an id"];
  const unknown = await api("POST", "/v1/keys", { name: "", scopes: ["read"], surveys });
  assertProblem(unknown, 422, "invalid", ["#/name length", "#/surveys/0 reference", "#/surveys/2 reference"]);
  const unread = await api("POST", "/v1/keys", { name: "N", scopes: ["read"], surveys: [1, survey.id, "AAAAAAAA"] });
  assertProblem(unread, 422, "invalid", ["#/surveys/0 type", "#/surveys/2 reference"]);
  assertProblem(await api("POST", "/v1/keys", "{"), 400, "malformed");
  assertProblem(await api("POST", "/v1/keys", "{}", { headers: { "content-type": "text/plain" } }), 415, "media-type");
  assertProblem(await api("GET", "/v1/keys?cursor=x"), 422, "invalid", ["cursor form"]);
  assertProblem(await api("DELETE", "/v1/keys"), 405, "method-not-allowed");
});

test("lists come page by page and never show a secret, which is in no file and no log either", async () => {
  const own = await startServer();
  try {
    const made = [];
    for (let i = 0; i < 5; i++) {
      const reply = await own.api("POST", "/v1/keys", { name: `Key ${i}`, scopes: ["read"] });
      made.push(reply.json);
      assert.equal((await own.api("GET", "/v1/keys", undefined, { key: reply.json.key })).status, 403);
    }
    const listed = [];
    let told = "";
    for (let next = ""; next !== null; ) {
      const page = await own.api("GET", `/v1/keys?limit=2${next && `&cursor=${next}`}`);
      assert.ok(page.json.items.length <= 2);
      listed.push(...page.json.items);
      told += page.text;
      next = page.json.next;
    }
    assert.deepEqual(listed.map(({ id }) => id), made.map(({ id }) => id).sort());
    told += (await own.api("GET", `/v1/keys/${made[0].id}`)).text + own.logs.join("\n");
    const hashes = (await readRows(own.stateDir)).d1.keys.map(({ hash }) => hash);
    assert.equal(new Set(hashes).size, 5);
    for (const hash of hashes) assert.ok(!told.includes(hash), "hashes stay in D1");
    const files = [...readFiles(own.stateDir)];
    const inFiles = (bytes) => files.some(([, content]) => content.includes(bytes));
    assert.ok(inFiles(made[0].id), "this would find it");
    for (const { key } of made) {
      const secret = key.slice(20);
      const bytes = Buffer.from(secret, "base64url");
      for (const form of [secret, bytes, bytes.toString("hex"), bytes.toString("base64")]) assert.ok(!inFiles(form));
      assert.ok(!told.includes(secret));
    }
    // What is stored is enough: keys outlive the isolate, and the first admin key.
    await own.stop();
    const again = await startServer({ stateDir: own.stateDir });
    try {
      assertProblem(await again.api("GET", "/v1/keys", undefined, { key: own.adminKey }), 401, "wrong-key");
      assert.equal((await again.api("GET", "/v1/keys", undefined, { key: made[0].key })).status, 403);
    } finally {
      await again.stop();
    }
  } finally {
    await own.discard();
  }
});
