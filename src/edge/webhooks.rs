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
    async fn post(events: &Array, timeout: f64) -> JsValue;
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
    let headers = signed(keys, webhook, message, body)?;
    deliver(env, &webhook.url, &headers, body).await
}

/// Sends each of some messages (webhook, id, body) likewise, all at once.
pub async fn send_all(
    env: &Env,
    keys: &KeyRing,
    messages: &[(&Webhook, &str, &str)],
) -> Vec<Result<u16, Missed>> {
    let ready: Vec<_> = messages
        .iter()
        .map(|(webhook, message, body)| {
            let headers = signed(keys, webhook, message, body)?;
            Ok(event(&webhook.url, &headers, body))
        })
        .collect();
    let events: Array = ready.iter().flatten().cloned().collect();
    let mut replies = Array::from(&post(&events, timeout(env)).await).to_vec().into_iter();
    let mut reply = || replies.next().map_or(Err(Missed::Unreachable), |reply| judge(&reply));
    ready.into_iter().map(|ready: Result<JsValue, Missed>| ready.and_then(|_| reply())).collect()
}

/// Posts JSON to a URL, and follows no redirection: the status, which is 2xx, or why it was not taken.
pub async fn deliver(
    env: &Env,
    url: &str,
    headers: &[(&str, String)],
    body: &str,
) -> Result<u16, Missed> {
    let events = Array::of1(&event(url, headers, body));
    judge(&Array::from(&post(&events, timeout(env)).await).get(0))
}

/// The headers that a webhook's receiver knows a message by.
fn signed(
    keys: &KeyRing,
    webhook: &Webhook,
    message: &str,
    body: &str,
) -> Result<[(&'static str, String); 3], Missed> {
    let secret = webhook.secret(keys).ok_or(Missed::NoKey)?;
    let seconds = now().0.div_euclid(1000);
    Ok([
        ("webhook-id", message.to_owned()),
        ("webhook-timestamp", seconds.to_string()),
        ("webhook-signature", secret.sign(message, seconds, body)),
    ])
}

/// An event as `webhooks.js` takes it.
fn event(url: &str, headers: &[(&str, String)], body: &str) -> JsValue {
    let own = [("content-type", "application/json"), ("user-agent", "Counterfoil")];
    let own = own.into_iter().map(|(name, value)| (name, value.to_owned()));
    let pairs: Array = own
        .chain(headers.iter().cloned())
        .map(|(name, value)| Array::of2(&name.into(), &value.into()))
        .collect();
    Array::of3(&url.into(), &pairs, &body.into()).into()
}

/// What a reply of `webhooks.js` says.
fn judge(reply: &JsValue) -> Result<u16, Missed> {
    let reply = Array::from(reply);
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

/// How long a receiver may take, in milliseconds.
fn timeout(env: &Env) -> f64 {
    let said = variable(env, WEBHOOK_TIMEOUT).parse().unwrap_or(USUAL_TIMEOUT);
    1000.0 * if said > 0.0 && said <= MOST_TIMEOUT { said } else { USUAL_TIMEOUT }
}
