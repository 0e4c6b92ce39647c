//! Invitations: minted and opened, and every way in which one is none.
//!
//! The pinned one was sealed with Python: HMAC, HChaCha20 as in draft-irtf-cfrg-xchacha, and the
//! ChaCha20-Poly1305 of its `cryptography`.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use counterfoil::domain::fault::Faults;
use counterfoil::domain::invitation::{Unopened, mint, open};
use counterfoil::domain::invitation_json::{self, MOST_INVITED, Wanted};
use counterfoil::domain::json::Json;
use counterfoil::domain::key_ring::KeyRing;
use counterfoil::domain::pseudonym::Subject;
use counterfoil::domain::time::{Duration, Instant};
use proptest::prelude::*;
use serde_json::{Value, json};

const PINNED: &str = "sBeumZR5u30.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXT-h7tneufqp8GQNb8jicmq9PHTncKzIMhc_Rek-HEI8i220jJHo4Tacs1j4VU6P9EZWwxYfQINY";
const EXPIRES: Instant = Instant(1_795_321_111_464);

fn ring(text: &str) -> KeyRing {
    KeyRing::read(text).unwrap()
}

fn keys() -> KeyRing {
    ring("counterfoil-test-pepper-12345678 counterfoil-other-pepper-1234567")
}

#[test]
fn an_invitation_is_what_is_documented() {
    let subject = Subject::of("abcdefgh", "C-1042 é");
    let nonce: [u8; 24] = std::array::from_fn(|i| i as u8);
    let minted = mint(keys().current(), "abcdefgh", &subject, EXPIRES, nonce).unwrap();
    assert_eq!(minted, PINNED);
    let before = EXPIRES.minus(Duration(1));
    assert!(open(&keys(), "abcdefgh", before, PINNED) == Ok(subject));
    assert!(open(&keys(), "abcdefgh", EXPIRES, PINNED) == Err(Unopened::Expired));
}

#[test]
fn a_changed_character_makes_it_invalid_wherever_it_stands() {
    let before = EXPIRES.minus(Duration(1));
    for at in 0..PINNED.len() {
        for other in ["A", "B", ".", "=", " ", ""] {
            if &PINNED[at..=at] == other {
                continue;
            }
            let changed = format!("{}{other}{}", &PINNED[..at], &PINNED[at + 1..]);
            let opened = open(&keys(), "abcdefgh", before, &changed);
            assert!(opened == Err(Unopened::Invalid), "{changed}");
        }
    }
    for wrong in ["", ".", "..", &PINNED[12..], &PINNED[..11], &format!("{PINNED}A"), "é.é"] {
        assert!(open(&keys(), "abcdefgh", before, wrong) == Err(Unopened::Invalid), "{wrong}");
    }
}

#[test]
fn an_invitation_opens_as_long_as_its_key_is_in_the_ring() {
    let [old, new] = ["o".repeat(32), "n".repeat(32)];
    let subject = Subject::of("abcdefgh", "C");
    let minted = mint(ring(&old).current(), "abcdefgh", &subject, EXPIRES, [1; 24]).unwrap();
    let now = EXPIRES.minus(Duration(1));
    for keys in [old.clone(), format!("{old} {new}"), format!("{new} {old}")] {
        assert!(open(&ring(&keys), "abcdefgh", now, &minted) == Ok(subject.clone()));
    }
    assert!(open(&ring(&new), "abcdefgh", now, &minted) == Err(Unopened::Invalid));
}

proptest! {
    #[test]
    fn promise_10_invitations_of_one_customer_have_nothing_in_common(
        customer in "\\PC{1,256}", surveys in ("[a-z]{8}", "[a-z]{8}"), nonces in any::<([u8; 24], [u8; 24])>(),
    ) {
        let keys = keys();
        let minted = |survey: &str, nonce| {
            mint(keys.current(), survey, &Subject::of(survey, &customer), EXPIRES, nonce).unwrap()
        };
        let (here, there) = (minted(&surveys.0, nonces.0), minted(&surveys.1, nonces.1));
        // One length, whatever the id was; and beside the key's id nothing that is alike.
        prop_assert_eq!((here.len(), there.len()), (119, 119));
        prop_assert_ne!(&here[12..], &there[12..]);
        let common = here[12..].bytes().zip(there[12..].bytes()).filter(|(a, b)| a == b).count();
        prop_assert!(common < 30, "{} of 107 characters", common);
        let now = EXPIRES.minus(Duration(1));
        prop_assert!(open(&keys, &surveys.0, now, &here) == Ok(Subject::of(&surveys.0, &customer)));
        if surveys.0 != surveys.1 {
            prop_assert!(open(&keys, &surveys.1, now, &here) == Err(Unopened::Invalid));
        }
    }
}

const OWN: &str = "https://feedback.example";

fn read(body: &Value) -> Result<Wanted, Faults> {
    let document = Json::read(body.to_string().as_bytes()).unwrap();
    let listed = ["https://shop.example".to_owned(), "http://localhost:3000".to_owned()];
    invitation_json::read(&document, "abcdefgh", OWN, &listed)
}

fn faults(body: &Value) -> Vec<String> {
    let faults = read(body).unwrap_err().into_vec();
    assert!(!format!("{faults:?}").contains("Canary"), "nothing of the input is echoed");
    faults.iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect()
}

#[test]
fn invitations_are_asked_for_by_id_in_order_and_for_thirty_days() {
    let wanted = read(&json!({"customer_ids": ["b", "a", " a"]})).unwrap();
    let subjects = ["b", "a", " a"].map(|customer| Subject::of("abcdefgh", customer));
    assert!(wanted.subjects == subjects);
    assert_eq!((wanted.valid_for, wanted.page), (Duration::days(30), None));
    for (text, hours) in [("1h", 1), ("3600s", 1), ("90d", 2160), ("45d", 1080)] {
        let wanted = read(&json!({"customer_ids": ["a"], "valid_for": text})).unwrap();
        assert_eq!(wanted.valid_for, Duration(hours * 3_600_000), "{text}");
    }
    let most: Vec<String> = (0..MOST_INVITED).map(|i| i.to_string()).collect();
    assert_eq!(read(&json!({"customer_ids": most})).unwrap().subjects.len(), MOST_INVITED);
}

#[test]
fn every_fault_of_a_call_for_invitations_is_told_at_once() {
    let many: Vec<String> = (0..=MOST_INVITED).map(|i| i.to_string()).collect();
    let ids = |ids: Value| json!({"customer_ids": ids});
    for (body, expected) in [
        (json!({}), vec!["#/customer_ids missing"]),
        (json!([]), vec!["# type"]),
        (ids(json!([])), vec!["#/customer_ids length"]),
        (ids(json!(many)), vec!["#/customer_ids length"]),
        (ids(json!("Canary")), vec!["#/customer_ids type"]),
        (
            ids(json!(["a", "Canary".repeat(60), "", 7, "a", "Canary\u{0}"])),
            vec![
                "#/customer_ids/1 length",
                "#/customer_ids/2 length",
                "#/customer_ids/3 type",
                "#/customer_ids/5 control_character",
                "#/customer_ids/4 duplicate",
            ],
        ),
        (
            json!({"customer_ids": ["Canary", "Canary"], "valid_for": "59m", "page": "Canary", "Canary": 1}),
            vec![
                "#/customer_ids/1 duplicate",
                "#/valid_for range",
                "#/page page",
                "# unknown_member",
            ],
        ),
        (json!({"customer_ids": ["a"], "valid_for": "91d"}), vec!["#/valid_for range"]),
        (json!({"customer_ids": ["a"], "valid_for": "soon"}), vec!["#/valid_for duration"]),
        (json!({"customer_ids": ["a"], "valid_for": 30}), vec!["#/valid_for type"]),
    ] {
        assert_eq!(faults(&body), expected, "{body}");
    }
}

#[test]
fn a_page_is_of_an_origin_whose_responses_are_taken() {
    let with = |page: &str| json!({"customer_ids": ["a"], "page": page});
    for page in [
        "https://shop.example",
        "https://shop.example/",
        "https://shop.example/feedback?from=mail&x=a@b",
        "https://shop.example?x=1",
        "https://feedback.example/s/abcdefgh",
        "http://localhost:3000/feedback",
    ] {
        assert_eq!(read(&with(page)).unwrap().page.as_deref(), Some(page));
    }
    for page in [
        "http://shop.example/",
        "http://shop.example@localhost:3000/",
        "http://localhost.shop.example/",
        "https://user@shop.example/",
        "https://user:pw@shop.example/",
        "https://shop.example\\@evil.example/",
        "https://shop.example\\/",
        "https://shop.example/#part",
        "https://shop.example/a b",
        " https://shop.example/",
        "https://shop.example/\n",
        "https://shop.example/\u{e9}",
        "https:///feedback",
        "https:/shop.example/",
        "//shop.example/",
        "/feedback",
        "javascript:alert(1)",
        "HTTPS://shop.example/",
        "shop.example",
    ] {
        assert_eq!(faults(&with(page)), ["#/page page"], "{page}");
    }
    for page in [
        "https://other.example/",
        "https://shop.example.evil.example/",
        "https://shop.example:8443/",
        "https://shop.example:443/",
        "https://SHOP.example/",
        "https://shop.example./",
        "http://localhost/",
        "http://127.0.0.1:3000/",
        "https://localhost:3000/",
    ] {
        assert_eq!(faults(&with(page)), ["#/page unlisted_origin"], "{page}");
    }
    assert_eq!(faults(&with("")), ["#/page length"]);
    let long = format!("https://shop.example/{}", "x".repeat(1_000));
    assert_eq!(faults(&with(&long)), ["#/page length"]);
    assert_eq!(faults(&json!({"customer_ids": ["a"], "page": null})), ["#/page type"]);
}
