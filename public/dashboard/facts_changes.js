// What a file of facts would change: a day is replaced whole, so whatever it has and the file has not would be lost.

import { FACTS } from "./fact_names.js";
import { dayAfter } from "./place.js";

/** The most days of facts that one reply of the API lists. */
const MOST_DAYS = 100;

/** Ranges of days, each short enough for one call, that hold all of these (in order), and no others at their ends. */
export function rangesOf(days) {
  const ranges = [];
  for (const day of days) {
    const last = ranges.at(-1);
    if (last && day <= dayAfter(last.from, MOST_DAYS - 1)) last.to = day;
    else ranges.push({ from: day, to: day });
  }
  return ranges;
}

/**
 * A day of the file beside what is stored of it: `{day, items, what, figures}`. A figure is `{channel, fact, before,
 * after, what}`: "new", "changed", "same" or "lost". A day is "lost" (something would be), "changed", "new" or "same".
 */
export function changeOf({ day, items }, stored) {
  const figures = [];
  const channels = [...new Set([...items, ...stored].map(({ channel }) => channel))].sort();
  for (const channel of channels) {
    const after = items.find((item) => item.channel === channel)?.facts ?? {};
    const before = stored.find((item) => item.channel === channel)?.facts ?? {};
    for (const fact of FACTS) {
      if (!(fact in after) && !(fact in before)) continue;
      const what = !(fact in before) ? "new" : !(fact in after) ? "lost" : before[fact] === after[fact] ? "same" : "changed";
      figures.push({ channel, fact, before: before[fact], after: after[fact], what });
    }
  }
  const some = (wanted) => figures.some(({ what }) => what === wanted);
  const what = some("lost") ? "lost" : figures.every(({ what }) => what === "same") ? "same" : stored.length ? "changed" : "new";
  return { day, items, what, figures };
}
