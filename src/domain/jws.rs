//! What is signed, written as JSON Web Signature (RFC 7515) and its keys as JSON Web Keys (RFC 7517),
//! for Ed25519 as `EdDSA` (RFC 8037). The signing itself is the platform's.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// A public key of Ed25519, by which a signature is verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// The member `x` of its JSON Web Key: 32 bytes in base64url.
    pub x: String,
}

impl PublicKey {
    /// Its thumbprint (RFC 7638; RFC 8037, appendix A.3): SHA-256 of its required members in order.
    pub fn id(&self) -> String {
        let required = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, self.x);
        URL_SAFE_NO_PAD.encode(Sha256::digest(required))
    }

    /// The key as a JSON Web Key.
    pub fn jwk(&self) -> Value {
        json!({
            "kty": "OKP", "crv": "Ed25519", "x": self.x,
            "kid": self.id(), "alg": "EdDSA", "use": "sig",
        })
    }
}

/// The first two parts of the compact serialisation, which are what is signed.
pub fn to_sign(key: &PublicKey, media_type: &str, payload: &Value) -> String {
    let header = json!({ "alg": "EdDSA", "kid": key.id(), "typ": media_type });
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", part(&header), part(payload))
}

/// All three parts.
pub fn signed(to_sign: &str, signature: &[u8]) -> String {
    format!("{to_sign}.{}", URL_SAFE_NO_PAD.encode(signature))
}
