// Passing comments on: to which webhook, with the class of which answer, and what became of them.

import { useContext, useRef } from "preact/hooks";
import { withQuery } from "./api.js";
import { Session, Voice } from "./context.js";
import { Check, Editing, Field } from "./field.jsx";
import { dayAfter, today } from "./place.js";
import { Reply, Trouble, useReply } from "./reply.jsx";

/** The kinds of questions whose answers have a class. */
const CLASSED = ["nps", "csat", "ces"];
/** Over how many days it is told what became of comments. */
const DAYS = 28;

/** What became of the comments of a survey that were passed on, as far as it was counted and released. */
export function PassedOn({ survey, children }) {
  const reply = useReply(withQuery(`/v1/surveys/${survey}/consents`, { from: dayAfter(today(), 1 - DAYS), to: today() }));
  return <Reply reply={reply} lines={1}>{(consents) => <p class="note">{children}<Counts {...consents} /></p>}</Reply>;
}

/** The counts of a reply about consents. */
export function Counts({ from, to, relay: { n, delivered, dropped } }) {
  const { t, days } = useContext(Voice);
  if (n === 0) return t("passed_none", { days: days(from, to) });
  return <>{t("passed_counts", { days: days(from, to), n, delivered })} <span class={dropped > 0 ? "wrong" : undefined}>{t("passed_lost", { dropped })}</span></>;
}

export function Relay({ questions = [], survey }) {
  const { t } = useContext(Voice);
  const { bound } = useContext(Session);
  const { draft, change } = useContext(Editing);
  const { relay } = draft;
  // Turned off and on again it is as it was.
  const was = useRef(relay);
  const reply = useReply(relay && !bound ? "/v1/webhooks?limit=100" : null);
  const webhooks = reply.data?.items ?? [];
  const turn = (on) => {
    if (on) draft.relay = was.current ?? { webhook: "" };
    else delete draft.relay;
    change();
  };
  const put = (name, value) => {
    if (value) relay[name] = value;
    else delete relay[name];
    change();
  };
  return (
    <>
      <Check holder={{ on: Boolean(relay) }} name="on" path={["relay"]} label={t("relay")} help={t("relay_what")} onChange={turn} disabled={bound && !was.current} />
      {bound && <p class="note warn">{t("relay_bound")}</p>}
      {relay && reply.state === "failed" && <Trouble fault={reply.fault} again={reply.again} />}
      {relay && reply.state === "done" && webhooks.length === 0 && <p class="note warn">{t("relay_no_webhook")}</p>}
      {relay && (
        <div class="fields two">
          <Field path={["relay", "webhook"]} label={t("webhook")}>
            {(attributes) => (
              <select {...attributes} disabled={bound} value={relay.webhook} onChange={({ target }) => put("webhook", target.value)}>
                {!webhooks.some(({ id }) => id === relay.webhook) && <option value={relay.webhook}>{relay.webhook || t("upload_say")}</option>}
                {webhooks.map(({ id, name }) => <option value={id} key={id}>{name}</option>)}
              </select>
            )}
          </Field>
          <Field path={["relay", "question"]} label={t("relay_class")} help={t("relay_class_what")}>
            {(attributes) => (
              <select {...attributes} value={relay.question ?? ""} onChange={({ target }) => put("question", target.value)}>
                <option value="">{t("relay_first")}</option>
                {questions.filter(({ kind }) => CLASSED.includes(kind)).map(({ id }) => <option value={id} key={id}>{id}</option>)}
              </select>
            )}
          </Field>
        </div>
      )}
      {relay && survey && <PassedOn survey={survey} />}
    </>
  );
}
