// Which surveys the key may read: their ids and names.

import { useContext, useEffect, useState } from "preact/hooks";
import { call, withQuery } from "./api.js";
import { Session } from "./context.js";

/**
 * All surveys, in the order of the list: `[{id, name, ...}]`; null until they are there, where the key may not list them,
 * and unless `wanted`.
 */
export function useSurveys(wanted = true) {
  const { key } = useContext(Session);
  const [surveys, setSurveys] = useState(null);
  useEffect(() => {
    if (!wanted) return undefined;
    const stop = new AbortController();
    const list = async () => {
      const found = [];
      let cursor = "";
      do {
        const { items, next } = await call(key, "GET", withQuery("/v1/surveys", { limit: 100, cursor }), { signal: stop.signal });
        found.push(...items);
        cursor = next;
      } while (cursor);
      setSurveys(found);
    };
    // Names are a courtesy: without them, ids stand there.
    list().catch(() => {});
    return () => stop.abort();
  }, [key, wanted]);
  return surveys;
}
