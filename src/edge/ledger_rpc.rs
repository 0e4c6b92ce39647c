//! The contract between Worker and Ledger: one call, a question and a reply as JSON.

use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use worker::Env;

use crate::domain::account::Figures;
use crate::domain::ledger::Entry;
use crate::domain::pseudonym::SubmissionId;
use crate::domain::relay::Passed;
use crate::domain::reward::Seed;
use crate::domain::way_back::Withdrawal;

use super::config::{self, LEDGERS};
use super::{Failure, unavailable};

/// What the Ledger is asked.
#[derive(Serialize, Deserialize)]
pub enum Ask {
    /// Take a response.
    Take(Entry),
    /// Look whether this response was taken before; changes nothing.
    Find(SubmissionId),
    /// Take this response back.
    Withdraw(SubmissionId),
    /// Count what became of a response's comments.
    Passed(Passed),
    /// Open, if nothing is here, for the survey as D1 has it.
    Open(Definition),
    /// Take a new definition; `expected` is the revision it is meant to follow, if the caller says.
    Revise {
        /// The revision that the caller has seen.
        expected: Option<u64>,
        /// The survey as JSON, as stored.
        definition: String,
    },
    /// Forget everything.
    Delete,
    /// The accounts, as far as they may be told.
    Accounts,
    /// The last day that is complete.
    CompleteThrough,
    /// Do what is due.
    Wake,
    /// Nothing at all.
    #[cfg(feature = "bench")]
    Nothing,
    /// Panic over this text.
    #[cfg(feature = "bench")]
    Panic(String),
}

/// A survey as D1 and the Ledger both have it.
#[derive(Clone, Serialize, Deserialize)]
pub struct Definition {
    /// The survey's number.
    pub survey: u64,
    /// When it was created, in milliseconds since 1970.
    pub created: i64,
    /// The revision.
    pub revision: u64,
    /// The survey as JSON.
    pub definition: String,
}

/// What the Ledger replies.
#[derive(Serialize, Deserialize)]
pub enum Told {
    /// Done.
    Done,
    /// Taken.
    Accepted {
        /// It can be taken back until this instant, at least.
        until: i64,
        /// What its reward is made of, where the survey has one.
        reward: Option<Seed>,
        /// Whether it was counted just now: not for the client to know.
        fresh: bool,
    },
    /// What came of taking it back.
    Withdrawn(Withdrawal),
    /// No such submission is known.
    Unknown,
    /// The current definition, where the one that was asked about is not.
    Current(Definition),
    /// Nothing was ever opened here.
    Unopened,
    /// The survey was deleted.
    Deleted,
    /// Not the revision that was expected.
    OtherRevision,
    /// These questions have counts and cannot change their scale.
    ScaleChanged(Vec<String>),
    /// The accounts.
    Accounts {
        /// When the next tick may come.
        next_tick: i64,
        /// Whether the accounts add up.
        conserved: bool,
        /// The accounts of each question.
        questions: Vec<ToldFigures>,
    },
    /// The last day that is complete, in days since 1970.
    CompleteThrough(i32),
}

/// [`Figures`], carried.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
pub struct ToldFigures(pub serde_json::Value);

impl From<&Figures> for ToldFigures {
    fn from(figures: &Figures) -> Self {
        Self(serde_json::json!(figures))
    }
}

#[wasm_bindgen]
extern "C" {
    /// The namespace of the Ledgers.
    type Ledgers;
    #[wasm_bindgen(method, catch)]
    fn jurisdiction(this: &Ledgers, name: &str) -> Result<Ledgers, JsValue>;
    #[wasm_bindgen(method, catch, js_name = getByName)]
    fn get_by_name(this: &Ledgers, name: &str) -> Result<LedgerStub, JsValue>;

    /// The stub of a Ledger, with the method that `entry.mjs` gives the class.
    type LedgerStub;
    #[wasm_bindgen(method, catch)]
    async fn ask(this: &LedgerStub, message: &str) -> Result<JsValue, JsValue>;
}

/// The namespace of the Ledgers, restricted to the deployment's jurisdiction if it has one: a Ledger of
/// the same name outside of it is another object. Where the platform cannot restrict it, nothing is asked.
fn ledgers(env: &Env) -> Result<Ledgers, Failure> {
    let everywhere: Ledgers = config::binding(env, LEDGERS)?.unchecked_into();
    match config::jurisdiction(env)? {
        Some(jurisdiction) => everywhere.jurisdiction(jurisdiction.name()).map_err(unavailable),
        None => Ok(everywhere),
    }
}

/// Asks the Ledger of a survey.
pub async fn ask(env: &Env, survey: &str, question: &Ask) -> Result<Told, Failure> {
    let stub = ledgers(env)?.get_by_name(survey).map_err(unavailable)?;
    let message = serde_json::to_string(question)
        .map_err(|_| Failure::Fault("a question to the Ledger cannot be written".to_owned()))?;
    let told = stub.ask(&message).await.map_err(unavailable)?.as_string().unwrap_or_default();
    serde_json::from_str(&told)
        .map_err(|_| Failure::Fault("the Ledger's reply cannot be read".to_owned()))
}
