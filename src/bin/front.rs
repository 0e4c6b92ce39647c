//! The Worker that the world reaches, as `edge/entry.mjs` calls it. See `counterfoil::edge::front`.

#[cfg(target_arch = "wasm32")]
mod exports {
    use counterfoil::edge::{front, panic};
    use wasm_bindgen::JsValue;
    use wasm_bindgen::prelude::wasm_bindgen;
    use web_sys::{Request, Response};
    use worker::Env;

    /// Replies to a request.
    #[wasm_bindgen]
    pub async fn fetch(
        request: Request,
        env: Env,
        context: front::Context,
    ) -> Result<Response, JsValue> {
        front::fetch(request, env, context).await
    }

    /// The reply where there is none, since the instance died over it: the next one is asked.
    #[wasm_bindgen]
    pub fn apology() -> Result<Response, JsValue> {
        panic::apology()
    }
}

fn main() {}
