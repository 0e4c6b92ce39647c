//! Looks whether the conditions of alerts hold, by what the calls of the API read and compute.

use serde_json::{Value, json};
use worker::Env;

use crate::domain::alert::{Finding, Rule};
use crate::domain::days::Days;
use crate::domain::delivery;
use crate::domain::engagement::Source;
use crate::domain::insight::{alerts as judge, drivers};
use crate::domain::kpi::business;
use crate::domain::kpi::figure::Figure;
use crate::domain::plan::Plan;
use crate::domain::time::{Day, Instant};
use crate::domain::webhook;
use crate::edge::{Failure, d1 as database, definitions, random};
use crate::store::alerts::{self, AlertRow};
use crate::store::d1;
use crate::store::deliveries::{self, Made};

use super::{facts, insight, report};

/// How many alerts one run looks at. Each costs four calls at most, and the platform allows a run 50 on
/// its free plan.
const PER_RUN: u64 = 8;

/// What was found, and of which days.
struct Look {
    finding: Finding,
    days: Days,
}

/// Looks at the alerts that have waited longest, of those of which something was released or reported.
/// How one stands and what it tells are written in one transaction.
pub(super) async fn run(env: &Env, at: Instant) -> Result<(), Failure> {
    let [rows, _] = database::run(env, alerts::begin(at, PER_RUN)).await?;
    for row in rows {
        // One that fails must not keep the others waiting. It comes again when they have had their turn.
        let (row, seen) = match alerts::begun(row) {
            Ok(begun) => begun,
            Err(misshapen) => {
                worker::console_error!("cron: a row of {} is misshapen", misshapen.0);
                continue;
            }
        };
        match check(env, at, &row, &seen).await {
            Ok(()) => {}
            // Its survey is being deleted.
            Err(Failure::Problem(_)) => {}
            Err(Failure::Fault(fault) | Failure::Unavailable(fault)) => {
                worker::console_error!("cron: alert {}: {fault}", row.id);
            }
        }
    }
    Ok(())
}

async fn check(env: &Env, at: Instant, row: &AlertRow, seen: &str) -> Result<(), Failure> {
    let Look { finding, days } = look(env, at.day(), row).await?;
    let (state, event) = row.state.after(finding, at);
    let mut statements = Vec::new();
    if let Some(event) = event {
        let id = webhook::message_id(delivery::ordered(at, random()?));
        let body = webhook::event(event.kind, at, &told(row, days, event.figures));
        let made = Made { id: &id, webhook: &row.alert.webhook, kind: event.kind, at, body: &body };
        statements.push(deliveries::insert_of(row, &made));
    }
    statements.push(alerts::end(row, &state, seen));
    database::run_all(env, statements).await?;
    Ok(())
}

/// What is told of an alert: nothing but what its owner defined, and figures.
fn told(row: &AlertRow, days: Days, figures: Value) -> Value {
    json!({
        "alert": row.id,
        "name": row.alert.name,
        "when": row.alert.when,
        "from": days.from.to_string(),
        "to": days.to.to_string(),
        "figures": figures,
    })
}

async fn look(env: &Env, today: Day, row: &AlertRow) -> Result<Look, Failure> {
    let when = &row.alert.when;
    let through = |to: Day| Days { from: to.plus(1 - i32::from(when.days)), to };
    match &when.rule {
        Rule::ClvBelowCpa => {
            let days = through(today);
            let sums = facts::sums(env, &[days]).await?.into_iter().next().unwrap_or_default();
            Ok(Look { finding: judge::clv_below_cpa(&business::kpis(&sums.channels)), days })
        }
        Rule::Limit { source: source @ Source::Business { .. }, side, limit, certain } => {
            let days = through(today);
            let sums = facts::sums(env, &[days]).await?.into_iter().next().unwrap_or_default();
            let figure = Figure::of(source, None, &sums.channels);
            Ok(Look { finding: judge::limit(&figure, *side, *limit, *certain), days })
        }
        Rule::Limit { source, .. } | Rule::Drop(source) | Rule::Driver(source) => {
            let id = source.survey().unwrap_or_default();
            let to = match when.rule.is_of_whole_days() {
                true => report::complete_through(env, id).await?.min(today),
                false => today,
            };
            of_survey(env, today, &when.rule, (source, id), through(to)).await
        }
    }
}

async fn of_survey(
    env: &Env,
    today: Day,
    rule: &Rule,
    (source, id): (&Source, &str),
    asked: Days,
) -> Result<Look, Failure> {
    let loaded = definitions::fresh(env, id).await?;
    let statements = |survey, plan: &Plan| {
        let days = plan.range.days();
        let of = |Days { from, to }| d1::select_released(survey, from, to, None);
        Ok(match rule {
            Rule::Driver(_) => vec![d1::select_cohorts(survey, days)],
            Rule::Drop(_) => vec![of(days), of(plan.previous.days())],
            _ => vec![of(days)],
        })
    };
    let (plan, tables) = report::read(env, today, &loaded, asked, &statements).await?;
    let mut tables = tables.into_iter();
    let (survey, now) = (loaded.survey(), tables.next().unwrap_or_default());
    let before = tables.next().unwrap_or_default();
    let counts = [&now, &before].map(|released| {
        let question = source.question().unwrap_or_default();
        released.get(question).map(|released| &released.total)
    });
    let finding = match rule {
        Rule::Limit { side, limit, certain, .. } => {
            let [counts, _] = counts;
            let figure = Figure::of(source, Some((survey, counts)), &Default::default());
            judge::limit(&figure, *side, *limit, *certain)
        }
        Rule::Drop(_) => judge::drop(source, survey, counts, plan.previous.told()),
        _ => judge::driver(source, &drivers::drivers(survey, &insight::found(now))),
    };
    Ok(Look { finding, days: plan.range.told() })
}
