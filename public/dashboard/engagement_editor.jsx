// What the engagement score is made of: which KPIs, what each weighs, from where and to where it counts.

import { useContext, useEffect, useRef, useState } from "preact/hooks";
import { call } from "./api.js";
import { Session, Voice } from "./context.js";
import { Trouble } from "./reply.jsx";
import { SourceFields, keyOf, sourceName, sourceOf } from "./source.jsx";
import { mayLeave, useUnsaved } from "./unsaved.js";

const NUMBERS = ["weight", "floor", "target"];
const MEANINGS = [["weight", "weight_what"], ["floor", "floor_what"], ["target", "target_what"]];
const MOST_PARTS = 20;

/**
 * Edits a definition, `{name?, revision, parts}`. `close` is called once: with "saved", with "theirs" where
 * another definition is to be read, or with nothing.
 */
export function Editor({ definition, surveys, close }) {
  const voice = useContext(Voice);
  const { t, locale } = voice;
  const { key, end } = useContext(Session);
  const typed = (number) => (locale === "nl" ? String(number).replace(".", ",") : String(number));
  const [begun] = useState(() => ({
    name: definition.name ?? "",
    parts: definition.parts.map((part) => ({ source: sourceOf(part), unit: voice.unit(part.unit), ...Object.fromEntries(NUMBERS.map((name) => [name, typed(part[name])])) })),
  }));
  const [draft, setDraft] = useState(begun);
  const [faults, setFaults] = useState({});
  const [told, setTold] = useState(null);
  const [busy, setBusy] = useState(false);
  const form = useRef(null);
  const kept = draft.parts.filter(({ removed }) => !removed);
  const unsaved = JSON.stringify(draft) !== JSON.stringify(begun);
  useUnsaved(unsaved);
  useEffect(() => form.current.querySelector("input").focus(), []);
  useEffect(() => {
    if (Object.keys(faults).length) form.current.querySelector("[aria-invalid=true]")?.focus();
  }, [faults]);
  const change = (at, changes) => setDraft((draft) => ({ ...draft, parts: draft.parts.map((part, i) => (i === at ? { ...part, ...changes } : part)) }));

  async function save(event, over) {
    event?.preventDefault();
    if (busy) return;
    const wrong = {};
    const parts = kept.map((part) => {
      const sent = { ...part.source };
      for (const name of NUMBERS) {
        const text = part[name].trim().replace("−", "-");
        if (!/^-?\d{1,10}([.,]\d+)?$/.test(text)) wrong[`${draft.parts.indexOf(part)} ${name}`] = [t("part_number")];
        else sent[name] = Number(text.replace(",", "."));
      }
      return sent;
    });
    setTold(null);
    setFaults(wrong);
    if (Object.keys(wrong).length) return;
    setBusy(true);
    try {
      const name = draft.name.trim();
      await call(key, "PUT", "/v1/engagement", { body: { ...(name && { name }), parts }, ...(!over && { revision: String(definition.revision) }) });
      close("saved");
    } catch (fault) {
      setBusy(false);
      if (fault.status === 401) return end("key_refused");
      const refused = {};
      for (const { pointer, detail } of fault.problem?.errors ?? []) {
        const [, at, member] = pointer?.match(/^#\/parts\/(\d+)(?:\/(\w+))?$/) ?? [];
        const place = at !== undefined ? `${draft.parts.indexOf(kept[at])} ${NUMBERS.includes(member) ? member : "part"}` : pointer === "#/name" ? "name" : "parts";
        refused[place] = [...(refused[place] ?? []), detail];
      }
      setFaults(refused);
      setTold(fault);
    }
  }
  const cancel = () => mayLeave() && close();
  const says = (at) => faults[at] && <span class="wrong" id={`fault-${at.replace(" ", "-")}`} lang={faults[at][0] === t("part_number") ? undefined : "en"}>{faults[at].join(" ")}</span>;
  const field = (at, label, value, take, mode) => (
    <div class="field" key={at}>
      <label for={`edit-${at.replace(" ", "-")}`}>{label}</label>
      <input id={`edit-${at.replace(" ", "-")}`} value={value} inputMode={mode} autocomplete="off" aria-invalid={at in faults} aria-describedby={at in faults ? `fault-${at.replace(" ", "-")}` : undefined} onInput={({ target }) => take(target.value)} />
      {says(at)}
    </div>
  );
  return (
    <form class="panel wide score-editor" ref={form} onSubmit={save} noValidate aria-labelledby="edit-score">
      <h2 id="edit-score" tabIndex={-1}>{t("edit_score")}</h2>
      <dl class="meanings">{MEANINGS.map(([name, what]) => <div key={name}><dt>{t(name)}</dt><dd>{t(what)}</dd></div>)}</dl>
      {field("name", t("score_name"), draft.name, (name) => setDraft((draft) => ({ ...draft, name })))}
      {says("parts")}
      {draft.parts.length === 0 && <p class="note">{t("no_parts_yet")}</p>}
      {draft.parts.map((part, at) => {
        const name = sourceName(part.source, voice, surveys);
        return (
          <fieldset class={part.removed ? "weighed removed" : "weighed"} key={keyOf(part.source)} aria-describedby={`${at} part` in faults ? `fault-${at}-part` : undefined}>
            <legend>{name}</legend>
            {says(`${at} part`)}
            {part.removed
              ? <p class="inline">{t("part_removed")} <button type="button" onClick={() => change(at, { removed: undefined })}>{t("part_back")}<span class="hidden">: {name}</span></button></p>
              : (
                <div class="fields">
                  {NUMBERS.map((number) => field(`${at} ${number}`, part.unit && number !== "weight" ? t("in_unit", { name: t(number), unit: part.unit }) : t(number), part[number], (text) => change(at, { [number]: text }), "decimal"))}
                  <button type="button" class="quiet" onClick={() => change(at, { removed: true })}>{t("part_remove")}<span class="hidden">: {name}</span></button>
                </div>
              )}
          </fieldset>
        );
      })}
      {draft.parts.length < MOST_PARTS && (
        <Adding surveys={surveys} taken={draft.parts.map(({ source }) => keyOf(source))} add={(source, unit) => {
          setDraft((draft) => ({ ...draft, parts: [...draft.parts, { source, unit, weight: "1", floor: "", target: "" }] }));
          setTimeout(() => form.current?.querySelector(`#edit-${draft.parts.length}-weight`)?.focus());
        }} />
      )}
      {told && (told.status === 412
        ? (
          <div class="message failed" role="alert">
            <p class="title">{t("score_changed")}</p>
            <p>{t("score_changed_what")}</p>
            <div class="inline"><button type="button" onClick={() => save(null, true)}>{t("score_over")}</button><button type="button" onClick={() => close("theirs")}>{t("score_theirs")}</button></div>
          </div>
        )
        : told.status === 422 ? <p class="message failed" role="alert">{t("score_refused")}</p> : <Trouble fault={told} />)}
      <div class="inline">
        <button type="submit" class="main" aria-disabled={busy}>{busy ? t("loading") : t("score_save")}</button>
        <button type="button" onClick={cancel}>{t("score_cancel")}</button>
        {unsaved && <span class="note">{t("unsaved")}</span>}
      </div>
    </form>
  );
}

/** Chooses a KPI that there is. */
function Adding({ surveys, taken, add }) {
  const { t, unit } = useContext(Voice);
  const [chosen, setChosen] = useState(null);
  const take = () => {
    if (!chosen) return;
    setChosen(null);
    add(chosen.source, unit(chosen.unit));
  };
  return (
    <fieldset class="weighed adding">
      <legend>{t("part_add")}</legend>
      <SourceFields surveys={surveys} taken={taken} chosen={chosen} choose={setChosen}>
        <button type="button" aria-disabled={!chosen} onClick={take}>{t("part_add_do")}</button>
      </SourceFields>
    </fieldset>
  );
}
