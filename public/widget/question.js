// One question: its field, what was answered, and what is wrong with it.
//
// A fault stands in the question's own name (its legend or label), so that it is read out with it.

import { make } from "./elements.js";
import * as WORD from "./words.json";

/** The most points of a scale that are shown one beside the other; more are written as a number. */
const MOST_POINTS = 20;

/** Which end of a scale is the good one, in no language: the numbers alone do not say (German marks begin with the best). */
const BAD = "☹";
const GOOD = "☺";

/**
 * A number as people write it, with a comma or a point. The other one than the reader's own before exactly three digits
 * may well separate thousands, so that is no number, which the service then says: 1.500 must not become 1.5. The hosted
 * page judges alike, but that it knows the minus sign (U+2212) beside the hyphen.
 */
const number = (written, locale) =>
  /^[+-]?\d+([.,]\d+)?$/.test(written) && written.at(-4) !== (locale === "en" ? "," : ".") ? +written.replace(",", ".") : NaN;

/** The answers that can be chosen, each with its label; none where an answer is written. */
function choices({ kind, points, map, options = [], direction }, { word, write }) {
  if (kind === "yes_no") return [[true, word(WORD.YES)], [false, word(WORD.NO)]];
  if (map) return Object.values(map).flat().map((value) => [value, value]);
  const first = kind === "nps" ? 0 : 1;
  const last = first ? points : 10;
  if (!last || last > MOST_POINTS) return options.map(({ id, label }) => [id, label ? write(make("span"), label) : id]);
  const best = direction === "effort_high" ? first : last;
  const scale = [];
  for (let point = first; point <= last; point++) {
    const end = point === best ? GOOD : point === first + last - best ? BAD : "";
    scale.push([point, `${point}\n${end}`]);
  }
  return scale;
}

/** Adds to a question its `element`, the place of its `fault`, and `read`, which gives the answer or `undefined`. */
export function makeField(question, voice) {
  const { id: name, kind, required, text, multiple, unit = "", points, min = 1, max = points } = question;
  const values = choices(question, voice);
  const fault = make("b");
  const asked = [voice.write(make("span"), text), required ? " * " : " ", fault];
  let element, read;
  if (values[0]) {
    const field = { type: multiple ? "checkbox" : "radio", name, required: required && !multiple };
    const labels = values.map(([answer, label]) => make("label", {}, make("input", { ...field, answer }), label));
    const className = kind === "choice" ? "rows" : "cells";
    element = make("fieldset", {}, make("legend", {}, ...asked), make("div", { className }, ...labels));
    read = () => {
      const chosen = Array.from(element.querySelectorAll(":checked"), ({ answer }) => answer);
      return multiple && chosen[0] ? chosen : chosen[0];
    };
  } else {
    const comment = kind === "comment";
    const inputMode = comment ? "" : "decimal";
    const field = make(comment ? "textarea" : "input", { name, required, inputMode, autocomplete: "off", maxLength: 2000 });
    element = make("label", {}, make("div", {}, ...asked), comment ? "" : `${min} – ${max} ${unit} `, field);
    read = () => {
      const written = field.value.trim();
      return written ? (comment ? written : number(written, voice.locale)) : undefined;
    };
  }
  return Object.assign(question, { element, fault, read });
}

/** Whether a condition holds after these answers; it does not where its question was not answered. */
export function holds({ question, at_most, at_least, is = "" }, answers) {
  const given = answers[question];
  return [given].flat().includes(is) || given <= at_most || given >= at_least;
}
