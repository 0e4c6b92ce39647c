//! What a key may do, how it is read, and what D1 keeps of it.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use counterfoil::domain::access::{self, Access, Key, Refused, Scope, Wanted};
use counterfoil::domain::json::Json;
use counterfoil::domain::time::Instant;
use counterfoil::store::{Value, d1, keys};
use proptest::prelude::*;
use serde_json::json;

use crate::sqlite::Sqlite;

fn access(scopes: &[Scope], surveys: Option<&[&str]>) -> Access {
    let surveys = surveys.map(|ids| ids.iter().map(|id| (*id).to_owned()).collect());
    Access { scopes: scopes.to_vec(), surveys }
}

fn read(body: &serde_json::Value) -> Result<Wanted, Vec<String>> {
    let json = Json::read(body.to_string().as_bytes()).unwrap();
    access::read(&json).check(|id| !id.starts_with("zzz")).map_err(|faults| {
        let faults = faults.into_vec().into_iter().map(|fault| json!(fault));
        let told = |fault: serde_json::Value| {
            format!("{} {}", fault["pointer"].as_str().unwrap(), fault["code"].as_str().unwrap())
        };
        faults.map(told).collect()
    })
}

#[test]
fn admin_implies_the_other_scopes_and_none_of_them_implies_another() {
    for own in Scope::ALL {
        for asked in Scope::ALL {
            let allowed = own == asked || own == Scope::Admin;
            let expected = if allowed { Ok(()) } else { Err(Refused::Scope(asked)) };
            for survey in [None, Some("a")] {
                assert_eq!(
                    access(&[own], None).allows(asked, survey),
                    expected,
                    "{own:?} {asked:?}"
                );
            }
        }
    }
    let both = access(&[Scope::Read, Scope::Ingest], None);
    assert_eq!(both.allows(Scope::Ingest, None), Ok(()));
    assert_eq!(both.allows(Scope::Admin, None), Err(Refused::Scope(Scope::Admin)));
    assert_eq!(access(&[], None).allows(Scope::Read, None), Err(Refused::Scope(Scope::Read)));
    assert_eq!(Access::everything().allows(Scope::Admin, None), Ok(()));
}

#[test]
fn a_bound_key_is_of_use_for_its_surveys_alone() {
    let bound = access(&[Scope::Admin], Some(&["a", "b"]));
    for scope in Scope::ALL {
        assert_eq!(bound.allows(scope, Some("a")), Ok(()));
        assert_eq!(bound.allows(scope, Some("b")), Ok(()));
        for elsewhere in [None, Some("c"), Some(""), Some("A"), Some("a ")] {
            assert_eq!(bound.allows(scope, elsewhere), Err(Refused::Bound), "{elsewhere:?}");
        }
    }
    let nowhere = access(&[Scope::Admin], Some(&[]));
    assert_eq!(nowhere.allows(Scope::Read, Some("a")), Err(Refused::Bound));
}

#[test]
fn a_key_has_one_form_and_never_shows_itself() {
    let key = Key::new([0x0f; 8], [0xff; 32]);
    let text = format!("cf_{}_{}8", "0f".repeat(8), "_".repeat(42));
    assert_eq!(key.reveal(), text);
    assert_eq!(Key::parse(&text), Some(key.clone()));
    assert_eq!(format!("{key:?}"), "Key(redacted)");
    for wrong in [
        text.replace("cf_", "CF_"),
        text.replace("cf_", ""),
        text.replace("0f0f", "0F0F"),
        text.replace("0f0f", "0f0g"),
        text.replace("0f0f", "0f"),
        text.replace('8', "9"),
        format!("{text}="),
        format!(" {text}"),
        format!("{text}A"),
        text[..text.len() - 1].to_owned(),
        String::new(),
        "cf_".to_owned(),
        "cf__".to_owned(),
    ] {
        assert_eq!(Key::parse(&wrong), None, "{wrong}");
    }
}

#[test]
fn what_is_stored_is_of_one_key_with_one_id() {
    let key = Key::new([1; 8], [2; 32]);
    assert!(key.is_of(&key.hash()));
    assert_eq!(key.hash().len(), 64);
    for other in [Key::new([1; 8], [3; 32]), Key::new([2; 8], [2; 32])] {
        assert!(!other.is_of(&key.hash()), "another secret, or the row of another key");
    }
    for stored in ["", &key.hash()[1..], &key.hash().to_uppercase()] {
        assert!(!key.is_of(stored));
    }
    assert!(!key.reveal().contains(&key.hash()));
}

proptest! {
    #[test]
    fn every_key_is_read_as_it_was_shown(id: [u8; 8], secret: [u8; 32]) {
        let key = Key::new(id, secret);
        prop_assert_eq!(Key::parse(&key.reveal()), Some(key));
    }

    #[test]
    fn no_text_breaks_the_reading_of_keys(text in "(cf_)?[0-9a-f]{0,17}_?\\PC{0,50}") {
        if let Some(key) = Key::parse(&text) {
            prop_assert_eq!(key.reveal(), text);
        }
    }
}

#[test]
fn a_key_is_asked_for_with_a_name_and_scopes_and_every_fault_is_told() {
    let wanted = read(&json!({"name": "Till", "scopes": ["read", "ingest"]})).unwrap();
    assert_eq!(wanted.name, "Till");
    assert_eq!(wanted.access, access(&[Scope::Read, Scope::Ingest], None));
    let wanted = read(&json!({"name": "N", "scopes": ["admin"], "surveys": ["a"]})).unwrap();
    assert_eq!(wanted.access, access(&[Scope::Admin], Some(&["a"])));
    for (body, faults) in [
        (json!({}), vec!["#/name missing", "#/scopes missing"]),
        (json!({"name": " ", "scopes": []}), vec!["#/name blank", "#/scopes length"]),
        (json!({"name": "N", "scopes": ["Read", 1]}), vec!["#/scopes/0 value", "#/scopes/1 type"]),
        (json!({"name": "N", "scopes": ["read", "read"]}), vec!["#/scopes/1 duplicate"]),
        (json!({"name": "N", "scopes": ["read"], "surveys": []}), vec!["#/surveys length"]),
        (json!({"name": "N", "scopes": ["read"], "surveys": null}), vec!["#/surveys type"]),
        (
            json!({"name": "N", "scopes": ["read"], "surveys": ["a", "a"], "key": 1}),
            vec!["#/surveys/1 duplicate", "# unknown_member"],
        ),
    ] {
        assert_eq!(read(&body).unwrap_err(), faults, "{body}");
    }
}

#[test]
fn keys_are_stored_found_listed_and_deleted_and_never_told_with_their_hash() {
    let sqlite = Sqlite::d1();
    let some = |n: u8| Key::new([n; 8], [n; 32]);
    for n in [3, 1, 2] {
        let surveys: Option<&[&str]> = if n == 1 { None } else { Some(&["a", "b"]) };
        let wanted = Wanted { name: "N".to_owned(), access: access(&[Scope::Read], surveys) };
        let rows = sqlite.select(&keys::insert(&some(n), &wanted, Instant(0))).unwrap();
        let made = keys::key(rows[0].clone()).unwrap();
        assert_eq!((made.id.as_str(), &made.access), (some(n).id(), &wanted.access));
        assert!(some(n).is_of(&made.hash));
        assert_eq!(
            keys::key(sqlite.select(&keys::select(some(n).id())).unwrap().remove(0)),
            Ok(made.clone())
        );
        assert!(!made.told().to_string().contains(&made.hash));
        let kept = format!("{rows:?}");
        assert!(!kept.contains(&some(n).reveal()[20..]), "the secret is not stored");
    }
    let page = |after: &str, limit| {
        let rows = sqlite.select(&keys::list(after, limit)).unwrap();
        rows.into_iter().map(|row| keys::key(row).unwrap().id).collect::<Vec<_>>()
    };
    assert_eq!(page("", 2), [some(1).id(), some(2).id()]);
    assert_eq!(page(some(2).id(), 2), [some(3).id()]);
    let delete = |n| sqlite.select(&keys::delete(some(n).id())).unwrap();
    assert_eq!(delete(2), [[Value::Text(some(2).id().to_owned())]]);
    assert!(delete(2).is_empty());
    assert_eq!(page("", 9), [some(1).id(), some(3).id()]);
    sqlite.select(&d1::insert_survey(Instant(0), "{}")).unwrap();
    let there = sqlite.select(&keys::list_surveys(&[1, 2])).unwrap();
    assert_eq!(there, [[Value::Integer(1)]]);
}
