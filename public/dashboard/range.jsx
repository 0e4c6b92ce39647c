// Which days, in which steps, against what: the same on every page, and in the address.

import { useContext, useEffect, useState } from "preact/hooks";
import { Place, Voice } from "./context.js";
import { Fold } from "./fold.jsx";
import { monthsBack, today, weeksBack } from "./place.js";

const PRESETS = [
  ["range_4w", () => ({ from: weeksBack(4), to: today() })],
  ["range_12w", () => ({ from: weeksBack(12), to: today() })],
  ["range_12m", () => ({ from: monthsBack(12), to: today() })],
];

export function Range({ steps = true, compare = true, by }) {
  const { t, days } = useContext(Voice);
  const { place, go } = useContext(Place);
  const [typed, setTyped] = useState({ from: place.from, to: place.to });
  useEffect(() => setTyped({ from: place.from, to: place.to }), [place.from, place.to]);
  const wrong = !typed.from || !typed.to || typed.from > typed.to;
  const take = (changes) => {
    const next = { ...typed, ...changes };
    setTyped(next);
    if (next.from && next.to && next.from <= next.to) go(next);
  };
  return (
    <Fold title={`${t("range")}: ${days(place.from, place.to)}`}>
      <form class="range" aria-label={t("range")} onSubmit={(event) => event.preventDefault()}>
        <div class="presets" role="group" aria-label={t("range_quick")}>
          {PRESETS.map(([word, range]) => {
            const made = range();
            return <button type="button" key={word} aria-pressed={made.from === place.from && made.to === place.to} onClick={() => go(made)}>{t(word)}</button>;
          })}
        </div>
        <label>{t("from")}<input type="date" value={typed.from} aria-invalid={wrong} aria-describedby={wrong ? "range-wrong" : undefined} onChange={({ target }) => take({ from: target.value })} /></label>
        <label>{t("to")}<input type="date" value={typed.to} aria-invalid={wrong} aria-describedby={wrong ? "range-wrong" : undefined} onChange={({ target }) => take({ to: target.value })} /></label>
        {steps && (
          <label>{t("step")}
            <select value={place.step} onChange={({ target }) => go({ step: target.value })}>
              {["day", "week", "month"].map((step) => <option key={step} value={step}>{t(`step_${step}`)}</option>)}
            </select>
          </label>
        )}
        {by && (
          <label>{t("by")}
            <select value={place.by} onChange={({ target }) => go({ by: target.value })}>
              <option value="">{t("by_none")}</option>
              {by.map((name) => <option key={name} value={name}>{name}</option>)}
            </select>
          </label>
        )}
        {compare && (
          <label class="check"><input type="checkbox" checked={place.compare === "previous"} onChange={({ target }) => go({ compare: target.checked ? "previous" : "" })} />{t("compare")}</label>
        )}
        <p class="wrong" id="range-wrong" role="alert">{wrong ? t("range_wrong") : ""}</p>
      </form>
    </Fold>
  );
}
