//! What a browser sends from the hosted page's form, or a link brings along: names and texts. From it
//! follows the very body that the API takes, so that there is one judge of responses.
//!
//! Names are places in that body with dots in place of slashes: `answers.recommend`,
//! `consent.use_segments`, `dimensions.channel`. What the page does not know is passed over: mail
//! programmes and browsers add parameters of their own.

use serde_json::{Map, Value, json};

use crate::domain::consent::OPTIONAL_FLAGS;
use crate::domain::survey::{Kind, NpsAnswer, Question, Survey};

/// The field that people do not see, and leave empty. Browsers have nothing to fill in under this name.
pub const TRAP: &str = "remarks";

/// The field that Turnstile adds to the form that it is in.
pub const TOKEN: &str = "cf-turnstile-response";

/// The fields as they came.
#[derive(Clone, Default)]
pub struct Form {
    pairs: Vec<(String, String)>,
}

impl Form {
    /// From decoded pairs (the URL standard's `application/x-www-form-urlencoded`).
    pub fn new(pairs: Vec<(String, String)>) -> Self {
        Self { pairs }
    }

    /// The first text of this name that is not empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        let own = self.pairs.iter().filter(|(given, _)| given == name);
        own.map(|(_, text)| text.as_str()).find(|text| !text.trim().is_empty())
    }

    /// The texts of the answer to a question.
    pub fn answers(&self, question: &Question) -> Vec<&str> {
        let pairs = self.pairs.iter();
        let own = pairs.filter(|(name, _)| name.strip_prefix("answers.") == Some(&question.id));
        own.map(|(_, text)| text.as_str()).filter(|text| !text.trim().is_empty()).collect()
    }

    /// Whether a consent was ticked.
    pub fn agrees(&self, flag: &str) -> bool {
        self.pairs.iter().any(|(name, _)| name.strip_prefix("consent.") == Some(flag))
    }

    /// The segments that it names, of those that the survey has.
    pub fn segments<'s>(&self, survey: &'s Survey) -> Vec<(&'s str, &'s str)> {
        let known = survey.dimensions.iter().filter_map(|dimension| {
            let given = self
                .pairs
                .iter()
                .find(|(name, _)| name.strip_prefix("dimensions.") == Some(&dimension.name));
            let (_, given) = given?;
            let segment = dimension.segments.iter().find(|segment| *segment == given)?;
            Some((dimension.name.as_str(), segment.as_str()))
        });
        known.collect()
    }

    /// Whether somebody filled in what people do not see.
    pub fn is_trapped(&self) -> bool {
        self.text(TRAP).is_some()
    }

    /// The body of a response, as `response::read` takes it; `decimal` is the decimal mark that
    /// somebody who reads this page uses. What is not of its question's form stays a string, for the
    /// judge to find.
    pub fn response(&self, survey: &Survey, submission_id: &str, decimal: char) -> String {
        let mut answers = Map::new();
        for question in &survey.questions {
            if let Some(value) = value(&question.kind, &self.answers(question), decimal) {
                answers.insert(question.id.clone(), value);
            }
        }
        let flags = ["process_answers"].into_iter().chain(OPTIONAL_FLAGS);
        let mut consent: Map<String, Value> =
            flags.map(|flag| (flag.to_owned(), self.agrees(flag).into())).collect();
        let notice = self.text("consent.notice").unwrap_or_default();
        consent.insert("notice".to_owned(), notice.into());
        let segments = self.segments(survey).into_iter();
        let dimensions: Map<String, Value> =
            segments.map(|(dimension, segment)| (dimension.to_owned(), segment.into())).collect();
        let mut body = json!({
            "submission_id": submission_id,
            "answers": answers,
            "consent": consent,
            "dimensions": dimensions,
            "receipt": self.text("receipt").is_some(),
        });
        for (name, text) in
            [("invitation", self.text("invitation")), ("turnstile", self.text(TOKEN))]
        {
            if let (Some(members), Some(text)) = (body.as_object_mut(), text) {
                members.insert(name.to_owned(), text.into());
            }
        }
        body.to_string()
    }
}

/// The answer that the texts of a field stand for; none where it was left empty.
fn value(kind: &Kind, texts: &[&str], decimal: char) -> Option<Value> {
    let first = texts.first()?;
    Some(match kind {
        Kind::Nps { map: None } | Kind::Csat { .. } | Kind::Ces { .. } | Kind::Rating { .. } => {
            first.parse::<i64>().map_or_else(|_| (*first).into(), Value::from)
        }
        Kind::Nps { map: Some(map) } => match map.answers().find(|answer| answer.key() == *first) {
            Some(NpsAnswer::Integer(n)) => (*n).into(),
            _ => (*first).into(),
        },
        Kind::Choice { multiple: true, .. } => {
            texts.iter().map(|text| Value::from(*text)).collect()
        }
        Kind::Choice { multiple: false, .. } => (*first).into(),
        Kind::YesNo => match *first {
            "yes" => true.into(),
            "no" => false.into(),
            other => other.into(),
        },
        Kind::Number { .. } => number(first, decimal).unwrap_or_else(|| (*first).into()),
        // Browsers write a line break as two characters (HTML, section 4.10.21.8).
        Kind::Comment => first.replace("\r\n", "\n").into(),
    })
}

/// A number as people write it, with a comma or a point. Where `decimal` is the decimal mark, the other
/// one before exactly three digits may well separate thousands, so that is no number: 1.500 must not
/// become 1.5.
fn number(text: &str, decimal: char) -> Option<Value> {
    let text = text.trim();
    let (sign, digits) = match text.strip_prefix(['-', '\u{2212}']) {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, decimals) = match digits.find(['.', ',']) {
        Some(at) => {
            let (whole, rest) = digits.split_at_checked(at)?;
            let (decimals, other) = (rest.get(1..)?, !rest.starts_with(decimal));
            if decimals.is_empty() || (other && decimals.len() == 3) {
                return None;
            }
            (whole, decimals)
        }
        None => (digits, "0"),
    };
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !are_digits(whole) || !are_digits(decimals) {
        return None;
    }
    let whole =
        Some(whole.trim_start_matches('0')).filter(|whole| !whole.is_empty()).unwrap_or("0");
    serde_json::from_str(&format!("{sign}{whole}.{decimals}")).ok()
}
