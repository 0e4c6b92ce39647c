//! Shares: which percentage of those who answered gave a certain answer.

use super::counts::{Answers, Tallies, points};
use super::definition::{ANSWERERS, Definition, Span, THEMES_ONLY};
use super::measure::Measure;
use super::quantile::Confidence;
use super::ratio::Ratio;
use super::{Ends, Estimate, Interval, Kpi};

const PERCENT: Option<&str> = Some("%");

/// The KPI `share` of every option of a `choice`, in %.
pub fn options(answers: &Answers<'_>, multiple: bool) -> Vec<Kpi> {
    let definition = Definition::Choice { multiple, share_of: ANSWERERS };
    each(answers, &definition, |option, kpi| Kpi { option: Some(option), ..kpi })
}

/// The KPI `share` of every theme of a `comment`, in %.
pub fn themes(answers: &Answers<'_>) -> Vec<Kpi> {
    let definition = Definition::Comment { counted: THEMES_ONLY, share_of: ANSWERERS };
    each(answers, &definition, |theme, kpi| Kpi { theme: Some(theme), ..kpi })
}

fn each(
    answers: &Answers<'_>,
    definition: &Definition,
    named: impl Fn(String, Kpi) -> Kpi,
) -> Vec<Kpi> {
    let kpi = |part: u64| {
        let share = Measure::Share { part, n: answers.n };
        answers.kpi("share", PERCENT, share, definition.clone())
    };
    answers.tallies.0.iter().map(|(key, part)| named(key.clone(), kpi(*part))).collect()
}

/// The KPI `yes` of a `yes_no`, in %.
pub fn yes(answers: &Answers<'_>) -> Kpi {
    let part = answers.tallies.among(&["yes".to_owned()]);
    let definition = Definition::YesNo { measures: None, share_of: ANSWERERS };
    answers.kpi("yes", PERCENT, Measure::Share { part, n: answers.n }, definition)
}

/// The KPI `kpi` in %: the share of the points in `boxes`, which form the class `class`.
pub fn boxes(
    answers: &Answers<'_>,
    kpi: &'static str,
    class: &'static str,
    boxes: Span,
    definition: Definition,
) -> Kpi {
    let part = answers.tallies.among(&points(boxes));
    let classes = vec![(class, part), ("other", answers.n.saturating_sub(part))];
    let share = Measure::Share { part, n: answers.n };
    Kpi { classes: Some(Tallies(classes)), ..answers.kpi(kpi, PERCENT, share, definition) }
}

/// 100·part/n %.
pub fn ratio(part: u64, n: u64) -> Option<Ratio> {
    Ratio::new(100 * i128::from(part), n.into())
}

/// The share, rounded, with its Wilson interval.
pub fn share(part: u64, n: u64) -> Estimate {
    Estimate {
        value: ratio(part, n).and_then(Ratio::rounded),
        interval: wilson(part, n).and_then(|ends| Interval::new(ends, "wilson")),
    }
}

/// The score interval of a share in %, which lies within 0..100 by itself; none of no answers.
///
/// Wilson 1927, "Probable inference, the law of succession, and statistical inference" (Journal of
/// the American Statistical Association 22).
pub fn wilson(part: u64, n: u64) -> Option<Ends> {
    wilson_at(part, n, Confidence::ONE)
}

/// The same at another level.
pub fn wilson_at(part: u64, n: u64, Confidence { z, .. }: Confidence) -> Option<Ends> {
    let (part, whole) = (part as f64, n as f64);
    let half = z * (part * (whole - part) / whole + z * z / 4.0).sqrt();
    let end = |half: f64| 100.0 * (part + z * z / 2.0 + half) / (whole + z * z);
    (n > 0).then_some([end(-half), end(half)])
}

/// The interval of a change of a share in percentage points, within ±100; none where a side has no
/// answers. Each side is (part, n).
///
/// Newcombe 1998, "Interval estimation for the difference between independent proportions: comparison
/// of eleven methods" (Statistics in Medicine 17), method 10: from the ends of both Wilson intervals.
pub fn newcombe(now: [u64; 2], before: [u64; 2]) -> Option<Ends> {
    newcombe_at(now, before, Confidence::ONE)
}

/// The same at another level.
pub fn newcombe_at(now: [u64; 2], before: [u64; 2], confidence: Confidence) -> Option<Ends> {
    let side = |[part, n]: [u64; 2]| {
        let [low, high] = wilson_at(part, n, confidence)?;
        let share = 100.0 * part as f64 / n as f64;
        Some([share, share - low, high - share])
    };
    let ([now, now_below, now_above], [before, before_below, before_above]) =
        (side(now)?, side(before)?);
    let change = now - before;
    let both = |one: f64, other: f64| (one * one + other * other).sqrt();
    Some([change - both(now_below, before_above), change + both(now_above, before_below)])
}
