//! Alerts: how they are read, when their conditions hold, when that is told, and how they stand in D1.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::collections::BTreeMap;

use counterfoil::domain::alert::{Alert, CLEARED, Event, Finding, RAISED, Rule, Side, State};
use counterfoil::domain::alert_json::{read, stored};
use counterfoil::domain::days::Days;
use counterfoil::domain::engagement::Source;
use counterfoil::domain::facts::{self, Channels};
use counterfoil::domain::insight::alerts::{clv_below_cpa, driver, drop, limit};
use counterfoil::domain::insight::drivers::{Drivers, Found, drivers};
use counterfoil::domain::json::Json;
use counterfoil::domain::key_ring::KeyRing;
use counterfoil::domain::kpi::Counts;
use counterfoil::domain::kpi::business::kpis;
use counterfoil::domain::kpi::figure::Figure;
use counterfoil::domain::survey::Survey;
use counterfoil::domain::survey_json;
use counterfoil::domain::time::{Day, Instant};
use counterfoil::domain::webhook::Webhook;
use counterfoil::store::alerts::{self, AlertRow};
use counterfoil::store::{Row, Statement, d1, facts as store_facts, webhooks};
use serde_json::{Value, json};

use crate::sqlite::Sqlite;

const WEBHOOK: &str = "00000000000000f0";

fn parsed(definition: &Value) -> Survey {
    survey_json::read(&Json::read(definition.to_string().as_bytes()).unwrap()).unwrap()
}

fn survey() -> Survey {
    parsed(&json!({
        "name": "A test's own",
        "questions": [
            { "id": "recommend", "kind": "nps" },
            { "id": "effort", "kind": "ces", "direction": "effort_high" },
            { "id": "reason", "kind": "choice", "options": ["price", "speed"] },
            { "id": "again", "kind": "yes_no" },
            { "id": "minutes", "kind": "number", "min": 0, "max": 60, "bins": [15] },
        ],
        "dimensions": { "channel": ["web", "app"] },
    }))
}

fn json(body: &Value) -> Json {
    Json::read(body.to_string().as_bytes()).unwrap()
}

fn given(when: Value) -> Result<Alert, Vec<String>> {
    judged(&json!({ "name": "N", "webhook": WEBHOOK, "when": when }), true)
}

fn judged(body: &Value, has_webhook: bool) -> Result<Alert, Vec<String>> {
    let draft = read(&json(body));
    let survey = survey();
    let known = draft.survey().filter(|id| *id == "S").map(|_| &survey);
    draft.check(known, has_webhook).map_err(|faults| {
        faults.into_vec().iter().map(|f| format!("{} {}", f.pointer, f.code)).collect()
    })
}

fn below(more: Value) -> Value {
    let mut when = json!({ "kind": "below", "survey": "S", "question": "recommend", "kpi": "nps",
                           "limit": 30, "days": 7 });
    when.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    when
}

fn source(question: &str, kpi: &str) -> Source {
    let (question, kpi) = (question.to_owned(), kpi.to_owned());
    Source::Survey { survey: "S".to_owned(), question, kpi, option: None, theme: None }
}

fn counts(tallies: &[(&str, u64)]) -> Counts {
    let all: BTreeMap<String, u64> = tallies.iter().map(|(k, n)| ((*k).to_owned(), *n)).collect();
    Counts { n: all.values().sum(), tallies: all }
}

#[test]
fn an_alert_of_each_kind_is_read_and_written_as_it_was_given() {
    for when in [
        below(json!({})),
        below(json!({ "kind": "above", "certain": true, "limit": -12.5, "days": 365 })),
        below(json!({ "question": "reason", "kpi": "share", "option": "price" })),
        json!({ "kind": "above", "business": "cart_abandonment", "limit": 70, "days": 1 }),
        json!({ "kind": "below", "business": "conversion_rate", "channel": "web", "limit": 2, "days": 1 }),
        json!({ "kind": "drop", "survey": "S", "question": "effort", "kpi": "ces", "days": 14 }),
        json!({ "kind": "drop", "survey": "S", "question": "reason", "kpi": "share", "option": "speed", "days": 14 }),
        json!({ "kind": "driver", "survey": "S", "question": "recommend", "kpi": "nps", "days": 30 }),
        json!({ "kind": "clv_below_cpa", "days": 30 }),
    ] {
        let alert = given(when.clone()).unwrap();
        let told = serde_json::to_value(&alert.when).unwrap();
        let numbers = |when: &Value| when["limit"].as_f64();
        assert_eq!(numbers(&told), numbers(&when));
        let without = |when: &Value| {
            let mut members = when.as_object().unwrap().clone();
            members.remove("limit");
            members
        };
        assert_eq!(without(&told), without(&when));
        assert_eq!(stored(&json(&told)), Some(alert.when), "as D1 keeps it");
    }
    let uncertain = given(below(json!({ "certain": false }))).unwrap();
    assert_eq!(uncertain, given(below(json!({}))).unwrap());
}

#[test]
fn every_fault_of_an_alert_is_told_at_its_place() {
    for (when, faults) in [
        (json!({}), vec!["#/when/kind missing"]),
        (
            json!({ "kind": "rise", "limit": 1, "x": 1 }),
            vec!["#/when/kind value", "#/when unknown_member"],
        ),
        (
            json!({ "kind": "below" }),
            vec!["#/when one_of", "#/when/limit missing", "#/when/days missing"],
        ),
        (below(json!({ "days": 0 })), vec!["#/when/days range"]),
        (below(json!({ "days": 366 })), vec!["#/when/days range"]),
        (below(json!({ "limit": 100.001 })), vec!["#/when/limit range"]),
        (below(json!({ "limit": 0.0001 })), vec!["#/when/limit decimals"]),
        (below(json!({ "survey": "T" })), vec!["#/when/survey reference"]),
        (below(json!({ "question": "gone" })), vec!["#/when/question reference"]),
        (below(json!({ "kpi": "csat" })), vec!["#/when/kpi reference"]),
        (below(json!({ "option": "price" })), vec!["#/when reference"]),
        (below(json!({ "question": "reason", "kpi": "share" })), vec!["#/when reference"]),
        (below(json!({ "certain": 1 })), vec!["#/when/certain type"]),
        (
            json!({ "kind": "below", "business": "clv_to_cpa", "limit": 1, "days": 7, "certain": true }),
            vec!["#/when/certain no_sample"],
        ),
        (
            json!({ "kind": "below", "business": "clv_to_cpa", "channel": "web", "limit": 1, "days": 7 }),
            vec!["#/when/channel reference"],
        ),
        (
            json!({ "kind": "drop", "business": "clv_to_cpa", "days": 7 }),
            vec![
                "#/when/survey missing",
                "#/when/question missing",
                "#/when/kpi missing",
                "#/when unknown_member",
            ],
        ),
        (
            json!({ "kind": "driver", "survey": "S", "question": "reason", "kpi": "share", "option": "price", "days": 7 }),
            vec!["#/when unknown_member", "#/when reference"],
        ),
        (
            json!({ "kind": "driver", "survey": "S", "question": "reason", "kpi": "share", "days": 7 }),
            vec!["#/when reference"],
        ),
        (
            json!({ "kind": "clv_below_cpa", "channel": "web" }),
            vec!["#/when/days missing", "#/when unknown_member"],
        ),
    ] {
        assert_eq!(given(when.clone()).unwrap_err(), faults, "{when}");
    }
    let all =
        json!({ "name": "", "webhook": WEBHOOK, "when": below(json!({ "kpi": "csat" })), "x": 1 });
    let faults =
        ["#/name length", "# unknown_member", "#/webhook reference", "#/when/kpi reference"];
    assert_eq!(judged(&all, false).unwrap_err(), faults);
    assert_eq!(judged(&json!([]), true).unwrap_err(), ["# type"]);
}

fn figure(tallies: &[(&str, u64)]) -> Figure {
    let counts = counts(tallies);
    Figure::of(&source("recommend", "nps"), Some((&survey(), Some(&counts))), &Channels::new())
}

#[test]
fn a_limit_is_judged_by_the_figures_that_are_told() {
    // 6 promoters and 4 detractors of 10: 20 points, from -44.31 to 70.46.
    let twenty = figure(&[("9", 6), ("0", 4)]);
    let holds = |side, thousandths, certain| match limit(&twenty, side, thousandths, certain) {
        Finding::Holds(figures) => {
            assert_eq!((figures["value"].as_f64(), figures["n"].as_u64()), (Some(20.0), Some(10)));
            true
        }
        Finding::Ends(_) => false,
        other => panic!("{other:?}"),
    };
    let interval = twenty.interval.clone().unwrap();
    let [low, high] = [interval.low, interval.high].map(|end| (end * 1000.0).round() as i64);
    for (side, thousandths, certain, expected) in [
        (Side::Below, 20_001, false, true),
        (Side::Below, 20_000, false, false),
        (Side::Above, 19_999, false, true),
        (Side::Above, 20_000, false, false),
        (Side::Below, high + 1, true, true),
        (Side::Below, high, true, false),
        (Side::Above, low - 1, true, true),
        (Side::Above, low, true, false),
    ] {
        assert_eq!(holds(side, thousandths, certain), expected, "{side:?} {thousandths} {certain}");
    }
    assert_eq!(limit(&figure(&[]), Side::Below, 0, false), Finding::Unknown("no_answers"));
    let gone = Figure::of(&source("recommend", "nps"), None, &Channels::new());
    assert_eq!(limit(&gone, Side::Below, 0, false), Finding::Unknown("no_survey"));
    let missing = Source::Business { business: "clv_to_cpa", channel: None };
    let missing = Figure::of(&missing, None, &Channels::new());
    assert_eq!(limit(&missing, Side::Below, 1_000, false), Finding::Unknown("missing"));
}

#[test]
fn a_drop_is_a_significant_change_for_the_worse() {
    let survey = survey();
    let days = Days { from: Day(10), to: Day(16) };
    let judge = |question: &str, kpi: &str, now: &Counts, before: &Counts| {
        drop(&source(question, kpi), &survey, [Some(now), Some(before)], days)
    };
    let nps = |promoters, detractors| counts(&[("9", promoters), ("0", detractors)]);
    let (good, bad) = (nps(80, 20), nps(20, 80));
    let Finding::Holds(figures) = judge("recommend", "nps", &bad, &good) else { panic!() };
    assert_eq!((&figures["value"], &figures["n"]), (&json!(-60.0), &json!(100)));
    let previous = &figures["previous"];
    assert_eq!((&previous["change"], &previous["significant"]), (&json!(-120.0), &json!(true)));
    assert_eq!((&previous["from"], &previous["to"]), (&json!("1970-01-11"), &json!("1970-01-17")));
    assert!(matches!(judge("recommend", "nps", &good, &bad), Finding::Ends(_)), "a rise");
    assert!(
        matches!(judge("recommend", "nps", &nps(5, 5), &nps(6, 4)), Finding::Ends(_)),
        "chance"
    );
    // Where effort counts upwards, more is worse; where nobody says, less is.
    let ces = |easy, hard| counts(&[("2", easy), ("6", hard), ("7", 1)]);
    assert!(matches!(judge("effort", "ces", &ces(20, 80), &ces(80, 20)), Finding::Holds(_)));
    assert!(matches!(judge("effort", "ces", &ces(80, 20), &ces(20, 80)), Finding::Ends(_)));
    assert!(matches!(judge("effort", "ces_easy", &ces(20, 80), &ces(80, 20)), Finding::Holds(_)));
    let yes = |yes, no| counts(&[("yes", yes), ("no", no)]);
    assert!(matches!(judge("again", "yes", &yes(20, 80), &yes(80, 20)), Finding::Holds(_)));
    assert!(matches!(judge("again", "yes", &yes(80, 20), &yes(20, 80)), Finding::Ends(_)));
    assert_eq!(judge("recommend", "nps", &bad, &Counts::default()), Finding::Unknown("no_answers"));
    assert_eq!(judge("gone", "nps", &bad, &good), Finding::Unknown("no_question"));
    assert_eq!(judge("recommend", "csat", &bad, &good), Finding::Unknown("no_kpi"));
}

/// What was found where web scores worse than app.
fn split(web: [u64; 2], app: [u64; 2]) -> Drivers {
    let of = |[promoters, detractors]: [u64; 2]| counts(&[("9", promoters), ("0", detractors)]);
    let parts = BTreeMap::from([("web".to_owned(), of(web)), ("app".to_owned(), of(app))]);
    let total = of([web[0] + app[0], web[1] + app[1]]);
    let dimensions = BTreeMap::from([("channel".to_owned(), parts)]);
    drivers(&survey(), &BTreeMap::from([("recommend".to_owned(), Found { total, dimensions })]))
}

#[test]
fn drivers_are_named_by_dimension_and_segment() {
    let nps = source("recommend", "nps");
    let Finding::Drivers(figures, found) = driver(&nps, &split([60, 140], [160, 40])) else {
        panic!()
    };
    let names: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["channel/web", "channel/app"]);
    assert_eq!(found[0].1["own"], json!({ "value": -40.0, "n": 200 }));
    assert_eq!((&figures["value"], &figures["compared"]), (&json!(10.0), &json!(2)));
    assert!(matches!(driver(&nps, &split([100, 100], [100, 100])), Finding::Ends(_)));
    assert_eq!(driver(&nps, &split([10, 10], [100, 100])), Finding::Unknown("not_compared"));
}

#[test]
fn customers_that_cost_more_than_they_bring_are_judged_by_the_money_that_is_told() {
    let facts = |cost: f64| {
        let facts = json!({ "gross_profit": 3000, "revenue": 9000, "transactions": 300, "customers_start": 1000,
                            "customers_lost": 30, "customers_new": 40, "acquisition_cost": cost });
        let body = json!({ "items": [{ "facts": facts }] });
        kpis(&facts::read(&json(&body)).unwrap())
    };
    let Finding::Holds(figures) = clv_below_cpa(&facts(4000.4)) else { panic!() };
    let expected = json!({ "customer_lifetime_value": 100.0, "cost_per_acquisition": 100.01 });
    assert_eq!(figures, expected);
    assert!(matches!(clv_below_cpa(&facts(4000.1)), Finding::Ends(_)), "both are told as 100");
    assert!(matches!(clv_below_cpa(&facts(100.0)), Finding::Ends(_)));
    assert_eq!(clv_below_cpa(&kpis(&Channels::new())), Finding::Unknown("missing"));
}

#[test]
fn an_alert_is_told_once_when_its_condition_begins_and_once_when_it_ends() {
    let mut state = State::default();
    let mut told = Vec::new();
    let mut step = |finding: Finding, at: i64| {
        let (next, event) = state.after(finding, Instant(at));
        state = next;
        told.push(event.map(|Event { kind, figures }| (kind, figures)));
        state.clone()
    };
    assert_eq!(step(Finding::Ends(json!(1)), 1), State::default());
    let raised = State { raised: Some(Instant(2)), ..State::default() };
    assert_eq!(step(Finding::Holds(json!(2)), 2), raised);
    assert_eq!(step(Finding::Holds(json!(3)), 3), raised);
    let unknown = State { reason: Some("no_answers".to_owned()), ..raised.clone() };
    assert_eq!(step(Finding::Unknown("no_answers"), 4), unknown);
    assert_eq!(step(Finding::Holds(json!(5)), 5), raised);
    assert_eq!(step(Finding::Ends(json!(6)), 6), State::default());
    assert_eq!(step(Finding::Ends(json!(7)), 7), State::default());
    step(Finding::Holds(json!(8)), 8);
    let expected = [
        None,
        Some((RAISED, json!(2))),
        None,
        None,
        None,
        Some((CLEARED, json!(6))),
        None,
        Some((RAISED, json!(8))),
    ];
    assert_eq!(told, expected);
}

#[test]
fn each_driver_is_told_when_it_appears_and_the_end_when_none_is_left() {
    let mut state = State::default();
    let mut step = |names: &[&str], at: i64| {
        let found: Vec<_> = names.iter().map(|n| ((*n).to_owned(), json!(n))).collect();
        let finding = match found.is_empty() {
            true => Finding::Ends(json!({ "drivers": [] })),
            false => Finding::Drivers(json!({}), found),
        };
        let (next, event) = state.after(finding, Instant(at));
        state = next;
        event.map(|event| (event.kind, event.figures["drivers"].clone()))
    };
    assert_eq!(step(&["a", "b"], 1), Some((RAISED, json!(["a", "b"]))));
    assert_eq!(step(&["b", "a"], 2), None);
    assert_eq!(step(&["b", "c"], 3), Some((RAISED, json!(["c"]))));
    assert_eq!(step(&["b"], 4), None);
    assert_eq!(step(&["a", "b"], 5), Some((RAISED, json!(["a"]))), "it was gone");
    assert_eq!(step(&[], 6), Some((CLEARED, json!([]))));
    assert_eq!(step(&[], 7), None);
    assert_eq!(state, State::default());
}

/// D1 with a webhook and two surveys.
fn database() -> Sqlite {
    let mut d1 = Sqlite::d1();
    let ring = KeyRing::read("the-first-key-of-a-ring-of-several").unwrap();
    let webhook = Webhook {
        id: WEBHOOK.to_owned(),
        name: "N".to_owned(),
        url: "https://chat.example/".to_owned(),
        key: ring.current().id(),
        created: Instant(0),
        disabled: None,
    };
    let survey = |id: u64| Statement {
        sql: "insert into surveys (id, revision, created, definition) values (?1, 1, 0, '{}')",
        parameters: vec![id.into()],
    };
    d1.run(&[webhooks::insert(&webhook), survey(1), survey(2)]).unwrap();
    d1
}

fn make(d1: &mut Sqlite, id: &str, survey: Option<u64>) -> AlertRow {
    let when = match survey {
        Some(_) => below(json!({})),
        None => json!({ "kind": "clv_below_cpa", "days": 7 }),
    };
    let rows = d1.run(&[alerts::insert(id, &given(when).unwrap(), survey, Instant(5))]).unwrap();
    alerts::alert(rows[0][0].clone()).unwrap()
}

/// Begins checks: the alerts, with what each is checked for.
fn begin(d1: &mut Sqlite, at: Instant, limit: u64) -> Vec<(AlertRow, String)> {
    let rows: Vec<Row> = d1.run(&alerts::begin(at, limit)).unwrap().remove(0);
    rows.into_iter().map(|row| alerts::begun(row).unwrap()).collect()
}

fn ids(begun: &[(AlertRow, String)]) -> Vec<&str> {
    begun.iter().map(|(row, _)| &row.id[15..]).collect()
}

const DAY: i64 = 86_400_000;

#[test]
fn an_alert_is_checked_again_after_a_release_a_report_of_facts_or_midnight_alone() {
    let mut d1 = database();
    for (id, survey) in [("1", Some(1)), ("2", Some(2)), ("3", None)] {
        make(&mut d1, &format!("{id:0>16}"), survey);
    }
    let check = |d1: &mut Sqlite, at: i64| -> String {
        let begun = begin(d1, Instant(at), 8);
        for (row, seen) in &begun {
            d1.run(&[alerts::end(row, &row.state, seen)]).unwrap();
        }
        ids(&begun).join("")
    };
    assert_eq!(check(&mut d1, 10), "123", "for the first time");
    assert_eq!(check(&mut d1, 20), "");
    let applied = |survey: u64, incarnation: &str, sequence: i64| Statement {
        sql: "insert into applied values (?1, ?2, ?3) on conflict do update set sequence = excluded.sequence",
        parameters: vec![survey.into(), incarnation.into(), sequence.into()],
    };
    d1.run(&[applied(1, "a", 1)]).unwrap();
    assert_eq!(check(&mut d1, 30), "1");
    d1.run(&[applied(2, "a", 1), applied(2, "b", 1)]).unwrap();
    assert_eq!(check(&mut d1, 40), "2");
    d1.run(&[applied(2, "b", 2)]).unwrap();
    assert_eq!(check(&mut d1, 50), "2");
    d1.run(&store_facts::replace(Day(1), &Channels::new())).unwrap();
    assert_eq!(check(&mut d1, 60), "3");
    d1.run(&store_facts::replace(Day(1), &Channels::new())).unwrap();
    assert_eq!(check(&mut d1, 70), "3");
    assert_eq!(check(&mut d1, DAY - 1), "");
    assert_eq!(check(&mut d1, DAY), "123");
}

#[test]
fn those_that_wait_longest_come_first_even_where_others_fail() {
    let mut d1 = database();
    for id in 1..=5 {
        make(&mut d1, &format!("{id:0>16}"), Some(1));
    }
    // None of these checks comes to its end.
    assert_eq!(ids(&begin(&mut d1, Instant(10), 2)), ["1", "2"]);
    assert_eq!(ids(&begin(&mut d1, Instant(20), 2)), ["3", "4"]);
    assert_eq!(ids(&begin(&mut d1, Instant(30), 2)), ["5", "1"]);
    assert_eq!(ids(&begin(&mut d1, Instant(40), 9)), ["2", "3", "4", "1", "5"]);
}

#[test]
fn of_two_checks_at_once_one_is_written_and_a_change_meanwhile_wins() {
    let mut d1 = database();
    let id = format!("{:0>16}", 1);
    make(&mut d1, &id, Some(1));
    let begun = begin(&mut d1, Instant(10), 8);
    assert_eq!(ids(&begin(&mut d1, Instant(10), 8)), ["1"], "it is not done yet");
    let (row, seen) = &begun[0];
    let raised = State { raised: Some(Instant(10)), ..State::default() };
    let ended = |d1: &mut Sqlite| d1.run(&[alerts::end(row, &raised, seen)]).unwrap()[0].len();
    assert_eq!([ended(&mut d1), ended(&mut d1)], [1, 0]);
    let now =
        |d1: &Sqlite| alerts::alert(d1.select(&alerts::select(&id)).unwrap()[0].clone()).unwrap();
    assert_eq!((now(&d1).state, now(&d1).checked), (raised.clone(), Some(Instant(10))));

    // The same condition under another name goes on; another condition begins anew.
    let renamed = Alert { name: "Another".to_owned(), ..row.alert.clone() };
    d1.run(&[alerts::replace(&id, &renamed, Some(1))]).unwrap();
    assert_eq!((now(&d1).alert, now(&d1).state), (renamed, raised.clone()));
    assert!(begin(&mut d1, Instant(20), 8).is_empty());
    let other = given(below(json!({ "limit": 31 }))).unwrap();
    d1.run(&[alerts::replace(&id, &other, Some(1))]).unwrap();
    assert_eq!((now(&d1).alert, now(&d1).state, now(&d1).checked), (other, State::default(), None));
    let (stale, _) = &begin(&mut d1, Instant(30), 8)[0];
    d1.run(&[alerts::replace(&id, &given(below(json!({ "limit": 32 }))).unwrap(), Some(1))])
        .unwrap();
    assert_eq!(d1.run(&[alerts::end(stale, &raised, "x")]).unwrap()[0].len(), 0);
    assert_eq!(now(&d1).state, State::default());
}

#[test]
fn alerts_go_with_their_survey_and_keep_their_webhook() {
    let mut d1 = database();
    for (id, survey) in [("1", Some(1)), ("2", Some(2)), ("3", None)] {
        make(&mut d1, &format!("{id:0>16}"), survey);
    }
    let left = |d1: &Sqlite| -> Vec<String> {
        let rows = d1.select(&alerts::select_of_webhook(WEBHOOK)).unwrap().into_iter();
        rows.map(|row| alerts::id(row).unwrap()[15..].to_owned()).collect()
    };
    d1.run(&[d1::delete_survey(1)]).unwrap();
    assert_eq!(left(&d1), ["2", "3"]);
    assert!(d1.run(&[webhooks::delete(WEBHOOK)]).unwrap()[0].is_empty());
    for id in ["2", "3"] {
        let gone = d1.run(&[alerts::delete(&format!("{id:0>16}"))]).unwrap();
        assert_eq!(gone[0].len(), 1);
    }
    assert_eq!(d1.run(&[webhooks::delete(WEBHOOK)]).unwrap()[0].len(), 1);
    assert!(matches!(
        given(json!({ "kind": "clv_below_cpa", "days": 7 })).unwrap().when.rule,
        Rule::ClvBelowCpa
    ));
}
