//! Facts: how they are read and kept, and the business's KPIs against exact rationals.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::collections::BTreeMap;

use counterfoil::domain::days::{Days, Step};
use counterfoil::domain::facts::{AT_START, Channels, Fact, Facts, MOST, read};
use counterfoil::domain::json::Json;
use counterfoil::domain::kpi::business::{BusinessKpi, Reason, kpis};
use counterfoil::domain::kpi::business_report::report;
use counterfoil::domain::time::Day;
use counterfoil::store::facts::{Sums, list, listed, replace, select_sums, sums};
use counterfoil::store::inventory;
use num_rational::BigRational;
use serde_json::{Value, json};

use crate::kpi::{oracle, ratio_of};
use crate::numbers::Numbers;
use crate::sqlite::Sqlite;

const DAY: Day = Day(20_000);

fn given(body: &Value) -> Result<Channels, Vec<String>> {
    read(&Json::read(body.to_string().as_bytes()).unwrap()).map_err(|faults| {
        let say = |f: counterfoil::domain::fault::Fault| format!("{} {}", f.pointer, f.code);
        faults.into_vec().into_iter().map(say).collect()
    })
}

/// The facts of one channel without a name.
fn alone(facts: &Value) -> Channels {
    given(&json!({ "items": [{ "facts": facts }] })).unwrap()
}

fn kpi(channels: &Channels, name: &str) -> BusinessKpi {
    kpis(channels).into_iter().find(|kpi| kpi.kpi == name).unwrap()
}

/// Every KPI with the facts that it needs; then those that it divides by; then a part and its whole.
type Needs = (&'static str, &'static [&'static str], &'static [&'static str], [&'static str; 2]);
const NEEDS: [Needs; 14] = [
    (
        "customer_churn",
        &["customers_lost", "customers_start"],
        &["customers_start"],
        ["customers_lost", "customers_start"],
    ),
    (
        "customer_retention",
        &["customers_lost", "customers_start"],
        &["customers_start"],
        ["customers_lost", "customers_start"],
    ),
    (
        "revenue_churn",
        &["recurring_revenue_lost", "recurring_revenue_start"],
        &["recurring_revenue_start"],
        ["recurring_revenue_lost", "recurring_revenue_start"],
    ),
    (
        "repeat_purchase_rate",
        &["repeat_buyers_start", "buyers_start"],
        &["buyers_start"],
        ["repeat_buyers_start", "buyers_start"],
    ),
    ("average_transaction_value", &["revenue", "transactions"], &["transactions"], ["", ""]),
    ("transaction_frequency", &["transactions", "customers_start"], &["customers_start"], ["", ""]),
    ("cost_per_acquisition", &["acquisition_cost", "customers_new"], &["customers_new"], ["", ""]),
    ("conversion_rate", &["conversions", "visits"], &["visits"], ["conversions", "visits"]),
    (
        "customer_lifetime_value",
        &["gross_profit", "customers_lost", "revenue", "transactions", "customers_start"],
        &["customers_lost", "revenue", "transactions", "customers_start"],
        ["customers_lost", "customers_start"],
    ),
    (
        "clv_to_cpa",
        &[
            "gross_profit",
            "customers_new",
            "customers_lost",
            "acquisition_cost",
            "revenue",
            "transactions",
            "customers_start",
        ],
        &["customers_lost", "acquisition_cost", "revenue", "transactions", "customers_start"],
        ["customers_lost", "customers_start"],
    ),
    ("average_handle_time", &["handle_seconds", "contacts"], &["contacts"], ["", ""]),
    (
        "social_engagement_rate",
        &["social_engagements", "social_impressions"],
        &["social_impressions"],
        ["", ""],
    ),
    (
        "loyalty_participation",
        &["loyalty_members_start", "customers_start"],
        &["customers_start"],
        ["loyalty_members_start", "customers_start"],
    ),
    ("cart_abandonment", &["carts_completed", "carts"], &["carts"], ["carts_completed", "carts"]),
];

/// What a KPI is by its definition, word for word; amounts are thousandths of `x`.
fn exact(name: &str, x: impl Fn(&str) -> BigRational) -> BigRational {
    let percent = || ratio_of(100, 1);
    let lifetime_value = || {
        let margin = x("gross_profit") / x("revenue");
        let value = x("revenue") / x("transactions");
        let frequency = x("transactions") / x("customers_start");
        let churn = x("customers_lost") / x("customers_start");
        margin * value * frequency / churn
    };
    match name {
        "customer_churn" => percent() * x("customers_lost") / x("customers_start"),
        "customer_retention" => percent() - percent() * x("customers_lost") / x("customers_start"),
        "revenue_churn" => percent() * x("recurring_revenue_lost") / x("recurring_revenue_start"),
        "repeat_purchase_rate" => percent() * x("repeat_buyers_start") / x("buyers_start"),
        "average_transaction_value" => x("revenue") / x("transactions"),
        "transaction_frequency" => x("transactions") / x("customers_start"),
        "cost_per_acquisition" => x("acquisition_cost") / x("customers_new"),
        "conversion_rate" => percent() * x("conversions") / x("visits"),
        "customer_lifetime_value" => lifetime_value(),
        "clv_to_cpa" => lifetime_value() / (x("acquisition_cost") / x("customers_new")),
        "average_handle_time" => x("handle_seconds") / x("contacts"),
        "social_engagement_rate" => percent() * x("social_engagements") / x("social_impressions"),
        "loyalty_participation" => percent() * x("loyalty_members_start") / x("customers_start"),
        "cart_abandonment" => percent() - percent() * x("carts_completed") / x("carts"),
        other => panic!("no such KPI: {other}"),
    }
}

const MONEY: [&str; 5] = [
    "recurring_revenue_start",
    "recurring_revenue_lost",
    "revenue",
    "gross_profit",
    "acquisition_cost",
];

fn facts_of(values: &BTreeMap<&str, u64>) -> Channels {
    let all = values.iter().map(|(name, n)| (Fact::named(name).unwrap(), i128::from(*n)));
    Channels::from([(String::new(), all.collect())])
}

/// Every fact, with wholes above their parts.
fn numbers(random: &mut Numbers, most: u64) -> BTreeMap<&'static str, u64> {
    let each = Fact::ALL.iter().map(|fact| (fact.name(), 1 + random.below(most)));
    let mut values: BTreeMap<_, _> = each.collect();
    for (_, _, _, [part, whole]) in NEEDS {
        if !part.is_empty() && values[part] > values[whole] {
            let (more, less) = (values[part], values[whole]);
            values.insert(part, less);
            values.insert(whole, more);
        }
    }
    // The loyal and the lost have their whole in common.
    let customers = values["customers_start"]
        .max(values["customers_lost"])
        .max(values["loyalty_members_start"]);
    values.insert("customers_start", customers);
    values
}

#[test]
fn every_business_kpi_is_the_exact_ratio_rounded_once() {
    let mut random = Numbers(9);
    for round in 0..400_u32 {
        let values =
            numbers(&mut random, [9, 1_000, 1_000_000, 10_000_000_000][round as usize % 4]);
        let x = |name: &str| ratio_of(values[name], if MONEY.contains(&name) { 1000 } else { 1 });
        for kpi in kpis(&facts_of(&values)) {
            assert_eq!(kpi.reason, None, "{} of {values:?}", kpi.kpi);
            assert_eq!(kpi.value, Some(oracle(&exact(kpi.kpi, x))), "{} of {values:?}", kpi.kpi);
        }
    }
}

#[test]
fn twenty_five_of_a_hundred_customers_lost_is_a_churn_of_25_percent() {
    let facts = alone(&json!({ "customers_start": 100, "customers_lost": 25 }));
    let churn = kpi(&facts, "customer_churn");
    assert_eq!((churn.value, churn.unit, churn.n), (Some(25.0), "%", Some(100)));
    let interval = churn.interval.unwrap();
    assert_eq!((interval.low, interval.high, interval.method), (17.55, 34.3, "wilson"));
    assert_eq!(kpi(&facts, "customer_retention").value, Some(75.0));
}

#[test]
fn a_missing_part_is_named_and_nothing_is_guessed() {
    let mut random = Numbers(1);
    let values = numbers(&mut random, 1_000);
    assert_eq!(NEEDS.map(|needs| needs.0).as_slice(), names().as_slice());
    for (name, needs, ..) in NEEDS {
        for missing in needs {
            let mut fewer = values.clone();
            fewer.remove(missing);
            let kpi = kpi(&facts_of(&fewer), name);
            assert_eq!((kpi.value, kpi.interval, kpi.n), (None, None, None), "{name}");
            assert_eq!(kpi.reason, Some(Reason { code: "missing", facts: vec![*missing] }));
        }
    }
    for kpi in kpis(&Channels::new()) {
        let reason = kpi.reason.unwrap();
        assert_eq!((kpi.value, reason.code), (None, "missing"), "{}", kpi.kpi);
        assert!(kpi.counts.is_empty());
    }
}

fn names() -> Vec<&'static str> {
    kpis(&Channels::new()).into_iter().map(|kpi| kpi.kpi).collect()
}

#[test]
fn what_would_be_divided_by_zero_is_named_and_a_zero_above_is_a_value() {
    let mut random = Numbers(2);
    let values = numbers(&mut random, 1_000);
    for (name, needs, divisors, _) in NEEDS {
        for zero in needs {
            let mut with_zero = values.clone();
            with_zero.insert(zero, 0);
            let kpi = kpi(&facts_of(&with_zero), name);
            if divisors.contains(zero) {
                assert_eq!(kpi.value, None, "{name} by {zero}");
                assert_eq!(kpi.reason, Some(Reason { code: "zero", facts: vec![*zero] }));
            } else {
                let rest = matches!(name, "customer_retention" | "cart_abandonment");
                assert_eq!(kpi.value, Some(if rest { 100.0 } else { 0.0 }), "{name} of no {zero}");
                assert_eq!(kpi.reason, None);
            }
        }
    }
}

#[test]
fn a_part_above_its_whole_gives_no_value() {
    let mut random = Numbers(3);
    let values = numbers(&mut random, 1_000);
    for (name, _, _, [part, whole]) in NEEDS {
        if part.is_empty() {
            continue;
        }
        let mut more = values.clone();
        more.insert(part, values[whole] + 1);
        let kpi = kpi(&facts_of(&more), name);
        assert_eq!((kpi.value, kpi.interval), (None, None));
        assert_eq!(kpi.reason, Some(Reason { code: "exceeds", facts: vec![part, whole] }));
    }
}

#[test]
fn what_cannot_be_computed_exactly_has_no_value_and_never_panics() {
    let every = |value: i128| {
        let all = Fact::ALL.iter().map(|fact| (*fact, value));
        Channels::from([(String::new(), all.collect())])
    };
    // Ten years of the largest facts of every channel.
    let ten_years = i128::from(MOST) * 3_653 * 50;
    for value in [i128::MAX, i128::MAX / 200, ten_years] {
        for kpi in kpis(&every(value)) {
            assert_eq!(kpi.value.is_none(), kpi.reason.is_some(), "{}", kpi.kpi);
            assert!(kpi.reason.is_none_or(|reason| reason.code == "too_large"), "{}", kpi.kpi);
        }
    }
    assert!(kpis(&every(MOST.into())).iter().all(|kpi| kpi.value.is_some()));
}

#[test]
fn channels_add_up_and_conversion_is_told_for_each() {
    let body = json!({ "items": [
        { "channel": "web", "facts": { "visits": 200, "conversions": 10 } },
        { "channel": "email", "facts": { "visits": 100, "conversions": 20 } },
        { "channel": "shop", "facts": { "visits": 0, "conversions": 0 } },
        { "facts": { "acquisition_cost": 99.995 } },
    ]});
    let channels = given(&body).unwrap();
    let rate = kpi(&channels, "conversion_rate");
    assert_eq!((rate.value, rate.n), (Some(10.0), Some(300)));
    let told = rate.channels.unwrap();
    let told: Vec<_> = told
        .iter()
        .map(|c| (c.channel.as_str(), c.value, c.reason.as_ref().map(|reason| reason.code)))
        .collect();
    let expected =
        [("email", Some(20.0), None), ("shop", None, Some("zero")), ("web", Some(5.0), None)];
    assert_eq!(told, expected);
    let cost = kpi(&channels, "cost_per_acquisition");
    assert_eq!(json!(cost.counts), json!({ "acquisition_cost": 99.995 }));
    assert_eq!(cost.channels, None);
}

#[test]
fn facts_are_read_strictly_and_every_fault_is_told_with_its_place() {
    let at = |facts: Value| given(&json!({ "items": [{ "facts": facts }] }));
    assert_eq!(given(&json!({ "items": [] })), Ok(Channels::new()));
    assert!(at(json!({ "visits": 0, "revenue": 0 })).is_ok());
    assert!(at(json!({ "visits": MOST, "revenue": 999_999_999_999.999 })).is_ok());
    let bad = at(json!({
        "visits": -1, "conversions": 1.5, "customers_new": "7", "customers_lost": 1e15,
        "revenue": 0.0001, "gross_profit": -0.001, "acquisition_cost": 1e12, "carts": null,
        "profit": 1,
    }));
    let mut bad = bad.unwrap_err();
    bad.sort();
    let place = |name: &str, code: &str| format!("#/items/0/facts/{name} {code}");
    let mut expected = vec![
        place("visits", "range"),
        place("conversions", "not_an_integer"),
        place("customers_new", "type"),
        place("customers_lost", "range"),
        place("revenue", "decimals"),
        place("gross_profit", "range"),
        place("acquisition_cost", "range"),
        place("carts", "type"),
        "#/items/0/facts unknown_member".to_owned(),
    ];
    expected.sort();
    assert_eq!(bad, expected);

    let fact = json!({ "visits": 1 });
    for (body, faults) in [
        (json!([]), vec!["# type"]),
        (json!({}), vec!["#/items missing"]),
        (json!({ "items": {}, "day": 1 }), vec!["#/items type", "# unknown_member"]),
        (json!({ "items": [{}] }), vec!["#/items/0/facts missing"]),
        (json!({ "items": [{ "facts": {} }] }), vec!["#/items/0/facts length"]),
        (
            json!({ "items": [{ "channel": "Web!", "facts": fact }, { "facts": fact }] }),
            vec!["#/items/0/channel name"],
        ),
        (
            json!({ "items": [{ "channel": "", "facts": fact }, { "facts": fact }] }),
            vec!["#/items/1 duplicate"],
        ),
        (json!({ "items": vec![json!({ "facts": fact }); 51] }), vec!["#/items length"]),
    ] {
        assert_eq!(given(&body).unwrap_err(), faults, "{body}");
    }
}

#[test]
fn names_say_which_facts_hold_at_the_start_of_a_day() {
    let start: Vec<&str> =
        Fact::ALL.iter().map(|fact| fact.name()).filter(|name| name.ends_with(AT_START)).collect();
    let expected = [
        "customers_start",
        "recurring_revenue_start",
        "buyers_start",
        "repeat_buyers_start",
        "loyalty_members_start",
    ];
    assert_eq!(start, expected);
}

fn kept(sqlite: &Sqlite, days: Days) -> Vec<(String, String, Facts)> {
    let rows = sqlite.select(&list(days)).unwrap();
    rows.into_iter().map(|row| listed(row).unwrap()).collect()
}

#[test]
fn the_facts_of_a_day_are_replaced_whole_and_as_often_as_one_likes() {
    let mut sqlite = Sqlite::d1();
    let days = Days { from: DAY, to: DAY.plus(1) };
    let first = given(&json!({ "items": [
        { "channel": "web", "facts": { "visits": MOST, "revenue": 0.001 } },
        { "facts": { "carts": 0 } },
    ]}))
    .unwrap();
    let other = alone(&json!({ "visits": 2 }));
    sqlite.run(&replace(DAY.plus(1), &other)).unwrap();
    for _ in 0..2 {
        sqlite.run(&replace(DAY, &first)).unwrap();
        let told = kept(&sqlite, days);
        let mut expected: Vec<_> =
            first.iter().map(|(c, f)| (DAY.to_string(), c.clone(), f.clone())).collect();
        expected.push((DAY.plus(1).to_string(), String::new(), other[""].clone()));
        assert_eq!(told, expected);
    }
    sqlite.run(&replace(DAY, &Channels::new())).unwrap();
    assert_eq!(kept(&sqlite, days).len(), 1, "the other day stays");
}

#[test]
fn facts_add_up_over_days_but_those_at_the_start_are_of_the_first_day() {
    let mut sqlite = Sqlite::d1();
    for day in 0..20 {
        let facts = json!({ "visits": MOST, "customers_start": 100 + day, "customers_lost": 1 });
        sqlite.run(&replace(DAY.plus(day), &alone(&facts))).unwrap();
    }
    let mut read = |from: i32, to: i32| {
        let days = Days { from: DAY.plus(from), to: DAY.plus(to) };
        let rows = sqlite.run(&select_sums(&[days])).unwrap();
        let [Sums { channels, days }] =
            sums(rows.try_into().unwrap(), 1).unwrap().try_into().unwrap();
        (channels, days)
    };
    let (channels, days) = read(5, 24);
    let facts = &channels[""];
    assert_eq!(days, 15);
    // Beyond 2^53: nothing is lost on the way.
    assert_eq!(facts.get(Fact::Visits), Some(15 * i128::from(MOST)));
    assert_eq!(facts.get(Fact::CustomersLost), Some(15));
    assert_eq!(facts.get(Fact::CustomersStart), Some(105), "not the sum");
    let (channels, _) = read(-1, 3);
    assert_eq!(channels[""].get(Fact::CustomersStart), None, "not of the first day");
    assert_eq!(kpi(&channels, "customer_churn").reason.unwrap().facts, ["customers_start"]);
    assert_eq!(read(30, 40), (Channels::new(), 0));
}

#[test]
fn steps_are_read_beside_each_other_and_agree_with_ranges_of_their_own() {
    let mut sqlite = Sqlite::d1();
    let mut random = Numbers(21);
    let mut reported = BTreeMap::new();
    for day in 0..60 {
        // Two of three days have facts, and not all of them all of them.
        if random.below(3) > 0 {
            let mut values = numbers(&mut random, 1_000);
            values.retain(|_, _| random.below(8) > 0);
            sqlite.run(&replace(DAY.plus(day), &facts_of(&values))).unwrap();
            reported.insert(day, values);
        }
    }
    let range = Days { from: DAY.plus(3), to: DAY.plus(55) };
    for step in Step::ALL {
        let steps: Vec<Days> =
            range.steps(step, range.from.plus(-1)).into_iter().map(|(_, days)| days).collect();
        let ranges: Vec<Days> = [range, range.previous()].into_iter().chain(steps).collect();
        let rows = sqlite.run(&select_sums(&ranges)).unwrap();
        let all = sums(rows.try_into().unwrap(), ranges.len()).unwrap();
        let series: Vec<_> =
            ranges.iter().copied().zip(&all).skip(2).map(|(days, s)| (days, &s.channels)).collect();
        let told = report(&all[0].channels, &series, Some((ranges[1], &all[1].channels)));
        assert_eq!(all[2..].iter().map(|sums| sums.days).sum::<u64>(), all[0].days);
        for (i, days) in ranges.iter().enumerate() {
            // What was reported, added up by hand.
            let within = |day: &&i32| (days.from.0..=days.to.0).contains(&(DAY.0 + **day));
            let mut facts = Facts::default();
            for day in reported.keys().filter(within) {
                for (name, n) in &reported[day] {
                    if !name.ends_with("_start") || DAY.0 + day == days.from.0 {
                        facts.add(Fact::named(name).unwrap(), i128::from(*n));
                    }
                }
            }
            assert_eq!(all[i].days, reported.keys().filter(within).count() as u64);
            let alone = kpis(&Channels::from([(String::new(), facts)]));
            for (kpi, alone) in told.iter().zip(&alone) {
                match i {
                    0 => assert_eq!((kpi.value, &kpi.reason), (alone.value, &alone.reason)),
                    1 => {
                        let before = kpi.previous.as_ref().unwrap();
                        assert_eq!((before.value, &before.reason), (alone.value, &alone.reason));
                        assert_eq!((before.significant, before.method), (None, "records"));
                        assert_eq!(before.from, days.from.to_string());
                    }
                    _ => {
                        let step = &kpi.series.as_ref().unwrap()[i - 2];
                        assert_eq!((step.value, &step.reason), (alone.value, &alone.reason));
                        assert_eq!((step.n, &step.interval), (alone.n, &alone.interval));
                        assert_eq!(step.value.is_none(), step.reason.is_some());
                        assert_eq!(
                            [&step.from, &step.to],
                            [&days.from.to_string(), &days.to.to_string()]
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn the_change_of_a_business_kpi_is_exact_and_missing_where_a_side_is() {
    let mut random = Numbers(22);
    let days = Days { from: DAY, to: DAY };
    let mut falls = 0;
    for round in 0..200 {
        let most = [50, 100_000, 1_000_000_000][round % 3];
        let [now, before] = [(); 2].map(|()| numbers(&mut random, most));
        let of = |values: &BTreeMap<&str, u64>, name: &str| {
            exact(name, |x| ratio_of(values[x], if MONEY.contains(&x) { 1000 } else { 1 }))
        };
        let told = report(&facts_of(&now), &[], Some((days, &facts_of(&before))));
        for kpi in told {
            let change = of(&now, kpi.kpi) - of(&before, kpi.kpi);
            let previous = kpi.previous.unwrap();
            // A product of many large facts may be beyond what is computed exactly.
            if previous.change.is_some() || !matches!(kpi.kpi, "clv_to_cpa") {
                assert_eq!(previous.change, Some(oracle(&change)), "{}", kpi.kpi);
            }
            falls += i32::from(previous.change.is_some_and(|change| change < 0.0));
        }
    }
    assert!(falls > 500, "{falls}");
    let some = alone(&json!({ "visits": 10, "conversions": 1 }));
    for (now, before) in [(&some, &Channels::new()), (&Channels::new(), &some)] {
        let told = report(now, &[], Some((days, before)));
        let rate = told.into_iter().find(|kpi| kpi.kpi == "conversion_rate").unwrap();
        let previous = rate.previous.unwrap();
        assert_eq!(previous.change, None);
        assert_eq!(previous.value.is_none(), previous.reason.is_some());
        assert!(rate.value.is_some() != previous.value.is_some());
    }
}

#[test]
fn the_database_refuses_a_fact_that_is_none() {
    let mut sqlite = Sqlite::d1();
    for value in [-1, i128::from(MOST) + 1] {
        let facts = [(Fact::Visits, value)].into_iter().collect();
        assert!(sqlite.run(&replace(DAY, &Channels::from([(String::new(), facts)]))).is_err());
    }
    assert_eq!(sqlite.count("select count(*) from facts"), 0);
}

#[test]
fn facts_are_told_to_be_the_business_s_and_not_of_respondents() {
    let tables = inventory::stored(str::to_owned);
    let facts = tables.iter().find(|table| table.name == "facts").unwrap();
    assert!(facts.holds.contains("not of respondents"), "{}", facts.holds);
    assert_eq!((facts.place, facts.kind.as_str()), ("d1", "aggregate"));
}
