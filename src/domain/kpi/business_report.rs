//! What is told beside the KPIs of the business: steps of a series, and the period before.
//!
//! Facts are records of what happened, not samples, so a change is what it is: nothing is judged to be
//! significant or not. What was not reported has no value, which is not 0.

use serde::Serialize;

use super::Interval;
use super::business::{BusinessKpi, Reason, kpis};
use super::ratio::Ratio;
use crate::domain::days::Days;
use crate::domain::facts::Channels;

/// How a change of records is made: by subtraction alone.
pub const RECORDS: &str = "records";

/// A KPI of the business over one step of a series.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Stepped {
    /// The first day, whose facts at the start of a day are taken.
    pub from: String,
    /// The last day.
    pub to: String,
    /// The value; null with a `reason`.
    pub value: Option<f64>,
    /// Of a share of counts: the whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<u64>,
    /// Of a share of counts: its interval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
    /// Why there is no value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

/// A KPI of the business over the period before, and the change since.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Previous {
    /// The first day.
    pub from: String,
    /// The last day.
    pub to: String,
    /// The value then; null with a `reason`.
    pub value: Option<f64>,
    /// Of a share of counts: the whole then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<u64>,
    /// Why there was no value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// The value now less the value then, exactly and rounded once; null where either has none.
    pub change: Option<f64>,
    /// Always null: there is no sampling, so there is no chance to judge by.
    pub significant: Option<bool>,
    /// [`RECORDS`].
    pub method: &'static str,
}

/// What the channels reported over some days.
pub type Reported<'a> = (Days, &'a Channels);

/// The KPIs of `channels`, each with its `series`, if that has steps, and with the period before, if there
/// is one.
pub fn report(
    channels: &Channels,
    series: &[Reported<'_>],
    before: Option<Reported<'_>>,
) -> Vec<BusinessKpi> {
    let mut all = kpis(channels);
    // The same KPIs in the same order, of other facts, one by one with those of the range.
    let mut each = |(days, channels): Reported<'_>,
                    tell: &dyn Fn(&mut BusinessKpi, Stepped, Option<Ratio>)| {
        for (kpi, other) in all.iter_mut().zip(kpis(channels)) {
            let exact = other.exact;
            tell(kpi, step(other, days), exact);
        }
    };
    if let Some((days, channels)) = before {
        each((days, channels), &|kpi, before, exact| {
            let change = kpi.exact.zip(exact).and_then(|(now, before)| now.minus(before));
            let change = change.and_then(Ratio::rounded);
            let Stepped { from, to, value, n, reason, .. } = before;
            let (significant, method) = (None, RECORDS);
            kpi.previous =
                Some(Previous { from, to, value, n, reason, change, significant, method });
        });
    }
    for reported in series {
        each(*reported, &|kpi, step, _| kpi.series.get_or_insert_default().push(step));
    }
    all
}

fn step(kpi: BusinessKpi, Days { from, to }: Days) -> Stepped {
    let BusinessKpi { value, n, interval, reason, .. } = kpi;
    Stepped { from: from.to_string(), to: to.to_string(), value, n, interval, reason }
}
