//! The only place where the clock is read. Everywhere else the moment is a parameter.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

/// Returns the current moment in the program's time zone.
#[allow(clippy::disallowed_methods, reason = "the only access to the clock; once a cycle")]
pub fn now(zone: Tz) -> DateTime<Tz> {
    Utc::now().with_timezone(&zone)
}

/// Measures elapsed time.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts measuring.
    #[allow(
        clippy::disallowed_methods,
        reason = "a duration, not a moment; nothing that is recorded depends on it"
    )]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Returns the time since [`Stopwatch::start`].
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}
