//! The Ledger's own storage: how it is read, and, in a room of its own, how [`Changes`] are written.
//!
//! [`Changes`]: crate::domain::ledger::Changes
//!
//! A group of responses costs a handful of statements, however many they are: rows travel as one
//! JSON parameter and are unpacked by `json_each`.

mod changes;

pub use changes::write;

use std::collections::{BTreeSet, VecDeque};

use crate::domain::account::Account;
use crate::domain::bucket::{Bucket, Buckets, Key};
use crate::domain::json::Json;
use crate::domain::key_ring::KeyId;
use crate::domain::ledger::{Batch, Entry, Head, Known, Ledger, Marks, Window};
use crate::domain::pseudonym::{Marker, Secret};
use crate::domain::survey::Survey;
use crate::domain::survey_json;
use crate::domain::tally::Cohort;
use crate::domain::time::{Day, Instant};
use crate::domain::withdrawal::{Fate, Fates};

use super::{Columns, Misshapen, Row, Statement, Value, json};

/// The schema, as migrations in order. [`applied`] tells how many of them a storage has.
pub const MIGRATIONS: &[&str] = &[include_str!("../../schema/ledger/0001_ledger.sql")];

/// Whether anything was ever stored: one row, one integer.
pub const PREPARED: &str = "select count(*) from sqlite_master where name = 'migrations'";
/// Makes the table that counts migrations.
pub const PREPARE: &str = include_str!("../../schema/ledger/0000_migrations.sql");
/// How many migrations the storage has: one row, one integer.
pub const APPLIED: &str = "select count(*) from migrations";
/// Notes that migration `?1` was applied.
pub const NOTE_APPLIED: &str = "insert into migrations (number) values (?1)";

/// How many there are, from the rows of [`PREPARED`] or [`APPLIED`].
pub fn count(rows: Vec<Row>) -> Result<usize, Misshapen> {
    let row = rows.into_iter().next().ok_or(Misshapen("migrations"))?;
    usize::try_from(Columns::of("migrations", row).integer()?).map_err(|_| Misshapen("migrations"))
}

/// What is read to load a Ledger, in this order.
pub const LOAD: [&str; 5] = [
    "select survey, incarnation, secret, created, revision, definition, projected, next_sequence,
            next_bucket, next_tick, windows_over, sweep_at, deleted from head",
    "select ends, secret, pepper from window",
    "select id, question, dimension, segment, key, n, tallies, since, oldest, floor from buckets",
    "select question, scale, accepted, released, withdrawn, expired, withdrawn_shown, expired_shown
       from accounts",
    "select sequence, day, cohorts from batches order by sequence",
];

/// The Ledger that the rows of [`LOAD`] describe; `None` if none was ever opened here.
pub fn load(tables: [Vec<Row>; 5]) -> Result<Option<Ledger>, Misshapen> {
    let [head, window, buckets, accounts, batches] = tables;
    let Some(row) = head.into_iter().next() else { return Ok(None) };
    let head = read_head(row)?;
    let survey = if head.deleted {
        Survey::nothing()
    } else {
        let document = Json::read(head.definition.as_bytes()).map_err(|_| Misshapen("head"))?;
        survey_json::read(&document).map_err(|_| Misshapen("head"))?
    };
    Ok(Some(Ledger {
        head,
        survey,
        window: window.into_iter().map(read_window).next().transpose()?,
        buckets: buckets.into_iter().map(read_bucket).collect::<Result<Buckets, _>>()?,
        accounts: accounts.into_iter().map(read_account).collect::<Result<_, _>>()?,
        batches: batches.into_iter().map(read_batch).collect::<Result<VecDeque<_>, _>>()?,
    }))
}

fn read_head(row: Row) -> Result<Head, Misshapen> {
    let mut columns = Columns::of("head", row);
    Ok(Head {
        survey: columns.natural()?,
        incarnation: columns.text()?,
        secret: read_secret(&mut columns)?,
        created: Instant(columns.integer()?),
        revision: columns.natural()?,
        definition: columns.text()?,
        projected: columns.natural()?,
        next_sequence: columns.natural()?,
        next_bucket: columns.natural()?,
        next_tick: Instant(columns.integer()?),
        windows_over: Instant(columns.integer()?),
        sweep_at: columns.maybe_integer()?.map(Instant),
        deleted: columns.integer()? != 0,
    })
}

fn read_secret(columns: &mut Columns) -> Result<Secret, Misshapen> {
    let bytes = columns.blob()?.try_into().map_err(|_| Misshapen("secret"))?;
    Ok(Secret::from_bytes(bytes))
}

fn read_window(row: Row) -> Result<Window, Misshapen> {
    let mut columns = Columns::of("window", row);
    Ok(Window {
        ends: Instant(columns.integer()?),
        secret: read_secret(&mut columns)?,
        pepper: KeyId::parse(&columns.text()?).ok_or(Misshapen("window"))?,
    })
}

fn read_bucket(row: Row) -> Result<(Key, Bucket), Misshapen> {
    let mut columns = Columns::of("buckets", row);
    let id = columns.natural()?;
    let question = columns.text()?;
    let cohort = Cohort { dimension: columns.text()?, segment: columns.text()? };
    let bucket = Bucket {
        id,
        key: read_secret(&mut columns)?,
        n: columns.natural()?,
        tallies: columns.json()?,
        since: Instant(columns.integer()?),
        oldest: Instant(columns.integer()?),
        floor: columns.natural()?,
    };
    Ok((Key { question, cohort }, bucket))
}

fn read_account(row: Row) -> Result<(String, Account), Misshapen> {
    let mut columns = Columns::of("accounts", row);
    let question = columns.text()?;
    let account = Account {
        scale: columns.text()?,
        accepted: columns.natural()?,
        released: columns.natural()?,
        withdrawn: columns.natural()?,
        expired: columns.natural()?,
        withdrawn_shown: columns.natural()?,
        expired_shown: columns.natural()?,
    };
    Ok((question, account))
}

fn read_batch(row: Row) -> Result<Batch, Misshapen> {
    let mut columns = Columns::of("batches", row);
    let sequence = columns.natural()?;
    let day = Day::parse(&columns.text()?).ok_or(Misshapen("batches"))?;
    Ok(Batch { sequence, day, cohorts: columns.json()? })
}

/// Asks which of a group's markers are known; its rows go to [`known`].
pub fn find_known(group: &[(Entry, Marks)]) -> Statement {
    let submissions: Vec<String> = group.iter().map(|(_, m)| m.submission.hex()).collect();
    let persons: Vec<(i64, String)> =
        group.iter().filter_map(|(_, m)| m.person).map(|(w, m)| (w.0, m.hex())).collect();
    Statement::new(
        "select 0, s.marker, s.tick from json_each(?1) g
           join submissions s on s.marker = unhex(g.value)
         union all
         select 1, p.marker, p.window from json_each(?2) g
           join persons p on p.window = g.value ->> 0 and p.marker = unhex(g.value ->> 1)",
        [json(&submissions), json(&persons)],
    )
}

/// The markers that are known, from the rows of [`find_known`].
pub fn known(rows: Vec<Row>) -> Result<Known, Misshapen> {
    let mut known = Known::default();
    for row in rows {
        let mut columns = Columns::of("persons", row);
        let is_person = columns.integer()? == 1;
        let marker = Marker::from_bytes(&columns.blob()?).ok_or(Misshapen("persons"))?;
        let instant = Instant(columns.integer()?);
        if is_person {
            known.persons.insert((instant, marker));
        } else {
            known.submissions.insert(marker, instant);
        }
    }
    Ok(known)
}

/// Looks for one submission; its rows go to [`submission`].
pub fn find_submission(marker: Marker) -> Statement {
    Statement::new(
        "select tick, way_back from submissions where marker = unhex(?1)",
        [Value::Text(marker.hex())],
    )
}

/// The tick that a submission was promised, and the way back from it, from the rows of
/// [`find_submission`].
pub fn submission(rows: Vec<Row>) -> Result<Option<(Instant, Vec<u8>)>, Misshapen> {
    let Some(row) = rows.into_iter().next() else { return Ok(None) };
    let mut columns = Columns::of("submissions", row);
    Ok(Some((Instant(columns.integer()?), columns.blob()?)))
}

/// Asks what became of some buckets; its rows go to [`fates`].
pub fn find_fates(buckets: &BTreeSet<u64>) -> Statement {
    Statement::new(
        "select m.bucket, m.target, m.key from json_each(?1) join merged m on m.bucket = value
         union all
         select e.bucket, null, null from json_each(?1) join expired e on e.bucket = value",
        [json(buckets)],
    )
}

/// What became of buckets, from the rows of [`find_fates`].
pub fn fates(rows: Vec<Row>) -> Result<Fates, Misshapen> {
    let mut fates = Fates::new();
    for row in rows {
        let mut columns = Columns::of("merged", row);
        let bucket = columns.natural()?;
        let fate = match columns.maybe_integer()? {
            Some(target) => {
                let target = u64::try_from(target).map_err(|_| Misshapen("merged"))?;
                Fate::Merged(target, read_secret(&mut columns)?)
            }
            None => Fate::Expired,
        };
        fates.insert(bucket, fate);
    }
    Ok(fates)
}

/// Whether anything is left that is kept for 30 days: one row, one integer.
pub const ANYTHING_KEPT: &str =
    "select exists (select 1 from submissions) or exists (select 1 from expired)";

/// Whether nothing is left to forget, from the rows of [`ANYTHING_KEPT`].
pub fn nothing_left(rows: Vec<Row>) -> Result<bool, Misshapen> {
    let row = rows.into_iter().next().ok_or(Misshapen("submissions"))?;
    Ok(Columns::of("submissions", row).integer()? == 0)
}
