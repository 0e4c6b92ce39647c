//! Surveys read and written: `tests/fixtures/surveys.json` holds one document for every rule, with
//! the faults that it has. (`tests/edge` runs the same documents through the JSON Schema.)

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::collections::BTreeMap;

use counterfoil::domain::decimal::decimal;
use counterfoil::domain::fault::{Fault, Faults};
use counterfoil::domain::json::Json;
use counterfoil::domain::kpi::{Counts, Kpi, kpis};
use counterfoil::domain::notice;
use counterfoil::domain::retention::{self, Retention};
use counterfoil::domain::survey::{
    AnswerValue, Benchmark, ChoiceOption, Controller, Dimension, Direction, Kind, NpsAnswer,
    NpsMap, Question, Release, ShowIf, Status, Survey, Test, Texts, Theme,
};
use counterfoil::domain::survey_json::{self, MOST_NOTICE, RELEASE, WINDOW};
use counterfoil::domain::survey_view::{self, Stored};
use counterfoil::domain::templates::{self, LANGUAGES, TEMPLATES};
use counterfoil::domain::time::{Duration, Instant};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use serde_json::{Value, json};

const DOCUMENTS: &str = include_str!("../fixtures/surveys.json");
const SCHEMA: &str = include_str!("../../schema/survey.schema.json");

fn read(text: &str) -> Result<Survey, Faults> {
    survey_json::read(&Json::read(text.as_bytes()).unwrap())
}

/// A fault in short: `#/name length`, with the member's index where it has one.
fn short(fault: &Fault) -> String {
    let member = fault.member.map(|index| format!(" {index}")).unwrap_or_default();
    format!("{} {}{member}", fault.pointer, fault.code)
}

fn faults(text: &str) -> Vec<String> {
    read(text).err().map(Faults::into_vec).unwrap_or_default().iter().map(short).collect()
}

fn document(why: &str) -> Survey {
    let all: Vec<Value> = serde_json::from_str(DOCUMENTS).unwrap();
    let found = all.iter().find(|one| one["why"] == why).unwrap();
    read(&found["survey"].to_string()).unwrap()
}

fn smallest() -> Survey {
    document("the smallest survey, of three lines")
}

fn example() -> Survey {
    document("every kind of question, dimensions, themes and terms")
}

fn again(survey: &Survey) -> Survey {
    read(&survey_view::stored(survey).to_string()).unwrap()
}

#[test]
fn every_document_has_the_faults_that_are_noted_for_it_and_no_others() {
    // Read by our own reader throughout, so that numbers are judged as they were written.
    let Json::List(all) = Json::read(DOCUMENTS.as_bytes()).unwrap() else { panic!("a list") };
    assert!(all.len() >= 60);
    for one in &all {
        let Json::Members(members) = one else { panic!("an object") };
        let member = |name: &str| &members.iter().find(|(n, _)| n == name).unwrap().1;
        let Json::Text(why) = member("why") else { panic!("a sentence") };
        let Json::List(expected) = member("faults") else { panic!("a list") };
        let expected: Vec<&str> = expected
            .iter()
            .map(|fault| if let Json::Text(text) = fault { text } else { panic!("a text") })
            .map(String::as_str)
            .collect();
        let read = survey_json::read(member("survey"));
        assert_eq!(member("valid"), &Json::Bool(read.is_ok()), "{why}");
        let found: Vec<String> =
            read.err().map(Faults::into_vec).unwrap_or_default().iter().map(short).collect();
        assert_eq!(found, expected, "{why}");
    }
}

#[test]
fn the_smallest_survey_has_every_default() {
    let survey = smallest();
    let expected = Survey {
        name: "Checkout".to_owned(),
        status: Status::Open,
        questions: vec![Question {
            id: "recommend".to_owned(),
            kind: Kind::Nps { map: None },
            text: templates::wording(&Kind::Nps { map: None }),
            required: false,
            show_if: None,
        }],
        dimensions: vec![],
        themes: vec![],
        origins: vec![],
        controller: None,
        notice: notice::standard(&survey),
        window: Duration::days(30),
        release: Release {
            every: Duration::seconds(3600),
            min_cohort: 5,
            patience: Duration::days(3),
        },
        retention: Retention { days: 90, months: 25 },
        verified_only: false,
        store_visit: false,
        turnstile: false,
        relay: None,
        reward: None,
        benchmarks: vec![],
    };
    assert_eq!(survey, expected);
}

#[test]
fn every_kind_has_its_default_scale() {
    let survey = read(
        r#"{"name": "x", "questions": [{"id": "a", "kind": "csat"}, {"id": "b", "kind": "ces"},
        {"id": "c", "kind": "rating"}, {"id": "d", "kind": "choice", "options": ["x", "y"]},
        {"id": "e", "kind": "number", "min": -1.5, "max": 2}]}"#,
    )
    .unwrap();
    let option = |id: &str| ChoiceOption { id: id.to_owned(), label: Texts::new() };
    let kinds: Vec<Kind> = survey.questions.into_iter().map(|q| q.kind).collect();
    assert_eq!(
        kinds,
        [
            Kind::Csat { points: 5 },
            Kind::Ces { points: 7, direction: Direction::EasyHigh },
            Kind::Rating { points: 5 },
            Kind::Choice { options: vec![option("x"), option("y")], multiple: false },
            Kind::Number { unit: None, edges: vec![-1500, 2000] },
        ]
    );
}

#[test]
fn the_designs_example_is_read_whole() {
    let survey = example();
    assert_eq!(survey.questions[0].text["en"], "How likely are you to recommend us?");
    assert_eq!(
        survey.questions[4].kind,
        Kind::Number {
            unit: Some("min".to_owned()),
            edges: vec![0, 1000, 5000, 15_000, 60_000, 600_000],
        }
    );
    let names: Vec<&str> = survey.dimensions.iter().map(|d| d.name.as_str()).collect();
    assert_eq!(names, ["channel", "touchpoint"]);
    assert_eq!(survey.dimensions[0].segments, ["web", "email", "store"]);
    assert_eq!(survey.themes[0].words["nl"], ["bezorging", "levering"]);
    assert_eq!(survey.controller.unwrap().contact, "privacy@shop.example");
}

#[test]
fn members_given_twice_are_faults_wherever_they_stand() {
    assert_eq!(
        faults(
            r##"{"name": "x", "name": "y", "questions": [{"id": "a", "id": "b", "kind": "comment"}],
            "themes": {"price": {"en": ["a"]}, "price": {"en": ["b"]}}}"##
        ),
        ["# duplicate_member 1", "#/questions/0 duplicate_member 1", "#/themes duplicate_member 1"]
    );
}

#[test]
fn promise_2_nothing_of_the_input_is_echoed() {
    let found = read(
        r##"{"name": 1, "Zebra": 1, "status": "Zebra", "template": "Zebra",
        "questions": [{"id": "Zebra", "kind": "Zebra", "Zebra": 1, "text": {"Zebra": "x"}},
                      {"id": "b", "kind": "nps", "Zebra": 1, "show_if": {"question": "zebra", "Zebra": 1}},
                      {"id": "c", "kind": "choice", "options": ["Zebra", {"id": "d", "Zebra": 1}]}],
        "dimensions": {"Zebra": ["a"], "ok": ["(Zebra)"]}, "themes": {"Zebra": {}},
        "origins": ["Zebra"], "controller": {"Zebra": 1}, "notice": {"Zebra": 1},
        "window": "Zebra", "release": {"every": "Zebra", "Zebra": 1},
        "retention": {"days": "Zebra", "Zebra": 1}}"##,
    )
    .unwrap_err()
    .into_vec();
    assert!(found.len() >= 20);
    assert!(!serde_json::to_string(&found).unwrap().to_lowercase().contains("zebra"));
}

#[test]
fn a_fault_in_one_question_is_no_fault_of_another() {
    let text = r#"{"name": "x", "questions": [{"id": "a", "kind": "csat", "points": 8},
        {"id": "b", "kind": "nps", "show_if": {"question": "a", "is": 3}},
        {"id": "c", "kind": "Comment", "points": 5}], "themes": {"price": {"en": ["price"]}}}"#;
    assert_eq!(faults(text), ["#/questions/0/points range", "#/questions/2/kind value"]);
}

#[test]
fn a_template_is_written_out_before_the_surveys_own_questions() {
    let survey = document("a condition on a question of the template");
    let ids: Vec<&str> = survey.questions.iter().map(|q| q.id.as_str()).collect();
    assert_eq!(ids, ["satisfied", "resolved", "why"]);
    let stored = survey_view::stored(&survey);
    assert!(stored.get("template").is_none());
    assert_eq!(again(&survey), survey);
}

#[test]
fn every_template_is_worded_in_every_language() {
    for template in TEMPLATES {
        let survey = read(&json!({"name": "x", "template": template.name()}).to_string()).unwrap();
        assert_eq!(survey.questions, template.questions());
        assert_eq!(again(&survey), survey);
        for question in survey.questions {
            assert_eq!(question.text.len(), LANGUAGES.len());
            assert!(LANGUAGES.iter().all(|locale| !question.text[*locale].is_empty()));
        }
    }
}

#[test]
fn a_bin_of_one_number_of_pages_has_it_in_the_middle() {
    let visits = document("the template visits");
    let Kind::Number { edges, .. } = &visits.question("pages").unwrap().kind else { panic!() };
    for pages in 1..=10 {
        assert_eq!(Kind::bin(edges, pages * 1000, true), Some(visits_bin(pages)));
    }
    assert_eq!(Kind::bin(edges, 100_000, true).as_deref(), Some("[75.5,100.5]"));
}

fn visits_bin(pages: i64) -> String {
    format!("[{},{})", decimal(pages * 1000 - 500), decimal(pages * 1000 + 500))
}

#[test]
fn an_owner_gets_what_can_be_sent_back() {
    let stored =
        Stored { id: "Uk".to_owned(), revision: 2, created: Instant(0), survey: example() };
    let view = stored.for_owner();
    assert_eq!(view["id"], "Uk");
    assert_eq!(view["revision"], 2);
    assert_eq!(view["created"], "1970-01-01T00:00:00Z");
    assert_eq!(view["notice"]["hash"], notice::hash(&stored.survey.notice));
    assert_eq!(read(&view.to_string()).unwrap(), stored.survey);
}

#[test]
fn respondents_see_no_name_no_origins_and_no_words_of_themes() {
    let stored =
        Stored { id: "Uk".to_owned(), revision: 2, created: Instant(0), survey: example() };
    let view = stored.for_respondents("");
    let mut members: Vec<&str> = view.as_object().unwrap().keys().map(String::as_str).collect();
    members.sort_unstable();
    assert_eq!(
        members,
        [
            "consent",
            "consent_text",
            "controller",
            "dimensions",
            "id",
            "notice",
            "questions",
            "release",
            "retention",
            "revision",
            "status",
            "themes",
            "verified_only",
            "window"
        ]
    );
    assert_eq!(view["themes"], json!(["delivery"]));
    assert!(!view.to_string().contains("shipping"));
    assert!(!view.to_string().contains("shop.example\"]"));
}

#[test]
fn only_consents_that_the_survey_can_use_are_asked_for() {
    let consents = |why| survey_view::optional_consents(&document(why));
    assert_eq!(consents("the smallest survey, of three lines"), ["use_customer_id"]);
    assert_eq!(consents("a comment without themes"), ["use_customer_id", "analyse_comment"]);
    assert_eq!(
        consents("a theme's word of one picture"),
        ["use_customer_id", "use_segments", "analyse_comment"]
    );
    assert_eq!(
        consents("eight dimensions with a hundred segments"),
        ["use_customer_id", "use_segments"]
    );
    assert_eq!(consents("the template visits"), ["use_customer_id"]);
    assert_eq!(consents("visits over several pages"), ["use_customer_id", "store_visit"]);
}

#[test]
fn each_consent_brings_the_words_that_ask_for_it_in_every_language() {
    let asked = |why| survey_view::public(&document(why))["consent_text"].clone();
    let flags = |asked: &Value| asked.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let themed = asked("a theme's word of one picture");
    assert_eq!(
        flags(&themed),
        ["analyse_comment", "process_answers", "use_customer_id", "use_segments"]
    );
    for texts in themed.as_object().unwrap().values() {
        for locale in LANGUAGES {
            assert!(texts[locale].as_str().is_some_and(|text| !text.contains('{')), "{texts}");
        }
    }
    assert_eq!(themed["analyse_comment"]["en"], "My comment may be searched for themes.");
    assert!(themed["use_segments"]["en"].as_str().unwrap().ends_with("drawn at random from:"));
    // Where there are no themes, that there was a comment is all that is counted, and nothing else is said.
    let bare = document("a comment without themes");
    let counted = &survey_view::public(&bare)["consent_text"]["analyse_comment"]["en"];
    assert_eq!(counted, "It may be counted that I left a comment.");
    let told = notice::standard(&bare);
    assert!(
        told["en"].contains("counted that you left a comment") && !told["en"].contains("themes")
    );
    // For visits the owner's page asks in its own words.
    assert_eq!(flags(&asked("visits over several pages")), ["process_answers", "use_customer_id"]);
}

#[test]
fn the_standard_notice_says_what_holds_for_the_survey() {
    let mut survey = example();
    survey.release.min_cohort = 37;
    survey.release.patience = Duration::seconds(3600);
    survey.window = Duration::days(45);
    let notice = notice::standard(&survey);
    assert_eq!(notice.keys().map(String::as_str).collect::<Vec<_>>(), ["de", "en", "fr", "nl"]);
    for text in notice.values() {
        for word in ["Shop BV", "privacy@shop.example", "37", "45", "channel, touchpoint, ", "30"] {
            assert!(text.contains(word), "{word} in {text}");
        }
        assert!(!text.contains(['{', '}']) && !text.contains("  "), "{text}");
    }
    assert!(notice["en"].contains("after 1 hour is"));
    assert!(notice["de"].contains("Zeitraums von 45 Tagen"));

    let plain = &notice::standard(&smallest())["en"];
    assert!(plain.contains("The operator of this site is responsible"));
    assert!(!plain.contains("comment") && !plain.contains("group, drawn"));
    assert!(plain.contains("You may refuse everything that is optional"));
    for (locale, word) in [
        ("en", "session storage"),
        ("nl", "sessieopslag"),
        ("de", "Sitzungsspeicher"),
        ("fr", "stockage de session"),
    ] {
        let told = |why| notice::standard(&document(why)).remove(locale).unwrap().contains(word);
        assert!(told("visits over several pages") && !told("the template visits"), "{locale}");
    }
    let verified = notice::standard(&document("closed, and for identified people only"));
    assert!(verified["en"].contains("counts only responses of people who agree to that"));
}

#[test]
fn a_notice_says_what_a_comment_is_used_for_and_nothing_else() {
    let mut survey = document("comments that are passed on");
    let themes = ["themes", "thema", "Themen", "thèmes"];
    let counted =
        ["counted that you left", "geteld dat u", "gezählt wird, dass Sie", "le fait d’en laisser"];
    for relay in [survey.relay.clone(), None] {
        survey.relay = relay;
        for (has_themes, told, not_told) in [(true, themes, counted), (false, counted, themes)] {
            let theme = Theme { name: "late".to_owned(), words: BTreeMap::new() };
            survey.themes = if has_themes { vec![theme] } else { vec![] };
            let notice = notice::standard(&survey);
            for (locale, at) in [("en", 0), ("nl", 1), ("de", 2), ("fr", 3)] {
                let text = &notice[locale];
                assert!(!text.contains(['{', '}']) && !text.contains("  "), "{text}");
                if survey.relay.is_some() {
                    assert!(text.contains(told[at]) && !text.contains(not_told[at]), "{text}");
                } else {
                    assert!(!has_themes || text.contains(told[at]), "{text}");
                    assert!(has_themes || !text.contains(not_told[at]), "{text}");
                }
            }
        }
    }
}

#[test]
fn a_standard_notice_that_is_sent_back_follows_the_survey() {
    let before = example();
    let mut after = before.clone();
    after.window = Duration::days(60);
    notice::follow(&before, &mut after);
    assert!(after.notice["en"].contains("60 days"));

    let mut own = before.clone();
    own.notice = Texts::from([("en".to_owned(), "Our own.".to_owned())]);
    let mut changed = Survey { window: Duration::days(60), ..own.clone() };
    notice::follow(&own, &mut changed);
    assert_eq!(changed.notice, own.notice);
    notice::follow(&before, &mut own);
    assert_eq!(own.notice["en"], "Our own.");
}

#[test]
fn a_standard_notice_fits_and_braces_of_the_owner_stay() {
    let mut survey = example();
    let name = "{contact}".repeat(22);
    survey.controller = Some(Controller { name: name.clone(), contact: "c".repeat(500) });
    survey.dimensions = (0..8)
        .map(|i| Dimension { name: format!("{i}").repeat(32), segments: vec!["a".to_owned()] })
        .collect();
    survey.verified_only = true;
    survey.store_visit = true;
    for text in notice::standard(&survey).values() {
        assert!(text.contains(&name));
        assert!(text.chars().count() <= MOST_NOTICE);
    }
}

#[test]
fn the_hash_of_a_notice_is_pinned() {
    let texts = Texts::from([
        ("en".to_owned(), "Counted.".to_owned()),
        ("nl".to_owned(), "Geteld.".to_owned()),
    ]);
    assert_eq!(notice::hash(&texts), "WVEa8CSjutNHDMSq45oKtBbNfCwZ9-2RGXpjJFACzmA");
}

#[test]
fn the_schema_lists_the_templates_and_the_defaults_that_there_are() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let names: Vec<&str> = TEMPLATES.iter().map(|template| template.name()).collect();
    let of = &schema["properties"];
    assert_eq!(of["template"]["enum"], json!(names));
    assert_eq!(of["window"]["default"], WINDOW.0.to_string());
    let release = &of["release"]["properties"];
    assert_eq!(release["every"]["default"], RELEASE.every.to_string());
    assert_eq!(release["patience"]["default"], RELEASE.patience.to_string());
    assert_eq!(release["min_cohort"]["default"], RELEASE.min_cohort);
    let kept = &of["retention"]["properties"];
    let usual = Retention::default();
    for (name, (least, most), usual) in
        [("days", retention::DAYS, usual.days), ("months", retention::MONTHS, usual.months)]
    {
        assert_eq!(kept[name]["minimum"], least, "{name}");
        assert_eq!(kept[name]["maximum"], most, "{name}");
        assert_eq!(kept[name]["default"], usual, "{name}");
    }
}

// What surveys there are.

fn id() -> impl Strategy<Value = String> {
    "[a-z0-9][a-z0-9_-]{0,5}"
}

fn locale() -> impl Strategy<Value = String> {
    select(vec!["en", "nl", "pt-BR", "zh-Hant-TW"]).prop_map(str::to_owned)
}

fn words() -> impl Strategy<Value = String> {
    "[ a-z\"\\\\/é\u{1F44D}\n\u{2028}]{0,8}x"
}

fn texts(least: usize) -> impl Strategy<Value = Texts> {
    btree_map(locale(), words(), least..4)
}

fn nps_map() -> impl Strategy<Value = NpsMap> {
    let integers = btree_set(-1000..=1000_i64, 2..=20)
        .prop_map(|set| set.into_iter().map(NpsAnswer::Integer).collect::<Vec<_>>());
    let labels = btree_set(id(), 2..=20)
        .prop_map(|set| set.into_iter().map(NpsAnswer::Label).collect::<Vec<_>>());
    (prop_oneof![integers, labels], any::<Index>(), any::<Index>()).prop_map(|(all, one, two)| {
        let first = one.index(all.len() - 1) + 1;
        let second = first + two.index(all.len() - first);
        NpsMap {
            detractors: all[..first].to_vec(),
            passives: all[first..second].to_vec(),
            promoters: all[second..].to_vec(),
        }
    })
}

fn kind() -> impl Strategy<Value = Kind> {
    let direction = select(vec![Direction::EasyHigh, Direction::EffortHigh]);
    let edges = btree_set(-1_000_000_000_000..=1_000_000_000_000_i64, 2..=52);
    let near = btree_set(-3000..=3000_i64, 2..=10);
    prop_oneof![
        option::of(nps_map()).prop_map(|map| Kind::Nps { map }),
        select(vec![3, 4, 5, 6, 7, 10]).prop_map(|points| Kind::Csat { points }),
        (select(vec![5, 7]), direction)
            .prop_map(|(points, direction)| Kind::Ces { points, direction }),
        (2..=100_i64).prop_map(|points| Kind::Rating { points }),
        (btree_map(id(), texts(0), 2..6), any::<bool>()).prop_map(|(options, multiple)| {
            let options = options.into_iter().map(|(id, label)| ChoiceOption { id, label });
            Kind::Choice { options: options.collect(), multiple }
        }),
        Just(Kind::YesNo),
        (option::of(words()), prop_oneof![edges, near])
            .prop_map(|(unit, edges)| Kind::Number { unit, edges: edges.into_iter().collect() }),
        Just(Kind::Comment),
    ]
}

/// A condition that `earlier` can fulfil, or not.
fn condition(earlier: &Question, bound: i64, which: Index) -> Option<ShowIf> {
    let keys = earlier.kind.keys();
    let at = || keys[which.index(keys.len())].clone();
    let test = match &earlier.kind {
        Kind::Comment => return None,
        Kind::YesNo => Test::Is(AnswerValue::Bool(bound > 0)),
        Kind::Choice { .. } => Test::Is(AnswerValue::Label(at())),
        Kind::Nps { map: Some(map) } if matches!(map.detractors[0], NpsAnswer::Label(_)) => {
            Test::Is(AnswerValue::Label(at()))
        }
        Kind::Number { .. } if bound > 0 => Test::AtLeast(bound),
        Kind::Number { .. } => Test::AtMost(bound),
        _ if bound % 3 == 0 => Test::Is(AnswerValue::Integer(at().parse().unwrap())),
        _ if bound > 0 => Test::AtLeast(bound),
        _ => Test::AtMost(bound),
    };
    Some(ShowIf { question: earlier.id.clone(), test })
}

fn questions() -> impl Strategy<Value = Vec<Question>> {
    let one = (
        kind(),
        texts(1),
        any::<bool>(),
        option::of((any::<Index>(), -9999..9999_i64, any::<Index>())),
    );
    btree_map(id(), one, 1..8).prop_map(|all| {
        let mut questions: Vec<Question> = Vec::new();
        for (id, (kind, text, required, shown)) in all {
            let show_if = match shown {
                Some((earlier, bound, which)) if !questions.is_empty() => {
                    condition(&questions[earlier.index(questions.len())], bound, which)
                }
                _ => None,
            };
            questions.push(Question { id, kind, text, required, show_if });
        }
        questions
    })
}

fn release() -> impl Strategy<Value = Release> {
    (10..=864_000_i64, 10..=864_000_i64, 5..=10_000_u64).prop_map(|(a, b, min_cohort)| Release {
        every: Duration::seconds(a.min(b)),
        min_cohort,
        patience: Duration::seconds(a.max(b)),
    })
}

fn kept() -> impl Strategy<Value = Retention> {
    (7..=731_u16, 1..=120_u16).prop_map(|(days, months)| Retention { days, months })
}

/// A benchmark for every third KPI, counted from `seed`.
fn benchmarks(
    questions: &[Question],
    themes: &BTreeMap<String, BTreeMap<String, Vec<String>>>,
    seed: i64,
) -> Vec<Benchmark> {
    let themes: Vec<String> = themes.keys().cloned().collect();
    let given = questions.iter().flat_map(|q| kpis(q, &themes, &Counts::default()));
    let benchmark = |(i, kpi): (i64, Kpi)| {
        let [low, high] = kpi.bounds().expect("every KPI has bounds");
        let year = (i % 2 == 0).then_some(1900 + seed % 1000);
        Benchmark {
            question: kpi.question,
            kpi: kpi.kpi.to_owned(),
            option: kpi.option,
            theme: kpi.theme,
            value: low + (seed * 7919 + i) % (high - low + 1),
            source: format!("source {i}"),
            year,
        }
    };
    (seed..).zip(given).filter(|(i, _)| i % 3 == 0).map(benchmark).take(200).collect()
}

fn survey() -> impl Strategy<Value = Survey> {
    let segments = btree_set("[A-Za-z0-9][A-Za-z0-9 ._:/-]{0,6}", 1..5);
    let dimension_name = id().prop_filter("reserved", |name| name != "theme");
    let themes = btree_map(id(), btree_map(locale(), vec(words(), 1..3), 1..3), 0..4);
    let origins = vec!["https://a.example", "http://localhost:8787", "https://[::1]:1"];
    let who = (words(), words()).prop_map(|(name, contact)| Controller { name, contact });
    (
        (words(), any::<bool>(), questions(), btree_map(dimension_name, segments, 0..=8), themes),
        (subsequence(origins, 0..=3), option::of(who), texts(1)),
        (
            30 * 86_400..=90 * 86_400_i64,
            release(),
            any::<[bool; 2]>(),
            kept(),
            option::of(texts(1)),
        ),
    )
        .prop_map(
            |((name, open, questions, dimensions, themes), (origins, controller, notice), last)| {
                let has_comment = questions.iter().any(|q| q.kind == Kind::Comment);
                let themes = if has_comment { themes } else { BTreeMap::new() };
                let benchmarks = benchmarks(&questions, &themes, last.0);
                Survey {
                    name,
                    status: if open { Status::Open } else { Status::Closed },
                    questions,
                    dimensions: dimensions
                        .into_iter()
                        .map(|(name, s)| Dimension { name, segments: s.into_iter().collect() })
                        .collect(),
                    themes: themes.into_iter().map(|(name, words)| Theme { name, words }).collect(),
                    origins: origins.into_iter().map(str::to_owned).collect(),
                    controller,
                    notice,
                    window: Duration::seconds(last.0),
                    release: last.1,
                    retention: last.3,
                    verified_only: last.2[0],
                    store_visit: false,
                    turnstile: last.2[1] && !last.2[0],
                    relay: None,
                    reward: last.4,
                    benchmarks,
                }
            },
        )
}

proptest! {
    #[test]
    fn what_is_stored_is_read_back_the_same(survey in survey()) {
        prop_assert_eq!(again(&survey), survey);
    }

    #[test]
    fn a_standard_notice_is_never_refused(mut survey in survey()) {
        survey.notice = notice::standard(&survey);
        prop_assert_eq!(again(&survey), survey);
    }

    #[test]
    fn notices_that_differ_have_different_hashes(
        one in btree_map("[ab]{0,2}", "[ab]{0,2}", 0..3),
        other in btree_map("[ab]{0,2}", "[ab]{0,2}", 0..3),
    ) {
        prop_assert_eq!(notice::hash(&one) == notice::hash(&other), one == other);
    }
}
