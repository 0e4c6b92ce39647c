//! Passes comments on to the team's webhook, where their writers agreed to that.
//!
//! It begins once the Ledger has counted the response, and goes on after the reply: nobody can tell by it
//! whether the response was a first one. Each comment is sent once, however that ends. It is in memory
//! until then, in no store, and in no log, not even where something fails.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use js_sys::{Array, Promise};
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use worker::Env;

use crate::domain::key_ring::KeyRing;
use crate::domain::relay::{self, Passed, Score, Shared};
use crate::domain::time::Instant;
use crate::domain::webhook::{Webhook, message_id};
use crate::edge::definitions::Loaded;
use crate::edge::ledger_rpc::{self, Ask};
use crate::edge::request::Call;
use crate::edge::{Failure, d1 as database, log, now, random, unicode, webhooks as edge};
use crate::store::webhooks;

use super::config::Config;

/// For how long an isolate believes what D1 said of a webhook, in milliseconds.
const BELIEVED: i64 = 60_000;
/// How many webhooks an isolate remembers.
const MOST: usize = 1_000;

thread_local! {
    /// What D1 said, and when; `None`: there is no such webhook.
    static REMEMBERED: RefCell<HashMap<String, (Instant, Option<Webhook>)>> = RefCell::default();
}

/// The comments of one response, on their way.
struct Parcel {
    env: Env,
    keys: KeyRing,
    survey: Rc<Loaded>,
    shared: Vec<Shared>,
    score: Option<Score>,
}

/// Passes the comments of a response on that was counted just now, after the reply to it.
pub fn begin(
    call: &Call,
    config: &Config,
    survey: &Rc<Loaded>,
    shared: Vec<Shared>,
    score: Option<Score>,
) {
    let (env, keys) = (call.env.clone(), config.webhooks.clone());
    let parcel = Parcel { env, keys, survey: Rc::clone(survey), shared, score };
    call.after_reply(async move {
        // The reply goes first: what follows takes the longer, the longer the comment is.
        worker::Delay::from(Duration::ZERO).await;
        let (env, id) = (parcel.env.clone(), parcel.survey.stored.id.clone());
        let passed = match parcel.pass_on().await {
            Ok(passed) => passed,
            Err(failure) => {
                told(failure);
                Passed::Dropped
            }
        };
        // A count that fails is lost, as the docs say: sent again, it might count twice.
        if let Err(failure) = ledger_rpc::ask(&env, &id, &Ask::Passed(passed)).await {
            told(failure);
        }
    });
}

/// Logs why something of ours failed; there is nobody to tell.
fn told(failure: Failure) {
    if let Failure::Fault(fault) | Failure::Unavailable(fault) = failure {
        log(&fault);
    }
}

impl Parcel {
    /// Sends each comment once, all at the same time.
    async fn pass_on(self) -> Result<Passed, Failure> {
        let Some(relay) = &self.survey.survey().relay else { return Ok(Passed::Dropped) };
        let found = find(&self.env, &relay.webhook).await?;
        let Some(webhook) = found.filter(|webhook| webhook.disabled.is_none()) else {
            return Ok(Passed::Dropped);
        };
        let (webhook, keys) = (Rc::new(webhook), Rc::new(self.keys));
        let attempts = Array::new();
        for shared in &self.shared {
            let at = now();
            let survey = &self.survey.stored.id;
            let event = relay::event(survey, at, shared, self.score.as_ref(), unicode::bare);
            let message = message_id(random()?);
            let (env, keys, webhook) = (self.env.clone(), Rc::clone(&keys), Rc::clone(&webhook));
            attempts.push(&future_to_promise(async move {
                let sent = edge::send(&env, &keys, &webhook, &message, &event).await;
                if sent.is_err_and(|missed| missed.is_gone()) {
                    retire(&env, &webhook.id).await;
                }
                Ok(sent.is_ok().into())
            }));
        }
        let sent = JsFuture::from(Promise::all(&attempts)).await?;
        let all = Array::from(&sent).iter().all(|sent| sent.is_truthy());
        Ok(if all { Passed::Delivered } else { Passed::Dropped })
    }
}

/// The webhook, as D1 had it a minute ago at most.
async fn find(env: &Env, id: &str) -> Result<Option<Webhook>, Failure> {
    let now = now();
    let fresh = |at: Instant| (0..BELIEVED).contains(&(now.0 - at.0));
    let remembered = REMEMBERED.with_borrow(|all| all.get(id).cloned());
    if let Some((_, webhook)) = remembered.filter(|(at, _)| fresh(*at)) {
        return Ok(webhook);
    }
    let row = database::first(env, webhooks::select(id)).await?;
    let webhook = row.map(webhooks::webhook).transpose()?;
    REMEMBERED.with_borrow_mut(|all| {
        if all.len() >= MOST {
            all.clear();
        }
        all.insert(id.to_owned(), (now, webhook.clone()));
    });
    Ok(webhook)
}

/// Notes that the receiver wants no more (410).
async fn retire(env: &Env, id: &str) {
    REMEMBERED.with_borrow_mut(|all| all.remove(id));
    if let Err(failure) = database::run(env, [webhooks::disable(id, now())]).await {
        told(failure);
    }
}
