// What a run of scripts/replay must remember to go on after an interruption.

import { createHash } from "node:crypto";
import { createReadStream, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { makeKey } from "./keys.mjs";

/** `REPLAY_DIR` names another place. */
const KEPT = process.env.REPLAY_DIR ?? fileURLToPath(new URL("../.replay", import.meta.url));

/**
 * Takes up the run that the file's content and `terms` name, or begins it. `state` is `{key, survey, done}`, `done`
 * the number of rows finished from the start on; `rows` is the number of lines in the file, hence about that of rows.
 */
export async function openRun(file, terms, again) {
  const hash = createHash("sha256").update(JSON.stringify(terms));
  let rows = -1;
  for await (const part of createReadStream(file)) {
    hash.update(part);
    for (let at = part.indexOf(10); at >= 0; at = part.indexOf(10, at + 1)) rows++;
  }
  const kept = path.join(KEPT, `${hash.digest("hex").slice(0, 32)}.json`);
  if (again) rmSync(kept, { force: true });
  let state = { key: makeKey(), done: 0 };
  try {
    state = JSON.parse(readFileSync(kept, "utf8"));
  } catch (fault) {
    if (fault.code !== "ENOENT") throw fault;
  }
  const keep = () => {
    mkdirSync(KEPT, { recursive: true });
    writeFileSync(`${kept}.new`, JSON.stringify(state), { mode: 0o600 });
    renameSync(`${kept}.new`, kept);
  };
  return { state, rows: Math.max(rows, state.done), keep };
}
