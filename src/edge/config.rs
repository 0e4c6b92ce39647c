//! Bindings, variables, secrets: read once per isolate into typed values.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Reflect;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use wasm_bindgen::JsValue;
use worker::Env;

use crate::domain::key_ring::{KeyRing, Unusable};
use crate::domain::residency::Jurisdiction;

use super::Failure;

/// The binding of the D1 database.
pub const DATABASE: &str = "DB";
/// The binding of the Ledgers' namespace.
pub const LEDGERS: &str = "LEDGER";
/// The binding of the static files.
pub const ASSETS: &str = "ASSETS";
/// The secret that pseudonyms are made with.
const PEPPER: &str = "PEPPER";
/// The secret that invitations are sealed with.
const INVITATION_KEY: &str = "INVITATION_KEY";
/// The secret that receipts are signed with.
const RECEIPT_KEY: &str = "RECEIPT_KEY";
/// The secret that is the first admin key.
const ADMIN_KEY: &str = "ADMIN_KEY";
/// The variable that says in which jurisdiction Ledgers live: `eu`, or empty for anywhere.
const JURISDICTION: &str = "JURISDICTION";
/// The fewest bytes that the first admin key may have.
const LEAST_KEY: usize = 32;

/// What this deployment was given.
pub struct Config {
    /// What pseudonyms are made with.
    pub peppers: KeyRing,
    /// What invitations are sealed with.
    pub invitations: KeyRing,
    /// The seeds of what receipts are signed with.
    pub receipts: KeyRing,
    /// Where Ledgers live, if that is restricted.
    pub jurisdiction: Option<Jurisdiction>,
    admin_key: [u8; 32],
}

thread_local! {
    static CONFIG: RefCell<Option<Rc<Config>>> = const { RefCell::new(None) };
}

impl Config {
    /// The configuration of this isolate.
    pub fn of(env: &Env) -> Result<Rc<Self>, Failure> {
        if let Some(config) = CONFIG.with_borrow(Clone::clone) {
            return Ok(config);
        }
        let config = Rc::new(Self::read(env)?);
        CONFIG.set(Some(Rc::clone(&config)));
        Ok(config)
    }

    fn read(env: &Env) -> Result<Self, Failure> {
        let secret = |name: &str| env.secret(name).map(|s| s.to_string()).unwrap_or_default();
        let ring = |name: &str, read: fn(&str) -> Result<KeyRing, Unusable>| {
            read(&secret(name))
                .map_err(|why| Failure::Fault(format!("the secret {name} cannot be used: {why}")))
        };
        let admin_key = secret(ADMIN_KEY);
        if admin_key.len() < LEAST_KEY {
            return Err(Failure::Fault(format!(
                "the secret {ADMIN_KEY} must be set to at least {LEAST_KEY} bytes"
            )));
        }
        Ok(Self {
            peppers: ring(PEPPER, KeyRing::read)?,
            invitations: ring(INVITATION_KEY, KeyRing::read)?,
            receipts: ring(RECEIPT_KEY, KeyRing::read_seeds)?,
            jurisdiction: jurisdiction(env)?,
            admin_key: Sha256::digest(admin_key.as_bytes()).into(),
        })
    }

    /// Whether this is the first admin key. Hashes of equal length are compared, in constant time.
    pub fn is_first_key(&self, given: &str) -> bool {
        let given: [u8; 32] = Sha256::digest(given.as_bytes()).into();
        given.ct_eq(&self.admin_key).into()
    }
}

/// A binding, as the platform has it.
pub fn binding(env: &Env, name: &str) -> Result<JsValue, Failure> {
    let binding = Reflect::get(env, &name.into()).unwrap_or_default();
    if binding.is_undefined() {
        return Err(Failure::Fault(format!("the binding {name} is missing")));
    }
    Ok(binding)
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
