//! Pending buckets, and what a tick does to them: expire, seal, merge, seal.
//!
//! Nothing here looks at an answer: what is merged or sealed follows from sizes and times alone, so
//! that the partition itself says nothing about what anybody answered.

use std::collections::BTreeMap;

use super::pseudonym::Secret;
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
    /// What unlocks the answers in it for a withdrawal; it dies with the bucket, or, if that is merged,
    /// with the one it was merged into.
    pub key: Secret,
    /// How many responses it holds: none, if they were taken back, or were repeated ones that do not
    /// count.
    pub n: u64,
    /// Their answers.
    pub tallies: Tallies,
    /// Since when it has been waiting here; patience is counted from this.
    pub since: Instant,
    /// When its oldest response arrived; the lifetime of 30 d is counted from this.
    pub oldest: Instant,
    /// The highest `min_cohort` under which it was begun or added to. A later, lower one does not reach
    /// back.
    pub floor: u64,
}

impl Bucket {
    /// An empty bucket, begun at `now`.
    pub fn begin(id: u64, key: Secret, now: Instant, floor: u64) -> Self {
        Self { id, key, n: 0, tallies: Tallies::default(), since: now, oldest: now, floor }
    }

    /// Adds an answer that arrived at `now`, under `floor`.
    pub fn add(&mut self, keys: &[String], now: Instant, floor: u64) {
        self.wait_from(now, now);
        self.n += 1;
        self.tallies.count(keys);
        self.floor = self.floor.max(floor);
    }

    /// Takes one out again.
    pub fn take_out(&mut self, keys: &[String]) {
        self.n = self.n.saturating_sub(1);
        self.tallies.discount(keys);
    }

    fn absorb(&mut self, other: &Self, tick: Instant) {
        self.wait_from(tick, other.oldest);
        self.n += other.n;
        self.tallies.add(&other.tallies);
        self.floor = self.floor.max(other.floor);
    }

    /// Something joins that arrived at `oldest`: an empty bucket begins to wait with it.
    fn wait_from(&mut self, now: Instant, oldest: Instant) {
        if self.n == 0 {
            (self.since, self.oldest) = (now, oldest);
        }
        self.oldest = self.oldest.min(oldest);
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

/// What became of buckets, by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fates {
    /// Sealed.
    pub sealed: Vec<u64>,
    /// Discarded, pending for too long.
    pub expired: Vec<u64>,
    /// Merged: which bucket, into which, and the key it had.
    pub merged: Vec<(u64, u64, Secret)>,
}

impl Fates {
    /// All that are gone.
    pub fn gone(&self) -> impl Iterator<Item = u64> {
        let merged = self.merged.iter().map(|(bucket, _, _)| bucket);
        self.sealed.iter().chain(&self.expired).chain(merged).copied()
    }
}

/// What a tick did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// What is released.
    pub sealed: Vec<Sealed>,
    /// What was pending for too long: question and number of responses.
    pub expired: Vec<(String, u64)>,
    /// Buckets that were begun or grew by a merge.
    pub grown: Vec<Key>,
    /// What became of buckets that are gone.
    pub fates: Fates,
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

/// From when on a tick would do anything to the buckets, if nothing arrives until then.
pub fn stirs(buckets: &Buckets, min_cohort: u64, patience: Duration) -> Option<Instant> {
    let stirs = |(key, bucket): (&Key, &Bucket)| {
        if bucket.n >= bucket.floor.max(min_cohort) {
            return bucket.since;
        }
        let expires = bucket.oldest.plus(LONGEST);
        match key.cohort.wider() {
            Some(_) => expires.min(bucket.since.plus(patience)),
            None => expires,
        }
    };
    buckets.iter().map(stirs).min()
}

fn expire(buckets: &mut Buckets, terms: Terms, turn: &mut Turn) {
    buckets.retain(|key, bucket| {
        let overdue = bucket.oldest.plus(LONGEST) <= terms.tick;
        if overdue {
            turn.expired.push((key.question.clone(), bucket.n));
            turn.fates.expired.push(bucket.id);
        }
        !overdue
    });
}

fn seal(buckets: &mut Buckets, terms: Terms, turn: &mut Turn) {
    buckets.retain(|key, bucket| {
        let min_cohort = bucket.floor.max(terms.min_cohort);
        let full = bucket.n >= min_cohort;
        if full {
            turn.fates.sealed.push(bucket.id);
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
        let begun = !buckets.contains_key(&wider);
        let target = buckets.entry(wider.clone()).or_insert_with(|| {
            let id = *next_id;
            *next_id += 1;
            Bucket::begin(id, bucket.key.for_bucket(id), terms.tick, bucket.floor)
        });
        if bucket.n > 0 {
            target.absorb(&bucket, terms.tick);
        }
        if bucket.n > 0 || begun {
            turn.grown.push(wider);
        }
        turn.fates.merged.push((bucket.id, target.id, bucket.key));
    }
}
