//! Everything that can fail or change by itself: files, the clock, the network. Knows no form, match, figure or view.

pub mod clock;
pub mod log;
