//! D1: every notice that was ever in force, so that a consent that names its hash can still be read.

use crate::domain::notice;
use crate::domain::survey::Texts;
use crate::domain::time::Instant;

use super::{Columns, Misshapen, Row, Statement, json};

/// Keeps the notice of a survey, if there is that survey; one that is kept keeps its `since`.
pub fn keep(survey: u64, texts: &Texts, since: Instant) -> Statement {
    Statement::new(
        "insert into notices (survey, hash, text, since)
         select id, ?2, ?3, ?4 from surveys where id = ?1
         on conflict (survey, hash) do nothing",
        [survey.into(), notice::hash(texts).into(), json(texts), since.0.into()],
    )
}

/// Keeps the first notice of the survey that was added just before, in the same transaction.
pub fn keep_first(texts: &Texts, since: Instant) -> Statement {
    Statement::new(
        // Numbers of surveys only grow.
        "insert into notices (survey, hash, text, since) select max(id), ?1, ?2, ?3 from surveys",
        [notice::hash(texts).into(), json(texts), since.0.into()],
    )
}

/// One notice of a survey.
pub fn select(survey: u64, hash: &str) -> Statement {
    Statement::new(
        "select hash, text, since from notices where survey = ?1 and hash = ?2",
        [survey.into(), hash.into()],
    )
}

/// Since when each notice of a survey is, or was, in force: the first one first.
pub fn list_since(survey: u64) -> Statement {
    Statement::new(
        "select hash, since from notices where survey = ?1 order by since, hash",
        [survey.into()],
    )
}

/// A notice that is, or was, in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its hash.
    pub hash: String,
    /// Its text.
    pub text: Texts,
    /// When it was first in force.
    pub since: Instant,
}

/// A row of [`select`].
pub fn notice(row: Row) -> Result<Notice, Misshapen> {
    let mut columns = Columns::of("notices", row);
    Ok(Notice { hash: columns.text()?, text: columns.json()?, since: Instant(columns.integer()?) })
}

/// A row of [`list_since`]: a hash and an instant.
pub fn since(row: Row) -> Result<(String, Instant), Misshapen> {
    let mut columns = Columns::of("notices", row);
    Ok((columns.text()?, Instant(columns.integer()?)))
}
