// One survey: each KPI with its trend and forecast, its answers and breakdown; then drivers and actions.

import { useContext, useEffect } from "preact/hooks";
import { withQuery } from "./api.js";
import { Change } from "./change.jsx";
import { Bars, Ranges, Trend } from "./chart.jsx";
import { Place, Session, Voice } from "./context.js";
import { Actions } from "./actions.jsx";
import { Drivers } from "./drivers.jsx";
import { Export } from "./export.jsx";
import { Figure } from "./figure.jsx";
import { Fold } from "./fold.jsx";
import { Value, keyOf, nameOf, pointsOf, stepColumns, stepRows, wording } from "./kpi.jsx";
import { inOrder } from "./order.js";
import { Range } from "./range.jsx";
import { Ranged, Released } from "./released.jsx";
import { Reply, Trouble, useReply } from "./reply.jsx";
import { useSurveys } from "./surveys.js";

export function Survey() {
  const { place, link, tell } = useContext(Place);
  const { t } = useContext(Voice);
  const { admin } = useContext(Session);
  const found = useReply(`/v1/surveys/${place.id}`);
  const listed = useSurveys(!admin);
  const name = found.data?.name ?? listed?.find(({ id }) => id === place.id)?.name;
  useEffect(() => name && tell(name), [name]);
  return (
    <>
      <h1 tabIndex={-1}>{name ?? t("survey_named", { id: place.id })}</h1>
      <p class="inline screen">
        <a class="button" href={link({ page: "privacy" })}>{t("page_privacy")}</a>
        {found.data?.name !== undefined && <a class="button" href={link({ page: "edit" })}>{t("edit")}</a>}
      </p>
      <Reply reply={found} lines={8}>{(definition) => <Read definition={definition} />}</Reply>
    </>
  );
}

function Read({ definition }) {
  const voice = useContext(Voice);
  const { t, locale } = voice;
  const { place, link } = useContext(Place);
  const { id, from, to, step, compare } = place;
  const dimensions = [...Object.keys(definition.dimensions ?? {}), ...(themesOf(definition).length > 0 ? ["theme"] : [])];
  const by = dimensions.includes(place.by) ? place.by : "";
  const kpis = useReply(withQuery(`/v1/surveys/${id}/kpis`, { from, to, step, compare, by }));
  const forecasts = useReply(withQuery(`/v1/surveys/${id}/forecast`, { step }));
  const questions = definition.questions.map(({ id }) => id);
  return (
    <>
      <Range by={dimensions} />
      <Fold title={t("on_this_page")}>
        <nav class="within" aria-label={t("on_this_page")}>
          {[...questions.map((id) => [`q-${id}`, wording(definition, id, locale)]), ["drivers", t("drivers")], ["actions", t("actions")], ["export", t("export")]].map(([id, said]) => (
            <button type="button" key={id} class="quiet" onClick={() => { const target = document.getElementById(id); target?.focus(); target?.scrollIntoView(); }}>{said}</button>
          ))}
        </nav>
      </Fold>
      <Reply reply={kpis} lines={10}>
        {(reply) => (
          <>
            <Released definition={definition} complete={reply.complete_through} to={reply.to} />
            <Ranged reply={reply} />
            {reply.kpis.every(({ value }) => value === null) && <div class="message empty"><p class="title">{t("unreleased")}</p><p>{t("unreleased_what", { min: definition.release.min_cohort })}</p></div>}
            {questions.map((question) => {
              const own = reply.kpis.filter((kpi) => kpi.question === question);
              const told = own.map((kpi) => <Kpi key={keyOf(kpi)} kpi={kpi} reply={reply} definition={definition} forecasts={forecasts} alone={own.length === 1 && kpi.n > 0} />);
              const answers = own.length > 0 && own[0].n > 0 && (
                <div class="stack">
                  <div class="panel"><Distribution kpis={own} definition={definition} about={wording(definition, question, locale)} /></div>
                  {own.length === 1 && own[0].breakdown && <div class="panel"><Breakdown kpi={own[0]} definition={definition} /></div>}
                </div>
              );
              return (
                <section class="question" key={question} aria-labelledby={`q-${question}`}>
                  <h2 id={`q-${question}`} tabIndex={-1}>{wording(definition, question, locale)}</h2>
                  {own.length === 0 && <p class="note">{t("no_kpi")}</p>}
                  {/* The score first. Shares are all told by the answers, and each has a panel after them. */}
                  <div class="kpis">{own.every(isShare) ? [answers, told] : [told[0], answers, told.slice(1)]}</div>
                </section>
              );
            })}
          </>
        )}
      </Reply>
      <Drivers definition={definition} />
      <Actions definition={definition} link={link} />
      <Export id={id} from={from} to={to} key={`${from} ${to}`} />
    </>
  );
}

/** An admin is told their words, too; everybody else their names. */
const themesOf = ({ themes = [] }) => (Array.isArray(themes) ? themes : Object.keys(themes));
const isShare = ({ kpi }) => kpi === "share";

/** How the files of a KPI begin. */
const fileOf = (kpi, definition) => `${definition.id}-${keyOf(kpi).replaceAll(" ", "-")}`;

function Kpi({ kpi, reply, definition, forecasts, alone }) {
  const voice = useContext(Voice);
  const { t } = voice;
  const { place } = useContext(Place);
  const name = nameOf(kpi, definition, voice);
  const ahead = forecasts.data?.kpis.find((forecast) => keyOf(forecast) === keyOf(kpi));
  // The forecast follows from the newest complete steps: beside older days it would say nothing.
  const near = reply.to >= reply.complete_through;
  const points = [...pointsOf(kpi.series, reply.complete_through), ...(near ? (ahead?.forecast ?? []).map((step) => ({ ...step, kind: "forecast" })) : [])];
  const file = fileOf(kpi, definition);
  return (
    <section class="panel" aria-label={name}>
      <h3>{name}</h3>
      <Value value={kpi.value} unit={kpi.unit} interval={kpi.interval} n={kpi.n} />
      {kpi.value === null && <p class="note">{t("unreleased_card")}</p>}
      <Change {...kpi} />
      {kpi.benchmark && <p class="note">{t("benchmark", { value: voice.amount(kpi.benchmark.value, kpi.unit), difference: voice.signed(kpi.benchmark.difference), source: kpi.benchmark.source, year: kpi.benchmark.year ?? "" })}</p>}
      {kpi.classes && kpi.value !== null && <p class="note">{Object.entries(kpi.classes).map(([name, count]) => `${voice.has(`class_${name}`) ? t(`class_${name}`) : name}: ${count}`).join(" · ")}</p>}
      <Figure level={4} title={t("trend")} about={name} file={`${file}-trend-${place.step}`} columns={stepColumns(voice)} rows={stepRows(points)} note={<Legend points={points} />}>
        <Trend points={points} unit={kpi.unit} label={name} />
      </Figure>
      <Ahead ahead={ahead} near={near} forecasts={forecasts} unit={kpi.unit} />
      {kpi.breakdown && !alone && <Breakdown kpi={kpi} definition={definition} />}
    </section>
  );
}

/** What the marks of a trend mean: only those that are there. */
function Legend({ points }) {
  const { t } = useContext(Voice);
  const kinds = ["measured", "growing", "forecast"].filter((kind) => points.some((point) => point.kind === kind && point.value !== null));
  const covered = points.some(({ kind, from, to }) => kind === "forecast" && points.some((point) => point.kind === "growing" && from <= point.from && point.from <= to));
  return <><span class="legend">{kinds.map((kind) => <span key={kind} class={kind}><svg width="22" height="12" aria-hidden="true"><g class={`point ${kind}`}><line class={kind === "forecast" ? "line ahead" : "line"} x1="0" x2="22" y1="6" y2="6" /><circle cx="11" cy="6" r="3.5" /></g></svg>{t(`kind_${kind}`)}</span>)}</span>{covered && ` ${t("forecast_covers")}`}</>;
}

/** How the forecast was made, and how far to believe it; or why there is none. */
function Ahead({ ahead, near, forecasts, unit }) {
  const { t, figure, amount } = useContext(Voice);
  if (forecasts.state === "failed") return <Trouble fault={forecasts.fault} again={forecasts.again} />;
  if (!ahead) return null;
  if (!near) return <p class="note">{t("forecast_elsewhere")}</p>;
  if (!ahead.forecast) {
    const { code, steps, at_least } = ahead.reason ?? {};
    return <p class="note">{t(code === "too_short" ? "forecast_short" : "forecast_none", { steps, at_least })}</p>;
  }
  const { backtest, model, history } = ahead;
  return (
    <p class="note">
      {t("forecast_how", { steps: history.steps, model: model.name })}{" "}
      {backtest && t(backtest.beats_last_value ? "forecast_good" : "forecast_bad", { steps: backtest.steps, error: amount(backtest.error, unit), last: figure(backtest.last_value_error) })}
    </p>
  );
}

function Breakdown({ kpi, definition }) {
  const voice = useContext(Voice);
  const name = nameOf(kpi, definition, voice);
  const { t, figure } = voice;
  const { dimension, sampled } = kpi.breakdown;
  const cohorts = inOrder(kpi.breakdown.cohorts, dimension === "theme" ? themesOf(definition) : definition.dimensions?.[dimension]);
  const named = (segment) => (["(other)", "(none)"].includes(segment) ? `${segment} ${t(`segment_${segment}`)}` : segment);
  const columns = [
    { name: "segment", label: dimension, show: named },
    { name: "value", label: t("value"), show: figure },
    { name: "low", label: t("low") },
    { name: "high", label: t("high") },
    { name: "n", label: "n" },
    ...(cohorts.some(({ previous }) => previous) ? [
      { name: "change", label: t("change_column") },
      { name: "significant", label: t("significant"), show: (value) => (value === true ? t("yes") : value === false ? t("no") : "–") },
    ] : []),
  ];
  const rows = cohorts.map(({ segment, value, interval, n, previous }) => ({ segment, value, low: interval?.low, high: interval?.high, n, change: previous?.change, significant: previous?.significant }));
  if (cohorts.length === 0) return <p class="note">{t("breakdown_empty", { dimension })}</p>;
  return (
    <Figure level={3} title={t("breakdown", { dimension })} about={name} file={`${fileOf(kpi, definition)}-by-${dimension}`} columns={columns} rows={rows}
      note={`${sampled === null || sampled === undefined ? "" : t("sampled", { sampled: figure(sampled) })} ${t("breakdown_what")} ${cohorts.some(({ segment }) => segment === "(other)") ? t("other_what") : ""}`}>
      <Ranges label={t("breakdown", { dimension })} total={kpi.value} rows={cohorts.map(({ segment, value, interval, n }) => ({ name: segment, value, interval, shown: `${figure(value)} · n ${n}` }))} />
    </Figure>
  );
}

/** Which answers were given how often. Of options and themes each has a KPI of its own; else all are in the first. */
function Distribution({ kpis, definition, about }) {
  const voice = useContext(Voice);
  const { t, amount } = voice;
  const shares = kpis.every(isShare);
  const file = `${definition.id}-${kpis[0].question}-answers`;
  if (shares) {
    const rows = kpis.map((kpi) => ({ answer: kpi.option ?? kpi.theme, count: kpi.counts[kpi.option ?? kpi.theme], value: kpi.value, low: kpi.interval?.low, high: kpi.interval?.high, n: kpi.n }));
    return (
      <Figure title={t("answers_given")} about={about} file={file} rows={rows}
        columns={[{ name: "answer", label: t("answer") }, { name: "count", label: t("count") }, { name: "value", label: `${t("value")} (%)`, show: voice.figure }, { name: "low", label: t("low") }, { name: "high", label: t("high") }, { name: "n", label: "n" }]}>
        <Bars label={t("answers_given")} of={100} rows={kpis.map((kpi) => ({ name: nameOf(kpi, definition, voice), value: kpi.value, shown: amount(kpi.value, kpi.unit) }))} />
      </Figure>
    );
  }
  const { counts, definition: how } = kpis[0];
  // Of a table each answer is named; else there are the ends of a range, both included.
  const among = (name) => how?.map?.[name].map(String) ?? (how?.[name] && Object.keys(counts).filter((answer) => Number(answer) >= how[name][0] && Number(answer) <= how[name][1])) ?? [];
  const kindOf = (answer) => (among("promoters").includes(answer) ? "good" : among("detractors").includes(answer) ? "bad" : undefined);
  const named = (answer) => (answer === "true" || answer === "yes" ? t("yes") : answer === "false" || answer === "no" ? t("no") : answer);
  const rows = Object.entries(counts).map(([answer, count]) => ({ answer, count }));
  return (
    <Figure title={t("answers_given")} about={about} file={file} rows={rows} columns={[{ name: "answer", label: t("answer"), show: named }, { name: "count", label: t("count") }]}>
      <Bars label={t("answers_given")} rows={rows.map(({ answer, count }) => ({ name: named(answer), value: count, shown: String(count), kind: kindOf(answer) }))} />
    </Figure>
  );
}
