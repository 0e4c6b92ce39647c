//! The KPIs: exact against an oracle of big rationals, their intervals against reference numbers.
//!
//! The reference intervals were computed with mpmath 1.3 at 40 digits from the published formulas,
//! those of Wilson and Student also with scipy 1.17 (`binomtest(k, n).proportion_ci`, `t.interval`),
//! which agreed.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeMap;

use counterfoil::domain::days::{Days, Step};
use counterfoil::domain::json::Json;
use counterfoil::domain::kpi::quantile::student;
use counterfoil::domain::kpi::shares::wilson;
use counterfoil::domain::kpi::{Beside, Counts, Kpi, Parts, kpis, nps, ratio, report, shares};
use counterfoil::domain::survey::{
    Benchmark, ChoiceOption, Direction, Kind, NpsAnswer, NpsMap, Question, Survey,
};
use counterfoil::domain::survey_json;
use counterfoil::domain::templates;
use counterfoil::domain::time::Day;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};
use proptest::prelude::*;
use serde_json::{Value, json, to_value};

const HUGE: u64 = 1 << 50;
const NPS: Kind = Kind::Nps { map: None };

fn question(kind: Kind) -> Question {
    let id = "q".to_owned();
    Question { id, kind, text: BTreeMap::new(), required: false, show_if: None }
}

/// The KPIs of `tallies` in the order of the scale, where everyone gave one answer.
fn of(kind: Kind, tallies: &[u64]) -> Vec<Kpi> {
    let tallies: BTreeMap<_, _> = kind.keys().into_iter().zip(tallies.iter().copied()).collect();
    kpis(&question(kind), &[], &Counts { n: tallies.values().sum(), tallies })
}

fn choice(ids: &[&str], multiple: bool) -> Kind {
    let option = |id: &&str| ChoiceOption { id: (*id).to_owned(), label: BTreeMap::new() };
    Kind::Choice { options: ids.iter().map(option).collect(), multiple }
}

fn minutes() -> Kind {
    let edges = vec![0, 1_000, 5_000, 15_000, 60_000, 600_000];
    Kind::Number { unit: Some("min".to_owned()), edges }
}

fn mapped() -> Kind {
    let label = |label: &str| NpsAnswer::Label(label.to_owned());
    let detractors = vec![NpsAnswer::Integer(1), NpsAnswer::Integer(2), label("bad")];
    let promoters = vec![label("good"), NpsAnswer::Integer(5)];
    Kind::Nps { map: Some(NpsMap { detractors, passives: vec![label("so-so")], promoters }) }
}

fn every_kind() -> Vec<Kind> {
    let ces = |points, direction| Kind::Ces { points, direction };
    vec![
        NPS,
        mapped(),
        Kind::Csat { points: 5 },
        ces(7, Direction::EasyHigh),
        ces(5, Direction::EffortHigh),
        Kind::Rating { points: 100 },
        choice(&["a", "b"], false),
        choice(&["a", "b"], true),
        Kind::YesNo,
        minutes(),
        Kind::Comment,
    ]
}

fn ends(kpi: &Kpi) -> Option<(f64, f64)> {
    kpi.interval.as_ref().map(|interval| (interval.low, interval.high))
}

pub fn ratio_of(numerator: impl Into<BigInt>, denominator: impl Into<BigInt>) -> BigRational {
    BigRational::new(numerator.into(), denominator.into())
}

/// `exact` to two decimals, half away from zero, written out as a decimal and read back.
pub fn oracle(exact: &BigRational) -> f64 {
    let hundredths = (exact.abs() * ratio_of(100, 1) + ratio_of(1, 2)).floor().to_integer();
    let [whole, rest]: [BigInt; 2] = [&hundredths / 100, &hundredths % 100];
    let sign = if exact.is_negative() && !hundredths.is_zero() { "-" } else { "" };
    format!("{sign}{whole}.{rest:02}").parse().unwrap()
}

fn same(value: Option<f64>, exact: &BigRational) {
    assert_eq!(value.map(f64::to_bits), Some(oracle(exact).to_bits()), "{exact}: {value:?}");
}

fn mean(xs: &[BigRational], tallies: &[u64]) -> BigRational {
    let sum: BigRational = xs.iter().zip(tallies).map(|(x, &n)| x * ratio_of(n, 1)).sum();
    sum / ratio_of(tallies.iter().sum::<u64>(), 1)
}

fn variance(xs: &[BigRational], tallies: &[u64]) -> BigRational {
    let centre = mean(xs, tallies);
    let squares: Vec<_> = xs.iter().map(|x| (x - &centre) * (x - &centre)).collect();
    let n = tallies.iter().sum::<u64>();
    mean(&squares, tallies) * ratio_of(n, n - 1)
}

/// A table of so many tallies with somebody in it: empty, few, many, or nearly unanimous.
fn table(keys: usize) -> impl Strategy<Value = Vec<u64>> {
    let tally = prop_oneof![
        3 => Just(0), 2 => Just(1), 4 => 0..50_u64, 2 => 0..1_000_000_u64, 1 => Just(HUGE), 1 => 0..HUGE
    ];
    prop::collection::vec(tally, keys).prop_filter("somebody", |t| t.iter().any(|&n| n > 0))
}

#[test]
fn the_reply_of_the_design_is_what_its_counts_give() {
    let [kpi] = &of(NPS, &[3, 0, 1, 2, 4, 6, 8, 12, 20, 23, 41])[..] else { panic!() };
    let expected = json!({
        "question": "q", "kpi": "nps", "value": 33.33, "unit": "points", "n": 120,
        "interval": {"low": 18.58, "high": 46.46, "level": 0.95, "method": "adjusted-wald"},
        "counts": {"0": 3, "1": 0, "2": 1, "3": 2, "4": 4, "5": 6, "6": 8, "7": 12, "8": 20, "9": 23, "10": 41},
        "classes": {"promoters": 64, "passives": 32, "detractors": 24},
        "definition": {"scale": [0, 10], "promoters": [9, 10], "detractors": [0, 6]}
    });
    assert_eq!(to_value(kpi).unwrap(), expected);
}

#[test]
fn counts_and_classes_keep_the_order_of_the_scale_on_the_wire() {
    let reply = serde_json::to_string(&of(NPS, &[1; 11])).unwrap();
    assert!(reply.contains(r#""counts":{"0":1,"1":1,"2":1,"3":1"#), "{reply}");
    assert!(
        reply.contains(r#""9":1,"10":1},"classes":{"promoters":2,"passives":2,"detractors":7}"#)
    );
}

#[test]
fn every_kpi_states_its_scale() {
    let ces = json!({"scale": [1, 7], "direction": "easy_high", "easy": [5, 7]});
    let effort = json!({"scale": [1, 5], "direction": "effort_high", "easy": [1, 2]});
    let share = |multiple: bool| json!({"multiple": multiple, "share_of": "answerers"});
    let map = json!({"promoters": ["good", 5], "passives": ["so-so"], "detractors": [1, 2, "bad"]});
    let expected: Vec<(&str, Value, Value)> = vec![
        (
            "nps",
            json!("points"),
            json!({"scale": [0, 10], "promoters": [9, 10], "detractors": [0, 6]}),
        ),
        ("nps", json!("points"), json!({"map": map})),
        ("csat", json!("%"), json!({"scale": [1, 5], "satisfied": [4, 5]})),
        ("ces", json!("points"), ces.clone()),
        ("ces_easy", json!("%"), ces),
        ("ces", json!("points"), effort.clone()),
        ("ces_easy", json!("%"), effort),
        ("rating", json!("points"), json!({"scale": [1, 100]})),
        ("share", json!("%"), share(false)),
        ("share", json!("%"), share(false)),
        ("share", json!("%"), share(true)),
        ("share", json!("%"), share(true)),
        ("yes", json!("%"), json!({"share_of": "answerers"})),
        (
            "mean",
            json!("min"),
            json!({"unit": "min", "edges": [0, 1, 5, 15, 60, 600], "from": "bin_midpoints"}),
        ),
        ("share", json!("%"), json!({"counted": "themes_only", "share_of": "answerers"})),
    ];
    let themes = ["delivery".to_owned()];
    let all = every_kind().into_iter();
    let all = all.flat_map(|kind| kpis(&question(kind), &themes, &Counts::default()));
    let stated =
        all.map(|kpi| (kpi.kpi, to_value(&kpi.unit).unwrap(), to_value(&kpi.definition).unwrap()));
    assert_eq!(stated.collect::<Vec<_>>(), expected);
}

#[test]
fn no_answers_have_no_value_and_never_zero() {
    for kind in every_kind() {
        for kpi in kpis(&question(kind), &["delivery".to_owned()], &Counts::default()) {
            let reply = to_value(&kpi).unwrap();
            assert!(reply["value"].is_null() && reply["interval"].is_null() && reply["n"] == 0);
            assert_eq!(reply.get("spread"), (kpi.kpi == "mean").then_some(&Value::Null));
            assert!(kpi.counts.0.iter().all(|(_, tally)| *tally == 0) && !kpi.counts.0.is_empty());
        }
    }
}

#[test]
fn what_is_not_on_the_scale_is_ignored() {
    for kind in every_kind() {
        let themes = ["delivery".to_owned()];
        let keys = if kind == Kind::Comment { themes.to_vec() } else { kind.keys() };
        let mut counts = Counts { n: keys.len() as u64, ..Counts::default() };
        counts.tallies.extend(keys.into_iter().map(|key| (key, 1)));
        let overlap = matches!(kind, Kind::Comment | Kind::Choice { multiple: true, .. });
        let question = question(kind);
        let before = kpis(&question, &themes, &counts);
        counts.tallies.extend(["101", "-1", "", "gone", "[0,2)"].map(|key| (key.to_owned(), 7)));
        counts.n += if overlap { 0 } else { 5 * 7 };
        assert_eq!(kpis(&question, &themes, &counts), before);
    }
}

#[test]
fn counts_beyond_all_bounds_do_not_panic() {
    for kind in every_kind() {
        let counts =
            |n| Counts { n, tallies: kind.keys().into_iter().zip([u64::MAX; 100]).collect() };
        kpis(&question(kind.clone()), &["delivery".to_owned()], &counts(u64::MAX));
        kpis(&question(kind.clone()), &[], &counts(0));
    }
    let extremes = Kind::Number { unit: None, edges: vec![i64::MIN, 0, i64::MAX - 1, i64::MAX] };
    for tally in [1, 2, HUGE, u64::MAX] {
        of(extremes.clone(), &[tally, 0, 0]);
        of(extremes.clone(), &[0, 0, tally]);
    }
    of(Kind::Number { unit: None, edges: Vec::new() }, &[]);
}

#[test]
fn ties_round_away_from_zero_on_both_sides() {
    same(ratio::Ratio::new(-1, 200).unwrap().rounded(), &ratio_of(-1, 200));
    assert_eq!(nps::score(0, 1, 800).value, Some(-0.13));
    assert_eq!(shares::share(1, 800).value, Some(0.13));
    assert_eq!(of(Kind::Rating { points: 2 }, &[199, 1])[0].value, Some(1.01));
    assert!(nps::score(0, 1, HUGE).value.unwrap().is_sign_positive(), "never -0");
    for n in [1_u64, 3, 7, 8, 16, 160, 400, 800, 1600] {
        for part in 0..=n {
            same(shares::share(part, n).value, &ratio_of(100 * part, n));
            same(nps::score(part, 0, n).value, &ratio_of(100 * part, n));
            same(nps::score(0, part, n).value, &ratio_of(-100 * part as i64, n));
        }
    }
    assert_eq!(
        [2.675, -2.675, -0.001, 1e15].map(ratio::rounded),
        [2.68, -2.68, 0.0, 1e15].map(Some)
    );
    assert_eq!([f64::NAN, f64::INFINITY].map(ratio::rounded), [None, None]);
}

#[test]
fn top_boxes_and_easy_sides_are_the_stated_ones() {
    for (points, first) in [(3, 3), (4, 3), (5, 4), (6, 5), (7, 6), (10, 8)] {
        let [kpi] = &of(Kind::Csat { points }, &vec![1; points as usize])[..] else { panic!() };
        let satisfied = (points - first + 1) as u64;
        assert_eq!(to_value(&kpi.definition).unwrap()["satisfied"], json!([first, points]));
        assert_eq!(
            kpi.classes.as_ref().unwrap().0,
            [("satisfied", satisfied), ("other", first as u64 - 1)]
        );
        same(kpi.value, &ratio_of(100 * satisfied, points));
    }
    for (points, boxes) in [(5, 2), (7, 3)] {
        for direction in [Direction::EasyHigh, Direction::EffortHigh] {
            let mut tallies = vec![0; points as usize];
            let easy =
                if direction == Direction::EasyHigh { points - boxes..points } else { 0..boxes };
            tallies[easy.start as usize..easy.end as usize].fill(5);
            let kpis = of(Kind::Ces { points, direction }, &tallies);
            assert_eq!(
                (kpis[1].kpi, kpis[1].value, kpis[1].n),
                ("ces_easy", Some(100.0), 5 * boxes as u64)
            );
            assert_eq!(kpis[0].definition, kpis[1].definition);
        }
    }
}

#[test]
fn several_choices_and_themes_are_shares_of_those_who_answered() {
    let tallies = |keys: &[&str]| keys.iter().map(|key| ((*key).to_owned(), 30)).collect();
    let counts = Counts { n: 40, tallies: tallies(&["a", "b"]) };
    let shares = kpis(&question(choice(&["a", "b", "c"], true)), &[], &counts);
    let of_option = |kpi: &Kpi| (kpi.option.clone().unwrap(), kpi.value.unwrap(), kpi.n);
    let expected =
        [("a", 75.0), ("b", 75.0), ("c", 0.0)].map(|(id, value)| (id.to_owned(), value, 40));
    assert_eq!(shares.iter().map(of_option).collect::<Vec<_>>(), expected);
    let themes = ["price".to_owned(), "delivery".to_owned()];
    let counts = Counts { n: 40, tallies: tallies(&["delivery", "retired"]) };
    let shares = kpis(&question(Kind::Comment), &themes, &counts);
    let of_theme = |kpi: &Kpi| (kpi.theme.clone().unwrap(), kpi.value.unwrap());
    assert_eq!(
        shares.iter().map(of_theme).collect::<Vec<_>>(),
        [(themes[0].clone(), 0.0), (themes[1].clone(), 75.0)]
    );
    assert_eq!(shares[0].counts.0, [(themes[0].clone(), 0), (themes[1].clone(), 30)]);
}

#[test]
fn a_breakdown_says_how_much_of_the_total_it_speaks_for() {
    let question = question(Kind::Ces { points: 5, direction: Direction::EasyHigh });
    let counts = |one, five| Counts {
        n: one + five,
        tallies: [("1".to_owned(), one), ("5".to_owned(), five)].into(),
    };
    let web = counts(11, 20);
    let cohorts =
        Parts::from([("web".to_owned(), web.clone()), ("(other)".to_owned(), counts(12, 0))]);
    let by = |cohorts| Beside { by: Some(("channel", cohorts)), ..Beside::default() };
    let reported = report(&question, &[], &counts(40, 80), by(&cohorts));
    let web = kpis(&question, &[], &web);
    assert_eq!(reported.len(), 2);
    for (kpi, web) in reported.iter().zip(&web) {
        let breakdown = kpi.breakdown.as_ref().unwrap();
        assert_eq!((breakdown.dimension.as_str(), breakdown.sampled), ("channel", Some(0.36)));
        assert_eq!(breakdown.cohorts[1], web.cohort("web"));
        assert_eq!(
            (breakdown.cohorts[0].segment.as_str(), breakdown.cohorts[0].n),
            ("(other)", 12)
        );
    }
    assert_eq!(web[1].value, Some(64.52));
    assert_eq!(
        report(&question, &[], &counts(40, 80), Beside::default()),
        kpis(&question, &[], &counts(40, 80))
    );
    let empty = &report(&question, &[], &counts(0, 0), by(&Parts::new()))[0];
    assert_eq!(
        to_value(&empty.breakdown).unwrap(),
        json!({"dimension": "channel", "sampled": null, "cohorts": []})
    );
}

#[test]
fn a_series_has_every_step_and_one_without_answers_has_no_value() {
    let day = |text| Day::parse(text).unwrap();
    let range = Days { from: day("2026-11-04"), to: day("2026-11-17") };
    let steps = range.steps(Step::Week, day("2026-01-01"));
    let counts = |yes, no| Counts {
        n: yes + no,
        tallies: [("yes".to_owned(), yes), ("no".to_owned(), no)].into(),
    };
    let parts = Parts::from(
        [("2026-11-02", counts(3, 5)), ("2026-11-16", counts(7, 0))]
            .map(|(key, counts)| (key.to_owned(), counts)),
    );
    let beside = Beside { series: Some((&steps, &parts)), ..Beside::default() };
    let [kpi] = &report(&question(Kind::YesNo), &[], &counts(10, 5), beside)[..] else { panic!() };
    assert_eq!(
        to_value(&kpi.series).unwrap(),
        json!([
            {"from": "2026-11-04", "to": "2026-11-08", "value": 37.5, "n": 8,
             "interval": {"low": 13.68, "high": 69.43, "level": 0.95, "method": "wilson"}},
            {"from": "2026-11-09", "to": "2026-11-15", "value": null, "n": 0, "interval": null},
            {"from": "2026-11-16", "to": "2026-11-17", "value": 100.0, "n": 7,
             "interval": {"low": 64.57, "high": 100.0, "level": 0.95, "method": "wilson"}},
        ])
    );
}

#[test]
fn a_change_is_judged_where_both_sides_have_answers_and_else_said_to_be_unknown() {
    let counts = |one, five| Counts {
        n: one + five,
        tallies: [("1".to_owned(), one), ("5".to_owned(), five)].into(),
    };
    let days = Days { from: Day(0), to: Day(6) };
    let previous = |now: (u64, u64), before: (u64, u64)| {
        let (now, before) = (counts(now.0, now.1), counts(before.0, before.1));
        let beside = Beside { previous: Some((days, &before, &Parts::new())), ..Beside::default() };
        let all = report(&question(Kind::Rating { points: 5 }), &[], &now, beside);
        to_value(&all[0].previous).unwrap()
    };
    let unknown = json!({
        "from": "1970-01-01", "to": "1970-01-07", "value": null, "n": 0, "change": null,
        "significant": null, "method": "welch", "interval": null
    });
    assert_eq!(previous((3, 9), (0, 0)), unknown);
    assert_eq!(previous((0, 0), (0, 0)), unknown);
    let gone = previous((0, 0), (1, 3));
    assert_eq!(
        (&gone["value"], &gone["n"], &gone["change"]),
        (&json!(4.0), &json!(4), &json!(null))
    );
    // All the same on both sides: the largest fall that there can be is no accident.
    let unanimous = previous((9, 0), (0, 9));
    assert_eq!((&unanimous["change"], &unanimous["significant"]), (&json!(-4.0), &json!(true)));
    assert_eq!(
        (&unanimous["method"], &unanimous["interval"]["high"]),
        (&json!("pitman"), &json!(-1.95))
    );
    // But three of each may be: one way of ten to deal them out is as far apart.
    assert_eq!(previous((3, 0), (0, 3))["significant"], json!(false));
    // Nothing has changed, and nothing tells how certain that is.
    let same = previous((0, 9), (0, 9));
    assert_eq!((&same["change"], &same["significant"]), (&json!(0.0), &json!(null)));
    assert_eq!(previous((20, 100), (60, 60))["significant"], json!(true));
    assert_eq!(previous((20, 40), (22, 38))["significant"], json!(false));
}

#[test]
fn a_segment_is_compared_with_itself_in_the_period_before() {
    let counts = |one, five| Counts {
        n: one + five,
        tallies: [("1".to_owned(), one), ("5".to_owned(), five)].into(),
    };
    let now: Parts = [("app".to_owned(), counts(5, 15)), ("web".to_owned(), counts(9, 1))].into();
    let before: Parts =
        [("app".to_owned(), counts(10, 10)), ("shop".to_owned(), counts(7, 0))].into();
    let (total, total_before) = (counts(14, 16), counts(17, 10));
    let days = Days { from: Day(0), to: Day(6) };
    let of = |beside| report(&question(Kind::Rating { points: 5 }), &[], &total, beside).remove(0);
    let by = Some(("channel", &now));
    let kpi =
        of(Beside { by, previous: Some((days, &total_before, &before)), ..Beside::default() });
    let cohorts = kpi.breakdown.unwrap().cohorts;
    assert_eq!(cohorts.iter().map(|c| c.segment.as_str()).collect::<Vec<_>>(), ["app", "web"]);
    // As if the segment were all that there is.
    let alone = |segment: &str| {
        let none = Counts::default();
        let (now, before) = (&now[segment], before.get(segment).unwrap_or(&none));
        let beside = Beside { previous: Some((days, before, &Parts::new())), ..Beside::default() };
        report(&question(Kind::Rating { points: 5 }), &[], now, beside).remove(0).previous
    };
    for cohort in &cohorts {
        assert_eq!(cohort.previous, alone(&cohort.segment), "{}", cohort.segment);
    }
    let [app, web] = &cohorts[..] else { panic!() };
    assert_eq!(app.previous.as_ref().unwrap().change, Some(1.0), "4 after 3");
    assert_eq!(web.previous.as_ref().unwrap().change, None, "nobody answered there before");
    let without = of(Beside { by, ..Beside::default() });
    assert!(without.breakdown.unwrap().cohorts.iter().all(|cohort| cohort.previous.is_none()));
}

#[test]
fn a_benchmark_is_told_beside_its_kpi_alone_with_the_exact_difference() {
    let counts = |keys: &[&str], n| Counts {
        n,
        tallies: keys.iter().map(|key| ((*key).to_owned(), n / 3)).collect(),
    };
    let benchmark = |kpi: &str, option: Option<&str>, value| Benchmark {
        question: "q".to_owned(),
        kpi: kpi.to_owned(),
        option: option.map(str::to_owned),
        theme: None,
        value,
        source: "A report".to_owned(),
        year: Some(2025),
    };
    let benchmarks = [benchmark("share", Some("b"), 33_335), benchmark("ces", None, 1_000)];
    let beside = Beside { benchmarks: &benchmarks, ..Beside::default() };
    let kind = choice(&["a", "b", "c"], false);
    let told = |counts| {
        let all = report(&question(kind.clone()), &[], &counts, beside);
        all.iter().map(|kpi| to_value(&kpi.benchmark).unwrap()).collect::<Vec<_>>()
    };
    // 100/3 − 33.335 = −0.0016..: rounded once, it is 0; of the rounded value it would be −0.01.
    let expected = json!({"value": 33.335, "difference": 0.0, "source": "A report", "year": 2025});
    assert_eq!(told(counts(&["a", "b", "c"], 9)), [json!(null), expected, json!(null)]);
    assert_eq!(told(counts(&[], 0))[1]["difference"], json!(null));
}

#[test]
fn what_a_visit_shows_is_named_where_all_of_the_template_is_asked() {
    let survey = |text: &str| survey_json::read(&Json::read(text.as_bytes()).unwrap()).unwrap();
    let named = |survey: &Survey| {
        let kpis = survey.questions.iter().flat_map(|question| {
            let measures = templates::behaviour(survey, &question.id);
            report(question, &[], &Counts::default(), Beside { measures, ..Beside::default() })
        });
        kpis.map(|kpi| (kpi.kpi, to_value(&kpi.definition).unwrap()["measures"].clone()))
            .collect::<Vec<_>>()
    };
    let own = r#""questions": [{"id": "why", "kind": "yes_no"}]"#;
    let visits = survey(&format!(r#"{{"name": "x", "template": "visits", {own}}}"#));
    assert_eq!(
        named(&visits),
        [
            ("mean", json!("average_duration")),
            ("mean", json!("pages_per_visit")),
            ("yes", json!("conversion_rate")),
            ("yes", json!("bounce_rate")),
            ("yes", json!(null)),
        ]
    );
    let own = r#"[{"id": "bounced", "kind": "yes_no"}, {"id": "converted", "kind": "yes_no"}]"#;
    let other = survey(&format!(r#"{{"name": "x", "questions": {own}}}"#));
    assert_eq!(named(&other), [("yes", json!(null)), ("yes", json!(null))]);
}

#[test]
fn adjusted_wald_intervals_are_the_published_ones() {
    for (promoters, detractors, n, low, high) in [
        (64, 24, 120, 18.58, 46.46),
        (1, 0, 1, -48.50, 98.50),
        (0, 1, 1, -98.50, 48.50),
        (0, 0, 1, -60.01, 60.01),
        (5, 0, 5, 17.49, 100.00),
        (0, 5, 5, -100.00, -17.49),
        (0, 0, 10, -18.47, 18.47),
        (3, 4, 10, -51.45, 36.06),
        (50, 50, 100, -19.17, 19.17),
        (70, 10, 100, 45.27, 71.24),
        (9, 2, 31, 1.42, 39.76),
        (1, 998, 1000, -100.00, -98.80),
        (412_345, 198_765, 1_000_000, 21.21, 21.51),
        (HUGE, 0, HUGE, 100.00, 100.00),
        (0, HUGE / 2, HUGE, -50.00, -50.00),
    ] {
        let interval = nps::score(promoters, detractors, n).interval.unwrap();
        assert_eq!((interval.low, interval.high, interval.method), (low, high, "adjusted-wald"));
    }
}

#[test]
fn wilson_intervals_are_the_published_ones() {
    for (part, n, low, high) in [
        (0, 1, 0.00, 79.35),
        (1, 1, 20.65, 100.00),
        (0, 5, 0.00, 43.45),
        (5, 5, 56.55, 100.00),
        (1, 10, 1.79, 40.42),
        (3, 7, 15.82, 74.95),
        (10, 20, 29.93, 70.07),
        (42, 50, 71.49, 91.66),
        (1, 1000, 0.02, 0.56),
        (81, 263, 25.53, 36.62),
        (15, 148, 6.24, 16.05),
        (999, 1000, 99.44, 99.98),
        (500, 1000, 46.91, 53.09),
        (123_456, 1_000_000, 12.28, 12.41),
    ] {
        let kpi = &of(Kind::YesNo, &[part, n - part])[0];
        assert_eq!((ends(kpi), kpi.kpi), (Some((low, high)), "yes"));
        assert_eq!(kpi.interval.as_ref().unwrap().method, "wilson");
        assert!(kpi.interval.as_ref().unwrap().low.is_sign_positive(), "never -0");
    }
}

#[test]
fn student_intervals_are_the_published_ones() {
    let references: [(&[u64], f64, f64); 15] = [
        (&[1, 1], -4.85, 7.85),
        (&[1, 0, 0, 0, 1], -22.41, 28.41),
        (&[0, 0, 0, 1, 4], 4.24, 5.36),
        (&[3, 1, 4, 1, 5], 2.37, 4.20),
        (&[0, 0, 2, 3, 0], 2.92, 4.28),
        (&[10, 20, 30, 40, 50], 3.46, 3.87),
        (&[1, 0, 0, 0, 0, 0, 999], 6.98, 7.01),
        (&[12, 7, 9, 14, 30, 55, 41], 4.95, 5.48),
        (&[0, 1, 0, 1, 0, 0, 0, 0, 0, 0], -9.71, 15.71),
        (&[2, 0, 1, 3, 5, 8, 13, 21, 34, 55], 8.18, 8.79),
        (&[100, 0, 0, 0, 100], 2.72, 3.28),
        (&[40, 41, 42, 43, 44], 2.85, 3.24),
        (&[66, 67, 67], 1.89, 2.12),
        (&[67, 67, 67], 1.89, 2.11),
        (&[100_000, 200_000, 300_000, 200_000, 200_000], 3.20, 3.20),
    ];
    for (tallies, low, high) in references {
        let kpi = &of(Kind::Rating { points: tallies.len() as i64 }, tallies)[0];
        assert_eq!(ends(kpi), Some((low, high)), "{tallies:?}");
        assert_eq!(kpi.interval.as_ref().unwrap().method, "student-t");
    }
    for (tallies, mean, spread, low, high) in [
        ([1, 1, 0, 0, 0], 1.75, 1.77, -14.13, 17.63),
        ([3, 10, 8, 2, 1], 21.52, 66.43, -6.53, 49.57),
        ([0, 0, 0, 1, 1], 183.75, 206.83, -1674.53, 2042.03),
        ([120, 340, 221, 80, 9], 12.03, 36.18, 9.47, 14.59),
    ] {
        let kpi = &of(minutes(), &tallies)[0];
        assert_eq!(
            (kpi.value, kpi.spread, ends(kpi)),
            (Some(mean), Some(Some(spread)), Some((low, high)))
        );
    }
}

#[test]
fn without_spread_a_mean_has_no_interval() {
    for (tallies, spread) in [([0, 1, 0], None), ([0, 9, 0], Some(0.0)), ([0, 0, HUGE], Some(0.0))]
    {
        let number = Kind::Number { unit: None, edges: vec![0, 500, 1_000, 2_500] };
        let kpi = &of(number, &tallies)[0];
        assert_eq!((ends(kpi), kpi.spread, kpi.unit.as_deref()), (None, Some(spread), None));
        let kpi = &of(Kind::Rating { points: 3 }, &tallies)[0];
        assert_eq!((ends(kpi), kpi.spread), (None, None));
    }
}

#[test]
fn quantiles_of_student_are_right_from_1_degree_of_freedom_to_2_to_the_50() {
    // mpmath 1.3 at 40 digits: the density integrated, and Newton's method on that.
    let references = [
        (1, 12.7062047361747),
        (2, 4.302652729749464),
        (3, 3.18244630528371),
        (4, 2.776445105197794),
        (5, 2.570581835636316),
        (6, 2.44691185114497),
        (8, 2.306004135204167),
        (10, 2.228138851986275),
        (15, 2.131449545559776),
        (20, 2.085963447265865),
        (30, 2.042272456301238),
        (50, 2.008559112100761),
        (99, 1.984216951586417),
        (150, 1.975905330896621),
        (199, 1.971956544251754),
        (200, 1.971896223633909),
        (201, 1.971836506779859),
        (250, 1.969498393421154),
        (300, 1.967903011261087),
        (500, 1.964719837467368),
        (1_000, 1.962339080826408),
        (10_000, 1.960201239890626),
        (100_000, 1.95998770753461),
        (1_000_000, 1.959966356814107),
        (HUGE, 1.959963984540056),
    ];
    for (freedom, t) in references {
        assert!((student(freedom as f64).unwrap() / t - 1.0).abs() < 2e-12, "{freedom}");
    }
    assert_eq!(student(0.0), None);
    assert!(
        (1..2_000).all(|freedom| student(freedom as f64) > student((freedom + 1) as f64)),
        "ever smaller"
    );
}

proptest! {
    #[test]
    fn nps_is_exact(tallies in table(11)) {
        let kpi = &of(NPS, &tallies)[0];
        let sum = |points: &[u64]| points.iter().sum::<u64>();
        let (promoters, detractors) = (sum(&tallies[9..]), sum(&tallies[..7]));
        same(kpi.value, &(ratio_of(100, sum(&tallies)) * ratio_of(promoters as i64 - detractors as i64, 1)));
        prop_assert_eq!(kpi.n, sum(&tallies));
        prop_assert_eq!(kpi.classes.as_ref().unwrap().0.iter().map(|(_, n)| n).sum::<u64>(), kpi.n);
    }

    #[test]
    fn a_mapped_nps_is_exact(t in table(6)) {
        let net = i128::from(t[4] + t[5]) - i128::from(t[0] + t[1] + t[2]);
        same(of(mapped(), &t)[0].value, &ratio_of(100 * net, t.iter().sum::<u64>()));
    }

    #[test]
    fn nps_and_its_interval_mirror_when_promoters_and_detractors_swap(t in table(3)) {
        let n = t.iter().sum();
        let (one, other) = (nps::score(t[0], t[1], n), nps::score(t[1], t[0], n));
        prop_assert_eq!(one.value.unwrap(), -other.value.unwrap());
        let (one, other) = (one.interval.unwrap(), other.interval.unwrap());
        prop_assert_eq!((one.low, one.high), (-other.high, -other.low));
        prop_assert!(-100.0 <= one.low && one.low <= one.high && one.high <= 100.0);
    }

    #[test]
    fn shares_are_exact_and_within_their_interval(t in table(7)) {
        let n = t.iter().sum::<u64>();
        let seven = |kind| of(kind, &t);
        let kpis = [
            (&seven(Kind::Csat { points: 7 })[0], t[5] + t[6]),
            (&seven(Kind::Ces { points: 7, direction: Direction::EasyHigh })[1], t[4] + t[5] + t[6]),
            (&seven(Kind::Ces { points: 7, direction: Direction::EffortHigh })[1], t[0] + t[1] + t[2]),
            (&seven(choice(&["a", "b", "c", "d", "e", "f", "g"], false))[3], t[3]),
            (&of(Kind::YesNo, &[t[0], n - t[0]])[0], t[0]),
        ];
        for (kpi, part) in kpis {
            same(kpi.value, &(ratio_of(100, n) * ratio_of(part, 1)));
            let (value, (low, high)) = (kpi.value.unwrap(), ends(kpi).unwrap());
            prop_assert!(0.0 <= low && low <= value && value <= high && high <= 100.0);
            let ([low, high], [low_rest, high_rest]) = (wilson(part, n).unwrap(), wilson(n - part, n).unwrap());
            prop_assert!((low + high_rest - 100.0).abs() < 1e-9 && (high + low_rest - 100.0).abs() < 1e-9);
        }
    }

    #[test]
    fn means_of_scales_are_exact(t in table(7)) {
        let xs: Vec<_> = (1..=7).map(|x| ratio_of(x, 1)).collect();
        for kind in [Kind::Rating { points: 7 }, Kind::Ces { points: 7, direction: Direction::EffortHigh }] {
            let kpi = &of(kind, &t)[0];
            same(kpi.value, &mean(&xs, &t));
            let spreads = t.iter().filter(|&&n| n > 0).count() > 1;
            prop_assert_eq!(kpi.interval.is_some(), spreads);
            if let (Some((low, high)), Some(value)) = (ends(kpi), kpi.value) {
                prop_assert!(low <= value && value <= high);
            }
        }
    }

    #[test]
    fn means_and_spreads_of_numbers_are_exact(
        start in -(1_i64 << 52)..1 << 52,
        widths in prop_oneof![prop::collection::vec(1..5_000_i64, 5), prop::collection::vec(1..1_i64 << 50, 5)],
        t in table(5),
    ) {
        let mut edges = vec![start];
        edges.extend(widths.iter().scan(start, |edge, width| { *edge += width; Some(*edge) }));
        let xs: Vec<_> = edges.windows(2).map(|pair| ratio_of(pair[0] + pair[1], 2000)).collect();
        let kpi = &of(Kind::Number { unit: None, edges }, &t)[0];
        same(kpi.value, &mean(&xs, &t));
        let Some(spread) = kpi.spread.unwrap() else {
            prop_assert_eq!(kpi.n, 1);
            return Ok(());
        };
        let exact = variance(&xs, &t).to_f64().unwrap().sqrt();
        prop_assert!((spread - exact).abs() <= 0.005 + 1e-13 * exact, "{} {}", spread, exact);
    }

    #[test]
    fn spreads_round_exactly(width in 1..40_i64, t in prop::collection::vec(0..40_u64, 3)) {
        prop_assume!(t.iter().sum::<u64>() > 1);
        let edges: Vec<i64> = (0..4).map(|i| 10 * i * width).collect();
        let xs: Vec<_> = edges.windows(2).map(|pair| ratio_of(pair[0] + pair[1], 2000)).collect();
        let spread = of(Kind::Number { unit: None, edges }, &t)[0].spread.unwrap().unwrap();
        let (twice, square) = ((spread * 200.0).round() as i64, variance(&xs, &t) * ratio_of(40_000, 1));
        prop_assert!(ratio_of((twice - 1).pow(2) * (twice - 1).signum(), 1) <= square);
        prop_assert!(square < ratio_of((twice + 1).pow(2), 1));
    }
}
