//! `POST /v1/surveys/{id}/rewards`: redeems the code of a reward, once.

use serde_json::json;

use crate::domain::access::Scope;
use crate::domain::fault::{Faults, Pointer};
use crate::domain::json::{Json, Members, text};
use crate::domain::reward;
use crate::edge::request::Call;
use crate::edge::{Outcome, access, d1 as database, definitions, now};
use crate::http::policy;
use crate::http::problem::{Kind, Problem};
use crate::http::reply::Reply;
use crate::store::rewards;

use super::config::Config;

/// The most characters that a code may be written with.
const MOST_CODE: usize = 64;

/// 200 the first time; 409 if it was redeemed before; 404 if no such code was given, or is good no more.
pub async fn redeem(call: &mut Call, config: &Config, id: &str) -> Outcome {
    call.no_query()?;
    access::require(call, config, Scope::Ingest, Some(id)).await?;
    let survey = definitions::fresh(&call.env, id).await?;
    let body = call.body(policy::JSON_TYPES, policy::MOST_BODY).await?;
    let document =
        Json::read(&body).map_err(|why| Problem::new(Kind::Malformed).detail(why.to_string()))?;
    let given = read(&document).map_err(|faults| Problem::invalid(faults.into_vec()))?;

    let today = now().day();
    let genuine = reward::read(&config.invitations, id, &given, today);
    let genuine = genuine.ok_or_else(|| Problem::new(Kind::UnknownReward))?;
    let number = survey.definition.survey;
    match database::first(&call.env, rewards::redeem(number, &genuine, today)).await? {
        Some(_) => Ok(Reply::json(200, &json!({ "status": "redeemed" }))),
        None => Err(Problem::new(Kind::RewardRedeemed).into()),
    }
}

/// `{"code": "..."}`.
fn read(json: &Json) -> Result<String, Faults> {
    let mut faults = Faults::default();
    let mut code = String::new();
    if let Some(mut members) = Members::of(json, Pointer::root(), &mut faults) {
        if let Some((value, pointer)) = members.require("code", &mut faults) {
            code = text(value, 1, MOST_CODE, &pointer, &mut faults).unwrap_or_default().to_owned();
        }
        members.finish(&mut faults);
    }
    faults.or(code)
}
