// Exports: the same figures as everywhere, as files that other programs read, told while they are read.

import assert from "node:assert/strict";
import { once } from "node:events";
import { get } from "node:http";
import { after, before, test } from "node:test";
import { parse } from "csv-parse/sync";
import { assertShape } from "./document.mjs";
import { startServer } from "./server.mjs";
import { changeD1 } from "./state.mjs";
import { assertProblem, createSurvey, until } from "./survey.mjs";

const DAY_MS = 86_400_000;
const day = (ago) => new Date(Date.now() - ago * DAY_MS).toISOString().slice(0, 10);
const cohort = (survey, at, question, n, tallies, [dimension, segment] = ["", "(unattributed)"]) => [
  "insert into cohorts (survey, day, question, dimension, segment, min_cohort, n, tallies) values (?, ?, ?, ?, ?, 5, ?, ?)",
  survey,
  at,
  question,
  dimension,
  segment,
  n,
  JSON.stringify(tallies),
];

let server;
let survey, large;
before(async () => {
  const first = await startServer();
  const questions = [{ id: "recommend", kind: "nps" }, { id: "why", kind: "choice", options: ["a", "b"] }];
  const retention = { days: 30, months: 12 };
  survey = await createSurvey(first, { questions, dimensions: { channel: ["web"] }, retention });
  large = await createSurvey(first, { questions, retention });
  await first.stop();
  const wide = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`${i}`.padStart(60, "x"), 1]));
  await changeD1(first.stateDir, [
    cohort(1, day(0), "recommend", 20, { 9: 15, 0: 5 }, ["channel", "web"]),
    // No survey can have such a segment today; a file must not hang on that.
    cohort(1, day(0), "recommend", 6, { 9: 6 }, ["channel", "=cmd|' /C calc'!A0"]),
    cohort(1, day(1), "recommend", 10, { 10: 10 }),
    cohort(1, day(1), "why", 7, { a: 4, b: 7 }),
    cohort(1, day(40), "recommend", 8, { 8: 8 }),
    cohort(1, day(40), `(consent) ${survey.notice}`, 9, { use_segments: 9 }),
    ...Array.from({ length: 28 * 20 }, (_, i) => cohort(2, day(i % 28), "recommend", 5, wide, ["channel", `s${Math.floor(i / 28)}`])),
  ]);
  server = await startServer(first);
});
after(() => server.discard());

const exported = (query = "", options) => server.api("GET", `${survey.path}/export?from=${day(60)}${query}`, undefined, options);

test("has every cohort and tally once, as CSV and as JSON lines, by day or by month as they are kept", async () => {
  const csv = await exported();
  assert.equal(csv.status, 200, csv.text);
  assert.equal(csv.headers["content-type"], "text/csv; charset=utf-8; header=present");
  assert.equal(csv.headers["cache-control"], "no-store");
  const rows = parse(csv.text, { columns: true });
  const sum = (question, answer) => rows.filter((row) => row.question === question && row.answer === answer).reduce((all, { tally }) => all + Number(tally), 0);
  assert.deepEqual(["0", "8", "9", "10"].map((answer) => sum("recommend", answer)), [5, 8, 21, 10]);
  assert.deepEqual(["a", "b"].map((answer) => sum("why", answer)), [4, 7]);
  assert.ok(rows.every(({ question }) => !question.startsWith("(consent)")), "consents are told elsewhere");

  const jsonl = await exported("&format=jsonl");
  assert.equal(jsonl.headers["content-type"], "application/jsonl");
  const lines = jsonl.text.trim().split("\n").map((line) => JSON.parse(line));
  for (const line of lines) assertShape("ExportedCohort", line);
  assert.equal(lines.length, 5);
  const [old] = lines;
  assert.deepEqual([old.n, old.tallies, old.dimension, old.segment], [8, { 8: 8 }, null, "(unattributed)"]);
  assert.ok(old.from < old.to && old.from <= day(40) && day(40) <= old.to, "a month, since days are not kept so long");
  assert.deepEqual(lines.slice(1).map(({ from, to }) => [from, to]), [1, 1, 0, 0].map((ago) => [day(ago), day(ago)]));
  const { kpis, from, to, complete_through } = (await server.api("GET", `${survey.path}/kpis?from=${day(60)}`)).json;
  assert.equal(kpis[0].n, lines.filter(({ question }) => question === "recommend").reduce((all, { n }) => all + n, 0));
  for (const line of lines) assert.equal(line.final, line.to <= complete_through, JSON.stringify(line));
  assert.equal(csv.headers["content-disposition"], `attachment; filename="counterfoil-${survey.id}-${from}-${to}.csv"`);
});

test("no cell is a formula, and JSON lines have the text as it is", async () => {
  const rows = parse((await exported()).text, { columns: true });
  assert.ok(rows.some(({ segment }) => segment === "'=cmd|' /C calc'!A0"));
  for (const row of rows) for (const cell of Object.values(row)) assert.doesNotMatch(cell, /^[=+\-@\t\r]/);
  const { text } = await exported("&format=jsonl");
  assert.ok(text.includes(JSON.stringify("=cmd|' /C calc'!A0")));
});

test("a range without answers is an empty file, with its row of names", async () => {
  const path = `${survey.path}/export?from=2020-01-01&to=2020-01-31`;
  assert.equal((await server.api("GET", path)).text, "from,to,final,question,dimension,segment,n,answer,tally\r\n");
  assert.equal((await server.api("GET", `${path}&format=jsonl`)).text, "");
});

test("what is wrong is told before anything is sent", async () => {
  assertProblem(await server.api("GET", `${survey.path}/export?format=xls&from=x&y=1`), 422, "invalid", ["from form", "format form", " unknown_parameter"]);
  assertProblem(await exported("", { key: null }), 401, "key-needed");
  assertProblem(await server.api("GET", "/v1/surveys/zzzzzzzz/export"), 404, "not-found");
});

/** A large export, of which nothing is read yet. */
async function begin() {
  const headers = { authorization: `Bearer ${server.adminKey}` };
  const [reply] = await once(get(`${server.url}${large.path}/export`, { agent: false, headers }), "response");
  assert.equal(reply.statusCode, 200);
  return reply;
}

test("a large export is sent while it is read", async () => {
  const reply = await begin();
  assert.deepEqual([reply.headers["transfer-encoding"], reply.headers["content-length"]], ["chunked", undefined]);
  let lines = 0;
  let end;
  for await (const part of reply.setEncoding("latin1")) {
    lines += part.split("\n").length - 1;
    end = ((end ?? "") + part).slice(-2);
  }
  assert.deepEqual([lines, end], [1 + 28 * 20 * 1000, "\r\n"]);
});

test("where days are rolled up meanwhile, the file breaks off rather than to have them twice or not at all", async () => {
  const reply = await begin();
  assert.equal((await server.scheduled(Date.now() + 25 * DAY_MS)).outcome, "ok");
  let end;
  for await (const part of reply.setEncoding("latin1")) end = ((end ?? "") + part).slice(-2);
  assert.notEqual(end, "\r\n", "a file without its last line break is not whole");
  // The log comes by another way, and may come later.
  await until(() => server.logs.some((line) => line.includes("export: days were rolled up meanwhile")), "the fault in the log");
});
