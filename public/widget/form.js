// The survey as a form: how far one is, its questions, the notice and the consents, and the button that sends.
//
// What is not agreed to never leaves the page: not the words of a comment, not a segment, not the invitation.

import { make } from "./elements.js";
import { holds, makeField } from "./question.js";
import * as WORD from "./words.json";

/** Why a survey takes no answers: it is closed, as it says itself or a 409 does, or it is not for this page (403, 404). */
export const reason = ({ status }) => (/409|closed/.test(status) ? WORD.CLOSED : WORD.GONE);

/** What browsers call it, in every language. */
export const CONTROL = "Global Privacy Control ✓";

/** The consents, in the order in which they are asked. The first is the one that everybody gives. */
const FLAGS = ["process_answers", "use_customer_id", "use_segments", "analyse_comment", "share_comment"];

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
export function makeForm({ questions, themes, notice, consent_text, verified_only }, voice, dimensions, invitation, send) {
  const { word, write } = voice;
  const submission_id = submissionId();
  const gpc = navigator.globalPrivacyControl;
  const groups = Object.values(dimensions);
  if (themes[0]) groups.push(word(WORD.THEME));

  // Every choice begins unticked, and has its fault in its name, as questions have.
  const boxes = FLAGS.map((name, at) => {
    const required = [true, verified_only][at];
    const fault = make("b");
    const box = make("input", { type: "checkbox", name, required });
    const text = write(make("span"), consent_text[name] ?? {});
    const more = required ? "*" : at === 2 ? groups.join(", ") : "";
    const element = make("label", {}, box, make("span", {}, required ? "" : word(WORD.OPTIONAL), " ", text, ` ${more} `, fault));
    return Object.assign(box, { element, fault });
  });
  const shown = make("div", { className: "notice", tabIndex: 0, role: "note", ariaLabel: word(WORD.PRIVACY) });
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
      make("legend", {}, word(WORD.PRIVACY)),
      shown,
      ...boxes.map(({ element }) => element),
      gpc ? CONTROL : "",
    ),
  );

  /** Gives the answers to the questions that are asked, and shows what they make visible. */
  function update() {
    const answers = {};
    let asked = 0;
    let given = 0;
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
      question.checked = answer !== undefined;
      if (!question.checked) continue;
      given++;
      answers[id] = answer;
      commented ||= comment;
    }
    Object.assign(progress, { max: asked, value: given });
    count.replaceChildren(`${given}/${asked} `, progress);
    // What is not shown is not agreed to.
    [1, invitation, groups[themes[0] && !commented ? 1 : 0], commented, commented && consent_text.share_comment].forEach((needed, at) => {
      boxes[at].element.hidden = (at && gpc) || !needed;
      if (!needed) boxes[at].checked = false;
    });
    return answers;
  }

  function showNotice() {
    write(shown, notice.text);
    for (const box of boxes) box.checked = false;
  }

  /** Says which questions and choices are wrong, and goes to the first; `any`: the first one is, for want of another. */
  function blame(isWrong, any) {
    let first;
    for (const field of [...questions, ...boxes]) {
      const wrong = !field.element.hidden && (isWrong(field) || (any && !first));
      field.fault.textContent = wrong ? word(WORD.CHECK) : "";
      if (wrong) first ??= field.element.querySelector("[name]");
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
    const at = `${reply.errors?.map(({ pointer }) => `${pointer}/`)},`;
    if (blame(({ id }) => at.includes(`/answers/${id}/`), at.includes("answers/,")) || at.includes("/turnstile")) return WORD.CHECK;
    return at.includes("/") ? WORD.PERSONAL : reason(reply);
  }

  function submit(event) {
    event.preventDefault();
    const answers = update();
    if (blame(({ required, checked }) => required && !checked)) return;
    const consent = { notice: notice.hash };
    for (const { name, checked } of boxes) consent[name] = checked;
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
