//! A survey as it is written: whole, for its owner and for storing, and as respondents may see it.

use serde_json::{Map, Value, json};

use super::consent::OPTIONAL_FLAGS;
use super::notice;
use super::relay::Relay;
use super::survey::{
    AnswerValue, Benchmark, Kind, NpsAnswer, Question, ShowIf, Survey, Test, Texts,
};
use super::time::Instant;
use super::words;

/// A survey with what storing it added.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// The id under which it is found.
    pub id: String,
    /// Which version this is; the first is 1.
    pub revision: u64,
    /// When the survey was made; its ticks stand on a grid from here.
    pub created: Instant,
    /// What its owner defined.
    pub survey: Survey,
}

impl Stored {
    /// What the owner gets: everything. `survey_json::read` takes it back.
    pub fn for_owner(&self) -> Value {
        let mut members = whole(&self.survey);
        members.insert("id".to_owned(), json!(self.id));
        members.insert("revision".to_owned(), json!(self.revision));
        members.insert("created".to_owned(), json!(self.created.to_string()));
        Value::Object(members)
    }

    /// What whoever may read its figures gets of it in a list.
    pub fn for_readers(&self) -> Value {
        let Survey { name, status, .. } = &self.survey;
        json!({ "id": self.id, "name": name, "status": status.name() })
    }

    /// What anyone gets: see [`public`]. Where the survey asks for Turnstile, `site_key` is what a page
    /// asks it with, under an action that names the survey.
    pub fn for_respondents(&self, site_key: &str) -> Value {
        let mut members = shown(&self.survey);
        members.insert("id".to_owned(), json!(self.id));
        members.insert("revision".to_owned(), json!(self.revision));
        if self.survey.turnstile {
            let asked = json!({ "site_key": site_key, "action": self.id });
            members.insert("turnstile".to_owned(), asked);
        }
        Value::Object(members)
    }
}

/// The survey with every default filled in, from which `survey_json::read` makes the same again.
pub fn stored(survey: &Survey) -> Value {
    Value::Object(whole(survey))
}

/// What respondents may see: not the survey's name, its origins, or the words of its themes; and
/// which optional consents to ask for.
pub fn public(survey: &Survey) -> Value {
    Value::Object(shown(survey))
}

/// The optional consents that the survey can use.
pub fn optional_consents(survey: &Survey) -> Vec<&'static str> {
    let segments = !survey.dimensions.is_empty() || !survey.themes.is_empty();
    let comment = survey.questions.iter().any(|q| q.kind == Kind::Comment);
    let used = [true, segments, comment, survey.store_visit, survey.relay.is_some()];
    OPTIONAL_FLAGS.into_iter().zip(used).filter_map(|(flag, used)| used.then_some(flag)).collect()
}

type Members = Map<String, Value>;

fn whole(survey: &Survey) -> Members {
    let themes: Members =
        survey.themes.iter().map(|theme| (theme.name.clone(), json!(theme.words))).collect();
    let mut members = common(survey);
    members.insert("name".to_owned(), json!(survey.name));
    members.insert("themes".to_owned(), Value::Object(themes));
    members.insert("origins".to_owned(), json!(survey.origins));
    members.insert("store_visit".to_owned(), json!(survey.store_visit));
    members.insert("turnstile".to_owned(), json!(survey.turnstile));
    if let Some(Relay { webhook, question }) = &survey.relay {
        let mut relay = Members::from_iter([("webhook".to_owned(), json!(webhook))]);
        relay.extend(question.iter().map(|question| ("question".to_owned(), json!(question))));
        members.insert("relay".to_owned(), Value::Object(relay));
    }
    let benchmarks: Value = survey.benchmarks.iter().map(benchmark).collect();
    members.insert("benchmarks".to_owned(), benchmarks);
    members
}

fn shown(survey: &Survey) -> Members {
    let themes: Vec<&str> = survey.themes.iter().map(|theme| theme.name.as_str()).collect();
    let mut members = common(survey);
    members.insert("themes".to_owned(), json!(themes));
    members.insert("consent".to_owned(), json!(optional_consents(survey)));
    members.insert("consent_text".to_owned(), Value::Object(consent_text(survey)));
    members
}

/// The words that ask for each consent, the same wherever it is asked. What a response may count for is
/// known to whoever asks, and follows the words.
fn consent_text(survey: &Survey) -> Members {
    let flags = ["process_answers"].into_iter().chain(optional_consents(survey));
    let asked = flags.filter_map(|flag| {
        let texts = words::ALL.map(|words| {
            let text = words.consent(flag, !survey.themes.is_empty())?;
            let text = text.split(" {segments}").next().unwrap_or(text);
            Some((words.locale.to_owned(), text.to_owned()))
        });
        let texts: Texts = texts.into_iter().flatten().collect();
        (!texts.is_empty()).then(|| (flag.to_owned(), json!(texts)))
    });
    asked.collect()
}

fn common(survey: &Survey) -> Members {
    let dimensions: Members =
        survey.dimensions.iter().map(|d| (d.name.clone(), json!(d.segments))).collect();
    let questions: Vec<Value> = survey.questions.iter().map(question).collect();
    let mut members = Members::new();
    let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
    put("status", json!(survey.status.name()));
    put("questions", json!(questions));
    put("dimensions", Value::Object(dimensions));
    if let Some(controller) = &survey.controller {
        put("controller", json!({ "name": controller.name, "contact": controller.contact }));
    }
    put("notice", json!({ "hash": notice::hash(&survey.notice), "text": survey.notice }));
    put("window", json!(survey.window.to_string()));
    put(
        "release",
        json!({
            "every": survey.release.every.to_string(),
            "min_cohort": survey.release.min_cohort,
            "patience": survey.release.patience.to_string(),
        }),
    );
    let retention = survey.retention;
    put("retention", json!({ "days": retention.days, "months": retention.months }));
    put("verified_only", json!(survey.verified_only));
    if let Some(reward) = &survey.reward {
        put("reward", json!({ "text": reward }));
    }
    members
}

fn benchmark(benchmark: &Benchmark) -> Value {
    let Benchmark { question, kpi, option, theme, value, source, year } = benchmark;
    let mut members = Members::new();
    let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
    put("question", json!(question));
    put("kpi", json!(kpi));
    put("value", thousandths(*value));
    put("source", json!(source));
    for (name, value) in [("option", option), ("theme", theme)] {
        value.iter().for_each(|value| drop(put(name, json!(value))));
    }
    year.iter().for_each(|year| drop(put("year", json!(year))));
    Value::Object(members)
}

fn question(question: &Question) -> Value {
    let mut members = scale(&question.kind);
    let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
    put("id", json!(question.id));
    put("kind", json!(question.kind.name()));
    put("text", json!(question.text));
    put("required", json!(question.required));
    if let Some(condition) = &question.show_if {
        put("show_if", show_if(condition));
    }
    Value::Object(members)
}

/// The members that only this kind has.
fn scale(kind: &Kind) -> Members {
    let answers = |answers: &[NpsAnswer]| -> Value {
        let value = |answer: &NpsAnswer| match answer {
            NpsAnswer::Integer(n) => json!(n),
            NpsAnswer::Label(label) => json!(label),
        };
        answers.iter().map(value).collect()
    };
    let members = match kind {
        Kind::Nps { map: None } | Kind::YesNo | Kind::Comment => Vec::new(),
        Kind::Nps { map: Some(map) } => vec![(
            "map",
            json!({
                "detractors": answers(&map.detractors),
                "passives": answers(&map.passives),
                "promoters": answers(&map.promoters),
            }),
        )],
        Kind::Csat { points } | Kind::Rating { points } => vec![("points", json!(points))],
        Kind::Ces { points, direction } => {
            vec![("points", json!(points)), ("direction", json!(direction.name()))]
        }
        Kind::Choice { options, multiple } => {
            let options: Value = options
                .iter()
                .map(|option| match option.label.is_empty() {
                    true => json!({ "id": option.id }),
                    false => json!({ "id": option.id, "label": option.label }),
                })
                .collect();
            vec![("options", options), ("multiple", json!(multiple))]
        }
        Kind::Number { unit, edges } => {
            let edge = |edge: Option<&i64>| edge.map_or(Value::Null, |e| thousandths(*e));
            let inner = edges.iter().skip(1).take(edges.len().saturating_sub(2));
            let bins: Value = inner.map(|e| thousandths(*e)).collect();
            let mut members =
                vec![("min", edge(edges.first())), ("max", edge(edges.last())), ("bins", bins)];
            members.extend(unit.iter().map(|unit| ("unit", json!(unit))));
            members
        }
    };
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn show_if(condition: &ShowIf) -> Value {
    let (name, value) = match &condition.test {
        Test::AtMost(bound) => ("at_most", thousandths(*bound)),
        Test::AtLeast(bound) => ("at_least", thousandths(*bound)),
        Test::Is(AnswerValue::Bool(value)) => ("is", json!(value)),
        Test::Is(AnswerValue::Integer(value)) => ("is", json!(value)),
        Test::Is(AnswerValue::Label(value)) => ("is", json!(value)),
    };
    json!({ "question": condition.question, name: value })
}

/// So many thousandths as a JSON number. Below 10^12 of them the nearest double is written back as
/// the very decimal that was read.
fn thousandths(thousandths: i64) -> Value {
    match thousandths % 1000 {
        0 => json!(thousandths / 1000),
        _ => json!(thousandths as f64 / 1000.0),
    }
}
