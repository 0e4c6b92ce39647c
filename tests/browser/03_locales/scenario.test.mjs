// In which language a widget speaks: its own attribute's, the page's, the browser's.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, openStage, until, widgetOf } from "../stage.mjs";

/** What each language says: agree, send, thanks, the title of the group of the notice, and how its notice begins. */
const SAID = {
  en: ["My answers may be counted", "Send", "Thank you!", "Privacy", "The operator of this site"],
  nl: ["Mijn antwoorden mogen worden geteld", "Verzenden", "Dank u!", "Privacy", "De beheerder van deze site"],
  de: ["Meine Antworten dürfen gezählt werden", "Senden", "Vielen Dank!", "Datenschutz", "Für diese Umfrage"],
  fr: ["Mes réponses peuvent être comptées", "Envoyer", "Merci !", "Vie privée", "L’exploitant"],
};
const RECOMMEND = { en: "How likely", nl: "Hoe waarschijnlijk", de: "Wie wahrscheinlich", fr: "Quelle est la probabilité" };

let stage;
let survey;
before(async () => {
  stage = await openStage();
  survey = await stage.survey();
});
after(() => stage.close());

async function assertSpeaks(page, locale) {
  const [agree, send, thanks, privacy, notice] = SAID[locale];
  const widget = await widgetOf(page);
  const group = widget.getByRole("group", { name: RECOMMEND[locale] });
  await group.getByText("4", { exact: true }).click();
  assert.equal(await group.locator("legend span").getAttribute("lang"), locale);
  const note = widget.getByRole("note", { name: privacy, exact: true });
  assert.match(await note.textContent(), new RegExp(`^${notice}`));
  assert.equal(await note.textContent(), survey.definition.notice.text[locale], "the whole notice, as it is");
  await widget.getByLabel(agree).check();
  await assertAccessible(page, locale);
  await widget.getByRole("button", { name: send, exact: true }).click();
  await widget.getByRole("heading", { name: thanks, exact: true }).waitFor();
  assert.equal(await widget.locator(".card").getAttribute("lang"), locale);
  await stage.leave(page);
}

for (const locale of Object.keys(SAID)) {
  test(`the attribute says ${locale}`, async () => {
    await assertSpeaks(await stage.visit(stage.tag(survey, { lang: locale }), { html: 'lang="es"' }), locale);
  });
}

test("a language is understood however it is written", async () => {
  await assertSpeaks(await stage.visit(stage.tag(survey, { lang: "DE" })), "de");
  await assertSpeaks(await stage.visit(stage.tag(survey), { html: 'lang="NL-be"' }), "nl");
});

test("no word of the widget's own is left untranslated", async () => {
  const themed = await stage.survey({
    questions: [{ id: "why", kind: "comment" }],
    dimensions: { channel: ["web"] },
    themes: { delivery: { en: ["delivery"] } },
  });
  for (const [lang, groups] of [["en", "web, theme"], ["nl", "web, thema"], ["de", "web, Thema"], ["fr", "web, thème"]]) {
    const page = await stage.visit(stage.tag(themed, { lang, "dimension-channel": "web" }));
    const widget = await widgetOf(page);
    await widget.getByText(groups, { exact: false }).waitFor();
    await stage.leave(page);
  }
});

test("the page's language comes before the browser's, and a region of it is understood", async () => {
  await assertSpeaks(await stage.visit(stage.tag(survey), { html: 'lang="nl-BE"', locale: "fr-FR" }), "nl");
  await assertSpeaks(await stage.visit(`<div lang="de">${stage.tag(survey)}</div>`, { locale: "fr-FR" }), "de");
});

test("where neither has one, the browser's is taken; where nobody understands it, English", async () => {
  await assertSpeaks(await stage.visit(stage.tag(survey), { html: 'lang="es"', locale: "fr-CH" }), "fr");
  const page = await stage.visit(stage.tag(survey), { html: "", locale: "cs-CZ" });
  const widget = await widgetOf(page);
  await widget.getByRole("button", { name: "Send" }).waitFor();
  await widget.getByRole("group", { name: "How likely" }).waitFor();
  await stage.leave(page);
});

test("an owner's texts in another language are shown, named and directed as such", async () => {
  const arabic = await stage.survey({
    questions: [{ id: "recommend", kind: "nps", text: { ar: "ما مدى احتمال أن توصي بنا؟", en: "How likely?" } }],
    notice: { text: { ar: "نحن نعدّ إجاباتك فقط.", en: "We count." } },
  });
  const page = await stage.visit(stage.tag(arabic, { mode: "popover" }), { html: 'lang="ar" dir="rtl"', viewport: { width: 800, height: 600 } });
  await until(page, "open");
  const widget = await widgetOf(page);
  const text = widget.locator("legend span").first();
  assert.equal(await text.getAttribute("lang"), "ar");
  assert.equal(await text.evaluate((element) => getComputedStyle(element).direction), "rtl");
  assert.equal(await widget.locator(".notice").getAttribute("lang"), "ar");
  const box = (locator) => locator.boundingBox();
  const [first, second] = [await box(widget.getByText("0 ☹")), await box(widget.getByText("1", { exact: true }))];
  assert.ok(first.x > second.x, "the scale begins on the right");
  const [card, close] = [await box(widget.getByRole("dialog")), await box(widget.getByRole("button", { name: "Close" }))];
  assert.ok(card.x < 400 && close.x < card.x + card.width / 2, "the pop-over and its button stand on the left");
  await assertAccessible(page, "right to left");
  await stage.leave(page);
});
