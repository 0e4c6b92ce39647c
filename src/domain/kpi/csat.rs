//! Customer satisfaction: the percentage that answered one of the top boxes.

use super::Kpi;
use super::counts::Answers;
use super::definition::{Definition, Span};
use super::shares;

/// The KPI `csat` on a scale of 1 to `points`: % satisfied.
pub fn kpi(answers: &Answers<'_>, points: i64) -> Kpi {
    let satisfied = satisfied(points);
    let definition = Definition::Csat { scale: [1, points], satisfied };
    shares::boxes(answers, "csat", "satisfied", satisfied, definition)
}

/// The top boxes: 3→3, 4→3-4, 5→4-5, 6→5-6, 7→6-7, 10→8-10.
pub fn satisfied(points: i64) -> Span {
    let boxes = match points {
        3 => 1,
        10 => 3,
        _ => 2,
    };
    [points - boxes + 1, points]
}
