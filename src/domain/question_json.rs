//! One question of a survey, read strictly: its kind with the members that only that kind has, its
//! wording, and the condition under which it is shown.

use super::fault::{Faults, Pointer};
use super::fields::{
    distinct, duplicate, each, id, optional, required, texts, thousandths, values, word, wording,
};
use super::json::{Json, Members, boolean, integer, wrong_type};
use super::survey::{
    AnswerValue, ChoiceOption, Direction, Id, Kind, NpsAnswer, NpsMap, Question, ShowIf, Test,
    Texts,
};
use super::templates;

/// The most characters of a wording or label.
pub const MOST_TEXT: usize = 500;
/// The points that a `csat` question may have.
pub const CSAT_POINTS: [i64; 6] = [3, 4, 5, 6, 7, 10];
/// The points that a `ces` question may have.
pub const CES_POINTS: [i64; 2] = [5, 7];
/// The most answers that an `nps` table may hold.
pub const MOST_NPS_ANSWERS: usize = 20;
/// The fewest and most options of a `choice`.
pub const OPTIONS: (usize, usize) = (2, 50);
/// The most inner edges of a `number`.
pub const MOST_BINS: usize = 50;

/// A question as far as it could be read, so that what is wrong with one hides no fault of another.
pub struct Draft {
    id: Option<Id>,
    kind: Option<Kind>,
    text: Texts,
    required: bool,
    show_if: Option<ShowIf>,
}

impl Draft {
    /// Its kind, if it could be read.
    pub fn kind(&self) -> Option<&Kind> {
        self.kind.as_ref()
    }

    /// The question, if it could be read.
    pub fn question(self) -> Option<Question> {
        let Self { id, kind, text, required, show_if } = self;
        Some(Question { id: id?, kind: kind?, text, required, show_if })
    }
}

impl From<Question> for Draft {
    fn from(question: Question) -> Self {
        let Question { id, kind, text, required, show_if } = question;
        Self { id: Some(id), kind: Some(kind), text, required, show_if }
    }
}

type ReadKind = fn(&mut Members<'_>, &mut Faults) -> Option<Kind>;

const KINDS: [(&str, ReadKind); 8] = [
    ("nps", nps),
    ("csat", csat),
    ("ces", ces),
    ("rating", rating),
    ("choice", choice),
    ("yes_no", |_, _| Some(Kind::YesNo)),
    ("number", number),
    ("comment", |_, _| Some(Kind::Comment)),
];

/// Reads the question at `pointer`, which comes after `earlier`; `None`, with a fault, if it is no
/// object.
pub fn read(
    json: &Json,
    pointer: Pointer,
    earlier: &[Draft],
    faults: &mut Faults,
) -> Option<Draft> {
    let mut members = Members::of(json, pointer, faults)?;
    let id = required(&mut members, "id", faults, |json, at, faults| {
        let id = id(json, at, faults)?;
        if earlier.iter().any(|e| e.id.as_ref() == Some(&id)) {
            duplicate(at, faults);
        }
        Some(id)
    });
    let read_kind = required(&mut members, "kind", faults, |json, at, faults| {
        word(json, &KINDS, |(name, _)| name, at, faults)
    });
    let kind = read_kind.and_then(|(_, read)| read(&mut members, faults));
    let text = optional(&mut members, "text", faults, |j, p, f| texts(j, MOST_TEXT, p, f));
    let text = text.or_else(|| kind.as_ref().map(templates::wording)).unwrap_or_default();
    let required = optional(&mut members, "required", faults, boolean).unwrap_or(false);
    let show_if = optional(&mut members, "show_if", faults, |j, p, f| show_if(j, p, earlier, f));
    // Which other members there may be, only the kind tells.
    if read_kind.is_some() {
        members.finish(faults);
    }
    Some(Draft { id, kind, text, required, show_if })
}

fn nps(members: &mut Members<'_>, faults: &mut Faults) -> Option<Kind> {
    match members.take("map") {
        None => Some(Kind::Nps { map: None }),
        Some((json, at)) => Some(Kind::Nps { map: Some(nps_map(json, &at, faults)?) }),
    }
}

fn nps_map(json: &Json, pointer: &Pointer, faults: &mut Faults) -> Option<NpsMap> {
    let mut members = Members::of(json, pointer.clone(), faults)?;
    let class = |least| {
        move |json: &Json, at: &Pointer, faults: &mut Faults| {
            each(json, (least, MOST_NPS_ANSWERS), at, faults, nps_answer)
        }
    };
    let detractors = required(&mut members, "detractors", faults, class(1));
    let passives = optional(&mut members, "passives", faults, class(0)).unwrap_or_default();
    let promoters = required(&mut members, "promoters", faults, class(1));
    members.finish(faults);
    let (detractors, promoters) = (detractors?, promoters?);

    let all = || [&detractors, &passives, &promoters].into_iter().flatten();
    distinct(all().map(|(answer, at)| (answer, at)), faults);
    let is_label = |answer: &NpsAnswer| matches!(answer, NpsAnswer::Label(_));
    let labels = all().next().is_some_and(|(first, _)| is_label(first));
    if let Some((_, at)) = all().find(|(answer, _)| is_label(answer) != labels) {
        faults.add(at, "mixed", "The answers are either all integers or all labels.");
    }
    if all().count() > MOST_NPS_ANSWERS {
        faults.add(pointer, "length", format!("At most {MOST_NPS_ANSWERS} answers in total."));
    }
    let [detractors, passives, promoters] = [detractors, passives, promoters].map(values);
    Some(NpsMap { detractors, passives, promoters })
}

fn nps_answer(json: &Json, pointer: &Pointer, faults: &mut Faults) -> Option<NpsAnswer> {
    match json {
        Json::Number(_) => integer(json, -1000, 1000, pointer, faults).map(NpsAnswer::Integer),
        Json::Text(_) => id(json, pointer, faults).map(NpsAnswer::Label),
        other => {
            wrong_type(other, "an integer or a label", pointer, faults);
            None
        }
    }
}

/// The member `points`, one of `allowed` (rising).
fn points(
    members: &mut Members<'_>,
    allowed: &[i64],
    default: i64,
    faults: &mut Faults,
) -> Option<i64> {
    let Some((json, at)) = members.take("points") else { return Some(default) };
    let (least, most) = (allowed.first()?, allowed.last()?);
    let found = integer(json, *least, *most, &at, faults)?;
    if !allowed.contains(&found) {
        let all: Vec<String> = allowed.iter().map(i64::to_string).collect();
        faults.add(&at, "range", format!("One of {} is allowed.", all.join(", ")));
        return None;
    }
    Some(found)
}

fn csat(members: &mut Members<'_>, faults: &mut Faults) -> Option<Kind> {
    Some(Kind::Csat { points: points(members, &CSAT_POINTS, 5, faults)? })
}

fn ces(members: &mut Members<'_>, faults: &mut Faults) -> Option<Kind> {
    let points = points(members, &CES_POINTS, 7, faults);
    let direction = optional(members, "direction", faults, |json, at, faults| {
        word(json, &[Direction::EasyHigh, Direction::EffortHigh], Direction::name, at, faults)
    });
    Some(Kind::Ces { points: points?, direction: direction.unwrap_or(Direction::EasyHigh) })
}

fn rating(members: &mut Members<'_>, faults: &mut Faults) -> Option<Kind> {
    let points = match members.take("points") {
        None => 5,
        Some((json, at)) => integer(json, 2, 100, &at, faults)?,
    };
    Some(Kind::Rating { points })
}

fn choice(members: &mut Members<'_>, faults: &mut Faults) -> Option<Kind> {
    let options = required(members, "options", faults, |j, p, f| each(j, OPTIONS, p, f, option));
    let multiple = optional(members, "multiple", faults, boolean).unwrap_or(false);
    let options = options?;
    distinct(options.iter().map(|(option, at)| (option.id.as_str(), at)), faults);
    Some(Kind::Choice { options: values(options), multiple })
}

/// An option: its id alone, or with its label.
fn option(json: &Json, pointer: &Pointer, faults: &mut Faults) -> Option<ChoiceOption> {
    if let Json::Text(_) = json {
        return Some(ChoiceOption { id: id(json, pointer, faults)?, label: Texts::new() });
    }
    let mut members = Members::of(json, pointer.clone(), faults)?;
    let id = required(&mut members, "id", faults, id);
    let label = optional(&mut members, "label", faults, |j, p, f| texts(j, MOST_TEXT, p, f));
    members.finish(faults);
    Some(ChoiceOption { id: id?, label: label.unwrap_or_default() })
}

fn number(members: &mut Members<'_>, faults: &mut Faults) -> Option<Kind> {
    let unit = optional(members, "unit", faults, |j, p, f| wording(j, 32, p, f));
    let min = required(members, "min", faults, thousandths);
    let max = required(members, "max", faults, thousandths);
    let bins =
        optional(members, "bins", faults, |j, p, f| each(j, (0, MOST_BINS), p, f, thousandths));
    let (min, max) = (min?, max?);
    if min >= max {
        faults.add(&members.pointer().member("max"), "order", "`max` must be above `min`.");
        return None;
    }
    let (mut edges, mut last) = (vec![min], min);
    for (bin, at) in bins.unwrap_or_default() {
        if bin <= last || bin >= max {
            faults.add(&at, "order", "Bins must rise, and lie between `min` and `max`.");
            continue;
        }
        edges.push(bin);
        last = bin;
    }
    edges.push(max);
    Some(Kind::Number { unit, edges })
}

fn show_if(
    json: &Json,
    pointer: &Pointer,
    earlier: &[Draft],
    faults: &mut Faults,
) -> Option<ShowIf> {
    let mut members = Members::of(json, pointer.clone(), faults)?;
    let question = required(&mut members, "question", faults, |json, at, faults| {
        let id = id(json, at, faults)?;
        let found = earlier.iter().find(|e| e.id.as_ref() == Some(&id));
        match found {
            None => faults.add(at, "reference", "This must be the id of an earlier question."),
            Some(Draft { kind: Some(Kind::Comment), .. }) => {
                faults.add(at, "not_comparable", "No condition can be put on a comment.");
            }
            Some(_) => {}
        }
        found.map(|draft| (id, draft.kind()))
    });
    let mut tests: Vec<Given> = TESTS
        .iter()
        .filter_map(|(name, read)| members.take(name).map(|(json, at)| (*read, json, at)))
        .collect();
    members.finish(faults);
    let (Some((read, json, at)), true) = (tests.pop(), tests.is_empty()) else {
        faults.add(pointer, "one_of", "Exactly one of `at_most`, `at_least`, `is` must be given.");
        return None;
    };
    let (question, kind) = question?;
    Some(ShowIf { question, test: read(json, kind?, &at, faults)? })
}

type ReadTest = fn(&Json, &Kind, &Pointer, &mut Faults) -> Option<Test>;
type Given<'a> = (ReadTest, &'a Json, Pointer);

const TESTS: [(&str, ReadTest); 3] = [
    ("at_most", |json, kind, at, faults| bound(json, kind, at, faults).map(Test::AtMost)),
    ("at_least", |json, kind, at, faults| bound(json, kind, at, faults).map(Test::AtLeast)),
    ("is", |json, kind, at, faults| value(json, kind, at, faults).map(Test::Is)),
];

/// What single answers of a kind are, as conditions compare them.
enum Answers {
    Booleans,
    Points,
    Labels,
    Decimals,
    Words,
}

fn answers(kind: &Kind) -> Answers {
    match kind {
        Kind::Nps { map: Some(map) }
            if matches!(map.answers().next(), Some(NpsAnswer::Label(_))) =>
        {
            Answers::Labels
        }
        Kind::Nps { .. } | Kind::Csat { .. } | Kind::Ces { .. } | Kind::Rating { .. } => {
            Answers::Points
        }
        Kind::Choice { .. } => Answers::Labels,
        Kind::YesNo => Answers::Booleans,
        Kind::Number { .. } => Answers::Decimals,
        Kind::Comment => Answers::Words,
    }
}

fn bound(json: &Json, kind: &Kind, at: &Pointer, faults: &mut Faults) -> Option<i64> {
    match answers(kind) {
        Answers::Points | Answers::Decimals => thousandths(json, at, faults),
        Answers::Booleans | Answers::Labels => {
            faults.add(at, "not_comparable", "That question's answers are no numbers: use `is`.");
            None
        }
        Answers::Words => None,
    }
}

fn value(json: &Json, kind: &Kind, at: &Pointer, faults: &mut Faults) -> Option<AnswerValue> {
    let (value, key) = match answers(kind) {
        Answers::Booleans => return boolean(json, at, faults).map(AnswerValue::Bool),
        Answers::Points => {
            let point = integer(json, -1000, 1000, at, faults)?;
            (AnswerValue::Integer(point), point.to_string())
        }
        Answers::Labels => {
            let label = id(json, at, faults)?;
            (AnswerValue::Label(label.clone()), label)
        }
        Answers::Decimals => {
            faults.add(at, "not_comparable", "For a number use `at_most` or `at_least`.");
            return None;
        }
        Answers::Words => return None,
    };
    if !kind.keys().contains(&key) {
        faults.add(at, "value", "That question cannot be answered so.");
        return None;
    }
    Some(value)
}
