//! What a KPI's value is computed from: integer counts, and which of the three formulas they go into.
//! From it follow the value with its interval, and how it differs from another one.

use super::means::Sample;
use super::ratio::Ratio;
use super::{Ends, Estimate, nps, shares};

/// The counts behind a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Measure {
    /// A Net Promoter Score.
    Score {
        /// How many promote.
        promoters: u64,
        /// How many detract.
        detractors: u64,
        /// How many answered.
        n: u64,
    },
    /// A share.
    Share {
        /// How many it counts.
        part: u64,
        /// How many answered.
        n: u64,
    },
    /// A mean.
    Mean(Sample),
}

impl Measure {
    /// The value, exactly; none without answers.
    pub fn ratio(&self) -> Option<Ratio> {
        match self {
            Self::Score { promoters, detractors, n } => nps::ratio(*promoters, *detractors, *n),
            Self::Share { part, n } => shares::ratio(*part, *n),
            Self::Mean(sample) => sample.mean(),
        }
    }

    /// The value, rounded, with its interval.
    pub fn estimate(&self) -> Estimate {
        match self {
            Self::Score { promoters, detractors, n } => nps::score(*promoters, *detractors, *n),
            Self::Share { part, n } => shares::share(*part, *n),
            Self::Mean(sample) => sample.estimate(),
        }
    }

    /// The method by which a change is judged.
    pub fn method(&self) -> &'static str {
        match self {
            Self::Score { .. } => "adjusted-wald-difference",
            Self::Share { .. } => "newcombe",
            Self::Mean(_) => "welch",
        }
    }

    /// The interval of the change since `before`, which is of the same formula; none where a side
    /// has no answers, and where the method has none to give.
    pub fn change(&self, before: &Self) -> Option<Ends> {
        match (self, before) {
            (
                Self::Score { promoters, detractors, n },
                Self::Score { promoters: p, detractors: d, n: m },
            ) => nps::adjusted_wald_difference([*promoters, *detractors, *n], [*p, *d, *m]),
            (Self::Share { part, n }, Self::Share { part: p, n: m }) => {
                shares::newcombe([*part, *n], [*p, *m])
            }
            (Self::Mean(now), Self::Mean(before)) => now.welch(before),
            _ => None,
        }
    }
}
