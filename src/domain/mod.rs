//! FLOOR 0. Values in, values out: no clock, no randomness, no I/O, no platform.

pub mod account;
pub mod bucket;
pub mod consent;
pub mod consent_counts;
pub mod decimal;
pub mod fault;
pub mod fields;
pub mod json;
pub mod kpi;
pub mod ledger;
pub mod notice;
pub mod preimage;
pub mod pseudonym;
pub mod question_json;
pub mod response;
pub mod retention;
pub mod survey;
pub mod survey_json;
pub mod survey_view;
pub mod tally;
pub mod templates;
pub mod themes;
pub mod time;
