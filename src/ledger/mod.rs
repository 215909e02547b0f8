//! What happened (events), how a log line is written, and what follows from all of them together:
//! the state, and how the program stands on a day.
//!
//! Pure: no I/O, no clock. It knows the addresses of cells (`table`) and nothing of any other room.

pub mod answers;
pub mod codes;
pub mod configured;
pub mod consent;
pub mod erased;
pub mod event;
pub mod groups;
pub mod index;
pub mod line;
pub mod meetings;
pub mod mentor_steps;
pub mod names;
pub mod people;
pub mod point;
pub mod predictions;
pub mod problem;
pub mod procedures;
pub mod quality;
pub mod record;
pub mod records;
pub mod references;
#[cfg(test)]
pub(crate) mod samples;
pub mod sealed;
pub mod season;
pub mod season_state;
pub mod self_reports;
pub mod snapshot;
pub mod standing;
pub mod state;
pub mod support;
pub mod versions;
pub mod weeks;
