// What a server keeps on disk, seen from outside: its files, the pages of its databases, their rows.

import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Log, LogLevel, Miniflare } from "miniflare";
import { SCRIPT, runBatch } from "../../scripts/batches.mjs";
import { readConfig } from "../../scripts/workers.mjs";

const CONFIG = readConfig("ledger");

/** Every file under the directory: name → bytes. A file that goes away meanwhile was not there. */
export function readFiles(directory) {
  const files = new Map();
  for (const name of readdirSync(directory, { recursive: true }).sort()) {
    try {
      const file = path.join(directory, name);
      if (statSync(file).isFile()) files.set(name, readFileSync(file));
    } catch (fault) {
      if (fault.code !== "ENOENT") throw fault;
    }
  }
  return files;
}

/** The same, at one instant: the platform may move pages from a log to its file at any time. */
function readTogether(directory) {
  const sum = (files) => [...files].map(([name, bytes]) => `${name} ${hash(bytes)}`).join("\n");
  for (let files = readFiles(directory), tries = 0; ; tries++) {
    const again = readFiles(directory);
    if (sum(again) === sum(files)) return files;
    if (tries === 100) throw new Error("the state does not stand still");
    files = again;
  }
}

/**
 * A hash of every page of every database and of every other file. A database is taken with what its
 * write-ahead log has committed (https://sqlite.org/fileformat.html#walformat), so that the platform's
 * own checkpoints, which move pages from the log to the file, change nothing; of the log's index
 * (`-shm`) nothing is taken, since it only says where in the log a page is.
 */
export function readPages(directory) {
  const files = readFiles(directory);
  const pages = new Map();
  for (const [name, bytes] of files) {
    if (/-(wal|shm)$/.test(name)) continue;
    if (!name.endsWith(".sqlite")) {
      pages.set(name, hash(bytes));
      continue;
    }
    for (const [number, page] of databasePages(bytes, files.get(`${name}-wal`))) {
      pages.set(`${name} page ${number}`, hash(page));
    }
  }
  return pages;
}

const hash = (bytes) => createHash("sha256").update(bytes).digest("hex");

function databasePages(file, log) {
  const pages = new Map();
  const size = file.length >= 18 ? file.readUInt16BE(16) : 0;
  const pageSize = size === 1 ? 65536 : size;
  for (let at = 0; pageSize && at < file.length; at += pageSize) {
    pages.set(at / pageSize + 1, file.subarray(at, at + pageSize));
  }
  if (!log || log.length < 32) return pages;
  const frameSize = 24 + log.readUInt32BE(8);
  const salts = log.subarray(16, 24);
  let written = [];
  for (let at = 32; at + frameSize <= log.length; at += frameSize) {
    const frame = log.subarray(at, at + frameSize);
    if (!frame.subarray(8, 16).equals(salts)) break;
    written.push([frame.readUInt32BE(0), frame.subarray(24)]);
    const pagesAfterCommit = frame.readUInt32BE(4);
    if (pagesAfterCommit === 0) continue;
    for (const [number, page] of written) pages.set(number, page);
    for (const number of pages.keys()) if (number > pagesAfterCommit) pages.delete(number);
    written = [];
  }
  return pages;
}

/** The names of what differs between two readings of pages. */
export function changes(before, after) {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => before.get(name) !== after.get(name));
}

/** The pages, once nothing has changed for a while. */
export async function settledPages(directory, { quiet = 400, seconds = 20 } = {}) {
  let pages = readPages(directory);
  let since = Date.now();
  for (const end = Date.now() + seconds * 1000; Date.now() - since < quiet; ) {
    if (Date.now() > end) throw new Error(`the state did not settle within ${seconds} s`);
    await sleep(50);
    const now = readPages(directory);
    if (changes(pages, now).length > 0) [pages, since] = [now, Date.now()];
  }
  return pages;
}

// Opens the same storage under the same names, and only reads. Alarms that ring here find nobody in.
const READER = `
  import { DurableObject } from "cloudflare:workers";
  export class Ledger extends DurableObject {
    alarm() {}
    rows() {
      const tables = {};
      const named = "select name from sqlite_master where type = 'table' and name not glob '_cf_*' and name not glob 'sqlite_*'";
      for (const { name } of this.ctx.storage.sql.exec(named).toArray()) {
        tables[name] = this.ctx.storage.sql.exec('select * from "' + name + '"').toArray();
      }
      return tables;
    }
  }
  export default {
    async fetch(request, env) {
      const ledgers = {};
      for (const id of await request.json()) ledgers[id] = await env.LEDGER.getByName(id).rows();
      const d1 = {};
      const named = "select name from sqlite_master where type = 'table' and name not glob '_cf_*' and name not glob 'sqlite_*'";
      for (const { name } of (await env.DB.prepare(named).all()).results) {
        d1[name] = (await env.DB.prepare('select * from "' + name + '"').all()).results;
      }
      const text = JSON.stringify({ d1, ledgers }, (_, value) =>
        value instanceof ArrayBuffer ? { hex: [...new Uint8Array(value)].map((b) => b.toString(16).padStart(2, "0")).join("") } : value);
      return new Response(text);
    },
  };`;

/**
 * All rows in D1 and in the Ledgers of the given surveys: `{d1: {table: rows}, ledgers: {id: {table: rows}}}`,
 * blobs as `{hex}`. Read by a Worker of this file's own, from a copy of the state at one instant: what
 * was acknowledged before is in it.
 */
export async function readRows(stateDir, surveys = []) {
  const copy = mkdtempSync(path.join(tmpdir(), "counterfoil-copy-"));
  for (const [name, bytes] of readTogether(stateDir)) {
    mkdirSync(path.dirname(path.join(copy, name)), { recursive: true });
    writeFileSync(path.join(copy, name), bytes);
  }
  const [database] = CONFIG.d1_databases;
  const [ledgers] = CONFIG.durable_objects.bindings;
  const miniflare = new Miniflare({
    name: CONFIG.name,
    modules: true,
    script: READER,
    compatibilityDate: CONFIG.compatibility_date,
    d1Databases: { DB: database.preview_database_id },
    durableObjects: { LEDGER: { className: ledgers.class_name, useSQLite: true } },
    defaultPersistRoot: copy,
    log: new Log(LogLevel.NONE),
    cf: false,
  });
  try {
    const ids = surveys.map((survey) => survey.id ?? survey);
    const reply = await miniflare.dispatchFetch("http://reader/", { method: "POST", body: JSON.stringify(ids) });
    return JSON.parse(await reply.text());
  } finally {
    await miniflare.dispose();
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Whether a row counts answers, rather than what the service counts of its own: consents, and comments passed on. */
export const ofAnswers = ({ question }) => !question.startsWith("(");
/** Runs statements, `[sql, ...parameters]`, in the D1 of a server that is stopped. */
export async function changeD1(stateDir, statements) {
  const [database] = CONFIG.d1_databases;
  const miniflare = new Miniflare({
    name: CONFIG.name,
    modules: true,
    script: SCRIPT,
    compatibilityDate: CONFIG.compatibility_date,
    d1Databases: { DB: database.preview_database_id },
    defaultPersistRoot: stateDir,
    log: new Log(LogLevel.NONE),
    cf: false,
  });
  try {
    await runBatch((...call) => miniflare.dispatchFetch(...call), statements);
  } finally {
    await miniflare.dispose();
  }
}

/**
 * Every count of a survey, wherever it is: per question its accounts, and what is pending, sealed and
 * released of it, with the tallies of all three added up. Consents are left out, or `which` are taken.
 */
export function countsOf(rows, survey, which = ofAnswers) {
  const ledger = rows.ledgers[survey.id ?? survey];
  const counts = {};
  const of = (question) =>
    (counts[question] ??= { accepted: 0, pending: 0, sealed: 0, released: 0, tallies: {}, cohorts: [] });
  const add = (where, row) => {
    if (!which(row)) return;
    const { question, dimension, segment, n, tallies } = row;
    const found = of(question);
    found[where] += n;
    found.cohorts.push({ where, dimension, segment, n });
    const parsed = typeof tallies === "string" ? JSON.parse(tallies) : tallies;
    for (const [key, count] of Object.entries(parsed)) found.tallies[key] = (found.tallies[key] ?? 0) + count;
  };
  for (const account of (ledger.accounts ?? []).filter(which)) of(account.question).accepted = account.accepted;
  for (const bucket of ledger.buckets ?? []) add("pending", bucket);
  for (const batch of ledger.batches ?? []) for (const cohort of JSON.parse(batch.cohorts)) add("sealed", cohort);
  const number = ledger.head?.[0]?.survey;
  for (const cohort of rows.d1.cohorts) if (cohort.survey === number) add("released", cohort);
  return counts;
}
