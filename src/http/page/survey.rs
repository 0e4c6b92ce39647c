//! The form of a survey: its questions, its notice, the consents, each with what is wrong with it.

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::domain::fault::Fault;
use crate::domain::notice::fill;
use crate::domain::survey::{Kind, Question, Survey};
use crate::domain::survey_view::{Stored, optional_consents};
use crate::http::form::{Form, TRAP};
use crate::http::reply::Reply;

use super::question::{self, Field};
use super::{Reader, languages, whole};

/// Where Turnstile is loaded from. Its script must be fetched from this very address, by its documentation.
const TURNSTILE: &str = "https://challenges.cloudflare.com";
const TURNSTILE_SCRIPT: &str = "https://challenges.cloudflare.com/turnstile/v0/api.js";

/// A survey as somebody is asked to fill it in.
pub struct Sheet<'a> {
    /// Who reads it.
    pub reader: &'a Reader,
    /// The survey.
    pub stored: &'a Stored,
    /// The hash of its notice.
    pub notice: &'a str,
    /// What is filled in: what was sent, or what the link chose.
    pub form: &'a Form,
    /// Whether it was sent before, and refused.
    pub sent: bool,
    /// What was wrong with it.
    pub faults: &'a [Fault],
    /// The submission id of the response to come: made with the page, so that sending it twice counts
    /// once.
    pub submission_id: &'a str,
    /// The invitation, if a valid one came.
    pub invitation: Option<&'a str>,
    /// Whether one came that is not valid.
    pub invitation_refused: bool,
    /// Whether the browser sends Global Privacy Control.
    pub private: bool,
    /// The site key of Turnstile, if the survey asks for it.
    pub turnstile: Option<&'a str>,
}

/// What is wrong, by where it is told.
#[derive(Default)]
struct Errors<'a> {
    questions: BTreeMap<&'a str, String>,
    consents: BTreeMap<&'static str, &'static str>,
    robots: Option<&'static str>,
    page: Vec<&'static str>,
}

impl Sheet<'_> {
    /// The page. `status`: 200 for a fresh one, else that of the refusal.
    pub fn reply(&self, status: u16) -> Reply {
        let words = self.reader.words;
        let errors = self.errors();
        let heading = self.reader.heading(&self.stored.survey);
        let mark = if self.sent { words.error } else { "" };
        let title = format!("{mark}{heading}");
        let foot = (!self.sent).then(|| languages(words, &self.address(), &self.kept()));
        let main = html! {
            h1 { (heading) }
            @if self.sent { (self.summary(&errors)) }
            @if self.invitation_refused && !self.sent {
                p class="notice" { (words.error_invitation) }
            }
            @if self.private { p class="notice" { (words.privacy_control) } }
            p class="lead" {
                @if self.stored.survey.questions.iter().any(|question| question.required) {
                    (words.some_required)
                } @else {
                    (words.all_optional)
                }
            }
            (self.fields(&errors))
        };
        let page = Reply::page(status, whole(words, &title, &main, foot.as_ref()));
        match self.turnstile {
            Some(_) => page.with_scripts_of(TURNSTILE),
            None => page,
        }
    }

    fn address(&self) -> String {
        format!("/s/{}", self.stored.id)
    }

    /// What another page of the same survey must be told again.
    fn kept(&self) -> Vec<(String, String)> {
        let invitation = self.invitation.map(|invitation| ("i".to_owned(), invitation.to_owned()));
        let segments = self.form.segments(&self.stored.survey).into_iter();
        let segments = segments
            .map(|(dimension, segment)| (format!("dimensions.{dimension}"), segment.to_owned()));
        let chosen = self.stored.survey.questions.iter().flat_map(|question| {
            let name = format!("answers.{}", question.id);
            let known = question::prefilled(question, self.form);
            known.into_iter().map(move |text| (name.clone(), text.to_owned()))
        });
        invitation.into_iter().chain(segments).chain(chosen).collect()
    }

    fn fields(&self, errors: &Errors<'_>) -> Markup {
        let words = self.reader.words;
        let survey = &self.stored.survey;
        html! {
            // Errors are told beside their fields, in the page's language, not by the browser.
            form method="post" action=(self.address()) novalidate autocomplete="off" {
                @for question in self.questions() {
                    (question::render(&Field {
                        reader: self.reader,
                        survey,
                        question,
                        chosen: if self.sent {
                            self.form.answers(question)
                        } else {
                            question::prefilled(question, self.form)
                        },
                        by_link: !self.sent,
                        error: errors.questions.get(question.id.as_str()).map(String::as_str),
                    }))
                }
                section class="privacy" aria-labelledby="notice" {
                    h2 id="notice" { (words.notice) }
                    @if let Some(notice) = self.reader.told(&survey.notice) {
                        div lang=[notice.locale] dir=[notice.locale.map(|_| "auto")] {
                            @for line in notice.text.lines() { p { (line) } }
                        }
                    }
                }
                (self.consents(errors))
                label class="option" {
                    input type="checkbox" name="receipt" value="1"
                        checked[self.form.text("receipt").is_some()];
                    span { (words.receipt) }
                }
                @if let Some(site_key) = self.turnstile { (self.robots(site_key, errors)) }
                div class="trap" aria-hidden="true" {
                    label {
                        (words.leave_empty)
                        input type="text" name=(TRAP) tabindex="-1" autocomplete="off";
                    }
                }
                input type="hidden" name="submission_id" value=(self.submission_id);
                input type="hidden" name="consent.notice" value=(self.notice);
                @if let Some(invitation) = self.invitation {
                    input type="hidden" name="invitation" value=(invitation);
                }
                @for (dimension, segment) in self.form.segments(survey) {
                    input type="hidden" name=(format!("dimensions.{dimension}")) value=(segment);
                }
                @if let Some(asked) = &self.reader.asked {
                    input type="hidden" name="lang" value=(asked);
                }
                button type="submit" { (words.send) }
            }
        }
    }

    /// The check that a person answers. Its script adds the field with the token. No larger than what is
    /// left of 320 pixels.
    fn robots(&self, site_key: &str, errors: &Errors<'_>) -> Markup {
        let words = self.reader.words;
        html! {
            section class=(if errors.robots.is_some() { "question wrong" } else { "question" })
                id="robots" aria-labelledby="robots-title" {
                h2 id="robots-title" { (words.robots) }
                @if let Some(error) = errors.robots { p class="error" { (error) } }
                @if self.invitation.is_some() && !self.private { p class="hint" { (words.robots_link) } }
                noscript { p { (words.robots_script) } }
                p class="hint" { (words.robots_text) }
                div class="cf-turnstile" data-sitekey=(site_key) data-action=(self.stored.id)
                    data-language=(words.locale) data-size="compact" {}
                script src=(TURNSTILE_SCRIPT) async defer {}
            }
        }
    }

    /// The questions to ask. A comment that is bound to be thrown away is not asked for, unless the
    /// survey insists.
    fn questions(&self) -> impl Iterator<Item = &Question> {
        let questions = self.stored.survey.questions.iter();
        let unread = |question: &Question| self.private && question.kind == Kind::Comment;
        questions.filter(move |question| question.required || !unread(question))
    }

    fn consents(&self, errors: &Errors<'_>) -> Markup {
        let words = self.reader.words;
        let asked = self.asked();
        let renewed = self.faults.iter().any(|fault| fault.code == "other_notice");
        html! {
            fieldset class="consents" aria-describedby="consents-note" {
                legend { (words.consent) }
                p class="hint" id="consents-note" { (words.consent_note) }
                @for (flag, label, required) in asked {
                    @let error = errors.consents.get(flag);
                    @let place = format!("c-{flag}");
                    div class=[error.map(|_| "wrong")] {
                        @if let Some(error) = error {
                            p class="error" id=(format!("{place}-error")) { (error) }
                        }
                        label class="option" {
                            input type="checkbox" name=(format!("consent.{flag}")) value="1" id=(place)
                                required[required]
                                checked[self.sent && !renewed && self.form.agrees(flag)]
                                aria-invalid=[error.map(|_| "true")]
                                aria-describedby=[error.map(|_| format!("{place}-error"))];
                            span {
                                (label) " "
                                small { (if required { words.required } else { words.optional }) }
                            }
                        }
                    }
                }
            }
        }
    }

    /// The consents to ask for, those alone that can be used: the flag, its label, and whether nothing
    /// counts without it.
    fn asked(&self) -> Vec<(&'static str, String, bool)> {
        let words = self.reader.words;
        let survey = &self.stored.survey;
        let segments = self.groups().join(", ");
        let optional = if self.private { Vec::new() } else { optional_consents(survey) };
        let usable = optional.into_iter().filter(|flag| match *flag {
            "use_customer_id" => self.invitation.is_some(),
            "use_segments" => !segments.is_empty(),
            _ => true,
        });
        let asked = ["process_answers"].into_iter().chain(usable).filter_map(|flag| {
            let label = words.consent(flag, !survey.themes.is_empty())?;
            let label = fill(label, &[("segments", segments.clone())]);
            let required = match flag {
                "process_answers" => true,
                "use_customer_id" => survey.verified_only,
                _ => false,
            };
            Some((flag, label, required))
        });
        asked.collect()
    }

    /// The groups that this response may count for.
    fn groups(&self) -> Vec<String> {
        let given = self.form.segments(&self.stored.survey).into_iter();
        let theme = (!self.stored.survey.themes.is_empty()).then_some(self.reader.words.theme);
        given
            .map(|(dimension, segment)| format!("{dimension} ({segment})"))
            .chain(theme.map(str::to_owned))
            .collect()
    }

    fn summary(&self, errors: &Errors<'_>) -> Markup {
        let words = self.reader.words;
        let questions = self.stored.survey.questions.iter().filter_map(|question| {
            let error = errors.questions.get(question.id.as_str())?;
            Some((format!("#q-{}", question.id), self.reader.told(&question.text), error.as_str()))
        });
        let consents =
            errors.consents.iter().map(|(flag, error)| (format!("#c-{flag}"), None, *error));
        let robots = errors.robots.map(|error| ("#robots".to_owned(), None, error));
        html! {
            // Whoever has sent the form is taken to what is to be mended, without JavaScript.
            div class="summary" role="alert" tabindex="-1" autofocus {
                h2 { (words.errors) }
                ul {
                    @for error in &errors.page { li { (error) } }
                    // Links that are all alike would not say where they lead (WCAG 2.2, 2.4.4).
                    @for (place, about, error) in questions.chain(consents).chain(robots) {
                        li { a href=(place) { @if let Some(about) = about { (about) " " } (error) } }
                    }
                }
            }
        }
    }

    fn errors(&self) -> Errors<'_> {
        let words = self.reader.words;
        let survey: &Survey = &self.stored.survey;
        let mut errors = Errors::default();
        for fault in self.faults {
            let pointer = fault.pointer.to_string();
            let mut places = pointer.split('/').skip(1);
            match (places.next(), places.next(), fault.code) {
                (Some("answers"), Some(id), code) => {
                    let Some(question) = survey.question(id) else {
                        errors.page.push(words.error_other);
                        continue;
                    };
                    let error = self.error_of(question, code);
                    errors.questions.entry(&question.id).or_insert(error);
                }
                (Some("answers"), None, _) => {
                    if let Some(first) = survey.questions.first() {
                        let error = words.error_no_answer.to_owned();
                        errors.questions.entry(&first.id).or_insert(error);
                    }
                }
                (Some("consent"), Some("process_answers"), _) => {
                    errors.consents.insert("process_answers", words.error_consent);
                }
                (Some("consent"), None, "verified_only") => {
                    errors.consents.insert("use_customer_id", words.error_verified);
                }
                (Some("consent"), Some("notice"), _) => errors.page.push(words.error_notice),
                (Some("turnstile"), ..) => errors.robots = Some(words.error_robots),
                (Some("invitation"), ..) => errors.page.push(words.error_invitation),
                _ => errors.page.push(words.error_other),
            }
        }
        errors.page.dedup();
        errors
    }

    fn error_of(&self, question: &Question, code: &str) -> String {
        let words = self.reader.words;
        match &question.kind {
            _ if code == "missing" => words.error_missing.to_owned(),
            Kind::Number { edges, .. } => fill(words.error_number, &question::bounds(words, edges)),
            Kind::Comment => words.error_comment.to_owned(),
            _ => words.error_option.to_owned(),
        }
    }
}
