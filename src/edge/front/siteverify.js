// Has Cloudflare verify a token of Turnstile, for Rust.

const SITEVERIFY = "https://challenges.cloudflare.com/turnstile/v0/siteverify";
/** Somebody waits for it. */
const LATE_MS = 5_000;

/** What it replied: `[status, body]`. It is told nothing of who sent the token: no `remoteip`. */
export async function siteverify(secret, response, idempotency_key) {
  const body = new URLSearchParams({ secret, response, idempotency_key });
  const reply = await fetch(SITEVERIFY, { method: "POST", body, redirect: "manual", signal: AbortSignal.timeout(LATE_MS) });
  return [reply.status, await reply.text()];
}
