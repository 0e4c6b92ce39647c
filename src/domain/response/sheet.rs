//! The answers of a response, read one question after the other.

use crate::domain::consent::Consent;
use crate::domain::decimal::decimal;
use crate::domain::fault::{Faults, Pointer};
use crate::domain::json::{self, Json, Members};
use crate::domain::relay::Shared;
use crate::domain::survey::{AnswerValue, Kind, NpsAnswer, Question, ShowIf, Survey, THEME, Test};
use crate::domain::themes::Tagger;

use super::{Answer, MOST_COMMENT, Offer};

/// The answers while they are being read.
pub(super) struct Sheet<'a> {
    pub(super) survey: &'a Survey,
    pub(super) tagger: &'a Tagger,
    pub(super) covered: Consent,
    pub(super) all_shown: bool,
    pub(super) answered: Vec<(&'a Question, Value)>,
    pub(super) themes: Vec<String>,
    pub(super) shared: Vec<Shared>,
}

/// An answer's value, as tallies and conditions need it.
pub(super) enum Value {
    /// Keys of tallies, and the number that conditions compare, in thousandths.
    Counted { keys: Vec<String>, number: Option<i64> },
    /// A comment that may not be searched for themes.
    Unread,
}

impl<'a> Sheet<'a> {
    pub(super) fn read(&mut self, json: &Json, pointer: Pointer, faults: &mut Faults) {
        let Some(mut members) = Members::of(json, pointer, faults) else { return };
        let pointer = members.pointer().clone();
        let mut given = 0;
        for question in &self.survey.questions {
            let shown = question.show_if.as_ref().is_none_or(|condition| self.holds(condition));
            match members.take(&question.id) {
                Some(_) if !shown && self.all_shown => {}
                Some((value, pointer)) => {
                    given += 1;
                    if shown {
                        self.answer(question, value, &pointer, faults);
                    } else {
                        faults.add(
                            &pointer,
                            "not_shown",
                            "This question is not asked after the answers given before it.",
                        );
                    }
                }
                None if shown && question.required => faults.add(
                    &pointer.member(&question.id),
                    "missing",
                    "This question needs an answer.",
                ),
                None => {}
            }
        }
        members.finish(faults);
        let counted = self.answered.iter().any(|(_, v)| matches!(v, Value::Counted { .. }));
        if faults.is_empty() && (given == 0 || !counted) {
            faults.add(&pointer, "no_answer", "At least one answer that consent covers is needed.");
        }
    }

    fn answer(
        &mut self,
        question: &'a Question,
        json: &Json,
        pointer: &Pointer,
        faults: &mut Faults,
    ) {
        let value = if question.kind == Kind::Comment {
            self.comment(question, json, pointer, faults)
        } else {
            read_value(&question.kind, json, pointer, faults)
        };
        if let Some(value) = value {
            self.answered.push((question, value));
        }
    }

    /// Reads a comment, as far as that was agreed to: for its themes, and to be passed on.
    fn comment(
        &mut self,
        question: &Question,
        json: &Json,
        pointer: &Pointer,
        faults: &mut Faults,
    ) -> Option<Value> {
        let analysed = self.covered.analyse_comment;
        let shared = self.covered.share_comment && self.survey.relay.is_some();
        if !analysed && !shared {
            return Some(Value::Unread);
        }
        let comment = json::text(json, 1, MOST_COMMENT, pointer, faults)?;
        let themes = if analysed { self.tagger.tag(comment) } else { Vec::new() };
        if shared {
            self.shared.push(Shared {
                question: question.id.clone(),
                comment: comment.to_owned(),
                themes: themes.clone(),
            });
        }
        if !analysed {
            return Some(Value::Unread);
        }
        self.themes.extend(themes.iter().cloned());
        Some(Value::Counted { keys: themes, number: None })
    }

    /// Whether a condition holds; it does not where its question was not answered.
    fn holds(&self, condition: &ShowIf) -> bool {
        let earlier = self.answered.iter().find(|(q, _)| q.id == condition.question);
        let Some((_, Value::Counted { keys, number })) = earlier else { return false };
        match &condition.test {
            Test::AtMost(limit) => number.is_some_and(|n| n <= *limit),
            Test::AtLeast(limit) => number.is_some_and(|n| n >= *limit),
            Test::Is(AnswerValue::Bool(yes)) => {
                keys.iter().any(|key| key == if *yes { "yes" } else { "no" })
            }
            Test::Is(AnswerValue::Integer(n)) => keys.contains(&n.to_string()),
            Test::Is(AnswerValue::Label(label)) => keys.contains(label),
        }
    }

    pub(super) fn answers(&self) -> Vec<Answer> {
        let counted = self.answered.iter().filter_map(|(question, value)| match value {
            Value::Counted { keys, .. } => {
                Some(Answer { question: question.id.clone(), keys: keys.clone() })
            }
            Value::Unread => None,
        });
        counted.collect()
    }

    /// The dimensions that may be drawn: the declared ones, and `theme` where the comment may be read.
    pub(super) fn offers(&self, given: Vec<(String, String)>) -> Vec<Offer> {
        let declared = self.survey.dimensions.iter().map(|dimension| Offer {
            dimension: dimension.name.clone(),
            segments: given
                .iter()
                .filter(|(name, _)| *name == dimension.name)
                .map(|(_, segment)| segment.clone())
                .collect(),
        });
        let mut themes = self.themes.clone();
        themes.sort();
        themes.dedup();
        let theme = (!self.survey.themes.is_empty() && self.covered.analyse_comment)
            .then(|| Offer { dimension: THEME.to_owned(), segments: themes });
        declared.chain(theme).collect()
    }
}

/// Reads an answer to a question of any kind but `comment`.
fn read_value(kind: &Kind, json: &Json, pointer: &Pointer, faults: &mut Faults) -> Option<Value> {
    let point = |number: i64| Value::Counted {
        keys: vec![number.to_string()],
        number: Some(number * 1000),
    };
    let label = |key: &str| Value::Counted { keys: vec![key.to_owned()], number: None };
    match kind {
        Kind::Nps { map: None } => json::integer(json, 0, 10, pointer, faults).map(point),
        Kind::Csat { points } | Kind::Ces { points, .. } | Kind::Rating { points } => {
            json::integer(json, 1, *points, pointer, faults).map(point)
        }
        Kind::Nps { map: Some(map) } => {
            let given = match json {
                Json::Number(number) => number.integer().map(NpsAnswer::Integer),
                Json::Text(text) => Some(NpsAnswer::Label(text.clone())),
                other => {
                    json::wrong_type(other, "a number or a string", pointer, faults);
                    return None;
                }
            };
            match map.answers().find(|answer| Some(*answer) == given.as_ref()) {
                Some(NpsAnswer::Integer(n)) => Some(point(*n)),
                Some(NpsAnswer::Label(text)) => Some(label(text)),
                None => {
                    let all = map.answers().map(NpsAnswer::key).collect::<Vec<_>>().join(", ");
                    faults.add(pointer, "unknown_answer", format!("One of: {all}."));
                    None
                }
            }
        }
        Kind::YesNo => {
            json::boolean(json, pointer, faults).map(|yes| label(if yes { "yes" } else { "no" }))
        }
        Kind::Choice { options, multiple } => {
            let ids: Vec<&str> = options.iter().map(|o| o.id.as_str()).collect();
            if *multiple {
                read_several(json, &ids, pointer, faults)
            } else {
                read_option(json, &ids, pointer, faults).map(label)
            }
        }
        Kind::Number { edges, .. } => {
            let Json::Number(number) = json else {
                json::wrong_type(json, "a number", pointer, faults);
                return None;
            };
            let exact = number.thousandths().is_some();
            let found = number
                .thousandths_floor()
                .and_then(|floor| Some((Kind::bin(edges, floor, exact)?, floor)));
            if found.is_none() {
                let bound = |edge: Option<&i64>| decimal(edge.copied().unwrap_or_default());
                let (least, most) = (bound(edges.first()), bound(edges.last()));
                faults.add(
                    pointer,
                    "range",
                    format!("Numbers from {least} to {most} are allowed."),
                );
            }
            found.map(|(bin, floor)| Value::Counted { keys: vec![bin], number: Some(floor) })
        }
        Kind::Comment => None,
    }
}

fn read_option<'o>(
    json: &Json,
    options: &[&'o str],
    pointer: &Pointer,
    faults: &mut Faults,
) -> Option<&'o str> {
    let Json::Text(text) = json else {
        json::wrong_type(json, "a string", pointer, faults);
        return None;
    };
    let found = options.iter().find(|option| **option == text.as_str()).copied();
    if found.is_none() {
        faults.add(pointer, "unknown_option", format!("One of: {}.", options.join(", ")));
    }
    found
}

fn read_several(
    json: &Json,
    options: &[&str],
    pointer: &Pointer,
    faults: &mut Faults,
) -> Option<Value> {
    let elements = json::list(json, 1, options.len(), pointer, faults)?;
    let count = elements.len();
    let mut keys: Vec<String> = Vec::with_capacity(count);
    for (element, pointer) in elements {
        let Some(option) = read_option(element, options, &pointer, faults) else { continue };
        if keys.iter().any(|key| key == option) {
            faults.add(&pointer, "duplicate_option", "This option was chosen before.");
        } else {
            keys.push(option.to_owned());
        }
    }
    (keys.len() == count).then_some(Value::Counted { keys, number: None })
}
