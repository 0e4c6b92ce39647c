// What the scenarios of the survey editor share.

import { readRows } from "../edge/state.mjs";
import { settled } from "./dashboard.mjs";

/** The widget in the preview, once it shows a form. */
export async function previewed(page) {
  const widget = page.frameLocator("aside iframe").locator("counterfoil-survey");
  await widget.locator("form").waitFor();
  return widget;
}

/** Opens the editor of a survey, or of a new one, with the preview there. */
export async function openEditor(stage, { id } = {}, options = {}) {
  const page = await stage.visit(`#/edit${id ? `/${id}` : ""}${options.query ?? ""}`, options);
  await settled(page);
  await previewed(page);
  return page;
}

/** Opens a part of the editor by its name. */
export async function openPart(page, name) {
  const part = page.locator("details.section").filter({ has: page.getByRole("heading", { name, exact: true, level: 2 }) });
  if (!(await part.evaluate(({ open }) => open))) await part.locator("summary").first().click();
  return part;
}

export const openAll = (page) => page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));

/** Saves, and waits until it is said that it is. */
export async function save(page) {
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText(/^Saved\. This is revision/).waitFor();
}

/** Makes the survey; its id. */
export async function make(page) {
  await page.getByRole("button", { name: "Make the survey" }).click();
  await page.getByText("The survey is made, and takes responses.").waitFor();
  return (await page.evaluate(() => location.hash)).match(/#\/edit\/(\w+)/)[1];
}

/** What the Ledger of a survey has pending: question → tallies, consents aside. */
export async function talliesOf(server, id) {
  const { buckets } = (await readRows(server.stateDir, [{ id }])).ledgers[id] ?? {};
  const found = {};
  for (const { question, n, tallies } of buckets ?? []) {
    if (n === 0 || question.startsWith("(")) continue;
    found[question] ??= {};
    for (const [answer, count] of Object.entries(JSON.parse(tallies))) found[question][answer] = (found[question][answer] ?? 0) + count;
  }
  return found;
}
