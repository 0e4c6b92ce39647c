//! Webhooks: where events are sent, and how they are signed, as Standard Webhooks 1.0.0 has it
//! (github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md).
//!
//! A webhook's secret is stored nowhere: it follows from its id and a key of the secret `WEBHOOK_KEY`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::fault::{Faults, Pointer};
use super::fields::{required, wording};
use super::hex::hex;
use super::json::{Json, Members, text};
use super::key_ring::{KeyId, KeyRing};
use super::time::Instant;
use super::url::Url;

/// The most characters of a webhook's name.
const MOST_NAME: usize = 100;
/// The most characters of its URL.
const MOST_URL: usize = 2_000;

/// A webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// What it is found by: 16 lower-case hexadecimal digits.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// Where events are sent.
    pub url: String,
    /// The key of the ring that its secret follows from.
    pub key: KeyId,
    /// When it was made.
    pub created: Instant,
    /// When its receiver said that it wants no more (410), if it did and no test has succeeded since:
    /// nothing but tests is sent then.
    pub disabled: Option<Instant>,
}

/// What a receiver verifies events with. Never stored, never logged.
#[derive(Clone)]
pub struct Secret([u8; 32]);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

impl Webhook {
    /// Its secret: HMAC(key, "counterfoil webhook 1", id). None where its key is no longer in the ring.
    pub fn secret(&self, ring: &KeyRing) -> Option<Secret> {
        let key = ring.find(self.key)?;
        Some(Secret(key.hash("counterfoil webhook 1", &[self.id.as_bytes()])))
    }
}

impl Secret {
    /// As its receiver is shown it: `whsec_` and base64.
    pub fn reveal(&self) -> String {
        format!("whsec_{}", STANDARD.encode(self.0))
    }

    /// The header `webhook-signature` of an attempt.
    pub fn sign(&self, message: &str, seconds: i64, body: &str) -> String {
        sign(&self.0, message, seconds, body)
    }
}

/// The header `webhook-signature` of an attempt to send the message of this id (without a `.`), made at
/// this time (seconds since 1970): `v1,` and the HMAC-SHA-256 of `id.time.body` in base64.
pub fn sign(secret: &[u8], message: &str, seconds: i64, body: &str) -> String {
    // An HMAC key may have any length, so this cannot fail.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return String::new() };
    mac.update(format!("{message}.{seconds}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

/// The id of a message, by which its receiver knows it again: of random bytes.
pub fn message_id(random: [u8; 16]) -> String {
    format!("msg_{}", hex(&random))
}

/// Whether it is an id of [`message_id`].
pub fn is_message(text: &str) -> bool {
    let digits = text.strip_prefix("msg_").unwrap_or_default();
    digits.len() == 32 && digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// The body of a message: what happened (words with stops between), when, and its figures.
pub fn event(kind: &str, at: Instant, data: &Value) -> String {
    json!({ "type": kind, "timestamp": at.to_string(), "data": data }).to_string()
}

/// Why an attempt was no success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missed {
    /// The receiver replied with this status, which is not 2xx; after so many seconds it may be asked
    /// again, if it said that (`Retry-After`, RFC 9110, section 10.2.3).
    Status(u16, Option<u32>),
    /// No reply came in time.
    Timeout,
    /// There was no connection, or it broke.
    Unreachable,
    /// The key that the webhook's secret follows from is no longer in the ring.
    NoKey,
}

impl Missed {
    /// Whether the receiver wants no more (410 Gone).
    pub fn is_gone(self) -> bool {
        matches!(self, Self::Status(410, _))
    }

    /// The status that the receiver replied with, if it did.
    pub fn status(self) -> Option<u16> {
        match self {
            Self::Status(status, _) => Some(status),
            _ => None,
        }
    }

    /// In a word: `gone`, `redirect`, `refused`, `timeout`, `unreachable` or `no_key`.
    pub fn why(self) -> &'static str {
        match self {
            Self::Status(410, _) => "gone",
            // A redirection is not followed: the webhook's URL is what its owner allowed.
            Self::Status(300..=399, _) => "redirect",
            Self::Status(..) => "refused",
            Self::Timeout => "timeout",
            Self::Unreachable => "unreachable",
            Self::NoKey => "no_key",
        }
    }
}

/// A webhook that is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// What its owner calls it.
    pub name: String,
    /// Where events are to be sent.
    pub url: String,
}

/// Reads the body of a call for a webhook, or gives every fault.
pub fn read(json: &Json) -> Result<Wanted, Faults> {
    let mut faults = Faults::default();
    let mut wanted = Wanted::default();
    if let Some(mut members) = Members::of(json, Pointer::root(), &mut faults) {
        let m = &mut members;
        let name = required(m, "name", &mut faults, |j, p, f| wording(j, MOST_NAME, p, f));
        wanted.name = name.unwrap_or_default();
        wanted.url = required(m, "url", &mut faults, url).unwrap_or_default();
        members.finish(&mut faults);
    }
    faults.or(wanted)
}

fn url(json: &Json, at: &Pointer, faults: &mut Faults) -> Option<String> {
    let url = text(json, 1, MOST_URL, at, faults)?;
    if is_receiver(url) {
        return Some(url.to_owned());
    }
    faults.add(
        at,
        "url",
        "A URL is https:// (http:// for localhost, 127.0.0.1 and [::1] alone), a host, a port if need \
         be, and what RFC 3986 allows behind them; no user, no fragment.",
    );
    None
}

/// Whether events may be sent there: by `https`, and by `http` on the same machine alone, where nobody
/// can read along on the way: so RFC 8252, section 8.3, reasons of loopback (cited from memory).
fn is_receiver(url: &str) -> bool {
    let Some(Url { host, port, secure, .. }) = Url::read(url) else { return false };
    let is_port = |port: &str| {
        let digits = port.bytes().all(|b| b.is_ascii_digit()) && !port.starts_with('0');
        digits && port.parse::<u16>().is_ok()
    };
    let is_label = |label: &str| {
        let inner = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
        (1..=63).contains(&label.len()) && label.bytes().all(inner)
    };
    let local = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    let named = host.len() <= 253 && host.split('.').all(is_label);
    port.is_none_or(is_port) && (local || secure && named)
}
