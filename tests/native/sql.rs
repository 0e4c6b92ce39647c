//! D1's schema and the statements that run there, and the Ledger's own storage, on real SQLite.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::collections::BTreeMap;

use counterfoil::domain::days::Days;
use counterfoil::domain::json::Json;
use counterfoil::domain::key_ring::KeyRing;
use counterfoil::domain::kpi::Counts;
use counterfoil::domain::ledger::{Batch, Changes, Entry, Head, Known, Ledger};
use counterfoil::domain::pseudonym::{Pseudonym, Secret, Subject, SubmissionId};
use counterfoil::domain::response::{Answer, Offer};
use counterfoil::domain::survey_json;
use counterfoil::domain::tally::{Sealed, Tallies};
use counterfoil::domain::time::{Day, Duration, Instant};
use counterfoil::store::roll_up::{Due, roll_up};
use counterfoil::store::{Row, Value, d1, ledger};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;

use crate::sqlite::{Sqlite, assert_same};

const DAY: Day = Day(20_000);

/// A D1 with the survey of number 1.
pub fn with_survey() -> Sqlite {
    let mut sqlite = Sqlite::d1();
    sqlite.run(&[d1::insert_survey(Instant(0), "{}")]).unwrap();
    sqlite
}

/// A sealed cohort of `min_cohort` 5.
pub fn sealed(question: &str, place: (&str, &str), n: u64, tallies: &[(&str, u64)]) -> Sealed {
    Sealed {
        question: question.to_owned(),
        dimension: place.0.to_owned(),
        segment: place.1.to_owned(),
        min_cohort: 5,
        n,
        tallies: Tallies(tallies.iter().map(|(key, n)| ((*key).to_owned(), *n)).collect()),
    }
}

fn batch(sequence: u64, cohorts: Vec<Sealed>) -> Batch {
    Batch { sequence, day: DAY, cohorts }
}

const WEB: (&str, &str) = ("channel", "web");

fn web(n: u64) -> Vec<Sealed> {
    vec![sealed("q", WEB, n, &[("9", n)])]
}

fn counts(sqlite: &Sqlite, by: Option<&str>) -> BTreeMap<String, d1::Released> {
    let tables = d1::select_released(1, DAY, DAY.plus(9), by);
    d1::released(tables.map(|statement| sqlite.select(&statement).unwrap())).unwrap()
}

fn everything(sqlite: &Sqlite) -> Vec<Row> {
    let tables = [
        "select * from surveys",
        "select * from cohorts",
        "select * from applied",
        "select * from months",
        "select * from notices",
    ];
    tables.iter().flat_map(|sql| sqlite.rows(sql)).collect()
}

#[test]
fn promise_7_a_batch_told_twice_is_added_once_for_ever() {
    let mut sqlite = with_survey();
    for (sequence, n) in [(1, 5), (2, 6), (3, 7)] {
        sqlite.run(&d1::apply(1, "a", &batch(sequence, web(n)))).unwrap();
    }
    let after = everything(&sqlite);
    for sequence in [3, 1, 2, 3] {
        sqlite.run(&d1::apply(1, "a", &batch(sequence, web(50)))).unwrap();
        assert_eq!(everything(&sqlite), after, "sequence {sequence}");
    }
    assert_eq!(counts(&sqlite, None)["q"].total.n, 18);
}

#[test]
fn promise_5_a_batch_adds_to_its_own_day_alone_and_a_month_is_the_sum_of_its_days() {
    let mut sqlite = with_survey();
    let days = |sqlite: &Sqlite| sqlite.rows("select day, n, tallies from cohorts order by day");
    let row = |at: String, n: u64| -> Row {
        vec![at.into(), n.into(), format!(r#"{{"9":{n}}}"#).as_str().into()]
    };
    let (first, second) = (DAY.to_string(), DAY.plus(1).to_string());
    for (sequence, day, n, expected) in [
        (1, DAY, 5, vec![row(first.clone(), 5)]),
        (2, DAY, 5, vec![row(first.clone(), 10)]),
        (3, DAY.plus(1), 10, vec![row(first.clone(), 10), row(second, 10)]),
    ] {
        let batch = Batch { sequence, day, cohorts: web(n) };
        sqlite.run(&d1::apply(1, "a", &batch)).unwrap();
        assert_eq!(days(&sqlite), expected);
    }
    // Equal days, too: nothing may be taken for the same.
    for cut in [DAY, DAY.plus(1), DAY.plus(1)] {
        sqlite.run(&roll_up(&[Due::new(1, cut, DAY.months_before(1))])).unwrap();
    }
    let months = sqlite.rows("select month, n, tallies from months");
    assert_eq!((months, days(&sqlite)), (vec![row(first[..7].to_owned(), 20)], vec![]));
}

#[test]
fn promise_7_another_incarnation_is_counted_from_its_own_first_batch() {
    let mut sqlite = with_survey();
    sqlite.run(&d1::apply(1, "a", &batch(9, web(5)))).unwrap();
    sqlite.run(&d1::apply(1, "b", &batch(1, web(6)))).unwrap();
    sqlite.run(&d1::apply(1, "b", &batch(1, web(6)))).unwrap();
    sqlite.run(&d1::apply(1, "a", &batch(9, web(5)))).unwrap();
    assert_eq!(counts(&sqlite, None)["q"].total.n, 11);
}

#[test]
fn promise_4_d1_refuses_a_small_release_even_of_a_cohort_that_is_there() {
    let mut sqlite = with_survey();
    sqlite.run(&d1::apply(1, "a", &batch(1, web(500)))).unwrap();
    let before = everything(&sqlite);
    let large = sealed("other", WEB, 8, &[("1", 8)]);
    let below_floor = Sealed { min_cohort: 9, ..sealed("q", WEB, 8, &[("9", 8)]) };
    let low_floor = Sealed { min_cohort: 4, ..sealed("q", WEB, 8, &[("9", 8)]) };
    let none = sealed("q", WEB, 0, &[]);
    let four = sealed("q", WEB, 4, &[("9", 4)]);
    for small in [four, below_floor, low_floor, none] {
        let refused = batch(2, vec![large.clone(), small.clone()]);
        assert!(sqlite.run(&d1::apply(1, "a", &refused)).is_err(), "{small:?}");
        assert_eq!(everything(&sqlite), before, "nothing of the batch is left");
    }
    sqlite.run(&d1::apply(1, "a", &batch(2, vec![large]))).unwrap();
}

#[test]
fn a_batch_with_one_cohort_twice_adds_both() {
    let mut sqlite = with_survey();
    let twice = [web(5), web(6)].concat();
    sqlite.run(&d1::apply(1, "a", &batch(1, twice))).unwrap();
    assert_eq!(counts(&sqlite, None)["q"].total.tallies["9"], 11);
}

#[test]
fn a_batch_for_a_deleted_survey_is_refused() {
    let none = Vec::<Row>::new();
    let mut sqlite = with_survey();
    sqlite.run(&d1::apply(1, "a", &batch(1, web(5)))).unwrap();
    sqlite.run(&[d1::delete_survey(1)]).unwrap();
    assert_eq!(everything(&sqlite), none, "all of it goes with the survey");
    assert!(sqlite.run(&d1::apply(1, "a", &batch(2, web(5)))).is_err());
    assert_eq!(everything(&sqlite), none);
    sqlite.run(&[d1::delete_survey(1)]).unwrap();
}

#[test]
fn the_number_of_a_deleted_survey_is_never_used_again() {
    let mut sqlite = with_survey();
    sqlite.run(&[d1::delete_survey(1)]).unwrap();
    let rows = sqlite.run(&[d1::insert_survey(Instant(7), "{}")]).unwrap().remove(0);
    let row = d1::survey(rows[0].clone()).unwrap();
    assert_eq!((row.id, row.revision, row.created), (2, 1, Instant(7)));
}

#[test]
fn an_older_revision_never_replaces_a_newer_one() {
    let mut sqlite = with_survey();
    for (revision, definition) in [(3, "three"), (2, "two"), (3, "again")] {
        sqlite.run(&[d1::update_survey(1, revision, definition)]).unwrap();
    }
    let row = sqlite.select(&d1::select_survey(1)).unwrap().remove(0);
    let row = d1::survey(row).unwrap();
    assert_eq!((row.revision, row.definition.as_str()), (3, "three"));
}

#[test]
fn surveys_are_listed_page_by_page() {
    let mut sqlite = Sqlite::d1();
    for _ in 0..5 {
        sqlite.run(&[d1::insert_survey(Instant(0), "{}")]).unwrap();
    }
    let page = |after, limit| {
        let rows = sqlite.select(&d1::list_surveys(after, limit, None)).unwrap();
        rows.into_iter().map(|row| d1::survey(row).unwrap().id).collect::<Vec<_>>()
    };
    assert_eq!(page(0, 2), [1, 2]);
    assert_eq!(page(2, 2), [3, 4]);
    assert_eq!(page(4, 2), [5]);
    let bound = sqlite.select(&d1::list_surveys(2, 2, Some(&[1, 3, 4, 5, 9]))).unwrap();
    let bound = bound.into_iter().map(|row| d1::survey(row).unwrap().id);
    assert_eq!(bound.collect::<Vec<_>>(), [3, 4]);
    assert_eq!(sqlite.select(&d1::list_surveys(0, 2, Some(&[]))).unwrap().len(), 0);
    let ids = sqlite.select(&d1::list_survey_ids(1, 3)).unwrap().into_iter();
    assert_eq!(ids.map(|row| d1::survey_id(row).unwrap()).collect::<Vec<_>>(), [2, 3, 4]);
    let last = sqlite.select(&d1::last_survey_id()).unwrap().remove(0);
    assert_eq!(d1::survey_id(last).unwrap(), 5);
}

#[test]
fn every_table_is_strict() {
    for sqlite in [Sqlite::d1(), Sqlite::ledger()] {
        let loose = sqlite.rows(
            "select name from pragma_table_list
              where schema = 'main' and strict = 0 and name not like 'sqlite_%'",
        );
        assert_eq!(loose, Vec::<Row>::new());
    }
}

#[test]
fn promise_2_d1_has_no_column_for_anything_of_a_respondent() {
    let columns = Sqlite::d1().rows(
        "select t.name || '.' || c.name from pragma_table_list t, pragma_table_info(t.name) c
          where t.schema = 'main' and t.name not like 'sqlite_%' order by t.name, c.cid",
    );
    let columns: Vec<_> = columns
        .into_iter()
        .map(|row| if let Value::Text(name) = &row[0] { name.clone() } else { panic!("{row:?}") })
        .collect();
    let known = [
        // How alerts stand: released and reported figures alone led to it.
        "alerts.id",
        "alerts.name",
        "alerts.webhook",
        "alerts.survey",
        "alerts.condition",
        "alerts.created",
        "alerts.revision",
        "alerts.raised",
        "alerts.known",
        "alerts.reason",
        "alerts.seen",
        "alerts.checked",
        "applied.survey",
        "applied.incarnation",
        "applied.sequence",
        "cohorts.survey",
        "cohorts.day",
        "cohorts.question",
        "cohorts.dimension",
        "cohorts.segment",
        "cohorts.min_cohort",
        "cohorts.n",
        "cohorts.tallies",
        // Figures that were released or reported, on their way to webhooks.
        "deliveries.id",
        "deliveries.webhook",
        "deliveries.alert",
        "deliveries.type",
        "deliveries.created",
        "deliveries.body",
        "deliveries.attempts",
        "deliveries.next",
        "deliveries.state",
        "deliveries.status",
        "deliveries.why",
        // The business's own aggregate numbers: no response reaches them.
        "engagement.one",
        "engagement.revision",
        "engagement.definition",
        "facts.day",
        "facts.channel",
        "facts.fact",
        "facts.value",
        "keys.id",
        "keys.name",
        "keys.scopes",
        "keys.surveys",
        "keys.created",
        "keys.hash",
        "months.survey",
        "months.month",
        "months.question",
        "months.dimension",
        "months.segment",
        "months.min_cohort",
        "months.n",
        "months.tallies",
        "notices.survey",
        "notices.hash",
        "notices.text",
        "notices.since",
        "reported.one",
        "reported.times",
        "rewards.survey",
        "rewards.mark",
        "rewards.expires",
        "surveys.id",
        "surveys.revision",
        "surveys.created",
        "surveys.definition",
        "surveys.rolled_through",
        "webhooks.id",
        "webhooks.name",
        "webhooks.url",
        "webhooks.key",
        "webhooks.created",
        "webhooks.disabled",
    ];
    assert_eq!(columns, known, "a new column needs a line in docs/privacy.md, and here");
}

fn key() -> impl Strategy<Value = String> {
    let odd =
        ["[0,1)", "[60,600]", "\"", "'", "a\"b", "\\", "", "é", "日本", "\u{1f600}", "$.a", "-1"];
    prop_oneof![select(odd.to_vec()).prop_map(str::to_owned), "[a-z0-9\\PC]{0,6}"]
}

/// What a batch may hold, of the questions `q` and `r`.
pub fn cohorts() -> impl Strategy<Value = Vec<Sealed>> {
    let place = select(vec![
        ("channel", "web"),
        ("channel", "(other)"),
        ("touchpoint", "a/b: c"),
        ("", "(unattributed)"),
    ]);
    let cohort = (select(vec!["q", "r"]), place, 5_u64..40, btree_map(key(), 0_u64..1 << 40, 0..5));
    let cohort = cohort.prop_map(|(question, place, n, tallies)| Sealed {
        tallies: Tallies(tallies),
        ..sealed(question, place, n, &[])
    });
    vec(cohort, 0..7)
}

/// What sealed cohorts add up to.
pub fn sum<'a>(cohorts: impl Iterator<Item = &'a Sealed>) -> Counts {
    let mut total = Counts::default();
    for cohort in cohorts {
        total.n += cohort.n;
        for (key, count) in &cohort.tallies.0 {
            *total.tallies.entry(key.clone()).or_default() += count;
        }
    }
    total
}

proptest! {
    #[test]
    fn tallies_add_up_key_by_key_and_totals_are_the_sum_of_cohorts(
        batches in vec((cohorts(), 0..9_i32), 1..6),
        range in (0..9_i32, 0..9_i32),
    ) {
        let mut sqlite = with_survey();
        sqlite.run(&[d1::insert_survey(Instant(0), "{}")]).unwrap();
        for (i, (cohorts, day)) in batches.iter().enumerate() {
            let day = DAY.plus(*day);
            let batch = Batch { sequence: i as u64 + 1, day, cohorts: cohorts.clone() };
            sqlite.run(&d1::apply(1, "a", &batch)).unwrap();
            sqlite.run(&d1::apply(2, "b", &batch)).unwrap();
        }
        let (from, to) = range;
        let all: Vec<&Sealed> = batches
            .iter()
            .filter(|(_, day)| (from..=to).contains(day))
            .flat_map(|(cohorts, _)| cohorts)
            .collect();
        for by in [None, Some("channel"), Some("touchpoint"), Some("unheard of"), Some("")] {
            let tables = d1::select_released(1, DAY.plus(from), DAY.plus(to), by);
            let tables = tables.map(|statement| sqlite.select(&statement).unwrap());
            let found = d1::released(tables).unwrap();
            for question in ["q", "r"] {
                let own = || all.iter().copied().filter(|cohort| cohort.question == question);
                let Some(found) = found.get(question) else {
                    prop_assert_eq!(own().count(), 0);
                    continue;
                };
                prop_assert_eq!(&found.total, &sum(own()));
                let by = by.unwrap_or_default();
                let drew = || own().filter(|one| !by.is_empty() && one.dimension == by);
                let mut segments: Vec<&String> = drew().map(|one| &one.segment).collect();
                segments.sort();
                segments.dedup();
                prop_assert_eq!(found.parts.keys().collect::<Vec<_>>(), segments);
                for (segment, counts) in &found.parts {
                    prop_assert_eq!(counts, &sum(drew().filter(|one| one.segment == *segment)));
                }
            }
        }
    }

    #[test]
    fn promise_7_a_ledger_is_loaded_as_it_was_written(
        history in vec((any::<[u8; 4]>(), -HOUR..40 * HOUR, 0_u8..8), 1..40),
    ) {
        let mut sqlite = Sqlite::ledger();
        prop_assert!(sqlite.load().is_none());
        let (mut ledger, changes) = open();
        sqlite.write(&ledger, &changes);
        let mut now = ledger.head.created;
        for (dice, time, act) in history {
            now = now.plus(Duration(time));
            let mut changes = Changes::default();
            ledger.advance(now, &mut changes);
            act_on(&mut ledger, &mut changes, &sqlite, now, dice, act);
            sqlite.write(&ledger, &changes);
            assert_same(&sqlite.load().unwrap(), &ledger);
        }
        let mut changes = Changes::default();
        ledger.delete(&mut changes);
        sqlite.write(&ledger, &changes);
        let loaded = sqlite.load().unwrap();
        prop_assert_eq!(&loaded.head, &ledger.head);
        prop_assert!(loaded.buckets.is_empty() && loaded.batches.is_empty());
        prop_assert!(loaded.window.is_none() && loaded.accounts.is_empty());
    }
}

pub const HOUR: i64 = 3_600_000;

fn definition(questions: &str) -> String {
    format!(
        r#"{{"name": "é \" ' \\", "questions": [{questions}], "dimensions": {{"channel": ["web"]}},
             "release": {{"every": "1h", "patience": "5h"}}, "notice": {{"text": {{"en": "x"}}}}}}"#
    )
}

/// A Ledger of two questions that ticks every hour.
pub fn open() -> (Ledger, Changes) {
    let definition = definition(r#"{"id": "q", "kind": "nps"}, {"id": "r", "kind": "yes_no"}"#);
    let survey = survey_json::read(&Json::read(definition.as_bytes()).unwrap()).unwrap();
    let head = Head {
        survey: 1,
        incarnation: "a".to_owned(),
        secret: Secret::from_bytes([1; 32]),
        created: Instant(1_700_000_000_000),
        revision: 1,
        definition,
        projected: 1,
        next_sequence: 1,
        next_bucket: 1,
        next_tick: Instant(1_700_000_000_000),
        windows_over: Instant(1_700_000_000_000),
        sweep_at: None,
        deleted: false,
    };
    Ledger::open(head, survey)
}

/// Does one of the things that change a Ledger.
fn act_on(
    ledger: &mut Ledger,
    changes: &mut Changes,
    sqlite: &Sqlite,
    now: Instant,
    dice: [u8; 4],
    act: u8,
) {
    match act {
        0 => {
            let front = ledger.batches.front().map(|batch| batch.sequence);
            ledger.delivered(front.unwrap_or(0), changes);
        }
        1 => ledger.projected(ledger.head.revision, changes),
        2 => {
            let text = definition(r#"{"id": "q", "kind": "nps"}"#);
            let survey = survey_json::read(&Json::read(text.as_bytes()).unwrap()).unwrap();
            ledger.revise(None, text, survey, changes).unwrap();
        }
        3 => ledger.swept(dice[0] == 0, changes),
        _ => {
            let group =
                (0..1 + dice[0] % 9).map(|i| entry(ledger.head.revision, dice, i)).collect();
            let fresh = Secret::from_bytes([dice[3]; 32]);
            let group = ledger.mark(now, group, &fresh, changes);
            let known = ledger::known(sqlite.select(&ledger::find_known(&group)).unwrap()).unwrap();
            ledger.take(now, &group, known, &fresh, changes);
        }
    }
}

/// An entry that follows from the dice.
pub fn entry(revision: u64, dice: [u8; 4], i: u8) -> Entry {
    // In one of two orders: a window goes over to no other pepper for that.
    let peppers = [["p".repeat(32), "q".repeat(32)], ["q".repeat(32), "p".repeat(32)]];
    let peppers = KeyRing::read(&peppers[usize::from(dice[0] % 2)].join(" ")).unwrap();
    let customer = Subject::of("s", &(dice[1] % 16 + i).to_string());
    let identified = dice[2].is_multiple_of(2);
    let answer = |question: &str, key: &str| Answer {
        question: question.to_owned(),
        keys: vec![key.to_owned(), format!("\"{i}'")],
    };
    let offer = Offer { dimension: "channel".to_owned(), segments: vec!["web".to_owned()] };
    Entry {
        revision,
        submission: SubmissionId::from_bytes([dice[2] % 64 + i; 16]),
        pseudonyms: if identified {
            Pseudonym::of_each(&peppers, "s", &customer)
        } else {
            Vec::new()
        },
        answers: vec![answer("q", "9"), answer("r", "yes")],
        offers: (!dice[1].is_multiple_of(3)).then_some(offer).into_iter().collect(),
        consent: answer("(consent) notice", "process_answers"),
    }
}

#[test]
fn promise_6_markers_are_found_again_and_no_others() {
    let mut sqlite = Sqlite::ledger();
    let (mut ledger, changes) = open();
    sqlite.write(&ledger, &changes);
    let now = ledger.head.created.plus(Duration(1));
    let mut changes = Changes::default();
    let first = [entry(1, [0, 0, 0, 0], 0), entry(1, [0, 0, 0, 0], 1)];
    let group = ledger.mark(now, first.into(), &Secret::from_bytes([9; 32]), &mut changes);
    ledger.take(now, &group, Known::default(), &Secret::from_bytes([9; 32]), &mut changes);
    sqlite.write(&ledger, &changes);
    let again = [entry(1, [0, 0, 0, 0], 1), entry(1, [0, 0, 0, 0], 2)];
    let group = ledger.mark(now, again.into(), &Secret::from_bytes([8; 32]), &mut changes);
    let known = ledger::known(sqlite.select(&ledger::find_known(&group)).unwrap()).unwrap();
    let (seen, fresh) = (&group[0].1, &group[1].1);
    let tick = ledger.head.next_tick;
    assert_eq!(known.submissions, BTreeMap::from([(seen.submission, tick)]));
    assert_eq!(known.persons, seen.person.into_iter().collect());
    assert!(!known.persons.contains(&fresh.person.unwrap()));
}

#[test]
fn all_dimensions_are_read_at_once_by_their_cohorts() {
    let mut sqlite = with_survey();
    let cohorts = vec![
        sealed("q", WEB, 5, &[("9", 5)]),
        sealed("q", ("channel", "a/b"), 6, &[("9", 6)]),
        sealed("q", ("region", "web"), 7, &[("8", 7)]),
        sealed("q", ("", "(unattributed)"), 8, &[("0", 8)]),
    ];
    sqlite.run(&d1::apply(1, "a", &batch(1, cohorts))).unwrap();
    let tables = d1::select_cohorts(1, Days { from: DAY, to: DAY.plus(9) });
    let mut all = d1::released(tables.map(|statement| sqlite.select(&statement).unwrap())).unwrap();
    let d1::Released { total, parts } = all.remove("q").unwrap();
    assert_eq!((total.n, &total), (26, &counts(&sqlite, None)["q"].total));
    let dimensions = d1::by_dimension(parts);
    for dimension in ["channel", "region"] {
        let parts = &counts(&sqlite, Some(dimension))["q"].parts;
        assert_eq!(&dimensions[dimension], parts, "{dimension}");
    }
    assert_eq!(dimensions["channel"]["a/b"].n, 6);
}
