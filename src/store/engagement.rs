//! D1: what the engagement score is made of.

use super::{Columns, Misshapen, Row, Statement, json};

/// The definition, if there is one.
pub fn select() -> Statement {
    Statement::new("select revision, definition from engagement", [])
}

/// Replaces the definition, where it is of the revision `expected` (0: where there is none) or where none
/// is expected; gives the row, if so.
pub fn replace(definition: &str, expected: Option<u64>) -> Statement {
    Statement::new(
        "insert into engagement (one, revision, definition)
         select 1, 1, ?1 where coalesce(?2, 0) = 0 or exists (select 1 from engagement)
         on conflict (one) do update set revision = revision + 1, definition = excluded.definition
            where ?2 is null or revision = ?2
         returning revision, definition",
        [definition.into(), expected.into()],
    )
}

/// The revision and the definition in a row of [`select`] or [`replace`].
pub fn engagement(row: Row) -> Result<(u64, String), Misshapen> {
    let mut columns = Columns::of("engagement", row);
    Ok((columns.natural()?, columns.text()?))
}

/// Those of the surveys with these numbers that there are: rows for [`super::d1::survey`].
pub fn select_surveys(numbers: &[u64]) -> Statement {
    Statement::new(
        "select id, revision, created, definition from surveys
          where id in (select value from json_each(?1)) order by id",
        [json(&numbers)],
    )
}
