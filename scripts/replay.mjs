// Sends a file of ratings through the public API, one response a row, and prints the scores. Started by scripts/replay.
//
// A run keeps its random key and the number of rows done from the start of the file in .replay/.
// Submission ids follow from key and row, so that a run that was interrupted goes on, and a row that
// was sent twice counts once.

import { createReadStream } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Presets, SingleBar } from "cli-progress";
import { parse } from "csv-parse";
import { ask, connect, openSurvey, submissionId } from "./client.mjs";
import { readKeys } from "./keys.mjs";
import { readMapping, responseOf, surveyFor } from "./mapping.mjs";
import { openRun } from "./run.mjs";

const UNITS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const LONGEST_WAIT_MS = 15 * 60_000;
const MOST_AT_ONCE = 1024;
const USAGE = `usage: scripts/replay FILE.csv (--survey ID | --create) --answer COLUMN=QUESTION [...]

  --url URL                   where Counterfoil is (default: http://127.0.0.1:8787)
  --key KEY                   an admin key (default: ADMIN_KEY from the environment or .dev.vars)
  --survey ID                 the survey that takes the responses
  --create                    make a survey that fits the file instead
  --answer COLUMN=QUESTION    a column with answers; with --create QUESTION may be ID:KIND or ID:KIND/POINTS,
                              KIND one of nps, csat, ces, rating, choice, yes_no, comment (default: as the id says)
  --customer COLUMN           a column with customer ids, and with it
  --prefix P                  what goes before each of them
  --dimension COLUMN[=NAME]   a column with the segments of a dimension
  --limit N                   at most N rows, from the start of the file
  --concurrency N             requests at a time (default: 32)
  --every, --patience, --min-cohort   the release terms of --create (such as 10s, 1m, 5)
  --wait                      wait until the ticks have released what they can (at most ${LONGEST_WAIT_MS / 60_000} minutes)
  --again                     forget an earlier run of this file: its rows will count anew

An empty cell is no answer, no customer id, no segment. Each response says that all consent was given
that its columns need: replay what people did agree to.`;

const { values: options, positionals } = readArguments();
try {
  if (options.help) console.log(USAGE);
  else await replay(positionals[0]);
} catch (fault) {
  stop(fault.message);
}

function readArguments() {
  const text = { type: "string" };
  const several = { type: "string", multiple: true, default: [] };
  const flag = { type: "boolean" };
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        url: { ...text, default: "http://127.0.0.1:8787" },
        key: text, survey: text, create: flag, answer: several, customer: text, prefix: { ...text, default: "" },
        dimension: several, limit: text, concurrency: text, every: text, patience: text,
        "min-cohort": text, wait: flag, again: flag, help: flag,
      },
    });
  } catch (fault) {
    stop(fault.message);
  }
}

async function replay(file) {
  if (!file || positionals.length > 1) throw new Error("exactly one FILE.csv is needed; --help says more.");
  if (!options.survey === !options.create) throw new Error("one of --survey ID and --create is needed.");
  const most = count("limit", Number.MAX_SAFE_INTEGER) ?? Infinity;
  const atOnce = count("concurrency", MOST_AT_ONCE) ?? 32;
  const mapping = readMapping(options);
  const key = options.key ?? readKeys().ADMIN_KEY;
  if (!key) throw new Error("an admin key is needed: --key, or ADMIN_KEY in the environment or in .dev.vars.");
  const api = connect(options.url, { key, connections: atOnce });

  for await (const row of rowsOf(file)) {
    responseOf(row, mapping); // The first row shows whether the columns are there: before a survey is made.
    break;
  }
  const release = { every: options.every, patience: options.patience, min_cohort: count("min-cohort", 10_000) };
  const run = await openRun(file, [options.url, options.survey, options.create && release, mapping], options.again);
  if (!run.state.survey) {
    run.state.survey = options.survey ?? (await create(api, file, mapping, release));
    run.keep();
  }
  const survey = await openSurvey(api, run.state.survey);
  console.log(`Survey ${run.state.survey}: rows from ${run.state.done + 1} on.`);

  const before = options.wait ? await told(api, survey.definition.id) : 0;
  const sent = await send(file, survey, mapping, run, most, atOnce);
  const rate = sent.rows / Math.max(sent.seconds, 0.001);
  console.log(
    `${survey.attempts} sent, ${sent.rows} accepted, ${sent.skipped} rows without an answer, in ${sent.seconds.toFixed(1)} s: ` +
      `${Math.round(rate)} a second; ${run.state.done} rows of the file are done.`,
  );
  if (options.wait) await released(api, survey.definition, before + sent.rows);
  await report(api, run.state.survey);
}

async function create(api, file, mapping, release) {
  const name = `Replay of ${file.split(/[\\/]/).at(-1)}`;
  const survey = await surveyFor(name, mapping, rowsOf(file), release);
  return (await ask(api, "POST", "/v1/surveys", survey)).id;
}

/** The rows, streamed; what cannot be parsed ends it. */
async function* rowsOf(file) {
  const parser = parse({ columns: true, bom: true, trim: true, skip_empty_lines: true });
  const source = createReadStream(file).on("error", (fault) => parser.destroy(fault));
  yield* source.pipe(parser);
}

/** Sends what is not done yet, `atOnce` rows at a time. */
async function send(file, survey, mapping, run, most, atOnce) {
  const started = performance.now();
  const before = run.state.done;
  const show = progress(Math.min(most, run.rows), before);
  const finished = new Set();
  let [next, rows, skipped] = [0, 0, 0];
  let ended = before >= most;
  const source = rowsOf(file);

  // Several senders draw from one source; a generator hands out its rows one after another.
  const sender = async () => {
    while (!ended) {
      const { value: row, done } = await source.next();
      const n = next++;
      if (done || n >= most) ended = true;
      if (ended) return;
      if (n < before) continue;
      try {
        const response = responseOf(row, mapping, survey.definition);
        if (response) await survey.send({ submission_id: submissionId(run.state.key, n), ...response });
        response ? rows++ : skipped++;
      } catch (fault) {
        ended = true;
        throw new Error(`row ${n + 1} stopped the run: ${fault.message}`);
      }
      finished.add(n);
      while (finished.delete(run.state.done)) run.state.done++;
      show.update(before + rows + skipped);
    }
  };

  const keeping = setInterval(run.keep, 500);
  const interrupted = () => {
    show.stop();
    run.keep();
    stop(`interrupted after ${run.state.done} rows; the same command goes on from there.`, 130);
  };
  process.once("SIGINT", interrupted).once("SIGTERM", interrupted);
  try {
    const senders = await Promise.allSettled(Array.from({ length: atOnce }, sender));
    const failed = senders.find((end) => end.status === "rejected");
    if (failed) throw failed.reason;
  } finally {
    clearInterval(keeping);
    process.off("SIGINT", interrupted).off("SIGTERM", interrupted);
    show.stop();
    run.keep();
    await source.return();
  }
  return { rows, skipped, seconds: (performance.now() - started) / 1000 };
}

/** A bar on a terminal, elsewhere a line now and then. */
function progress(total, start) {
  if (process.stderr.isTTY) {
    const bar = new SingleBar({ format: "{bar} {percentage}% | {value}/{total} rows | {eta_formatted} left" }, Presets.shades_classic);
    bar.start(total, start);
    return bar;
  }
  let due = Date.now() + 5000;
  const update = (value) => {
    if (Date.now() < due) return;
    due = Date.now() + 5000;
    console.error(`${value} of ${total} rows`);
  };
  return { update, stop() {} };
}

function milliseconds(text) {
  return parseInt(text, 10) * UNITS[text.at(-1)];
}

/** How many answers to its most answered question the Ledger tells of: those that were sealed. */
async function told(api, id) {
  const ledger = await ask(api, "GET", `/v1/surveys/${id}/ledger`);
  return Math.max(0, ...ledger.questions.map((row) => row.accepted - row.sealed));
}

/**
 * Waits until `all` are released, or the time has passed in which all of it is merged and sealed that
 * can be: twice the patience, for `(other)` and `(unattributed)`, and the ticks in between.
 */
async function released(api, { id, release }, all) {
  const every = milliseconds(release.every);
  const needed = 2 * milliseconds(release.patience) + 4 * every;
  if (needed > LONGEST_WAIT_MS) {
    console.log(`Waiting at most ${LONGEST_WAIT_MS / 60_000} minutes, though the survey's patience of ${release.patience} allows longer.`);
  }
  const until = Date.now() + Math.min(needed, LONGEST_WAIT_MS);
  while (Date.now() < until) {
    await sleep(Math.min(every, until - Date.now()));
    if ((await told(api, id)) >= all) break;
  }
}

async function report(api, id) {
  const ledger = await ask(api, "GET", `/v1/surveys/${id}/ledger`);
  console.log(`\nLedger, without what is pending (conserved: ${ledger.conserved}, next tick: ${ledger.next_tick})`);
  table(ledger.questions, ["question", "accepted", "sealed", "released", "withdrawn", "expired"]);
  const { kpis, complete_through } = await ask(api, "GET", `/v1/surveys/${id}/kpis`);
  console.log(`\nScores, complete through ${complete_through}`);
  const rows = kpis.map(({ interval, option, theme, ...kpi }) => ({
    ...kpi,
    of: option ?? theme ?? "",
    interval: interval ? `${interval.low} to ${interval.high}` : "",
  }));
  table(rows, ["question", "kpi", "of", "value", "unit", "n", "interval"]);
}

function table(rows, columns) {
  const lines = [columns, ...rows.map((row) => columns.map((column) => String(row[column] ?? "")))];
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => line[i].length)));
  for (const line of lines) console.log(line.map((cell, i) => cell.padEnd(widths[i])).join("  ").trimEnd());
}

function count(name, largest) {
  if (options[name] === undefined) return undefined;
  const number = Number(options[name]);
  if (!Number.isInteger(number) || number < 1 || number > largest) throw new Error(`--${name} must be a whole number from 1 to ${largest}.`);
  return number;
}

function stop(message, code = 1) {
  console.error(`replay: ${message}`);
  process.exit(code);
}
