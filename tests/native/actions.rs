//! Actions: each has a cause beyond noise, the weightiest comes first, and what cannot be judged is silent.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::collections::BTreeMap;

use counterfoil::domain::days::Days;
use counterfoil::domain::facts::{self, Channels};
use counterfoil::domain::insight::actions::{Actions, Business, Counted, Figures, actions};
use counterfoil::domain::insight::drivers::Found;
use counterfoil::domain::json::Json;
use counterfoil::domain::kpi::business;
use counterfoil::domain::kpi::{Counts, Parts, kpis};
use counterfoil::domain::survey::Survey;
use counterfoil::domain::survey_json;
use counterfoil::domain::time::Day;
use serde_json::{Value, json};

use crate::numbers::Numbers;

const BEFORE: Days = Days { from: Day(19_970), to: Day(19_999) };

fn survey() -> Survey {
    let definition = json!({
        "name": "A test's own",
        "questions": [{ "id": "recommend", "kind": "nps" },
                      { "id": "effort", "kind": "ces", "direction": "effort_high" },
                      { "id": "again", "kind": "yes_no" },
                      { "id": "why", "kind": "choice", "options": ["a", "b"] }],
        "dimensions": { "channel": ["web", "app"] },
    });
    survey_json::read(&Json::read(definition.to_string().as_bytes()).unwrap()).unwrap()
}

fn counts(tallies: &[(&str, u64)]) -> Counts {
    Counts {
        n: tallies.iter().map(|(_, n)| n).sum(),
        tallies: tallies.iter().map(|(key, n)| ((*key).to_owned(), *n)).collect(),
    }
}

fn alone(tallies: &[(&str, u64)]) -> Found {
    Found { total: counts(tallies), dimensions: BTreeMap::new() }
}

fn all<T>(questions: impl IntoIterator<Item = (&'static str, T)>) -> BTreeMap<String, T> {
    questions.into_iter().map(|(question, of)| (question.to_owned(), of)).collect()
}

fn facts(body: &Value) -> Channels {
    let document = Json::read(json!({ "items": [body] }).to_string().as_bytes()).unwrap();
    facts::read(&document).unwrap()
}

/// By what was counted now and before, and by facts now and before.
fn by(
    now: BTreeMap<String, Found>,
    before: BTreeMap<String, Counts>,
    facts: Option<[Value; 2]>,
) -> Actions {
    let kpis = facts.map(|both| both.map(|body| business::kpis(&self::facts(&body))));
    let business = kpis.as_ref().map(|[now, previous]| Business { now, previous, days: BEFORE });
    let counted = Counted { now: &now, previous: &before };
    actions(&survey(), &counted, business.as_ref())
}

fn names(actions: &Actions) -> Vec<&'static str> {
    actions.actions.iter().map(|action| action.action).collect()
}

#[test]
fn a_segment_that_holds_the_total_down_is_to_be_improved_and_one_that_lifts_it_is_not() {
    let (web, app) = ([("9", 60), ("3", 140)], [("9", 160), ("3", 40)]);
    let parts: Parts = [("web".to_owned(), counts(&web)), ("app".to_owned(), counts(&app))].into();
    let dimensions = [("channel".to_owned(), parts)].into();
    let recommend = Found { total: counts(&[("9", 220), ("3", 180)]), dimensions };
    let found = by(all([("recommend", recommend)]), BTreeMap::new(), None);
    assert_eq!((names(&found), found.compared.drivers), (vec!["improve_segment"], 2));
    let Figures::Driver(held) = &found.actions[0].figures else { panic!("{found:?}") };
    assert_eq!((&*held.driver.segment, held.total.value), ("web", Some(10.0)));
    // Of 200 points on the scale, the lower end of the gain.
    let low = held.driver.gain.interval.as_ref().unwrap().low;
    assert!(low > 0.0 && (found.actions[0].weight - low / 2.0).abs() < 0.006, "{found:?}");
    assert!(found.actions[0].why.contains("-40 points in channel web, and 60 points elsewhere"));
}

#[test]
fn a_kpi_that_fell_for_certain_is_to_be_looked_into_whichever_way_is_worse() {
    let easy = [("1", 300), ("7", 100)];
    let hard = [("1", 100), ("7", 300)];
    let promoted = [("9", 300), ("3", 100)];
    let less = [("9", 200), ("3", 200)];
    let now = all([("recommend", alone(&less)), ("effort", alone(&hard))]);
    let before = all([("recommend", counts(&promoted)), ("effort", counts(&easy))]);
    let fell = by(now, before, None);
    // The mean of the effort (higher is harder), the share of the easy, and the score.
    assert_eq!((names(&fell), fell.compared.falls), (vec!["find_cause"; 3], 3));
    let of: Vec<_> = fell
        .actions
        .iter()
        .map(|action| match &action.figures {
            Figures::Fall(fall) => (fall.kpi, fall.change),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(of, [("ces", Some(3.0)), ("ces_easy", Some(-50.0)), ("nps", Some(-50.0))]);
    assert!(fell.actions.windows(2).all(|two| two[0].weight >= two[1].weight));

    let now = all([("recommend", alone(&promoted)), ("effort", alone(&easy))]);
    let before = all([("recommend", counts(&less)), ("effort", counts(&hard))]);
    assert_eq!(names(&by(now, before, None)), Vec::<&str>::new(), "what rose is no action");
}

#[test]
fn the_largest_fall_and_the_worst_segment_that_there_can_be_are_told_though_nothing_varies() {
    let found =
        by(all([("effort", alone(&[("7", 290)]))]), all([("effort", counts(&[("1", 290)]))]), None);
    // The mean of the effort (higher is harder), and the share of the easy.
    assert_eq!((names(&found), found.compared.falls), (vec!["find_cause"; 2], 2));
    assert!(found.actions.iter().all(|action| action.weight > 90.0), "{found:?}");
    let parts: Parts =
        [("web".to_owned(), counts(&[("7", 60)])), ("app".to_owned(), counts(&[("1", 90)]))].into();
    let total = counts(&[("7", 60), ("1", 90)]);
    let effort = Found { total, dimensions: [("channel".to_owned(), parts)].into() };
    let found = by(all([("effort", effort)]), BTreeMap::new(), None);
    assert_eq!(names(&found), ["improve_segment"; 2]);
    let Figures::Driver(held) = &found.actions[1].figures else { panic!("{found:?}") };
    let interval = held.driver.interval.as_ref().unwrap();
    assert_eq!((held.kpi, &*held.driver.segment, interval.method), ("ces", "web", "pitman"));
}

#[test]
fn few_answers_no_direction_and_noise_lead_to_nothing() {
    let few = by(
        all([("recommend", alone(&[("3", 29)]))]),
        all([("recommend", counts(&[("9", 400)]))]),
        None,
    );
    assert_eq!((few.compared.falls, few.actions), (0, Vec::new()));
    let (again, why) = (counts(&[("no", 400)]), counts(&[("a", 400)]));
    for (question, counts) in [("again", &again), ("why", &why)] {
        let question = survey().question(question).unwrap().clone();
        let all = kpis(&question, &[], counts);
        assert!(all.iter().all(|kpi| kpi.n == 400), "they are answers of the question");
    }
    let found = |total| Found { total, dimensions: BTreeMap::new() };
    let directionless = by(
        all([("again", found(again)), ("why", found(why))]),
        all([("again", counts(&[("yes", 400)])), ("why", counts(&[("b", 400)]))]),
        None,
    );
    assert_eq!((directionless.compared.falls, directionless.actions), (0, Vec::new()));
}

#[test]
fn where_nothing_changed_at_most_5_in_100_months_say_that_something_fell() {
    const RUNS: u64 = 1_000;
    let numbers = &mut Numbers(7);
    let mut alarms = 0;
    for _ in 0..RUNS {
        let mut draw = |keys: [&str; 3], weights: [u64; 3]| {
            let mut drawn = [0; 3];
            for _ in 0..150 {
                let mut left = numbers.below(weights.iter().sum());
                let at = weights.iter().position(|weight| {
                    let found = left < *weight;
                    left = left.saturating_sub(*weight);
                    found
                });
                drawn[at.unwrap()] += 1;
            }
            counts(&[(keys[0], drawn[0]), (keys[1], drawn[1]), (keys[2], drawn[2])])
        };
        let mut month = || {
            [
                ("recommend", draw(["9", "7", "3"], [5, 3, 2])),
                ("effort", draw(["1", "4", "7"], [4, 4, 2])),
            ]
        };
        let now = month().map(|(q, total)| (q, Found { total, dimensions: BTreeMap::new() }));
        let found = by(all(now), all(month()), None);
        assert_eq!(found.compared.falls, 3);
        alarms += u64::from(!found.actions.is_empty());
    }
    // A fall is one side of the interval: about 2.5 % are expected; 5 % and two standard errors are 6.4 %.
    assert!(alarms <= RUNS * 64 / 1_000, "{alarms} of {RUNS}");
}

#[test]
fn customers_that_cost_more_than_they_bring_and_a_falling_lifetime_value_are_told_by_facts() {
    let month = |profit: u64, lost: u64| {
        json!({ "facts": { "gross_profit": profit, "customers_lost": lost, "customers_start": 1_000,
                "revenue": 9_000, "transactions": 300, "acquisition_cost": 4_000, "customers_new": 40 } })
    };
    // 3,000 / 50 = 60 a customer, 100 to win one; before 3,000 / 25 = 120.
    let found = by(BTreeMap::new(), BTreeMap::new(), Some([month(3_000, 50), month(3_000, 25)]));
    assert_eq!(names(&found), ["keep_customers", "lower_acquisition_cost"]);
    assert_eq!(found.actions.iter().map(|action| action.weight).collect::<Vec<_>>(), [50.0, 40.0]);
    assert_eq!(
        found.actions[1].why,
        "A new customer costs 100 and brings 60: 40 % of the cost is lost."
    );
    let well = by(BTreeMap::new(), BTreeMap::new(), Some([month(3_000, 25), month(3_000, 25)]));
    assert_eq!(well.actions, Vec::new());
    let unsaid = by(
        BTreeMap::new(),
        BTreeMap::new(),
        Some([json!({ "facts": { "visits": 1 } }), month(1, 1)]),
    );
    assert_eq!(unsaid.actions, Vec::new(), "what is missing leads to nothing");
}
