//! `GET /v1/surveys/{id}/drivers`: what follows from figures taken together.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::access::Scope;
use crate::domain::days::Days;
use crate::domain::insight::drivers::{self, Drivers, Found};
use crate::domain::plan::Plan;
use crate::edge::access;
use crate::edge::request::Call;
use crate::edge::{Outcome, definitions, now};
use crate::http::query;
use crate::http::reply::Reply;
use crate::store::d1::{self, Released};

use super::config::Config;
use super::report::{self, Report};

/// What a reply says of a range of days.
#[derive(Serialize)]
struct Insight {
    #[serde(flatten)]
    range: Report,
    #[serde(flatten)]
    drivers: Drivers,
}

/// 200 with the drivers of every KPI over a range of days; 304 where the caller has them already.
pub async fn drivers(call: &mut Call, config: &Config, id: &str) -> Outcome {
    access::require(call, config, Scope::Read, Some(id)).await?;
    let loaded = definitions::fresh(&call.env, id).await?;
    let (from, to) = query::days(call.query()?, now().day())?;
    let complete_through = report::complete_through(&call.env, id).await?;
    let statements = |survey, plan: &Plan| Ok(vec![d1::select_cohorts(survey, plan.range.days())]);
    let (plan, tables) =
        report::read(&call.env, now().day(), &loaded, Days { from, to }, &statements).await?;
    let released = tables.into_iter().next().unwrap_or_default();
    let insight = Insight {
        range: Report::of(id, plan.range, complete_through),
        drivers: drivers::drivers(loaded.survey(), &found(released)),
    };
    Ok(Reply::json(200, &insight).tagged(call.header("if-none-match")?.as_deref()))
}

/// What was found of each question, by the rows of [`d1::select_cohorts`].
pub(super) fn found(released: BTreeMap<String, Released>) -> BTreeMap<String, Found> {
    let found = released.into_iter().map(|(question, Released { total, parts })| {
        (question, Found { total, dimensions: d1::by_dimension(parts) })
    });
    found.collect()
}
