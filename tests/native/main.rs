//! The lower floors, natively: laws as properties, the real schemas on real SQLite, and a simulation of
//! the Ledger under faults. One binary; each file is about one noun.

mod access;
mod bucket;
mod coverage;
mod days;
mod drivers;
mod facts;
mod floors;
mod http;
mod inventory;
mod invitation;
mod key_ring;
mod kpi;
mod kpi_references;
mod ledger;
mod notices;
mod numbers;
mod page;
mod patience;
mod privacy;
mod pseudonym;
mod rate;
mod receipt;
mod response;
mod retention;
mod reward;
mod roll_up;
mod rotation;
mod simulation;
mod sql;
mod sqlite;
mod survey;
mod themes;
mod withdrawal;
