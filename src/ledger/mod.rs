//! What happened (events), how a log line is written, and what follows from all of them together (the state).
//!
//! Pure: no I/O, no clock. It knows the addresses of cells (`table`) and nothing of any other room.

pub mod answers;
pub mod event;
pub mod line;
pub mod problem;
pub mod record;
pub mod season;
pub mod state;
