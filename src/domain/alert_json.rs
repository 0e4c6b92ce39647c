//! An alert as its owner sends it. Faults of its form and what it names that there is not are told in one.

use super::alert::{Alert, Rule, Side, When};
use super::engagement::Source;
use super::fault::{Faults, Pointer};
use super::fields::{id, optional, required, thousandths, word, wording};
use super::json::{Json, Members, boolean, integer, text};
use super::source_json::{self, survey_id};
use super::survey::Survey;

/// The most days that an alert looks over.
pub const MOST_DAYS: i64 = 365;
/// The most characters of its name.
const MOST_NAME: usize = 100;
/// The most characters of a webhook's id.
const MOST_WEBHOOK: usize = 32;
/// The kinds of conditions.
const KINDS: [&str; 5] = ["below", "above", "drop", "driver", "clv_below_cpa"];
/// The members that some kind or other has.
const MEMBERS: [&str; 10] = [
    "survey", "business", "question", "kpi", "option", "theme", "channel", "limit", "certain",
    "days",
];

/// An alert as it was sent: as much as could be read of it, and every fault of its form.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    name: Option<String>,
    webhook: Option<String>,
    days: Option<u16>,
    rule: Option<Rule>,
    faults: Faults,
}

/// Reads an alert. Whether there is such a webhook, survey and KPI is for [`Draft::check`] to say.
pub fn read(json: &Json) -> Draft {
    let mut draft = Draft::default();
    let faults = &mut draft.faults;
    if let Some(mut members) = Members::of(json, Pointer::root(), faults) {
        let m = &mut members;
        draft.name = required(m, "name", faults, |j, p, f| wording(j, MOST_NAME, p, f));
        draft.webhook = required(m, "webhook", faults, |j, p, f| {
            text(j, 1, MOST_WEBHOOK, p, f).map(str::to_owned)
        });
        let when = required(m, "when", faults, when);
        (draft.rule, draft.days) = when.unwrap_or_default();
        members.finish(faults);
    }
    draft
}

/// A condition as D1 has it.
pub fn stored(json: &Json) -> Option<When> {
    let mut faults = Faults::default();
    let (rule, days) = when(json, &Pointer::root(), &mut faults)?;
    faults.or(When { rule: rule?, days: days? }).ok()
}

fn when(json: &Json, at: &Pointer, faults: &mut Faults) -> Option<(Option<Rule>, Option<u16>)> {
    let mut members = Members::of(json, at.clone(), faults)?;
    let m = &mut members;
    let kind = required(m, "kind", faults, |j, p, f| word(j, &KINDS, |kind| kind, p, f));
    let Some(kind) = kind else {
        // Which of these there may be depends on the kind: none is called unknown.
        for name in MEMBERS {
            m.take(name);
        }
        members.finish(faults);
        return None;
    };
    let rule = match kind {
        "below" => limit(Side::Below, m, at, faults),
        "above" => limit(Side::Above, m, at, faults),
        "drop" => of_survey(m, true, faults).map(Rule::Drop),
        "driver" => of_survey(m, false, faults).map(Rule::Driver),
        _ => Some(Rule::ClvBelowCpa),
    };
    let days = required(m, "days", faults, |j, p, f| integer(j, 1, MOST_DAYS, p, f));
    members.finish(faults);
    Some((rule, days.and_then(|days| u16::try_from(days).ok())))
}

fn limit(side: Side, m: &mut Members<'_>, at: &Pointer, faults: &mut Faults) -> Option<Rule> {
    let source = source_json::read(m, at, faults);
    let limit = required(m, "limit", faults, thousandths);
    let certain = optional(m, "certain", faults, boolean).unwrap_or(false);
    let source = source?;
    if certain && source.survey().is_none() {
        let why = "Facts are records, not a sample: leave `certain` out.";
        faults.add(&at.member("certain"), "no_sample", why);
    }
    Some(Rule::Limit { side, source, limit: limit?, certain })
}

/// A KPI of a survey; `parts`: it may be a share, of an option or a theme.
fn of_survey(m: &mut Members<'_>, parts: bool, faults: &mut Faults) -> Option<Source> {
    let survey = required(m, "survey", faults, survey_id);
    let question = required(m, "question", faults, id);
    let kpi = required(m, "kpi", faults, id);
    let mut part = |name| if parts { optional(m, name, faults, id) } else { None };
    let (option, theme) = (part("option"), part("theme"));
    Some(Source::Survey { survey: survey?, question: question?, kpi: kpi?, option, theme })
}

impl Draft {
    /// The id of the survey that it names, if it names one.
    pub fn survey(&self) -> Option<&str> {
        self.rule.as_ref().and_then(Rule::survey)
    }

    /// The id of the webhook that it names.
    pub fn webhook(&self) -> Option<&str> {
        self.webhook.as_deref()
    }

    /// The alert, whose survey is `survey`, if there is such a one, and whose webhook there is or not;
    /// else every fault, those of its form first.
    pub fn check(mut self, survey: Option<&Survey>, has_webhook: bool) -> Result<Alert, Faults> {
        let at = Pointer::root().member("when");
        let faults = &mut self.faults;
        if self.webhook.is_some() && !has_webhook {
            let why = "There is no webhook with this id.";
            faults.add(&Pointer::root().member("webhook"), "reference", why);
        }
        if let Some(rule) = &self.rule
            && let Some(named) = rule.source().and_then(Source::named)
        {
            match survey {
                Some(survey) => {
                    let limit = match rule {
                        Rule::Limit { limit, .. } => Some(*limit),
                        _ => None,
                    };
                    named.check(survey, &[("limit", limit)], &at, faults);
                }
                None => {
                    let why = "There is no survey with this id.";
                    faults.add(&at.member("survey"), "reference", why);
                }
            }
        }
        // What could not be read has left a fault.
        match (self.name, self.webhook, self.rule, self.days) {
            (Some(name), Some(webhook), Some(rule), Some(days)) => {
                self.faults.or(Alert { name, webhook, when: When { days, rule } })
            }
            _ => Err(self.faults),
        }
    }
}
