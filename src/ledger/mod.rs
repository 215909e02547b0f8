//! What happened (events), how a log line is written, and what follows from all of them together (the state).

pub mod answers;
pub mod line;
pub mod record;
pub mod season;
