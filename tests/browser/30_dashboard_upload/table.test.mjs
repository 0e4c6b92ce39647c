// The table in a file, read as RFC 4180 has it: as csv-parse reads it, which is strict.

import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "csv-parse/sync";
import { SEPARATORS, readTable } from "../../../public/dashboard/facts_file.js";

const known = (name) => name === "day";
/** What csv-parse makes of a text, as `readTable` tells it. */
function expected(text, separator) {
  try {
    const records = parse(text, { delimiter: separator, bom: true, relax_column_count: true, record_delimiter: ["\r\n", "\n", "\r"] });
    const [head, ...rows] = records.map((cells, i) => ({ row: i + 1, cells })).filter(({ cells }) => cells.some((cell) => cell.trim()));
    return !head ? { fault: { code: "empty" } } : rows.length === 0 ? { fault: { code: "no_rows" } } : { head: head.cells.map((name) => name.trim()), rows };
  } catch (fault) {
    return { fault: { code: "quote", row: fault.records + 1 } };
  }
}

test("a quotation mark that is out of place is a fault of its row, wherever it stands", () => {
  for (const [text, row] of [
    ['day,visits\n2026-01-01,"1\n', 2], ['day,visits\n2026-01-01,1"\n', 2], ['day,visits\n"2026-01-01"x,1\n', 2], ['day,visits\n2026-01-01, "1"\n', 2],
    ['day,visits\n2026-01-01,"1" \n', 2], ['day,visits\n2026-01-01,"1"2"\n', 2], ['day,visits\n\n"a""\n', 3], ['day,visits\n2026-01-01,1\n"', 3],
    ['"day"s,visits\n2026-01-01,1\n', 1], ['day,visits\n2026-01-01,"1""\n2026-01-02,"2"\n', 2],
  ]) {
    assert.deepEqual(readTable(text, known, ",").fault, { code: "quote", row }, JSON.stringify(text));
  }
});

test("what quotation marks enclose is a cell: separators, line breaks and doubled marks in it", () => {
  assert.deepEqual(readTable('\ufeff"day";"a ""name"""\r"2026;01";"1\r\n2"\n;""\r\n', known), {
    separator: ";", head: ["day", 'a "name"'],
    rows: [{ row: 2, cells: ["2026;01", "1\n2"] }],
  });
});

test("texts of every kind are read as csv-parse reads them, and refused in the same row", () => {
  let state = 20261122;
  const below = (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const one = (list) => list[below(list.length)];
  const cell = (separator) => {
    const text = Array.from({ length: below(4) }, () => one(["a", "1", "1,5", " ", "é", one(SEPARATORS), "\n", "\r\n", '"'])).join("");
    if (/["\r\n]/.test(text) || text.includes(separator) || below(4) === 0) return `"${text.replaceAll('"', '""')}"`;
    return text;
  };
  const spoilt = (text) => {
    const at = below(text.length + 1);
    return text.slice(0, at) + one(['"', '""', " ", "\r", one(SEPARATORS)]) + text.slice(at + below(2));
  };
  const found = { read: 0, refused: 0 };
  for (let i = 0; i < 20_000; i++) {
    const separator = one(SEPARATORS);
    const rows = Array.from({ length: below(5) }, () => Array.from({ length: 1 + below(3) }, () => cell(separator)).join(separator) + one(["\n", "\r\n", "\r", "\n\n"]));
    let text = one(["", "\ufeff"]) + rows.join("");
    if (below(3) === 0) text = spoilt(text);
    const { separator: said, ...table } = readTable(text, known, separator);
    // Line breaks within a cell are all one.
    const alike = (table) => JSON.parse(JSON.stringify(table).replaceAll("\\r\\n", "\\n").replaceAll("\\r", "\\n"));
    assert.deepEqual([said, alike(table)], [separator, alike(expected(text, separator))], JSON.stringify(text));
    found[table.fault?.code === "quote" ? "refused" : "read"] += 1;
  }
  assert.ok(found.read > 5000 && found.refused > 500, JSON.stringify(found));
});
