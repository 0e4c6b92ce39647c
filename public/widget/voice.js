// What the widget says of its own, and which of several texts is for the reader.
//
// words.json has it in each language: terse, since all of it is in the script, and the notice, which comes with the
// survey, says more. The bundle makes of it TEXTS (a string per locale), and a place in that for each word.

import { SEPARATOR, TEXTS } from "./words.json";

/** The best of `locales` for a reader who prefers these (BCP 47), in order. */
const best = (locales, preferred) =>
  preferred.flatMap((wanted) => [wanted, wanted?.split("-")[0].toLowerCase()]).find((wanted) => locales.includes(wanted)) ?? locales[0];

/** Says things to a reader who prefers these locales, in order. */
export function voice(preferred) {
  const locale = best(Object.keys(TEXTS), preferred);
  const texts = TEXTS[locale].split(SEPARATOR);
  return {
    locale,
    /** A word by its place; what is in every language the same is said as it is. */
    word: (place) => texts[place] ?? place,
    /** Puts the best of `texts` (locale → text) into an element, and says which language that is. */
    write(element, texts) {
      const lang = best(Object.keys(texts), preferred);
      return Object.assign(element, { textContent: texts[lang], lang, dir: "auto" });
    },
  };
}
