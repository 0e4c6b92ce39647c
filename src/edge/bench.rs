//! What `scripts/bench` measures against; only in a build with the feature `bench`.
//!
//! `/bench/constant` is a constant reply from Rust, `/bench/empty` an empty RPC to an object. Both read
//! the request's body first, as every real path must.

use worker::Env;

use crate::http::policy;
use crate::http::problem::{Kind, Problem};
use crate::http::reply::Reply;

use super::Outcome;
use super::ledger_rpc::{self, Ask};
use super::request::Call;

/// Answers a reference route.
pub async fn answer(call: &mut Call) -> Outcome {
    let _body = call.body(policy::RESPONSE_TYPES, policy::MOST_RESPONSE).await?;
    match call.path.as_str() {
        "/bench/constant" => {}
        "/bench/empty" => empty(&call.env).await?,
        _ => return Err(Problem::new(Kind::NotFound).into()),
    }
    Ok(Reply::json(202, &serde_json::json!({ "status": "accepted" })))
}

async fn empty(env: &Env) -> Result<(), super::Failure> {
    // No survey has this name: the object is there, and does nothing.
    ledger_rpc::ask(env, "bench", &Ask::Nothing).await.map(|_| ())
}
