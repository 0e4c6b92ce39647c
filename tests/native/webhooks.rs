//! Which webhooks may be, how their events are signed, and what D1 keeps of them.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use counterfoil::domain::json::Json;
use counterfoil::domain::key_ring::KeyRing;
use counterfoil::domain::time::Instant;
use counterfoil::domain::webhook::{Missed, Webhook, event, message_id, read, sign};
use counterfoil::store::{Value, webhooks};
use serde_json::json;

use crate::sqlite::Sqlite;

const FIRST: &str = "the-first-key-of-a-ring-of-several";
const SECOND: &str = "another-key-that-is-in-the-same-ring";

fn ring(keys: &[&str]) -> KeyRing {
    KeyRing::read(&keys.join(" ")).unwrap()
}

fn webhook(id: &str) -> Webhook {
    Webhook {
        id: id.to_owned(),
        name: "Chat".to_owned(),
        url: "https://chat.example/hooks".to_owned(),
        key: ring(&[FIRST]).current().id(),
        created: Instant(1_795_334_712_770),
        disabled: None,
    }
}

fn faults(body: &serde_json::Value) -> Vec<String> {
    let json = Json::read(body.to_string().as_bytes()).unwrap();
    let Err(faults) = read(&json) else { return Vec::new() };
    faults.into_vec().iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect()
}

#[test]
fn an_event_is_signed_as_the_test_vector_of_standard_webhooks_says() {
    // libraries/javascript/src/webhook.test.ts, "sign function works".
    let secret = base64::Engine::decode(
        &base64::engine::general_purpose::STANDARD,
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    );
    let body = r#"{"test": 2432232314}"#;
    let signed = sign(&secret.unwrap(), "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body);
    assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

#[test]
fn a_secret_follows_from_the_id_and_a_key_of_the_ring() {
    let [one, other] = ["00112233aabbccdd", "00112233aabbccde"].map(webhook);
    let secret = |webhook: &Webhook, ring: &KeyRing| webhook.secret(ring).unwrap().reveal();
    let both = ring(&[FIRST, SECOND]);
    let shown = secret(&one, &both);
    assert_eq!((shown.len(), &shown[..6]), (6 + 44, "whsec_"));
    assert_ne!(shown, secret(&other, &both));
    assert_eq!(format!("{:?}", one.secret(&both)), "Some(Secret(redacted))");
    let turned = ring(&[SECOND, FIRST]);
    assert_eq!(shown, secret(&one, &turned), "it is named, not the current one");
    assert!(one.secret(&ring(&[SECOND])).is_none());
    let later = Webhook { key: turned.current().id(), ..one };
    assert_ne!(shown, secret(&later, &turned));
}

#[test]
fn a_message_has_an_id_without_a_stop_and_a_body_of_type_timestamp_and_data() {
    assert_eq!(message_id([0xab; 16]), format!("msg_{}", "ab".repeat(16)));
    let body = event("alert.raised", Instant(1_795_334_712_770), &json!({ "n": 5 }));
    let expected = json!({ "type": "alert.raised", "timestamp": "2026-11-22T08:05:12.770Z", "data": { "n": 5 } });
    assert_eq!(serde_json::from_str::<serde_json::Value>(&body).unwrap(), expected);
}

#[test]
fn events_go_by_https_or_to_the_same_machine() {
    let label = "a".repeat(63);
    let long = format!("https://{}.example", [label.as_str(); 4].join("."));
    let path = |count| format!("https://a.example/{}", "p".repeat(count));
    for url in [
        "https://a.example",
        "https://a.example/",
        "https://a.example?x=1",
        "https://A.Example:8443/hooks/%20?x=[1]&y=@",
        "https://192.0.2.7/",
        "http://localhost/x",
        "http://127.0.0.1:8080",
        "http://[::1]:65535/x",
        "https://[::1]",
        &path(1982),
    ] {
        assert_eq!(faults(&json!({ "name": "N", "url": url })), [""; 0], "{url}");
    }
    for url in [
        "http://a.example",
        "http://127.0.0.1.a.example/",
        "http://127.0.0.2/",
        "http://localhost.a.example/",
        "http://localhost@a.example/",
        "http://localhost:80@a.example/",
        r"http://localhost\@a.example/",
        "https://user@a.example/",
        "https://user:password@a.example/",
        "https://a.example/#x",
        "https://a.example/ x",
        "https://a.example/é",
        "https://é.example/",
        "https://",
        "https:///x",
        "https://a..example",
        "https://a.example:",
        "https://a.example:0",
        "https://a.example:080",
        "https://a.example:65536",
        "https://a.example:+80",
        "https://a%2eexample/",
        "https://[2001:db8::1]/",
        "HTTPS://a.example",
        "ftp://localhost/",
        "//a.example",
        "javascript:alert(1)",
        &long,
    ] {
        assert_eq!(faults(&json!({ "name": "N", "url": url })), ["#/url url"], "{url}");
    }
    let faulty = json!({ "name": "", "url": path(1983), "x": 1 });
    assert_eq!(faults(&faulty), ["#/name length", "#/url length", "# unknown_member"]);
    assert_eq!(faults(&json!({})), ["#/name missing", "#/url missing"]);
    assert_eq!(faults(&json!([])), ["# type"]);
}

#[test]
fn what_went_wrong_is_told_in_a_word() {
    for (missed, status, why) in [
        (Missed::Status(410, None), Some(410), "gone"),
        (Missed::Status(301, None), Some(301), "redirect"),
        (Missed::Status(503, Some(9)), Some(503), "refused"),
        (Missed::Status(404, None), Some(404), "refused"),
        (Missed::Timeout, None, "timeout"),
        (Missed::Unreachable, None, "unreachable"),
        (Missed::NoKey, None, "no_key"),
    ] {
        assert_eq!((missed.status(), missed.why()), (status, why));
        assert_eq!(missed.is_gone(), why == "gone");
    }
}

#[test]
fn a_webhook_is_kept_as_it_was_made_disabled_and_enabled() {
    let mut d1 = Sqlite::d1();
    let all = ["00000000000000a1", "00000000000000a2", "00000000000000a3"].map(webhook);
    for webhook in &all {
        d1.run(&[webhooks::insert(webhook)]).unwrap();
    }
    let read = |d1: &Sqlite, statement| -> Vec<Webhook> {
        let rows = d1.select(&statement).unwrap().into_iter();
        rows.map(|row| webhooks::webhook(row).unwrap()).collect()
    };
    let [one, two, three] = &all;
    assert_eq!(read(&d1, webhooks::select(&two.id)).iter().collect::<Vec<_>>(), [two]);
    assert_eq!(read(&d1, webhooks::list("", 2)), [one.clone(), two.clone()]);
    assert_eq!(read(&d1, webhooks::list(&two.id, 2)).iter().collect::<Vec<_>>(), [three]);
    let disabled = |d1: &Sqlite| read(d1, webhooks::select(&two.id))[0].disabled;
    let mut change = |statement| d1.run(&[statement]).map(|_| disabled(&d1)).unwrap();
    assert_eq!(change(webhooks::disable(&two.id, Instant(5))), Some(Instant(5)));
    assert_eq!(change(webhooks::disable(&two.id, Instant(6))), Some(Instant(5)), "since the first");
    assert_eq!(change(webhooks::enable(&two.id)), None);
    assert_eq!(change(webhooks::disable(&one.id, Instant(7))), None);
    assert!(d1.run(&[webhooks::insert(one)]).is_err());
    assert!(webhooks::webhook(vec![Value::Null]).is_err());
}

#[test]
fn a_webhook_that_a_survey_relays_to_is_not_deleted() {
    let mut d1 = Sqlite::d1();
    let [used, free] = ["00000000000000a1", "00000000000000a2"].map(webhook);
    let survey = |id: u64, definition: String| counterfoil::store::Statement {
        sql: "insert into surveys (id, revision, created, definition) values (?1, 1, 0, ?2)",
        parameters: vec![id.into(), definition.into()],
    };
    let relay = json!({ "name": "N", "relay": { "webhook": used.id } }).to_string();
    let statements = [
        webhooks::insert(&used),
        webhooks::insert(&free),
        survey(1, json!({ "name": "N" }).to_string()),
        survey(2, relay),
    ];
    d1.run(&statements).unwrap();
    let surveys = d1.select(&webhooks::select_surveys(&used.id)).unwrap();
    assert_eq!(surveys, [[Value::Integer(2)]]);
    assert_eq!(d1.run(&[webhooks::delete(&used.id)]).unwrap(), [[[Value::Null]; 0]]);
    let gone = d1.run(&[webhooks::delete(&free.id)]).unwrap();
    assert_eq!(gone, [[[Value::from(free.id.as_str())]]]);
    assert_eq!(d1.run(&[webhooks::delete(&free.id)]).unwrap(), [[[Value::Null]; 0]]);
    assert_eq!(d1.count("select count(*) from webhooks"), 1);
}
