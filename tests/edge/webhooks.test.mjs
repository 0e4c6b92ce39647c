// Webhooks: kept without their secrets, signed so that the published library verifies them, and tested by
// sending to a receiver on this machine.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { Webhook } from "standardwebhooks";
import { makeKey } from "../../scripts/keys.mjs";
import { assertShape } from "./document.mjs";
import { startReceiver } from "./receiver.mjs";
import { found } from "./search.mjs";
import { startServer } from "./server.mjs";
import { readFiles } from "./state.mjs";
import { assertProblem, createSurvey } from "./survey.mjs";

/** How long a receiver may take here, in seconds. */
const WEBHOOK_TIMEOUT = "2";

let server;
let receiver;
before(async () => {
  [server, receiver] = await Promise.all([startServer({ vars: { WEBHOOK_TIMEOUT } }), startReceiver()]);
});
after(() => Promise.all([server.discard(), receiver.stop()]));
afterEach(() => {
  receiver.behave(204);
  receiver.events.length = 0;
});

const make = async (url = receiver.url) => {
  const reply = await server.api("POST", "/v1/webhooks", { name: "A test's own", url });
  assert.equal(reply.status, 201, reply.text);
  return reply.json;
};
const tested = async (id) => {
  const reply = await server.api("POST", `/v1/webhooks/${id}/test`);
  assert.equal(reply.status, 200, reply.text);
  assertShape("WebhookTest", reply.json);
  return reply.json;
};

test("a webhook is made, its secret shown once, listed, read and deleted", async () => {
  const reply = await server.api("POST", "/v1/webhooks", { name: "Alerts", url: "https://chat.example/hooks/1?a=b" });
  assert.equal(reply.status, 201, reply.text);
  assertShape("NewWebhook", reply.json);
  const { secret, ...told } = reply.json;
  assert.equal(Buffer.from(secret.replace("whsec_", ""), "base64").length, 32);
  assert.equal(reply.headers.location, `/v1/webhooks/${told.id}`);
  const read = await server.api("GET", reply.headers.location);
  assert.deepEqual([read.status, read.json], [200, told]);
  assertShape("Webhook", read.json);
  const other = await make();
  assert.notEqual(other.secret, secret);
  const pages = [];
  for (let next = ""; next !== null; ) {
    const page = await server.api("GET", `/v1/webhooks?limit=1${next && `&cursor=${next}`}`);
    assertShape("Webhooks", page.json);
    pages.push(...page.json.items);
    next = page.json.next;
  }
  assert.deepEqual(pages.map(({ id }) => id), [told.id, other.id].sort());
  assert.ok(!JSON.stringify(pages).includes("whsec_"));
  for (const { id } of pages) assert.equal((await server.api("DELETE", `/v1/webhooks/${id}`)).status, 204);
  for (const [method, path] of [["GET", ""], ["DELETE", ""], ["POST", "/test"]]) {
    assertProblem(await server.api(method, `/v1/webhooks/${told.id}${path}`), 404, "not-found");
  }
});

test("every fault of a wanted webhook is told, and nothing of it repeated", async () => {
  const faulty = await server.api("POST", "/v1/webhooks", { name: " ", url: "http://canary.example/", Canary: 1 });
  assertProblem(faulty, 422, "invalid", ["#/name blank", "#/url url", "# unknown_member 2"]);
  assert.ok(!/canary/i.test(faulty.text), faulty.text);
  assertProblem(await server.api("POST", "/v1/webhooks", {}), 422, "invalid", ["#/name missing", "#/url missing"]);
  const calls = [["POST", ""], ["GET", ""], ["GET", "/0123456789abcdef"], ["DELETE", "/0123456789abcdef"], ["POST", "/0123456789abcdef/test"]];
  const survey = await createSurvey(server, { template: "nps" });
  const key = (members) => server.api("POST", "/v1/keys", { name: "N", ...members }).then(({ json }) => json.key);
  const lesser = [await key({ scopes: ["read", "ingest"] }), await key({ scopes: ["admin"], surveys: [survey.id] })];
  for (const [method, path] of calls) {
    for (const key of lesser) assertProblem(await server.api(method, `/v1/webhooks${path}`, undefined, { key }), 403, "forbidden");
    assertProblem(await server.api(method, `/v1/webhooks${path}`, undefined, { key: null }), 401, "key-needed");
  }
});

test("a test event arrives, and the published library verifies it", async () => {
  const { id, secret } = await make();
  const told = await tested(id);
  assert.deepEqual([told.delivered, told.status, told.why], [true, 204, undefined]);
  const [{ method, path, headers, body }] = receiver.events;
  assert.deepEqual([method, path, headers["content-type"], headers["webhook-id"]], ["POST", "/hooks?from=counterfoil", "application/json", told.id]);
  const event = new Webhook(secret).verify(body, headers);
  assert.deepEqual([event.type, event.data], ["test", { webhook: id }]);
  assert.ok(Math.abs(Date.parse(event.timestamp) - Date.now()) < 60_000);
  assert.throws(() => new Webhook(secret).verify(body.replace("test", "best"), headers), /No matching signature/);
  const other = await make();
  assert.throws(() => new Webhook(other.secret).verify(body, headers), /No matching signature/);
});

test("whatever else than success a receiver does is told in a word, and what it says is read by nobody", async () => {
  const { id } = await make();
  for (const [behaviour, status, why] of [
    [500, 500, "refused"],
    [404, 404, "refused"],
    [{ status: 302, headers: { location: receiver.url } }, 302, "redirect"],
    ["stall", undefined, "timeout"],
    ["reset", undefined, "unreachable"],
  ]) {
    receiver.behave(behaviour);
    const { id: message, ...told } = await tested(id);
    assert.match(message, /^msg_[0-9a-f]{32}$/);
    assert.deepEqual(told, { delivered: false, ...(status && { status }), why });
  }
  assert.equal(receiver.events.length, 5, "no redirection was followed");
  const nobody = await make("http://127.0.0.1:9/");
  assert.deepEqual((await tested(nobody.id)).why, "unreachable");
  assert.ok(!server.logs.join("\n").includes("127.0.0.1:9"), server.logs.join("\n"));
});

test("a receiver that is gone is disabled, until it takes a test again", async () => {
  const { id } = await make();
  const disabled = async () => (await server.api("GET", `/v1/webhooks/${id}`)).json.disabled;
  assert.equal(await disabled(), null);
  receiver.behave(410);
  assert.equal((await tested(id)).why, "gone");
  const since = await disabled();
  assert.ok(Math.abs(Date.parse(since) - Date.now()) < 60_000, since);
  await tested(id);
  assert.equal(await disabled(), since);
  receiver.behave(500);
  await tested(id);
  assert.equal(await disabled(), since);
  receiver.behave(200);
  await tested(id);
  assert.equal(await disabled(), null);
});

test("no secret is in a file or a log, and secrets outlive the rotation of the ring while their key is in it", async () => {
  const own = await startServer();
  const { json: made } = await own.api("POST", "/v1/webhooks", { name: "N", url: receiver.url });
  const files = [...readFiles(own.stateDir), ["log", Buffer.from(own.logs.join("\n"))]];
  assert.notDeepEqual(found(made.id, files), [], "this would find it");
  for (const wanted of [Buffer.from(made.secret.slice(6), "base64"), own.webhookKey]) assert.deepEqual(found(wanted, files), []);
  await own.stop();
  const fresh = makeKey();
  const rotated = await startServer({ ...own, webhookKey: `${fresh} ${own.webhookKey}` });
  assert.equal((await rotated.api("POST", `/v1/webhooks/${made.id}/test`)).json.delivered, true);
  new Webhook(made.secret).verify(receiver.events[0].body, receiver.events[0].headers);
  await rotated.stop();
  const gone = await startServer({ ...own, webhookKey: fresh });
  assert.equal((await gone.api("POST", `/v1/webhooks/${made.id}/test`)).json.why, "no_key");
  assert.equal(receiver.events.length, 1);
  await gone.discard();
});

test("a webhook that a survey's answers are relayed to is not deleted", async () => {
  const { id } = await make();
  const questions = [{ id: "why", kind: "comment" }];
  const survey = await createSurvey(server, { questions, relay: { webhook: id } });
  const refused = await server.api("DELETE", `/v1/webhooks/${id}`);
  assertProblem(refused, 409, "in-use");
  assertShape("InUse", refused.json);
  assert.deepEqual(refused.json.surveys, [survey.id]);
  assert.equal((await server.api("GET", `/v1/webhooks/${id}`)).status, 200);
  const { relay, ...without } = survey.definition;
  assert.deepEqual(relay, { webhook: id });
  assert.equal((await server.api("PUT", survey.path, without)).status, 200);
  assert.equal((await server.api("DELETE", `/v1/webhooks/${id}`)).status, 204);
});
