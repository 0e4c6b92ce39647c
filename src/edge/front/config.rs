//! What the front was given: the keys of pseudonyms, invitations and receipts are its alone.

use std::cell::RefCell;
use std::rc::Rc;

use worker::Env;

use crate::domain::key_ring::{KeyRing, Unusable};
use crate::edge::config::{FirstKey, secret, variable};
use crate::edge::{Failure, webhooks};

/// The secret that pseudonyms are made with.
const PEPPER: &str = "PEPPER";
/// The secret that invitations are sealed with.
const INVITATION_KEY: &str = "INVITATION_KEY";
/// The secret that receipts are signed with.
const RECEIPT_KEY: &str = "RECEIPT_KEY";

/// The variable that says whether who sends too often is refused: `on` or `off`.
const RATE_LIMIT: &str = "RATE_LIMIT";

/// The front's configuration.
pub struct Config {
    /// What pseudonyms are made with.
    pub peppers: KeyRing,
    /// What invitations are sealed with.
    pub invitations: KeyRing,
    /// The seeds of what receipts are signed with.
    pub receipts: KeyRing,
    /// What webhooks' secrets follow from.
    pub webhooks: KeyRing,
    /// Whether who sends too often is refused.
    pub limits_rate: bool,
    first_key: FirstKey,
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
        let ring = |name: &str, read: fn(&str) -> Result<KeyRing, Unusable>| {
            read(&secret(env, name))
                .map_err(|why| Failure::Fault(format!("the secret {name} cannot be used: {why}")))
        };
        let limits_rate = match variable(env, RATE_LIMIT).as_str() {
            "on" => true,
            "off" => false,
            _ => {
                let fault = format!("the variable {RATE_LIMIT} is neither `on` nor `off`");
                return Err(Failure::Fault(fault));
            }
        };
        Ok(Self {
            peppers: ring(PEPPER, KeyRing::read)?,
            invitations: ring(INVITATION_KEY, KeyRing::read)?,
            receipts: ring(RECEIPT_KEY, KeyRing::read_seeds)?,
            webhooks: webhooks::keys(env)?,
            limits_rate,
            first_key: FirstKey::read(env)?,
        })
    }
}

impl AsRef<FirstKey> for Config {
    fn as_ref(&self) -> &FirstKey {
        &self.first_key
    }
}
