//! D1: events that are to be sent to webhooks, and what became of them.

use serde_json::{Value as Told, json};

use crate::domain::delivery::{CLAIM, Outcome, State, oldest};
use crate::domain::time::Instant;
use crate::domain::webhook::Webhook;

use super::alerts::AlertRow;
use super::{Columns, Misshapen, Row, Statement, json as as_json, webhooks};

/// An event that is made.
pub struct Made<'a> {
    /// Its id.
    pub id: &'a str,
    /// The webhook.
    pub webhook: &'a str,
    /// What it tells.
    pub kind: &'a str,
    /// When it was made.
    pub at: Instant,
    /// What is sent.
    pub body: &'a str,
}

/// Adds what an alert tells, to be sent at once, where nobody has written the alert since it was read:
/// so that two checks at once tell it once.
pub fn insert_of(row: &AlertRow, made: &Made<'_>) -> Statement {
    Statement::new(
        "insert into deliveries (id, webhook, alert, type, created, body, attempts, next, state)
         select ?1, ?2, ?3, ?4, ?5, ?6, 0, ?5, 'waiting'
          where exists (select 1 from alerts where id = ?3 and revision = ?7)",
        [
            made.id.into(),
            made.webhook.into(),
            row.id.as_str().into(),
            made.kind.into(),
            made.at.0.into(),
            made.body.into(),
            row.revision.into(),
        ],
    )
}

/// Adds an event that was sent once and is not sent again.
pub fn insert_sent(made: &Made<'_>, outcome: &Outcome) -> Statement {
    let state = if outcome.state == State::Delivered { State::Delivered } else { State::Failed };
    Statement::new(
        "insert into deliveries (id, webhook, type, created, body, attempts, state, status, why)
         select ?1, id, ?3, ?4, ?5, 1, ?6, ?7, ?8 from webhooks where id = ?2",
        [
            made.id.into(),
            made.webhook.into(),
            made.kind.into(),
            made.at.0.into(),
            made.body.into(),
            state.name().into(),
            outcome.status.map(i64::from).into(),
            outcome.why.into(),
        ],
    )
}

/// An event whose turn it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Due {
    /// Its id.
    pub id: String,
    /// What is sent.
    pub body: String,
    /// Which attempt this is, from 1.
    pub attempt: u64,
    /// Where it is sent.
    pub webhook: Webhook,
}

/// Drops what waits for webhooks that want no more, and claims events whose turn it is, those that have
/// waited longest: whoever claims one counts the attempt, and nobody else sends it before [`CLAIM`] has
/// passed. Then their rows, to be read by [`due`]. One transaction.
pub fn claim(at: Instant, limit: u64) -> [Statement; 3] {
    // (Of two columns of one name D1 gives one.)
    [
        Statement::new(
            "update deliveries set state = 'dropped', why = 'gone', next = null
              where state = 'waiting' and next <= ?1
                and webhook in (select id from webhooks where disabled is not null)",
            [at.0.into()],
        ),
        Statement::new(
            "select d.id, d.body, d.attempts + 1, w.id as webhook, w.name, w.url, w.key, w.created, w.disabled
               from deliveries d join webhooks w on w.id = d.webhook
              where d.state = 'waiting' and d.next <= ?1 order by d.next, d.id limit ?2",
            [at.0.into(), limit.into()],
        ),
        Statement::new(
            "update deliveries set attempts = attempts + 1, next = ?3
              where id in (select id from deliveries
                            where state = 'waiting' and next <= ?1 order by next, id limit ?2)",
            [at.0.into(), limit.into(), at.plus(CLAIM).0.into()],
        ),
    ]
}

/// A row of the second statement of [`claim`].
pub fn due(row: Row) -> Result<Due, Misshapen> {
    let mut columns = Columns::of("deliveries", row);
    let (id, body, attempt) = (columns.text()?, columns.text()?, columns.natural()?);
    Ok(Due { id, body, attempt, webhook: webhooks::webhook(columns.values.collect())? })
}

/// Notes what came of attempts, each where it was not attempted again meanwhile.
pub fn settle(ended: &[(Due, Outcome)]) -> Statement {
    let rows: Vec<_> = ended
        .iter()
        .map(|(due, outcome)| {
            let Outcome { state, next, status, why } = outcome;
            (&due.id, due.attempt, state.name(), next.map(|at| at.0), status, why)
        })
        .collect();
    Statement::new(
        "update deliveries set state = t.value ->> 2, next = t.value ->> 3, status = t.value ->> 4,
                why = t.value ->> 5
           from json_each(?1) as t
          where deliveries.id = t.value ->> 0 and attempts = t.value ->> 1 and state = 'waiting'",
        [as_json(&rows)],
    )
}

/// Deletes what is overdue.
pub fn forget(at: Instant) -> Statement {
    Statement::new("delete from deliveries where id < ?1", [oldest(at).into()])
}

/// The newest events before the id `before` (empty: of all), of a webhook and of an alert where those
/// are named (else empty); without what is overdue.
pub fn list(at: Instant, webhook: &str, alert: &str, before: &str, limit: u64) -> Statement {
    Statement::new(
        "select id, webhook, alert, type, created, body, attempts, next, state, status, why
           from deliveries
          where id >= ?1 and (?2 = '' or webhook = ?2) and (?3 = '' or alert = ?3)
            and (?4 = '' or id < ?4)
          order by id desc limit ?5",
        [oldest(at).into(), webhook.into(), alert.into(), before.into(), limit.into()],
    )
}

/// A row of [`list`], as JSON, and its id.
pub fn told(row: Row) -> Result<(String, Told), Misshapen> {
    let mut columns = Columns::of("deliveries", row);
    let (id, webhook, alert) = (columns.text()?, columns.text()?, columns.maybe_text()?);
    let (kind, created) = (columns.text()?, Instant(columns.integer()?));
    let event: Told = columns.json()?;
    let attempts = columns.natural()?;
    let next = columns.maybe_integer()?.map(|at| Instant(at).to_string());
    let (state, status) = (columns.text()?, columns.maybe_integer()?);
    let told = json!({
        "id": id,
        "webhook": webhook,
        "alert": alert,
        "type": kind,
        "created": created.to_string(),
        "event": event,
        "attempts": attempts,
        "next": next,
        "state": state,
        "status": status,
        "why": columns.maybe_text()?,
    });
    Ok((id, told))
}
