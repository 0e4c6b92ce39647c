//! The page that anyone may read about the processing.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::collections::BTreeSet;

use counterfoil::domain::consent::OPTIONAL_FLAGS;
use counterfoil::domain::json::Json;
use counterfoil::domain::notice;
use counterfoil::domain::privacy::{filler, page};
use counterfoil::domain::residency::Jurisdiction;
use counterfoil::domain::survey_json;
use counterfoil::domain::survey_view::{Stored, optional_consents};
use counterfoil::domain::time::Instant;
use counterfoil::store::inventory;
use serde_json::{Value, json};

const DOCUMENT: &str = include_str!("../../docs/privacy.md");

fn survey(members: &Value) -> Stored {
    let mut whole = json!({"name": "Planted", "questions": [{"id": "q", "kind": "nps"}]});
    whole.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    let text = whole.to_string();
    let survey = survey_json::read(&Json::read(text.as_bytes()).unwrap()).unwrap();
    Stored { id: "abcdefgh".to_owned(), revision: 3, created: Instant(0), survey }
}

fn told(stored: &Stored) -> Value {
    page(stored, json!(inventory::stored(filler(&stored.survey))), None, Some("hooks.shop.example"))
}

/// The members `name` of the page's list `list`.
fn names(page: &Value, list: &str, name: &str) -> Vec<String> {
    let items = page[list].as_array().unwrap().iter();
    items.map(|item| item[name].as_str().unwrap().to_owned()).collect()
}

fn life(page: &Value, table: &str) -> String {
    let tables = page["stored"].as_array().unwrap();
    let table = tables.iter().find(|one| one["table"] == json!(table)).unwrap();
    table["life"].as_str().unwrap().to_owned()
}

fn everything() -> Value {
    json!({
        "template": "visits",
        "store_visit": true,
        "turnstile": true,
        "relay": {"webhook": "0123456789abcdef"},
        "questions": [{"id": "q", "kind": "nps"}, {"id": "why", "kind": "comment"}],
        "dimensions": {"channel": ["Planted segment"]},
        "themes": {"price": {"en": ["plantedword"]}},
        "origins": ["https://planted.example"],
        "controller": {"name": "Shop BV", "contact": "privacy@shop.example"},
    })
}

#[test]
fn purposes_are_those_of_the_consents_that_the_survey_asks_for() {
    let smallest = told(&survey(&json!({})));
    assert_eq!(names(&smallest, "purposes", "consent"), ["process_answers", "use_customer_id"]);
    let stored = survey(&everything());
    let whole = told(&stored);
    let mut asked = vec!["process_answers"];
    asked.extend(optional_consents(&stored.survey));
    assert_eq!(names(&whole, "purposes", "consent"), asked, "each has a purpose");
    assert_eq!(asked[1..], OPTIONAL_FLAGS);
    assert!(whole["purposes"][2]["purpose"].as_str().unwrap().ends_with("channel, theme."));
    let required = |page: &Value| {
        let purposes = page["purposes"].as_array().unwrap().iter();
        purposes.map(|one| one["required"].as_bool().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(required(&whole), [true, false, false, false, false, false]);
    assert_eq!(required(&told(&survey(&json!({"verified_only": true})))), [true, true]);
}

#[test]
fn what_passes_is_what_the_survey_can_be_sent() {
    let passing =
        |members: &Value| names(&told(&survey(members)), "collected_but_not_stored", "what");
    let always = [
        "customer id",
        "invitation",
        "submission id",
        "IP address and browser",
        "network of the sender",
    ];
    assert_eq!(
        passing(&json!({})).into_iter().collect::<BTreeSet<_>>(),
        always.map(str::to_owned).into_iter().collect()
    );
    assert!(passing(&json!({"turnstile": true})).contains(&"Turnstile token".to_owned()));
    let whole = passing(&everything());
    for what in ["segments", "comment text", "shared comment"] {
        assert!(whole.contains(&what.to_owned()), "{what}");
    }
}

#[test]
fn who_receives_comments_is_told_by_host_only_where_they_are_passed_on() {
    for (members, relays) in [(everything(), true), (json!({}), false)] {
        let page = told(&survey(&members));
        let recipients = names(&page, "recipients", "who").join("\n");
        assert_eq!(recipients.contains("hooks.shop.example"), relays);
        assert_eq!(page["recipients"].as_array().unwrap().len(), if relays { 5 } else { 3 });
        let limits = names(&page, "limits", "limit");
        assert_eq!(limits.iter().any(|limit| limit.starts_with("The team's own system")), relays);
        assert!(!page.to_string().contains("0123456789abcdef"));
    }
}

#[test]
fn lifetimes_are_those_of_the_survey() {
    let members = json!({
        "window": "45d", "release": {"every": "2h", "min_cohort": 7, "patience": "36h"}
    });
    let page = told(&survey(&members));
    assert!(life(&page, "persons").contains("45 days at most"));
    let buckets = life(&page, "buckets");
    for told in ["every 2 hours", "holds 7 responses", "after 36 hours", "30 days after"] {
        assert!(buckets.contains(told), "{told}: {buckets}");
    }
    assert!(life(&page, "submissions").starts_with("30 days from"));
    assert!(page["rights"]["withdrawal"]["until"].as_str().unwrap().contains("every 2 hours"));
    assert!(page["purposes"][0]["purpose"].as_str().unwrap().contains("at least 7 responses"));
}

#[test]
fn the_page_says_what_respondents_may_know_and_no_more() {
    let stored = survey(&everything());
    let page = told(&stored);
    assert_eq!(page["survey"], json!("abcdefgh"));
    assert_eq!(page["revision"], json!(3));
    assert_eq!(page["notice"], json!(notice::hash(&stored.survey.notice)));
    assert_eq!(page["controller"]["contact"], json!("privacy@shop.example"));
    assert_eq!(told(&survey(&json!({})))["controller"], Value::Null);
    let text = page.to_string();
    for hidden in ["Planted", "planted.example", "plantedword"] {
        assert!(!text.contains(hidden), "{hidden}");
    }
    for quoted in text.split('"').skip(1).step_by(2) {
        assert!(!quoted.contains(['{', '}']), "every brace is filled in: {quoted}");
    }
}

#[test]
fn the_page_says_where_data_may_be_kept() {
    let stored = survey(&json!({}));
    assert_eq!(told(&stored)["residency"], Value::Null);
    for (setting, residency) in [("", Value::Null), ("eu", json!({"jurisdiction": "eu"}))] {
        let read = Jurisdiction::read(setting).unwrap();
        assert_eq!(page(&stored, Value::Null, read, None)["residency"], residency);
    }
    for unknown in ["EU", "eu ", "us", "fedramp", "0", "none", "false"] {
        assert!(Jurisdiction::read(unknown).is_err(), "{unknown}");
    }
}

#[test]
fn the_document_makes_the_same_ten_promises() {
    let sections: Vec<&str> = DOCUMENT.split("\n### ").skip(1).collect();
    let page = told(&survey(&json!({})));
    let promises = page["promises"].as_array().unwrap();
    assert_eq!(promises.len(), 10);
    for (number, told) in (1..).zip(promises) {
        assert_eq!(told["number"], json!(number));
        let promise = told["promise"].as_str().unwrap();
        let section = sections.iter().find(|section| section.starts_with(&format!("{number}. ")));
        let section = section.unwrap_or_else(|| panic!("there is no section on promise {number}"));
        assert!(section.contains(&format!("\n\n{promise}\n\n")), "{number}: {promise}");
        for part in ["**Kept", "**Shown by**", "**Could fail:**"] {
            assert!(section.contains(part), "promise {number} says {part}");
        }
    }
}
