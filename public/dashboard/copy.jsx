// A text to be taken along: shown whole, and copied by a button.

import { useContext, useRef, useState } from "preact/hooks";
import { Voice } from "./context.js";

export function Copy({ label, text, long = false, describedBy }) {
  const { t } = useContext(Voice);
  const place = useRef(null);
  const [told, setTold] = useState("");
  async function copy() {
    place.current.select();
    try {
      await navigator.clipboard.writeText(text);
      setTold(t("copied"));
    } catch {
      setTold(t("copy_by_hand")); // the text is selected
    }
  }
  const Field = long ? "textarea" : "input";
  return (
    <div class="copy">
      <label>{label}<Field class="code" ref={place} readOnly value={text} rows={long ? 3 : undefined} spellcheck={false} aria-describedby={describedBy} /></label>
      <button type="button" onClick={copy}>{t("copy")}<span class="hidden">: {label}</span></button>
      <span class="note" role="status">{told}</span>
    </div>
  );
}
