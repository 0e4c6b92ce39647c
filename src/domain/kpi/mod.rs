//! KPIs: the figures of every question kind, as pure functions of counts.
//!
//! A value is computed from integers, exactly, and rounded once, half away from zero, to two
//! decimals. An interval is the 95 % one of the named method, rounded alike. Where nobody answered
//! there is no value: `null`, never 0. Counts are below 2^53; beyond what exact arithmetic holds
//! there is no value either, and never a panic. Scales are never pooled: one question, one scale.

pub mod ces;
pub mod comparison;
pub mod counts;
pub mod csat;
pub mod definition;
pub mod means;
pub mod measure;
pub mod nps;
pub mod quantile;
pub mod ratio;
pub mod shares;

use std::vec::IntoIter;

use serde::Serialize;

use super::days::Days;
use super::survey::{Benchmark, Id, Kind, Question};
use comparison::{Compared, Previous};
pub use counts::{Answers, Counts, Tallies};
pub use definition::Definition;
use definition::Span;
use measure::Measure;
use ratio::Ratio;

/// The two ends of an interval, low end first, unrounded.
pub type Ends = [f64; 2];

/// A confidence interval.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// Its low end, in the KPI's unit, rounded to two decimals.
    pub low: f64,
    /// Its high end, alike; not below `low`.
    pub high: f64,
    /// The confidence level: [`quantile::LEVEL`].
    pub level: f64,
    /// The method: `adjusted-wald`, `wilson` or `student-t`; of a change [`Previous::method`].
    pub method: &'static str,
}

impl Interval {
    /// The interval between `ends`, rounded; none where an end is not finite.
    pub fn new([low, high]: Ends, method: &'static str) -> Option<Self> {
        let (low, high) = (ratio::rounded(low)?, ratio::rounded(high)?);
        Some(Self { low, high, level: quantile::LEVEL, method })
    }
}

/// What a formula makes of counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// The value, rounded; none without answers.
    pub value: Option<f64>,
    /// How uncertain it is; none without answers, and where the method has none to give.
    pub interval: Option<Interval>,
}

/// The names that KPIs have.
pub const NAMES: [&str; 8] = ["nps", "csat", "ces", "ces_easy", "rating", "share", "yes", "mean"];

/// One figure of one question, with all that is needed to judge it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Kpi {
    /// The question's id.
    pub question: Id,
    /// Which KPI: one of [`NAMES`].
    pub kpi: &'static str,
    /// Of a `choice`: the option whose share this is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub option: Option<Id>,
    /// Of a `comment`: the theme whose share this is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theme: Option<Id>,
    /// The value in `unit`, to two decimals; null where nobody answered.
    pub value: Option<f64>,
    /// `points` (of a score or scale), `%`, or what a `number` is measured in, null if in nothing.
    pub unit: Option<String>,
    /// How many answered: the denominator of the value.
    pub n: u64,
    /// The 95 % interval, in `unit`.
    pub interval: Option<Interval>,
    /// Of a `number` alone: the sample standard deviation, in `unit`, to two decimals; null below
    /// two answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spread: Option<Option<f64>>,
    /// What was answered how often: every key of the scale, in its order.
    pub counts: Tallies<String>,
    /// The classes that the formula sorts the answers into; they add up to `n`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub classes: Option<Tallies<&'static str>>,
    /// The scale, and what on it counts as what.
    pub definition: Definition,
    /// The same KPI per segment of a dimension, where asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub breakdown: Option<Breakdown>,
    /// The same KPI step by step, where asked for: every step of the range, in order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub series: Option<Vec<Stepped>>,
    /// The same KPI over the period before, where asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous: Option<Previous>,
    /// The figure that the survey's owner entered for it, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub benchmark: Option<Compared>,
    /// What `value` was computed from.
    #[serde(skip)]
    pub measure: Measure,
}

impl Kpi {
    /// This KPI as the line of a breakdown: of the cohort whose counts it was computed from.
    pub fn cohort(&self, segment: impl Into<String>) -> Cohort {
        let interval = self.interval.clone();
        Cohort { segment: segment.into(), n: self.n, value: self.value, interval }
    }

    /// The least and the largest value that it can have, in its unit; none of a `number`.
    pub fn bounds(&self) -> Option<Span> {
        match (&self.measure, &self.definition) {
            (Measure::Score { .. }, _) => Some([-100, 100]),
            (Measure::Share { .. }, _) => Some([0, 100]),
            (_, Definition::Ces { scale, .. } | Definition::Rating { scale }) => Some(*scale),
            _ => None,
        }
    }

    /// This KPI as a step of a series: over the days whose counts it was computed from.
    pub fn step(&self, Days { from, to }: Days) -> Stepped {
        let (from, to) = (from.to_string(), to.to_string());
        Stepped { from, to, value: self.value, n: self.n, interval: self.interval.clone() }
    }
}

/// A KPI over one step of a series.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Stepped {
    /// The first day.
    pub from: String,
    /// The last day.
    pub to: String,
    /// The value.
    pub value: Option<f64>,
    /// How many answered.
    pub n: u64,
    /// Its interval.
    pub interval: Option<Interval>,
}

/// A KPI per segment of one dimension.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Breakdown {
    /// The dimension's name.
    pub dimension: String,
    /// The part of the total's answers that are in these cohorts: 0 to 1, to two decimals; null
    /// where the total has none.
    pub sampled: Option<f64>,
    /// The cohorts, as given.
    pub cohorts: Vec<Cohort>,
}

impl Breakdown {
    /// The cohorts of `dimension`, of a total of `n` answers.
    pub fn new(dimension: impl Into<String>, n: u64, cohorts: Vec<Cohort>) -> Self {
        let sampled = Ratio::new(cohorts.iter().map(|c| i128::from(c.n)).sum(), n.into());
        let sampled = sampled.and_then(Ratio::rounded);
        Self { dimension: dimension.into(), sampled, cohorts }
    }
}

/// A KPI of one segment; as for the total, but for what is the same in all of them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cohort {
    /// The segment, `(other)` and `(none)` included.
    pub segment: String,
    /// How many answered.
    pub n: u64,
    /// The value.
    pub value: Option<f64>,
    /// Its interval.
    pub interval: Option<Interval>,
}

/// The KPIs of a question. `themes` are the names of the survey's themes: the keys of a `comment`.
///
/// `n` is the number of answers on the scale; of a `choice` with several and of a `comment`, whose
/// tallies overlap or leave gaps, it is [`Counts::n`]. Which and how many KPIs there are depends on
/// the question and the themes alone, not on the counts.
pub fn kpis(question: &Question, themes: &[String], counts: &Counts) -> Vec<Kpi> {
    let answers = Answers::new(question, themes, counts);
    match &question.kind {
        Kind::Nps { map } => vec![nps::kpi(&answers, map.as_ref())],
        Kind::Csat { points } => vec![csat::kpi(&answers, *points)],
        Kind::Ces { points, direction } => ces::kpis(&answers, *points, *direction),
        Kind::Rating { points } => vec![means::rating(&answers, *points)],
        Kind::Choice { multiple, .. } => shares::options(&answers, *multiple),
        Kind::YesNo => vec![shares::yes(&answers)],
        Kind::Number { unit, edges } => vec![means::number(&answers, unit.as_deref(), edges)],
        Kind::Comment => shares::themes(&answers),
    }
}

/// What is told beside the KPIs of a question's total.
#[derive(Clone, Copy, Default)]
pub struct Beside<'a> {
    /// The counts of each segment of a dimension, after its name: a breakdown.
    pub by: Option<(&'a str, &'a [(String, Counts)])>,
    /// The counts of each step of a series.
    pub series: Option<&'a [(Days, Counts)]>,
    /// The counts of the period before.
    pub previous: Option<(Days, &'a Counts)>,
    /// Figures that the survey's owner entered.
    pub benchmarks: &'a [Benchmark],
    /// The figure of behaviour that the question asks for: [`Definition::measuring`].
    pub measures: Option<&'static str>,
}

/// The KPIs of a question's total, each with what is told beside it.
pub fn report(
    question: &Question,
    themes: &[String],
    total: &Counts,
    beside: Beside<'_>,
) -> Vec<Kpi> {
    let of = |counts: &Counts| kpis(question, themes, counts);
    // All of these are the same KPIs in the same order, of other counts.
    let mut segments: Vec<IntoIter<Cohort>> = beside.by.map_or(Vec::new(), |(_, all)| {
        let cohort = |(segment, counts): &(String, Counts)| {
            let cohorts: Vec<_> = of(counts).iter().map(|kpi| kpi.cohort(segment)).collect();
            cohorts.into_iter()
        };
        all.iter().map(cohort).collect()
    });
    let mut steps: Vec<IntoIter<Stepped>> = beside.series.map_or(Vec::new(), |all| {
        let step = |(days, counts): &(Days, Counts)| {
            let steps: Vec<_> = of(counts).iter().map(|kpi| kpi.step(*days)).collect();
            steps.into_iter()
        };
        all.iter().map(step).collect()
    });
    let mut before = beside.previous.map(|(days, counts)| (days, of(counts).into_iter()));
    let tell = |kpi: Kpi| {
        let cohorts = segments.iter_mut().filter_map(Iterator::next).collect();
        let steps = steps.iter_mut().filter_map(Iterator::next).collect();
        let before = before.as_mut().and_then(|(days, kpis)| Some((*days, kpis.next()?)));
        let benchmark = beside.benchmarks.iter().find(|benchmark| benchmark.is_for(&kpi));
        Kpi {
            breakdown: beside.by.map(|(name, _)| Breakdown::new(name, kpi.n, cohorts)),
            series: beside.series.map(|_| steps),
            previous: before.map(|(days, before)| Previous::new(&kpi.measure, &before, days)),
            benchmark: benchmark.map(|benchmark| Compared::new(&kpi.measure, benchmark)),
            definition: match beside.measures {
                Some(figure) => kpi.definition.measuring(figure),
                None => kpi.definition,
            },
            ..kpi
        }
    };
    of(total).into_iter().map(tell).collect()
}
