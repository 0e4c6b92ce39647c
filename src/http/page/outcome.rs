//! What comes of sending a form: thanks, with the way back; and of taking a response back.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{Markup, html};

use crate::domain::notice::fill;
use crate::domain::survey_view::Stored;
use crate::domain::time::Instant;
use crate::domain::way_back::Withdrawal;
use crate::http::reply::Reply;

use super::{Reader, message, whole};

/// A response that was taken, as its sender is told: alike for a first one and a repeated one.
pub struct Thanks<'a> {
    /// Who reads it.
    pub reader: &'a Reader,
    /// The survey.
    pub stored: &'a Stored,
    /// The submission id, which is the way back.
    pub submission_id: &'a str,
    /// The tick that was promised.
    pub until: Instant,
    /// The receipt, where one is wanted.
    pub receipt: Option<&'a str>,
    /// The code of the reward and the last day on which it is good, where there is one.
    pub reward: Option<(&'a str, &'a str)>,
    /// Whether an answer was left out, since its question did not apply.
    pub left_out: bool,
    /// Whether a comment was thrown away unread.
    pub unread: bool,
}

impl Thanks<'_> {
    /// The page.
    pub fn reply(&self) -> Reply {
        let words = self.reader.words;
        let main = html! {
            h1 { (words.thanks) }
            p class="lead" { (words.thanks_text) }
            @if self.left_out { p { (words.left_out) } }
            @if self.unread { p { (words.unread) } }
            @if let Some((code, until)) = self.reward {
                section aria-labelledby="reward" {
                    h2 id="reward" { (words.reward) }
                    @if let Some(told) = self.stored.survey.reward.as_ref() {
                        @if let Some(told) = self.reader.told(told) { p { (told) } }
                    }
                    p class="code" { code { (code) } }
                    p { (fill(words.reward_until, &[("day", until.to_owned())])) }
                }
            }
            section aria-labelledby="take-back" {
                h2 id="take-back" { (words.take_back) }
                p { (words.take_back_until) " " (time(self.until)) ". " (words.take_back_later) }
                form method="post" action=(withdrawal(self.stored)) {
                    input type="hidden" name="submission_id" value=(self.submission_id);
                    (asked(self.reader))
                    button type="submit" class="quiet" { (words.take_back_button) }
                }
                p { (words.take_back_code) }
                p class="code" { code { (self.submission_id) } }
                p { a href=(self.later()) { (words.take_back_where) } }
            }
            @if let Some(receipt) = self.receipt {
                section aria-labelledby="receipt" {
                    h2 id="receipt" { (words.receipt_heading) }
                    p { (words.receipt_text) }
                    p {
                        a download="receipt.jws"
                            href=(format!("data:application/jose;base64,{}", STANDARD.encode(receipt)))
                            { "receipt.jws" }
                    }
                    p class="code long" { code tabindex="0" { (receipt) } }
                }
            }
        };
        Reply::page(200, whole(words, words.thanks, &main, None))
    }
}

impl Thanks<'_> {
    /// Where a code can be given, in the language that was asked for.
    fn later(&self) -> String {
        let asked = self.reader.asked.as_ref();
        let query = asked.map(|asked| format!("?lang={asked}")).unwrap_or_default();
        format!("{}{query}", withdrawal(self.stored))
    }
}

/// The page that takes a code: `wrong` after one that is none.
pub fn ask_code(reader: &Reader, stored: &Stored, given: &str, wrong: bool) -> Reply {
    let words = reader.words;
    let mark = if wrong { words.error } else { "" };
    let described = if wrong { "code-error code-note" } else { "code-note" };
    let main = html! {
        h1 { (words.take_back_where) }
        form method="post" action=(withdrawal(stored)) novalidate autocomplete="off" {
            div class=(if wrong { "question wrong" } else { "question" }) {
                label class="wording" for="code" { (words.code) }
                p class="hint" id="code-note" { (words.code_note) }
                @if wrong { p class="error" id="code-error" role="alert" { (words.error_code) } }
                input type="text" name="submission_id" id="code" value=(given) required
                    autocapitalize="none" spellcheck="false" dir="ltr"
                    aria-invalid=[wrong.then_some("true")] aria-describedby=(described);
            }
            (asked(reader))
            button type="submit" { (words.take_back_button) }
        }
    };
    let title = format!("{mark}{}", words.take_back_where);
    Reply::page(if wrong { 422 } else { 200 }, whole(words, &title, &main, None))
}

/// The page after a withdrawal, or where it comes too late.
pub fn withdrawn(reader: &Reader, stored: &Stored, told: &Withdrawal) -> Reply {
    let words = reader.words;
    if told.withdrawn.is_empty() {
        return message(words, 410, words.too_late, words.too_late_text);
    }
    let survey = &stored.survey;
    let main = html! {
        h1 { (words.taken_back) }
        p class="lead" { (words.taken_back_text) }
        @if !told.anonymous.is_empty() {
            p { (words.taken_back_partly) }
            ul {
                @for question in &told.anonymous {
                    @match survey.question(question).and_then(|q| reader.told(&q.text)) {
                        Some(wording) => li { (wording) },
                        None => li { (question) },
                    }
                }
            }
        }
    };
    Reply::page(200, whole(words, words.taken_back, &main, None))
}

fn withdrawal(stored: &Stored) -> String {
    format!("/s/{}/withdrawal", stored.id)
}

/// The locale that was asked for, on to the next page.
fn asked(reader: &Reader) -> Markup {
    html! {
        @if let Some(asked) = &reader.asked { input type="hidden" name="lang" value=(asked); }
    }
}

fn time(at: Instant) -> Markup {
    let written = at.to_string();
    let shown = written.get(..19).unwrap_or(&written).replace('T', " ");
    html! { time datetime=(written) { (shown) " UTC" } }
}
