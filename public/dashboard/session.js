// The key, for as long as the tab is open: in the tab's own session storage, which no other tab and no server sees.

const PLACE = "counterfoil-session";

/** `{key, scopes, bound, admin}`, or null where nobody has signed in. */
export function readSession() {
  try {
    const session = JSON.parse(sessionStorage.getItem(PLACE));
    return session?.scopes ? session : null;
  } catch {
    return null;
  }
}

/** Keeps a session for the tab; null forgets it. */
export function keepSession(session) {
  if (session) sessionStorage.setItem(PLACE, JSON.stringify(session));
  else sessionStorage.removeItem(PLACE);
}
