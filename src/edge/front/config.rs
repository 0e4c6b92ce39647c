//! What the front was given: the keys of pseudonyms, invitations and receipts are its alone.

use std::cell::RefCell;
use std::rc::Rc;

use worker::Env;

use crate::domain::key_ring::{KeyRing, Unusable};
use crate::domain::residency::Jurisdiction;
use crate::edge::config::{self, FirstKey, TURNSTILE_SITE_KEY, secret, variable};
use crate::edge::{Failure, webhooks};

/// The secret that pseudonyms are made with.
const PEPPER: &str = "PEPPER";
/// The secret that invitations are sealed with.
const INVITATION_KEY: &str = "INVITATION_KEY";
/// The secret that receipts are signed with.
const RECEIPT_KEY: &str = "RECEIPT_KEY";
/// The secret that tokens of Turnstile are verified with, where there is a site key.
const TURNSTILE_SECRET: &str = "TURNSTILE_SECRET";

/// The variable that says whether who sends too often is refused: `on` or `off`.
const RATE_LIMIT: &str = "RATE_LIMIT";

/// The keys of Cloudflare Turnstile.
pub struct Turnstile {
    /// The public one.
    pub site_key: String,
    /// The other.
    pub secret: String,
}

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
    /// Where Ledgers live, if that is restricted.
    pub jurisdiction: Option<Jurisdiction>,
    /// Whether who sends too often is refused.
    pub limits_rate: bool,
    turnstile: Option<Turnstile>,
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

    /// The keys of Turnstile, for a survey that asks for it. Where they are not both set, such a survey
    /// takes nothing that needs them; the others do not mind.
    pub fn turnstile(&self) -> Result<&Turnstile, Failure> {
        self.turnstile.as_ref().ok_or_else(|| {
            Failure::Unavailable(format!(
                "a survey asks for Turnstile, but {TURNSTILE_SITE_KEY} and {TURNSTILE_SECRET} are not both set"
            ))
        })
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
        let turnstile = Turnstile {
            site_key: variable(env, TURNSTILE_SITE_KEY),
            secret: secret(env, TURNSTILE_SECRET),
        };
        let is_set = !turnstile.site_key.is_empty() && !turnstile.secret.is_empty();
        Ok(Self {
            peppers: ring(PEPPER, KeyRing::read)?,
            invitations: ring(INVITATION_KEY, KeyRing::read)?,
            receipts: ring(RECEIPT_KEY, KeyRing::read_seeds)?,
            webhooks: webhooks::keys(env)?,
            jurisdiction: config::jurisdiction(env)?,
            limits_rate,
            turnstile: is_set.then_some(turnstile),
            first_key: FirstKey::read(env)?,
        })
    }
}

impl AsRef<FirstKey> for Config {
    fn as_ref(&self) -> &FirstKey {
        &self.first_key
    }
}
