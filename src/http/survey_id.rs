//! A survey's public id: the sqid of its number.

use std::fmt;
use std::sync::OnceLock;

use sqids::Sqids;

/// A survey's id, as number and as sqid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SurveyId {
    /// The survey's number in D1.
    pub number: u64,
    text: String,
}

fn sqids() -> Option<&'static Sqids> {
    static SQIDS: OnceLock<Option<Sqids>> = OnceLock::new();
    SQIDS.get_or_init(|| Sqids::builder().min_length(8).build().ok()).as_ref()
}

impl SurveyId {
    /// The id of the survey with this number.
    pub fn of(number: u64) -> Self {
        let text = sqids().and_then(|sqids| sqids.encode(&[number]).ok()).unwrap_or_default();
        Self { number, text }
    }

    /// Reads an id; only the form that [`SurveyId::of`] writes is one.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > 32 || !text.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return None;
        }
        let [number] = sqids()?.decode(text)[..] else { return None };
        Some(Self::of(number)).filter(|id| id.text == text && number < (1 << 53))
    }

    /// The sqid.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for SurveyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
