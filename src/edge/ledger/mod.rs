//! The Worker of the Ledgers: one Durable Object a survey, and the cron that sees to them. It has no
//! secret and no route; the other two ask it by `ledger_rpc`.

mod cron;
mod object;
mod storage;

use worker::Env;

pub use object::Desk;

use super::{Failure, panic};

/// A run of cron, meant for this instant (milliseconds since 1970).
pub async fn scheduled(at: f64, env: Env) {
    panic::hush();
    // The platform takes an error here for success, so it is logged.
    if let Err(Failure::Fault(fault) | Failure::Unavailable(fault)) = cron::run(&env, at).await {
        worker::console_error!("cron: {fault}");
    }
}
