// Deploys the Workers that scripts/build has built; started by scripts/deploy. Each step looks first, and makes only what is missing.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { UPLOADS, deployedTo, findDatabase, missingSecrets, presentSecrets, steps, target, withDatabaseId } from "./deployment.mjs";
import { secretsOf } from "./keys.mjs";
import { fail } from "./serve.mjs";
import { readConfig } from "./workers.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const CONFIG = path.join(ROOT, "wrangler.toml");
const WRANGLER = path.join(ROOT, "node_modules/.bin/wrangler");

/** Runs wrangler, asking nothing: what it says is shown, and with `quiet` returned instead. */
function wrangler(args, { quiet = false, env = {} } = {}) {
  const done = spawnSync(WRANGLER, args, {
    cwd: ROOT,
    env: { ...process.env, WRANGLER_SEND_METRICS: "false", ...env },
    stdio: ["ignore", ...(quiet ? ["pipe", "pipe"] : ["inherit", "inherit"])],
    encoding: "utf8",
  });
  if (done.error) throw done.error;
  return done;
}

/** The same, for what must succeed. */
function must(args, options) {
  const done = wrangler(args, options);
  if (done.status !== 0) {
    process.stderr.write(`${done.stdout ?? ""}${done.stderr ?? ""}`);
    throw new Error(`wrangler ${args.join(" ")} failed: see its message above.`);
  }
  return done.stdout;
}

function rehearse(wanted) {
  console.log(`A dry run: nothing is made or changed. ${wanted.jurisdiction ? `Jurisdiction: ${wanted.jurisdiction}.` : "No jurisdiction."}`);
  for (const [i, { name, does, command }] of steps(wanted).entries()) {
    console.log(`${i + 1}. ${name}: ${does}${command ? `\n   wrangler ${command.join(" ")}` : ""}`);
  }
  console.log(`${steps(wanted).length + 1}. Say where it answers, and once each secret that was made.\n`);
  for (const worker of UPLOADS) must(["deploy", "--env", worker, "--dry-run"]);
}

/** The database's id, after making the database where there is none. */
function database(wanted, create) {
  if (wanted.database.id) return;
  const look = () => JSON.parse(must(["d1", "list", "--json"], { quiet: true }));
  let { id, doubt } = findDatabase(look(), wanted.database, wanted.jurisdiction);
  if (!id) {
    must(create);
    ({ id } = findDatabase(look(), wanted.database, wanted.jurisdiction));
  } else if (doubt) {
    console.log(doubt);
  }
  if (!id) throw new Error("The database was made, but the account does not list it yet: run this again.");
  writeFileSync(CONFIG, withDatabaseId(readFileSync(CONFIG, "utf8"), id));
  console.log(`wrangler.toml now names the database ${id}: keep that line.`);
}

/** Uploads a Worker with its secrets, which exist in a file for that time alone; where it answers. */
function upload(secrets, command) {
  const folder = mkdtempSync(path.join(tmpdir(), "counterfoil-"));
  const stay = () => {}; // so that an interruption, too, ends with the file removed
  process.on("SIGINT", stay).on("SIGTERM", stay);
  try {
    const file = path.join(folder, "secrets.json");
    const said = path.join(folder, "said");
    writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
    writeFileSync(said, "");
    const given = Object.keys(secrets).length > 0 ? ["--secrets-file", file] : [];
    must([...command, ...given], { env: { WRANGLER_OUTPUT_FILE_PATH: said } });
    return deployedTo(readFileSync(said, "utf8"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
    process.off("SIGINT", stay).off("SIGTERM", stay);
  }
}

function deploy(wanted) {
  const plan = steps(wanted);
  const all = (name) => plan.filter((step) => step.name === name);
  const begin = (step) => (console.log(`== ${step.name}: ${step.does}`), step.command);
  const [account, place, tables] = ["Account", "Database", "Tables"].map((name) => all(name)[0]);
  must(begin(account), { quiet: true });
  database(wanted, begin(place));
  const present = {};
  for (const step of all("Secrets")) present[step.worker] = presentSecrets(wrangler(begin(step), { quiet: true }));
  const { secrets, made } = missingSecrets(present, process.env, wanted);
  must(begin(tables));
  let url;
  try {
    for (const step of all("Worker")) {
      const own = Object.entries(secrets).filter(([name]) => secretsOf(step.worker, wanted).includes(name));
      url = upload(Object.fromEntries(own), begin(step));
    }
    console.log(`\nCounterfoil answers at ${url ?? "the address above"}`);
  } finally {
    // Whatever became of the uploads: some Worker may have them by now.
    if (made.length > 0) {
      console.log("These secrets were made, and are shown this once. Put them into a password store: rotating needs them.");
      for (const name of made) console.log(`${name}=${secrets[name]}`);
    }
  }
}

try {
  const { values } = parseArgs({ options: { "dry-run": { type: "boolean" } } });
  const wanted = target(Object.fromEntries(UPLOADS.map((worker) => [worker, readConfig(worker)])));
  if (values["dry-run"]) rehearse(wanted);
  else deploy(wanted);
} catch (fault) {
  fail(fault);
}
