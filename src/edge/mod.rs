//! The edge: everything that can fail or change by itself: files, the clock, the network. May
//! import `table`, `ledger` and `config`; knows no form, no match, no figure and no view.

pub mod clock;
pub mod google;
pub mod heartbeat;
pub mod log;
pub mod seal;
