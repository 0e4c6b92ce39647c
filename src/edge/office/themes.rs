//! `POST /v1/themes/try`: which themes a made-up comment would have. Nothing is stored, and no survey asked.

use serde_json::json;

use crate::domain::access::Scope;
use crate::domain::json::Json;
use crate::domain::theme_trial;
use crate::edge::request::Call;
use crate::edge::{Outcome, access, unicode};
use crate::http::policy;
use crate::http::problem::{Kind, Problem};
use crate::http::reply::Reply;

use super::config::Config;

/// 200 with the names of the themes.
pub async fn judge(call: &mut Call, config: &Config) -> Outcome {
    call.no_query()?;
    access::require(call, config, Scope::Admin, None).await?;
    let body = call.body(policy::JSON_TYPES, policy::MOST_BODY).await?;
    let document =
        Json::read(&body).map_err(|why| Problem::new(Kind::Malformed).detail(why.to_string()))?;
    let found = theme_trial::found(&document, unicode::bare)
        .map_err(|faults| Problem::invalid(faults.into_vec()))?;
    Ok(Reply::json(200, &json!({ "themes": found })))
}
