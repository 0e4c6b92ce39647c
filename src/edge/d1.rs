//! Runs the statements of `store::d1`.

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use wasm_bindgen::JsValue;
use worker::{D1Database, D1PreparedStatement, Env};

use crate::store::{Row, Statement, Value};

use super::Failure;
use super::config::DATABASE;

/// Runs statements as one transaction, and gives the rows of each.
pub async fn run<const N: usize>(
    env: &Env,
    statements: [Statement; N],
) -> Result<[Vec<Row>; N], Failure> {
    let rows = run_all(env, statements.into()).await?;
    rows.try_into().map_err(|_| Failure::Unavailable("D1 answered in part".to_owned()))
}

/// The same for any number, in code that is there once.
pub async fn run_all(env: &Env, statements: Vec<Statement>) -> Result<Vec<Vec<Row>>, Failure> {
    let database = env.d1(DATABASE)?;
    let prepared = statements.into_iter().map(|statement| prepare(&database, statement));
    let results = database.batch(prepared.collect::<worker::Result<Vec<_>>>()?).await;
    let results = results.map_err(|error| Failure::Unavailable(error.to_string()))?;
    let mut rows: Vec<Vec<Row>> = Vec::with_capacity(results.len());
    for result in results {
        let gathered = result.results::<Gathered>()?;
        rows.push(gathered.into_iter().map(|Gathered(row)| row).collect());
    }
    Ok(rows)
}

/// The first row of one statement.
pub async fn first(env: &Env, statement: Statement) -> Result<Option<Row>, Failure> {
    let [rows] = run(env, [statement]).await?;
    Ok(rows.into_iter().next())
}

fn prepare(database: &D1Database, statement: Statement) -> worker::Result<D1PreparedStatement> {
    let parameters: Vec<JsValue> = statement.parameters.into_iter().map(to_js).collect();
    database.prepare(statement.sql).bind(&parameters)
}

/// A value as JavaScript has it.
pub fn to_js(value: Value) -> JsValue {
    match value {
        Value::Null => JsValue::NULL,
        Value::Integer(n) => JsValue::from_f64(n as f64),
        Value::Text(text) => JsValue::from_str(&text),
        Value::Blob(bytes) => js_sys::Uint8Array::from(bytes.as_slice()).into(),
    }
}

/// A row: D1 gives an object whose members are the columns, in order.
struct Gathered(Row);

impl<'de> Deserialize<'de> for Gathered {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Columns;
        impl<'de> Visitor<'de> for Columns {
            type Value = Gathered;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a row")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Gathered, A::Error> {
                let mut row = Row::new();
                while let Some((_, Column(value))) = map.next_entry::<String, Column>()? {
                    row.push(value);
                }
                Ok(Gathered(row))
            }
        }
        deserializer.deserialize_map(Columns)
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Scalar {
    Integer(i64),
    Text(String),
    Null(()),
}

struct Column(Value);

impl<'de> Deserialize<'de> for Column {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(match Scalar::deserialize(deserializer)? {
            Scalar::Integer(n) => Value::Integer(n),
            Scalar::Text(text) => Value::Text(text),
            Scalar::Null(()) => Value::Null,
        }))
    }
}
