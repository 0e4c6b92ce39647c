//! Alerts: conditions of the team's own on figures that were released or reported, and when they are told.
//!
//! An alert is raised when its condition begins to hold and cleared when it ends: once each. While there
//! is nothing to judge by (nobody answered, a fact is missing) it stays as it is. Whether a condition
//! holds, [`insight::alerts`](super::insight::alerts) says.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Number, Value};

use super::decimal::decimal;
use super::engagement::Source;
use super::time::Instant;

/// An alert, as its owner defined it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// What its owner calls it.
    pub name: String,
    /// The id of the webhook that is told.
    pub webhook: String,
    /// When.
    pub when: When,
}

/// The condition of an alert, and over how many days it looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct When {
    /// Over how many days: 1 to [`MOST_DAYS`](super::alert_json::MOST_DAYS).
    pub days: u16,
    /// What must be the case.
    pub rule: Rule,
}

/// What must be the case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// A value is beyond a limit.
    Limit {
        /// On which side.
        side: Side,
        /// Whose value.
        source: Source,
        /// The limit, in thousandths of the KPI's unit.
        limit: i64,
        /// Whether all of the value's interval must be beyond it.
        certain: bool,
    },
    /// A value of a survey is significantly worse than over the period before.
    Drop(Source),
    /// A driver of a KPI appears.
    Driver(Source),
    /// A customer brings less than it costs to win one.
    ClvBelowCpa,
}

/// A side of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Less.
    Below,
    /// More.
    Above,
}

impl Rule {
    /// Its name on the wire.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Limit { side: Side::Below, .. } => "below",
            Self::Limit { side: Side::Above, .. } => "above",
            Self::Drop(_) => "drop",
            Self::Driver(_) => "driver",
            Self::ClvBelowCpa => "clv_below_cpa",
        }
    }

    /// The KPI that it is about, where it names one.
    pub fn source(&self) -> Option<&Source> {
        match self {
            Self::Limit { source, .. } | Self::Drop(source) | Self::Driver(source) => Some(source),
            Self::ClvBelowCpa => None,
        }
    }

    /// The id of the survey that it is about, if it is about one.
    pub fn survey(&self) -> Option<&str> {
        self.source().and_then(Source::survey)
    }

    /// Whether it looks at whole days alone, which do not change any more.
    pub fn is_of_whole_days(&self) -> bool {
        matches!(self, Self::Drop(_) | Self::Driver(_))
    }
}

impl Serialize for When {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("kind", self.rule.kind())?;
        if let Some(source) = self.rule.source() {
            source.write(&mut map)?;
        }
        if let Rule::Limit { limit, certain, .. } = &self.rule {
            map.serialize_entry("limit", &decimal(*limit).parse::<Number>().ok())?;
            if *certain {
                map.serialize_entry("certain", certain)?;
            }
        }
        map.serialize_entry("days", &self.days)?;
        map.end()
    }
}

/// What is remembered of an alert from one check to the next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Since when its condition holds, if it does.
    pub raised: Option<Instant>,
    /// The drivers that were there at the last check, as `dimension/segment`.
    pub known: Vec<String>,
    /// Why nothing could be judged at the last check, if nothing could.
    pub reason: Option<String>,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    /// Nothing to judge by, for this reason.
    Unknown(&'static str),
    /// The condition does not hold; the figures are these.
    Ends(Value),
    /// It holds.
    Holds(Value),
    /// It holds for these drivers, `dimension/segment` and figures of each; the other figures are these.
    Drivers(Value, Vec<(String, Value)>),
}

/// What is told of an alert.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// `alert.raised` or `alert.cleared`.
    pub kind: &'static str,
    /// The figures that led to it.
    pub figures: Value,
}

/// What is told when the condition begins to hold.
pub const RAISED: &str = "alert.raised";
/// What is told when it ends.
pub const CLEARED: &str = "alert.cleared";

impl State {
    /// What is remembered after a check at this time, and what is to be told.
    pub fn after(&self, finding: Finding, at: Instant) -> (Self, Option<Event>) {
        match finding {
            Finding::Unknown(reason) => {
                (Self { reason: Some(reason.to_owned()), ..self.clone() }, None)
            }
            Finding::Ends(figures) => {
                let event = self.raised.map(|_| Event { kind: CLEARED, figures });
                (Self::default(), event)
            }
            Finding::Holds(figures) => {
                let event = self.raised.is_none().then_some(Event { kind: RAISED, figures });
                (self.raised_at(at, Vec::new()), event)
            }
            Finding::Drivers(mut figures, found) => {
                let (names, all): (Vec<_>, Vec<_>) = found.into_iter().unzip();
                let is_new = |name: &String| !self.known.contains(name);
                let new = names.iter().zip(all).filter(|(name, _)| is_new(name));
                let new: Vec<Value> = new.map(|(_, driver)| driver).collect();
                let any = !new.is_empty();
                if let Value::Object(members) = &mut figures {
                    members.insert("drivers".to_owned(), Value::Array(new));
                }
                let event = any.then_some(Event { kind: RAISED, figures });
                (self.raised_at(at, names), event)
            }
        }
    }

    fn raised_at(&self, at: Instant, known: Vec<String>) -> Self {
        Self { raised: self.raised.or(Some(at)), known, reason: None }
    }
}
