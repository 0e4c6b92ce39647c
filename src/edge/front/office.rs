//! Hands a request to the office, and its reply back, both as they are.

use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Request, Response};

use crate::edge::config::{self, OFFICE};
use crate::edge::request::Call;
use crate::edge::{Failure, unavailable};

#[wasm_bindgen]
extern "C" {
    /// The binding.
    type Office;
    #[wasm_bindgen(method, catch)]
    async fn fetch(this: &Office, request: &Request) -> Result<Response, JsValue>;
}

/// The office's reply to a call whose body nobody has read yet.
pub async fn forward(call: &Call) -> Result<Response, Failure> {
    let office: Office = config::binding(&call.env, OFFICE)?.unchecked_into();
    office.fetch(call.request()).await.map_err(unavailable)
}
