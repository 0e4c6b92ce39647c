// Keys of the API: which there are, making one, deleting one.

import { useContext, useEffect, useRef, useState } from "preact/hooks";
import { call } from "./api.js";
import { Confirm } from "./confirm.jsx";
import { Session, Voice } from "./context.js";
import { Once } from "./copy.jsx";
import { useSending } from "./form.jsx";
import { useAll } from "./list.js";
import { Reply, Trouble } from "./reply.jsx";
import { NeedsAdmin } from "./scope.jsx";

const SCOPES = ["read", "ingest", "admin"];

/** The id in a key; empty for the first admin key, which has none. */
const idOf = (key) => key.match(/^cf_([0-9a-f]{16})_/)?.[1] ?? "";

export function Keys() {
  const { t } = useContext(Voice);
  const { admin } = useContext(Session);
  return (
    <>
      <h1 tabIndex={-1}>{t("page_keys")}</h1>
      {admin ? <Managed /> : <NeedsAdmin />}
    </>
  );
}

function Managed() {
  const { t } = useContext(Voice);
  const { key } = useContext(Session);
  const keys = useAll("/v1/keys");
  const surveys = useAll("/v1/surveys");
  const [made, setMade] = useState(null);
  const [gone, setGone] = useState("");
  const status = useRef(null);
  useEffect(() => {
    if (gone) status.current.focus();
  }, [gone]);
  return (
    <>
      <p>{t("keys_what")}</p>
      <p role="status" class={gone ? "message done" : "hidden"} tabIndex={-1} ref={status}>{gone}</p>
      <Reply reply={surveys} lines={2}>
        {(surveys) => (
          <>
            {made && <Once title={t("key_made", { name: made.name })} what={t("key_once")} label={t("key")} text={made.key} done={() => setMade(null)} />}
            <Reply reply={keys} lines={6}>{(items) => <List keys={items} surveys={surveys} own={idOf(key)} gone={(name) => { setGone(t("key_deleted", { name })); keys.again(); }} />}</Reply>
            <Make surveys={surveys} made={(key) => { setMade(key); setGone(""); keys.again(); }} />
          </>
        )}
      </Reply>
    </>
  );
}

function List({ keys, surveys, own, gone }) {
  const voice = useContext(Voice);
  const { t, instant } = voice;
  const { key, end } = useContext(Session);
  const [going, setGoing] = useState(null);
  const nameOf = (id) => surveys.find((survey) => survey.id === id)?.name ?? t("survey_gone", { id });
  async function remove({ id, name }) {
    await call(key, "DELETE", `/v1/keys/${id}`);
    if (id === own) return end("key_deleted_own");
    gone(name);
  }
  return (
    <section class="panel" aria-labelledby="keys-there">
      <h2 id="keys-there">{t("keys_there")}</h2>
      {!own && <p class="note">{t("key_first")}</p>}
      {keys.length === 0
        ? <p class="empty">{t("keys_none")}</p>
        : (
          <ul class="rows">
            {keys.map((item) => (
              <li key={item.id}>
                <div>
                  <p class="title">{item.name}{item.id === own && <span class="tag">{t("key_own")}</span>}</p>
                  <p>{item.scopes.map((scope) => <span class="tag scope" key={scope}>{scope}</span>)}</p>
                  <p class="note">{item.surveys ? t("key_bound", { surveys: item.surveys.map(nameOf).join(", ") }) : t("key_unbound")}</p>
                  <p class="note"><code>cf_{item.id}_…</code> · {t("key_created", { instant: instant(item.created) })}</p>
                </div>
                <button type="button" class="quiet danger" onClick={() => setGoing(item)}>{t("delete")}<span class="hidden">: {item.name}</span></button>
              </li>
            ))}
          </ul>
        )}
      {going && (
        <Confirm title={t("key_delete_ask", { name: going.name })} word={t("delete")} act={() => remove(going)} leave={() => setGoing(null)}>
          <p>{t("key_delete_what")}</p>
          {going.id === own && <p class="wrong">{t("key_delete_own")}</p>}
        </Confirm>
      )}
    </section>
  );
}

function Make({ surveys, made }) {
  const { t } = useContext(Voice);
  const { key } = useContext(Session);
  const [bound, setBound] = useState(false);
  const { form, wrong, said, trouble, busy, send } = useSending("key");
  async function submit(event) {
    event.preventDefault();
    const entered = new FormData(form.current);
    const chosen = entered.getAll("survey");
    const body = { name: entered.get("name").trim(), scopes: entered.getAll("scope"), ...(bound && { surveys: chosen }) };
    let reply;
    if (!(await send(async () => { reply = await call(key, "POST", "/v1/keys", { body }); }))) return;
    form.current.reset();
    setBound(false);
    made(reply);
  }
  return (
    <form class="panel" ref={form} onSubmit={submit} noValidate aria-labelledby="key-make">
      <h2 id="key-make">{t("key_make")}</h2>
      <div class="field narrow">
        <label for="key-name">{t("key_name")}</label>
        <input id="key-name" name="name" autocomplete="off" maxLength={100} {...wrong("name")} />
        {said("name")}
      </div>
      <fieldset>
        <legend>{t("key_scopes")}</legend>
        {SCOPES.map((scope, i) => (
          <label class="check" key={scope}><input type="checkbox" name="scope" value={scope} {...(i === 0 ? wrong("scopes") : {})} /><span><strong>{scope}</strong> {t(`scope_${scope}`)}</span></label>
        ))}
        {said("scopes")}
      </fieldset>
      <fieldset>
        <legend>{t("key_binding")}</legend>
        <label class="check"><input type="radio" name="bound" checked={!bound} onChange={() => setBound(false)} />{t("key_unbound")}</label>
        <label class="check"><input type="radio" name="bound" checked={bound} onChange={() => setBound(true)} {...wrong("surveys")} />{t("key_bind")}</label>
        {bound && <div class="listed" role="group" aria-label={t("key_bind")}>{surveys.map(({ id, name }) => <label class="check" key={id}><input type="checkbox" name="survey" value={id} />{name} <span class="note">{id}</span></label>)}</div>}
        {said("surveys")}
      </fieldset>
      {trouble && <Trouble fault={trouble} />}
      <div><button type="submit" class="main" aria-disabled={busy}>{t("key_make")}</button></div>
    </form>
  );
}
