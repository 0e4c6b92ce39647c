//! The KPIs against an independent implementation: `tests/fixtures/make_kpis.py` computed the same tables
//! with mpmath from the published formulas, and agreed with scipy and statsmodels.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use counterfoil::domain::days::Days;
use counterfoil::domain::kpi::comparison::Previous;
use counterfoil::domain::kpi::measure::Measure;
use counterfoil::domain::kpi::quantile::Confidence;
use counterfoil::domain::kpi::{Counts, Ends, Kpi, kpis, nps, ratio, shares};
use counterfoil::domain::survey::{ChoiceOption, Direction, Kind, Question};
use counterfoil::domain::time::Day;
use serde::Deserialize;

const REFERENCES: &str = include_str!("../fixtures/kpis.json");
const FAMILIES: &str = include_str!("../fixtures/families.json");

/// A line: the KPI, the tallies now and before, the value now and the ends of its interval, the change
/// and the ends of its interval, and whether it is significant.
#[derive(Deserialize)]
struct Reference(
    String,
    Vec<u64>,
    Vec<u64>,
    Option<f64>,
    Option<Ends>,
    Option<f64>,
    Option<Ends>,
    Option<bool>,
);

fn kind(kpi: &str) -> Kind {
    let option = |id: &str| ChoiceOption { id: id.to_owned(), label: BTreeMap::new() };
    match kpi {
        "nps" => Kind::Nps { map: None },
        "csat" => Kind::Csat { points: 5 },
        "ces" | "ces_easy" => Kind::Ces { points: 7, direction: Direction::EasyHigh },
        "rating" => Kind::Rating { points: 5 },
        "yes" => Kind::YesNo,
        "share" => {
            Kind::Choice { options: ["a", "b", "c", "d"].map(option).into(), multiple: false }
        }
        "mean" => {
            Kind::Number { unit: None, edges: vec![0, 1_000, 5_000, 15_000, 60_000, 600_000] }
        }
        other => panic!("no such KPI: {other}"),
    }
}

/// The first KPI of this name.
fn of(name: &str, tallies: &[u64]) -> Kpi {
    let kind = kind(name);
    let counts = Counts {
        n: tallies.iter().sum(),
        tallies: kind.keys().into_iter().zip(tallies.iter().copied()).collect(),
    };
    let (id, text) = ("q".to_owned(), BTreeMap::new());
    let question = Question { id, kind, text, required: false, show_if: None };
    kpis(&question, &[], &counts).into_iter().find(|kpi| kpi.kpi == name).unwrap()
}

/// The interval before it is rounded.
fn ends(kpi: &Kpi) -> Option<Ends> {
    match &kpi.measure {
        Measure::Score { promoters, detractors, n } => {
            nps::adjusted_wald(*promoters, *detractors, *n)
        }
        Measure::Share { part, n } => shares::wilson(*part, *n),
        Measure::Mean(sample) => sample.student_t(),
    }
}

/// The same to 1e-9: relative, or absolute below 1.
fn near(found: Option<Ends>, expected: Option<Ends>, why: &str) {
    assert_eq!(found.is_some(), expected.is_some(), "{why}");
    for (found, expected) in found.iter().flatten().zip(expected.iter().flatten()) {
        let off = (found - expected).abs() / expected.abs().max(1.0);
        assert!(off <= 1e-9, "{why}: {found} for {expected}");
    }
}

fn bits(value: Option<f64>) -> Option<u64> {
    value.map(f64::to_bits)
}

#[test]
fn every_value_interval_and_change_is_that_of_the_references() {
    let references: Vec<Reference> = serde_json::from_str(REFERENCES).unwrap();
    let mut seen = BTreeSet::new();
    let mut judged = [0, 0, 0];
    for Reference(name, now, before, value, interval, change, of_change, significant) in &references
    {
        let why = format!("{name} of {now:?} after {before:?}");
        let (now, before) = (of(name, now), of(name, before));
        assert_eq!(bits(now.value), bits(*value), "{why}");
        near(ends(&now), *interval, &why);
        let of = now.measure.change(&before.measure).map(|change| change.ends);
        near(of, *of_change, &why);
        let told =
            |ends: Option<Ends>| ends.map(|ends| ends.map(|end| ratio::rounded(end).unwrap()));
        let shown = now.interval.as_ref().map(|interval| [interval.low, interval.high]);
        assert_eq!(shown, told(ends(&now)), "{why}");

        let days = Days { from: Day(0), to: Day(6) };
        let previous = Previous::new(&now.measure, &before, days);
        assert_eq!(bits(previous.change), bits(*change), "{why}");
        assert_eq!(previous.significant, *significant, "{why}");
        assert_eq!((previous.value, previous.n), (before.value, before.n));
        let shown = previous.interval.map(|interval| [interval.low, interval.high]);
        assert_eq!(shown, told(of), "{why}");
        judged[significant.map_or(0, |significant| 1 + usize::from(significant))] += 1;
        seen.insert(name.as_str());
    }
    assert!(references.len() >= 200 && seen.len() == 8, "{} of {seen:?}", references.len());
    assert!(judged.iter().all(|judged| *judged > 50), "none, not, significant: {judged:?}");
}

/// A line: the KPI, how many intervals hold at once, the tallies now and before, the ends of both
/// intervals, and whether the sides differ by more than chance parts them.
#[derive(Deserialize)]
struct OfFamily(String, usize, Vec<u64>, Vec<u64>, Option<Ends>, Option<Ends>, bool);

#[test]
fn what_holds_with_others_at_once_is_that_of_the_references() {
    let references: Vec<OfFamily> = serde_json::from_str(FAMILIES).unwrap();
    let mut judged = [0, 0];
    for OfFamily(name, family, tallies, others, interval, change, parted) in &references {
        let why = format!("{name} of {tallies:?} after {others:?}, of {family}");
        let confidence = Confidence::of_all(*family).unwrap();
        let both: Vec<u64> = tallies.iter().zip(others).map(|(now, before)| now + before).collect();
        let [now, before, both] = [tallies, others, &both].map(|each| of(name, each).measure);
        near(now.interval_at(confidence), *interval, &why);
        let found = now.change_at(&before, confidence);
        near(found.map(|change| change.ends), *change, &why);
        assert_eq!(now.parted(&before, &both, confidence), Some(*parted), "{why}");
        judged[usize::from(*parted)] += 1;
    }
    assert!(references.len() >= 200 && judged.iter().all(|judged| *judged > 50), "{judged:?}");
}

#[test]
fn what_would_be_rounded_twice_is_not() {
    // 100/3 − 100/7 is 19.0476..; of the rounded values 33.33 − 14.29 it would be 19.04.
    let (now, before) = (of("yes", &[1, 2]), of("yes", &[1, 6]));
    let previous = Previous::new(&now.measure, &before, Days { from: Day(0), to: Day(0) });
    assert_eq!(previous.change, Some(19.05));
}
