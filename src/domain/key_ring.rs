//! The keys of one secret, separated by white space: the first is the current one, the others are
//! still accepted. Putting the secret anew rotates all of them at once.
//!
//! A key's id follows from the key, so that nothing is named by hand, and says nothing of the key.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::preimage::keyed_hash;

/// The most keys that a ring may hold.
pub const MOST_KEYS: usize = 4;
/// The fewest bytes that a key may have, as text.
pub const LEAST_KEY: usize = 32;

/// Names a key: the first 8 bytes of `HMAC(key, "counterfoil key id 1")`, written as 11 characters of
/// base64url (RFC 4648, section 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyId([u8; 8]);

impl KeyId {
    /// Reads 11 characters of base64url, and nothing looser.
    pub fn parse(text: &str) -> Option<Self> {
        URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(Self)
    }

    /// The id as bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl Serialize for KeyId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl<'de> Deserialize<'de> for KeyId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not the id of a key"))
    }
}

/// A key with its id.
#[derive(Clone)]
pub struct Key {
    id: KeyId,
    bytes: Vec<u8>,
}

impl Key {
    fn new(bytes: Vec<u8>) -> Self {
        let [a, b, c, d, e, f, g, h, ..] = keyed_hash(&bytes, "counterfoil key id 1", &[]);
        Self { id: KeyId([a, b, c, d, e, f, g, h]), bytes }
    }

    /// What names it.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// The key itself.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// HMAC-SHA-256 under this key of an injective encoding of `label` and `parts`.
    pub fn hash(&self, label: &str, parts: &[&[u8]]) -> [u8; 32] {
        keyed_hash(&self.bytes, label, parts)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(redacted)")
    }
}

/// Why a secret is no ring of keys. Never with anything of the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// It holds no key.
    Missing,
    /// It holds more than [`MOST_KEYS`].
    TooMany,
    /// A key has fewer than [`LEAST_KEY`] bytes.
    TooShort,
    /// A key is not the 32 bytes of a seed.
    NoSeed,
    /// A key stands in it twice.
    Twice,
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("it is not set"),
            Self::TooMany => write!(f, "it holds more than {MOST_KEYS} keys"),
            Self::TooShort => write!(f, "each of its keys must have at least {LEAST_KEY} bytes"),
            Self::NoSeed => f.write_str("each of its keys must be 32 bytes as base64url"),
            Self::Twice => f.write_str("one of its keys stands in it twice"),
        }
    }
}

/// The keys of one secret; there is always a current one.
#[derive(Clone, Debug)]
pub struct KeyRing {
    current: Key,
    others: Vec<Key>,
}

impl KeyRing {
    /// Reads keys that are any text of at least [`LEAST_KEY`] bytes.
    pub fn read(secret: &str) -> Result<Self, Unusable> {
        Self::gather(secret, |text| {
            let long = text.len() >= LEAST_KEY;
            long.then(|| text.as_bytes().to_vec()).ok_or(Unusable::TooShort)
        })
    }

    /// Reads keys that are seeds of Ed25519 (RFC 8032): 32 bytes as 43 characters of base64url.
    pub fn read_seeds(secret: &str) -> Result<Self, Unusable> {
        Self::gather(secret, |text| {
            let bytes = URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| bytes.len() == 32);
            bytes.ok_or(Unusable::NoSeed)
        })
    }

    fn gather(secret: &str, read: fn(&str) -> Result<Vec<u8>, Unusable>) -> Result<Self, Unusable> {
        let mut keys = Vec::new();
        for text in secret.split_whitespace() {
            let key = Key::new(read(text)?);
            if keys.iter().any(|known: &Key| known.id == key.id) {
                return Err(Unusable::Twice);
            }
            keys.push(key);
        }
        if keys.len() > MOST_KEYS {
            return Err(Unusable::TooMany);
        }
        let mut keys = keys.into_iter();
        let current = keys.next().ok_or(Unusable::Missing)?;
        Ok(Self { current, others: keys.collect() })
    }

    /// The key that new things are made with.
    pub fn current(&self) -> &Key {
        &self.current
    }

    /// Every key, the current one first.
    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.current).chain(&self.others)
    }

    /// The key of this id.
    pub fn find(&self, id: KeyId) -> Option<&Key> {
        self.keys().find(|key| key.id == id)
    }
}
