//! D1: rewards that were redeemed.

use crate::domain::reward::{Genuine, REMEMBERED};
use crate::domain::time::Day;

use super::{Statement, json};

/// Remembers that a code was redeemed today; gives a row, unless it had been before,
/// under whichever key. One statement, so that of two at once one is the first.
pub fn redeem(survey: u64, code: &Genuine, today: Day) -> Statement {
    Statement::new(
        "insert into rewards (survey, mark, expires)
         select ?1, ?2, ?3
          where not exists
            (select 1 from rewards
              where survey = ?1 and mark in (select value from json_each(?4)) and expires >= ?5)
         on conflict (survey, mark) do update set expires = excluded.expires
         returning mark",
        [
            survey.into(),
            code.mark.as_str().into(),
            today.plus(REMEMBERED).to_string().into(),
            json(&code.marks),
            today.to_string().into(),
        ],
    )
}

/// Forgets what is overdue.
pub fn forget(today: Day) -> Statement {
    Statement::new("delete from rewards where expires < ?1", [today.to_string().into()])
}
