//! The accounts of a question (promise 7), and what may be told of them (promise 4).

use serde::Serialize;

/// A question's accounts (promise 7): accepted = pending + sealed + released + withdrawn + expired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// What its counts mean: see [`super::survey::Kind::scale`].
    pub scale: String,
    /// Answers that were counted, ever.
    pub accepted: u64,
    /// Those that D1 has.
    pub released: u64,
    /// Those that were taken back.
    pub withdrawn: u64,
    /// Those that were pending for too long.
    pub expired: u64,
    /// As much of `withdrawn` as has been shown.
    pub withdrawn_shown: u64,
    /// As much of `expired` as has been shown.
    pub expired_shown: u64,
}

impl Account {
    /// The accounts of a question that nobody has answered yet.
    pub fn new(scale: String) -> Self {
        Self {
            scale,
            accepted: 0,
            released: 0,
            withdrawn: 0,
            expired: 0,
            withdrawn_shown: 0,
            expired_shown: 0,
        }
    }

    /// Shows what has grown by `floor` or more since it was last shown; whether anything has.
    pub fn show(&mut self, floor: u64) -> bool {
        let pairs =
            [(&mut self.withdrawn_shown, self.withdrawn), (&mut self.expired_shown, self.expired)];
        let mut moved = false;
        for (shown, actual) in pairs {
            if actual >= *shown + floor {
                *shown = actual;
                moved = true;
            }
        }
        moved
    }
}

/// What may be told of a question's accounts: only blocks of `min_cohort` or more.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// The question.
    pub question: String,
    /// The sum of the figures below.
    pub accepted: u64,
    /// Never told: what waits in buckets that are not full yet appears in no figure, nor in a
    /// difference of two.
    pub pending: Option<u64>,
    /// Sealed, and not yet in D1.
    pub sealed: u64,
    /// In D1.
    pub released: u64,
    /// Taken back.
    pub withdrawn: u64,
    /// Pending for too long.
    pub expired: u64,
}
