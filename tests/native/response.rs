//! Responses as they arrive: what is counted of them, and every fault of those that are refused.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use crate::themes::tagger_of;
use counterfoil::domain::consent::OPTIONAL_FLAGS;
use counterfoil::domain::invitation::mint;
use counterfoil::domain::json::{Json, Unreadable};
use counterfoil::domain::key_ring::KeyRing;
use counterfoil::domain::pseudonym::Subject;
use counterfoil::domain::recognition::Recognition;
use counterfoil::domain::relay::Shared;
use counterfoil::domain::response::{
    Answer, Circumstances, MOST_COMMENT, Offer, Refusal, Response, read,
};
use counterfoil::domain::survey::Survey;
use counterfoil::domain::survey_json;
use counterfoil::domain::time::{Duration, Instant};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

const NOTICE: &str = "hash";
const NOW: Instant = Instant(1_795_321_111_464);
const INVITATION_KEYS: &str =
    "an-invitation-key-of-some-length-1 an-invitation-key-of-some-length-2";
const KEY: Circumstances = Circumstances {
    may_identify: true,
    global_privacy_control: false,
    all_shown: false,
    dry_run: false,
};
const ALL: [&str; 5] = OPTIONAL_FLAGS;

fn survey(change: impl FnOnce(&mut Value)) -> Survey {
    let mut survey = json!({
        "name": "Checkout",
        "questions": [
            {"id": "recommend", "kind": "nps"}, {"id": "satisfied", "kind": "csat"},
            {"id": "effort", "kind": "ces"}, {"id": "solved", "kind": "yes_no"},
            {"id": "reasons", "kind": "choice", "options": ["price", "speed"], "multiple": true},
            {"id": "one", "kind": "choice", "options": ["x", "y"]},
            {"id": "minutes", "kind": "number", "min": 0, "max": 600, "bins": [1, 5, 15, 60]},
            {"id": "why", "kind": "comment"}
        ],
        "dimensions": {"channel": ["web", "email"], "touchpoint": ["checkout"]},
        "themes": {"delivery": {"en": ["late"]}, "price": {"en": ["expensive"]}}
    });
    change(&mut survey);
    survey_json::read(&Json::read(survey.to_string().as_bytes()).unwrap()).unwrap()
}

fn consent(flags: &[&str]) -> Value {
    let mut consent = json!({"notice": NOTICE, "process_answers": true});
    flags.iter().for_each(|flag| consent[*flag] = json!(true));
    consent
}

fn body(answers: Value) -> Value {
    json!({"answers": answers, "consent": consent(&ALL)})
}

fn judge(text: &str, survey: &Survey, circumstances: Circumstances) -> Result<Response, Refusal> {
    judge_bytes(text.as_bytes(), survey, circumstances)
}

fn judge_bytes(
    bytes: &[u8],
    survey: &Survey,
    circumstances: Circumstances,
) -> Result<Response, Refusal> {
    let invitations = KeyRing::read(INVITATION_KEYS).unwrap();
    let recognition = Recognition { survey: "abcdefgh", invitations: &invitations, now: NOW };
    read(bytes, survey, NOTICE, &tagger_of(survey), circumstances, recognition)
}

fn take(body: &Value) -> Response {
    judge(&body.to_string(), &survey(|_| ()), KEY).unwrap()
}

/// The faults of a body in short: pointer, code, and the member's index.
fn faults_of(refusal: Result<Response, Refusal>) -> Vec<String> {
    let faults = match refusal {
        Err(Refusal::Faulty(faults) | Refusal::OtherNotice(faults)) => faults,
        other => panic!("{other:?}"),
    };
    let short = |fault: &counterfoil::domain::fault::Fault| {
        let member = fault.member.map(|index| format!(" {index}")).unwrap_or_default();
        format!("{} {}{member}", fault.pointer, fault.code)
    };
    faults.iter().map(short).collect()
}

fn faults(text: &str) -> Vec<String> {
    faults_of(judge(text, &survey(|_| ()), KEY))
}

fn keys(response: &Response, question: &str) -> Vec<String> {
    let answer = response.answers.iter().find(|answer| answer.question == question);
    answer.map(|answer| answer.keys.clone()).unwrap_or_default()
}

fn offer(dimension: &str, segments: &[&str]) -> Offer {
    let segments = segments.iter().map(|segment| (*segment).to_owned()).collect();
    Offer { dimension: dimension.to_owned(), segments }
}

#[test]
fn the_designs_example_is_taken_whole() {
    let response = take(&json!({
        "submission_id": "pZ1yq0n3S0a3x0m1m3cG7w", "customer_id": "C-1042",
        "answers": {"recommend": 9, "satisfied": 4, "reasons": ["price"], "why": "It was late"},
        "dimensions": {"channel": "web", "touchpoint": "checkout"},
        "consent": consent(&ALL)
    }));
    assert_eq!(response.submission_id.unwrap().reveal(), "pZ1yq0n3S0a3x0m1m3cG7w");
    assert!(response.customer.is_some());
    let answer = |question: &str, key: &str| Answer {
        question: question.to_owned(),
        keys: vec![key.to_owned()],
    };
    let answers = [
        answer("recommend", "9"),
        answer("satisfied", "4"),
        answer("reasons", "price"),
        answer("why", "delivery"),
    ];
    assert_eq!(response.answers, answers);
    let theme = offer("theme", &["delivery"]);
    assert_eq!(
        response.offers,
        [offer("channel", &["web"]), offer("touchpoint", &["checkout"]), theme]
    );
}

#[test]
fn promise_1_each_consent_covers_what_it_says_and_no_more() {
    for gpc in [false, true] {
        for bits in 0..32_u8 {
            let on = |flag: &str| {
                let place = ALL.iter().position(|one| *one == flag).unwrap();
                bits & (1 << place) != 0 && !gpc
            };
            let given: Vec<&str> = ALL
                .iter()
                .enumerate()
                .filter(|(i, _)| bits & (1 << i) != 0)
                .map(|(_, f)| *f)
                .collect();
            let body = json!({
                "customer_id": "C-1042", "answers": {"recommend": 9, "why": "late"},
                "dimensions": {"channel": "web"}, "consent": consent(&given)
            });
            let circumstances = Circumstances { global_privacy_control: gpc, ..KEY };
            let response = judge(&body.to_string(), &survey(|_| ()), circumstances).unwrap();
            assert_eq!(response.customer.is_some(), on("use_customer_id"), "{given:?}");
            assert_eq!(
                keys(&response, "why"),
                if on("analyse_comment") { vec!["delivery"] } else { vec![] }
            );
            let mut offers = Vec::new();
            if on("use_segments") {
                offers = vec![offer("channel", &["web"]), offer("touchpoint", &[])];
                offers.extend(on("analyse_comment").then(|| offer("theme", &["delivery"])));
            }
            assert_eq!(response.offers, offers, "{given:?}");
            let counted = response.consent.keys.contains(&"store_visit".to_owned());
            assert_eq!(counted, on("store_visit"), "{given:?}");
            // A comment is shared, with its themes or without, only where the survey passes them on.
            assert!(response.shared.is_empty());
            let relaying =
                survey(|survey| survey["relay"] = json!({"webhook": "0123456789abcdef"}));
            let relayed = judge(&body.to_string(), &relaying, circumstances).unwrap();
            let themes = if on("analyse_comment") { vec!["delivery".to_owned()] } else { vec![] };
            let (question, comment) = ("why".to_owned(), "late".to_owned());
            let shared = Shared { question, comment, themes };
            assert_eq!(relayed.shared, if on("share_comment") { vec![shared] } else { vec![] });
            assert_eq!(relayed.answers, response.answers);
            assert!(!format!("{relayed:?}").contains("late"), "words are in no fault");
        }
    }
}

#[test]
fn promise_1_what_consent_does_not_cover_is_dropped_unread() {
    // Even a member of a wrong type tells nothing: nobody looked.
    let response = take(&json!({
        "customer_id": [{"deep": 1}], "dimensions": "nonsense",
        "answers": {"recommend": 9, "why": {"a": 7}}, "consent": consent(&[])
    }));
    assert!(response.customer.is_none() && response.offers.is_empty());
    assert_eq!(response.answers.len(), 1, "a comment that may not be read is no answer");
}

#[test]
fn promise_1_without_a_valid_consent_nothing_is_counted() {
    let with =
        |consent: Value| json!({"answers": {"recommend": 9}, "consent": consent}).to_string();
    for (given, expected) in [
        (json!({"notice": NOTICE}), "#/consent/process_answers missing"),
        (
            json!({"notice": NOTICE, "process_answers": false}),
            "#/consent/process_answers consent_refused",
        ),
        (json!({"notice": NOTICE, "process_answers": "true"}), "#/consent/process_answers type"),
        (json!({"notice": NOTICE, "process_answers": 1}), "#/consent/process_answers type"),
        (json!({"process_answers": true}), "#/consent/notice missing"),
        (json!({"notice": null, "process_answers": true}), "#/consent/notice type"),
        (
            json!({"notice": NOTICE, "process_answers": true, "use_segments": 1}),
            "#/consent/use_segments type",
        ),
        (
            json!({"notice": NOTICE, "process_answers": true, "other": true}),
            "#/consent unknown_member 1",
        ),
        (json!([]), "#/consent type"),
    ] {
        assert_eq!(faults(&with(given.clone())), [expected], "{given}");
    }
    assert_eq!(faults(r#"{"answers": {"recommend": 9}}"#), ["#/consent missing"]);
}

#[test]
fn promise_1_another_notice_is_told_with_all_the_other_faults() {
    let body = json!({
        "answers": {"recommend": 11}, "consent": {"notice": "old", "process_answers": true}, "x": 1
    });
    let refusal = judge(&body.to_string(), &survey(|_| ()), KEY);
    assert!(matches!(refusal, Err(Refusal::OtherNotice(_))));
    let expected =
        ["#/answers/recommend range", "# unknown_member 2", "#/consent/notice other_notice"];
    assert_eq!(faults_of(refusal), expected);
}

#[test]
fn a_closed_survey_takes_nothing_and_a_customer_id_needs_a_key() {
    let closed = survey(|survey| survey["status"] = json!("closed"));
    assert!(matches!(judge("{}", &closed, KEY), Err(Refusal::Closed)));
    assert!(matches!(judge("{", &closed, KEY), Err(Refusal::Unreadable(_))));
    let anybody = Circumstances { may_identify: false, ..KEY };
    let named = json!({"customer_id": "C", "answers": {"recommend": 9}, "consent": consent(&[])});
    let refusal = judge(&named.to_string(), &survey(|_| ()), anybody);
    assert!(matches!(refusal, Err(Refusal::KeyNeeded)), "even where it would be dropped");
}

/// An invitation of the customer `C` to `survey`, valid until `expires`.
fn invitation(survey: &str, expires: Instant) -> String {
    let keys = KeyRing::read(INVITATION_KEYS).unwrap();
    mint(keys.current(), survey, &Subject::of(survey, "C"), expires, [7; 24]).unwrap()
}

#[test]
fn an_invitation_says_who_answers_and_needs_no_key() {
    let anybody = Circumstances { may_identify: false, ..KEY };
    let soon = NOW.plus(Duration(1));
    let with = |given: Value| {
        let mut body = body(json!({"recommend": 9}));
        body["invitation"] = given;
        body
    };
    for verified_only in [false, true] {
        let survey = survey(|survey| survey["verified_only"] = json!(verified_only));
        let taken = judge(&with(json!(invitation("abcdefgh", soon))).to_string(), &survey, anybody);
        assert!(taken.unwrap().customer == Some(Subject::of("abcdefgh", "C")));
        for (given, expected) in [
            (json!(invitation("abcdefgh", NOW)), "#/invitation invitation_expired"),
            (json!(invitation("abcdefgi", soon)), "#/invitation invitation_invalid"),
            (json!(""), "#/invitation invitation_invalid"),
            (json!("x".repeat(9_000)), "#/invitation invitation_invalid"),
            (json!(7), "#/invitation type"),
            (Value::Null, "#/invitation type"),
        ] {
            let refused = judge(&with(given.clone()).to_string(), &survey, anybody);
            assert_eq!(faults_of(refused), [expected], "{given}");
        }
    }
    let mut both = with(json!(invitation("abcdefgh", soon)));
    both["customer_id"] = json!("C");
    assert_eq!(faults(&both.to_string()), ["#/invitation one_of"]);
    let refusal = judge(&both.to_string(), &survey(|_| ()), anybody);
    assert!(matches!(refusal, Err(Refusal::KeyNeeded)));
}

#[test]
fn promise_1_an_invitation_that_may_not_be_used_is_discarded_unread() {
    for (flags, gpc) in [(&ALL[1..], false), (&ALL[..], true)] {
        for given in [json!("no invitation"), json!({"deep": 1})] {
            let body = json!({
                "invitation": given, "answers": {"recommend": 9}, "consent": consent(flags)
            });
            let circumstances = Circumstances { global_privacy_control: gpc, ..KEY };
            let response = judge(&body.to_string(), &survey(|_| ()), circumstances).unwrap();
            assert!(response.customer.is_none());
        }
    }
}

#[test]
fn a_receipt_is_of_what_was_agreed_to_and_only_where_it_is_wanted() {
    let with = |receipt: Value| json!({"receipt": receipt, "answers": {"recommend": 9}, "consent": consent(&ALL[..1])});
    assert!(take(&body(json!({"recommend": 9}))).receipt.is_none());
    assert!(take(&with(json!(false))).receipt.is_none());
    let agreed = take(&with(json!(true))).receipt.unwrap();
    assert!(agreed.use_customer_id && !agreed.use_segments);
    assert!(!agreed.analyse_comment && !agreed.store_visit);
    let private = Circumstances { global_privacy_control: true, ..KEY };
    let agreed = judge(&with(json!(true)).to_string(), &survey(|_| ()), private).unwrap().receipt;
    assert!(!agreed.unwrap().use_customer_id);
    for wrong in [json!("true"), json!(1), Value::Null] {
        assert_eq!(faults(&with(wrong).to_string()), ["#/receipt type"]);
    }
}

#[test]
fn a_survey_of_verified_people_counts_nobody_else() {
    let verified = survey(|survey| survey["verified_only"] = json!(true));
    let named = |flags: &[&str]| json!({"customer_id": "C", "answers": {"recommend": 9}, "consent": consent(flags)});
    assert!(judge(&named(&ALL).to_string(), &verified, KEY).is_ok());
    let refused = judge(&named(&[]).to_string(), &verified, KEY);
    assert_eq!(faults_of(refused), ["#/consent verified_only"]);
    let nobody = body(json!({"recommend": 9}));
    assert_eq!(
        faults_of(judge(&nobody.to_string(), &verified, KEY)),
        ["#/customer_id verified_only"]
    );
    let private = Circumstances { global_privacy_control: true, ..KEY };
    let refused = judge(&named(&ALL).to_string(), &verified, private);
    assert_eq!(faults_of(refused), ["#/consent verified_only"]);
}

#[test]
fn questions_are_judged_by_the_answers_before_them() {
    let asked = survey(|survey| {
        survey["questions"] = json!([
            {"id": "n", "kind": "nps"},
            {"id": "low", "kind": "yes_no", "required": true, "show_if": {"question": "n", "at_most": 6}},
            {"id": "then", "kind": "rating", "show_if": {"question": "low", "is": true}},
            {"id": "why", "kind": "comment"}
        ]);
    });
    let judge = |answers: Value| judge(&body(answers).to_string(), &asked, KEY);
    for good in [json!({"n": 9}), json!({"n": 6, "low": true, "then": 1}), json!({"why": "x"})] {
        assert!(judge(good.clone()).is_ok(), "{good}");
    }
    for (answers, expected) in [
        (json!({"n": 6}), "#/answers/low missing"),
        (json!({"n": 7, "low": true}), "#/answers/low not_shown"),
        (json!({"n": 6, "low": false, "then": 1}), "#/answers/then not_shown"),
        (json!({"low": true}), "#/answers/low not_shown"),
        (json!({}), "#/answers no_answer"),
        (json!({"n": null}), "#/answers/n type"),
    ] {
        assert_eq!(faults_of(judge(answers.clone())), [expected], "{answers}");
    }
}

#[test]
fn where_all_questions_are_shown_an_answer_that_does_not_apply_is_left_out() {
    let asked = survey(|survey| {
        survey["questions"] = json!([
            {"id": "n", "kind": "nps"},
            {"id": "low", "kind": "yes_no", "required": true, "show_if": {"question": "n", "at_most": 6}},
            {"id": "then", "kind": "rating", "show_if": {"question": "low", "is": true}},
            {"id": "why", "kind": "comment"}
        ]);
    });
    let shown = Circumstances { all_shown: true, ..KEY };
    let judge = |answers: Value| judge(&body(answers).to_string(), &asked, shown);
    for (answers, counted) in [
        (json!({"n": 7, "low": true, "then": 1}), vec!["n"]),
        (json!({"n": 7, "low": "no such form"}), vec!["n"]),
        (json!({"n": 6, "low": false, "then": 1}), vec!["n", "low"]),
        (json!({"n": 6, "low": true, "then": 1}), vec!["n", "low", "then"]),
    ] {
        let taken = judge(answers.clone()).unwrap().answers;
        let taken: Vec<&str> = taken.iter().map(|answer| answer.question.as_str()).collect();
        assert_eq!(taken, counted, "{answers}");
    }
    // What applies is judged as ever.
    assert_eq!(faults_of(judge(json!({"n": 6}))), ["#/answers/low missing"]);
    assert_eq!(faults_of(judge(json!({"low": true}))), ["#/answers no_answer"]);
}

#[test]
fn a_comment_alone_that_may_not_be_read_is_no_answer() {
    let silent = json!({"answers": {"why": "late"}, "consent": consent(&[])});
    assert_eq!(faults(&silent.to_string()), ["#/answers no_answer"]);
}

#[test]
fn integers_are_judged_by_value() {
    let taken = |number: &str| {
        let text = body(json!({"recommend": "@"})).to_string().replace("\"@\"", number);
        judge(&text, &survey(|_| ()), KEY).map(|response| keys(&response, "recommend"))
    };
    for (number, key) in [
        ("9", "9"),
        ("9.0", "9"),
        ("9e0", "9"),
        ("90e-1", "9"),
        ("0.9E+1", "9"),
        ("9.000", "9"),
        ("-0", "0"),
        ("-0.0", "0"),
        ("0e999999999999", "0"),
        ("1e1", "10"),
        ("10", "10"),
        ("900000000000000000000e-20", "9"),
    ] {
        assert_eq!(taken(number).unwrap(), [key], "{number}");
    }
    for (number, code) in [
        ("9.5", "not_an_integer"),
        ("1e-400", "not_an_integer"),
        ("9.00000000000000000001", "not_an_integer"),
        ("11", "range"),
        ("-1", "range"),
        ("1e400", "range"),
        ("-1e400", "range"),
        ("12345678901234567890", "range"),
        ("1e99999999999999999999", "range"),
        ("true", "type"),
        ("\"9\"", "type"),
        ("[9]", "type"),
        ("null", "type"),
    ] {
        assert_eq!(
            faults_of(taken(number).map(|_| panic!("{number}"))),
            [format!("#/answers/recommend {code}")]
        );
    }
}

#[test]
fn numbers_fall_into_bins_at_their_very_edges() {
    let bin = |number: &str| {
        let text = body(json!({"minutes": "@"})).to_string().replace("\"@\"", number);
        judge(&text, &survey(|_| ()), KEY).ok().map(|response| keys(&response, "minutes").remove(0))
    };
    for (number, expected) in [
        ("0", "[0,1)"),
        ("-0", "[0,1)"),
        ("1e-400", "[0,1)"),
        ("0.99999999999999999999999", "[0,1)"),
        ("1", "[1,5)"),
        ("4.9999", "[1,5)"),
        ("5.0", "[5,15)"),
        ("1.5e1", "[15,60)"),
        ("59.999999999999999999999", "[15,60)"),
        ("60", "[60,600]"),
        ("600", "[60,600]"),
        ("6e2", "[60,600]"),
        ("599.9999", "[60,600]"),
    ] {
        assert_eq!(bin(number).as_deref(), Some(expected), "{number}");
    }
    for number in
        ["-1e-400", "-0.0001", "600.0001", "600.00000000000000000001", "1e400", "-1", "601"]
    {
        assert_eq!(bin(number), None, "{number}");
    }
}

#[test]
fn several_options_are_each_counted_once() {
    let several =
        |given: Value| judge(&body(json!({"reasons": given})).to_string(), &survey(|_| ()), KEY);
    assert_eq!(keys(&several(json!(["speed", "price"])).unwrap(), "reasons"), ["speed", "price"]);
    for (given, expected) in [
        (json!([]), "#/answers/reasons length"),
        (json!(["price", "price"]), "#/answers/reasons/1 duplicate_option"),
        (json!(["price", "other"]), "#/answers/reasons/1 unknown_option"),
        (json!(["price", 1]), "#/answers/reasons/1 type"),
        (json!("price"), "#/answers/reasons type"),
    ] {
        assert_eq!(faults_of(several(given.clone())), [expected], "{given}");
    }
}

#[test]
fn every_fault_is_found_at_once() {
    let text = format!(
        r#"{{"submission_id": "short", "answers": {{"recommend": 9, "recommend": 1, "one": "z", "solved": 1,
             "nobody": 1}}, "answers": 1, "dimensions": {{"channel": "tv", "x": "y"}}, "later": 1,
             "consent": {}}}"#,
        consent(&ALL)
    );
    let mut found = faults(&text);
    found.sort();
    let expected = [
        "# duplicate_member 2",
        "# unknown_member 4",
        "#/answers duplicate_member 1",
        "#/answers unknown_member 4",
        "#/answers/one unknown_option",
        "#/answers/solved type",
        "#/dimensions unknown_member 1",
        "#/dimensions/channel unknown_segment",
        "#/submission_id submission_id",
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_comment_has_2000_characters_and_a_customer_id_256() {
    let comment = |n: usize| body(json!({"recommend": 1, "why": "é".repeat(n)})).to_string();
    assert!(judge(&comment(MOST_COMMENT), &survey(|_| ()), KEY).is_ok());
    assert_eq!(faults(&comment(MOST_COMMENT + 1)), ["#/answers/why length"]);
    let customer = |id: &str| {
        json!({"customer_id": id, "answers": {"recommend": 1}, "consent": consent(&ALL)})
            .to_string()
    };
    assert!(judge(&customer(&"x".repeat(256)), &survey(|_| ()), KEY).is_ok());
    assert_eq!(faults(&customer(&"x".repeat(257))), ["#/customer_id length"]);
    assert_eq!(faults(&customer("")), ["#/customer_id length"]);
    assert_eq!(faults(&customer("a\u{7}")), ["#/customer_id control_character"]);
}

#[test]
fn what_cannot_be_read_is_told_apart() {
    let unreadable = |bytes: &[u8]| {
        let survey = survey(|_| ());
        match judge_bytes(bytes, &survey, KEY) {
            Err(Refusal::Unreadable(why)) => why,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(unreadable(b"{\"a\": \"\xff\"}"), Unreadable::Encoding);
    for lone in [r#"{"a": "\ud800"}"#, r#"{"\udc00": 1}"#, r#"{"a": ["\udc00\ud800"]}"#] {
        assert_eq!(unreadable(lone.as_bytes()), Unreadable::LoneSurrogate, "{lone}");
    }
    let deep = |n: usize| format!("{}1{}", "[".repeat(n), "]".repeat(n));
    assert_eq!(unreadable(deep(17).as_bytes()), Unreadable::TooDeep);
    assert_eq!(faults(&deep(16)), ["# type"]);
    for wrong in ["", "{", "{\"a\":01}", "{\"a\":+1}", "{} {}", "nul", "{\"a\":1,}", "[1 2]"] {
        assert!(matches!(unreadable(wrong.as_bytes()), Unreadable::Syntax { .. }), "{wrong}");
    }
    assert!(matches!(
        unreadable("[".repeat(100_000).as_bytes()),
        Unreadable::Syntax { .. } | Unreadable::TooDeep
    ));
}

const CANARY: &str = "Canary7Q";

#[test]
fn promise_2_of_a_comment_and_a_customer_id_nothing_is_left_but_the_names_of_themes() {
    for (comment, themes) in [(format!("late {CANARY}"), vec!["delivery"]), (CANARY.into(), vec![])]
    {
        let response = take(&json!({
            "customer_id": CANARY, "answers": {"recommend": 9, "why": comment}, "consent": consent(&ALL)
        }));
        assert_eq!(keys(&response, "why"), themes);
        assert!(response.customer.is_some() && !format!("{response:?}").contains(CANARY));
    }
}

proptest! {
    #[test]
    fn promise_2_nothing_of_the_input_comes_back_in_a_fault(
        place in select(vec![
            "/customer_id", "/submission_id", "/answers", "/answers/recommend", "/answers/solved",
            "/answers/reasons", "/answers/reasons/0", "/answers/one", "/answers/minutes",
            "/answers/why", "/dimensions", "/dimensions/channel", "/consent", "/consent/notice",
            "/consent/process_answers", "/consent/use_segments",
        ]),
        shape in 0..6_u8,
        broken in any::<bool>(),
    ) {
        let mut body = json!({
            "submission_id": "pZ1yq0n3S0a3x0m1m3cG7w", "customer_id": "C",
            "answers": {"recommend": 99, "solved": true, "reasons": ["price"], "one": "x", "minutes": 1, "why": "x"},
            "dimensions": {"channel": "web"}, "consent": consent(&ALL)
        });
        *body.pointer_mut(place).unwrap() = match shape {
            0 => json!(CANARY),
            1 => json!({CANARY: 1}),
            2 => json!([CANARY]),
            3 => json!([{CANARY: CANARY}]),
            4 => json!(CANARY.repeat(400)),
            _ => json!(format!("{CANARY}\u{1}")),
        };
        let mut text = body.to_string();
        if broken {
            text.truncate(text.find(CANARY).unwrap() + CANARY.len());
        }
        let survey = survey(|_| ());
        let anybody = Circumstances { may_identify: place != "/customer_id", ..KEY };
        for circumstances in [KEY, anybody] {
            let told = match judge(&text, &survey, circumstances) {
                Ok(response) => format!("{response:?}"),
                Err(Refusal::Unreadable(why)) => format!("{why:?} {why}"),
                Err(refusal) => format!("{refusal:?}"),
            };
            prop_assert!(!told.contains(CANARY), "{}", told);
        }
    }

    #[test]
    fn any_bytes_are_judged_and_never_break_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let survey = survey(|_| ());
        let told = judge_bytes(&bytes, &survey, KEY);
        prop_assert!(told.is_err());
    }
}
