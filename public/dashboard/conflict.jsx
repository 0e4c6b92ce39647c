// Two editors of one survey: what the other one changed, and what can be done.

import { useContext } from "preact/hooks";
import { Voice } from "./context.js";
import { Copy } from "./copy.jsx";
import { differing } from "./draft.js";

/** Somebody else has saved meanwhile: what they changed, and what can be done. Nothing typed is lost by itself. */
export function Conflict({ theirs, base, survey, over, load }) {
  const { t } = useContext(Voice);
  const changed = differing(base, theirs);
  return (
    <>
      <p class="title">{t("conflict", { revision: theirs.revision })}</p>
      <p>{changed.length ? t("conflict_changed", { members: changed.join(", ") }) : t("conflict_same")} {t("conflict_what")}</p>
      <Copy label={t("conflict_mine")} text={JSON.stringify(survey, null, 1)} long />
      <div class="inline">
        <button type="button" onClick={load}>{t("conflict_load")}</button>
        <button type="button" class="danger" onClick={over}>{t("conflict_over")}</button>
      </div>
    </>
  );
}
