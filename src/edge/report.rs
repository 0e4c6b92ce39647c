//! `GET /v1/surveys/{id}/kpis` and `/ledger`: what was released, and what may be told of the rest.

use serde::Serialize;
use serde_json::json;

use crate::domain::kpi::{self, Kpi};
use crate::domain::time::{Day, Instant};
use crate::http::query;
use crate::http::reply::Reply;
use crate::store::d1;

use super::config::Config;
use super::definitions;
use super::ledger_rpc::{Ask, Told};
use super::request::Call;
use super::{Failure, Outcome, d1 as database, now};

#[derive(Serialize)]
struct KpiReport {
    survey: String,
    from: String,
    to: String,
    complete_through: String,
    kpis: Vec<Kpi>,
}

/// 200 with every KPI of the survey over a range of days.
pub async fn kpis(call: &mut Call, config: &Config, id: &str) -> Outcome {
    config.require_key(call.authorization()?.as_deref())?;
    let loaded = definitions::fresh(&call.env, id).await?;
    let survey = loaded.survey();
    let range = query::range(call.query()?, now().day(), &survey.dimension_names())?;
    // Asked before D1 is read: whatever is complete by this reply is in the rows that follow.
    let complete_through = match definitions::ask(&call.env, id, &Ask::CompleteThrough).await? {
        Told::CompleteThrough(day) => Day(day),
        _ => return Err(definitions::gone(id)),
    };
    let by = range.by.as_deref();
    let statements = d1::select_released(loaded.definition.survey, range.from, range.to, by);
    let mut released = d1::released(database::run(&call.env, statements).await?)?;

    let themes: Vec<String> = survey.themes.iter().map(|theme| theme.name.clone()).collect();
    let mut kpis = Vec::new();
    for question in &survey.questions {
        let counts = released.remove(&question.id).unwrap_or_default();
        let segments: Vec<_> = counts.segments.into_iter().collect();
        let by = by.map(|dimension| (dimension, segments.as_slice()));
        kpis.extend(kpi::report(question, &themes, &counts.total, by));
    }
    Ok(Reply::json(
        200,
        &KpiReport {
            survey: id.to_owned(),
            from: range.from.to_string(),
            to: range.to.to_string(),
            complete_through: complete_through.to_string(),
            kpis,
        },
    ))
}

/// 200 with the Ledger's accounts.
pub async fn ledger(call: &mut Call, config: &Config, id: &str) -> Outcome {
    call.no_query()?;
    config.require_key(call.authorization()?.as_deref())?;
    definitions::fresh(&call.env, id).await?;
    match definitions::ask(&call.env, id, &Ask::Accounts).await? {
        Told::Accounts { next_tick, conserved, questions } => Ok(Reply::json(
            200,
            &json!({
                "survey": id,
                "next_tick": Instant(next_tick).to_string(),
                "conserved": conserved,
                "questions": questions,
            }),
        )),
        Told::Deleted => Err(definitions::gone(id)),
        _ => Err(Failure::Fault("the Ledger gave no accounts".to_owned())),
    }
}
