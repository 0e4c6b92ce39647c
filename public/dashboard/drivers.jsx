// Which segments move a KPI.

import { useContext } from "preact/hooks";
import { withQuery } from "./api.js";
import { Place, Voice } from "./context.js";
import { Ranges } from "./chart.jsx";
import { Figure } from "./figure.jsx";
import { wording } from "./kpi.jsx";
import { Reply, useReply } from "./reply.jsx";

export function Drivers({ definition }) {
  const voice = useContext(Voice);
  const { t, amount, signed } = voice;
  const { place } = useContext(Place);
  const reply = useReply(withQuery(`/v1/surveys/${place.id}/drivers`, { from: place.from, to: place.to }));
  return (
    <section class="panel wide" aria-labelledby="drivers">
      <h2 id="drivers" tabIndex={-1}>{t("drivers")}</h2>
      <p>{t("drivers_what")}</p>
      <Reply reply={reply}>
        {({ kpis, left_out, compared }) => {
          const found = kpis.flatMap((kpi) => kpi.drivers.map((driver) => ({ kpi, driver })));
          const rows = found.map(({ kpi, driver }) => ({
            question: kpi.question, kpi: kpi.kpi, dimension: driver.dimension, segment: driver.segment,
            value: driver.own.value, n: driver.own.n, rest: driver.rest.value, rest_n: driver.rest.n,
            difference: driver.difference, low: driver.interval?.low, high: driver.interval?.high,
            share_low: driver.share.low, share_high: driver.share.high, gain_low: driver.gain.low, gain_high: driver.gain.high, lower_bound: driver.gain.lower_bound,
          }));
          const columns = [["question", t("question")], ["kpi", t("metric")], ["dimension", t("dimension")], ["segment", t("segment")], ["value", t("own_value")], ["n", "n"], ["rest", t("rest_value")], ["rest_n", t("rest_n")], ["difference", t("difference")], ["low", t("low")], ["high", t("high")], ["share_low", t("share_low")], ["share_high", t("share_high")], ["gain_low", t("gain_low")], ["gain_high", t("gain_high")], ["lower_bound", t("lower_bound")]]
            .map(([name, label]) => ({ name, label, ...(name === "lower_bound" && { show: (value) => t(value ? "yes" : "no") }), ...(name === "kpi" && { show: (kpi) => t(`kpi_${kpi}`) }) }));
          return (
            <>
              {found.length === 0
                ? <div class="message empty"><p class="title">{t(compared ? "drivers_none" : "drivers_few")}</p><p>{t(compared ? "drivers_none_what" : "drivers_few_what", { compared })}</p></div>
                : (
                  <Figure title={t("drivers_gain")} file={`${place.id}-drivers`} columns={columns} rows={rows} note={t("drivers_note", { compared })}>
                    {kpis.filter(({ drivers }) => drivers.length).map((kpi) => (
                      <div key={`${kpi.question} ${kpi.kpi}`}>
                        <p class="about">{t(`kpi_${kpi.kpi}`)}: {wording(definition, kpi.question, voice.locale)}</p>
                        <Ranges total={0} label={`${t("drivers_gain")}: ${t(`kpi_${kpi.kpi}`)}`}
                          rows={kpi.drivers.map(({ dimension, segment, own, rest, gain }) => ({
                            name: `${dimension}: ${segment}`, value: gain.low, interval: gain.interval,
                            shown: <>{t("gain_between", { low: signed(gain.low), high: signed(gain.high, kpi.unit === "%" ? "percentage points" : kpi.unit) })}<br />{t("own_of", { value: amount(own.value, kpi.unit), n: own.n })}<br />{t("rest_of", { value: amount(rest.value, kpi.unit), n: rest.n })}</>,
                          }))} />
                      </div>
                    ))}
                  </Figure>
                )}
              {left_out.length > 0 && (
                <details><summary>{t("left_out", { count: left_out.length })}</summary>
                  <ul>{left_out.map(({ question, dimension, segment, reason }, i) => <li key={i}>{[question, dimension, segment].filter(Boolean).join(" · ")}: {t(`left_out_${reason}`)}</li>)}</ul>
                </details>
              )}
            </>
          );
        }}
      </Reply>
    </section>
  );
}
