// A table as a file: comma-separated values (RFC 4180), with the API's own figures and names.

/** A cell. A text that a spreadsheet would take for a formula has an apostrophe in front. */
function cell(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The lines of a table: the columns' names, then a line a row. */
export const toCsv = (columns, rows) =>
  [columns.map(({ name }) => name), ...rows.map((row) => columns.map(({ name }) => row[name]))]
    .map((cells) => `${cells.map(cell).join(",")}\r\n`)
    .join("");

/** Hands a table's file to the reader. It is made here: no server is asked. */
export const save = (name, text) => saveBlob(`${name}.csv`, new Blob([text], { type: "text/csv;charset=utf-8" }));

/** Hands a file to the reader, under its whole name. */
export function saveBlob(name, blob) {
  const url = URL.createObjectURL(blob);
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
