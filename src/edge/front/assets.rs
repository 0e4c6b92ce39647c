//! Reads static files from the platform's assets.

use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use crate::edge::config::{self, ASSETS};
use crate::edge::request::Call;
use crate::edge::{Failure, Outcome, unavailable};
use crate::http::asset::{Asset, Audience, PAGE_POLICY, PREVIEW_POLICY};
use crate::http::reply::Reply;

#[wasm_bindgen]
extern "C" {
    /// The binding. Not `worker::Fetcher`, whose replies bring 10 KB of streams with them.
    type Assets;
    #[wasm_bindgen(method, catch)]
    async fn fetch(this: &Assets, url: &str) -> Result<Response, JsValue>;
}

/// Replies with a file, under our own headers: those of the assets are left behind.
pub async fn read(call: &Call, asset: &Asset) -> Outcome {
    let assets: Assets = config::binding(&call.env, ASSETS)?.unchecked_into();
    // The binding wants a whole URL, and looks at nothing but its path.
    let url = format!("https://assets{}", asset.path);
    let found = assets.fetch(&url).await.map_err(unavailable)?;
    match found.status() {
        200 => {
            let text = JsFuture::from(found.text().map_err(unavailable)?).await;
            let text = text.map_err(unavailable)?.as_string().unwrap_or_default();
            let reply = Reply::new(200, asset.media_type, text);
            let known = call.header("if-none-match")?;
            Ok(match asset.audience {
                Audience::Reader => reply,
                Audience::Embedder => reply.embedded(known.as_deref()),
                Audience::Visitor => reply.under(PAGE_POLICY),
                Audience::Framer => reply.under(PREVIEW_POLICY),
                Audience::Page => reply.tagged(known.as_deref()),
            })
        }
        404 => Err(Failure::Fault(format!("there is no asset {}", asset.path))),
        status => Err(Failure::Unavailable(format!("the assets replied {status}"))),
    }
}
