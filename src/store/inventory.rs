//! What is stored: every table and column, as the comments of the schema describe them. The schema is
//! the one source, and `GET /v1/surveys/{id}/privacy` tells it.
//!
//! Reads a line at a time, and one form alone, to which a test holds every file that makes tables:
//! - Above `create table`, in lines of their own without a blank line between: what the table holds, in
//!   sentences; then a line `-- Kind:` with one word of those that the test lists; then a line `-- Life:`
//!   that says how long a row lives. Each may go on in the next lines.
//! - Behind each column, on the line that begins with the column's name: what it holds. It may go on in
//!   lines that are nothing but a comment.
//! - A constraint of the table begins a line of its own; so does the `)` that ends the table.
//! - Braces are filled in from the survey: `domain::privacy::terms` lists them.

use serde::Serialize;

use super::{d1, ledger};

/// Describes the table that wrangler keeps in D1 by itself; never run.
pub const WRANGLER: &str = include_str!("../../schema/d1_migrations.sql");

/// A table, as its comments describe it; a description that is missing is empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Table {
    /// `ledger` or `d1`.
    #[serde(rename = "where")]
    pub place: &'static str,
    /// Its name.
    #[serde(rename = "table")]
    pub name: &'static str,
    /// What it holds.
    pub holds: String,
    /// What kind of data that is, in one word.
    pub kind: String,
    /// How long a row lives.
    pub life: String,
    /// Its columns, in order.
    pub columns: Vec<Column>,
}

/// A column, as its comment describes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub holds: String,
}

/// Every table of the Ledger and of D1. `fill` puts what braces stand for into a description.
pub fn stored(fill: impl Fn(&str) -> String) -> Vec<Table> {
    let mut tables = Vec::new();
    ledger::MIGRATIONS.iter().for_each(|sql| describe("ledger", sql, &mut tables));
    describe("ledger", ledger::PREPARE, &mut tables);
    d1::MIGRATIONS.iter().for_each(|sql| describe("d1", sql, &mut tables));
    describe("d1", WRANGLER, &mut tables);
    for table in &mut tables {
        let columns = table.columns.iter_mut().map(|column| &mut column.holds);
        for text in columns.chain([&mut table.holds, &mut table.life]) {
            *text = fill(text);
        }
    }
    tables
}

/// Adds the tables that a file makes, with braces as they are.
pub fn describe(place: &'static str, sql: &'static str, tables: &mut Vec<Table>) {
    let mut above: Vec<&str> = Vec::new();
    let mut inside = false;
    for line in sql.lines().map(str::trim) {
        match tables.last_mut().filter(|_| inside) {
            Some(_) if line.starts_with(')') => inside = false,
            Some(table) => table.take(line),
            None => {
                if let Some(comment) = line.strip_prefix("--") {
                    above.push(comment.trim());
                    continue;
                }
                if let Some(name) = table_made_by(line) {
                    tables.push(Table::new(place, name, &above));
                    inside = true;
                }
                above.clear();
            }
        }
    }
}

fn table_made_by(line: &'static str) -> Option<&'static str> {
    let rest = line.strip_prefix("create table ")?;
    rest.strip_prefix("if not exists ").unwrap_or(rest).split([' ', '(']).next()
}

impl Table {
    /// From the lines of comment above it.
    fn new(place: &'static str, name: &'static str, above: &[&str]) -> Self {
        let (holds, kind, life) = (String::new(), String::new(), String::new());
        let mut table = Self { place, name, holds, kind, life, columns: Vec::new() };
        let mut part = &mut table.holds;
        for line in above {
            let mut text = *line;
            if let Some(kind) = line.strip_prefix("Kind:") {
                (part, text) = (&mut table.kind, kind);
            } else if let Some(life) = line.strip_prefix("Life:") {
                (part, text) = (&mut table.life, life);
            }
            append(part, text);
        }
        table
    }

    /// Takes a line between the table's parentheses.
    fn take(&mut self, line: &'static str) {
        let (code, comment) = line.split_once("--").unwrap_or((line, ""));
        match code.split([' ', '(']).next().unwrap_or("") {
            // More of the column before.
            "" => {
                if let Some(column) = self.columns.last_mut() {
                    append(&mut column.holds, comment);
                }
            }
            "primary" | "unique" | "check" | "foreign" | "constraint" => {}
            name => {
                self.columns.push(Column { name, holds: comment.trim().to_owned() });
            }
        }
    }
}

fn append(text: &mut String, more: &str) {
    if !text.is_empty() {
        text.push(' ');
    }
    text.push_str(more.trim());
}
