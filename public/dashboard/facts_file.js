// A file of facts as a spreadsheet saves it: what it says, and everything in it that cannot be read, by row and column.
//
// Nothing is guessed where two readings are possible: then `reading` says what must be asked, and of which example.

import Papa from "papaparse";
import { FACTS, MONEY } from "./fact_names.js";

/** The largest file that is read, in bytes. Three years of twenty facts in ten channels are 2 MB. */
export const MOST_BYTES = 10_000_000;
export const SEPARATORS = [",", ";", "\t"];
/** The most channels of one day, and the most digits of a count and of the whole part of an amount: the API's bounds. */
const MOST_CHANNELS = 50;
const MOST_DIGITS = { count: 15, money: 12 };

/** The text of a file: UTF-8 or UTF-16 where it says so, and what spreadsheets wrote before, if it is neither. */
export function decode(bytes) {
  const [first, second] = new Uint8Array(bytes);
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

// A row ends with any line break, in whatever mixture; a row may have any number of cells, which is judged later.
const plain = (text) => text.replace(/^\ufeff/, "").replace(/\r\n?/g, "\n");
const isEmpty = (cells) => cells.every((cell) => cell.trim() === "");

/** The records in a text, all or the first so many: `{records}`, or `{row}`, the first whose quotation marks are not as in RFC 4180. */
function parse(text, separator, preview = 0) {
  const records = Papa.parse(text, { delimiter: separator, newline: "\n", preview }).data;
  const row = text.includes('"') ? misquoted(text, separator, records) : 0;
  return row ? { row } : { records };
}

/**
 * The first record that does not stand in the text as it was read, by its number; 0 where all do. Papaparse makes a cell
 * of whatever it finds. By the standard a cell is its text without any quotation mark, or all of it is within them.
 */
function misquoted(text, separator, records) {
  let at = 0;
  const astray = (cell, i, { length }) => {
    const quoted = text[at] === '"';
    const written = quoted ? `"${cell.replaceAll('"', '""')}"` : cell;
    const whole = (quoted || !cell.includes('"')) && text.startsWith(written, at);
    const next = text[at + written.length] ?? "\n";
    at += written.length + 1;
    return !whole || next !== (i + 1 < length ? separator : "\n");
  };
  return records.findIndex((cells) => cells.some(astray)) + 1;
}

/** The separator whose first row has the most columns that are known, and the most columns. */
function separatorOf(text, known) {
  const begun = text.replace(/^\n+/, "");
  const worth = (separator) => {
    const [head = []] = parse(begun, separator, 1).records ?? [];
    return head.filter((name) => known(name)).length * 1000 + head.length;
  };
  return SEPARATORS.toSorted((a, b) => worth(b) - worth(a))[0];
}

/**
 * The table in a text (RFC 4180): `{separator, head, rows: [{row, cells}]}`, rows by their number in a spreadsheet. Where
 * it is none, `{separator, fault: {code, row?}}`. `known` says whether a column is known by its name.
 */
export function readTable(written, known, chosen) {
  const text = plain(written);
  const separator = chosen ?? separatorOf(text, known);
  const { records, row } = parse(text, separator);
  if (row) return { separator, fault: { code: "quote", row } };
  const [head, ...rows] = records.map((cells, i) => ({ row: i + 1, cells })).filter(({ cells }) => !isEmpty(cells));
  if (!head) return { separator, fault: { code: "empty" } };
  if (rows.length === 0) return { separator, fault: { code: "no_rows" } };
  return { separator, head: head.cells.map((name) => name.trim()), rows };
}

// Spaces and apostrophes between thousands say nothing else.
const bare = (text) => text.trim().replace(/(?<=\d)[\s'’](?=\d{3}(?!\d))/gu, "");

/** Which decimal sign a number shows: "," or ".", "?" where it may be either, nothing where it has none. */
export function signIn(text) {
  const number = bare(text);
  const [, whole, sign, rest] = number.match(/^(\d+)([.,])(\d+)$/) ?? [];
  // Thousands come in threes after one to three digits, and never after 0.
  if (sign) return rest.length === 3 && whole.length <= 3 && !whole.startsWith("0") ? "?" : sign;
  if (/^\d{1,3}(\.\d{3})+,\d+$/.test(number) || /^\d{1,3}(\.\d{3}){2,}$/.test(number)) return ",";
  if (/^\d{1,3}(,\d{3})+\.\d+$/.test(number) || /^\d{1,3}(,\d{3}){2,}$/.test(number)) return ".";
  return "";
}

/** In which order a day's parts stand: "dmy" or "mdy", "?" where it may be either, nothing where it has no such parts. */
export function orderIn(text) {
  const [, first, second] = text.trim().match(/^(\d{1,2})[-/.](\d{1,2})[-/.]\d{4}$/) ?? [];
  if (!first || Number(first) === Number(second)) return "";
  return Number(first) > 12 ? "dmy" : Number(second) > 12 ? "mdy" : "?";
}

/** What all of them agree on; `{ask: example}` where nothing tells, or some say this and some that. */
function agreed(texts, look) {
  const said = new Map();
  for (const text of texts) said.set(look(text), said.get(look(text)) ?? text);
  said.delete("");
  const sure = [...said.keys()].filter((way) => way !== "?");
  if (sure.length === 1) return { way: sure[0] };
  return said.size ? { ask: said.get("?") ?? said.values().next().value } : {};
}

const columnsOf = (mapping, wanted) => mapping.flatMap((name, at) => (wanted(name) ? [at] : []));
const cellsOf = ({ rows }, columns) => rows.flatMap(({ cells }) => columns.map((at) => cells[at] ?? ""));

/**
 * How numbers and days of a table are to be read: `{sign, order}`, each `{way}`, `{ask}` or neither. `mapping` says of
 * each column what it is: "day", "channel", a fact, or nothing.
 */
export function reading(table, mapping) {
  return {
    sign: agreed(cellsOf(table, columnsOf(mapping, (name) => FACTS.includes(name))), signIn),
    order: agreed(cellsOf(table, columnsOf(mapping, (name) => name === "day")), orderIn),
  };
}

/** A day as `2026-11-22`, or nothing where there is no such day. */
export function readDay(text, order) {
  const whole = text.trim().match(/^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})$/);
  const parts = text.trim().match(/^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})$/);
  const [year, month, day] = whole ? [whole[1], whole[3], whole[4]] : !parts ? [] : order === "mdy" ? [parts[4], parts[1], parts[3]] : [parts[4], parts[3], parts[1]];
  if (!year) return null;
  const name = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  const date = new Date(`${name}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(name) ? name : null;
}

/** A number with this decimal sign, of this fact: `{value}`, or `{code}` of what is wrong with it. */
export function readNumber(text, fact, sign) {
  const group = sign === "," ? "." : ",";
  const [, whole, rest = ""] = bare(text).match(new RegExp(`^(\\d+|[1-9]\\d{0,2}(?:[${group}]\\d{3})+)(?:[${sign}](\\d+))?$`)) ?? [];
  if (!whole) return { code: "number" };
  const digits = whole.replaceAll(group, "").replace(/^0+(?=\d)/, "");
  const decimals = rest.replace(/0+$/, "");
  const money = MONEY.includes(fact);
  if (!money && decimals) return { code: "integer" };
  if (decimals.length > 3) return { code: "decimals" };
  if (digits.length > MOST_DIGITS[money ? "money" : "count"]) return { code: "range" };
  return { value: Number(decimals ? `${digits}.${decimals}` : digits) };
}

/**
 * The facts in a table: `{days: [{day, items: [{channel, facts, row, columns}]}], faults: [{row, column, code}],
 * silent}`. `column` is the column's number, from 0; `silent` says how many rows have no number at all.
 */
export function readFacts(table, mapping, { sign = ".", order = "dmy" }, today) {
  const [dayAt] = columnsOf(mapping, (name) => name === "day");
  const [channelAt] = columnsOf(mapping, (name) => name === "channel");
  const facts = columnsOf(mapping, (name) => FACTS.includes(name));
  const faults = [];
  const days = new Map();
  let silent = 0;
  for (const { row, cells } of table.rows) {
    const fault = (code, column) => faults.push({ row, column, code });
    if (cells.length !== table.head.length && !(cells.length > table.head.length && isEmpty(cells.slice(table.head.length)))) {
      fault("cells");
      continue;
    }
    const day = readDay(cells[dayAt], order);
    if (!day) fault(cells[dayAt].trim() ? "day" : "no_day", dayAt);
    else if (day > today) fault("future", dayAt);
    const channel = channelAt === undefined ? "" : cells[channelAt].trim();
    if (!/^[a-z0-9_-]{0,32}$/.test(channel)) fault("channel", channelAt);
    const read = {};
    const columns = {};
    for (const at of facts) {
      if (!cells[at].trim()) continue;
      const { value, code } = readNumber(cells[at], mapping[at], sign);
      if (code) fault(code, at);
      else read[mapping[at]] = value;
      columns[mapping[at]] = at;
    }
    if (!day) continue;
    if (Object.keys(columns).length === 0) {
      silent += 1;
      continue;
    }
    const items = days.get(day) ?? new Map();
    days.set(day, items);
    if (items.has(channel)) fault("twice", dayAt);
    else if (items.size === MOST_CHANNELS) fault("channels", channelAt);
    else items.set(channel, { channel, facts: read, row, columns });
  }
  const listed = [...days].map(([day, items]) => ({ day, items: [...items.values()] }));
  return { days: listed.toSorted((a, b) => (a.day < b.day ? -1 : 1)), faults, silent };
}
