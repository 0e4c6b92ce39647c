//! Decimal numbers, judged by value and never rounded: as they are written in JSON, and as thousandths,
//! in which bounds and bins are kept.

/// A decimal number, exactly as written: `digits × 10^-scale`. Numbers are judged by value, so
/// `9.0`, `90e-1` and `9` are one, and `-0` is `0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decimal {
    /// `digits × 10^-scale` with no trailing zero in `digits`.
    Exact {
        /// The significant digits, signed.
        digits: i64,
        /// How many of them stand behind the point; negative for trailing zeros before it.
        scale: i32,
    },
    /// More digits, or a larger exponent, than any value of ours has.
    Beyond {
        /// Whether it is a whole number all the same.
        whole: bool,
        /// Its thousandths, rounded down, if its magnitude is below 10^12.
        thousandths: Option<i64>,
    },
}

impl Decimal {
    /// Reads a number that already follows JSON's grammar.
    pub fn parse(text: &str) -> Self {
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = rest.split_once(['e', 'E']).unwrap_or((rest, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{whole}{fraction}");
        let digits = all.trim_start_matches('0').trim_end_matches('0');
        if digits.is_empty() {
            return Decimal::Exact { digits: 0, scale: 0 };
        }
        let trailing = all.len() - all.trim_end_matches('0').len();
        // Bodies are bounded, so lengths are small; an exponent that does not fit is a huge one.
        let exponent: i64 = exponent.parse().unwrap_or(if exponent.starts_with('-') {
            -1_000_000_000
        } else {
            1_000_000_000
        });
        let scale =
            fraction.len() as i64 - exponent.clamp(-1_000_000_000, 1_000_000_000) - trailing as i64;
        let magnitude: Option<i64> = if digits.len() <= 18 { digits.parse().ok() } else { None };
        match (magnitude, i32::try_from(scale)) {
            (Some(magnitude), Ok(scale)) if scale.abs() <= 18 => {
                Decimal::Exact { digits: if negative { -magnitude } else { magnitude }, scale }
            }
            _ => {
                let before_point = digits.len() as i64 - scale;
                let thousandths = (before_point <= 12)
                    .then(|| {
                        let keep = usize::try_from(before_point + 3).unwrap_or(0);
                        digits.get(..keep.min(digits.len())).unwrap_or("").parse().unwrap_or(0)
                    })
                    .map(|t: i64| if negative { -t - 1 } else { t });
                Decimal::Beyond { whole: scale <= 0, thousandths }
            }
        }
    }

    /// Whether it is a whole number, by value.
    pub fn is_whole(self) -> bool {
        match self {
            Decimal::Exact { scale, .. } => scale <= 0,
            Decimal::Beyond { whole, .. } => whole,
        }
    }

    /// The value as an integer, if it is one (by value) of at most 15 digits.
    pub fn integer(self) -> Option<i64> {
        match self {
            Decimal::Exact { digits, scale } if scale <= 0 => {
                let factor = 10_i64.checked_pow(scale.unsigned_abs())?;
                digits.checked_mul(factor).filter(|n| n.abs() < 1_000_000_000_000_000)
            }
            _ => None,
        }
    }

    /// The value in thousandths, if it has at most three decimals and 15 digits.
    pub fn thousandths(self) -> Option<i64> {
        match self {
            Decimal::Exact { digits, scale } => {
                Decimal::Exact { digits, scale: scale - 3 }.integer()
            }
            Decimal::Beyond { .. } => None,
        }
    }

    /// The value in thousandths, rounded down; `None` where its magnitude is 10^12 or more.
    pub fn thousandths_floor(self) -> Option<i64> {
        match self {
            Decimal::Exact { digits, scale } if scale > 3 => {
                Some(digits.div_euclid(10_i64.checked_pow(scale.unsigned_abs() - 3)?))
            }
            Decimal::Exact { .. } => self.thousandths(),
            Decimal::Beyond { thousandths, .. } => thousandths,
        }
    }
}

/// Thousandths as a decimal without trailing zeros: `1500` → `1.5`.
pub fn decimal(thousandths: i64) -> String {
    let (whole, rest) = (thousandths.unsigned_abs() / 1000, thousandths.unsigned_abs() % 1000);
    let sign = if thousandths < 0 { "-" } else { "" };
    if rest == 0 {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{}", format!("{rest:03}").trim_end_matches('0'))
    }
}
