// Draws the pictures of docs/dashboard.md: `node tests/browser/dashboard_screenshots.mjs`, after scripts/build.

import path from "node:path";
import { fileURLToPath } from "node:url";
import { ago, openDashboard, settled } from "./dashboard.mjs";
import { previewed } from "./editor.mjs";
import { startReceiver } from "../edge/receiver.mjs";

const INTO = fileURLToPath(new URL("../../docs/images", import.meta.url));

const stage = await openDashboard();
const receiver = await startReceiver();
try {
  const survey = `#/surveys/${stage.survey.id}?by=channel`;
  // Before a picture is taken, `act` does something on the page; `show` is the id of what it begins with.
  const draw = async (name, at, { show, act, ...options } = {}) => {
    const page = await stage.visit(at, { viewport: { width: 1100, height: 800 }, ...options });
    if (options.key !== null) await settled(page);
    if (act) await act(page);
    if (show) await page.evaluate((id) => document.getElementById(id).closest("section, form").scrollIntoView(), show);
    await page.evaluate(() => document.fonts.ready.then(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))));
    await page.screenshot({ path: path.join(INTO, `dashboard-${name}.png`) });
    await page.context().close();
  };
  await draw("overview", "");
  await draw("survey", survey, { viewport: { width: 1100, height: 1000 }, show: "q-recommend" });
  await draw("drivers", survey, { colorScheme: "dark", show: "drivers", viewport: { width: 1100, height: 900 } });
  await draw("editor", `#/edit/${stage.survey.id}`, { act: previewed, viewport: { width: 1100, height: 1000 } });
  await draw("faults", "#/edit", {
    colorScheme: "dark",
    act: async (page) => {
      await previewed(page);
      await page.getByLabel("Sites that may embed it").fill("https://Shop.example/checkout");
      await page.getByRole("button", { name: "Make the survey" }).click();
      await page.getByRole("alert").filter({ hasText: "Not saved" }).waitFor();
    },
  });
  await draw("privacy", `#/privacy/${stage.survey.id}`);
  await draw("keys", "#/keys");
  const { id: webhook } = await stage.ask("POST", "/v1/webhooks", { name: "Team chat", url: receiver.url });
  const of = (question, kpi) => ({ survey: stage.survey.id, question, kpi });
  await stage.ask("POST", "/v1/alerts", { name: "NPS is low", webhook, when: { kind: "below", ...of("recommend", "nps"), limit: 60, days: 28 } });
  await stage.ask("POST", "/v1/alerts", { name: "Satisfaction drops", webhook, when: { kind: "drop", ...of("satisfied", "csat"), days: 28 } });
  await stage.server.scheduled(Date.now(), "office");
  await draw("alerts", "#/alerts", { viewport: { width: 1100, height: 1000 } });
  await draw("phone", survey, { viewport: { width: 320, height: 760 }, locale: "nl-NL", show: "q-satisfied" });

  const stored = { visits: 4000, conversions: 118, carts: 300, revenue: 6000.125 };
  await stage.ask("PUT", `/v1/facts/${ago(40)}`, { items: [{ channel: "", facts: stored }] });
  await stage.ask("PUT", `/v1/facts/${ago(39)}`, { items: [{ channel: "", facts: { visits: 3900, conversions: 117 } }] });
  const upload = async (page) => {
    const days = Array.from({ length: 6 }, (_, i) => `${ago(40 - i)};${6000 + i * 13},5;${4000 - i * 50};${120 - i}`);
    const file = { name: "shop.csv", mimeType: "text/csv", buffer: Buffer.from(["day;revenue;visits;conversions", ...days].join("\r\n")) };
    await page.getByLabel("CSV file").setInputFiles(file);
    await page.locator(".changes").waitFor();
  };
  await draw("upload", "#/facts/file", { act: upload, show: "upload-preview", viewport: { width: 1100, height: 760 } });
  await draw("weights", "#/engagement", { act: (page) => page.getByRole("button", { name: "Edit the score" }).click(), show: "edit-0-weight", viewport: { width: 1100, height: 900 }, colorScheme: "dark" });
} finally {
  await stage.close();
  await receiver.stop();
}
