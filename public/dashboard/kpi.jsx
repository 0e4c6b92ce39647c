// A KPI as it is told everywhere: its name, its value with the interval, its trend, its change.

import { useContext } from "preact/hooks";
import { Change } from "./change.jsx";
import { Trend } from "./chart.jsx";
import { Voice } from "./context.js";
import { textOf } from "./voice.js";

/** The words of a question, or its id. */
export function wording(definition, id, locale) {
  const question = definition?.questions?.find((question) => question.id === id);
  return textOf(question?.text, locale) || id;
}

/** What a KPI is called: the metric, and for a share of what. */
export function nameOf(kpi, definition, { t, locale }) {
  const measures = kpi.definition?.measures;
  if (measures) return t(`measures_${measures}`);
  const of = kpi.option ?? kpi.theme;
  if (of === undefined) return t(`kpi_${kpi.kpi}`);
  const question = definition?.questions?.find(({ id }) => id === kpi.question);
  const option = question?.options?.find?.((option) => option.id === of);
  return t("share_of", { name: textOf(option?.label, locale) || of });
}

/** What tells a KPI from the others of its survey. */
export const keyOf = ({ question, kpi, option, theme }) => [question, kpi, option ?? theme].filter(Boolean).join(" ");

/** Steps with what is known of them: one that ends after `complete` may still change. */
export const pointsOf = (series, complete) => series.map((step) => ({ ...step, kind: complete && step.to > complete ? "growing" : "measured" }));

/** The columns of a table of steps. */
export function stepColumns({ t, figure, day }) {
  return [
    { name: "from", label: t("from"), show: day },
    { name: "to", label: t("to"), show: day },
    { name: "value", label: t("value"), show: figure },
    { name: "low", label: t("low") },
    { name: "high", label: t("high") },
    { name: "n", label: "n" },
    { name: "kind", label: t("kind"), show: (kind) => t(`kind_${kind}`) },
  ];
}
export const stepRows = (points) => points.map(({ interval, ...step }) => ({ ...step, low: interval?.low, high: interval?.high }));

/** The value, as large as it deserves, and what it rests on. Of `records`, `n` counts no answers; `over` says of which days it is. */
export function Value({ value, unit, interval, n, records, over }) {
  const { amount, interval: said, t } = useContext(Voice);
  const rests = [interval !== undefined && said(interval), n !== undefined && t(records ? "of_n" : "answers", { n }), over].filter(Boolean);
  return (
    <>
      <p class="value">{amount(value, unit)}</p>
      {value !== null && <p class="rests">{rests.join(" · ")}</p>}
    </>
  );
}

/** A card of the overview. */
export function Card({ name, about, kpi, href, complete, empty }) {
  const { t } = useContext(Voice);
  const label = about ? `${name}, ${about}` : name;
  return (
    <li class="card">
      <h3>{href ? <a href={href}>{name}</a> : name}</h3>
      {about && <p class="about">{about}</p>}
      <Value {...kpi} />
      {kpi.value === null && <p class="note">{empty ?? t("unreleased_card")}</p>}
      {kpi.series && kpi.value !== null && <Trend points={pointsOf(kpi.series, complete)} unit={kpi.unit} label={label} small />}
      <Change {...kpi} />
    </li>
  );
}
