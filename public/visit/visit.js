// Measures a visit for a survey with the questions of the template `visits`, and sends it once, when it ends:
// `<script src=".../visit.js" data-survey="ID" async></script>`, or the element `<counterfoil-visit survey="ID">`.
//
// The page asks its visitor, and passes the choice on by the element's attributes: `agreed` (without it nothing is
// asked of the service or sent), `use-segments`, `store-visit`, and `dimension-NAME`; `converted` says that the goal
// was reached. All of it is in memory: no cookie, nothing stored, no identifier. A visit ends with the document.
//
// With `store-visit`, in a survey that has it, a document that is left for another one of its origin hands its visit
// on in session storage. That one takes it out as it begins, so it lies there between two pages alone, and no second
// tab gets a copy. Whatever else ends a document ends the visit: that the visitor stays cannot be known otherwise.

import { handOn, takeOver } from "./handover.js";

const NAME = "counterfoil-visit";
const script = document.currentScript;
const home = new URL(script.src).origin;
const QUIETLY = { credentials: "omit", referrerPolicy: "no-referrer" };
/** How long a visit waits for its next page, in ms: as long as a session of web analytics usually lasts. */
const SILENCE = 1_800_000;
/** How long it takes at most until a document is left for the next one, in ms. A download never gets there. */
const LOADING = 60_000;
/** After how long, in ms, the former document is surely gone. */
const MOMENT = 1000;

const now = () => performance.timeOrigin + performance.now();

class Visit extends HTMLElement {
  static observedAttributes = ["agreed", "store-visit"];
  #survey;
  /** When this document's part of the visit began, and how many pages it has. */
  #start = performance.timeOrigin;
  #pages = 1;
  /** The visit that an earlier document handed on. */
  #former;
  #address = location.pathname + location.search;
  #reloaded = performance.getEntriesByType("navigation")[0]?.type === "reload";
  /** When the document was about to be left for another one of this origin. */
  #leaving = -Infinity;
  /** It was sent, or handed on. */
  #over;

  connectedCallback() {
    // Where the browser tells of it; elsewhere the page calls `page`, and each document is a visit.
    globalThis.navigation?.addEventListener("currententrychange", () => {
      const address = location.pathname + location.search;
      if (address !== this.#address) this.page();
      this.#address = address;
      this.#leaving = -Infinity;
    });
    globalThis.navigation?.addEventListener("navigate", ({ destination, downloadRequest }) => {
      const stays = !destination.sameDocument && downloadRequest === null && new URL(destination.url).origin === location.origin;
      this.#leaving = stays ? now() : -Infinity;
    });
    addEventListener("pagehide", () => this.#end());
    // A document that comes back as it was left goes on with the visit, if that was handed on to it.
    addEventListener("pageshow", ({ persisted }) => {
      if (!persisted) return;
      this.#start = now();
      this.#pages = 1;
      this.#leaving = -Infinity;
      this.#reloaded = false;
      this.#arrive();
    });
    this.#arrive();
  }

  /** Goes on with what was handed on. The former document may do that a moment after this one is shown. */
  #arrive() {
    this.#takeOver();
    this.attributeChangedCallback();
    setTimeout(() => this.#takeOver() && this.attributeChangedCallback(), MOMENT);
  }

  /** Takes what was handed on out of the storage, whatever will be chosen here. */
  #takeOver() {
    const former = takeOver(this.#key);
    if (!former) return false;
    // A page that is loaded again is the same page.
    if (this.#reloaded) former.pages--;
    this.#former = former;
    this.#over = false;
    return true;
  }

  /** Asks for the survey, once it was agreed to: the notice is part of the consent, and its questions have bounds. */
  async attributeChangedCallback(name, before, after) {
    // What is taken back is forgotten at once, and does not come back with a new choice.
    if (name && after === null) this.#former = undefined;
    if (!this.isConnected || !this.hasAttribute("agreed")) return;
    if (!this.#survey) {
      this.#survey = {};
      try {
        this.#survey = await (await fetch(this.#url, QUIETLY)).json();
      } catch {
        this.#survey = undefined; // not measured, unless it is agreed to again
      }
      this.dispatchEvent(new Event("counterfoil-ready", { bubbles: true }));
    }
    this.#sendFormer();
  }

  /** Counts one more page. */
  page() {
    this.#pages++;
  }

  get #url() {
    return `${home}/v1/surveys/${encodeURIComponent(this.getAttribute("survey"))}`;
  }

  get #key() {
    return `${NAME} ${this.getAttribute("survey")}`;
  }

  get #open() {
    return this.hasAttribute("agreed") && this.#survey?.status === "open";
  }

  /** Whether the visit may be stored; where the survey is not there yet, whether it was before. */
  get #stores() {
    const used = this.#survey?.consent?.includes("store_visit") ?? Boolean(this.#former);
    return used && this.hasAttribute("agreed") && this.hasAttribute("store-visit") && !navigator.globalPrivacyControl;
  }

  /** Whether the visit that was handed on goes on here: its next page was not too long in coming. */
  get #goesOn() {
    return this.#former && this.#start - this.#former.end < SILENCE;
  }

  /** Sends the visit that was handed on and does not go on: it ended when it was handed on. */
  #sendFormer() {
    if (!this.#former || this.#goesOn || !this.#open || !this.#stores) return;
    this.#send(this.#former);
    this.#former = undefined;
  }

  #end() {
    this.#takeOver();
    if (this.#over) return;
    const stores = this.#stores;
    const former = stores && this.#goesOn ? this.#former : undefined;
    const visit = {
      start: former?.start ?? this.#start,
      end: now(),
      pages: (former?.pages ?? 0) + this.#pages,
      converted: Boolean(former?.converted) || this.hasAttribute("converted"),
    };
    const stays = visit.end - this.#leaving < LOADING;
    if (stores && stays && (this.#survey?.status ?? "open") === "open") this.#over = handOn(this.#key, visit);
    if (this.#over || !this.#open) return;
    this.#over = true;
    this.#send(visit);
  }

  #send({ start, end, pages, converted }) {
    const { questions, notice, dimensions } = this.#survey;
    const use_segments = this.hasAttribute("use-segments") && !navigator.globalPrivacyControl;
    // The clock may have been set back between two documents.
    const duration = Math.max(0, Math.round((end - start) / 1000));
    const measured = { duration, pages, converted, bounced: pages === 1 };
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
        consent: { notice: notice.hash, process_answers: true, use_segments, store_visit: this.#stores },
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
