//! The Worker that the world reaches: takes responses and withdrawals, shows surveys, what is kept of
//! them and static files, and hands to the office what is the office's. It alone has the keys of pseudonyms, invitations and
//! receipts.

mod assets;
#[cfg(feature = "bench")]
mod bench;
mod config;
mod invitations;
mod limit;
mod notices;
mod office;
mod page;
mod privacy;
mod receipts;
mod relay;
mod rewards;
mod submit;
mod surveys;
mod turnstile;
mod withdraw;

use wasm_bindgen::JsValue;
use web_sys::{Request, Response};
use worker::Env;

use crate::http::asset::Asset;
use crate::http::policy;
use crate::http::problem::{Kind, Problem};
use crate::http::reply::Reply;
use crate::http::route::Route;

use super::request::Call;
pub use super::request::Context;
use super::{Outcome, panic, reply};
use config::Config;

/// Replies to a request.
pub async fn fetch(request: Request, env: Env, context: Context) -> Result<Response, JsValue> {
    panic::hush();
    let mut call = Call::new(request, env)?.with(context);
    match Route::find(&call.method, &call.path) {
        Ok(route) if route.is_for_office() => match office::forward(&call).await {
            Ok(response) => Ok(response),
            Err(failure) => reply(&call, false, Err(failure)),
        },
        Ok(route) => {
            let public = route.is_public() || matches!(route, Route::Preflight(_));
            let outcome = perform(&mut call, route).await;
            reply(&call, public, outcome)
        }
        #[cfg(feature = "bench")]
        Err(_) if call.path.starts_with("/bench/") => {
            let outcome = bench::answer(&mut call).await;
            reply(&call, false, outcome)
        }
        Err(problem) => reply(&call, false, Err(problem.into())),
    }
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
        Route::ShowPage(_)
        | Route::SendPage(_)
        | Route::ShowWithdrawal(_)
        | Route::SendWithdrawal(_)
        | Route::QrCode(_) => page::answer(call, &config, &route).await,
        Route::ReadSurvey(id) => surveys::read(call, &config, &id).await,
        Route::Respond(id) => submit::respond(call, &config, &id).await,
        Route::Withdraw(id) => withdraw::withdraw(call, &config, &id).await,
        Route::Invite(id) => invitations::invite(call, &config, &id).await,
        Route::Redeem(id) => rewards::redeem(call, &config, &id).await,
        Route::Privacy(id) => privacy::page(call, &config, &id).await,
        Route::Notice(id, hash) => notices::read(call, &config, &id, &hash).await,
        Route::ReceiptKeys => receipts::keys(call, &config).await,
        _ => Err(Problem::new(Kind::NotFound).into()),
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
