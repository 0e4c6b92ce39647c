//! How a KPI is named, of a survey or of the business: for the engagement score, benchmarks and alerts.

use super::decimal::decimal;
use super::engagement::Source;
use super::fault::{Faults, Pointer};
use super::fields::{id, optional, required, word};
use super::json::{Json, Members, text};
use super::kpi::{Counts, Kpi, business, kpis};
use super::survey::Survey;

/// The most characters of a survey's id.
const MOST_SURVEY_ID: usize = 32;

/// Reads the members that name a KPI: exactly one of `survey` and `business`, and what belongs to it.
pub fn read(m: &mut Members<'_>, at: &Pointer, faults: &mut Faults) -> Option<Source> {
    match (m.take("survey"), m.take("business")) {
        (Some((json, place)), None) => {
            let survey = survey_id(json, &place, faults);
            let question = required(m, "question", faults, id);
            let kpi = required(m, "kpi", faults, id);
            let option = optional(m, "option", faults, id);
            let theme = optional(m, "theme", faults, id);
            Some(Source::Survey { survey: survey?, question: question?, kpi: kpi?, option, theme })
        }
        (None, Some((json, place))) => {
            let names: Vec<_> = business::names().collect();
            let business = word(json, &names, |name| name, &place, faults);
            let channel = optional(m, "channel", faults, |json, at, faults| match json {
                Json::Text(text) if text.is_empty() => Some(String::new()),
                other => id(other, at, faults),
            });
            let business = business?;
            if channel.is_some() && !business::is_by_channel(business) {
                let why = "This KPI is not told by channel.";
                faults.add(&at.member("channel"), "reference", why);
            }
            Some(Source::Business { business, channel })
        }
        _ => {
            let why = "Exactly one of `survey` and `business` is needed.";
            faults.add(at, "one_of", why);
            // Which of these there may be depends on which of the two it is: none is called unknown.
            for name in ["question", "kpi", "option", "theme", "channel"] {
                m.take(name);
            }
            None
        }
    }
}

/// A survey's id, as text; whether there is such a survey is not judged here.
pub fn survey_id(json: &Json, at: &Pointer, faults: &mut Faults) -> Option<String> {
    text(json, 1, MOST_SURVEY_ID, at, faults).map(str::to_owned)
}

/// What names a KPI among those of one survey.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// The question.
    pub question: &'a str,
    /// The KPI's name.
    pub kpi: &'a str,
    /// Of a `choice`: the option.
    pub option: Option<&'a str>,
    /// Of a `comment`: the theme.
    pub theme: Option<&'a str>,
}

impl Named<'_> {
    /// Whether it is this KPI.
    pub fn is(&self, given: &Kpi) -> bool {
        self.kpi == given.kpi
            && self.question == given.question
            && self.option == given.option.as_deref()
            && self.theme == given.theme.as_deref()
    }

    /// Notes it if the survey has no such KPI, and each of these members (in thousandths) that the KPI
    /// cannot reach.
    pub fn check(
        &self,
        survey: &Survey,
        numbers: &[(&str, Option<i64>)],
        at: &Pointer,
        faults: &mut Faults,
    ) {
        let Some(question) = survey.question(self.question) else {
            let why = "No question of this survey has this id.";
            faults.add(&at.member("question"), "reference", why);
            return;
        };
        let themes: Vec<String> = survey.themes.iter().map(|theme| theme.name.clone()).collect();
        let given = kpis(question, &themes, &Counts::default());
        match given.iter().find(|kpi| self.is(kpi)).map(Kpi::bounds) {
            Some(Some([low, high])) => {
                for (name, value) in numbers {
                    if value.is_some_and(|value| !(low..=high).contains(&value)) {
                        let [low, high] = [low, high].map(decimal);
                        let rule = format!("Numbers from {low} to {high} are allowed.");
                        faults.add(&at.member(name), "range", rule);
                    }
                }
            }
            Some(None) => {}
            None if given.iter().any(|given| given.kpi == self.kpi) => faults.add(
                at,
                "reference",
                "Of a `share`, name the `option` or `theme` of this survey that it is of; of \
                 anything else, neither.",
            ),
            None => {
                let why = "This question has no such KPI.";
                faults.add(&at.member("kpi"), "reference", why);
            }
        }
    }
}
