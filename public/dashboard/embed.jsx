// A survey that is there, put to use: the tag for a page, the link, the QR code, invitations.

import { useContext, useState } from "preact/hooks";
import { Voice } from "./context.js";
import { Copy } from "./copy.jsx";
import { measuresVisits } from "./draft.js";

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;");

export function Embed({ survey }) {
  const { t } = useContext(Voice);
  const [segments, setSegments] = useState({});
  const chosen = Object.entries(segments).filter(([name, segment]) => survey.dimensions[name]?.includes(segment));
  const home = location.origin;
  const visits = measuresVisits(survey.questions);
  const data = chosen.map(([name, segment]) => ` data-dimension-${name}="${escaped(segment)}"`).join("");
  const tag = `<script src="${home}/${visits ? "visit" : "widget"}.js" data-survey="${survey.id}"${data} async></script>`;
  const query = chosen.map(([name, segment]) => `dimensions.${name}=${encodeURIComponent(segment)}`).join("&");
  const path = `/s/${survey.id}`;
  const link = `${home}${path}${query && `?${query}`}`;
  const code = `${path}/qr.svg${query && `?${query}`}`;
  return (
    <div class="stack">
      {Object.keys(survey.dimensions).length > 0 && (
        <div class="fields">
          {Object.entries(survey.dimensions).map(([name, all]) => (
            <label key={name}>{t("embed_segment", { name })}
              <select value={segments[name] ?? ""} onChange={({ target }) => setSegments({ ...segments, [name]: target.value })}>
                <option value="">{t("embed_segment_none")}</option>
                {all.map((segment) => <option key={segment} value={segment}>{segment}</option>)}
              </select>
            </label>
          ))}
        </div>
      )}
      <Copy label={t(visits ? "embed_visits" : "embed_tag")} text={tag} long />
      {survey.origins.length === 0 && <p class="note warn">{t("embed_no_origins", { origin: home })}</p>}
      {visits && <p class="note">{t("embed_visits_what")}</p>}
      {survey.verified_only && <p class="note warn">{t("embed_invited", { path: `POST /v1/surveys/${survey.id}/invitations` })}</p>}
      {!visits && (
        <>
          <Copy label={t("embed_link")} text={link} />
          <p class="inline"><a href={link} target="_blank" rel="noopener">{t("embed_open")}</a></p>
          <div class="qr">
            <img src={code} alt={t("embed_qr_alt", { link })} width="164" height="164" />
            <div><p>{t("embed_qr")}</p><a class="button" href={code} download={`survey-${survey.id}${chosen.map(([, segment]) => `-${segment}`).join("")}.svg`}>{t("embed_qr_save")}</a></div>
          </div>
        </>
      )}
    </div>
  );
}
