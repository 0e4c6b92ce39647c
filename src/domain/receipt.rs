//! The consent receipt: what a respondent agreed to, for them to keep. Nobody else keeps it.
//!
//! Its fields are those of ISO/IEC TS 27560:2023, as the W3C Data Privacy Vocabularies and Controls
//! Community Group lists them (<https://w3id.org/dpv/guides/consent-27560>). It holds no answer, no
//! segment, no customer id and no submission id: it is no key to anything.

use serde_json::{Value, json};

use super::consent::Consent;
use super::survey::Survey;
use super::time::Instant;

/// The `typ` of a signed receipt: a media type without `application/` (RFC 7515, section 4.1.9).
pub const MEDIA_TYPE: &str = "consent-receipt+json";

/// What a receipt is made of.
pub struct Receipt<'a> {
    /// 16 random bytes, kept nowhere.
    pub id: [u8; 16],
    /// When the consent arrived; told to the second.
    pub at: Instant,
    /// The Worker's own origin.
    pub origin: &'a str,
    /// The survey's id.
    pub survey_id: &'a str,
    /// The survey.
    pub survey: &'a Survey,
    /// The hash of the notice that was agreed to.
    pub notice: &'a str,
    /// The optional flags as they took effect.
    pub consent: Consent,
}

impl Receipt<'_> {
    /// The receipt as JSON. A flag that was not agreed to is no purpose of it.
    pub fn payload(&self) -> Value {
        let Self { origin, survey_id, notice, consent, .. } = self;
        let agreed = [
            (Purpose::Answers, true),
            (Purpose::CustomerId, consent.use_customer_id),
            (Purpose::Segments, consent.use_segments),
            (Purpose::Comment, consent.analyse_comment),
            (Purpose::Visit, consent.store_visit),
            (Purpose::Sharing, consent.share_comment),
        ];
        let agreed = agreed.into_iter().filter(|(_, agreed)| *agreed);
        let id = uuid(self.id);
        let mut payload = json!({
            "schema_version": "counterfoil consent receipt 1, after ISO/IEC TS 27560:2023",
            "receipt_id": id,
            "record_id": id,
            "pii_principal_id": "none is kept",
            "privacy_notice": format!("{origin}/v1/surveys/{survey_id}/notices/{notice}"),
            "purposes": agreed.map(|(purpose, _)| self.purpose(purpose)).collect::<Vec<_>>(),
            "party_identification": self.parties(),
            "events": [{
                // Replies to a first answer and to a repeated one are of one length.
                "event_time": self.at.second().to_string(),
                "validity_duration": "for this response alone",
                "entity_id": "respondent",
                "event_type": "explicit consent given",
                "event_state": "given",
            }],
        });
        // Known only where the notice was shown in one language.
        let mut locales = self.survey.notice.keys();
        if let (Some(locale), None, Some(members)) =
            (locales.next(), locales.next(), payload.as_object_mut())
        {
            members.insert("language".to_owned(), json!(locale));
        }
        payload
    }

    fn purpose(&self, purpose: Purpose) -> Value {
        let window = self.survey.window;
        let min_cohort = self.survey.release.min_cohort;
        let counts = "pending counts: at most 30 days; released totals are anonymous";
        let (flag, why, pii_type, optional, how, retention) = match purpose {
            Purpose::Answers => (
                "process_answers",
                "Statistics of feedback: answers are counted, and only totals are kept.".to_owned(),
                "answers",
                false,
                format!(
                    "Added to counts that hold no names; a count is released once it has at \
                     least {min_cohort} responses."
                ),
                counts.to_owned(),
            ),
            Purpose::CustomerId => (
                "use_customer_id",
                format!("To count each person once in a window of {window}."),
                "customer id",
                !self.survey.verified_only,
                "Turned into a pseudonym, to be compared once.".to_owned(),
                format!(
                    "customer id: the request; the pseudonym's marker: to the window's end, \
                     {window} at most"
                ),
            ),
            Purpose::Segments => (
                "use_segments",
                "Figures by group: one segment, drawn at random, is counted.".to_owned(),
                "segments",
                true,
                "All but the drawn one are dropped before anything is stored.".to_owned(),
                counts.to_owned(),
            ),
            Purpose::Comment => (
                "analyse_comment",
                "To count the themes of comments.".to_owned(),
                "comment",
                true,
                "Searched for the words of themes.".to_owned(),
                format!("text: the request; {counts}"),
            ),
            Purpose::Visit => (
                "store_visit",
                "To measure a visit over several pages as one visit.".to_owned(),
                "measures of the visit",
                true,
                "Kept in the browser's session storage from one page of the site to the next, \
                 without an identifier."
                    .to_owned(),
                "in the browser: until the next page, or until the tab is closed".to_owned(),
            ),
            Purpose::Sharing => (
                "share_comment",
                "To let the team read the comment.".to_owned(),
                "comment",
                true,
                "Scrubbed of e-mail addresses, phone numbers, account and card numbers, as far as a \
                 program finds them, and passed on once to the team's own system, where the survey \
                 does that."
                    .to_owned(),
                "text: the request here; in the team's system as long as the controller decides"
                    .to_owned(),
            ),
        };
        let shared = matches!(purpose, Purpose::Sharing);
        let recipients: &[&str] = if shared { &["the team's own system"] } else { &[] };
        let withdrawal = if shared {
            "what was passed on cannot be taken back here; turn to the controller"
        } else {
            "with the submission id, until the count is released; this receipt is no key to that"
        };
        json!({
            "purpose": why,
            "purpose_type": flag,
            "lawful_basis": "consent (GDPR, Art. 6(1)(a))",
            "pii_information": [{ "pii_type": pii_type, "pii_optional": optional }],
            "pii_controllers": ["controller"],
            "collection_method": "given with the response",
            "processing_method": how,
            "storage_locations": ["Cloudflare"],
            "retention_period": retention,
            "jurisdiction": "European Union (GDPR)",
            "recipient_third_parties": recipients,
            "withdrawal_method": withdrawal,
        })
    }

    fn parties(&self) -> Value {
        let controller = self.survey.controller.as_ref();
        let unnamed = "the operator of the site that showed the survey";
        json!([
            {
                "party_id": "controller",
                "party_name": controller.map_or(unnamed, |c| c.name.as_str()),
                "party_contact": controller.map_or(unnamed, |c| c.contact.as_str()),
                "party_role": "PII controller",
            },
            {
                "party_id": "processor",
                "party_name": "Cloudflare",
                "party_url": "https://www.cloudflare.com",
                "party_role": "PII processor",
            },
        ])
    }
}

/// What a consent is for: one for each of its flags.
#[derive(Clone, Copy)]
enum Purpose {
    Answers,
    CustomerId,
    Segments,
    Comment,
    Visit,
    Sharing,
}

/// A random UUID (RFC 9562, version 4) of these bytes.
fn uuid(bytes: [u8; 16]) -> String {
    let version = 0x4000_0000_0000_0000_0000_u128;
    let variant = 0x8000_0000_0000_0000_u128;
    let free = !(0xf000_0000_0000_0000_0000_u128 | 0xc000_0000_0000_0000_u128);
    let hex = format!("{:032x}", u128::from_be_bytes(bytes) & free | version | variant);
    let mut text = String::with_capacity(36);
    for (i, digit) in hex.chars().enumerate() {
        if matches!(i, 8 | 12 | 16 | 20) {
            text.push('-');
        }
        text.push(digit);
    }
    text
}
