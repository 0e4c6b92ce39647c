//! The schema describes itself: what the comments say against the tables that SQLite makes of it.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use counterfoil::domain::privacy::terms;
use counterfoil::domain::survey::Survey;
use counterfoil::store::inventory::{Column, Table, WRANGLER, describe, stored};
use counterfoil::store::{Row, Value};

use crate::sqlite::Sqlite;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The kinds of data that a table may be of.
const KINDS: [&str; 6] =
    ["pseudonymous", "pending", "aggregate", "configuration", "secret", "bookkeeping"];

/// The tables with their columns, in order, as SQLite has them.
fn tables(place: &str, sqlite: &Sqlite) -> BTreeMap<(String, String), Vec<String>> {
    let mut found = BTreeMap::new();
    let rows: Vec<Row> = sqlite.rows(
        "select t.name, c.name from pragma_table_list t, pragma_table_info(t.name) c
          where t.schema = 'main' and t.name not like 'sqlite_%' order by t.name, c.cid",
    );
    for row in rows {
        let [Value::Text(table), Value::Text(column)] = row.as_slice() else { panic!("{row:?}") };
        let columns: &mut Vec<String> = found.entry((place.to_owned(), table.clone())).or_default();
        columns.push(column.clone());
    }
    found
}

#[test]
fn every_table_and_column_is_described_and_no_other() {
    let mut real = tables("ledger", &Sqlite::ledger());
    real.append(&mut tables("d1", &Sqlite::d1()));
    real.append(&mut tables("d1", &Sqlite::of(&[WRANGLER])));
    let inventory = stored(str::to_owned);
    let told: BTreeMap<_, _> = inventory
        .iter()
        .map(|table| {
            let columns = table.columns.iter().map(|column| column.name.to_owned());
            ((table.place.to_owned(), table.name.to_owned()), columns.collect::<Vec<_>>())
        })
        .collect();
    assert_eq!(told, real, "the form of the comments: schema/ledger/0001_ledger.sql");
    assert_eq!(inventory.len(), real.len(), "no table is described twice");
    for Table { place, name, holds, kind, life, columns } in &inventory {
        let table = format!("{place}.{name}");
        assert!(KINDS.contains(&kind.as_str()), "{table} is of a kind, in a line `-- Kind:`");
        assert!(life.len() > 10, "{table} has a life, in a line `-- Life:`");
        assert!(holds.len() > 20 && holds.ends_with(['.', ':']), "{table} holds: {holds}");
        for Column { name, holds } in columns {
            assert!(holds.len() > 8, "{table}.{name} has a description behind it: {holds:?}");
        }
    }
}

#[test]
fn braces_in_a_description_name_what_the_survey_can_fill_in() {
    let known: BTreeSet<&str> =
        terms(&Survey::nothing()).into_iter().map(|(name, _)| name).collect();
    for table in stored(str::to_owned) {
        let columns = table.columns.iter().map(|column| &column.holds);
        for text in columns.chain([&table.holds, &table.kind, &table.life]) {
            assert_eq!(text.matches('{').count(), text.matches('}').count(), "{text}");
            for piece in text.split('{').skip(1) {
                let name = piece.split('}').next().unwrap();
                assert!(known.contains(name), "{}.{}: {{{name}}}", table.place, table.name);
            }
        }
    }
}

#[test]
fn every_file_of_the_schema_is_part_of_the_inventory() {
    let all = stored(str::to_owned);
    for (folder, place) in [("ledger", "ledger"), ("d1", "d1")] {
        let files = fs::read_dir(format!("{ROOT}/schema/{folder}")).unwrap();
        for file in files.map(|file| file.unwrap().path()) {
            let sql = fs::read_to_string(&file).unwrap();
            let made = sql.lines().filter_map(|line| line.trim().strip_prefix("create table "));
            for made in made {
                let made = made.trim_start_matches("if not exists ");
                let name = made.split(' ').next().unwrap();
                let told = all.iter().any(|table| table.place == place && table.name == name);
                assert!(told, "{} makes {name}", file.display());
            }
        }
    }
}

#[test]
fn comments_are_read_as_their_form_says() {
    let sql = "-- A header, of no table.

-- What it holds:
-- two lines.
-- Kind: pending
-- Life: to the end, {window}
-- at most
create table if not exists things (
  id integer primary key,  -- its number
  word text not null       -- a word (with -- dashes);
                           -- and more of it
    check (word <> ''),    -- told to nobody
  bare text not null,
  unique (word)
) strict;

create table others (
  one integer              -- alone
) strict;";
    let holds = |name, holds: &str| Column { name, holds: holds.to_owned() };
    let things = Table {
        place: "d1",
        name: "things",
        holds: "What it holds: two lines.".to_owned(),
        kind: "pending".to_owned(),
        life: "to the end, {window} at most".to_owned(),
        columns: vec![
            holds("id", "its number"),
            holds("word", "a word (with -- dashes); and more of it"),
            holds("bare", ""),
        ],
    };
    let others = Table {
        place: "d1",
        name: "others",
        holds: String::new(),
        kind: String::new(),
        life: String::new(),
        columns: vec![holds("one", "alone")],
    };
    let mut tables = Vec::new();
    describe("d1", sql, &mut tables);
    assert_eq!(tables, [things, others]);
}
