//! D1: the keys beside the first admin key.

use serde_json::{Value as Told, json};

use crate::domain::access::{Access, Key, Scope, Wanted};
use crate::domain::time::Instant;

use super::{Columns, Misshapen, Row, Statement, json as as_json};

/// A key as D1 has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRow {
    /// What it is found by.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// What it may do.
    pub access: Access,
    /// When it was made.
    pub created: Instant,
    /// What [`Key::is_of`] compares.
    pub hash: String,
}

impl KeyRow {
    /// All of it but the hash, as JSON.
    pub fn told(&self) -> Told {
        let scopes: Vec<_> = self.access.scopes.iter().map(|scope| scope.name()).collect();
        json!({
            "id": self.id,
            "name": self.name,
            "scopes": scopes,
            "surveys": self.access.surveys,
            "created": self.created.to_string(),
        })
    }
}

/// Adds a key; gives its row.
pub fn insert(key: &Key, wanted: &Wanted, created: Instant) -> Statement {
    let scopes: Vec<_> = wanted.access.scopes.iter().map(|scope| scope.name()).collect();
    Statement::new(
        "insert into keys (id, name, scopes, surveys, created, hash)
         values (?1, ?2, ?3, ?4, ?5, ?6)
         returning id, name, scopes, surveys, created, hash",
        [
            key.id().into(),
            wanted.name.as_str().into(),
            as_json(&scopes),
            wanted.access.surveys.as_ref().map_or(super::Value::Null, as_json),
            created.0.into(),
            key.hash().into(),
        ],
    )
}

/// One key.
pub fn select(id: &str) -> Statement {
    Statement::new(
        "select id, name, scopes, surveys, created, hash from keys where id = ?1",
        [id.into()],
    )
}

/// Keys after the id `after`, by id.
pub fn list(after: &str, limit: u64) -> Statement {
    Statement::new(
        "select id, name, scopes, surveys, created, hash from keys
          where id > ?1 order by id limit ?2",
        [after.into(), limit.into()],
    )
}

/// Deletes a key; gives its id, if there was one.
pub fn delete(id: &str) -> Statement {
    Statement::new("delete from keys where id = ?1 returning id", [id.into()])
}

/// The numbers of those of these surveys that there are.
pub fn list_surveys(numbers: &[u64]) -> Statement {
    Statement::new(
        "select id from surveys where id in (select value from json_each(?1))",
        [as_json(&numbers)],
    )
}

/// A row of [`insert`], [`select`] or [`list`].
pub fn key(row: Row) -> Result<KeyRow, Misshapen> {
    const TABLE: &str = "keys";
    let mut columns = Columns::of(TABLE, row);
    let (id, name) = (columns.text()?, columns.text()?);
    let scopes: Vec<String> = columns.json()?;
    let scopes = scopes.iter().map(|name| Scope::parse(name).ok_or(Misshapen(TABLE)));
    let scopes = scopes.collect::<Result<_, _>>()?;
    let surveys = columns.maybe_text()?.map(|text| serde_json::from_str(&text));
    let surveys = surveys.transpose().map_err(|_| Misshapen(TABLE))?;
    Ok(KeyRow {
        id,
        name,
        access: Access { scopes, surveys },
        created: Instant(columns.integer()?),
        hash: columns.text()?,
    })
}
