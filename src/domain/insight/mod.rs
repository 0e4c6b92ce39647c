//! What figures say together: which segments move a total, and what its next steps may be.

pub mod backtest;
pub mod drivers;
pub mod forecast;
pub mod smoothing;
