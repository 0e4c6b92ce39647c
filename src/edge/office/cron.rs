//! Every minute: looks at alerts of which something was released or reported, and sends what is due.

use worker::Env;

use crate::domain::time::Instant;
use crate::edge::Failure;

use super::config::Config;
use super::{checks, deliveries};

/// One run, meant for this instant. The platform takes an error for success, so each is logged; what did
/// not come to its end comes again with the next run.
pub(super) async fn run(env: &Env, at: Instant) {
    let checked = checks::run(env, at).await;
    let sent = match Config::of(env) {
        Ok(config) => deliveries::run(env, &config, at).await,
        Err(failure) => Err(failure),
    };
    for outcome in [checked, sent] {
        if let Err(Failure::Fault(fault) | Failure::Unavailable(fault)) = outcome {
            worker::console_error!("cron: {fault}");
        }
    }
}
