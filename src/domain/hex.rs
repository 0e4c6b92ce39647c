//! Bytes as text, where SQL or a person reads them.

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Two lower-case digits a byte (RFC 4648, section 8, but in lower case).
pub fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| DIGITS.get(usize::from(half)).map_or('0', |digit| char::from(*digit));
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
