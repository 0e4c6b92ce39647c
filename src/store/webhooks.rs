//! D1: webhooks.

use serde_json::{Value as Told, json};

use crate::domain::key_ring::KeyId;
use crate::domain::time::Instant;
use crate::domain::webhook::Webhook;

use super::{Columns, Misshapen, Row, Statement};

/// A webhook as JSON, without its secret.
pub fn told(webhook: &Webhook) -> Told {
    json!({
        "id": webhook.id,
        "name": webhook.name,
        "url": webhook.url,
        "created": webhook.created.to_string(),
        "disabled": webhook.disabled.map(|at| at.to_string()),
    })
}

/// Adds a webhook.
pub fn insert(webhook: &Webhook) -> Statement {
    Statement::new(
        "insert into webhooks (id, name, url, key, created) values (?1, ?2, ?3, ?4, ?5)",
        [
            webhook.id.as_str().into(),
            webhook.name.as_str().into(),
            webhook.url.as_str().into(),
            webhook.key.to_string().into(),
            webhook.created.0.into(),
        ],
    )
}

/// One webhook.
pub fn select(id: &str) -> Statement {
    Statement::new(
        "select id, name, url, key, created, disabled from webhooks where id = ?1",
        [id.into()],
    )
}

/// Webhooks after the id `after`, by id.
pub fn list(after: &str, limit: u64) -> Statement {
    Statement::new(
        "select id, name, url, key, created, disabled from webhooks
          where id > ?1 order by id limit ?2",
        [after.into(), limit.into()],
    )
}

/// Notes that the receiver wants no more, if that was not noted before.
pub fn disable(id: &str, at: Instant) -> Statement {
    Statement::new(
        "update webhooks set disabled = ?2 where id = ?1 and disabled is null",
        [id.into(), at.0.into()],
    )
}

/// Notes that the receiver takes events again.
pub fn enable(id: &str) -> Statement {
    Statement::new("update webhooks set disabled = null where id = ?1", [id.into()])
}

/// The numbers of the surveys that have answers relayed to this webhook.
pub fn select_surveys(id: &str) -> Statement {
    Statement::new(
        "select id from surveys where definition ->> '$.relay.webhook' = ?1 order by id",
        [id.into()],
    )
}

/// Deletes a webhook that nothing uses; gives its id, if so.
pub fn delete(id: &str) -> Statement {
    Statement::new(
        "delete from webhooks
          where id = ?1
            and not exists (select 1 from surveys where definition ->> '$.relay.webhook' = ?1)
            and not exists (select 1 from alerts where webhook = ?1)
         returning id",
        [id.into()],
    )
}

/// A row of [`select`] or [`list`].
pub fn webhook(row: Row) -> Result<Webhook, Misshapen> {
    const TABLE: &str = "webhooks";
    let mut columns = Columns::of(TABLE, row);
    Ok(Webhook {
        id: columns.text()?,
        name: columns.text()?,
        url: columns.text()?,
        key: KeyId::parse(&columns.text()?).ok_or(Misshapen(TABLE))?,
        created: Instant(columns.integer()?),
        disabled: columns.maybe_integer()?.map(Instant),
    })
}
