//! Forecasts: held against an independent implementation on published series, against the last value on
//! seasons that they have not seen, and against histories that are short, flat, torn or absurd.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::collections::BTreeMap;

use counterfoil::domain::days::{Days, Step};
use counterfoil::domain::insight::forecast::{Asked, Forecast, METHOD, forecasts, usual_from};
use counterfoil::domain::insight::smoothing::{Backtest, Form, LEAST, MOST, Model, can_be};
use counterfoil::domain::json::Json;
use counterfoil::domain::kpi::quantile::student;
use counterfoil::domain::kpi::{Counts, Parts};
use counterfoil::domain::retention::Retention;
use counterfoil::domain::survey::Survey;
use counterfoil::domain::survey_json;
use counterfoil::domain::time::Day;
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::json;

use crate::numbers::Numbers;

const FIXTURE: &str = include_str!("../fixtures/forecasts.json");

#[derive(Deserialize)]
struct Fixture {
    series: BTreeMap<String, Series>,
    references: Vec<Reference>,
}

#[derive(Deserialize)]
struct Series {
    season: usize,
    values: Vec<f64>,
}

#[derive(Deserialize)]
struct Reference {
    series: String,
    model: String,
    used: usize,
    alpha: f64,
    beta: Option<f64>,
    gamma: Option<f64>,
    sse: f64,
    ahead: Vec<f64>,
    spread: Vec<f64>,
    free: Vec<f64>,
}

fn fixture() -> Fixture {
    serde_json::from_str(FIXTURE).unwrap()
}

#[test]
fn the_same_model_of_an_independent_implementation_forecasts_the_same() {
    let Fixture { series, references } = fixture();
    for reference in references {
        let Series { season, values } = &series[&reference.series];
        let ys = &values[values.len() - reference.used..];
        let (form, estimated) = match reference.model.as_str() {
            "ETS(A,N,N)" => (Form::Level, 2),
            "ETS(A,A,N)" => (Form::Trend, 4),
            _ => (Form::Season(*season), 2 + season),
        };
        let name = format!("{} {} {}", reference.series, reference.model, reference.used);
        let Reference { alpha, beta, gamma, sse, ahead, spread, free, .. } = reference;

        // With the same constants the same forecasts, the same errors, and intervals that spread alike.
        let model = Model { form, alpha, beta, gamma };
        assert_eq!(model.name(), reference.model);
        let own = model.ahead(ys, ahead.len()).unwrap();
        let half = |at: usize| (own[at].ends.unwrap()[1] - own[at].ends.unwrap()[0]) / 2.0;
        let close = |a: f64, b: f64, what: &str| {
            assert!((a - b).abs() < 1e-5 * b.abs(), "{name}: {what}: {a} for {b}");
        };
        let freedom = (ys.len() - estimated) as f64;
        close(half(0), student(freedom).unwrap() * (sse / freedom).sqrt(), "the first interval");
        for at in 0..ahead.len() {
            close(own[at].value, ahead[at], "a forecast");
            close(half(at), spread[at] * half(0), "an interval");
        }

        // The constants found here are as good, to a ten-thousandth of the errors' squares.
        let found = Model::fit(form, ys).unwrap().ahead(ys, ahead.len()).unwrap();
        let [low, high] = found[0].ends.unwrap();
        assert!(
            high - low < 2.0 * half(0) * 1.000_05,
            "{name}: {} for {}",
            high - low,
            2.0 * half(0)
        );
        // Where the first state is optimised as well, another forecast comes out; an interval that
        // leaves it out would promise too much.
        for (step, free) in found.iter().zip(free) {
            let [low, high] = step.ends.unwrap();
            assert!((low..=high).contains(&free), "{name}: {free} is not in {low} to {high}");
        }
    }
}

/// The last `seasons` of a series, each forecast from the `MOST` values before it: the mean absolute error
/// of the forecast, that of the last value, and the part of the values that were in their interval.
fn held_out(name: &str, period: usize, seasons: usize) -> [f64; 3] {
    let Fixture { series, .. } = fixture();
    let Series { season, values } = &series[name];
    let season = Some(*season).filter(|season| *season > 1);
    let (mut error, mut last, mut inside, mut count) = (0.0, 0.0, 0.0, 0.0);
    for back in (1..=seasons).rev() {
        let (known, next) = values.split_at(values.len() - back * period);
        let known = &known[known.len().saturating_sub(MOST)..];
        let ahead = Model::choose(known, season).unwrap().ahead(known, period).unwrap();
        for (y, step) in next.iter().zip(ahead) {
            let [low, high] = step.ends.unwrap();
            error += (y - step.value).abs();
            last += (y - known.last().unwrap()).abs();
            inside += f64::from(u8::from((low..=high).contains(y)));
            count += 1.0;
        }
    }
    let figures = [error / count, last / count, inside / count];
    println!("{name}: {figures:.3?} over {count} steps");
    figures
}

#[test]
fn a_forecast_beats_the_last_value_on_held_out_seasons_of_published_series() {
    // Forty years of sea surface temperatures, a year ahead; seven of CO2; fifty of the Nile, five ahead.
    for (name, period, seasons) in [("nino", 12, 40), ("co2", 12, 7), ("nile", 5, 10)] {
        let [error, last, inside] = held_out(name, period, seasons);
        assert!(error < last, "{name}: {error} is not below {last}");
        assert!(inside > 0.85, "{name}: {inside} of the values were in their interval");
    }
}

/// The NPS of a week of `n` answers, of which so many in a hundred are expected to promote, 25 to detract.
fn week(numbers: &mut Numbers, n: u64, promoters: u64) -> f64 {
    let drawn = (0..n).map(|_| match numbers.below(100) {
        at if at < promoters => 1.0,
        at if at < promoters + 25 => -1.0,
        _ => 0.0,
    });
    100.0 * drawn.sum::<f64>() / n as f64
}

#[test]
fn the_noise_of_few_answers_is_in_the_interval() {
    // Twelve weeks of 60 answers each, which is what is kept by day if nobody asks for more; four ahead.
    let numbers = &mut Numbers(20_261_122);
    let (mut inside, mut error, mut last, mut count) = (0.0, 0.0, 0.0, 0.0);
    for _ in 0..1_000 {
        let weeks: Vec<f64> = (0..16).map(|_| week(numbers, 60, 45)).collect();
        let (known, next) = weeks.split_at(12);
        let ahead = Model::choose(known, None).unwrap().ahead(known, 4).unwrap();
        for (y, step) in next.iter().zip(ahead) {
            let [low, high] = step.ends.unwrap();
            inside += f64::from(u8::from((low..=high).contains(y)));
            error += (y - step.value).abs();
            last += (y - known[11]).abs();
            count += 1.0;
        }
    }
    println!("weeks: {:.3} inside, {:.2} for {:.2}", inside / count, error / count, last / count);
    assert!((0.9..0.99).contains(&(inside / count)));
    assert!(error < last);
}

#[test]
fn a_backtest_tells_what_the_same_would_have_done_before() {
    let Fixture { series, .. } = fixture();
    let nino = &series["nino"].values;
    let ys = &nino[nino.len() - 120..];
    let backtest = Backtest::new(ys, Some(12), 1, None).unwrap();
    assert_eq!((backtest.held_out, backtest.model.name()), (26, "ETS(A,N,A)"));
    // One step ahead, by hand: the constants of the first 94 values, the states of all before each.
    let model = Model::choose(&ys[..94], Some(12)).unwrap();
    let error = |at: usize| (ys[at] - model.ahead(&ys[..at], 1).unwrap()[0].value).abs();
    let last = |at: usize| (ys[at] - ys[at - 1]).abs();
    let mean = |of: &dyn Fn(usize) -> f64| (94..120).map(of).sum::<f64>() / 26.0;
    assert!((backtest.error - mean(&error)).abs() < 1e-12);
    assert!((backtest.last_value - mean(&last)).abs() < 1e-12);
    assert!(backtest.beats_last_value());

    // A walk without memory: the last value is the best forecast, and a model that is no better says so.
    let numbers = &mut Numbers(3);
    let mut level = 0.0;
    let walk: Vec<f64> = (0..60)
        .map(|_| {
            level += numbers.below(2001) as f64 / 1000.0 - 1.0;
            level
        })
        .collect();
    let backtest = Backtest::new(&walk, None, 4, None).unwrap();
    assert!(backtest.error > 0.9 * backtest.last_value, "{backtest:?}");
}

#[test]
fn the_model_has_what_the_numbers_have() {
    let numbers = &mut Numbers(7);
    let mut noise = || (0..4).map(|_| numbers.below(2001) as f64 / 1000.0 - 1.0).sum::<f64>();
    let level: Vec<f64> = (0..60).map(|_| 40.0 + noise()).collect();
    let slope: Vec<f64> = (0..60).map(|i| 3.0 * f64::from(i) + noise()).collect();
    let week: Vec<f64> = (0..60).map(|i| 5.0 * f64::from(i % 7) + noise()).collect();
    let name = |ys: &[f64]| Model::choose(ys, Some(7)).unwrap().name();
    assert_eq!(
        [name(&level), name(&slope), name(&week)],
        ["ETS(A,N,N)", "ETS(A,A,N)", "ETS(A,N,A)"]
    );
    // However clear it is: less than two whole seasons show none.
    let clear: Vec<f64> = (0..14).map(|i| 5.0 * f64::from(i % 7)).collect();
    assert_eq!(name(&clear), "ETS(A,N,A)");
    assert_ne!(name(&clear[..13]), "ETS(A,N,A)");
}

#[test]
fn numbers_that_are_few_or_too_large_are_not_forecast() {
    assert!(can_be(&[-1e15; LEAST]));
    assert!(!can_be(&[1.0; LEAST - 1]));
    for absurd in [1.1e15, -1.1e15, f64::INFINITY, f64::NAN] {
        let mut ys = [1.0; 12];
        ys[5] = absurd;
        assert!(!can_be(&ys), "{absurd}");
    }
}

/// A survey with an NPS and a number.
fn survey() -> Survey {
    let definition = json!({
        "name": "A test's own",
        "questions": [
            { "id": "recommend", "kind": "nps" },
            { "id": "spent", "kind": "number", "min": 0, "max": 1000, "bins": [10, 100] },
        ],
    });
    survey_json::read(&Json::read(definition.to_string().as_bytes()).unwrap()).unwrap()
}

const FROM: Day = Day(20_000); // 2024-10-04, a Friday
const NEVER: Day = Day(-1_000_000);

/// What follows days of so many promoters and detractors of an NPS, from [`FROM`] on; without an answer
/// there are no counts. The last is complete unless `left` says how many are not.
fn of_days(days: &[Option<[u64; 2]>], step: Step, left: i32, horizon: usize) -> Vec<Forecast> {
    let to = FROM.plus(days.len() as i32 - 1);
    let steps = Days { from: FROM, to }.steps(step, NEVER);
    let mut parts = Parts::new();
    for (at, day) in days.iter().enumerate() {
        let Some([promoters, detractors]) = day else { continue };
        let key = steps.iter().find(|(_, days)| days.to >= FROM.plus(at as i32)).unwrap().0.clone();
        let counts: &mut Counts = parts.entry(key).or_default();
        counts.n += promoters + detractors;
        *counts.tallies.entry("10".to_owned()).or_default() += promoters;
        *counts.tallies.entry("0".to_owned()).or_default() += detractors;
    }
    let found = BTreeMap::from([("recommend".to_owned(), parts)]);
    let complete_through = to.plus(-left);
    let asked = Asked { steps: &steps, step, by_month: NEVER, complete_through, horizon };
    forecasts(&survey(), &found, asked)
}

/// Days of ten answers each, so many of which promote.
fn tens(promoters: impl IntoIterator<Item = u64>) -> Vec<Option<[u64; 2]>> {
    promoters.into_iter().map(|n| Some([n, 10 - n])).collect()
}

#[test]
fn a_history_that_is_too_short_is_refused_with_its_length_and_the_least() {
    let short = of_days(&tens([7, 6, 8, 7, 7, 6, 8, 9, 7]), Step::Day, 0, 3);
    let told = serde_json::to_value(&short[0]).unwrap();
    assert_eq!(told["reason"], json!({"code": "too_short", "steps": 9, "at_least": LEAST}));
    assert_eq!([&told["forecast"], &told["model"], &told["backtest"]], [&json!(null); 3]);
    assert_eq!(told["history"], json!({"steps": 9, "from": "2024-10-04", "to": "2024-10-12"}));
    // Nothing was ever answered to the other question.
    let none = serde_json::to_value(&short[1]).unwrap();
    assert_eq!(none["reason"]["steps"], 0);
    assert_eq!([&none["history"]["from"], &none["history"]["to"]], [&json!(null); 2]);

    let long = of_days(&tens([7, 6, 8, 7, 7, 6, 8, 9, 7, 8]), Step::Day, 0, 3);
    assert_eq!(long[0].reason, None);
    let ahead = long[0].forecast.as_ref().unwrap();
    let days: Vec<_> = ahead.iter().map(|step| (step.from.as_str(), step.to.as_str())).collect();
    let day = |day| (day, day);
    assert_eq!(days, [day("2024-10-14"), day("2024-10-15"), day("2024-10-16")]);
    assert!(ahead.iter().all(|step| step.interval.as_ref().unwrap().method == METHOD));
}

#[test]
fn a_step_that_is_not_whole_or_not_complete_is_no_observation() {
    let days = tens((0..120).map(|i| 5 + i % 4));
    let of = |days: &[_], left| of_days(days, Step::Week, left, 4).remove(0);
    let all = of(&days, 0);
    // From the first Monday to the last Sunday.
    assert_eq!(all.history.from.as_deref(), Some("2024-10-07"));
    assert_eq!(all.history.to.as_deref(), Some("2025-01-26"));
    let ahead = all.forecast.as_ref().unwrap();
    assert_eq!((ahead[0].from.as_str(), ahead[0].to.as_str()), ("2025-01-27", "2025-02-02"));
    assert_eq!(ahead.len(), 4);
    // Whatever the parts of weeks at both ends say.
    let mut torn = days.clone();
    torn[..3].fill(Some([1_000, 0]));
    torn[115..].fill(Some([0, 1_000]));
    assert_eq!(of(&torn, 0), all);
    // The last whole week may still grow, if its Sunday is not complete.
    let earlier = of(&days, 6);
    assert_eq!(earlier.history.to.as_deref(), Some("2025-01-19"));
    assert_eq!(earlier.history.steps, all.history.steps - 1);

    let months = of_days(&tens((0..700).map(|i| 5 + i % 4)), Step::Month, 0, 2).remove(0);
    assert_eq!(months.history.from.as_deref(), Some("2024-11-01"));
    assert_eq!(months.history.to.as_deref(), Some("2026-08-31"));
    let ahead = months.forecast.unwrap();
    assert_eq!((ahead[1].from.as_str(), ahead[1].to.as_str()), ("2026-10-01", "2026-10-31"));
}

#[test]
fn days_that_are_kept_by_month_alone_are_no_weeks_and_no_days() {
    let days = Days { from: FROM, to: FROM.plus(199) };
    let tallies = BTreeMap::from([("10".to_owned(), 6), ("0".to_owned(), 4)]);
    let counts = Counts { n: 10, tallies };
    // The second is the end of seven days in one step, from Wednesday on.
    for (by_month, first_week) in [("2025-01-11", "2025-01-13"), ("2025-01-07", "2025-01-13")] {
        let by_month = Day::parse(by_month).unwrap();
        for (step, first) in
            [(Step::Week, first_week.to_owned()), (Step::Day, by_month.plus(1).to_string())]
        {
            let steps = days.steps(step, by_month);
            let parts = steps.iter().map(|(key, _)| (key.clone(), counts.clone())).collect();
            let found = BTreeMap::from([("recommend".to_owned(), parts)]);
            let asked =
                Asked { steps: &steps, step, by_month, complete_through: days.to, horizon: 1 };
            let history = forecasts(&survey(), &found, asked).remove(0).history;
            assert_eq!((history.from, history.gap), (Some(first), None));
        }
    }
}

#[test]
fn what_lies_before_a_step_without_answers_does_not_count() {
    let mut days = tens((0..60).map(|i| 4 + i % 3));
    days[30] = None;
    let torn = of_days(&days, Step::Day, 0, 2).remove(0);
    let told = serde_json::to_value(&torn.history).unwrap();
    assert_eq!(told["gap"], json!({"from": "2024-11-03", "to": "2024-11-03"}));
    assert_eq!((told["steps"].as_u64(), told["from"].as_str()), (Some(29), Some("2024-11-04")));
    let after = of_days(&days[31..], Step::Day, 0, 2).remove(0);
    let values = |of: &Forecast| {
        let ahead = of.forecast.clone().unwrap().into_iter();
        ahead.map(|step| (step.value, step.interval)).collect::<Vec<_>>()
    };
    assert_eq!(values(&torn), values(&after));
    // Without answers to the end there is nothing to go on from.
    *days.last_mut().unwrap() = None;
    let ended = of_days(&days, Step::Day, 0, 2).remove(0);
    assert_eq!(ended.history.steps, 0);
    assert_eq!(ended.reason.unwrap().code, "too_short");
}

#[test]
fn a_flat_past_has_a_forecast_and_no_interval() {
    let flat = of_days(&tens([8; 30]), Step::Day, 0, 2).remove(0);
    let ahead = flat.forecast.unwrap();
    assert_eq!((ahead[1].value, &ahead[1].interval), (Some(60.0), &None));
    let backtest = flat.backtest.unwrap();
    assert_eq!((backtest.error, backtest.beats_last_value), (Some(0.0), false));
}

#[test]
fn a_slope_does_not_leave_the_scale() {
    let rising = of_days(&tens((0..20).map(|i| i / 2)), Step::Day, 0, 26).remove(0);
    assert_eq!(rising.model.as_ref().unwrap().name, "ETS(A,A,N)");
    let last = rising.forecast.unwrap().pop().unwrap();
    assert_eq!(last.value, Some(100.0));
    assert_eq!(last.interval.unwrap().high, 100.0);
}

#[test]
fn the_usual_history_is_what_is_kept() {
    let today = Day::parse("2026-11-22").unwrap();
    let retention = Retention { days: 90, months: 25 };
    let from = |step| usual_from(step, retention, today).to_string();
    assert_eq!([from(Step::Day), from(Step::Week)], ["2026-08-25", "2026-08-25"]);
    assert_eq!(from(Step::Month), "2024-10-01");
}

/// A day, which may be without answers, plain, or absurd.
fn a_day() -> impl Strategy<Value = Option<[u64; 2]>> {
    prop_oneof![
        1 => Just(None),
        12 => (0_u64..20, 0_u64..20).prop_map(|(p, d)| (p + d > 0).then_some([p, d])),
        6 => Just(Some([3, 3])),
        1 => (0_u64..(1 << 52), 0_u64..(1 << 52)).prop_map(|(p, d)| Some([p + 1, d])),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_history_is_forecast_within_the_scale_or_refused(
        days in prop::collection::vec(a_day(), 1..90),
        step in prop::sample::select(Step::ALL.to_vec()),
        horizon in 1_usize..27,
    ) {
        let told = of_days(&days, step, 0, horizon);
        prop_assert_eq!(&told, &of_days(&days, step, 0, horizon), "the same counts, the same forecast");
        for one in told {
            prop_assert_eq!(one.forecast.is_none(), one.history.steps < LEAST);
            prop_assert_eq!(one.forecast.is_none(), one.reason.is_some());
            prop_assert!(one.forecast.as_ref().is_none_or(|ahead| ahead.len() == horizon));
            for step in one.forecast.into_iter().flatten() {
                let value = step.value.unwrap();
                prop_assert!((-100.0..=100.0).contains(&value));
                if let Some(interval) = step.interval {
                    prop_assert!(-100.0 <= interval.low && interval.high <= 100.0);
                    prop_assert!(interval.low <= value && value <= interval.high);
                }
            }
        }
    }

    #[test]
    fn any_numbers_at_all_are_smoothed_or_refused_and_never_panic(
        ys in prop::collection::vec(prop_oneof![
            4 => -100.0..100.0_f64,
            2 => Just(0.0),
            1 => prop::num::f64::ANY,
            1 => -1e15..1e15_f64,
        ], 0..80),
        season in prop::option::of(2_usize..15),
        horizon in 1_usize..27,
    ) {
        let finite = ys.iter().all(|y| y.abs() <= 1e15);
        let _ = Backtest::new(&ys, season, horizon, None);
        if let Some(model) = Model::choose(&ys, season) {
            let ahead = model.ahead(&ys, horizon);
            if finite && ys.len() >= LEAST {
                for step in ahead.unwrap() {
                    prop_assert!(step.value.is_finite());
                    prop_assert!(step.ends.is_none_or(|[low, high]| low <= step.value && step.value <= high));
                }
            }
        } else {
            prop_assert!(!finite || ys.len() < LEAST);
        }
    }
}
