//! One question with its field, its notes and its error.

use maud::{Markup, html};

use crate::domain::decimal::decimal;
use crate::domain::notice::fill;
use crate::domain::survey::{
    AnswerValue, Direction, Kind, NpsAnswer, Question, ShowIf, Survey, Test,
};
use crate::domain::words::Words;
use crate::http::form::Form;

use super::{Reader, Told};

/// The longest scale whose points are shown side by side.
const MOST_POINTS: usize = 11;

/// A question on its way to the page.
pub struct Field<'a> {
    /// Who reads it.
    pub reader: &'a Reader,
    /// Its survey.
    pub survey: &'a Survey,
    /// The question.
    pub question: &'a Question,
    /// What is chosen or filled in.
    pub chosen: Vec<&'a str>,
    /// Whether that was chosen by the link.
    pub by_link: bool,
    /// What is wrong with it.
    pub error: Option<&'a str>,
}

/// What the link's answer chooses, where it is one. Comments are not taken from links: words do not
/// belong there.
pub fn prefilled<'f>(question: &Question, form: &'f Form) -> Vec<&'f str> {
    let mut given = form.answers(question);
    match &question.kind {
        Kind::Comment => return Vec::new(),
        Kind::Number { .. } => {}
        kind => {
            let keys = kind.keys();
            given.retain(|text| keys.iter().any(|key| key == text));
        }
    }
    if !matches!(question.kind, Kind::Choice { multiple: true, .. }) {
        given.truncate(1);
    }
    given
}

/// What the braces in a text about a number stand for.
pub fn bounds(words: &Words, edges: &[i64]) -> Vec<(&'static str, String)> {
    let bound = |edge: Option<&i64>| number(words, edge.copied().unwrap_or_default());
    vec![("min", bound(edges.first())), ("max", bound(edges.last()))]
}

/// So many thousandths, with the language's decimal mark.
fn number(words: &Words, thousandths: i64) -> String {
    decimal(thousandths).replace('.', &words.decimal_mark().to_string())
}

/// What an answer is called.
enum Label<'a> {
    Told(Told<'a>),
    Plain(String),
}

impl maud::Render for Label<'_> {
    fn render(&self) -> Markup {
        match self {
            Self::Told(told) => told.render(),
            Self::Plain(text) => html! { (text) },
        }
    }
}

/// The question with its field.
pub fn render(field: &Field<'_>) -> Markup {
    let question = field.question;
    let class = if field.error.is_some() { "question wrong" } else { "question" };
    match &question.kind {
        Kind::Comment | Kind::Number { .. } => html! {
            div class=(class) {
                label class="wording" for=(field.place("")) { (field.wording()) }
                (field.notes())
                (field.input())
            }
        },
        _ => html! {
            fieldset class=(class) aria-describedby=[field.described_by()] {
                legend class="wording" { (field.wording()) }
                (field.notes())
                (field.choices())
            }
        },
    }
}

impl Field<'_> {
    /// The id of the field, or of something about it.
    fn place(&self, part: &str) -> String {
        // No id of a question has a dot.
        format!("q-{}{part}", self.question.id)
    }

    fn name(&self) -> String {
        format!("answers.{}", self.question.id)
    }

    fn wording(&self) -> Markup {
        let words = self.reader.words;
        html! {
            @if let Some(wording) = self.reader.told(&self.question.text) { (wording) }
            @if self.question.required { " " small { (words.required) } }
        }
    }

    /// What is told about the field, by the last part of its id.
    fn told(&self) -> Vec<(&'static str, &'static str, String)> {
        let words = self.reader.words;
        let condition = self.question.show_if.as_ref().and_then(|condition| self.only(condition));
        let prefilled = (self.by_link && !self.chosen.is_empty()).then(|| words.prefilled.into());
        let error = self.error.map(str::to_owned);
        let all = [
            (".if", "condition", condition),
            (".hint", "hint", self.hint()),
            (".link", "hint", prefilled),
            (".error", "error", error),
        ];
        all.into_iter().filter_map(|(part, class, text)| Some((part, class, text?))).collect()
    }

    fn notes(&self) -> Markup {
        html! {
            @for (part, class, text) in self.told() {
                p class=(class) id=(self.place(part)) { (text) }
            }
        }
    }

    fn described_by(&self) -> Option<String> {
        let places: Vec<String> =
            self.told().into_iter().map(|(part, ..)| self.place(part)).collect();
        (!places.is_empty()).then(|| places.join(" "))
    }

    /// When the question applies.
    fn only(&self, condition: &ShowIf) -> Option<String> {
        let words = self.reader.words;
        let earlier = self.survey.question(&condition.question)?;
        let (text, value) = match &condition.test {
            Test::AtMost(bound) => (words.only_at_most, number(words, *bound)),
            Test::AtLeast(bound) => (words.only_at_least, number(words, *bound)),
            Test::Is(value) => (words.only_is, self.value(earlier, value)),
        };
        let question = self.reader.told(&earlier.text).map_or("", |told| told.text);
        Some(fill(text, &[("question", question.to_owned()), ("value", value)]))
    }

    fn value(&self, earlier: &Question, value: &AnswerValue) -> String {
        let words = self.reader.words;
        match value {
            AnswerValue::Bool(true) => words.yes.to_owned(),
            AnswerValue::Bool(false) => words.no.to_owned(),
            AnswerValue::Integer(n) => n.to_string(),
            AnswerValue::Label(id) => {
                let options = match &earlier.kind {
                    Kind::Choice { options, .. } => options.as_slice(),
                    _ => &[],
                };
                let option = options.iter().find(|option| option.id == *id);
                let told = option.and_then(|option| self.reader.told(&option.label));
                told.map_or_else(|| id.clone(), |told| told.text.to_owned())
            }
        }
    }

    fn hint(&self) -> Option<String> {
        let words = self.reader.words;
        let (low, high) = match &self.question.kind {
            Kind::Nps { .. } => (words.nps_low, words.nps_high),
            Kind::Csat { .. } => (words.csat_low, words.csat_high),
            Kind::Ces { direction: Direction::EasyHigh, .. } => (words.hard, words.easy),
            Kind::Ces { direction: Direction::EffortHigh, .. } => {
                (words.little_effort, words.much_effort)
            }
            Kind::Rating { .. } => (words.rating_low, words.rating_high),
            Kind::Choice { multiple: true, .. } => return Some(words.several.to_owned()),
            Kind::Choice { .. } | Kind::YesNo => return None,
            Kind::Number { edges, unit } => {
                let mut terms = bounds(words, edges);
                terms.extend(unit.iter().map(|unit| ("unit", unit.clone())));
                let text = if unit.is_some() { words.number_unit } else { words.number };
                return Some(fill(text, &terms));
            }
            Kind::Comment => {
                let themes = !self.survey.themes.is_empty();
                let hint = if themes { words.comment } else { words.comment_counted };
                return Some(match self.survey.relay {
                    Some(_) => format!("{hint} {}", words.comment_shared),
                    None => hint.to_owned(),
                });
            }
        };
        let points = self.points()?;
        let (from, to) = (points.first()?.clone(), points.last()?.clone());
        let terms =
            [("from", from), ("low", low.to_owned()), ("to", to), ("high", high.to_owned())];
        Some(fill(words.scale, &terms))
    }

    /// The points of a scale of numbers, rising.
    fn points(&self) -> Option<Vec<String>> {
        match &self.question.kind {
            Kind::Nps { map: Some(map) } => {
                let mut answers: Vec<&NpsAnswer> = map.answers().collect();
                answers.sort();
                let all = answers.iter().all(|answer| matches!(answer, NpsAnswer::Integer(_)));
                all.then(|| answers.iter().map(|answer| answer.key()).collect())
            }
            Kind::Nps { .. } | Kind::Csat { .. } | Kind::Ces { .. } | Kind::Rating { .. } => {
                Some(self.question.kind.keys())
            }
            _ => None,
        }
    }

    fn labels(&self) -> Vec<(String, Label<'_>)> {
        let words = self.reader.words;
        if let Some(points) = self.points() {
            return points.into_iter().map(|key| (key.clone(), Label::Plain(key))).collect();
        }
        match &self.question.kind {
            Kind::Choice { options, .. } => {
                let label = |option| match self.reader.told(option) {
                    Some(told) => Label::Told(told),
                    None => Label::Plain(String::new()),
                };
                let named = options.iter().map(|option| match option.label.is_empty() {
                    true => (option.id.clone(), Label::Plain(option.id.clone())),
                    false => (option.id.clone(), label(&option.label)),
                });
                named.collect()
            }
            Kind::YesNo => [("yes", words.yes), ("no", words.no)]
                .map(|(key, word)| (key.to_owned(), Label::Plain(word.to_owned())))
                .into(),
            kind => kind.keys().into_iter().map(|key| (key.clone(), Label::Plain(key))).collect(),
        }
    }

    fn is_chosen(&self, key: &str) -> bool {
        self.chosen.contains(&key)
    }

    fn choices(&self) -> Markup {
        let labels = self.labels();
        let words = self.reader.words;
        let several = matches!(self.question.kind, Kind::Choice { multiple: true, .. });
        let class = if self.points().is_some() { "points" } else { "options" };
        // Once a radio button is chosen, nothing but another one takes that back.
        let none = !several && !self.question.required;
        let nothing = !labels.iter().any(|(key, _)| self.is_chosen(key));
        if labels.len() > MOST_POINTS && self.points().is_some() {
            return html! {
                select
                    name=(self.name()) id=(self.place("")) aria-describedby=[self.described_by()]
                    aria-label=[self.reader.told(&self.question.text).map(|told| told.text)] {
                    option value="" { (words.no_answer) }
                    @for (key, label) in &labels {
                        option value=(key) selected[self.is_chosen(key)] { (label) }
                    }
                }
            };
        }
        html! {
            div class=(class) {
                @for (at, (key, label)) in labels.iter().enumerate() {
                    label class=(if class == "points" { "point" } else { "option" }) {
                        input type=(if several { "checkbox" } else { "radio" })
                            name=(self.name()) value=(key)
                            id=(if at == 0 { self.place("") } else { self.place(&format!(".{at}")) })
                            required[self.question.required && !several]
                            checked[self.is_chosen(key)];
                        span { (label) }
                    }
                }
            }
            @if none {
                label class="option none" {
                    input type="radio" name=(self.name()) value="" checked[nothing];
                    span { (words.no_answer) }
                }
            }
        }
    }

    fn input(&self) -> Markup {
        let given = self.chosen.first().copied().unwrap_or_default();
        let wrong = self.error.map(|_| "true");
        match &self.question.kind {
            Kind::Comment => html! {
                textarea name=(self.name()) id=(self.place("")) rows="4" dir="auto"
                    required[self.question.required]
                    aria-invalid=[wrong] aria-describedby=[self.described_by()] {
                    // The first line break in a text area is not part of it (HTML, section 13.1.2.5).
                    "\n" (given)
                }
            },
            _ => html! {
                input type="text" inputmode="decimal" name=(self.name()) id=(self.place(""))
                    value=(given) required[self.question.required]
                    aria-invalid=[wrong] aria-describedby=[self.described_by()];
            },
        }
    }
}
