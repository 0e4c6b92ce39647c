//! The words of the hosted page, in every built-in language: a file each. That each language has each
//! text, the compiler sees to. Names in braces are filled in by [`fill`](super::notice::fill).

mod de;
mod en;
mod fr;
mod nl;

/// The words of one language.
#[derive(Debug)]
pub struct Words {
    /// The locale, such as `en`.
    pub locale: &'static str,
    /// The language's own name.
    pub language: &'static str,
    /// What the list of languages is called.
    pub languages: &'static str,
    /// The heading of the page.
    pub heading: &'static str,
    /// The same, where the survey names who asks; `{name}`.
    pub heading_for: &'static str,
    /// Where no question is required.
    pub all_optional: &'static str,
    /// Where some question is.
    pub some_required: &'static str,
    /// The mark of a required question.
    pub required: &'static str,
    /// The choice of no answer.
    pub no_answer: &'static str,
    /// The answer yes.
    pub yes: &'static str,
    /// The answer no.
    pub no: &'static str,
    /// The ends of a scale: `{from}`, `{low}`, `{to}`, `{high}`.
    pub scale: &'static str,
    /// The low end of a likelihood to recommend.
    pub nps_low: &'static str,
    /// The high end of it.
    pub nps_high: &'static str,
    /// The low end of satisfaction.
    pub csat_low: &'static str,
    /// The high end of it.
    pub csat_high: &'static str,
    /// The hard end of a scale of ease.
    pub hard: &'static str,
    /// The easy end of it.
    pub easy: &'static str,
    /// The easy end of a scale of effort.
    pub little_effort: &'static str,
    /// The hard end of it.
    pub much_effort: &'static str,
    /// The low end of a rating.
    pub rating_low: &'static str,
    /// The high end of it.
    pub rating_high: &'static str,
    /// That several options may be chosen.
    pub several: &'static str,
    /// The bounds of a number: `{min}`, `{max}`.
    pub number: &'static str,
    /// The same with its unit: `{unit}`.
    pub number_unit: &'static str,
    /// What becomes of a comment.
    pub comment: &'static str,
    /// The same where the survey has no themes.
    pub comment_counted: &'static str,
    /// Behind that, where comments may be passed on.
    pub comment_shared: &'static str,
    /// When a question applies: `{question}`, `{value}`.
    pub only_at_most: &'static str,
    /// The same.
    pub only_at_least: &'static str,
    /// The same.
    pub only_is: &'static str,
    /// Beside an answer that a link chose.
    pub prefilled: &'static str,
    /// The heading of the notice.
    pub notice: &'static str,
    /// The heading of the consents.
    pub consent: &'static str,
    /// Beneath it.
    pub consent_note: &'static str,
    /// The consent without which nothing counts.
    pub process_answers: &'static str,
    /// The consent to telling people apart.
    pub use_customer_id: &'static str,
    /// The consent to segments: `{segments}`.
    pub use_segments: &'static str,
    /// The segment that a comment gives.
    pub theme: &'static str,
    /// The consent to reading the comment.
    pub analyse_comment: &'static str,
    /// The same where the survey has no themes: that there is a comment is all that is counted.
    pub count_comment: &'static str,
    /// The consent to passing the comment on.
    pub share_comment: &'static str,
    /// The mark of an optional consent.
    pub optional: &'static str,
    /// Where the browser sends Global Privacy Control.
    pub privacy_control: &'static str,
    /// The wish for a receipt.
    pub receipt: &'static str,
    /// The heading of the check against robots.
    pub robots: &'static str,
    /// Beneath it.
    pub robots_text: &'static str,
    /// The same where no script runs.
    pub robots_script: &'static str,
    /// The same for whoever has a personal link.
    pub robots_link: &'static str,
    /// The button that sends.
    pub send: &'static str,
    /// Of the field that people do not see.
    pub leave_empty: &'static str,
    /// In front of the title of a page with errors.
    pub error: &'static str,
    /// The heading of the errors.
    pub errors: &'static str,
    /// A required question has no answer.
    pub error_missing: &'static str,
    /// It is none of the options.
    pub error_option: &'static str,
    /// It is no number, or out of bounds: `{min}`, `{max}`.
    pub error_number: &'static str,
    /// A comment is too long, or holds control characters.
    pub error_comment: &'static str,
    /// Nothing would be counted.
    pub error_no_answer: &'static str,
    /// Without consent nothing is counted.
    pub error_consent: &'static str,
    /// A survey of identified people, and this was not agreed to.
    pub error_verified: &'static str,
    /// The notice has changed.
    pub error_notice: &'static str,
    /// The personal link says nothing any more.
    pub error_invitation: &'static str,
    /// The check against robots was not passed.
    pub error_robots: &'static str,
    /// Something else cannot be used.
    pub error_other: &'static str,
    /// The heading where the survey is closed.
    pub closed: &'static str,
    /// Beneath it.
    pub closed_text: &'static str,
    /// The heading where there is no such survey.
    pub unknown: &'static str,
    /// Beneath it.
    pub unknown_text: &'static str,
    /// The heading where a personal link is needed.
    pub invited_only: &'static str,
    /// Beneath it.
    pub invited_only_text: &'static str,
    /// Where a personal link may not be used.
    pub private_only_text: &'static str,
    /// The heading where another site sent the form.
    pub foreign: &'static str,
    /// Beneath it.
    pub foreign_text: &'static str,
    /// The heading where the request could not be read.
    pub unusable: &'static str,
    /// Beneath it.
    pub unusable_text: &'static str,
    /// The heading where too much was sent.
    pub too_many: &'static str,
    /// Beneath it.
    pub too_many_text: &'static str,
    /// The heading where something went wrong here.
    pub failed: &'static str,
    /// Beneath it.
    pub failed_text: &'static str,
    /// The heading after sending.
    pub thanks: &'static str,
    /// Beneath it.
    pub thanks_text: &'static str,
    /// Where answers to questions that did not apply were left out.
    pub left_out: &'static str,
    /// Where a comment was thrown away.
    pub unread: &'static str,
    /// The heading of withdrawal.
    pub take_back: &'static str,
    /// Until when: in front of the time.
    pub take_back_until: &'static str,
    /// After the time.
    pub take_back_later: &'static str,
    /// In front of the code.
    pub take_back_code: &'static str,
    /// The link to the page that takes it.
    pub take_back_where: &'static str,
    /// The button that takes back.
    pub take_back_button: &'static str,
    /// The label of the code.
    pub code: &'static str,
    /// Beneath it.
    pub code_note: &'static str,
    /// It is none.
    pub error_code: &'static str,
    /// The heading after a withdrawal.
    pub taken_back: &'static str,
    /// Beneath it.
    pub taken_back_text: &'static str,
    /// Where some were released before; a list follows.
    pub taken_back_partly: &'static str,
    /// The heading where nothing is pending.
    pub too_late: &'static str,
    /// Beneath it.
    pub too_late_text: &'static str,
    /// The heading where the code is not known.
    pub unknown_code: &'static str,
    /// Beneath it.
    pub unknown_code_text: &'static str,
    /// The heading of the reward.
    pub reward: &'static str,
    /// How long its code is good: `{day}`.
    pub reward_until: &'static str,
    /// The heading of the receipt.
    pub receipt_heading: &'static str,
    /// Beneath it.
    pub receipt_text: &'static str,
}

/// All languages, in the order of [`LANGUAGES`](super::templates::LANGUAGES).
pub static ALL: [&Words; 4] = [&en::WORDS, &nl::WORDS, &de::WORDS, &fr::WORDS];

impl Words {
    /// What stands between the whole part of a number and its decimals.
    pub fn decimal_mark(&self) -> char {
        if self.locale == "en" { '.' } else { ',' }
    }

    /// What asks for a consent; `themes`: whether the survey has any. None of `store_visit`, for which
    /// the owner's page asks.
    pub fn consent(&self, flag: &str, themes: bool) -> Option<&'static str> {
        Some(match flag {
            "process_answers" => self.process_answers,
            "use_customer_id" => self.use_customer_id,
            "use_segments" => self.use_segments,
            "analyse_comment" if themes => self.analyse_comment,
            "analyse_comment" => self.count_comment,
            "share_comment" => self.share_comment,
            _ => return None,
        })
    }

    /// The language that suits a reader best who prefers these locales, in this order; English where
    /// none does.
    pub fn of(preferred: &[String]) -> &'static Self {
        let known = ALL.iter().map(|words| words.locale);
        let locale = super::locale::choose(preferred, known);
        ALL.into_iter().find(|words| Some(words.locale) == locale).unwrap_or(&en::WORDS)
    }
}
