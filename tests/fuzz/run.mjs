// Fuzzes the built Worker by its own OpenAPI document: starts it with fresh state, puts real objects
// into it, lets Schemathesis call whatever the document names, and ends with what disagreed.
//
// FUZZ_EXAMPLES and FUZZ_SEED may be set in the environment. `scripts/fuzz` runs this.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { startServer } from "../edge/server.mjs";
import { makeObjects } from "./objects.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const SCHEMATHESIS = process.argv[2];

/** Runs a program to its end; its exit code. */
function run(program, options, environment) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, options, { stdio: ["ignore", "inherit", "inherit"], env: { ...process.env, ...environment } });
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(signal ?? code));
  });
}

const server = await startServer();
const scratch = mkdtempSync(path.join(tmpdir(), "counterfoil-fuzz-"));
try {
  const objects = path.join(scratch, "objects.json");
  writeFileSync(objects, JSON.stringify(await makeObjects(server)));
  const examples = process.env.FUZZ_EXAMPLES || "40";
  const seed = process.env.FUZZ_SEED || "1";
  const code = await run(
    SCHEMATHESIS,
    [
      "--config-file", path.join(HERE, "schemathesis.toml"),
      "run", `${server.url}/openapi.json`,
      "--max-examples", examples,
      "--seed", seed,
      ...(process.env.FUZZ_ARGS || "").split(" ").filter(Boolean),
    ],
    { FUZZ_OBJECTS: objects, FUZZ_REPORT: path.join(scratch, "report.json"), FUZZ_KEY: server.adminKey, SCHEMATHESIS_HOOKS: path.join(HERE, "hooks.py"), PYTHONDONTWRITEBYTECODE: "1" },
  );
  if (code !== 0) process.exitCode = 1;
  const report = JSON.parse(readFileSync(path.join(scratch, "report.json")));
  console.log(JSON.stringify(report, null, 1));
  for (const line of server.logs.slice(-20)) if (process.env.FUZZ_LOGS) console.log("log:", line);
} finally {
  rmSync(scratch, { recursive: true, force: true });
  await server.discard();
}
