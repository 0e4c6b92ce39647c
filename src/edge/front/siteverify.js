// Has Cloudflare verify a token of Turnstile, for Rust.

const SITEVERIFY = "https://challenges.cloudflare.com/turnstile/v0/siteverify";
/** Somebody waits for it. */
const LATE_MS = 5_000;

/** What it replied: `[status, body]`. It is told the token, and nothing of who sent it: no `remoteip`. */
export async function siteverify(secret, response) {
  const body = new URLSearchParams({ secret, response });
  const reply = await fetch(SITEVERIFY, { method: "POST", body, redirect: "manual", signal: AbortSignal.timeout(LATE_MS) });
  return [reply.status, await reply.text()];
}
