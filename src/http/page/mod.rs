//! The hosted page: a survey for people, complete without JavaScript. Made of what the lower floor
//! decided; whatever somebody else wrote is escaped by the template.

pub mod outcome;
pub mod survey;

mod question;

use maud::{DOCTYPE, Markup, html};

use crate::domain::locale;
use crate::domain::notice::fill;
use crate::domain::survey::{Survey, Texts};
use crate::domain::words::{self, Words};

use super::problem::Kind;
use super::reply::Reply;

/// Who reads the page.
pub struct Reader {
    /// The words of the language that suits them.
    pub words: &'static Words,
    /// The locale that was asked for by the link, if it can be one.
    asked: Option<String>,
    preferred: Vec<String>,
}

/// A text of the survey's owner in the locale that suits a reader best.
struct Told<'a> {
    text: &'a str,
    /// The locale, where it is not that of the page.
    locale: Option<&'a str>,
}

impl Reader {
    /// By the locale that a link or a form asks for, and the header `Accept-Language`.
    pub fn new(asked: Option<&str>, accept_language: Option<&str>) -> Self {
        let mut preferred = locale::preferences(asked, accept_language);
        let asked = preferred
            .first()
            .filter(|first| asked.is_some_and(|asked| first.eq_ignore_ascii_case(asked)));
        let asked = asked.cloned();
        let words = Words::of(&preferred);
        preferred.extend([words.locale.to_owned(), "en".to_owned()]);
        Self { words, asked, preferred }
    }

    fn told<'a>(&self, texts: &'a Texts) -> Option<Told<'a>> {
        let known = texts.keys().map(String::as_str);
        let locale = locale::choose(&self.preferred, known.clone()).or(known.clone().next())?;
        let other = (locale != self.words.locale).then_some(locale);
        Some(Told { text: texts.get(locale)?, locale: other })
    }

    /// The heading of a page about a survey.
    fn heading(&self, survey: &Survey) -> String {
        match &survey.controller {
            Some(controller) => fill(self.words.heading_for, &[("name", controller.name.clone())]),
            None => self.words.heading.to_owned(),
        }
    }
}

impl maud::Render for Told<'_> {
    fn render(&self) -> Markup {
        html! { span lang=[self.locale] dir=[self.locale.map(|_| "auto")] { (self.text) } }
    }
}

/// A whole page.
fn whole(words: &Words, title: &str, main: &Markup, foot: Option<&Markup>) -> String {
    let page = html! {
        (DOCTYPE)
        html lang=(words.locale) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                meta name="color-scheme" content="light dark";
                title { (title) }
                link rel="stylesheet" href="/page.css";
            }
            body {
                main { (main) }
                @if let Some(foot) = foot { footer { (foot) } }
            }
        }
    };
    page.into_string()
}

/// A page that says one thing.
fn message(words: &Words, status: u16, heading: &str, text: &str) -> Reply {
    let main = html! { h1 { (heading) } p { (text) } };
    Reply::page(status, whole(words, heading, &main, None))
}

/// The page where a survey is closed.
pub fn closed(reader: &Reader, status: u16) -> Reply {
    let words = reader.words;
    message(words, status, words.closed, words.closed_text)
}

/// The page where a survey counts identified people alone, and nobody can be identified: there is no
/// valid invitation, or (`private`) the browser's Global Privacy Control forbids to use it.
pub fn invited_only(reader: &Reader, status: u16, private: bool) -> Reply {
    let words = reader.words;
    let text = if private { words.private_only_text } else { words.invited_only_text };
    message(words, status, words.invited_only, text)
}

/// The page in place of a problem that is no matter of the form's fields.
pub fn problem(reader: &Reader, kind: Kind) -> Reply {
    let words = reader.words;
    let (heading, text) = match kind {
        Kind::NotFound => (words.unknown, words.unknown_text),
        Kind::SurveyClosed => (words.closed, words.closed_text),
        Kind::UnknownSubmission => (words.unknown_code, words.unknown_code_text),
        Kind::Final => (words.too_late, words.too_late_text),
        Kind::OriginRefused => (words.foreign, words.foreign_text),
        Kind::TooManyRequests => (words.too_many, words.too_many_text),
        Kind::Internal | Kind::Unavailable => (words.failed, words.failed_text),
        _ => (words.unusable, words.unusable_text),
    };
    let page = message(words, kind.status(), heading, text);
    match kind.retry_after() {
        Some(seconds) => page.header("retry-after", seconds.to_string()),
        None => page,
    }
}

/// The languages to read the page in, as a form that brings along what its link had.
fn languages(words: &Words, action: &str, kept: &[(String, String)]) -> Markup {
    html! {
        form class="languages" method="get" action=(action) aria-labelledby="languages" {
            @for (name, value) in kept { input type="hidden" name=(name) value=(value); }
            span id="languages" { (words.languages) }
            @for other in words::ALL {
                button
                    type="submit"
                    name="lang"
                    value=(other.locale)
                    lang=(other.locale)
                    aria-current=[(other.locale == words.locale).then_some("true")]
                    { (other.language) }
            }
        }
    }
}
