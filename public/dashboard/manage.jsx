// All surveys, to be made, edited and judged.

import { useContext } from "preact/hooks";
import { Place, Session, Voice } from "./context.js";
import { useAll } from "./list.js";
import { Reply } from "./reply.jsx";
import { NeedsAdmin } from "./scope.jsx";

export function Manage() {
  const { t } = useContext(Voice);
  const { admin } = useContext(Session);
  const { link } = useContext(Place);
  const surveys = useAll(admin ? "/v1/surveys" : null);
  if (!admin) return <><h1 tabIndex={-1}>{t("page_manage")}</h1><NeedsAdmin /></>;
  return (
    <>
      <div class="head"><h1 tabIndex={-1}>{t("page_manage")}</h1><a class="button main" href={link({ page: "edit", id: "" })}>{t("new_survey")}</a></div>

      <Reply reply={surveys} lines={6}>
        {(items) => (items.length === 0
          ? <div class="message empty"><p class="title">{t("no_surveys")}</p><p><a href={link({ page: "edit", id: "" })}>{t("new_survey")}</a></p></div>
          : (
            <ul class="rows panel">
              {items.map((survey) => (
                <li key={survey.id}>
                  <div>
                    <p class="title">{survey.name}{survey.status === "closed" && <span class="tag">{t("closed")}</span>}{survey.verified_only && <span class="tag">{t("verified")}</span>}</p>
                    <p class="note"><code>{survey.id}</code> · {t("questions_n", { n: survey.questions.length })} · {t("revision_n", { n: survey.revision })}</p>
                  </div>
                  <span class="inline">
                    <a class="button" href={link({ page: "edit", id: survey.id })}>{t("edit")}<span class="hidden">: {survey.name}</span></a>
                    <a class="button" href={link({ page: "surveys", id: survey.id })}>{t("figures")}<span class="hidden">: {survey.name}</span></a>
                    <a class="button" href={link({ page: "privacy", id: survey.id })}>{t("page_privacy")}<span class="hidden">: {survey.name}</span></a>
                  </span>
                </li>
              ))}
            </ul>
          ))}
      </Reply>
    </>
  );
}
