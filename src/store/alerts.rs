//! D1: alerts, and how each stands.

use serde_json::{Value as Told, json};

use crate::domain::alert::{Alert, State, When};
use crate::domain::alert_json;
use crate::domain::json::Json;
use crate::domain::time::{Day, Instant};

use super::{Columns, Misshapen, Row, Statement, json as as_json};

/// An alert as D1 has it.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertRow {
    /// What it is found by.
    pub id: String,
    /// What its owner defined.
    pub alert: Alert,
    /// When it was made.
    pub created: Instant,
    /// How often it or its state was written.
    pub revision: u64,
    /// How it stands.
    pub state: State,
    /// When a check was last begun, if one was.
    pub checked: Option<Instant>,
}

impl AlertRow {
    /// All of it that is told, as JSON.
    pub fn told(&self) -> Told {
        let Alert { name, webhook, when } = &self.alert;
        json!({
            "id": self.id,
            "name": name,
            "webhook": webhook,
            "when": when,
            "created": self.created.to_string(),
            "raised": self.state.raised.map(|at| at.to_string()),
            "checked": self.checked.map(|at| at.to_string()),
            "reason": self.state.reason,
        })
    }
}

/// The columns of an alert, in the order of [`alert`].
macro_rules! columns {
    () => {
        "id, name, webhook, condition, created, revision, raised, known, reason, checked"
    };
}

/// What an alert is checked again for: the UTC day, and what was released of its survey, or how often
/// facts were reported.
macro_rules! present {
    () => {
        "?1 || ' ' || case when survey is null
              then coalesce((select times from reported), 0)
              else coalesce((select json_group_object(incarnation, sequence)
                               from (select incarnation, sequence from applied
                                      where applied.survey = alerts.survey order by 1)), '') end"
    };
}

fn condition(when: &When) -> super::Value {
    as_json(when)
}

/// Adds an alert, about the survey of this number if it is about one; gives its row.
pub fn insert(id: &str, alert: &Alert, survey: Option<u64>, created: Instant) -> Statement {
    Statement::new(
        concat!(
            "insert into alerts (id, name, webhook, survey, condition, created, revision, known, seen, checked)
             values (?1, ?2, ?3, ?4, ?5, ?6, 1, '[]', '', 0) returning ",
            columns!()
        ),
        [
            id.into(),
            alert.name.as_str().into(),
            alert.webhook.as_str().into(),
            survey.into(),
            condition(&alert.when),
            created.0.into(),
        ],
    )
}

/// Replaces what the owner defined; gives the row, if there is one. With another condition the alert
/// begins anew.
pub fn replace(id: &str, alert: &Alert, survey: Option<u64>) -> Statement {
    Statement::new(
        concat!(
            "update alerts set name = ?2, webhook = ?3, survey = ?4, condition = ?5, revision = revision + 1,
                    raised = case when condition = ?5 then raised end,
                    known = case when condition = ?5 then known else '[]' end,
                    reason = case when condition = ?5 then reason end,
                    seen = case when condition = ?5 then seen else '' end,
                    checked = case when condition = ?5 then checked else 0 end
              where id = ?1 returning ",
            columns!()
        ),
        [
            id.into(),
            alert.name.as_str().into(),
            alert.webhook.as_str().into(),
            survey.into(),
            condition(&alert.when),
        ],
    )
}

/// One alert.
pub fn select(id: &str) -> Statement {
    Statement::new(concat!("select ", columns!(), " from alerts where id = ?1"), [id.into()])
}

/// Alerts after the id `after`, by id.
pub fn list(after: &str, limit: u64) -> Statement {
    Statement::new(
        concat!("select ", columns!(), " from alerts where id > ?1 order by id limit ?2"),
        [after.into(), limit.into()],
    )
}

/// The ids of those of a webhook.
pub fn select_of_webhook(webhook: &str) -> Statement {
    Statement::new("select id from alerts where webhook = ?1 order by id", [webhook.into()])
}

/// The id in a row of [`select_of_webhook`].
pub fn id(row: Row) -> Result<String, Misshapen> {
    Columns::of("alerts", row).text()
}

/// Deletes an alert; gives its id, if there was one.
pub fn delete(id: &str) -> Statement {
    Statement::new("delete from alerts where id = ?1 returning id", [id.into()])
}

/// Alerts of which something was released or reported since they were last checked, or that were not
/// checked on this day: those that have waited longest. And notes that their check has begun, so that
/// others come first the next time. Both statements belong to one transaction.
pub fn begin(at: Instant, limit: u64) -> [Statement; 2] {
    let day: Day = at.day();
    [
        Statement::new(
            concat!(
                "select ",
                columns!(),
                ", ",
                present!(),
                " from alerts
                  where seen <> ",
                present!(),
                " order by checked, id limit ?2"
            ),
            [day.to_string().into(), limit.into()],
        ),
        Statement::new(
            concat!(
                "update alerts set checked = ?3 where id in
                  (select id from alerts where seen <> ",
                present!(),
                " order by checked, id limit ?2)"
            ),
            [day.to_string().into(), limit.into(), at.0.into()],
        ),
    ]
}

/// A row of [`begin`]: the alert, and what it is checked for.
pub fn begun(mut row: Row) -> Result<(AlertRow, String), Misshapen> {
    match row.pop() {
        Some(super::Value::Text(seen)) => Ok((alert(row)?, seen)),
        _ => Err(Misshapen("alerts")),
    }
}

/// Notes how an alert stands after a check for `seen`, where nobody has written it meanwhile; gives its
/// id, if so. What it tells, [`super::deliveries::insert_of`], stands before it in the same transaction.
pub fn end(row: &AlertRow, state: &State, seen: &str) -> Statement {
    Statement::new(
        "update alerts set raised = ?3, known = ?4, reason = ?5, seen = ?6, revision = revision + 1
          where id = ?1 and revision = ?2 returning id",
        [
            row.id.as_str().into(),
            row.revision.into(),
            state.raised.map(|at| at.0).into(),
            as_json(&state.known),
            state.reason.as_deref().into(),
            seen.into(),
        ],
    )
}

/// A row of an alert.
pub fn alert(row: Row) -> Result<AlertRow, Misshapen> {
    const TABLE: &str = "alerts";
    let mut columns = Columns::of(TABLE, row);
    let (id, name, webhook) = (columns.text()?, columns.text()?, columns.text()?);
    let condition = Json::read(columns.text()?.as_bytes()).map_err(|_| Misshapen(TABLE))?;
    let when = alert_json::stored(&condition).ok_or(Misshapen(TABLE))?;
    let (created, revision) = (Instant(columns.integer()?), columns.natural()?);
    let raised = columns.maybe_integer()?.map(Instant);
    let state = State { raised, known: columns.json()?, reason: columns.maybe_text()? };
    let checked = Some(columns.integer()?).filter(|at| *at > 0).map(Instant);
    let alert = Alert { name, webhook, when };
    Ok(AlertRow { id, alert, created, revision, state, checked })
}
