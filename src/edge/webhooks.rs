//! Sends events to webhooks: for the front, which relays, and the office, which raises alerts. What a
//! receiver replies is its status alone, to us.

use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::Env;

use crate::domain::key_ring::KeyRing;
use crate::domain::webhook::{Missed, Webhook};

use super::config::{secret, variable};
use super::{Failure, now};

/// The secret that webhooks' own follow from.
const WEBHOOK_KEY: &str = "WEBHOOK_KEY";
/// The variable that says for how many seconds a receiver may take to reply.
const WEBHOOK_TIMEOUT: &str = "WEBHOOK_TIMEOUT";
/// The same if nobody says: the least that Standard Webhooks recommends.
const USUAL_TIMEOUT: f64 = 15.0;
/// The most seconds that may be said.
const MOST_TIMEOUT: f64 = 30.0;
/// The longest that a receiver's `Retry-After` is honoured, in seconds: a day.
const MOST_RETRY_AFTER: u32 = 86_400;

#[wasm_bindgen(module = "/src/edge/webhooks.js")]
extern "C" {
    async fn post(url: &str, headers: &JsValue, body: &str, timeout: f64) -> JsValue;
}

/// The ring that webhooks' secrets follow from.
pub fn keys(env: &Env) -> Result<KeyRing, Failure> {
    KeyRing::read(&secret(env, WEBHOOK_KEY))
        .map_err(|why| Failure::Fault(format!("the secret {WEBHOOK_KEY} cannot be used: {why}")))
}

/// Sends the message of this id to a webhook, signed at the present: the status, which is 2xx, or why
/// it was not taken.
pub async fn send(
    env: &Env,
    keys: &KeyRing,
    webhook: &Webhook,
    message: &str,
    body: &str,
) -> Result<u16, Missed> {
    let secret = webhook.secret(keys).ok_or(Missed::NoKey)?;
    let seconds = now().0.div_euclid(1000);
    let headers = [
        ("webhook-id", message.to_owned()),
        ("webhook-timestamp", seconds.to_string()),
        ("webhook-signature", secret.sign(message, seconds, body)),
    ];
    deliver(env, &webhook.url, &headers, body).await
}

/// Posts JSON to a URL, and follows no redirection: the status, which is 2xx, or why it was not taken.
pub async fn deliver(
    env: &Env,
    url: &str,
    headers: &[(&str, String)],
    body: &str,
) -> Result<u16, Missed> {
    let own = [("content-type", "application/json"), ("user-agent", "Counterfoil")];
    let own = own.into_iter().map(|(name, value)| (name, value.to_owned()));
    let pairs: Array = own
        .chain(headers.iter().cloned())
        .map(|(name, value)| Array::of2(&name.into(), &value.into()))
        .collect();
    let reply = Array::from(&post(url, &pairs, body, timeout(env) * 1000.0).await);
    match reply.get(0).as_f64().unwrap_or(-1.0) as i32 {
        0 => Err(Missed::Timeout),
        status @ 200..=299 => Ok(status as u16),
        status @ 100..=999 => {
            let seconds = reply.get(1).as_string().and_then(|after| after.trim().parse().ok());
            let seconds: Option<u32> = seconds.map(|seconds: u32| seconds.min(MOST_RETRY_AFTER));
            Err(Missed::Status(status as u16, seconds))
        }
        _ => Err(Missed::Unreachable),
    }
}

/// How long a receiver may take, in seconds.
fn timeout(env: &Env) -> f64 {
    let said = variable(env, WEBHOOK_TIMEOUT).parse().unwrap_or(USUAL_TIMEOUT);
    if said > 0.0 && said <= MOST_TIMEOUT { said } else { USUAL_TIMEOUT }
}
