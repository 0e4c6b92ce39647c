// Asks the service, without cookies and without saying which page asks.

/**
 * The service's verdict: its reply's members, with `status`. Nothing where there is none yet: no connection, or a
 * reply that asks for another try. What is posted is `text/plain`, which spares a preflight.
 */
export async function request(url, body) {
  try {
    const reply = await fetch(url, {
      method: body && "POST",
      body: JSON.stringify(body),
      credentials: "omit",
      referrerPolicy: "no-referrer",
      signal: AbortSignal.timeout(3e4),
    });
    const { status } = reply;
    if (status < 500 && status !== 408 && status !== 429) return { ...(await reply.json()), status };
  } catch {
    // No connection, or something in between answered in the service's place.
  }
}
