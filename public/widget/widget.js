// The widget: `<script src=".../widget.js" data-survey="ID" async></script>`, or the element `<counterfoil-survey survey="ID">`.
//
// It sets no cookie, stores nothing, loads nothing but the survey, and asks nobody but the service that served it.

import { make } from "./elements.js";
import { makeForm } from "./form.js";
import { request } from "./request.js";
import style from "./style.css";
import { makeThanks } from "./thanks.js";
import { voice } from "./voice.js";
import * as WORD from "./words.json";

/** What the widget is called, in every language. */
const TITLE = "Feedback";
const NAME = "counterfoil-survey";
const script = document.currentScript;
const home = new URL(script.src).origin;

const sheet = new CSSStyleSheet();
sheet.replaceSync(style);

function start(host) {
  const get = (name) => host.getAttribute(name);
  const survey = get("survey");
  const mode = get("mode");
  const itself = mode === "popover" && get("closed") === null;
  const speaker = voice([get("locale"), host.closest("[lang]")?.lang, ...navigator.languages].filter(Boolean));
  const { word } = speaker;
  const body = make("div");
  const status = make("p", { role: "status" });
  const card = make("div", { className: "card", lang: speaker.locale, role: "region", ariaLabel: TITLE, tabIndex: -1 });
  const root = host.attachShadow({ mode: "open" });
  let busy;

  /** Tells the page what happened: nothing of what was answered. */
  const tell = (what) => host.dispatchEvent(new Event(`counterfoil-${what}`, { bubbles: true }));
  const say = (...words) => (status.textContent = words.map(word).join(". "));
  const fail = (why) => {
    say(why);
    tell("failed");
  };

  /**
   * Asks the service until there is a verdict: again when the connection is back, or after a while. One thing at a
   * time: while one is asked, nothing else is.
   */
  async function ask(call, body, take) {
    if (busy) return;
    busy = true;
    let reply;
    for (let wait = 2e3; !(reply = await request(`${home}/v1/surveys/${survey}${call}`, body)); wait *= 2) {
      fail(WORD.OFFLINE);
      await new Promise((go) => {
        addEventListener("online", go, { once: true });
        setTimeout(go, wait);
      });
    }
    busy = false;
    say();
    take(reply);
  }

  const load = () => body.firstChild || ask("", undefined, show);

  function show(survey) {
    const invitation = get("invitation") ?? location.hash.match(/^#i=([\w.-]+)$/)?.[1];
    const dimensions = {};
    for (const name in survey.dimensions) {
      if (get(`dimension-${name}`)) dimensions[name] = get(`dimension-${name}`);
    }
    if (survey.status !== "open") return fail(WORD.CLOSED);
    if (survey.verified_only && !invitation) return fail(WORD.PERSONAL);
    const send = (response, refused) =>
      ask("/responses", response, (reply) => {
        if (reply.status !== 202) return fail(refused(reply));
        const thanks = makeThanks(reply, response, speaker, ask, (taken, left) => {
          say(taken ? WORD.WITHDRAWN : WORD.FINAL, taken && left ? WORD.FINAL : undefined);
          if (taken) tell("withdrawn");
        });
        body.replaceChildren(thanks);
        thanks.firstChild.focus();
        tell("sent");
      });
    body.replaceChildren(makeForm(survey, speaker, dimensions, invitation, send));
    tell("ready");
    if (itself) card.togglePopover(true);
  }

  /** Opens the pop-over, and goes there. */
  host.open = () => {
    card.autofocus = true;
    card.togglePopover(true);
  };
  /** Closes it. What was entered stays. */
  host.close = () => card.togglePopover(false);

  root.adoptedStyleSheets = [sheet];
  root.append(card);
  if (mode) {
    card.role = "dialog";
    // One that came by itself stays until it is closed.
    card.popover = itself ? "manual" : "auto";
    card.onkeydown = ({ key }) => key === "Escape" && host.close();
    card.ontoggle = ({ newState }) => {
      tell(newState);
      load();
    };
    card.append(make("button", { className: "close", ariaLabel: word(WORD.CLOSE), onclick: host.close }, "×"));
  }
  if (mode === "button") root.prepend(make("button", { className: "main", onclick: host.open }, TITLE));
  card.append(body, status);
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
