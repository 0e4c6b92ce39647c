// The engagement score: what it is made of, what each part weighs, what it brings.

import { useContext } from "preact/hooks";
import { withQuery } from "./api.js";
import { reasonOf } from "./business.jsx";
import { Bars } from "./chart.jsx";
import { Place, Voice } from "./context.js";
import { Figure } from "./figure.jsx";
import { Value } from "./kpi.jsx";
import { Range } from "./range.jsx";
import { Reply, useReply } from "./reply.jsx";

export function Engagement() {
  const voice = useContext(Voice);
  const { t, figure, signed, days, amount, day } = voice;
  const { place } = useContext(Place);
  const { from, to, compare } = place;
  const reply = useReply(withQuery("/v1/engagement", { from, to, compare }));
  const nameOf = (part) => (part.business
    ? [t(`kpi_${part.business}`), part.channel].filter(Boolean).join(" · ")
    : [t(`kpi_${part.kpi}`), part.option ?? part.theme, part.question, part.survey].filter(Boolean).join(" · "));
  return (
    <>
      <h1 tabIndex={-1}>{t("page_engagement")}</h1>
      <Range steps={false} />
      <Reply reply={reply} lines={6}>
        {(score) => (score.parts.length === 0
          ? <div class="message empty"><p class="title">{t("no_score")}</p><p>{t("no_score_what")}</p></div>
          : (
            <>
              <section class="panel" aria-label={score.name ?? t("page_engagement")}>
                <h2>{score.name ?? t("page_engagement")}</h2>
                <Value value={score.value} unit={score.unit} interval={score.interval} />
                {score.reason && <p class="note">{reasonOf(score.reason, voice)}</p>}
                {score.covered !== null && <p class="note">{t("covered", { covered: figure(score.covered) })}</p>}
                {score.previous && (
                  <p class="change">{score.previous.change === null
                    ? `${t("change_none", { days: days(score.previous.from, score.previous.to) })} ${reasonOf(score.previous.reason, voice)}`
                    : <><strong>{signed(score.previous.change, score.unit)}</strong> {t("since", { value: amount(score.previous.value, score.unit), days: days(score.previous.from, score.previous.to) })}</>}</p>
                )}
                {score.surveys?.map(({ survey, complete_through }) => <p class="note" key={survey}>{t("survey_named", { id: survey })}: {t("complete", { day: day(complete_through) })}</p>)}
              </section>
              <div class="panel wide">
                <Figure level={2} title={t("parts")} file={`engagement-${score.from}-${score.to}`} note={t("parts_what")}
                  columns={[{ name: "part", label: t("part") }, { name: "weight", label: t("weight"), show: figure }, { name: "floor", label: t("floor") }, { name: "target", label: t("target") }, { name: "value", label: t("value"), show: figure }, { name: "unit", label: t("unit"), show: (unit) => voice.unit(unit) || "–" }, { name: "score", label: t("score") }, { name: "contribution", label: t("contribution") }, { name: "reason", label: t("why"), show: (code) => (code ? t(`reason_${code}`, { facts: "" }) : "–") }]}
                  rows={score.parts.map((part) => ({ part: nameOf(part), weight: part.weight, floor: part.floor, target: part.target, value: part.value, unit: part.unit, score: part.score, contribution: part.contribution, reason: part.reason?.code }))}>
                  <Bars of={100} label={t("parts")} rows={score.parts.map((part) => ({
                    name: nameOf(part), value: part.score,
                    shown: part.score === null ? `${t("no_value")}: ${reasonOf(part.reason, voice)} · ${t("weighs", { weight: figure(part.weight) })}` : `${t("score_of", { score: figure(part.score), contribution: figure(part.contribution) })} · ${t("weighs", { weight: figure(part.weight) })} · ${t("from_to", { value: amount(part.value, part.unit), floor: figure(part.floor), target: figure(part.target) })}`,
                  }))} />
                </Figure>
              </div>
            </>
          ))}
      </Reply>
    </>
  );
}
