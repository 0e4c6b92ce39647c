//! Comments and the themes that are found in them.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use counterfoil::domain::json::Json;
use counterfoil::domain::survey::Survey;
use counterfoil::domain::survey_json;
use counterfoil::domain::theme_trial;
use counterfoil::domain::themes::Tagger;
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Unicode's tables, of a library; in the Worker they are the platform's.
pub fn bare(text: &str) -> String {
    text.nfkd().filter(|c| !is_combining_mark(*c)).collect()
}

/// A [`Tagger`] of a survey.
pub fn tagger_of(survey: &Survey) -> Tagger {
    Tagger::new(survey, bare)
}

fn tagger(themes: &str) -> Tagger {
    let text = format!(
        r#"{{"name": "n", "questions": [{{"id": "why", "kind": "comment"}}], "themes": {themes}}}"#
    );
    tagger_of(&survey_json::read(&Json::read(text.as_bytes()).unwrap()).unwrap())
}

fn tags(themes: &str, comment: &str) -> Vec<String> {
    tagger(themes).tag(comment)
}

/// Whether a comment has the theme that these words show.
fn has(word: &str, comment: &str) -> bool {
    let word = serde_json::to_string(word).unwrap();
    !tags(&format!(r#"{{"theme": {{"en": [{word}]}}}}"#), comment).is_empty()
}

#[test]
fn words_of_every_language_are_searched_in_every_comment() {
    let themes = r#"{"delivery": {"en": ["delivery"], "nl": ["bezorging"], "de": ["Lieferung"],
                                  "fr": ["livraison"]},
                     "price": {"en": ["expensive"], "de": ["teuer"]}}"#;
    assert_eq!(tags(themes, "De bezorging was laat"), ["delivery"]);
    assert_eq!(tags(themes, "Die Lieferung war zu teuer."), ["delivery", "price"]);
    assert_eq!(tags(themes, "Livraison: rapide !"), ["delivery"]);
    assert_eq!(tags(themes, "expensive DELIVERY, expensive delivery"), ["delivery", "price"]);
    assert!(tags(themes, "Nothing of the kind").is_empty());
}

#[test]
fn words_are_compared_without_case_accents_and_forms() {
    for (word, comment) in [
        ("réclamation", "UNE RECLAMATION"),
        ("reclamation", "une réclamation"),
        ("reclamation", "une re\u{301}clamation"),
        ("Straße", "auf der STRASSE"),
        ("strasse", "auf der Straße"),
        ("Größe", "die GRÖSSE"),
        ("Größe", "die gro\u{308}ße"),
        ("ﬁne", "all fine"),
        ("office", "the oﬃce"),
        ("één", "een"),
        ("Ελλάδα", "ελλαδα"),
        ("２４", "24"),
        ("naïve", "a NAIVE idea"),
        ("İstanbul", "istanbul"),
        ("temps d'attente", "Le temps d’attente était long"),
        ("temps d’attente", "le temps d'attente"),
        ("foto's", "de foto’s waren slecht"),
        ("coeur", "un cœur en or"),
        ("cœur", "UN COEUR"),
        ("ŒUVRE", "une oeuvre"),
        ("ærø", "AErø"),
        ("e-mail", "no e\u{2011}mail"),
        ("e-mail", "no e\u{2010}mail"),
        ("wifi", "the wi\u{ad}fi"),
        ("wifi", "the \u{200b}wifi"),
    ] {
        assert!(has(word, comment), "{word} in {comment}");
    }
}

#[test]
fn a_word_is_found_only_between_word_boundaries() {
    for comment in
        ["late", "late.", "(late)", "too late", "late\u{a0}again", "„late“", "late—again", "x-late"]
    {
        assert!(has("late", comment), "{comment}");
    }
    for comment in
        ["latent", "plate", "lately", "late2", "2late", "ßlate", "étlate", "la te", "lat"]
    {
        assert!(!has("late", comment), "{comment}");
    }
}

#[test]
fn a_phrase_is_found_over_any_white_space() {
    for comment in
        ["customer service", "Customer   Service!", "customer\nservice", "customer\u{a0}\tservice"]
    {
        assert!(has("customer service", comment), "{comment}");
    }
    assert!(!has("customer service", "customer, service"));
    assert!(
        has("  customer   service ", "our customer service"),
        "white space in a word is one space"
    );
}

#[test]
fn words_that_overlap_or_lie_in_each_other_are_all_found() {
    let themes = r#"{"a": {"en": ["customer service"]}, "b": {"en": ["service desk"]},
                     "c": {"en": ["service"]}, "d": {"en": ["customer service desk now"]}}"#;
    assert_eq!(tags(themes, "the customer service desk"), ["a", "b", "c"]);
}

#[test]
fn a_word_of_marks_alone_and_an_empty_comment_show_nothing() {
    assert!(!has("\u{301}", "anything \u{301}"));
    assert!(!has("late", ""));
    assert!(!has("late", " \n "));
}

#[test]
fn the_longest_comments_come_to_an_end_whatever_they_say() {
    let words: Vec<String> = (1..=64).map(|n| "a".repeat(n)).collect();
    let words = serde_json::to_string(&words).unwrap();
    let tagger = tagger(&format!(r#"{{"t": {{"en": {words}}}}}"#));
    let comments = [
        "a".repeat(2_000),
        "a ".repeat(1_000),
        "\u{fdfa}".repeat(2_000),
        "a\u{301}".repeat(1_000),
        " ".repeat(2_000),
    ];
    let found = comments.map(|comment| tagger.tag(&comment).len());
    assert_eq!(found, [0, 1, 0, 0, 0]);
}

proptest! {
    #[test]
    fn a_word_between_others_is_found_in_any_company(
        before in "[\\PC]{0,20}", after in "[\\PC]{0,20}", word in "[a-z]{1,8}( [a-z]{1,8})?",
    ) {
        let comment = format!("{before} {} {after}", word.to_uppercase());
        prop_assert!(has(&word, &comment));
    }

    #[test]
    fn no_comment_is_too_odd_to_search(comment in "\\PC{0,200}") {
        let found = tags(r#"{"a": {"en": ["a"]}, "b": {"en": ["b c"]}}"#, &comment);
        prop_assert!(found.is_sorted() && found.len() <= 2);
    }
}

/// What trying a comment on themes tells.
fn tried(themes: &str, comment: &str) -> Vec<String> {
    let comment = serde_json::to_string(comment).unwrap();
    let trial = format!(r#"{{"themes": {themes}, "comment": {comment}}}"#);
    theme_trial::found(&Json::read(trial.as_bytes()).unwrap(), bare).unwrap()
}

#[test]
fn a_comment_that_is_tried_has_the_themes_of_one_that_is_sent() {
    let themes =
        r#"{"delivery": {"en": ["delivery"]}, "price": {"de": ["Größe"], "nl": ["te duur"]}}"#;
    for comment in
        ["", "The DELÍVERY", "die GRÖSSE", "te  duur!", "undelivered", "te duur, delivery"]
    {
        assert_eq!(tried(themes, comment), tags(themes, comment), "{comment}");
    }
    assert!(tried("{}", "delivery").is_empty());
}

#[test]
fn a_trial_with_faults_tells_all_of_them_and_none_of_its_words() {
    let faults = |text: &str| {
        let found = theme_trial::found(&Json::read(text.as_bytes()).unwrap(), bare).unwrap_err();
        let faults = found.into_vec();
        assert!(!serde_json::to_string(&faults).unwrap().contains("planted"));
        faults.iter().map(|f| format!("{} {}", f.pointer, f.code)).collect::<Vec<_>>()
    };
    assert_eq!(faults("{}"), ["#/themes missing", "#/comment missing"]);
    assert_eq!(faults("[]"), ["# type"]);
    let long = "planted".repeat(300);
    assert_eq!(
        faults(&format!(
            r#"{{"themes": {{"a": {{}}, "Planted": {{}}}}, "comment": "{long}", "planted": 1}}"#
        )),
        ["#/themes/a length", "#/themes name", "#/comment length", "# unknown_member"]
    );
}

proptest! {
    #[test]
    fn any_comment_that_is_tried_has_the_themes_of_one_that_is_sent(word in "\\PC{1,12}", comment in "\\PC{0,60}") {
        prop_assume!(!word.trim().is_empty());
        let theme = format!(r#"{{"theme": {{"en": [{}]}}}}"#, serde_json::to_string(&word).unwrap());
        for comment in [comment.clone(), format!("{comment} {word}"), word.to_uppercase()] {
            prop_assert_eq!(tried(&theme, &comment), tags(&theme, &comment));
        }
    }
}
