//! Taking a response back (promise 8; GDPR, Art. 7(3)): by the submission id alone, until the tick that
//! seals it, exactly what was counted, wherever merging has put it.

use std::collections::{BTreeMap, BTreeSet};

use super::bucket::Key;
use super::consent_counts;
use super::fault::{Fault, Faults, Pointer};
use super::json::{Json, Members, Unreadable};
use super::ledger::{Changes, Ledger};
use super::pseudonym::{Marker, Secret, SubmissionId};
use super::response::read_submission_id;
use super::time::Instant;
use super::way_back::{Added, Nonce, Place, WayBack, Withdrawal};

/// Why a request for a withdrawal cannot be read.
#[derive(Debug)]
pub enum Refusal {
    /// It is not JSON.
    Unreadable(Unreadable),
    /// It has faults.
    Faulty(Vec<Fault>),
}

/// Reads `{"submission_id": "..."}`.
pub fn read(bytes: &[u8]) -> Result<SubmissionId, Refusal> {
    let document = Json::read(bytes).map_err(Refusal::Unreadable)?;
    let mut faults = Faults::default();
    let mut id = None;
    if let Some(mut members) = Members::of(&document, Pointer::root(), &mut faults) {
        id = members
            .require("submission_id", &mut faults)
            .and_then(|(value, pointer)| read_submission_id(value, &pointer, &mut faults));
        members.finish(&mut faults);
    }
    match id.filter(|_| faults.is_empty()) {
        Some(id) => Ok(id),
        None => Err(Refusal::Faulty(faults.into_vec())),
    }
}

/// What became of a bucket that is gone, where it was not sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Merged into another, which is pending; the key that it had.
    Merged(u64, Secret),
    /// Discarded, pending for too long.
    Expired,
}

/// What became of buckets that are gone, by id. Of one that is neither here nor pending, there is one
/// thing to say: it was sealed.
pub type Fates = BTreeMap<u64, Fate>;

/// A submission that was found, and the way back from it.
pub struct Found {
    marker: Marker,
    key: Secret,
    nonce: Nonce,
    way_back: WayBack,
}

/// A way back that leads into a bucket which its key does not open: the storage is damaged.
#[derive(Debug, PartialEq, Eq)]
pub struct Lost;

/// Where an answer is now.
enum Standing {
    /// In this bucket.
    Pending(Key, Added),
    Anonymous,
    Expired,
}

impl Found {
    /// The buckets that it was counted in.
    pub fn buckets(&self) -> BTreeSet<u64> {
        match &self.way_back {
            WayBack::Taken(trace) => trace.places.iter().map(|place| place.bucket).collect(),
            WayBack::Withdrawn(_) => BTreeSet::new(),
        }
    }
}

impl Ledger {
    /// Opens what is stored of a submission, beside the tick that it was promised; `None` if it is
    /// overdue.
    pub fn find(
        &self,
        id: &SubmissionId,
        (tick, stored): (Instant, &[u8]),
        now: Instant,
    ) -> Option<Found> {
        let secret = &self.head.secret;
        let (marker, _) = secret.submission(id);
        let key = secret.way_back(id);
        let (way_back, nonce) = WayBack::unlock(&key, stored)?;
        self.recalls(tick, now).then_some(Found { marker, key, nonce, way_back })
    }

    /// Takes a submission back, as far as it is pending; where none of its answers is, nothing changes.
    /// `fates` are those of its buckets. `fresh` is random, and used for nothing else.
    pub fn withdraw(
        &mut self,
        found: Found,
        fates: &Fates,
        fresh: &Secret,
        changes: &mut Changes,
    ) -> Result<Withdrawal, Lost> {
        let trace = match found.way_back {
            WayBack::Withdrawn(told) => return Ok(told),
            WayBack::Taken(trace) => trace,
        };
        let mut told = Withdrawal::default();
        let mut pending = Vec::new();
        for place in &trace.places {
            let list = match self.stands(place, fates, found.nonce)? {
                Standing::Pending(bucket, added) => {
                    pending.push((bucket, added));
                    &mut told.withdrawn
                }
                Standing::Anonymous => &mut told.anonymous,
                Standing::Expired => &mut told.expired,
            };
            if !consent_counts::is_own(&place.question) {
                list.push(place.question.clone());
            }
        }
        if told.withdrawn.is_empty() {
            return Ok(told);
        }
        if trace.counted {
            // All of it is taken back: the person may answer anew.
            if told.anonymous.is_empty() && told.expired.is_empty() {
                changes.persons_freed.extend(pending.iter().filter_map(|(_, added)| added.person));
            }
            self.take_out(pending, changes);
        }
        let nonce = Nonce::from_secret(fresh);
        let way_back = WayBack::Withdrawn(told.clone()).lock(&found.key, nonce);
        changes.withdrawn = Some((found.marker, way_back));
        Ok(told)
    }

    fn stands(&self, place: &Place, fates: &Fates, nonce: Nonce) -> Result<Standing, Lost> {
        let (id, key) = match fates.get(&place.bucket) {
            Some(Fate::Expired) => return Ok(Standing::Expired),
            Some(Fate::Merged(into, key)) => (*into, Some(key)),
            None => (place.bucket, None),
        };
        let Some((at, bucket)) = self.buckets.iter().find(|(_, bucket)| bucket.id == id) else {
            return Ok(Standing::Anonymous);
        };
        let added = place.added(key.unwrap_or(&bucket.key), nonce).ok_or(Lost)?;
        Ok(Standing::Pending(at.clone(), added))
    }

    /// Takes answers out of their buckets.
    fn take_out(&mut self, pending: Vec<(Key, Added)>, changes: &mut Changes) {
        for (at, added) in pending {
            if let Some(bucket) = self.buckets.get_mut(&at) {
                bucket.take_out(&added.keys);
            }
            if let Some(account) = self.accounts.get_mut(&at.question) {
                account.withdrawn += 1;
                changes.accounts.insert(at.question.clone());
            }
            changes.buckets.insert(at);
        }
    }
}
