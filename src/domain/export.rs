//! Cohorts and their tallies as files that other programs read: CSV (RFC 4180) and JSON lines.
//!
//! A spreadsheet runs a cell that begins like a formula. In CSV such a text gets an apostrophe in front
//! (OWASP, "CSV Injection"); JSON lines have every text as it is.

use std::collections::BTreeMap;

use serde::Serialize;

use super::days::Days;
use super::tally::Tallies;
use super::time::Day;

/// What a file may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A row for each tally, under a row of names.
    Csv,
    /// A line for each cohort.
    JsonLines,
}

/// What was released of one cohort of a question in one period: a day, or a month where days are kept
/// no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// The days of the period, as far as they were asked for.
    pub days: Days,
    /// The question.
    pub question: String,
    /// The dimension that was drawn; empty for `(unattributed)`.
    pub dimension: String,
    /// The segment in it.
    pub segment: String,
    /// How many responses.
    pub n: u64,
    /// How often each answer was given.
    pub tallies: Tallies,
}

impl Period {
    /// Whether both are of one cohort in one period.
    pub fn is_same(&self, other: &Self) -> bool {
        (self.days, &self.question, &self.dimension, &self.segment)
            == (other.days, &other.question, &other.dimension, &other.segment)
    }

    /// Adds what else was released of it.
    pub fn add(&mut self, other: &Self) {
        self.n += other.n;
        self.tallies.add(&other.tallies);
    }
}

/// The names of the columns of CSV.
const COLUMNS: [&str; 9] =
    ["from", "to", "final", "question", "dimension", "segment", "n", "answer", "tally"];

/// With what a spreadsheet takes a text for a formula, or (tab, carriage return) may after cutting it.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

#[derive(Serialize)]
struct Line<'a> {
    from: String,
    to: String,
    #[serde(rename = "final")]
    is_final: bool,
    question: &'a str,
    dimension: Option<&'a str>,
    segment: &'a str,
    n: u64,
    tallies: &'a BTreeMap<String, u64>,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Csv, Self::JsonLines];

    /// Its name, which is also the end of a file's.
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::JsonLines => "jsonl",
        }
    }

    /// Its media type: RFC 4180 with RFC 7111, and that of <https://jsonlines.org>.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::JsonLines => "application/jsonl",
        }
    }

    /// With what each line ends.
    pub fn line_break(self) -> &'static str {
        match self {
            Self::Csv => "\r\n",
            Self::JsonLines => "\n",
        }
    }

    /// What a file begins with.
    pub fn head(self) -> String {
        match self {
            Self::Csv => rows([COLUMNS.map(str::to_owned)]),
            Self::JsonLines => String::new(),
        }
    }

    /// Some periods, in their order. Those that end by `complete_through` are final.
    pub fn body(self, periods: &[Period], complete_through: Day) -> String {
        let is_final = |period: &Period| period.days.to <= complete_through;
        match self {
            Self::Csv => rows(periods.iter().flat_map(|period| cells(period, is_final(period)))),
            Self::JsonLines => periods.iter().fold(String::new(), |mut text, period| {
                text.push_str(&line(period, is_final(period)));
                text.push_str(self.line_break());
                text
            }),
        }
    }
}

fn line(period: &Period, is_final: bool) -> String {
    let Period { days, question, dimension, segment, n, tallies } = period;
    let line = Line {
        from: days.from.to_string(),
        to: days.to.to_string(),
        is_final,
        question,
        dimension: (!dimension.is_empty()).then_some(dimension),
        segment,
        n: *n,
        tallies: &tallies.0,
    };
    // Its keys are strings: it always serialises.
    serde_json::to_string(&line).unwrap_or_default()
}

/// A row for each tally; one without an answer for a cohort that gave none that is tallied.
fn cells(period: &Period, is_final: bool) -> Vec<[String; 9]> {
    let row = |answer: &str, tally: &str| {
        [
            period.days.from.to_string(),
            period.days.to.to_string(),
            is_final.to_string(),
            text(&period.question),
            text(&period.dimension),
            text(&period.segment),
            period.n.to_string(),
            text(answer),
            tally.to_owned(),
        ]
    };
    if period.tallies.0.is_empty() {
        return vec![row("", "")];
    }
    period.tallies.0.iter().map(|(answer, tally)| row(answer, &tally.to_string())).collect()
}

fn text(text: &str) -> String {
    if text.starts_with(FORMULA) { format!("'{text}") } else { text.to_owned() }
}

fn rows(rows: impl IntoIterator<Item = [String; 9]>) -> String {
    let mut writer =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        // Memory takes whatever is written, and each row has as many cells.
        let _written = writer.write_record(row);
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}
