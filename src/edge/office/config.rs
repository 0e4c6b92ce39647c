//! What the office was given: no key of a pseudonym, an invitation or a receipt.

use worker::Env;

use crate::domain::key_ring::KeyRing;
use crate::edge::config::{self, FirstKey};
use crate::edge::{Failure, webhooks};

/// The office's configuration.
pub struct Config {
    /// Whether surveys may ask for Turnstile.
    pub has_turnstile: bool,
    /// What webhooks' secrets follow from.
    pub webhooks: KeyRing,
    first_key: FirstKey,
}

impl Config {
    /// The configuration, as the deployment has it.
    pub fn of(env: &Env) -> Result<Self, Failure> {
        // Nothing is told of data that may not be where its owner has said.
        config::jurisdiction(env)?;
        Ok(Self {
            has_turnstile: !config::variable(env, config::TURNSTILE_SITE_KEY).is_empty(),
            webhooks: webhooks::keys(env)?,
            first_key: FirstKey::read(env)?,
        })
    }
}

impl AsRef<FirstKey> for Config {
    fn as_ref(&self) -> &FirstKey {
        &self.first_key
    }
}
