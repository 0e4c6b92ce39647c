// Signing in with a key of the API.

import { useContext, useState } from "preact/hooks";
import { call } from "./api.js";
import { Voice } from "./context.js";
import { Trouble } from "./reply.jsx";

/** One call shows what the key is: 200 for an admin's, 403 for another one, 401 for none. */
async function judge(key) {
  try {
    await call(key, "GET", "/v1/surveys?limit=1");
    return { key, admin: true };
  } catch (fault) {
    if (fault.status === 403) return { key, admin: false };
    throw fault;
  }
}

export function SignIn({ begin, why }) {
  const { t } = useContext(Voice);
  const [fault, setFault] = useState(null);
  const [busy, setBusy] = useState(false);
  async function submit(event) {
    event.preventDefault();
    const key = new FormData(event.target).get("key").trim();
    // A header takes printable ASCII alone: what is not, is no key.
    if (!/^[\x21-\x7e]+$/.test(key)) return setFault({ word: key ? "key_wrong" : "key_missing" });
    setBusy(true);
    setFault(null);
    try {
      begin(await judge(key));
    } catch (fault) {
      setFault(fault.status === 401 ? { word: "key_wrong" } : { fault });
      setBusy(false);
    }
  }
  const word = fault?.word ?? (fault ? null : why);
  return (
    <main class="signin" id="main">
      <form onSubmit={submit} noValidate>
        <h1 tabIndex={-1}>{t("signin")}</h1>
        <p>{t("signin_what")}</p>
        <label for="key">{t("key")}</label>
        <input id="key" name="key" type="password" autocomplete="off" spellcheck={false} aria-invalid={Boolean(word)} aria-describedby="key-fault key-kept" />
        <p class="wrong" id="key-fault" role="alert">{word ? t(word) : ""}</p>
        {fault?.fault && <Trouble fault={fault.fault} />}
        <button type="submit" class="main" aria-disabled={busy}>{busy ? t("loading") : t("signin_do")}</button>
        <p class="note" id="key-kept">{t("key_kept")}</p>
      </form>
    </main>
  );
}
