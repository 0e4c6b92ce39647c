//! The way back from a submission id to what was counted under it, so that whoever holds the id, and
//! nobody else, can have it taken out again (GDPR, Art. 7(3)).
//!
//! It is locked twice, with XChaCha20-Poly1305 (RFC 8439; draft-irtf-cfrg-xchacha). The outer lock opens
//! with a key that follows from the submission id, which is stored nowhere: without it no row says
//! which buckets a response was counted in. Inside, what each answer added to its bucket is locked with the
//! key of that bucket, which is destroyed in the commit that seals or discards the bucket:
//! from then on the way leads nowhere, though its row may stay for a while.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use chacha20poly1305::aead::Aead;
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use serde::{Deserialize, Serialize};

use super::bucket::Bucket;
use super::pseudonym::{Marker, Secret};
use super::time::Instant;

/// Every way back is this long, or a multiple: its length hardly says how much was answered.
const BLOCK: usize = 512;
const NONCE: usize = 24;

/// A number used once: of its 192 bits, random ones never meet.
#[derive(Clone, Copy)]
pub struct Nonce([u8; NONCE]);

impl Nonce {
    /// The first bytes of a secret that is random, and used for nothing else: a nonce is no secret.
    pub fn from_secret(secret: &Secret) -> Self {
        let mut bytes = [0; NONCE];
        bytes.iter_mut().zip(secret.bytes()).for_each(|(to, from)| *to = *from);
        Self(bytes)
    }
}

impl fmt::Debug for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Nonce(redacted)")
    }
}

/// What lies at the end of the way.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WayBack {
    /// A response that was taken.
    Taken(Trace),
    /// One that was taken back since, with what its sender was told: who asks again is told the same.
    Withdrawn(Withdrawal),
}

/// Where a response was counted. It is written under short names: there are many.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// Whether it counted. A repeated answer of a person did not; it leaves the same trace, and taking
    /// it back looks the same.
    #[serde(rename = "c")]
    pub counted: bool,
    /// The buckets it was added to.
    #[serde(rename = "p")]
    pub places: Vec<Place>,
}

/// One answer of a response.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The question.
    #[serde(rename = "q")]
    pub question: String,
    /// The bucket it was counted in, by id.
    #[serde(rename = "b")]
    pub bucket: u64,
    /// What was added there, locked with the bucket's key; base64.
    #[serde(rename = "a")]
    locked: String,
}

/// What was added to a bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Added {
    /// The keys of the answer.
    #[serde(rename = "k")]
    pub keys: Vec<String>,
    /// The end of the window and the marker of the person that it counts for; with one answer alone.
    #[serde(rename = "m")]
    pub person: Option<(Instant, Marker)>,
}

/// What came of taking a response back: its questions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// Those whose answers were still pending, and are counted no more.
    pub withdrawn: Vec<String>,
    /// Those whose answers had been sealed: anonymous since, and final.
    pub anonymous: Vec<String>,
    /// Those whose answers had been discarded, pending for too long.
    pub expired: Vec<String>,
}

impl Place {
    /// The place of what is added to `bucket`.
    pub fn of(question: &str, bucket: &Bucket, added: &Added, nonce: Nonce) -> Self {
        // Strings and integers always serialise.
        let plain = serde_json::to_vec(added).unwrap_or_default();
        let locked = STANDARD_NO_PAD.encode(lock(&bucket.key, nonce, &plain));
        Self { question: question.to_owned(), bucket: bucket.id, locked }
    }

    /// What was added, unlocked with the key of the bucket.
    pub fn added(&self, bucket: &Secret, nonce: Nonce) -> Option<Added> {
        let locked = STANDARD_NO_PAD.decode(&self.locked).ok()?;
        serde_json::from_slice(&unlock(bucket, nonce, &locked)?).ok()
    }
}

impl WayBack {
    /// As it is stored: the nonce, then what is locked.
    pub fn lock(&self, key: &Secret, nonce: Nonce) -> Vec<u8> {
        // Our own types have string keys only, so they always serialise.
        let mut plain = serde_json::to_vec(self).unwrap_or_default();
        // White space after JSON means nothing.
        plain.resize(plain.len().next_multiple_of(BLOCK), b' ');
        let mut stored = nonce.0.to_vec();
        stored.extend(lock(key, nonce, &plain));
        stored
    }

    /// Opens what was stored; `None` if the key is not the one it was locked with.
    pub fn unlock(key: &Secret, stored: &[u8]) -> Option<(Self, Nonce)> {
        let (nonce, locked) = stored.split_first_chunk::<NONCE>()?;
        let nonce = Nonce(*nonce);
        let plain = unlock(key, nonce, locked)?;
        Some((serde_json::from_slice(&plain).ok()?, nonce))
    }
}

fn cipher(key: &Secret) -> Option<XChaCha20Poly1305> {
    XChaCha20Poly1305::new_from_slice(key.bytes()).ok()
}

fn lock(key: &Secret, nonce: Nonce, plain: &[u8]) -> Vec<u8> {
    // It fails for a key that has not 32 bytes, or a text beyond 256 GB.
    let locked = cipher(key).and_then(|c| c.encrypt(&XNonce::from(nonce.0), plain).ok());
    locked.unwrap_or_default()
}

fn unlock(key: &Secret, nonce: Nonce, locked: &[u8]) -> Option<Vec<u8>> {
    cipher(key)?.decrypt(&XNonce::from(nonce.0), locked).ok()
}
