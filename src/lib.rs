//! Counterfoil counts what customers say, and keeps the counts alone.
pub mod domain;
