// The parts of a survey beside its questions, each with what it means.

import { useContext, useEffect, useState } from "preact/hooks";
import { call } from "./api.js";
import { Session, Voice } from "./context.js";
import { KPIS, NAME, freshId, measuresVisits, surveyOf } from "./draft.js";
import { Check, Count, Editing, Lasting, Lines, Select, Text, Worded, Wrong } from "./field.jsx";
import { PATIENCE } from "./patience.js";
import { keyOf } from "./questions.jsx";
import { Relay } from "./relay.jsx";
import { textOf } from "./voice.js";

export const TEMPLATES = ["nps", "csat_purchase", "csat_support", "ces", "visits", "store"];

/** The few fields that a survey cannot do without. */
export function Start({ fresh }) {
  const { t } = useContext(Voice);
  const { draft, change } = useContext(Editing);
  const choose = (template) => {
    if (template) draft.template = template;
    else delete draft.template;
    if (template !== "visits") delete draft.store_visit;
    change();
  };
  return (
    <div class="stack">
      {fresh && (
        <fieldset class="plain">
          <legend>{t("template")}</legend>
          <div class="templates">
            {[...TEMPLATES, ""].map((template) => (
              <label class="template" key={template}>
                <input type="radio" name="template" value={template} checked={(draft.template ?? "") === template} onChange={() => choose(template)} />
                <span><strong>{t(`template_${template || "none"}`)}</strong><br /><span class="soft">{t(`template_${template || "none"}_what`)}</span></span>
              </label>
            ))}
          </div>
        </fieldset>
      )}
      <div class="fields two">
        <Text holder={draft} name="name" path={["name"]} label={t("survey_name")} help={t("survey_name_what")} />
        {!fresh && <Select holder={draft} name="status" path={["status"]} label={t("status")} usual="open" help={t("status_what")} options={[["open", t("status_open")], ["closed", t("status_closed")]]} />}
      </div>
      <fieldset class="plain">
        <legend>{t("controller")}</legend>
        <p class="note">{t("controller_what")}</p>
        <Wrong path={["controller"]} />
        <div class="fields two">
          {["name", "contact"].map((name) => <ControllerField key={name} name={name} label={t(`controller_${name}`)} />)}
        </div>
      </fieldset>
      <Lines holder={draft} name="origins" path={["origins"]} label={t("origins")} help={t("origins_what")} placeholder="https://shop.example" rows={2} />
    </div>
  );
}

/** A controller with neither name nor contact is none. */
function ControllerField({ name, label }) {
  const editing = useContext(Editing);
  const { draft, change } = editing;
  const proxy = draft.controller ?? {};
  const holder = { [name]: proxy[name] };
  const after = () => {
    const next = { ...draft.controller };
    if (holder[name] === undefined) delete next[name];
    else next[name] = holder[name];
    if (Object.keys(next).length) draft.controller = next;
    else delete draft.controller;
    change();
  };
  return <Editing.Provider value={{ ...editing, change: after }}><Text holder={holder} name={name} path={["controller", name]} label={label} /></Editing.Provider>;
}

export function Dimensions() {
  const { t } = useContext(Voice);
  const { draft, change } = useContext(Editing);
  const rows = draft.dimensions;
  // Themes are a dimension, too.
  const themed = draft.themes.length > 0;
  const n = rows.length + (themed ? 1 : 0);
  return (
    <div class="stack">
      <p>{t("dimensions_what")}</p>
      {n >= 3 && <p class="note warn">{t(themed ? "dimensions_many_themes" : "dimensions_many", { n, share: Math.round(100 / n) })}</p>}
      <Wrong path={["dimensions"]} />
      {rows.map((row, at) => (
        <div class="row-card" role="group" aria-label={t("dimension_named", { name: row.name })} key={keyOf(row)}>
          <Text holder={row} name="name" path={["dimensions", row.name ?? "", NAME]} label={t("dimension_name")} class="code-field" />
          <Lines holder={row} name="segments" path={["dimensions", row.name ?? ""]} label={t("segments")} help={t("segments_what")} />
          <button type="button" class="quiet danger" onClick={() => { rows.splice(at, 1); change(); }}>{t("remove")}<span class="hidden">: {row.name}</span></button>
        </div>
      ))}
      <div><button type="button" onClick={() => { rows.push({ name: freshId(rows.map(({ name }) => name), "channel"), segments: [] }); change(); }}>{t("add_dimension")}</button></div>
    </div>
  );
}

export function Themes() {
  const { t } = useContext(Voice);
  const { draft, change, lang } = useContext(Editing);
  const rows = draft.themes;
  return (
    <div class="stack">
      <p>{t("themes_what")}</p>
      <Wrong path={["themes"]} />
      {rows.map((row, at) => (
        <div class="row-card" role="group" aria-label={t("theme_named", { name: row.name })} key={keyOf(row)}>
          <Text holder={row} name="name" path={["themes", row.name ?? "", NAME]} label={t("theme_name")} class="code-field" />
          {row.words.map((words, place) => (
            <div class="words" key={keyOf(words)}>
              <Text holder={words} name="locale" path={["themes", row.name ?? "", words.locale ?? "", NAME]} label={t("words_locale")} class="code-field" />
              <Lines holder={words} name="words" path={["themes", row.name ?? "", words.locale ?? ""]} label={t("words")} rows={3} />
              <button type="button" class="quiet danger" disabled={row.words.length === 1} onClick={() => { row.words.splice(place, 1); change(); }}>{t("remove")}<span class="hidden">: {row.name}, {words.locale}</span></button>
            </div>
          ))}
          <span class="inline">
            <button type="button" class="quiet" onClick={() => { row.words.push({ locale: ["en", "nl", "de", "fr"].find((one) => !row.words.some(({ locale }) => locale === one)) ?? "", words: [] }); change(); }}>{t("add_words")}<span class="hidden">: {row.name}</span></button>
            <button type="button" class="quiet danger" onClick={() => { rows.splice(at, 1); change(); }}>{t("remove_theme")}<span class="hidden">: {row.name}</span></button>
          </span>
        </div>
      ))}
      <div><button type="button" onClick={() => { rows.push({ name: freshId(rows.map(({ name }) => name), "theme_1"), words: [{ locale: lang, words: [] }] }); change(); }}>{t("add_theme")}</button></div>
      {rows.length > 0 && <TryIt />}
    </div>
  );
}

/** A comment of the owner's own, tagged by the service as those of respondents are. */
function TryIt() {
  const { t } = useContext(Voice);
  const { key } = useContext(Session);
  const { draft, version } = useContext(Editing);
  const [comment, setComment] = useState("");
  const [found, setFound] = useState({});
  useEffect(() => {
    if (!comment) return setFound({});
    const stop = new AbortController();
    const wait = setTimeout(() => {
      call(key, "POST", "/v1/themes/try", { body: { themes: surveyOf(draft).themes, comment }, signal: stop.signal })
        .then(({ themes }) => setFound({ comment, version, themes }), (fault) => stop.signal.aborted || setFound({ comment, version, fault }));
    }, 250);
    return () => { clearTimeout(wait); stop.abort(); };
  }, [comment, version]);
  const current = found.comment === comment && found.version === version;
  return (
    <div class="try">
      <label for="try-comment">{t("try_comment")}</label>
      <p class="note" id="try-what">{t("try_what")}</p>
      <textarea id="try-comment" rows={2} maxLength={2000} value={comment} aria-describedby="try-what" onInput={({ target }) => setComment(target.value)} />
      <p role="status" class="found" data-current={current || undefined}>
        {comment && current && (found.fault
          ? t(found.fault.kind === "offline" ? "offline" : found.fault.status === 403 ? "try_forbidden" : "try_faulty")
          : found.themes.length ? <>{t("try_found")} {found.themes.map((theme) => <span class="tag" key={theme}>{theme}</span>)}</> : t("try_none"))}
      </p>
    </div>
  );
}

export function Release() {
  const { t, locale } = useContext(Voice);
  const { draft } = useContext(Editing);
  const release = draft.release;
  const retention = draft.retention;
  const said = (text) => (locale === "nl" ? text.replace(".", ",").replace("h", "u") : text);
  return (
    <div class="stack">
      <p>{t("release_what")}</p>
      <Wrong path={["release"]} />
      <div class="fields two">
        <Lasting holder={release} name="every" path={["release", "every"]} usual="1h" label={t("every")} help={t("every_what")} />
        <Count holder={release} name="min_cohort" path={["release", "min_cohort"]} label={t("min_cohort")} help={t("min_cohort_what")} placeholder="5" />
        <Lasting holder={release} name="patience" path={["release", "patience"]} usual="3d" label={t("patience")} help={t("patience_what")} />
        <Lasting holder={draft} name="window" path={["window"]} usual="30d" units={["d"]} label={t("window")} help={t("window_what")} />
      </div>
      <details>
        <summary>{t("patience_figures")}</summary>
        <p class="note">{t("patience_figures_what")}</p>
        <table class="figures-of">
          <thead><tr>{["patience_a_day", "patience_1d", "patience_3d", "patience_7d"].map((word) => <th key={word} scope="col">{t(word)}</th>)}</tr></thead>
          <tbody>{PATIENCE.map(([first, ...rest]) => <tr key={first}><th scope="row">{first}</th>{rest.map((cell, i) => <td key={i}>{said(cell)}</td>)}</tr>)}</tbody>
        </table>
      </details>
      <div class="fields two">
        <Count holder={retention} name="days" path={["retention", "days"]} label={t("retention_days")} help={t("retention_days_what")} placeholder="90" />
        <Count holder={retention} name="months" path={["retention", "months"]} label={t("retention_months")} help={t("retention_months_what")} placeholder="25" />
      </div>
    </div>
  );
}

/** The text that is agreed to: one that follows from the survey, or the owner's own. */
export function Notice({ judged, follows, setFollows }) {
  const { t } = useContext(Voice);
  const { draft, change, lang } = useContext(Editing);
  const notice = judged.survey?.notice;
  const choose = (own) => {
    setFollows(!own);
    if (own) draft.notice = { text: { ...(notice?.text ?? {}) } };
    else delete draft.notice;
    change();
  };
  return (
    <div class="stack">
      <p>{t("notice_what")}</p>
      <fieldset class="plain">
        <legend class="hidden">{t("notice")}</legend>
        <label class="check"><input type="radio" name="notice" checked={follows} onChange={() => choose(false)} />{t("notice_follows")}</label>
        <label class="check"><input type="radio" name="notice" checked={!follows} onChange={() => choose(true)} />{t("notice_own")}</label>
      </fieldset>
      {follows
        ? notice && <><p class="notice preview-text" lang={notice.text[lang] ? lang : undefined}>{textOf(notice.text, lang)}</p><p class="note">{t("privacy_hash")}: <code>{notice.hash}</code></p></>
        : <><Worded holder={draft.notice ?? {}} name="text" path={["notice", "text"]} label={t("notice")} long class="wide" /><Wrong path={["notice", "text"]} /></>}
      <h3>{t("flags")}</h3>
      <p class="note">{t("flags_what")}</p>
      <ul>{["process_answers", ...(judged.public?.consent ?? [])].map((flag) => <li key={flag}><code>{flag}</code>: {t(`flag_${flag}`)}</li>)}</ul>
    </div>
  );
}

export function People({ judged, relaying }) {
  const { t } = useContext(Voice);
  const { draft, change } = useContext(Editing);
  const visits = measuresVisits(judged.survey?.questions);
  return (
    <div class="stack">
      <Check holder={draft} name="verified_only" path={["verified_only"]} label={t("verified_only")} help={t("verified_only_what")} />
      {(visits || draft.store_visit) && <Check holder={draft} name="store_visit" path={["store_visit"]} label={t("store_visit")} help={t("store_visit_what")} />}
      <Check holder={draft} name="turnstile" path={["turnstile"]} label={t("turnstile")} help={t("turnstile_what")} />
      <Relay questions={judged.survey?.questions ?? draft.questions} survey={relaying} />
      <Check holder={{ on: Boolean(draft.reward) }} name="on" path={["reward"]} label={t("reward")} help={t("reward_what")} onChange={(on) => { if (on) draft.reward = {}; else delete draft.reward; change(); }} />
      {draft.reward && <Worded holder={draft.reward} name="text" path={["reward", "text"]} label={t("reward_text")} class="wide" />}
      {draft.reward && <Wrong path={["reward", "text"]} />}
    </div>
  );
}

export function Benchmarks({ judged }) {
  const { t } = useContext(Voice);
  const { draft, change } = useContext(Editing);
  const rows = draft.benchmarks ?? [];
  const questions = [...(draft.template ? judged.survey?.questions ?? [] : []), ...(draft.questions ?? [])].filter(({ id }, i, all) => all.findIndex((one) => one.id === id) === i);
  const counted = questions.filter(({ kind }) => KPIS[kind]);
  const add = () => {
    const [first] = counted;
    draft.benchmarks = [...rows, { question: first?.id ?? "", kpi: KPIS[first?.kind]?.[0] ?? "nps", value: 0, source: "" }];
    change();
  };
  return (
    <div class="stack">
      <p>{t("benchmarks_what")}</p>
      <Wrong path={["benchmarks"]} />
      {rows.map((row, at) => {
        const path = ["benchmarks", at];
        const question = questions.find(({ id }) => id === row.question);
        return (
          <div class="row-card" role="group" aria-label={t("benchmark_named", { place: at + 1 })} key={keyOf(row)}>
            <Wrong path={path} />
            <div class="fields">
              <Select holder={row} name="question" path={[...path, "question"]} label={t("question")} options={counted.map(({ id }) => [id, id])}
                onChange={(id) => { row.question = id; row.kpi = KPIS[questions.find((one) => one.id === id)?.kind]?.[0] ?? row.kpi; delete row.option; delete row.theme; }} />
              <Select holder={row} name="kpi" path={[...path, "kpi"]} label={t("metric")} options={(KPIS[question?.kind] ?? []).map((kpi) => [kpi, t(`kpi_${kpi}`)])} />
              {question?.kind === "choice" && <Select holder={row} name="option" path={[...path, "option"]} label={t("option")} options={(question.options ?? []).map((option) => [option.id ?? option, option.id ?? option])} />}
              {question?.kind === "comment" && <Select holder={row} name="theme" path={[...path, "theme"]} label={t("theme_name")} options={draft.themes.map(({ name }) => [name, name])} />}
              <Count holder={row} name="value" path={[...path, "value"]} label={t("value")} />
              <Text holder={row} name="source" path={[...path, "source"]} label={t("benchmark_source")} />
              <Count holder={row} name="year" path={[...path, "year"]} label={t("benchmark_year")} optional />
            </div>
            <button type="button" class="quiet danger" onClick={() => { rows.splice(at, 1); change(); }}>{t("remove")}<span class="hidden">: {t("benchmark_named", { place: at + 1 })}</span></button>
          </div>
        );
      })}
      <div><button type="button" onClick={add}>{t("add_benchmark")}</button></div>
    </div>
  );
}
