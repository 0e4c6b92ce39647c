//! FLOOR 2. The only room that names the platform. Everything here gathers (time, keys, rows, bytes),
//! lets the lower floors decide, and performs what they say. Three Workers, a folder each: the `front`
//! that the world reaches, the `ledger` that counts, the `office` that teams read from.

pub mod front;
pub mod ledger;
pub mod office;

pub mod panic;

mod access;
mod config;
mod d1;
mod definitions;
mod ledger_rpc;
mod request;
mod unicode;
mod values;
mod webhooks;

use wasm_bindgen::{JsCast, JsValue};
use web_sys::Response;

use crate::domain::time::Instant;
use crate::http::policy;
use crate::http::problem::{Kind, Problem};
use crate::http::reply::Reply;

use request::Call;

/// What a handler gives: a reply, a problem to tell the caller, or a fault to log.
pub type Outcome = Result<Reply, Failure>;

/// Why there is no reply.
pub enum Failure {
    /// The caller's to mend, or to wait out.
    Problem(Problem),
    /// Ours. The text is logged; it must never hold anything of a request's content.
    Fault(String),
    /// The Ledger, D1 or the assets did not answer. Logged likewise; the caller may try again.
    Unavailable(String),
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<JsValue> for Failure {
    fn from(error: JsValue) -> Self {
        Self::Fault(thrown(&error))
    }
}

impl From<crate::store::Misshapen> for Failure {
    fn from(misshapen: crate::store::Misshapen) -> Self {
        Self::Fault(format!("a row of {} is not of the expected shape", misshapen.0))
    }
}

/// What the platform threw, in its own words.
fn thrown(error: &JsValue) -> String {
    let told = error.dyn_ref::<js_sys::Error>().map(|error| String::from(error.to_string()));
    told.or_else(|| error.as_string()).unwrap_or_else(|| "something unknown was thrown".to_owned())
}

/// The same, where we may be answered another time.
fn unavailable(error: JsValue) -> Failure {
    Failure::Unavailable(thrown(&error))
}

/// The present, as the platform tells it: it stands still between two I/O operations.
fn now() -> Instant {
    Instant(js_sys::Date::now() as i64)
}

/// So many random bytes.
fn random<const N: usize>() -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|_| Failure::Fault("no randomness is to be had".to_owned()))?;
    Ok(bytes)
}

/// What the caller is told of an outcome; `public`: also where a page of another origin has called.
fn reply(call: &Call, public: bool, outcome: Outcome) -> Result<Response, JsValue> {
    let reply = outcome.unwrap_or_else(|failure| match failure {
        Failure::Problem(problem) => problem.reply(),
        Failure::Fault(fault) => report(Kind::Internal, &fault),
        Failure::Unavailable(fault) => report(Kind::Unavailable, &fault),
    });
    let reply = if public { policy::share(reply, call.origin.as_deref()) } else { reply };
    request::respond(reply)
}

/// Logs a fault once, under a reference that the caller is told too.
fn report(kind: Kind, fault: &str) -> Reply {
    Problem::new(kind).member("reference", log(fault).into()).reply()
}

/// Logs a fault once; its reference.
fn log(fault: &str) -> String {
    let reference = random::<8>().map(u64::from_be_bytes).unwrap_or_default();
    let reference = format!("{reference:016x}");
    worker::console_error!("fault {reference}: {fault}");
    reference
}
