//! `POST /v1/surveys/{id}/invitations`: up to 1,000 customer ids in, as many invitations out. Nothing
//! is written anywhere for it, and the Ledger is not asked.

use serde_json::json;

use crate::domain::access::Scope;
use crate::domain::invitation::{self, NONCE};
use crate::domain::invitation_json;
use crate::domain::json::Json;
use crate::edge::definitions;
use crate::edge::request::Call;
use crate::edge::{Failure, Outcome, access, now, random};
use crate::http::policy;
use crate::http::problem::{Kind, Problem};
use crate::http::reply::Reply;

use super::config::Config;

/// 200 with the invitations, in the order of the ids; those do not come back.
pub async fn invite(call: &mut Call, config: &Config, id: &str) -> Outcome {
    call.no_query()?;
    access::require(call, config, Scope::Ingest, Some(id)).await?;
    let loaded = definitions::fresh(&call.env, id).await?;
    let body = call.body(policy::JSON_TYPES, policy::MOST_BODY).await?;
    let document =
        Json::read(&body).map_err(|why| Problem::new(Kind::Malformed).detail(why.to_string()))?;
    let origins = &loaded.survey().origins;
    let wanted = invitation_json::read(&document, id, &call.own_origin(), origins);
    let wanted = wanted.map_err(|faults| Problem::invalid(faults.into_vec()))?;

    let expires = now().plus(wanted.valid_for);
    let key = config.invitations.current();
    let mut items = Vec::with_capacity(wanted.subjects.len());
    for subject in &wanted.subjects {
        let nonce: [u8; NONCE] = random()?;
        let minted = invitation::mint(key, id, subject, expires, nonce);
        let minted = minted.ok_or_else(|| Failure::Fault("nothing was sealed".to_owned()))?;
        let link = match &wanted.page {
            // Browsers send a fragment to no server.
            Some(page) => format!("{page}#i={minted}"),
            // Without JavaScript only the query reaches the page; our own has no log to be in.
            None => format!("{}/s/{id}?i={minted}", call.own_origin()),
        };
        items.push(json!({ "link": link, "invitation": minted }));
    }
    Ok(Reply::json(200, &json!({ "expires": expires.to_string(), "items": items })))
}
