//! The lower floors, natively: laws as properties, the real schemas on real SQLite, and a simulation of
//! the Ledger under faults. One binary; each file is about one noun.

mod kpi;
mod survey;
