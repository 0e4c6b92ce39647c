// Which KPI is meant: one of a survey, or one of facts, as the engagement score and alerts name it.

import { useContext, useState } from "preact/hooks";
import { Voice } from "./context.js";
import { nameOf, wording } from "./kpi.jsx";
import { Trouble, useReply } from "./reply.jsx";

const SOURCE = ["survey", "question", "kpi", "option", "theme", "business", "channel"];

/** The members that name a KPI, of what has others beside them. */
export const sourceOf = (named) => Object.fromEntries(SOURCE.filter((name) => named[name] !== undefined).map((name) => [name, named[name]]));
/** What tells a KPI from every other. */
export const keyOf = (source) => JSON.stringify(SOURCE.map((name) => source[name]));

/** What a KPI is called; `surveys` give names to ids, where they are known. */
export function sourceName(source, { t }, surveys) {
  if (source.business) return [t(`kpi_${source.business}`), source.channel === "" ? t("no_channel") : source.channel].filter(Boolean).join(" · ");
  const survey = surveys?.find(({ id }) => id === source.survey)?.name ?? source.survey;
  return [t(`kpi_${source.kpi}`), source.option ?? source.theme, source.question, survey].filter(Boolean).join(" · ");
}

/**
 * Fields that choose one of the KPIs that there are: `chosen` is `{source, unit, name}` or null. `business`: those of facts
 * are among them. `allowed(kpi)` says which of a survey's are. `taken` are keys of those that are not to be had.
 */
export function SourceFields({ surveys, business = true, allowed = () => true, taken = [], chosen, choose, children, attributes }) {
  const voice = useContext(Voice);
  const { t } = voice;
  const [picked, setFrom] = useState(chosen ? chosen.source.survey ?? "business" : "");
  const from = picked === "business" && !business ? "" : picked;
  const reply = useReply(!from ? null : from === "business" ? "/v1/business/kpis" : `/v1/surveys/${from}/kpis`);
  const survey = surveys?.find(({ id }) => id === from);
  const kpis = (reply.data?.kpis ?? []).flatMap((kpi) => {
    if (from === "business") {
      const channels = (kpi.channels ?? []).map(({ channel }) => ({ source: { business: kpi.kpi, channel }, unit: kpi.unit, name: `${t(`kpi_${kpi.kpi}`)} · ${channel || t("no_channel")}` }));
      return [{ source: { business: kpi.kpi }, unit: kpi.unit, name: t(`kpi_${kpi.kpi}`) }, ...channels];
    }
    if (!allowed(kpi)) return [];
    const { question, kpi: name, option, theme } = kpi;
    return [{ source: sourceOf({ survey: from, question, kpi: name, option, theme }), unit: kpi.unit, name: `${nameOf(kpi, survey, voice)}: ${wording(survey, question, voice.locale)}` }];
  });
  const there = chosen && kpis.some(({ source }) => keyOf(source) === keyOf(chosen.source));
  return (
    <>
      <div class="inline">
        <label>{t("part_from")}
          <select {...attributes} value={from} onChange={({ target }) => { setFrom(target.value); choose(null); }}>
            <option value="" disabled>{t("upload_say")}</option>
            {business && <option value="business">{t("page_business")}</option>}
            {surveys?.map(({ id, name }) => <option value={id} key={id}>{name ?? t("survey_named", { id })}</option>)}
          </select>
        </label>
        <label>{t("metric")}
          <select {...attributes} value={there ? keyOf(chosen.source) : ""} disabled={kpis.length === 0} onChange={({ target }) => choose(kpis.find(({ source }) => keyOf(source) === target.value))}>
            <option value="" disabled>{reply.state === "waiting" && from ? t("loading") : t("upload_say")}</option>
            {kpis.map(({ source, name }) => <option value={keyOf(source)} key={keyOf(source)} disabled={taken.includes(keyOf(source))}>{name}</option>)}
          </select>
        </label>
        {children}
      </div>
      {reply.state === "failed" && <Trouble fault={reply.fault} again={reply.again} />}
    </>
  );
}
