// What follows from the facts that the business reports.

import { useContext } from "preact/hooks";
import { withQuery } from "./api.js";
import { Change } from "./change.jsx";
import { Trend } from "./chart.jsx";
import { Place, Voice } from "./context.js";
import { Figure } from "./figure.jsx";
import { Value, pointsOf, stepColumns, stepRows } from "./kpi.jsx";
import { Range } from "./range.jsx";
import { Reply, useReply } from "./reply.jsx";

/** Why there is no value, with the facts that it is about. */
export function reasonOf(reason, { t, has }) {
  if (!reason) return "";
  const facts = (reason.facts ?? []).map((fact) => (has(`fact_${fact}`) ? t(`fact_${fact}`) : fact)).join(", ");
  return t(`reason_${reason.code}`, { facts });
}

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
            <div class="kpis">{found.kpis.map((kpi) => <BusinessKpi kpi={kpi} key={kpi.kpi} />)}</div>
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
      <Value value={kpi.value} unit={kpi.unit} interval={kpi.interval} n={kpi.n} records />
      {kpi.value === null && <p class="note">{reasonOf(kpi.reason, voice)}</p>}
      <Change previous={kpi.previous} unit={kpi.unit} />
      <p class="note"><span lang="en">{kpi.definition}</span>{counts.length > 0 && <><br />{counts.join(" · ")}</>}</p>
      {points.some(({ value }) => value !== null) && <Figure title={t("trend")} about={name} file={`business-${kpi.kpi}-${place.step}`} columns={columns} rows={stepRows(points)}>
        <Trend points={points} unit={kpi.unit} label={name} />
      </Figure>}
      {kpi.channels?.length > 0 && (
        <Figure title={t("by_channel")} about={name} file={`business-${kpi.kpi}-channels`}
          columns={[{ name: "channel", label: t("channel"), show: (channel) => channel || t("no_channel") }, { name: "value", label: t("value"), show: voice.figure }, { name: "low", label: t("low") }, { name: "high", label: t("high") }, { name: "n", label: "n" }]}
          rows={kpi.channels.map(({ channel, value, interval, n }) => ({ channel, value, low: interval?.low, high: interval?.high, n }))} />
      )}
    </section>
  );
}
