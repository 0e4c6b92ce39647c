// The editor for everybody: by the keyboard alone, on a phone, in light and dark, in both languages; and for whom it is not.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { assertAccessible, openDashboard, settled } from "../dashboard.mjs";
import { EVERY_KIND } from "../stage.mjs";
import { openAll, openEditor, previewed } from "../editor.mjs";
import { PATIENCE } from "../../../public/dashboard/patience.js";
import { createSurvey } from "../../edge/survey.mjs";

let stage, full;
before(async () => {
  stage = await openDashboard();
  full = await createSurvey(stage.server, {
    name: "Everything",
    questions: [...EVERY_KIND, { id: "mood", kind: "nps", map: { detractors: ["bad"], promoters: ["good"] }, show_if: { question: "solved", is: true } }],
    dimensions: { channel: ["web"], touchpoint: ["checkout"], country: ["nl", "be"] },
    themes: { delivery: { en: ["delivery"], nl: ["bezorging"] } },
    benchmarks: [{ question: "why", kpi: "share", theme: "delivery", value: 3, source: "Last year's study" }],
    reward: { text: { en: "A cup of coffee." } },
    notice: { text: { en: "We count your answers." } },
    verified_only: true,
  });
});
after(() => stage.close());

test("no state of the editor has anything that axe objects to, in light and in dark, in both languages", async () => {
  for (const [locale, again] of [["en-GB", "Make the survey"], ["nl-NL", "De enquête maken"]]) {
    const page = await openEditor(stage, {}, { locale });
    await assertAccessible(page, `new, ${locale}`);
    await page.getByRole("button", { name: again }).click();
    await page.getByRole("alert").filter({ hasText: /Not saved|Niet opgeslagen/ }).waitFor();
    await assertAccessible(page, `refused, ${locale}`);
    await page.goto(`${stage.server.url}/dashboard/#/manage`);
    await settled(page);
    await assertAccessible(page, `list, ${locale}`);
    await page.goto(`${stage.server.url}/dashboard/#/edit/${full.id}`);
    await previewed(page);
    await openAll(page);
    await page.getByLabel(/Try a comment|Een opmerking proberen/).fill("delivery");
    await page.locator(".found .tag").waitFor();
    await assertAccessible(page, `all parts, ${locale}`);
    await stage.leave(page);
  }
});

test("conflict, deletion and a survey that is not there are accessible too", async () => {
  const page = await openEditor(stage, stage.quiet);
  await page.locator("#at-name").fill("Mine");
  await stage.ask("PUT", stage.quiet.path, { ...stage.quiet.definition, name: "Theirs" });
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByRole("alert").filter({ hasText: "somebody else" }).waitFor();
  await assertAccessible(page, "conflict");
  await page.getByRole("button", { name: "Delete the survey" }).click();
  await assertAccessible(page, "asked to type the name");
  await page.keyboard.press("Escape");
  await stage.leave(page);
  const nowhere = await stage.visit("#/edit/zzzzzzzz");
  await nowhere.getByText("There is no such survey.").waitFor();
  await assertAccessible(nowhere, "no such survey");
  await stage.leave(nowhere);
});

test("at 320 pixels and at 200 % of text size nothing scrolls sideways, and what has the focus is seen", async () => {
  for (const [width, height, size] of [[320, 700, "100%"], [640, 700, "200%"], [1200, 620, "100%"]]) {
    const page = await openEditor(stage, full, { viewport: { width, height } });
    await page.evaluate((size) => (document.documentElement.style.fontSize = size), size);
    await openAll(page);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(over <= 0, `${over} px too wide at ${width}`);
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press("Tab");
      const hidden = await page.evaluate(() => {
        const field = document.activeElement;
        if (field === document.body || field.tagName === "IFRAME" || field.closest(".savebar")) return "";
        const { top, bottom, left, right } = field.getBoundingClientRect();
        const at = document.elementFromPoint(Math.min(left + right, 2 * innerWidth - 2) / 2, Math.min(Math.max((top + bottom) / 2, 0), innerHeight - 1));
        return at?.closest(".savebar") ? field.id || field.textContent : "";
      });
      assert.equal(hidden, "", "the bar does not hide the focus");
    }
    await stage.leave(page);
  }
});

test("the keyboard alone makes a survey, with a question of its own", async () => {
  const page = await openEditor(stage);
  const reach = async (look, key = "Tab") => {
    for (let i = 0; i < 80; i++) {
      if (await page.evaluate(look)) return;
      await page.keyboard.press(key);
    }
    assert.fail(`cannot be reached: ${look}`);
  };
  await page.evaluate(() => document.querySelector("h1").focus());
  await reach(() => document.activeElement.name === "template");
  for (let i = 0; i < 6; i++) await page.keyboard.press("ArrowDown"); // to the questions of one's own
  assert.equal(await page.evaluate(() => document.activeElement.value), "");
  await reach(() => document.activeElement.id === "at-name");
  await page.keyboard.type("By hand");
  await reach(() => document.activeElement.id === "part-questions");
  await page.keyboard.press("Enter");
  await reach(() => "new" in document.activeElement.dataset);
  await page.keyboard.type("Y"); // "Yes or no"
  await reach(() => document.activeElement.textContent === "Add the question");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement.tagName === "H3");
  await reach(() => document.activeElement.labels?.[0]?.textContent.startsWith("Wording"));
  await page.keyboard.type("Shall we go on?");
  await reach(() => document.activeElement.textContent === "Make the survey");
  await page.keyboard.press("Enter");
  await page.getByText("The survey is made").waitFor();
  const id = await page.evaluate(() => location.hash.split("/").at(-1));
  const stored = await stage.ask("GET", `/v1/surveys/${id}`);
  assert.deepEqual(stored.questions.map(({ kind, text }) => [kind, text]), [["yes_no", { en: "Shall we go on?" }]]);
  await stage.leave(page);
});

test("a key that may only read sees no editor, and is told which scope it takes", async () => {
  for (const [key, at] of [[stage.read, "#/edit"], [stage.read, `#/edit/${stage.survey.id}`], [stage.bound, `#/edit/${stage.survey.id}`], [stage.read, "#/manage"]]) {
    const page = await stage.visit(at, { key });
    await page.getByText("This page takes a key with the scope admin").waitFor();
    for (const name of ["Surveys", "Keys"]) assert.equal(await page.getByRole("link", { name, exact: true }).count(), 0);
    assert.equal(await page.locator("form").count(), 0);
    assert.ok(!page.asked.some((request) => request.method() !== "GET"));
    await stage.leave(page, key);
  }
});

test("an admin key that is bound to a survey edits that one", async () => {
  const { key } = await stage.ask("POST", "/v1/keys", { name: "Its editor", scopes: ["admin"], surveys: [full.id] });
  const page = await stage.visit(`#/edit/${full.id}`, { key });
  await previewed(page);
  await page.locator("#at-name").fill("Everything, by its editor");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText(/^Saved\. This is revision/).waitFor();
  assert.equal((await stage.ask("GET", full.path)).name, "Everything, by its editor");
  await stage.leave(page, key);
});

test("what patience buys is told as in docs/privacy.md", () => {
  const document = readFileSync(new URL("../../../docs/privacy.md", import.meta.url), "utf8");
  for (const [first, ...cells] of PATIENCE) assert.match(document, new RegExp(`^\\| ${first} \\| [^|]+ \\| ${cells.join(" \\| ")} \\|$`, "m"));
});
