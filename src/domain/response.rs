//! A response: bytes and a survey in, what may be counted out, or every fault with its place.
//!
//! What consent does not cover is dropped here unread, and the comment's text ends here, unless its writer
//! lets the team read it: but for that, a [`Response`] holds nothing in a respondent's own words.

use serde::{Deserialize, Serialize};

use super::consent::{Consent, Reading};
use super::consent_counts;
use super::fault::{Fault, Faults, Pointer};
use super::json::{self, Json, Members, Unreadable};
use super::pseudonym::{Subject, SubmissionId};
use super::recognition::Recognition;
use super::relay::Shared;
use super::survey::{Status, Survey};
use super::themes::Tagger;
use super::turnstile::MOST_TOKEN;

mod sheet;

use sheet::Sheet;

/// The most characters that a comment may have.
pub const MOST_COMMENT: usize = 2_000;

/// A response that may be counted.
#[derive(Debug)]
pub struct Response {
    /// Given by the client, or to be made for it.
    pub submission_id: Option<SubmissionId>,
    /// Who answers, where that was given and may be used.
    pub customer: Option<Subject>,
    /// The answers that consent covers, in the survey's order.
    pub answers: Vec<Answer>,
    /// The dimensions of which one will be drawn; none if the respondent refused segments.
    pub offers: Vec<Offer>,
    /// Its consent, as it is counted.
    pub consent: Answer,
    /// The comments that may be passed on, where the survey does that: kept nowhere.
    pub shared: Vec<Shared>,
    /// What was agreed to, where a receipt of it is wanted.
    pub receipt: Option<Consent>,
    /// The token of Turnstile that must be verified before it may be counted; none where none is asked.
    pub token: Option<String>,
}

/// An answer, as tallies see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The question's id.
    pub question: String,
    /// The keys whose tallies it adds to: one, or any number for several options or themes.
    pub keys: Vec<String>,
}

/// A dimension that may be drawn, and where the response stands in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// The dimension.
    pub dimension: String,
    /// Its segments: none or one of a declared dimension, any number of `theme`.
    pub segments: Vec<String>,
}

/// Why a response is refused. Nothing of it has been counted.
#[derive(Debug)]
pub enum Refusal {
    /// It is not JSON.
    Unreadable(Unreadable),
    /// The survey takes no responses.
    Closed,
    /// It names a customer, which only a holder of a key with `ingest` may.
    KeyNeeded,
    /// Its consent refers to another notice than the current one.
    OtherNotice(Vec<Fault>),
    /// It has faults.
    Faulty(Vec<Fault>),
}

/// What is known of the request beside its body.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances {
    /// It came with a key that may name customers.
    pub may_identify: bool,
    /// It carried `Sec-GPC: 1` (Global Privacy Control).
    pub global_privacy_control: bool,
    /// Every question was shown, with a word on when it applies: an answer to one that does not apply
    /// is left out, and no fault.
    pub all_shown: bool,
    /// It is to be judged and nothing more: no token of Turnstile is asked, since verifying spends it.
    pub dry_run: bool,
}

/// Reads a response to `survey`, whose current notice has the hash `notice`.
pub fn read(
    bytes: &[u8],
    survey: &Survey,
    notice: &str,
    tagger: &Tagger,
    circumstances: Circumstances,
    recognition: Recognition<'_>,
) -> Result<Response, Refusal> {
    let document = Json::read(bytes).map_err(Refusal::Unreadable)?;
    if survey.status == Status::Closed {
        return Err(Refusal::Closed);
    }
    let mut faults = Faults::default();
    let Some(mut members) = Members::of(&document, Pointer::root(), &mut faults) else {
        return Err(Refusal::Faulty(faults.into_vec()));
    };
    let submission_id = members
        .take("submission_id")
        .and_then(|(value, pointer)| read_submission_id(value, &pointer, &mut faults));
    let consent = members
        .require("consent", &mut faults)
        .map(|(value, pointer)| {
            let gpc = circumstances.global_privacy_control;
            Consent::read(value, pointer, notice, gpc, &mut faults)
        })
        .unwrap_or(Reading::Invalid);
    // Where consent cannot be told, the rest is still judged, as if all had been agreed to.
    let covered = match consent {
        Reading::Given(consent) => consent,
        _ => Consent {
            use_customer_id: true,
            use_segments: true,
            analyse_comment: true,
            store_visit: true,
            share_comment: true,
        },
    };

    let named = members.take("customer_id");
    if named.is_some() && !circumstances.may_identify {
        return Err(Refusal::KeyNeeded);
    }
    let invited = members.take("invitation");
    if let (Some(_), Some((_, pointer))) = (&named, &invited) {
        faults.add(pointer, "one_of", "Give a customer_id or an invitation, not both.");
    }
    let is_invited = invited.is_some();
    let identified = named.is_some() || is_invited;
    let customer = if covered.use_customer_id {
        recognition.customer(named, &mut faults).or(recognition.invited(invited, &mut faults))
    } else {
        None
    };
    if survey.verified_only && !(identified && covered.use_customer_id) {
        let place = if covered.use_customer_id { "customer_id" } else { "consent" };
        faults.add(
            &Pointer::root().member(place),
            "verified_only",
            "This survey counts identified people alone: give a customer_id or an invitation, and the respondent's use_customer_id.",
        );
    }
    let receipt = members
        .take("receipt")
        .and_then(|(value, pointer)| json::boolean(value, &pointer, &mut faults))
        .unwrap_or(false);

    // An invitation that may not be used counts nobody once, so it spares nobody the token.
    let is_spared = circumstances.may_identify
        || circumstances.dry_run
        || (is_invited && covered.use_customer_id);
    let token_due = survey.turnstile && !is_spared;
    let given = match token_due {
        true => members.require("turnstile", &mut faults),
        false => members.take("turnstile"),
    };
    let token = given
        .and_then(|(value, pointer)| json::text(value, 1, MOST_TOKEN, &pointer, &mut faults))
        .filter(|_| token_due)
        .map(str::to_owned);

    let all_shown = circumstances.all_shown;
    let mut sheet = Sheet {
        survey,
        tagger,
        covered,
        all_shown,
        answered: Vec::new(),
        themes: Vec::new(),
        shared: Vec::new(),
    };
    if let Some((value, pointer)) = members.require("answers", &mut faults) {
        sheet.read(value, pointer, &mut faults);
    }
    let segments = members
        .take("dimensions")
        .filter(|_| covered.use_segments)
        .and_then(|(value, pointer)| read_segments(value, pointer, survey, &mut faults))
        .unwrap_or_default();
    members.finish(&mut faults);

    if consent == Reading::OtherNotice {
        faults.add(
            &Pointer::root().member("consent").member("notice"),
            "other_notice",
            "The notice has changed, or is unknown: show the current one and ask again.",
        );
        return Err(Refusal::OtherNotice(faults.into_vec()));
    }
    if !faults.is_empty() {
        return Err(Refusal::Faulty(faults.into_vec()));
    }
    let offers = if covered.use_segments { sheet.offers(segments) } else { Vec::new() };
    let consent = consent_counts::answer(notice, &covered);
    let receipt = receipt.then_some(covered);
    let (answers, shared) = (sheet.answers(), sheet.shared);
    Ok(Response { submission_id, customer, answers, offers, consent, shared, receipt, token })
}

/// The submission id of a body that may have any other fault, if it has one.
pub fn submission_id(bytes: &[u8]) -> Option<SubmissionId> {
    let Json::Members(members) = Json::read(bytes).ok()? else { return None };
    let given = members.iter().find(|(name, _)| name == "submission_id");
    given.and_then(|(_, value)| match value {
        Json::Text(text) => SubmissionId::parse(text),
        _ => None,
    })
}

/// Reads a submission id.
pub fn read_submission_id(
    json: &Json,
    pointer: &Pointer,
    faults: &mut Faults,
) -> Option<SubmissionId> {
    let id = SubmissionId::parse(json::text(json, 1, 64, pointer, faults)?);
    if id.is_none() {
        faults.add(pointer, "submission_id", "16 random bytes as 22 characters of base64url.");
    }
    id
}

/// The segments given, by the survey's dimensions.
fn read_segments(
    json: &Json,
    pointer: Pointer,
    survey: &Survey,
    faults: &mut Faults,
) -> Option<Vec<(String, String)>> {
    let mut members = Members::of(json, pointer, faults)?;
    let mut given = Vec::new();
    for dimension in &survey.dimensions {
        let Some((value, pointer)) = members.take(&dimension.name) else { continue };
        match value {
            Json::Text(segment) if dimension.segments.contains(segment) => {
                given.push((dimension.name.clone(), segment.clone()));
            }
            Json::Text(_) => {
                let known = dimension.segments.join(", ");
                faults.add(&pointer, "unknown_segment", format!("One of: {known}."));
            }
            other => json::wrong_type(other, "a string", &pointer, faults),
        }
    }
    members.finish(faults);
    Some(given)
}
