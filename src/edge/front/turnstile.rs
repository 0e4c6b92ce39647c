//! Asks Cloudflare Turnstile whether a token is good. Only what `domain/turnstile.rs` calls passed is
//! counted: no reply, a late one or one that cannot be read is a 503.

use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::domain::fault::Fault;
use crate::domain::pseudonym::SubmissionId;
use crate::domain::turnstile::{self, Verdict};
use crate::edge::Failure;

use super::config::Config;

#[wasm_bindgen(module = "/src/edge/front/siteverify.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    async fn siteverify(secret: &str, response: &str, key: &str) -> Result<JsValue, JsValue>;
}

/// Spends a token for a response to `survey`; its faults where it is good for nothing.
pub async fn verify(
    config: &Config,
    survey: &str,
    submission: &SubmissionId,
    token: &str,
) -> Result<Result<(), Vec<Fault>>, Failure> {
    let keys = config.turnstile()?;
    // What was thrown is not logged: nobody can say that it does not quote what was sent.
    let key = turnstile::idempotency_key(survey, submission);
    let reply = siteverify(&keys.secret, token, &key)
        .await
        .map_err(|_| Failure::Unavailable("Turnstile did not answer in time".to_owned()))?;
    let reply = Array::from(&reply);
    let status = reply.get(0).as_f64().map_or(0, |status| status as u16);
    let body = reply.get(1).as_string().unwrap_or_default();
    match turnstile::judge(status, &body, survey, &keys.secret) {
        Verdict::Passed => Ok(Ok(())),
        Verdict::Refused(faults) => Ok(Err(faults)),
        Verdict::Unknown(why) => Err(Failure::Unavailable(why.to_owned())),
    }
}
