// How a figure changed since the period before, and whether that is more than chance.

import { useContext } from "preact/hooks";
import { Voice } from "./context.js";
import { reasonOf } from "./reason.js";

/** Why nothing can be said of a change. What has no answers has no reason of its own. */
const noChange = (previous, voice) =>
  voice.t("change_none", { days: voice.days(previous.from, previous.to), reason: reasonOf(previous.reason ?? { code: "no_answers" }, voice) });

/** Of `value`, which is now; nothing where it is null. `unit` of percentages is percentage points here. */
export function Change({ previous, value, unit }) {
  const voice = useContext(Voice);
  const { t, signed, days, interval, amount } = voice;
  if (!previous || value === null) return null;
  const of = unit === "%" ? "percentage points" : unit;
  if (previous.change === null) return <p class="change none">{noChange(previous, voice)}</p>;
  const verdict = previous.significant === true ? "real" : previous.significant === false ? "chance" : "unknown";
  const word = previous.method === "records" ? "change_records" : `change_${verdict}`;
  const sign = previous.change > 0 ? "▲" : previous.change < 0 ? "▼" : "◆";
  return (
    <div class={`change ${verdict}`}>
      <p><span aria-hidden="true">{sign} </span><strong>{signed(previous.change, of)}</strong> <span class="verdict">{t(word)}</span></p>
      <p class="note">{t("since", { value: amount(previous.value, unit), days: days(previous.from, previous.to) })}{previous.interval ? ` ${t("change_interval", { interval: interval(previous.interval) })}` : ""}</p>
    </div>
  );
}
