//! KPIs as pure functions of counts.
