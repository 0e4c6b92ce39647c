// Draws the pictures of docs/widget.md and docs/page.md: `node tests/browser/screenshots.mjs [widget|page]`, after scripts/build.

import path from "node:path";
import { fileURLToPath } from "node:url";
import * as hosted from "./hosted.mjs";
import { agreeAndSend, choose, openStage, until, widgetOf } from "./stage.mjs";

const INTO = fileURLToPath(new URL("../../docs/images", import.meta.url));
const FONT = "font-family: system-ui, 'DejaVu Sans', sans-serif; font-size: 15px";

const SURVEY = {
  questions: [
    { id: "recommend", kind: "nps" },
    { id: "solved", kind: "yes_no", text: { en: "Did you find what you came for?", nl: "Hebt u gevonden waarvoor u kwam?" } },
    { id: "why", kind: "comment", show_if: { question: "recommend", at_most: 6 }, text: { en: "What should we do better?", nl: "Wat kan beter?" } },
  ],
  dimensions: { channel: ["web", "store"] },
  themes: { delivery: { en: ["delivery"], nl: ["bezorging"] } },
  controller: { name: "Shop BV", contact: "privacy@shop.example" },
  reward: { text: { en: "5 % off your next order", nl: "5 % korting" } },
};

async function drawWidget(stage) {
  const survey = await stage.survey(SURVEY);
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
      await draw(page, "thanks", { clip: { x: 0, y: 0, width: 620, height: 300 } });
    }
    await page.context().close();
  }
  const phone = await open({ mode: "popover", lang: "nl" }, { viewport: { width: 320, height: 660 } });
  await until(phone, "open");
  await draw(phone, "phone");
}

async function drawPage(stage) {
  const survey = await stage.survey(SURVEY);
  const draw = (page, name, options) => page.screenshot({ path: path.join(INTO, `page-${name}.png`), ...options });
  const viewport = { width: 620, height: 720 };
  for (const colorScheme of ["light", "dark"]) {
    const page = await stage.open(survey, "?dimensions.channel=web", { viewport, colorScheme });
    await hosted.choose(page, "How likely", "4");
    await hosted.choose(page, "Did you find", "No");
    if (colorScheme === "dark") {
      await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
      await draw(page, "dark");
    } else {
      const { y, height } = await page.locator(".question").last().boundingBox();
      await draw(page, "light", { fullPage: true, clip: { x: 0, y: 0, width: viewport.width, height: y + height + 16 } });
      await page.getByRole("textbox").fill("The delivery was late.");
      await page.getByRole("button", { name: "Send" }).click();
      await page.getByRole("alert").waitFor();
      await draw(page, "faults");
      await hosted.agreeAndSend(page);
      await hosted.assertHeading(page, "Thank you");
      await draw(page, "thanks", { fullPage: true });
    }
    await page.context().close();
  }
  const phone = await stage.open(survey, "?lang=nl", { viewport: { width: 320, height: 660 } });
  await draw(phone, "phone");
  await phone.context().close();
}

const which = process.argv[2];
for (const [name, open, draw] of [["widget", openStage, drawWidget], ["page", hosted.openHosted, drawPage]]) {
  if (which && which !== name) continue;
  const stage = await open();
  try {
    await draw(stage);
  } finally {
    await stage.close();
  }
}
