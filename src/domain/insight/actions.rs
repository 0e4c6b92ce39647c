//! Actions: what to see to first, each with the figures that led to it.
//!
//! Four things lead to one: a segment that holds a KPI down, a KPI that fell, new customers that cost more
//! than they bring, and a customer lifetime value that falls. What is a sample must show beyond its noise:
//! of a driver the gain that is certain counts, of a fall the loss that is certain, each with all that
//! were looked at beside it. Facts of the business are no sample, and count as they are.

use std::collections::BTreeMap;

use serde::Serialize;

use super::drivers::{self, Driven, Driver, Found, LEAST, Side};
use crate::domain::days::Days;
use crate::domain::kpi::business::BusinessKpi;
use crate::domain::kpi::quantile::Confidence;
use crate::domain::kpi::ratio::{Ratio, rounded};
use crate::domain::kpi::{Counts, Interval, Kpi, kpis};
use crate::domain::survey::{Id, Kind, Survey};

/// The KPIs of the business that lead to actions.
const LIFETIME_VALUE: &str = "customer_lifetime_value";
const ACQUISITION_COST: &str = "cost_per_acquisition";
const VALUE_TO_COST: &str = "clv_to_cpa";
/// A lifetime value that fell by less than this, in percent, is as it was: a choice, not a test.
pub const LEAST_FALL: f64 = 1.0;

/// What follows from a survey's figures and the business's.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Actions {
    /// How many comparisons were made: of segments with the rest, and of KPIs with the period before.
    pub compared: Compared,
    /// The actions, the weightiest first.
    pub actions: Vec<Action>,
}

/// Two families of comparisons: the intervals of each hold together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Compared {
    /// Segments with the rest of their dimension.
    pub drivers: usize,
    /// KPIs with the period before.
    pub falls: usize,
}

/// Something to see to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Action {
    /// What to do: `improve_segment`, `find_cause`, `lower_acquisition_cost` or `keep_customers`.
    pub action: &'static str,
    /// How much is at stake, at the least: 0 to 100. Of a driver and of a fall the part of the KPI's
    /// scale; of money the part that is lost.
    pub weight: f64,
    /// Why, in one English sentence.
    pub why: String,
    /// The figures that led to it.
    pub figures: Figures,
}

/// The figures that led to an action.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Figures {
    /// A segment that scores below the rest.
    Driver(Held),
    /// A KPI that fell.
    Fall(Fallen),
    /// The business's own.
    Business {
        /// The KPIs, as [`crate::domain::kpi::business`] gives them.
        kpis: Vec<BusinessKpi>,
        /// The lifetime value over the period before, where that counts.
        #[serde(skip_serializing_if = "Option::is_none")]
        previous: Option<Earlier>,
    },
}

/// What a segment holds down.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Held {
    /// The question's id.
    pub question: Id,
    /// Which KPI.
    pub kpi: &'static str,
    /// Its unit.
    pub unit: Option<String>,
    /// The total.
    pub total: Side,
    /// The segment, and what the total would gain.
    pub driver: Driver,
}

/// A KPI that went the wrong way.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fallen {
    /// The question's id.
    pub question: Id,
    /// Which KPI.
    pub kpi: &'static str,
    /// Its unit.
    pub unit: Option<String>,
    /// Over the range.
    pub now: Side,
    /// Over the period before.
    pub previous: Side,
    /// The one less the other, from integer counts and rounded once.
    pub change: Option<f64>,
    /// Its interval, which holds at 95 % together with those of all KPIs that were compared.
    pub interval: Option<Interval>,
}

/// A figure of the period before.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Earlier {
    /// The first day.
    pub from: String,
    /// The last day.
    pub to: String,
    /// The value.
    pub value: Option<f64>,
}

/// What was counted of a survey's questions.
pub struct Counted<'a> {
    /// Over the range.
    pub now: &'a BTreeMap<String, Found>,
    /// Over the period before.
    pub previous: &'a BTreeMap<String, Counts>,
}

/// The business's KPIs over the range and over the period before, which are these days.
pub struct Business<'a> {
    /// Over the range.
    pub now: &'a [BusinessKpi],
    /// Over the period before.
    pub previous: &'a [BusinessKpi],
    /// Which days those are.
    pub days: Days,
}

/// What to see to, by what was counted of `survey`, and by the business's facts where they may be read.
pub fn actions(survey: &Survey, counted: &Counted<'_>, business: Option<&Business<'_>>) -> Actions {
    let drivers = drivers::drivers(survey, counted.now);
    let spans = spans(survey, counted.now);
    let mut actions: Vec<Action> = drivers
        .kpis
        .iter()
        .filter_map(|driven| Some((driven, *spans.get(&(&driven.question, driven.kpi))?)))
        .flat_map(|(driven, span)| driven.drivers.iter().filter_map(move |d| held(driven, d, span)))
        .collect();
    let pairs = pairs(survey, counted);
    actions.extend(pairs.iter().filter_map(|pair| pair.fallen(pairs.len())));
    if let Some(business) = business {
        actions.extend(costly(business));
        actions.extend(leaving(business));
    }
    actions.sort_by(|one, other| other.weight.total_cmp(&one.weight));
    Actions { compared: Compared { drivers: drivers.compared, falls: pairs.len() }, actions }
}

/// How long the scale is of each KPI that has ends.
fn spans<'a>(
    survey: &'a Survey,
    found: &BTreeMap<String, Found>,
) -> BTreeMap<(&'a Id, &'static str), f64> {
    let none = Found::default();
    let mut spans = BTreeMap::new();
    for question in &survey.questions {
        let total = &found.get(&question.id).unwrap_or(&none).total;
        for kpi in kpis(question, &[], total) {
            if let Some(span) = span(&kpi) {
                spans.insert((&question.id, kpi.kpi), span);
            }
        }
    }
    spans
}

fn span(kpi: &Kpi) -> Option<f64> {
    kpi.bounds().map(|[low, high]| (high - low) as f64 / 1000.0)
}

/// The certain part of a change for the better by an interval, where all of it is for the better.
fn certain(interval: Option<&Interval>, better: Option<&str>) -> Option<f64> {
    let Interval { low, high, .. } = interval?;
    let certain = match better? {
        "lower" => -high,
        _ => *low,
    };
    (certain > 0.0).then_some(certain)
}

/// A segment that the total would gain by, for certain.
fn held(driven: &Driven, driver: &Driver, span: f64) -> Option<Action> {
    let gain = certain(driver.gain.interval.as_ref(), driven.better)?;
    let unit = unit(driven.unit.as_deref());
    let Driver { dimension, segment, own, rest, .. } = driver;
    let why = format!(
        "{} of {} is {} in {dimension} {segment}, and {} elsewhere: if it were the same there, the \
         total would get better by {gain}{unit} at least.",
        driven.kpi,
        driven.question,
        told(own.value, unit),
        told(rest.value, unit),
    );
    let figures = Figures::Driver(Held {
        question: driven.question.clone(),
        kpi: driven.kpi,
        unit: driven.unit.clone(),
        total: Side { value: driven.value, n: driven.n },
        driver: driver.clone(),
    });
    Some(Action { action: "improve_segment", weight: weight(gain, span)?, why, figures })
}

/// A KPI now and before.
struct Pair {
    now: Kpi,
    before: Kpi,
    better: Option<&'static str>,
}

/// The KPIs that have a direction, and enough answers in both periods.
fn pairs(survey: &Survey, counted: &Counted<'_>) -> Vec<Pair> {
    let (found, none) = (Found::default(), Counts::default());
    let mut pairs = Vec::new();
    for question in &survey.questions {
        if matches!(question.kind, Kind::Choice { .. } | Kind::Comment) {
            continue;
        }
        let now = &counted.now.get(&question.id).unwrap_or(&found).total;
        let before = counted.previous.get(&question.id).unwrap_or(&none);
        for (now, before) in kpis(question, &[], now).into_iter().zip(kpis(question, &[], before)) {
            let better = drivers::better(question, now.kpi);
            if better.is_some() && now.n >= LEAST && before.n >= LEAST {
                pairs.push(Pair { now, before, better });
            }
        }
    }
    pairs
}

impl Pair {
    /// The fall, where it is certain with all `compared` together.
    fn fallen(&self, compared: usize) -> Option<Action> {
        let Self { now, before, better } = self;
        let confidence = Confidence::of_all(compared)?;
        let interval = now.measure.change_at(&before.measure, confidence)?.interval()?;
        let opposite = if *better == Some("lower") { "higher" } else { "lower" };
        let lost = certain(Some(&interval), Some(opposite))?;
        let change = now.measure.ratio()?.minus(before.measure.ratio()?).and_then(Ratio::rounded);
        let unit = unit(now.unit.as_deref());
        let why = format!(
            "{} of {} went from {} to {}, and got worse by {lost}{unit} at least.",
            now.kpi,
            now.question,
            told(before.value, unit),
            told(now.value, unit),
        );
        let figures = Figures::Fall(Fallen {
            question: now.question.clone(),
            kpi: now.kpi,
            unit: now.unit.clone(),
            now: Side { value: now.value, n: now.n },
            previous: Side { value: before.value, n: before.n },
            change,
            interval: Some(interval),
        });
        Some(Action { action: "find_cause", weight: weight(lost, span(now)?)?, why, figures })
    }
}

/// New customers that cost more than they bring.
fn costly(business: &Business<'_>) -> Option<Action> {
    let of = |name| business.now.iter().find(|kpi| kpi.kpi == name);
    let (value, cost, ratio) = (of(LIFETIME_VALUE)?, of(ACQUISITION_COST)?, of(VALUE_TO_COST)?);
    let lost = 100.0 * (1.0 - ratio.exact?.to_f64());
    let weight = rounded(lost).filter(|_| lost > 0.0)?;
    let why = format!(
        "A new customer costs {} and brings {}: {weight} % of the cost is lost.",
        told(cost.value, ""),
        told(value.value, ""),
    );
    let figures = Figures::Business {
        kpis: vec![value.clone(), cost.clone(), ratio.clone()],
        previous: None,
    };
    Some(Action { action: "lower_acquisition_cost", weight, why, figures })
}

/// A lifetime value that falls.
fn leaving(business: &Business<'_>) -> Option<Action> {
    let of = |kpis: &'_ [BusinessKpi]| kpis.iter().find(|kpi| kpi.kpi == LIFETIME_VALUE).cloned();
    let (now, before) = (of(business.now)?, of(business.previous)?);
    let earlier = before.exact.map(Ratio::to_f64).filter(|value| *value > 0.0)?;
    let lost = 100.0 * (1.0 - now.exact?.to_f64() / earlier);
    let weight = rounded(lost).filter(|_| lost >= LEAST_FALL)?;
    let why = format!(
        "The lifetime value of a customer went from {} to {}, which is {weight} % less.",
        told(before.value, ""),
        told(now.value, ""),
    );
    let Days { from, to } = business.days;
    let previous = Earlier { from: from.to_string(), to: to.to_string(), value: before.value };
    let figures = Figures::Business { kpis: vec![now], previous: Some(previous) };
    Some(Action { action: "keep_customers", weight, why, figures })
}

/// What part of a scale it is, in percent.
fn weight(certain: f64, span: f64) -> Option<f64> {
    rounded(100.0 * certain / span)
}

fn unit(unit: Option<&str>) -> &'static str {
    match unit {
        Some("points") => " points",
        Some("%") => " %",
        _ => "",
    }
}

fn told(value: Option<f64>, unit: &str) -> String {
    value.map_or_else(|| "unknown".to_owned(), |value| format!("{value}{unit}"))
}
