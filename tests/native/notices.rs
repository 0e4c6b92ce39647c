//! Notices that are kept, and consents that are counted under them.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::collections::BTreeMap;

use counterfoil::domain::consent::Consent;
use counterfoil::domain::consent_counts::{self, ConsentCounts};
use counterfoil::domain::kpi::Counts;
use counterfoil::domain::ledger::Changes;
use counterfoil::domain::notice;
use counterfoil::domain::relay;
use counterfoil::domain::response::Answer;
use counterfoil::domain::survey::Texts;
use counterfoil::domain::survey_view::stored;
use counterfoil::domain::time::Instant;
use counterfoil::store::d1::{self, Telling};
use counterfoil::store::notices;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::sql::open;
use crate::sqlite::Sqlite;

/// A notice in English.
pub fn texts(text: &str) -> Texts {
    Texts::from([("en".to_owned(), text.to_owned())])
}

fn kept_notices(d1: &Sqlite, survey: u64) -> Vec<(String, Instant)> {
    let rows = d1.select(&notices::list_since(survey)).unwrap();
    rows.into_iter().map(|row| notices::since(row).unwrap()).collect()
}

#[test]
fn every_notice_that_was_in_force_is_kept_since_it_first_was() {
    let mut d1 = Sqlite::d1();
    for (created, first) in [(Instant(5), "One."), (Instant(6), "Other.")] {
        let statements =
            [d1::insert_survey(created, "{}"), notices::keep_first(&texts(first), created)];
        d1.run(&statements).unwrap();
    }
    for (since, text) in [(7, "One."), (8, "Two."), (9, "One."), (10, "Two.")] {
        d1.run(&[notices::keep(1, &texts(text), Instant(since))]).unwrap();
    }
    let hash = |text| notice::hash(&texts(text));
    let expected = [(hash("One."), Instant(5)), (hash("Two."), Instant(8))];
    assert_eq!(kept_notices(&d1, 1), expected);
    assert_eq!(kept_notices(&d1, 2), [(hash("Other."), Instant(6))]);
    let row = d1.select(&notices::select(1, &hash("Two."))).unwrap().remove(0);
    let found = notices::notice(row).unwrap();
    assert_eq!((found.hash, found.text, found.since), (hash("Two."), texts("Two."), Instant(8)));
    for (survey, text) in [(1, "Other."), (2, "One."), (3, "One.")] {
        assert!(d1.select(&notices::select(survey, &hash(text))).unwrap().is_empty());
    }
    d1.run(&[d1::delete_survey(1)]).unwrap();
    d1.run(&[notices::keep(1, &texts("Late."), Instant(11))]).unwrap();
    assert_eq!(kept_notices(&d1, 1), [], "they go with the survey");
    assert_eq!(kept_notices(&d1, 2).len(), 1);
}

#[test]
fn d1_is_told_the_notice_together_with_the_definition() {
    let (mut ledger, _) = open();
    let mut d1 = Sqlite::d1();
    d1.run(&[d1::insert_survey(Instant(0), &ledger.head.definition)]).unwrap();
    let mut other = ledger.survey.clone();
    other.notice = texts("Another one.");
    assert!(!ledger.owes_notice(&other), "D1 had the first one when the Ledger was opened");
    let text = stored(&other).to_string();
    ledger.revise(None, text, other.clone(), &mut Changes::default()).unwrap();
    assert!(!ledger.owes_notice(&other), "the same notice again");
    other.notice = texts("A third one.");
    assert!(ledger.owes_notice(&other), "the second one would be kept nowhere");
    let Some(Telling::Revision(revision, statements)) = d1::telling(&ledger, Instant(12)) else {
        panic!("D1 must be told")
    };
    d1.run(&statements).unwrap();
    assert_eq!(kept_notices(&d1, 1), [(notice::hash(&texts("Another one.")), Instant(12))]);
    ledger.projected(revision, &mut Changes::default());
    assert!(!ledger.owes_notice(&other));
    ledger.delete(&mut Changes::default());
    assert!(!ledger.owes_notice(&other));
    let Some(Telling::Revision(_, statements)) = d1::telling(&ledger, Instant(13)) else {
        panic!("D1 must be told")
    };
    d1.run(&statements).unwrap();
    assert_eq!(kept_notices(&d1, 1), []);
}

fn consent() -> impl Strategy<Value = Consent> {
    any::<[bool; 5]>().prop_map(
        |[use_customer_id, use_segments, analyse_comment, store_visit, share_comment]| Consent {
            use_customer_id,
            use_segments,
            analyse_comment,
            store_visit,
            share_comment,
        },
    )
}

proptest! {
    #[test]
    fn consents_are_counted_per_notice_and_flag(
        given in vec((select(vec!["One.", "Two.", "Three."]), consent()), 0..30),
    ) {
        let mut counted: BTreeMap<String, Counts> = BTreeMap::new();
        let mut expected: BTreeMap<String, ConsentCounts> = BTreeMap::new();
        for (text, consent) in &given {
            let hash = notice::hash(&texts(text));
            let Answer { question, keys } = consent_counts::answer(&hash, consent);
            prop_assert_eq!(consent_counts::notice(&question), Some(hash.as_str()));
            let counts = counted.entry(hash.clone()).or_default();
            counts.n += 1;
            for key in keys {
                *counts.tallies.entry(key).or_default() += 1;
            }
            let Consent { use_customer_id, use_segments, analyse_comment, store_visit, share_comment } = *consent;
            let flags = [use_customer_id, use_segments, analyse_comment, store_visit, share_comment];
            let counts = expected.entry(hash).or_default();
            counts.n += 1;
            for (place, on) in counts.flags.iter_mut().zip(flags) {
                *place += u64::from(on);
            }
        }
        let found = counted.iter().map(|(hash, counts)| (hash.clone(), counts.into()));
        prop_assert_eq!(found.collect::<BTreeMap<_, _>>(), expected);
    }

    #[test]
    fn no_question_of_an_owner_counts_consents(id in "[a-z0-9_-]{1,40}") {
        prop_assert_eq!(consent_counts::notice(&id), None);
        prop_assert!(!consent_counts::is_own(&id) && id != relay::QUESTION);
    }
}
