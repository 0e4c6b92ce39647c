//! Runs the statements of `store::d1`.

use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::Env;

use crate::store::{Row, Statement};

use super::config::{self, DATABASE};
use super::{Failure, unavailable, values};

#[wasm_bindgen(module = "/src/edge/database.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    async fn batch(database: &JsValue, statements: &Array) -> Result<Array, JsValue>;
}

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
    let database = config::binding(env, DATABASE)?;
    let tables = batch(&database, &values::statements(statements)).await.map_err(unavailable)?;
    tables.iter().map(|table| values::rows(&table.into())).collect()
}

/// The first row of one statement.
pub async fn first(env: &Env, statement: Statement) -> Result<Option<Row>, Failure> {
    let [rows] = run(env, [statement]).await?;
    Ok(rows.into_iter().next())
}
