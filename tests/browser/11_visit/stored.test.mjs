// A visit over several pages is one, for whoever agreed that it is kept between them, and for nobody else.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { until as soon } from "../../edge/survey.mjs";
import { openStage, until } from "../stage.mjs";

let stage;
before(async () => {
  stage = await openStage({ restores: true });
});
after(() => stage.close());

const NOWHERE = "(unattributed)";
const AGREED = "data-agreed data-store-visit";
const visits = (more) => stage.survey({ questions: undefined, template: "visits", store_visit: true, ...more });

/** A page of the host with the script, and links to each of `links`: its path. */
const shop = (survey, more = AGREED, links = {}) =>
  stage.serve(
    `<script src="${stage.server.url}/visit.js" data-survey="${survey.id}" ${more} async></script>` +
      Object.entries(links).map(([id, href]) => `<a id="${id}" href="${href}">${id}</a>`).join(" "),
  );

/** Opens a page of the host, and waits until its visit is measured. */
async function arrive(path, options) {
  const page = await stage.open(path, options);
  await until(page, "ready");
  return page;
}

/** Follows a link to another page of the host that measures. */
async function follow(page, link) {
  await Promise.all([page.waitForEvent("load"), page.click(`#${link}`)]);
  await until(page, "ready");
}

const stored = (page) => page.evaluate(() => Object.entries(sessionStorage));
const set = (page, name, on = true) =>
  page.evaluate(([name, on]) => document.querySelector("counterfoil-visit").toggleAttribute(name, on), [name, on]);
/** Leaves the host by the address bar: nothing announces it. */
const end = (page) => page.goto(`${stage.origin}/elsewhere`);

/** What was counted once `n` visits were: question → tallies, durations aside, as long as they are of as many. */
async function counted(survey, n) {
  const of = (buckets, question) => buckets.filter((bucket) => bucket.question === question);
  await soon(async () => of(await stage.buckets(survey), "bounced")[0]?.n >= n, `${n} visits`);
  const buckets = await stage.buckets(survey);
  for (const { n: found, segment } of buckets) assert.deepEqual([found, segment], [n, NOWHERE]);
  const tallies = Object.fromEntries(buckets.map(({ question, tallies }) => [question, JSON.parse(tallies)]));
  assert.equal(Object.values(tallies.duration).reduce((sum, count) => sum + count, 0), n);
  delete tallies.duration;
  return tallies;
}

/** How many agreed that their visit is stored. */
async function consents(survey) {
  const buckets = await stage.consents(survey);
  return buckets.reduce((sum, { tallies }) => sum + (JSON.parse(tallies).store_visit ?? 0), 0);
}

test("several pages are one visit, which lies in storage between them alone, without an identifier", async () => {
  const survey = await visits();
  const paid = shop(survey);
  const plain = stage.serve(`<a id="on" href="${paid}">on</a>`);
  const basket = shop(survey, AGREED, { on: plain });
  const page = await arrive(shop(survey, AGREED, { on: basket }));
  assert.deepEqual(await stored(page), []);
  await follow(page, "on");
  assert.deepEqual(await stored(page), [], "taken out");
  await page.evaluate(() => history.pushState({}, "", "?same-document"));
  await set(page, "converted");
  // A page without the script: what waits there can be looked at.
  await Promise.all([page.waitForEvent("load"), page.click("#on")]);
  const [[key, value], ...more] = await stored(page);
  assert.deepEqual([key, more], [`counterfoil-visit ${survey.id}`, []]);
  const { start, end: left, ...rest } = JSON.parse(value);
  assert.deepEqual(rest, { pages: 3, converted: true });
  assert.ok(start < left, "times of this visit, and nothing else");
  assert.deepEqual(await stage.buckets(survey), [], "nothing was sent yet");
  await follow(page, "on");
  await end(page);
  assert.deepEqual(await counted(survey, 1), { pages: { "[3.5,4.5)": 1 }, converted: { yes: 1 }, bounced: { no: 1 } });
  assert.equal(await consents(survey), 1);
  await stage.leave(page);
});

test("its duration is that of all its pages", async () => {
  const survey = await visits();
  const last = shop(survey);
  const between = stage.serve(`<a id="on" href="${last}">on</a>`);
  const page = await arrive(shop(survey, AGREED, { on: between }));
  await Promise.all([page.waitForEvent("load"), page.click("#on")]);
  // As if it had begun an hour before.
  await page.evaluate(() => {
    for (const [key, value] of Object.entries(sessionStorage)) {
      const visit = JSON.parse(value);
      sessionStorage.setItem(key, JSON.stringify({ ...visit, start: visit.start - 3_610_000 }));
    }
  });
  await follow(page, "on");
  await end(page);
  await soon(async () => (await stage.buckets(survey)).length, "the visit");
  const { tallies } = (await stage.buckets(survey)).find(({ question }) => question === "duration");
  assert.deepEqual(JSON.parse(tallies), { "[3600,7200]": 1 });
  await stage.leave(page);
});

test("one page alone bounces, and loading it again is no other page", async () => {
  const survey = await visits();
  const page = await arrive(shop(survey));
  await Promise.all([page.waitForEvent("load"), page.evaluate(() => location.reload())]);
  await until(page, "ready");
  await end(page);
  assert.deepEqual(await counted(survey, 1), { pages: { "[0.5,1.5)": 1 }, converted: { no: 1 }, bounced: { yes: 1 } });
  await stage.leave(page);
});

for (const [why, more, options, definition] of [
  ["without the choice", "data-agreed", {}, {}],
  ["where the survey does not use it", AGREED, {}, { store_visit: false }],
  ["under Global Privacy Control", AGREED, { init: () => Object.defineProperty(Navigator.prototype, "globalPrivacyControl", { get: () => true }) }, {}],
  ["in a browser that does not tell where it goes", AGREED, { init: () => Object.defineProperty(globalThis, "navigation", { value: undefined }) }, {}],
]) {
  test(`${why} each document is a visit of its own, and nothing is stored`, async () => {
    const survey = await visits(definition);
    const plain = stage.serve("");
    const second = shop(survey, more, { on: plain });
    const page = await arrive(shop(survey, more, { on: second }), options);
    await follow(page, "on");
    await Promise.all([page.waitForEvent("load"), page.click("#on")]);
    assert.deepEqual(await counted(survey, 2), { pages: { "[0.5,1.5)": 2 }, converted: { no: 2 }, bounced: { yes: 2 } });
    assert.deepEqual(await stored(page), []);
    await stage.leave(page);
  });
}

test("a choice that is taken back, or not given again, leaves nothing in storage, and nothing of the pages before", async () => {
  const survey = await visits();
  const last = shop(survey, "data-agreed");
  const second = shop(survey, AGREED, { on: last });
  const page = await arrive(shop(survey, AGREED, { on: second }));
  await follow(page, "on");
  await set(page, "store-visit", false);
  assert.deepEqual(await stored(page), []);
  await set(page, "store-visit");
  await follow(page, "on"); // the second page alone is handed on
  assert.deepEqual(await stored(page), [], "taken out although it was not agreed to here");
  await end(page); // the last one alone is sent
  assert.deepEqual(await counted(survey, 1), { pages: { "[0.5,1.5)": 1 }, converted: { no: 1 }, bounced: { yes: 1 } });
  assert.equal(await consents(survey), 0);
  await stage.leave(page);

  const refused = await arrive(shop(survey, AGREED, { on: shop(survey, AGREED) }));
  await follow(refused, "on");
  await set(refused, "agreed", false);
  await end(refused);
  assert.deepEqual(await stored(refused), []);
  await stage.leave(refused);
  assert.deepEqual((await counted(survey, 1)).pages, { "[0.5,1.5)": 1 }, "nothing was sent");
});

test("pages from before a choice was taken back do not come back with a new one", async () => {
  const survey = await visits();
  const second = shop(survey, AGREED, { on: shop(survey) });
  const page = await arrive(shop(survey, AGREED, { on: second }));
  await follow(page, "on");
  await set(page, "store-visit", false);
  await set(page, "store-visit");
  await follow(page, "on");
  await end(page);
  assert.deepEqual((await counted(survey, 1)).pages, { "[1.5,2.5)": 1 });
  await stage.leave(page);
});

test("a document that comes back as it was left goes on with the visit", async () => {
  const survey = await visits();
  const page = await arrive(shop(survey, AGREED, { on: shop(survey) }));
  await page.evaluate(() => void (globalThis.same = true));
  await follow(page, "on");
  await page.evaluate(() => history.back());
  await page.waitForFunction(() => globalThis.same);
  await soon(async () => (await stored(page)).length === 0, "what was handed on to be taken out");
  await end(page);
  assert.deepEqual(await counted(survey, 1), { pages: { "[2.5,3.5)": 1 }, converted: { no: 1 }, bounced: { no: 1 } });
  await stage.leave(page);
});

test("a visit whose next page is too long in coming is sent before a new one begins", async () => {
  const survey = await visits();
  const last = shop(survey);
  const between = stage.serve(`<a id="on" href="${last}">on</a>`);
  const second = shop(survey, AGREED, { on: between });
  const page = await arrive(shop(survey, AGREED, { on: second }));
  await follow(page, "on");
  await Promise.all([page.waitForEvent("load"), page.click("#on")]);
  await page.evaluate(() => {
    for (const [key, value] of Object.entries(sessionStorage)) {
      const visit = JSON.parse(value);
      sessionStorage.setItem(key, JSON.stringify({ ...visit, start: visit.start - 1_800_000, end: visit.end - 1_800_000 }));
    }
  });
  await follow(page, "on");
  assert.deepEqual(await counted(survey, 1), { pages: { "[1.5,2.5)": 1 }, converted: { no: 1 }, bounced: { no: 1 } });
  await end(page);
  assert.deepEqual(await counted(survey, 2), {
    pages: { "[1.5,2.5)": 1, "[0.5,1.5)": 1 },
    converted: { no: 2 },
    bounced: { no: 1, yes: 1 },
  });
  await stage.leave(page);
});

test("what is in storage and is no visit is taken out and passed over", async () => {
  const survey = await visits();
  const path = shop(survey);
  for (const [n, text] of ["", "null", "{", "[]", '{"start": 1, "end": 2, "pages": -1}', '{"start": "1", "end": 2, "pages": 1}'].entries()) {
    const page = await stage.open(stage.serve(`<a id="on" href="${path}">on</a>`));
    await page.evaluate(([key, text]) => sessionStorage.setItem(key, text), [`counterfoil-visit ${survey.id}`, text]);
    await follow(page, "on");
    assert.deepEqual(await stored(page), []);
    await end(page);
    assert.deepEqual(await counted(survey, n + 1), { pages: { "[0.5,1.5)": n + 1 }, converted: { no: n + 1 }, bounced: { yes: n + 1 } });
    await stage.leave(page);
  }
});

test("another tab that a page opens measures a visit of its own", async () => {
  const survey = await visits();
  const other = shop(survey);
  const page = await arrive(shop(survey, AGREED, { on: shop(survey) }));
  const [tab] = await Promise.all([page.waitForEvent("popup"), page.evaluate((url) => void open(url), other)]);
  await until(tab, "ready");
  await end(tab);
  assert.deepEqual((await counted(survey, 1)).pages, { "[0.5,1.5)": 1 });
  await follow(page, "on");
  await end(page);
  assert.deepEqual((await counted(survey, 2)).pages, { "[0.5,1.5)": 1, "[1.5,2.5)": 1 });
  await stage.leave(page);
});
