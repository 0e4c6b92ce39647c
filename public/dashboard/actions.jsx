// What to see to first, the weightiest on top.

import { useContext } from "preact/hooks";
import { withQuery } from "./api.js";
import { Place, Voice } from "./context.js";
import { Bars } from "./chart.jsx";
import { Figure } from "./figure.jsx";
import { Reply, useReply } from "./reply.jsx";

export function Actions() {
  const { t, figure } = useContext(Voice);
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
                    {actions.map(({ action, why, figures }, i) => (
                      <li key={i}><p class="title">{t(`action_${action}`)}{about(figures) && <span class="about"> {about(figures)}</span>}</p><p lang="en">{why}</p></li>
                    ))}
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
