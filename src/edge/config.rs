//! Bindings, variables and secrets that more than one Worker has. Each Worker reads its own once per isolate.

use js_sys::Reflect;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use wasm_bindgen::JsValue;
use worker::Env;

use crate::domain::residency::Jurisdiction;

use super::Failure;

/// The binding of the D1 database.
pub const DATABASE: &str = "DB";
/// The binding of the Ledgers' namespace.
pub const LEDGERS: &str = "LEDGER";
/// The binding of the static files.
pub const ASSETS: &str = "ASSETS";
/// The office, as the front reaches it.
pub const OFFICE: &str = "OFFICE";
/// The rate limiter of clients.
pub const CLIENT_RATE: &str = "CLIENT_RATE";
/// The rate limiter of keys.
pub const KEY_RATE: &str = "KEY_RATE";
/// The secret that is the first admin key.
const ADMIN_KEY: &str = "ADMIN_KEY";
/// The variable that says in which jurisdiction Ledgers live: `eu`, or empty for anywhere.
const JURISDICTION: &str = "JURISDICTION";
/// The variable that is the public half of Turnstile's keys; empty where there is no Turnstile.
pub const TURNSTILE_SITE_KEY: &str = "TURNSTILE_SITE_KEY";
/// The fewest bytes that the first admin key may have.
const LEAST_KEY: usize = 32;

/// The first admin key, by its hash.
pub struct FirstKey([u8; 32]);

impl FirstKey {
    /// From the deployment's secret.
    pub fn read(env: &Env) -> Result<Self, Failure> {
        let key = secret(env, ADMIN_KEY);
        if key.len() < LEAST_KEY {
            return Err(Failure::Fault(format!(
                "the secret {ADMIN_KEY} must be set to at least {LEAST_KEY} bytes"
            )));
        }
        Ok(Self(Sha256::digest(key.as_bytes()).into()))
    }

    /// Whether this is the key. Hashes of equal length are compared, in constant time.
    pub fn is(&self, given: &str) -> bool {
        let given: [u8; 32] = Sha256::digest(given.as_bytes()).into();
        given.ct_eq(&self.0).into()
    }
}

/// A secret; empty where it is not set.
pub fn secret(env: &Env, name: &str) -> String {
    env.secret(name).map(|secret| secret.to_string()).unwrap_or_default()
}

/// A binding, as the platform has it.
pub fn binding(env: &Env, name: &str) -> Result<JsValue, Failure> {
    let binding = Reflect::get(env, &name.into()).unwrap_or_default();
    if binding.is_undefined() {
        return Err(Failure::Fault(format!("the binding {name} is missing")));
    }
    Ok(binding)
}

/// A variable; empty where it is not set.
pub fn variable(env: &Env, name: &str) -> String {
    Reflect::get(env, &name.into()).unwrap_or_default().as_string().unwrap_or_default()
}

/// Where Ledgers live, if that is restricted. A setting that is not known is a fault: to ignore it would
/// keep data where its owner has said that it must not be.
pub fn jurisdiction(env: &Env) -> Result<Option<Jurisdiction>, Failure> {
    let setting = Reflect::get(env, &JURISDICTION.into()).unwrap_or_default();
    if setting.is_undefined() {
        return Ok(None);
    }
    let read = setting.as_string().map(|setting| Jurisdiction::read(&setting));
    match read {
        Some(Ok(jurisdiction)) => Ok(jurisdiction),
        _ => Err(Failure::Fault(format!("the variable {JURISDICTION} is neither empty nor `eu`"))),
    }
}
