// The questions of a survey that is being edited.

import { useContext, useRef, useState } from "preact/hooks";
import { Voice } from "./context.js";
import { KINDS, freshId, turn } from "./draft.js";
import { Check, Count, Editing, Field, Lines, Said, Select, Text, Worded, Wrong, numberOf, useFaults } from "./field.jsx";
import { textOf } from "./voice.js";

const POINTS = { csat: [3, 4, 5, 6, 7, 10], ces: [5, 7] };
/** Splits numbers that may have a decimal comma. */
const APART = /[\s;]+/;

/** What tells an object of the draft from another, wherever it is moved. */
const numbers = new WeakMap();
let made = 0;
export function keyOf(object) {
  if (!numbers.has(object)) numbers.set(object, (made += 1));
  return numbers.get(object);
}

export function Questions({ judged }) {
  const { t, has, locale } = useContext(Voice);
  const { draft, change, locked } = useContext(Editing);
  const [kind, setKind] = useState("nps");
  const [told, setTold] = useState("");
  const section = useRef(null);
  const own = draft.questions ?? [];
  const template = draft.template && judged.survey?.questions.slice(0, judged.survey.questions.length - own.length);
  const taken = () => [...own, ...(template ?? [])].map(({ id }) => id);
  const add = () => {
    const question = { id: freshId(taken(), kind), kind };
    turn(question, kind);
    draft.questions = [...own, question];
    change();
    setTold(t("question_added", { id: question.id }));
    requestAnimationFrame(() => document.getElementById(`question-${keyOf(question)}`)?.focus());
  };
  const move = (at, by) => {
    const [question] = own.splice(at, 1);
    own.splice(at + by, 0, question);
    change();
    setTold(t("question_moved", { id: question.id, place: at + by + 1 }));
    // The button moves with its question; at an end it is gone, and the other one is there.
    requestAnimationFrame(() => {
      const card = document.getElementById(`question-${keyOf(question)}`)?.closest("li");
      (card?.querySelector(by < 0 ? "[data-up]:not(:disabled)" : "[data-down]:not(:disabled)") ?? card?.querySelector("[data-up]:not(:disabled), [data-down]:not(:disabled)"))?.focus();
    });
  };
  const remove = (at) => {
    const [question] = own.splice(at, 1);
    if (!own.length && draft.template) delete draft.questions;
    change();
    setTold(t("question_removed", { id: question.id }));
    requestAnimationFrame(() => section.current?.querySelector("select[data-new]")?.focus());
  };
  return (
    <div class="stack" ref={section}>
      <Wrong path={["questions"]} />
      {own.some(({ id }) => locked(id)) && <p class="note">{t("locked_stored")}</p>}
      {template && (
        <div class="message empty">
          <p class="title">{t("template_asks", { template: t(`template_${draft.template}`) })}</p>
          <ol>{template.map(({ id, text }) => <li key={id}>{textOf(text, locale)}</li>)}</ol>
          <button type="button" onClick={() => { draft.questions = [...structuredClone(template), ...own]; delete draft.template; change(); }}>{t("template_edit")}</button>
        </div>
      )}
      <ol class="questions">
        {own.map((question, at) => (
          <li class="question-card" key={keyOf(question)}>
            <div class="card-head">
              <h3 id={`question-${keyOf(question)}`} tabIndex={-1}><span class="soft">{at + 1}.</span> {question.id || t("unnamed")} <span class="tag">{has(`asks_${question.kind}`) ? t(`asks_${question.kind}`) : question.kind}</span></h3>
              <span class="moves">
                <button type="button" class="quiet" data-up disabled={at === 0} onClick={() => move(at, -1)}>↑<span class="hidden"> {t("move_up", { id: question.id })}</span></button>
                <button type="button" class="quiet" data-down disabled={at === own.length - 1} onClick={() => move(at, 1)}>↓<span class="hidden"> {t("move_down", { id: question.id })}</span></button>
                <button type="button" class="quiet danger" onClick={() => remove(at)}>{t("remove")}<span class="hidden">: {question.id}</span></button>
              </span>
            </div>
            <Question question={question} at={at} earlier={[...(template ?? []), ...own.slice(0, at)]} judged={judged} offset={template?.length ?? 0} />
          </li>
        ))}
      </ol>
      <div class="inline">
        <label>{t("new_question")}
          <select data-new value={kind} onChange={({ target }) => setKind(target.value)}>{KINDS.map((kind) => <option key={kind} value={kind}>{t(`asks_${kind}`)}</option>)}</select>
        </label>
        <button type="button" onClick={add}>{t("add_question")}</button>
      </div>
      <p class="hidden" role="status">{told}</p>
    </div>
  );
}

function Question({ question, at, earlier, judged, offset }) {
  const { t } = useContext(Voice);
  const { draft, change, locked, lang } = useContext(Editing);
  const path = ["questions", at];
  const { kind } = question;
  const lock = locked(question.id);
  const written = judged.survey?.questions[at + offset];
  const usual = written?.id === question.id ? textOf(written.text, lang) : "";
  return (
    <div class="stack tight">
      <Wrong path={path} />
      <Worded holder={question} name="text" path={[...path, "text"]} label={t("wording")} placeholder={usual} help={question.text ? undefined : t("wording_usual")} class="wide" />
      <Wrong path={[...path, "text"]} />
      {lock === "counts" && <p class="note warn">{t("locked_counts")}</p>}
      <fieldset class="plain" disabled={lock === "counts"}>
        <legend class="hidden">{t("scale_of", { id: question.id })}</legend>
        <div class="fields">
          <Text holder={question} name="id" path={[...path, "id"]} label={t("question_id")} class="code-field" />
          <Select holder={question} name="kind" path={[...path, "kind"]} label={t("question_kind")} options={KINDS.map((kind) => [kind, t(`asks_${kind}`)])} onChange={(chosen) => turn(question, chosen)} />
          {POINTS[kind] && <Select holder={question} name="points" path={[...path, "points"]} label={t("points")} usual={kind === "ces" ? 7 : 5} options={POINTS[kind].map((n) => [n, t("points_of", { n })])} />}
          {kind === "rating" && <Count holder={question} name="points" path={[...path, "points"]} label={t("points_rating")} placeholder="5" />}
          {kind === "ces" && <Select holder={question} name="direction" path={[...path, "direction"]} label={t("direction")} usual="easy_high" options={["easy_high", "effort_high"].map((one) => [one, t(`direction_${one}`)])} />}
          {kind === "number" && (
            <>
              <Text holder={question} name="unit" path={[...path, "unit"]} label={t("number_unit")} optional />
              <Count holder={question} name="min" path={[...path, "min"]} label={t("number_min")} />
              <Count holder={question} name="max" path={[...path, "max"]} label={t("number_max")} />
              <Lines holder={question} name="bins" path={[...path, "bins"]} read={numberOf} split={APART} label={t("number_bins")} help={t("number_bins_what")} placeholder="1  5  15  60" />
            </>
          )}
        </div>
        {kind === "choice" && <Check holder={question} name="multiple" path={[...path, "multiple"]} label={t("multiple")} />}
        {kind === "nps" && <NpsMap question={question} path={path} />}
      </fieldset>
      {kind === "choice" && <Options question={question} path={[...path, "options"]} lock={lock === "counts"} />}
      {kind === "comment" && <p class="note">{t(draft.relay ? "comment_relayed" : "comment_what")}</p>}
      <Check holder={question} name="required" path={[...path, "required"]} label={t("required")} />
      <ShowIf question={question} path={[...path, "show_if"]} earlier={earlier.filter(({ kind }) => kind !== "comment")} change={change} />
    </div>
  );
}

function Options({ question, path, lock }) {
  const { t } = useContext(Voice);
  const { change } = useContext(Editing);
  const options = Array.isArray(question.options) ? question.options : [];
  const move = (at, by) => { const [one] = options.splice(at, 1); options.splice(at + by, 0, one); change(); };
  return (
    <fieldset class="plain">
      <legend>{t("options")}</legend>
      <Wrong path={path} />
      <ul class="option-rows">
        {options.map((option, at) => (
          <li key={keyOf(option)}>
            <Wrong path={[...path, at]} />
            <Text holder={option} name="id" path={[...path, at, "id"]} label={t("option_id", { place: at + 1 })} readOnly={lock} class="code-field" />
            <Worded holder={option} name="label" path={[...path, at, "label"]} label={t("option_label", { place: at + 1 })} placeholder={option.id} class="wide" />
            <span class="moves">
              <button type="button" class="quiet" disabled={at === 0} onClick={() => move(at, -1)}>↑<span class="hidden"> {t("move_up", { id: option.id })}</span></button>
              <button type="button" class="quiet" disabled={at === options.length - 1} onClick={() => move(at, 1)}>↓<span class="hidden"> {t("move_down", { id: option.id })}</span></button>
              <button type="button" class="quiet danger" disabled={lock} onClick={() => { options.splice(at, 1); change(); }}>{t("remove")}<span class="hidden">: {option.id}</span></button>
            </span>
          </li>
        ))}
      </ul>
      <div><button type="button" disabled={lock} onClick={() => { question.options = [...options, { id: "" }]; change(); }}>{t("add_option")}</button></div>
    </fieldset>
  );
}

/** An answer of a table: a point, or a label. */
const answerOf = (text) => (/^-?\d+$/.test(text) ? Number(text) : text);

function NpsMap({ question, path }) {
  const { t } = useContext(Voice);
  const toggle = (on) => {
    if (on) question.map = { detractors: [], passives: [], promoters: [] };
    else delete question.map;
  };
  return (
    <>
      <Check holder={{ on: Boolean(question.map) }} name="on" path={[...path, "map"]} label={t("nps_map")} help={t("nps_map_what")} onChange={toggle} />
      {question.map && (
        <div class="fields">
          {["detractors", "passives", "promoters"].map((name) => <Lines key={name} holder={question.map} name={name} path={[...path, "map", name]} read={answerOf} split={APART} label={t(`class_${name}`)} />)}
        </div>
      )}
    </>
  );
}

/** What the answers of a question are, as conditions compare them. */
function answersOf({ kind, points, options, map }) {
  if (kind === "yes_no") return [true, false];
  if (kind === "choice") return (options ?? []).map((option) => option.id ?? option);
  if (kind === "nps") return map ? [map.detractors, map.passives ?? [], map.promoters].flat() : Array.from({ length: 11 }, (_, n) => n);
  if (kind === "number") return null;
  return Array.from({ length: Math.min(100, Number(points ?? (kind === "ces" ? 7 : 5)) || 1) }, (_, n) => n + 1);
}

function ShowIf({ question, path, earlier, change }) {
  const { t } = useContext(Voice);
  const condition = question.show_if;
  const faults = useFaults(path);
  const of = earlier.find(({ id }) => id === condition?.question);
  const answers = of && answersOf(of);
  const numeric = !answers || typeof answers[0] === "number";
  const tests = [...(answers ? ["is"] : []), ...(numeric ? ["at_most", "at_least"] : [])];
  const test = ["is", "at_most", "at_least"].find((name) => condition && name in condition) ?? tests[0];
  const set = (name, value) => {
    for (const other of ["is", "at_most", "at_least"]) delete condition[other];
    condition[name] = value;
  };
  const begin = (on) => {
    if (!on) return delete question.show_if;
    question.show_if = { question: earlier.at(-1)?.id ?? "" };
    const first = earlier.length ? answersOf(earlier.at(-1)) : null;
    question.show_if[first ? "is" : "at_least"] = first ? first[0] : 0;
    return true;
  };
  if (!earlier.length && !condition) return null;
  return (
    <fieldset class="plain">
      <legend class="hidden">{t("show_if")}</legend>
      <Check holder={{ on: Boolean(condition) }} name="on" path={path} label={t("show_if")} onChange={begin} />
      {condition && (
        <div class="fields">
          <Select holder={condition} name="question" path={[...path, "question"]} label={t("show_if_question")} options={earlier.map(({ id }) => [id, id])}
            onChange={(id) => { condition.question = id; const next = answersOf(earlier.find((one) => one.id === id)); set(next ? "is" : "at_least", next ? next[0] : 0); }} />
          <Select holder={{ test }} name="test" path={[...path, "test"]} label={t("show_if_test")} options={tests.map((name) => [name, t(`test_${name}`)])}
            onChange={(name) => set(name, name === "is" ? answers[0] : typeof condition[test] === "number" ? condition[test] : 0)} />
          {test === "is" && answers
            ? <Select key="is" holder={condition} name="is" path={[...path, "is"]} label={t("show_if_value")} options={answers.map((value) => [value, value === true ? t("yes") : value === false ? t("no") : String(value)])} onChange={(value) => set("is", value)} />
            : <Count key={`${test} ${condition.question}`} holder={condition} name={test} path={[...path, test]} label={t("show_if_value")} />}
        </div>
      )}
      {faults.length > 0 && !condition && <Said faults={faults} />}
    </fieldset>
  );
}
