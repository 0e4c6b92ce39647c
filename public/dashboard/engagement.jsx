// The engagement score: what it is made of, what each part weighs, what it brings.

import { useContext, useEffect, useRef, useState } from "preact/hooks";
import { withQuery } from "./api.js";
import { Change } from "./change.jsx";
import { Bars } from "./chart.jsx";
import { Place, Session, Voice } from "./context.js";
import { Editor } from "./engagement_editor.jsx";
import { Figure } from "./figure.jsx";
import { Value } from "./kpi.jsx";
import { Range } from "./range.jsx";
import { reasonOf } from "./reason.js";
import { Reply, useReply } from "./reply.jsx";
import { sourceName } from "./source.jsx";
import { useSurveys } from "./surveys.js";

export function Engagement() {
  const voice = useContext(Voice);
  const { t, figure, amount, day } = voice;
  const { place } = useContext(Place);
  const { from, to, compare } = place;
  const reply = useReply(withQuery("/v1/engagement", { from, to, compare }));
  const surveys = useSurveys();
  const nameOf = (part) => sourceName(part, voice, surveys);
  const { admin } = useContext(Session);
  const [edited, setEdited] = useState(null);
  const [saved, setSaved] = useState(false);
  const opener = useRef(null);
  const close = (how) => {
    setEdited(null);
    setSaved(how === "saved");
    if (how) reply.again();
  };
  const wasEdited = useRef(false);
  useEffect(() => {
    if (!edited && wasEdited.current) (opener.current ?? document.querySelector("h1")).focus();
    wasEdited.current = Boolean(edited);
  }, [edited]);
  const edit = (score) => !edited && (admin
    ? <p><button type="button" ref={opener} class={score.parts.length ? "" : "main"} onClick={() => { setEdited(score); setSaved(false); }}>{t(score.parts.length ? "edit_score" : "define_score")}</button></p>
    : <p class="note">{t("score_admin")}</p>);
  return (
    <>
      <h1 tabIndex={-1}>{t("page_engagement")}</h1>
      <Range steps={false} />
      <div role="status">{saved && <p class="message done">{t("score_saved")}</p>}</div>
      {edited && <Editor definition={edited} surveys={surveys} close={close} key={edited.revision} />}
      <Reply reply={reply} lines={6}>
        {(score) => (score.parts.length === 0
          ? !edited && <div class="message empty"><p class="title">{t("no_score")}</p><p>{t("no_score_what")}</p>{edit(score)}</div>
          : (
            <>
              <section class="panel" aria-label={score.name ?? t("page_engagement")}>
                <h2>{score.name ?? t("page_engagement")}</h2>
                <Value value={score.value} unit={score.unit} interval={score.interval} />
                {score.reason && <p class="note">{reasonOf(score.reason, voice)}</p>}
                {score.covered !== null && <p class="note">{t("covered", { covered: figure(score.covered) })}</p>}
                <Change {...score} />
                {score.surveys?.map(({ survey, complete_through }) => <p class="note" key={survey}>{surveys?.find(({ id }) => id === survey)?.name ?? t("survey_named", { id: survey })}: {t("complete", { day: day(complete_through) })}</p>)}
                {edit(score)}
              </section>
              <div class="panel wide">
                <Figure level={2} title={t("parts")} file={`engagement-${score.from}-${score.to}`} note={t("parts_what")}
                  columns={[{ name: "part", label: t("part") }, { name: "weight", label: t("weight"), show: figure }, { name: "floor", label: t("floor") }, { name: "target", label: t("target") }, { name: "value", label: t("value"), show: figure }, { name: "unit", label: t("unit"), show: (unit) => voice.unit(unit) || "–" }, { name: "score", label: t("score") }, { name: "contribution", label: t("contribution") }, { name: "reason", label: t("why"), show: (code) => (code ? t(`reason_${code}`, { facts: "" }) : "–") }]}
                  rows={score.parts.map((part) => ({ part: nameOf(part), weight: part.weight, floor: part.floor, target: part.target, value: part.value, unit: part.unit, score: part.score, contribution: part.contribution, reason: part.reason?.code }))}>
                  <Bars of={100} label={t("parts")} rows={score.parts.map((part) => ({
                    name: nameOf(part), value: part.score,
                    shown: part.score === null ? `${t("no_value")} (${reasonOf(part.reason, voice)}) · ${t("weighs", { weight: figure(part.weight) })}` : `${t("score_of", { score: figure(part.score), contribution: figure(part.contribution) })} · ${t("weighs", { weight: figure(part.weight) })} · ${t("from_to", { value: amount(part.value, part.unit), floor: figure(part.floor), target: figure(part.target) })}`,
                  }))} />
                </Figure>
              </div>
            </>
          ))}
      </Reply>
    </>
  );
}
