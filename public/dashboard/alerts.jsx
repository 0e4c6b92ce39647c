// Alerts: which there are, how each stands, making and changing one; where they are told, and what was told.

import { useContext, useEffect, useRef, useState } from "preact/hooks";
import { AlertForm } from "./alert_form.jsx";
import { call } from "./api.js";
import { Confirm } from "./confirm.jsx";
import { Session, Voice } from "./context.js";
import { Deliveries } from "./deliveries.jsx";
import { useAll } from "./list.js";
import { Reply } from "./reply.jsx";
import { NeedsAdmin } from "./scope.jsx";
import { sourceName, sourceOf } from "./source.jsx";
import { Webhooks } from "./webhooks.jsx";

export function Alerts() {
  const { t } = useContext(Voice);
  const { admin } = useContext(Session);
  return (
    <>
      <h1 tabIndex={-1}>{t("page_alerts")}</h1>
      {admin ? <Managed /> : <NeedsAdmin />}
    </>
  );
}

function Managed() {
  const { t } = useContext(Voice);
  const surveys = useAll("/v1/surveys");
  const webhooks = useAll("/v1/webhooks");
  const alerts = useAll("/v1/alerts");
  const [edited, setEdited] = useState(null);
  const [told, setTold] = useState("");
  const [times, setTimes] = useState(0);
  const [sent, setSent] = useState(0);
  const status = useRef(null);
  useEffect(() => {
    if (told) status.current.focus();
  }, [told]);
  const saved = (said) => {
    setEdited(null);
    setTold(said);
    alerts.again();
    setTimes((times) => times + 1);
  };
  return (
    <>
      <p>{t("alerts_what")}</p>
      <p role="status" class={told ? "message done" : "hidden"} tabIndex={-1} ref={status}>{told}</p>
      <Reply reply={surveys} lines={2}>
        {(surveys) => (
          <Reply reply={webhooks} lines={4}>
            {(hooks) => (
              <>
                <Reply reply={alerts} lines={4}>
                  {(items) => (
                    <>
                      <List alerts={items} surveys={surveys} webhooks={hooks} edit={(alert) => { setTold(""); setEdited(alert); }} gone={(name) => saved(t("alert_deleted", { name }))} />
                      {hooks.length > 0
                        ? <AlertForm key={edited?.id ?? `new ${times}`} alert={edited} surveys={surveys} webhooks={hooks} leave={() => setEdited(null)} saved={({ name }) => saved(t(edited ? "alert_saved" : "alert_made", { name }))} />
                        : <p class="message empty">{t("alerts_no_webhook")}</p>}
                    </>
                  )}
                </Reply>
                <Webhooks webhooks={hooks} surveys={surveys} tried={() => { webhooks.renew(); setSent((sent) => sent + 1); }} changed={() => { webhooks.again(); setTimes((times) => times + 1); }} />
                <Deliveries key={`${times} ${sent}`} alerts={alerts.data ?? []} webhooks={hooks} />
              </>
            )}
          </Reply>
        )}
      </Reply>
    </>
  );
}

/** The condition of an alert, as a sentence. */
function conditionOf({ kind, limit, certain, days, ...named }, voice, surveys) {
  const kpi = kind === "clv_below_cpa" ? "" : sourceName(sourceOf(named), voice, surveys);
  const told = voice.t(`when_${kind}`, { kpi, limit: voice.figure(limit), days: voice.manyDays(days) });
  return certain ? `${told} ${voice.t("when_certain")}` : told;
}

function List({ alerts, surveys, webhooks, edit, gone }) {
  const voice = useContext(Voice);
  const { t, has, instant } = voice;
  const { key } = useContext(Session);
  const [going, setGoing] = useState(null);
  const hookOf = (id) => webhooks.find((webhook) => webhook.id === id)?.name ?? id;
  return (
    <section class="panel" aria-labelledby="alerts-there">
      <h2 id="alerts-there">{t("alerts_there")}</h2>
      {alerts.length === 0 ? <p class="empty">{t("alerts_none")}</p> : (
        <ul class="rows">
          {alerts.map((alert) => (
            <li key={alert.id}>
              <div>
                <p class="title">{alert.name}{alert.raised && <span class="tag bad">{t("alert_raised")}</span>}{alert.reason && <span class="tag">{t("alert_unjudged")}</span>}</p>
                <p>{conditionOf(alert.when, voice, surveys)}</p>
                <p class="note">
                  {alert.raised ? t(alert.reason ? "alert_stands" : "alert_since", { instant: instant(alert.raised) }) : t(alert.reason ? "alert_unjudged_what" : alert.checked ? "alert_quiet" : "alert_unchecked")}
                  {alert.checked && ` ${t("alert_checked", { instant: instant(alert.checked) })}`}
                  {alert.reason && ` ${t(has(`alert_reason_${alert.reason}`) ? `alert_reason_${alert.reason}` : "alert_reason_facts")}`}
                </p>
                <p class="note">{t("webhook")}: {hookOf(alert.webhook)}</p>
              </div>
              <span class="inline">
                <button type="button" onClick={() => edit(alert)}>{t("edit")}<span class="hidden">: {alert.name}</span></button>
                <button type="button" class="quiet danger" onClick={() => setGoing(alert)}>{t("delete")}<span class="hidden">: {alert.name}</span></button>
              </span>
            </li>
          ))}
        </ul>
      )}
      {going && (
        <Confirm title={t("alert_delete_ask", { name: going.name })} word={t("delete")} leave={() => setGoing(null)}
          act={async () => { await call(key, "DELETE", `/v1/alerts/${going.id}`); gone(going.name); }}>
          <p>{t("alert_delete_what")}</p>
        </Confirm>
      )}
    </section>
  );
}
