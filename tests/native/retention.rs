//! Promise 9: which days a reply may cover, from retention and the present alone.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use counterfoil::domain::retention::{Cover, DAYS, MONTHS, Retention};
use counterfoil::domain::time::Day;
use proptest::prelude::*;

/// A day that is there.
pub fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

/// So many days and months.
pub fn kept(days: u16, months: u16) -> Retention {
    Retention { days, months }
}

#[test]
fn a_month_has_the_days_of_the_calendar() {
    for (within, first, last) in [
        ("2024-02-10", "2024-02-01", "2024-02-29"),
        ("2023-02-28", "2023-02-01", "2023-02-28"),
        ("2000-02-01", "2000-02-01", "2000-02-29"),
        ("2100-02-28", "2100-02-01", "2100-02-28"),
        ("2026-12-31", "2026-12-01", "2026-12-31"),
        ("2026-11-30", "2026-11-01", "2026-11-30"),
    ] {
        assert_eq!((day(within).month_start(), day(within).month_end()), (day(first), day(last)));
    }
    assert_eq!(day("2026-03-31").months_before(1), day("2026-02-01"));
    assert_eq!(day("2026-01-01").months_before(25), day("2023-12-01"));
    assert_eq!(day("2024-02-29").months_before(120), day("2014-02-01"));
}

#[test]
fn a_range_is_widened_to_what_is_kept_and_no_further() {
    // 90 days before 2026-05-31 is 2026-03-02, 25 months before its month 2024-04.
    let (today, usual) = (day("2026-05-31"), Retention::default());
    assert_eq!(usual.cut(today, None), day("2026-03-02"));
    assert_eq!(usual.horizon(today), day("2024-04-01"));
    for (asked, covered, widened, forgotten) in [
        // What is kept by day.
        (("2026-03-03", "2026-05-31"), ("2026-03-03", "2026-05-31"), false, false),
        // The cut's own month: its rolled part, and no more.
        (("2026-03-02", "2026-03-02"), ("2026-03-01", "2026-03-02"), true, false),
        (("2026-03-01", "2026-03-01"), ("2026-03-01", "2026-03-02"), true, false),
        (("2026-03-01", "2026-03-02"), ("2026-03-01", "2026-03-02"), false, false),
        (("2026-03-02", "2026-03-20"), ("2026-03-01", "2026-03-20"), true, false),
        // Older months, whole; one of 28 days and a leap one.
        (("2026-02-27", "2026-02-27"), ("2026-02-01", "2026-02-28"), true, false),
        (("2024-12-31", "2025-02-01"), ("2024-12-01", "2025-02-28"), true, false),
        (("2026-01-01", "2026-02-28"), ("2026-01-01", "2026-02-28"), false, false),
        (("2025-12-24", "2026-05-01"), ("2025-12-01", "2026-05-01"), true, false),
        // Before the horizon.
        (("2024-03-31", "2026-05-31"), ("2024-04-01", "2026-05-31"), false, true),
        (("2020-02-29", "2024-04-01"), ("2024-04-01", "2024-04-30"), true, true),
        (("2024-03-01", "2024-04-30"), ("2024-04-01", "2024-04-30"), false, true),
    ] {
        let cover = usual.cover(today, None, day(asked.0), day(asked.1));
        let forgotten_before = forgotten.then(|| day("2024-04-01"));
        let (from, to) = (day(covered.0), day(covered.1));
        assert_eq!(cover, Cover { from, to, widened, forgotten_before }, "{asked:?}");
    }
    let before = usual.cover(today, None, day("2024-01-15"), day("2024-03-31"));
    assert!(before.is_empty() && !before.widened);
    assert_eq!(before.forgotten_before, Some(day("2024-04-01")));
}

#[test]
fn a_longer_retention_brings_no_rolled_day_back() {
    let (today, rolled) = (day("2026-05-31"), Some(day("2026-05-24")));
    assert_eq!(kept(7, 25).cut(today, None), day("2026-05-24"));
    assert_eq!(kept(90, 25).cut(today, rolled), day("2026-05-24"));
    assert_eq!(kept(90, 25).cut(today.plus(100), rolled), day("2026-06-10"));
    let cover = kept(90, 25).cover(today, rolled, day("2026-05-10"), day("2026-05-20"));
    assert_eq!((cover.from, cover.to), (day("2026-05-01"), day("2026-05-24")));
}

/// Any retention, the short ones more often.
pub fn retention() -> impl Strategy<Value = Retention> {
    let edge = |(least, most): (u16, u16)| prop_oneof![3 => least..=(least + 90).min(most), 1 => least..=most, 1 => Just(least)];
    (edge(DAYS), edge(MONTHS)).prop_map(|(days, months)| Retention { days, months })
}

/// Any day of four centuries.
fn any_day() -> impl Strategy<Value = Day> {
    prop_oneof![-36_525..109_573_i32, 19_700..20_800_i32].prop_map(Day)
}

proptest! {
    #[test]
    fn months_follow_one_another_without_a_gap(day in any_day(), months in 0_u32..300) {
        let (first, last) = (day.month_start(), day.month_end());
        prop_assert!(first <= day && day <= last);
        prop_assert!(first.to_string().ends_with("-01"));
        prop_assert_eq!(&first.to_string()[..7], &last.to_string()[..7]);
        prop_assert_eq!(last.plus(1).month_start(), last.plus(1));
        prop_assert_eq!(last.plus(1).months_before(1), first);
        let (year, month) = (first.to_string()[..4].parse::<i64>(), first.to_string()[5..7].parse::<i64>());
        let number = year.unwrap() * 12 + month.unwrap() - 1 - i64::from(months);
        let expected = format!("{:04}-{:02}-01", number.div_euclid(12), number.rem_euclid(12) + 1);
        prop_assert_eq!(day.months_before(months).to_string(), expected);
    }

    #[test]
    fn promise_9_a_range_is_widened_to_whole_months_and_never_past_the_horizon(
        retention in retention(),
        today in any_day(),
        (ago, length) in (-40..1_600_i32, 0..900_i32),
        rolled in proptest::option::of(-300..1_000_i32),
    ) {
        let rolled = rolled.map(|ago| today.plus(-ago));
        let (to, from) = (today.plus(-ago), today.plus(-ago - length));
        let (cut, horizon) = (retention.cut(today, rolled), retention.horizon(today));
        let cover = retention.cover(today, rolled, from, to);
        prop_assert_eq!(cover.is_empty(), to < horizon);
        prop_assert_eq!(cover.forgotten_before, (from < horizon).then_some(horizon));
        prop_assert!(cover.from >= horizon);
        if cover.is_empty() {
            prop_assert!(!cover.widened);
            return Ok(());
        }
        // All of what was asked for and is kept, and at either end no more than the rest of a month.
        prop_assert!(cover.from <= from.max(horizon) && cover.to >= to);
        prop_assert!(cover.from >= from.month_start() && cover.to <= to.month_end());
        prop_assert!(cover.from > cut || cover.from == cover.from.month_start());
        prop_assert!(cover.to >= cut || cover.to == cover.to.month_end());
        prop_assert_eq!(cover.widened, cover.from < from || cover.to > to);
        if from > cut {
            prop_assert_eq!((cover.from, cover.to), (from.max(horizon), to));
        }
        let again = retention.cover(today, rolled, cover.from, cover.to);
        prop_assert_eq!((again.from, again.to, again.widened), (cover.from, cover.to, false));
    }
}
