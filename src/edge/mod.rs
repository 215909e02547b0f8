//! The edge: everything that can fail or change by itself, which is files, the clock and the
//! network. May import `table`, `ledger` and `config`; knows nothing of forms, matching, statistics
//! or views.

pub mod clock;
pub mod google;
pub mod heartbeat;
pub mod log;
pub mod seal;
