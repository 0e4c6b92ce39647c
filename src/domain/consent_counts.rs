//! Consents, counted: how many agreed to what under which notice, without a record of anyone.
//!
//! Every response that is counted gives one answer more than it has: to the pseudo-question
//! [`QUESTION`], always in the cohort `(unattributed)`. Its tallies go through the same buckets as
//! those of any question; this says under which keys, and reads them back.

use std::collections::BTreeMap;

use super::consent::{Consent, OPTIONAL_FLAGS};

/// The id of the pseudo-question. No question of an owner can have it.
pub const QUESTION: &str = "(consent)";

/// The keys under which a consent is tallied: the hash of its notice, and, for each optional flag
/// agreed to, the hash, a space and the flag.
pub fn keys(notice: &str, consent: &Consent) -> Vec<String> {
    let agreed = [consent.use_customer_id, consent.use_segments, consent.analyse_comment];
    let flags = OPTIONAL_FLAGS.into_iter().zip(agreed).filter(|(_, agreed)| *agreed);
    let flags = flags.map(|(flag, _)| format!("{notice} {flag}"));
    std::iter::once(notice.to_owned()).chain(flags).collect()
}

/// What a key counts: the hash of a notice, and the flag, if it is one's. The inverse of [`keys`].
pub fn read(key: &str) -> Option<(&str, Option<&'static str>)> {
    match key.split_once(' ') {
        None => Some((key, None)),
        Some((notice, flag)) => {
            let known = OPTIONAL_FLAGS.into_iter().find(|known| *known == flag)?;
            Some((notice, Some(known)))
        }
    }
}

/// The consents that were counted under one notice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConsentCounts {
    /// How many were given.
    pub n: u64,
    /// How many agreed to each optional flag, in the order of [`OPTIONAL_FLAGS`].
    pub flags: [u64; OPTIONAL_FLAGS.len()],
}

/// The consents under each notice, by its hash. A key that is none of [`keys`] is passed over.
pub fn by_notice(tallies: &BTreeMap<String, u64>) -> Vec<(&str, ConsentCounts)> {
    let mut all: Vec<(&str, ConsentCounts)> = Vec::new();
    for (key, count) in tallies {
        let Some((notice, flag)) = read(key) else { continue };
        // The keys of a notice follow one another: no character of a hash comes before a space.
        if all.last().is_none_or(|(last, _)| *last != notice) {
            all.push((notice, ConsentCounts::default()));
        }
        let Some((_, counts)) = all.last_mut() else { continue };
        match flag {
            None => counts.n += count,
            Some(flag) => {
                let places = counts.flags.iter_mut().zip(OPTIONAL_FLAGS);
                places.filter(|(_, name)| *name == flag).for_each(|(place, _)| *place += count);
            }
        }
    }
    all
}
