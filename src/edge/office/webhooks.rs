//! `POST/GET/DELETE /v1/webhooks[/{id}]`, and tests of them, by holders of an admin key that is bound to no
//! survey.

use serde_json::{Value, json};

use crate::domain::access::Scope;
use crate::domain::delivery;
use crate::domain::hex::hex;
use crate::domain::json::Json;
use crate::domain::webhook::{self as domain, Missed, Webhook};
use crate::edge::request::Call;
use crate::edge::{Failure, Outcome, access, d1 as database, now, random, webhooks as edge};
use crate::http::policy;
use crate::http::problem::{Kind, Problem};
use crate::http::query;
use crate::http::reply::Reply;
use crate::http::survey_id::SurveyId;
use crate::store::deliveries::{self, Made};
use crate::store::{alerts, d1, webhooks};

use super::config::Config;

/// 201 with the webhook: the one reply that shows its secret.
pub async fn create(call: &mut Call, config: &Config) -> Outcome {
    call.no_query()?;
    access::require(call, config, Scope::Admin, None).await?;
    let body = call.body(policy::JSON_TYPES, policy::MOST_BODY).await?;
    let document =
        Json::read(&body).map_err(|why| Problem::new(Kind::Malformed).detail(why.to_string()))?;
    let wanted = domain::read(&document).map_err(|faults| Problem::invalid(faults.into_vec()))?;

    let webhook = Webhook {
        id: hex(&random::<8>()?),
        name: wanted.name,
        url: wanted.url,
        key: config.webhooks.current().id(),
        created: now(),
        disabled: None,
    };
    let [_] = database::run(&call.env, [webhooks::insert(&webhook)]).await?;
    let mut told = webhooks::told(&webhook);
    if let (Value::Object(members), Some(secret)) = (&mut told, webhook.secret(&config.webhooks)) {
        members.insert("secret".to_owned(), secret.reveal().into());
    }
    Ok(Reply::json(201, &told).header("location", format!("/v1/webhooks/{}", webhook.id)))
}

/// 200 with a page of webhooks, without their secrets.
pub async fn list(call: &mut Call, config: &Config) -> Outcome {
    access::require(call, config, Scope::Admin, None).await?;
    let (limit, after) = query::id_page(call.query()?)?;
    let [rows] = database::run(&call.env, [webhooks::list(&after, limit + 1)]).await?;
    let read = |row| webhooks::webhook(row).map(|one| (one.id.clone(), webhooks::told(&one)));
    Ok(Reply::list(rows.into_iter().map(read).collect::<Result<_, _>>()?, limit))
}

/// 200 with a webhook, without its secret.
pub async fn read(call: &mut Call, config: &Config, id: &str) -> Outcome {
    call.no_query()?;
    access::require(call, config, Scope::Admin, None).await?;
    Ok(Reply::json(200, &webhooks::told(&find(call, id).await?)))
}

/// 204: the webhook is gone; 409 while something uses it.
pub async fn delete(call: &mut Call, config: &Config, id: &str) -> Outcome {
    call.no_query()?;
    access::require(call, config, Scope::Admin, None).await?;
    let statements = [
        webhooks::delete(id),
        webhooks::select(id),
        alerts::select_of_webhook(id),
        webhooks::select_surveys(id),
    ];
    let [deleted, left, alerts, surveys] = database::run(&call.env, statements).await?;
    if !deleted.is_empty() {
        return Ok(Reply::empty(204));
    }
    if left.is_empty() {
        return Err(Problem::new(Kind::NotFound).into());
    }
    let alerts = alerts.into_iter().map(alerts::id).collect::<Result<Vec<_>, _>>()?;
    let id_of = |row| d1::survey_id(row).map(|number| SurveyId::of(number).text().to_owned());
    let surveys = surveys.into_iter().map(id_of).collect::<Result<Vec<_>, _>>()?;
    let problem = Problem::new(Kind::InUse).member("alerts", alerts.into());
    Err(problem.member("surveys", surveys.into()).into())
}

/// 200 with what became of an event that was sent at once. One that is taken enables a webhook that
/// was disabled.
pub async fn test(call: &mut Call, config: &Config, id: &str) -> Outcome {
    call.no_query()?;
    access::require(call, config, Scope::Admin, None).await?;
    let webhook = find(call, id).await?;
    let at = now();
    let message = domain::message_id(delivery::ordered(at, random()?));
    let body = domain::event("test", at, &json!({ "webhook": webhook.id }));
    let sent = edge::send(&call.env, &config.webhooks, &webhook, &message, &body).await;
    let made = Made { id: &message, webhook: id, kind: "test", at, body: &body };
    let outcome = delivery::Outcome::of(1, sent, at, 0);
    let mut changes = vec![deliveries::insert_sent(&made, &outcome)];
    match sent {
        Ok(_) if webhook.disabled.is_some() => changes.push(webhooks::enable(id)),
        Err(missed) if missed.is_gone() => changes.push(webhooks::disable(id, at)),
        _ => {}
    }
    database::run_all(&call.env, changes).await?;
    let status = sent.map_or_else(Missed::status, Some);
    let mut told = json!({ "id": message, "delivered": sent.is_ok() });
    if let Value::Object(members) = &mut told {
        members.extend(status.map(|status| ("status".to_owned(), status.into())));
        members.extend(sent.err().map(|missed| ("why".to_owned(), missed.why().into())));
    }
    Ok(Reply::json(200, &told))
}

async fn find(call: &Call, id: &str) -> Result<Webhook, Failure> {
    let row = database::first(&call.env, webhooks::select(id)).await?;
    let row = row.ok_or_else(|| Problem::new(Kind::NotFound))?;
    Ok(webhooks::webhook(row)?)
}
