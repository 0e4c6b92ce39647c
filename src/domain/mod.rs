//! FLOOR 0. Values in, values out: no clock, no randomness, no I/O, no platform.

pub mod account;
pub mod bucket;
pub mod consent;
pub mod decimal;
pub mod fault;
pub mod fields;
pub mod invitation;
pub mod invitation_json;
pub mod json;
pub mod jws;
pub mod key_ring;
pub mod kpi;
pub mod ledger;
pub mod notice;
pub mod preimage;
pub mod pseudonym;
pub mod question_json;
pub mod receipt;
pub mod response;
pub mod survey;
pub mod survey_json;
pub mod survey_view;
pub mod tally;
pub mod templates;
pub mod themes;
pub mod time;
