//! Runs the statements of `store::ledger` on the object's own SQLite, whose messages name tables and
//! constraints, never a row's content.

use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::domain::ledger::Ledger;
use crate::domain::time::Instant;
use crate::edge::{Failure, values};
use crate::store::{Misshapen, Row, Statement, Value, ledger};

#[wasm_bindgen(module = "/src/edge/ledger/storage.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn commit(storage: &JsValue, statements: &Array) -> Result<(), JsValue>;
    #[wasm_bindgen(catch)]
    fn select(storage: &JsValue, sql: &str, parameters: &Array) -> Result<Array, JsValue>;
    #[wasm_bindgen(catch, js_name = setAlarm)]
    async fn set_alarm(storage: &JsValue, at: f64) -> Result<JsValue, JsValue>;
}

/// The object's storage.
#[derive(Clone)]
pub struct LedgerStorage(JsValue);

impl LedgerStorage {
    /// From the object's own `ctx.storage`.
    pub fn new(storage: JsValue) -> Self {
        Self(storage)
    }

    /// Runs statements in one commit, or not at all.
    pub fn commit(&self, statements: Vec<Statement>) -> Result<(), Failure> {
        if statements.is_empty() {
            return Ok(());
        }
        Ok(commit(&self.0, &values::statements(statements))?)
    }

    /// Runs a query.
    pub fn select(&self, statement: Statement) -> Result<Vec<Row>, Failure> {
        let parameters = values::parameters(statement.parameters);
        values::rows(&select(&self.0, statement.sql, &parameters)?)
    }

    /// Lets the object's alarm ring at this instant, and no more at the one set before.
    pub async fn set_alarm(&self, at: Instant) -> Result<(), Failure> {
        set_alarm(&self.0, at.0 as f64).await?;
        Ok(())
    }

    /// Brings the schema up to date.
    pub fn prepare(&self) -> Result<(), Failure> {
        self.commit(vec![plain(ledger::PREPARE)])?;
        let applied = ledger::count(self.select(plain(ledger::APPLIED))?)?;
        for (number, migration) in ledger::MIGRATIONS.iter().enumerate().skip(applied) {
            let note = Statement::new(ledger::NOTE_APPLIED, [Value::from(number as u64)]);
            self.commit(vec![plain(migration), note])?;
        }
        Ok(())
    }

    /// Loads the Ledger, if one was ever opened here; if not, nothing is written.
    pub fn load(&self) -> Result<Option<Ledger>, Failure> {
        if ledger::count(self.select(plain(ledger::PREPARED))?)? == 0 {
            return Ok(None);
        }
        self.prepare()?;
        let mut tables = Vec::with_capacity(ledger::LOAD.len());
        for sql in ledger::LOAD {
            tables.push(self.select(plain(sql))?);
        }
        let tables = tables.try_into().map_err(|_| Misshapen("ledger"))?;
        Ok(ledger::load(tables)?)
    }
}

fn plain(sql: &'static str) -> Statement {
    Statement::new(sql, [])
}
