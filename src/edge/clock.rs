//! The only place where the clock is read. Everything else takes the moment as a value.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

/// This moment, in the program's time zone.
#[allow(clippy::disallowed_methods, reason = "the one door to the clock; a cycle calls it once")]
pub fn now(zone: Tz) -> DateTime<Tz> {
    Utc::now().with_timezone(&zone)
}

/// Measures how long something takes.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Begins to measure.
    #[allow(
        clippy::disallowed_methods,
        reason = "a length of time, not a moment; nothing that is recorded follows from it"
    )]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// How long it has been since.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}
