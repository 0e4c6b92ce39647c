// Calls to the API of our own origin. The key goes into the header `Authorization` and nowhere else.

/** Why a call brought no reply: `offline` (none came), `problem` (the API refused, RFC 9457), `broken` (something else came). */
export class Fault extends Error {
  constructor(kind, status, problem) {
    super(kind);
    Object.assign(this, { kind, status, problem });
  }
}

/** Sends a call; what came, as JSON; null where nothing is to come (204). `revision`: of what is replaced (`If-Match`). */
export async function call(key, method, path, { body, signal, revision } = {}) {
  let reply;
  try {
    reply = await fetch(path, {
      method,
      signal,
      headers: { authorization: `Bearer ${key}`, ...(body && { "content-type": "application/json" }), ...(revision && { "if-match": `"${revision}"` }) },
      body: body && JSON.stringify(body),
      credentials: "omit",
      redirect: "error",
      referrerPolicy: "no-referrer",
    });
  } catch (fault) {
    if (fault.name === "AbortError") throw fault;
    throw new Fault("offline");
  }
  if (reply.status === 204) return null;
  let json;
  try {
    json = await reply.json();
  } catch {
    throw new Fault("broken", reply.status);
  }
  if (reply.ok) return json;
  throw new Fault("problem", reply.status, json);
}

/** A path with a query; what is empty is left out. */
export function withQuery(path, parameters) {
  const given = Object.entries(parameters).filter(([, value]) => value);
  return given.length ? `${path}?${new URLSearchParams(given)}` : path;
}
