//! The Ledger's rules: who counts once, in which cohort, what a tick releases, what D1 must be told.
//!
//! A [`Ledger`] is what one survey's Durable Object knows, less its markers, which are too many to
//! hold: those that matter for a decision are passed in. A decision changes the Ledger and notes in
//! [`Changes`] what must be written with it, in one commit; if that commit fails, the caller drops
//! the Ledger and loads it anew.
//!
//! Time comes in as `now`, randomness as secrets; neither is taken from anywhere else.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use super::account::{Account, Figures};
use super::bucket::{self, Bucket, Buckets, Fates, Key, Terms};
use super::consent_counts;
use super::key_ring::KeyId;
use super::pseudonym::{Draw, Marker, Pseudonym, Secret, SubmissionId};
use super::response::{Answer, Offer};
use super::survey::{LEAST_COHORT, Survey};
use super::tally::{Cohort, NONE, Sealed};
use super::time::{Day, Duration, Instant};
use super::way_back::{Nonce, Place, Trace, WayBack};

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

/// What the Worker hands over of one response.
#[derive(Debug, Serialize, Deserialize)]
pub struct Entry {
    /// The survey's revision by which the Worker judged it.
    pub revision: u64,
    /// The submission id.
    pub submission: SubmissionId,
    /// Who answers, if that may be used: under every pepper, the current one first.
    pub pseudonyms: Vec<(KeyId, Pseudonym)>,
    /// The answers.
    pub answers: Vec<Answer>,
    /// The dimensions, one of which is drawn.
    pub offers: Vec<Offer>,
    /// Its consent, as it is counted.
    pub consent: Answer,
}

/// What follows from an entry under the Ledger's secrets.
#[derive(Clone, Debug)]
pub struct Marks {
    /// The submission's marker.
    pub submission: Marker,
    /// What draws its attribute.
    pub draw: Draw,
    /// The end of the window, and the person's marker in it.
    pub person: Option<(Instant, Marker)>,
    /// What locks the way back.
    pub way_back: Secret,
    /// The nonce that it is locked with.
    pub nonce: Nonce,
}

/// A submission that was taken, as it is kept.
#[derive(Debug, PartialEq, Eq)]
pub struct Taken {
    /// Its marker.
    pub marker: Marker,
    /// The tick that it was promised.
    pub tick: Instant,
    /// The way back, locked.
    pub way_back: Vec<u8>,
}

/// Which of the markers of a group of entries are known already.
#[derive(Debug, Default)]
pub struct Known {
    /// Submissions, with the tick that each was promised.
    pub submissions: BTreeMap<Marker, Instant>,
    /// Persons.
    pub persons: BTreeSet<(Instant, Marker)>,
}

/// What becomes of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Taken, now or before, counted or not: all of these look alike. It can be taken back until the
    /// tick that is named, at least.
    Accepted {
        /// That tick.
        withdrawable_until: Instant,
    },
    /// It was judged by another revision; nothing was counted.
    OtherRevision,
    /// The survey was deleted; nothing was counted.
    Deleted,
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

/// Why a survey cannot be revised.
#[derive(Debug, PartialEq, Eq)]
pub enum Unrevised {
    /// The caller had another revision in mind.
    OtherRevision,
    /// These questions have counts, and would get another kind or scale.
    ScaleChanged(Vec<String>),
    /// The survey was deleted.
    Deleted,
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

    /// Opens the current window if there is none.
    fn open_window(&mut self, now: Instant, fresh: &Secret, pepper: KeyId, changes: &mut Changes) {
        if self.window.is_none() {
            let from = now.max(self.head.windows_over);
            let ends = next_on_grid(self.head.created, self.survey.window, from);
            self.window = Some(Window { secret: fresh.for_window(), ends, pepper });
            changes.window_opened = true;
        }
    }

    /// The window's end and the person's marker in it, by the window's pepper. Where that is no longer
    /// to be had, the window goes over to the current one: then who was counted may count again.
    fn person(
        &mut self,
        pseudonyms: &[(KeyId, Pseudonym)],
        changes: &mut Changes,
    ) -> Option<(Instant, Marker)> {
        let window = self.window.as_mut()?;
        let kept = pseudonyms.iter().find(|(pepper, _)| *pepper == window.pepper);
        let (pepper, who) = kept.or(pseudonyms.first())?;
        if *pepper != window.pepper {
            window.pepper = *pepper;
            changes.window_opened = true;
        }
        Some((window.ends, window.secret.person(who)))
    }

    /// Nothing is left to forget: no need to look again.
    pub fn swept(&mut self, nothing_left: bool, changes: &mut Changes) {
        if nothing_left && self.head.sweep_at.is_some() {
            self.head.sweep_at = None;
            changes.head = true;
        }
    }

    /// The marks of a group of entries that arrived by `now`, to which [`Ledger::advance`] has brought
    /// the Ledger. Where the first identified person of a window is among them, the window is opened.
    /// `fresh` is random, made for this group alone, and never kept: secrets follow from it.
    pub fn mark(
        &mut self,
        now: Instant,
        group: Vec<Entry>,
        fresh: &Secret,
        changes: &mut Changes,
    ) -> Vec<(Entry, Marks)> {
        let identified = group.iter().find_map(|entry| entry.pseudonyms.first());
        if let Some((pepper, _)) = identified.filter(|_| !self.head.deleted) {
            self.open_window(now, fresh, *pepper, changes);
        }
        group
            .into_iter()
            .map(|entry| {
                let (submission, draw) = self.head.secret.submission(&entry.submission);
                let person = self.person(&entry.pseudonyms, changes);
                let way_back = self.head.secret.way_back(&entry.submission);
                let nonce = Nonce::from_secret(&fresh.for_nonce(submission));
                (entry, Marks { submission, draw, person, way_back, nonce })
            })
            .collect()
    }

    /// Decides on a group of entries, in order, all at the same instant and for one commit. `fresh` is
    /// the one that they were marked with.
    pub fn take(
        &mut self,
        now: Instant,
        group: &[(Entry, Marks)],
        mut known: Known,
        fresh: &Secret,
        changes: &mut Changes,
    ) -> Vec<Verdict> {
        // What is overdue is not used, though it may not have been swept yet.
        known.submissions.retain(|_, tick| self.recalls(*tick, now));
        let decide = |(entry, marks): &(Entry, Marks)| {
            if self.head.deleted {
                return Verdict::Deleted;
            }
            if entry.revision != self.head.revision {
                return Verdict::OtherRevision;
            }
            if let Some(tick) = known.submissions.get(&marks.submission) {
                return Verdict::Accepted { withdrawable_until: *tick };
            }
            let tick = self.promise_tick(now, changes);
            known.submissions.insert(marks.submission, tick);
            let first = marks.person.is_none_or(|person| known.persons.insert(person));
            if first {
                changes.persons.extend(marks.person);
            }
            let way_back = self.count(entry, marks, first, (now, fresh), changes);
            changes.submissions.push(Taken { marker: marks.submission, tick, way_back });
            Verdict::Accepted { withdrawable_until: tick }
        };
        group.iter().map(decide).collect()
    }

    /// Whether a submission that was promised this tick is still known, rather than overdue.
    pub fn recalls(&self, tick: Instant, now: Instant) -> bool {
        !self.head.deleted && tick >= now.minus(SUBMISSION_LIFE)
    }

    /// Counts an entry in its one cohort, if it is the `first` of its person, and gives the way back. One
    /// that is not leaves all the same traces but the count itself: nobody can tell by them.
    fn count(
        &mut self,
        entry: &Entry,
        marks: &Marks,
        first: bool,
        (now, fresh): (Instant, &Secret),
        changes: &mut Changes,
    ) -> Vec<u8> {
        let cohort = match marks.draw.dimension(&entry.offers) {
            None => Cohort::unattributed(),
            Some(offer) => {
                let segment = marks.draw.segment(&offer.segments).map_or(NONE, String::as_str);
                Cohort::of(&offer.dimension, segment)
            }
        };
        let answers = entry.answers.iter().map(|answer| (answer, &cohort));
        let nowhere = Cohort::unattributed();
        let mut places = Vec::with_capacity(entry.answers.len() + 1);
        for (Answer { question, keys }, cohort) in answers.chain([(&entry.consent, &nowhere)]) {
            let Some(scale) = self.scale(question) else { continue };
            if first {
                self.accept(question, scale, changes);
            }
            let min_cohort = self.survey.release.min_cohort;
            let key = Key { question: question.clone(), cohort: cohort.clone() };
            let bucket = self.buckets.entry(key.clone()).or_insert_with(|| {
                let id = self.head.next_bucket;
                self.head.next_bucket += 1;
                changes.head = true;
                changes.buckets.insert(key.clone());
                Bucket::begin(id, fresh.for_bucket(id), now, min_cohort)
            });
            if first {
                bucket.add(keys, now, min_cohort);
                changes.buckets.insert(key);
            }
            places.push(Place::of(question, bucket, keys, marks.nonce));
        }
        let person = marks.person.filter(|_| first);
        let trace = Trace { counted: first, person, places };
        WayBack::Taken(trace).lock(&marks.way_back, marks.nonce)
    }

    /// What the counts of a question mean.
    fn scale(&self, question: &str) -> Option<String> {
        if consent_counts::notice(question).is_some() {
            return Some("consent".to_owned());
        }
        self.survey.question(question).map(|question| question.kind.scale())
    }

    fn accept(&mut self, question: &str, scale: String, changes: &mut Changes) {
        let account =
            self.accounts.entry(question.to_owned()).or_insert_with(|| Account::new(scale.clone()));
        if account.accepted == 0 {
            account.scale = scale;
        }
        account.accepted += 1;
        changes.accounts.insert(question.to_owned());
    }

    /// The tick that a response arriving now is promised: the next one on the grid.
    fn promise_tick(&mut self, now: Instant, changes: &mut Changes) -> Instant {
        if self.buckets.is_empty() {
            let next = self.grid_after(now);
            // A clock that went back must not bring a tick back.
            if next > self.head.next_tick {
                self.head.next_tick = next;
                changes.head = true;
            }
        }
        self.sweep_later(now, changes);
        self.head.next_tick
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

    /// D1 has the definition of this revision.
    pub fn projected(&mut self, revision: u64, changes: &mut Changes) {
        if revision > self.head.projected {
            self.head.projected = revision;
            changes.head = true;
        }
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

    /// Whether `next` has another notice, while D1 may not have the one in force: D1 is told the
    /// newest definition alone, so a notice followed too soon would be kept nowhere.
    pub fn owes_notice(&self, next: &Survey) -> bool {
        let told = self.head.projected >= self.head.revision;
        !told && !self.head.deleted && next.notice != self.survey.notice
    }

    /// Takes a new definition, unless `expected` is given and is not the current revision, or a
    /// question that has counts would change its kind or scale. Returns the new revision.
    pub fn revise(
        &mut self,
        expected: Option<u64>,
        definition: String,
        survey: Survey,
        changes: &mut Changes,
    ) -> Result<u64, Unrevised> {
        if self.head.deleted {
            return Err(Unrevised::Deleted);
        }
        if expected.is_some_and(|revision| revision != self.head.revision) {
            return Err(Unrevised::OtherRevision);
        }
        let changed: Vec<String> = survey
            .questions
            .iter()
            .filter(|question| {
                let account = self.accounts.get(&question.id);
                account.is_some_and(|a| a.accepted > 0 && a.scale != question.kind.scale())
            })
            .map(|question| question.id.clone())
            .collect();
        if !changed.is_empty() {
            return Err(Unrevised::ScaleChanged(changed));
        }
        self.head.revision += 1;
        self.head.definition = definition;
        self.survey = survey;
        changes.head = true;
        Ok(self.head.revision)
    }

    /// Forgets everything but that the survey was here. Told again, it changes nothing more.
    pub fn delete(&mut self, changes: &mut Changes) {
        changes.erased = true;
        if self.head.deleted {
            return;
        }
        self.head.deleted = true;
        self.head.revision += 1;
        self.head.definition = String::new();
        self.head.secret = Secret::from_bytes([0; 32]);
        self.head.sweep_at = None;
        self.window = None;
        self.buckets.clear();
        self.accounts.clear();
        self.batches.clear();
    }

    /// The last day to which nothing can be added any more, all of which D1 has.
    /// [`Ledger::advance`] must have brought the Ledger to `now`.
    pub fn complete_through(&self, now: Instant) -> Day {
        // The next tick is after now, so its batch belongs to today at the earliest. (It may well be
        // that today is over too; but a revision may bring ticks that are nearer.)
        let open = now.day();
        let undelivered = self.batches.front().map(|batch| batch.day);
        undelivered.map_or(open, |day| day.min(open)).plus(-1)
    }

    /// When the next tick may come: the next instant of the grid. That follows from the clock alone,
    /// and does not say whether anything is pending.
    pub fn next_tick(&self, now: Instant) -> Instant {
        self.grid_after(now)
    }

    /// Whether promise 7 holds for every question.
    pub fn conserved(&self) -> bool {
        self.accounts.iter().all(|(question, account)| {
            let pending: u64 = self.pending(question).map(|bucket| bucket.n).sum();
            let settled = account.released + account.withdrawn + account.expired;
            account.accepted == pending + self.sealed(question) + settled
        })
    }

    /// What may be told of the accounts of each of the survey's questions.
    pub fn figures(&self) -> Vec<Figures> {
        let tell = |(question, account): (&String, &Account)| {
            let (sealed, released) = (self.sealed(question), account.released);
            let (withdrawn, expired) = (account.withdrawn_shown, account.expired_shown);
            let accepted = sealed + released + withdrawn + expired;
            let question = question.clone();
            Figures { question, accepted, pending: None, sealed, released, withdrawn, expired }
        };
        let own = |question: &str| consent_counts::notice(question).is_none();
        let questions = self.accounts.iter().filter(|(question, _)| own(question));
        questions.map(tell).filter(|figures| figures.accepted > 0).collect()
    }

    fn pending(&self, question: &str) -> impl Iterator<Item = &Bucket> {
        self.buckets.iter().filter(move |(key, _)| key.question == question).map(|(_, b)| b)
    }

    fn sealed(&self, question: &str) -> u64 {
        let cohorts = self.batches.iter().flat_map(|batch| &batch.cohorts);
        cohorts.filter(|cohort| cohort.question == question).map(|cohort| cohort.n).sum()
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
fn next_on_grid(created: Instant, every: Duration, now: Instant) -> Instant {
    let passed = now.0.saturating_sub(created.0).div_euclid(every.0);
    Instant(created.0 + (passed + 1) * every.0)
}
