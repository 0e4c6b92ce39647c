//! The hosted page: languages, forms, and what the templates make of them.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use counterfoil::domain::fault::{Faults, Pointer};
use counterfoil::domain::json::Json;
use counterfoil::domain::locale::{choose, preferences};
use counterfoil::domain::survey::Survey;
use counterfoil::domain::survey_json;
use counterfoil::domain::survey_view::Stored;
use counterfoil::domain::templates::LANGUAGES;
use counterfoil::domain::time::Instant;
use counterfoil::domain::words::{ALL, Words};
use counterfoil::http::form::Form;
use counterfoil::http::page::survey::Sheet;
use counterfoil::http::page::{self, Reader};
use counterfoil::http::policy::admit_own;
use counterfoil::http::problem::Kind;
use counterfoil::http::qr;
use counterfoil::http::reply::Reply;
use proptest::prelude::*;
use serde_json::{Value, json};

fn survey(questions: Value) -> Survey {
    let document = json!({
        "name": "Test",
        "questions": questions,
        "dimensions": { "channel": ["web", "in store"] },
    });
    survey_json::read(&Json::read(document.to_string().as_bytes()).unwrap()).unwrap()
}

fn form(pairs: &[(&str, &str)]) -> Form {
    Form::new(pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect())
}

/// The answers that a form stands for.
fn answers(survey: &Survey, pairs: &[(&str, &str)], decimal: char) -> Value {
    let body: Value = serde_json::from_str(&form(pairs).response(survey, "id", decimal)).unwrap();
    body["answers"].clone()
}

/// The page of a survey with this form, sent where there are faults.
fn rendered(survey: Survey, form: &Form, faults: Faults) -> Reply {
    let reader = Reader::new(None, None);
    let stored = Stored { id: "x".to_owned(), revision: 1, created: Instant(0), survey };
    let faults = faults.into_vec();
    let sheet = Sheet {
        reader: &reader,
        stored: &stored,
        notice: "hash",
        form,
        sent: !faults.is_empty(),
        faults: &faults,
        submission_id: "id",
        invitation: None,
        invitation_refused: false,
        private: false,
        turnstile: None,
    };
    sheet.reply(200)
}

#[test]
fn languages_are_preferred_by_the_link_then_by_weight_then_by_order() {
    for (asked, header, expected) in [
        (None, None, ""),
        (None, Some("nl, en;q=0.8, de;q=0.9"), "nl de en"),
        (Some("fr"), Some("nl"), "fr nl"),
        (None, Some("da;q=0.5,sv;q=0.5,nb;q=0.50,fi;q=1.000"), "fi da sv nb"),
        (None, Some("en;q=0, nl;q=0.001"), "nl"),
        (None, Some("en;q=2, nl;q=x, de;q=0.1234, fr;level=1, it; q=0.3"), "it"),
        (Some("\"><b>"), Some("*, pt-BR , x--y,"), "pt-br"),
        (Some(""), Some(" NL "), "nl"),
    ] {
        assert_eq!(preferences(asked, header).join(" "), expected, "{asked:?} {header:?}");
    }
}

#[test]
fn a_locale_is_found_whole_then_shortened_then_by_its_language() {
    let known = ["en", "pt-BR", "zh-Hant", "nl"];
    for (preferred, expected) in [
        ("en", Some("en")),
        ("nl-be", Some("nl")),
        ("pt", Some("pt-BR")),
        ("pt-pt", Some("pt-BR")),
        ("zh-hant-tw", Some("zh-Hant")),
        ("ja,en", Some("en")),
        ("ja", None),
        ("e", None),
    ] {
        let preferred: Vec<String> = preferred.split(',').map(str::to_owned).collect();
        assert_eq!(choose(&preferred, known.into_iter()), expected, "{preferred:?}");
    }
}

#[test]
fn every_built_in_language_has_every_word_and_keeps_its_braces() {
    assert_eq!(ALL.map(|words| words.locale), LANGUAGES);
    let braces = |text: &str| {
        let mut names: Vec<String> = text
            .split('{')
            .skip(1)
            .map(|rest| rest.split('}').next().unwrap().to_owned())
            .collect();
        names.sort();
        names
    };
    // Each word of each language, by its name: from the form that `Debug` gives it.
    let texts = |words: &Words| -> Vec<(String, String)> {
        let shown = format!("{words:#?}");
        let members = shown.lines().filter_map(|line| line.trim().split_once(": "));
        members
            .map(|(name, text)| (name.to_owned(), text.trim_end_matches(',').to_owned()))
            .collect()
    };
    let english = texts(ALL[0]);
    assert!(english.len() > 70);
    for words in ALL {
        let own = texts(words);
        for ((name, text), (_, original)) in own.iter().zip(&english) {
            assert!(text.len() > 3, "{} has no {name}", words.locale);
            assert_eq!(braces(text), braces(original), "{} {name}", words.locale);
            let same = words.locale != "en" && text.len() > 14 && text == original;
            assert!(!same, "{} {name} is not translated", words.locale);
        }
    }
}

#[test]
fn a_form_stands_for_the_body_that_the_api_takes() {
    let survey = survey(json!([
        { "id": "recommend", "kind": "nps" },
        { "id": "mapped", "kind": "nps", "map": { "detractors": [1, 2], "passives": [3], "promoters": [4] } },
        { "id": "labelled", "kind": "nps", "map": { "detractors": ["bad"], "passives": ["fine"], "promoters": ["good"] } },
        { "id": "one", "kind": "choice", "options": ["a", "b"] },
        { "id": "several", "kind": "choice", "options": ["a", "b"], "multiple": true },
        { "id": "happy", "kind": "yes_no" },
        { "id": "why", "kind": "comment" },
    ]));
    let sent = form(&[
        ("answers.recommend", "9"),
        ("answers.mapped", "4"),
        ("answers.labelled", "good"),
        ("answers.one", "b"),
        ("answers.several", "a"),
        ("answers.several", "b"),
        ("answers.happy", "no"),
        ("answers.why", "first\r\nsecond"),
        ("answers.other", "1"),
        ("consent.process_answers", "1"),
        ("consent.use_segments", ""),
        ("consent.other", "1"),
        ("consent.notice", "hash"),
        ("dimensions.channel", "in store"),
        ("dimensions.other", "x"),
        ("invitation", "sealed"),
        ("receipt", "1"),
        ("utm_source", "mail"),
    ]);
    let body: Value = serde_json::from_str(&sent.response(&survey, "id", '.')).unwrap();
    assert_eq!(
        body,
        json!({
            "submission_id": "id",
            "answers": {
                "recommend": 9, "mapped": 4, "labelled": "good", "one": "b", "several": ["a", "b"],
                "happy": false, "why": "first\nsecond",
            },
            "consent": {
                "notice": "hash", "process_answers": true, "use_customer_id": false,
                "use_segments": true, "analyse_comment": false, "store_visit": false,
                "share_comment": false,
            },
            "dimensions": { "channel": "in store" },
            "invitation": "sealed",
            "receipt": true,
        })
    );
    // What was left empty is no answer; what is none of its kind is left for the judge.
    let odd = [("answers.recommend", " "), ("answers.happy", "maybe"), ("answers.mapped", "9")];
    assert_eq!(answers(&survey, &odd, '.'), json!({ "happy": "maybe", "mapped": "9" }));
}

#[test]
fn a_number_is_read_as_people_write_it_and_never_a_thousandth_of_it() {
    let survey =
        survey(json!([{ "id": "n", "kind": "number", "min": -5, "max": 5000, "bins": [1] }]));
    let read = |text: &str, decimal| answers(&survey, &[("answers.n", text)], decimal)["n"].clone();
    for (text, decimal, expected) in [
        ("12", '.', json!(12.0)),
        (" 1.5 ", '.', json!(1.5)),
        ("1,5", '.', json!(1.5)),
        ("1,5", ',', json!(1.5)),
        ("1.5", ',', json!(1.5)),
        ("1.125", '.', json!(1.125)),
        ("1,125", ',', json!(1.125)),
        ("1,125", '.', json!("1,125")),
        ("1.125", ',', json!("1.125")),
        ("1.1250", ',', json!(1.125)),
        ("-3", '.', json!(-3.0)),
        ("\u{2212}3", '.', json!(-3.0)),
        ("+007", '.', json!(7.0)),
        ("1.000,5", ',', json!("1.000,5")),
        ("1e3", '.', json!("1e3")),
        ("5.", '.', json!("5.")),
        (".5", '.', json!(".5")),
        ("٣", '.', json!("٣")),
        ("many", '.', json!("many")),
    ] {
        assert_eq!(read(text, decimal), expected, "{text} {decimal}");
    }
}

#[test]
fn whatever_others_wrote_is_escaped() {
    let hostile = "\"><script>alert(1)</script>&'";
    let survey = survey(json!([
        { "id": "n", "kind": "number", "min": 0, "max": 5, "bins": [1], "unit": "<u>", "text": { "en": "<b>1</b>" } },
        { "id": "c", "kind": "choice", "options": ["a", { "id": "b", "label": { "en": "<i>" } }] },
        { "id": "why", "kind": "comment", "text": { "ar": "</textarea><b>" } },
    ]));
    let sent = form(&[("answers.n", hostile), ("answers.why", "</textarea><b>")]);
    let mut faults = Faults::default();
    faults.add(&Pointer::root().member("answers").member("n"), "type", "");
    let html = rendered(survey, &sent, faults).body;
    for raw in ["<script", "<b>", "<u>", "<i>", "</textarea><"] {
        let allowed = html.matches("</textarea></div>").count();
        let own = if raw == "</textarea><" { allowed } else { 0 };
        assert_eq!(html.matches(raw).count(), own, "{raw}");
    }
    assert!(html.contains("value=\"&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;'\""));
}

#[test]
fn each_fault_goes_to_its_field_and_none_is_lost() {
    let questions = json!([
        { "id": "a", "kind": "csat", "required": true },
        { "id": "a-1", "kind": "choice", "options": ["x", "y"], "multiple": true },
        { "id": "n", "kind": "number", "min": 0, "max": 2.5, "bins": [1] },
        { "id": "why", "kind": "comment" },
    ]);
    let root = Pointer::root;
    let answer = |id: &str| root().member("answers").member(id);
    for (pointer, code, place, text) in [
        (answer("a"), "missing", "q-a", ALL[0].error_missing),
        (answer("a"), "range", "q-a", ALL[0].error_option),
        (answer("a-1").element(0), "unknown_option", "q-a-1", ALL[0].error_option),
        (answer("n"), "type", "q-n", "Enter a number from 0 to 2.5, "),
        (answer("why"), "length", "q-why", ALL[0].error_comment),
        (root().member("answers"), "no_answer", "q-a", ALL[0].error_no_answer),
        (
            root().member("consent").member("process_answers"),
            "consent_refused",
            "c-process_answers",
            ALL[0].error_consent,
        ),
        (root().member("consent").member("notice"), "other_notice", "", ALL[0].error_notice),
        (root().member("invitation"), "invitation_expired", "", ALL[0].error_invitation),
        (root().member("submission_id"), "submission_id", "", ALL[0].error_other),
        (root().member("dimensions"), "unknown_member", "", ALL[0].error_other),
        (answer("gone"), "type", "", ALL[0].error_other),
    ] {
        let mut faults = Faults::default();
        faults.add(&pointer, code, "");
        let html = rendered(survey(questions.clone()), &Form::default(), faults).body;
        let error = format!("{place}{}error", if place.starts_with('q') { '.' } else { '-' });
        assert_eq!(
            html.contains(&format!("id=\"{error}\">{text}")),
            !place.is_empty(),
            "{pointer}"
        );
        // Each link begins with the wording of its question.
        let about = match place {
            "q-a" => "<span>How satisfied are you?</span> ",
            "q-a-1" => "<span>Which of these apply? You may choose several.</span> ",
            "q-n" => "<span>Which number do you enter?</span> ",
            "q-why" => {
                "<span>What would you like to tell us? Please give no names or contact details.</span> "
            }
            _ => "",
        };
        let told = match place {
            "" => format!("<li>{text}"),
            place => format!("<a href=\"#{place}\">{about}{text}"),
        };
        assert!(html.contains(&told), "{pointer} {code}: {html}");
    }
}

#[test]
fn a_problem_is_a_page_with_the_problems_status_in_every_language() {
    for words in ALL {
        let reader = Reader::new(Some(words.locale), None);
        for kind in Kind::ALL {
            let reply = page::problem(&reader, *kind);
            assert_eq!(reply.status, kind.status());
            assert!(reply.body.contains(&format!("<html lang=\"{}\">", words.locale)));
            assert!(reply.body.contains("<h1>"));
        }
    }
}

#[test]
fn a_form_comes_from_our_own_page_or_from_no_page() {
    let own = "https://counterfoil.example";
    for (site, origin, admitted) in [
        (None, None, true),
        (None, Some(own), true),
        (None, Some("null"), false),
        (None, Some("https://shop.example"), false),
        (Some("same-origin"), Some(own), true),
        (Some("same-origin"), Some("null"), true),
        (Some("none"), None, true),
        (Some("same-site"), None, false),
        (Some("cross-site"), Some(own), false),
        (Some(""), None, false),
    ] {
        assert_eq!(admit_own(site, origin, own).is_ok(), admitted, "{site:?} {origin:?}");
    }
}

#[test]
fn a_qr_code_is_an_image_that_loads_nothing() {
    let image = qr::svg("https://counterfoil.example/s/UkLWZg9D").unwrap();
    assert!(image.contains("<svg") && image.contains("viewBox"));
    assert!(!image.contains("href") && !image.contains("<script") && !image.contains("<image"));
    assert_eq!(qr::svg(&"x".repeat(10_000)), None);
}

proptest! {
    #[test]
    fn no_form_and_no_language_breaks_the_page(
        pairs in prop::collection::vec(("\\PC{0,20}|answers\\.(n|c|why)|consent\\.notice|lang", "\\PC{0,40}"), 0..8),
        header in "\\PC{0,60}",
    ) {
        let survey = survey(json!([
            { "id": "n", "kind": "number", "min": 0, "max": 5, "bins": [1] },
            { "id": "c", "kind": "choice", "options": ["a", "b"] },
            { "id": "why", "kind": "comment" },
        ]));
        let form = Form::new(pairs);
        let body: Value = serde_json::from_str(&form.response(&survey, "id", ',')).unwrap();
        prop_assert!(body["answers"].is_object());
        let _ = Reader::new(form.text("lang"), Some(&header));
        let reply = rendered(survey, &form, Faults::default());
        prop_assert_eq!(reply.body.matches("<script").count(), 0);
    }
}
