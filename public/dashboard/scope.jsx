// In place of a page that the key may not see: which scope it takes.

import { useContext } from "preact/hooks";
import { Voice } from "./context.js";

export function NeedsAdmin() {
  const { t } = useContext(Voice);
  return <div class="message empty"><p class="title">{t("needs_admin")}</p><p>{t("needs_admin_what")}</p></div>;
}
