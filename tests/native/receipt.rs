//! Consent receipts: what stands in one, how it is written, and what never stands in it.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::collections::BTreeSet;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use counterfoil::domain::consent::{Consent, OPTIONAL_FLAGS};
use counterfoil::domain::json::Json;
use counterfoil::domain::jws::{PublicKey, signed, to_sign};
use counterfoil::domain::receipt::{MEDIA_TYPE, Receipt};
use counterfoil::domain::survey::Survey;
use counterfoil::domain::survey_json;
use counterfoil::domain::time::Instant;
use serde_json::{Value, json};

fn survey(change: impl FnOnce(&mut Value)) -> Survey {
    let mut survey = json!({
        "name": "Planted name", "questions": [{"id": "planted", "kind": "nps"}, {"id": "why", "kind": "comment"}],
        "dimensions": {"planted-channel": ["planted-web"]}, "release": {"min_cohort": 7}, "window": "45d",
        "controller": {"name": "The Shop", "contact": "privacy@shop.example"}
    });
    change(&mut survey);
    survey_json::read(&Json::read(survey.to_string().as_bytes()).unwrap()).unwrap()
}

fn payload(survey: &Survey, flags: [bool; 5]) -> Value {
    payload_at(Instant(1_795_321_111_464), survey, flags)
}

fn payload_at(at: Instant, survey: &Survey, flags: [bool; 5]) -> Value {
    let [use_customer_id, use_segments, analyse_comment, store_visit, share_comment] = flags;
    let receipt = Receipt {
        id: [0xff; 16],
        at,
        origin: "https://feedback.example",
        survey_id: "abcdefgh",
        survey,
        notice: "hash",
        consent: Consent {
            use_customer_id,
            use_segments,
            analyse_comment,
            store_visit,
            share_comment,
        },
    };
    receipt.payload()
}

#[test]
fn a_receipt_lists_the_purposes_that_were_agreed_to_and_no_others() {
    let flags = OPTIONAL_FLAGS;
    for bits in 0..32_u8 {
        let on = [0, 1, 2, 3, 4].map(|i| bits & (1 << i) != 0);
        let payload = payload(&survey(|_| ()), on);
        let purposes = payload["purposes"].as_array().unwrap();
        let listed: Vec<&str> =
            purposes.iter().map(|purpose| purpose["purpose_type"].as_str().unwrap()).collect();
        let agreed = flags.iter().zip(on).filter(|(_, on)| *on).map(|(flag, _)| *flag);
        assert_eq!(listed, ["process_answers"].into_iter().chain(agreed).collect::<Vec<_>>());
        for purpose in purposes {
            assert_eq!(purpose["lawful_basis"], "consent (GDPR, Art. 6(1)(a))");
            // Only what is passed on has a recipient, and cannot be taken back here.
            let passed_on = purpose["purpose_type"] == "share_comment";
            assert_eq!(purpose["recipient_third_parties"] != json!([]), passed_on);
            let withdrawal = purpose["withdrawal_method"].as_str().unwrap();
            assert_eq!(withdrawal.contains("cannot be taken back"), passed_on);
        }
    }
}

#[test]
fn a_receipt_follows_from_the_survey_and_the_notice() {
    let payload = payload(&survey(|_| ()), [true; 5]);
    assert_eq!(
        payload["privacy_notice"],
        "https://feedback.example/v1/surveys/abcdefgh/notices/hash"
    );
    assert_eq!(payload["record_id"], "ffffffff-ffff-4fff-bfff-ffffffffffff");
    assert_eq!(payload["receipt_id"], payload["record_id"]);
    let event = &payload["events"][0];
    assert_eq!(event["event_time"], "2026-11-22T04:18:31Z");
    assert_eq!(event["event_type"], "explicit consent given");
    let controller = &payload["party_identification"][0];
    assert_eq!(
        (&controller["party_name"], &controller["party_contact"]),
        (&json!("The Shop"), &json!("privacy@shop.example"))
    );
    let text = payload.to_string();
    assert!(text.contains("at least 7 responses") && text.contains("window of 45d"));
    let optional = |survey: &Survey| {
        let payload = self::payload(survey, [true; 5]);
        payload["purposes"][1]["pii_information"][0]["pii_optional"].clone()
    };
    assert_eq!(optional(&survey(|_| ())), true);
    assert_eq!(optional(&survey(|survey| survey["verified_only"] = json!(true))), false);
}

#[test]
fn a_receipt_is_as_long_whenever_the_consent_arrived() {
    let long = |ms: i64| {
        payload_at(Instant(1_795_321_111_000 + ms), &survey(|_| ()), [true; 5]).to_string().len()
    };
    assert!([0, 1, 100, 999, 1_000].into_iter().all(|ms| long(ms) == long(464)));
}

#[test]
fn a_receipt_names_its_language_only_where_there_was_one() {
    assert!(payload(&survey(|_| ()), [false; 5]).get("language").is_none());
    let one = survey(|survey| survey["notice"] = json!({"text": {"nl": "Wij tellen."}}));
    assert_eq!(payload(&one, [false; 5])["language"], "nl");
}

#[test]
fn a_receipt_of_a_survey_without_a_controller_names_the_sites_operator() {
    let nobody = survey(|survey| {
        survey.as_object_mut().unwrap().remove("controller");
    });
    let payload = payload(&nobody, [false; 5]);
    let name = payload["party_identification"][0]["party_name"].as_str().unwrap();
    assert!(name.starts_with("the operator of the site"));
}

/// The names of all members, wherever they stand.
fn names(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| {
            found.insert(name.clone());
            names(value, found);
        }),
        Value::Array(elements) => elements.iter().for_each(|element| names(element, found)),
        _ => {}
    }
}

#[test]
fn the_fields_of_a_receipt_are_those_of_the_list() {
    // ISO/IEC TS 27560:2023, as section "ISO 27560:2023, EU GDPR, and DPV" of the DPVCG's guide has it.
    let list = "schema_version record_id receipt_id pii_principal_id privacy_notice language purposes \
        purpose purpose_type lawful_basis pii_information pii_controllers collection_method \
        processing_method storage_locations retention_period processing_locations \
        geographic_restrictions services jurisdiction recipient_third_parties withdrawal_method \
        privacy_rights codes_of_conduct impact_assessment authority_party pii_type pii_attribute_id \
        pii_optional sensitive_pii_category special_pii_category party_identification party_id \
        party_address party_email party_url party_phone party_name party_role party_contact \
        party_type events event_time validity_duration entity_id event_type event_state";
    let list: BTreeSet<&str> = list.split_whitespace().collect();
    let mut found = BTreeSet::new();
    let one = survey(|survey| survey["notice"] = json!({"text": {"nl": "Wij tellen."}}));
    names(&payload(&one, [true; 5]), &mut found);
    let unlisted: Vec<_> = found.iter().filter(|name| !list.contains(name.as_str())).collect();
    assert!(unlisted.is_empty(), "{unlisted:?}");
}

#[test]
fn promise_2_nothing_of_the_questions_or_segments_is_in_a_receipt() {
    let text = payload(&survey(|_| ()), [true; 5]).to_string().to_lowercase();
    assert!(!text.contains("planted"), "{text}");
}

#[test]
fn a_key_is_named_by_its_thumbprint() {
    // RFC 8037, appendices A.2 and A.3.
    let key = PublicKey { x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo".to_owned() };
    assert_eq!(key.id(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    let jwk = json!({
        "kty": "OKP", "crv": "Ed25519", "x": key.x, "kid": key.id(), "alg": "EdDSA", "use": "sig"
    });
    assert_eq!(key.jwk(), jwk);
}

#[test]
fn what_is_signed_is_header_and_payload_and_the_signature_stands_behind() {
    let key = PublicKey { x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo".to_owned() };
    let text = to_sign(&key, MEDIA_TYPE, &json!({"a": "é"}));
    let compact = signed(&text, &[1, 2, 255]);
    let parts: Vec<Vec<u8>> =
        compact.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap()).collect();
    let header: Value = serde_json::from_slice(&parts[0]).unwrap();
    assert_eq!(header, json!({"alg": "EdDSA", "kid": key.id(), "typ": "consent-receipt+json"}));
    assert_eq!(parts[1], json!({"a": "é"}).to_string().as_bytes());
    assert_eq!((&parts[2][..], parts.len()), (&[1, 2, 255][..], 3));
}
