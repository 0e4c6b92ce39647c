// Webhooks: the addresses of the team's that are told. Making one, trying it, deleting it.

import { useContext, useState } from "preact/hooks";
import { call } from "./api.js";
import { Confirm } from "./confirm.jsx";
import { Place, Session, Voice } from "./context.js";
import { Once } from "./copy.jsx";
import { useSending } from "./form.jsx";
import { PassedOn } from "./relay.jsx";
import { Trouble } from "./reply.jsx";

export function Webhooks({ webhooks, surveys, tried, changed }) {
  const { t, instant } = useContext(Voice);
  const { link } = useContext(Place);
  const [made, setMade] = useState(null);
  const [going, setGoing] = useState(null);
  const { key } = useContext(Session);
  return (
    <>
      {made && <Once title={t("webhook_made", { name: made.name })} what={t("webhook_once")} label={t("webhook_secret")} text={made.secret} done={() => { setMade(null); changed(); }} />}
      <section class="panel" aria-labelledby="webhooks-there">
        <h2 id="webhooks-there">{t("webhooks")}</h2>
        <p class="note">{t("webhooks_what")}</p>
        {webhooks.length === 0 ? <p class="empty">{t("webhooks_none")}</p> : (
          <ul class="rows">
            {webhooks.map((webhook) => (
              <li key={webhook.id}>
                <div>
                  <p class="title">{webhook.name}{webhook.disabled && <span class="tag bad">{t("webhook_disabled")}</span>}</p>
                  <p class="note"><code>{webhook.url}</code></p>
                  {webhook.disabled && <p class="note">{t("webhook_disabled_what", { instant: instant(webhook.disabled) })}</p>}
                  {surveys.filter(({ relay }) => relay?.webhook === webhook.id).map(({ id, name }) => <PassedOn survey={id} key={id}><a href={link({ page: "edit", id })}>{name}</a> · </PassedOn>)}
                  <Trial webhook={webhook} tried={tried} />
                </div>
                <button type="button" class="quiet danger" onClick={() => setGoing(webhook)}>{t("delete")}<span class="hidden">: {webhook.name}</span></button>
              </li>
            ))}
          </ul>
        )}
        {going && (
          <Confirm title={t("webhook_delete_ask", { name: going.name })} word={t("delete")} leave={() => setGoing(null)}
            act={async () => { await call(key, "DELETE", `/v1/webhooks/${going.id}`); changed(); }}>
            <p>{t("webhook_delete_what")}</p>
          </Confirm>
        )}
      </section>
      <Make made={setMade} />
    </>
  );
}

/** Sends an event that says nothing, and tells what became of it. */
function Trial({ webhook, tried }) {
  const { t } = useContext(Voice);
  const { key, end } = useContext(Session);
  const [busy, setBusy] = useState(false);
  const [found, setFound] = useState(null);
  async function send() {
    if (busy) return;
    setBusy(true);
    setFound(null);
    try {
      setFound(await call(key, "POST", `/v1/webhooks/${webhook.id}/test`));
      // It stands under what was told, and may have put the webhook out of use, or back to it.
      tried();
    } catch (fault) {
      if (fault.status === 401) return end("key_refused");
      setFound({ fault });
    }
    setBusy(false);
  }
  return (
    <div class="inline">
      <button type="button" aria-disabled={busy} onClick={send}>{busy ? t("loading") : t("webhook_test")}<span class="hidden">: {webhook.name}</span></button>
      <span role="status" class={found && !found.delivered && !found.fault ? "wrong" : "note"}>
        {found && !found.fault && (found.delivered ? t("webhook_taken", { status: found.status }) : `${t(`why_${found.why}`)}${found.status ? ` (${found.status})` : ""}`)}
      </span>
      {found?.fault && <Trouble fault={found.fault} />}
    </div>
  );
}

function Make({ made }) {
  const { t } = useContext(Voice);
  const { key } = useContext(Session);
  const { form, wrong, said, trouble, busy, send } = useSending("webhook");
  async function submit(event) {
    event.preventDefault();
    const entered = new FormData(form.current);
    const body = { name: entered.get("name").trim(), url: entered.get("url").trim() };
    let reply;
    if (!(await send(async () => { reply = await call(key, "POST", "/v1/webhooks", { body }); }))) return;
    form.current.reset();
    made(reply);
  }
  return (
    <form class="panel" ref={form} onSubmit={submit} noValidate aria-labelledby="webhook-make">
      <h2 id="webhook-make">{t("webhook_make")}</h2>
      <div class="field narrow">
        <label for="webhook-name">{t("webhook_name")}</label>
        <input id="webhook-name" name="name" autocomplete="off" maxLength={100} {...wrong("name")} />
        {said("name")}
      </div>
      <div class="field">
        <label for="webhook-url">{t("webhook_url")}</label>
        <input id="webhook-url" name="url" autocomplete="off" spellcheck={false} inputMode="url" placeholder="https://" {...wrong("url")} />
        {said("url")}
      </div>
      {trouble && <Trouble fault={trouble} />}
      <div><button type="submit" class="main" aria-disabled={busy}>{t("webhook_make")}</button></div>
    </form>
  );
}
