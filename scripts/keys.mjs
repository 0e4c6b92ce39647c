// The Workers' secrets on this machine: from the environment, else from .dev.vars (the file that wrangler reads, too).

import { randomBytes } from "node:crypto";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

// Which Workers have which: none has more than it needs.
const HOLDERS = { ADMIN_KEY: ["front", "office"], PEPPER: ["front"], INVITATION_KEY: ["front"], RECEIPT_KEY: ["front"], WEBHOOK_KEY: ["front", "office"] };

export const SECRETS = Object.keys(HOLDERS);
/** The names of a Worker's secrets. */
export const secretsOf = (worker) => SECRETS.filter((name) => HOLDERS[name].includes(worker));
const FILE = fileURLToPath(new URL("../.dev.vars", import.meta.url));

/** 32 random bytes as base64url: good for each of them, whether it takes a text or a seed. */
export const makeKey = () => randomBytes(32).toString("base64url");

function text() {
  try {
    return readFileSync(FILE, "utf8");
  } catch (fault) {
    if (fault.code === "ENOENT") return "";
    throw fault;
  }
}

/** The secrets that are set, by name. */
export function readKeys() {
  const kept = text();
  const keys = {};
  for (const name of SECRETS) {
    const line = kept.match(new RegExp(`^${name}="?([^"\\n]*)"?\\s*$`, "m"));
    const value = process.env[name] || line?.[1];
    if (value) keys[name] = value;
  }
  return keys;
}

/** The same, after making and keeping those that are missing. */
export function readOrMakeKeys() {
  const keys = readKeys();
  let kept = text();
  for (const name of SECRETS) {
    if (keys[name]) continue;
    keys[name] = makeKey();
    kept += `${kept === "" || kept.endsWith("\n") ? "" : "\n"}${name}="${keys[name]}"\n`;
  }
  if (kept !== text()) {
    writeFileSync(FILE, kept, { mode: 0o600 });
    chmodSync(FILE, 0o600);
  }
  return keys;
}
