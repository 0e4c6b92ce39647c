// Passing comments on: to which webhook, and with the class of which answer.

import { useContext } from "preact/hooks";
import { Voice } from "./context.js";
import { Check, Editing, Field } from "./field.jsx";
import { Trouble, useReply } from "./reply.jsx";

/** The kinds of questions whose answers have a class. */
const CLASSED = ["nps", "csat", "ces"];

export function Relay({ questions = [] }) {
  const { t } = useContext(Voice);
  const { draft, change } = useContext(Editing);
  const { relay } = draft;
  const reply = useReply(relay ? "/v1/webhooks?limit=100" : null);
  const webhooks = reply.data?.items ?? [];
  const turn = (on) => {
    if (on) draft.relay = { webhook: "" };
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
      <Check holder={{ on: Boolean(relay) }} name="on" path={["relay"]} label={t("relay")} help={t("relay_what")} onChange={turn} />
      {relay && reply.state === "failed" && <Trouble fault={reply.fault} again={reply.again} />}
      {relay && reply.state === "done" && webhooks.length === 0 && <p class="note warn">{t("relay_no_webhook")}</p>}
      {relay && (
        <div class="fields two">
          <Field path={["relay", "webhook"]} label={t("webhook")}>
            {(attributes) => (
              <select {...attributes} value={relay.webhook} onChange={({ target }) => put("webhook", target.value)}>
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
    </>
  );
}
