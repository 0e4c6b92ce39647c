//! Deliveries: when an event is sent again, that two runs at once send it once, and for how long it is kept.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use counterfoil::domain::alert::{Alert, Rule, When};
use counterfoil::domain::delivery::{CLAIM, LIFE, Outcome, State, ordered};
use counterfoil::domain::key_ring::KeyRing;
use counterfoil::domain::time::Instant;
use counterfoil::domain::webhook::{Missed, Webhook, is_message, message_id};
use counterfoil::store::deliveries::{
    Due, Made, claim, due, forget, insert_of, insert_sent, list, settle, told,
};
use counterfoil::store::{alerts, webhooks};
use serde_json::Value;

use crate::sqlite::Sqlite;

const ALERT: &str = "00000000000000a1";
const ONE: &str = "00000000000000f1";
const OTHER: &str = "00000000000000f2";

fn database() -> Sqlite {
    let mut d1 = Sqlite::d1();
    let ring = KeyRing::read("the-first-key-of-a-ring-of-several").unwrap();
    for id in [ONE, OTHER] {
        let webhook = Webhook {
            id: id.to_owned(),
            name: "N".to_owned(),
            url: "https://chat.example/".to_owned(),
            key: ring.current().id(),
            created: Instant(0),
            disabled: None,
        };
        d1.run(&[webhooks::insert(&webhook)]).unwrap();
    }
    let when = When { days: 7, rule: Rule::ClvBelowCpa };
    let alert = Alert { name: "N".to_owned(), webhook: ONE.to_owned(), when };
    d1.run(&[alerts::insert(ALERT, &alert, None, Instant(0))]).unwrap();
    d1
}

fn alert(d1: &Sqlite) -> alerts::AlertRow {
    alerts::alert(d1.select(&alerts::select(ALERT)).unwrap()[0].clone()).unwrap()
}

fn add(d1: &mut Sqlite, webhook: &str, at: i64, byte: u8) -> String {
    let id = message_id(ordered(Instant(at), [byte; 10]));
    let kind = "alert.raised";
    let made = Made { id: &id, webhook, kind, at: Instant(at), body: "{\"n\":5}" };
    d1.run(&[insert_of(&alert(d1), &made)]).unwrap();
    id
}

fn claimed(d1: &mut Sqlite, at: i64, limit: u64) -> Vec<Due> {
    let rows = d1.run(&claim(Instant(at), limit)).unwrap().remove(1);
    rows.into_iter().map(|row| due(row).unwrap()).collect()
}

fn ids(all: &[Due]) -> Vec<&str> {
    all.iter().map(|due| due.id.as_str()).collect()
}

fn shown(d1: &Sqlite, at: i64) -> Vec<Value> {
    let rows = d1.select(&list(Instant(at), "", "", "", 100)).unwrap();
    rows.into_iter().map(|row| told(row).unwrap().1).collect()
}

#[test]
fn an_event_is_sent_ten_times_over_three_days_with_longer_and_longer_waits() {
    let failed = Err(Missed::Status(500, None));
    let waits: Vec<i64> = (1..10)
        .map(|attempt| Outcome::of(attempt, failed, Instant(0), 0).next.unwrap().0 / 1000)
        .collect();
    assert_eq!(waits, [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]);
    for attempt in [10, 11, 0, u64::MAX] {
        let outcome = Outcome::of(attempt, failed, Instant(0), 255);
        assert_eq!((outcome.state, outcome.next), (State::Failed, None), "{attempt}");
    }
    for attempt in 1..10 {
        let next = |random| Outcome::of(attempt, failed, Instant(7), random).next.unwrap().0 - 7;
        assert!(next(255) > next(0) && next(255) < next(0) * 11 / 10, "at random, by a tenth");
    }
}

#[test]
fn what_a_receiver_says_decides_whether_and_when_it_is_sent_again() {
    let of = |sent| Outcome::of(1, sent, Instant(0), 0);
    let told = |sent| {
        let Outcome { state, next, status, why } = of(sent);
        (state.name(), next.map(|at| at.0), status, why)
    };
    assert_eq!(told(Ok(204)), ("delivered", None, Some(204), None));
    assert_eq!(told(Err(Missed::Timeout)), ("waiting", Some(5_000), None, Some("timeout")));
    assert_eq!(told(Err(Missed::NoKey)), ("waiting", Some(5_000), None, Some("no_key")));
    let busy = |seconds| told(Err(Missed::Status(503, Some(seconds))));
    assert_eq!(busy(3600), ("waiting", Some(3_600_000), Some(503), Some("refused")));
    assert_eq!(busy(1), ("waiting", Some(5_000), Some(503), Some("refused")), "never sooner");
    let gone = Err(Missed::Status(410, Some(9)));
    assert_eq!(told(gone), ("failed", None, Some(410), Some("gone")));
}

#[test]
fn ids_are_in_the_order_of_time() {
    let id = |at, byte| message_id(ordered(Instant(at), [byte; 10]));
    let all = [id(0, 255), id(1, 0), id(255, 9), id(256, 0), id(1_795_334_712_770, 0)];
    assert!(all.is_sorted() && all.iter().all(|id| is_message(id)), "{all:?}");
    assert_eq!(all[4], "msg_01a20249adc200000000000000000000");
    for text in ["msg_", "msg_01A20274B7C200000000000000000000", "01a20274b7c200000000000000000000"]
    {
        assert!(!is_message(text), "{text}");
    }
}

#[test]
fn two_runs_at_once_send_an_event_once_and_a_run_that_dies_costs_a_wait() {
    let mut d1 = database();
    let id = add(&mut d1, ONE, 100, 1);
    assert!(claimed(&mut d1, 99, 10).is_empty(), "its time has not come");
    let first = claimed(&mut d1, 100, 10);
    assert_eq!((ids(&first), first[0].attempt), (vec![id.as_str()], 1));
    assert!(claimed(&mut d1, 100, 10).is_empty());
    assert!(claimed(&mut d1, 100 + CLAIM.0 - 1, 10).is_empty());
    let again = claimed(&mut d1, 100 + CLAIM.0, 10);
    assert_eq!((again[0].attempt, &again[0].body), (2, &first[0].body));
    // What the first one found in the end is of no account any more.
    let ended = |due: &Due, sent| {
        let outcome = Outcome::of(due.attempt, sent, Instant(300), 0);
        settle(&[(due.clone(), outcome)])
    };
    d1.run(&[ended(&first[0], Err(Missed::Timeout))]).unwrap();
    assert_eq!(shown(&d1, 300)[0]["why"], Value::Null);
    d1.run(&[ended(&again[0], Ok(200))]).unwrap();
    let now = &shown(&d1, 300)[0];
    assert_eq!(
        (&now["state"], &now["status"], &now["next"]),
        (&"delivered".into(), &200.into(), &Value::Null)
    );
    assert!(claimed(&mut d1, i64::MAX / 2, 10).is_empty(), "nor is it sent again");
}

#[test]
fn those_that_wait_longest_are_sent_first_and_each_waits_for_its_own_time() {
    let mut d1 = database();
    let all: Vec<String> = (1..=5).map(|at| add(&mut d1, ONE, at * 10, 1)).collect();
    let first = claimed(&mut d1, 100, 2);
    assert_eq!(ids(&first), [&all[0], &all[1]]);
    let outcomes: Vec<_> = first
        .into_iter()
        .zip([Ok(200), Err(Missed::Unreachable)])
        .map(|(due, sent)| {
            let outcome = Outcome::of(due.attempt, sent, Instant(100), 0);
            (due, outcome)
        })
        .collect();
    d1.run(&[settle(&outcomes)]).unwrap();
    assert_eq!(ids(&claimed(&mut d1, 200, 9)), [&all[2], &all[3], &all[4]]);
    assert_eq!(ids(&claimed(&mut d1, 5_100, 9)), [&all[1]]);
    let states: Vec<_> = shown(&d1, 200).iter().map(|one| one["state"].clone()).collect();
    assert_eq!(states, ["waiting", "waiting", "waiting", "waiting", "delivered"], "newest first");
}

#[test]
fn what_waits_for_a_receiver_that_wants_no_more_is_dropped() {
    let mut d1 = database();
    let [gone, kept] = [add(&mut d1, ONE, 10, 1), add(&mut d1, OTHER, 10, 2)];
    d1.run(&[webhooks::disable(ONE, Instant(20))]).unwrap();
    assert_eq!(ids(&claimed(&mut d1, 30, 9)), [&kept]);
    let all = shown(&d1, 30);
    let dropped = all.iter().find(|one| one["id"] == gone.as_str()).unwrap();
    assert_eq!((&dropped["state"], &dropped["why"]), (&"dropped".into(), &"gone".into()));
    d1.run(&[webhooks::enable(ONE)]).unwrap();
    assert!(claimed(&mut d1, 40, 9).is_empty());
}

#[test]
fn what_an_alert_tells_is_made_where_nobody_has_written_the_alert_meanwhile() {
    let mut d1 = database();
    let row = alert(&d1);
    d1.run(&[alerts::end(&row, &row.state, "x")]).unwrap();
    let made = Made {
        id: &message_id([1; 16]),
        webhook: ONE,
        kind: "alert.raised",
        at: Instant(0),
        body: "{}",
    };
    d1.run(&[insert_of(&row, &made)]).unwrap();
    assert_eq!(d1.count("select count(*) from deliveries"), 0);
    let now = alert(&d1);
    d1.run(&[insert_of(&now, &made), alerts::end(&now, &now.state, "y")]).unwrap();
    assert_eq!(d1.count("select count(*) from deliveries"), 1);
}

#[test]
fn promise_9_deliveries_are_kept_for_thirty_days_and_not_shown_after_them() {
    let mut d1 = database();
    let at = 1_795_334_712_770;
    let ids = [add(&mut d1, ONE, at, 1), add(&mut d1, OTHER, at + 1, 2)];
    let listed = |d1: &Sqlite, at| -> Vec<Value> {
        shown(d1, at).into_iter().map(|one| one["id"].clone()).collect()
    };
    assert_eq!(listed(&d1, at + LIFE.0), [&*ids[1], &*ids[0]]);
    assert_eq!(listed(&d1, at + LIFE.0 + 1), [&*ids[1]], "though it is there");
    assert!(listed(&d1, at + LIFE.0 + 2).is_empty());
    d1.run(&[forget(Instant(at + LIFE.0))]).unwrap();
    assert_eq!(d1.count("select count(*) from deliveries"), 2);
    d1.run(&[forget(Instant(at + LIFE.0 + 1))]).unwrap();
    assert_eq!(d1.count("select count(*) from deliveries"), 1);
    d1.run(&[forget(Instant(at + LIFE.0 + 2))]).unwrap();
    assert_eq!(d1.count("select count(*) from deliveries"), 0);
}

#[test]
fn the_list_is_of_a_webhook_or_an_alert_page_by_page_and_goes_with_the_webhook() {
    let mut d1 = database();
    let at = 1_795_334_712_770;
    let ids: Vec<String> =
        (0..4).map(|n| add(&mut d1, [ONE, OTHER][n % 2], at + n as i64, 1)).collect();
    let test = message_id(ordered(Instant(at + 9), [1; 10]));
    let made = Made { id: &test, webhook: ONE, kind: "test", at: Instant(at + 9), body: "{}" };
    let outcome = Outcome::of(1, Err(Missed::Status(500, None)), Instant(at + 9), 0);
    d1.run(&[insert_sent(&made, &outcome)]).unwrap();
    let read = |webhook: &str, alert: &str, before: &str, limit| -> Vec<String> {
        let rows = d1.select(&list(Instant(at + 10), webhook, alert, before, limit)).unwrap();
        rows.into_iter().map(|row| told(row).unwrap().0).collect()
    };
    assert_eq!(read("", "", "", 2), [&test, &ids[3]].map(String::as_str));
    assert_eq!(read("", "", &ids[3], 2), [&ids[2], &ids[1]].map(String::as_str));
    assert_eq!(read(ONE, "", "", 9), [&test, &ids[2], &ids[0]].map(String::as_str));
    assert_eq!(read(OTHER, ALERT, "", 9), [&ids[3], &ids[1]].map(String::as_str));
    assert_eq!(read("", ALERT, "", 9).len(), 4);
    let shown = shown(&d1, at + 10);
    assert_eq!(
        (&shown[0]["state"], &shown[0]["attempts"], &shown[0]["alert"]),
        (&"failed".into(), &1.into(), &Value::Null)
    );
    assert_eq!(shown[1]["event"], serde_json::json!({ "n": 5 }));
    d1.run(&[webhooks::delete(OTHER)]).unwrap();
    assert_eq!(d1.count("select count(*) from deliveries"), 3);
}
