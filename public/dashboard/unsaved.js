// What was typed and not saved: whoever is about to leave it is asked first.

import { useContext, useLayoutEffect, useRef } from "preact/hooks";
import { Voice } from "./context.js";

const kept = new Set();
const leaving = (event) => kept.size > 0 && event.preventDefault();

/** Whether one may leave: nothing is unsaved, or the reader lets it go. */
export const mayLeave = () => kept.size === 0 || confirm([...kept][0].question);

/**
 * While `unsaved`, leaving is asked about: in the page by ours, out of it by the browser's own question. What it gives
 * lets go at once, for whoever leaves because all is saved.
 */
export function useUnsaved(unsaved) {
  const { t } = useContext(Voice);
  const question = t("leave_ask");
  const held = useRef(null);
  // Before the next task: an address that moves then finds what is true.
  useLayoutEffect(() => {
    if (!unsaved) return undefined;
    const one = { question };
    held.current = one;
    kept.add(one);
    addEventListener("beforeunload", leaving);
    return () => {
      kept.delete(one);
      removeEventListener("beforeunload", leaving);
    };
  }, [unsaved, question]);
  return () => kept.delete(held.current);
}
