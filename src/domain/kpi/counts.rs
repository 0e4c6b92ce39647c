//! Counts, and their place on a question's scale.
//!
//! What is not on the scale is ignored: no formula ever sees it.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::definition::{Definition, Span};
use super::measure::Measure;
use super::{Estimate, Kpi};
use crate::domain::survey::{Kind, Question};

/// How a question was answered in one cohort, or in the sum of several.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// How many answered it: below 2^53.
    pub n: u64,
    /// How often each answer was given, each below 2^53, by [`Kind::keys`]; of a `comment`, by
    /// theme. Where several may be given at once, these need not add up to `n`.
    pub tallies: BTreeMap<String, u64>,
}

/// Tallies in an order of their own, which they keep on the wire: there they are an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tallies<K>(pub Vec<(K, u64)>);

impl<K: Serialize> Serialize for Tallies<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, tally)| (key, tally)))
    }
}

impl<K: PartialEq> Tallies<K> {
    /// The sum of all.
    pub fn total(&self) -> u64 {
        sum(self.0.iter())
    }

    /// The sum of those under `keys`.
    pub fn among(&self, keys: &[K]) -> u64 {
        sum(self.0.iter().filter(|(key, _)| keys.contains(key)))
    }
}

fn sum<'a, K: 'a>(tallies: impl Iterator<Item = &'a (K, u64)>) -> u64 {
    tallies.fold(0, |sum, (_, tally)| sum.saturating_add(*tally))
}

/// The keys of the points of `span`.
pub fn points([low, high]: Span) -> Vec<String> {
    (low..=high).map(|point| point.to_string()).collect()
}

/// The answers to one question: its counts, laid out on its scale.
#[derive(Clone, Debug)]
pub struct Answers<'a> {
    /// The question's id.
    question: &'a str,
    /// How many answered.
    pub n: u64,
    /// Every key of the scale, in its order, zeros included.
    pub tallies: Tallies<String>,
}

impl<'a> Answers<'a> {
    /// Lays `counts` out on the scale of `question`; that of a `comment` is `themes`.
    pub fn new(question: &'a Question, themes: &[String], counts: &Counts) -> Self {
        let (keys, overlap) = match &question.kind {
            Kind::Comment => (themes.to_vec(), true),
            kind => (kind.keys(), matches!(kind, Kind::Choice { multiple: true, .. })),
        };
        let tally = |key: String| {
            let tally = counts.tallies.get(&key).copied().unwrap_or(0);
            (key, tally)
        };
        let tallies = Tallies(keys.into_iter().map(tally).collect());
        let n = if overlap { counts.n } else { tallies.total() };
        Self { question: &question.id, n, tallies }
    }

    /// The KPI of these answers that has no more to it than this.
    pub fn kpi(
        &self,
        kpi: &'static str,
        unit: Option<&str>,
        measure: Measure,
        definition: Definition,
    ) -> Kpi {
        let Estimate { value, interval } = measure.estimate();
        Kpi {
            question: self.question.to_owned(),
            kpi,
            option: None,
            theme: None,
            value,
            unit: unit.map(str::to_owned),
            n: self.n,
            interval,
            spread: None,
            counts: self.tallies.clone(),
            classes: None,
            definition,
            breakdown: None,
            series: None,
            previous: None,
            benchmark: None,
            measure,
        }
    }
}
