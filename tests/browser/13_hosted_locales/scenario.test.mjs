// The hosted page in each of its languages, by the link and by the browser, from the form to the end.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { EVERYTHING, assertHeading, openHosted } from "../hosted.mjs";

const SAID = {
  en: { heading: "Your feedback for Shop BV", agree: "My answers may be counted.", send: "Send", check: "Nothing has been counted yet", thanks: "Thank you", back: "Take my answers back", gone: "Your answers have been taken back", closed: "This survey is closed" },
  nl: { heading: "Uw mening voor Shop BV", agree: "Mijn antwoorden mogen worden geteld.", send: "Verzenden", check: "Er is nog niets geteld", thanks: "Dank u wel", back: "Mijn antwoorden terugnemen", gone: "Uw antwoorden zijn teruggenomen", closed: "Deze enquête is gesloten" },
  de: { heading: "Ihre Meinung für Shop BV", agree: "Meine Antworten dürfen gezählt werden.", send: "Absenden", check: "Es wurde noch nichts gezählt", thanks: "Vielen Dank", back: "Meine Antworten zurücknehmen", gone: "Ihre Antworten sind zurückgenommen", closed: "Diese Umfrage ist geschlossen" },
  fr: { heading: "Votre avis pour Shop BV", agree: "Mes réponses peuvent être comptées.", send: "Envoyer", check: "Rien n’a encore été compté", thanks: "Merci", back: "Retirer mes réponses", gone: "Vos réponses ont été retirées", closed: "Cette enquête est close" },
};

let stage;
before(async () => {
  stage = await openHosted();
});
after(() => stage.close());

/** What the page calls its language, and the languages of what it says. */
const lang = (page) => page.locator("html").getAttribute("lang");

for (const [locale, said] of Object.entries(SAID)) {
  // The link goes before the browser.
  const ways = [
    ["by its link", `?lang=${locale}`, locale === "fr" ? "nl-NL" : "fr-FR"],
    ["by the browser", "", { en: "en-GB", nl: "nl-BE", de: "de-AT", fr: "fr-CA" }[locale]],
  ];
  for (const [way, query, browser] of ways) {
    test(`${locale} ${way}: every page to the end`, async () => {
      const survey = await stage.survey(EVERYTHING);
      const page = await stage.open(survey, query, { locale: browser });
      await assertHeading(page, said.heading);
      assert.equal(await lang(page), locale);
      await page.locator('[name="answers.recommend"][value="9"]').check();
      await page.getByRole("button", { name: said.send }).click();
      await page.getByRole("alert").getByText(said.check).waitFor();
      assert.equal(await lang(page), locale);
      await page.getByLabel(said.agree).check();
      await page.getByRole("button", { name: said.send }).click();
      await assertHeading(page, said.thanks);
      assert.equal(await lang(page), locale);
      assert.deepEqual(await stage.pending(survey), { recommend: 1 });
      const again = await stage.open(survey, "/withdrawal" + query, { within: page.context() });
      assert.equal(await lang(again), locale);
      await page.getByRole("button", { name: said.back }).click();
      await assertHeading(page, said.gone);
      assert.equal(await lang(page), locale);
      await stage.leave(page);
      const closed = await stage.open(await stage.survey({ ...EVERYTHING, status: "closed" }), query, { locale: browser });
      await assertHeading(closed, said.closed);
      await stage.leave(closed);
    });
  }
}

test("another language is a button away, and what the link chose comes along", async () => {
  const survey = await stage.survey(EVERYTHING);
  const page = await stage.open(survey, "?answers.recommend=7&dimensions.channel=store");
  const languages = page.getByRole("form", { name: "Language" });
  assert.equal(await languages.getByRole("button", { name: "English" }).getAttribute("aria-current"), "true");
  await languages.getByRole("button", { name: "Nederlands" }).click();
  await assertHeading(page, SAID.nl.heading);
  assert.equal(await page.locator('[name="answers.recommend"]:checked').getAttribute("value"), "7");
  await page.getByText("channel (store)").waitFor();
  await stage.leave(page);
});

test("what the survey says in a language of its own is marked as such, and is read from its own side", async () => {
  const survey = await stage.survey({ questions: [{ id: "found", kind: "yes_no", text: { ar: "هل وجدت ما تبحث عنه؟" } }] });
  const page = await stage.open(survey);
  const wording = page.locator("legend [lang]");
  assert.deepEqual([await wording.getAttribute("lang"), await wording.getAttribute("dir")], ["ar", "auto"]);
  assert.equal(await wording.evaluate((it) => getComputedStyle(it).direction), "rtl");
  await page.getByRole("group", { name: "هل وجدت ما تبحث عنه؟" }).getByRole("radio", { name: "Yes" }).check();
  await stage.leave(page);
});
