//! An invitation: a subject sealed under a key of the deployment, so that a person can be told apart
//! without an id in a link, and without anything kept anywhere.
//!
//! Written as the key's id, a dot, and base64url (RFC 4648, section 5) of a nonce of 24 bytes and of
//! what XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha) makes of the subject and the expiry: 119
//! characters, whatever the customer's id was. The survey is bound to it as associated data.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key as CipherKey, XChaCha20Poly1305, XNonce};

use super::key_ring::{Key, KeyId, KeyRing};
use super::preimage::encode;
use super::pseudonym::Subject;
use super::time::{Duration, Instant};

/// How long an invitation may be valid.
pub const VALID_FOR: (Duration, Duration) = (Duration::seconds(3_600), Duration::days(90));
/// How long it is, if nobody says.
pub const USUALLY_VALID_FOR: Duration = Duration::days(30);
/// The bytes of randomness that each one needs.
pub const NONCE: usize = 24;
/// The bytes of a subject, of an expiry, and of both with the cipher's tag.
const SUBJECT: usize = 32;
const SEALED: usize = SUBJECT + 8 + 16;

/// Why an invitation says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unopened {
    /// It is none, or of another survey, or of a key that is not accepted (any more).
    Invalid,
    /// Its time is over.
    Expired,
}

/// The invitation of `subject` to `survey`, valid until `expires`. `nonce` must be random.
pub fn mint(
    key: &Key,
    survey: &str,
    subject: &Subject,
    expires: Instant,
    nonce: [u8; NONCE],
) -> Option<String> {
    let mut plain = [0; SUBJECT + 8];
    let (who, until) = plain.split_at_mut(SUBJECT);
    who.copy_from_slice(subject.bytes());
    until.copy_from_slice(&expires.0.to_be_bytes());
    let aad = bound_to(survey, key.id());
    let sealed = cipher(key).encrypt(&XNonce::from(nonce), Payload { msg: &plain, aad: &aad });
    let token = [nonce.as_slice(), &sealed.ok()?].concat();
    Some(format!("{}.{}", key.id(), URL_SAFE_NO_PAD.encode(token)))
}

/// Whom an invitation to `survey` invites.
pub fn open(ring: &KeyRing, survey: &str, now: Instant, text: &str) -> Result<Subject, Unopened> {
    let (subject, expires) = unseal(ring, survey, text).ok_or(Unopened::Invalid)?;
    if now < expires { Ok(subject) } else { Err(Unopened::Expired) }
}

fn unseal(ring: &KeyRing, survey: &str, text: &str) -> Option<(Subject, Instant)> {
    let (id, token) = text.split_once('.')?;
    let key = ring.find(KeyId::parse(id)?)?;
    let token: [u8; NONCE + SEALED] = URL_SAFE_NO_PAD.decode(token).ok()?.try_into().ok()?;
    let (nonce, sealed) = token.split_first_chunk::<NONCE>()?;
    let aad = bound_to(survey, key.id());
    let plain = cipher(key).decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: &aad });
    let plain: [u8; SUBJECT + 8] = plain.ok()?.try_into().ok()?;
    let (who, until) = plain.split_first_chunk::<SUBJECT>()?;
    let expires = i64::from_be_bytes(until.try_into().ok()?);
    Some((Subject::from_bytes(*who), Instant(expires)))
}

fn cipher(key: &Key) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&CipherKey::from(key.hash("counterfoil invitation key 1", &[])))
}

/// What is sealed with the invitation without being in it.
fn bound_to(survey: &str, key: KeyId) -> Vec<u8> {
    let mut bytes = Vec::new();
    let parts = [survey.as_bytes(), key.bytes()];
    encode("counterfoil invitation 1", &parts, |piece| bytes.extend_from_slice(piece));
    bytes
}
