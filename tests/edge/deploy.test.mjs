// scripts/deploy, as far as it can be tried without an account: its dry run, and what it decides by itself.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { PLACEHOLDER, UPLOADS, deployedTo, findDatabase, missingSecrets, presentSecrets, steps, target, withDatabaseId } from "../../scripts/deployment.mjs";
import { SECRETS, secretsOf } from "../../scripts/keys.mjs";
import { WORKERS, readConfig } from "../../scripts/workers.mjs";

const file = (name) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const TOML = readFileSync(file("wrangler.toml"), "utf8");
const config = ({ id = PLACEHOLDER, jurisdiction } = {}) => ({
  vars: jurisdiction === undefined ? {} : { JURISDICTION: jurisdiction },
  d1_databases: [{ database_name: "feedback", database_id: id }],
});

const alike = (options) => Object.fromEntries(UPLOADS.map((worker) => [worker, config(options)]));
const holdersLack = (...names) => Object.fromEntries(UPLOADS.map((worker) => [worker, secretsOf(worker).filter((name) => !names.includes(name))]));

/** Runs it where nobody is logged in. */
function deploy(...options) {
  const home = mkdtempSync(path.join(tmpdir(), "counterfoil-home-"));
  try {
    const env = { PATH: process.env.PATH, HOME: home, WRANGLER_SEND_METRICS: "false" };
    return spawnSync(process.execPath, [file("scripts/deploy.mjs"), ...options], { env, encoding: "utf8" });
  } finally {
    rmSync(home, { recursive: true });
    assert.equal(readFileSync(file("wrangler.toml"), "utf8"), TOML, "nothing was written");
  }
}

test("a dry run says every step, bundles the Workers, and changes nothing", () => {
  const done = deploy("--dry-run");
  assert.equal(done.status, 0, done.stderr);
  const said = [...done.stdout.matchAll(/^\d\. (\w+)/gm)].map(([, name]) => name);
  assert.deepEqual(said, ["Account", "Database", "Secrets", "Secrets", "Tables", "Worker", "Worker", "Worker", "Say"]);
  assert.equal(done.stdout.match(/--dry-run: exiting now/g).length, UPLOADS.length);
});

test("without an account it ends at the first step", () => {
  const done = deploy();
  assert.equal(done.status, 1, done.stdout);
  assert.match(done.stderr, /^deploy.mjs: wrangler whoami --json failed/m);
  assert.deepEqual(done.stdout.match(/^== \w+/gm), ["== Account"]);
  assert.equal(deploy("--dryrun").status, 1, "an unknown option deploys nothing");
});

test("a database is made under the jurisdiction that wrangler.toml says, once", () => {
  const create = (options) => steps(target(alike(options)))[1].command;
  assert.deepEqual(create(), ["d1", "create", "feedback"]);
  assert.deepEqual(create({ jurisdiction: "" }), ["d1", "create", "feedback"]);
  assert.deepEqual(create({ jurisdiction: "eu" }), ["d1", "create", "feedback", "--jurisdiction", "eu"]);
  assert.equal(create({ id: "4a", jurisdiction: "eu" }), undefined);
  assert.throws(() => target(alike({ jurisdiction: "europe" })), /JURISDICTION/);
  assert.throws(() => target({ ...alike(), office: config({ jurisdiction: "eu" }) }), /differ in their JURISDICTION/);
  assert.throws(() => target({ ...alike(), office: config({ id: "4a" }) }), /differ in their database_id/);
  assert.equal(target(Object.fromEntries(WORKERS.map((worker) => [worker, readConfig(worker)]))).jurisdiction, "");
});

test("a database that is there is taken, unless it is kept elsewhere than wanted", () => {
  const all = [{ name: "other", uuid: "1" }, { name: "feedback", uuid: "2" }, { name: "here", uuid: "3", jurisdiction: "eu" }];
  assert.deepEqual(findDatabase(all, { name: "new" }, "eu"), {});
  assert.deepEqual(findDatabase(all, { name: "feedback" }, ""), { id: "2" });
  assert.deepEqual(findDatabase(all, { name: "here" }, "eu"), { id: "3" });
  assert.match(findDatabase(all, { name: "feedback" }, "eu").doubt, /--jurisdiction eu/);
  assert.throws(() => findDatabase(all, { name: "here" }, ""), /another jurisdiction/);
  const elsewhere = [{ name: "feedback", uuid: "2", jurisdiction: null }];
  assert.throws(() => findDatabase(elsewhere, { name: "feedback" }, "eu"), /another jurisdiction/);
});

test("Workers are uploaded after those that they refer to", () => {
  assert.deepEqual([...UPLOADS].sort(), [...WORKERS].sort());
  for (const [i, worker] of UPLOADS.entries()) {
    const { services = [], durable_objects } = readConfig(worker);
    const names = [...services.map(({ service }) => service), ...durable_objects.bindings.map(({ script_name }) => script_name)];
    const before = UPLOADS.slice(0, i).map((other) => readConfig(other).name);
    for (const name of names.filter(Boolean)) assert.ok(before.includes(name), `${worker} refers to ${name}`);
  }
});

test("the database's id goes into its own lines of wrangler.toml, and nowhere else", () => {
  const written = withDatabaseId(TOML, "4a-4b");
  const changed = written.split("\n").filter((line, i) => line !== TOML.split("\n")[i]);
  assert.equal(changed.length, UPLOADS.length);
  for (const line of changed) assert.match(line, /^database_id = "4a-4b"/);
  assert.throws(() => withDatabaseId(written, "5c"), /by hand/);
});

test("only secrets that are missing are made, and those of the environment are taken as they are", () => {
  const all = missingSecrets({}, {});
  assert.deepEqual([Object.keys(all.secrets), all.made], [SECRETS, SECRETS]);
  assert.equal(new Set(Object.values(all.secrets)).size, SECRETS.length);
  for (const value of Object.values(all.secrets)) assert.ok(Buffer.from(value, "base64url").length >= 32);
  assert.deepEqual(missingSecrets(holdersLack(), { PEPPER: "x".repeat(40) }), { secrets: {}, made: [] });
  assert.deepEqual(missingSecrets(holdersLack("PEPPER"), { PEPPER: "x".repeat(40) }), { secrets: { PEPPER: "x".repeat(40) }, made: [] });
  assert.throws(() => missingSecrets({}, { ADMIN_KEY: "short" }), /ADMIN_KEY/);
  assert.deepEqual(missingSecrets({ ...holdersLack(), office: [] }, {}).made, ["ADMIN_KEY", "WEBHOOK_KEY"], "what one Worker lacks is made for all that hold it");
});

test("the secret of Turnstile is asked for where there is a site key, and made nowhere", () => {
  const keyed = (key) => ({ ...config(), vars: { TURNSTILE_SITE_KEY: key } });
  const workers = (front, office) => ({ ledger: config(), front: keyed(front), office: keyed(office) });
  assert.deepEqual([target(alike()), target(workers("", "")), target(workers("0x4A", "0x4A"))].map(({ turnstile }) => turnstile), [false, false, true]);
  assert.throws(() => target(workers("0x4A", "")), /differ in their TURNSTILE_SITE_KEY/);
  const said = (key) => JSON.stringify(steps(target(workers(key, key))));
  assert.deepEqual([said("").includes("TURNSTILE_SECRET"), said("0x4A").includes("TURNSTILE_SECRET")], [false, true]);
  const wanted = { turnstile: true };
  assert.throws(() => missingSecrets(holdersLack(), {}, wanted), /TURNSTILE_SECRET/);
  assert.deepEqual(missingSecrets(holdersLack(), { TURNSTILE_SECRET: "0x4B" }, wanted), { secrets: { TURNSTILE_SECRET: "0x4B" }, made: [] });
  assert.deepEqual(missingSecrets(holdersLack(), { TURNSTILE_SECRET: "0x4B" }), { secrets: {}, made: [] }, "nobody asked");
  const has = { ...holdersLack(), front: secretsOf("front", wanted) };
  assert.deepEqual(missingSecrets(has, {}, wanted), { secrets: {}, made: [] });
  assert.equal(missingSecrets(holdersLack("PEPPER"), { TURNSTILE_SECRET: "0x4B" }, wanted).made.join(), "PEPPER");
  assert.ok(!SECRETS.includes("TURNSTILE_SECRET") && !secretsOf("office", wanted).includes("TURNSTILE_SECRET"));
});

test("wrangler's replies are read: the secrets that are there, no Worker yet, anything else is a fault", () => {
  assert.deepEqual(presentSecrets({ status: 0, stdout: '[{"name": "PEPPER", "type": "secret_text"}]', stderr: "" }), ["PEPPER"]);
  assert.deepEqual(presentSecrets({ status: 1, stdout: "", stderr: 'Worker "counterfoil" not found.' }), []);
  assert.throws(() => presentSecrets({ status: 1, stdout: "", stderr: "Authentication error" }), /could not be listed/);
  const lines = '{"type":"wrangler-session"}\n{"type":"deploy","targets":["https://counterfoil.example.workers.dev","schedule: */10 * * * *"]}\n';
  assert.equal(deployedTo(lines), "https://counterfoil.example.workers.dev");
  assert.equal(deployedTo(""), undefined);
});
