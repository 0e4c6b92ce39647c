// Several widgets at once: on one page, and in two tabs of one browser.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { agreeAndSend, assertAccessible, choose, openStage, until, widgetOf } from "../stage.mjs";

let stage;
before(async () => {
  stage = await openStage();
});
after(() => stage.close());

test("two widgets on one page share neither answers nor ids", async () => {
  const [one, other] = [await stage.survey(), await stage.survey({ questions: [{ id: "recommend", kind: "nps" }, { id: "solved", kind: "yes_no" }] })];
  const page = await stage.visit(stage.tag(one) + stage.tag(other, { lang: "de" }));
  const [first, second] = [await widgetOf(page, 0), await widgetOf(page, 1)];
  const order = await page.locator("counterfoil-survey").evaluateAll((all) => all.map((it) => it.getAttribute("survey")));
  assert.deepEqual(order, [one.id, other.id]);
  await choose(first, "How likely", "9");
  assert.equal(await second.getByRole("radio", { checked: true }).count(), 0);
  await choose(second, "Wie wahrscheinlich", "2");
  assert.equal(await first.getByRole("radio", { name: "9" }).isChecked(), true);
  await agreeAndSend(first);
  await until(page, `sent ${one.id}`);
  await assertAccessible(page, "two widgets");
  await second.getByLabel("Meine Antworten").check();
  await second.getByRole("button", { name: "Senden" }).click();
  await until(page, `sent ${other.id}`);
  const [a, b] = stage.posted(page).map(({ body }) => body);
  assert.deepEqual([a.answers, b.answers], [{ recommend: 9 }, { recommend: 2 }]);
  assert.notEqual(a.submission_id, b.submission_id);
  assert.deepEqual([await stage.pending(one), await stage.pending(other)], [{ recommend: 1 }, { recommend: 1 }]);
  await stage.leave(page);
});

test("two tabs are two responses", async () => {
  const survey = await stage.survey();
  const page = await stage.visit(stage.tag(survey));
  const tab = await page.context().newPage();
  await tab.goto(page.url());
  for (const [each, score] of [[page, "9"], [tab, "1"]]) {
    const widget = await widgetOf(each);
    await choose(widget, "How likely", score);
    await agreeAndSend(widget);
    await until(each, "sent");
  }
  assert.equal(new Set(stage.posted(page).map(({ body }) => body.submission_id)).size, 2);
  assert.deepEqual(await stage.pending(survey), { recommend: 2 });
  await stage.leave(page);
});
