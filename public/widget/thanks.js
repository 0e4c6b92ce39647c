// What is shown once a response was taken: thanks, the reward, the way back, and the receipt for whoever wants one.

import { make } from "./elements.js";
import * as WORD from "./words.json";

/**
 * `reply` is the service's to `response`, `told` the survey's text about its reward. `ask(call, take, body)` asks it again;
 * `done(...words)` says what came of it.
 */
export function makeThanks({ withdrawable_until, reward }, told = {}, response, { word, write, locale }, ask, done) {
  const { submission_id } = response;
  const until = ` ${word(WORD.UNTIL)} `;
  const title = make("h2", { tabIndex: -1 }, word(WORD.THANKS));
  const withdraw = () =>
    ask(
      "/withdrawals",
      ({ withdrawn, anonymous }) => {
        way.remove();
        title.focus();
        done(withdrawn && WORD.WITHDRAWN, anonymous?.[0] && WORD.FINAL);
      },
      { submission_id },
    );
  // A response that is known counts nothing, and its reply has the receipt where one is asked for.
  const receipt = () =>
    ask(
      "/responses",
      ({ receipt }) => receipt && make("a", { href: URL.createObjectURL(new Blob([receipt])), download: "receipt.jws" }).click(),
      { ...response, receipt: true },
    );
  const way = make(
    "div",
    {},
    make("p", {}, word(WORD.WITHDRAW), until, new Date(withdrawable_until).toLocaleString(locale)),
    make("p", { className: "small" }, `Code: ${submission_id}`),
    make("button", { onclick: withdraw }, word(WORD.WITHDRAW)),
    " ",
    make("button", { onclick: receipt }, word(WORD.RECEIPT)),
  );
  // The code stays when the response is taken back.
  const code = reward ? make("p", { className: "notice" }, write(make("span"), told), `\n${reward.code}`, until, reward.redeemable_until) : "";
  return make("div", {}, title, code, way);
}
