// promise_2: raw ids and words die with the request. What is on disk and in the logs is searched for them.

import assert from "node:assert/strict";
import { createHash, createHmac, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { secretsOf } from "../../scripts/keys.mjs";
import { WORKERS, readConfig } from "../../scripts/workers.mjs";
import { found, writings } from "./search.mjs";
import { startServer } from "./server.mjs";
import { ofAnswers, readFiles, readRows } from "./state.mjs";
import { QUICK, createSurvey, submissionId, until } from "./survey.mjs";

const NPS = { id: "recommend", kind: "nps" };

let server, survey;
before(async () => {
  server = await startServer();
  survey = await createSurvey(server, {
    name: "Planted-name-4d1",
    questions: [NPS, { id: "why", kind: "comment" }],
    dimensions: { channel: ["Planted-segment-9f"], touchpoint: ["checkout", "support"] },
    themes: { price: { en: ["expensive"] } },
    release: QUICK,
  });
});
after(() => server.discard());

/** All that is kept: every file of the state, and the log. */
const kept = () => new Map([...readFiles(server.stateDir), ["log", Buffer.from(server.logs.join("\n"))]]);

test("the search finds what was planted, however it was written", () => {
  const directory = mkdtempSync(path.join(tmpdir(), "counterfoil-search-"));
  try {
    const value = "Planted-value-77";
    for (const [i, [, written]] of writings(value).entries()) writeFileSync(path.join(directory, `${i}`), written);
    for (const skipped of [0, 1, 2, 3, 4]) {
      const text = Buffer.from(`${"é".repeat(skipped)}${"x".repeat(skipped)}${value}tail`).toString("base64");
      writeFileSync(path.join(directory, `around ${skipped}`), `before ${text} behind`);
    }
    writeFileSync(path.join(directory, "nothing"), "Planted value 77");
    const hits = new Set(found(value, readFiles(directory)).map((hit) => hit.split(":")[0]));
    assert.deepEqual([...readFiles(directory).keys()].filter((name) => !hits.has(name)), ["nothing"]);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test("promise_2: customer ids, comments, headers and unknown words are in no file and no log", async () => {
  // All of them hold the same token, so that one search finds each.
  const token = `Cnry${randomBytes(6).toString("hex")}`;
  const canary = (what) => `${token}-${what}`;
  const key = server.adminKey;
  const headers = () => ({
    "user-agent": canary("agent"),
    referer: `https://site.example/${canary("referer")}`,
    cookie: `session=${canary("cookie")}`,
    "x-forwarded-for": canary("forwarded"),
    "cf-connecting-ip": "203.0.113.77",
    "x-request-id": canary("request"),
    "accept-language": canary("language"),
  });
  const person = canary("person");
  const ids = [];
  // Of so many, some cohort is full at the first tick.
  for (let i = 0; i < 24; i++) {
    ids.push(submissionId());
    const reply = await survey.respond(
      {
        submission_id: ids[i],
        customer_id: i === 0 ? person : canary(`person${i}`),
        answers: { recommend: i % 11, why: `expensive ${canary(`comment${i}`)}` },
        dimensions: { channel: "Planted-segment-9f", touchpoint: "support" },
      },
      { key, headers: headers() },
    );
    assert.equal(reply.status, 202, reply.text);
  }
  // By invitation.
  const invited = await server.api("POST", `${survey.path}/invitations`, { customer_ids: [canary("invited")] });
  const { invitation } = invited.json.items[0];
  assert.equal((await survey.respond({ invitation, answers: { recommend: 9 } }, { headers: headers() })).status, 202);
  assert.ok(!invited.text.includes(token), invited.text);
  // Refused in every way: the words of these must not be kept either, not even in an error's text.
  const consent = survey.consent;
  const refused = [
    `{"answers": {"why": "${canary("syntax")}"`,
    `${canary("word")}`,
    `{"${canary("escaped")}\\ud800": 1}`,
    JSON.stringify({ answers: { [canary("question")]: 1, recommend: canary("type") }, consent }),
    JSON.stringify({ [canary("member")]: canary("value"), answers: { recommend: 1 }, consent }),
    JSON.stringify({ answers: { recommend: 1 }, dimensions: { channel: canary("segment"), [canary("dimension")]: "x" }, consent }),
    JSON.stringify({ answers: { recommend: 1 }, consent: { ...consent, notice: canary("notice"), [canary("flag")]: true } }),
    JSON.stringify({ answers: { recommend: 1 }, consent: { ...consent, notice: canary("old") } }),
    JSON.stringify({ answers: { recommend: 1 }, submission_id: canary("submission"), consent }),
    JSON.stringify({ answers: { recommend: 1 }, customer_id: canary("refused").padEnd(300, "x"), consent }),
    JSON.stringify({ answers: { recommend: 1 }, invitation: canary("invitation"), consent }),
    JSON.stringify({ answers: { why: canary("long").padEnd(2001, "x") }, consent }),
    JSON.stringify({ answers: { why: canary("large").padEnd(20_000, "x") }, consent }),
    JSON.stringify({ answers: { recommend: 1, why: canary("no-consent") }, customer_id: canary("without"), consent: { ...consent, process_answers: false } }),
  ];
  for (const body of refused) {
    for (const type of ["application/json", "text/plain", canary("media")]) {
      const reply = await survey.post(body, { key, headers: { ...headers(), "content-type": type } });
      assert.ok(reply.status >= 400 && reply.status < 500, reply.text);
      assert.ok(!reply.text.includes(token), reply.text);
    }
  }
  // Counted, with what consent does not cover.
  const bare = { notice: survey.notice, process_answers: true };
  const dropped = { customer_id: canary("dropped"), answers: { recommend: 9, why: canary("unread") }, dimensions: { channel: canary("ignored") } };
  assert.equal((await survey.respond({ ...dropped, consent: bare }, { key, headers: headers() })).status, 202);
  // A private browser, a wrong key, a wrong path.
  const gpc = { ...headers(), "sec-gpc": "1" };
  assert.equal((await survey.respond({ customer_id: canary("gpc"), answers: { recommend: 9 } }, { key, headers: gpc })).status, 202);
  await survey.respond({ answers: { recommend: 9 } }, { key: canary("key"), headers: headers() });
  await server.api("GET", `/v1/surveys/${canary("path")}?${canary("query")}=1`, undefined, { headers: headers() });
  await server.api("GET", `${survey.path}/kpis?by=${canary("by")}`, undefined, { headers: headers() });

  const rows = await readRows(server.stateDir, [survey]);
  const look = () => {
    const files = kept();
    assert.ok(files.size > 5);
    assert.deepEqual(found(token, files), []);
    assert.deepEqual(found("203.0.113.77", files), []);
    // Nor hashes of ids that anybody could make, nor the ids of submissions, nor the pseudonym.
    for (const algorithm of ["sha256", "sha1", "md5", "sha512"]) {
      assert.deepEqual(found(createHash(algorithm).update(person).digest(), files), [], algorithm);
    }
    for (const id of ids) assert.deepEqual([...found(id, files), ...found(Buffer.from(id, "base64url"), files)], []);
    assert.deepEqual(found(pseudonym(server.pepper, survey.id, person), files), []);
    for (const secret of [server.pepper, server.adminKey, server.invitationKey, server.receiptKey, server.webhookKey]) assert.deepEqual(found(secret, files), []);
    const sealed = [invitation.slice(12), Buffer.from(invitation.slice(12), "base64url"), subject(survey.id, canary("invited")), subject(survey.id, person)];
    for (const value of sealed) assert.deepEqual(found(value, files), []);
    return files;
  };

  // What the search must find: what the owner wrote, and the markers.
  const files = look();
  assert.notDeepEqual(found("Planted-name-4d1", files), []);
  assert.notDeepEqual(found("Planted-segment-9f", files), []);
  assert.notDeepEqual(found(survey.definition.notice.text.en.slice(0, 60), files), []);
  const ledger = rows.ledgers[survey.id];
  const secret = Buffer.from(ledger.window[0].secret.hex, "hex");
  const marker = keyedHash(secret, "counterfoil person 1", [pseudonym(server.pepper, survey.id, person)]).subarray(0, 16);
  assert.ok(ledger.persons.some((row) => row.marker.hex === marker.toString("hex")));
  assert.notDeepEqual(found(marker, files), []);

  // The same after the tick, in D1 and in what the tick leaves behind, and after the end.
  await until(async () => (await survey.kpis()).kpis[0].n >= 5, "a release");
  look();
  await server.stop();
  look();
  const { stateDir, adminKey, pepper } = server;
  server = await startServer({ stateDir, adminKey, pepper });
});

/** A label and parts, each behind its length as eight bytes. */
function encoded(label, parts) {
  const written = [Buffer.from(label), ...parts.map((part) => Buffer.from(part))].flatMap((part) => {
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(part.length));
    return [length, part];
  });
  return Buffer.concat(written);
}
const keyedHash = (key, label, parts) => createHmac("sha256", key).update(encoded(label, parts)).digest();
const subject = (survey, customer) => createHash("sha256").update(encoded("counterfoil subject 1", [survey, customer])).digest();
const pseudonym = (pepper, survey, customer) =>
  keyedHash(pepper, "counterfoil pseudonym 1", [survey, subject(survey, customer)]);

test("promise_3: what is pending says nothing of who, and not which answers go together", async () => {
  const own = await createSurvey(server, {
    questions: [NPS, { id: "again", kind: "yes_no" }],
    dimensions: { channel: ["web"], touchpoint: ["checkout"] },
  });
  for (let i = 0; i < 8; i++) {
    const dimensions = { channel: "web", touchpoint: "checkout" };
    const reply = await own.respond({ customer_id: `C-${i}`, answers: { recommend: i, again: true }, dimensions }, { key: server.adminKey });
    assert.equal(reply.status, 202, reply.text);
  }
  const ledger = (await readRows(server.stateDir, [own])).ledgers[own.id];
  // Every column of every table: a new one must be thought about here.
  const columns = Object.fromEntries(
    Object.entries(ledger).filter(([, rows]) => rows.length > 0).map(([table, rows]) => [table, Object.keys(rows[0]).sort().join(" ")]),
  );
  assert.deepEqual(columns, {
    migrations: "number",
    head: "created definition deleted incarnation next_bucket next_sequence next_tick one projected revision secret survey sweep_at windows_over",
    window: "ends pepper secret",
    persons: "marker window",
    submissions: "marker tick way_back",
    buckets: "dimension floor id key n oldest question segment since tallies",
    accounts: "accepted expired expired_shown question released scale withdrawn withdrawn_shown",
  });
  assert.ok(ledger.buckets.filter(ofAnswers).every(({ dimension, segment }) => ["channel web", "touchpoint checkout"].includes(`${dimension} ${segment}`)));
  // A response is in the same cohort with all of its answers.
  const cohorts = (question) =>
    ledger.buckets.filter((bucket) => bucket.question === question).map(({ dimension, segment, n }) => `${dimension} ${segment} ${n}`).sort();
  assert.deepEqual(cohorts("recommend"), cohorts("again"));
  assert.equal(ledger.buckets.filter(({ question }) => question === "again").reduce((sum, { n }) => sum + n, 0), 8);
  // Markers are sorted by themselves, not by arrival.
  for (const table of ["persons", "submissions"]) {
    assert.equal(ledger[table].length, 8);
    const markers = ledger[table].map(({ marker }) => marker.hex);
    assert.deepEqual(markers, [...markers].sort(), table);
  }
});

test("every reply has the security headers, none a cookie", async () => {
  const { path: at } = survey;
  const body = { answers: { recommend: 9 }, consent: survey.consent };
  const calls = [
    [200, "GET", "/healthz"],
    [200, "GET", "/openapi.json"],
    [200, "GET", "/survey.schema.json"],
    [200, "GET", "/problems/invalid"],
    [200, "GET", "/.well-known/gpc.json"],
    [200, "GET", "/.well-known/jwks.json"],
    [200, "GET", "/v1/surveys"],
    [201, "POST", "/v1/surveys", { name: "Headers", questions: [NPS] }],
    [422, "POST", "/v1/surveys", {}],
    [200, "GET", at],
    [200, "GET", at, undefined, { key: null }],
    [200, "GET", `${at}/privacy`, undefined, { key: null }],
    [200, "GET", `${at}/kpis`],
    [304, "GET", `${at}/kpis`, undefined, { headers: { "if-none-match": "*" } }],
    [200, "GET", `${at}/consents`],
    [200, "GET", `${at}/notices/${survey.notice}`, undefined, { key: null }],
    [200, "GET", `${at}/ledger`],
    [200, "GET", "/v1/keys"],
    [404, "GET", "/v1/keys/0123456789abcdef"],
    [204, "OPTIONS", at],
    [202, "POST", `${at}/responses`, body],
    [200, "POST", `${at}/invitations`, { customer_ids: ["C-1"] }],
    [200, "POST", `${at}/responses?dry_run=1`, body],
    [400, "POST", `${at}/responses`, "{"],
    [401, "GET", `${at}/kpis`, undefined, { key: null }],
    [403, "POST", `${at}/responses`, body, { headers: { origin: "null" } }],
    [404, "GET", "/nothing"],
    [405, "DELETE", "/v1/surveys"],
    [409, "POST", `${at}/responses`, { ...body, consent: { ...survey.consent, notice: "old" } }],
    [412, "PUT", at, survey.definition, { headers: { "if-match": '"99"' } }],
    [413, "POST", `${at}/responses`, " ".repeat(17_000)],
    [415, "POST", `${at}/responses`, "{}", { headers: { "content-type": "text/html" } }],
    [422, "POST", `${at}/responses`, {}],
  ];
  for (const [status, method, path, content, options] of calls) {
    const reply = await server.api(method, path, content, options);
    const what = `${method} ${path}: ${reply.text}`;
    assert.equal(reply.status, status, what);
    // Scores may be kept by the caller alone, who asks again before each use.
    const scores = path.endsWith("/kpis") && status < 400;
    assert.equal(reply.headers["cache-control"], scores ? "private, no-cache" : "no-store", what);
    assert.match(reply.headers["content-security-policy"], /default-src 'none'.*frame-ancestors 'none'/, what);
    assert.equal(reply.headers["referrer-policy"], "no-referrer", what);
    assert.equal(reply.headers["x-content-type-options"], "nosniff", what);
    assert.match(reply.headers["strict-transport-security"], /^max-age=\d{7,}/, what);
    assert.equal(reply.headers["set-cookie"], undefined, what);
    assert.equal(reply.headers["access-control-allow-credentials"], undefined, what);
    assert.equal(reply.headers["access-control-allow-origin"] === "*", false, what);
    if (reply.text) assert.ok(reply.headers["content-type"], what);
    if (status >= 400) assert.equal(reply.headers["content-type"], "application/problem+json", what);
  }
});

test("the deployment keeps invocation logs off: they would hold addresses and links", () => {
  // Nothing secret is a variable.
  const vars = {
    front: ["JURISDICTION", "RATE_LIMIT", "TURNSTILE_SITE_KEY"],
    ledger: ["JURISDICTION"],
    office: ["JURISDICTION", "TURNSTILE_SITE_KEY"],
  };
  for (const worker of WORKERS) {
    const config = readConfig(worker);
    assert.equal(config.observability.enabled, false);
    assert.deepEqual([config.observability.logs.enabled, config.observability.logs.invocation_logs], [false, false]);
    assert.ok(!config.logpush);
    assert.deepEqual(config.tail_consumers ?? [], []);
    assert.deepEqual(config.analytics_engine_datasets, []);
    assert.deepEqual(Object.keys(config.vars).sort(), vars[worker]);
  }
});

test("only the front is reached from outside, and no other Worker has the keys of pseudonyms", () => {
  for (const worker of WORKERS) {
    const { workers_dev, preview_urls, routes, route } = readConfig(worker);
    assert.equal(workers_dev, worker === "front");
    assert.deepEqual([preview_urls ?? false, routes ?? [], route ?? ""], [false, [], ""]);
  }
  assert.deepEqual(secretsOf("ledger"), []);
  assert.deepEqual(secretsOf("office"), ["ADMIN_KEY", "WEBHOOK_KEY"]);
});
