//! Consent receipts, signed by the platform, and `GET /.well-known/jwks.json`, by which anybody can
//! verify them.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Uint8Array};
use serde_json::json;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::domain::jws::{self, PublicKey};
use crate::domain::receipt::{MEDIA_TYPE, Receipt};
use crate::edge::request::Call;
use crate::edge::{Failure, Outcome};
use crate::http::reply::Reply;

use super::config::Config;

#[wasm_bindgen(module = "/src/edge/front/signing.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    async fn open(seed: &[u8]) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    async fn sign(key: &JsValue, text: &str) -> Result<JsValue, JsValue>;
}

/// A signing key, as the platform holds it.
struct Signer {
    handle: JsValue,
    public: PublicKey,
}

thread_local! {
    /// The keys of the ring, the current one first; none until the first is needed.
    static SIGNERS: RefCell<Rc<[Signer]>> = RefCell::new(Rc::new([]));
}

async fn signers(config: &Config) -> Result<Rc<[Signer]>, Failure> {
    let known = SIGNERS.with_borrow(Rc::clone);
    if !known.is_empty() {
        return Ok(known);
    }
    let mut opened = Vec::new();
    for key in config.receipts.keys() {
        let key = Array::from(&open(key.bytes()).await?);
        let x = key.get(1).as_string();
        let x = x.ok_or_else(|| Failure::Fault("a signing key has no public half".to_owned()))?;
        opened.push(Signer { handle: key.get(0), public: PublicKey { x } });
    }
    let opened: Rc<[Signer]> = opened.into();
    SIGNERS.set(Rc::clone(&opened));
    Ok(opened)
}

/// The receipt in JWS compact serialisation, under the current key.
pub async fn signed(config: &Config, receipt: &Receipt<'_>) -> Result<String, Failure> {
    let signers = signers(config).await?;
    let signer = signers.first().ok_or_else(|| Failure::Fault("no key signs".to_owned()))?;
    let text = jws::to_sign(&signer.public, MEDIA_TYPE, &receipt.payload());
    let signature = sign(&signer.handle, &text).await?;
    Ok(jws::signed(&text, &Uint8Array::new(&signature).to_vec()))
}

/// 200 with the public keys of the whole ring, as a JWK Set (RFC 7517, section 5).
pub async fn keys(call: &Call, config: &Config) -> Outcome {
    call.no_query()?;
    let signers = signers(config).await?;
    let keys: Vec<_> = signers.iter().map(|signer| signer.public.jwk()).collect();
    let body = json!({ "keys": keys }).to_string();
    Ok(Reply::new(200, "application/jwk-set+json", body))
}
