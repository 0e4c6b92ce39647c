//! Means: of a rating or an effort score from its points, of a number from its bins' midpoints.

use super::counts::{Answers, Tallies};
use super::definition::Definition;
use super::measure::Measure;
use super::quantile::{Confidence, student_at};
use super::ratio::{Ratio, rounded};
use super::{Ends, Estimate, Interval, Kpi};

/// The KPI `rating` on a scale of 1 to `points`: the mean, in points of the scale.
pub fn rating(answers: &Answers<'_>, points: i64) -> Kpi {
    on_scale(answers, "rating", Definition::Rating { scale: [1, points] })
}

/// The KPI `kpi`: the mean of a scale that starts at 1, in points of the scale.
pub fn on_scale(answers: &Answers<'_>, kpi: &'static str, definition: Definition) -> Kpi {
    let sample = Sample::new(1, 1.., &answers.tallies);
    answers.kpi(kpi, Some("points"), Measure::Mean(sample), definition)
}

/// The KPI `mean` of a number, with its spread, in `unit`; `edges` are those of its bins, in
/// thousandths. Every answer counts as the middle of its bin.
pub fn number(answers: &Answers<'_>, unit: Option<&str>, edges: &[i64]) -> Kpi {
    let twice = edges.iter().zip(edges.iter().skip(1));
    let twice = twice.map(|(low, high)| i128::from(*low) + i128::from(*high));
    let sample = Sample::new(2000, twice, &answers.tallies);
    let spread = Some(sample.spread());
    let definition = Definition::number(unit, edges);
    Kpi { spread, ..answers.kpi("mean", unit, Measure::Mean(sample), definition) }
}

/// A sample of numbers, as counts of equal ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// How many of the integers in `counts` make 1.
    per: i128,
    /// Each number, and how often it occurs.
    counts: Vec<(i128, i128)>,
}

impl Sample {
    /// The numbers `xs`, in `per`ths, each as often as the tally at its place says.
    pub fn new<K>(per: u16, xs: impl IntoIterator<Item = i128>, tallies: &Tallies<K>) -> Self {
        let tallies = tallies.0.iter().map(|(_, tally)| i128::from(*tally));
        Self { per: per.into(), counts: xs.into_iter().zip(tallies).collect() }
    }

    /// How many there are.
    pub fn n(&self) -> i128 {
        self.counts.iter().map(|(_, count)| count).sum()
    }

    /// The sum of `term` over all, in `per`ths or powers of them.
    fn sum(&self, term: impl Fn(i128) -> Option<i128>) -> Option<i128> {
        self.counts
            .iter()
            .try_fold(0, |sum: i128, (x, count)| sum.checked_add(term(*x)?.checked_mul(*count)?))
    }

    /// The mean; none of no numbers.
    pub fn mean(&self) -> Option<Ratio> {
        Ratio::new(self.sum(Some)?, self.n().checked_mul(self.per)?)
    }

    /// The sample variance, (n·Σx² − (Σx)²) / (n·(n − 1)), where that fits an `i128`.
    fn exact_variance(&self) -> Option<Ratio> {
        let n = self.n();
        let sum = self.sum(Some)?;
        let squares = self.sum(|x| x.checked_mul(x))?;
        let scatter = n.checked_mul(squares)?.checked_sub(sum.checked_mul(sum)?)?;
        Ratio::new(scatter, n.checked_mul(n - 1)?.checked_mul(self.per * self.per)?)
    }

    /// The sample variance, Σ(x − mean)² / (n − 1), from deviations that are exact up to a division.
    fn summed_variance(&self) -> Option<f64> {
        let n = self.n();
        let sum = self.sum(Some)?;
        let squares = self.counts.iter().try_fold(0.0, |squares, (x, count)| {
            let deviation = n.checked_mul(*x)?.checked_sub(sum)? as f64 / (n * self.per) as f64;
            Some(squares + *count as f64 * deviation * deviation)
        })?;
        (n > 1).then_some(squares / (n - 1) as f64)
    }

    /// The sample variance (with n − 1), not below 0; none of fewer than two numbers.
    pub fn variance(&self) -> Option<f64> {
        self.exact_variance().map(Ratio::to_f64).or_else(|| self.summed_variance())
    }

    /// The sample standard deviation, rounded to two decimals; none of fewer than two numbers.
    pub fn spread(&self) -> Option<f64> {
        let exact = self.exact_variance().and_then(Ratio::root_rounded);
        exact.or_else(|| rounded(self.variance()?.sqrt()))
    }

    /// The interval of the mean; none of fewer than two numbers, or where all are the same.
    ///
    /// Student 1908, "The probable error of a mean" (Biometrika 6): mean ± t·s/√n, with n − 1
    /// degrees of freedom. It is not cut off at the ends of a scale, which it may pass where few
    /// answered: a shortened one would look more certain than it is.
    pub fn student_t(&self) -> Option<Ends> {
        self.student_t_at(Confidence::ONE)
    }

    /// The same at another level.
    pub fn student_t_at(&self, confidence: Confidence) -> Option<Ends> {
        let n = self.n();
        let variance = self.variance().filter(|variance| *variance > 0.0)?;
        let half = student_at((n - 1) as f64, confidence)? * (variance / n as f64).sqrt();
        let mean = self.mean()?.to_f64();
        Some([mean - half, mean + half])
    }

    /// The mean, rounded, with its Student's t interval.
    pub fn estimate(&self) -> Estimate {
        Estimate {
            value: self.mean().and_then(Ratio::rounded),
            interval: self.student_t().and_then(|ends| Interval::new(ends, "student-t")),
        }
    }

    /// The interval of the change of a mean since `before`; none where a side has fewer than two
    /// numbers, or where neither side has any spread.
    ///
    /// Welch 1947, "The generalization of 'Student's' problem when several different population
    /// variances are involved" (Biometrika 34), with the degrees of freedom of Satterthwaite 1946.
    pub fn welch(&self, before: &Self) -> Option<Ends> {
        self.welch_at(before, Confidence::ONE)
    }

    /// The same at another level.
    pub fn welch_at(&self, before: &Self, confidence: Confidence) -> Option<Ends> {
        let side = |sample: &Self| {
            let n = sample.n();
            Some((sample.mean()?, sample.variance()? / n as f64, (n - 1) as f64))
        };
        let ((now, now_error, now_freedom), (before, before_error, before_freedom)) =
            (side(self)?, side(before)?);
        let error = Some(now_error + before_error).filter(|error| *error > 0.0)?;
        // As parts of the whole, so that no square is too small to be held.
        let part = |own: f64, freedom: f64| (own / error) * (own / error) / freedom;
        let freedom = 1.0 / (part(now_error, now_freedom) + part(before_error, before_freedom));
        let half = student_at(freedom.max(1.0), confidence)? * error.sqrt();
        let change = match now.minus(before) {
            Some(change) => change.to_f64(),
            None => now.to_f64() - before.to_f64(),
        };
        Some([change - half, change + half])
    }

    /// The interval of the change of a mean since `before`, where each side has one number alone, two
    /// times or more, and not the same: none otherwise.
    ///
    /// Nothing varies but from side to side. So what is asked is whether chance parts the numbers like
    /// that: Pitman 1937, "Significance tests which may be applied to samples from any populations"
    /// (Journal of the Royal Statistical Society, Supplement 4), by Student's t with one less than there
    /// are numbers. The variance of all is n·m·d² / (N·(N − 1)), hence the error of d is d / √(N − 1).
    pub fn pitman_at(&self, before: &Self, confidence: Confidence) -> Option<Ends> {
        let is_one = |sample: &Self| sample.variance() == Some(0.0);
        let (now, earlier) = (self.mean()?, before.mean()?);
        let change = now.minus(earlier)?.to_f64();
        if !is_one(self) || !is_one(before) || change == 0.0 {
            return None;
        }
        let freedom = (self.n() + before.n() - 1) as f64;
        let half = student_at(freedom, confidence)? * change.abs() / freedom.sqrt();
        Some([change - half, change + half])
    }
}
