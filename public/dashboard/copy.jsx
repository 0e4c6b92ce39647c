// A text to be taken along: shown whole, and copied by a button.

import { useContext, useEffect, useRef, useState } from "preact/hooks";
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

/** The one time that a secret is shown: `title` has the focus, `done` puts it away. */
export function Once({ title, what, label, text, done }) {
  const { t } = useContext(Voice);
  const heading = useRef(null);
  useEffect(() => heading.current.focus(), [text]);
  return (
    <section class="panel once" aria-labelledby="once">
      <h2 id="once" tabIndex={-1} ref={heading}>{title}</h2>
      <p id="once-what">{what}</p>
      <Copy label={label} text={text} describedBy="once-what" />
      <div><button type="button" onClick={done}>{t("key_stored")}</button></div>
    </section>
  );
}
