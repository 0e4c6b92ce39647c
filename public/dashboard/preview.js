// In the frame of the survey editor: the real widget, asked for a definition that is not saved. The page is of no
// origin and may call nobody (its policy); `fetch` is answered here, from what the editor sends. Nothing is counted.

const NAME = "counterfoil-survey";
const HOUR_MS = 3_600_000;
/** `{definition, lang, dimensions}` as the editor sent it last. */
let shown;

const json = (status, body) => new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });

/** The tick that the service would promise at the least. */
const soon = () => new Date(Date.now() + HOUR_MS).toISOString();

globalThis.fetch = async (address, { method, body } = {}) => {
  const call = new URL(address).pathname.split("/").at(-1);
  // A check for robots would be called from a third party, which the policy forbids.
  if (!method) return json(200, { ...shown.definition, turnstile: undefined });
  const given = JSON.parse(body);
  tell({ sent: call });
  if (call === "withdrawals") return json(200, { status: "withdrawn", withdrawn: [""], anonymous: [] });
  const reward = shown.definition.reward && { code: "–", redeemable_until: soon().slice(0, 10) };
  return json(202, { status: "accepted", submission_id: given.submission_id, withdrawable_until: soon(), reward });
};

const tell = (what) => parent.postMessage(what, location.origin);

addEventListener("message", ({ source, origin, data }) => {
  if (source !== parent || origin !== location.origin || !data.definition) return;
  shown = data;
  document.documentElement.lang = data.lang;
  const widget = document.createElement(NAME);
  widget.setAttribute("survey", "preview");
  // A survey for identified people is shown as they see it.
  widget.setAttribute("invitation", "preview");
  for (const [name, segments] of Object.entries(data.definition.dimensions)) widget.setAttribute(`dimension-${name}`, segments[0]);
  document.querySelector("main").replaceChildren(widget);
});

/** What a page of a shop brings along: a font, and some room. */
const sheet = new CSSStyleSheet();
sheet.replaceSync("body { font: 16px/1.5 system-ui, sans-serif; margin: 0.5rem; }");
document.adoptedStyleSheets = [sheet];

addEventListener("DOMContentLoaded", async () => {
  await customElements.whenDefined(NAME);
  new ResizeObserver(() => tell({ height: Math.ceil(document.documentElement.getBoundingClientRect().height) })).observe(document.documentElement);
  tell({ ready: true });
});
