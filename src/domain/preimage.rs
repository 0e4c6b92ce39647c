//! What is hashed, encoded injectively.

/// Feeds `sink` with `label` and `parts`, each behind its length as eight bytes: two different lists
/// never give the same bytes.
pub fn encode(label: &str, parts: &[&[u8]], mut sink: impl FnMut(&[u8])) {
    for part in std::iter::once(label.as_bytes()).chain(parts.iter().copied()) {
        sink(&(part.len() as u64).to_be_bytes());
        sink(part);
    }
}
