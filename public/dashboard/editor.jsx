// The survey editor: a draft in the browser, judged by the service as it changes, saved against the revision that was read.

import { useCallback, useContext, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { call } from "./api.js";
import { Confirm } from "./confirm.jsx";
import { Place, Session, Voice } from "./context.js";
import { Conflict } from "./conflict.jsx";
import { Copy } from "./copy.jsx";
import { draftOf, idOf, measuresVisits, pathOf, placed, surveyOf, twice } from "./draft.js";
import { Embed } from "./embed.jsx";
import { Editing } from "./field.jsx";
import { AddLanguage, languagesOf, nameOf } from "./languages.jsx";
import { Preview } from "./preview.jsx";
import { Questions } from "./questions.jsx";
import { Reply, Trouble, useReply } from "./reply.jsx";
import { NeedsAdmin } from "./scope.jsx";
import { Benchmarks, Dimensions, Notice, People, Release, Start, Themes } from "./sections.jsx";
import { useUnsaved } from "./unsaved.js";

/** How long nothing is typed before the service is asked what it thinks, in milliseconds. */
const PAUSE_MS = 300;
/** A survey that was made just now, for the page that follows. */
let justMade = "";

export function Editor() {
  const { t } = useContext(Voice);
  const { admin } = useContext(Session);
  const { place } = useContext(Place);
  const found = useReply(place.id ? `/v1/surveys/${place.id}` : null);
  const ledger = useReply(place.id && found.data?.name ? `/v1/surveys/${place.id}/ledger` : null);
  if (!place.id) return admin ? <Draft key="new" survey={{ template: "nps" }} fresh /> : <><h1 tabIndex={-1}>{t("new_survey")}</h1><NeedsAdmin /></>;
  if (found.state !== "done") return <><h1 tabIndex={-1}>{t("page_edit")}</h1><Reply reply={found} lines={10} /></>;
  // Whose key may not change it, is shown what respondents see: it has no name.
  if (found.data.name === undefined) return <><h1 tabIndex={-1}>{t("page_edit")}</h1><NeedsAdmin /></>;
  return <Draft key={`${place.id} ${found.data.revision}`} survey={found.data} accounts={ledger.data?.questions ?? []} reload={found.again} />;
}

function Draft({ survey: first, fresh = false, accounts = [], reload }) {
  const voice = useContext(Voice);
  const { t } = voice;
  const { key } = useContext(Session);
  const { link, go } = useContext(Place);
  const [base, setBase] = useState(first);
  const [draft, setDraft] = useState(() => draftOf(first));
  const [clean, setClean] = useState(() => JSON.stringify(surveyOf(draft)));
  const [loaded, setLoaded] = useState(0);
  const [version, setVersion] = useState(0);
  const [judged, setJudged] = useState({ faults: [] });
  const [attempted, setAttempted] = useState(false);
  const [refused, setRefused] = useState(null);
  const [busy, setBusy] = useState(false);
  const [saved, setSaved] = useState(justMade && justMade === first.id ? "made" : "");
  const [deleting, setDeleting] = useState(false);
  const [follows, setFollows] = useState(fresh);
  const [added, setAdded] = useState([]);
  const [lang, setLang] = useState(voice.locale);
  const [goal, setGoal] = useState(null);
  const form = useRef(null);
  const status = useRef(null);
  const summary = useRef(null);
  useEffect(() => { justMade = ""; }, []);

  const survey = useMemo(() => surveyOf(draft), [draft, version]);
  const dirty = JSON.stringify(survey) !== clean;
  const letGo = useUnsaved(dirty);
  const change = useCallback(() => { setVersion((version) => version + 1); setSaved(""); }, []);

  // The service judges the draft as it is, and says what would be stored, and what respondents would see.
  const path = fresh ? "/v1/surveys" : `/v1/surveys/${base.id}`;
  const method = fresh ? "POST" : "PUT";
  const doubled = twice(draft, t("twice"));
  useEffect(() => {
    const stop = new AbortController();
    const body = attempted || survey.name ? survey : { ...survey, name: "–" };
    const wait = setTimeout(() => {
      call(key, method, `${path}?dry_run=1`, { body, signal: stop.signal }).then(
        (reply) => setJudged({ survey: reply.survey, public: reply.public, faults: [], version }),
        (fault) => {
          if (stop.signal.aborted) return;
          const faults = fault.problem?.errors;
          setJudged((before) => ({ ...before, faults: faults ? placed(faults, body) : [], fault: faults ? undefined : fault, version }));
        },
      );
    }, version === 0 ? 0 : PAUSE_MS);
    return () => { clearTimeout(wait); stop.abort(); };
  }, [version, attempted, loaded]);
  // Whether the notice follows from the survey: the one that would is asked for.
  useEffect(() => {
    if (fresh) return;
    const { notice, ...without } = base;
    call(key, "PUT", `${path}?dry_run=1`, { body: without }).then((reply) => setFollows(reply.survey.notice.hash === notice.hash), () => {});
  }, [loaded]);

  const told = [...doubled, ...(attempted ? judged.faults : []), ...(refused?.faults ?? [])];
  const faults = told.filter((fault, i) => told.findIndex((other) => other.pointer === fault.pointer && other.detail === fault.detail) === i);
  const langs = useMemo(() => languagesOf(judged.survey ?? survey, added), [judged.survey, version, added]);
  // Of a language that is used at all.
  const worded = (draft.questions ?? []).filter(({ text }) => text);
  const missing = (one) => (worded.some(({ text }) => text[one]) ? worded.filter(({ text }) => !text[one]).length : 0);
  useEffect(() => { if (!langs.includes(lang)) setLang(langs[0]); }, [langs]);

  useLayoutEffect(() => {
    if (!goal) return;
    for (let path = goal; path.length; path = path.slice(0, -1)) {
      const field = document.getElementById(idOf(path)) ?? (path.length === 1 ? document.getElementById(`part-${SECTION_OF[path[0]] ?? "start"}`) : null);
      if (!field) continue;
      for (let around = field.closest("details"); around; around = around.parentElement.closest("details")) around.open = true;
      field.scrollIntoView({ block: "center" });
      field.focus();
      break;
    }
    setGoal(null);
  }, [goal, lang]);
  /** Goes to what a fault is about; a text's language comes first. */
  const visit = (pointer) => {
    const path = pathOf(pointer);
    const locale = path.at(-1);
    if (["text", "label"].includes(path.at(-2)) && langs.includes(locale)) setLang(locale);
    setGoal(path);
  };
  const count = faults.length;
  useEffect(() => { if (refused && count) summary.current?.focus(); }, [refused]);
  useEffect(() => { if (saved) status.current?.focus(); }, [saved]);

  /** The draft is a survey of the service's now, with what it made of it. */
  function take(reply, word) {
    const next = draftOf(reply);
    setBase(reply);
    setDraft(next);
    setClean(JSON.stringify(surveyOf(next)));
    setLoaded((times) => times + 1);
    setVersion((version) => version + 1);
    setAttempted(false);
    setRefused(null);
    setSaved(word);
  }
  async function save(event, revision = base.revision) {
    event?.preventDefault();
    setAttempted(true);
    setRefused(null);
    setSaved("");
    if (doubled.length) return setRefused({ faults: doubled });
    setBusy(true);
    try {
      const reply = await call(key, method, path, { body: survey, revision: fresh ? undefined : revision });
      if (fresh) {
        letGo();
        justMade = reply.id;
        go({ page: "edit", id: reply.id });
      } else take(reply, "saved");
    } catch (fault) {
      const errors = fault.problem?.errors;
      const theirs = fault.status === 412 ? await call(key, "GET", path).catch(() => null) : null;
      setRefused({ fault, theirs, faults: fault.status === 409 ? placed(errors ?? [], survey) : [] });
      if (fault.status === 422 && errors) setJudged((before) => ({ ...before, faults: placed(errors, survey) }));
    } finally {
      setBusy(false);
    }
  }
  async function remove() {
    await call(key, "DELETE", path);
    letGo();
    go({ page: "manage", id: "", surveys: [] });
  }
  /** `counts`: the service would refuse another scale. `stored`: it may, once somebody has answered. */
  const locked = (id) => {
    if (!base.questions?.some((question) => question.id === id)) return "";
    return accounts.some(({ question, accepted }) => question === id && accepted > 0) ? "counts" : "stored";
  };
  const visits = measuresVisits(judged.survey?.questions);
  const noticeChanges = !fresh && dirty && judged.survey && judged.survey.notice.hash !== base.notice.hash;
  const name = fresh ? t("new_survey") : t("edit_of", { name: base.name });
  const editing = { draft, change, faults, lang, locked, version };
  const part = (id, open, children, badge) => {
    const wrong = faults.filter(({ pointer }) => (SECTION_OF[pathOf(pointer)[0]] ?? "start") === id).length;
    return <Part id={id} begins={open} badge={badge} wrong={wrong} key={id}>{children}</Part>;
  };
  return (
    <Editing.Provider value={editing}>
      <div class="head">
        <h1 tabIndex={-1}>{name}</h1>
        {!fresh && <span class="inline"><a class="button" href={link({ page: "surveys" })}>{t("figures")}</a><a class="button" href={link({ page: "privacy" })}>{t("page_privacy")}</a></span>}
      </div>
      {saved && <p class="message done" role="status" tabIndex={-1} ref={status}>{t(`done_${saved}`, { revision: base.revision })}</p>}
      {!fresh && <details class="panel section" open={saved === "made" || undefined} key={`use ${saved === "made"}`}><summary><h2>{t("edit_use")}</h2></summary><Embed survey={base} /></details>}
      <div class="editor">
        <form ref={form} onSubmit={save} noValidate aria-label={name}>
          {refused && (
            <div class="message failed" role="alert" tabIndex={-1} ref={summary}>
              {refused.theirs
                ? <Conflict theirs={refused.theirs} base={base} survey={survey} over={() => save(null, refused.theirs.revision)} load={() => take(refused.theirs, "loaded")} />
                : count > 0
                  ? (
                    <>
                      <p class="title">{t(refused.fault?.status === 409 ? "problem_scale-locked" : "faults_n", { n: count })}</p>
                      <ul>{faults.map((fault, i) => <li key={i}><a href={link()} onClick={(event) => { event.preventDefault(); visit(fault.pointer); }}>{labelOf(fault.pointer, draft, voice)}</a>: <span lang={fault.row === undefined ? "en" : undefined}>{fault.detail}</span></li>)}</ul>
                    </>
                  )
                  : refused.fault ? <><p>{t("not_saved")}</p><Trouble fault={refused.fault} /></> : <p>{t("mended")}</p>}
            </div>
          )}
          <div class="languages" role="group" aria-label={t("text_language")}>
            <span class="soft">{t("text_language")}</span>
            {langs.map((one) => <button type="button" key={one} aria-pressed={one === lang} onClick={() => setLang(one)}>{nameOf(one, voice.locale)}{missing(one) > 0 && <span class="tag">{t("missing_n", { n: missing(one) })}</span>}</button>)}
            <AddLanguage langs={langs} add={(one) => { setAdded([...added, one]); setLang(one); }} />
          </div>
          {part("start", true, <Start fresh={fresh} key={loaded} />)}
          {part("questions", !fresh, <Questions judged={judged} key={loaded} />, judged.survey && t("questions_n", { n: judged.survey.questions.length }))}
          {part("dimensions", false, <Dimensions key={loaded} />, t("rows_n", { n: draft.dimensions.length }))}
          {part("themes", false, <Themes key={loaded} />, t("rows_n", { n: draft.themes.length }))}
          {part("release", false, <Release key={loaded} />)}
          {part("notice", false, <Notice judged={judged} follows={follows} setFollows={setFollows} key={loaded} />)}
          {part("people", false, <People judged={judged} relaying={base.relay && base.id} key={loaded} />)}
          {part("benchmarks", false, <Benchmarks judged={judged} key={loaded} />, t("rows_n", { n: draft.benchmarks?.length ?? 0 }))}
          {part("json", false, <Copy label={t("json")} text={JSON.stringify(survey, null, 1)} long />)}
          {!fresh && (
            <section class="panel section">
              <h2>{t("delete_survey")}</h2>
              <p>{t("delete_survey_what")}</p>
              <div><button type="button" class="danger" onClick={() => setDeleting(true)}>{t("delete_survey")}</button></div>
            </section>
          )}
          <div role="status">{noticeChanges && <p class="note warn">{t("notice_changed")}</p>}</div>
          <div class="savebar">
            <button type="submit" class="main" aria-disabled={busy}>{t(fresh ? "make_survey" : "save")}</button>
            <span class="note" role="status">{busy ? t("saving") : count ? t("to_mend", { n: count }) : fresh ? t("not_made") : dirty ? t("unsaved") : t("all_saved", { revision: base.revision })}</span>
            <button type="button" class="quiet to-preview" onClick={() => { const there = document.getElementById("preview"); there.focus(); there.scrollIntoView(); }}>{t("preview")}</button>
          </div>
        </form>
        <Preview judged={judged} lang={lang} visits={visits} />
      </div>
      {deleting && (
        <Confirm title={t("delete_ask", { name: base.name })} word={t("delete_survey")} typed={base.name} act={remove} leave={() => setDeleting(false)}>
          <p>{t("delete_survey_what")}</p>
        </Confirm>
      )}
    </Editing.Provider>
  );
}

/** A part of the page, to be opened; it opens by itself where something is wrong, and never closes by itself. */
function Part({ id, begins, badge, wrong, children }) {
  const { t } = useContext(Voice);
  const [open, setOpen] = useState(begins);
  useLayoutEffect(() => { if (wrong > 0) setOpen(true); }, [wrong > 0]);
  return (
    <details class="panel section" open={open} onToggle={({ target, currentTarget }) => target === currentTarget && setOpen(target.open)}>
      <summary id={`part-${id}`}><h2>{t(`edit_${id}`)}</h2>{badge && <span class="note">{badge}</span>}{wrong > 0 && <span class="tag bad">{t("to_mend", { n: wrong })}</span>}</summary>
      {children}
    </details>
  );
}

/** Which part of the page a member of a survey is edited in. */
const SECTION_OF = {
  questions: "questions", dimensions: "dimensions", themes: "themes", release: "release", retention: "release", window: "release",
  notice: "notice", verified_only: "people", store_visit: "people", turnstile: "people", relay: "people", reward: "people", benchmarks: "benchmarks",
};

/** Where a fault is, in words: the part, and its way down. */
function labelOf(pointer, draft, { t, has }) {
  const [first, ...rest] = pathOf(pointer);
  if (first === undefined) return t("edit_json");
  const shown = first === "questions" && rest.length ? [draft.questions?.[rest[0]]?.id || `${Number(rest[0]) + 1}`, ...rest.slice(1)] : rest;
  const parts = shown.map((part) => (/^\d+$/.test(part) ? `${Number(part) + 1}` : part));
  return [has(`member_${first}`) ? t(`member_${first}`) : first, ...parts].join(" › ");
}
