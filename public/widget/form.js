// The survey as a form: how far one is, its questions, the notice and the consents, and the button that sends.
//
// What is not agreed to never leaves the page: not the words of a comment, not a segment, not the invitation.

import { make } from "./elements.js";
import { holds, makeField } from "./question.js";
import * as WORD from "./words.json";

/** In place of a comment that the survey requires and nobody may read: the service discards it. */
const UNREAD = "–";

/**
 * 16 random bytes as 22 characters of base64url, both whose last characters are written as one: that is shorter here,
 * and costs less than a bit of 128.
 */
const submissionId = () =>
  btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))))
    .slice(0, 22)
    .replace(/\W/g, "-");

/**
 * Makes the form of a survey. `dimensions` and `invitation` are what the page knows. `send(response, refused)` sends
 * one; `refused(reply)` shows what the service has against it, and gives the word for what is left to say.
 */
export function makeForm({ questions, themes, notice, relay }, voice, dimensions, invitation, send) {
  const { word, write } = voice;
  const submission_id = submissionId();
  const gpc = navigator.globalPrivacyControl;
  const groups = Object.values(dimensions);
  if (themes[0]) groups.push("theme");

  // Every choice begins unticked.
  const boxes = {};
  const choice = (flag, ...text) =>
    make("label", {}, (boxes[flag] = make("input", { type: "checkbox" })), make("span", {}, ...text));
  const optional = (flag, text) => choice(flag, word(WORD.OPTIONAL), " ", text);
  const shown = make("div", { className: "notice", tabIndex: 0, role: "note", ariaLabel: word(WORD.PRIVACY) });
  const fault = make("b");
  const progress = make("progress");
  const count = make("label", { className: "small" });
  const all = make(
    "div",
    {},
    count,
    ...questions.map((question) => makeField(question, voice).element),
    make(
      "fieldset",
      { className: "small" },
      make("legend", {}, word(WORD.PRIVACY), " ", fault),
      shown,
      choice("process_answers", word(WORD.PROCESS_ANSWERS), " *"),
      optional("use_customer_id", word(WORD.USE_CUSTOMER_ID)),
      optional("use_segments", `${word(WORD.USE_SEGMENTS)} ${groups.join(", ")}`),
      optional("analyse_comment", word(WORD.ANALYSE_COMMENT)),
      optional("share_comment", relay ? write(make("span"), relay.text) : ""),
      gpc ? "Global Privacy Control ✓" : "",
    ),
  );

  /** Gives the answers to the questions that are asked, and shows what they make visible. */
  function update() {
    const answers = {};
    let asked = 0;
    let commented;
    for (const question of questions) {
      const { id, show_if, element } = question;
      const comment = question.kind === "comment";
      question.due = !show_if || holds(show_if, answers);
      // A comment that may not be read would be written in vain.
      element.hidden = (comment && gpc) || !question.due;
      if (element.hidden) continue;
      asked++;
      const answer = question.read();
      if (answer === undefined) continue;
      answers[id] = answer;
      commented ||= comment;
    }
    progress.max = asked;
    progress.value = Object.keys(answers).length;
    count.replaceChildren(`${progress.value}/${asked} `, progress);
    const needed = { use_customer_id: invitation, use_segments: groups[themes[0] && !commented ? 1 : 0], analyse_comment: commented, share_comment: commented && relay };
    for (const flag in needed) boxes[flag].parentNode.hidden = gpc || !needed[flag];
    return answers;
  }

  function showNotice() {
    write(shown, notice.text);
    for (const flag in boxes) boxes[flag].checked = false;
  }

  /** Says what is wrong with which question, and goes to the first. */
  function blame(isWrong) {
    let first;
    for (const question of questions) {
      const wrong = !question.element.hidden && isWrong(question);
      question.fault.textContent = wrong ? word(WORD.CHECK) : "";
      if (wrong) first ??= question.element.querySelector("[name]");
    }
    first?.focus();
    return first;
  }

  function refused(reply) {
    all.inert = false;
    if (reply.notice) {
      notice = reply.notice;
      showNotice();
      shown.focus();
      return WORD.CHANGED;
    }
    const at = `${reply.errors?.map(({ pointer }) => pointer)}`;
    if (blame(({ id }) => at.includes(`/answers/${id}`)) || /answers|turnstile/.test(at)) return WORD.CHECK;
    return at.includes("/") ? WORD.PERSONAL : WORD.CLOSED;
  }

  function submit(event) {
    event.preventDefault();
    const answers = update();
    const agreed = boxes.process_answers;
    fault.textContent = agreed.checked ? "" : word(WORD.CHECK);
    if (blame(({ id, required }) => required && !(id in answers))) return;
    if (!agreed.checked) return agreed.focus();
    const consent = { notice: notice.hash };
    for (const flag in boxes) consent[flag] = boxes[flag].checked && !boxes[flag].parentNode.hidden;
    for (const { id, kind, required, due } of questions) {
      if (kind === "comment" && !(consent.analyse_comment || consent.share_comment)) answers[id] = due && required ? UNREAD : undefined;
    }
    const response = { submission_id, answers, consent };
    if (consent.use_segments) response.dimensions = dimensions;
    if (consent.use_customer_id) response.invitation = invitation;
    all.inert = true;
    send(response, refused);
  }

  showNotice();
  update();
  return make("form", { noValidate: true, oninput: update, onsubmit: submit }, all, make("button", { className: "main" }, word(WORD.SEND)));
}
