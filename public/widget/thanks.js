// What is shown once a response was taken: thanks, the way back, and the receipt for whoever wants one.

import { make } from "./elements.js";
import * as WORD from "./words.json";

/** `reply` is the service's to `response`. `ask(call, body, take)` asks it again; `done(what)` says what came of it. */
export function makeThanks(reply, response, { word, locale }, ask, done) {
  const { submission_id } = response;
  const title = make("h2", { tabIndex: -1 }, word(WORD.THANKS));
  const withdraw = () =>
    ask("/withdrawals", { submission_id }, ({ status, anonymous = [] }) => {
      way.remove();
      title.focus();
      done(status === 200, anonymous[0]);
    });
  // A response that is known counts nothing, and its reply has the receipt where one is asked for.
  const receipt = () =>
    ask("/responses", { ...response, receipt: true }, ({ receipt }) => {
      if (receipt) make("a", { href: URL.createObjectURL(new Blob([receipt])), download: "receipt.jws" }).click();
    });
  const way = make(
    "div",
    {},
    make("p", {}, `${word(WORD.UNTIL)} ${new Date(reply.withdrawable_until).toLocaleString(locale)}`),
    make("button", { onclick: withdraw }, word(WORD.WITHDRAW)),
    " ",
    make("button", { onclick: receipt }, word(WORD.RECEIPT)),
    make("p", { className: "small" }, `Code: ${submission_id}`),
  );
  return make("div", {}, title, way);
}
