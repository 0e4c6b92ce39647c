// Making an alert, or changing one: which condition, of what, over which days, told where.

import { useContext, useEffect, useRef, useState } from "preact/hooks";
import { call } from "./api.js";
import { Session, Voice } from "./context.js";
import { useSending } from "./form.jsx";
import { Trouble } from "./reply.jsx";
import { SourceFields, sourceOf } from "./source.jsx";

const KINDS = ["below", "above", "drop", "driver", "clv_below_cpa"];
const LIMITED = ["below", "above"];
const USUAL_DAYS = 28;

/** What a field says is a number as JSON has it; what is none is sent as it stands, for the API to say so. */
const number = (text) => (/^[-−]?\d+([.,]\d+)?$/.test(text.trim()) ? Number(text.trim().replace("−", "-").replace(",", ".")) : text.trim());

/** The field that a pointer of the API is about. */
function placeOf(pointer) {
  const [, member, inner] = pointer.split("/");
  if (member !== "when") return member || "name";
  return ["kind", "limit", "days", "certain"].includes(inner) ? inner : "source";
}

export function AlertForm({ alert, surveys, webhooks, leave, saved }) {
  const { t, unit, figure } = useContext(Voice);
  const { key } = useContext(Session);
  const [kind, setKind] = useState(alert?.when.kind ?? "below");
  const [chosen, setChosen] = useState(() => (alert && alert.when.kind !== "clv_below_cpa" ? { source: sourceOf(alert.when) } : null));
  const { form, wrong, said, trouble, busy, send } = useSending("alert");
  const title = useRef(null);
  useEffect(() => {
    if (alert) title.current.focus();
  }, [alert]);
  const limited = LIMITED.includes(kind);
  const certain = limited && !chosen?.source.business;
  async function submit(event) {
    event.preventDefault();
    const entered = new FormData(form.current);
    const when = {
      kind,
      ...(kind !== "clv_below_cpa" && chosen?.source),
      ...(limited && { limit: number(entered.get("limit")) }),
      ...(certain && entered.has("certain") && { certain: true }),
      days: number(entered.get("days")),
    };
    const body = { name: entered.get("name").trim(), webhook: entered.get("webhook"), when };
    let made;
    const well = await send(async () => { made = await call(key, alert ? "PUT" : "POST", alert ? `/v1/alerts/${alert.id}` : "/v1/alerts", { body }); }, placeOf);
    if (well) saved(made);
  }
  const turn = (next) => {
    setKind(next);
    // Some conditions are of surveys alone.
    if (!LIMITED.includes(next) && chosen?.source.business) setChosen(null);
  };
  return (
    <form class="panel" ref={form} onSubmit={submit} noValidate aria-labelledby="alert-make">
      <h2 id="alert-make" tabIndex={-1} ref={title}>{alert ? t("alert_edit", { name: alert.name }) : t("alert_make")}</h2>
      <div class="field narrow">
        <label for="alert-name">{t("alert_name")}</label>
        <input id="alert-name" name="name" defaultValue={alert?.name} autocomplete="off" maxLength={100} {...wrong("name")} />
        {said("name")}
      </div>
      <fieldset>
        <legend>{t("alert_when")}</legend>
        {KINDS.map((one) => (
          <label class="check" key={one}><input type="radio" name="kind" value={one} checked={kind === one} onChange={() => turn(one)} {...(one === kind ? wrong("kind") : {})} /><span><strong>{t(`rule_${one}`)}</strong> {t(`rule_${one}_what`)}</span></label>
        ))}
        {said("kind")}
      </fieldset>
      {kind !== "clv_below_cpa" && (
        <fieldset class="weighed">
          <legend>{t("alert_of")}</legend>
          <SourceFields surveys={surveys} business={limited} allowed={kind === "driver" ? ({ option, theme }) => !option && !theme : undefined} chosen={chosen} choose={setChosen} attributes={wrong("source")} />
          {said("source")}
        </fieldset>
      )}
      <div class="fields">
        {limited && (
          <div class="field">
            <label for="alert-limit">{t(`limit_${kind}`)}{chosen?.unit ? ` (${unit(chosen.unit)})` : ""}</label>
            <input id="alert-limit" name="limit" inputMode="decimal" autocomplete="off" defaultValue={alert?.when.limit === undefined ? "" : figure(alert.when.limit)} {...wrong("limit")} />
            {said("limit")}
          </div>
        )}
        <div class="field">
          <label for="alert-days">{t("alert_days")}</label>
          <input id="alert-days" name="days" inputMode="numeric" autocomplete="off" defaultValue={alert?.when.days ?? USUAL_DAYS} {...wrong("days")} />
          {said("days")}
        </div>
        <div class="field">
          <label for="alert-webhook">{t("webhook")}</label>
          <select id="alert-webhook" name="webhook" defaultValue={alert?.webhook} {...wrong("webhook")}>{webhooks.map(({ id, name }) => <option value={id} key={id} selected={id === alert?.webhook}>{name}</option>)}</select>
          {said("webhook")}
        </div>
      </div>
      {certain && <label class="check"><input type="checkbox" name="certain" defaultChecked={alert?.when.certain} {...wrong("certain")} /><span><strong>{t("certain")}</strong> {t("certain_what")}</span></label>}
      {certain && said("certain")}
      <p class="note">{t("alert_often")}</p>
      {trouble && <Trouble fault={trouble} />}
      <div class="inline">
        <button type="submit" class="main" aria-disabled={busy}>{busy ? t("loading") : alert ? t("alert_save") : t("alert_make")}</button>
        {alert && <button type="button" onClick={leave}>{t("cancel")}</button>}
      </div>
    </form>
  );
}
