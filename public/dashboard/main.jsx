// The team's dashboard: the frame around the pages, the session, and the view in the address.

import { render } from "preact";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Place, Session, Voice } from "./context.js";
import { readPlace, writePlace } from "./place.js";
import { keepSession, readSession } from "./session.js";
import { SignIn } from "./signin.jsx";
import { LOCALES, chooseLocale, speak } from "./voice.js";
import { Alerts } from "./alerts.jsx";
import { Business } from "./business.jsx";
import { Editor } from "./editor.jsx";
import { Engagement } from "./engagement.jsx";
import { Facts } from "./facts.jsx";
import { Keys } from "./keys.jsx";
import { Manage } from "./manage.jsx";
import { Overview } from "./overview.jsx";
import { Privacy } from "./privacy.jsx";
import { Survey } from "./survey.jsx";
import { mayLeave } from "./unsaved.js";

const PAGES = { overview: Overview, surveys: Survey, business: Business, facts: Facts, engagement: Engagement, manage: Manage, edit: Editor, alerts: Alerts, keys: Keys, privacy: Privacy };
const NAMED = ["overview", "business", "facts", "engagement"];
/** Of all surveys together, so nothing for a key that is bound to some. */
const OF_ALL = ["business", "facts", "engagement"];
/** Pages of a survey: without its id there is none. */
const OF_A_SURVEY = ["surveys", "privacy"];
/** Where one comes from to pages that are not named: the list of surveys, or the overview for those who have none. */
const BELOW = [...OF_A_SURVEY, "edit"];
/** Pages that only an admin's key may see are named to it alone. */
const ADMINS = ["manage", "alerts", "keys"];

function usePlace() {
  const [place, setPlace] = useState(() => readPlace(location.hash));
  useEffect(() => {
    const moved = ({ oldURL, newURL }) => {
      const [from, to] = [oldURL, newURL].map((url) => readPlace(new URL(url).hash));
      // Whoever stays has the address back; the way there stands in the history once more.
      if ((from.page === to.page && from.id === to.id) || mayLeave()) setPlace(to);
      else history.pushState(null, "", oldURL);
    };
    addEventListener("hashchange", moved);
    return () => removeEventListener("hashchange", moved);
  }, []);
  return useMemo(() => ({
    place,
    link: (changes) => writePlace(place, changes),
    go: (changes) => (location.hash = writePlace(place, changes)),
  }), [place]);
}

function Dashboard() {
  const where = usePlace();
  const { place } = where;
  const locale = chooseLocale(place.lang);
  const voice = useMemo(() => speak(locale), [locale]);
  const [session, setSession] = useState(readSession);
  const [why, setWhy] = useState("");
  const begin = useCallback((session) => {
    keepSession(session);
    setSession(session);
    setWhy("");
  }, []);
  const end = useCallback((why = "") => {
    keepSession(null);
    setSession(null);
    setWhy(why);
  }, []);
  const known = useMemo(() => session && { ...session, end }, [session]);
  const page = PAGES[place.page] && (!OF_A_SURVEY.includes(place.page) || place.id) ? place.page : "overview";
  const Page = PAGES[page];
  const { t } = voice;
  const names = [...NAMED, ...(session?.admin ? ADMINS : [])].filter((name) => !session?.bound || !OF_ALL.includes(name));
  const above = BELOW.includes(page) && (session?.admin ? "manage" : "overview");
  // A page may say what it is about, in its own words; what another page said holds no more.
  const here = `${page} ${place.id}`;
  const [told, setTold] = useState({});
  const about = useMemo(() => ({ ...where, tell: (name) => setTold({ here, name }) }), [where, here]);
  const title = session ? (told.here === here && told.name) || t(`page_${page}`) : t("signin");

  useEffect(() => {
    document.documentElement.lang = locale;
    document.title = `${title} · Counterfoil`;
  }, [locale, title]);
  // Another page begins at its heading, for eyes and for screen readers; the first one does not take the focus.
  const first = useRef(true);
  useEffect(() => {
    if (!first.current) document.querySelector("h1")?.focus();
    first.current = false;
  }, [page, place.id, Boolean(session)]);

  return (
    <Voice.Provider value={voice}>
      <Place.Provider value={about}>
        <a class="skip" href="#main" onClick={(event) => { event.preventDefault(); document.querySelector("h1")?.focus(); }}>{t("skip")}</a>
        <header class="frame">
          <span class="brand"><Mark />Counterfoil</span>
          {session && (
            <nav aria-label={t("pages")}>
              {names.map((name) => <a key={name} href={where.link({ page: name, id: "" })} aria-current={name === page ? "page" : name === above ? "true" : undefined}>{t(`page_${name}`)}</a>)}
            </nav>
          )}
          <div class="tools">
            <label><span class="hidden">{t("language")}</span>
              <select value={locale} onChange={({ target }) => where.go({ lang: target.value })}>
                {Object.entries(LOCALES).map(([name, said]) => <option key={name} value={name} lang={name}>{said}</option>)}
              </select>
            </label>
            {session && <button type="button" class="quiet" onClick={() => mayLeave() && end()}>{t("signout")}</button>}
          </div>
        </header>
        {known
          ? <Session.Provider value={known}><main id="main"><Page key={here} /></main></Session.Provider>
          : <SignIn begin={begin} why={why} />}
      </Place.Provider>
    </Voice.Provider>
  );
}

/** A tally stick. */
const Mark = () => (
  <svg width="26" height="26" viewBox="0 0 32 32" aria-hidden="true">
    <rect class="stick" width="32" height="32" rx="7" />
    <path class="notches" d="M7 8v9M12 8v9M17 8v9M22 8v9M4 22h24" />
  </svg>
);

const root = document.getElementById("dashboard");
root.replaceChildren();
render(<Dashboard />, root);
