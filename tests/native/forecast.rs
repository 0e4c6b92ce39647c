//! Forecasts: which steps they follow from, and what becomes of histories that are short, flat, torn or
//! absurd.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::collections::BTreeMap;

use counterfoil::domain::days::{Days, Step};
use counterfoil::domain::insight::forecast::{Asked, Forecast, METHOD, forecasts, usual_from};
use counterfoil::domain::insight::smoothing::LEAST;
use counterfoil::domain::json::Json;
use counterfoil::domain::kpi::{Counts, Parts};
use counterfoil::domain::retention::Retention;
use counterfoil::domain::survey::Survey;
use counterfoil::domain::survey_json;
use counterfoil::domain::time::Day;
use proptest::prelude::*;
use serde_json::json;

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
fn a_mean_does_not_leave_its_outer_edges() {
    let steps = Days { from: FROM, to: FROM.plus(19) }.steps(Step::Day, NEVER);
    // From all in the first bin, 0 to 10, to nearly all in the last, 100 to 1000.
    let bins = survey().questions[1].kind.keys();
    let counts = |at: u64| Counts {
        n: 20,
        tallies: BTreeMap::from([(bins[0].clone(), 20 - at), (bins[2].clone(), at)]),
    };
    let parts = steps.iter().zip(0..).map(|((key, _), at)| (key.clone(), counts(at))).collect();
    let found = BTreeMap::from([("spent".to_owned(), parts)]);
    let complete_through = FROM.plus(19);
    let asked =
        Asked { steps: &steps, step: Step::Day, by_month: NEVER, complete_through, horizon: 26 };
    let spent = forecasts(&survey(), &found, asked).remove(1);
    let ahead = spent.forecast.unwrap();
    assert!(ahead[0].value.unwrap() > 500.0, "{:?}", ahead[0]);
    assert_eq!(ahead[25].value, Some(1000.0));
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
}
