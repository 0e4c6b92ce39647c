//! What figures say together: which segments move a total, what the next values may be, what to see to
//! first.

pub mod actions;
pub mod alerts;
pub mod backtest;
pub mod drivers;
pub mod forecast;
pub mod smoothing;
