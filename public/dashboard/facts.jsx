// Entering the facts of a day.

import { useContext, useEffect, useRef, useState } from "preact/hooks";
import { call, withQuery } from "./api.js";
import { Place, Session, Voice } from "./context.js";
import { FACTS, GROUPS, MONEY } from "./fact_names.js";
import { Upload } from "./facts_upload.jsx";
import { today } from "./place.js";
import { Reply, Trouble, useReply } from "./reply.jsx";

export function Facts() {
  const { t } = useContext(Voice);
  const { place, link } = useContext(Place);
  const file = place.id === "file";
  return (
    <>
      <h1 tabIndex={-1}>{t("page_facts")}</h1>
      <p>{t("facts_what")}</p>
      <nav class="ways" aria-label={t("facts_ways")}>
        <a href={link({ id: "" })} aria-current={file ? undefined : "page"}>{t("facts_by_day")}</a>
        <a href={link({ id: "file" })} aria-current={file ? "page" : undefined}>{t("facts_by_file")}</a>
      </nav>
      {file ? <Upload /> : <Daily />}
    </>
  );
}

function Daily() {
  const { t } = useContext(Voice);
  const { place, go } = useContext(Place);
  const { day } = place;
  const reply = useReply(withQuery("/v1/facts", { from: day, to: day }));
  return (
    <>
      <form class="range" onSubmit={(event) => event.preventDefault()}>
        <label>{t("day")}<input type="date" value={day} max={today()} onChange={({ target }) => target.value && go({ day: target.value })} /></label>
      </form>
      <Reply reply={reply} lines={8}>{({ items }) => <Day day={day} items={items} key={day} />}</Reply>
    </>
  );
}

function Day({ day, items }) {
  const { t, locale, day: dated } = useContext(Voice);
  const { key, end } = useContext(Session);
  const shown = (number) => (locale === "nl" ? String(number).replace(".", ",") : String(number));
  const [channels, setChannels] = useState(() => (items.length ? items : [{ channel: "", facts: {} }]).map(({ channel, facts }, number) => ({ number, channel, facts })));
  const [faults, setFaults] = useState({});
  const [told, setTold] = useState(null);
  const form = useRef(null);
  useEffect(() => {
    if (Object.keys(faults).length) form.current.querySelector("[aria-invalid=true]")?.focus();
  }, [faults]);

  async function submit(event) {
    event.preventDefault();
    const entered = new FormData(form.current);
    const wrong = {};
    const sent = channels.map(({ number }) => {
      const facts = {};
      for (const fact of FACTS) {
        const text = entered.get(`${number} ${fact}`).trim();
        if (!text) continue;
        if (!/^\d{1,15}([.,]\d{1,3})?$/.test(text)) wrong[`${number} ${fact}`] = t("number_wrong");
        else facts[fact] = Number(text.replace(",", "."));
      }
      return { number, channel: entered.get(`${number} channel`).trim(), facts };
    });
    setTold(null);
    setFaults(wrong);
    if (Object.keys(wrong).length) return;
    const kept = sent.filter(({ facts }) => Object.keys(facts).length);
    try {
      await call(key, "PUT", `/v1/facts/${day}`, { body: { items: kept.map(({ channel, facts }) => ({ channel, facts })) } });
      setTold({ done: true });
    } catch (fault) {
      if (fault.status === 401) return end("key_refused");
      const refused = {};
      for (const { pointer, detail } of fault.problem?.errors ?? []) {
        const [, item, , name] = pointer?.match(/^#\/items\/(\d+)\/(facts\/)?(\w+)$/) ?? [];
        if (name) refused[`${kept[item].number} ${name}`] = detail;
      }
      setFaults(refused);
      setTold({ fault });
    }
  }
  const field = (number, name, label, value, mode) => {
    const at = `${number} ${name}`;
    const id = at.replace(" ", "-");
    return (
      <div class="field" key={name}>
        <label for={id}>{label}</label>
        <input id={id} name={at} defaultValue={value} inputMode={mode} autocomplete="off" aria-invalid={at in faults} aria-describedby={at in faults ? `${id}-fault` : undefined} />
        {at in faults && <span class="wrong" id={`${id}-fault`}>{faults[at]}</span>}
      </div>
    );
  };
  return (
    <form ref={form} onSubmit={submit} noValidate class="facts">
      <p class="note">{t(items.length ? "facts_there" : "facts_empty", { day: dated(day) })} {t("facts_replace")}</p>
      {channels.map(({ number, channel, facts }) => (
        <fieldset class="panel" key={number}>
          <legend>{channel ? t("facts_of", { channel }) : t("facts_general")}</legend>
          {field(number, "channel", t("channel_name"), channel)}
          {Object.entries(GROUPS).map(([group, names]) => (
            <div class="group" role="group" aria-label={t(`group_${group}`)} key={group}>
              <h2>{t(`group_${group}`)}</h2>
              <div class="fields">{names.map((name) => field(number, name, t(`fact_${name}`), name in facts ? shown(facts[name]) : "", MONEY.includes(name) ? "decimal" : "numeric"))}</div>
            </div>
          ))}
        </fieldset>
      ))}
      <div class="inline">
        <button type="submit" class="main">{t("save_facts")}</button>
        <button type="button" onClick={() => setChannels((channels) => [...channels, { number: channels.length, channel: "", facts: {} }])}>{t("add_channel")}</button>
      </div>
      <div role="status">{told?.done && <p class="message done">{t("facts_saved", { day: dated(day) })}</p>}</div>
      {told?.fault && <Trouble fault={told.fault} />}
    </form>
  );
}
