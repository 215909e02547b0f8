//! The edge: everything that can fail. May import `table`, `ledger` and `config`; knows nothing of forms, matching,
//! statistics or views.

pub mod google;
pub mod heartbeat;
