// Sends events to webhooks, for Rust. What a receiver says beside its status is not read, and what was
// thrown is not looked at: either may hold what nobody should keep.

/**
 * Posts all of `events`, each `[url, headers, body]`, at once. Of each `[status, Retry-After]` of the reply; a
 * status of 0: none came within `timeout` ms; of -1: there was no connection, or it broke.
 */
export const post = (events, timeout) => Promise.all(events.map((event) => postOne(event, timeout)));

async function postOne([url, headers, body], timeout) {
  const signal = AbortSignal.timeout(timeout);
  try {
    const reply = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal });
    await reply.body?.cancel().catch(() => {});
    return [reply.status, reply.headers.get("retry-after")];
  } catch {
    return [signal.aborted ? 0 : -1, null];
  }
}
