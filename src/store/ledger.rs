//! The Ledger's own storage: how it is read, and how [`Changes`] are written.
//!
//! A group of responses costs a handful of statements, however many they are: rows travel as one
//! JSON parameter and are unpacked by `json_each`.

use std::collections::{BTreeSet, VecDeque};

use crate::domain::account::Account;
use crate::domain::bucket::{self, Bucket, Buckets, Key};
use crate::domain::hex::hex;
use crate::domain::json::Json;
use crate::domain::key_ring::KeyId;
use crate::domain::ledger::{Batch, Changes, Entry, Head, Known, Ledger, Marks, Window};
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

/// What writes `changes`, whose other half is `ledger` as they left it. All of it in one commit.
pub fn write(ledger: &Ledger, changes: &Changes) -> Vec<Statement> {
    if changes.erased {
        return erase(ledger);
    }
    let mut all = Vec::new();
    if let Some(ends) = changes.window_ended {
        all.push(Statement::new("delete from window where ends <= ?1", [ends.0.into()]));
        all.push(Statement::new("delete from persons where window <= ?1", [ends.0.into()]));
    }
    if let (true, Some(window)) = (changes.window_opened, &ledger.window) {
        all.push(Statement::new(
            "insert into window (ends, secret, pepper) values (?1, ?2, ?3)
             on conflict (ends) do update set pepper = excluded.pepper",
            [window.ends.0.into(), window.secret.bytes().into(), window.pepper.to_string().into()],
        ));
    }
    if let Some(before) = changes.forget_before {
        all.push(Statement::new("delete from submissions where tick < ?1", [before.0.into()]));
        all.push(Statement::new("delete from expired where tick < ?1", [before.0.into()]));
    }
    if !changes.submissions.is_empty() {
        let taken = changes.submissions.iter();
        let rows: Vec<(String, i64, String)> =
            taken.map(|t| (t.marker.hex(), t.tick.0, hex(&t.way_back))).collect();
        all.push(Statement::new(
            // One that is overdue may still be there.
            "insert into submissions (marker, tick, way_back)
             select unhex(value ->> 0), value ->> 1, unhex(value ->> 2)
               from json_each(?1) where true
             on conflict (marker) do update set tick = excluded.tick, way_back = excluded.way_back",
            [json(&rows)],
        ));
    }
    if let Some((marker, way_back)) = &changes.withdrawn {
        all.push(Statement::new(
            "update submissions set way_back = ?2 where marker = unhex(?1)",
            [marker.hex().into(), way_back.as_slice().into()],
        ));
    }
    for (window, marker) in &changes.persons_freed {
        all.push(Statement::new(
            "delete from persons where window = ?1 and marker = unhex(?2)",
            [window.0.into(), marker.hex().into()],
        ));
    }
    if !changes.persons.is_empty() {
        let rows: Vec<(i64, String)> =
            changes.persons.iter().map(|(window, marker)| (window.0, marker.hex())).collect();
        all.push(Statement::new(
            "insert into persons (window, marker)
             select value ->> 0, unhex(value ->> 1) from json_each(?1)",
            [json(&rows)],
        ));
    }
    if let Some((tick, fates)) = &changes.fates {
        all.extend(write_fates(*tick, fates));
    }
    all.extend(write_buckets(ledger, changes));
    all.extend(write_accounts(ledger, changes));
    for batch in ledger.batches.iter().filter(|b| changes.batches_sealed.contains(&b.sequence)) {
        all.push(Statement::new(
            "insert into batches (sequence, day, cohorts) values (?1, ?2, ?3)",
            [batch.sequence.into(), batch.day.to_string().into(), json(&batch.cohorts)],
        ));
    }
    for sequence in &changes.batches_done {
        all.push(Statement::new("delete from batches where sequence = ?1", [(*sequence).into()]));
    }
    if changes.head {
        all.push(write_head(&ledger.head));
    }
    all
}

/// Buckets go, and what a withdrawal may have to know of them is kept: of those that were merged, as long
/// as the one they were merged into is pending; that one was discarded, for 30 days; that it was sealed,
/// not at all.
fn write_fates(tick: Instant, fates: &bucket::Fates) -> Vec<Statement> {
    let gone: Vec<u64> = fates.gone().collect();
    if gone.is_empty() {
        return Vec::new();
    }
    let merged: Vec<_> =
        fates.merged.iter().map(|(from, into, key)| (from, into, hex(key.bytes()))).collect();
    let mut all = vec![Statement::new(
        "delete from buckets where id in (select value from json_each(?1))",
        [json(&gone)],
    )];
    if !fates.expired.is_empty() {
        all.push(Statement::new(
            "insert into expired (bucket, tick)
             select value, ?2 from json_each(?1)
             union all
             select bucket, ?2 from json_each(?1) join merged on target = value",
            [json(&fates.expired), tick.0.into()],
        ));
    }
    // One after the other: what was merged into a bucket goes on with it.
    for row in merged {
        all.push(Statement::new(
            "update merged set target = ?2 where target = ?1",
            [(*row.0).into(), (*row.1).into()],
        ));
        all.push(Statement::new(
            "insert into merged (bucket, target, key) values (?1, ?2, unhex(?3))",
            [(*row.0).into(), (*row.1).into(), row.2.into()],
        ));
    }
    let ended: Vec<&u64> = fates.sealed.iter().chain(&fates.expired).collect();
    if !ended.is_empty() {
        all.push(Statement::new(
            "delete from merged where target in (select value from json_each(?1))",
            [json(&ended)],
        ));
    }
    all
}

fn write_buckets(ledger: &Ledger, changes: &Changes) -> Option<Statement> {
    let changed = changes.buckets.iter().filter_map(|key| Some((key, ledger.buckets.get(key)?)));
    let rows: Vec<_> = changed
        .map(|(Key { question, cohort }, b)| {
            let place = (question, &cohort.dimension, &cohort.segment);
            (b.id, place, hex(b.key.bytes()), b.n, &b.tallies, (b.since.0, b.oldest.0, b.floor))
        })
        .collect();
    (!rows.is_empty()).then(|| {
        Statement::new(
            "insert into buckets (id, question, dimension, segment, key, n, tallies, since, oldest,
                                  floor)
             select value ->> 0, value ->> '$[1][0]', value ->> '$[1][1]', value ->> '$[1][2]',
                    unhex(value ->> 2), value ->> 3, value -> 4, value ->> '$[5][0]',
                    value ->> '$[5][1]', value ->> '$[5][2]'
               from json_each(?1) where true
             on conflict (id) do update set n = excluded.n, tallies = excluded.tallies,
                since = excluded.since, oldest = excluded.oldest, floor = excluded.floor",
            [json(&rows)],
        )
    })
}

fn write_accounts(ledger: &Ledger, changes: &Changes) -> Option<Statement> {
    let changed = changes.accounts.iter().filter_map(|q| Some((q, ledger.accounts.get(q)?)));
    let rows: Vec<_> = changed
        .map(|(question, a)| {
            let shown = (a.withdrawn_shown, a.expired_shown);
            (question, &a.scale, a.accepted, a.released, a.withdrawn, a.expired, shown)
        })
        .collect();
    (!rows.is_empty()).then(|| {
        Statement::new(
            "insert into accounts (question, scale, accepted, released, withdrawn, expired,
                                   withdrawn_shown, expired_shown)
             select value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5,
                    value ->> '$[6][0]', value ->> '$[6][1]'
               from json_each(?1) where true
             on conflict (question) do update set scale = excluded.scale,
                accepted = excluded.accepted, released = excluded.released,
                withdrawn = excluded.withdrawn, expired = excluded.expired,
                withdrawn_shown = excluded.withdrawn_shown, expired_shown = excluded.expired_shown",
            [json(&rows)],
        )
    })
}

fn write_head(head: &Head) -> Statement {
    Statement::new(
        "insert into head (one, survey, incarnation, secret, created, revision, definition, projected,
                           next_sequence, next_bucket, next_tick, windows_over, sweep_at, deleted)
         values (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
         on conflict (one) do update set secret = excluded.secret, revision = excluded.revision,
            definition = excluded.definition, projected = excluded.projected,
            next_sequence = excluded.next_sequence, next_bucket = excluded.next_bucket,
            next_tick = excluded.next_tick, windows_over = excluded.windows_over,
            sweep_at = excluded.sweep_at, deleted = excluded.deleted",
        [
            head.survey.into(),
            head.incarnation.as_str().into(),
            head.secret.bytes().into(),
            head.created.0.into(),
            head.revision.into(),
            head.definition.as_str().into(),
            head.projected.into(),
            head.next_sequence.into(),
            head.next_bucket.into(),
            head.next_tick.0.into(),
            head.windows_over.0.into(),
            head.sweep_at.map(|at| at.0).into(),
            Value::Integer(head.deleted.into()),
        ],
    )
}

/// What erases all but the tombstone, for a Ledger whose survey was deleted.
fn erase(ledger: &Ledger) -> Vec<Statement> {
    let tables = [
        "delete from window",
        "delete from persons",
        "delete from submissions",
        "delete from buckets",
        "delete from merged",
        "delete from expired",
        "delete from accounts",
        "delete from batches",
    ];
    let erased = tables.into_iter().map(|sql| Statement::new(sql, []));
    erased.chain([write_head(&ledger.head)]).collect()
}
