//! Steps of a series and the period before: by the calendar, over any range.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use counterfoil::domain::days::{Days, Step};
use counterfoil::domain::plan::Plan;
use counterfoil::domain::retention::Retention;
use counterfoil::domain::time::Day;
use proptest::prelude::*;

use crate::retention::{day, retention};

fn days(from: &str, to: &str) -> Days {
    Days { from: day(from), to: day(to) }
}

fn steps(days: Days, step: Step, by_month: &str) -> Vec<String> {
    let steps = days.steps(step, day(by_month));
    steps.iter().map(|(key, days)| format!("{key}: {} {}", days.from, days.to)).collect()
}

#[test]
fn weeks_are_from_monday_to_sunday_and_clipped_to_the_range() {
    assert_eq!(
        steps(days("2026-11-04", "2026-11-17"), Step::Week, "2026-01-01"),
        [
            "2026-11-02: 2026-11-04 2026-11-08",
            "2026-11-09: 2026-11-09 2026-11-15",
            "2026-11-16: 2026-11-16 2026-11-17"
        ]
    );
    for (within, monday) in [
        ("1970-01-01", "1969-12-29"),
        ("2024-02-29", "2024-02-26"),
        ("2027-01-03", "2026-12-28"),
        ("2027-01-04", "2027-01-04"),
    ] {
        assert_eq!(day(within).monday().to_string(), monday);
    }
}

#[test]
fn months_are_the_calendars_and_clipped_to_the_range() {
    assert_eq!(
        steps(days("2024-01-31", "2024-03-01"), Step::Month, "2023-01-01"),
        [
            "2024-01: 2024-01-31 2024-01-31",
            "2024-02: 2024-02-01 2024-02-29",
            "2024-03: 2024-03-01 2024-03-01"
        ]
    );
}

#[test]
fn steps_are_months_as_far_as_only_months_are_kept() {
    let range = days("2026-06-01", "2026-08-26");
    let expected = [
        "2026-06: 2026-06-01 2026-06-30",
        "2026-07: 2026-07-01 2026-07-31",
        "2026-08: 2026-08-01 2026-08-24",
        "2026-08-25: 2026-08-25 2026-08-25",
        "2026-08-26: 2026-08-26 2026-08-26",
    ];
    assert_eq!(steps(range, Step::Day, "2026-08-24"), expected);
    assert_eq!(
        steps(range, Step::Week, "2026-08-24")[3..],
        ["2026-08-24: 2026-08-25 2026-08-26".to_owned()]
    );
    assert_eq!(steps(range, Step::Month, "2026-08-24")[2], "2026-08: 2026-08-01 2026-08-26");
    let plan = Plan::new(Retention::default(), day("2026-11-22"), None, range);
    assert_eq!(plan.by_month_through(Step::Week), Some(day("2026-08-24")));
    assert_eq!(plan.by_month_through(Step::Month), None);
}

#[test]
fn whole_months_are_compared_with_as_many_months_and_all_else_with_as_many_days() {
    for (range, before) in [
        // A month, a quarter, a year, ten years; a leap one among them.
        (("2026-03-01", "2026-03-31"), ("2026-02-01", "2026-02-28")),
        (("2024-01-01", "2024-03-31"), ("2023-10-01", "2023-12-31")),
        (("2024-01-01", "2024-12-31"), ("2023-01-01", "2023-12-31")),
        (("2016-12-01", "2026-11-30"), ("2006-12-01", "2016-11-30")),
        // A week, a day, 30 days, all but one of a month.
        (("2026-11-02", "2026-11-08"), ("2026-10-26", "2026-11-01")),
        (("2026-11-22", "2026-11-22"), ("2026-11-21", "2026-11-21")),
        (("2026-10-24", "2026-11-22"), ("2026-09-24", "2026-10-23")),
        (("2026-03-01", "2026-03-30"), ("2026-01-30", "2026-02-28")),
    ] {
        let (range, before) = (days(range.0, range.1), days(before.0, before.1));
        assert_eq!(range.previous(), before);
    }
}

#[test]
fn the_period_before_is_widened_and_cut_off_like_any_range() {
    let plan = |from, to| Plan::new(Retention::default(), day("2026-11-22"), None, days(from, to));
    // 2026-08-24 is the last day that is readable by month alone.
    let near = plan("2026-10-01", "2026-11-22").previous;
    assert_eq!((near.told(), near.cover.widened), (days("2026-08-01", "2026-09-30"), true));
    assert_eq!(near.asked, days("2026-08-09", "2026-09-30"));
    let far = plan("2024-11-01", "2026-10-31").previous;
    assert_eq!(far.cover.forgotten_before, Some(day("2024-10-01")));
    assert_eq!((far.asked.from, far.told()), (day("2022-11-01"), days("2024-10-01", "2024-10-31")));
    let gone = plan("2024-10-01", "2024-10-31").previous;
    assert!(gone.cover.is_empty());
    assert_eq!(gone.told(), days("2024-09-01", "2024-09-30"));
}

proptest! {
    #[test]
    fn steps_are_all_days_in_order_each_once_and_their_keys_differ(
        from in 0..30_000_i32,
        length in 0..3_653_i32,
        cut in -400..4_000_i32,
        step in prop::sample::select(Step::ALL.to_vec()),
    ) {
        let range = Days { from: Day(from), to: Day(from + length) };
        let steps = range.steps(step, Day(from + cut));
        prop_assert!(steps.len() <= 3_700);
        let mut next = range.from;
        let mut keys: Vec<&String> = steps.iter().map(|(key, _)| key).collect();
        for (_, days) in &steps {
            prop_assert!(days.from == next && days.to >= days.from);
            next = days.to.plus(1);
        }
        prop_assert_eq!(next, range.to.plus(1));
        keys.dedup();
        prop_assert_eq!(keys.len(), steps.len());
    }

    #[test]
    fn a_range_and_the_period_before_have_no_day_in_common(
        retention in retention(),
        today in 19_000..21_000_i32,
        rolled in prop::option::of(18_000..21_000_i32),
        ago in -300..3_000_i32,
        length in 0..1_000_i32,
    ) {
        let to = Day(today - ago);
        let asked = Days { from: to.plus(-length), to };
        let plan = Plan::new(retention, Day(today), rolled.map(Day), asked);
        let (range, before) = (plan.range.told(), plan.previous);
        prop_assert_eq!(before.asked.to, range.from.plus(-1));
        prop_assert!(before.told().to < range.from);
        prop_assert!(before.asked.previous().count() > 0);
    }
}
