//! What SQL takes and gives, as JavaScript has it: D1's and the Ledger's alike.

use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

use crate::store::{Row, Statement, Value};

use super::Failure;

/// Statements, each `[sql, parameters]`.
pub fn statements(statements: Vec<Statement>) -> Array {
    let pair =
        |statement: Statement| Array::of2(&statement.sql.into(), &parameters(statement.parameters));
    statements.into_iter().map(pair).collect()
}

/// The parameters of a statement.
pub fn parameters(values: Vec<Value>) -> Array {
    values.into_iter().map(to_js).collect()
}

/// Rows, each an array of its columns.
pub fn rows(rows: &Array) -> Result<Vec<Row>, Failure> {
    rows.iter().map(|row| Array::from(&row).iter().map(value).collect()).collect()
}

fn to_js(value: Value) -> JsValue {
    match value {
        Value::Null => JsValue::NULL,
        Value::Integer(n) => JsValue::from_f64(n as f64),
        Value::Text(text) => JsValue::from_str(&text),
        Value::Blob(bytes) => Uint8Array::from(bytes.as_slice()).into(),
    }
}

fn value(value: JsValue) -> Result<Value, Failure> {
    if value.is_null() {
        Ok(Value::Null)
    } else if let Some(number) = value.as_f64() {
        Ok(Value::Integer(number as i64))
    } else if let Some(text) = value.as_string() {
        Ok(Value::Text(text))
    } else if let Some(buffer) = value.dyn_ref::<ArrayBuffer>() {
        Ok(Value::Blob(Uint8Array::new(buffer).to_vec()))
    } else {
        Err(Failure::Fault("a column of an unknown type".to_owned()))
    }
}
