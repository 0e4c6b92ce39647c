// Sends an event to a webhook, for Rust. What the receiver says beside its status is not read, and what was
// thrown is not looked at: either may hold what nobody should keep.

/**
 * `[status, Retry-After]` of the reply to a POST; a status of 0: none came within `timeout` ms; of -1: there
 * was no connection, or it broke.
 */
export async function post(url, headers, body, timeout) {
  const signal = AbortSignal.timeout(timeout);
  try {
    const reply = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal });
    await reply.body?.cancel().catch(() => {});
    return [reply.status, reply.headers.get("retry-after")];
  } catch {
    return [signal.aborted ? 0 : -1, null];
  }
}
