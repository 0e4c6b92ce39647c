//! What a tick does to the pending buckets, whatever they hold.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::collections::BTreeMap;

use counterfoil::domain::bucket::{Bucket, Buckets, Key, LONGEST, Terms, Turn, stirs, turn};
use counterfoil::domain::pseudonym::Secret;
use counterfoil::domain::tally::{Cohort, OTHER, Tallies, UNATTRIBUTED};
use counterfoil::domain::time::{Duration, Instant};
use proptest::collection::btree_map;
use proptest::prelude::*;
use proptest::sample::select;

const TICK: Instant = Instant(1_800_000_000_000);
const PATIENCE: Duration = Duration::days(3);

fn key(question: &str, dimension: &str, segment: &str) -> Key {
    Key { question: question.to_owned(), cohort: Cohort::of(dimension, segment) }
}

fn terms(min_cohort: u64) -> Terms {
    Terms { tick: TICK, min_cohort, patience: PATIENCE }
}

/// A bucket whose every response has a tally of its own, which begins with the bucket's id.
fn bucket(id: u64, n: u64, waits: Duration, age: Duration, floor: u64) -> Bucket {
    let tallies = (0..n).map(|i| (format!("{id}.{i}"), 1)).collect();
    let (since, oldest) = (TICK.minus(waits), TICK.minus(age));
    let key = Secret::from_bytes([id as u8; 32]);
    Bucket { id, key, n, tallies: Tallies(tallies), since, oldest, floor }
}

fn young(id: u64, n: u64) -> Bucket {
    bucket(id, n, Duration(1), Duration(1), 5)
}

fn overdue(id: u64, n: u64) -> Bucket {
    bucket(id, n, PATIENCE, PATIENCE, 5)
}

fn run(buckets: &mut Buckets, terms: Terms) -> Turn {
    turn(buckets, &mut 1_000, terms)
}

/// Any buckets, and terms to turn them by.
fn any_buckets() -> impl Strategy<Value = (Buckets, Terms)> {
    let cohort = select(vec![
        ("channel", "web"),
        ("channel", "store"),
        ("channel", "(none)"),
        ("channel", OTHER),
        ("theme", "delivery"),
        ("theme", OTHER),
        ("", UNATTRIBUTED),
    ]);
    let place = (select(vec!["q", "r"]), cohort);
    let time = prop_oneof![
        3 => 0..LONGEST.0,
        1 => select(vec![0, 1, PATIENCE.0 - 1, PATIENCE.0, LONGEST.0 - 1, LONGEST.0]),
        1 => 0..2 * LONGEST.0,
    ];
    let one = (0_u64..12, time, 0_i64..=100, select(vec![5_u64, 6, 10]));
    (btree_map(place, one, 0..14), 5_u64..9).prop_map(|(all, min_cohort)| {
        let buckets = all.into_iter().enumerate().map(|(id, ((question, (d, s)), one))| {
            let (n, age, share, floor) = one;
            let waits = Duration(age * share / 100);
            (key(question, d, s), bucket(id as u64 + 1, n, waits, Duration(age), floor))
        });
        (buckets.collect(), terms(min_cohort))
    })
}

/// How often each response is among these tallies.
fn voices<'a>(all: impl Iterator<Item = &'a Tallies>) -> BTreeMap<String, u64> {
    let mut found = BTreeMap::new();
    for (key, count) in all.flat_map(|tallies| &tallies.0) {
        *found.entry(key.clone()).or_default() += count;
    }
    found
}

proptest! {
    #[test]
    fn promise_7_nothing_is_lost_or_doubled_by_a_tick((mut buckets, terms) in any_buckets()) {
        let before = buckets.clone();
        let turn = run(&mut buckets, terms);
        let overdue = |bucket: &&Bucket| bucket.oldest.plus(LONGEST) <= terms.tick;
        let kept = before.values().filter(|bucket| !overdue(bucket)).map(|b| &b.tallies);
        let sealed = turn.sealed.iter().map(|sealed| &sealed.tallies);
        let pending = buckets.values().map(|bucket| &bucket.tallies);
        prop_assert_eq!(voices(pending.chain(sealed)), voices(kept));
        for question in ["q", "r"] {
            let pending = |all: &Buckets| -> u64 {
                all.iter().filter(|(key, _)| key.question == question).map(|(_, b)| b.n).sum()
            };
            let sealed = turn.sealed.iter().filter(|s| s.question == question).map(|s| s.n);
            let expired = turn.expired.iter().filter(|(of, _)| of == question).map(|(_, n)| *n);
            let after = pending(&buckets) + sealed.sum::<u64>() + expired.sum::<u64>();
            prop_assert_eq!(pending(&before), after);
        }
        for bucket in buckets.values() {
            prop_assert_eq!(bucket.n, bucket.tallies.0.len() as u64);
        }
    }

    #[test]
    fn promise_4_no_small_cohort_is_ever_released((mut buckets, terms) in any_buckets()) {
        let before = buckets.clone();
        let turn = run(&mut buckets, terms);
        let mut seen = std::collections::BTreeSet::new();
        for sealed in &turn.sealed {
            prop_assert!(sealed.n >= terms.min_cohort && sealed.n >= 5);
            prop_assert_eq!(sealed.n, sealed.tallies.0.len() as u64, "each stands for itself");
            for voice in sealed.tallies.0.keys() {
                prop_assert!(seen.insert(voice.clone()), "sealed cohorts are disjoint");
                let id: u64 = voice.split('.').next().unwrap().parse().unwrap();
                let from = before.values().find(|bucket| bucket.id == id).unwrap();
                prop_assert!(sealed.n >= from.floor, "the floor when it was begun holds");
            }
        }
        let full = buckets.values().find(|b| b.n >= b.floor.max(terms.min_cohort));
        prop_assert_eq!(full, None, "what is full is sealed");
    }

    #[test]
    fn promise_4_what_happens_does_not_depend_on_answers((mut buckets, terms) in any_buckets()) {
        let mut blind = buckets.clone();
        blind.values_mut().for_each(|bucket| bucket.tallies = Tallies::default());
        let mut seen = run(&mut buckets, terms);
        let unseen = run(&mut blind, terms);
        seen.sealed.iter_mut().for_each(|sealed| sealed.tallies = Tallies::default());
        buckets.values_mut().for_each(|bucket| bucket.tallies = Tallies::default());
        prop_assert_eq!(seen, unseen);
        prop_assert_eq!(buckets, blind);
    }

    #[test]
    fn a_turn_says_which_buckets_are_gone_and_which_grew((mut buckets, terms) in any_buckets()) {
        let before = buckets.clone();
        let turn = run(&mut buckets, terms);
        let left = |id: u64| buckets.values().any(|bucket| bucket.id == id);
        for bucket in before.values() {
            prop_assert_eq!(turn.fates.gone().any(|id| id == bucket.id), !left(bucket.id));
        }
        for (key, bucket) in &buckets {
            let same = before.get(key) == Some(bucket);
            prop_assert_eq!(turn.grown.contains(key), !same);
        }
        let all: Vec<u64> = turn.fates.gone().collect();
        let mut gone = all.clone();
        gone.sort_unstable();
        gone.dedup();
        prop_assert_eq!(gone.len(), all.len(), "no bucket goes twice");
    }

    #[test]
    fn a_tick_before_it_stirs_leaves_all_as_it_is((buckets, terms) in any_buckets()) {
        let at = stirs(&buckets, terms.min_cohort, terms.patience);
        let turned = |tick: Instant| {
            let mut turned = buckets.clone();
            let turn = run(&mut turned, Terms { tick, ..terms });
            (turned != buckets, turn != Turn::default())
        };
        match at {
            None => prop_assert!(buckets.is_empty()),
            Some(at) if at > TICK => {
                prop_assert_eq!(turned(at.minus(Duration(1))), (false, false));
                prop_assert_eq!(turned(at), (true, true));
            }
            Some(_) => prop_assert_eq!(turned(TICK), (true, true)),
        }
    }

    #[test]
    fn promise_9_nothing_is_pending_for_more_than_30_days((mut buckets, terms) in any_buckets()) {
        let before = buckets.clone();
        let turn = run(&mut buckets, terms);
        prop_assert!(buckets.values().all(|bucket| bucket.oldest.plus(LONGEST) > terms.tick));
        for bucket in buckets.values() {
            for voice in bucket.tallies.0.keys() {
                let id: u64 = voice.split('.').next().unwrap().parse().unwrap();
                let from = before.values().find(|bucket| bucket.id == id).unwrap();
                prop_assert!(bucket.oldest <= from.oldest, "nobody gets younger by a merge");
            }
        }
        for voice in turn.sealed.iter().flat_map(|sealed| sealed.tallies.0.keys()) {
            let id: u64 = voice.split('.').next().unwrap().parse().unwrap();
            let from = before.values().find(|bucket| bucket.id == id).unwrap();
            prop_assert!(from.oldest.plus(LONGEST) > terms.tick, "what is overdue is never used");
        }
    }
}

#[test]
fn an_overdue_segment_goes_to_other_and_an_overdue_other_to_unattributed() {
    let mut buckets = Buckets::from([(key("q", "channel", "web"), overdue(1, 2))]);
    run(&mut buckets, terms(5));
    let other = key("q", "channel", OTHER);
    assert_eq!(buckets.keys().collect::<Vec<_>>(), [&other], "one step at a tick");
    let since = buckets[&other].since;
    assert_eq!(since, TICK, "waiting starts anew");
    assert_eq!(buckets[&other].oldest, TICK.minus(PATIENCE), "but nobody gets younger");

    let later = |wait: i64| Terms { tick: TICK.plus(Duration(wait)), ..terms(5) };
    run(&mut buckets, later(PATIENCE.0 - 1));
    assert!(buckets.contains_key(&other), "not before its patience is over");
    run(&mut buckets, later(PATIENCE.0));
    let last = key("q", "", UNATTRIBUTED);
    assert_eq!(buckets.keys().collect::<Vec<_>>(), [&last]);
    run(&mut buckets, later(3 * PATIENCE.0));
    assert_eq!(buckets[&last].n, 2, "there is nowhere wider to go");
}

#[test]
fn segments_that_fill_an_overdue_other_are_released_by_their_dimension() {
    let mut buckets = Buckets::from([
        (key("q", "channel", "web"), overdue(1, 2)),
        (key("q", "channel", "store"), overdue(2, 1)),
        (key("q", "channel", OTHER), overdue(3, 2)),
        (key("q", "theme", "delivery"), young(4, 3)),
        (key("r", "channel", "web"), overdue(5, 4)),
    ]);
    let turn = run(&mut buckets, terms(5));
    let sealed: Vec<_> = turn.sealed.iter().map(|s| (s.segment.as_str(), s.n)).collect();
    assert_eq!(sealed, [(OTHER, 5)]);
    assert_eq!(buckets[&key("q", "theme", "delivery")].n, 3, "the young wait");
    assert_eq!(buckets[&key("r", "channel", OTHER)].n, 4, "questions are never mixed");
}

#[test]
fn what_is_full_is_released_before_anything_is_merged_into_it() {
    let mut buckets = Buckets::from([
        (key("q", "channel", "web"), overdue(1, 2)),
        (key("q", "channel", OTHER), young(2, 5)),
    ]);
    let turn = run(&mut buckets, terms(5));
    assert_eq!(turn.sealed.iter().map(|s| s.n).collect::<Vec<_>>(), [5]);
    assert_eq!(buckets[&key("q", "channel", OTHER)].n, 2);
}

#[test]
fn an_empty_bucket_waits_for_nobody() {
    let mut empty = bucket(1, 0, PATIENCE, PATIENCE, 5);
    empty.add(&["9".to_owned()], TICK, 5);
    assert_eq!((empty.n, empty.since, empty.oldest), (1, TICK, TICK));
    empty.add(&["9".to_owned()], TICK.plus(Duration(7)), 8);
    assert_eq!((empty.n, empty.since, empty.oldest, empty.floor), (2, TICK, TICK, 8));
    // Nor does what is merged into it, or it itself, make anybody older.
    let other = key("q", "channel", OTHER);
    let web = key("q", "channel", "web");
    let mut buckets = Buckets::from([
        (web.clone(), overdue(1, 2)),
        (other.clone(), bucket(2, 0, Duration(1), PATIENCE, 5)),
    ]);
    run(&mut buckets, terms(5));
    assert_eq!((buckets[&other].since, buckets[&other].oldest), (TICK, TICK.minus(PATIENCE)));
    let mut buckets = Buckets::from([(web, overdue(1, 0)), (other.clone(), young(2, 2))]);
    run(&mut buckets, terms(5));
    assert_eq!(buckets[&other].oldest, TICK.minus(Duration(1)));
}

#[test]
fn promise_4_a_lowered_min_cohort_holds_for_buckets_begun_after_it() {
    let begun = bucket(1, 7, Duration(1), Duration(1), 10);
    let web = key("q", "channel", "web");
    let mut buckets = Buckets::from([(web.clone(), begun)]);
    assert!(run(&mut buckets, terms(5)).sealed.is_empty());
    // Nor does it become reachable by a merge into a bucket that was begun after.
    let old = bucket(1, 4, PATIENCE, PATIENCE, 10);
    let other = key("q", "channel", OTHER);
    let mut buckets = Buckets::from([(web, old), (other.clone(), young(2, 4))]);
    assert!(run(&mut buckets, terms(5)).sealed.is_empty());
    assert_eq!((buckets[&other].n, buckets[&other].floor), (8, 10));
}

#[test]
fn promise_4_a_raised_min_cohort_holds_at_once() {
    let mut buckets = Buckets::from([(key("q", "channel", "web"), young(1, 7))]);
    assert!(run(&mut buckets, terms(8)).sealed.is_empty());
    let sealed = run(&mut buckets, terms(7)).sealed;
    assert_eq!((sealed[0].n, sealed[0].min_cohort), (7, 7));
}

#[test]
fn promise_9_what_waits_for_30_days_is_discarded_whole_and_counted() {
    assert_eq!(LONGEST, Duration::days(30));
    let old = bucket(1, 40, Duration(1), LONGEST, 5);
    let mut buckets = Buckets::from([
        (key("q", "channel", "web"), old),
        (key("r", "channel", "web"), bucket(2, 3, Duration(1), Duration(LONGEST.0 - 1), 5)),
    ]);
    let turn = run(&mut buckets, terms(5));
    assert_eq!(turn.expired, [("q".to_owned(), 40)], "even if it were full");
    assert!(turn.sealed.is_empty());
    assert_eq!(buckets.len(), 1, "a millisecond earlier it waits on");
}

#[test]
fn every_way_to_a_wider_cohort_ends() {
    let mut cohort = Cohort::of("channel", "web");
    let mut way = vec![cohort.segment.clone()];
    while let Some(wider) = cohort.wider() {
        cohort = wider;
        way.push(cohort.segment.clone());
    }
    assert_eq!(way, ["web", OTHER, UNATTRIBUTED]);
}
