//! Query parameters, read as strictly as bodies: each at most once, none unknown, all faults at once.

use crate::domain::access::is_id;
use crate::domain::days::{Days, Step};
use crate::domain::export::Format;
use crate::domain::insight::forecast::{MOST_AHEAD, USUAL_AHEAD, usual_from};
use crate::domain::retention::Retention;
use crate::domain::time::Day;
use crate::domain::webhook::is_message;

use super::problem::{Kind, Problem};
use super::survey_id::SurveyId;

/// The longest range of days that one reply covers: ten years.
const MOST_DAYS: i32 = 3_653;
/// The longest range of days whose facts one reply lists.
const MOST_DAYS_OF_FACTS: i32 = 100;
/// How many days a reply covers if nobody says: today and the 29 before it.
const USUAL_DAYS: i32 = 30;

/// The parameters of a request while they are being read.
pub struct Query {
    pairs: Vec<(String, String)>,
    problem: Option<Problem>,
}

impl Query {
    /// From the decoded pairs of a URL.
    pub fn new(pairs: Vec<(String, String)>) -> Self {
        Self { pairs, problem: None }
    }

    fn fault(&mut self, name: &str, code: &str, detail: &str) {
        let problem = self.problem.take().unwrap_or_else(|| Problem::new(Kind::Invalid));
        self.problem = Some(problem.parameter(name, code, detail));
    }

    fn take(&mut self, name: &str) -> Option<String> {
        let (taken, left): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.pairs).into_iter().partition(|(n, _)| n == name);
        self.pairs = left;
        if taken.len() > 1 {
            self.fault(name, "duplicate_parameter", "This parameter was given more than once.");
        }
        taken.into_iter().next().map(|(_, value)| value)
    }

    /// Takes a parameter that must be of a form, which `expected` describes.
    fn parse<T>(&mut self, name: &str, expected: &str, parse: fn(&str) -> Option<T>) -> Option<T> {
        let text = self.take(name)?;
        let value = parse(&text);
        if value.is_none() {
            self.fault(name, "form", expected);
        }
        value
    }

    /// Takes `from` and `to`, the first and the last UTC day.
    fn days(&mut self, today: Day) -> (Day, Day) {
        self.days_from(today, |to| to.plus(1 - USUAL_DAYS))
    }

    /// The same, where `usual` says the first day for the last one if nobody says.
    fn days_from(&mut self, today: Day, usual: impl Fn(Day) -> Day) -> (Day, Day) {
        const DAY: &str = "A UTC day such as 2026-11-22, of 1970 or later.";
        let to = self.parse("to", DAY, Day::parse).unwrap_or(today);
        let from = self.parse("from", DAY, Day::parse).unwrap_or_else(|| usual(to));
        if from > to {
            self.fault("from", "range", "`from` must not be after `to`.");
        } else if to.0 - from.0 >= MOST_DAYS {
            self.fault("from", "range", "At most ten years are covered by one reply.");
        }
        (from, to)
    }

    /// Takes `step`.
    fn step(&mut self) -> Option<Step> {
        self.parse("step", "One of: day, week, month.", |text| {
            Step::ALL.into_iter().find(|step| step.name() == text)
        })
    }

    /// Takes `compare`, whether the period before is told too.
    fn compare(&mut self) -> bool {
        let given = self.parse("compare", "`previous`, or leave it out.", |text| {
            (text == "previous").then_some(true)
        });
        given.unwrap_or(false)
    }

    /// Ends the reading: what is left over is unknown.
    fn finish<T>(mut self, value: T) -> Result<T, Problem> {
        if !self.pairs.is_empty() {
            self.fault(
                "",
                "unknown_parameter",
                "There is a parameter that this call does not have.",
            );
        }
        match self.problem {
            Some(problem) => Err(problem),
            None => Ok(value),
        }
    }
}

/// For calls without parameters.
pub fn nothing(query: Query) -> Result<(), Problem> {
    query.finish(())
}

/// `?dry_run=1`: judge a response, and count nothing.
pub fn dry_run(mut query: Query) -> Result<bool, Problem> {
    let dry_run = query.parse("dry_run", "`1`, or leave it out.", |t| (t == "1").then_some(true));
    query.finish(dry_run.unwrap_or(false))
}

/// `?limit&cursor` of a list: how many (1 to 100, usually 50), after which survey.
pub fn page(query: Query) -> Result<(u64, u64), Problem> {
    let (limit, after) = page_after(query, SurveyId::parse)?;
    Ok((limit, after.map_or(0, |id| id.number)))
}

/// The same of keys, webhooks and alerts: after which id, or after nothing.
pub fn id_page(query: Query) -> Result<(u64, String), Problem> {
    let (limit, after) = page_after(query, |text| is_id(text).then(|| text.to_owned()))?;
    Ok((limit, after.unwrap_or_default()))
}

/// `?webhook&alert&limit&cursor` of the list of deliveries: of which webhook, of which alert, before which
/// id (each empty where nobody says), and how many.
pub fn deliveries(mut query: Query) -> Result<(String, String, String, u64), Problem> {
    const ID: &str = "An id: 16 digits.";
    let id = |text: &str| is_id(text).then(|| text.to_owned());
    let webhook = query.parse("webhook", ID, id).unwrap_or_default();
    let alert = query.parse("alert", ID, id).unwrap_or_default();
    let (limit, before) = page_after(query, |text| is_message(text).then(|| text.to_owned()))?;
    Ok((webhook, alert, before.unwrap_or_default(), limit))
}

/// An integer from 1 to `most`, in digits alone: Rust would take a `+` before them, too.
fn natural(text: &str, most: u64) -> Option<u64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|n| digits && (1..=most).contains(n))
}

fn page_after<T>(
    mut query: Query,
    parse: fn(&str) -> Option<T>,
) -> Result<(u64, Option<T>), Problem> {
    let limit = query.parse("limit", "An integer from 1 to 100.", |text| natural(text, 100));
    let after = query.parse("cursor", "The `next` of an earlier reply.", parse);
    query.finish((limit.unwrap_or(50), after))
}

/// What a KPI reply covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// The first UTC day.
    pub from: Day,
    /// The last UTC day.
    pub to: Day,
    /// The dimension to break down by.
    pub by: Option<String>,
    /// What to cut a series into.
    pub step: Option<Step>,
    /// Whether to compare with the period before.
    pub compare: bool,
}

/// `?from&to&by&step&compare`. `dimensions`: those that the survey has.
pub fn range(mut query: Query, today: Day, dimensions: &[&str]) -> Result<Range, Problem> {
    let (from, to) = query.days(today);
    let by = query.take("by");
    if by.as_ref().is_some_and(|by| !dimensions.contains(&by.as_str())) {
        let known = match dimensions {
            [] => "This survey has no dimensions.".to_owned(),
            some => format!("One of: {}.", some.join(", ")),
        };
        query.fault("by", "unknown_dimension", &known);
    }
    let (step, compare) = (query.step(), query.compare());
    query.finish(Range { from, to, by, step, compare })
}

/// `?from&to&step&compare`: the same, of what has no dimensions.
pub fn range_of_facts(mut query: Query, today: Day) -> Result<Range, Problem> {
    let (from, to) = query.days(today);
    let (step, compare) = (query.step(), query.compare());
    query.finish(Range { from, to, by: None, step, compare })
}

/// `?from&to&compare`: the same, of what has no steps.
pub fn range_compared(mut query: Query, today: Day) -> Result<Range, Problem> {
    let (from, to) = query.days(today);
    let compare = query.compare();
    query.finish(Range { from, to, by: None, step: None, compare })
}

/// What a forecast follows from, and how far it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ahead {
    /// The days whose steps are the history.
    pub days: Days,
    /// What they are cut into.
    pub step: Step,
    /// How many steps ahead: 1 to [`MOST_AHEAD`].
    pub horizon: usize,
}

/// `?from&to&step&horizon`. Without `from` the history is all that is kept by such steps.
pub fn ahead(mut query: Query, today: Day, retention: Retention) -> Result<Ahead, Problem> {
    // A week evens out its days, and has more answers than one of them.
    let step = query.step().unwrap_or(Step::Week);
    let (from, to) = query.days_from(today, |to| usual_from(step, retention, today).min(to));
    let expected = format!("An integer from 1 to {MOST_AHEAD}.");
    let horizon = query.parse("horizon", &expected, |text| {
        natural(text, MOST_AHEAD as u64).and_then(|n| usize::try_from(n).ok())
    });
    let horizon = horizon.unwrap_or(USUAL_AHEAD);
    query.finish(Ahead { days: Days { from, to }, step, horizon })
}

/// `?from&to`: the first and the last day.
pub fn days(mut query: Query, today: Day) -> Result<(Day, Day), Problem> {
    let days = query.days(today);
    query.finish(days)
}

/// The same of an export, and `format`: CSV, if nobody says.
pub fn export(mut query: Query, today: Day) -> Result<((Day, Day), Format), Problem> {
    let days = query.days(today);
    let format = query.parse("format", "One of: csv, jsonl.", |text| {
        Format::ALL.into_iter().find(|format| format.name() == text)
    });
    query.finish((days, format.unwrap_or(Format::Csv)))
}

/// The same, for a list of facts.
pub fn days_of_facts(mut query: Query, today: Day) -> Result<(Day, Day), Problem> {
    let (from, to) = query.days(today);
    if query.problem.is_none() && to.0 - from.0 >= MOST_DAYS_OF_FACTS {
        query.fault("from", "range", "At most 100 days of facts are listed by one reply.");
    }
    query.finish((from, to))
}
