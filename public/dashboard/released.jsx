// What is not released yet: until when figures are complete, when more comes, and why not sooner.

import { useContext } from "preact/hooks";
import { Session, Voice } from "./context.js";
import { Fold } from "./fold.jsx";
import { useReply } from "./reply.jsx";

/** A duration of the API (`3d`, `10s`) in words. */
function lasting(text, t) {
  const [, number, of] = text.match(/^(\d+)([dhms])$/) ?? [];
  return number ? t(number === "1" ? `one_${of}` : `many_${of}`, { number }) : text;
}

export function Released({ definition, complete, to, brief = false }) {
  const { t, day, instant } = useContext(Voice);
  const { admin } = useContext(Session);
  const ledger = useReply(admin && !brief ? `/v1/surveys/${definition.id}/ledger` : null);
  const { every, min_cohort, patience } = definition.release;
  const said = t(to > complete ? "complete_through" : "complete", { day: day(complete) });
  if (brief) return <p class="note">{said}</p>;
  return (
    <aside class="released" aria-label={t("released")}>
      <Fold title={said} head={<p><strong>{said}</strong></p>}>
        <p>
          {admin && ledger.state === "done" ? t("next_tick", { instant: instant(ledger.data.next_tick) }) : t("next_within", { every: lasting(every, t) })}
          {" "}{t("why_waiting", { min: min_cohort, patience: lasting(patience, t) })}
        </p>
      </Fold>
      {admin && ledger.state === "done" && !ledger.data.conserved && <p class="wrong">{t("not_conserved")}</p>}
    </aside>
  );
}

/** Where retention made the range another one than was asked for. */
export function Ranged({ reply }) {
  const { t, day, days } = useContext(Voice);
  const said = [];
  if (reply.widened) said.push(t("widened", { days: days(reply.from, reply.to) }));
  if (reply.forgotten_before) said.push(t("forgotten", { day: day(reply.forgotten_before) }));
  if (reply.by_month_through) said.push(t("by_month", { day: day(reply.by_month_through) }));
  if (reply.previous?.widened || reply.previous?.forgotten_before) said.push(t("previous_ranged", { days: days(reply.previous.from, reply.previous.to) }));
  return said.length ? <p class="note ranged">{said.join(" ")}</p> : null;
}
