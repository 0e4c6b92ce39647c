//! Exact ratios of integers, and the one rounding that every figure goes through.
//!
//! Two decimals, half away from zero: 2.345 → 2.35, −0.125 → −0.13. The result is the `f64` nearest
//! to that decimal, which JSON prints as the decimal itself; it is never −0. What does not fit into
//! an `i128` has no result.

/// A ratio of integers, as it was given: two that are equal in value may be different ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

    /// `factor` times the ratio.
    pub fn times(self, factor: Self) -> Option<Self> {
        // What cancels crosswise is taken out before it is multiplied, so that more fits.
        let (one, other) = (
            divisor(self.numerator, factor.denominator),
            divisor(factor.numerator, self.denominator),
        );
        let numerator = (self.numerator / one).checked_mul(factor.numerator / other)?;
        let denominator = (self.denominator / other).checked_mul(factor.denominator / one)?;
        Self::new(numerator, denominator)
    }

    /// The ratio, not below `low` and not above `high`.
    pub fn clamp(self, low: i128, high: i128) -> Self {
        let floor = self.numerator.div_euclid(self.denominator);
        let whole = |numerator| Self { numerator, denominator: 1 };
        if floor < low {
            whole(low)
        } else if floor >= high {
            whole(high)
        } else {
            self
        }
    }

    /// How much more than `other` it is, exactly.
    pub fn minus(self, other: Self) -> Option<Self> {
        // Both over their least common denominator.
        let divisor = divisor(self.denominator, other.denominator);
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

/// The greatest common divisor of two integers, of which `below` is above 0.
fn divisor(above: i128, below: i128) -> i128 {
    let (mut divisor, mut rest) = (below.unsigned_abs(), above.unsigned_abs());
    while rest > 0 {
        (divisor, rest) = (rest, divisor % rest);
    }
    // It divides `below`, so it fits.
    i128::try_from(divisor).unwrap_or(1)
}

/// How many bits of a sum are looked at before it is asked what they decide.
const FIRST_BITS: u32 = 32;

/// ⌊Σ `all`⌋ of up to 2^16 ratios that are not below 0, exactly, however large their common denominator;
/// none where one is below 0, or where the result does not fit.
///
/// All are divided by long division in step, bit by bit, until it shows on which side of an integer the
/// sum lies. It is that integer if it is nearer to it than 1 / (the product of all denominators).
pub fn floor_of_sum(all: &[Ratio]) -> Option<i128> {
    let many = i128::from(u16::try_from(all.len()).ok()?);
    let mut floor: i128 = 0;
    let mut rests: Vec<[u128; 2]> = Vec::with_capacity(all.len());
    let mut bits = u16::BITS;
    for Ratio { numerator, denominator } in all {
        floor =
            floor.checked_add(numerator.checked_div(*denominator).filter(|_| *numerator >= 0)?)?;
        let (rest, whole) = ((numerator % denominator).unsigned_abs(), denominator.unsigned_abs());
        bits = bits.saturating_add(u128::BITS - whole.leading_zeros());
        rests.push([rest, whole]);
    }
    // The sum of the next bits of all.
    let mut next = || -> i128 {
        let bit = |[rest, whole]: &mut [u128; 2]| {
            *rest *= 2;
            let bit = *rest >= *whole;
            *rest -= if bit { *whole } else { 0 };
            i128::from(bit)
        };
        rests.iter_mut().map(bit).sum()
    };
    let first = (0..FIRST_BITS).fold(0, |sum, _| 2 * sum + next());
    floor = floor.checked_add(first >> FIRST_BITS)?;
    // How far the next integer is, in units of the last bit; what is left of all is below `many` of them.
    let mut ahead = (1 << FIRST_BITS) - (first & ((1 << FIRST_BITS) - 1));
    for _ in 0..bits {
        if ahead >= many {
            return Some(floor);
        }
        if ahead <= 0 {
            break;
        }
        ahead = 2 * ahead - next();
    }
    floor.checked_add(1)
}

/// `x` rounded to two decimals; none where it is not finite.
pub fn rounded(x: f64) -> Option<f64> {
    let hundredths = (x * 100.0).round();
    hundredths.is_finite().then_some(hundredths as i128).and_then(decimal)
}

/// So many hundredths, as the nearest float.
pub fn decimal(hundredths: i128) -> Option<f64> {
    format!("{hundredths}e-2").parse().ok()
}
