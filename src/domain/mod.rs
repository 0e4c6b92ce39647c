//! FLOOR 0. Values in, values out: no clock, no randomness, no I/O, no platform.

pub mod fault;
pub mod json;
pub mod kpi;
pub mod survey;
pub mod time;
