// What a file of facts would change, day by day; and sending it, one day after the other, once somebody has confirmed.

import { useCallback, useContext, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { call, withQuery } from "./api.js";
import { Place, Session, Voice } from "./context.js";
import { changeOf, rangesOf } from "./facts_changes.js";
import { FaultTable } from "./facts_upload.jsx";
import { Trouble } from "./reply.jsx";
import { useUnsaved } from "./unsaved.js";

/** What can become of a day, what matters most first; and how many days of each are listed at once. */
const KINDS = ["lost", "changed", "new", "same"];
const AT_ONCE = 30;

/** Asks what is stored of these days, and compares. */
export function Preview({ read, head }) {
  const { t } = useContext(Voice);
  const { key, end } = useContext(Session);
  const [found, setFound] = useState(null);
  const [times, setTimes] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    setFound(null);
    const compare = async () => {
      const stored = new Map();
      for (const range of rangesOf(read.days.map(({ day }) => day))) {
        const { items } = await call(key, "GET", withQuery("/v1/facts", range), { signal: stop.signal });
        for (const item of items) stored.set(item.day, [...(stored.get(item.day) ?? []), item]);
      }
      setFound({ changes: read.days.map((day) => changeOf(day, stored.get(day.day) ?? [])) });
    };
    compare().catch((fault) => {
      if (stop.signal.aborted) return;
      if (fault.status === 401) end("key_refused");
      else setFound({ fault });
    });
    return () => stop.abort();
  }, [read, times]);
  const again = useCallback(() => setTimes((times) => times + 1), []);
  useEffect(() => {
    if (found?.fault?.kind !== "offline") return undefined;
    addEventListener("online", again);
    return () => removeEventListener("online", again);
  }, [found]);
  if (!found) return <div class="waiting" role="status"><span>{t("upload_comparing")}</span><span class="bone" /><span class="bone" /></div>;
  if (found.fault) return <Trouble fault={found.fault} again={again} />;
  return <Changes changes={found.changes} silent={read.silent} head={head} key={times} />;
}

function Changes({ changes, silent, head }) {
  const { t, manyDays } = useContext(Voice);
  const days = useMemo(() => Object.fromEntries(KINDS.map((kind) => [kind, changes.filter(({ what }) => what === kind)])), [changes]);
  const lost = changes.flatMap(({ figures }) => figures).filter(({ what }) => what === "lost").length;
  return (
    <section class="panel wide" aria-labelledby="upload-preview">
      <h2 id="upload-preview">{t("upload_preview")}</h2>
      <p role="status">{t("preview_sum", { days: manyDays(changes.length) })} {KINDS.filter((kind) => days[kind].length).map((kind) => t(`preview_sum_${kind}`, { days: manyDays(days[kind].length) })).join(" ")} {silent > 0 && t("preview_silent", { rows: silent })}</p>
      {KINDS.map((kind) => days[kind].length > 0 && <Group kind={kind} changes={days[kind]} key={kind} />)}
      <Send changes={changes} lost={lost} head={head} />
    </section>
  );
}

/** Days of one kind, some at a time. */
function Group({ kind, changes }) {
  const { t } = useContext(Voice);
  const [most, setMost] = useState(AT_ONCE);
  return (
    <div class={`group days ${kind}`} role="group" aria-label={t(`preview_${kind}`)}>
      <h3>{t(`preview_${kind}`)} <span class="tag">{changes.length}</span></h3>
      {changes.slice(0, most).map((change, i) => <Day change={change} first={kind === "lost" && i < 3} key={change.day} />)}
      {changes.length > most && <button type="button" onClick={() => setMost(most + AT_ONCE)}>{t("preview_more", { days: changes.length - most })}</button>}
    </div>
  );
}

/** A day; its figures are there once it is opened. */
function Day({ change: { day, figures }, first }) {
  const { t, day: dated, figure, has } = useContext(Voice);
  const [open, setOpen] = useState(first);
  const counts = ["lost", "changed", "new", "same"].map((kind) => [kind, figures.filter(({ what }) => what === kind).length]);
  return (
    <details open={first} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{dated(day)} <span class="note">{counts.filter(([, count]) => count).map(([kind, count]) => t(`figures_${kind}`, { count })).join(" · ")}</span></summary>
      {open && (
        <div class="scroll" role="region" aria-label={t("preview_of", { day: dated(day) })} tabIndex={0}>
          <table class="changes">
            <thead><tr>{["fact", "channel", "stored", "given", "happens"].map((name) => <th scope="col" key={name}>{t(`change_of_${name}`)}</th>)}</tr></thead>
            <tbody>
              {figures.map(({ channel, fact, before, after, what }) => (
                <tr class={what} key={`${channel} ${fact}`}>
                  <th scope="row">{has(`fact_${fact}`) ? t(`fact_${fact}`) : fact}</th><td>{channel || t("no_channel")}</td><td>{figure(before)}</td><td>{figure(after)}</td><td>{t(`figure_${what}`)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}

/** Sends the days that change, one after the other. What failed can be sent again; what was saved is not sent twice. */
function Send({ changes, lost, head }) {
  const { t, days, manyDays } = useContext(Voice);
  const { key, end } = useContext(Session);
  const { link } = useContext(Place);
  const all = useMemo(() => changes.filter(({ what }) => what !== "same"), [changes]);
  const [sent, setSent] = useState({ saved: [], refused: [] });
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState(null);
  const [agreed, setAgreed] = useState(false);
  const [asked, setAsked] = useState(false);
  const stop = useRef(false);
  const rest = all.filter((change) => !sent.saved.includes(change) && !sent.refused.some((refused) => refused.change === change));
  useUnsaved(rest.length > 0);
  useEffect(() => () => (stop.current = true), []);

  async function send() {
    if (busy) return;
    if (lost > 0 && !agreed) return setAsked(true);
    stop.current = false;
    setBusy(true);
    setFault(null);
    for (const change of rest) {
      if (stop.current) break;
      try {
        await call(key, "PUT", `/v1/facts/${change.day}`, { body: { items: change.items.map(({ channel, facts }) => ({ channel, facts })) } });
        setSent((sent) => ({ ...sent, saved: [...sent.saved, change] }));
      } catch (fault) {
        if (fault.status === 401) return end("key_refused");
        if (fault.status !== 422) {
          setFault(fault);
          break;
        }
        setSent((sent) => ({ ...sent, refused: [...sent.refused, { change, faults: faultsOf(fault, change, head) }] }));
      }
    }
    setBusy(false);
  }

  if (all.length === 0) return <p class="message done" role="status">{t("send_nothing")}</p>;
  const begun = sent.saved.length + sent.refused.length > 0 || fault;
  const done = !busy && rest.length === 0;
  return (
    <div class="group send">
      {lost > 0 && !done && (
        <>
          <label class="check"><input type="checkbox" checked={agreed} aria-invalid={asked && !agreed} aria-describedby="send-agree" onChange={({ target }) => setAgreed(target.checked)} />{t("send_lost", { count: lost })}</label>
          <p class="wrong" id="send-agree" role="alert">{asked && !agreed ? t("send_agree") : ""}</p>
        </>
      )}
      {(busy || begun) && <div class="field"><label for="sending">{t("send_progress", { saved: sent.saved.length, days: manyDays(all.length) })}</label><progress id="sending" max={all.length} value={sent.saved.length + sent.refused.length} /></div>}
      <div class="inline">
        {rest.length > 0 && <button type="button" class="main" aria-disabled={busy} onClick={send}>{t(begun ? "send_rest" : "send", { days: manyDays(rest.length) })}</button>}
        {busy && <button type="button" onClick={() => (stop.current = true)}>{t("send_stop")}</button>}
      </div>
      <div role="status">
        {done && sent.refused.length === 0 && <p class="message done">{t("send_done", { days: manyDays(sent.saved.length) })} <a href={link({ page: "business", id: "" })}>{t("page_business")}</a></p>}
        {!busy && begun && rest.length > 0 && <p class="message">{sent.saved.length > 0 ? t("send_part", { saved: manyDays(sent.saved.length), range: days(sent.saved[0].day, sent.saved.at(-1).day), rest: manyDays(rest.length) }) : t("send_none", { rest: manyDays(rest.length) })}</p>}
      </div>
      {fault && (fault.status === 403 ? <p class="message failed" role="alert">{t("upload_scope")}</p> : <Trouble fault={fault} />)}
      {sent.refused.length > 0 && (
        <>
          <p class="message failed" role="alert">{t("send_refused", { days: manyDays(sent.refused.length), saved: manyDays(sent.saved.length) })}</p>
          <FaultTable label={t("send_refused_rows")} faults={sent.refused.flatMap(({ faults }) => faults)} />
        </>
      )}
    </div>
  );
}

/** The API's faults beside the rows and columns of the file that they are about. */
function faultsOf({ problem }, { items }, head) {
  return (problem?.errors ?? []).map(({ pointer, detail }) => {
    const [, at, fact] = pointer?.match(/^#\/items\/(\d+)(?:\/facts\/(\w+))?/) ?? [];
    const item = items[at] ?? items[0];
    return { row: item.row, column: head[item.columns[fact]], what: detail, lang: "en" };
  });
}
