// What to see to first, the weightiest on top, each with why: a sentence of the figures that led to it.

import { useContext } from "preact/hooks";
import { withQuery } from "./api.js";
import { Place, Voice } from "./context.js";
import { Bars } from "./chart.jsx";
import { Figure } from "./figure.jsx";
import { wording } from "./kpi.jsx";
import { Reply, useReply } from "./reply.jsx";

/** Why something is to be seen to, in the reader's language: the API's figures, told as they are elsewhere. */
function whyOf({ action, weight, figures }, definition, { t, has, locale, figure, amount }) {
  const { question, kpi, unit, driver, now, previous, interval, kpis } = figures;
  const told = (name, given) => t(`because_${name}`, { kpi: kpi && t(`kpi_${kpi}`), question: wording(definition, question, locale), weight: figure(weight), ...given });
  // What is certain is the end that is nearer to 0.
  const certain = ({ low, high }) => amount(Math.min(Math.abs(low), Math.abs(high)), unit === "%" ? "percentage points" : unit);
  if (action === "improve_segment") {
    const { dimension, segment, own, rest, gain } = driver;
    return told(action, { dimension, segment: has(`segment_${segment}`) ? t(`segment_${segment}`) : segment, own: amount(own.value, unit), rest: amount(rest.value, unit), gain: certain(gain.interval) });
  }
  if (action === "find_cause") return told(action, { before: amount(previous.value, unit), now: amount(now.value, unit), lost: certain(interval) });
  const [of, cost] = kpis.map(({ value, unit }) => amount(value, unit));
  if (action === "lower_acquisition_cost") return told(action, { value: of, cost });
  return told(action, { before: amount(previous.value, kpis[0].unit), now: of });
}

export function Actions({ definition }) {
  const voice = useContext(Voice);
  const { t, figure } = voice;
  const { place } = useContext(Place);
  const reply = useReply(withQuery(`/v1/surveys/${place.id}/actions`, { from: place.from, to: place.to }));
  const about = ({ question, kpi, driver }) => [question, kpi && t(`kpi_${kpi}`), driver && `${driver.dimension}: ${driver.segment}`].filter(Boolean).join(" · ");
  return (
    <section class="panel wide" aria-labelledby="actions">
      <h2 id="actions" tabIndex={-1}>{t("actions")}</h2>
      <Reply reply={reply}>
        {({ actions, business }) => (
          <>
            {actions.length === 0
              ? <div class="message empty"><p class="title">{t("actions_none")}</p><p>{t("actions_none_what")}</p></div>
              : (
                <>
                  <ol class="todo">
                    {actions.map((action, i) => <li key={i}><p class="title">{t(`action_${action.action}`)}</p><p>{whyOf(action, definition, voice)}</p></li>)}
                  </ol>
                  <Figure title={t("weights")} file={`${place.id}-actions`} note={t("weights_what")}
                    columns={[{ name: "action", label: t("action"), show: (action) => t(`action_${action}`) }, { name: "about", label: t("about") }, { name: "weight", label: t("weight"), show: figure }]}
                    rows={actions.map(({ action, weight, figures }) => ({ action, about: about(figures), weight }))}>
                    <Bars label={t("weights")} of={100} rows={actions.map(({ action, weight, figures }) => ({ name: `${t(`action_${action}`)} ${about(figures)}`, value: weight, shown: figure(weight) }))} />
                  </Figure>
                </>
              )}
            {!business && <p class="note">{t("no_business")}</p>}
          </>
        )}
      </Reply>
    </section>
  );
}
