// What follows from the facts that the business reports.

import { Fragment } from "preact";
import { useContext } from "preact/hooks";
import { withQuery } from "./api.js";
import { Change } from "./change.jsx";
import { Ranges, Trend } from "./chart.jsx";
import { Place, Voice } from "./context.js";
import { Figure } from "./figure.jsx";
import { Value, pointsOf, stepColumns, stepRows } from "./kpi.jsx";
import { Range } from "./range.jsx";
import { reasonOf } from "./reason.js";
import { Reply, useReply } from "./reply.jsx";

/** Whether there is anything to show of a KPI: its value, one of its steps, or one of its channels. */
const isKnown = ({ value, series, channels = [] }) => [{ value }, ...series, ...channels].some(({ value }) => value !== null);

export function Business() {
  const voice = useContext(Voice);
  const { t, days } = voice;
  const { place, link } = useContext(Place);
  const { from, to, step, compare } = place;
  const reply = useReply(withQuery("/v1/business/kpis", { from, to, step, compare }));
  return (
    <>
      <h1 tabIndex={-1}>{t("page_business")}</h1>
      <Range />
      <p>{t("business_what")}</p>
      <Reply reply={reply} lines={8}>
        {(found) => (
          <>
            <p class="note">{t("days_reported", { days: found.days_reported, range: days(found.from, found.to) })} {t("business_stock")}</p>
            {found.days_reported === 0 && (
              <div class="message empty"><p class="title">{t("no_facts")}</p><p><a href={link({ page: "facts", id: "" })}>{t("enter_facts")}</a></p></div>
            )}
            <div class="kpis">{found.kpis.filter(isKnown).map((kpi) => <BusinessKpi kpi={kpi} key={kpi.kpi} />)}</div>
            <Unknown kpis={found.kpis.filter((kpi) => !isKnown(kpi))} />
          </>
        )}
      </Reply>
    </>
  );
}

function BusinessKpi({ kpi }) {
  const voice = useContext(Voice);
  const { t, has } = voice;
  const { place } = useContext(Place);
  const name = t(`kpi_${kpi.kpi}`);
  const points = pointsOf(kpi.series);
  const counts = Object.entries(kpi.counts).map(([fact, count]) => `${has(`fact_${fact}`) ? t(`fact_${fact}`) : fact}: ${voice.figure(count)}`);
  const columns = stepColumns(voice).filter(({ name }) => name !== "kind");
  return (
    <section class="panel" aria-label={name}>
      <h2>{name}</h2>
      <Value value={kpi.value} unit={kpi.unit} interval={kpi.interval} n={kpi.n} records over={t("whole_range")} />
      {kpi.value === null && <p class="note">{reasonOf(kpi.reason, voice)}</p>}
      <Change {...kpi} />
      <p class="note"><span lang="en">{kpi.definition}</span>{counts.length > 0 && <><br />{counts.join(" · ")}</>}</p>
      {points.some(({ value }) => value !== null) && <Figure title={t(`step_trend_${place.step}`)} about={name} file={`business-${kpi.kpi}-${place.step}`} columns={columns} rows={stepRows(points)}>
        <Trend points={points} unit={kpi.unit} label={name} />
      </Figure>}
      {kpi.channels?.length > 0 && (
        <Figure title={t("by_channel")} about={name} file={`business-${kpi.kpi}-channels`} note={kpi.value !== null && t("channels_what")}
          columns={[{ name: "channel", label: t("channel"), show: (channel) => channel || t("no_channel") }, { name: "value", label: t("value"), show: voice.figure }, { name: "low", label: t("low") }, { name: "high", label: t("high") }, { name: "n", label: "n" }]}
          rows={kpi.channels.map(({ channel, value, interval, n }) => ({ channel, value, low: interval?.low, high: interval?.high, n }))}>
          {kpi.channels.some(({ value }) => value !== null) && (
            <Ranges label={t("by_channel")} total={kpi.value} rows={kpi.channels.map(({ channel, value, interval, n, reason }) => ({
              name: channel || t("no_channel"), value, interval, shown: value === null ? reasonOf(reason, voice) : `${voice.amount(value, kpi.unit)} · n ${n}`,
            }))} />
          )}
        </Figure>
      )}
    </section>
  );
}

/** KPIs of which nothing is known, and why: without charts, they take little room. */
function Unknown({ kpis }) {
  const voice = useContext(Voice);
  const { t } = voice;
  return kpis.length > 0 && (
    <section class="panel" aria-labelledby="unknown">
      <h2 id="unknown">{t("without_value")}</h2>
      <dl class="facts-of">
        {kpis.map((kpi) => <Fragment key={kpi.kpi}><dt>{t(`kpi_${kpi.kpi}`)}</dt><dd>{reasonOf(kpi.reason, voice)}<br /><span class="note" lang="en">{kpi.definition}</span></dd></Fragment>)}
      </dl>
    </section>
  );
}
