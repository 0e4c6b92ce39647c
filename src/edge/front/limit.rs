//! Refuses who sends too often: 429. The platform's rate limiter counts, where `wrangler.toml` says how
//! many; the variable `RATE_LIMIT` says whether it is asked.
//!
//! It is told a keyed hash and nothing else (`domain/rate.rs`). It counts by itself in each place of the
//! platform, so what it allows is about what it says.

use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use crate::domain::rate;
use crate::edge::config::{self, CLIENT_RATE, KEY_RATE};
use crate::edge::request::Call;
use crate::edge::{Failure, log, now};
use crate::http::problem::{Kind, Problem};

use super::config::Config;

#[wasm_bindgen]
extern "C" {
    /// The binding.
    type RateLimiter;
    #[wasm_bindgen(method, catch)]
    async fn limit(this: &RateLimiter, options: &JsValue) -> Result<JsValue, JsValue>;
}

/// Lets a client pass that has not sent too much to this survey.
pub async fn client(call: &Call, config: &Config, survey: &str) -> Result<(), Failure> {
    if !config.limits_rate {
        return Ok(());
    }
    // Set by the platform, which lets nobody else set it.
    let address = call.header("cf-connecting-ip")?.unwrap_or_default();
    let who = rate::client(config.peppers.current(), now().day(), survey, &address);
    pass(call, CLIENT_RATE, &who).await
}

/// Lets a holder of a key pass that has not sent too much. To be asked once the key is known to be good.
pub async fn holder(call: &Call, config: &Config) -> Result<(), Failure> {
    if !config.limits_rate {
        return Ok(());
    }
    let authorization = call.authorization()?.unwrap_or_default();
    let who = rate::holder(config.peppers.current(), now().day(), &authorization);
    pass(call, KEY_RATE, &who).await
}

async fn pass(call: &Call, binding: &str, who: &str) -> Result<(), Failure> {
    let limiter: RateLimiter = config::binding(&call.env, binding)?.unchecked_into();
    let options = Object::new();
    Reflect::set(&options, &"key".into(), &who.into())?;
    let told = match limiter.limit(&options).await {
        Ok(told) => told,
        // A limiter that is out of order must not keep anybody from answering.
        Err(error) => {
            log(&crate::edge::thrown(&error));
            return Ok(());
        }
    };
    match Reflect::get(&told, &"success".into())?.as_bool() {
        Some(false) => Err(Problem::new(Kind::TooManyRequests).into()),
        _ => Ok(()),
    }
}
