// Asks once more before what cannot be undone.

import { useContext, useEffect, useRef, useState } from "preact/hooks";
import { Voice } from "./context.js";
import { Trouble } from "./reply.jsx";

/** `typed`: what must be typed before it is done. `act` does it; `leave` closes, done or not. */
export function Confirm({ title, children, word, typed, act, leave }) {
  const { t } = useContext(Voice);
  const dialog = useRef(null);
  const [text, setText] = useState("");
  const [wrong, setWrong] = useState(false);
  const [fault, setFault] = useState(null);
  useEffect(() => dialog.current.showModal(), []);
  async function submit(event) {
    event.preventDefault();
    if (typed !== undefined && text.trim() !== typed) {
      setWrong(true);
      dialog.current.querySelector("input").focus();
      return;
    }
    setFault(null);
    try {
      await act();
      dialog.current?.close();
    } catch (fault) {
      setFault(fault);
    }
  }
  return (
    <dialog ref={dialog} onClose={leave} aria-labelledby="confirm-title" class="confirm">
      <form onSubmit={submit} noValidate>
        <h2 id="confirm-title">{title}</h2>
        {children}
        {typed !== undefined && (
          <label>{t("type_to_confirm", { typed })}
            <input autocomplete="off" spellcheck={false} value={text} onInput={({ target }) => setText(target.value)} aria-invalid={wrong} aria-describedby="confirm-wrong" />
          </label>
        )}
        <p class="wrong" id="confirm-wrong" role="alert">{wrong ? t("type_wrong", { typed }) : ""}</p>
        {fault && <Trouble fault={fault} />}
        <div class="inline">
          <button type="submit" class="danger">{word}</button>
          <button type="button" onClick={() => dialog.current.close()}>{t("cancel")}</button>
        </div>
      </form>
    </dialog>
  );
}
