//! Pending buckets, and what a tick does to them: expire, seal, merge, seal.
//!
//! Nothing here looks at an answer: what is merged or sealed follows from sizes and times alone, so
//! that the partition itself says nothing about what anybody answered.

use std::collections::BTreeMap;

use super::tally::{Cohort, OTHER, Sealed, Tallies};
use super::time::{Duration, Instant};

/// The longest that a response may be pending.
pub const LONGEST: Duration = Duration::days(30);

/// Which bucket: each cohort of each question has one at a time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The question's id.
    pub question: String,
    /// The cohort.
    pub cohort: Cohort,
}

/// A cohort's pending counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Which filling of the cohort this is; never used twice in a Ledger.
    pub id: u64,
    /// How many responses it holds.
    pub n: u64,
    /// Their answers.
    pub tallies: Tallies,
    /// Since when it has been waiting here; patience is counted from this.
    pub since: Instant,
    /// When its oldest response arrived; the lifetime of 30 d is counted from this.
    pub oldest: Instant,
    /// The `min_cohort` under which it was begun. A later, lower one does not reach back.
    pub floor: u64,
}

impl Bucket {
    /// An empty bucket, begun at `now`.
    pub fn begin(id: u64, now: Instant, floor: u64) -> Self {
        Self { id, n: 0, tallies: Tallies::default(), since: now, oldest: now, floor }
    }

    fn absorb(&mut self, other: &Self) {
        self.n += other.n;
        self.tallies.add(&other.tallies);
        self.oldest = self.oldest.min(other.oldest);
        self.floor = self.floor.max(other.floor);
    }
}

/// All pending buckets of a survey.
pub type Buckets = BTreeMap<Key, Bucket>;

/// What a tick goes by.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// The instant of the tick.
    pub tick: Instant,
    /// The survey's floor now.
    pub min_cohort: u64,
    /// How long a bucket waits to fill before it is merged.
    pub patience: Duration,
}

/// What a tick did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// What is released.
    pub sealed: Vec<Sealed>,
    /// What was pending for too long: question and number of responses.
    pub expired: Vec<(String, u64)>,
    /// Buckets that are gone, by id.
    pub gone: Vec<u64>,
    /// Buckets that were begun or grew by a merge.
    pub grown: Vec<Key>,
    /// Which bucket was merged into which, by id.
    pub merged: Vec<(u64, u64)>,
}

/// Turns the buckets at a tick. `next_id` is where new buckets get their ids.
pub fn turn(buckets: &mut Buckets, next_id: &mut u64, terms: Terms) -> Turn {
    let mut turn = Turn::default();
    expire(buckets, terms, &mut turn);
    seal(buckets, terms, &mut turn);
    // Segments first, so that an overdue `(other)` which they fill is still released by its dimension.
    for rest in [false, true] {
        merge(buckets, next_id, terms, rest, &mut turn);
        seal(buckets, terms, &mut turn);
    }
    turn.grown.retain(|key| buckets.contains_key(key));
    turn
}

fn expire(buckets: &mut Buckets, terms: Terms, turn: &mut Turn) {
    buckets.retain(|key, bucket| {
        let overdue = bucket.oldest.plus(LONGEST) <= terms.tick;
        if overdue {
            turn.expired.push((key.question.clone(), bucket.n));
            turn.gone.push(bucket.id);
        }
        !overdue
    });
}

fn seal(buckets: &mut Buckets, terms: Terms, turn: &mut Turn) {
    buckets.retain(|key, bucket| {
        let min_cohort = bucket.floor.max(terms.min_cohort);
        let full = bucket.n >= min_cohort;
        if full {
            turn.gone.push(bucket.id);
            turn.sealed.push(Sealed {
                question: key.question.clone(),
                dimension: key.cohort.dimension.clone(),
                segment: key.cohort.segment.clone(),
                min_cohort,
                n: bucket.n,
                tallies: std::mem::take(&mut bucket.tallies),
            });
        }
        !full
    });
}

/// Merges what has waited too long: the `(other)` buckets where `rest`, else all segments.
fn merge(buckets: &mut Buckets, next_id: &mut u64, terms: Terms, rest: bool, turn: &mut Turn) {
    let overdue: Vec<(Key, Cohort)> = buckets
        .iter()
        .filter(|(_, bucket)| bucket.since.plus(terms.patience) <= terms.tick)
        .filter(|(key, _)| (key.cohort.segment == OTHER) == rest)
        .filter_map(|(key, _)| Some((key.clone(), key.cohort.wider()?)))
        .collect();
    for (key, cohort) in overdue {
        let Some(bucket) = buckets.remove(&key) else { continue };
        let wider = Key { question: key.question, cohort };
        let target = buckets.entry(wider.clone()).or_insert_with(|| {
            let id = *next_id;
            *next_id += 1;
            Bucket::begin(id, terms.tick, bucket.floor)
        });
        target.absorb(&bucket);
        turn.gone.push(bucket.id);
        turn.merged.push((bucket.id, target.id));
        turn.grown.push(wider);
    }
}
