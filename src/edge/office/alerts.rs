//! `POST/GET/PUT/DELETE /v1/alerts[/{id}]`, by holders of an admin key that is bound to no survey.

use crate::domain::access::Scope;
use crate::domain::alert::Alert;
use crate::domain::alert_json;
use crate::domain::hex::hex;
use crate::domain::json::Json;
use crate::edge::definitions::{self, Loaded};
use crate::edge::request::Call;
use crate::edge::{Failure, Outcome, access, d1 as database, now, random};
use crate::http::policy;
use crate::http::problem::{Kind, Problem};
use crate::http::query;
use crate::http::reply::Reply;
use crate::http::survey_id::SurveyId;
use crate::store::alerts;
use crate::store::{d1, engagement, webhooks};

use super::config::Config;

/// 201 with the alert, which is first checked by the next run of cron.
pub async fn create(call: &mut Call, config: &Config) -> Outcome {
    let (alert, survey) = wanted(call, config).await?;
    let id = hex(&random::<8>()?);
    let row = database::first(&call.env, alerts::insert(&id, &alert, survey, now())).await?;
    let row = row.ok_or_else(|| Failure::Fault("D1 did not return the new alert".to_owned()))?;
    let told = alerts::alert(row)?.told();
    Ok(Reply::json(201, &told).header("location", format!("/v1/alerts/{id}")))
}

/// 200 with the alert as it now is. With another condition it begins anew.
pub async fn replace(call: &mut Call, config: &Config, id: &str) -> Outcome {
    let (alert, survey) = wanted(call, config).await?;
    let row = database::first(&call.env, alerts::replace(id, &alert, survey)).await?;
    tell(row)
}

/// 200 with a page of alerts.
pub async fn list(call: &mut Call, config: &Config) -> Outcome {
    access::require(call, config, Scope::Admin, None).await?;
    let (limit, after) = query::id_page(call.query()?)?;
    let [rows] = database::run(&call.env, [alerts::list(&after, limit + 1)]).await?;
    let read = |row| alerts::alert(row).map(|one| (one.id.clone(), one.told()));
    Ok(Reply::list(rows.into_iter().map(read).collect::<Result<_, _>>()?, limit))
}

/// 200 with an alert, and how it stands.
pub async fn read(call: &mut Call, config: &Config, id: &str) -> Outcome {
    call.no_query()?;
    access::require(call, config, Scope::Admin, None).await?;
    tell(database::first(&call.env, alerts::select(id)).await?)
}

/// 204: the alert is gone; what it told already is still sent.
pub async fn delete(call: &mut Call, config: &Config, id: &str) -> Outcome {
    call.no_query()?;
    access::require(call, config, Scope::Admin, None).await?;
    match database::first(&call.env, alerts::delete(id)).await? {
        Some(_) => Ok(Reply::empty(204)),
        None => Err(Problem::new(Kind::NotFound).into()),
    }
}

fn tell(row: Option<crate::store::Row>) -> Outcome {
    let row = row.ok_or_else(|| Problem::new(Kind::NotFound))?;
    Ok(Reply::json(200, &alerts::alert(row)?.told()))
}

/// The alert in the body, judged against the webhooks and surveys that there are; and the number of the
/// survey that it is about.
async fn wanted(call: &mut Call, config: &Config) -> Result<(Alert, Option<u64>), Failure> {
    call.no_query()?;
    access::require(call, config, Scope::Admin, None).await?;
    let body = call.body(policy::JSON_TYPES, policy::MOST_BODY).await?;
    let document =
        Json::read(&body).map_err(|why| Problem::new(Kind::Malformed).detail(why.to_string()))?;
    let draft = alert_json::read(&document);
    let number = draft.survey().and_then(SurveyId::parse).map(|id| id.number);
    let numbers: Vec<u64> = number.into_iter().collect();
    let statements = [
        webhooks::select(draft.webhook().unwrap_or_default()),
        engagement::select_surveys(&numbers),
    ];
    let [webhook, surveys] = database::run(&call.env, statements).await?;
    let survey = surveys.into_iter().next();
    let survey = survey.map(|row| definitions::remember(d1::survey(row)?.into())).transpose()?;
    let known = survey.as_deref().map(Loaded::survey);
    let alert = draft.check(known, !webhook.is_empty());
    let alert = alert.map_err(|faults| Problem::invalid(faults.into_vec()))?;
    Ok((alert, number))
}
