//! Shares: which percentage of those who answered gave a certain answer.

use super::counts::{Answers, Tallies, points};
use super::definition::{ANSWERERS, Definition, Span, THEMES_ONLY};
use super::quantile::Z;
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
    let kpi = |part: u64| answers.kpi("share", PERCENT, share(part, answers.n), definition.clone());
    answers.tallies.0.iter().map(|(key, part)| named(key.clone(), kpi(*part))).collect()
}

/// The KPI `yes` of a `yes_no`, in %.
pub fn yes(answers: &Answers<'_>) -> Kpi {
    let part = answers.tallies.among(&["yes".to_owned()]);
    let definition = Definition::YesNo { share_of: ANSWERERS };
    answers.kpi("yes", PERCENT, share(part, answers.n), definition)
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
    Kpi {
        classes: Some(Tallies(classes)),
        ..answers.kpi(kpi, PERCENT, share(part, answers.n), definition)
    }
}

/// 100·part/n %, with its Wilson interval.
pub fn share(part: u64, n: u64) -> Estimate {
    Estimate {
        value: Ratio::new(100 * i128::from(part), n.into()).and_then(Ratio::rounded),
        interval: wilson(part, n).and_then(|ends| Interval::new(ends, "wilson")),
    }
}

/// The score interval of a share in %, which lies within 0..100 by itself; none of no answers.
///
/// Wilson 1927, "Probable inference, the law of succession, and statistical inference" (Journal of
/// the American Statistical Association 22).
pub fn wilson(part: u64, n: u64) -> Option<Ends> {
    let (part, whole) = (part as f64, n as f64);
    let half = Z * (part * (whole - part) / whole + Z * Z / 4.0).sqrt();
    let end = |half: f64| 100.0 * (part + Z * Z / 2.0 + half) / (whole + Z * Z);
    (n > 0).then_some([end(-half), end(half)])
}
