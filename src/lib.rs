//! Counterfoil counts what customers say, and keeps the counts alone.
//!
//! The floor plan: `domain` knows the rules and nothing of the world; `store` knows SQL and `http` the
//! language of the API, and neither runs anything; `edge` alone knows the platform, where it gathers,
//! lets the lower floors decide, and performs.

pub mod domain;
pub mod http;
pub mod store;

#[cfg(target_arch = "wasm32")]
pub mod edge;
