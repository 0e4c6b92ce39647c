// Static files: what a route names is served as it stands in the repository, and nothing else is.

import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { readConfig } from "../../scripts/workers.mjs";
import { gzipSync } from "node:zlib";
import { startServer } from "./server.mjs";
import { until } from "./survey.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BUILD = path.join(ROOT, "build");
const PAGES = readdirSync(path.join(ROOT, "docs/problems"));

/** Where each document is served, where it is kept, and its media type. */
const DOCUMENTS = [
  ["/openapi.json", "schema/openapi.json", "application/json"],
  ["/survey.schema.json", "schema/survey.schema.json", "application/schema+json"],
  ...PAGES.map((page) => [`/problems/${page.replace(/\.md$/, "")}`, `docs/problems/${page}`, "text/markdown; charset=utf-8"]),
];

/** The most that the widget may weigh, in bytes, compressed. */
const MOST_WIDGET = 5_120;
const SCRIPTS = ["widget.js", "visit.js", "turnstile.js"];
const STYLES = ["page.css"];
/** The dashboard's page, and what it loads. */
const DASHBOARD = ["dashboard/dashboard.css", "dashboard/dashboard.html", "dashboard/dashboard.js", "dashboard/preview.html", "dashboard/preview.js"];

let server;
before(async () => {
  server = await startServer();
});
after(() => server.discard());

const read = (at, method = "GET") => server.api(method, at, undefined, { key: null });

const sorted = (headers) => Object.entries(headers).sort();

/** The files of a folder, and of those in it, by their path there. */
function files(folder) {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return found.map((entry) => path.relative(folder, path.join(entry.parentPath ?? entry.path, entry.name))).sort();
}

test("a document is served as it stands in the repository, under our headers alone", async () => {
  const health = await read("/healthz");
  for (const [at, kept, mediaType] of DOCUMENTS) {
    const reply = await read(at);
    assert.equal(reply.status, 200, at);
    assert.equal(reply.text, readFileSync(path.join(ROOT, kept), "utf8"), at);
    const expected = { ...health.headers, "content-type": mediaType, "content-length": reply.headers["content-length"] };
    assert.deepEqual(sorted(reply.headers), sorted(expected), at);
  }
});

test("a document can be asked for with HEAD, and changed with nothing", async () => {
  for (const [at, , mediaType] of DOCUMENTS.slice(0, 3)) {
    const head = await read(at, "HEAD");
    assert.deepEqual([head.status, head.text, head.headers["content-type"]], [200, "", mediaType], at);
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
      const reply = await read(at, method);
      assert.deepEqual([reply.status, reply.headers.allow], [405, "GET"], `${method} ${at}`);
    }
  }
});

test("what no route names is a 404 problem, whether or not there is such a file", async () => {
  const inside = ["/problems/final.md", "/problems/final%2emd", "/problems/..%2fopenapi.json", "/problems/../openapi.json/"];
  const outside = ["/", "/index.html", "/index.js", "/openapi.json.map", "/openapi.json/", "/openapi", "/assets/openapi.json", "/assets/x", "/problems/unheard-of", "/_headers"];
  for (const at of [...inside, ...outside]) {
    const reply = await read(at);
    assert.deepEqual([reply.status, reply.json?.type], [404, "/problems/not-found"], `${at}: ${reply.text}`);
  }
});

test("a script may be embedded by every page, kept for an hour, and asked for again by its tag", async () => {
  const health = await read("/healthz");
  for (const script of SCRIPTS) {
    const reply = await read(`/${script}`);
    assert.equal(reply.text, readFileSync(path.join(BUILD, "assets", script), "utf8"));
    const { etag } = reply.headers;
    assert.match(etag, /^"[\w-]{43}"$/);
    const expected = {
      ...health.headers,
      "content-type": "text/javascript; charset=utf-8",
      "content-length": reply.headers["content-length"],
      "cache-control": "public, max-age=3600",
      "access-control-allow-origin": "*",
      "cross-origin-resource-policy": "cross-origin",
      etag,
    };
    assert.deepEqual(sorted(reply.headers), sorted(expected));
    for (const [tag, status] of [[etag, 304], [`W/${etag}`, 304], ['"another"', 200]]) {
      const again = await server.api("GET", `/${script}`, undefined, { key: null, headers: { "if-none-match": tag } });
      assert.deepEqual([again.status, again.headers.etag, again.headers["access-control-allow-origin"]], [status, etag, "*"], tag);
    }
    const refused = await read(`/${script}`, "POST");
    assert.deepEqual([refused.status, refused.headers.allow], [405, "GET"]);
  }
});

test("what the dashboard loads is kept by its caller alone, and asked for again each time", async () => {
  const health = await read("/healthz");
  for (const [at, mediaType] of [["dashboard.js", "text/javascript; charset=utf-8"], ["dashboard.css", "text/css; charset=utf-8"], ["preview.js", "text/javascript; charset=utf-8"]]) {
    const reply = await read(`/dashboard/${at}`);
    assert.equal(reply.text, readFileSync(path.join(BUILD, "assets/dashboard", at), "utf8"));
    const { etag } = reply.headers;
    const expected = { ...health.headers, "content-type": mediaType, "content-length": reply.headers["content-length"], "cache-control": "private, no-cache", etag };
    assert.deepEqual(sorted(reply.headers), sorted(expected));
    const again = await server.api("GET", `/dashboard/${at}`, undefined, { key: null, headers: { "if-none-match": etag } });
    assert.equal(again.status, 304);
  }
  for (const at of ["/dashboard/dashboard.html", "/dashboard/preview.html", "/dashboard/index.html", "/dashboard/main.jsx", "/dashboard/x"]) assert.equal((await read(at)).status, 404, at);
});

test("the widget is one file of at most 5 KB (5,120 bytes), compressed, which loads one module of ours where a survey asks for it", () => {
  const widget = readFileSync(path.join(BUILD, "assets/widget.js"));
  const size = gzipSync(widget, { level: 9 }).length;
  assert.ok(size <= MOST_WIDGET, `${size} bytes`);
  const [before, after, ...more] = widget.toString().split(/\w\.turnstile&&import\(`\$\{\w\}\/turnstile\.js`\)/);
  assert.ok(after && more.length === 0);
  assert.doesNotMatch(before + after, /import[ (]|require\(|innerHTML|document\.write|localStorage|sessionStorage|\.cookie|https?:/);
});

test("on Cloudflare, too, every request goes through the Worker first, and nothing is guessed", () => {
  // Locally the assets stand behind the Worker whatever is configured.
  const { assets } = readConfig("front");
  const { run_worker_first, html_handling, not_found_handling, binding } = assets;
  assert.deepEqual([run_worker_first, html_handling, not_found_handling, binding], [true, "none", "none", "ASSETS"]);
  assert.equal(path.relative(ROOT, path.resolve(ROOT, assets.directory)), "build/assets");
});

test("only documents, bundled scripts and style sheets are among the assets", () => {
  const documents = ["openapi.json", "survey.schema.json", ...PAGES.map((page) => `problems/${page}`)];
  assert.deepEqual(files(path.join(BUILD, "assets")), [...documents, ...SCRIPTS, ...STYLES, ...DASHBOARD].sort());
});

test("a document that was not deployed is our fault, not the caller's", async () => {
  const build = mkdtempSync(path.join(tmpdir(), "counterfoil-build-"));
  cpSync(BUILD, build, { recursive: true });
  rmSync(path.join(build, "assets/openapi.json"));
  const other = await startServer({ build });
  try {
    const reply = await other.api("GET", "/openapi.json", undefined, { key: null });
    assert.deepEqual([reply.status, reply.json.type], [500, "/problems/internal"]);
    const logged = (line) => line.includes(`fault ${reply.json.reference}: there is no asset /openapi.json`);
    await until(() => other.logs.some(logged), "a line in the log");
  } finally {
    await other.discard();
    rmSync(build, { recursive: true });
  }
});
