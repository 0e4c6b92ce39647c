//! Which days a reply about a range reads, and what it tells of them.

use super::days::{Days, Step};
use super::retention::{Cover, Retention};
use super::time::Day;

/// A range that was asked for, and what is read for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The range that was asked for.
    pub asked: Days,
    /// What of it is kept.
    pub cover: Cover,
}

impl Reading {
    /// What is read: none, where nothing is kept.
    pub fn days(self) -> Days {
        Days { from: self.cover.from, to: self.cover.to }
    }

    /// What is read, or the range as it was asked for where nothing of it is kept.
    pub fn told(self) -> Days {
        if self.cover.is_empty() { self.asked } else { self.days() }
    }
}

/// What is read for a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The range.
    pub range: Reading,
    /// The period before what is told of the range: it has no day in common with it.
    pub previous: Reading,
    /// The last day that is readable by month alone.
    pub by_month: Day,
}

impl Plan {
    /// For the range `asked`, by what is kept `today`; see [`Retention::cut`] on `rolled_through`.
    pub fn new(retention: Retention, today: Day, rolled_through: Option<Day>, asked: Days) -> Self {
        let read = |asked: Days| Reading {
            asked,
            cover: retention.cover(today, rolled_through, asked.from, asked.to),
        };
        let range = read(asked);
        let previous = read(range.told().previous());
        Self { range, previous, by_month: retention.cut(today, rolled_through) }
    }

    /// The steps of a series over what is kept of the range, as [`Days::steps`] gives them.
    pub fn steps(&self, step: Step) -> Vec<(String, Days)> {
        self.range.days().steps(step, self.by_month)
    }

    /// The last day whose steps are months though `step` is shorter, if there is one.
    pub fn by_month_through(&self, step: Step) -> Option<Day> {
        let Days { from, to } = self.range.days();
        let some = step != Step::Month && from <= to && from <= self.by_month;
        some.then(|| self.by_month.min(to))
    }
}
