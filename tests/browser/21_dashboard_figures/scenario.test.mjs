// Figures: what the dashboard shows is what the API says, to the digit.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { dayAfter, today, weeksBack } from "../../../public/dashboard/place.js";
import { assertShape } from "../../edge/document.mjs";
import { fileOf, openDashboard, settled, tableOf } from "../dashboard.mjs";

let stage;
before(async () => {
  stage = await openDashboard();
});
after(() => stage.close());

const RANGE = { from: weeksBack(12), to: today() };
const ask = (path, parameters) => stage.ask("GET", `${path}?${new URLSearchParams(parameters)}`);
/** A figure as English shows it. */
const shown = (value) => (value === null || value === undefined ? "–" : String(value).replace("-", "−"));
const raw = (value) => (value === null || value === undefined ? "" : String(value));

test("a card tells value, interval, answers, change and whether it is real, as the API does", async () => {
  const { kpis } = await ask(`${stage.survey.path}/kpis`, { ...RANGE, step: "week", compare: "previous" });
  const page = await stage.visit();
  await settled(page);
  const section = page.getByRole("region", { name: "After a purchase", exact: true });
  const cards = section.locator(".card");
  assert.equal(await cards.count(), kpis.length);
  let real = 0;
  for (const [i, kpi] of kpis.entries()) {
    const text = (await cards.nth(i).innerText()).replaceAll("\n", " ");
    const { low, high } = kpi.interval;
    for (const part of [shown(kpi.value), `95 %: ${shown(low)} to ${shown(high)}`, `${kpi.n} answers`]) assert.ok(text.includes(part), `${part}: ${text}`);
    const { change, significant, value } = kpi.previous;
    assert.ok(text.includes(`${change > 0 ? "+" : ""}${shown(change)} `), text);
    assert.ok(text.includes(`It was ${shown(value)} `), text);
    assert.ok(text.includes(significant ? "a real change" : "could be chance"), text);
    real += significant;
    assert.equal(await cards.nth(i).getByRole("img").count(), 1, "a trend");
  }
  assert.ok(real > 0 && real < kpis.length, "both kinds were seen");
  const table = await tableOf(section, "All figures");
  assert.deepEqual(table.slice(1), kpis.map(({ value, interval, n, previous, unit }, i) =>
    [...table[i + 1].slice(0, 3), shown(value), unit, shown(interval.low), shown(interval.high), String(n), shown(previous.change), previous.significant ? "Yes" : "No"]));
  const { name, lines } = await fileOf(section, "All figures");
  assert.equal(name, `overview-${stage.survey.id}-${RANGE.from}-${RANGE.to}.csv`);
  assert.deepEqual(lines, [
    "question,kpi,of,value,unit,low,high,n,change,significant",
    ...kpis.map(({ question, kpi, option, theme, value, unit, interval, n, previous }) =>
      [question, kpi, option ?? theme, value, unit, interval.low, interval.high, n, previous.change, previous.significant].map(raw).join()),
  ]);
  await stage.leave(page);
});

test("a survey's trend, forecast, answers and breakdown are the API's, in tables and files", async () => {
  const parameters = { ...RANGE, step: "week", compare: "previous", by: "channel" };
  const { kpis, complete_through } = await ask(`${stage.survey.path}/kpis`, parameters);
  const forecasts = await ask(`${stage.survey.path}/forecast`, { step: "week" });
  const page = await stage.visit(`#/surveys/${stage.survey.id}?by=channel`);
  await settled(page);
  const [nps] = kpis;
  const panel = page.getByRole("region", { name: "Net Promoter Score", exact: true });
  const steps = [
    ...nps.series.map((step) => [step, step.to > complete_through ? "may still change" : "measured", step.to > complete_through ? "growing" : "measured"]),
    ...forecasts.kpis[0].forecast.map((step) => [step, "forecast, with 95 % prediction interval", "forecast"]),
  ];
  assert.ok(steps.some(([, , kind]) => kind === "growing") && steps.length === 12 + 8);
  const trend = await tableOf(panel, "Trend");
  assert.deepEqual(trend.slice(1).map((row) => row.slice(2)), steps.map(([{ value, interval, n }, said]) =>
    [shown(value), shown(interval?.low), shown(interval?.high), shown(n), said]));
  assert.deepEqual((await fileOf(panel, "Trend")).lines, [
    "from,to,value,low,high,n,kind",
    ...steps.map(([{ from, to, value, interval, n }, , kind]) => [from, to, value, interval?.low, interval?.high, n, kind].map(raw).join()),
  ]);
  assert.match(await panel.locator("svg[role=img]").getAttribute("aria-label"), new RegExp(`Net Promoter Score: from ${shown(nps.series[0].value)} points to`));
  assert.match(await panel.innerText(), /Benchmark: 31.5 points \(difference −?[\d.]+\)/);

  const cohorts = nps.breakdown.cohorts;
  assert.ok(cohorts.some(({ segment }) => segment === "(other)"));
  const { lines } = await fileOf(page.locator("main"), "By channel");
  assert.deepEqual(lines, [
    "segment,value,low,high,n,change,significant",
    ...cohorts.map(({ segment, value, interval, n, previous }) => [segment, value, interval?.low, interval?.high, n, previous?.change, previous?.significant].map(raw).join()),
  ]);
  const said = await page.locator("main").innerText();
  assert.ok(said.includes(`These cohorts hold ${nps.breakdown.sampled} of all answers`));
  assert.ok(said.includes("(other) holds segments that were too few to be released by themselves."));

  assert.deepEqual((await fileOf(page.locator("main"), "Answers given")).lines, ["answer,count", ...Object.entries(nps.counts).map((pair) => pair.join())]);
  const options = kpis.filter(({ question }) => question === "reason");
  assert.deepEqual((await fileOf(page.locator("main"), "Answers given", 2)).lines, [
    "answer,count,value,low,high,n",
    ...options.map(({ option, counts, value, interval, n }) => [option, counts[option], value, interval.low, interval.high, n].map(raw).join()),
  ]);
  await stage.leave(page);
});

test("why something is to be seen to is told in the reader's language, of every kind", async () => {
  const question = { question: "recommend", kpi: "nps", unit: "points" };
  const side = (value) => ({ value, n: 100 });
  const interval = (low, high, method = "adjusted-wald") => ({ low, high, level: 0.95, method });
  const business = (kpi, value, unit) => ({ kpi, value, unit, definition: "a / b", counts: {} });
  const driver = { dimension: "channel", segment: "(none)", own: side(-36.72), rest: side(12.5), difference: 49.22, interval: interval(30, 60), share: { low: 0.2, high: 0.3 }, gain: { low: 11, high: 15, lower_bound: false, interval: interval(10.25, 18) } };
  const actions = [
    { action: "improve_segment", weight: 5.13, why: "nps of recommend is -36.72 points in channel app.", figures: { ...question, total: side(2), driver } },
    { action: "find_cause", weight: 4.5, why: "csat of satisfied went.", figures: { question: "satisfied", kpi: "csat", unit: "%", now: side(61.25), previous: side(75), change: -13.75, interval: interval(-23, -4.5) } },
    { action: "lower_acquisition_cost", weight: 36, why: "A new one costs.", figures: { kpis: [business("customer_lifetime_value", 38.4, "money"), business("cost_per_acquisition", 60, "money"), business("clv_to_cpa", 0.64, "ratio")] } },
    { action: "keep_customers", weight: 12.5, why: "The lifetime.", figures: { kpis: [business("customer_lifetime_value", 84, "money")], previous: { from: "2026-01-01", to: "2026-01-28", value: 96 } } },
  ];
  const told = {
    en: [
      "Net Promoter Score (“How likely are you to recommend us?”) is −36.72 points in channel: (no segment given), and 12.5 points elsewhere. If it were the same there, the total would be better by 10.25 points at least.",
      "Customer satisfaction (“How satisfied are you with your order?”) went from 75 % to 61.25 %: worse by 4.5 percentage points at least.",
      "A new customer costs 60 and brings 38.4: 36 % of the cost is lost.",
      "The lifetime value of a customer went from 96 to 84: 12.5 % less.",
    ],
    nl: [
      "Net Promoter Score (‘Hoe waarschijnlijk is het dat u ons aanbeveelt?’) is −36,72 punten in channel: (geen segment opgegeven), en elders 12,5 punten. Was het daar net als elders, dan zou het totaal minstens 10,25 punten beter zijn.",
      "Klanttevredenheid (‘Hoe tevreden bent u over uw bestelling?’) ging van 75 % naar 61,25 %: minstens 4,5 procentpunten slechter.",
      "Een nieuwe klant kost 60 en levert 38,4 op: 36 % van de kosten gaat verloren.",
      "De waarde van een klant over de looptijd ging van 96 naar 84: 12,5 % minder.",
    ],
  };
  for (const [lang, sentences] of Object.entries(told)) {
    const page = await stage.visit("");
    await page.route("**/actions?*", async (route) => {
      const reply = await route.fetch();
      const json = { ...(await reply.json()), actions };
      assertShape("Actions", json);
      await route.fulfill({ response: reply, json });
    });
    await page.goto(`${stage.server.url}/dashboard/#/surveys/${stage.survey.id}?lang=${lang}`);
    await settled(page);
    assert.deepEqual(await page.locator(".todo li p:last-child").allInnerTexts(), sentences);
    assert.equal(await page.locator(".todo [lang]").count(), 0, "nothing of it is the API's English");
    await stage.leave(page);
  }
});

test("drivers and actions are the API's", async () => {
  const { kpis } = await ask(`${stage.survey.path}/drivers`, RANGE);
  const { actions } = await ask(`${stage.survey.path}/actions`, RANGE);
  const page = await stage.visit(`#/surveys/${stage.survey.id}`);
  await settled(page);
  const drivers = kpis.flatMap((kpi) => kpi.drivers.map((driver) => [kpi, driver]));
  assert.ok(drivers.length > 0 && actions.length > 0);
  const { lines } = await fileOf(page.locator("main"), "Gain of the total");
  assert.deepEqual(lines.slice(1), drivers.map(([{ question, kpi }, { dimension, segment, own, rest, difference, interval, share, gain }]) =>
    [question, kpi, dimension, segment, own.value, own.n, rest.value, rest.n, difference, interval.low, interval.high, share.low, share.high, gain.low, gain.high, gain.lower_bound].map(raw).join()));
  const listed = await page.locator(".todo li").allInnerTexts();
  assert.equal(listed.length, actions.length);
  for (const [i, { action, figures: { kpi, driver } }] of actions.entries()) {
    if (action === "improve_segment") assert.match(listed[i], new RegExp(`is ${shown(driver.own.value)} \\S+ in ${driver.dimension}: ${driver.segment}, and ${shown(driver.rest.value)} `), kpi);
  }
  assert.deepEqual((await tableOf(page.locator("main"), "How much is at stake")).slice(1).map((row) => row[2]), actions.map(({ weight }) => shown(weight)));
  await stage.leave(page);
});

test("business KPIs and the engagement score are the API's, and say why a value is missing", async () => {
  const { kpis } = await ask("/v1/business/kpis", { ...RANGE, step: "week", compare: "previous" });
  const score = await ask("/v1/engagement", { ...RANGE, compare: "previous" });
  const page = await stage.visit("#/business");
  await settled(page);
  const panels = page.locator(".kpis > .panel");
  assert.equal(await panels.count(), kpis.length);
  for (const [i, { value, interval, previous }] of kpis.entries()) {
    const text = await panels.nth(i).innerText();
    assert.ok(text.includes(value === null ? "no value" : shown(value)), text);
    if (value === null) assert.match(text, /not reported: |divided by 0|more than its whole/);
    if (interval) assert.ok(text.includes(`95 %: ${shown(interval.low)} to ${shown(interval.high)}`), text);
    if (previous?.change != null) assert.ok(text.includes(shown(previous.change)) && text.includes("as recorded, no sample"), text);
  }
  const churn = kpis.find(({ kpi }) => kpi === "customer_churn");
  assert.ok(churn.value !== null);
  const { lines } = await fileOf(page.getByRole("region", { name: "Customer churn", exact: true }), "Trend");
  assert.deepEqual(lines.slice(1), churn.series.map(({ from, to, value, interval, n }) => [from, to, value, interval?.low, interval?.high, n].map(raw).join()));

  await page.getByRole("link", { name: "Engagement" }).click();
  await page.getByRole("heading", { name: "Parts and weights" }).waitFor();
  const text = await page.locator("main").innerText();
  for (const part of [`${shown(score.value)} points`, `95 %: ${shown(score.interval.low)} to ${shown(score.interval.high)}`, `${score.covered} of all weight`, `+${shown(score.previous.change)}`]) assert.ok(text.includes(part), part);
  assert.match(text, /not reported: (Repeat buyers|Buyers) at the start/);
  const table = await tableOf(page.locator("main"), "Parts and weights");
  assert.deepEqual(table.slice(1).map((row) => [...row.slice(1, 5), ...row.slice(6, 8)]), score.parts.map((part) => [part.weight, part.floor, part.target, part.value, part.score, part.contribution].map(shown)));
  await stage.leave(page);
});

test("facts of a day are entered, refused with the reason beside the field, and replaced", async () => {
  const day = dayAfter(weeksBack(3), 2);
  const page = await stage.visit(`#/facts?day=${day}`);
  await page.getByText("Nothing is reported of").waitFor();
  await page.getByLabel("Revenue", { exact: true }).fill("1200,505");
  await page.getByLabel("Transactions", { exact: true }).fill("3.5");
  await page.getByLabel("Visits").fill("many");
  await page.getByRole("button", { name: "Save the day" }).click();
  await page.getByText("A number of 0 or more").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.name), "0 visits");
  await page.getByLabel("Visits").fill("");
  await page.getByRole("button", { name: "Save the day" }).click();
  await page.getByRole("alert").filter({ hasText: "cannot answer" }).waitFor();
  assert.equal(await page.getByLabel("Transactions", { exact: true }).getAttribute("aria-invalid"), "true");
  await page.getByLabel("Transactions", { exact: true }).fill("30");
  await page.getByRole("button", { name: "Add a channel" }).click();
  await page.getByLabel("Channel (empty: belongs to none)").nth(1).fill("web");
  await page.getByLabel("Visits").nth(1).fill("400");
  await page.getByRole("button", { name: "Save the day" }).click();
  await page.getByText("is saved.").waitFor();
  const { items } = await ask("/v1/facts", { from: day, to: day });
  assert.deepEqual(items, [
    { day, channel: "", facts: { revenue: 1200.505, transactions: 30 } },
    { day, channel: "web", facts: { visits: 400 } },
  ]);
  await page.reload();
  await page.getByText("What is reported of").waitFor();
  assert.deepEqual([await page.getByLabel("Revenue", { exact: true }).first().inputValue(), await page.getByLabel("Visits").nth(1).inputValue()], ["1200.505", "400"]);
  await stage.leave(page);
});
