//! `GET /v1/surveys/{id}/actions`: what to see to first, by a survey's figures and the business's.

use serde::Serialize;

use crate::domain::access::Scope;
use crate::domain::days::Days;
use crate::domain::insight::actions::{self, Actions, Business, Counted};
use crate::domain::kpi::business;
use crate::domain::plan::Plan;
use crate::edge::request::Call;
use crate::edge::{Outcome, access, definitions, now};
use crate::http::query;
use crate::http::reply::Reply;
use crate::store::d1;

use super::config::Config;
use super::facts;
use super::insight;
use super::report::{self, Report};

/// What a reply says of a range of days.
#[derive(Serialize)]
struct Told {
    #[serde(flatten)]
    range: Report,
    /// Whether the business's KPIs were looked at: a key that is bound to surveys may not read them.
    business: bool,
    #[serde(flatten)]
    actions: Actions,
}

/// 200 with the actions of a survey; 304 where the caller has them already.
pub async fn actions(call: &mut Call, config: &Config, id: &str) -> Outcome {
    access::require(call, config, Scope::Read, Some(id)).await?;
    let may_read_facts = access::require(call, config, Scope::Read, None).await.is_ok();
    let loaded = definitions::fresh(&call.env, id).await?;
    let (from, to) = query::days(call.query()?, now().day())?;
    let complete_through = report::complete_through(&call.env, id).await?;
    let statements = |survey, plan: &Plan| {
        let Days { from, to } = plan.previous.days();
        let before = d1::select_released(survey, from, to, None);
        Ok(vec![d1::select_cohorts(survey, plan.range.days()), before])
    };
    let (plan, tables) =
        report::read(&call.env, now().day(), &loaded, Days { from, to }, &statements).await?;
    let mut tables = tables.into_iter();
    let found = insight::found(tables.next().unwrap_or_default());
    let before = tables.next().unwrap_or_default().into_iter();
    let before = before.map(|(question, released)| (question, released.total)).collect();

    let (range, previous) = (plan.range.told(), plan.previous.told());
    let sums = match may_read_facts {
        true => facts::sums(&call.env, &[range, previous]).await?,
        false => Vec::new(),
    };
    let kpis: Vec<_> = sums.iter().map(|sums| business::kpis(&sums.channels)).collect();
    let business = match kpis.as_slice() {
        [now, before] => Some(Business { now, previous: before, days: previous }),
        _ => None,
    };
    let counted = Counted { now: &found, previous: &before };
    let told = Told {
        range: Report::of(id, plan.range, complete_through).compared_with(plan.previous),
        business: business.is_some(),
        actions: actions::actions(loaded.survey(), &counted, business.as_ref()),
    };
    Ok(Reply::json(200, &told).tagged(call.header("if-none-match")?.as_deref()))
}
