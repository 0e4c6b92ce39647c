//! FLOOR 1. The HTTP language: routes, problems, policy, the bodies on the wire. No platform.

pub mod asset;
pub mod form;
pub mod page;
pub mod policy;
pub mod problem;
pub mod qr;
pub mod query;
pub mod reply;
pub mod route;
pub mod survey_id;
