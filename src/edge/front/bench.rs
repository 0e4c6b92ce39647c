//! What `scripts/bench` measures against, and what tests break; only in a build with the feature
//! `bench`.
//!
//! `/bench/constant` is a constant reply from Rust, `/bench/empty` an empty RPC to an object. All read
//! the request's body first, as every real path must. `/bench/panic` panics with the body in the
//! message, as a slip of ours might; `/bench/panic-in-ledger` does so in an object.

use worker::Env;

use crate::edge::ledger_rpc::{self, Ask};
use crate::edge::request::Call;
use crate::edge::{Failure, Outcome, panic};
use crate::http::policy;
use crate::http::problem::{Kind, Problem};
use crate::http::reply::Reply;

/// Answers a route of the bench build.
pub async fn answer(call: &mut Call) -> Outcome {
    let body = call.body(policy::RESPONSE_TYPES, policy::MOST_RESPONSE).await?;
    let text = String::from_utf8_lossy(&body).into_owned();
    match call.path.as_str() {
        "/bench/constant" => {}
        "/bench/empty" => ask(&call.env, &Ask::Nothing).await?,
        "/bench/panic" => panic::over(&text),
        "/bench/panic-in-ledger" => ask(&call.env, &Ask::Panic(text)).await?,
        _ => return Err(Problem::new(Kind::NotFound).into()),
    }
    Ok(Reply::json(202, &serde_json::json!({ "status": "accepted" })))
}

async fn ask(env: &Env, question: &Ask) -> Result<(), Failure> {
    // No survey has this name: the object is there, and does nothing.
    ledger_rpc::ask(env, "bench", question).await.map(|_| ())
}
