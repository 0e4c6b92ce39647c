//! Ranges of UTC days: the steps that a series cuts one into, and the one that it is compared with.

use super::time::Day;

/// Some days in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    /// The first.
    pub from: Day,
    /// The last; before `from` where there are none.
    pub to: Day,
}

/// What a series is cut into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// UTC days.
    Day,
    /// Weeks from Monday to Sunday (ISO 8601).
    Week,
    /// Calendar months.
    Month,
}

impl Step {
    /// All of them, shortest first.
    pub const ALL: [Self; 3] = [Self::Day, Self::Week, Self::Month];

    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }
}

impl Days {
    /// How many there are.
    pub fn count(self) -> i32 {
        (self.to.0 - self.from.0 + 1).max(0)
    }

    /// The steps that these days lie in, in order, each with the key that SQL groups it under (see
    /// `store::d1::select_series`); the first and the last are clipped to these days. Through
    /// `by_month` days are readable by month alone, whatever the step: there the steps are months,
    /// the last of which ends on that day.
    pub fn steps(self, step: Step, by_month: Day) -> Vec<(String, Self)> {
        let mut steps = Vec::new();
        let mut from = self.from;
        while from <= self.to {
            let (key, end) = match step {
                Step::Month => (month(from), from.month_end()),
                _ if from <= by_month => (month(from), from.month_end().min(by_month)),
                Step::Week => (from.monday().to_string(), from.monday().plus(6)),
                Step::Day => (from.to_string(), from),
            };
            let to = end.clamp(from, self.to);
            steps.push((key, Self { from, to }));
            from = to.plus(1);
        }
        steps
    }

    /// The days to compare these with: of whole calendar months (a year among them) as many months
    /// just before, of anything else (whole weeks among them) as many days just before.
    pub fn previous(self) -> Self {
        let to = self.from.plus(-1);
        if self.from == self.from.month_start() && self.to == self.to.month_end() {
            let months = self.to.months_since(self.from) + 1;
            return Self { from: self.from.months_before(months), to };
        }
        Self { from: self.from.plus(-self.count()), to }
    }
}

/// The month of a day: `2026-11`.
fn month(day: Day) -> String {
    let mut text = day.to_string();
    text.truncate(text.len().saturating_sub("-22".len()));
    text
}
