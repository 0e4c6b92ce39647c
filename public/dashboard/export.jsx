// The released cohorts and tallies of these days as a file. It is asked for with the key in the header, as every call
// is, and handed over only if it is whole: the API holds its last line break back until all has been sent.

import { useContext, useEffect, useRef, useState } from "preact/hooks";
import { Fault, ask, withQuery } from "./api.js";
import { Session, Voice } from "./context.js";
import { saveBlob } from "./csv.js";
import { Trouble } from "./reply.jsx";

const FORMATS = [["csv", "CSV"], ["jsonl", "JSON lines"]];
const LINE_BREAK = 10;

/** Reads a file as it comes: `{name, blob}`, or a `Fault`: `broken`, where it is not whole, `empty`, where nothing came. */
async function fetchFile(key, path, signal, told) {
  const reply = await ask(key, "GET", path, { signal });
  if (!reply.ok) throw new Fault("problem", reply.status, await reply.json().catch(() => null));
  const parts = [];
  let bytes = 0;
  let last = 0;
  try {
    const reader = reply.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (!value.length) continue;
      parts.push(value);
      bytes += value.length;
      last = value.at(-1);
      told(bytes);
    }
  } catch (fault) {
    if (fault.name === "AbortError") throw fault;
    throw new Fault("broken");
  }
  if (bytes === 0) throw new Fault("empty");
  if (last !== LINE_BREAK) throw new Fault("broken");
  const name = reply.headers.get("content-disposition")?.match(/filename="([\w.-]+)"/)?.[1];
  return { name, blob: new Blob(parts, { type: reply.headers.get("content-type") }) };
}

export function Export({ id, from, to }) {
  const { t, days, figure } = useContext(Voice);
  const { key, end } = useContext(Session);
  const [state, setState] = useState({});
  const stop = useRef(null);
  useEffect(() => () => stop.current?.abort(), []);
  async function get(format) {
    if (state.busy) return;
    stop.current = new AbortController();
    setState({ busy: format, kilobytes: 0 });
    try {
      const path = withQuery(`/v1/surveys/${id}/export`, { from, to, format });
      const told = (bytes) => setState({ busy: format, kilobytes: Math.ceil(bytes / 1000) });
      const { name, blob } = await fetchFile(key, path, stop.current.signal, told);
      saveBlob(name ?? `export.${format}`, blob);
      setState({ done: name, kilobytes: Math.ceil(blob.size / 1000) });
    } catch (fault) {
      if (stop.current.signal.aborted) return;
      if (fault.status === 401) end("key_refused");
      else setState({ fault });
    }
  }
  const { fault } = state;
  return (
    <section class="panel wide" aria-labelledby="export">
      <h2 id="export" tabIndex={-1}>{t("export")}</h2>
      <p>{t("export_what", { days: days(from, to) })}</p>
      <div class="inline">
        {FORMATS.map(([format, name]) => <button type="button" key={format} aria-disabled={Boolean(state.busy)} onClick={() => get(format)}>{t("export_do", { format: name })}</button>)}
      </div>
      <div role="status">
        {state.busy && <p class="note">{t("export_busy", { kilobytes: figure(state.kilobytes) })}</p>}
        {state.done && <p class="message done">{t("export_done", { name: state.done, kilobytes: figure(state.kilobytes) })}</p>}
      </div>
      {fault && (["broken", "empty"].includes(fault.kind) && !fault.status
        ? <div class="message failed" role="alert"><p class="title">{t(fault.kind === "empty" ? "export_empty" : "export_broken")}</p><p>{t(fault.kind === "empty" ? "export_empty_what" : "export_broken_what")}</p></div>
        : <Trouble fault={fault} />)}
    </section>
  );
}
