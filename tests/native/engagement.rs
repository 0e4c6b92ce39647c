//! The engagement score: its laws, against exact rationals; how its definition is read and kept.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use counterfoil::domain::days::Days;
use counterfoil::domain::engagement::{Engagement, Part, Source};
use counterfoil::domain::engagement_json::read;
use counterfoil::domain::facts::{Channels, Fact, Facts};
use counterfoil::domain::json::Json;
use counterfoil::domain::kpi::engagement::{Composite, composite};
use counterfoil::domain::kpi::figure::Figure;
use counterfoil::domain::kpi::quantile::Confidence;
use counterfoil::domain::kpi::ratio::{Ratio, floor_of_sum};
use counterfoil::domain::kpi::{Counts, nps, shares};
use counterfoil::domain::survey::Survey;
use counterfoil::domain::survey_json;
use counterfoil::domain::time::Day;
use counterfoil::store::engagement::{engagement, replace, select};
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};
use serde_json::{Value, json, to_value};

use crate::kpi::{oracle, ratio_of};
use crate::numbers::Numbers;
use crate::sqlite::Sqlite;

/// What a KPI of a test is counted from: of an `nps`, or of money by transactions.
#[derive(Clone, Copy, Debug)]
enum Input {
    Nps { promoters: u64, detractors: u64, n: u64 },
    Money { thousandths: u64, transactions: u64 },
}

impl Input {
    /// A new one. Its parts are up to `most`.
    fn random(random: &mut Numbers, most: u64) -> Self {
        if random.below(2) == 0 {
            let [promoters, detractors, passives] = [(); 3].map(|()| random.below(most));
            Self::Nps { promoters, detractors, n: promoters + detractors + passives + 1 }
        } else {
            let (thousandths, transactions) = (random.below(most), 1 + random.below(most));
            Self::Money { thousandths, transactions }
        }
    }

    fn exact(self) -> BigRational {
        match self {
            Self::Nps { promoters, detractors, n } => {
                ratio_of(100, 1) * (ratio_of(promoters, n) - ratio_of(detractors, n))
            }
            Self::Money { thousandths, transactions } => {
                ratio_of(thousandths, 1000) / ratio_of(transactions, 1)
            }
        }
    }
}

/// Parts of the survey `S` with a question each (or of the channel of the same number, which no KPI but
/// the test's is told by), and what they are counted from; none where nothing was counted.
struct Case {
    weights: Vec<u64>,
    ends: Vec<[i64; 2]>,
    inputs: Vec<Option<Input>>,
}

impl Case {
    fn random(random: &mut Numbers, most: u64) -> Self {
        let count = random.below(20) as usize + 1;
        let end = |random: &mut Numbers| random.below(400_001) as i64 - 200_000;
        let ends = |random: &mut Numbers| loop {
            let ends = [end(random), end(random)];
            if ends[0] != ends[1] {
                break ends;
            }
        };
        Self {
            weights: (0..count).map(|_| 1 + random.below(1_000_000)).collect(),
            ends: (0..count).map(|_| ends(random)).collect(),
            inputs: (0..count)
                .map(|_| (random.below(5) > 0).then(|| Input::random(random, most)))
                .collect(),
        }
    }

    fn engagement(&self) -> Engagement {
        let parts = self.weights.iter().zip(&self.ends).zip(&self.inputs).enumerate();
        let parts = parts.map(|(i, ((weight, [floor, target]), input))| Part {
            source: source(i, matches!(input, Some(Input::Money { .. }))),
            weight: *weight as i64,
            floor: *floor,
            target: *target,
        });
        Engagement { name: None, parts: parts.collect() }
    }

    fn figures(&self) -> Vec<Figure> {
        self.inputs.iter().enumerate().map(|(i, input)| figure(i, *input)).collect()
    }

    fn composite(&self) -> Composite {
        composite(&self.engagement(), self.figures(), None)
    }

    /// The score of each part by its definition, with its weight.
    fn exact(&self) -> Vec<Option<(BigRational, BigRational)>> {
        let each = self.inputs.iter().zip(&self.ends).zip(&self.weights);
        each.map(|((input, ends), weight)| {
            let [floor, target] = ends.map(|end| ratio_of(end, 1000));
            let value = (*input)?.exact();
            let gone = ratio_of(100, 1) * (value - &floor) / (target - &floor);
            let score = gone.max(ratio_of(0, 1)).min(ratio_of(100, 1));
            Some((score, ratio_of(*weight, 1)))
        })
        .collect()
    }

    fn mean(&self) -> Option<BigRational> {
        let some: Vec<_> = self.exact().into_iter().flatten().collect();
        let held: BigRational = some.iter().map(|(_, weight)| weight.clone()).sum();
        let sum: BigRational = some.iter().map(|(score, weight)| score * weight).sum();
        (!held.is_zero()).then(|| sum / held)
    }
}

fn source(i: usize, money: bool) -> Source {
    if money {
        return Source::Business {
            business: "average_transaction_value",
            channel: Some(format!("c{i}")),
        };
    }
    let (survey, question) = ("S".to_owned(), format!("q{i}"));
    Source::Survey { survey, question, kpi: "nps".to_owned(), option: None, theme: None }
}

fn figure(i: usize, input: Option<Input>) -> Figure {
    static SURVEY: LazyLock<Survey> = LazyLock::new(survey);
    let mut counts = None;
    let mut channels = Channels::new();
    match input {
        Some(Input::Nps { promoters, detractors, n }) => {
            let tallies = [("10", promoters), ("0", detractors), ("8", n - promoters - detractors)];
            let tallies = tallies.map(|(key, tally)| (key.to_owned(), tally)).into();
            counts = Some(Counts { n, tallies });
        }
        Some(Input::Money { thousandths, transactions }) => {
            let facts = [(Fact::Revenue, thousandths), (Fact::Transactions, transactions)];
            let facts: Facts = facts.map(|(fact, n)| (fact, i128::from(n))).into_iter().collect();
            channels.insert(format!("c{i}"), facts);
        }
        None => {}
    }
    let counted = Some((&*SURVEY, counts.as_ref()));
    Figure::of(&source(i, matches!(input, Some(Input::Money { .. }))), counted, &channels)
}

fn survey() -> Survey {
    let questions: Vec<_> =
        (0..20).map(|i| json!({ "id": format!("q{i}"), "kind": "nps" })).collect();
    survey_of(json!({ "name": "S", "questions": questions }))
}

fn survey_of(json: Value) -> Survey {
    survey_json::read(&Json::read(json.to_string().as_bytes()).unwrap()).unwrap()
}

#[test]
fn the_floor_of_a_sum_is_exact_whatever_the_common_denominator() {
    let mut random = Numbers(11);
    let mut integers = 0;
    for round in 0..400 {
        let bits = [3, 20, 60, 125][round % 4];
        let mut parts: Vec<(i128, i128)> = (0..random.below(20))
            .map(|_| {
                let wide =
                    (u128::from(random.next()) << 64 | u128::from(random.next())) >> (128 - bits);
                let part =
                    (u128::from(random.next()) << 64 | u128::from(random.next())) >> (128 - bits);
                (part as i128, wide as i128 + 1)
            })
            .collect();
        let sum = |parts: &[(i128, i128)]| -> BigRational {
            parts.iter().map(|(a, b)| ratio_of(*a, *b)).sum()
        };
        // What is missing to the next integer, or just less than that: where it fits.
        let exact = sum(&parts);
        let missing = exact.ceil() - &exact;
        if let (Some(a @ 1..), Some(b)) = (missing.numer().to_i128(), missing.denom().to_i128()) {
            parts.push((a - i128::from(random.below(2) == 0), b));
            integers += i32::from(sum(&parts).is_integer());
        }
        let ratios: Vec<_> = parts.iter().map(|(a, b)| Ratio::new(*a, *b).unwrap()).collect();
        let expected = sum(&parts).floor().to_integer().to_i128().unwrap();
        assert_eq!(floor_of_sum(&ratios), Some(expected), "{parts:?}");
    }
    assert!(integers > 30, "{integers}");
    // Three primes whose product does not fit, of which the sum is 1 all the same, or not quite.
    let of = |parts: &[(i128, i128)]| {
        floor_of_sum(&parts.iter().map(|(a, b)| Ratio::new(*a, *b).unwrap()).collect::<Vec<_>>())
    };
    let (p, q) = ((1_i128 << 89) - 1, (1_i128 << 107) - 1);
    assert_eq!(of(&[(1, p), (p - 1, p), (q - 3, q), (3, q)]), Some(2));
    assert_eq!(of(&[(1, p), (p - 1, p), (q - 3, q), (2, q)]), Some(1));
    assert_eq!((of(&[]), of(&[(-1, 2)])), (Some(0), None));
}

#[test]
fn the_score_is_the_weighted_mean_by_its_definition_rounded_once() {
    let mut random = Numbers(5);
    for round in 0..300 {
        let case = Case::random(&mut random, [4, 100, 10_000, 1_000_000_000][round % 4]);
        let told = case.composite();
        let mean = case.mean();
        assert_eq!(told.value, mean.as_ref().map(oracle));
        assert_eq!(told.value.is_none(), told.reason.is_some());
        assert!(told.value.is_none_or(|value| (0.0..=100.0).contains(&value)));
        let exact = case.exact();
        let held: BigRational = exact.iter().flatten().map(|(_, weight)| weight.clone()).sum();
        let whole: u64 = case.weights.iter().sum();
        assert_eq!(told.covered, Some(oracle(&(&held / ratio_of(whole, 1)))));
        for (part, exact) in told.parts.iter().zip(&exact) {
            let exact = exact.as_ref();
            assert_eq!(part.score, exact.map(|(score, _)| oracle(score)));
            let points = exact.map(|(score, weight)| oracle(&(score * weight / &held)));
            assert_eq!(part.contribution, points);
            assert_eq!(part.figure.reason.is_some(), exact.is_none());
        }
        let points: f64 = told.parts.iter().filter_map(|part| part.contribution).sum();
        let most = 0.005 * (told.parts.len() + 1) as f64 + 1e-9;
        assert!(told.value.is_none_or(|value| (value - points).abs() <= most));
    }
}

#[test]
fn halves_of_a_hundredth_go_up_though_no_part_of_the_sum_ends() {
    for (k, expected) in [(67, 0.34), (69, 0.35), (12_345, 61.73), (19_933, 99.67)] {
        // k/200 + 1/3 and k/200 − 1/3, whose mean is k/200.
        let money = |thousandths| Some(Input::Money { thousandths, transactions: 3 });
        let case = Case {
            weights: vec![500, 500],
            ends: vec![[0, 100_000]; 2],
            inputs: vec![money(5 * (3 * k + 200)), money(5 * (3 * k - 200))],
        };
        assert_eq!(case.mean(), Some(ratio_of(k, 200)));
        assert_eq!(case.composite().value, Some(expected), "{k}");
    }
}

#[test]
fn a_missing_part_is_as_if_it_were_not_there_and_is_never_a_zero() {
    let mut random = Numbers(6);
    for _ in 0..200 {
        let mut case = Case::random(&mut random, 1_000);
        let with = case.composite();
        let present: Vec<usize> =
            (0..case.inputs.len()).filter(|i| case.inputs[*i].is_some()).collect();
        for (i, part) in with.parts.iter().enumerate().filter(|(i, _)| !present.contains(i)) {
            let reason = part.figure.reason.as_ref().unwrap();
            assert_eq!(reason.code, "no_answers", "{i}");
            assert_eq!((part.score, part.contribution, part.figure.value), (None, None, None));
        }
        // Without them, in another order, the score is the same.
        let keep = |i: &usize| (case.weights[*i], case.ends[*i], case.inputs[*i]);
        let mut kept: Vec<_> = present.iter().map(keep).collect();
        kept.reverse();
        case = Case {
            weights: kept.iter().map(|part| part.0).collect(),
            ends: kept.iter().map(|part| part.1).collect(),
            inputs: kept.iter().map(|part| part.2).collect(),
        };
        let without = case.composite();
        assert_eq!((with.value, with.interval), (without.value, without.interval.clone()));
        assert_eq!(without.covered, (!present.is_empty()).then_some(1.0));
        let none = if with.parts.is_empty() || present.is_empty() { "no_parts" } else { "" };
        assert_eq!(without.reason.map_or("", |reason| reason.code), none);
    }
    let nothing = composite(
        &Engagement::default(),
        Vec::new(),
        Some((Days { from: Day(0), to: Day(0) }, Vec::new())),
    );
    assert_eq!((nothing.value, nothing.covered, nothing.interval), (None, None, None));
    let previous = nothing.previous.unwrap();
    assert_eq!(
        (previous.value, previous.change, previous.reason.unwrap().code),
        (None, None, "no_parts")
    );
}

#[test]
fn scaling_all_weights_changes_nothing() {
    let mut random = Numbers(7);
    for _ in 0..200 {
        let mut case = Case::random(&mut random, 100_000);
        case.weights.iter_mut().for_each(|weight| *weight = 1 + *weight % 1_000);
        let once = case.composite();
        let factor = 2 + random.below(900);
        case.weights.iter_mut().for_each(|weight| *weight *= factor);
        let scaled = case.composite();
        assert_eq!((once.value, once.covered), (scaled.value, scaled.covered));
        let points = |c: &Composite| c.parts.iter().map(|p| p.contribution).collect::<Vec<_>>();
        assert_eq!(points(&once), points(&scaled));
    }
}

#[test]
fn a_part_that_comes_nearer_to_its_target_never_lowers_the_score() {
    let mut random = Numbers(8);
    let mut risen = 0;
    for _ in 0..400 {
        let mut case = Case::random(&mut random, 1_000);
        let i = random.below(case.inputs.len() as u64) as usize;
        let before = case.composite();
        let better = case.ends[i][1] > case.ends[i][0];
        match &mut case.inputs[i] {
            Some(Input::Nps { promoters, detractors, .. }) if *promoters > 0 && *detractors > 0 => {
                (*promoters, *detractors) = if better {
                    (*promoters + *detractors, 0)
                } else {
                    (0, *promoters + *detractors)
                };
            }
            Some(Input::Money { thousandths, .. }) => {
                *thousandths = if better { *thousandths * 3 } else { *thousandths / 3 };
            }
            _ => continue,
        }
        let after = case.composite();
        assert!(after.value >= before.value, "{:?} {:?}", before.value, after.value);
        assert!(after.parts[i].score >= before.parts[i].score);
        risen += i32::from(after.value > before.value);
    }
    assert!(risen > 100, "{risen}");
}

#[test]
fn the_change_is_of_the_same_parts_and_exact() {
    let mut random = Numbers(9);
    let (mut changes, mut others) = (0, 0);
    for _ in 0..400 {
        let now = Case::random(&mut random, 1_000);
        let inputs = now.inputs.iter().map(|input| {
            input.as_ref().filter(|_| random.below(20) > 0).map(|input| match input {
                Input::Nps { .. } => {
                    let n = 1 + random.below(900);
                    Input::Nps { promoters: random.below(n), detractors: 0, n }
                }
                Input::Money { .. } => {
                    Input::Money { thousandths: random.below(90_000), transactions: 7 }
                }
            })
        });
        let inputs: Vec<_> = inputs.collect();
        let before = Case { weights: now.weights.clone(), ends: now.ends.clone(), inputs };
        let days = Days { from: Day(0), to: Day(6) };
        // A part that was counted in one period alone is of another kind in the other.
        let figures = (0..now.inputs.len()).map(|i| figure(i, before.inputs[i])).collect();
        let told = composite(&now.engagement(), now.figures(), Some((days, figures)));
        let previous = told.previous.unwrap();
        assert_eq!(previous.value, before.mean().as_ref().map(oracle));
        let same = now.inputs.iter().zip(&before.inputs).all(|(a, b)| a.is_some() == b.is_some());
        let change = now.mean().zip(before.mean()).filter(|_| same);
        let change = change.map(|(now, before)| now - before);
        assert_eq!(previous.change, change.as_ref().map(oracle));
        let code = previous.reason.map(|reason| reason.code);
        let expected = match (previous.value, same) {
            (None, _) => Some("no_values"),
            (Some(_), false) => Some("other_parts"),
            (Some(_), true) => None,
        };
        assert_eq!(code, expected);
        changes += i32::from(change.is_some_and(|change| change.is_negative()));
        others += i32::from(code == Some("other_parts"));
    }
    assert!(changes > 20 && others > 20, "{changes} {others}");
}

#[test]
fn where_lower_is_better_the_target_is_below_the_floor() {
    let churn = |lost: i128| {
        let facts =
            [(Fact::CustomersStart, 1000), (Fact::CustomersLost, lost)].into_iter().collect();
        let definition = json!({ "parts": [
            { "business": "customer_churn", "weight": 0.5, "floor": 10, "target": 2.5 },
        ]});
        let engagement = stored(&definition);
        let channels = Channels::from([(String::new(), facts)]);
        let figure = Figure::of(&engagement.parts[0].source, None, &channels);
        composite(&engagement, vec![figure], None)
    };
    let scores: Vec<_> = [120, 100, 50, 25, 0].map(|lost| churn(lost).value).into();
    assert_eq!(scores, [0.0, 0.0, 66.67, 100.0, 100.0].map(Some));
    let told = to_value(churn(50)).unwrap();
    let expected = json!({
        "value": 66.67, "unit": "points", "interval": null, "covered": 1.0,
        "parts": [{
            "business": "customer_churn", "weight": 0.5, "floor": 10, "target": 2.5, "value": 5.0,
            "unit": "%", "n": 1000,
            "interval": { "low": 3.81, "high": 6.53, "level": 0.95, "method": "wilson" },
            "score": 66.67, "contribution": 66.67,
        }],
    });
    assert_eq!(told, expected);
}

#[test]
fn a_change_is_judged_by_the_ends_of_both_periods_all_of_which_hold_at_once() {
    let days = Days { from: Day(0), to: Day(6) };
    let judged = |now: [Option<Input>; 2], before: [Option<Input>; 2]| {
        let case = |inputs: [Option<Input>; 2]| Case {
            weights: vec![1000, 1000],
            ends: vec![[-100_000, 100_000], [0, 100_000]],
            inputs: inputs.into(),
        };
        let (now, before) = (case(now), case(before));
        composite(&now.engagement(), now.figures(), Some((days, before.figures())))
            .previous
            .unwrap()
    };
    let nps_of = |promoters, detractors, n| Some(Input::Nps { promoters, detractors, n });
    let money = |thousandths| Some(Input::Money { thousandths, transactions: 1 });
    let told =
        judged([nps_of(300, 20, 400), money(40_000)], [nps_of(150, 150, 400), money(50_000)]);
    let confidence = Confidence::of_all(2).unwrap();
    let ends = |counts| nps::adjusted_wald_at(counts, confidence).unwrap();
    let ([low, high], [least, most]) = (ends([300, 20, 400]), ends([150, 150, 400]));
    let score = |nps: f64, money: f64| ((nps + 100.0) / 2.0 + money) / 2.0;
    let expected = [score(low, 40.0) - score(most, 50.0), score(high, 40.0) - score(least, 50.0)];
    let interval = told.interval.unwrap();
    for (told, expected) in [interval.low, interval.high].into_iter().zip(expected) {
        assert!((told - expected).abs() < 0.005_001, "{told} for {expected}");
    }
    assert_eq!(
        (told.change, told.significant, told.method),
        (Some(12.5), Some(true), "bonferroni")
    );
    let told = judged([nps_of(11, 9, 30), money(0)], [nps_of(9, 11, 30), money(0)]);
    assert_eq!((told.significant, told.change), (Some(false), Some(3.33)));
    // Records have changed by what they have changed.
    let told = judged([None, money(40_000)], [None, money(50_000)]);
    assert_eq!((told.change, told.significant, told.method), (Some(-10.0), None, "records"));
    assert_eq!(told.interval, None);
    // What is not told is not judged.
    let told = judged([nps_of(9, 1, 10), money(0)], [nps_of(1, 9, 10), None]);
    assert_eq!((told.change, told.significant, told.interval), (None, None, None));
}

#[test]
fn the_interval_holds_all_parts_at_once_and_is_that_of_the_part_where_there_is_one() {
    let nps_of = |promoters, detractors, n| Some(Input::Nps { promoters, detractors, n });
    let one = Case {
        weights: vec![7],
        ends: vec![[-100_000, 100_000]],
        inputs: vec![nps_of(64, 24, 120)],
    };
    let interval = one.composite().interval.unwrap();
    let [low, high] = nps::adjusted_wald(64, 24, 120).unwrap().map(|end| (end + 100.0) / 2.0);
    let near = |told: f64, exact: f64| (told - exact).abs() < 0.005_001;
    assert!(near(interval.low, low) && near(interval.high, high), "{interval:?}");
    assert_eq!((interval.level, interval.method), (0.95, "bonferroni"));
    // The other way round, low and high change places.
    let turned = Case { ends: vec![[100_000, -100_000]], ..one };
    let interval = turned.composite().interval.unwrap();
    assert!(near(interval.low, 100.0 - high) && near(interval.high, 100.0 - low), "{interval:?}");
    // Two of samples, each at 97.5 %, and one of records, at 1:1:2.
    let three = Case {
        weights: vec![1000, 1000, 2000],
        ends: vec![[-100_000, 100_000], [-100_000, 100_000], [0, 100_000]],
        inputs: vec![
            nps_of(64, 24, 120),
            nps_of(10, 20, 50),
            Some(Input::Money { thousandths: 200_000, transactions: 4 }),
        ],
    };
    let told = three.composite().interval.unwrap();
    let confidence = Confidence::of_all(2).unwrap();
    let ends = [[64, 24, 120], [10, 20, 50]].map(|n| nps::adjusted_wald_at(n, confidence).unwrap());
    let of =
        |i: usize| ((ends[0][i] + 100.0) / 2.0 + (ends[1][i] + 100.0) / 2.0 + 2.0 * 50.0) / 4.0;
    assert!(near(told.low, of(0)) && near(told.high, of(1)), "{told:?}");
    let wide = shares::wilson_at(30, 60, confidence).unwrap();
    let plain = shares::wilson(30, 60).unwrap();
    assert!(wide[0] < plain[0] && plain[1] < wide[1]);
    // A mean of one answer has no interval, so the whole has none.
    let survey =
        survey_of(json!({ "name": "S", "questions": [{ "id": "stars", "kind": "rating" }] }));
    let definition = json!({ "parts": [
        { "survey": "S", "question": "stars", "kpi": "rating", "weight": 1, "floor": 1, "target": 5 },
    ]});
    let engagement = stored(&definition);
    for (tallies, some) in [(vec![("4", 1)], false), (vec![("4", 1), ("5", 1)], true)] {
        let tallies: BTreeMap<_, u64> =
            tallies.into_iter().map(|(k, n)| (k.to_owned(), n)).collect();
        let counts = Counts { n: tallies.values().sum(), tallies };
        let counted = Some((&survey, Some(&counts)));
        let figure = Figure::of(&engagement.parts[0].source, counted, &Channels::new());
        assert_eq!(composite(&engagement, vec![figure], None).interval.is_some(), some);
    }
}

#[test]
fn what_is_gone_is_named_and_never_guessed() {
    let survey = survey_of(json!({ "name": "S", "questions": [
        { "id": "recommend", "kind": "nps" },
        { "id": "why", "kind": "choice", "options": ["a", "b"] },
    ]}));
    let reason = |part: Value| {
        let mut part = part;
        let numbers = json!({ "weight": 1, "floor": 0, "target": 1 });
        part.as_object_mut().unwrap().extend(numbers.as_object().unwrap().clone());
        let engagement = stored(&json!({ "parts": [part] }));
        let source = &engagement.parts[0].source;
        let counted = (source.survey() == Some("S")).then_some((&survey, None));
        let figure = Figure::of(source, counted, &Channels::new());
        to_value(figure.reason.unwrap()).unwrap()
    };
    let of = |survey: &str, question: &str, kpi: &str| json!({ "survey": survey, "question": question, "kpi": kpi });
    let code = |code: &str| json!({ "code": code });
    assert_eq!(reason(of("T", "recommend", "nps")), code("no_survey"));
    assert_eq!(reason(of("S", "gone", "nps")), code("no_question"));
    assert_eq!(reason(of("S", "recommend", "csat")), code("no_kpi"));
    assert_eq!(reason(of("S", "why", "share")), code("no_kpi"));
    assert_eq!(reason(of("S", "recommend", "nps")), code("no_answers"));
    let facts = json!({ "code": "missing", "facts": ["customers_lost", "customers_start"] });
    assert_eq!(reason(json!({ "business": "customer_churn" })), facts);
    let facts = json!({ "code": "missing", "facts": ["conversions", "visits"] });
    assert_eq!(reason(json!({ "business": "conversion_rate", "channel": "web" })), facts);
}

/// A definition without a fault of its form.
fn stored(definition: &Value) -> Engagement {
    read(&Json::read(definition.to_string().as_bytes()).unwrap()).stored().unwrap()
}

/// The faults of a definition, beside the survey `S`.
fn faults(definition: &Value) -> Vec<String> {
    let survey = survey_of(json!({
        "name": "S",
        "questions": [
            { "id": "recommend", "kind": "nps" },
            { "id": "stars", "kind": "rating", "points": 5 },
            { "id": "why", "kind": "choice", "options": ["a", "b"] },
            { "id": "said", "kind": "comment" },
            { "id": "minutes", "kind": "number", "min": 0, "max": 9 },
        ],
        "themes": { "delivery": { "en": ["delivery"] } },
    }));
    let surveys = [("S", &survey)];
    let draft = read(&Json::read(definition.to_string().as_bytes()).unwrap());
    let Err(faults) = draft.check(&surveys) else { return Vec::new() };
    faults.into_vec().iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect()
}

#[test]
fn a_definition_is_read_strictly_and_every_fault_is_told_with_its_place() {
    let part = |more: Value| {
        let mut part = json!({ "weight": 1, "floor": 1, "target": 5 });
        part.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        part
    };
    let of = |question: &str, kpi: &str| json!({ "survey": "S", "question": question, "kpi": kpi });
    let good = json!({ "name": "All", "parts": [
        part(of("recommend", "nps")),
        part(of("stars", "rating")),
        part(json!({ "survey": "S", "question": "why", "kpi": "share", "option": "a" })),
        part(json!({ "survey": "S", "question": "said", "kpi": "share", "theme": "delivery" })),
        part(of("minutes", "mean")),
        part(json!({ "business": "conversion_rate", "floor": -0.5, "target": 1000000000 })),
        part(json!({ "business": "conversion_rate", "channel": "web", "weight": 0.001 })),
        part(json!({ "business": "conversion_rate", "channel": "", "weight": 1000 })),
    ]});
    assert_eq!(faults(&good), [""; 0]);
    assert_eq!(to_value(stored(&good)).unwrap(), good, "as it was sent");
    assert_eq!(faults(&json!({ "parts": [] })), [""; 0]);

    // Of form and of reference, all in one.
    let bad = json!({ "parts": [
        part(json!({ "survey": "T", "question": "recommend", "kpi": "nps", "weight": 0 })),
        part(json!({ "survey": "S", "question": "gone", "kpi": "nps", "weight": "1" })),
        part(json!({ "survey": "S", "question": "recommend", "kpi": "csat", "floor": 5 })),
        part(json!({ "survey": "S", "question": "recommend", "kpi": "nps", "floor": -100.001, "target": 101 })),
        part(json!({ "survey": "S", "question": "stars", "kpi": "rating", "floor": null, "extra": 1 })),
        part(json!({ "survey": "S", "question": "why", "kpi": "share" })),
        part(json!({ "survey": "S", "question": "why", "kpi": "share", "option": "c", "channel": "web" })),
        part(json!({ "business": "profit", "weight": 1000.001 })),
        part(json!({ "business": "customer_churn", "channel": "web", "question": "stars", "weight": 0.0001 })),
        part(json!({})),
        part(json!({ "business": "customer_churn", "survey": "S" })),
        part(of("recommend", "nps")),
        part(json!({ "business": "customer_retention" })),
        part(json!({ "business": "customer_retention" })),
        json!([]),
    ], "name": " ", "weights": 1 });
    let mut told = faults(&bad);
    told.sort();
    let mut expected = vec![
        "# unknown_member",
        "#/name blank",
        "#/parts/0/survey reference",
        "#/parts/0/weight range",
        "#/parts/1/question reference",
        "#/parts/1/weight type",
        "#/parts/10 one_of",
        "#/parts/11 duplicate",
        "#/parts/13 duplicate",
        "#/parts/14 type",
        "#/parts/2/kpi reference",
        "#/parts/2/target equal",
        "#/parts/3/floor range",
        "#/parts/3/target range",
        "#/parts/4 unknown_member",
        "#/parts/4/floor type",
        "#/parts/5 reference",
        "#/parts/6 reference",
        "#/parts/6 unknown_member",
        "#/parts/7/business value",
        "#/parts/7/weight range",
        "#/parts/8 unknown_member",
        "#/parts/8/channel reference",
        "#/parts/8/weight decimals",
        "#/parts/9 one_of",
    ];
    expected.sort_unstable();
    assert_eq!(told, expected);

    let many = |count: usize, survey: &dyn Fn(usize) -> String| {
        let part = |i| {
            let question =
                json!({ "survey": survey(i), "question": format!("q{i}"), "kpi": "nps" });
            part(question)
        };
        json!({ "parts": (0..count).map(part).collect::<Vec<_>>() })
    };
    assert_eq!(faults(&many(21, &|_| "S".to_owned())), ["#/parts length"]);
    assert_eq!(faults(&many(20, &|_| "S".to_owned())).len(), 20, "questions that there are not");
    assert_eq!(faults(&many(11, &|i| format!("S{i}")))[0], "#/parts length");
    assert!(!faults(&many(10, &|i| format!("S{i}"))).contains(&"#/parts length".to_owned()));
    for (body, expected) in [
        (json!([]), vec!["# type"]),
        (json!({}), vec!["#/parts missing"]),
        (json!({ "parts": {} }), vec!["#/parts type"]),
    ] {
        assert_eq!(faults(&body), expected);
    }
}

#[test]
fn the_definition_is_replaced_where_it_is_of_the_expected_revision() {
    let mut sqlite = Sqlite::d1();
    let mut put = |definition: &str, expected: Option<u64>| {
        let rows = sqlite.run(&[replace(definition, expected)]).unwrap().remove(0);
        let kept = sqlite.select(&select()).unwrap();
        assert!(kept.len() <= 1);
        let told = rows.into_iter().next().map(|row| engagement(row).unwrap());
        let kept = kept.into_iter().next().map(|row| engagement(row).unwrap());
        assert!(told.is_none() || told == kept);
        (told.map(|(revision, _)| revision), kept.map(|(_, definition)| definition))
    };
    let kept = |text: &str| Some(text.to_owned());
    assert_eq!(put("[0]", Some(1)), (None, None), "there is none yet");
    assert_eq!(put("[1]", Some(0)), (Some(1), kept("[1]")));
    assert_eq!(put("[2]", Some(0)), (None, kept("[1]")), "somebody was faster");
    assert_eq!(put("[2]", Some(1)), (Some(2), kept("[2]")));
    assert_eq!(put("[3]", Some(1)), (None, kept("[2]")));
    assert_eq!(put("[3]", None), (Some(3), kept("[3]")));
    assert!(sqlite.run(&[replace("not JSON", None)]).is_err());
    let mut empty = Sqlite::d1();
    let rows = empty.run(&[replace("[]", None)]).unwrap().remove(0);
    assert_eq!(engagement(rows[0].clone()).unwrap(), (1, "[]".to_owned()));
}
