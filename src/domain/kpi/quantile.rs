//! The two-sided quantiles of the standard normal and of Student's t distribution: of 95 %, or of as
//! much as several intervals at once take.

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

/// The confidence level of every interval.
pub const LEVEL: f64 = 0.95;
/// The standard normal's quantile at 0.975.
pub const Z: f64 = 1.959_963_984_540_054;

/// From here on the expansion is within 2e-12 of the quantile at 0.975, and ever closer above.
const MANY: f64 = 200.0;

/// How certain an interval is meant to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Confidence {
    /// The probability beyond either end, above 0 and below 0.5.
    tail: f64,
    /// The standard normal's quantile at 1 − `tail`.
    pub z: f64,
}

impl Confidence {
    /// That of one interval: [`LEVEL`].
    pub const ONE: Self = Self { tail: (1.0 - LEVEL) / 2.0, z: Z };

    /// That of each of `family` intervals which hold all at once at [`LEVEL`], whatever their
    /// dependence; none where there are none.
    ///
    /// Dunn 1961, "Multiple comparisons among means" (Journal of the American Statistical Association
    /// 56), by Bonferroni's inequality: what may be missed is divided evenly.
    pub fn of_all(family: usize) -> Option<Self> {
        let tail = Self::ONE.tail / family as f64;
        let normal = Normal::new(0.0, 1.0).ok().filter(|_| family > 0)?;
        // By symmetry: 1 − tail would lose digits.
        Some(Self { tail, z: if family == 1 { Z } else { -normal.inverse_cdf(tail) } })
    }
}

/// Student's t quantile at 0.975, to within a relative 2e-12: [`student_at`].
pub fn student(freedom: f64) -> Option<f64> {
    student_at(freedom, Confidence::ONE)
}

/// Student's t quantile of `confidence` for `freedom` degrees of freedom (Student 1908), whole or not;
/// none for fewer than 1 of them.
///
/// Many degrees of freedom take the expansion in powers of 1/freedom about the normal quantile
/// (Abramowitz and Stegun 1964, 26.7.5): there the library's own inverse (statrs 0.19.1) fails. It is
/// off in the sixth digit at 10^5 degrees of freedom, and does not return at 2^30.
pub fn student_at(freedom: f64, confidence: Confidence) -> Option<f64> {
    let v = freedom;
    if v.is_nan() || v < 1.0 {
        return None;
    }
    if v < MANY {
        return Some(StudentsT::new(0.0, 1.0, v).ok()?.inverse_cdf(1.0 - confidence.tail));
    }
    let z = confidence.z;
    let z2 = z * z;
    let polynomial = |descending: &[f64]| descending.iter().fold(0.0, |sum, c| sum * z2 + c);
    let terms = [
        polynomial(&[1.0, 1.0]) / 4.0,
        polynomial(&[5.0, 16.0, 3.0]) / 96.0,
        polynomial(&[3.0, 19.0, 17.0, -15.0]) / 384.0,
        polynomial(&[79.0, 776.0, 1482.0, -1920.0, -945.0]) / 92160.0,
    ];
    Some(z + z * terms.iter().rev().fold(0.0, |sum, term| (sum + term) / v))
}
