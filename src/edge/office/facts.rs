//! `PUT /v1/facts/{day}`, `GET /v1/facts` and `GET /v1/business/kpis`: what the business reports of
//! itself, and its KPIs. Nothing here reads anything of respondents.

use serde::Serialize;

use crate::domain::access::Scope;
use crate::domain::days::Days;
use crate::domain::facts::{self, Facts};
use crate::domain::json::Json;
use crate::domain::kpi::business::{self, BusinessKpi};
use crate::domain::time::Day;
use crate::edge::access;
use crate::edge::request::Call;
use crate::edge::{Outcome, d1 as database, now};
use crate::http::policy;
use crate::http::problem::{Kind, Problem};
use crate::http::query;
use crate::http::reply::Reply;
use crate::store::facts as store;

use super::config::Config;

/// The facts of one channel on one day.
#[derive(Serialize)]
struct Item {
    day: String,
    channel: String,
    facts: Facts,
}

/// What a list of facts says.
#[derive(Serialize)]
struct List {
    from: String,
    to: String,
    items: Vec<Item>,
}

/// What a reply about KPIs says.
#[derive(Serialize)]
struct Report {
    from: String,
    to: String,
    days_reported: u64,
    kpis: Vec<BusinessKpi>,
}

/// 200 with the day's facts, as they now are.
pub async fn replace(call: &mut Call, config: &Config, day: Day) -> Outcome {
    call.no_query()?;
    access::require(call, config, Scope::Ingest, None).await?;
    if day > now().day() {
        let why = "A day that has not begun (in UTC) has no facts.";
        return Err(Problem::new(Kind::Invalid).parameter("day", "range", why).into());
    }
    let body = call.body(policy::JSON_TYPES, policy::MOST_BODY).await?;
    let document =
        Json::read(&body).map_err(|why| Problem::new(Kind::Malformed).detail(why.to_string()))?;
    let channels = facts::read(&document).map_err(|faults| Problem::invalid(faults.into_vec()))?;
    database::run(&call.env, store::replace(day, &channels)).await?;
    let day = day.to_string();
    let item = |(channel, facts)| Item { day: day.clone(), channel, facts };
    let items = channels.into_iter().map(item).collect();
    Ok(Reply::json(200, &List { from: day.clone(), to: day.clone(), items }))
}

/// 200 with the facts of some days.
pub async fn list(call: &mut Call, config: &Config) -> Outcome {
    access::require(call, config, Scope::Read, None).await?;
    let (from, to) = query::days_of_facts(call.query()?, now().day())?;
    let [rows] = database::run(&call.env, [store::list(Days { from, to })]).await?;
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        let (day, channel, facts) = store::listed(row)?;
        items.push(Item { day, channel, facts });
    }
    Ok(Reply::json(200, &List { from: from.to_string(), to: to.to_string(), items }))
}

/// 200 with the business's KPIs over some days; 304 where the caller has them already.
pub async fn kpis(call: &mut Call, config: &Config) -> Outcome {
    access::require(call, config, Scope::Read, None).await?;
    let (from, to) = query::days(call.query()?, now().day())?;
    let rows = database::run(&call.env, store::select_sums(Days { from, to })).await?;
    let (channels, days_reported) = store::sums(rows)?;
    let kpis = business::kpis(&channels);
    let report = Report { from: from.to_string(), to: to.to_string(), days_reported, kpis };
    Ok(Reply::json(200, &report).tagged(call.header("if-none-match")?.as_deref()))
}
