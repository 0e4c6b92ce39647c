// What is shown once a response was taken: thanks, the reward, the way back, and the receipt for whoever wants one.

import { make } from "./elements.js";
import * as WORD from "./words.json";

/**
 * `reply` is the service's to `response`, `told` the survey's text about its reward, `page` its hosted page.
 * `ask(call, take, body)` asks it again; `done(...words)` says what came of it.
 */
export function makeThanks({ withdrawable_until, reward }, told = {}, response, { word, write, locale }, page, ask, done) {
  const { submission_id } = response;
  // Days and times as the reader's region writes them.
  const region = [...navigator.languages, locale].find((language) => language.startsWith(locale));
  const until = (at, timeStyle) => ` ${word(WORD.UNTIL)} ${new Date(at).toLocaleString(region, { dateStyle: "medium", timeStyle })}`;
  const title = make("h2", { tabIndex: -1 }, word(WORD.THANKS));
  const withdraw = () =>
    ask(
      "/withdrawals",
      ({ withdrawn, anonymous }) => {
        way.remove();
        title.focus();
        done(withdrawn && WORD.WITHDRAWN, anonymous?.[0] ? WORD.FINAL : !withdrawn && WORD.GONE);
      },
      { submission_id },
    );
  // A response that is known counts nothing, and its reply has the receipt where one is asked for; but not where the
  // survey was closed meanwhile, or has another notice.
  const receipt = () =>
    ask(
      "/responses",
      ({ receipt }) =>
        receipt ? make("a", { href: URL.createObjectURL(new Blob([receipt])), download: "receipt.jws" }).click() : done(0, WORD.GONE),
      { ...response, receipt: true },
    );
  const way = make(
    "div",
    {},
    make("p", {}, make("button", { onclick: withdraw }, word(WORD.WITHDRAW)), until(withdrawable_until, "short")),
    make("p", { className: "small" }, word(WORD.WITHDRAW), ": ", make("a", { href: `${page}/withdrawal?lang=${locale}` }, `Code ${submission_id}`)),
    make("button", { onclick: receipt }, word(WORD.RECEIPT)),
  );
  // The code stays when the response is taken back.
  const code = reward ? make("p", { className: "notice" }, write(make("span"), told), `\n${reward.code}`, until(`${reward.redeemable_until}T00:00`)) : "";
  return make("div", {}, title, code, way);
}
