// Signing in with a key of the API.

import { useContext, useState } from "preact/hooks";
import { call } from "./api.js";
import { Voice } from "./context.js";
import { Trouble } from "./reply.jsx";

/** What a key is: the API says it of each that it knows. `admin` is one that may do everything, of all surveys. */
async function judge(key) {
  const { scopes, surveys } = await call(key, "GET", "/v1/keys/self");
  return { key, scopes, bound: Boolean(surveys), admin: scopes.includes("admin") && !surveys };
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
