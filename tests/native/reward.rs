//! Rewards: codes that are genuine once, and lead to nobody.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use counterfoil::domain::key_ring::KeyRing;
use counterfoil::domain::ledger::{Changes, Ledger};
use counterfoil::domain::pseudonym::Secret;
use counterfoil::domain::reward::{REMEMBERED, Seed, code, decoy, read, redeemable_until};
use counterfoil::domain::survey::Texts;
use counterfoil::domain::time::{Day, Duration, Instant};
use counterfoil::store::{Value, d1, rewards};
use proptest::prelude::*;

use crate::sql::{entry, open};
use crate::sqlite::Sqlite;

const NEW: &str = "new-secret-of-at-least-thirty-two-bytes";
const OLD: &str = "old-secret-of-at-least-thirty-two-bytes";

fn ring(secret: &str) -> KeyRing {
    KeyRing::read(secret).unwrap()
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn seed(byte: u8) -> Seed {
    Seed::of([byte; 32])
}

#[test]
fn a_code_is_good_in_its_quarter_and_the_next_in_its_survey_alone() {
    let ring = ring(NEW);
    let given = code(ring.current(), "x", seed(1), day("2026-11-22"));
    assert_eq!(given.len(), 24);
    assert!(given.split('-').all(|group| group.len() == 4));
    let good = |survey, on| read(&ring, survey, &given, day(on)).is_some();
    for (on, expected) in [
        ("2026-10-01", true),
        ("2026-12-31", true),
        ("2027-01-01", true),
        ("2027-03-31", true),
        ("2027-04-01", false),
        ("2026-09-30", false),
    ] {
        assert_eq!(good("x", on), expected, "{on}");
    }
    assert!(!good("y", "2026-11-22"));
    for (given, until) in [
        ("2026-11-22", "2027-03-31"),
        ("2026-10-01", "2027-03-31"),
        ("2026-12-31", "2027-03-31"),
        ("2027-01-01", "2027-06-30"),
        ("2027-09-15", "2027-12-31"),
    ] {
        assert_eq!(redeemable_until(day(given)), day(until), "{given}");
        let given_then = code(ring.current(), "x", seed(1), day(given));
        assert!(read(&ring, "x", &given_then, day(until)).is_some());
        assert!(read(&ring, "x", &given_then, day(until).plus(1)).is_none());
    }
}

#[test]
fn how_a_code_is_written_makes_no_difference_and_any_other_is_none() {
    let ring = ring(NEW);
    let today = day("2026-11-22");
    let given = code(ring.current(), "x", seed(1), today);
    let genuine = read(&ring, "x", &given, today).unwrap();
    for written in [given.to_lowercase(), given.replace('-', ""), given.replace('-', " ")] {
        assert_eq!(read(&ring, "x", &written, today).as_ref(), Some(&genuine));
    }
    let mut others = vec![String::new(), "-".to_owned(), "A".repeat(20), decoy([7; 12])];
    others.push(format!("{given}-AAAA"));
    others.push(given[..19].to_owned());
    for (at, letter) in given.char_indices().filter(|(_, letter)| *letter != '-') {
        let other = if letter == 'A' { "B" } else { "A" };
        let mut changed = given.clone();
        changed.replace_range(at..=at, other);
        others.push(changed);
    }
    for other in others {
        assert_eq!(read(&ring, "x", &other, today), None, "{other}");
    }
    assert_eq!(decoy([7; 12]).len(), given.len());
}

/// Whether this code of survey 1 could be redeemed.
fn redeem(d1: &mut Sqlite, ring: &KeyRing, code: &str, today: Day) -> bool {
    let genuine = read(ring, "x", code, today).unwrap();
    !d1.select(&rewards::redeem(1, &genuine, today)).unwrap().is_empty()
}

#[test]
fn a_code_is_redeemed_once_whatever_key_and_quarter_it_is_of() {
    let mut d1 = Sqlite::d1();
    d1.run(&[d1::insert_survey(Instant(0), "{}")]).unwrap();
    let (old, new) = (ring(OLD), ring(&format!("{NEW} {OLD}")));
    let (autumn, winter) = (day("2026-11-22"), day("2027-01-22"));
    let first = code(old.current(), "x", seed(1), autumn);
    assert!(redeem(&mut d1, &old, &first, autumn));
    assert!(!redeem(&mut d1, &old, &first, autumn));
    assert!(!redeem(&mut d1, &new, &first, winter), "after the key was rotated");
    for again in
        [code(new.current(), "x", seed(1), winter), code(old.current(), "x", seed(1), winter)]
    {
        assert!(!redeem(&mut d1, &new, &again, winter), "given again");
    }
    assert!(redeem(&mut d1, &new, &code(new.current(), "x", seed(2), winter), winter));
}

#[test]
fn promise_9_that_a_code_was_redeemed_is_forgotten_after_a_year_and_not_used_after_that() {
    let mut d1 = Sqlite::d1();
    d1.run(&[d1::insert_survey(Instant(0), "{}")]).unwrap();
    let ring = ring(NEW);
    let today = day("2026-11-22");
    let given = |on| code(ring.current(), "x", seed(1), on);
    assert!(redeem(&mut d1, &ring, &given(today), today));
    let rows = |d1: &Sqlite| d1.rows("select expires from rewards");
    assert_eq!(rows(&d1), vec![vec![Value::from(today.plus(REMEMBERED).to_string())]]);
    let last = today.plus(REMEMBERED);
    d1.run(&[rewards::forget(last)]).unwrap();
    assert_eq!(rows(&d1).len(), 1);
    assert!(!redeem(&mut d1, &ring, &given(last), last));
    let overdue = last.plus(1);
    assert!(redeem(&mut d1, &ring, &given(overdue), overdue), "though it was not deleted");
    d1.run(&[rewards::forget(overdue.plus(REMEMBERED + 1))]).unwrap();
    assert_eq!(rows(&d1).len(), 0);
}

/// The seeds of entries that arrive together; `sql::entry` says who answers by which dice.
fn seeds(ledger: &mut Ledger, now: Instant, dice: [([u8; 4], u8); 2]) -> [Option<Seed>; 2] {
    let mut changes = Changes::default();
    ledger.advance(now, &mut changes);
    let group = dice.into_iter().map(|(dice, i)| entry(1, dice, i)).collect();
    let fresh = Secret::from_bytes([now.0.to_le_bytes()[3]; 32]);
    let marked = ledger.mark(now, group, &fresh, &mut changes);
    [marked[0].1.reward, marked[1].1.reward]
}

/// One person under two submission ids, under peppers in either order.
const ONE_PERSON: [([u8; 4], u8); 2] = [([0, 2, 0, 0], 0), ([1, 1, 0, 0], 1)];
/// Two people.
const TWO_PEOPLE: [([u8; 4], u8); 2] = [([0, 2, 0, 0], 0), ([0, 2, 0, 0], 1)];
/// Nobody in particular, twice under one submission id, and under two.
const ONE_SUBMISSION: [([u8; 4], u8); 2] = [([0, 0, 1, 0], 0), ([0, 5, 1, 0], 0)];
const TWO_SUBMISSIONS: [([u8; 4], u8); 2] = [([0, 0, 1, 0], 0), ([0, 0, 3, 0], 0)];

#[test]
fn a_submission_that_is_sent_again_gives_the_same_reward_and_another_another() {
    let (mut ledger, _) = open();
    ledger.survey.reward = Some(Texts::new());
    let now = ledger.head.created.plus(Duration(1));
    for (dice, same) in
        [(ONE_PERSON, true), (TWO_PEOPLE, false), (ONE_SUBMISSION, true), (TWO_SUBMISSIONS, false)]
    {
        let [one, other] = seeds(&mut ledger, now, dice);
        assert!(one.is_some() && other.is_some());
        assert_eq!(one == other, same, "{dice:?}");
    }
}

#[test]
fn promise_6_a_repeated_answer_of_a_person_gives_the_same_reward_until_the_window_is_over() {
    let (mut ledger, _) = open();
    let now = ledger.head.created.plus(Duration(1));
    let identified = |ledger: &mut Ledger, now| {
        let [one, other] = seeds(ledger, now, ONE_PERSON);
        assert_eq!(one, other);
        one
    };
    assert_eq!(identified(&mut ledger, now), None, "the survey has none");
    ledger.survey.reward = Some(Texts::new());
    let first = identified(&mut ledger, now);
    assert!(first.is_some());
    assert_eq!(identified(&mut ledger, now.plus(Duration::days(10))), first);
    let later = identified(&mut ledger, now.plus(Duration::days(31)));
    assert!(later.is_some() && later != first, "promise 10: another window, another code");
}

proptest! {
    #[test]
    fn no_text_breaks_the_reading_of_a_code(text in "\\PC{0,80}") {
        prop_assert_eq!(read(&ring(NEW), "x", &text, Day(20_000)), None);
    }
}
