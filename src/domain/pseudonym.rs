//! From a customer id to a subject, from that to a pseudonym, and from that to a marker: a hash and two
//! HMACs stand between a person and what is stored (GDPR, Art. 4(5)).
//!
//! None of these values can be displayed, and their `Debug` is redacted. What is hashed is encoded
//! injectively: a label, then each part behind its length.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

use super::hex::hex;
use super::key_ring::{Key, KeyId, KeyRing};
use super::preimage::{encode, keyed_hash};
use super::reward::Seed;

/// A person in a survey: SHA-256 of an injective encoding of the survey's id and the customer's id as
/// the site knows it. It has one length whatever the id was. It lives in memory, and sealed inside
/// invitations; whoever knows an id can make it, so it is stored nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Subject([u8; 32]);

impl Subject {
    /// The customer with this id; what it may look like is judged where it is read.
    pub fn of(survey: &str, customer: &str) -> Self {
        let mut hash = Sha256::new();
        let parts = [survey.as_bytes(), customer.as_bytes()];
        encode("counterfoil subject 1", &parts, |bytes| hash.update(bytes));
        Self(hash.finalize().into())
    }

    /// As an invitation holds it.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// For an invitation, to be sealed.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// `HMAC(pepper, survey, subject)`: crosses from Worker to Ledger, and is stored nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Pseudonym([u8; 32]);

impl Pseudonym {
    /// The pseudonym of a customer in a survey; unrelated to the same customer's in any other.
    pub fn of(pepper: &Key, survey: &str, subject: &Subject) -> Self {
        Self(pepper.hash("counterfoil pseudonym 1", &[survey.as_bytes(), &subject.0]))
    }

    /// The same under every pepper, in their order: the Ledger takes the one of its window.
    pub fn of_each(peppers: &KeyRing, survey: &str, subject: &Subject) -> Vec<(KeyId, Self)> {
        peppers.keys().map(|pepper| (pepper.id(), Self::of(pepper, survey, subject))).collect()
    }
}

/// A client-made random number of 128 bits: the key under which a response is sent again, or taken
/// back. Written as 22 characters of base64url (RFC 4648, section 5).
#[derive(Clone, PartialEq, Eq)]
pub struct SubmissionId([u8; 16]);

impl SubmissionId {
    /// From 16 random bytes.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Reads 22 characters of base64url, and nothing looser.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        bytes.try_into().ok().map(Self)
    }

    /// As written on the wire.
    pub fn reveal(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }
}

/// 32 random bytes that never leave the Ledger.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; 32]);

impl Secret {
    /// From 32 random bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// For the Ledger's own storage.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The marker of a person in the window whose secret this is.
    pub fn person(&self, pseudonym: &Pseudonym) -> Marker {
        Marker(halves(keyed_hash(&self.0, "counterfoil person 1", &[&pseudonym.0])).0)
    }

    /// What a person's reward in the window whose secret this is is made of.
    pub fn reward_of_person(&self, pseudonym: &Pseudonym) -> Seed {
        Seed::of(keyed_hash(&self.0, "counterfoil reward of a person 1", &[&pseudonym.0]))
    }

    /// What the reward for a submission of nobody in particular is made of.
    pub fn reward_of_submission(&self, id: &SubmissionId) -> Seed {
        Seed::of(keyed_hash(&self.0, "counterfoil reward of a submission 1", &[&id.0]))
    }

    /// What opens the way back of a submission: see [`super::way_back`].
    pub fn way_back(&self, id: &SubmissionId) -> Secret {
        Secret(keyed_hash(&self.0, "counterfoil way back 1", &[&id.0]))
    }

    /// From fresh randomness that is not kept: the secret of a window that opens with it.
    pub fn for_window(&self) -> Secret {
        Secret(keyed_hash(&self.0, "counterfoil window 1", &[]))
    }

    /// From the same: 32 bytes of which to make the nonce of a submission's way back.
    pub fn for_nonce(&self, submission: Marker) -> Secret {
        Secret(keyed_hash(&self.0, "counterfoil nonce 1", &[&submission.0]))
    }

    /// From the same, or from the key of the first bucket that was merged into it and lives as long:
    /// the key of a bucket.
    pub fn for_bucket(&self, id: u64) -> Secret {
        Secret(keyed_hash(&self.0, "counterfoil bucket 1", &[&id.to_be_bytes()]))
    }

    /// What follows from a submission id under the Ledger's secret: its marker, and the two numbers
    /// that draw its attribute. The numbers are independent of the marker, and not stored.
    pub fn submission(&self, id: &SubmissionId) -> (Marker, Draw) {
        let (marker, rest) = halves(keyed_hash(&self.0, "counterfoil submission 1", &[&id.0]));
        let drawn = u128::from_be_bytes(rest);
        (Marker(marker), Draw { dimension: (drawn >> 64) as u64, segment: drawn as u64 })
    }
}

fn halves(hash: [u8; 32]) -> ([u8; 16], [u8; 16]) {
    let (mut first, mut second) = ([0; 16], [0; 16]);
    for (i, byte) in hash.into_iter().enumerate() {
        if let Some(slot) = first.get_mut(i).or(second.get_mut(i.wrapping_sub(16))) {
            *slot = byte;
        }
    }
    (first, second)
}

/// Two uniform random numbers of 64 bits.
#[derive(Clone, Copy)]
pub struct Draw {
    dimension: u64,
    segment: u64,
}

impl Draw {
    /// A draw with given numbers.
    pub fn new(dimension: u64, segment: u64) -> Self {
        Self { dimension, segment }
    }

    /// One of `dimensions`, uniformly (the bias is below 2^-56 for up to 256 of them).
    pub fn dimension<'a, T>(&self, dimensions: &'a [T]) -> Option<&'a T> {
        one_of(self.dimension, dimensions)
    }

    /// One of `segments`, likewise.
    pub fn segment<'a, T>(&self, segments: &'a [T]) -> Option<&'a T> {
        one_of(self.segment, segments)
    }
}

fn one_of<T>(number: u64, list: &[T]) -> Option<&T> {
    let index = (u128::from(number) * list.len() as u128) >> 64;
    list.get(index as usize)
}

/// What the Ledger keeps of a person or a submission, to know it again: 128 bits of an HMAC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Marker([u8; 16]);

impl Marker {
    /// For the Ledger's own storage.
    pub fn hex(&self) -> String {
        hex(&self.0)
    }

    /// As the Ledger's own storage holds it.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

macro_rules! redacted {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(redacted)"))
            }
        }
    )*};
}
redacted!(Subject, Pseudonym, SubmissionId, Secret, Marker, Draw);

/// For the one message that carries them from the Worker to the Ledger, in memory.
macro_rules! carried {
    ($($name:ident),*) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&URL_SAFE_NO_PAD.encode(self.0))
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                let bytes = URL_SAFE_NO_PAD.decode(text).ok().and_then(|b| b.try_into().ok());
                bytes.map(Self).ok_or_else(|| serde::de::Error::custom("not base64url"))
            }
        }
    )*};
}
carried!(Pseudonym, SubmissionId, Marker);
