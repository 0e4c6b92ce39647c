//! A comment that its writer lets the team read: what goes along with it, and how it is counted that it
//! was passed on, without a record of anyone.
//!
//! The words are in no store and no log here. What is counted is per response whether all of its comments
//! arrived, under a question of the service's own, always in the cohort `(unattributed)`; its tallies go
//! through the same buckets as those of any question, so that no figure is about fewer than `min_cohort`.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::kpi::{Counts, ces, csat, nps};
use super::response::Answer;
use super::scrub::scrub;
use super::survey::{Id, Kind, NpsAnswer, Question, Survey};
use super::themes::Bare;
use super::time::Instant;
use super::webhook;

/// The question under which it is counted. No question of an owner can have this id.
pub const QUESTION: &str = "(relay)";

/// The type of the event that is sent.
pub const EVENT: &str = "comment.shared";

/// Where comments go, and the score that goes along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relay {
    /// The id of the team's webhook.
    pub webhook: String,
    /// The question whose score goes along: `nps`, `csat` or `ces`. The first of those that the survey
    /// asks, where none is named.
    pub question: Option<Id>,
}

/// A comment that may be passed on, as it was written.
#[derive(Clone, PartialEq, Eq)]
pub struct Shared {
    /// The question.
    pub question: Id,
    /// The words.
    pub comment: String,
    /// Its themes; none where it was not to be searched.
    pub themes: Vec<String>,
}

impl fmt::Debug for Shared {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Shared").field("question", &self.question).finish_non_exhaustive()
    }
}

/// The class of a score, as the KPI of its question has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Score {
    /// The question.
    pub question: Id,
    /// `promoter`, `passive` or `detractor` of an `nps`; `satisfied` or `other` of a `csat`; `easy` or
    /// `other` of a `ces`.
    pub class: &'static str,
}

/// Whether answers to the question have classes.
pub fn is_scored(kind: &Kind) -> bool {
    matches!(kind, Kind::Nps { .. } | Kind::Csat { .. } | Kind::Ces { .. })
}

/// The score that goes along with a comment; none where its question was not answered.
pub fn score(survey: &Survey, answers: &[Answer]) -> Option<Score> {
    let named = survey.relay.as_ref()?.question.as_ref();
    let scored = |question: &&Question| match named {
        Some(id) => question.id == *id,
        None => is_scored(&question.kind),
    };
    let question = survey.questions.iter().find(scored)?;
    let answer = answers.iter().find(|answer| answer.question == question.id)?;
    let class = class(&question.kind, answer.keys.first()?)?;
    Some(Score { question: question.id.clone(), class })
}

/// The class of an answer, by the key of its tally.
fn class(kind: &Kind, key: &str) -> Option<&'static str> {
    let point = || key.parse::<i64>().ok();
    let within = |[low, high]: [i64; 2], point: i64| (low..=high).contains(&point);
    match kind {
        Kind::Nps { map: None } => point().map(|point| match point {
            _ if within(nps::PROMOTERS, point) => "promoter",
            _ if within(nps::PASSIVES, point) => "passive",
            _ => "detractor",
        }),
        Kind::Nps { map: Some(map) } => {
            let classes = [
                (&map.promoters, "promoter"),
                (&map.passives, "passive"),
                (&map.detractors, "detractor"),
            ];
            let has = |answers: &[NpsAnswer]| answers.iter().any(|answer| answer.key() == key);
            classes.into_iter().find(|(answers, _)| has(answers)).map(|(_, class)| class)
        }
        Kind::Csat { points } => {
            let satisfied = within(csat::satisfied(*points), point()?);
            Some(if satisfied { "satisfied" } else { "other" })
        }
        Kind::Ces { points, direction } => {
            let easy = within(ces::easy(*points, *direction), point()?);
            Some(if easy { "easy" } else { "other" })
        }
        _ => None,
    }
}

/// The event that passes a comment on, scrubbed: nothing in it tells of whom it is, but for what the
/// words do. `at` is told to the second, as the event's header must tell it.
pub fn event(
    survey: &str,
    at: Instant,
    shared: &Shared,
    score: Option<&Score>,
    bare: Bare,
) -> String {
    let data = json!({
        "survey": survey,
        "question": shared.question,
        "comment": scrub(&shared.comment, bare).text,
        "score": score,
        "themes": shared.themes,
    });
    webhook::event(EVENT, Instant(at.0 - at.0.rem_euclid(1_000)), &data)
}

/// What became of the comments of one response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Passed {
    /// The team's system took all of them.
    Delivered,
    /// One at least was not taken, and is gone.
    Dropped,
}

/// The keys of the tallies.
const KEYS: [&str; 2] = ["delivered", "dropped"];

impl Passed {
    /// As it is counted.
    pub fn answer(self) -> Answer {
        let [delivered, dropped] = KEYS;
        let key = match self {
            Self::Delivered => delivered,
            Self::Dropped => dropped,
        };
        Answer { question: QUESTION.to_owned(), keys: vec![key.to_owned()] }
    }
}

/// The responses whose comments were passed on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PassedCounts {
    /// How many there were.
    pub n: u64,
    /// Of how many all comments arrived.
    pub delivered: u64,
    /// Of how many one at least was dropped.
    pub dropped: u64,
}

impl From<&Counts> for PassedCounts {
    fn from(counts: &Counts) -> Self {
        let [delivered, dropped] = KEYS.map(|key| counts.tallies.get(key).copied().unwrap_or(0));
        Self { n: counts.n, delivered, dropped }
    }
}
