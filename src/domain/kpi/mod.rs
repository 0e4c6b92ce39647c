//! KPIs: the figures of every question kind, as pure functions of counts.
//!
//! A value is computed from integers, exactly, and rounded once, half away from zero, to two
//! decimals. An interval is the 95 % one of the named method, rounded alike. Where nobody answered
//! there is no value: `null`, never 0. Counts are below 2^53; beyond what exact arithmetic holds
//! there is no value either, and never a panic. Scales are never pooled: one question, one scale.

pub mod business;
pub mod business_report;
pub mod ces;
pub mod comparison;
pub mod counts;
pub mod csat;
pub mod definition;
pub mod engagement;
pub mod figure;
pub mod means;
pub mod measure;
pub mod nps;
pub mod quantile;
pub mod ratio;
pub mod shares;

use std::collections::BTreeMap;

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

/// One figure of one question, with all that is needed to judge it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Kpi {
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
        let (segment, measure) = (segment.into(), self.measure.clone());
        Cohort { segment, n: self.n, value: self.value, interval, previous: None, measure }
    }

    /// The least and the largest value that it can have, in thousandths of its unit; of the mean of a
    /// `number` the bounds of its answers.
    pub fn bounds(&self) -> Option<Span> {
        let points = |span: Span| Some(span.map(|point| point * 1000));
        match (&self.measure, &self.definition) {
            (Measure::Score { .. }, _) => points([-100, 100]),
            (Measure::Share { .. }, _) => points([0, 100]),
            (_, Definition::Ces { scale, .. } | Definition::Rating { scale }) => points(*scale),
            (_, Definition::Number { bounds, .. }) => Some(*bounds),
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
    /// Of a dimension, without cohorts yet.
    pub fn of(dimension: &str) -> Self {
        Self { dimension: dimension.to_owned(), sampled: None, cohorts: Vec::new() }
    }

    /// Notes how much of a total of `n` answers the cohorts are.
    pub fn sample(&mut self, n: u64) {
        let part = self.cohorts.iter().map(|cohort| i128::from(cohort.n)).sum();
        self.sampled = Ratio::new(part, n.into()).and_then(Ratio::rounded);
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
    /// The same segment over the period before, where asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous: Option<Previous>,
    /// What `value` was computed from.
    #[serde(skip)]
    pub measure: Measure,
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

/// Counts of the parts of a whole.
pub type Parts = BTreeMap<String, Counts>;

/// What is told beside the KPIs of a question's total.
#[derive(Clone, Copy, Default)]
pub struct Beside<'a> {
    /// The counts of each segment of a dimension, after its name: a breakdown.
    pub by: Option<(&'a str, &'a Parts)>,
    /// The steps of a series, and the counts of those that have any, by key.
    pub series: Option<(&'a [(String, Days)], &'a Parts)>,
    /// The counts of the period before: of the total, and of each segment of the dimension.
    pub previous: Option<(Days, &'a Counts, &'a Parts)>,
    /// Figures that the survey's owner entered.
    pub benchmarks: &'a [Benchmark],
    /// The figure of behaviour that the question asks for: [`Definition::measure`].
    pub measures: Option<&'static str>,
}

/// The KPIs of a question's total, each with what is told beside it.
pub fn report(
    question: &Question,
    themes: &[String],
    total: &Counts,
    beside: Beside<'_>,
) -> Vec<Kpi> {
    let mut all = kpis(question, themes, total);
    let none = Counts::default();
    // The same KPIs in the same order, of other counts, one by one with those of the total.
    let mut each = |counts: &Counts, tell: &dyn Fn(&mut Kpi, &Kpi)| {
        let others = kpis(question, themes, counts);
        all.iter_mut().zip(&others).for_each(|(kpi, other)| tell(kpi, other));
    };
    if let Some((dimension, segments)) = beside.by {
        each(total, &|kpi, _| kpi.breakdown = Some(Breakdown::of(dimension)));
        for (segment, counts) in segments {
            each(counts, &|kpi, part| {
                if let Some(breakdown) = &mut kpi.breakdown {
                    breakdown.cohorts.push(part.cohort(segment));
                }
            });
            let Some((days, _, before)) = beside.previous else { continue };
            each(before.get(segment).unwrap_or(&none), &|kpi, before| {
                if let Some(cohort) = kpi.breakdown.as_mut().and_then(|all| all.cohorts.last_mut())
                {
                    cohort.previous = Some(Previous::new(&cohort.measure, before, days));
                }
            });
        }
    }
    if let Some((steps, parts)) = beside.series {
        each(total, &|kpi, _| kpi.series = Some(Vec::with_capacity(steps.len())));
        for (key, days) in steps {
            each(parts.get(key).unwrap_or(&none), &|kpi, part| {
                if let Some(series) = &mut kpi.series {
                    series.push(part.step(*days));
                }
            });
        }
    }
    if let Some((days, counts, _)) = beside.previous {
        each(counts, &|kpi, before| {
            kpi.previous = Some(Previous::new(&kpi.measure, before, days));
        });
    }
    for kpi in &mut all {
        if let Some(breakdown) = &mut kpi.breakdown {
            breakdown.sample(kpi.n);
        }
        let benchmark = beside.benchmarks.iter().find(|benchmark| benchmark.is_for(kpi));
        kpi.benchmark = benchmark.map(|benchmark| Compared::new(&kpi.measure, benchmark));
        if let Some(figure) = beside.measures {
            kpi.definition.measure(figure);
        }
    }
    all
}
