//! `PUT /v1/facts/{day}`, `GET /v1/facts` and `GET /v1/business/kpis`: what the business reports of
//! itself, and its KPIs. Nothing here reads anything of respondents.

use serde::Serialize;
use worker::Env;

use crate::domain::access::Scope;
use crate::domain::days::{Days, Step};
use crate::domain::facts::{self, Facts};
use crate::domain::json::Json;
use crate::domain::kpi::business::{self, BusinessKpi};
use crate::domain::kpi::business_report::{self, Reported};
use crate::domain::time::Day;
use crate::edge::access;
use crate::edge::request::Call;
use crate::edge::{Failure, Outcome, d1 as database, now};
use crate::http::policy;
use crate::http::problem::{Kind, Problem};
use crate::http::query;
use crate::http::reply::Reply;
use crate::store::facts::{self as store, Sums};

use super::config::Config;
use super::report::{MOST_STEPS, too_many_steps};

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
    /// What the range is compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    previous: Option<Before>,
    /// What the series are cut into.
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<&'static str>,
    kpis: Vec<BusinessKpi>,
}

/// The period before.
#[derive(Serialize)]
struct Before {
    from: String,
    to: String,
    days_reported: u64,
}

/// 200 with the day's facts, as they now are.
pub async fn replace(call: &mut Call, config: &Config, day: Day) -> Outcome {
    call.no_query()?;
    access::require(call, config, Scope::Ingest, None).await?;
    let body = call.body(policy::JSON_TYPES, policy::MOST_BODY).await?;
    let document =
        Json::read(&body).map_err(|why| Problem::new(Kind::Malformed).detail(why.to_string()))?;
    let (has_begun, mut invalid) = (day <= now().day(), Problem::new(Kind::Invalid));
    if !has_begun {
        let why = "A day that has not begun (in UTC) has no facts.";
        invalid = invalid.parameter("day", "range", why);
    }
    let channels = match facts::read(&document) {
        Ok(channels) if has_begun => channels,
        Ok(_) => return Err(invalid.into()),
        Err(faults) => return Err(invalid.faults(faults.into_vec()).into()),
    };
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
    let query::Range { from, to, step, compare, .. } =
        query::range_of_facts(call.query()?, now().day())?;
    let range = Days { from, to };
    // Facts are kept by day for ever, so no step is longer than was asked for.
    let steps = step.map(|step| range.steps(step, from.plus(-1))).unwrap_or_default();
    if steps.len().saturating_mul(business::names().count()) > MOST_STEPS {
        return Err(too_many_steps().into());
    }
    let previous = compare.then(|| range.previous());
    let steps = steps.into_iter().map(|(_, days)| days);
    let ranges: Vec<Days> = [range].into_iter().chain(previous).chain(steps).collect();
    let mut sums = sums(&call.env, &ranges).await?.into_iter();

    let now = sums.next().unwrap_or_default();
    let before = previous.map(|days| (days, sums.next().unwrap_or_default()));
    let steps: Vec<Sums> = sums.collect();
    let series = ranges.iter().skip(1 + usize::from(compare)).copied().zip(&steps);
    let series: Vec<Reported<'_>> = series.map(|(days, sums)| (days, &sums.channels)).collect();
    let compared = before.as_ref().map(|(days, sums)| (*days, &sums.channels));
    let report = Report {
        from: from.to_string(),
        to: to.to_string(),
        days_reported: now.days,
        kpis: business_report::report(&now.channels, &series, compared),
        previous: before.map(|(Days { from, to }, sums)| Before {
            from: from.to_string(),
            to: to.to_string(),
            days_reported: sums.days,
        }),
        step: step.map(Step::name),
    };
    Ok(Reply::json(200, &report).tagged(call.header("if-none-match")?.as_deref()))
}

/// What was reported over each of some ranges.
pub(super) async fn sums(env: &Env, ranges: &[Days]) -> Result<Vec<Sums>, Failure> {
    if ranges.is_empty() {
        return Ok(Vec::new());
    }
    let rows = database::run(env, store::select_sums(ranges)).await?;
    Ok(store::sums(rows, ranges.len())?)
}
