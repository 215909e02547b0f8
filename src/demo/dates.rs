//! When things happen: weeks are counted from the first Monday of the running season, earlier ones
//! are negative.

use chrono::{Datelike, Days, NaiveDate, TimeDelta};

use crate::ledger::season::monday_of;
use crate::words::INDONESIAN_MONTHS;

/// The week in which the demo is seen.
pub(super) const NOW: i64 = 12;
/// The first week of the season before: half a year earlier.
pub(super) const BEFORE: i64 = -26;
/// How many weeks a season has.
const SEASON_WEEKS: i64 = 20;

/// Days on which groups are not expected to meet, from (week, weekday) to (week, weekday); weekday
/// 0 is Monday.
pub(super) struct Free {
    pub(super) from: (i64, i64),
    pub(super) to: (i64, i64),
    /// A kind that the configuration knows.
    pub(super) kind: &'static str,
    pub(super) name: &'static str,
}

/// The calendar of the demo.
pub(super) const CALENDAR: &[Free] = &[
    Free { from: (3, 2), to: (3, 6), kind: "holiday", name: "Libur nasional dan cuti bersama" },
    Free { from: (6, 0), to: (7, 6), kind: "exam", name: "Ujian tengah semester" },
];

/// Whether groups meet in a week of either season.
pub(super) fn is_school_week(week: i64) -> bool {
    let in_season =
        (0..SEASON_WEEKS).contains(&week) || (BEFORE..BEFORE + SEASON_WEEKS).contains(&week);
    in_season && !CALENDAR.iter().any(|free| (free.from.0..=free.to.0).contains(&week))
}

/// The day on which the demo is seen, and what follows from it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dates {
    /// The day on which the demo is seen.
    pub(super) today: NaiveDate,
    start: NaiveDate,
}

impl Dates {
    /// Seen on `today`: the season began twelve weeks before this week's Monday.
    pub(super) fn seen_on(today: NaiveDate) -> Self {
        Self { today, start: monday_of(today) - TimeDelta::weeks(NOW) }
    }

    /// The Monday of a week.
    pub(super) fn monday(&self, week: i64) -> NaiveDate {
        self.start + TimeDelta::weeks(week)
    }

    /// A day of a week; weekday 0 is Monday.
    pub(super) fn day(&self, week: i64, weekday: i64) -> NaiveDate {
        self.monday(week) + TimeDelta::days(weekday)
    }

    /// The day so many days before `today`.
    pub(super) fn days_ago(&self, days: u64) -> NaiveDate {
        self.today - Days::new(days)
    }

    /// The last day, a Sunday, of the season that begins in a week.
    pub(super) fn season_end(&self, first_week: i64) -> NaiveDate {
        self.day(first_week + SEASON_WEEKS - 1, 6)
    }

    /// The birthday of somebody who is so many years old today, or becomes so this year.
    pub(super) fn birthday(&self, years: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.today.year() - years, month, day).unwrap_or(self.start)
    }
}

/// A month and a year as they are written in Bahasa Indonesia: `Juli 2026`.
pub(super) fn month_and_year(day: NaiveDate) -> String {
    format!("{} {}", INDONESIAN_MONTHS[day.month0() as usize], day.year())
}
