//! The Ledger's rules: who counts once, in which cohort, what a tick releases, what D1 must be told.
//!
//! A [`Ledger`] is what one survey's Durable Object knows, less its markers, which are too many to
//! hold: those that matter for a decision are passed in. A decision changes the Ledger and notes in
//! [`Changes`] what must be written with it, in one commit; if that commit fails, the caller drops
//! the Ledger and loads it anew.
//!
//! Time comes in as `now`, randomness as secrets; neither is taken from anywhere else.

mod definition;
mod entry;
mod figures;

pub use definition::Unrevised;
pub use entry::{Entry, Known, Marks, Taken, Verdict};

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::account::Account;
use super::bucket::{self, Buckets, Fates, Key, Terms};
use super::key_ring::KeyId;
use super::pseudonym::{Marker, Secret};
use super::survey::{LEAST_COHORT, Survey};
use super::tally::Sealed;
use super::time::{Day, Duration, Instant};

/// How long a submission's marker is kept, so that the same response sent again counts once.
pub const SUBMISSION_LIFE: Duration = Duration::days(30);
/// How often what must be forgotten is looked for.
const SWEEP_EVERY: Duration = Duration::days(1);
/// The most cohorts in one batch: a batch is one bound parameter of D1, of at most 2 MB.
const MOST_IN_BATCH: usize = 500;

/// A survey's Ledger.
#[derive(Debug)]
pub struct Ledger {
    /// The one row of facts about the Ledger itself.
    pub head: Head,
    /// The definition that `head.definition` is the text of.
    pub survey: Survey,
    /// The current window, from the first response in it on.
    pub window: Option<Window>,
    /// What is pending.
    pub buckets: Buckets,
    /// The accounts of every question that was ever answered.
    pub accounts: BTreeMap<String, Account>,
    /// Sealed batches that D1 has not confirmed, oldest first.
    pub batches: VecDeque<Batch>,
}

/// Facts about the Ledger itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The survey's number in D1.
    pub survey: u64,
    /// Random, made with this storage: a restored or lost Ledger gets another, so that no sequence
    /// number is ever used for two batches.
    pub incarnation: String,
    /// What submission markers and draws are made with.
    pub secret: Secret,
    /// When the survey was created: the ticks stand on a grid from here, the windows too.
    pub created: Instant,
    /// The survey's revision.
    pub revision: u64,
    /// The survey as JSON, as stored.
    pub definition: String,
    /// The revision that D1 is known to have.
    pub projected: u64,
    /// The number of the next batch.
    pub next_sequence: u64,
    /// The id of the next bucket.
    pub next_bucket: u64,
    /// The next tick, where anything is pending. Never moved nearer: responses were promised it.
    pub next_tick: Instant,
    /// The end of the last window that is over: it is not begun again, whatever the clock says.
    pub windows_over: Instant,
    /// When to look for what must be forgotten, where there is any.
    pub sweep_at: Option<Instant>,
    /// The survey was deleted; this is its tombstone.
    pub deleted: bool,
}

/// A window: the period in which a person counts once. Its end names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// What the markers of its persons are made with.
    pub secret: Secret,
    /// When it ends, and the secret with it.
    pub ends: Instant,
    /// The pepper of its pseudonyms: one from beginning to end, whatever is rotated meanwhile.
    pub pepper: KeyId,
}

/// What a tick released, or a part of it: immutable, applied to D1 once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Its number in this incarnation, from 1.
    pub sequence: u64,
    /// The day that its figures belong to: that of the last instant before the tick.
    pub day: Day,
    /// The cohorts.
    pub cohorts: Vec<Sealed>,
}

/// What must be written, in one commit with the decision that made it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The head has changed.
    pub head: bool,
    /// The current window was opened, or goes on under another pepper.
    pub window_opened: bool,
    /// The window that ended: its secret goes, and the markers of all persons in it.
    pub window_ended: Option<Instant>,
    /// Submissions that were taken.
    pub submissions: Vec<Taken>,
    /// The submission that was taken back, and what is kept of it instead.
    pub withdrawn: Option<(Marker, Vec<u8>)>,
    /// Persons that were counted.
    pub persons: Vec<(Instant, Marker)>,
    /// Persons whose response was taken back wholly: they may answer anew.
    pub persons_freed: Vec<(Instant, Marker)>,
    /// Submissions promised a tick before this are forgotten.
    pub forget_before: Option<Instant>,
    /// Buckets that changed.
    pub buckets: BTreeSet<Key>,
    /// Buckets that are gone, and at which tick.
    pub fates: Option<(Instant, Fates)>,
    /// Questions whose accounts changed.
    pub accounts: BTreeSet<String>,
    /// Batches that were sealed.
    pub batches_sealed: Vec<u64>,
    /// Batches that D1 has.
    pub batches_done: Vec<u64>,
    /// Everything went but the head: nothing else need be written.
    pub erased: bool,
}

/// What is to be done next, outside the Ledger.
#[derive(Debug, PartialEq, Eq)]
pub enum Due<'a> {
    /// Tell D1 the definition, or that the survey is gone.
    Project,
    /// Tell D1 this batch.
    Deliver(&'a Batch),
    /// Nothing until then; nothing at all if there is no instant.
    Rest(Option<Instant>),
}

impl Ledger {
    /// Opens a Ledger for a survey: with its creation, or where its storage was lost.
    pub fn open(head: Head, survey: Survey) -> (Self, Changes) {
        let ledger = Self {
            head,
            survey,
            window: None,
            buckets: Buckets::new(),
            accounts: BTreeMap::new(),
            batches: VecDeque::new(),
        };
        (ledger, Changes { head: true, ..Changes::default() })
    }

    /// Brings the Ledger to `now`: runs the tick that is due, ends the window that is over, forgets
    /// what must be forgotten.
    ///
    /// It goes before every decision, so that all of it holds even if no alarm ever rang.
    pub fn advance(&mut self, now: Instant, changes: &mut Changes) {
        if self.head.deleted {
            return;
        }
        if !self.buckets.is_empty() && now >= self.head.next_tick {
            self.tick(self.tick_at(now), changes);
        }
        if let Some(over) = self.window.take_if(|window| window.ends <= now) {
            changes.window_ended = Some(over.ends);
            self.head.windows_over = over.ends;
            changes.head = true;
        }
        if self.head.sweep_at.is_some_and(|at| at <= now) {
            changes.forget_before = Some(now.minus(SUBMISSION_LIFE));
            self.head.sweep_at = Some(now.plus(SWEEP_EVERY));
            changes.head = true;
        }
    }

    /// Nothing is left to forget: no need to look again.
    pub fn swept(&mut self, nothing_left: bool, changes: &mut Changes) {
        if nothing_left && self.head.sweep_at.is_some() {
            self.head.sweep_at = None;
            changes.head = true;
        }
    }

    /// Something is kept that must be forgotten.
    fn sweep_later(&mut self, now: Instant, changes: &mut Changes) {
        if self.head.sweep_at.is_none() {
            self.head.sweep_at = Some(now.plus(SWEEP_EVERY));
            changes.head = true;
        }
    }

    fn tick(&mut self, tick: Instant, changes: &mut Changes) {
        let release = self.survey.release;
        let terms = Terms { tick, min_cohort: release.min_cohort, patience: release.patience };
        let turn = bucket::turn(&mut self.buckets, &mut self.head.next_bucket, terms);
        changes.buckets.retain(|key| self.buckets.contains_key(key));
        changes.buckets.extend(turn.grown);
        if !turn.fates.expired.is_empty() {
            self.sweep_later(tick, changes);
        }
        changes.fates = Some((tick, turn.fates));
        for (question, n) in turn.expired {
            if let Some(account) = self.accounts.get_mut(&question) {
                account.expired += n;
                changes.accounts.insert(question);
            }
        }
        for (question, account) in &mut self.accounts {
            if account.show(release.min_cohort.max(LEAST_COHORT)) {
                changes.accounts.insert(question.clone());
            }
        }
        let day = tick.minus(Duration(1)).day();
        for cohorts in turn.sealed.chunks(MOST_IN_BATCH) {
            let sequence = self.head.next_sequence;
            self.head.next_sequence += 1;
            self.batches.push_back(Batch { sequence, day, cohorts: cohorts.to_vec() });
            changes.batches_sealed.push(sequence);
        }
        self.head.next_tick = self.grid_after(tick);
        changes.head = true;
    }

    /// D1 has the batch of this number. Told twice, it changes nothing the second time.
    pub fn delivered(&mut self, sequence: u64, changes: &mut Changes) {
        let Some(batch) = self.batches.pop_front_if(|batch| batch.sequence == sequence) else {
            return;
        };
        for cohort in &batch.cohorts {
            if let Some(account) = self.accounts.get_mut(&cohort.question) {
                account.released += cohort.n;
                changes.accounts.insert(cohort.question.clone());
            }
        }
        changes.batches_done.push(sequence);
    }

    /// What is to be done next. [`Ledger::advance`] must have brought the Ledger to the present.
    pub fn due(&self) -> Due<'_> {
        if self.head.projected < self.head.revision {
            return Due::Project;
        }
        if let Some(batch) = self.batches.front() {
            return Due::Deliver(batch);
        }
        Due::Rest(self.wake_at())
    }

    /// When the Ledger must be woken though nobody calls it.
    fn wake_at(&self) -> Option<Instant> {
        if self.head.deleted {
            return None;
        }
        let release = self.survey.release;
        let stirs = bucket::stirs(&self.buckets, release.min_cohort, release.patience);
        // The first tick at which anything happens; those before it would leave all as it is.
        let tick = stirs.map(|at| self.grid_after(at.minus(Duration(1))).max(self.head.next_tick));
        let window = self.window.as_ref().map(|window| window.ends);
        [tick, window, self.head.sweep_at].into_iter().flatten().min()
    }

    /// The first instant of the tick grid after `now`.
    fn grid_after(&self, now: Instant) -> Instant {
        next_on_grid(self.head.created, self.survey.release.every, now)
    }

    /// The instant of the tick that comes, or is due: the one promised, or if that is long past the
    /// last one on the grid.
    fn tick_at(&self, now: Instant) -> Instant {
        let every = self.survey.release.every;
        self.head.next_tick.max(self.grid_after(now).minus(every))
    }
}

/// The first instant after `now` of the grid that begins at `created` with so much between.
pub fn next_on_grid(created: Instant, every: Duration, now: Instant) -> Instant {
    let passed = now.0.saturating_sub(created.0).div_euclid(every.0);
    Instant(created.0 + (passed + 1) * every.0)
}
