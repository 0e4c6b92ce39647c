//! A panic's message may quote what was being read: it is not logged. The place is, and that is enough.

use std::cell::Cell;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::Response;

use crate::http::problem::{Kind, Problem};

use super::request;

#[wasm_bindgen(module = "/src/edge/panic.js")]
extern "C" {
    fn died(place: &str);
}

thread_local! {
    static HUSHED: Cell<bool> = const { Cell::new(false) };
}

/// Puts our hook in the place of the platform crate's, which logs the message; once per instance.
pub fn hush() {
    if !HUSHED.replace(true) {
        std::panic::set_hook(Box::new(|info| {
            died(&info.location().map(ToString::to_string).unwrap_or_default());
        }));
    }
}

/// The reply where there is none, since the instance died over it: the entry asks the next one.
pub fn apology() -> Result<Response, JsValue> {
    request::respond(Problem::new(Kind::Internal).reply())
}

/// Panics, and quotes a text.
#[cfg(feature = "bench")]
#[allow(clippy::panic)]
pub fn over(text: &str) {
    panic!("could not cope with {text}");
}
