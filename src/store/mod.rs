//! FLOOR 1. SQL text, parameters, row shapes. Executes nothing.

/// How a row of released counts that is there already takes up another one; of `cohorts` or `months`.
macro_rules! added {
    ($table:literal) => {
        concat!(
            "min_cohort = min(min_cohort, excluded.min_cohort),
             n = n + excluded.n,
             tallies = (select json_group_object(key, count) from
                          (select key, sum(value) as count from
                             (select key, value from json_each(",
            $table,
            ".tallies)
                              union all select key, value from json_each(excluded.tallies))
                           group by key order by key))"
        )
    };
}
use added;

pub mod alerts;
pub mod d1;
pub mod deliveries;
pub mod engagement;
pub mod facts;
pub mod inventory;
pub mod keys;
pub mod ledger;
pub mod notices;
pub mod rewards;
pub mod roll_up;
pub mod webhooks;

/// A value that SQL takes or gives. Integers stay below 2^53, the largest that JavaScript carries.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`
    Null,
    /// An integer.
    Integer(i64),
    /// Text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<u64> for Value {
    fn from(value: u64) -> Self {
        Self::Integer(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<&[u8]> for Value {
    fn from(value: &[u8]) -> Self {
        Self::Blob(value.to_vec())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// One statement with its parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// The SQL, with `?1`, `?2`, ...
    pub sql: &'static str,
    /// Its parameters, in order.
    pub parameters: Vec<Value>,
}

impl Statement {
    /// A statement with its parameters.
    pub fn new(sql: &'static str, parameters: impl IntoIterator<Item = Value>) -> Self {
        Self { sql, parameters: parameters.into_iter().collect() }
    }
}

/// A row that was read, its columns in the order of the `select`.
pub type Row = Vec<Value>;

/// A row is not of the shape that the schema promises: the storage is damaged, or of another version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Misshapen(pub &'static str);

/// The columns of a row while they are being read.
struct Columns {
    table: &'static str,
    values: std::vec::IntoIter<Value>,
}

impl Columns {
    fn of(table: &'static str, row: Row) -> Self {
        Self { table, values: row.into_iter() }
    }

    fn integer(&mut self) -> Result<i64, Misshapen> {
        self.maybe_integer()?.ok_or(Misshapen(self.table))
    }

    fn maybe_integer(&mut self) -> Result<Option<i64>, Misshapen> {
        match self.values.next() {
            Some(Value::Integer(value)) => Ok(Some(value)),
            Some(Value::Null) => Ok(None),
            _ => Err(Misshapen(self.table)),
        }
    }

    fn natural(&mut self) -> Result<u64, Misshapen> {
        u64::try_from(self.integer()?).map_err(|_| Misshapen(self.table))
    }

    fn text(&mut self) -> Result<String, Misshapen> {
        self.maybe_text()?.ok_or(Misshapen(self.table))
    }

    fn maybe_text(&mut self) -> Result<Option<String>, Misshapen> {
        match self.values.next() {
            Some(Value::Text(value)) => Ok(Some(value)),
            Some(Value::Null) => Ok(None),
            _ => Err(Misshapen(self.table)),
        }
    }

    fn blob(&mut self) -> Result<Vec<u8>, Misshapen> {
        match self.values.next() {
            Some(Value::Blob(value)) => Ok(value),
            _ => Err(Misshapen(self.table)),
        }
    }

    fn json<T: serde::de::DeserializeOwned>(&mut self) -> Result<T, Misshapen> {
        serde_json::from_str(&self.text()?).map_err(|_| Misshapen(self.table))
    }
}

/// Rows as one JSON parameter, for `json_each`.
fn json(rows: &impl serde::Serialize) -> Value {
    // Only strings, integers and maps of them are given, which always serialise.
    Value::Text(serde_json::to_string(rows).unwrap_or_default())
}
