//! The Worker that teams read from, and manage surveys, facts, alerts and keys by: the front hands it what
//! is its own, which pages of other origins never call. It reads D1, and asks Ledgers for what is not a respondent's; it can make no pseudonym.

mod actions;
mod alerts;
mod checks;
mod config;
mod cron;
mod deliveries;
mod engagement;
mod export;
mod facts;
mod forecast;
mod insight;
mod keys;
mod manage;
mod report;
mod themes;
mod webhooks;

use wasm_bindgen::JsValue;
use web_sys::{Request, Response};
use worker::Env;

use crate::domain::time::Instant;
use crate::http::problem::{Kind, Problem};
use crate::http::route::Route;

use super::request::Call;
use super::{Outcome, panic, reply};
use config::Config;

/// A run of cron, meant for this instant (milliseconds since 1970).
pub async fn scheduled(at: f64, env: Env) {
    panic::hush();
    cron::run(&env, Instant(at as i64)).await;
}

/// Replies to a request.
pub async fn fetch(request: Request, env: Env) -> Result<Response, JsValue> {
    panic::hush();
    let mut call = Call::new(request, env)?;
    match Route::find(&call.method, &call.path) {
        // The one reply that is told in parts.
        Ok(Route::Export(id)) => match export::export(&call, &id).await {
            Ok(response) => Ok(response),
            Err(failure) => reply(&call, false, Err(failure)),
        },
        Ok(route) => {
            let outcome = perform(&mut call, route).await;
            reply(&call, false, outcome)
        }
        Err(problem) => reply(&call, false, Err(problem.into())),
    }
}

async fn perform(call: &mut Call, route: Route) -> Outcome {
    let config = Config::of(&call.env)?;
    match route {
        Route::CreateSurvey => manage::create(call, &config).await,
        Route::ListSurveys => manage::list(call, &config).await,
        Route::ReplaceSurvey(id) => manage::replace(call, &config, &id).await,
        Route::DeleteSurvey(id) => manage::delete(call, &config, &id).await,
        Route::Kpis(id) => report::kpis(call, &config, &id).await,
        Route::Drivers(id) => insight::drivers(call, &config, &id).await,
        Route::Forecast(id) => forecast::forecast(call, &config, &id).await,
        Route::Actions(id) => actions::actions(call, &config, &id).await,
        Route::Consents(id) => report::consents(call, &config, &id).await,
        Route::Ledger(id) => report::ledger(call, &config, &id).await,
        Route::TryThemes => themes::judge(call, &config).await,
        Route::CreateKey => keys::create(call, &config).await,
        Route::ListKeys => keys::list(call, &config).await,
        Route::OwnKey => keys::own(call, &config).await,
        Route::ReadKey(id) => keys::read(call, &config, &id).await,
        Route::DeleteKey(id) => keys::delete(call, &config, &id).await,
        Route::CreateWebhook => webhooks::create(call, &config).await,
        Route::ListWebhooks => webhooks::list(call, &config).await,
        Route::ReadWebhook(id) => webhooks::read(call, &config, &id).await,
        Route::DeleteWebhook(id) => webhooks::delete(call, &config, &id).await,
        Route::TestWebhook(id) => webhooks::test(call, &config, &id).await,
        Route::ListDeliveries => deliveries::list(call, &config).await,
        Route::CreateAlert => alerts::create(call, &config).await,
        Route::ListAlerts => alerts::list(call, &config).await,
        Route::ReadAlert(id) => alerts::read(call, &config, &id).await,
        Route::ReplaceAlert(id) => alerts::replace(call, &config, &id).await,
        Route::DeleteAlert(id) => alerts::delete(call, &config, &id).await,
        Route::ReplaceFacts(day) => facts::replace(call, &config, day).await,
        Route::ListFacts => facts::list(call, &config).await,
        Route::Engagement => engagement::read(call, &config).await,
        Route::ReplaceEngagement => engagement::replace(call, &config).await,
        Route::BusinessKpis => facts::kpis(call, &config).await,
        _ => Err(Problem::new(Kind::NotFound).into()),
    }
}
