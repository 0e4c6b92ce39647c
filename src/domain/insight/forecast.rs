//! Forecasts: what the next steps of every KPI may be, as far as its past says.
//!
//! The history of a KPI is the run of whole, complete steps with answers that ends with the last of them.
//! A step without answers has no value, and none is made up: what lies before it does not count. A step
//! counts the same however many answered, so the noise of small numbers is in the errors that the
//! interval is made from.

use std::collections::BTreeMap;

use serde::Serialize;

use super::backtest;
use super::smoothing::{self, LEAST, MOST, held};
use crate::domain::days::{Days, Step};
use crate::domain::kpi::ratio::{Ratio, rounded};
use crate::domain::kpi::{Counts, Ends, Interval, Kpi, Parts, kpis};
use crate::domain::retention::Retention;
use crate::domain::survey::{Id, Question, Survey};
use crate::domain::time::Day;

/// The method of the intervals: Student's t around a state-space model of exponential smoothing.
pub const METHOD: &str = "ets-student-t";
/// The most steps ahead.
pub const MOST_AHEAD: usize = 26;
/// How many steps ahead, if nobody says: a week of days, two months of weeks, over half a year of months.
pub const USUAL_AHEAD: usize = 8;

/// The forecast of a KPI.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Forecast {
    /// The question's id.
    pub question: Id,
    /// Which KPI: `nps`, `csat`, `ces`, `ces_easy`, `rating`, `share`, `yes` or `mean`.
    pub kpi: &'static str,
    /// Of a `choice`: the option whose share this is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub option: Option<Id>,
    /// Of a `comment`: the theme whose share this is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theme: Option<Id>,
    /// Its unit, which is that of every figure but the constants.
    pub unit: Option<String>,
    /// What the forecast follows from.
    pub history: History,
    /// The model; null without a forecast.
    pub model: Option<Model>,
    /// How well the same was done before; null without a forecast.
    pub backtest: Option<Backtest>,
    /// The next steps; null with a `reason`.
    pub forecast: Option<Vec<Ahead>>,
    /// Why there is no forecast.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

/// The steps that a forecast follows from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct History {
    /// How many there are.
    pub steps: usize,
    /// The first day of the first; null where there is none.
    pub from: Option<String>,
    /// The last day of the last; null where there is none.
    pub to: Option<String>,
    /// The step without a value that ended it towards the past; absent where the range did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gap: Option<Gap>,
}

/// A step without a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// The first day.
    pub from: String,
    /// The last day.
    pub to: String,
}

/// The model that a forecast follows from, and its constants (0 to 1, to two decimals).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Model {
    /// Its name: error, trend, season.
    pub name: &'static str,
    /// How much the newest value counts for the level.
    pub alpha: Option<f64>,
    /// The same for the slope, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beta: Option<f64>,
    /// The same for the season, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gamma: Option<f64>,
    /// How many steps the season has, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub season: Option<usize>,
}

/// How a model that knew nothing of the last steps forecast them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Backtest {
    /// How many steps were held out.
    pub steps: usize,
    /// The model that was chosen without them.
    pub model: &'static str,
    /// Its mean absolute error.
    pub error: Option<f64>,
    /// That of telling the last value again.
    pub last_value_error: Option<f64>,
    /// Whether the first is smaller than the second, before both are rounded.
    pub beats_last_value: bool,
}

/// The forecast of one step.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ahead {
    /// The first day.
    pub from: String,
    /// The last day.
    pub to: String,
    /// The value to be expected.
    pub value: Option<f64>,
    /// Where the value will be, with a probability of 95 %, as far as the model is right; null where the
    /// past made no errors to judge by.
    pub interval: Option<Interval>,
}

/// Why there is no forecast.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// `too_short`: the history has fewer steps than are needed; `too_large`: its values are beyond what
    /// is computed.
    pub code: &'static str,
    /// How many steps the history has.
    pub steps: usize,
    /// How many are needed.
    pub at_least: usize,
}

/// What is to be forecast.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The steps of a range, each with its key: [`crate::domain::plan::Plan::steps`].
    pub steps: &'a [(String, Days)],
    /// What they are.
    pub step: Step,
    /// The last day that is readable by month alone.
    pub by_month: Day,
    /// The last day to which nothing can be added any more.
    pub complete_through: Day,
    /// How many steps ahead.
    pub horizon: usize,
}

/// The first day of the history, if nobody says: the first one kept by day, or the first month kept.
pub fn usual_from(step: Step, retention: Retention, today: Day) -> Day {
    match step {
        Step::Month => retention.horizon(today),
        Step::Day | Step::Week => retention.cut(today, None).plus(1),
    }
}

/// How many steps a season has: a week of days, a year of months. A year of weeks has none: two of them
/// are 104 weeks, longer than most of what is kept by day.
pub fn season(step: Step) -> Option<usize> {
    match step {
        Step::Day => Some(7),
        Step::Week => None,
        Step::Month => Some(12),
    }
}

/// The forecast of every KPI of `survey`, in its order. `found`: of each question the counts of the steps
/// that have any, by key.
pub fn forecasts(
    survey: &Survey,
    found: &BTreeMap<String, Parts>,
    asked: Asked<'_>,
) -> Vec<Forecast> {
    let themes: Vec<String> = survey.themes.iter().map(|theme| theme.name.clone()).collect();
    let whole = asked.whole();
    let none = Parts::new();
    let each = |question: &Question| {
        let parts = found.get(&question.id).unwrap_or(&none);
        of_question(question, &themes, parts, &whole, asked)
    };
    survey.questions.iter().flat_map(each).collect()
}

fn of_question(
    question: &Question,
    themes: &[String],
    parts: &Parts,
    whole: &[&(String, Days)],
    asked: Asked<'_>,
) -> Vec<Forecast> {
    let none = Counts::default();
    // Newest first, as far as they can matter: KPIs of each step, in the same order.
    let last = whole.iter().rev().take(MOST + 1);
    let steps: Vec<(Days, Vec<Kpi>)> = last
        .map(|(key, days)| (*days, kpis(question, themes, parts.get(key).unwrap_or(&none))))
        .collect();
    let each = kpis(question, themes, &none).into_iter().enumerate().map(|(at, kpi)| {
        let value = |kpis: &Vec<Kpi>| Some(kpis.get(at)?.measure.ratio().map(Ratio::to_f64));
        let all = steps.iter().filter_map(|(days, kpis)| Some((*days, value(kpis)?)));
        of_kpi(kpi, &all.collect::<Vec<_>>(), asked)
    });
    each.collect()
}

/// The forecast of one KPI, from its values, newest first.
fn of_kpi(kpi: Kpi, values: &[(Days, Option<f64>)], asked: Asked<'_>) -> Forecast {
    let run: Vec<(Days, f64)> =
        values.iter().map_while(|(days, value)| Some((*days, (*value)?))).take(MOST).collect();
    let gap = values.get(run.len()).filter(|(_, value)| value.is_none());
    let history = History {
        steps: run.len(),
        from: run.last().map(|(days, _)| days.from.to_string()),
        to: run.first().map(|(days, _)| days.to.to_string()),
        gap: gap.map(|(days, _)| Gap { from: days.from.to_string(), to: days.to.to_string() }),
    };
    let ys: Vec<f64> = run.iter().rev().map(|(_, value)| *value).collect();
    let end = run.first().map(|(days, _)| days.to);
    let made = end.and_then(|end| made(&ys, end, range(&kpi), asked));
    let code = if ys.len() < LEAST { "too_short" } else { "too_large" };
    let reason = Reason { code, steps: ys.len(), at_least: LEAST };
    let reason = made.is_none().then_some(reason);
    let (model, backtest, forecast) = match made {
        Some((model, backtest, forecast)) => (Some(model), Some(backtest), Some(forecast)),
        None => (None, None, None),
    };
    let Kpi { question, kpi, option, theme, unit, .. } = kpi;
    Forecast { question, kpi, option, theme, unit, history, model, backtest, forecast, reason }
}

/// The model, its backtest and what it forecasts after the day `end`, within what is possible.
fn made(
    ys: &[f64],
    end: Day,
    within: Option<Ends>,
    asked: Asked<'_>,
) -> Option<(Model, Backtest, Vec<Ahead>)> {
    smoothing::can_be(ys).then_some(())?;
    let season = season(asked.step);
    let backtest = backtest::Backtest::new(ys, season, asked.horizon, within)?;
    let model = smoothing::Model::choose(ys, season)?;
    let ahead = model.ahead(ys, asked.horizon)?;
    let days = next(asked.step, end, asked.horizon);
    let forecast = ahead.into_iter().zip(days).map(|(step, days)| Ahead {
        from: days.from.to_string(),
        to: days.to.to_string(),
        value: rounded(held(step.value, within)),
        interval: step
            .ends
            .and_then(|ends| Interval::new(ends.map(|end| held(end, within)), METHOD)),
    });
    let told = Model {
        name: model.name(),
        alpha: rounded(model.alpha),
        beta: model.beta.and_then(rounded),
        gamma: model.gamma.and_then(rounded),
        season: model.period(),
    };
    let backtest = Backtest {
        steps: backtest.held_out,
        model: backtest.model.name(),
        error: rounded(backtest.error),
        last_value_error: rounded(backtest.last_value),
        beats_last_value: backtest.beats_last_value(),
    };
    Some((told, backtest, forecast.collect()))
}

impl<'a> Asked<'a> {
    /// The steps that are whole, as fine as was asked for, and complete.
    fn whole(self) -> Vec<&'a (String, Days)> {
        let whole = |days: Days| match self.step {
            Step::Day => days.from > self.by_month,
            Step::Week => days.from > self.by_month && days.count() == 7,
            Step::Month => days.from == days.from.month_start() && days.to == days.to.month_end(),
        };
        let complete = |days: Days| days.to <= self.complete_through;
        self.steps.iter().filter(|(_, days)| whole(*days) && complete(*days)).collect()
    }
}

/// So many steps after the day `end`.
fn next(step: Step, end: Day, horizon: usize) -> Vec<Days> {
    // No step is longer than 31 days.
    let enough = i32::try_from(horizon.saturating_mul(31)).unwrap_or(i32::MAX);
    let days = Days { from: end.plus(1), to: end.plus(enough) };
    let steps = days.steps(step, Day(i32::MIN)).into_iter().map(|(_, days)| days);
    steps.take(horizon).collect()
}

/// The least and the largest value that the KPI can have, in its unit.
fn range(kpi: &Kpi) -> Option<Ends> {
    kpi.bounds().map(|ends| ends.map(|end| end as f64 / 1000.0))
}
