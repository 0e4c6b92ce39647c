//! What may happen in a simulation: who answers what, when, and what goes wrong meanwhile.

use counterfoil::domain::json::Json;
use counterfoil::domain::key_ring::{KeyRing, LEAST_KEY};
use counterfoil::domain::ledger::Entry;
use counterfoil::domain::pseudonym::{Pseudonym, Subject, SubmissionId};
use counterfoil::domain::response::{Answer, Offer};
use counterfoil::domain::retention::Retention;
use counterfoil::domain::survey::{Survey, THEME};
use counterfoil::domain::survey_json;
use counterfoil::domain::time::Duration;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};

pub const MINUTE: i64 = 60_000;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

/// Every answer that is sent has a number of its own, which is among the keys of its tallies: what
/// is lost or counted twice shows by name.
pub type Name = u32;

/// One thing after the other.
#[derive(Clone, Debug)]
pub struct Step {
    pub event: Event,
    /// How many effects there are before everything in memory is lost; for ever, if not given.
    pub crash: Option<u8>,
    /// What happens while D1 is being told something.
    pub meanwhile: Option<Meanwhile>,
}

#[derive(Clone, Debug)]
pub enum Event {
    /// Responses that are committed together.
    Answer(Vec<Reply>),
    /// One of the last submissions is taken back.
    Withdraw(Index),
    /// Time passes, or the clock is put back, by so many milliseconds.
    Pass(i64),
    /// The clock stands so many milliseconds off the next tick.
    ToTick(i64),
    /// The alarm rings, so many milliseconds late.
    Ring(i64),
    /// The alarm rings twice.
    RingTwice,
    /// The alarm is lost.
    LoseAlarm,
    /// The cron wakes the Ledger.
    Wake,
    /// The cron rolls up what D1 keeps.
    RollUp,
    /// The object is started anew.
    Restart,
    /// How D1 is from now on.
    Health(Health),
    Revise(Revision),
    /// Somebody reads the figures, and to which day they are complete.
    Look,
    /// A call of D1 whose caller has died arrives all the same.
    Straggle,
    /// The object's storage is lost.
    LoseStorage,
}

#[derive(Clone, Debug)]
pub enum Meanwhile {
    Answer(Vec<Reply>),
    Withdraw(Index),
    Revise(Revision),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Health {
    Well,
    Refuses,
    /// It does what it is told, and its reply is lost.
    LosesReplies,
}

/// A response, as far as its sender decides.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Sends a submission id again that was used before.
    pub again: Option<Index>,
    pub person: Option<u8>,
    /// Which questions are answered, as bits.
    pub questions: u8,
    /// The segments, where they may be used.
    pub segments: Option<(u8, u8)>,
    /// Judged by an older revision.
    pub stale: bool,
}

/// A new definition of the survey.
#[derive(Clone, Debug)]
pub struct Revision {
    pub terms: Terms,
    /// Meant for another revision than the current one.
    pub stale: bool,
}

#[derive(Clone, Debug)]
pub struct Terms {
    pub min_cohort: u64,
    pub every: &'static str,
    pub patience: &'static str,
    pub window: &'static str,
    pub retention: Retention,
    /// Which questions there are, as bits.
    pub questions: u8,
    /// Which dimensions there are, as bits.
    pub dimensions: u8,
    /// The first question is asked on another scale.
    pub rescaled: bool,
}

impl Terms {
    pub fn definition(&self) -> String {
        let kinds = [
            if self.rescaled { r#""kind":"csat""# } else { r#""kind":"nps""# },
            r#""kind":"yes_no""#,
            r#""kind":"choice","options":["a","b"],"multiple":true"#,
            r#""kind":"comment""#,
        ];
        let some = |bits: u8, all: Vec<String>| {
            let some = all.into_iter().enumerate().filter(|(i, _)| bits & (1 << i) != 0);
            some.map(|(_, one)| one).collect::<Vec<_>>().join(",")
        };
        let questions = kinds.iter().zip(QUESTIONS);
        let questions = questions.map(|(kind, id)| format!(r#"{{"id":"{id}",{kind}}}"#)).collect();
        let dimensions = DIMENSIONS.map(|d| format!(r#""{d}":["s0","s1","s2"]"#)).into();
        let themes = if self.questions & 8 != 0 { r#""s0":{"en":["late"]}"# } else { "" };
        format!(
            r#"{{"name":"Simulated","questions":[{}],"dimensions":{{{}}},"themes":{{{themes}}},
                 "notice":{{"text":{{"en":"Short."}}}},"window":"{}",
                 "retention":{{"days":{},"months":{}}},
                 "release":{{"every":"{}","min_cohort":{},"patience":"{}"}}}}"#,
            some(self.questions, questions),
            some(self.dimensions, dimensions),
            self.window,
            self.retention.days,
            self.retention.months,
            self.every,
            self.min_cohort,
            self.patience,
        )
    }
}

/// Where consents are counted.
pub const CONSENT: &str = "(consent) notice";
pub const QUESTIONS: [&str; 4] = ["recommend", "solved", "reasons", "why"];
const DIMENSIONS: [&str; 2] = ["channel", "touchpoint"];

pub fn survey(definition: &str) -> Survey {
    survey_json::read(&Json::read(definition.as_bytes()).unwrap()).unwrap()
}

/// A response that was sent.
#[derive(Debug)]
pub struct Sent {
    pub name: Name,
    pub submission: u32,
    pub person: Option<u8>,
    pub entry: Entry,
}

impl Reply {
    /// As the Worker hands it to the Ledger, by this definition.
    pub fn send(&self, name: Name, submission: u32, survey: &Survey, revision: u64) -> Sent {
        let given = |question: &str| {
            let place = QUESTIONS.iter().position(|id| *id == question);
            place.is_some_and(|place| self.questions & (1 << place) != 0)
        };
        let mut answered: Vec<&str> = survey.questions.iter().map(|q| q.id.as_str()).collect();
        if answered.iter().any(|question| given(question)) {
            answered.retain(|question| given(question));
        }
        let answers = answered.into_iter().map(|question| {
            let mut keys = vec![format!("r{name}"), "all".to_owned()];
            if question == "reasons" {
                keys.push(format!("m{name}"));
            }
            Answer { question: question.to_owned(), keys }
        });
        let offers = self.segments.map_or(Vec::new(), |(first, second)| {
            let segments = [(DIMENSIONS[0], first), (DIMENSIONS[1], second), (THEME, first)];
            let offered = segments.iter().filter(|(name, _)| survey.segments_of(name).is_some());
            let offer = |(name, segment): &(&str, u8)| Offer {
                dimension: (*name).to_owned(),
                segments: (*segment < 3).then(|| format!("s{segment}")).into_iter().collect(),
            };
            offered.map(offer).collect()
        });
        let pseudonyms = |person: u8| {
            let peppers = KeyRing::read(&"p".repeat(LEAST_KEY)).unwrap();
            Pseudonym::of_each(&peppers, "survey", &Subject::of("survey", &person.to_string()))
        };
        let entry = Entry {
            revision: revision - u64::from(self.stale),
            submission: SubmissionId::from_bytes(u128::from(submission).to_be_bytes()),
            pseudonyms: self.person.map(pseudonyms).unwrap_or_default(),
            answers: answers.collect(),
            offers,
            consent: Answer {
                question: CONSENT.to_owned(),
                keys: vec![format!("r{name}"), "all".to_owned()],
            },
        };
        Sent { name, submission, person: self.person, entry }
    }
}

pub fn steps() -> impl Strategy<Value = Vec<Step>> {
    let meanwhile = prop_oneof![
        3 => group().prop_map(Meanwhile::Answer),
        2 => any::<Index>().prop_map(Meanwhile::Withdraw),
        1 => revision().prop_map(Meanwhile::Revise),
    ];
    let crash = prop_oneof![3 => Just(None), 1 => (0_u8..14).prop_map(Some)];
    let step = (event(), crash, option::weighted(0.15, meanwhile));
    vec(step.prop_map(|(event, crash, meanwhile)| Step { event, crash, meanwhile }), 1..50)
}

pub fn terms() -> impl Strategy<Value = Terms> {
    let times = prop_oneof![
        2 => select(vec![("1h", "1h"), ("1h", "6h"), ("1h", "3d"), ("6h", "2d")]),
        1 => select(vec![("10s", "1h"), ("1d", "5d"), ("5d", "10d"), ("10d", "10d")]),
    ];
    let min_cohort = prop_oneof![4 => Just(5_u64), 2 => 5_u64..9, 1 => Just(14_u64)];
    let window = prop_oneof![2 => Just("30d"), 1 => Just("45d")];
    let retention = select(vec![(7, 1), (30, 2), (90, 25)]);
    let retention = retention.prop_map(|(days, months)| Retention { days, months });
    let questions = prop_oneof![2 => Just(15_u8), 1 => 1_u8..16];
    let rescaled = prop::bool::weighted(0.15);
    (min_cohort, times, (window, retention), questions, 0_u8..4, rescaled).prop_map(
        |(min_cohort, (every, patience), (window, retention), questions, dimensions, rescaled)| {
            Terms {
                min_cohort,
                every,
                patience,
                window,
                retention,
                questions,
                dimensions,
                rescaled,
            }
        },
    )
}

fn revision() -> impl Strategy<Value = Revision> {
    (terms(), prop::bool::weighted(0.1)).prop_map(|(terms, stale)| Revision { terms, stale })
}

fn group() -> impl Strategy<Value = Vec<Reply>> {
    prop_oneof![2 => vec(reply(), 1..4), 3 => vec(reply(), 4..12)]
}

fn reply() -> impl Strategy<Value = Reply> {
    (
        option::weighted(0.15, any::<Index>()),
        option::weighted(0.4, 0_u8..25),
        prop_oneof![2 => Just(15_u8), 1 => 1_u8..16],
        option::weighted(0.6, (0_u8..4, 0_u8..4)),
        prop::bool::weighted(0.03),
    )
        .prop_map(|(again, person, questions, segments, stale)| Reply {
            again,
            person,
            questions,
            segments,
            stale,
        })
}

fn event() -> impl Strategy<Value = Event> {
    let late = prop_oneof![3 => Just(0), 1 => 0..3 * HOUR, 1 => 0..4 * DAY];
    let health = [Health::Well, Health::Well, Health::Refuses, Health::LosesReplies];
    prop_oneof![
        20 => group().prop_map(Event::Answer),
        12 => any::<Index>().prop_map(Event::Withdraw),
        4 => (0..90 * MINUTE).prop_map(Event::Pass),
        2 => (0..4 * DAY).prop_map(Event::Pass),
        1 => prop_oneof![(25 * DAY..35 * DAY), (-10 * MINUTE..0)].prop_map(Event::Pass),
        4 => select(vec![-1, 0, 1]).prop_map(Event::ToTick),
        6 => late.prop_map(Event::Ring),
        1 => Just(Event::RingTwice),
        1 => Just(Event::LoseAlarm),
        3 => Just(Event::Wake),
        3 => Just(Event::RollUp),
        2 => Just(Event::Restart),
        3 => select(health.to_vec()).prop_map(Event::Health),
        4 => revision().prop_map(Event::Revise),
        8 => Just(Event::Look),
        2 => Just(Event::Straggle),
        1 => Just(Event::LoseStorage),
    ]
}

/// How long a response may be pending, and a submission is known.
pub const MONTH: Duration = Duration::days(30);
