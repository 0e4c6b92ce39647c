//! FLOOR 0. Values in, values out: no clock, no randomness, no I/O, no platform.

pub mod fault;
pub mod json;
pub mod kpi;
pub mod survey;
pub mod time;
pub mod bucket;
pub mod consent;
pub mod ledger;
pub mod pseudonym;
pub mod response;
pub mod tally;
pub mod themes;
pub mod fields;
pub mod notice;
pub mod question_json;
pub mod survey_json;
pub mod survey_view;
pub mod templates;
