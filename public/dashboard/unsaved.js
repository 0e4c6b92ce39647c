// What was typed and not saved: whoever is about to leave it is asked first.

import { useContext, useEffect } from "preact/hooks";
import { Voice } from "./context.js";

const kept = new Set();

/** Whether one may leave: nothing is unsaved, or the reader lets it go. */
export const mayLeave = () => kept.size === 0 || confirm([...kept][0].question);

/** While `unsaved`, leaving is asked about: in the page by ours, out of it by the browser's own question. */
export function useUnsaved(unsaved) {
  const { t } = useContext(Voice);
  useEffect(() => {
    if (!unsaved) return undefined;
    const one = { question: t("unsaved") };
    const leaving = (event) => event.preventDefault();
    kept.add(one);
    addEventListener("beforeunload", leaving);
    return () => {
      kept.delete(one);
      removeEventListener("beforeunload", leaving);
    };
  }, [unsaved, t]);
}
