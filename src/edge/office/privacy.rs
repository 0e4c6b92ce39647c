//! `GET /v1/surveys/{id}/privacy`: what is stored, for how long, who receives it. The same for every
//! caller, so that whoever judges the processing sees what respondents see.

use serde_json::json;

use crate::domain::privacy::{self, filler};
use crate::edge::request::Call;
use crate::edge::{Outcome, access, definitions};
use crate::http::policy;
use crate::http::reply::Reply;
use crate::store::inventory;

use super::config::Config;

/// 200 with the page.
pub async fn page(call: &mut Call, config: &Config, id: &str) -> Outcome {
    call.no_query()?;
    access::of(call, config).await?;
    let loaded = definitions::fresh(&call.env, id).await?;
    policy::admit(call.origin.as_deref(), &call.own_origin(), &loaded.survey().origins)?;
    let inventory = inventory::stored(filler(loaded.survey()));
    Ok(Reply::json(200, &privacy::page(&loaded.stored, json!(inventory), config.jurisdiction)))
}
