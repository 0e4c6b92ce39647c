//! How long released figures are kept: by day at first, then by month, then not at all.
//!
//! Two days say all of it. Up to the *cut* figures are readable by month alone, whether or not
//! somebody has rolled them up yet; before the *horizon* they are overdue, read by nobody, whether or
//! not somebody has deleted them yet.

use super::time::Day;

/// How long the figures of a survey are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// How many days, today among them, are kept by day: 7 to 731.
    pub days: u16,
    /// How many months after its own a month is kept: 1 to 120.
    pub months: u16,
}

impl Default for Retention {
    fn default() -> Self {
        Self { days: 90, months: 25 }
    }
}

/// The fewest and the most days that figures may be kept by day.
pub const DAYS: (u16, u16) = (7, 731);
/// The fewest and the most months that figures may be kept by month.
pub const MONTHS: (u16, u16) = (1, 120);

/// What a reply covers of the range that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cover {
    /// The first day.
    pub from: Day,
    /// The last day; before `from` where nothing of what was asked for is kept.
    pub to: Day,
    /// Whether the range went into a month that is not kept by day, and was widened to it.
    pub widened: bool,
    /// The first day kept, where the range began before it.
    pub forgotten_before: Option<Day>,
}

impl Cover {
    /// Whether nothing of what was asked for is kept.
    pub fn is_empty(&self) -> bool {
        self.from > self.to
    }
}

impl Retention {
    /// The last day that is readable by month alone. `rolled_through`: the last day that has been
    /// rolled up already, whose days a longer retention does not bring back.
    pub fn cut(self, today: Day, rolled_through: Option<Day>) -> Day {
        let cut = today.plus(-i32::from(self.days));
        rolled_through.map_or(cut, |rolled| rolled.max(cut))
    }

    /// The first day kept: the first of a month.
    pub fn horizon(self, today: Day) -> Day {
        today.months_before(u32::from(self.months))
    }

    /// The range that is read for the one from `from` to `to`, both included: whole months up to the
    /// cut (of the cut's own month what lies before it, and the cut), and nothing before the horizon.
    pub fn cover(self, today: Day, rolled_through: Option<Day>, from: Day, to: Day) -> Cover {
        let (cut, horizon) = (self.cut(today, rolled_through), self.horizon(today));
        let first = if from <= cut { from.month_start() } else { from };
        let last = if to <= cut { to.month_end().min(cut) } else { to };
        let cover = Cover {
            from: first.max(horizon),
            to: last,
            widened: false,
            forgotten_before: (from < horizon).then_some(horizon),
        };
        Cover { widened: !cover.is_empty() && (cover.from < from || cover.to > to), ..cover }
    }
}
