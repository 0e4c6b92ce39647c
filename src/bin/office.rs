//! The Worker that teams read from, behind the front, as `edge/entry.mjs` calls it. See `counterfoil::edge::office`.

#[cfg(target_arch = "wasm32")]
mod exports {
    use counterfoil::edge::{office, panic};
    use wasm_bindgen::JsValue;
    use wasm_bindgen::prelude::wasm_bindgen;
    use web_sys::{Request, Response};
    use worker::Env;

    /// Replies to a request.
    #[wasm_bindgen]
    pub async fn fetch(request: Request, env: Env) -> Result<Response, JsValue> {
        office::fetch(request, env).await
    }

    /// A run of cron, meant for this instant (milliseconds since 1970).
    #[wasm_bindgen]
    pub async fn scheduled(at: f64, env: Env) {
        office::scheduled(at, env).await;
    }

    /// The reply where there is none, since the instance died over it: the next one is asked.
    #[wasm_bindgen]
    pub fn apology() -> Result<Response, JsValue> {
        panic::apology()
    }
}

fn main() {}
