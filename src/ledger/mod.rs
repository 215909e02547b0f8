//! The events, the format of their lines, the state that follows from them, and the state of the
//! program on a day.
//!
//! Pure: no I/O, no clock. Uses the cells of `table` and no other room.

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
pub mod progress;
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
