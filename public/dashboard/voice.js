// Says things: words in the reader's language, figures as the API gives them.

import WORDS from "./words.json";

export const LOCALES = { en: "English", nl: "Nederlands" };

/** The language to speak: the one that was chosen, or the first of the browser's that is known. */
export function chooseLocale(chosen) {
  const wanted = [chosen, ...navigator.languages].map((locale) => locale.slice(0, 2));
  return wanted.find((locale) => locale in LOCALES) ?? "en";
}

/**
 * A voice in a language. Figures keep every digit that the API gave: nothing is rounded, grouped or computed. The
 * decimal separator and the minus sign are those of the language.
 */
export function speak(locale) {
  /** A word, with `{name}` replaced by what is given. */
  const t = (word, given = {}) => {
    const text = WORDS[word]?.[locale] ?? word;
    return text.replace(/\{(\w+)\}/g, (_, name) => given[name] ?? "");
  };
  const has = (word) => word in WORDS;
  const figure = (value) => {
    if (value === null || value === undefined) return "–";
    const digits = String(value).replace("-", "−");
    return locale === "nl" ? digits.replace(".", ",") : digits;
  };
  const unit = (name) => {
    if (!name || name === "%") return name ?? "";
    return has(`unit_${name}`) ? t(`unit_${name}`) : name;
  };
  /** A value with its unit. */
  const amount = (value, of) => {
    if (value === null || value === undefined) return t("no_value");
    return [figure(value), unit(of)].filter(Boolean).join(" ");
  };
  const signed = (value, of) => (value > 0 ? `+${amount(value, of)}` : amount(value, of));
  const dates = new Intl.DateTimeFormat(locale === "en" ? "en-GB" : locale, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  const shortDates = new Intl.DateTimeFormat(locale === "en" ? "en-GB" : locale, { day: "numeric", month: "short", timeZone: "UTC" });
  const instants = new Intl.DateTimeFormat(locale === "en" ? "en-GB" : locale, { dateStyle: "medium", timeStyle: "medium", timeZone: "UTC" });
  const day = (text) => dates.format(new Date(text));
  /** So many days. */
  const manyDays = (number) => t(number === 1 ? "one_day" : "many_days", { number });
  const days = (from, to) => (from === to ? day(from) : `${day(from)} – ${day(to)}`);
  const interval = (found) => (found ? t("interval", { low: figure(found.low), high: figure(found.high) }) : t("no_interval"));
  return { locale, t, has, figure, unit, amount, signed, day, days, manyDays, interval, shortDay: (text) => shortDates.format(new Date(text)), instant: (text) => `${instants.format(new Date(text))} UTC` };
}

/** A word in every language. */
export const everySaying = (word) => Object.values(WORDS[word] ?? {});

/** A text in the reader's language, or the nearest there is. */
export function textOf(texts, locale) {
  if (!texts) return "";
  return texts[locale] ?? texts.en ?? Object.values(texts)[0] ?? "";
}
