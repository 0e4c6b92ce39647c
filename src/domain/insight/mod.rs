//! What figures say together: which segments move a total.

pub mod drivers;
