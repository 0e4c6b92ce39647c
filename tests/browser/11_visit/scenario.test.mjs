// A visit is measured only for whoever agreed, and sent once, when it ends.
//
// What a page sends while it goes is not told to whoever drives the browser: the Ledger says what arrived.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { until as soon } from "../../edge/survey.mjs";
import { openStage, until } from "../stage.mjs";

let stage;
before(async () => {
  stage = await openStage();
});
after(() => stage.close());

const visits = () => stage.survey({ questions: undefined, template: "visits", dimensions: { channel: ["web", "email"] } });
const tag = (survey, more = "") => `<script src="${stage.server.url}/visit.js" data-survey="${survey.id}" ${more} async></script>`;
const asked = (page) => page.asked.filter((request) => request.url().includes("/v1/"));
const set = (page, name, on = true) =>
  page.evaluate(([name, on]) => document.querySelector("counterfoil-visit").toggleAttribute(name, on), [name, on]);

async function measured(survey, more, options) {
  const page = await stage.visit(tag(survey, more), options);
  await page.waitForFunction(() => document.querySelector("counterfoil-visit")?.page);
  return page;
}

/** Leaves for another document of the host. */
const end = (page) => page.goto(`${stage.origin}/elsewhere`);

/** What was counted: question → what of it, and in which segment. */
async function counted(survey) {
  await soon(async () => (await stage.buckets(survey)).length, "the visit");
  const buckets = await stage.buckets(survey);
  return Object.fromEntries(buckets.map(({ question, tallies, segment, n }) => [question, [n, JSON.parse(tallies), segment]]));
}

test("it is sent at the end, once, with what was measured, and with the segments agreed to", async () => {
  const survey = await visits();
  const page = await measured(survey, 'data-dimension-channel="web"');
  assert.deepEqual(asked(page), [], "nothing before the choice");
  await set(page, "agreed");
  await set(page, "use-segments");
  await until(page, "ready");
  await page.evaluate(() => {
    history.pushState({}, "", "?basket");
    history.replaceState({ same: "page" }, "");
    history.pushState({}, "", "?paid");
  });
  await set(page, "converted");
  assert.deepEqual(await stage.buckets(survey), []);
  await end(page);
  const { duration, ...rest } = await counted(survey);
  assert.deepEqual([duration[0], duration[2]], [1, "web"]);
  assert.deepEqual(rest, { pages: [1, { "[2.5,3.5)": 1 }, "web"], converted: [1, { yes: 1 }, "web"], bounced: [1, { no: 1 }, "web"] });
  await stage.leave(page);
});

test("a choice that was taken back in time, or never given, sends nothing", async () => {
  const survey = await visits();
  const silent = await measured(survey);
  await end(silent);
  assert.deepEqual(asked(silent), []);
  await stage.leave(silent);
  const page = await measured(survey, "data-agreed");
  await until(page, "ready");
  await set(page, "agreed", false);
  await end(page);
  await stage.leave(page);
  const last = await measured(survey, "data-agreed");
  await until(last, "ready");
  await end(last);
  // That alone was sent: it bounced, and named no segment.
  const { duration, ...rest } = await counted(survey);
  assert.equal(duration[0], 1);
  const nowhere = "(unattributed)";
  assert.deepEqual(rest, { pages: [1, { "[0.5,1.5)": 1 }, nowhere], converted: [1, { no: 1 }, nowhere], bounced: [1, { yes: 1 }, nowhere] });
  await stage.leave(last);
});

test("Global Privacy Control leaves the segments out, and too much is the most", async () => {
  const survey = await stage.survey({
    questions: [{ id: "pages", kind: "number", min: 0, max: 2, bins: [1] }, { id: "bounced", kind: "yes_no" }],
    dimensions: { channel: ["web"] },
  });
  const page = await measured(survey, 'data-agreed data-use-segments data-dimension-channel="web"', {
    init: () => Object.defineProperty(Navigator.prototype, "globalPrivacyControl", { get: () => true }),
  });
  await until(page, "ready");
  await page.evaluate(() => [1, 2, 3].forEach(() => document.querySelector("counterfoil-visit").page()));
  await end(page);
  assert.deepEqual(await counted(survey), { pages: [1, { "[1,2]": 1 }, "(unattributed)"], bounced: [1, { no: 1 }, "(unattributed)"] });
  await stage.leave(page);
});
