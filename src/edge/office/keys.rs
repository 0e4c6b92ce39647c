//! `POST/GET/DELETE /v1/keys[/{id}]`: keys, by holders of an admin key that is bound to no survey.

use serde_json::{Value, json};

use crate::domain::access::{self as domain, Key, Scope};
use crate::domain::json::Json;
use crate::edge::access::{self, Holder};
use crate::edge::request::Call;
use crate::edge::{Failure, Outcome, d1 as database, now, random};
use crate::http::policy;
use crate::http::problem::{Kind, Problem};
use crate::http::query;
use crate::http::reply::Reply;
use crate::http::survey_id::SurveyId;
use crate::store::{d1, keys};

use super::config::Config;

/// 201 with the key: the one reply that shows its secret.
pub async fn create(call: &mut Call, config: &Config) -> Outcome {
    call.no_query()?;
    access::require(call, config, Scope::Admin, None).await?;
    let body = call.body(policy::JSON_TYPES, policy::MOST_BODY).await?;
    let document =
        Json::read(&body).map_err(|why| Problem::new(Kind::Malformed).detail(why.to_string()))?;
    let draft = domain::read(&document);
    let there = surveys(call, draft.surveys()).await?;
    let is_there = |id: &str| SurveyId::parse(id).is_some_and(|id| there.contains(&id.number));
    let wanted = draft.check(is_there).map_err(|faults| Problem::invalid(faults.into_vec()))?;

    let key = Key::new(random()?, random()?);
    let row = database::first(&call.env, keys::insert(&key, &wanted, now())).await?;
    let row = row.ok_or_else(|| Failure::Fault("D1 did not return the new key".to_owned()))?;
    let mut told = keys::key(row)?.told();
    if let Value::Object(members) = &mut told {
        members.insert("key".to_owned(), key.reveal().into());
    }
    Ok(Reply::json(201, &told).header("location", format!("/v1/keys/{}", key.id())))
}

/// 200 with a page of keys, without their secrets.
pub async fn list(call: &mut Call, config: &Config) -> Outcome {
    access::require(call, config, Scope::Admin, None).await?;
    let (limit, after) = query::id_page(call.query()?)?;
    let [rows] = database::run(&call.env, [keys::list(&after, limit + 1)]).await?;
    let read = |row| keys::key(row).map(|one| (one.id.clone(), one.told()));
    Ok(Reply::list(rows.into_iter().map(read).collect::<Result<_, _>>()?, limit))
}

/// 200 with a key, without its secret.
pub async fn read(call: &mut Call, config: &Config, id: &str) -> Outcome {
    call.no_query()?;
    access::require(call, config, Scope::Admin, None).await?;
    let row = database::first(&call.env, keys::select(id)).await?;
    let row = row.ok_or_else(|| Problem::new(Kind::NotFound))?;
    Ok(Reply::json(200, &keys::key(row)?.told()))
}

/// 200 with the key that came with the call, whatever it may do. The first admin key has no name.
pub async fn own(call: &mut Call, config: &Config) -> Outcome {
    call.no_query()?;
    let holder = access::holder(call, config).await?;
    let told = match holder.ok_or_else(|| Problem::new(Kind::KeyNeeded))? {
        Holder::First => json!({
            "id": null,
            "name": null,
            "scopes": [Scope::Admin.name()],
            "surveys": null,
            "created": null,
        }),
        Holder::Other(row) => row.told(),
    };
    Ok(Reply::json(200, &told))
}

/// 204: the key is gone, here at once and everywhere within a minute.
pub async fn delete(call: &mut Call, config: &Config, id: &str) -> Outcome {
    call.no_query()?;
    access::require(call, config, Scope::Admin, None).await?;
    let deleted = database::first(&call.env, keys::delete(id)).await?;
    access::forget(id);
    match deleted {
        Some(_) => Ok(Reply::empty(204)),
        None => Err(Problem::new(Kind::NotFound).into()),
    }
}

/// The numbers of those of these surveys that there are.
async fn surveys(call: &Call, ids: &[String]) -> Result<Vec<u64>, Failure> {
    let numbers = ids.iter().filter_map(|id| SurveyId::parse(id).map(|id| id.number));
    let numbers: Vec<u64> = numbers.collect();
    if numbers.is_empty() {
        return Ok(numbers);
    }
    let [rows] = database::run(&call.env, [keys::list_surveys(&numbers)]).await?;
    Ok(rows.into_iter().map(d1::survey_id).collect::<Result<_, _>>()?)
}
