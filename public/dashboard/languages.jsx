// The languages that the texts of a survey are edited in.

import { useContext, useState } from "preact/hooks";
import { Voice } from "./context.js";

const BUILT_IN = ["en", "nl", "de", "fr"];

/** The languages that a survey's texts are in, and those that are built in. */
export function languagesOf(survey, added) {
  const texts = (survey.questions ?? []).flatMap(({ text, options }) => [text, ...(options ?? []).map((option) => option?.label)]);
  const found = [...texts, survey.notice?.text, survey.reward?.text].flatMap((text) => Object.keys(text ?? {}));
  return [...new Set([...BUILT_IN, ...found, ...added])];
}

/** What a language is called. */
export const nameOf = (tag, locale) => {
  try {
    return new Intl.DisplayNames(locale, { type: "language" }).of(tag);
  } catch {
    return tag;
  }
};

export function AddLanguage({ langs, add }) {
  const { t } = useContext(Voice);
  const [tag, setTag] = useState("");
  const [wrong, setWrong] = useState(false);
  const submit = () => {
    const good = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(tag) && !langs.includes(tag);
    setWrong(!good);
    if (!good) return;
    add(tag);
    setTag("");
  };
  return (
    <span class="add-language">
      <input value={tag} aria-label={t("add_language")} placeholder="pt-BR" size={6} autocomplete="off" aria-invalid={wrong} aria-describedby={wrong ? "language-wrong" : undefined} onInput={({ target }) => setTag(target.value.trim())} onKeyDown={(event) => { if (event.key === "Enter") { event.preventDefault(); submit(); } }} />
      <button type="button" onClick={submit}>{t("add")}<span class="hidden"> {t("add_language")}</span></button>
      <span class="wrong" id="language-wrong" role="alert">{wrong ? t("language_wrong") : ""}</span>
    </span>
  );
}
