//! What a value is held against: the period before, and figures that the survey's owner entered.

use serde::Serialize;

use super::measure::Measure;
use super::ratio::Ratio;
use super::{Interval, Kpi};
use crate::domain::days::Days;
use crate::domain::source_json::Named;
use crate::domain::survey::Benchmark;

/// The same KPI over the period before, and the change since.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Previous {
    /// The first day.
    pub from: String,
    /// The last day.
    pub to: String,
    /// The value over that period, as everywhere.
    pub value: Option<f64>,
    /// How many answered then.
    pub n: u64,
    /// The value now less the value then, from integer counts and rounded once; null where either
    /// has none.
    pub change: Option<f64>,
    /// Whether the interval of the change leaves out 0; null where there is none.
    pub significant: Option<bool>,
    /// The method of the interval: `adjusted-wald-difference`, `newcombe`, `welch` or `pitman`.
    pub method: &'static str,
    /// The 95 % interval of the change, in the KPI's unit.
    pub interval: Option<Interval>,
}

impl Previous {
    /// How `now` differs from `before`, which is over `days`.
    pub fn new(now: &Measure, before: &Kpi, days: Days) -> Self {
        let judged = now.change(&before.measure);
        let change = now.ratio().zip(before.measure.ratio());
        Self {
            from: days.from.to_string(),
            to: days.to.to_string(),
            value: before.value,
            n: before.n,
            change: change.and_then(|(now, before)| now.minus(before)).and_then(Ratio::rounded),
            significant: judged.map(|change| change.is_significant()),
            method: judged.map_or_else(|| now.method(), |change| change.method),
            interval: judged.and_then(|change| change.interval()),
        }
    }
}

/// A figure that the survey's owner entered, and how far the value is from it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Compared {
    /// The figure, in the KPI's unit.
    pub value: f64,
    /// The value less the figure, rounded once; null without answers.
    pub difference: Option<f64>,
    /// Where the figure is from, in the owner's words.
    pub source: String,
    /// Which year it is of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<i64>,
}

impl Compared {
    /// How `measure` differs from `benchmark`.
    pub fn new(measure: &Measure, benchmark: &Benchmark) -> Self {
        let figure = Ratio::new(benchmark.value.into(), 1000);
        let difference = measure.ratio().zip(figure).and_then(|(value, other)| value.minus(other));
        Self {
            value: benchmark.value as f64 / 1000.0,
            difference: difference.and_then(Ratio::rounded),
            source: benchmark.source.clone(),
            year: benchmark.year,
        }
    }
}

impl Benchmark {
    /// Whether it is for this KPI.
    pub fn is_for(&self, kpi: &Kpi) -> bool {
        self.named().is(kpi)
    }

    /// What names its KPI.
    pub fn named(&self) -> Named<'_> {
        let Self { question, kpi, option, theme, .. } = self;
        Named { question, kpi, option: option.as_deref(), theme: theme.as_deref() }
    }
}
