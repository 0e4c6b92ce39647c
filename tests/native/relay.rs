//! What goes along with a comment that is passed on, and how that is counted.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use counterfoil::domain::json::Json;
use counterfoil::domain::ledger::{Changes, Known, Ledger, Verdict};
use counterfoil::domain::pseudonym::Secret;
use counterfoil::domain::relay::{self, Passed, PassedCounts, Shared};
use counterfoil::domain::response::Answer;
use counterfoil::domain::survey::Survey;
use counterfoil::domain::survey_json;
use counterfoil::domain::time::{Duration, Instant};
use serde_json::{Value, json};

use crate::sql::{HOUR, entry, open};
use crate::themes::bare;

const FRESH: [u8; 32] = [3; 32];

fn survey(questions: Value, question: Option<&str>) -> Survey {
    let mut survey = json!({
        "name": "R", "questions": questions, "relay": {"webhook": "0123456789abcdef"}
    });
    survey["questions"].as_array_mut().unwrap().push(json!({"id": "why", "kind": "comment"}));
    if let Some(question) = question {
        survey["relay"]["question"] = json!(question);
    }
    survey_json::read(&Json::read(survey.to_string().as_bytes()).unwrap()).unwrap()
}

fn answer(question: &str, key: &str) -> Answer {
    Answer { question: question.to_owned(), keys: vec![key.to_owned()] }
}

#[test]
fn the_class_of_a_score_is_that_of_its_kpi() {
    let class = |question: Value, key: &str| {
        let survey = survey(json!([question]), None);
        relay::score(&survey, &[answer("q", key)]).map(|score| score.class)
    };
    let nps = json!({"id": "q", "kind": "nps"});
    for (key, expected) in [
        ("10", "promoter"),
        ("9", "promoter"),
        ("8", "passive"),
        ("7", "passive"),
        ("6", "detractor"),
        ("0", "detractor"),
    ] {
        assert_eq!(class(nps.clone(), key), Some(expected), "{key}");
    }
    let map = json!({"id": "q", "kind": "nps", "map": {"detractors": ["bad"], "passives": ["so-so"], "promoters": ["good"]}});
    for (key, expected) in [("bad", "detractor"), ("so-so", "passive"), ("good", "promoter")] {
        assert_eq!(class(map.clone(), key), Some(expected), "{key}");
    }
    for (points, key, expected) in [
        (5, "4", "satisfied"),
        (5, "3", "other"),
        (10, "8", "satisfied"),
        (10, "7", "other"),
        (3, "2", "other"),
    ] {
        assert_eq!(
            class(json!({"id": "q", "kind": "csat", "points": points}), key),
            Some(expected)
        );
    }
    for (direction, key, expected) in [
        ("easy_high", "5", "easy"),
        ("easy_high", "4", "other"),
        ("effort_high", "3", "easy"),
        ("effort_high", "4", "other"),
    ] {
        let ces = json!({"id": "q", "kind": "ces", "direction": direction});
        assert_eq!(class(ces, key), Some(expected), "{direction} {key}");
    }
    assert_eq!(class(json!({"id": "q", "kind": "yes_no"}), "yes"), None);
    assert_eq!(class(json!({"id": "q", "kind": "rating", "points": 5}), "5"), None);
}

#[test]
fn the_score_is_of_the_named_question_or_the_first_that_has_classes() {
    let questions = json!([
        {"id": "again", "kind": "yes_no"}, {"id": "satisfied", "kind": "csat"}, {"id": "recommend", "kind": "nps"}
    ]);
    let answers = [answer("again", "yes"), answer("satisfied", "5"), answer("recommend", "3")];
    let score = |named, answers: &[Answer]| {
        let survey = survey(questions.clone(), named);
        relay::score(&survey, answers).map(|score| (score.question, score.class))
    };
    assert_eq!(score(None, &answers), Some(("satisfied".to_owned(), "satisfied")));
    assert_eq!(score(Some("recommend"), &answers), Some(("recommend".to_owned(), "detractor")));
    assert_eq!(score(None, &answers[2..]), None, "another question's score is none");
    assert_eq!(score(Some("recommend"), &answers[..2]), None);
}

#[test]
fn promise_2_an_event_holds_the_scrubbed_words_and_nothing_of_whom_they_are() {
    let shared = Shared {
        question: "why".to_owned(),
        comment: "Too late! Call 06-12345678 or jan@shop.nl".to_owned(),
        themes: vec!["delivery".to_owned()],
    };
    assert!(!format!("{shared:?}").contains("late"), "nor is it in a fault");
    let event = |score| relay::event("abcdefgh", Instant(1_795_321_111_464), &shared, score, bare);
    let survey = survey(json!([{"id": "recommend", "kind": "nps"}]), None);
    let score = relay::score(&survey, &[answer("recommend", "3")]).unwrap();
    let told: Value = serde_json::from_str(&event(Some(&score))).unwrap();
    assert_eq!(
        told,
        json!({
            "type": "comment.shared",
            "timestamp": "2026-11-22T04:18:31Z",
            "data": {
                "survey": "abcdefgh",
                "question": "why",
                "comment": "Too late! Call [phone] or [e-mail]",
                "score": {"question": "recommend", "class": "detractor"},
                "themes": ["delivery"],
            }
        })
    );
    let told: Value = serde_json::from_str(&event(None)).unwrap();
    assert_eq!(told["data"]["score"], Value::Null);
}

/// Counts so many outcomes, at this time.
fn pass(ledger: &mut Ledger, now: Instant, passed: Passed, count: usize) {
    for _ in 0..count {
        let mut changes = Changes::default();
        ledger.advance(now, &mut changes);
        ledger.passed(now, passed, &Secret::from_bytes(FRESH), &mut changes);
        assert!(ledger.conserved());
    }
}

fn after(ledger: &Ledger, hours: i64) -> Instant {
    ledger.head.created.plus(Duration(hours * HOUR))
}

#[test]
fn promise_4_and_7_what_was_passed_on_is_counted_and_released_five_at_a_time() {
    let (mut ledger, _) = open();
    let now = after(&ledger, 0).plus(Duration(1));
    pass(&mut ledger, now, Passed::Delivered, 3);
    pass(&mut ledger, now, Passed::Dropped, 1);
    assert_eq!(ledger.accounts.get("(relay)").map(|account| account.accepted), Some(4));
    ledger.advance(after(&ledger, 1), &mut Changes::default());
    assert!(ledger.batches.is_empty(), "four are not released");
    let later = after(&ledger, 1).plus(Duration(1));
    pass(&mut ledger, later, Passed::Delivered, 1);
    ledger.advance(after(&ledger, 2), &mut Changes::default());
    let batch = ledger.batches.pop_front().unwrap();
    let [cohort] = batch.cohorts.as_slice() else { panic!("one cohort") };
    let place = [&cohort.question, &cohort.dimension, &cohort.segment];
    assert_eq!(
        (place, cohort.n),
        (["(relay)", "", "(unattributed)"].map(str::to_owned).each_ref(), 5)
    );
    let tallies = serde_json::to_value(&cohort.tallies).unwrap();
    assert_eq!(tallies, json!({"delivered": 4, "dropped": 1}));
    assert!(ledger.figures().is_empty(), "it is no question of the survey");
}

#[test]
fn nothing_is_counted_for_a_survey_that_is_gone() {
    let (mut ledger, _) = open();
    ledger.delete(&mut Changes::default());
    let now = after(&ledger, 0).plus(Duration(1));
    let mut changes = Changes::default();
    ledger.passed(now, Passed::Delivered, &Secret::from_bytes(FRESH), &mut changes);
    assert_eq!(changes, Changes::default());
    assert!(ledger.buckets.is_empty() && ledger.accounts.is_empty());
}

#[test]
fn promise_6_only_a_first_answer_is_fresh() {
    let (mut ledger, _) = open();
    let (now, fresh) = (after(&ledger, 0).plus(Duration(1)), Secret::from_bytes(FRESH));
    let mut changes = Changes::default();
    let mut known = Known::default();
    let mut take = |ledger: &mut Ledger, dice: u8, submission: u8| {
        // The customer is their sum.
        let group = vec![entry(1, [0, dice, 0, 0], submission)];
        let group = ledger.mark(now, group, &fresh, &mut changes);
        let stored =
            Known { submissions: known.submissions.clone(), persons: known.persons.clone() };
        let verdict = ledger.take(now, &group, stored, &fresh, &mut changes).remove(0);
        let Verdict::Accepted { withdrawable_until, fresh } = verdict else { panic!() };
        known.submissions.insert(group[0].1.submission, withdrawable_until);
        known.persons.extend(group[0].1.person);
        fresh
    };
    assert!(take(&mut ledger, 0, 2), "a first answer");
    assert!(!take(&mut ledger, 0, 2), "the same again");
    assert!(!take(&mut ledger, 1, 1), "the same person with another");
}

#[test]
fn counts_are_told_by_their_keys() {
    let answers = [Passed::Delivered, Passed::Dropped].map(Passed::answer);
    assert_eq!(answers.clone().map(|answer| answer.keys), [["delivered"], ["dropped"]]);
    assert!(answers.iter().all(|answer| answer.question == relay::QUESTION));
    let counts = counterfoil::domain::kpi::Counts {
        n: 7,
        tallies: [("delivered".to_owned(), 5), ("dropped".to_owned(), 2)].into(),
    };
    assert_eq!(PassedCounts::from(&counts), PassedCounts { n: 7, delivered: 5, dropped: 2 });
}
