//! How [`Changes`] are written: what a decision made of a Ledger, as statements for one commit.

use crate::domain::bucket::{Fates, Key};
use crate::domain::hex::hex;
use crate::domain::ledger::{Changes, Head, Ledger};
use crate::domain::time::Instant;
use crate::store::{Statement, Value, json};

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
fn write_fates(tick: Instant, fates: &Fates) -> Vec<Statement> {
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
