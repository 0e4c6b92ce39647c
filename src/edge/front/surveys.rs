//! `GET /v1/surveys/{id}`: a survey, as whoever asks may see it.

use crate::domain::access::Scope;
use crate::edge::request::Call;
use crate::edge::{Outcome, access, definitions};
use crate::http::policy;
use crate::http::reply::Reply;

use super::config::Config;

/// 200: with an admin key the survey as stored, without one as respondents may see it; 503 where it
/// asks for Turnstile and there is none.
pub async fn read(call: &mut Call, config: &Config, id: &str) -> Outcome {
    call.no_query()?;
    let access = access::of(call, config).await?;
    let with_key = access.is_some_and(|access| access.allows(Scope::Admin, Some(id)).is_ok());
    let loaded = definitions::fresh(&call.env, id).await?;
    if with_key {
        return Ok(loaded.for_owner(200));
    }
    policy::admit(call.origin.as_deref(), &call.own_origin(), &loaded.survey().origins)?;
    let site_key = match loaded.survey().turnstile {
        true => &config.turnstile()?.site_key,
        false => "",
    };
    Ok(Reply::json(200, &loaded.stored.for_respondents(site_key)))
}
