//! What a respondent agreed to, and what of a response may be kept for it (GDPR, Art. 6(1)(a) and 7).

use super::fault::{Faults, Pointer};
use super::json::{self, Json, Members};

/// A respondent's choices. A flag that was not given is `false`; none is ever assumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Consent {
    /// The customer id may be used, once, against double answers.
    pub use_customer_id: bool,
    /// The segments may be used.
    pub use_segments: bool,
    /// The comment may be searched for themes.
    pub analyse_comment: bool,
    /// A visit over several pages may be kept in the browser's session storage until it ends.
    pub store_visit: bool,
    /// The comment, scrubbed, may be passed on to the team.
    pub share_comment: bool,
}

/// A consent as it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Valid, and for the current notice.
    Given(Consent),
    /// It refers to a notice that is not the current one.
    OtherNotice,
    /// Not valid; the faults say why.
    Invalid,
}

/// The flags that a respondent may leave off.
pub const OPTIONAL_FLAGS: [&str; 5] =
    ["use_customer_id", "use_segments", "analyse_comment", "store_visit", "share_comment"];

impl Consent {
    /// Reads the object `consent` of a response to a survey whose current notice has this hash.
    /// `global_privacy_control`: the request carried `Sec-GPC: 1`, which turns the optional flags off.
    pub fn read(
        json: &Json,
        pointer: Pointer,
        notice: &str,
        global_privacy_control: bool,
        faults: &mut Faults,
    ) -> Reading {
        let Some(mut members) = Members::of(json, pointer, faults) else { return Reading::Invalid };
        let shown = match members.require("notice", faults) {
            Some((Json::Text(hash), _)) => Some(hash),
            Some((other, pointer)) => {
                json::wrong_type(other, "a string", &pointer, faults);
                None
            }
            None => None,
        };
        let agreed = members.require("process_answers", faults).and_then(|(value, pointer)| {
            let agreed = json::boolean(value, &pointer, faults)?;
            if !agreed {
                faults.add(
                    &pointer,
                    "consent_refused",
                    "Without this consent nothing is counted, and nothing was.",
                );
            }
            Some(agreed)
        });
        let [use_customer_id, use_segments, analyse_comment, store_visit, share_comment] =
            OPTIONAL_FLAGS.map(|flag| {
                let given = members
                    .take(flag)
                    .and_then(|(value, pointer)| json::boolean(value, &pointer, faults));
                given.unwrap_or(false) && !global_privacy_control
            });
        members.finish(faults);
        match shown {
            Some(hash) if hash == notice && agreed == Some(true) => Reading::Given(Self {
                use_customer_id,
                use_segments,
                analyse_comment,
                store_visit,
                share_comment,
            }),
            Some(hash) if hash != notice && agreed == Some(true) => Reading::OtherNotice,
            _ => Reading::Invalid,
        }
    }
}
