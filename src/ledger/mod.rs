//! What happened (events), how a log line is written, and what follows from all of them together (the state).

pub mod answers;
pub mod consent;
pub mod groups;
pub mod meetings;
pub mod mentor_steps;
pub mod names;
pub mod people;
pub mod quality;
pub mod record;
pub mod records;
pub mod references;
#[cfg(test)]
pub(crate) mod samples;
pub mod season;
pub mod standing;
pub mod support;
pub mod weeks;
