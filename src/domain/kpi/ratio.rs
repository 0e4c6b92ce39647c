//! Exact ratios of integers, and the one rounding that every figure goes through.
//!
//! Two decimals, half away from zero: 2.345 → 2.35, −0.125 → −0.13. The result is the `f64` nearest
//! to that decimal, which JSON prints as the decimal itself; it is never −0. What does not fit into
//! an `i128` has no result.

/// A ratio of integers.
#[derive(Clone, Copy, Debug)]
pub struct Ratio {
    numerator: i128,
    /// Above 0.
    denominator: i128,
}

impl Ratio {
    /// `numerator / denominator`; none unless `denominator` is above 0.
    pub fn new(numerator: i128, denominator: i128) -> Option<Self> {
        (denominator > 0).then_some(Self { numerator, denominator })
    }

    /// The ratio, rounded to two decimals.
    pub fn rounded(self) -> Option<f64> {
        let twice = self.numerator.checked_abs()?.checked_mul(200)?;
        let nearest = twice.checked_add(self.denominator)? / self.denominator.checked_mul(2)?;
        decimal(nearest * self.numerator.signum())
    }

    /// The square root of the ratio, rounded to two decimals: exact too, since
    /// ⌊100·√q + ½⌋ = ⌊(⌊√⌊40000·q⌋⌋ + 1) / 2⌋. None of a negative one.
    pub fn root_rounded(self) -> Option<f64> {
        let scaled = self.numerator.checked_mul(40_000)? / self.denominator;
        decimal((scaled.checked_isqrt()? + 1) / 2)
    }

    /// How much more than `other` it is, exactly.
    pub fn minus(self, other: Self) -> Option<Self> {
        // Both over their least common denominator.
        let (mut divisor, mut rest) = (self.denominator, other.denominator);
        while rest > 0 {
            (divisor, rest) = (rest, divisor % rest);
        }
        let (own, others) = (other.denominator / divisor, self.denominator / divisor);
        let numerator = self.numerator.checked_mul(own)?;
        let numerator = numerator.checked_sub(other.numerator.checked_mul(others)?)?;
        Self::new(numerator, self.denominator.checked_mul(own)?)
    }

    /// The ratio as a float, to within three roundings.
    pub fn to_f64(self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }
}

/// `x` rounded to two decimals; none where it is not finite.
pub fn rounded(x: f64) -> Option<f64> {
    let hundredths = (x * 100.0).round();
    hundredths.is_finite().then_some(hundredths as i128).and_then(decimal)
}

/// So many hundredths, as the nearest float.
fn decimal(hundredths: i128) -> Option<f64> {
    format!("{hundredths}e-2").parse().ok()
}
