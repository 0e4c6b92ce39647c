// A file of facts: read without guessing, shown before anything is sent, sent day by day, and sent again where that failed.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { dayAfter } from "../../../public/dashboard/place.js";
import { ago, assertAccessible, openDashboard, settled } from "../dashboard.mjs";

let stage;
before(async () => {
  stage = await openDashboard();
});
after(() => stage.close());

const HERE = "#/facts/file";
/** Chooses a file of this text. */
const choose = (page, text, name = "facts.csv") =>
  page.getByLabel("CSV file").setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.isBuffer(text) ? text : Buffer.from(text) });
const sent = (page) => page.asked.filter((request) => request.method() === "PUT").map((request) => new URL(request.url()).pathname.split("/").at(-1));
const stored = async (from, to = from) => (await stage.ask("GET", `/v1/facts?from=${from}&to=${to}`)).items;
/** The figures that a group of days is shown with, day by day. */
const previewed = async (page, kind) => {
  const group = page.getByRole("group", { name: kind });
  const tables = [];
  for (const details of await group.locator("details").all()) {
    if (!(await details.evaluate(({ open }) => open))) await details.locator("summary").click();
    await details.locator("table").waitFor();
    tables.push(await details.locator("tbody tr").evaluateAll((rows) => rows.map(({ cells }) => [...cells].map(({ textContent }) => textContent))));
  }
  return tables;
};

test("a file's figures are shown day by day, nothing is sent before that is confirmed, and then they are stored to the digit", async () => {
  const [first, second] = [ago(700), ago(699)];
  const page = await stage.visit(HERE);
  // Columns in any order, a byte order mark, both kinds of line breaks, quotation marks, an empty line.
  await choose(page, `\ufeffvisits,channel,"Revenue",day,carts_completed\r\n4000,web,"4799.505",${first},120\n,,1200.5,${first},\r\n\r\n999999999999999,"web",999999999999.999,${second},0\r\n`);
  await page.getByText("2 days in the file. New: 2 days.").waitFor();
  const tables = await previewed(page, "New days");
  assert.deepEqual(tables, [
    [["Revenue", "(none)", "–", "1200.5", "new"], ["Revenue", "web", "–", "4799.505", "new"], ["Visits", "web", "–", "4000", "new"], ["Carts bought", "web", "–", "120", "new"]],
    [["Revenue", "web", "–", "999999999999.999", "new"], ["Visits", "web", "–", "999999999999999", "new"], ["Carts bought", "web", "–", "0", "new"]],
  ]);
  assert.deepEqual([sent(page), await stored(first, second)], [[], []]);
  await page.getByRole("button", { name: "Save 2 days" }).click();
  await page.getByText("Everything is saved (2 days).").waitFor();
  assert.deepEqual(sent(page), [first, second]);
  assert.deepEqual(await stored(first, second), [
    { day: first, channel: "", facts: { revenue: 1200.5 } },
    { day: first, channel: "web", facts: { revenue: 4799.505, visits: 4000, carts_completed: 120 } },
    { day: second, channel: "web", facts: { revenue: 999999999999.999, visits: 999999999999999, carts_completed: 0 } },
  ]);

  // The same file again has nothing to send; another one is compared with what is stored now.
  await page.getByLabel("Or paste the rows here").fill(`day\tchannel\tvisits\n${first}\tweb\t4001\n${second}\tweb\t5\n${ago(698)}\t\t1\n`);
  await page.getByRole("button", { name: "Read what is pasted" }).click();
  await page.getByText("3 days in the file. Losing figures that are stored: 2 days. New: 1 day.").waitFor();
  assert.deepEqual((await previewed(page, "Days that would lose figures"))[0], [
    ["Revenue", "(none)", "1200.5", "–", "would be lost"], ["Revenue", "web", "4799.505", "–", "would be lost"],
    ["Visits", "web", "4000", "4001", "changes"], ["Carts bought", "web", "120", "–", "would be lost"],
  ]);
  await assertAccessible(page, "a file that would lose figures");
  await page.getByRole("button", { name: "Save 3 days" }).click();
  await page.getByText("Agree to that first").waitFor();
  assert.equal(sent(page).length, 2, "nothing is sent without that");
  await page.getByLabel("Figures that are stored now and not in the file may be lost: 5").check();
  await page.getByRole("button", { name: "Save 3 days" }).click();
  await page.getByText("Everything is saved (3 days).").waitFor();
  assert.deepEqual((await stored(first))[0], { day: first, channel: "web", facts: { visits: 4001 } });
  await stage.leave(page);
});

test("a file that a Dutch spreadsheet saved is read as it is meant, and its columns may have other names", async () => {
  const year = new Date().getUTCFullYear() - 1;
  const [first, second] = [`${year}-05-20`, `${year}-05-21`];
  const dutch = (day) => day.split("-").reverse().join("-");
  const page = await stage.visit(HERE, { locale: "nl-NL" });
  await page.getByLabel("CSV-bestand").setInputFiles({ name: "omzet.csv", mimeType: "text/csv", buffer: Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(`Datum;Kanaal;Omzet;Bezoekers;Opmerking\r\n${dutch(first)};winkel;1.200,505;12;goed\r\n${dutch(second)};winkel;12,5;1.300;\r\n`, "utf16le")]) });
  await page.getByText("Er moet iets worden opgegeven").waitFor();
  await page.setViewportSize({ width: 320, height: 700 });
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "no page scrolls sideways");
  assert.equal(await page.getByRole("heading", { name: "Wat er zou veranderen" }).count(), 0);
  await page.getByLabel("Bezoekers").selectOption({ label: "Bezoeken" });
  await page.getByLabel("Opmerking").selectOption({ label: "Deze kolom weglaten" });
  await page.getByText("Nieuw: 2 dagen.").waitFor();
  assert.ok((await page.locator(".choices").innerText()).includes("komma: 1.234,5"));
  assert.equal(await page.getByLabel("Kolommen zijn gescheiden door").inputValue(), ";");
  assert.deepEqual((await previewed(page, "Nieuwe dagen"))[0][0].slice(2), ["–", "1200,505", "nieuw"]);
  await page.getByRole("button", { name: "2 dagen opslaan" }).click();
  await page.getByText("Alles is opgeslagen (2 dagen).").waitFor();
  assert.deepEqual(await stored(first, second), [
    { day: first, channel: "winkel", facts: { revenue: 1200.505, visits: 12 } },
    { day: second, channel: "winkel", facts: { revenue: 12.5, visits: 1300 } },
  ]);
  await assertAccessible(page, "a Dutch file");
  await stage.leave(page);
});

test("what may mean two things is asked, with an example from the file, and read as was answered", async () => {
  const year = new Date().getUTCFullYear() - 1;
  const page = await stage.visit(HERE);
  await choose(page, `day,revenue\n03/02/${year},1.234\n04/02/${year},2.000\n`);
  const sign = page.getByRole("group", { name: "What is the decimal sign, as in 1.234?" });
  const order = page.getByRole("group", { name: `How are days written, as in 03/02/${year}?` });
  await sign.waitFor();
  await assertAccessible(page, "a file that may mean two things");
  const { width, height } = page.viewportSize();
  await page.setViewportSize({ width: 320, height });
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "no page scrolls sideways");
  await page.setViewportSize({ width, height });
  assert.equal(await page.getByRole("heading", { name: "What would change" }).count(), 0);
  await sign.getByLabel("point").check();
  assert.equal(await page.getByRole("heading", { name: "What would change" }).count(), 0, "the order of days is still open");
  await order.getByLabel("day, month, year").check();
  await page.getByText("New: 2 days.").waitFor();
  assert.equal((await previewed(page, "New days"))[0][0][3], "1.234");
  await sign.getByLabel("comma").check();
  await order.getByLabel("month, day, year").check();
  await page.getByText("New: 2 days.").waitFor();
  assert.equal((await previewed(page, "New days"))[0][0][3], "1234");
  await page.getByRole("button", { name: "Save 2 days" }).click();
  await page.getByText("Everything is saved (2 days).").waitFor();
  assert.deepEqual(await stored(`${year}-03-02`), [{ day: `${year}-03-02`, channel: "", facts: { revenue: 1234 } }]);
  assert.deepEqual(await stored(`${year}-04-02`), [{ day: `${year}-04-02`, channel: "", facts: { revenue: 2000 } }]);
  assert.deepEqual(await stored(`${year}-02-03`), []);
  await stage.leave(page);
});

test("every fault is told by row and column, and nothing is sent", async () => {
  const page = await stage.visit(HERE);
  await choose(page, [
    "day,channel,revenue,visits",
    `${ago(680)},web,12.3456,4`,
    `${ago(680)},web,1,1`,
    "2026-02-30,web,1,1",
    ",web,1,1",
    `${dayAfter(ago(0), 1)},web,1,1`,
    "",
    `${ago(679)},The Web,-1,1.5`,
    `${ago(678)},shop,1,5,1`,
    `${ago(677)},shop,"1,5",1`,
    `${ago(676)},shop,1000000000000,1000000000000000`,
    `${ago(675)},shop,,`,
  ].join("\n"));
  // One number has a comma and others a point: which of them is wrong, only the reader knows.
  await page.getByRole("group", { name: /^What is the decimal sign/ }).getByLabel("point").check();
  await page.getByRole("alert").filter({ hasText: "Faults in the file: 12" }).waitFor();
  const rows = await page.getByRole("region", { name: "Rows with faults" }).locator("tbody tr").evaluateAll((rows) => rows.map(({ cells }) => [...cells].map(({ textContent }) => textContent)));
  assert.deepEqual(rows.map(([row, column, what]) => `${row} ${column} ${what.split(/[.:(]/)[0].trim()}`), [
    "2 revenue More than three decimals", "3 day An earlier row has the same day and channel", "4 day Not a day", "5 day There is no day",
    "6 day The day has not begun yet", "8 channel Channels have up to 32 of a to z, 0 to 9, _ and -", "8 revenue Not a number of 0 or more with this decimal sign",
    "8 visits This is counted", "9 – The row has not as many cells as there are columns", "10 revenue Not a number of 0 or more with this decimal sign",
    "11 revenue The number is too large", "11 visits The number is too large",
  ]);
  await assertAccessible(page, "a file with faults");
  assert.equal(await page.getByRole("button", { name: /^Save/ }).count(), 0);

  for (const [text, said] of [['day,visits\n2026-01-01,"1\n', "a quotation mark in row 2"], ["", "The file is empty."], ["day,visits\n", "There is only one row"]]) {
    await choose(page, text);
    await page.getByRole("alert").filter({ hasText: said }).waitFor();
  }
  await choose(page, `visits\n3\n`);
  await page.getByText("No column is the day.").waitFor();
  await choose(page, `day,Visits,visits\n${ago(680)},3,3\n`);
  await page.getByText("Another column is this already.").waitFor();
  assert.deepEqual(sent(page), []);
  await stage.leave(page);
});

test("an upload that breaks off says what was saved, and sends the rest alone; what the API refuses stands beside its row", async () => {
  const days = [ago(670), ago(669), ago(668), ago(667), ago(666)];
  const page = await stage.visit(HERE);
  await choose(page, `day,channel,visits\n${days.map((day, i) => `${day},web,${i + 1}\n`).join("")}`);
  await page.route(`**/v1/facts/${days[2]}`, (route) => route.abort());
  await page.getByRole("button", { name: "Save 5 days" }).click();
  await page.getByText("Saved: 2 days").waitFor();
  await page.getByText("No connection").waitFor();
  await page.getByText("Not saved yet: 3 days.").waitFor();
  assert.deepEqual((await stored(days[0], days[4])).map(({ day }) => day), days.slice(0, 2));
  await assertAccessible(page, "an upload that broke off");

  // Leaving is asked about, and staying keeps all of it.
  const asked = [];
  page.on("dialog", (dialog) => {
    asked.push(dialog.message());
    dialog.dismiss();
  });
  await page.getByRole("link", { name: "Business" }).first().click();
  await page.waitForFunction(() => location.hash === "#/facts/file");
  assert.deepEqual(asked, ["There are changes that are not saved. Leave, and lose them?"]);

  // What goes out for one day is spoilt on its way, so that the API itself refuses it.
  await page.unroute(`**/v1/facts/${days[2]}`);
  await page.route(`**/v1/facts/${days[3]}`, (route) => route.continue({ postData: route.request().postData().replace(":4}", ":4.5}") }));
  page.asked.length = 0;
  await page.getByRole("button", { name: "Save the rest (3 days)" }).click();
  await page.getByText("Refused by the service: 1 day. Saved: 4 days.").waitFor();
  assert.deepEqual(sent(page), days.slice(2));
  const refused = await page.getByRole("region", { name: "Rows that were refused" }).locator("tbody tr").evaluateAll((rows) => rows.map(({ cells }) => [...cells].map(({ textContent }) => textContent)));
  assert.equal(refused.length, 1);
  assert.deepEqual(refused[0].slice(0, 2), ["5", "visits"]);
  assert.match(refused[0][2], /integer/i);
  await assertAccessible(page, "a refused row");
  assert.deepEqual((await stored(days[0], days[4])).map(({ day, facts }) => [day, facts.visits]), [[days[0], 1], [days[1], 2], [days[2], 3], [days[4], 5]]);
  await stage.leave(page);
});

test("a key that may only read sees what would change, and is told which scope saving takes", async () => {
  const page = await stage.visit(HERE, { key: stage.read });
  await page.getByText("Uploading takes a key with the scope ingest or admin.").waitFor();
  await choose(page, `day,visits\n${ago(660)},7\n`);
  await page.getByRole("button", { name: "Save 1 day" }).click();
  await page.getByRole("alert").filter({ hasText: "Uploading takes a key with the scope ingest or admin." }).waitFor();
  await page.getByText("Nothing was saved (1 day).").waitFor();
  await assertAccessible(page, "a key that may not upload");
  assert.deepEqual(await stored(ago(660)), []);
  await stage.leave(page, stage.read);
});

test("three years of days are read, compared and shown", async () => {
  const days = Array.from({ length: 1096 }, (_, i) => ago(3000 - i));
  const page = await stage.visit(HERE);
  await choose(page, `day,customers_start,revenue,visits\n${days.map((day, i) => `${day},${1000 + i},${i}.25,${i * 3}\n`).join("")}`);
  await page.getByText("1096 days in the file. New: 1096 days.").waitFor();
  const asked = page.asked.filter((request) => request.url().includes("/v1/facts?"));
  assert.equal(asked.length, 11);
  const group = page.getByRole("group", { name: "New days" });
  assert.equal(await group.locator("details").count(), 30);
  await group.getByRole("button", { name: "Show more (1066)" }).click();
  assert.equal(await group.locator("details").count(), 60);
  await stage.leave(page);
});

test("with the keyboard alone, on a phone, a template is downloaded, rows are pasted, looked at and saved", async () => {
  const page = await stage.visit("#/facts", { viewport: { width: 320, height: 700 } });
  await settled(page);
  const at = () => page.evaluate(() => (document.activeElement.getAttribute("aria-label") ?? document.activeElement.labels?.[0]?.textContent ?? document.activeElement.textContent).trim());
  const reach = async (name) => {
    for (let i = 0; i < 80; i++) {
      await page.keyboard.press("Tab");
      if (name.test(await at())) return;
    }
    assert.fail(`${name} cannot be reached`);
  };
  await reach(/^Many days, from a file$/);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Choose a file" }).waitFor();
  await reach(/^Download a template$/);
  const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
  const chunks = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  const template = Buffer.concat(chunks).toString();
  assert.match(template, /^day,channel,customers_start,customers_lost,.*,social_engagements\r\n\d{4}-\d\d-\d\d,,+\r\n$/);
  await reach(/^Or paste/);
  const [head] = template.split("\r\n");
  await page.keyboard.insertText(`${head}\n${head.split(",").map((name) => (name === "day" ? ago(650) : name === "visits" ? "12" : "")).join()}\n`);
  await reach(/^Read what is pasted$/);
  await page.keyboard.press("Enter");
  await page.getByText("New: 1 day.").waitFor();
  await reach(/1 new/);
  await page.keyboard.press("Enter");
  await page.locator(".changes").waitFor();
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "no page scrolls sideways");
  await assertAccessible(page, "a preview on a phone");
  await reach(/^Save 1 day$/);
  await page.keyboard.press("Enter");
  await page.getByText("Everything is saved (1 day).").waitFor();
  assert.deepEqual(await stored(ago(650)), [{ day: ago(650), channel: "", facts: { visits: 12 } }]);
  await stage.leave(page);
});
