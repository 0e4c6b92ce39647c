// The survey as a form: how far one is, its questions, the notice and the consents, and the button that sends.
//
// What is not agreed to never leaves the page: not the words of a comment, not a segment, not the invitation.

import { make } from "./elements.js";
import { holds, makeQuestion } from "./question.js";
import * as WORD from "./words.json";

/** In place of a comment that the survey requires and nobody may read: the service discards it. */
const UNREAD = "–";

/** 16 random bytes as 22 characters of base64url. */
const submissionId = () =>
  btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))))
    .slice(0, 22)
    .replace(/\+/g, "-")
    .replace(/\//g, "_");

/**
 * Makes the form of a survey. `dimensions` and `invitation` are what the page knows. `send(response, refused)` sends
 * one; `refused(reply)` shows what the service has against it, and gives the word for what is left to say.
 */
export function makeForm(survey, voice, dimensions, invitation, send) {
  const { word, write } = voice;
  const submission_id = submissionId();
  const gpc = navigator.globalPrivacyControl;
  const questions = survey.questions.map((question) => makeQuestion(question, voice));
  const groups = Object.entries(dimensions).map((pair) => pair.join(" "));
  const themes = survey.themes[0] && "theme";
  let { notice } = survey;

  // Every choice begins unticked.
  const boxes = {};
  const choice = (flag, ...text) => make("label", {}, (boxes[flag] = make("input", { type: "checkbox" })), make("span", {}, ...text));
  const shown = make("div", { className: "notice", tabIndex: 0, role: "region", ariaLabel: word(WORD.PRIVACY) });
  const fault = make("b");
  const optional = word(WORD.OPTIONAL);
  const bar = make("progress");
  const count = make("span");
  const progress = make("label", { className: "small progress" }, count, bar);
  const consent = make(
    "fieldset",
    { className: "small" },
    make("legend", {}, word(WORD.PRIVACY), " ", fault),
    shown,
    choice("process_answers", word(WORD.PROCESS_ANSWERS), " *"),
    choice("use_customer_id", optional, word(WORD.USE_CUSTOMER_ID)),
    choice("use_segments", optional, word(WORD.USE_SEGMENTS), [...groups, themes].join(" ")),
    choice("analyse_comment", optional, word(WORD.ANALYSE_COMMENT)),
    gpc ? "Global Privacy Control ✓" : "",
  );
  const all = make("fieldset", {}, progress, ...questions.map(({ element }) => element), consent);

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
      element.hidden = !question.due || (comment && gpc);
      if (element.hidden) continue;
      asked++;
      const answer = question.read();
      if (answer === undefined) continue;
      answers[id] = answer;
      commented ||= comment;
    }
    bar.max = asked;
    bar.value = Object.keys(answers).length;
    count.textContent = `${bar.value} / ${asked}`;
    const needed = {
      use_customer_id: invitation,
      use_segments: groups[0] || (commented && themes),
      analyse_comment: commented,
    };
    for (const flag in needed) boxes[flag].parentNode.hidden = gpc || !needed[flag];
    return answers;
  }

  function showNotice() {
    write(shown, notice.text);
    for (const flag in boxes) boxes[flag].checked = false;
  }

  /** Says what is wrong with which question, and goes to the first. */
  function blame(isWrong) {
    const wrong = questions.filter((question) => !question.element.hidden && isWrong(question));
    for (const question of questions) question.fault.textContent = wrong.includes(question) ? word(WORD.CHECK) : "";
    wrong[0]?.element.querySelector("[name]").focus();
    return wrong[0];
  }

  function refused(reply) {
    all.disabled = false;
    if (reply.notice) {
      notice = reply.notice;
      showNotice();
      shown.focus();
      return WORD.CHANGED;
    }
    const at = (place) => reply.errors?.some(({ pointer }) => pointer.startsWith(place));
    if (blame(({ id }) => at(`#/answers/${id}`)) || at("#/answers")) return WORD.CHECK;
    return at("#/") ? WORD.PERSONAL : WORD.CLOSED;
  }

  const element = make("form", { noValidate: true, oninput: update }, all, make("button", { className: "main" }, word(WORD.SEND)));
  element.onsubmit = (event) => {
    event.preventDefault();
    if (all.disabled) return;
    const answers = update();
    const agreed = boxes.process_answers.checked;
    fault.textContent = agreed ? "" : word(WORD.CHECK);
    if (blame(({ id, required }) => required && !(id in answers))) return;
    if (!agreed) return boxes.process_answers.focus();
    const consent = { notice: notice.hash };
    for (const flag in boxes) consent[flag] = boxes[flag].checked && !boxes[flag].parentNode.hidden;
    for (const { id, kind, required, due } of questions) {
      if (kind !== "comment" || consent.analyse_comment) continue;
      answers[id] = due && required ? UNREAD : undefined;
    }
    all.disabled = true;
    send(
      {
        submission_id,
        answers,
        consent,
        dimensions: consent.use_segments ? dimensions : undefined,
        invitation: consent.use_customer_id ? invitation : undefined,
      },
      refused,
    );
  };
  showNotice();
  update();
  return element;
}
