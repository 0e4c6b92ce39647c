// Measures what accepting a response costs, as a ratio to two references in the same run. Started by scripts/bench.
//
// One Miniflare process with its state on disk in a fresh directory, one client in a process of its
// own; every request is a POST with the same kind of body. The paths are measured in rounds, one
// after the other in each round, so that whatever slows the machine slows all of them alike:
//   constant     a constant reply from the Worker          } only in the bench build
//   empty        an empty call to a Durable Object         }
//   anonymous    a response, accepted
//   identified   a response with a customer id, accepted
// Then KPIs are read, of a thousand responses and of ten million over the same days, in turns.

import { execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ask, connect } from "./client.mjs";
import { SECRETS, makeKey } from "./keys.mjs";
import { endOnSignals, endWith, fail, serve } from "./serve.mjs";
import { WORKERS } from "./workers.mjs";

const BUILD = fileURLToPath(new URL("../build-bench", import.meta.url));
const LOAD = fileURLToPath(new URL("load.mjs", import.meta.url));
const CONNECTIONS = [16, 64];
const GOAL = 0.8; // accepted responses against empty calls
const KPI_GOAL = 1.2; // reading KPIs of many responses against few
const CALL_LIMIT_S = 120;

// A survey with questions of three kinds; its ticks come during the measurement, as in life.
const SURVEY = {
  name: "Bench",
  questions: [
    { id: "recommend", kind: "nps" },
    { id: "satisfied", kind: "csat" },
    { id: "reasons", kind: "choice", options: ["price", "speed"], multiple: true },
  ],
  dimensions: { channel: ["web", "email", "store"], touchpoint: ["checkout", "support"] },
  release: { every: "10s", min_cohort: 5, patience: "1m" },
};

endOnSignals();
const stateDir = mkdtempSync(path.join(tmpdir(), "counterfoil-bench-"));
process.on("exit", () => rmSync(stateDir, { recursive: true, force: true }));
try {
  const { values } = parseArgs({ options: { quick: { type: "boolean" } } });
  const [rounds, requests] = values.quick ? [5, 400] : [15, 1000];
  const vars = Object.fromEntries(SECRETS.map((name) => [name, makeKey()]));
  const key = vars.ADMIN_KEY;
  const server = await serve({ stateDir, build: BUILD, vars });
  endWith(server);
  const survey = await ask(connect(server.url, { key }), "POST", "/v1/surveys", SURVEY);
  const load = fork(LOAD, [server.url, key, survey.id, survey.notice.hash]);
  process.on("exit", () => load.kill("SIGKILL"));

  console.log(`${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.versions.node}; ${rounds} rounds of ${requests} requests a path.`);
  for (const connections of CONNECTIONS) {
    const paths = ["constant", "empty", "anonymous", "identified"];
    for (const name of paths) await measure(load, name, connections, Math.ceil(requests / 5)); // to warm up
    const rates = [];
    for (let round = 0; round < rounds; round++) {
      const rate = {};
      for (const name of paths) rate[name] = await measure(load, name, connections, requests);
      rates.push(rate);
    }
    console.log(`\n${connections} connections: median of the rounds (least to most)`);
    for (const name of paths) console.log(`  ${name.padEnd(24)}${spread(rates.map((rate) => rate[name]), 0)} requests/s`);
    const ratio = (over, under, goal = "") =>
      console.log(`  ${`${over} / ${under}`.padEnd(24)}${spread(rates.map((rate) => rate[over] / rate[under]), 2)}${goal}`);
    ratio("empty", "constant");
    ratio("anonymous", "empty", `, goal >= ${GOAL}`);
    ratio("identified", "empty", `, goal >= ${GOAL}`);
  }
  console.log();
  await readKpis(server, key, values.quick ? 50 : 300);
  console.log();
  for (const worker of WORKERS) {
    const starts = Array.from({ length: values.quick ? 1 : 5 }, () => startUp(worker));
    console.log(`Start-up of the ${worker}: ${spread(starts, 1)} ms on this machine, goal <= 50`);
  }
  process.exit(0);
} catch (fault) {
  fail(fault);
}

/** How much longer KPIs of ten million responses take than of a thousand: both over 60 days, read in turns. */
async function readKpis(server, key, reads) {
  const api = connect(server.url, { key });
  const database = await server.database();
  const insert = database.prepare(
    "insert into cohorts (survey, day, question, dimension, segment, min_cohort, n, tallies) select ?1, ?2, 'recommend', ?3, ?4, 5, ?5, ?6",
  );
  const days = Array.from({ length: 60 }, (_, ago) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10));
  const cohorts = ["web", "email", "store", "(none)", "(other)"].map((segment) => ["channel", segment]);
  const paths = [];
  for (const [responses, places] of [
    [1e3, [["", "(unattributed)"], ["channel", "web"]]], // few fill no more
    [1e7, [["", "(unattributed)"], ...cohorts, ["touchpoint", "checkout"], ["touchpoint", "support"]]],
  ]) {
    const survey = await ask(api, "POST", "/v1/surveys", { ...SURVEY, questions: SURVEY.questions.slice(0, 1) });
    const [{ id }] = (await database.prepare("select max(id) as id from surveys").all()).results;
    const n = Math.round(responses / days.length / places.length);
    const tallies = JSON.stringify({ 9: n - Math.floor(n / 3), 3: Math.floor(n / 3) });
    await database.batch(days.flatMap((day) => places.map(([dimension, segment]) => insert.bind(id, day, dimension, segment, n, tallies))));
    paths.push(`/v1/surveys/${survey.id}/kpis?from=${days[29]}&to=${days[0]}&step=day&by=channel&compare=previous`);
  }
  const ratios = [];
  for (let i = 0; i < reads + 10; i++) {
    const times = [];
    for (const path of paths) {
      const begun = performance.now();
      await ask(api, "GET", path);
      times.push(performance.now() - begun);
    }
    if (i >= 10) ratios.push(times[1] / times[0]);
  }
  const sorted = ratios.toSorted((a, b) => a - b);
  const quarter = (q) => sorted[Math.floor((sorted.length - 1) * q)].toFixed(2);
  console.log(`KPIs of ten million responses / of a thousand: ${quarter(0.5)} (half of ${reads} pairs ${quarter(0.25)} to ${quarter(0.75)}), goal <= ${KPI_GOAL}`);
}

/** Requests a second on one path. */
async function measure(load, name, connections, requests) {
  const limit = AbortSignal.timeout(CALL_LIMIT_S * 1000);
  load.send({ name, connections, requests });
  const [{ rate, fault }] = await once(load, "message", { signal: limit }).catch(() => {
    throw new Error(`${requests} requests to ${name} took more than ${CALL_LIMIT_S} s.`);
  });
  if (fault) throw new Error(`${name}: ${fault}`);
  return rate;
}

/** Milliseconds of work in the start-up of a Worker, as wrangler profiles it in workerd. */
function startUp(worker) {
  const file = path.join(stateDir, "start.cpuprofile");
  const wrangler = fileURLToPath(new URL("../node_modules/.bin/wrangler", import.meta.url));
  const options = ["check", "startup", `--args=${path.join(BUILD, worker, "entry.mjs")}`, "--outfile", file];
  execFileSync(wrangler, options, { stdio: "ignore", timeout: CALL_LIMIT_S * 1000, env: { ...process.env, WRANGLER_SEND_METRICS: "false" } });
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, "utf8"));
  const idle = new Set(nodes.filter((node) => node.callFrame.functionName === "(idle)").map((node) => node.id));
  return timeDeltas.reduce((sum, delta, i) => (idle.has(samples[i]) ? sum : sum + delta), 0) / 1000;
}

function spread(numbers, digits) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  return `${middle.toFixed(digits)} (${sorted[0].toFixed(digits)} to ${sorted.at(-1).toFixed(digits)})`;
}
