// Measures a visit for a survey with the questions of the template `visits`, and sends it once, when it ends:
// `<script src=".../visit.js" data-survey="ID" async></script>`, or the element `<counterfoil-visit survey="ID">`.
//
// The page asks its visitor, and passes the choice on by the element's attributes: `agreed` (without it nothing is
// asked of the service or sent), `use-segments`, and `dimension-NAME`; `converted` says that the goal was reached. All
// of it is in memory: no cookie, nothing stored, no identifier. A visit ends with the document, so a site that is one
// document (a single-page application) measures visits; elsewhere each page is a visit of its own.

const NAME = "counterfoil-visit";
const script = document.currentScript;
const home = new URL(script.src).origin;
const QUIETLY = { credentials: "omit", referrerPolicy: "no-referrer" };

class Visit extends HTMLElement {
  static observedAttributes = ["agreed"];
  #survey;
  #pages = 1;
  #address = location.pathname + location.search;
  #sent;

  connectedCallback() {
    // Where the browser tells of it; elsewhere the page calls `page`.
    globalThis.navigation?.addEventListener("currententrychange", () => {
      const address = location.pathname + location.search;
      if (address !== this.#address) this.page();
      this.#address = address;
    });
    addEventListener("pagehide", () => this.#end(), { once: true });
    this.attributeChangedCallback();
  }

  /** Asks for the survey, once it was agreed to: the notice is part of the consent, and its questions have bounds. */
  async attributeChangedCallback() {
    if (!this.isConnected || !this.hasAttribute("agreed") || this.#survey) return;
    this.#survey = {};
    try {
      this.#survey = await (await fetch(this.#url, QUIETLY)).json();
    } catch {
      this.#survey = undefined; // not measured, unless it is agreed to again
    }
    this.dispatchEvent(new Event("counterfoil-ready", { bubbles: true }));
  }

  /** Counts one more page. */
  page() {
    this.#pages++;
  }

  get #url() {
    return `${home}/v1/surveys/${encodeURIComponent(this.getAttribute("survey"))}`;
  }

  #end() {
    if (!this.hasAttribute("agreed") || this.#survey?.status !== "open" || this.#sent) return;
    this.#sent = true;
    const { questions, notice, dimensions } = this.#survey;
    const use_segments = this.hasAttribute("use-segments") && !navigator.globalPrivacyControl;
    const measured = {
      duration: Math.round(performance.now() / 1000),
      pages: this.#pages,
      converted: this.hasAttribute("converted"),
      bounced: this.#pages === 1,
    };
    const answers = {};
    for (const { id, max = Infinity } of questions) {
      const value = measured[id];
      // Whoever measures more than the largest value sends that.
      if (id in measured) answers[id] = value > max ? max : value;
    }
    const given = Object.keys(dimensions).filter((name) => this.hasAttribute(`dimension-${name}`));
    const segments = given.map((name) => [name, this.getAttribute(`dimension-${name}`)]);
    fetch(`${this.#url}/responses`, {
      ...QUIETLY,
      method: "POST",
      keepalive: true,
      body: JSON.stringify({
        answers,
        consent: { notice: notice.hash, process_answers: true, use_segments },
        ...(use_segments && { dimensions: Object.fromEntries(segments) }),
      }),
    }).catch(() => {});
  }
}

if (!customElements.get(NAME)) customElements.define(NAME, Visit);

if (script.dataset.survey) {
  const element = document.createElement(NAME);
  for (const name in script.dataset) element.setAttribute(name.replace(/[A-Z]/g, "-$&"), script.dataset[name]);
  const place = () => document.body.append(element);
  if (document.body) place();
  else addEventListener("DOMContentLoaded", place);
}
