//! The only place where the clock is read. Everything else takes the moment as a value.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

/// This moment, in the program's time zone.
#[allow(clippy::disallowed_methods, reason = "the one door to the clock; a cycle calls it once")]
pub fn now(zone: Tz) -> DateTime<Tz> {
    Utc::now().with_timezone(&zone)
}
