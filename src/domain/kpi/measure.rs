//! What a KPI's value is computed from: integer counts, and which of the three formulas they go into.
//! From it follow the value with its interval, and how it differs from another one.

use super::means::Sample;
use super::quantile::Confidence;
use super::ratio::Ratio;
use super::{Ends, Estimate, Interval, nps, shares};

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

    /// The interval of the value, unrounded, at another level; none without answers, and where the method
    /// has none to give.
    pub fn interval_at(&self, confidence: Confidence) -> Option<Ends> {
        match self {
            Self::Score { promoters, detractors, n } => {
                nps::adjusted_wald_at([*promoters, *detractors, *n], confidence)
            }
            Self::Share { part, n } => shares::wilson_at(*part, *n, confidence),
            Self::Mean(sample) => sample.student_t_at(confidence),
        }
    }

    /// How many answered.
    fn n(&self) -> f64 {
        match self {
            Self::Score { n, .. } | Self::Share { n, .. } => *n as f64,
            Self::Mean(sample) => sample.n() as f64,
        }
    }

    /// How much single answers vary, as a variance in the value's unit; none without answers.
    fn variance(&self) -> Option<f64> {
        let mean = self.ratio()?.to_f64() / 100.0;
        Some(match self {
            Self::Score { promoters, detractors, n } => {
                let extreme = (*promoters as f64 + *detractors as f64) / *n as f64;
                10_000.0 * (extreme - mean * mean)
            }
            Self::Share { .. } => 10_000.0 * mean * (1.0 - mean),
            Self::Mean(sample) => sample.variance()?,
        })
    }

    /// Whether this and `other`, which are disjoint and make up `both`, differ by more than chance deals
    /// out where the same answers are parted at random.
    ///
    /// Pitman 1937, "Significance tests which may be applied to samples from any populations" (Journal
    /// of the Royal Statistical Society, Supplement 4), by the normal distribution.
    pub fn parted(&self, other: &Self, both: &Self, confidence: Confidence) -> Option<bool> {
        let difference = self.ratio()?.to_f64() - other.ratio()?.to_f64();
        let error = both.variance()? * (1.0 / self.n() + 1.0 / other.n());
        Some(difference.abs() > confidence.z * error.sqrt())
    }

    /// The method by which a change is judged, where nothing speaks against it: see [`Change::method`].
    pub fn method(&self) -> &'static str {
        match self {
            Self::Score { .. } => "adjusted-wald-difference",
            Self::Share { .. } => "newcombe",
            Self::Mean(_) => "welch",
        }
    }

    /// The change since `before`, which is of the same formula; none where a side has no answers, and
    /// where no method has an interval to give.
    pub fn change(&self, before: &Self) -> Option<Change> {
        self.change_at(before, Confidence::ONE)
    }

    /// The same at another level.
    pub fn change_at(&self, before: &Self, confidence: Confidence) -> Option<Change> {
        let usual = |ends| Change { ends, method: self.method() };
        match (self, before) {
            (
                Self::Score { promoters, detractors, n },
                Self::Score { promoters: p, detractors: d, n: m },
            ) => {
                let (now, before) = ([*promoters, *detractors, *n], [*p, *d, *m]);
                nps::adjusted_wald_difference_at(now, before, confidence).map(usual)
            }
            (Self::Share { part, n }, Self::Share { part: p, n: m }) => {
                shares::newcombe_at([*part, *n], [*p, *m], confidence).map(usual)
            }
            (Self::Mean(now), Self::Mean(before)) => {
                let welch = now.welch_at(before, confidence).map(usual);
                let pitman = |ends| Change { ends, method: "pitman" };
                welch.or_else(|| now.pitman_at(before, confidence).map(pitman))
            }
            _ => None,
        }
    }
}

/// How far a value may have changed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// The ends of its interval, unrounded, in the value's unit.
    pub ends: Ends,
    /// The method of the interval: `adjusted-wald-difference`, `newcombe`, `welch`, `pitman` for means that
    /// are of the same answer each, or `bonferroni` of the engagement score.
    pub method: &'static str,
}

impl Change {
    /// Whether its interval leaves out 0, by the ends as they are.
    pub fn is_significant(&self) -> bool {
        let [low, high] = self.ends;
        low > 0.0 || high < 0.0
    }

    /// Its interval, as it is told.
    pub fn interval(&self) -> Option<Interval> {
        Interval::new(self.ends, self.method)
    }
}
