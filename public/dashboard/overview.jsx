// Every survey at a glance: a card per KPI.

import { useContext, useState } from "preact/hooks";
import { withQuery } from "./api.js";
import { Place, Session, Voice } from "./context.js";
import { Figure } from "./figure.jsx";
import { Card, keyOf, nameOf, wording } from "./kpi.jsx";
import { Range } from "./range.jsx";
import { Reply, useReply } from "./reply.jsx";
import { Ranged, Released } from "./released.jsx";
import { useSurveys } from "./surveys.js";

const AT_ONCE = 6;

export function Overview() {
  const { t } = useContext(Voice);
  const { place } = useContext(Place);
  return (
    <>
      <h1 tabIndex={-1}>{t("page_overview")}</h1>
      <Range />
      {place.surveys.length > 0 ? <Chosen ids={place.surveys} /> : <Listed />}
    </>
  );
}

/** The surveys that the address names. */
function Chosen({ ids }) {
  const { t } = useContext(Voice);
  const { link } = useContext(Place);
  const { scopes, admin } = useContext(Session);
  // An admin is told the name with the survey itself.
  const surveys = useSurveys(!admin);
  return (
    <>
      {ids.map((id) => <Named id={id} name={surveys?.find((survey) => survey.id === id)?.name} key={id} />)}
      {scopes.includes("read") || scopes.includes("admin") ? <p><a href={link({ surveys: [] })}>{t("all_surveys")}</a></p> : <Open />}
    </>
  );
}

/** All surveys that the key may read, page by page. One that may not list them opens them by id. */
function Listed({ cursor }) {
  const { t } = useContext(Voice);
  const [more, setMore] = useState(false);
  const reply = useReply(withQuery("/v1/surveys", { limit: AT_ONCE, cursor }));
  if (reply.fault?.status === 403) return <Open />;
  return (
    <Reply reply={reply} lines={6}>
      {({ items, next }) => (
        <>
          {items.length === 0 && !cursor && <div class="message empty"><p class="title">{t("no_surveys")}</p><p>{t("no_surveys_what")}</p></div>}
          {next && !cursor && <Going />}
          {items.map((item) => (item.questions ? <SurveyCards definition={item} key={item.id} /> : <Named {...item} key={item.id} />))}
          {next && (more ? <Listed cursor={next} /> : <button type="button" onClick={() => setMore(true)}>{t("more_surveys")}</button>)}
        </>
      )}
    </Reply>
  );
}

/** Where there are more surveys than are listed at first: goes to any of them. */
function Going() {
  const { t } = useContext(Voice);
  const { go } = useContext(Place);
  const surveys = useSurveys();
  const submit = (event) => {
    event.preventDefault();
    const id = new FormData(event.target).get("survey");
    if (id) go({ page: "surveys", id });
  };
  return (
    <form class="inline" onSubmit={submit}>
      <label>{t("go_to_survey")}
        <select name="survey">{(surveys ?? []).map(({ id, name }) => <option value={id} key={id}>{name ?? t("survey_named", { id })}</option>)}</select>
      </label>
      <button type="submit">{t("open_do")}</button>
      {surveys && <span class="note of">{t("surveys_in_all", { count: surveys.length })}</span>}
    </form>
  );
}

/** A survey whose questions are not known yet; what anyone may see of it does not have its name. */
function Named({ id, name }) {
  const reply = useReply(`/v1/surveys/${id}`);
  return <Reply reply={reply}>{(definition) => <SurveyCards definition={{ name, ...definition }} />}</Reply>;
}

/** A key that may not list surveys: its owner says which. */
function Open() {
  const { t } = useContext(Voice);
  const { place, go } = useContext(Place);
  const [wrong, setWrong] = useState(false);
  const submit = (event) => {
    event.preventDefault();
    const id = new FormData(event.target).get("survey").trim();
    const good = /^\w{1,32}$/.test(id);
    setWrong(!good);
    if (!good) return;
    event.target.reset();
    go({ surveys: [...new Set([...place.surveys, id])] });
  };
  return (
    <form class="panel open" onSubmit={submit} noValidate>
      <h2>{t("open_survey")}</h2>
      <p>{t("open_survey_what")}</p>
      <div class="inline">
        <label>{t("survey_id")}<input name="survey" autocomplete="off" spellcheck={false} aria-invalid={wrong} aria-describedby="survey-wrong" /></label>
        <button type="submit" class="main">{t("open_do")}</button>
      </div>
      <p class="wrong" id="survey-wrong" role="alert">{wrong ? t("survey_id_wrong") : ""}</p>
    </form>
  );
}

function SurveyCards({ definition }) {
  const voice = useContext(Voice);
  const { place, link } = useContext(Place);
  const { from, to, step, compare } = place;
  const reply = useReply(withQuery(`/v1/surveys/${definition.id}/kpis`, { from, to, step, compare }));
  const href = link({ page: "surveys", id: definition.id });
  const title = definition.name ?? voice.t("survey_named", { id: definition.id });
  return (
    <section class="survey" aria-label={title}>
      <h2><a href={href}>{title}</a>{definition.status === "closed" && <span class="tag">{voice.t("closed")}</span>}</h2>
      <Reply reply={reply} lines={4}>
        {(kpis) => (
          <>
            <Released definition={definition} complete={kpis.complete_through} to={kpis.to} brief />
            <Ranged reply={kpis} />
            <ul class="cards">
              {kpis.kpis.map((kpi) => <Card key={keyOf(kpi)} name={nameOf(kpi, definition, voice)} about={wording(definition, kpi.question, voice.locale)} kpi={kpi} complete={kpis.complete_through} />)}
            </ul>
            <Figure title={voice.t("all_figures")} about={title} file={`overview-${definition.id}-${kpis.from}-${kpis.to}`} columns={columnsOf(voice)} rows={kpis.kpis.map(rowOf)} />
          </>
        )}
      </Reply>
    </section>
  );
}

const columnsOf = ({ t, unit, figure }) => [
  { name: "question", label: t("question") },
  { name: "kpi", label: t("metric"), show: (kpi) => t(`kpi_${kpi}`) },
  { name: "of", label: t("of") },
  { name: "value", label: t("value"), show: figure },
  { name: "unit", label: t("unit"), show: (name) => unit(name) || "–" },
  { name: "low", label: t("low") },
  { name: "high", label: t("high") },
  { name: "n", label: "n" },
  { name: "change", label: t("change_column") },
  { name: "significant", label: t("significant"), show: (value) => (value === true ? t("yes") : value === false ? t("no") : "–") },
];
const rowOf = ({ question, kpi, option, theme, value, unit, interval, n, previous }) => ({
  question, kpi, of: option ?? theme, value, unit, low: interval?.low, high: interval?.high, n,
  change: previous?.change, significant: previous?.significant,
});
