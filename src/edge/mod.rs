//! FLOOR 2. The only room that names the platform. Everything here gathers (time, keys, rows, bytes),
//! lets the lower floors decide, and performs what they say.

mod access;
mod assets;
#[cfg(feature = "bench")]
mod bench;
mod config;
mod cron;
mod d1;
mod definitions;
mod facts;
mod insight;
mod invitations;
mod keys;
mod ledger_object;
mod ledger_rpc;
mod ledger_storage;
mod manage;
mod notices;
mod panic;
mod privacy;
mod receipts;
mod report;
mod request;
mod submit;
mod unicode;
mod values;
mod withdraw;

use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Request, Response};
use worker::Env;

use crate::domain::time::Instant;
use crate::http::asset::Asset;
use crate::http::policy;
use crate::http::problem::{Kind, Problem};
use crate::http::reply::Reply;
use crate::http::route::Route;

use config::Config;
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

/// Replies to a request; `entry.mjs` calls it.
#[wasm_bindgen]
pub async fn fetch(request: Request, env: Env) -> Result<Response, JsValue> {
    panic::hush();
    let mut call = Call::new(request, env)?;
    let (reply, public) = match Route::find(&call.method, &call.path) {
        Ok(route) => {
            let public = route.is_public() || matches!(route, Route::Preflight(_));
            (perform(&mut call, route).await, public)
        }
        #[cfg(feature = "bench")]
        Err(_) if call.path.starts_with("/bench/") => (bench::answer(&mut call).await, false),
        Err(problem) => (Err(problem.into()), false),
    };
    let reply = reply.unwrap_or_else(|failure| match failure {
        Failure::Problem(problem) => problem.reply(),
        Failure::Fault(fault) => report(Kind::Internal, &fault),
        Failure::Unavailable(fault) => report(Kind::Unavailable, &fault),
    });
    let reply = if public { policy::share(reply, call.origin.as_deref()) } else { reply };
    request::respond(reply)
}

async fn perform(call: &mut Call, route: Route) -> Outcome {
    if let Some(fixed) = without_configuration(&route) {
        return fixed;
    }
    if let Some(asset) = Asset::of(&route) {
        return assets::read(call, &asset).await;
    }
    let config = Config::of(&call.env)?;
    match route {
        Route::CreateSurvey => manage::create(call, &config).await,
        Route::ListSurveys => manage::list(call, &config).await,
        Route::ReadSurvey(id) => manage::read(call, &config, &id).await,
        Route::ReplaceSurvey(id) => manage::replace(call, &config, &id).await,
        Route::DeleteSurvey(id) => manage::delete(call, &config, &id).await,
        Route::Respond(id) => submit::respond(call, &config, &id).await,
        Route::Withdraw(id) => withdraw::withdraw(call, &id).await,
        Route::Invite(id) => invitations::invite(call, &config, &id).await,
        Route::Privacy(id) => privacy::page(call, &config, &id).await,
        Route::Kpis(id) => report::kpis(call, &config, &id).await,
        Route::Drivers(id) => insight::drivers(call, &config, &id).await,
        Route::Consents(id) => report::consents(call, &config, &id).await,
        Route::Notice(id, hash) => notices::read(call, &config, &id, &hash).await,
        Route::Ledger(id) => report::ledger(call, &config, &id).await,
        Route::CreateKey => keys::create(call, &config).await,
        Route::ListKeys => keys::list(call, &config).await,
        Route::ReadKey(id) => keys::read(call, &config, &id).await,
        Route::DeleteKey(id) => keys::delete(call, &config, &id).await,
        Route::ReplaceFacts(day) => facts::replace(call, &config, day).await,
        Route::ListFacts => facts::list(call, &config).await,
        Route::BusinessKpis => facts::kpis(call, &config).await,
        Route::ReceiptKeys => receipts::keys(call, &config).await,
        Route::Health
        | Route::OpenApi
        | Route::SurveySchema
        | Route::PrivacyControl
        | Route::Widget
        | Route::Visit
        | Route::ProblemPage(_)
        | Route::Preflight(_) => Err(Problem::new(Kind::NotFound).into()),
    }
}

/// The replies that are the same for everyone.
fn without_configuration(route: &Route) -> Option<Outcome> {
    Some(Ok(match route {
        Route::Health => Reply::json(200, &serde_json::json!({ "status": "ok" })),
        // As the Global Privacy Control specification has it: the signal is honoured, and since when.
        Route::PrivacyControl => {
            Reply::json(200, &serde_json::json!({ "gpc": true, "lastUpdate": "2026-11-22" }))
        }
        Route::Preflight(methods) => policy::preflight(methods),
        _ => return None,
    }))
}

/// Logs a fault once, under a reference that the caller is told too.
fn report(kind: Kind, fault: &str) -> Reply {
    let reference = random::<8>().map(u64::from_be_bytes).unwrap_or_default();
    let reference = format!("{reference:016x}");
    worker::console_error!("fault {reference}: {fault}");
    Problem::new(kind).member("reference", reference.into()).reply()
}

/// A run of cron, meant for this instant (milliseconds since 1970); `entry.mjs` calls it.
#[wasm_bindgen]
pub async fn scheduled(at: f64, env: Env) {
    panic::hush();
    // The platform takes an error here for success, so it is logged.
    if let Err(Failure::Fault(fault) | Failure::Unavailable(fault)) = cron::run(&env, at).await {
        worker::console_error!("cron: {fault}");
    }
}
