//! `GET /v1/deliveries`, and the sending of what is due.

use worker::Env;

use crate::domain::access::Scope;
use crate::domain::delivery::Outcome;
use crate::domain::time::Instant;
use crate::edge::request::Call;
use crate::edge::{self, Failure, access, d1 as database, now, random, webhooks as edge_webhooks};
use crate::http::query;
use crate::http::reply::Reply;
use crate::store::deliveries::{self, Due};
use crate::store::webhooks;

use super::config::Config;

/// How many events one run sends: each is one of the calls that the platform allows a run.
const PER_RUN: usize = 10;

/// 200 with a page of deliveries, the newest first.
pub async fn list(call: &mut Call, config: &Config) -> edge::Outcome {
    access::require(call, config, Scope::Admin, None).await?;
    let (webhook, alert, before, limit) = query::deliveries(call.query()?)?;
    let statement = deliveries::list(now(), &webhook, &alert, &before, limit + 1);
    let [rows] = database::run(&call.env, [statement]).await?;
    let found = rows.into_iter().map(deliveries::told).collect::<Result<_, _>>()?;
    Ok(Reply::list(found, limit))
}

/// Sends what is due, all at once, and notes what came of it. What this run claims no other one sends;
/// if this one dies, the next attempt comes a little later.
pub(super) async fn run(env: &Env, config: &Config, at: Instant) -> Result<(), Failure> {
    let [drop, select, claim] = deliveries::claim(at, PER_RUN as u64);
    let [_, _, rows, _] = database::run(env, [deliveries::forget(at), drop, select, claim]).await?;
    let due = rows.into_iter().map(deliveries::due).collect::<Result<Vec<Due>, _>>()?;
    if due.is_empty() {
        return Ok(());
    }
    let messages: Vec<_> =
        due.iter().map(|due| (&due.webhook, due.id.as_str(), due.body.as_str())).collect();
    let sent = edge_webhooks::send_all(env, &config.webhooks, &messages).await;
    let chance: [u8; PER_RUN] = random()?;
    let mut changes = Vec::new();
    let mut ended = Vec::new();
    for ((due, sent), random) in due.into_iter().zip(sent).zip(chance) {
        if sent.is_err_and(|missed| missed.is_gone()) {
            changes.push(webhooks::disable(&due.webhook.id, at));
        }
        let outcome = Outcome::of(due.attempt, sent, at, random);
        ended.push((due, outcome));
    }
    changes.push(deliveries::settle(&ended));
    database::run_all(env, changes).await?;
    Ok(())
}
