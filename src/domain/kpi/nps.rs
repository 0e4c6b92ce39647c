//! Net Promoter Score: promoters less detractors, in points from −100 to 100.

use super::counts::{Answers, Tallies, points};
use super::definition::{Definition, Span};
use super::measure::Measure;
use super::quantile::Confidence;
use super::ratio::Ratio;
use super::{Ends, Estimate, Interval, Kpi};
use crate::domain::survey::{NpsAnswer, NpsMap};

/// The scale, where no table gives another (Reichheld 2003).
pub const SCALE: Span = [0, 10];
/// Who would recommend.
pub const PROMOTERS: Span = [9, 10];
/// Who might or might not.
pub const PASSIVES: Span = [7, 8];
/// Who would not.
pub const DETRACTORS: Span = [0, 6];

/// The KPI `nps`, in points; by `map` where the question is not asked on 0..10.
pub fn kpi(answers: &Answers<'_>, map: Option<&NpsMap>) -> Kpi {
    let (table, definition) = match map {
        None => (
            [PROMOTERS, PASSIVES, DETRACTORS].map(points),
            Definition::Nps { scale: SCALE, promoters: PROMOTERS, detractors: DETRACTORS },
        ),
        Some(map) => (
            [&map.promoters, &map.passives, &map.detractors]
                .map(|answers| answers.iter().map(NpsAnswer::key).collect()),
            Definition::MappedNps { map: map.into() },
        ),
    };
    let [promoters, passives, detractors] = table.map(|keys| answers.tallies.among(&keys));
    let classes =
        vec![("promoters", promoters), ("passives", passives), ("detractors", detractors)];
    let score = Measure::Score { promoters, detractors, n: answers.n };
    Kpi { classes: Some(Tallies(classes)), ..answers.kpi("nps", Some("points"), score, definition) }
}

/// 100·(promoters − detractors)/n points (Reichheld 2003).
pub fn ratio(promoters: u64, detractors: u64, n: u64) -> Option<Ratio> {
    Ratio::new(100 * (i128::from(promoters) - i128::from(detractors)), n.into())
}

/// The score, rounded, with its adjusted Wald interval.
pub fn score(promoters: u64, detractors: u64, n: u64) -> Estimate {
    Estimate {
        value: ratio(promoters, detractors, n).and_then(Ratio::rounded),
        interval: adjusted_wald(promoters, detractors, n)
            .and_then(|ends| Interval::new(ends, "adjusted-wald")),
    }
}

/// The adjusted Wald interval in points, within ±100; none of no answers.
///
/// Rocks 2016, "Interval estimation for the Net Promoter Score" (The American Statistician 70):
/// Wald's interval once three answers are added, ¾ promoter, ¾ detractor and 1½ passive.
pub fn adjusted_wald(promoters: u64, detractors: u64, n: u64) -> Option<Ends> {
    adjusted_wald_at([promoters, detractors, n], Confidence::ONE)
}

/// The same at another level; of (promoters, detractors, n).
pub fn adjusted_wald_at(
    [promoters, detractors, n]: [u64; 3],
    confidence: Confidence,
) -> Option<Ends> {
    let (net, variance) = adjusted(promoters, detractors, n)?;
    let half = confidence.z * variance.sqrt();
    let end = |end: f64| (100.0 * end).clamp(-100.0, 100.0);
    Some([end(net - half), end(net + half)])
}

/// The adjusted Wald interval of a change in points, within ±200; none where a side has no answers.
/// Each side is (promoters, detractors, n).
///
/// Both scores are adjusted as by Rocks 2016; the sides are independent, so that their variances add.
pub fn adjusted_wald_difference(now: [u64; 3], before: [u64; 3]) -> Option<Ends> {
    adjusted_wald_difference_at(now, before, Confidence::ONE)
}

/// The same at another level.
pub fn adjusted_wald_difference_at(
    now: [u64; 3],
    before: [u64; 3],
    confidence: Confidence,
) -> Option<Ends> {
    let side = |[promoters, detractors, n]: [u64; 3]| adjusted(promoters, detractors, n);
    let ((now, now_variance), (before, before_variance)) = (side(now)?, side(before)?);
    let half = confidence.z * (now_variance + before_variance).sqrt();
    let end = |end: f64| (100.0 * end).clamp(-200.0, 200.0);
    Some([end(now - before - half), end(now - before + half)])
}

/// The score over 100 and its variance, once the three answers are added.
fn adjusted(promoters: u64, detractors: u64, n: u64) -> Option<(f64, f64)> {
    let total = n as f64 + 3.0;
    let part = |class: u64| (class as f64 + 0.75) / total;
    let (promoters, detractors) = (part(promoters), part(detractors));
    let net = promoters - detractors;
    (n > 0).then_some((net, (promoters + detractors - net * net) / total))
}
