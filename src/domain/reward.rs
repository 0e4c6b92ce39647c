//! A reward: a code as thanks for a response, to be redeemed once, that cannot be linked to the response.
//!
//! Nothing is stored when a code is given. A code is a seed of 56 bits and a tag of 40, HMAC(key, survey,
//! quarter, seed), in base32 (RFC 4648, section 6): whoever holds the key sees that it is genuine, and
//! for which quarter of the year. The seed follows, in the Ledger, from its window's secret and the
//! person's pseudonym, else from its own secret and the submission id; none of these is in a code, and
//! what it follows from is stored nowhere or destroyed with the window. So a response that is repeated
//! gives the same code, and a person has one per window; and no code leads to a response. Once it is
//! redeemed, a keyed hash of its seed is kept, so that it is redeemed once.

use data_encoding::BASE32_NOPAD;
use serde::{Deserialize, Serialize};

use super::hex::hex;
use super::key_ring::{Key, KeyRing};
use super::time::Day;

/// For how many days it is remembered that a code was redeemed: longer than its seed can come again (a
/// window of 90 days) and the last code of it is good for (two quarters).
pub const REMEMBERED: i32 = 366;
/// The bytes of a seed, and of a tag.
const SEED: usize = 7;
const TAG: usize = 5;

/// What a code is made of, from the Ledger.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seed([u8; SEED]);

impl Seed {
    /// The first bytes of a keyed hash.
    pub fn of(hash: [u8; 32]) -> Self {
        let [a, b, c, d, e, f, g, ..] = hash;
        Self([a, b, c, d, e, f, g])
    }
}

impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seed(redacted)")
    }
}

/// A code that is genuine, by what it is remembered as.
#[derive(Debug, PartialEq, Eq)]
pub struct Genuine {
    /// Under which it is remembered from now on, in hexadecimal.
    pub mark: String,
    /// Under any of which it may be remembered: one for each key.
    pub marks: Vec<String>,
}

/// The code that is given on this day: five groups of four letters and digits.
pub fn code(key: &Key, survey: &str, seed: Seed, today: Day) -> String {
    let bytes = [seed.0.as_slice(), &tag(key, survey, seed, quarter(today))].concat();
    let letters = BASE32_NOPAD.encode(&bytes);
    let groups = letters.as_bytes().chunks(4).map(String::from_utf8_lossy);
    groups.collect::<Vec<_>>().join("-")
}

/// A code of the right form that no key gave: for whom nothing was counted.
pub fn decoy(random: [u8; SEED + TAG]) -> String {
    let letters = BASE32_NOPAD.encode(&random);
    let groups = letters.as_bytes().chunks(4).map(String::from_utf8_lossy);
    groups.collect::<Vec<_>>().join("-")
}

/// The last day on which a code that is given today can be redeemed: the last of the next quarter.
pub fn redeemable_until(today: Day) -> Day {
    let left = 5 - today.months_since(Day(0)) % 3;
    (0..left).fold(today, |day, _| day.month_end().plus(1)).month_end()
}

/// Reads a code: those of this quarter of the year and the one before are good. How it is written (small
/// letters, spaces, other hyphens) is the shop's affair.
pub fn read(ring: &KeyRing, survey: &str, text: &str, today: Day) -> Option<Genuine> {
    let letters: String = text
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric())
        .map(|letter| letter.to_ascii_uppercase())
        .take(40)
        .collect();
    let bytes = BASE32_NOPAD.decode(letters.as_bytes()).ok()?;
    let (seed, given) = bytes.split_first_chunk::<SEED>()?;
    let seed = Seed(*seed);
    let now = quarter(today);
    let genuine = ring.keys().any(|key| {
        [now, now.saturating_sub(1)].iter().any(|at| {
            subtle::ConstantTimeEq::ct_eq(tag(key, survey, seed, *at).as_slice(), given).into()
        })
    });
    let mark =
        |key: &Key| hex(&key.hash("counterfoil reward mark 1", &[survey.as_bytes(), &seed.0]));
    genuine.then(|| Genuine { mark: mark(ring.current()), marks: ring.keys().map(mark).collect() })
}

fn tag(key: &Key, survey: &str, seed: Seed, quarter: u32) -> [u8; TAG] {
    let parts = [survey.as_bytes(), &quarter.to_be_bytes(), &seed.0];
    let [a, b, c, d, e, ..] = key.hash("counterfoil reward 1", &parts);
    [a, b, c, d, e]
}

/// The quarter of the year, counted from 1970.
fn quarter(day: Day) -> u32 {
    day.months_since(Day(0)) / 3
}
