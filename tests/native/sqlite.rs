//! Runs the statements of `store` on SQLite itself, with the schema files as they are: what D1 and a
//! Durable Object's storage do, without either.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use counterfoil::domain::ledger::{Changes, Ledger};
use counterfoil::store::{Row, Statement, Value, d1, ledger};
use rusqlite::{Connection, params_from_iter, types};

/// A database in memory.
pub struct Sqlite(Connection);

impl Sqlite {
    /// With D1's schema.
    pub fn d1() -> Self {
        Self::of(d1::MIGRATIONS)
    }

    /// With the tables that these files make.
    pub fn of(files: &[&str]) -> Self {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("pragma foreign_keys = on").unwrap();
        files.iter().for_each(|file| connection.execute_batch(file).unwrap());
        Self(connection)
    }

    /// The storage of a Ledger, as `edge::ledger_storage` prepares it.
    pub fn ledger() -> Self {
        let storage = Self(Connection::open_in_memory().unwrap());
        storage.0.execute_batch(ledger::PREPARE).unwrap();
        let done = storage.select(&Statement::new(ledger::APPLIED, [])).unwrap();
        for (number, sql) in
            ledger::MIGRATIONS.iter().enumerate().skip(ledger::count(done).unwrap())
        {
            storage.0.execute_batch(sql).unwrap();
            storage
                .select(&Statement::new(ledger::NOTE_APPLIED, [(number as u64).into()]))
                .unwrap();
        }
        storage
    }

    /// Runs statements as one transaction, and gives the rows of each.
    pub fn run(&mut self, statements: &[Statement]) -> rusqlite::Result<Vec<Vec<Row>>> {
        self.0.execute_batch("begin immediate")?;
        let rows: rusqlite::Result<_> =
            statements.iter().map(|statement| self.select(statement)).collect();
        self.0.execute_batch(if rows.is_ok() { "commit" } else { "rollback" })?;
        rows
    }

    /// Runs some of a transaction's statements, and dies.
    pub fn run_and_die(&mut self, statements: &[Statement]) {
        self.0.execute_batch("begin immediate").unwrap();
        statements.iter().for_each(|statement| drop(self.select(statement).unwrap()));
        self.0.execute_batch("rollback").unwrap();
    }

    /// Runs one statement by itself.
    pub fn select(&self, statement: &Statement) -> rusqlite::Result<Vec<Row>> {
        let mut prepared = self.0.prepare_cached(statement.sql)?;
        let columns = prepared.column_count();
        let mut rows = prepared.query(params_from_iter(statement.parameters.iter().map(bound)))?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push((0..columns).map(|i| Ok(read(row.get(i)?))).collect::<rusqlite::Result<_>>()?);
        }
        Ok(all)
    }

    /// The rows of a query.
    pub fn rows(&self, sql: &'static str) -> Vec<Row> {
        self.select(&Statement::new(sql, [])).unwrap()
    }

    /// The one integer of a query.
    pub fn count(&self, sql: &'static str) -> i64 {
        match self.rows(sql).first().and_then(|row| row.first()) {
            Some(Value::Integer(count)) => *count,
            other => panic!("no integer: {other:?}"),
        }
    }

    /// The Ledger that the storage holds, if one was opened here.
    pub fn load(&self) -> Option<Ledger> {
        ledger::load(ledger::LOAD.map(|sql| self.rows(sql))).unwrap()
    }

    /// Writes what a decision changed.
    pub fn write(&mut self, ledger: &Ledger, changes: &Changes) {
        self.run(&ledger::write(ledger, changes)).unwrap();
    }
}

fn bound(value: &Value) -> types::Value {
    match value.clone() {
        Value::Null => types::Value::Null,
        Value::Integer(n) => types::Value::Integer(n),
        Value::Text(text) => types::Value::Text(text),
        Value::Blob(bytes) => types::Value::Blob(bytes),
    }
}

fn read(value: types::Value) -> Value {
    match value {
        types::Value::Null => Value::Null,
        types::Value::Integer(n) => Value::Integer(n),
        types::Value::Text(text) => Value::Text(text),
        types::Value::Blob(bytes) => Value::Blob(bytes),
        types::Value::Real(real) => panic!("no column of ours is real: {real}"),
    }
}

/// That two Ledgers are the same in every part.
pub fn assert_same(one: &Ledger, other: &Ledger) {
    assert_eq!(one.head, other.head);
    assert_eq!(one.window, other.window);
    assert_eq!(one.buckets, other.buckets);
    assert_eq!(one.accounts, other.accounts);
    assert_eq!(one.batches, other.batches);
    assert_eq!(one.survey, other.survey);
}
