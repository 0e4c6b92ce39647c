//! `GET /v1/surveys/{id}/notices/{hash}`: the text that a consent refers to, for as long as the survey
//! is there.

use serde_json::json;

use crate::edge::request::Call;
use crate::edge::{Outcome, access, d1 as database, definitions};
use crate::http::policy;
use crate::http::problem::{Kind, Problem};
use crate::http::reply::Reply;
use crate::store::notices;

use super::config::Config;

/// 200 with a notice that is, or was, in force; 404 where there was none of this hash.
pub async fn read(call: &mut Call, config: &Config, id: &str, hash: &str) -> Outcome {
    call.no_query()?;
    access::of(call, config).await?;
    let loaded = definitions::fresh(&call.env, id).await?;
    policy::admit(call.origin.as_deref(), &call.own_origin(), &loaded.survey().origins)?;
    let row = database::first(&call.env, notices::select(loaded.definition.survey, hash)).await?;
    let notice = notices::notice(row.ok_or_else(|| Problem::new(Kind::NotFound))?)?;
    let since = notice.since.to_string();
    Ok(Reply::json(200, &json!({ "hash": notice.hash, "text": notice.text, "since": since })))
}
