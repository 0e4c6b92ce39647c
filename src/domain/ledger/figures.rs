//! What may be told of a Ledger at any instant, and whether its accounts add up.

use super::Ledger;
use crate::domain::account::{Account, Figures};
use crate::domain::bucket::Bucket;
use crate::domain::consent_counts;
use crate::domain::time::{Day, Instant};

impl Ledger {
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
        let questions =
            self.accounts.iter().filter(|(question, _)| !consent_counts::is_own(question));
        questions.map(tell).filter(|figures| figures.accepted > 0).collect()
    }

    fn pending(&self, question: &str) -> impl Iterator<Item = &Bucket> {
        self.buckets.iter().filter(move |(key, _)| key.question == question).map(|(_, b)| b)
    }

    fn sealed(&self, question: &str) -> u64 {
        let cohorts = self.batches.iter().flat_map(|batch| &batch.cohorts);
        cohorts.filter(|cohort| cohort.question == question).map(|cohort| cohort.n).sum()
    }
}
