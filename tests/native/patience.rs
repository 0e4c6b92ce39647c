//! What patience buys, and what a sweep by Sybils costs: the figures of `docs/privacy.md`, from the real
//! rules of the buckets. The document must say exactly what comes out here.
//!
//! Responses to one question arrive at random, as many at every hour of the day; a fifth refuses
//! segments; the others name a segment of every dimension, the second half as often as the first, the
//! third a third as often, and so on (Zipf's law). Ticks are hourly.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use counterfoil::domain::bucket::{Bucket, Buckets, Key, Terms, Turn, turn};
use counterfoil::domain::pseudonym::{Draw, Secret};
use counterfoil::domain::tally::{Cohort, OTHER, UNATTRIBUTED};
use counterfoil::domain::time::{Duration, Instant};

use crate::numbers::Numbers;

const DOCUMENT: &str = include_str!("../../docs/privacy.md");
const HOUR: i64 = 3_600_000;
const MIN_COHORT: u64 = 5;
/// Three dimensions, of so many segments.
const DIMENSIONS: &[usize] = &[3, 4, 6];

/// What one response offers: for each dimension a segment, or nothing where segments are refused.
type Offers = Vec<(String, String)>;

/// What a respondent offers in a survey of these dimensions.
fn offers(numbers: &mut Numbers, dimensions: &[usize]) -> Offers {
    if numbers.below(5) == 0 {
        return Vec::new();
    }
    let named = dimensions.iter().enumerate();
    named.map(|(i, n)| (format!("d{i}"), segment(numbers, *n as u64).to_string())).collect()
}

/// One of `n` segments; the weight of the i-th is 1/i, in sixtieths.
fn segment(numbers: &mut Numbers, n: u64) -> u64 {
    let mut left = numbers.below((1..=n).map(|i| 60 / i).sum());
    (1..n)
        .find(|i| match left.checked_sub(60 / i) {
            Some(rest) => {
                left = rest;
                false
            }
            None => true,
        })
        .unwrap_or(n)
}

/// The cohort that is drawn.
fn cohort(numbers: &mut Numbers, offers: &Offers) -> Cohort {
    let draw = Draw::new(numbers.next(), numbers.next());
    let drawn = draw.dimension(offers);
    drawn.map_or(Cohort::unattributed(), |(dimension, segment)| Cohort::of(dimension, segment))
}

/// The pending buckets of one question.
#[derive(Clone)]
struct Pending {
    buckets: Buckets,
    next_id: u64,
    patience: Duration,
}

impl Pending {
    fn new(patience: i64) -> Self {
        Self { buckets: Buckets::new(), next_id: 1, patience: Duration::days(patience) }
    }

    /// Counts one answer, whose tally is `voice`.
    fn count(&mut self, now: Instant, cohort: Cohort, voice: String) {
        let key = Key { question: "q".to_owned(), cohort };
        let bucket = self.buckets.entry(key).or_insert_with(|| {
            self.next_id += 1;
            Bucket::begin(self.next_id, Secret::from_bytes([0; 32]), now, MIN_COHORT)
        });
        bucket.add(&[voice], now, MIN_COHORT);
    }

    fn tick(&mut self, tick: Instant) -> Turn {
        let terms = Terms { tick, min_cohort: MIN_COHORT, patience: self.patience };
        turn(&mut self.buckets, &mut self.next_id, terms)
    }
}

/// So many arrivals, spread over so many hours: each hour's instants, in order.
fn arrivals(numbers: &mut Numbers, count: u64, hours: usize) -> Vec<Vec<Instant>> {
    let mut all = vec![Vec::new(); hours];
    for _ in 0..count {
        let at = numbers.below(hours as u64 * HOUR as u64) as i64;
        all[(at / HOUR) as usize].push(Instant(at));
    }
    all.iter_mut().for_each(|hour| hour.sort());
    all
}

/// The instant of the tick that ends an hour.
fn tick_of(hour: usize) -> Instant {
    Instant((hour as i64 + 1) * HOUR)
}

/// How many responses each cell is made of.
const RESPONSES: u64 = 6_000;

/// The share of responses released in a segment's cohort, in %, and the median hours from answer to release.
fn released(seed: u64, a_day: u64, patience: i64, dimensions: &[usize]) -> (f64, f64) {
    let numbers = &mut Numbers(seed);
    let hours = (RESPONSES * 24 / a_day) as usize;
    let mut pending = Pending::new(patience);
    let (mut named, mut waits) = (0_u64, Vec::new());
    let all = arrivals(numbers, RESPONSES, hours);
    // Hours without arrivals follow, in which the last are released or left over.
    for hour in 0..hours + 24 * 30 {
        for at in all.get(hour).into_iter().flatten() {
            let offers = offers(numbers, dimensions);
            let cohort = cohort(numbers, &offers);
            pending.count(*at, cohort, at.0.to_string());
        }
        for sealed in pending.tick(tick_of(hour)).sealed {
            let is_named = sealed.segment != OTHER && sealed.segment != UNATTRIBUTED;
            named += if is_named { sealed.n } else { 0 };
            for (at, n) in &sealed.tallies.0 {
                let wait = tick_of(hour).0 - at.parse::<i64>().unwrap();
                waits.extend(std::iter::repeat_n(wait, *n as usize));
            }
        }
    }
    waits.sort_unstable();
    let median = waits[waits.len() / 2] as f64 / HOUR as f64;
    (100.0 * named as f64 / waits.len() as f64, median)
}

fn hours(hours: f64) -> String {
    if hours < 48.0 { format!("{hours:.0} h") } else { format!("{:.1} d", hours / 24.0) }
}

#[test]
fn the_document_says_what_patience_buys() {
    let mut table = vec![
        "| responses a day | no dimension | patience 1 day | 3 days | 7 days |".to_owned(),
        "|---|---|---|---|---|".to_owned(),
    ];
    for (row, a_day) in [5_u64, 30, 100].into_iter().enumerate() {
        let seed = 1_000 * row as u64;
        let plain = released(seed, a_day, 3, &[]);
        let mut line = format!("| {a_day} | {} |", hours(plain.1));
        for patience in [1, 3, 7] {
            let (named, median) = released(seed + patience as u64, a_day, patience, DIMENSIONS);
            line.push_str(&format!(" {named:.0} %, {} |", hours(median)));
        }
        table.push(line);
    }
    assert_said(&table);
}

/// In how many of a hundred tries a sweep leaves one honest response alone in what is released.
fn isolated(seed: u64, a_day: u64, sybils: u64) -> f64 {
    const TRIES: usize = 300;
    const APART: usize = 5;
    let numbers = &mut Numbers(seed);
    let hours = 24 * 14 + TRIES * APART;
    let all = arrivals(numbers, a_day * hours as u64 / 24, hours + 24 * 30);
    let honest: Vec<Vec<(Instant, Cohort)>> = all
        .into_iter()
        .map(|hour| {
            let drawn = hour.into_iter().map(|at| {
                let offers = offers(numbers, DIMENSIONS);
                (at, cohort(numbers, &offers))
            });
            drawn.collect()
        })
        .collect();
    let mut pending = Pending::new(3);
    let mut alone = 0;
    for hour in 0..hours {
        // Some days of ordinary life come first.
        if hour >= 24 * 14 && hour % APART == 0 {
            alone += usize::from(attack(numbers, pending.clone(), &honest, hour, sybils));
        }
        for (at, cohort) in &honest[hour] {
            pending.count(*at, cohort.clone(), "honest".to_owned());
        }
        pending.tick(tick_of(hour));
    }
    100.0 * alone as f64 / TRIES as f64
}

/// In the hour `first` the attacker empties the buckets, in the next one the target answers and the
/// attacker fills its bucket. Whether the target is then the only honest one in its released cohort.
fn attack(
    numbers: &mut Numbers,
    mut pending: Pending,
    honest: &[Vec<(Instant, Cohort)>],
    first: usize,
    sybils: u64,
) -> bool {
    // The attacker knows what the target would name; whether it refuses segments is not known.
    let target = offers(numbers, DIMENSIONS);
    let segments: Offers = match target.is_empty() {
        true => {
            DIMENSIONS.iter().enumerate().map(|(i, _)| (format!("d{i}"), "0".to_owned())).collect()
        }
        false => target.clone(),
    };
    for (hour, honest) in honest.iter().enumerate().skip(first) {
        for (at, cohort) in honest {
            pending.count(*at, cohort.clone(), "honest".to_owned());
        }
        let tick = tick_of(hour);
        if hour <= first + 1 {
            for sybil in 0..sybils {
                // Every fourth refuses segments, the others name the target's.
                let own = if sybil % 4 == 0 { Offers::new() } else { segments.clone() };
                let drawn = cohort(numbers, &own);
                pending.count(tick.minus(Duration(1)), drawn, "sybil".to_owned());
            }
        }
        if hour == first + 1 {
            let drawn = cohort(numbers, &target);
            pending.count(tick.minus(Duration(2)), drawn, "target".to_owned());
        }
        for sealed in pending.tick(tick).sealed {
            if sealed.tallies.0.contains_key("target") {
                return !sealed.tallies.0.contains_key("honest");
            }
        }
    }
    false
}

#[test]
fn the_document_says_how_often_a_sweep_isolates_one_response() {
    let mut table = vec![
        "| responses a day | 20 responses an hour by the attacker | 40 | 100 |".to_owned(),
        "|---|---|---|---|".to_owned(),
    ];
    for (row, a_day) in [5_u64, 30, 100, 1_000].into_iter().enumerate() {
        let tries = [20, 40, 100].map(|sybils| isolated(7_000 + row as u64, a_day, sybils));
        let [few, more, many] = tries.map(|share| format!("{share:.0} %"));
        table.push(format!("| {a_day} | {few} | {more} | {many} |"));
    }
    assert_said(&table);
}

/// That the document has this table, to the letter.
fn assert_said(table: &[String]) {
    let table = table.join("\n");
    assert!(
        DOCUMENT.contains(&format!("\n\n{table}\n\n")),
        "docs/privacy.md must say:\n\n{table}\n"
    );
}
