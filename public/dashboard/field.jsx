// Fields of the survey editor. Each is bound to a member of the draft, and shows what the API has against that member.

import { createContext } from "preact";
import { useContext, useState } from "preact/hooks";
import { Voice } from "./context.js";
import { NAME, idOf, pathOf, pointerOf } from "./draft.js";

/** `{draft, change, faults, lang, locked}`: `change()` is called after the draft was changed in place. */
export const Editing = createContext(null);

/** The faults of a path: of it alone, or (`deep`) of all below it. */
export function useFaults(path, deep = false) {
  const { faults } = useContext(Editing);
  const pointer = pointerOf(path);
  return faults.filter((fault) => fault.pointer === pointer || (deep && fault.pointer?.startsWith(`${pointer}/`) && !fault.pointer.endsWith(`/${NAME}`)));
}

/** Puts a value in its place; what is empty is left out, so that its default holds. */
function put(holder, name, value) {
  if (value === "" || value === undefined) delete holder[name];
  else holder[name] = value;
}

/** A label with its field, what it means, and what is wrong with it. `children(attributes)` is the field. */
export function Field({ path, label, help, deep = false, class: name = "", optional = false, children }) {
  const { t } = useContext(Voice);
  const faults = useFaults(path, deep);
  const id = idOf(path);
  const about = [help && `${id}-help`, faults.length > 0 && `${id}-fault`].filter(Boolean).join(" ") || undefined;
  return (
    <div class={`field ${name}`}>
      <label for={id}>{label}{optional && <span class="soft"> ({t("optional")})</span>}</label>
      {help && <p class="note" id={`${id}-help`}>{help}</p>}
      {children({ id, "aria-invalid": faults.length > 0, "aria-describedby": about })}
      {faults.length > 0 && <Said faults={faults} id={`${id}-fault`} />}
    </div>
  );
}

/** What is wrong, in the API's words. */
export function Said({ faults, id }) {
  return <p class="wrong" id={id}>{faults.map(({ detail, said, row }, i) => <span key={i} lang={row === undefined ? "en" : undefined}>{said ?? detail} </span>)}</p>;
}

/** What is wrong with a group of fields as a whole. */
export function Wrong({ path }) {
  const faults = useFaults(path);
  return faults.length > 0 && <div id={idOf(path)} tabIndex={-1}><Said faults={faults} /></div>;
}

export function Text({ holder, name, path, long = false, type, rows = 3, placeholder, lang, readOnly, ...field }) {
  const { change } = useContext(Editing);
  const Tag = long ? "textarea" : "input";
  return (
    <Field path={path} {...field}>
      {(attributes) => <Tag {...attributes} type={type} rows={long ? rows : undefined} value={holder[name] ?? ""} placeholder={placeholder} lang={lang} readOnly={readOnly} autocomplete="off" onInput={({ target }) => { put(holder, name, target.value); change(); }} />}
    </Field>
  );
}

/** A text in the language that is being edited. */
export function Worded({ holder, name, path, label, placeholder, long = false, ...field }) {
  const { lang, change } = useContext(Editing);
  const texts = holder[name];
  const write = (text) => {
    const next = { ...texts };
    if (text === "") delete next[lang];
    else next[lang] = text;
    put(holder, name, Object.keys(next).length ? next : undefined);
    change();
  };
  const Tag = long ? "textarea" : "input";
  return (
    <Field path={[...path, lang]} label={<>{label} <span class="tag lang">{lang}</span></>} {...field}>
      {(attributes) => <Tag {...attributes} rows={long ? 8 : undefined} lang={lang} value={texts?.[lang] ?? ""} placeholder={placeholder} autocomplete="off" onInput={({ target }) => write(target.value)} />}
    </Field>
  );
}

/** What was typed, as a number; what is none stays as it was typed, for the API to say so. */
export const numberOf = (text) => (/^-?\d+([.,]\d+)?$/.test(text.trim()) ? Number(text.trim().replace(",", ".")) : text.trim());

/** A number in the reader's way of writing. */
function useShown() {
  const { locale } = useContext(Voice);
  return (value) => (value === undefined ? "" : typeof value === "number" && locale === "nl" ? String(value).replace(".", ",") : String(value));
}

export function Count({ holder, name, path, placeholder, ...field }) {
  const { change } = useContext(Editing);
  const shown = useShown();
  const [raw, setRaw] = useState(() => shown(holder[name]));
  return (
    <Field path={path} {...field}>
      {(attributes) => <input {...attributes} inputMode="decimal" value={raw} placeholder={placeholder} autocomplete="off" onInput={({ target }) => { setRaw(target.value); put(holder, name, target.value.trim() === "" ? undefined : numberOf(target.value)); change(); }} />}
    </Field>
  );
}

/** A list, an element a line; `read` makes an element of a line. Faults name the element that they are about. */
export function Lines({ holder, name, path, read = (line) => line, split = /\n/, rows = 4, keep = true, placeholder, ...field }) {
  const { change, faults } = useContext(Editing);
  const shown = useShown();
  const [raw, setRaw] = useState(() => (holder[name] ?? []).map(shown).join(split.source === "\\n" ? "\n" : "  "));
  const pointer = pointerOf(path);
  // The API counts elements; whoever typed them knows them by what they say.
  for (const fault of faults) {
    if (fault.pointer?.startsWith(`${pointer}/`)) {
      const element = holder[name]?.[pathOf(fault.pointer).at(path.length)];
      if (element !== undefined) fault.said = `“${element}”: ${fault.detail}`;
    }
  }
  const write = (text) => {
    setRaw(text);
    const list = text.split(split).map((line) => line.trim()).filter(Boolean).map(read);
    if (list.length || keep) holder[name] = list;
    else delete holder[name];
    change();
  };
  const Tag = split.source === "\\n" ? "textarea" : "input";
  return (
    <Field path={path} deep {...field}>
      {(attributes) => <Tag {...attributes} rows={rows} value={raw} placeholder={placeholder} spellcheck={false} autocomplete="off" onInput={({ target }) => write(target.value)} />}
    </Field>
  );
}

/** `options` are `[value, label]`; a value is any JSON. `usual` is what holds where the member is not there. */
export function Select({ holder, name, path, options, usual, onChange, ...field }) {
  const { change } = useContext(Editing);
  const value = holder[name] ?? usual;
  const known = options.some(([one]) => one === value) ? options : [[value, String(value ?? "–")], ...options];
  const take = (text) => {
    const [chosen] = known[Number(text)];
    if (onChange) onChange(chosen);
    else put(holder, name, chosen);
    change();
  };
  return (
    <Field path={path} {...field}>
      {(attributes) => <select {...attributes} value={known.findIndex(([one]) => one === value)} onChange={({ target }) => take(target.value)}>{known.map(([one, said], i) => <option key={i} value={i}>{said}</option>)}</select>}
    </Field>
  );
}

export function Check({ holder, name, path, label, help, disabled, onChange }) {
  const { change } = useContext(Editing);
  const faults = useFaults(path);
  const id = idOf(path);
  const about = [help && `${id}-help`, faults.length > 0 && `${id}-fault`].filter(Boolean).join(" ") || undefined;
  return (
    <div class="field">
      <label class="check"><input type="checkbox" id={id} checked={holder[name] === true} disabled={disabled} aria-invalid={faults.length > 0} aria-describedby={about} onChange={({ target }) => { if (onChange) onChange(target.checked); else holder[name] = target.checked; change(); }} /><span>{label}</span></label>
      {help && <p class="note" id={`${id}-help`}>{help}</p>}
      {faults.length > 0 && <Said faults={faults} id={`${id}-fault`} />}
    </div>
  );
}

/** A duration as the API writes it (`3d`): a number and its unit. */
export function Lasting({ holder, name, path, usual, label, units = ["d", "h", "m", "s"], ...field }) {
  const { t } = useContext(Voice);
  const { change } = useContext(Editing);
  const [, count, unit] = String(holder[name] ?? usual).match(/^(.*?)([dhms])$/) ?? [null, holder[name], units[0]];
  const write = (count, unit) => { holder[name] = `${count.trim()}${unit}`; change(); };
  return (
    <Field path={path} label={label} {...field}>
      {(attributes) => (
        <span class="lasting">
          <input {...attributes} inputMode="numeric" value={count} autocomplete="off" onInput={({ target }) => write(target.value, unit)} />
          <select aria-label={t("unit_of", { label })} value={unit} onChange={({ target }) => write(count, target.value)}>{["d", "h", "m", "s"].filter((one) => units.includes(one) || one === unit).map((one) => <option key={one} value={one}>{t(`time_${one}`)}</option>)}</select>
        </span>
      )}
    </Field>
  );
}
