//! `GET /v1/surveys/{id}/privacy`: what is stored, for how long, who receives it. The same for every
//! caller, so that whoever judges the processing sees what respondents see.

use serde_json::json;

use crate::domain::privacy::{self, filler};
use crate::domain::url::Url;
use crate::edge::request::Call;
use crate::edge::{Outcome, access, d1 as database, definitions};
use crate::http::policy;
use crate::http::reply::Reply;
use crate::store::{inventory, webhooks};

use super::config::Config;

/// 200 with the page.
pub async fn page(call: &mut Call, config: &Config, id: &str) -> Outcome {
    call.no_query()?;
    access::of(call, config).await?;
    let loaded = definitions::fresh(&call.env, id).await?;
    policy::admit(call.origin.as_deref(), &call.own_origin(), &loaded.survey().origins)?;
    let inventory = inventory::stored(filler(loaded.survey()));
    // Where comments go; what nobody finds any more, none go to.
    let webhook = match &loaded.survey().relay {
        Some(relay) => database::first(&call.env, webhooks::select(&relay.webhook)).await?,
        None => None,
    };
    let webhook = webhook.map(webhooks::webhook).transpose()?;
    let receiver = webhook.as_ref().and_then(|webhook| Url::read(&webhook.url)).map(|url| url.host);
    let page = privacy::page(&loaded.stored, json!(inventory), config.jurisdiction, receiver);
    Ok(Reply::json(200, &page))
}
