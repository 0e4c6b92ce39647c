// Facts of many days, from a file: what it says is read, asked about where it may mean two things, shown, and then sent.

import { useContext, useMemo, useRef, useState } from "preact/hooks";
import { Session, Voice } from "./context.js";
import { save } from "./csv.js";
import { FACTS, GROUPS } from "./fact_names.js";
import { MOST_BYTES, SEPARATORS, decode, readFacts, readTable, reading } from "./facts_file.js";
import { Preview } from "./facts_preview.jsx";
import { today } from "./place.js";
import { everySaying } from "./voice.js";

/** How many faults are listed at once. */
const MOST_FAULTS = 200;
const COLUMNS = ["day", "channel", ...FACTS];
const plain = (name) => name.trim().toLowerCase().replace(/[\s-]+/g, "_");
/** What a column is by its name: the API's own names, and what the dashboard calls them. */
const NAMES = new Map([
  ...["day", "channel"].flatMap((name) => everySaying(name).map((said) => [plain(said), name])),
  ...FACTS.flatMap((fact) => everySaying(`fact_${fact}`).map((said) => [plain(said), fact])),
  ...["date", "datum"].map((name) => [name, "day"]),
  ...COLUMNS.map((name) => [name, name]),
]);
const known = (name) => NAMES.get(plain(name));
const TEMPLATE = [COLUMNS, [today(), ""]].map((cells) => `${COLUMNS.map((_, at) => cells[at] ?? "").join(",")}\r\n`).join("");

export function Upload() {
  const { t } = useContext(Voice);
  const { scopes, bound } = useContext(Session);
  const may = !bound && (scopes.includes("ingest") || scopes.includes("admin"));
  const [source, setSource] = useState(null);
  const [refused, setRefused] = useState("");
  const text = useRef(null);
  const file = useRef(null);
  const take = (name, text) => {
    setRefused("");
    setSource({ name, text, at: Date.now() });
  };
  async function choose({ target }) {
    const [file] = target.files;
    if (!file) return;
    setSource(null);
    if (file.size > MOST_BYTES) setRefused("upload_large");
    else take(file.name, decode(await file.arrayBuffer()));
  }
  const paste = (event) => {
    event.preventDefault();
    file.current.value = "";
    if (text.current.value.trim()) take("", text.current.value);
    else setRefused("upload_nothing");
  };
  return (
    <>
      <form class="panel upload" onSubmit={paste} noValidate>
        <h2>{t("upload_choose")}</h2>
        <p>{t("upload_what")}</p>
        {!may && <p class="message scope">{t("upload_scope")}</p>}
        <p><button type="button" class="quiet flush" onClick={() => save("facts-template", TEMPLATE)}>{t("upload_template")}</button></p>
        <div class="field">
          <label for="upload-file">{t("upload_file")}</label>
          <input id="upload-file" ref={file} type="file" accept=".csv,.tsv,.txt,text/csv,text/tab-separated-values,text/plain" onClick={({ target }) => (target.value = "")} onChange={choose} />
        </div>
        <div class="field">
          <label for="upload-text">{t("upload_paste")}</label>
          <textarea id="upload-text" ref={text} rows={4} spellcheck={false} autocomplete="off" />
        </div>
        <div class="inline"><button type="submit">{t("upload_read")}</button></div>
        <p class="wrong" role="alert">{refused ? t(refused) : ""}</p>
      </form>
      {source && <Read source={source} key={source.at} />}
    </>
  );
}

/** What a file says. Whatever it leaves open is asked; only then is it read further. */
function Read({ source }) {
  const { t } = useContext(Voice);
  const [choices, setChoices] = useState({ columns: {} });
  const choose = (changes) => setChoices((choices) => ({ ...choices, ...changes }));
  const table = useMemo(() => readTable(source.text, known, choices.separator), [source, choices.separator]);
  const mapping = useMemo(() => (table.head ?? []).map((name, at) => choices.columns[at] ?? known(name) ?? ""), [table, choices.columns]);
  const found = useMemo(() => (table.fault ? null : reading(table, mapping)), [table, mapping]);
  const open = found && whatIsOpen(table, mapping, found, choices);
  const sign = found?.sign.way ?? choices.sign;
  const order = found?.order.way ?? choices.order;
  const read = useMemo(() => (found && open.length === 0 ? readFacts(table, mapping, { sign, order }, today()) : null), [table, mapping, sign, order, open?.length]);
  return (
    <>
      <section class="panel upload" aria-labelledby="upload-found">
        <h2 id="upload-found">{source.name ? t("upload_found", { name: source.name }) : t("upload_found_text")}</h2>
        {table.fault
          ? <p class="wrong" role="alert">{t(`fault_${table.fault.code}`, { row: table.fault.row })}</p>
          : <p role="status">{t("upload_size", { rows: table.rows.length, columns: table.head.length })} {open.length > 0 && <strong>{t("upload_open")}</strong>}</p>}
        <div class="choices">
          <label>{t("upload_separator")}
            <select value={table.separator} onChange={({ target }) => choose({ separator: target.value, columns: {} })}>
              {SEPARATORS.map((separator) => <option key={separator} value={separator}>{t(`separator_${SEPARATORS.indexOf(separator)}`)}</option>)}
            </select>
          </label>
          {found && <Told word="upload_sign" question="upload_sign_ask" found={found.sign} value={sign} ways={[[",", "sign_comma"], [".", "sign_point"]]} choose={(sign) => choose({ sign })} />}
          {found && <Told word="upload_order" question="upload_order_ask" found={found.order} value={order} ways={[["dmy", "order_dmy"], ["mdy", "order_mdy"]]} choose={(order) => choose({ order })} />}
        </div>
        {found && <Columns table={table} mapping={mapping} open={open} choose={(at, name) => choose({ columns: { ...choices.columns, [at]: name } })} />}
      </section>
      {read && read.faults.length > 0 && <Faults faults={read.faults} head={table.head} />}
      {read && read.faults.length === 0 && (read.days.length === 0
        ? <div class="message empty" role="status"><p class="title">{t("upload_no_numbers")}</p></div>
        : <Preview key={`${sign} ${order} ${mapping}`} read={read} head={table.head} />)}
    </>
  );
}

/** What must be said before a table can be read: columns (by number), and words of what else there is. */
function whatIsOpen(table, mapping, found, choices) {
  const open = mapping.flatMap((name, at) => (name === "" && (table.head[at] || table.rows.some(({ cells }) => cells[at]?.trim())) ? [at] : []));
  const twice = mapping.flatMap((name, at) => (name && name !== "-" && mapping.indexOf(name) !== at ? [at] : []));
  return [
    ...open, ...twice,
    ...(mapping.includes("day") ? [] : ["day"]),
    ...(mapping.some((name) => FACTS.includes(name)) ? [] : ["facts"]),
    ...(found.sign.ask && !choices.sign ? ["sign"] : []),
    ...(found.order.ask && !choices.order ? ["order"] : []),
  ];
}

/** How something is read: said where the file tells, asked where it does not, with an example of its own. */
function Told({ word, question, found, value, ways, choose }) {
  const { t } = useContext(Voice);
  if (found.way) return <p class="tellings"><span>{t(word)}</span>{t(ways.find(([way]) => way === found.way)[1])}</p>;
  if (!found.ask) return null;
  return (
    <fieldset class="ask">
      <legend>{t(question, { example: found.ask })}</legend>
      {ways.map(([way, said]) => (
        <label class="check" key={way}><input type="radio" name={word} value={way} checked={value === way} onChange={() => choose(way)} />{t(said)}</label>
      ))}
    </fieldset>
  );
}

/** What each column is. Those whose names are not known are asked about; the others may be changed. */
function Columns({ table, mapping, open, choose }) {
  const { t } = useContext(Voice);
  const asked = useRef(new Set());
  for (const at of open) if (Number.isInteger(at)) asked.current.add(at);
  const example = (at) => table.rows.find(({ cells }) => cells[at]?.trim())?.cells[at].trim().slice(0, 40);
  const field = (name, at) => {
    const id = `column-${at}`;
    const twice = open.includes(at) && mapping[at] !== "";
    return (
      <div class="field" key={at}>
        <label for={id}>{name || t("upload_unnamed", { number: at + 1 })}{example(at) && <span class="note"> {t("upload_example", { example: example(at) })}</span>}</label>
        <select id={id} value={mapping[at]} aria-invalid={open.includes(at)} aria-describedby={twice ? `${id}-fault` : undefined} onChange={({ target }) => choose(at, target.value)}>
          <option value="" disabled={mapping[at] !== ""}>{t("upload_say")}</option>
          <option value="-">{t("upload_leave_out")}</option>
          <option value="day">{t("day")}</option>
          <option value="channel">{t("channel")}</option>
          {Object.entries(GROUPS).map(([group, facts]) => <optgroup label={t(`group_${group}`)} key={group}>{facts.map((fact) => <option value={fact} key={fact}>{t(`fact_${fact}`)}</option>)}</optgroup>)}
        </select>
        {twice && <span class="wrong" id={`${id}-fault`}>{t("upload_twice")}</span>}
      </div>
    );
  };
  const columns = table.head.map((name, at) => [name, at]).filter(([name, at]) => name || open.includes(at) || mapping[at]);
  const here = columns.filter(([, at]) => asked.current.has(at));
  const rest = columns.filter(([, at]) => !asked.current.has(at));
  return (
    <>
      {open.includes("day") && <p class="wrong">{t("upload_no_day")}</p>}
      {open.includes("facts") && <p class="wrong">{t("upload_no_facts")}</p>}
      {here.length > 0 && <div class="group" role="group" aria-label={t("upload_columns")}><h3>{t("upload_columns")}</h3><div class="fields">{here.map(([name, at]) => field(name, at))}</div></div>}
      {rest.length > 0 && (
        <details><summary>{t("upload_known", { count: rest.length })}</summary><div class="fields">{rest.map(([name, at]) => field(name, at))}</div></details>
      )}
    </>
  );
}

/** What is wrong in a file, by row and column. */
function Faults({ faults, head }) {
  const { t } = useContext(Voice);
  return (
    <section class="panel" aria-labelledby="upload-faults">
      <div role="alert"><h2 id="upload-faults">{t("upload_faults", { count: faults.length })}</h2><p>{t("upload_faults_what")}</p></div>
      <FaultTable faults={faults.slice(0, MOST_FAULTS).map(({ row, column, code }) => ({ row, column: head[column], what: t(`fault_${code}`) }))} label={t("upload_fault_rows")} />
      {faults.length > MOST_FAULTS && <p class="note">{t("upload_faults_more", { count: MOST_FAULTS })}</p>}
    </section>
  );
}

/** Faults, a row each: `{row, column, what, lang?}`. */
export function FaultTable({ faults, label }) {
  const { t } = useContext(Voice);
  return (
    <div class="scroll" role="region" aria-label={label} tabIndex={0}>
      <table class="texts">
        <thead><tr>{["row", "column", "wrong"].map((name) => <th scope="col" key={name}>{t(`fault_of_${name}`)}</th>)}</tr></thead>
        <tbody>{faults.map(({ row, column, what, lang }, i) => <tr key={i}><th scope="row">{row}</th><td>{column ?? "–"}</td><td lang={lang}>{what}</td></tr>)}</tbody>
      </table>
    </div>
  );
}
