//! An entry: what the Worker hands over of one response. Who counts once, in which cohort, and what is
//! kept to know the response again.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Changes, Ledger, SUBMISSION_LIFE, Window, next_on_grid};
use crate::domain::account::Account;
use crate::domain::bucket::{Bucket, Key};
use crate::domain::consent_counts;
use crate::domain::key_ring::KeyId;
use crate::domain::pseudonym::{Draw, Marker, Pseudonym, Secret, SubmissionId};
use crate::domain::relay::{self, Passed};
use crate::domain::response::{Answer, Offer};
use crate::domain::reward::Seed;
use crate::domain::tally::{Cohort, NONE};
use crate::domain::time::Instant;
use crate::domain::way_back::{Added, Nonce, Place, Trace, WayBack};

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
    /// What its reward is made of, where the survey has one: a person's in their window, else the
    /// submission's. Whether it counts is not in it.
    pub reward: Option<Seed>,
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
        /// Whether it was counted just now. For us alone: whoever sent it is told the same in any case.
        fresh: bool,
    },
    /// It was judged by another revision; nothing was counted.
    OtherRevision,
    /// The survey was deleted; nothing was counted.
    Deleted,
}

impl Ledger {
    /// Opens the current window if there is none.
    fn open_window(&mut self, now: Instant, fresh: &Secret, pepper: KeyId, changes: &mut Changes) {
        if self.window.is_none() {
            let from = now.max(self.head.windows_over);
            let ends = next_on_grid(self.head.created, self.survey.window, from);
            self.window = Some(Window { secret: fresh.for_window(), ends, pepper });
            changes.window_opened = true;
        }
    }

    /// The window's end and the person's marker in it, by the window's pepper, and what their reward is
    /// made of. Where that is no longer
    /// to be had, the window goes over to the current one: then who was counted may count again.
    fn person(
        &mut self,
        pseudonyms: &[(KeyId, Pseudonym)],
        changes: &mut Changes,
    ) -> Option<((Instant, Marker), Seed)> {
        let window = self.window.as_mut()?;
        let kept = pseudonyms.iter().find(|(pepper, _)| *pepper == window.pepper);
        let (pepper, who) = kept.or(pseudonyms.first())?;
        if *pepper != window.pepper {
            window.pepper = *pepper;
            changes.window_opened = true;
        }
        let marker = (window.ends, window.secret.person(who));
        Some((marker, window.secret.reward_of_person(who)))
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
                let (person, reward) = person.unzip();
                let submitted = || self.head.secret.reward_of_submission(&entry.submission);
                let has_reward = self.survey.reward.is_some();
                let reward = has_reward.then(|| reward.unwrap_or_else(submitted));
                (entry, Marks { submission, draw, person, way_back, nonce, reward })
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
                return Verdict::Accepted { withdrawable_until: *tick, fresh: false };
            }
            let tick = self.promise_tick(now, changes);
            known.submissions.insert(marks.submission, tick);
            let first = marks.person.is_none_or(|person| known.persons.insert(person));
            if first {
                changes.persons.extend(marks.person);
            }
            let way_back = self.count(entry, marks, first, (now, fresh), changes);
            changes.submissions.push(Taken { marker: marks.submission, tick, way_back });
            Verdict::Accepted { withdrawable_until: tick, fresh: first }
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
            let bucket = self.bucket(&key, (now, fresh), changes);
            if first {
                bucket.add(keys, now, min_cohort);
                changes.buckets.insert(key);
            }
            let person = marks.person.filter(|_| places.is_empty());
            let added = Added { keys: keys.clone(), person };
            places.push(Place::of(question, bucket, &added, marks.nonce));
        }
        let trace = Trace { counted: first, places };
        WayBack::Taken(trace).lock(&marks.way_back, marks.nonce)
    }

    /// The bucket of a cohort, begun where there is none.
    fn bucket(
        &mut self,
        key: &Key,
        (now, fresh): (Instant, &Secret),
        changes: &mut Changes,
    ) -> &mut Bucket {
        self.buckets.entry(key.clone()).or_insert_with(|| {
            let id = self.head.next_bucket;
            self.head.next_bucket += 1;
            changes.head = true;
            changes.buckets.insert(key.clone());
            Bucket::begin(id, fresh.for_bucket(id), now, self.survey.release.min_cohort)
        })
    }

    /// Counts what became of the comments of a response, of which nothing is known here: it cannot be
    /// taken back, and is lost where the survey was deleted meanwhile. [`Ledger::advance`] must have
    /// brought the Ledger to `now`; `fresh` is random, and used for nothing else.
    pub fn passed(&mut self, now: Instant, passed: Passed, fresh: &Secret, changes: &mut Changes) {
        let Answer { question, keys } = passed.answer();
        let Some(scale) = self.scale(&question).filter(|_| !self.head.deleted) else { return };
        self.promise_tick(now, changes);
        self.accept(&question, scale, changes);
        let key = Key { question, cohort: Cohort::unattributed() };
        let min_cohort = self.survey.release.min_cohort;
        self.bucket(&key, (now, fresh), changes).add(&keys, now, min_cohort);
        changes.buckets.insert(key);
    }

    /// What the counts of a question mean.
    fn scale(&self, question: &str) -> Option<String> {
        if consent_counts::notice(question).is_some() {
            return Some("consent".to_owned());
        }
        if question == relay::QUESTION {
            return Some("relay".to_owned());
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
}
