// Fuzzes the built Workers by its own OpenAPI document: starts it with fresh state, puts real objects
// into it, and lets Schemathesis call whatever the document names. Fails where the two disagree, at
// any 5xx, and where an operation was never answered with what it is for. `scripts/fuzz` runs this:
// `node tests/fuzz/run.mjs SCHEMATHESIS [its options]`.

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { startServer } from "../edge/server.mjs";
import { makeObjects } from "./objects.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const { FUZZ_EXAMPLES = "25", FUZZ_SEED = "1" } = process.env;
const [schemathesis, ...options] = process.argv.slice(2);

/** Runs a program to its end: its exit code, or the signal that ended it. */
function run(program, options, environment) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, options, { stdio: ["ignore", "inherit", "inherit"], env: { ...process.env, ...environment } });
    for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, () => child.kill(signal));
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(signal ?? code));
  });
}

// Schemathesis leaves out the call by which it reads the document; tests/edge/assets.test.mjs makes it.
const LEFT_OUT = "GET /openapi.json";

/** The operations that were never answered with a status of success that the document names. */
async function unreached(server, replies) {
  const { json } = await server.api("GET", "/openapi.json", undefined, { key: null });
  const operations = Object.entries(json.paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([, operation]) => operation.responses)
      .map(([method, { responses }]) => ({ label: `${method.toUpperCase()} ${path}`, responses })),
  );
  return operations
    .filter(({ label }) => label !== LEFT_OUT)
    .filter(({ label, responses }) => !Object.keys(replies[label] ?? {}).some((status) => status < 300 && responses[status]))
    .map(({ label }) => label);
}

const scratch = mkdtempSync(path.join(tmpdir(), "counterfoil-fuzz-"));
// Offline: generated URLs of webhooks lead to nobody.
const server = await startServer({ offline: true });
try {
  const objects = path.join(scratch, "objects.json");
  const report = path.join(scratch, "report.json");
  writeFileSync(objects, JSON.stringify(await makeObjects(server)));
  const limits = ["--max-examples", FUZZ_EXAMPLES, "--seed", FUZZ_SEED];
  const code = await run(
    schemathesis,
    ["--config-file", path.join(HERE, "schemathesis.toml"), "run", `${server.url}/openapi.json`, ...limits, ...options],
    {
      FUZZ_OBJECTS: objects,
      FUZZ_REPORT: report,
      FUZZ_KEY: server.adminKey,
      SCHEMATHESIS_HOOKS: path.join(HERE, "hooks.py"),
      PYTHONDONTWRITEBYTECODE: "1",
      // Hypothesis keeps its tables of Unicode there.
      HYPOTHESIS_STORAGE_DIRECTORY: path.join(scratch, "hypothesis"),
    },
  );
  if (!existsSync(report)) throw new Error("Schemathesis did not get as far as calling anything.");
  const { replies, allowed } = JSON.parse(readFileSync(report));
  const statuses = Object.values(replies).flatMap((counts) => Object.entries(counts));
  const sum = (wanted) => statuses.filter(([status]) => wanted(Number(status))).reduce((sum, [, count]) => sum + count, 0);
  console.log(`fuzz: ${Object.keys(replies).length} operations called ${sum(() => true)} times, ${sum((status) => status < 300)} with success.`);
  console.log("fuzz: refused although a schema allows it, as tests/fuzz/allowances.py says:");
  for (const [reason, count] of Object.entries(allowed).sort()) console.log(`fuzz: ${String(count).padStart(6)}  ${reason}`);
  // Options may leave operations out.
  const missed = options.length > 0 ? [] : await unreached(server, replies);
  for (const label of missed) console.error(`fuzz: ${label} was never answered with success: tests/fuzz/fitting.py may help it.`);
  if (code !== 0 || missed.length > 0) process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
  await server.discard();
}
