// What webhooks were told in the last thirty days, and what became of it.

import { useContext, useState } from "preact/hooks";
import { withQuery } from "./api.js";
import { Voice } from "./context.js";
import { Reply, useReply } from "./reply.jsx";

const PAGE = 25;
const GOOD = ["delivered", "waiting"];
/** How it stands: what waits after an attempt that failed is no good news. */
const stateOf = ({ state, why }) => (state === "waiting" && why ? "retried" : state);

export function Deliveries({ alerts, webhooks }) {
  const { t } = useContext(Voice);
  return (
    <section class="panel wide" aria-labelledby="deliveries">
      <h2 id="deliveries">{t("deliveries")}</h2>
      <p class="note">{t("deliveries_what")}</p>
      <Page nameOf={{ alert: (id) => alerts.find((alert) => alert.id === id)?.name, webhook: (id) => webhooks.find((webhook) => webhook.id === id)?.name ?? id }} />
    </section>
  );
}

function Page({ nameOf, cursor }) {
  const { t, instant } = useContext(Voice);
  const [more, setMore] = useState(false);
  const reply = useReply(withQuery("/v1/deliveries", { limit: PAGE, cursor }));
  return (
    <Reply reply={reply} lines={4}>
      {({ items, next }) => (
        <>
          {items.length === 0 && !cursor && <p class="empty">{t("deliveries_none")}</p>}
          {items.length > 0 && (
            <ul class="rows">
              {items.map((item) => (
                <li key={item.id}>
                  <div>
                    <p class="title">{t(`event_${item.type}`)}{item.alert && `: ${item.event.data.name ?? nameOf.alert(item.alert)}`}<span class={GOOD.includes(stateOf(item)) ? "tag" : "tag bad"}>{t(`state_${stateOf(item)}`)}</span></p>
                    <p class="note">{instant(item.created)} · {nameOf.webhook(item.webhook)} · {t("attempts", { n: item.attempts })}{item.why && ` · ${t(`why_${item.why}`)}`}{item.status && ` (${item.status})`}</p>
                    {item.next && <p class="note">{t("next_attempt", { instant: instant(item.next) })}</p>}
                    <details><summary>{t("edit_json")}<span class="hidden">: {item.id}</span></summary><pre class="code" tabIndex={0}>{JSON.stringify(item.event, null, 2)}</pre></details>
                  </div>
                </li>
              ))}
            </ul>
          )}
          {next && (more ? <Page nameOf={nameOf} cursor={next} /> : <button type="button" onClick={() => setMore(true)}>{t("deliveries_more")}</button>)}
        </>
      )}
    </Reply>
  );
}
