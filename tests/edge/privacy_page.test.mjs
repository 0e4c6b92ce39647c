// `GET /v1/surveys/{id}/privacy`: what is told of the processing, against the published schema and the tables themselves.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { OPENAPI, assertShape } from "./document.mjs";
import { startServer } from "./server.mjs";
import { readFiles, readRows } from "./state.mjs";
import { assertProblem, createSurvey, until } from "./survey.mjs";

const NPS = { id: "recommend", kind: "nps" };

let server, survey;
before(async () => {
  server = await startServer();
  survey = await createSurvey(server, {
    name: "Planted-name",
    questions: [NPS, { id: "why", kind: "comment" }],
    dimensions: { channel: ["Planted-segment"] },
    themes: { delivery: { en: ["plantedword"] } },
    origins: ["https://listed.example"],
    controller: { name: "Shop BV", contact: "privacy@shop.example" },
  });
  const person = { customer_id: "C-1", answers: { recommend: 9 }, dimensions: { channel: "Planted-segment" } };
  assert.equal((await survey.respond(person, { key: server.adminKey })).status, 202);
});
after(() => server.discard());

const read = (at, options) => server.api("GET", `${at.path}/privacy`, undefined, { key: null, ...options });

test("the privacy page is as the OpenAPI document says, for the smallest survey too", async () => {
  const valid = (page) => assertShape("Privacy", page);
  const smallest = await createSurvey(server, { questions: [NPS] });
  for (const at of [survey, smallest]) {
    const reply = await read(at);
    assert.equal(reply.status, 200, reply.text);
    assert.equal(reply.headers["content-type"], "application/json");
    valid(reply.json);
    assert.equal(reply.json.survey, at.id);
    assert.equal(reply.json.notice, at.notice);
    assert.equal(reply.json.residency, null);
  }
  for (const example of OPENAPI.components.schemas.Privacy.examples) valid(example);
  assert.throws(() => valid({ ...OPENAPI.components.schemas.Privacy.examples[0], secret: 1 }));
});

test("the privacy page is the same for every caller, and says no secret", async () => {
  const { text } = await read(survey);
  for (const options of [{ key: server.adminKey }, { headers: { origin: "https://listed.example" } }, { headers: { "sec-gpc": "1" } }]) {
    assert.equal((await read(survey, options)).text, text);
  }
  const rows = await readRows(server.stateDir, [survey]);
  const { head, window, persons, submissions } = rows.ledgers[survey.id];
  const secrets = [head[0].secret, head[0].incarnation, window[0].secret, persons[0].marker, submissions[0].marker];
  const hidden = ["Planted-name", "Planted-segment", "plantedword", "listed.example", server.adminKey, server.pepper];
  for (const word of [...hidden, ...secrets.map((secret) => secret.hex ?? secret)]) assert.ok(!text.includes(word), word);
});

test("the privacy page describes every table that is there, and every column", async () => {
  const { json } = await read(survey);
  const rows = await readRows(server.stateDir, [survey]);
  for (const [where, tables] of [["ledger", rows.ledgers[survey.id]], ["d1", rows.d1]]) {
    const told = json.stored.filter((table) => table.where === where);
    assert.deepEqual(told.map(({ table }) => table).sort(), Object.keys(tables).sort(), where);
    for (const { table, columns } of told) {
      if (tables[table].length === 0) continue;
      assert.deepEqual(columns.map(({ name }) => name), Object.keys(tables[table][0]), table);
    }
  }
});

test("the privacy page follows the survey", async () => {
  const own = await createSurvey(server, { questions: [NPS] });
  const body = { name: "Another", questions: [NPS], window: "60d", verified_only: true, release: { every: "2h", min_cohort: 9, patience: "5d" } };
  assert.equal((await server.api("PUT", own.path, body)).status, 200);
  const { json } = await read(own);
  assert.equal(json.revision, 2);
  assert.match(json.stored.find(({ table }) => table === "persons").life, /60 days/);
  assert.match(json.stored.find(({ table }) => table === "buckets").life, /every 2 hours.* 9 responses.* 5 days/);
  assert.deepEqual(json.purposes.map(({ required }) => required), [true, true]);
});

test("the privacy page is refused as the survey's definition is", async () => {
  const foreign = { headers: { origin: "https://other.example" } };
  assertProblem(await read(survey, foreign), 403, "origin-refused");
  const shared = await read(survey, { headers: { origin: "https://listed.example" } });
  assert.equal(shared.headers["access-control-allow-origin"], "https://listed.example");
  assertProblem(await read(survey, { key: "unknown" }), 401, "wrong-key");
  assertProblem(await read({ path: "/v1/surveys/zzzzzzzz" }), 404, "not-found");
  assertProblem(await server.api("GET", `${survey.path}/privacy?x=1`), 422, "invalid", [" unknown_parameter"]);
  const preflight = await server.api("OPTIONS", `${survey.path}/privacy`, undefined, foreign);
  assert.deepEqual([preflight.status, preflight.headers["access-control-allow-methods"]], [204, "GET"]);
});

test("with a jurisdiction a Ledger is asked there or not at all", async () => {
  const restricted = await startServer({ vars: { JURISDICTION: "eu" } });
  try {
    const own = await createSurvey(restricted, { questions: [NPS] });
    // The platform on this machine has no jurisdictions, and says so.
    assertProblem(await own.respond({ answers: { recommend: 9 } }), 503, "unavailable");
    assertProblem(await restricted.api("GET", `${own.path}/kpis`), 503, "unavailable");
    assertProblem(await restricted.api("PUT", own.path, { name: "N", questions: [NPS] }), 503, "unavailable");
    await restricted.scheduled(Date.now());
    const told = await restricted.api("GET", `${own.path}/privacy`, undefined, { key: null });
    assert.deepEqual(told.json.residency, { jurisdiction: "eu" });
    const ledgers = (directory) => [...readFiles(directory).keys()].filter((name) => /^do\/.*\/[0-9a-f]{64}\.sqlite$/.test(name));
    assert.deepEqual(ledgers(restricted.stateDir), [], "no Ledger elsewhere");
    assert.equal(ledgers(server.stateDir).length >= 1, true, "where they are kept without one");
    const logged = (line) => /fault [0-9a-f]{16}: .*[Jj]urisdiction/.test(line);
    await until(() => restricted.logs.some(logged), "a line in the log");
  } finally {
    await restricted.discard();
  }
});

test("an unknown jurisdiction is a fault, not a Ledger somewhere", async () => {
  const faulty = await startServer({ vars: { JURISDICTION: "europe" } });
  try {
    const reply = await faulty.api("POST", "/v1/surveys", { name: "N", questions: [NPS] });
    assertProblem(reply, 500, "internal");
    const logged = (line) => line.includes(`fault ${reply.json.reference}: the variable JURISDICTION`);
    await until(() => faulty.logs.some(logged), "a line in the log");
    assert.equal((await faulty.api("GET", "/healthz", undefined, { key: null })).status, 200);
  } finally {
    await faulty.discard();
  }
});
