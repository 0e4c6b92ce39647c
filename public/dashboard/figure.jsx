// A chart with the table behind it, and the table as a file.

import { useContext, useState } from "preact/hooks";
import { save, toCsv } from "./csv.js";
import { Voice } from "./context.js";

/**
 * `columns` are `{name, label, show?}`: the name is the file's, `show` says how a cell is shown. `rows` hold values by
 * name, as the API gave them. `about` is what the title leaves to the eye: of what it is.
 */
export function Figure({ title, about, file, columns, rows, children, note, level = 3 }) {
  const voice = useContext(Voice);
  // Most tables are never opened, and one of three years of days has thousands of cells.
  const [open, setOpen] = useState(false);
  const whole = about ? `${title}, ${about}` : title;
  const Heading = `h${level}`;
  const shown = (column, row) => (column.show ? column.show(row[column.name], row) : typeof row[column.name] === "number" || row[column.name] == null ? voice.figure(row[column.name]) : row[column.name]);
  return (
    <figure class="figure">
      <figcaption><Heading>{title}</Heading></figcaption>
      {children}
      {note && <p class="note">{note}</p>}
      <details class="behind" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary>{voice.t("table")}<span class="hidden">: {whole}</span></summary>
        {open && (
          <div class="scroll" role="region" aria-label={voice.t("table_of", { title: whole })} tabIndex={0}>
            <table>
              <thead><tr>{columns.map(({ name, label }) => <th key={name} scope="col">{label}</th>)}</tr></thead>
              <tbody>
                {rows.map((row, i) => (
                  <tr key={i}>
                    {columns.map((column, at) => at === 0
                      ? <th scope="row" key={column.name}>{shown(column, row)}</th>
                      : <td key={column.name}>{shown(column, row)}</td>)}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        <button type="button" class="quiet" onClick={() => save(file, toCsv(columns, rows))}>
          {voice.t("csv")}<span class="hidden">: {whole}</span>
        </button>
      </details>
    </figure>
  );
}
