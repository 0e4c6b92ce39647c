//! Unicode's tables, as the platform has them: carried along, they would be a sixth of the Worker.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(module = "/src/edge/unicode.js")]
extern "C" {
    #[wasm_bindgen(catch, js_name = bare)]
    fn bare_js(text: &str) -> Result<String, JsValue>;
}

/// See [`crate::domain::themes::Bare`].
pub fn bare(text: &str) -> String {
    // It cannot fail; a text that stayed as it was would only be found less often.
    bare_js(text).unwrap_or_else(|_| text.to_owned())
}
