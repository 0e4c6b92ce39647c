//! Cohorts, their tallies, and how they add up.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The segment of a drawn dimension that a response did not name.
pub const NONE: &str = "(none)";
/// The segment that overdue segments of a dimension are merged into.
pub const OTHER: &str = "(other)";
/// Where responses without any dimension are, and what an overdue `(other)` is merged into.
pub const UNATTRIBUTED: &str = "(unattributed)";

/// Which part of a question's responses: every response is in exactly one cohort.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cohort {
    /// The dimension that was drawn; empty for `(unattributed)`.
    pub dimension: String,
    /// The segment: a declared one, or `(none)`, `(other)`, `(unattributed)`.
    pub segment: String,
}

impl Cohort {
    /// A segment of a dimension.
    pub fn of(dimension: &str, segment: &str) -> Self {
        Self { dimension: dimension.to_owned(), segment: segment.to_owned() }
    }

    /// The cohort without a dimension.
    pub fn unattributed() -> Self {
        Self::of("", UNATTRIBUTED)
    }

    /// Where this cohort goes when it has waited too long; nowhere, for the last one.
    pub fn wider(&self) -> Option<Self> {
        match self.segment.as_str() {
            UNATTRIBUTED => None,
            OTHER => Some(Self::unattributed()),
            _ => Some(Self::of(&self.dimension, OTHER)),
        }
    }
}

/// How often each answer was given: key of the answer → count. A question's scale says which keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tallies(pub BTreeMap<String, u64>);

impl Tallies {
    /// Counts one answer, with all of its keys.
    pub fn count(&mut self, keys: &[String]) {
        for key in keys {
            *self.0.entry(key.clone()).or_default() += 1;
        }
    }

    /// Takes one answer out again, with all of its keys.
    pub fn discount(&mut self, keys: &[String]) {
        for key in keys {
            if let Some(count) = self.0.get_mut(key) {
                *count = count.saturating_sub(1);
            }
        }
        self.0.retain(|_, count| *count > 0);
    }

    /// Adds what others were counted.
    pub fn add(&mut self, other: &Self) {
        for (key, count) in &other.0 {
            *self.0.entry(key.clone()).or_default() += count;
        }
    }
}

/// A sealed bucket on its way to D1: anonymous, and never changed again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// The question.
    pub question: String,
    /// The cohort's dimension; empty for `(unattributed)`.
    pub dimension: String,
    /// The cohort's segment.
    pub segment: String,
    /// The floor that it had to reach: at least 5.
    pub min_cohort: u64,
    /// How many responses it holds: at least `min_cohort`.
    pub n: u64,
    /// Their answers.
    pub tallies: Tallies,
}
