//! Drivers, from responses that go through the real draws and the real merging of cohorts: one that is
//! planted is found, and where there is none nothing is said. Seeded, so every run is the same.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::collections::BTreeMap;

use counterfoil::domain::bucket::{Bucket, Buckets, Key, Terms, turn};
use counterfoil::domain::insight::drivers::{Drivers, Found, drivers};
use counterfoil::domain::json::Json;
use counterfoil::domain::kpi::Counts;
use counterfoil::domain::kpi::quantile::{Confidence, student_at};
use counterfoil::domain::pseudonym::{Draw, Secret};
use counterfoil::domain::survey::Survey;
use counterfoil::domain::survey_json;
use counterfoil::domain::tally::{Cohort, OTHER, Sealed};
use counterfoil::domain::time::{Duration, Instant};
use serde_json::json;

use crate::numbers::Numbers;

const HOUR: i64 = 3_600_000;
const MIN_COHORT: u64 = 5;
/// Three dimensions, of so many segments.
const DIMENSIONS: [(&str, u64); 3] = [("channel", 3), ("region", 4), ("shop", 6)];

fn survey() -> Survey {
    let segments = |n: u64| (0..n).map(|i| format!("s{i}")).collect::<Vec<_>>();
    let dimensions: BTreeMap<_, _> =
        DIMENSIONS.iter().map(|(name, n)| (*name, segments(*n))).collect();
    parsed(&json!({
        "name": "A test's own",
        "questions": [{ "id": "recommend", "kind": "nps" }, { "id": "satisfied", "kind": "csat" },
                      { "id": "stars", "kind": "rating", "points": 5 }],
        "dimensions": dimensions,
    }))
}

fn parsed(definition: &serde_json::Value) -> Survey {
    survey_json::read(&Json::read(definition.to_string().as_bytes()).unwrap()).unwrap()
}

/// One of `n` segments, from 0; the weight of the i-th is 1/i, in sixtieths (Zipf's law).
fn segment(numbers: &mut Numbers, n: u64) -> u64 {
    let mut left = numbers.below((1..=n).map(|i| 60 / i).sum());
    let mut at = 1;
    while left >= 60 / at {
        left -= 60 / at;
        at += 1;
    }
    at - 1
}

/// One answer of those whose weights, of a hundred, are given.
fn answer(numbers: &mut Numbers, weights: &[(&str, u64)]) -> String {
    let mut left = numbers.below(100);
    let found = weights.iter().find(|(_, weight)| match left.checked_sub(*weight) {
        Some(rest) => {
            left = rest;
            false
        }
        None => true,
    });
    found.unwrap().0.to_owned()
}

/// A month of responses to three questions, hourly ticks: what is released of them. A fifth refuses
/// segments. In the second channel, so many more of a hundred are detractors, and so many fewer passives.
fn month(seed: u64, a_day: u64, planted: u64) -> BTreeMap<String, Found> {
    let numbers = &mut Numbers(seed);
    let mut found: BTreeMap<String, Found> = BTreeMap::new();
    let (mut buckets, mut next_id) = (Buckets::new(), 1);
    let hours = 30 * 24;
    // Each hour as many as fall to it when all are spread at random.
    let mut arrivals = vec![0; hours as usize];
    (0..a_day * 30).for_each(|_| arrivals[numbers.below(hours as u64) as usize] += 1);
    for (hour, count) in (0..hours).zip(arrivals) {
        let now = Instant(hour * HOUR);
        for _ in 0..count {
            let offers: Vec<(&str, u64)> = match numbers.below(5) {
                0 => Vec::new(),
                _ => DIMENSIONS.iter().map(|(name, n)| (*name, segment(numbers, *n))).collect(),
            };
            let worse = if offers.first() == Some(&("channel", 1)) { planted } else { 0 };
            let draw = Draw::new(numbers.next(), numbers.next());
            let cohort = draw
                .dimension(&offers)
                .map_or(Cohort::unattributed(), |(name, at)| Cohort::of(name, &format!("s{at}")));
            let score = [("9", 50), ("7", 30 - worse), ("3", 20 + worse)];
            let points = [("5", 50), ("4", 25), ("3", 12), ("2", 5), ("1", 8)];
            for (question, weights) in
                [("recommend", &score[..]), ("satisfied", &points[..]), ("stars", &points[..])]
            {
                let key = Key { question: question.to_owned(), cohort: cohort.clone() };
                let bucket = buckets.entry(key).or_insert_with(|| {
                    next_id += 1;
                    Bucket::begin(next_id, Secret::from_bytes([0; 32]), now, MIN_COHORT)
                });
                bucket.add(&[answer(numbers, weights)], now, MIN_COHORT);
            }
        }
        let tick = Instant((hour + 1) * HOUR);
        let terms = Terms { tick, min_cohort: MIN_COHORT, patience: Duration::days(3) };
        turn(&mut buckets, &mut next_id, terms).sealed.iter().for_each(|s| release(&mut found, s));
    }
    found
}

/// Adds a sealed cohort to what is released, as D1 does.
fn release(found: &mut BTreeMap<String, Found>, sealed: &Sealed) {
    let found = found.entry(sealed.question.clone()).or_default();
    let segments = found.dimensions.entry(sealed.dimension.clone()).or_default();
    let part = segments.entry(sealed.segment.clone()).or_default();
    for counts in [part, &mut found.total] {
        counts.n += sealed.n;
        sealed
            .tallies
            .0
            .iter()
            .for_each(|(k, n)| *counts.tallies.entry(k.clone()).or_default() += n);
    }
}

/// How many drivers a reply has.
fn listed(reply: &Drivers) -> usize {
    reply.kpis.iter().map(|kpi| kpi.drivers.len()).sum()
}

#[test]
fn a_planted_driver_is_found_in_most_months_and_is_first() {
    const RUNS: u64 = 40;
    let survey = survey();
    let mut hits = 0;
    for seed in 0..RUNS {
        let reply = drivers(&survey, &month(seed, 500, 15));
        let nps = &reply.kpis[0];
        let first = nps.drivers.first();
        let hit = first.is_some_and(|d| (&*d.dimension, &*d.segment) == ("channel", "s1"));
        // The segment has 30 of 110 (Zipf), and 15 points to gain.
        hits += u64::from(hit && first.unwrap().gain.range.low.unwrap() > 1.5);
    }
    assert!(hits * 10 >= RUNS * 8, "found in {hits} of {RUNS}");
}

#[test]
fn where_there_is_no_driver_none_is_listed_in_95_of_100_months() {
    const RUNS: u64 = 1_500;
    let survey = survey();
    let (mut alarms, mut compared) = (0, 0);
    for seed in 0..RUNS {
        let reply = drivers(&survey, &month(10_000 + seed, 60, 0));
        alarms += u64::from(listed(&reply) > 0);
        compared += reply.compared;
    }
    // 5 %, and two standard errors of so many runs.
    assert!(compared > 10 * RUNS as usize);
    assert!(alarms as f64 <= RUNS as f64 * (0.05 + 2.0 * (0.05 * 0.95 / RUNS as f64).sqrt()));
}

#[test]
fn the_quantiles_of_a_family_are_those_of_the_tables() {
    let of = |family| Confidence::of_all(family).unwrap();
    // z at 1 − 0.025/m, and t at 0.9995 with 30 degrees of freedom: 3.6460.
    for (family, z) in [(1, 1.959_963_985), (5, 2.575_829_304), (50, 3.290_526_731)] {
        assert!((of(family).z - z).abs() < 1e-8, "{family}: {}", of(family).z);
    }
    assert!((student_at(30.0, of(50)).unwrap() - 3.645_958_635).abs() < 1e-6);
    assert!((student_at(1e6, of(50)).unwrap() - 3.290_536).abs() < 1e-5);
    assert_eq!(Confidence::of_all(0), None);
}

fn counts(promoters: u64, detractors: u64, n: u64) -> Counts {
    let tallies = [("9", promoters), ("7", n - promoters - detractors), ("0", detractors)];
    Counts { n, tallies: tallies.map(|(key, count)| (key.to_owned(), count)).into() }
}

/// One question, whose dimension has these cohorts.
fn found(dimension: &str, cohorts: &[(&str, Counts)]) -> BTreeMap<String, Found> {
    let mut found = Found::default();
    for (segment, counts) in cohorts {
        found.total.n += counts.n;
        for (key, n) in &counts.tallies {
            *found.total.tallies.entry(key.clone()).or_default() += n;
        }
        let parts = found.dimensions.entry(dimension.to_owned()).or_default();
        parts.insert((*segment).to_owned(), counts.clone());
    }
    BTreeMap::from([("recommend".to_owned(), found)])
}

fn one_dimension() -> Survey {
    parsed(&json!({
        "name": "A test's own",
        "questions": [{ "id": "recommend", "kind": "nps" }],
        "dimensions": { "channel": ["app", "shop", "web"] },
    }))
}

#[test]
fn a_gain_is_the_share_times_what_the_rest_has_more() {
    let cohorts =
        [("app", counts(20, 50, 100)), ("web", counts(150, 50, 300)), (OTHER, counts(10, 10, 30))];
    let reply = drivers(&one_dimension(), &found("channel", &cohorts));
    assert_eq!(reply.compared, 2);
    let [app, web] = &reply.kpis[0].drivers[..] else { panic!("{reply:?}") };
    // The rest: 160 and 60 of 330, 30.3; own −30. Shares 100/430 and 130/430.
    assert_eq!((app.own.value, app.rest.value), (Some(-30.0), Some(30.3)));
    assert_eq!(app.difference, Some(60.3));
    assert_eq!((app.share.low, app.share.high), (Some(0.23), Some(0.3)));
    assert_eq!((app.gain.range.low, app.gain.range.high), (Some(14.02), Some(18.23)));
    let within = app.gain.interval.as_ref().unwrap();
    assert!(within.low < 14.02 && within.high > 18.23 && within.low > 0.0);
    assert!(!app.gain.lower_bound);
    // Who is ahead of the rest has nothing to gain from being like it.
    assert!(web.segment == "web" && web.gain.range.high.unwrap() < 0.0);
    assert!(web.gain.range.low.unwrap() < web.gain.range.high.unwrap());
}

#[test]
fn what_is_too_small_or_too_mixed_to_compare_is_left_out_and_said() {
    let reasons = |cohorts: &[(&str, Counts)]| {
        let reply = drivers(&one_dimension(), &found("channel", cohorts));
        let told = reply.left_out.into_iter().map(|l| (l.segment, l.reason));
        (reply.compared, told.collect::<Vec<_>>())
    };
    let some = |segment: &str, reason| (Some(segment.to_owned()), reason);
    let even = |n| counts(n / 2, n / 4, n);
    assert_eq!(
        reasons(&[("app", even(29)), ("web", even(71))]),
        (0, vec![some("app", "few_answers"), some("web", "few_in_rest"),])
    );
    assert_eq!(reasons(&[("app", even(30)), ("web", even(30))]), (2, vec![]));
    assert_eq!(reasons(&[("app", even(90)), ("(none)", even(90)), (OTHER, even(20))]).0, 1);
    assert_eq!(
        reasons(&[("app", even(90)), ("web", even(89)), (OTHER, even(20))]),
        (0, vec![(None, "much_in_other")])
    );
    let none = drivers(&one_dimension(), &BTreeMap::new());
    assert_eq!((none.kpis.len(), none.left_out[0].reason), (0, "no_answers"));
}

#[test]
fn a_theme_has_its_share_from_the_comments_and_its_gain_is_a_lower_bound() {
    let survey = parsed(&json!({
        "name": "A test's own",
        "questions": [{ "id": "recommend", "kind": "nps" }, { "id": "why", "kind": "comment" }],
        "themes": { "price": { "en": ["price"] } },
    }));
    let mut found =
        found("theme", &[("price", counts(10, 60, 100)), ("(none)", counts(150, 50, 300))]);
    let tallies = [("price".to_owned(), 160)].into();
    let total = Counts { n: 250, tallies };
    found.insert("why".to_owned(), Found { total, ..Found::default() });
    let reply = drivers(&survey, &found);
    let [price] = &reply.kpis[0].drivers[..] else { panic!("{reply:?}") };
    // 160 comments of 400 responses, not 100 of the 400 that drew the theme.
    assert_eq!((price.share.low, price.share.high), (Some(0.4), Some(0.4)));
    assert_eq!(price.gain.range.low, Some(33.33));
    assert!(price.gain.lower_bound);
}
