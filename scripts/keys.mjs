// The Workers' secrets on this machine: from the environment, else from .dev.vars (the file that wrangler reads, too).

import { randomBytes } from "node:crypto";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

// Which Workers have which: none has more than it needs.
const HOLDERS = { ADMIN_KEY: ["front", "office"], PEPPER: ["front"], INVITATION_KEY: ["front"], RECEIPT_KEY: ["front"], WEBHOOK_KEY: ["front", "office"], TURNSTILE_SECRET: ["front"] };

/** The one that Cloudflare makes, and that is needed only where wrangler.toml has a TURNSTILE_SITE_KEY. */
export const TURNSTILE_SECRET = "TURNSTILE_SECRET";
/** All that there may be, and those that every deployment needs, which can be made. */
export const EVERY_SECRET = Object.keys(HOLDERS);
export const SECRETS = EVERY_SECRET.filter((name) => name !== TURNSTILE_SECRET);
/** The names of a Worker's secrets, that of Turnstile only if wanted. */
export const secretsOf = (worker, { turnstile = false } = {}) =>
  (turnstile ? EVERY_SECRET : SECRETS).filter((name) => HOLDERS[name].includes(worker));
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
  for (const name of EVERY_SECRET) {
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
