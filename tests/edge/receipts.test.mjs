// Consent receipts: signed, verifiable by anybody, and no key to anything.

import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { after, before, test } from "node:test";
import { makeKey } from "../../scripts/keys.mjs";
import { startServer } from "./server.mjs";
import { readFiles } from "./state.mjs";
import { assertProblem, createSurvey, submissionId } from "./survey.mjs";

const QUESTIONS = [{ id: "recommend", kind: "nps" }, { id: "why", kind: "comment" }];

let server, survey;
before(async () => {
  server = await startServer();
  survey = await createSurvey(server, {
    questions: QUESTIONS,
    dimensions: { channel: ["planted-web"] },
    controller: { name: "The Shop", contact: "privacy@shop.example" },
  });
});
after(() => server.discard());

const JWKS = "/.well-known/jwks.json";

/** A response of this survey that wants a receipt. */
const respond = (others, options, at = server) =>
  at.api(
    "POST",
    `${survey.path}/responses`,
    { submission_id: submissionId(), answers: { recommend: 9 }, consent: survey.consent, receipt: true, ...others },
    { key: null, ...options },
  );

/** The header and payload of a receipt that one of these keys has signed; undefined if none has. */
function opened(receipt, { keys }) {
  const parts = receipt.split(".");
  if (parts.length !== 3) return undefined;
  const [header, payload, signature] = parts;
  const read = (part) => JSON.parse(Buffer.from(part, "base64url").toString());
  // Not every changed byte leaves JSON.
  let head;
  try {
    head = read(header);
  } catch {
    return undefined;
  }
  const jwk = keys.find(({ kid }) => kid === head.kid);
  if (!jwk || head.alg !== "EdDSA" || Buffer.from(signature, "base64url").toString("base64url") !== signature) return undefined;
  const key = createPublicKey({ key: jwk, format: "jwk" });
  const good = verify(null, Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, "base64url"));
  return good ? { header: head, payload: read(payload) } : undefined;
}

const keysOf = async (at) => {
  const reply = await at.api("GET", JWKS, undefined, { key: null });
  assert.equal(reply.status, 200, reply.text);
  return reply.json;
};

test("a receipt is verified with Node's own crypto from the served key, and a changed byte with none", async () => {
  const reply = await respond();
  assert.equal(reply.status, 202, reply.text);
  const { receipt } = reply.json;
  const jwks = await keysOf(server);
  const { header, payload } = opened(receipt, jwks);
  assert.deepEqual(header, { alg: "EdDSA", kid: jwks.keys[0].kid, typ: "consent-receipt+json" });
  assert.equal(payload.privacy_notice, `${server.url}${survey.path}/notices/${survey.notice}`);
  assert.deepEqual(payload.party_identification[0], {
    party_id: "controller",
    party_name: "The Shop",
    party_contact: "privacy@shop.example",
    party_role: "PII controller",
  });
  assert.ok(Math.abs(Date.parse(payload.events[0].event_time) - Date.now()) < 60_000);
  const flags = ["process_answers", "use_customer_id", "use_segments", "analyse_comment", "store_visit", "share_comment"];
  assert.deepEqual(payload.purposes.map(({ purpose_type }) => purpose_type), flags);
  for (let at = 0; at < receipt.length; at++) {
    const other = receipt[at] === "A" ? "B" : "A";
    assert.equal(opened(receipt.slice(0, at) + other + receipt.slice(at + 1), jwks), undefined, `at ${at}`);
  }
});

test("a receipt comes only where it is wanted, for a first answer and a repeated one alike", async () => {
  const without = await respond({ receipt: undefined });
  assert.deepEqual(Object.keys(without.json).sort(), ["status", "submission_id", "withdrawable_until"]);
  assert.equal("receipt" in (await respond({ receipt: false })).json, false);
  const submission_id = submissionId();
  const customer_id = "C-receipt";
  const key = { key: server.adminKey };
  const replies = [
    await respond({ submission_id, customer_id }, key),
    await respond({ submission_id, customer_id }, key), // sent again
    await respond({ customer_id }, key), // the same person again
  ];
  const shapes = replies.map(({ status, text, json }) => [status, text.length, Object.keys(json).join()].join());
  assert.equal(new Set(shapes).size, 1, shapes.join("\n"));
  const jwks = await keysOf(server);
  const records = replies.map(({ json }) => opened(json.receipt, jwks).payload.record_id);
  assert.equal(new Set(records).size, 3);
  for (const id of records) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  // A known id is answered although the body would be refused: what was agreed to then is not known now.
  const known = await respond({ submission_id, answers: { recommend: 11 } });
  assert.deepEqual(Object.keys(known.json).sort(), ["status", "submission_id", "withdrawable_until"]);
  // Refused, or judged only: no receipt.
  assertProblem(await respond({ receipt: "true" }), 422, "invalid", ["#/receipt type"]);
  assertProblem(await respond({ consent: { ...survey.consent, process_answers: false } }), 422, "invalid");
  const { path, consent } = survey;
  const judged = await server.api("POST", `${path}/responses?dry_run=1`, { answers: { recommend: 9 }, consent, receipt: true }, { key: null });
  assert.deepEqual(judged.json, { status: "valid" });
});

test("promise_2: nothing of the answers, the segments, the person or the submission is in a receipt, or kept of it", async () => {
  const submission_id = submissionId();
  const reply = await respond(
    { submission_id, customer_id: "planted-customer", answers: { recommend: 3, why: "planted words" }, dimensions: { channel: "planted-web" } },
    { key: server.adminKey },
  );
  assert.equal(reply.status, 202, reply.text);
  const { payload } = opened(reply.json.receipt, await keysOf(server));
  const text = JSON.stringify(payload);
  for (const word of ["planted", "recommend", "why", "web", submission_id]) assert.ok(!text.includes(word), word);
  // Nor a part of the submission id, however it was written.
  const bytes = Buffer.from(submission_id, "base64url");
  const bare = text.replaceAll("-", "");
  for (let at = 0; at + 4 <= bytes.length; at++) assert.ok(!bare.includes(bytes.toString("hex", at, at + 4)), `at ${at}`);
  assert.ok(!text.includes(bytes.toString("base64").slice(0, 20)));
  assert.ok(!reply.json.receipt.includes(submission_id));
  // Nor is anything of it kept: its id and signature are in no file and no log.
  const kept = [...readFiles(server.stateDir).values(), Buffer.from(server.logs.join("\n"))];
  const id = payload.record_id;
  const raw = Buffer.from(id.replaceAll("-", ""), "hex");
  const signature = reply.json.receipt.split(".")[2];
  for (const wanted of [id, id.replaceAll("-", ""), raw, signature, Buffer.from(signature, "base64url"), server.receiptKey]) {
    assert.ok(!kept.some((file) => file.includes(wanted)));
  }
});

test("promise_1: a receipt lists what took effect, with Global Privacy Control no optional purpose", async () => {
  const jwks = await keysOf(server);
  const purposes = async (...call) => opened((await respond(...call)).json.receipt, jwks).payload.purposes.map((p) => p.purpose_type);
  assert.deepEqual(await purposes({}, { headers: { "sec-gpc": "1" } }), ["process_answers"]);
  const some = { notice: survey.notice, process_answers: true, use_segments: true };
  assert.deepEqual(await purposes({ consent: some }), ["process_answers", "use_segments"]);
});

test("the keys are public halves alone, for every web page, and a rotation keeps old receipts valid", async () => {
  const first = await respond();
  const before = await keysOf(server);
  assert.deepEqual(before.keys.map((key) => Object.keys(key).sort().join()), ["alg,crv,kid,kty,use,x"]);
  assert.ok(!JSON.stringify(before).includes(server.receiptKey));
  const { stateDir, adminKey, pepper, invitationKey, receiptKey } = server;
  const fresh = makeKey();
  await server.stop();
  server = await startServer({ stateDir, adminKey, pepper, invitationKey, receiptKey: `${fresh} ${receiptKey}` });
  const second = await respond();
  const both = await keysOf(server);
  assert.equal(both.keys.length, 2);
  assert.deepEqual(both.keys[1], before.keys[0]);
  assert.equal(opened(second.json.receipt, both).header.kid, both.keys[0].kid);
  assert.ok(opened(first.json.receipt, both), "as long as the old key is in the ring");
  assert.equal(opened(second.json.receipt, before), undefined);
  await server.stop();
  server = await startServer({ stateDir, adminKey, pepper, invitationKey, receiptKey: fresh });
  const after = await keysOf(server);
  assert.equal(opened(first.json.receipt, after), undefined);
  assert.ok(opened(second.json.receipt, after));

  const headers = { origin: "https://anywhere.example" };
  for (const path of [JWKS, "/.well-known/gpc.json"]) {
    const reply = await server.api("GET", path, undefined, { key: null, headers });
    assert.equal(reply.headers["access-control-allow-origin"], headers.origin);
    assert.equal(reply.headers["access-control-allow-credentials"], undefined);
  }
  const reply = await server.api("GET", JWKS, undefined, { key: null });
  assert.equal(reply.headers["content-type"], "application/jwk-set+json");
  assertProblem(await server.api("GET", `${JWKS}?x=1`, undefined, { key: null }), 422, "invalid", [" unknown_parameter"]);
});

test("the deployment says that it honours Global Privacy Control", async () => {
  const reply = await server.api("GET", "/.well-known/gpc.json", undefined, { key: null });
  assert.deepEqual([reply.status, reply.headers["content-type"]], [200, "application/json"]);
  assert.deepEqual(reply.json, { gpc: true, lastUpdate: "2026-11-22" });
});
