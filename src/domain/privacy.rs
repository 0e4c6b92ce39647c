//! What anyone may read about the processing of a survey's responses (GDPR, Art. 13 and 30): what is
//! collected and for what, what is stored and for how long, who receives it, what is promised, and how
//! that could still fail. In English, for a data protection officer; the same for every reader.
//!
//! The sentences say what `docs/privacy.md` says; who changes the one changes the other.

use serde_json::{Map, Value, json};

use super::bucket::LONGEST;
use super::ledger::SUBMISSION_LIFE;
use super::notice::{self, fill, in_english};
use super::residency::Jurisdiction;
use super::survey::{Kind, Survey};
use super::survey_view::{Stored, optional_consents};

/// What the braces in a description stand for, from the survey.
pub fn terms(survey: &Survey) -> [(&'static str, String); 8] {
    [
        ("window", in_english(survey.window)),
        ("every", in_english(survey.release.every)),
        ("patience", in_english(survey.release.patience)),
        ("min_cohort", survey.release.min_cohort.to_string()),
        ("longest", in_english(LONGEST)),
        ("submission_life", in_english(SUBMISSION_LIFE)),
        ("retention_days", survey.retention.days.to_string()),
        ("retention_months", survey.retention.months.to_string()),
    ]
}

/// Fills a description from the survey.
pub fn filler(survey: &Survey) -> impl Fn(&str) -> String {
    let terms = terms(survey);
    move |text| fill(text, &terms)
}

/// The sentences that are the same for every survey but for what their braces stand for.
const FIXED: &str = include_str!("privacy.json");

/// How sentences begin that are only for surveys that pass comments on.
const RELAYED: &str = "The team's own system";

/// The recipient of surveys that ask for Turnstile.
const TURNSTILE: &str = "Cloudflare, Inc. (Turnstile)";

/// The page of a survey. `inventory`: what is stored, as the schema describes it; `receiver`: the host that
/// comments are passed on to, where the survey does that and the host is known.
pub fn page(
    stored: &Stored,
    inventory: Value,
    jurisdiction: Option<Jurisdiction>,
    receiver: Option<&str>,
) -> Value {
    let survey = &stored.survey;
    let mut terms = terms(survey).to_vec();
    terms.push(("survey", stored.id.clone()));
    terms.push(("receiver", receiver.unwrap_or("none is known").to_owned()));
    terms.push(("dimensions", survey.dimension_names().join(", ")));
    let mut page: Value = serde_json::from_str(FIXED).unwrap_or_default();
    fill_texts(&mut page, &terms);
    let Some(members) = page.as_object_mut() else { return page };

    let optional = optional_consents(survey);
    retain(members, "purposes", "consent", |consent| {
        consent == "process_answers" || optional.contains(&consent)
    });
    if survey.verified_only {
        let purposes = members.get_mut("purposes").and_then(Value::as_array_mut);
        for purpose in purposes.into_iter().flatten() {
            if purpose.get("consent").is_some_and(|consent| consent == "use_customer_id") {
                purpose
                    .as_object_mut()
                    .map(|purpose| purpose.insert("required".into(), true.into()));
            }
        }
    }
    retain(members, "collected_but_not_stored", "what", |what| match what {
        "segments" => !survey.dimensions.is_empty(),
        "Turnstile token" => survey.turnstile,
        "comment text" => survey.questions.iter().any(|q| q.kind == Kind::Comment),
        "shared comment" => survey.relay.is_some(),
        _ => true,
    });
    let applies = |text: &str| {
        (survey.relay.is_some() || !text.starts_with(RELAYED))
            && (survey.turnstile || text != TURNSTILE)
    };
    retain(members, "recipients", "who", applies);
    retain(members, "limits", "limit", applies);
    let controller = survey.controller.as_ref();
    let own = [
        ("survey", Value::from(stored.id.as_str())),
        ("revision", stored.revision.into()),
        ("controller", controller.map(|c| json!({ "name": c.name, "contact": c.contact })).into()),
        ("notice", notice::hash(&survey.notice).into()),
        ("stored", inventory),
        ("residency", jurisdiction.map(|j| json!({ "jurisdiction": j.name() })).into()),
    ];
    members.extend(own.map(|(name, value)| (name.to_owned(), value)));
    page
}

/// Fills every text in `value`.
fn fill_texts(value: &mut Value, terms: &[(&str, String)]) {
    match value {
        Value::String(text) => *text = fill(text, terms),
        Value::Array(items) => items.iter_mut().for_each(|item| fill_texts(item, terms)),
        Value::Object(members) => members.values_mut().for_each(|item| fill_texts(item, terms)),
        _ => {}
    }
}

/// Keeps of the list `list` what `keep` says of its member `name`.
fn retain(members: &mut Map<String, Value>, list: &str, name: &str, keep: impl Fn(&str) -> bool) {
    if let Some(items) = members.get_mut(list).and_then(Value::as_array_mut) {
        items.retain(|item| item.get(name).and_then(Value::as_str).is_some_and(&keep));
    }
}
