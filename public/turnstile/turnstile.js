// Cloudflare Turnstile in the widget, where a survey asks for it. A module of its own, which the widget loads for such
// a survey alone; with it a third party's script comes into the page.
//
// The check stands in the page's own document, shown through a slot: its documentation says nothing of shadow roots.
// Where it cannot be loaded, the hosted page takes the answers.

import { make } from "../widget/elements.js";
import WORDS from "./words.json";

const SCRIPT = "https://challenges.cloudflare.com/turnstile/v0/api.js";
/** The policy that a page with Trusted Types must allow. */
const POLICY = "counterfoil-turnstile";
/** Below this many pixels there is no room for the wide form. */
const WIDE = 300;

let loading;

/** Loads its script once a page, unless the page has it. */
function load() {
  return (loading ??= new Promise((resolve, reject) => {
    if (globalThis.turnstile) return resolve();
    let script = document.querySelector(`script[src^="${SCRIPT}"]`);
    if (!script) {
      const address = `${SCRIPT}?render=explicit`;
      const policy = globalThis.trustedTypes?.createPolicy(POLICY, { createScriptURL: () => address });
      script = document.createElement("script");
      script.src = policy ? policy.createScriptURL("") : address;
      document.head.append(script);
    }
    // What blocks it may put an empty script in its place.
    script.addEventListener("load", () => (globalThis.turnstile ? resolve() : reject()));
    script.addEventListener("error", reject);
  }));
}

/**
 * Opens the check of a survey in its widget: `host` is the element, `body` holds the form. `survey.turnstile`, which
 * says what to ask with, becomes the token; it is nothing while there is none.
 */
export async function open(host, survey, body) {
  const { site_key: sitekey, action } = survey.turnstile;
  const button = body.querySelector("form > button");
  const { lang } = body.closest("[lang]");
  const box = make("div");
  try {
    await load();
  } catch {
    const { blocked, instead } = WORDS[lang];
    const href = `${new URL(import.meta.url).origin}/s/${action}?lang=${lang}`;
    button.replaceWith(make("p", {}, blocked, " ", make("a", { href }, instead)));
    return;
  }
  const forget = () => delete survey.turnstile;
  forget();
  box.style.marginBlockEnd = "1.2em";
  host.append(box);
  button.before(make("slot"));
  const check = turnstile.render(box, {
    sitekey,
    action,
    language: lang,
    size: box.clientWidth < WIDE ? "compact" : "flexible",
    // Around the widget may be a form of the page's own.
    "response-field": false,
    callback: (token) => (survey.turnstile = token),
    "expired-callback": forget,
    "error-callback": forget,
  });
  host.addEventListener("counterfoil-failed", () => {
    // What was sent may be spent.
    if (!survey.turnstile) return;
    forget();
    turnstile.reset(check);
  });
  host.addEventListener("counterfoil-sent", () => {
    turnstile.remove(check);
    box.remove();
  });
}
