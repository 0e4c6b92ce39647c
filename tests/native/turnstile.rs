//! What Turnstile's replies mean, who needs a token, and what the third party is told.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::collections::BTreeSet;

use counterfoil::domain::json::Json;
use counterfoil::domain::notice;
use counterfoil::domain::pseudonym::SubmissionId;
use counterfoil::domain::survey_json;
use counterfoil::domain::turnstile::{Verdict, idempotency_key, judge};
use proptest::prelude::*;
use serde_json::json;

const SECRET: &str = "0x4AAAAAAA-secret";

fn code(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Passed => "passed".to_owned(),
        Verdict::Refused(faults) => format!("{} {}", faults[0].pointer, faults[0].code),
        Verdict::Unknown(_) => "unknown".to_owned(),
    }
}

#[test]
fn a_token_passes_by_a_plain_yes_for_this_survey_alone() {
    let refused = "#/turnstile turnstile_refused";
    for (status, body, expected) in [
        (200, json!({"success": true, "action": "Uk", "error-codes": []}), "passed"),
        (200, json!({"success": true, "action": "uk"}), refused),
        (200, json!({"success": true, "action": ""}), refused),
        (200, json!({"success": true}), refused),
        (201, json!({"success": true, "action": "Uk"}), "unknown"),
        (200, json!({"success": 1, "action": "Uk"}), "unknown"),
        (200, json!("success"), "unknown"),
    ] {
        assert_eq!(code(&judge(status, &body.to_string(), "Uk", SECRET)), expected, "{body}");
    }
    // Of two members of one name, the first: strict reading keeps both.
    let twice =
        r#"{"success": false, "error-codes": ["internal-error"], "success": true, "action": "Uk"}"#;
    assert_eq!(code(&judge(200, twice, "Uk", SECRET)), "unknown");
    let testing = "1x0000000000000000000000000000000AA";
    let told = json!({"success": true, "action": "test"}).to_string();
    assert_eq!(judge(200, &told, "Uk", testing), Verdict::Passed);
    let no = json!({"success": false, "error-codes": ["invalid-input-response"]}).to_string();
    assert_eq!(code(&judge(200, &no, "Uk", testing)), refused);
}

#[test]
fn why_a_token_is_refused_is_told_apart_from_what_we_did_wrong() {
    for (codes, expected) in [
        (json!(["timeout-or-duplicate"]), "#/turnstile turnstile_spent"),
        (json!(["invalid-input-response"]), "#/turnstile turnstile_refused"),
        (json!(["missing-input-response"]), "#/turnstile turnstile_refused"),
        (json!(["invalid-input-secret"]), "unknown"),
        (json!(["timeout-or-duplicate", "missing-input-secret"]), "unknown"),
        (json!(["bad-request"]), "unknown"),
        (json!(["internal-error"]), "unknown"),
        (json!(["what-will-be"]), "unknown"),
        (json!([1]), "unknown"),
        (json!([]), "unknown"),
        (json!("timeout-or-duplicate"), "unknown"),
    ] {
        for status in [200, 400, 500] {
            let body = json!({"success": false, "error-codes": codes}).to_string();
            assert_eq!(code(&judge(status, &body, "Uk", SECRET)), expected, "{codes}");
        }
    }
}

proptest! {
    #[test]
    fn nothing_that_is_no_yes_passes(body in any::<String>(), status in any::<u16>()) {
        prop_assert!(matches!(judge(status, &body, "Uk", SECRET), Verdict::Unknown(_)));
    }

    #[test]
    fn the_key_of_a_verification_is_a_uuid_of_its_own(ids in any::<[[u8; 16]; 2]>()) {
        let of = |survey: &str, id: [u8; 16]| idempotency_key(survey, &SubmissionId::from_bytes(id));
        let key = of("Uk", ids[0]);
        prop_assert_eq!(&key, &of("Uk", ids[0]));
        let groups: Vec<usize> = key.split('-').map(str::len).collect();
        prop_assert_eq!(groups, [8, 4, 4, 4, 12]);
        prop_assert!(key.chars().all(|c| matches!(c, '-' | '0'..='9' | 'a'..='f')));
        prop_assert_eq!(key.chars().nth(14), Some('4'));
        prop_assert!(matches!(key.chars().nth(19), Some('8' | '9' | 'a' | 'b')));
        let all = BTreeSet::from([key, of("Uj", ids[0]), of("Uk", ids[1])]);
        prop_assert_eq!(all.len(), if ids[0] == ids[1] { 2 } else { 3 });
    }
}

#[test]
fn a_deployment_without_it_refuses_a_survey_that_asks_for_it_beside_every_other_fault() {
    let read = |asks: bool, has: bool| {
        let text = json!({"name": "", "template": "nps", "turnstile": asks}).to_string();
        let faults = survey_json::read_for(&Json::read(text.as_bytes()).unwrap(), has).unwrap_err();
        let faults = faults.into_vec();
        faults.iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect::<Vec<_>>()
    };
    assert_eq!(read(true, false), ["#/name length", "#/turnstile not_configured"]);
    for (asks, has) in [(true, true), (false, false), (false, true)] {
        assert_eq!(read(asks, has), ["#/name length"]);
    }
}

#[test]
fn the_notice_names_the_third_party_in_every_language_and_only_where_it_is_asked() {
    for asks in [true, false] {
        let text = json!({"name": "N", "template": "nps", "turnstile": asks}).to_string();
        let survey = survey_json::read(&Json::read(text.as_bytes()).unwrap()).unwrap();
        let notice = notice::standard(&survey);
        assert_eq!(notice.len(), 4);
        for told in notice.values() {
            assert_eq!(told.contains("Cloudflare, Inc.") && told.contains("Turnstile"), asks);
            assert_eq!(told.contains("turnstile-privacy-policy"), asks);
        }
    }
}
