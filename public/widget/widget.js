// The widget: `<script src=".../widget.js" data-survey="ID" async></script>`, or the element `<counterfoil-survey survey="ID">`.
//
// It sets no cookie, stores nothing, loads nothing but the survey, and asks nobody but the service that served it.

import { make } from "./elements.js";
import { CONTROL, makeForm, reason } from "./form.js";
import style from "./style.css";
import { makeThanks } from "./thanks.js";
import { voice } from "./voice.js";
import * as WORD from "./words.json";

/** What the widget is called, in every language. */
const TITLE = "Feedback";
/** How long a reply may take, and the wait before another try: each is twice the one before. */
const LATE_MS = 30_000;
const FIRST_WAIT_MS = 2_000;
const NAME = "counterfoil-survey";
const script = document.currentScript;
const home = new URL(script.src).origin;

const sheet = new CSSStyleSheet();
sheet.replaceSync(style);

function start(host) {
  const get = (name) => host.getAttribute(name);
  const id = get("survey");
  const mode = get("mode")?.replace("inline", "");
  const itself = mode === "popover";
  const speaker = voice([host.closest("[lang]")?.lang, ...navigator.languages, "en"]);
  const { word } = speaker;
  const root = host.attachShadow({ mode: "open" });
  let busy;
  let before;

  /** Opens the pop-over, and goes there. */
  host.open = () => {
    if (!card.contains(root.activeElement)) before = root.activeElement ?? document.activeElement;
    toggle(true);
    card.focus();
  };
  /** Closes it, and goes back to where one was. What was entered stays. */
  host.close = () => {
    if (root.activeElement) before?.focus(); // browsers do so, but not out of a shadow root
    toggle(false);
  };
  /** One that is inline is always there. */
  const toggle = (open) => mode && card.togglePopover(open);

  const body = make("div");
  const status = make("p", { role: "status" });
  const card = make(
    "div",
    {
      className: "card",
      lang: speaker.locale,
      role: mode ? "dialog" : "group",
      ariaLabel: TITLE,
      tabIndex: -1,
      // One that came by itself stays until it is closed.
      popover: mode ? (itself ? "manual" : "auto") : null,
      onkeydown: ({ key }) => {
        if (key === "Escape") host.close();
      },
      ontoggle: ({ newState }) => {
        tell(newState);
        load();
      },
    },
    mode ? make("button", { className: "close", ariaLabel: word(WORD.CLOSE), onclick: host.close }, "×") : "",
    body,
    status,
  );

  /** Tells the page what happened: nothing of what was answered. */
  const tell = (what) => host.dispatchEvent(new Event(`counterfoil-${what}`, { bubbles: true }));
  const say = (...words) => (status.textContent = words.filter(Boolean).map(word).join(". "));
  const fail = (...why) => {
    say(...why);
    tell("failed");
  };

  /**
   * Asks the service until there is a verdict, and takes it as it was written; its `status` tells a problem (a number)
   * from the rest. No connection, or a reply that asks for another try: again when the connection is back, or after a
   * while. One thing at a time: while one is asked, nothing else is. No cookies go with it, and not which page asks;
   * what is posted is `text/plain`, which spares a preflight.
   */
  async function ask(call, take, body) {
    if (busy) return;
    let verdict;
    for (let wait = FIRST_WAIT_MS; !verdict; wait *= 2) {
      if (busy) {
        fail(body ? WORD.UNSENT : WORD.GONE, WORD.AGAIN);
        await new Promise((go) => {
          addEventListener("online", go);
          setTimeout(go, wait);
        });
      }
      busy = true;
      try {
        const reply = await fetch(`${home}/v1/surveys/${id}${call}`, {
          method: body && "POST",
          body: JSON.stringify(body),
          credentials: "omit",
          referrerPolicy: "no-referrer",
          signal: AbortSignal.timeout(LATE_MS),
        });
        // 429 and what is above ask for another try.
        if (reply.status < 429) verdict = await reply.json();
      } catch {
        // No connection, or something in between answered in the service's place.
      }
    }
    busy = false;
    say();
    take(verdict);
  }
  const load = () => body.firstChild || ask("", show);

  function show(survey) {
    const invitation = get("invitation") ?? location.hash.match(/^#i=([\w.-]+)$/)?.[1];
    const dimensions = {};
    for (const name in survey.dimensions) {
      const segment = get(`dimension-${name}`);
      if (segment) dimensions[name] = segment;
    }
    if (survey.status !== "open") return fail(reason(survey));
    // Nobody is told apart against their will: not even who has a link.
    const gpc = navigator.globalPrivacyControl;
    if (survey.verified_only && (gpc || !invitation)) return fail(gpc ? WORD.GONE : WORD.PERSONAL, gpc && CONTROL);
    const send = (response, refused) => {
      response.turnstile = survey.turnstile;
      ask("/responses", (reply) => {
        if (reply.status !== "accepted") return fail(refused(reply));
        const thanks = makeThanks(reply, survey.reward?.text, response, speaker, `${home}/s/${id}`, ask, (...words) => {
          say(...words);
          if (words[0]) tell("withdrawn");
        });
        body.replaceChildren(thanks);
        thanks.firstChild.focus();
        tell("sent");
      }, response);
    };
    body.replaceChildren(makeForm(survey, speaker, dimensions, invitation, send));
    tell("ready");
    // The check puts its token in the place of what it is asked with.
    if (survey.turnstile) import(`${home}/turnstile.js`).then(({ open }) => open(host, survey, body), () => fail(WORD.GONE));
    if (itself) toggle(true);
  }

  root.adoptedStyleSheets = [sheet];
  if (mode === "button") root.append(make("button", { className: "main", onclick: host.open }, TITLE));
  root.append(card);
  if (!mode || itself) load();
}

class Survey extends HTMLElement {
  connectedCallback() {
    if (!this.shadowRoot) start(this);
  }
}
if (!customElements.get(NAME)) customElements.define(NAME, Survey);

if (script.dataset.survey) {
  const element = document.createElement(NAME);
  for (const name in script.dataset) element.setAttribute(name.replace(/[A-Z]/g, "-$&"), script.dataset[name]);
  const place = () => (script.closest("body") ? script.after(element) : document.body.append(element));
  if (document.body) place();
  else addEventListener("DOMContentLoaded", place);
}
