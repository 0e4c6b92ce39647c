//! D1: days are rolled up to months, and what is overdue is deleted.
//!
//! All of it is one transaction over many surveys, so that whoever dies in it has changed nothing; and
//! it moves what is there, so that doing it again, or late, or after a batch that came late, adds every
//! day to its month once.

use serde::Serialize;

use crate::domain::retention::Retention;
use crate::domain::time::Day;

use super::{Columns, Misshapen, Row, Statement, json};

/// What is to be done for one survey; `[survey, cut, horizon]` as a parameter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Due(u64, String, String);

impl Due {
    /// The days through `cut` go to their months; what is before `horizon`, the first of a month, goes.
    pub fn new(survey: u64, cut: Day, horizon: Day) -> Self {
        Self(survey, cut.to_string(), horizon.to_string())
    }
}

/// Rolls up some surveys, and deletes what is overdue of them.
pub fn roll_up(due: &[Due]) -> [Statement; 5] {
    let due = json(&due);
    // The surveys come first (`cross join` keeps the order), and their rows are found by the primary
    // key: of a survey where nothing is due, no row is read.
    [
        "delete from cohorts where (survey, day) in
           (select c.survey, c.day
              from json_each(?1) as due cross join cohorts as c
             where c.survey = due.value ->> 0 and c.day < due.value ->> 2)",
        "delete from months where (survey, month) in
           (select m.survey, m.month
              from json_each(?1) as due cross join months as m
             where m.survey = due.value ->> 0 and m.month < substr(due.value ->> 2, 1, 7))",
        concat!(
            "insert into months (survey, month, question, dimension, segment, min_cohort, n, tallies)
             select c.survey, substr(c.day, 1, 7), c.question, c.dimension, c.segment,
                    c.min_cohort, c.n, c.tallies
               from json_each(?1) as due cross join cohorts as c
              where c.survey = due.value ->> 0 and c.day <= due.value ->> 1
             on conflict (survey, month, question, dimension, segment) do update set ",
            super::added!("months")
        ),
        "update surveys set rolled_through = due.value ->> 1
           from json_each(?1) as due
          where surveys.id = due.value ->> 0 and coalesce(rolled_through < due.value ->> 1, true)
            and exists (select 1 from cohorts where survey = surveys.id and day <= due.value ->> 1)",
        "delete from cohorts where (survey, day) in
           (select c.survey, c.day
              from json_each(?1) as due cross join cohorts as c
             where c.survey = due.value ->> 0 and c.day <= due.value ->> 1)",
    ]
    .map(|sql| Statement::new(sql, [due.clone()]))
}

/// The retention of the surveys numbered above `after` and up to `through`.
pub fn list_kept(after: u64, through: u64) -> Statement {
    Statement::new(
        "select id, iif(json_valid(definition), definition ->> '$.retention.days', null),
                iif(json_valid(definition), definition ->> '$.retention.months', null),
                rolled_through
           from surveys where id > ?1 and id <= ?2 order by id",
        [after.into(), through.into()],
    )
}

/// A row of [`list_kept`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The survey's number.
    pub survey: u64,
    /// How long its figures are kept.
    pub retention: Retention,
    /// The last day that was rolled up to its month.
    pub rolled_through: Option<Day>,
}

impl Kept {
    /// What is to be done for it on this day.
    pub fn due(&self, today: Day) -> Due {
        let cut = self.retention.cut(today, self.rolled_through);
        Due::new(self.survey, cut, self.retention.horizon(today))
    }
}

/// A row of [`list_kept`]. A definition that does not say how long is misshapen, never guessed.
pub fn kept(row: Row) -> Result<Kept, Misshapen> {
    let mut columns = Columns::of("surveys", row);
    let survey = columns.natural()?;
    let mut length = || u16::try_from(columns.natural()?).map_err(|_| Misshapen("surveys"));
    let retention = Retention { days: length()?, months: length()? };
    Ok(Kept { survey, retention, rolled_through: day(columns.maybe_text()?)? })
}

/// The last day of a survey that was rolled up to its month, to be read together with its figures:
/// where it is after the cut that they were read by, they must be read again.
pub fn select_rolled_through(survey: u64) -> Statement {
    Statement::new("select rolled_through from surveys where id = ?1", [survey.into()])
}

/// The day in the rows of [`select_rolled_through`].
pub fn rolled_through(rows: Vec<Row>) -> Result<Option<Day>, Misshapen> {
    match rows.into_iter().next() {
        Some(row) => day(Columns::of("surveys", row).maybe_text()?),
        None => Ok(None),
    }
}

fn day(text: Option<String>) -> Result<Option<Day>, Misshapen> {
    text.map(|text| Day::parse(&text).ok_or(Misshapen("surveys"))).transpose()
}
