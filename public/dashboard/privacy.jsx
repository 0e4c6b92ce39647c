// What is done with the responses of a survey, for whoever judges the processing: the API's own page, on screen and on paper.

import { useContext, useMemo } from "preact/hooks";
import { withQuery } from "./api.js";
import { Place, Session, Voice } from "./context.js";
import { dayAfter, today } from "./place.js";
import { Counts } from "./relay.jsx";
import { Reply, useReply } from "./reply.jsx";

export function Privacy() {
  const { t, instant } = useContext(Voice);
  const { place, link } = useContext(Place);
  const { scopes } = useContext(Session);
  // Whoever may read figures, is told of consents as well.
  const counts = scopes.includes("read") || scopes.includes("admin");
  const found = useReply(`/v1/surveys/${place.id}`);
  const page = useReply(`/v1/surveys/${place.id}/privacy`);
  const read = useMemo(() => new Date().toISOString(), [page.data]);
  const name = found.data?.name ?? t("survey_named", { id: place.id });
  return (
    <>
      <h1 tabIndex={-1}>{t("privacy_of", { name })}</h1>
      <div class="inline screen">
        <button type="button" class="main" onClick={() => print()}>{t("print")}</button>
        <a class="button" href={link({ page: "surveys" })}>{t("to_figures")}</a>
      </div>
      <Reply reply={found} lines={8}>
        {(definition) => (
          <Reply reply={page} lines={8}>
            {(privacy) => (
              <>
                <dl class="facts-of panel">
                  <dt>{t("survey_id")}</dt><dd><code>{privacy.survey}</code></dd>
                  <dt>{t("privacy_revision")}</dt><dd>{privacy.revision}</dd>
                  <dt>{t("privacy_state")}</dt><dd>{instant(read)}</dd>
                  <dt>{t("privacy_address")}</dt><dd><a href={`/v1/surveys/${privacy.survey}/privacy`}>{`${location.origin}/v1/surveys/${privacy.survey}/privacy`}</a></dd>
                  <dt>{t("privacy_hosted")}</dt><dd><a href={`/s/${privacy.survey}`}>{`${location.origin}/s/${privacy.survey}`}</a></dd>
                </dl>
                <p class="note">{t("privacy_what")}</p>
                <nav class="within screen" aria-label={t("on_this_page")}>
                  {PARTS.filter((part) => counts || part !== "consents").map((part) => <button type="button" key={part} class="quiet" onClick={() => { const target = document.getElementById(`privacy-${part}`); target.focus(); target.scrollIntoView(); }}>{t(`part_${part}`)}</button>)}
                </nav>
                <Told privacy={privacy} definition={definition} counts={counts} />
              </>
            )}
          </Reply>
        )}
      </Reply>
    </>
  );
}

const PARTS = ["controller", "basis", "purposes", "consents", "not_stored", "stored", "recipients", "rights", "promises", "notice", "documents"];
/** The longest range that the API tells of at once, in days. */
const MOST_DAYS = 3653;
const KINDS = ["pseudonymous", "secret", "pending", "aggregate", "configuration", "bookkeeping"];

function Told({ privacy, definition, counts }) {
  const { t } = useContext(Voice);
  const { controller, residency, rights, backups } = privacy;
  return (
    <>
      <Part name="controller">
        {controller
          ? <p><strong>{controller.name}</strong><br />{controller.contact}</p>
          : <p class="wrong">{t("privacy_no_controller")}</p>}
      </Part>
      <Part name="basis"><p lang="en">{privacy.legal_basis}</p></Part>
      <Part name="purposes" note={t("privacy_gpc")}>
        <Rows columns={["flag", "purpose", "asked"]} rows={privacy.purposes.map(({ consent, purpose, required }) => [<code key="c">{consent}</code>, <span lang="en" key="p">{purpose}</span>, t(required ? "privacy_required" : "privacy_optional")])} />
      </Part>
      {counts && <Consents privacy={privacy} />}
      <Part name="not_stored">
        <Rows columns={["what", "used_for", "life"]} english rows={privacy.collected_but_not_stored.map(({ what, used_for, life }) => [what, used_for, life])} />
      </Part>
      <Part name="stored" note={t("privacy_where")}>
        {KINDS.map((kind) => {
          const tables = privacy.stored.filter((table) => table.kind === kind);
          return tables.length > 0 && (
            <section class="of-a-kind" key={kind} aria-label={t(`data_${kind}`)}>
              <h3>{t(`data_${kind}`)}</h3>
              {tables.map((table) => (
                <article key={`${table.where} ${table.table}`}>
                  <h4><code>{table.table}</code> {t(`place_${table.where}`)}</h4>
                  <p lang="en">{table.holds}</p>
                  <p><strong>{t("privacy_life")}:</strong> <span lang="en">{table.life}</span></p>
                  <Rows columns={["column", "holds"]} english rows={table.columns.map(({ name, holds }) => [<code key="n">{name}</code>, holds])} />
                </article>
              ))}
            </section>
          );
        })}
      </Part>
      <Part name="recipients">
        <Rows columns={["who", "role", "receives"]} rows={privacy.recipients.map(({ who, role, receives }) => [<span lang="en" key="w">{who}</span>, t(`role_${role}`), <span lang="en" key="r">{receives}</span>])} />
        <p>{residency ? t("privacy_residency", { jurisdiction: residency.jurisdiction.toUpperCase() }) : t("privacy_no_residency")}</p>
        <p lang="en">{backups.holds} {backups.holder}, {backups.days} days.</p>
      </Part>
      <Part name="rights">
        <dl>
          <dt>{t("right_withdrawal")}</dt><dd lang="en">{rights.withdrawal.how} {rights.withdrawal.until}</dd>
          <dt>{t("right_access")}</dt><dd lang="en">{rights.access}</dd>
          <dt>{t("right_complaint")}</dt><dd lang="en">{rights.complaint}</dd>
        </dl>
      </Part>
      <Part name="promises" note={t("privacy_promises_what")}>
        <ol class="promises">
          {privacy.promises.map(({ number, promise }) => (
            <li key={number} value={number}>
              <p lang="en">{promise}</p>
              {privacy.limits.filter((limit) => limit.promise === number).map(({ limit }) => <p class="note" key={limit}>{t("privacy_limit")} <span lang="en">{limit}</span></p>)}
            </li>
          ))}
        </ol>
        {privacy.limits.filter(({ promise }) => promise === null).map(({ limit }) => <p class="note" key={limit}>{t("privacy_limit_all")} <span lang="en">{limit}</span></p>)}
      </Part>
      <Part name="notice" note={t("privacy_notice_what")}>
        <p>{t("privacy_hash")}: <code>{privacy.notice}</code></p>
        {definition.notice.hash !== privacy.notice && <p class="wrong">{t("privacy_notice_other")}</p>}
        {Object.entries(definition.notice.text).map(([locale, text]) => (
          <article key={locale}><h3><code>{locale}</code></h3><p class="notice" lang={locale}>{text}</p></article>
        ))}
        <p><a href={`/v1/surveys/${privacy.survey}/notices/${privacy.notice}`}>{t("privacy_notice_json")}</a></p>
      </Part>
      <Part name="documents">
        <ul>
          <li lang="en">{privacy.documentation}</li>
          <li><code>docs/templates/record-of-processing.md</code>: {t("template_record")}</li>
          <li><code>docs/templates/dpia.md</code>: {t("template_dpia")}</li>
          <li><a href="/.well-known/gpc.json">/.well-known/gpc.json</a>: Global Privacy Control</li>
        </ul>
      </Part>
    </>
  );
}

/** How many agreed to what, notice by notice, as long as it is kept. */
function Consents({ privacy }) {
  const { t, days, instant } = useContext(Voice);
  const reply = useReply(withQuery(`/v1/surveys/${privacy.survey}/consents`, { from: dayAfter(today(), 1 - MOST_DAYS), to: today() }));
  const optional = privacy.purposes.filter(({ required }) => !required).map(({ consent }) => consent);
  return (
    <Part name="consents" note={reply.data && t("privacy_consents", { days: days(reply.data.from, reply.data.to) })}>
      <Reply reply={reply}>
        {(consents) => (
          <>
            {consents.n === 0 && <p>{t("privacy_consents_none")}</p>}
            <div class="of-a-kind">
              {consents.notices.map(({ notice, since, n, ...given }) => (
                <article key={notice}>
                  <h3>{t("part_notice")} <code>{notice}</code></h3>
                  <p>{since ? t("privacy_given", { n, instant: instant(since) }) : t("privacy_given_lost", { n })}</p>
                  {/* Under an older notice something else may have been asked. */}
                  <Rows columns={["flag", "given"]} rows={Object.entries(given).filter(([flag, count]) => count > 0 || optional.includes(flag)).map(([flag, count]) => [<code key="f">{flag}</code>, t("given_of", { count, n })])} />
                </article>
              ))}
            </div>
            {(consents.relay.n > 0 || optional.includes("share_comment")) && <p class="note"><Counts {...consents} /></p>}
          </>
        )}
      </Reply>
    </Part>
  );
}

function Part({ name, note, children }) {
  const { t } = useContext(Voice);
  return (
    <section class="panel part" aria-labelledby={`privacy-${name}`}>
      <h2 id={`privacy-${name}`} tabIndex={-1}>{t(`part_${name}`)}</h2>
      {note && <p class="note">{note}</p>}
      {children}
    </section>
  );
}

/** Rows with the first cell as their head; `english`: what the API says, in English. */
function Rows({ columns, rows, english = false }) {
  const { t } = useContext(Voice);
  const lang = english ? "en" : undefined;
  return (
    <table class="told">
      <thead><tr>{columns.map((column) => <th key={column} scope="col">{t(`column_${column}`)}</th>)}</tr></thead>
      <tbody>{rows.map(([first, ...rest], i) => <tr key={i}><th scope="row" lang={lang}>{first}</th>{rest.map((cell, n) => <td key={n} lang={lang} data-of={t(`column_${columns[n + 1]}`)}>{cell}</td>)}</tr>)}</tbody>
    </table>
  );
}
