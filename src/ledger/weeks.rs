//! School weeks: the Mondays of weeks in which the program meets (statistics.md section 1).

use chrono::{Days, NaiveDate};

use super::season::{CalendarEntry, Program, Season, monday_of};

/// A range of days; empty if `to` is before `from`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first day of the range.
    pub from: NaiveDate,
    /// The last day of the range.
    pub to: NaiveDate,
}

impl Window {
    /// Returns whether the range includes a day.
    pub fn contains(&self, day: NaiveDate) -> bool {
        self.from <= day && day <= self.to
    }
}

/// The Mondays of all school weeks of all seasons, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SchoolWeeks(Vec<NaiveDate>);

impl SchoolWeeks {
    /// Lists the school weeks: those whose Monday is in a season and of whose days Monday to Friday
    /// fewer than 3 are in the calendar.
    pub fn of(program: &Program) -> Self {
        let mut mondays = Vec::new();
        for season in &program.seasons {
            let mut monday = monday_of(season.start);
            while monday <= season.end {
                if monday >= season.start && !is_off(monday, &program.calendar) {
                    mondays.push(monday);
                }
                monday = monday + Days::new(7);
            }
        }
        mondays.sort_unstable();
        mondays.dedup();
        Self(mondays)
    }

    /// Returns the school weeks whose Monday is not after `day`.
    pub fn begun_by(&self, day: NaiveDate) -> &[NaiveDate] {
        &self.0[..self.0.partition_point(|monday| *monday <= day)]
    }

    /// Returns the school weeks whose Sunday is not after `day`.
    pub fn ended_by(&self, day: NaiveDate) -> &[NaiveDate] {
        &self.0[..self.0.partition_point(|monday| *monday + Days::new(6) <= day)]
    }

    /// Returns the school weeks of a season with their Monday on or after `first` and their Sunday
    /// on or before `last`.
    pub fn within(&self, season: &Season, first: NaiveDate, last: NaiveDate) -> &[NaiveDate] {
        let from = first.max(season.start);
        let ended = self.ended_by(last);
        let ended = &ended[..ended.partition_point(|monday| *monday <= season.end)];
        &ended[ended.partition_point(|monday| *monday < from)..]
    }

    /// Returns the number of school weeks after the week of `day` that ended by `through`.
    pub fn passed_since(&self, day: NaiveDate, through: NaiveDate) -> usize {
        let ended = self.ended_by(through);
        ended.len() - ended.partition_point(|monday| *monday <= monday_of(day))
    }

    /// How many days after `day`, up to and including `through`, lie in school weeks.
    pub fn days_since(&self, day: NaiveDate, through: NaiveDate) -> i64 {
        let begun = self.begun_by(through);
        let later = &begun[begun.partition_point(|monday| *monday + Days::new(6) <= day)..];
        let days_in_week = |monday: &NaiveDate| {
            let (first, last) = ((*monday).max(day + Days::new(1)), *monday + Days::new(6));
            (last.min(through) - first).num_days() + 1
        };
        later.iter().map(days_in_week).sum()
    }
}

fn is_off(monday: NaiveDate, calendar: &[CalendarEntry]) -> bool {
    let weekdays = (0..5).map(|n| monday + Days::new(n));
    weekdays
        .filter(|day| calendar.iter().any(|entry| entry.from <= *day && *day <= entry.to))
        .count()
        >= 3
}

#[cfg(test)]
mod tests {
    use super::super::samples::{day, program};
    use super::*;

    #[test]
    fn a_week_with_three_free_weekdays_is_off() {
        let mut program = program();
        program.calendar = vec![
            CalendarEntry { from: day("2026-07-20"), to: day("2026-07-21") },
            CalendarEntry { from: day("2026-07-29"), to: day("2026-08-02") },
        ];
        let weeks = SchoolWeeks::of(&program);
        let begun = weeks.begun_by(day("2026-08-03"));
        assert_eq!(
            begun[begun.len() - 3..],
            [day("2026-07-13"), day("2026-07-20"), day("2026-08-03")]
        );
        assert_eq!(weeks.ended_by(day("2026-08-08")).last(), Some(&day("2026-07-20")));
        assert_eq!(weeks.passed_since(day("2026-07-19"), day("2026-08-09")), 2);
        assert_eq!(weeks.days_since(day("2026-07-22"), day("2026-08-03")), 5);
        assert_eq!(weeks.days_since(day("2026-07-26"), day("2026-08-02")), 0);
        assert_eq!(weeks.days_since(day("2026-08-05"), day("2026-08-05")), 0);
        let season = &program.seasons[1];
        assert_eq!(weeks.within(season, day("2026-07-20"), day("2026-08-09")).len(), 2);
    }
}
