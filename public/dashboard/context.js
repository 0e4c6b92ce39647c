// What every part of the page may need: the voice, who is signed in, where one is.

import { createContext } from "preact";

export const Voice = createContext(null);
/** `{key, scopes, bound, admin, end}`: what the key may do, and whether of some surveys alone; `end` signs out. */
export const Session = createContext(null);
/** `{place, go, link, tell}`: `go(changes)` moves, `link(changes)` is where that leads; `tell(name)` says what the page is about. */
export const Place = createContext(null);
