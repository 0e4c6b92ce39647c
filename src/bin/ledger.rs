//! The Worker of the Ledgers, as `edge/ledger/entry.mjs` calls it. See `counterfoil::edge::ledger`.

#[cfg(target_arch = "wasm32")]
mod exports {
    use counterfoil::edge::ledger::{self, Desk};
    use std::rc::Rc;
    use wasm_bindgen::JsValue;
    use wasm_bindgen::prelude::wasm_bindgen;
    use worker::Env;

    /// The Durable Object of one survey. Its parts are shared with tasks that outlive one call.
    ///
    /// Not a `worker::DurableObject`: that brings the code to be called by `fetch`, which nobody does.
    #[wasm_bindgen]
    pub struct LedgerObject(Rc<Desk>);

    #[wasm_bindgen]
    impl LedgerObject {
        /// From the object's own `ctx.storage` and `env`.
        #[wasm_bindgen(constructor)]
        pub fn new(storage: JsValue, env: Env) -> Self {
            Self(Rc::new(Desk::new(storage, env)))
        }

        /// The alarm rings.
        pub async fn alarm(&self) {
            self.0.alarm().await;
        }

        /// The one method of the contract in `ledger_rpc`.
        pub async fn ask(&self, message: String) -> Result<String, JsValue> {
            Rc::clone(&self.0).ask(&message).await
        }
    }

    /// A run of cron, meant for this instant (milliseconds since 1970).
    #[wasm_bindgen]
    pub async fn scheduled(at: f64, env: Env) {
        ledger::scheduled(at, env).await;
    }
}

fn main() {}
