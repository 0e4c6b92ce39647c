//! What the KPI is that a part of the engagement score names: its value, or why there is none. What it
//! names may be gone since it was defined: that is a reason, never a fault.

use serde::ser::SerializeMap;

use super::business::{self, BusinessKpi, Reason};
use super::measure::Measure;
use super::ratio::Ratio;
use super::{Counts, Interval, Kpi, kpis};
use crate::domain::engagement::Source;
use crate::domain::facts::{Channels, Facts};
use crate::domain::survey::Survey;

/// What a part's KPI is at the moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// The value in `unit`, to two decimals; null with a `reason`.
    pub value: Option<f64>,
    /// The KPI's unit, where it is known.
    pub unit: Option<String>,
    /// How many answered, or the whole of a share.
    pub n: Option<u64>,
    /// The KPI's own 95 % interval, if it has one.
    pub interval: Option<Interval>,
    /// Why there is no value.
    pub reason: Option<Reason>,
    /// The value before it was rounded.
    pub(super) exact: Option<Ratio>,
    /// What an interval is made of, where the value is of a sample.
    pub(super) measure: Option<Measure>,
}

/// A survey, and what was counted of the part's question, if anything was.
pub type Counted<'a> = (&'a Survey, Option<&'a Counts>);

impl Figure {
    /// Of a part: `counted` is of its survey, if it is of one that there is; `channels` are what the
    /// business reported.
    pub fn of(source: &Source, counted: Option<Counted<'_>>, channels: &Channels) -> Self {
        match source {
            Source::Survey { question, .. } => {
                let Some((survey, counts)) = counted else {
                    return Self::missing("no_survey");
                };
                let Some(question) = survey.question(question) else {
                    return Self::missing("no_question");
                };
                let themes: Vec<_> = survey.themes.iter().map(|theme| theme.name.clone()).collect();
                let none = Counts::default();
                let found = kpis(question, &themes, counts.unwrap_or(&none))
                    .into_iter()
                    .find(|kpi| source.is(kpi));
                found.map_or_else(|| Self::missing("no_kpi"), Self::from)
            }
            Source::Business { business: name, channel } => {
                let facts = match channel {
                    None => business::total(channels),
                    Some(channel) => channels.get(channel).cloned().unwrap_or_else(Facts::default),
                };
                business::kpi(name, &facts).map_or_else(|| Self::missing("no_kpi"), Self::from)
            }
        }
    }

    fn missing(code: &'static str) -> Self {
        let reason = Some(Reason { code, facts: Vec::new() });
        Self {
            value: None,
            unit: None,
            n: None,
            interval: None,
            reason,
            exact: None,
            measure: None,
        }
    }
}

impl From<Kpi> for Figure {
    fn from(kpi: Kpi) -> Self {
        let Kpi { value, unit, n, interval, measure, .. } = kpi;
        let code = if n == 0 { "no_answers" } else { "too_large" };
        let reason = value.is_none().then(|| Reason { code, facts: Vec::new() });
        let exact = measure.ratio();
        Self { value, unit, n: Some(n), interval, reason, exact, measure: Some(measure) }
    }
}

impl From<BusinessKpi> for Figure {
    fn from(kpi: BusinessKpi) -> Self {
        let BusinessKpi { value, unit, n, interval, reason, exact, .. } = kpi;
        Self { value, unit: Some(unit.to_owned()), n, interval, reason, exact, measure: None }
    }
}

impl Figure {
    /// Adds its members, and its score, to `map`.
    pub(super) fn write<M: SerializeMap>(
        &self,
        score: Option<f64>,
        map: &mut M,
    ) -> Result<(), M::Error> {
        map.serialize_entry("value", &self.value)?;
        map.serialize_entry("unit", &self.unit)?;
        if self.n.is_some() {
            map.serialize_entry("n", &self.n)?;
        }
        if self.interval.is_some() {
            map.serialize_entry("interval", &self.interval)?;
        }
        if self.reason.is_some() {
            map.serialize_entry("reason", &self.reason)?;
        }
        map.serialize_entry("score", &score)
    }

    /// With the reason why it does not count, where it has a value that cannot be weighed exactly.
    pub(super) fn unless(mut self, counts: bool) -> Self {
        if !counts && self.reason.is_none() {
            self.reason = Some(Reason { code: "too_large", facts: Vec::new() });
        }
        self
    }
}
