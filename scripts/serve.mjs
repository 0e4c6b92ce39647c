// Serves the built Workers on this machine, in Miniflare: `node scripts/serve.mjs [--port N] [--state DIR] [--build DIR] [--var NAME:VALUE] [--outbound HOST:PORT] [--offline]`.
//
// Bindings come from wrangler.toml, secrets from the environment or .dev.vars, migrations from
// schema/d1. Not `wrangler dev`: its proxy in front of workerd manages a third of the requests.
// Prints `workerd PID` and `ready URL` on lines of their own; what the Workers log goes to stderr. Forked with a
// channel, it runs the cron of the Worker and for the present that it is sent as `{call, scheduled, worker}`, and sends back
// how that ended, with the same `call`.

import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { readdirSync, readFileSync, mkdirSync, existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { Log, LogLevel, Miniflare, Response } from "miniflare";
import { unstable_getMiniflareWorkerOptions, unstable_splitSqlQuery } from "wrangler";
import { SCRIPT, runBatch } from "./batches.mjs";
import { EVERY_SECRET, SECRETS, readKeys, secretsOf } from "./keys.mjs";
import { WORKERS, readConfig } from "./workers.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
// workerd says nothing when it cannot load a module; ordinarily it is ready within a second or two.
const READY_S = 60;

// The Worker that serves the assets here, to ours alone.
const ASSETS = "assets";
// The Worker that runs migrations.
const BATCHES = "batches";

class StderrLog extends Log {
  log(message) {
    process.stderr.write(`${message}\n`);
  }
}

function within(seconds, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`workerd was not ready within ${seconds} s.`)), seconds * 1000);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** A Worker's files as Miniflare wants them listed: the entry first. */
function modulesIn(build, entry) {
  const files = readdirSync(build, { recursive: true }).filter((file) => /\.(js|mjs|wasm)$/.test(file));
  files.sort((a, b) => (b === entry) - (a === entry));
  return files.map((file) => ({
    type: file.endsWith(".wasm") ? "CompiledWasm" : "ESModule",
    path: path.join(build, file),
  }));
}

/**
 * What Miniflare is told of one Worker; `given` are variables and secrets, of which it gets its own. `outboundService`:
 * who answers what it asks of the world, if anybody else.
 */
function optionsOf(worker, build, given, outboundService) {
  const config = readConfig(worker);
  const root = path.join(build, worker);
  const entry = path.basename(config.main);
  if (!existsSync(path.join(root, entry))) {
    throw new Error(`There is no built Worker in ${root}: run scripts/build first.`);
  }
  const { assets, ...options } = unstable_getMiniflareWorkerOptions(config, worker).workerOptions;
  const others = EVERY_SECRET.filter((name) => !secretsOf(worker, { turnstile: true }).includes(name));
  const bindings = Object.fromEntries(Object.entries({ ...config.vars, ...given }).filter(([name]) => !others.includes(name)));
  const serviceBindings = { ...options.serviceBindings, ...(config.assets && { [config.assets.binding]: ASSETS }) };
  return { ...options, name: config.name, bindings, serviceBindings, outboundService, modulesRoot: root, modules: modulesIn(root, entry) };
}

/** Applies each file of the directory once, in order, each in one transaction with its record, as wrangler would. */
async function migrate(run, directory) {
  await run([
    [
      "create table if not exists d1_migrations(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, " +
        "applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)",
    ],
  ]);
  const [rows] = await run([["select name from d1_migrations"]]);
  const applied = new Set(rows.map((row) => row.name));
  const files = readdirSync(directory).filter((file) => file.endsWith(".sql") && !applied.has(file));
  for (const file of files.sort()) {
    const statements = unstable_splitSqlQuery(readFileSync(path.join(directory, file), "utf8"));
    try {
      await run([...statements.map((statement) => [statement]), ["insert into d1_migrations (name) values (?)", file]]);
    } catch (fault) {
      throw new Error(`The migration ${file} could not be applied: ${fault.message}`);
    }
  }
}

/**
 * Starts the Workers. `port` 0 is any free one; `vars` go over the variables and secrets that wrangler.toml,
 * the environment and .dev.vars give; `build` is a directory that scripts/build made.
 * `outbound` (host and port) answers, in the world's place, what the Workers ask of it; `offline`: all of that is
 * answered 503 here, and reaches nobody.
 * `scheduled` runs a Worker's cron for a present, the ledger's if nobody says; `ended` resolves once workerd is gone, whoever ended it.
 */
export async function serve({ port = 0, stateDir, vars = {}, build = path.join(ROOT, "build"), outbound, offline = false }) {
  process.env.WRANGLER_LOG ??= "warn"; // or it says on stdout where it found .dev.vars
  // One machine is one client: it may send as much as it likes, unless somebody asks for it.
  const given = { ...readKeys(), RATE_LIMIT: "off", ...vars };
  const missing = SECRETS.filter((name) => !given[name]);
  if (missing.length > 0) {
    throw new Error(`${missing.join(", ")} must be set, in the environment or in .dev.vars (scripts/dev makes them).`);
  }
  const assetConfig = unstable_getMiniflareWorkerOptions(readConfig("front"), "front").workerOptions.assets.assetConfig;
  const [database] = readConfig("front").d1_databases;
  mkdirSync(stateDir, { recursive: true });

  const elsewhere = outbound
    ? { external: { address: outbound, http: { forwardedProtoHeader: "x-forwarded-proto" } } }
    : offline ? () => new Response(null, { status: 503 }) : undefined;

  // Miniflare does not tell its workerd's process id, nor that it died; Node does.
  let workerd;
  const seeChild = ({ process }) => (workerd ??= process);
  subscribe("child_process", seeChild);
  const miniflare = new Miniflare({
    host: "127.0.0.1",
    port,
    log: new StderrLog(LogLevel.WARN),
    logRequests: false,
    cf: false,
    defaultPersistRoot: path.resolve(stateDir),
    handleRuntimeStdio: (...streams) => streams.forEach((stream) => stream.pipe(process.stderr, { end: false })),
    workers: [
      ...WORKERS.map((worker) => optionsOf(worker, build, given, elsewhere)),
      // Miniflare would put two Workers of its own before one with assets, which are slow and lose cron's calls.
      {
        name: ASSETS,
        modules: true,
        script: "export default {}",
        assets: { directory: path.join(build, "assets"), routerConfig: { has_user_worker: false }, assetConfig },
      },
      { name: BATCHES, modules: true, script: SCRIPT, d1Databases: { DB: database.preview_database_id } },
    ],
  });
  try {
    const url = await within(READY_S, miniflare.ready);
    const batches = await miniflare.getWorker(BATCHES);
    await migrate((statements) => runBatch((...call) => batches.fetch(...call), statements), path.join(ROOT, database.migrations_dir));
    return {
      url: url.origin,
      pid: workerd.pid,
      ended: new Promise((resolve) => workerd.once("exit", (code, signal) => resolve(signal ?? `code ${code}`))),
      database: () => miniflare.getD1Database(database.binding),
      scheduled: async (time, worker = "ledger") => (await miniflare.getWorker(readConfig(worker).name)).scheduled({ scheduledTime: new Date(time) }),
      stop: () => miniflare.dispose(),
    };
  } catch (fault) {
    await miniflare.dispose();
    throw fault;
  } finally {
    unsubscribe("child_process", seeChild);
  }
}

/** For programs that serve until they are told to end, or the program that forked them is gone: ends workerd, too. */
export function endOnSignals() {
  for (const event of ["SIGTERM", "SIGINT", "disconnect"]) process.on(event, () => process.exit(0));
}

/** For the same programs: without workerd there is nothing left to serve. */
export function endWith(server) {
  server.ended.then((how) => fail(new Error(`workerd ended by itself (${how}).`)));
}

/** Ends the program with one sentence. */
export function fail(fault) {
  process.stderr.write(`${path.basename(process.argv[1])}: ${fault.message.split("\n")[0]}\n`);
  process.exit(1);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  endOnSignals();
  try {
    const { values } = parseArgs({
      options: {
        port: { type: "string" },
        state: { type: "string" },
        build: { type: "string" },
        var: { type: "string", multiple: true },
        outbound: { type: "string" },
        offline: { type: "boolean" },
      },
    });
    const server = await serve({
      port: Number(values.port ?? process.env.PORT ?? 8787),
      stateDir: values.state ?? process.env.STATE_DIR ?? ".state",
      build: values.build && path.resolve(values.build),
      outbound: values.outbound,
      vars: Object.fromEntries((values.var ?? []).map((pair) => pair.split(/:(.*)/s, 2))),
      offline: values.offline,
    });
    endWith(server);
    process.on("message", async ({ call, scheduled, worker }) => process.send({ call, ...(await server.scheduled(scheduled, worker)) }));
    console.log(`workerd ${server.pid}\nready ${server.url}`);
  } catch (fault) {
    fail(fault);
  }
}
