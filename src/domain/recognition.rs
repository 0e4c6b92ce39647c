//! Who answers: a customer's id, which only a holder of a key may give, or an invitation that holds a
//! digest of one. Both give the same subject.

use super::fault::{Faults, Pointer};
use super::invitation::{self, Unopened};
use super::json::{self, Json};
use super::key_ring::KeyRing;
use super::pseudonym::Subject;
use super::time::Instant;

/// The most characters that a customer id may have.
pub const MOST_CUSTOMER_ID: usize = 256;

/// What tells who answers a survey.
#[derive(Clone, Copy, Debug)]
pub struct Recognition<'a> {
    /// The survey's id.
    pub survey: &'a str,
    /// What its invitations are sealed with.
    pub invitations: &'a KeyRing,
    /// The present, by which they expire.
    pub now: Instant,
}

impl Recognition<'_> {
    /// The customer with the id that was given.
    pub fn customer(
        &self,
        named: Option<(&Json, Pointer)>,
        faults: &mut Faults,
    ) -> Option<Subject> {
        let (value, pointer) = named?;
        let id = json::text(value, 1, MOST_CUSTOMER_ID, &pointer, faults)?;
        Some(Subject::of(self.survey, id))
    }

    /// The one whom the given invitation invites.
    pub fn invited(
        &self,
        invited: Option<(&Json, Pointer)>,
        faults: &mut Faults,
    ) -> Option<Subject> {
        let (value, pointer) = invited?;
        let Json::Text(text) = value else {
            json::wrong_type(value, "a string", &pointer, faults);
            return None;
        };
        let opened = invitation::open(self.invitations, self.survey, self.now, text);
        let (code, detail) = match opened {
            Ok(subject) => return Some(subject),
            Err(Unopened::Invalid) => ("invitation_invalid", "It is no invitation to this survey."),
            Err(Unopened::Expired) => {
                ("invitation_expired", "The time of this invitation is over.")
            }
        };
        faults.add(&pointer, code, detail);
        None
    }
}
