//! Serial numbers: how a spreadsheet keeps days and moments, as days since 1899-12-30 in its own
//! time zone.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

/// Day 0.
pub fn epoch() -> NaiveDate {
    NaiveDate::from_ymd_opt(1899, 12, 30).expect("1899-12-30 is a day")
}

/// The serial number of a day.
pub fn of_day(day: NaiveDate) -> f64 {
    (day - epoch()).num_days() as f64
}

/// The serial number of a local moment, to the millisecond.
pub fn of_moment(moment: NaiveDateTime) -> f64 {
    (moment - epoch().and_time(NaiveTime::MIN)).num_milliseconds() as f64 / 86_400_000.0
}

/// The day of a serial number, if a spreadsheet would show one.
pub fn day(serial: f64) -> Option<NaiveDate> {
    let days = (0.0..2_958_466.0).contains(&serial).then_some(serial as i64)?;
    epoch().checked_add_signed(TimeDelta::days(days))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_its_day_and_the_share_of_it() {
        let day = NaiveDate::from_ymd_opt(2026, 7, 14).unwrap();
        assert_eq!(of_day(day), 46_217.0);
        assert_eq!(super::day(46_217.9), Some(day));
        assert_eq!(super::day(-1.0), None);
        assert_eq!(of_moment(day.and_hms_opt(18, 0, 0).unwrap()), 46_217.75);
    }
}
