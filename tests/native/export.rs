//! Exports: what other programs read of them, and that no text of anybody's is run by a spreadsheet.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::unwrap_used)]

use std::collections::BTreeMap;

use counterfoil::domain::days::{Days, Step};
use counterfoil::domain::export::{Format, Period};
use counterfoil::domain::ledger::Batch;
use counterfoil::domain::plan::Plan;
use counterfoil::domain::retention::Retention;
use counterfoil::domain::tally::Tallies;
use counterfoil::domain::time::Day;
use counterfoil::store::d1;
use counterfoil::store::roll_up::{Due, roll_up};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use crate::sql::{cohorts, sum, with_survey};

fn period(question: &str, segment: &str, tallies: &[(&str, u64)]) -> Period {
    let tallies = tallies.iter().map(|(key, n)| ((*key).to_owned(), *n)).collect();
    Period {
        days: Days { from: Day(20_000), to: Day(20_000) },
        question: question.to_owned(),
        dimension: "channel".to_owned(),
        segment: segment.to_owned(),
        n: 7,
        tallies: Tallies(tallies),
    }
}

/// The rows of a file, as the reader of the `csv` crate has them.
fn rows(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(|row| row.unwrap()).collect()
}

#[test]
fn a_file_has_a_row_of_names_and_a_row_for_each_tally() {
    let periods = [period("recommend", "web", &[("10", 4), ("9", 3)]), period("why", "web", &[])];
    let csv = Format::Csv.head() + &Format::Csv.body(&periods, Day(19_999));
    assert_eq!(
        csv,
        "from,to,final,question,dimension,segment,n,answer,tally\r\n\
         2024-10-04,2024-10-04,false,recommend,channel,web,7,10,4\r\n\
         2024-10-04,2024-10-04,false,recommend,channel,web,7,9,3\r\n\
         2024-10-04,2024-10-04,false,why,channel,web,7,,\r\n"
    );
    let lines = Format::JsonLines.head() + &Format::JsonLines.body(&periods, Day(20_000));
    assert_eq!(
        lines,
        "{\"from\":\"2024-10-04\",\"to\":\"2024-10-04\",\"final\":true,\"question\":\"recommend\",\
         \"dimension\":\"channel\",\"segment\":\"web\",\"n\":7,\"tallies\":{\"10\":4,\"9\":3}}\n\
         {\"from\":\"2024-10-04\",\"to\":\"2024-10-04\",\"final\":true,\"question\":\"why\",\
         \"dimension\":\"channel\",\"segment\":\"web\",\"n\":7,\"tallies\":{}}\n"
    );
}

#[test]
fn a_cohort_without_a_dimension_has_none() {
    let mut period = period("q", "(unattributed)", &[("9", 7)]);
    period.dimension.clear();
    let line = Format::JsonLines.body(&[period.clone()], Day(0));
    assert!(line.contains("\"dimension\":null"), "{line}");
    assert!(Format::Csv.body(&[period], Day(0)).contains(",q,,(unattributed),7,9,7\r\n"));
}

proptest! {
    #[test]
    fn no_text_is_a_formula_and_every_text_is_found_again(
        segment in "[-=+@\t\r\n\"',;a-z(é]{0,8}",
        answer in "[-=+@\t\r\n\"',;a-z(é]{0,8}",
        tally in 1_u64..1 << 53,
    ) {
        let periods = [period("q", &segment, &[(&answer, tally)])];
        let csv = Format::Csv.head() + &Format::Csv.body(&periods, Day(0));
        let rows = rows(&csv);
        prop_assert_eq!(rows.len(), 1);
        for (name, text) in [("segment", &segment), ("answer", &answer)] {
            let cell = &rows[0][name];
            prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{:?}", cell);
            prop_assert!(cell == text || cell.strip_prefix('\'') == Some(text));
        }
        prop_assert_eq!(&rows[0]["tally"], &tally.to_string());
        let line: serde_json::Value =
            serde_json::from_str(&Format::JsonLines.body(&periods, Day(0))).unwrap();
        prop_assert_eq!(line["segment"].as_str(), Some(segment.as_str()));
        prop_assert_eq!(line["tallies"][&answer].as_u64(), Some(tally));
    }

    #[test]
    fn all_that_was_released_is_exported_once_whether_or_not_it_was_rolled_up(
        days in btree_map(0_i32..120, cohorts(), 1..6),
        rolled in vec(0_i32..120, 0..3),
    ) {
        let today = Day(20_120);
        let retention = Retention { days: 40, months: 24 };
        let mut sqlite = with_survey();
        for (sequence, (day, cohorts)) in days.iter().enumerate() {
            let (sequence, day) = (sequence as u64 + 1, Day(20_000 + day));
            let batch = Batch { sequence, day, cohorts: cohorts.clone() };
            sqlite.run(&d1::apply(1, "a", &batch)).unwrap();
        }
        let asked = Days { from: Day(20_000), to: today };
        let plan = Plan::new(retention, today, None, asked);
        for ago in rolled {
            // Earlier runs of cron, up to the day that retention asks for.
            let through = Day(plan.by_month.0 - ago);
            sqlite.run(&roll_up(&[Due::new(1, through, retention.horizon(today))])).unwrap();
        }
        let steps = plan.steps(Step::Day);
        let mut exported = Vec::new();
        for slice in steps.chunks(7) {
            let of = Days { from: slice[0].1.from, to: slice[slice.len() - 1].1.to };
            let read = sqlite.select(&d1::select_periods(1, of, plan.by_month)).unwrap();
            exported.extend(d1::periods(read, slice).unwrap());
        }
        for (i, period) in exported.iter().enumerate() {
            prop_assert!(exported.iter().skip(i + 1).all(|other| !other.is_same(period)));
        }
        let all: Vec<_> = days.values().flatten().cloned().collect();
        let expected = sum(all.iter());
        let n: u64 = exported.iter().map(|period| period.n).sum();
        let mut tallies = Tallies::default();
        exported.iter().for_each(|period| tallies.add(&period.tallies));
        prop_assert_eq!((n, tallies.0), (expected.n, expected.tallies));
    }
}
