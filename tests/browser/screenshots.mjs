// Draws the pictures of docs/widget.md: `node tests/browser/screenshots.mjs`, after scripts/build.

import path from "node:path";
import { fileURLToPath } from "node:url";
import { agreeAndSend, choose, openStage, until, widgetOf } from "./stage.mjs";

const INTO = fileURLToPath(new URL("../../docs/images", import.meta.url));
const FONT = "font-family: system-ui, 'DejaVu Sans', sans-serif; font-size: 15px";

const stage = await openStage();
try {
  const survey = await stage.survey({
    questions: [
      { id: "recommend", kind: "nps" },
      { id: "solved", kind: "yes_no", text: { en: "Did you find what you came for?", nl: "Hebt u gevonden waarvoor u kwam?" } },
      { id: "why", kind: "comment", show_if: { question: "recommend", at_most: 6 }, text: { en: "What should we do better?" } },
    ],
    dimensions: { channel: ["web", "store"] },
    controller: { name: "Shop BV", contact: "privacy@shop.example" },
  });
  const draw = (page, name, clip) => page.screenshot({ path: path.join(INTO, `widget-${name}.png`), ...clip });
  const open = async (attributes, options) => {
    const page = await stage.visit(stage.tag(survey, attributes), { viewport: { width: 620, height: 720 }, ...options });
    await page.evaluate((font) => (document.body.style = font), FONT);
    return page;
  };
  for (const colorScheme of ["light", "dark"]) {
    const page = await open({ "dimension-channel": "web" });
    const widget = await widgetOf(page);
    await page.evaluate((scheme) => (document.documentElement.style.colorScheme = scheme), colorScheme);
    await choose(widget, "How likely", "4");
    await choose(widget, "Did you find", "No");
    await widget.getByRole("textbox").fill("The delivery was late.");
    await page.evaluate(() => document.querySelector("counterfoil-survey").shadowRoot.activeElement.blur());
    await page.evaluate(() => document.querySelector("h1").remove());
    await draw(page, colorScheme, { fullPage: true });
    if (colorScheme === "light") {
      await agreeAndSend(widget);
      await until(page, "sent");
      await draw(page, "thanks", { clip: { x: 0, y: 0, width: 620, height: 220 } });
    }
    await page.context().close();
  }
  const phone = await open({ mode: "popover", lang: "nl" }, { viewport: { width: 320, height: 660 } });
  await until(phone, "open");
  await draw(phone, "phone");
} finally {
  await stage.close();
}
