//! What the engagement score is made of: which KPIs are its parts, what each weighs, and from where to
//! where it counts. Its team's alone; nothing of a respondent's is in it.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Number;

use super::decimal::decimal;
use super::kpi::Kpi;
use super::source_json::Named;
use super::survey::Id;

/// What the score is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Engagement {
    /// What the team calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its parts, in the team's order: up to [`MOST_PARTS`](super::engagement_json::MOST_PARTS).
    pub parts: Vec<Part>,
}

/// A KPI, and how it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Which KPI.
    pub source: Source,
    /// How much it counts beside the others: above 0, in thousandths.
    pub weight: i64,
    /// The value that counts as 0, in thousandths of the KPI's unit.
    pub floor: i64,
    /// The value that counts as 100, alike; below `floor` where lower is better, and never equal to it.
    pub target: i64,
}

/// Which KPI it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// One of a survey's.
    Survey {
        /// The survey's id.
        survey: String,
        /// The question.
        question: Id,
        /// The KPI's name.
        kpi: String,
        /// Of a `choice`: the option.
        option: Option<Id>,
        /// Of a `comment`: the theme.
        theme: Option<Id>,
    },
    /// One of the business's.
    Business {
        /// The KPI's name.
        business: &'static str,
        /// The channel, where it is told by channel; none for all channels.
        channel: Option<String>,
    },
}

impl Part {
    /// Adds the members that it is written with to `map`.
    pub fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        self.source.write(map)?;
        for (name, value) in
            [("weight", self.weight), ("floor", self.floor), ("target", self.target)]
        {
            map.serialize_entry(name, &decimal(value).parse::<Number>().ok())?;
        }
        Ok(())
    }
}

impl Serialize for Part {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.write(&mut map)?;
        map.end()
    }
}

impl Source {
    /// Adds the members that name it to `map`.
    pub fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let named = |map: &mut M, name: &'static str, text: &Option<String>| match text {
            Some(text) => map.serialize_entry(name, text),
            None => Ok(()),
        };
        match self {
            Self::Survey { survey, question, kpi, option, theme } => {
                map.serialize_entry("survey", survey)?;
                map.serialize_entry("question", question)?;
                map.serialize_entry("kpi", kpi)?;
                named(map, "option", option)?;
                named(map, "theme", theme)
            }
            Self::Business { business, channel } => {
                map.serialize_entry("business", business)?;
                named(map, "channel", channel)
            }
        }
    }

    /// What names it among the KPIs of its survey, if it is of one.
    pub fn named(&self) -> Option<Named<'_>> {
        match self {
            Self::Survey { question, kpi, option, theme, .. } => {
                let (option, theme) = (option.as_deref(), theme.as_deref());
                Some(Named { question, kpi, option, theme })
            }
            Self::Business { .. } => None,
        }
    }

    /// Whether it is this KPI, which is of its survey.
    pub fn is(&self, given: &Kpi) -> bool {
        self.named().is_some_and(|named| named.is(given))
    }
}

impl Engagement {
    /// The ids of the surveys that it reads, each once.
    pub fn surveys(&self) -> Vec<&str> {
        let mut surveys = Vec::new();
        for survey in self.parts.iter().filter_map(|part| part.source.survey()) {
            if !surveys.contains(&survey) {
                surveys.push(survey);
            }
        }
        surveys
    }

    /// Whether it reads facts.
    pub fn has_business(&self) -> bool {
        self.parts.iter().any(|part| part.source.survey().is_none())
    }
}

impl Source {
    /// The question that it is of, if it is of one.
    pub fn question(&self) -> Option<&str> {
        match self {
            Self::Survey { question, .. } => Some(question),
            Self::Business { .. } => None,
        }
    }

    /// The survey that it is of, if it is of one.
    pub fn survey(&self) -> Option<&str> {
        match self {
            Self::Survey { survey, .. } => Some(survey),
            Self::Business { .. } => None,
        }
    }

    /// What no other part may have too; there is no `/` in any of it.
    pub fn key(&self) -> String {
        let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
        match self {
            Self::Survey { survey, question, kpi, option, theme } => {
                [survey, question, kpi, &or_empty(option), &or_empty(theme)]
                    .map(|text| text.as_str())
                    .join("/")
            }
            Self::Business { business, channel: None } => (*business).to_owned(),
            Self::Business { business, channel: Some(channel) } => {
                [business, channel.as_str()].join("/")
            }
        }
    }
}
