//! What is hashed, encoded injectively, and the HMAC of it.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Feeds `sink` with `label` and `parts`, each behind its length as eight bytes: two different lists
/// never give the same bytes.
pub fn encode(label: &str, parts: &[&[u8]], mut sink: impl FnMut(&[u8])) {
    for part in std::iter::once(label.as_bytes()).chain(parts.iter().copied()) {
        sink(&(part.len() as u64).to_be_bytes());
        sink(part);
    }
}

/// HMAC-SHA-256 (RFC 2104) of an injective encoding of `label` and `parts`.
pub fn keyed_hash(key: &[u8], label: &str, parts: &[&[u8]]) -> [u8; 32] {
    // An HMAC key may have any length, so this cannot fail; an all-zero key would be a fault.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    encode(label, parts, |bytes| mac.update(bytes));
    mac.finalize().into_bytes().into()
}
