//! Consents, counted: how many agreed to what under which notice, without a record of anyone.
//!
//! Every response that is counted gives one answer more than it has: to a question of the notice's own,
//! always in the cohort `(unattributed)`. Its tallies go through the same buckets as those of any
//! question, so that no figure is about fewer than `min_cohort` who saw the same notice.

use super::consent::{Consent, OPTIONAL_FLAGS};
use super::kpi::Counts;
use super::response::Answer;

/// What the id of such a question begins with; the hash of the notice follows. No question of an owner
/// can have it.
const QUESTION: &str = "(consent) ";

/// A pattern of the questions that the service asks of its own, for SQLite's `glob`: no question of an
/// owner begins with a bracket.
pub const PATTERN: &str = "(*";

/// Whether a question is of the service's own.
pub fn is_own(question: &str) -> bool {
    question.starts_with('(')
}

/// A consent as it is counted: each optional flag agreed to is a key.
pub fn answer(notice: &str, consent: &Consent) -> Answer {
    let Consent { use_customer_id, use_segments, analyse_comment, store_visit, share_comment } =
        *consent;
    let agreed = [use_customer_id, use_segments, analyse_comment, store_visit, share_comment];
    let flags = OPTIONAL_FLAGS.iter().zip(agreed).filter(|(_, agreed)| *agreed);
    let keys = flags.map(|(flag, _)| (*flag).to_owned()).collect();
    Answer { question: format!("{QUESTION}{notice}"), keys }
}

/// The hash of the notice to which consents are counted under this question; `None` for a question of
/// the survey.
pub fn notice(question: &str) -> Option<&str> {
    question.strip_prefix(QUESTION)
}

/// The consents that were counted under one notice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConsentCounts {
    /// How many were given.
    pub n: u64,
    /// How many agreed to each optional flag, in the order of [`OPTIONAL_FLAGS`].
    pub flags: [u64; OPTIONAL_FLAGS.len()],
}

impl From<&Counts> for ConsentCounts {
    fn from(counts: &Counts) -> Self {
        let flag = |name: &str| counts.tallies.get(name).copied().unwrap_or(0);
        Self { n: counts.n, flags: OPTIONAL_FLAGS.map(flag) }
    }
}
