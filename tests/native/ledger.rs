//! Single rules of the Ledger, each by itself; the simulation shows that they hold together.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use counterfoil::domain::ledger::{Changes, Due, Entry, Known, Ledger, SUBMISSION_LIFE, Verdict};
use counterfoil::domain::pseudonym::Secret;
use counterfoil::domain::response::Offer;
use counterfoil::domain::time::{Duration, Instant};

use crate::sql::{HOUR, entry, open};

/// So many anonymous responses arrive; the tick that they are promised.
fn answer(ledger: &mut Ledger, now: Instant, first: u8, count: u8) -> Instant {
    let mut changes = Changes::default();
    ledger.advance(now, &mut changes);
    let group = (first..first + count).map(|i| entry(1, [0, 0, 1, 0], i)).collect();
    let group = ledger.mark(now, group, &Secret::from_bytes([3; 32]), &mut changes);
    let verdicts =
        ledger.take(now, &group, Known::default(), &Secret::from_bytes([3; 32]), &mut changes);
    let Some(Verdict::Accepted { withdrawable_until, .. }) = verdicts.last() else { panic!() };
    assert!(verdicts.iter().all(|verdict| verdict == &verdicts[0]));
    *withdrawable_until
}

fn after(ledger: &Ledger, hours: i64) -> Instant {
    ledger.head.created.plus(Duration(hours * HOUR))
}

#[test]
fn a_clock_that_goes_back_brings_no_tick_back() {
    let (mut ledger, _) = open();
    let now = after(&ledger, 0).plus(Duration(1));
    assert_eq!(answer(&mut ledger, now, 0, 5), after(&ledger, 1));
    let now = after(&ledger, 1);
    ledger.advance(now, &mut Changes::default());
    assert_eq!(ledger.batches.len(), 1);
    let back = after(&ledger, 1).minus(Duration(10));
    assert_eq!(answer(&mut ledger, back, 5, 1), after(&ledger, 2), "that tick is over");
}

#[test]
fn promise_6_a_clock_that_goes_back_reopens_no_window() {
    let (mut ledger, _) = open();
    let person = |ledger: &mut Ledger, now: Instant| {
        let mut changes = Changes::default();
        ledger.advance(now, &mut changes);
        let group = vec![entry(1, [0, 0, 0, 0], 0)];
        let group = ledger.mark(now, group, &Secret::from_bytes([3; 32]), &mut changes);
        group[0].1.person.unwrap().0
    };
    let ends = after(&ledger, 30 * 24);
    assert_eq!(person(&mut ledger, ends.minus(Duration(1))), ends);
    assert_eq!(person(&mut ledger, ends), after(&ledger, 60 * 24));
    ledger.window = None;
    assert_eq!(person(&mut ledger, ends.minus(Duration(1))), after(&ledger, 60 * 24));
}

#[test]
fn promise_6_copies_of_one_submission_in_one_commit_count_once() {
    let (mut ledger, mut changes) = open();
    let (now, fresh) = (after(&ledger, 0).plus(Duration(1)), Secret::from_bytes([3; 32]));
    let copies = (0..3).map(|_| entry(1, [0, 0, 1, 0], 0)).collect();
    let group = ledger.mark(now, copies, &fresh, &mut changes);
    let verdicts = ledger.take(now, &group, Known::default(), &fresh, &mut changes);
    let fresh: Vec<bool> = verdicts
        .iter()
        .map(|verdict| match verdict {
            Verdict::Accepted { fresh, .. } => *fresh,
            _ => panic!(),
        })
        .collect();
    assert_eq!(fresh, [true, false, false], "one of them is passed on");
    assert_eq!((ledger.accounts["q"].accepted, changes.submissions.len()), (1, 1));
}

#[test]
fn promise_7_a_batch_is_confirmed_once_and_only_by_its_own_number() {
    let (mut ledger, _) = open();
    let now = after(&ledger, 0).plus(Duration(1));
    answer(&mut ledger, now, 0, 6);
    ledger.advance(after(&ledger, 1), &mut Changes::default());
    for (sequence, released) in [(0, 0), (2, 0), (1, 6), (1, 6), (2, 6)] {
        let mut changes = Changes::default();
        ledger.delivered(sequence, &mut changes);
        assert_eq!(ledger.accounts["q"].released, released, "sequence {sequence}");
        assert!(ledger.conserved());
    }
    assert!(matches!(ledger.due(), Due::Rest(_)));
}

#[test]
fn promise_5_a_late_tick_is_the_last_one_that_was_due() {
    let (mut ledger, _) = open();
    let now = after(&ledger, 0).plus(Duration(1));
    answer(&mut ledger, now, 0, 5);
    let late = after(&ledger, 49).plus(Duration(7));
    ledger.advance(late, &mut Changes::default());
    assert_eq!(ledger.batches[0].day, after(&ledger, 49).minus(Duration(1)).day());
    assert_eq!(ledger.head.next_tick, after(&ledger, 50));
}

#[test]
fn promise_9_a_submission_is_known_for_30_days_from_its_tick_swept_or_not() {
    let (mut ledger, _) = open();
    let now = after(&ledger, 0).plus(Duration(1));
    let tick = answer(&mut ledger, now, 0, 1);
    for (later, known) in [
        (tick.plus(SUBMISSION_LIFE), true),
        (tick.plus(Duration::days(30)).plus(Duration(1)), false),
    ] {
        let mut changes = Changes::default();
        ledger.advance(later, &mut changes);
        let group = vec![entry(1, [0, 0, 1, 0], 0)];
        let group = ledger.mark(later, group, &Secret::from_bytes([3; 32]), &mut changes);
        let mut stored = Known::default();
        stored.submissions.insert(group[0].1.submission, tick);
        let verdicts =
            ledger.take(later, &group, stored, &Secret::from_bytes([3; 32]), &mut changes);
        let replayed = Verdict::Accepted { withdrawable_until: tick, fresh: false };
        assert_eq!(verdicts[0] == replayed, known);
        assert_eq!(changes.submissions.is_empty(), known);
    }
}

#[test]
fn promise_5_a_revision_brings_no_tick_nearer_and_reopens_no_day() {
    let (mut ledger, _) = open();
    let reported = ledger.complete_through(after(&ledger, 0));
    assert_eq!(reported, after(&ledger, 0).day().plus(-1), "today is never over");
    ledger.survey.release.every = Duration::days(5);
    let now = after(&ledger, 0).plus(Duration(1));
    let promised = answer(&mut ledger, now, 0, 5);
    assert_eq!(promised, after(&ledger, 120));
    ledger.survey.release.every = Duration(HOUR);
    ledger.advance(promised.minus(Duration(1)), &mut Changes::default());
    assert!(ledger.batches.is_empty(), "they were promised their time");
    assert_eq!(answer(&mut ledger, now.plus(Duration(1)), 5, 1), promised);
}

#[test]
fn promise_3_of_all_that_is_offered_one_segment_is_counted_and_no_answer_beside_another() {
    let offer = |dimension: &str| Offer {
        dimension: dimension.to_owned(),
        segments: ["one", "other"].map(|segment| format!("{dimension} {segment}")).into(),
    };
    let offers = ["channel", "touchpoint", "theme"].map(offer);
    let mut drawn = BTreeSet::new();
    for i in 0..64 {
        let (mut ledger, mut changes) = open();
        let now = after(&ledger, 0).plus(Duration(1));
        let sent = Entry { offers: offers.to_vec(), ..entry(1, [0, 0, 1, 0], i) };
        let fresh = Secret::from_bytes([3; 32]);
        let group = ledger.mark(now, vec![sent], &fresh, &mut changes);
        ledger.take(now, &group, Known::default(), &fresh, &mut changes);
        let mut cohorts = Vec::new();
        for (question, answer) in [("q", "9"), ("r", "yes")] {
            let own = ledger.buckets.iter().filter(|(key, _)| key.question == question);
            let own: Vec<_> = own.collect();
            assert_eq!(own.len(), 1, "{question}: one cohort");
            let (key, bucket) = own[0];
            let tallies = [(answer.to_owned(), 1), (format!("\"{i}'"), 1)];
            assert_eq!(bucket.tallies.0, BTreeMap::from(tallies), "{question}: its answer alone");
            cohorts.push((key.cohort.dimension.clone(), key.cohort.segment.clone()));
        }
        assert_eq!(cohorts[0], cohorts[1], "all answers are in the same cohort");
        drawn.insert(cohorts.remove(0));
    }
    let all = offers.iter().flat_map(|offer| {
        offer.segments.iter().map(|segment| (offer.dimension.clone(), segment.clone()))
    });
    assert_eq!(drawn, all.collect(), "one of the segments that were given, any of them");
}

#[test]
fn promise_5_a_day_is_complete_once_d1_has_all_of_it_and_no_batch_belongs_to_it_any_more() {
    let (mut ledger, _) = open();
    let midnight = Instant(1_700_006_400_000);
    let today = midnight.day();
    (ledger.head.created, ledger.head.next_tick) = (midnight, midnight);
    let late = midnight.plus(Duration(23 * HOUR + 1));
    let tick = answer(&mut ledger, late, 0, 5);
    assert_eq!(tick, midnight.plus(Duration(24 * HOUR)), "the tick is at midnight");
    ledger.advance(tick, &mut Changes::default());
    assert_eq!(ledger.batches[0].day, today, "what was answered before is of the day before");
    assert_eq!(ledger.complete_through(tick), today.plus(-1), "D1 has not heard of it");
    ledger.delivered(1, &mut Changes::default());
    assert_eq!(ledger.complete_through(tick), today);
    let next = answer(&mut ledger, tick, 5, 5);
    ledger.advance(next, &mut Changes::default());
    assert_eq!(ledger.batches[0].day, today.plus(1), "what comes later is of a later day");
    assert_eq!(ledger.complete_through(next), today);
}

#[test]
fn promise_7_every_batch_waits_for_d1_under_a_number_of_its_own() {
    let (mut ledger, _) = open();
    for hour in 0..4_u8 {
        let now = after(&ledger, hour.into()).plus(Duration(1));
        answer(&mut ledger, now, 10 * hour, 5);
    }
    ledger.advance(after(&ledger, 4), &mut Changes::default());
    let waiting = |ledger: &Ledger| -> Vec<(u64, u64)> {
        ledger.batches.iter().map(|b| (b.sequence, b.cohorts[0].n)).collect()
    };
    assert_eq!(waiting(&ledger), [(1, 5), (2, 5), (3, 5), (4, 5)]);
    (1..=3).for_each(|sequence| ledger.delivered(sequence, &mut Changes::default()));
    for (hour, first, count) in [(4, 40, 6), (5, 50, 7)] {
        let now = after(&ledger, hour).plus(Duration(1));
        answer(&mut ledger, now, first, count);
        ledger.advance(after(&ledger, hour + 1), &mut Changes::default());
    }
    assert_eq!(waiting(&ledger), [(4, 5), (5, 6), (6, 7)], "no number is used twice");
    assert_eq!((ledger.accounts["q"].released, ledger.conserved()), (15, true));
}

#[test]
fn promise_10_every_window_has_a_secret_of_its_own_that_follows_from_nothing_that_is_kept() {
    let (mut ledger, _) = open();
    let mut windows = Vec::new();
    for (hours, random) in [(0, 3), (31 * 24, 4)] {
        let now = after(&ledger, hours).plus(Duration(1));
        let mut changes = Changes::default();
        ledger.advance(now, &mut changes);
        let group = vec![entry(1, [0, 0, 0, 0], 0)];
        let group = ledger.mark(now, group, &Secret::from_bytes([random; 32]), &mut changes);
        windows.push((ledger.window.clone().unwrap().secret, group[0].1.person.unwrap().1));
    }
    assert!(windows[0].0 != windows[1].0, "the secrets have nothing in common");
    assert!(windows[0].1 != windows[1].1, "nor have the markers of one person");
    let kept = [&ledger.head.secret, &windows[0].0];
    assert!(kept.iter().all(|secret| secret.for_window() != windows[1].0));
}
