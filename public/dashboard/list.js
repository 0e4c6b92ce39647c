// A list of the API, all of its pages.

import { useContext, useEffect, useState } from "preact/hooks";
import { call, withQuery } from "./api.js";
import { Session } from "./context.js";
import { useReply } from "./reply.jsx";

const MOST = 100;

async function all(key, path) {
  const items = [];
  for (let cursor; cursor !== null;) {
    const page = await call(key, "GET", withQuery(path, { limit: MOST, cursor }));
    items.push(...page.items);
    cursor = page.next;
  }
  return items;
}

/** All items of a list, as `useReply` tells one reply; null asks nothing. */
export function useAll(path) {
  const { key, end } = useContext(Session);
  const first = useReply(path && withQuery(path, { limit: MOST }));
  const [rest, setRest] = useState(null);
  useEffect(() => {
    // What is there stands until the new list is whole.
    if (!first.data?.next) return setRest(null);
    all(key, path).then((items) => setRest({ items }), (fault) => (fault.status === 401 ? end("key_refused") : setRest({ fault })));
  }, [first.data]);
  if (first.state !== "done" || !first.data.next) return { ...first, data: first.data?.items };
  if (!rest) return { state: "waiting" };
  return { state: rest.fault ? "failed" : "done", fault: rest.fault, data: rest.items, again: first.again, renew: first.renew };
}
