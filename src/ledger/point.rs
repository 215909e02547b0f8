//! Points in the ledger's history: after an event, at a moment, or at the end of a day.

use std::str::FromStr;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, TimeDelta, TimeZone};
use chrono_tz::Tz;

/// Malformed point in history.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("malformed day or moment{}", if *.with_event { " or number of an event" } else { "" })]
pub struct NoPoint {
    /// Whether it could have been the number of an event.
    pub with_event: bool,
}

/// A moment to look back at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsOf {
    /// The end of a day in the program's time zone.
    Day(NaiveDate),
    /// A moment, with its offset.
    Moment(DateTime<FixedOffset>),
}

impl FromStr for AsOf {
    type Err = NoPoint;

    fn from_str(text: &str) -> Result<Self, NoPoint> {
        let day = || text.parse().map(Self::Day).ok();
        let moment = || DateTime::parse_from_rfc3339(text).map(Self::Moment).ok();
        day().or_else(moment).ok_or(NoPoint { with_event: false })
    }
}

impl AsOf {
    /// Returns the moment in a time zone: the last millisecond of a day.
    pub fn moment(self, zone: Tz) -> DateTime<Tz> {
        match self {
            Self::Moment(moment) => moment.with_timezone(&zone),
            Self::Day(day) => {
                let last = day.and_time(NaiveTime::MIN) + TimeDelta::milliseconds(86_399_999);
                // A change of the zone's offset may skip the end of a day; the same time in UTC
                // then serves as well as any.
                zone.from_local_datetime(&last)
                    .latest()
                    .unwrap_or_else(|| zone.from_utc_datetime(&last))
            }
        }
    }

    /// Returns whether an event that was recorded at `at` is included.
    pub fn holds(self, at: DateTime<FixedOffset>, zone: Tz) -> bool {
        at <= self.moment(zone)
    }
}

/// A point in the ledger's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// The point after the event with this sequence number.
    Event(u64),
    /// A moment or the end of a day.
    At(AsOf),
}

impl FromStr for Point {
    type Err = NoPoint;

    fn from_str(text: &str) -> Result<Self, NoPoint> {
        let event = || text.parse().ok().filter(|seq| *seq > 0).map(Self::Event);
        event().or_else(|| text.parse().ok().map(Self::At)).ok_or(NoPoint { with_event: true })
    }
}

impl Point {
    /// Returns whether the event `seq`, recorded at `at`, is included.
    pub fn holds(self, seq: u64, at: DateTime<FixedOffset>, zone: Tz) -> bool {
        match self {
            Self::Event(last) => seq <= last,
            Self::At(as_of) => as_of.holds(at, zone),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZONE: Tz = chrono_tz::Asia::Jakarta;

    fn at(text: &str) -> DateTime<FixedOffset> {
        DateTime::parse_from_rfc3339(text).unwrap()
    }

    #[test]
    fn a_day_holds_all_that_was_recorded_in_it_by_the_programs_clock() {
        let day: AsOf = "2026-11-24".parse().unwrap();
        assert!(day.holds(at("2026-11-24T23:59:59.999+07:00"), ZONE));
        assert!(day.holds(at("2026-11-24T16:59:59Z"), ZONE));
        assert!(!day.holds(at("2026-11-25T00:00:00+07:00"), ZONE));
        assert!(!day.holds(at("2026-11-24T17:00:00Z"), ZONE), "in Jakarta the next day has begun");
    }

    #[test]
    fn a_moment_and_an_event_are_inside() {
        let moment: AsOf = "2026-11-24T07:36:00+07:00".parse().unwrap();
        assert!(
            moment.holds(at("2026-11-24T00:36:00Z"), ZONE)
                && !moment.holds(at("2026-11-24T00:36:01Z"), ZONE)
        );
        let event: Point = "7".parse().unwrap();
        assert!(
            event.holds(7, at("2030-01-01T00:00:00Z"), ZONE)
                && !event.holds(8, at("2000-01-01T00:00:00Z"), ZONE)
        );
    }

    #[test]
    fn anything_else_is_no_point() {
        for text in ["0", "-1", "kemarin", "2026-13-01", "2026-11-24T07:36:00"] {
            assert!(text.parse::<Point>().is_err(), "{text}");
        }
        assert_eq!("7".parse::<AsOf>(), Err(NoPoint { with_event: false }));
        assert_eq!("x".parse::<Point>(), Err(NoPoint { with_event: true }));
    }
}
