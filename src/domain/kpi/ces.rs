//! Customer Effort Score: the mean, and the percentage on the easy side.
//!
//! Both say which end of the scale is easy; a mean alone would not tell good from bad.

use super::Kpi;
use super::counts::Answers;
use super::definition::{Definition, Span};
use super::{means, shares};
use crate::domain::survey::Direction;

/// The KPIs `ces` (mean, in points of the scale) and `ces_easy` (%), on a scale of 1 to `points`.
pub fn kpis(answers: &Answers<'_>, points: i64, direction: Direction) -> Vec<Kpi> {
    let easy = easy(points, direction);
    let definition = Definition::Ces { scale: [1, points], direction: direction.name(), easy };
    vec![
        means::on_scale(answers, "ces", definition.clone()),
        shares::boxes(answers, "ces_easy", "easy", easy, definition),
    ]
}

/// The boxes on the easy side: the last two of 5 points, the last three of 7.
pub fn easy(points: i64, direction: Direction) -> Span {
    let boxes = if points == 7 { 3 } else { 2 };
    match direction {
        Direction::EasyHigh => [points - boxes + 1, points],
        Direction::EffortHigh => [1, boxes],
    }
}
