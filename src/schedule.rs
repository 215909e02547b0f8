//! The schedule of cycles: five fields as in crontab(5), in the program's time zone, translated for
//! the `cron` crate.
//!
//! That crate reads six or seven fields (seconds first), counts weekdays from 1 = Sunday, and
//! combines day of month and weekday by *and*. crontab(5) has no seconds, counts weekdays from 0 =
//! Sunday, and combines the two by *or*.

use std::str::FromStr;

use chrono::DateTime;
use chrono_tz::Tz;

const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// Why a schedule cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BadSchedule {
    /// The text does not have five fields.
    #[error("schedule with {0} fields instead of five")]
    Fields(usize),
    /// A part of the weekday field is malformed.
    #[error("unknown weekday \"{0}\"")]
    Weekday(String),
    /// The `cron` crate rejects a field.
    #[error("malformed schedule ({0})")]
    Syntax(String),
    /// The schedule never comes, such as 31 February.
    #[error("schedule that never comes")]
    Never,
}

/// When cycles are due.
#[derive(Debug, Clone)]
pub struct Schedule {
    first: cron::Schedule,
    /// The weekdays, if the text names both days of the month and weekdays.
    or: Option<cron::Schedule>,
    text: String,
}

impl Schedule {
    /// Returns the first moment after `moment` at which a cycle is due; `None` if there is none.
    pub fn next_after(&self, moment: DateTime<Tz>) -> Option<DateTime<Tz>> {
        let first = self.first.after(&moment).next();
        let other = self.or.as_ref().and_then(|schedule| schedule.after(&moment).next());
        match (first, other) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    /// Returns the text that the schedule was read from.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl FromStr for Schedule {
    type Err = BadSchedule;

    fn from_str(text: &str) -> Result<Self, BadSchedule> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = fields[..] else {
            return Err(BadSchedule::Fields(fields.len()));
        };
        let weekdays = weekday_names(weekday)?;
        let parse = |day: &str, weekdays: &str| {
            cron::Schedule::from_str(&format!("0 {minute} {hour} {day} {month} {weekdays}"))
                .map_err(|error| BadSchedule::Syntax(error.to_string()))
        };
        let both = !day.starts_with('*') && !weekday.starts_with('*');
        let schedule = Self {
            first: if both { parse(day, "*")? } else { parse(day, &weekdays)? },
            or: if both { Some(parse("*", &weekdays)?) } else { None },
            text: text.to_owned(),
        };
        // Refused here, so that no program waits for ever for a day that does not exist.
        let start = DateTime::UNIX_EPOCH.with_timezone(&Tz::UTC);
        schedule.next_after(start).is_some().then_some(schedule).ok_or(BadSchedule::Never)
    }
}

/// Returns the weekday field as a list of names, which both conventions read the same way.
fn weekday_names(field: &str) -> Result<String, BadSchedule> {
    if field == "*" {
        return Ok("*".to_owned());
    }
    let wrong = || BadSchedule::Weekday(field.to_owned());
    let mut days = Vec::new();
    for part in field.split(',') {
        let (range, step) = part.split_once('/').unwrap_or((part, "1"));
        let step: usize = step.parse().ok().filter(|step| *step > 0).ok_or_else(wrong)?;
        let (from, to) = match range.split_once('-') {
            Some((from, to)) => (weekday_number(from), weekday_number(to)),
            None if range == "*" => (Some(0), Some(6)),
            None => (weekday_number(range), weekday_number(range)),
        };
        let (from, to) = from.zip(to).filter(|(from, to)| from <= to).ok_or_else(wrong)?;
        days.extend((from..=to).step_by(step).map(|day| day % 7));
    }
    days.sort_unstable();
    days.dedup();
    Ok(days.into_iter().map(|day| DAYS[day]).collect::<Vec<_>>().join(","))
}

fn weekday_number(text: &str) -> Option<usize> {
    let by_name = DAYS.iter().position(|day| day.eq_ignore_ascii_case(text));
    by_name.or_else(|| text.parse().ok().filter(|day| *day <= 7))
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    fn next(text: &str, after: &str) -> String {
        let zone = chrono_tz::Asia::Jakarta;
        let moment = chrono::NaiveDateTime::parse_from_str(after, "%Y-%m-%d %H:%M").unwrap();
        let schedule: Schedule = text.parse().unwrap();
        let next = schedule.next_after(zone.from_local_datetime(&moment).unwrap()).unwrap();
        next.format("%a %Y-%m-%d %H:%M").to_string()
    }

    #[test]
    fn five_fields_mean_what_crontab_means() {
        assert_eq!(next("*/5 * * * *", "2026-11-24 07:36"), "Tue 2026-11-24 07:40");
        assert_eq!(next("0 6 * * 1", "2026-11-24 07:36"), "Mon 2026-11-30 06:00");
        assert_eq!(next("0 6 * * Mon", "2026-11-24 07:36"), "Mon 2026-11-30 06:00");
        assert_eq!(next("0 6 * * 7", "2026-11-24 07:36"), "Sun 2026-11-29 06:00");
        assert_eq!(next("0 6 * * 1-5", "2026-11-27 07:00"), "Mon 2026-11-30 06:00");
    }

    #[test]
    fn a_day_and_a_weekday_are_either_or() {
        assert_eq!(next("0 6 1 * 5", "2026-11-24 07:36"), "Fri 2026-11-27 06:00");
        assert_eq!(next("0 6 1 * 5", "2026-11-28 07:36"), "Tue 2026-12-01 06:00");
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let refused = |text: &str| text.parse::<Schedule>().unwrap_err();
        assert_eq!(refused("0 0 6 * * Mon"), BadSchedule::Fields(6));
        assert_eq!(refused("0 6 * * 8"), BadSchedule::Weekday("8".to_owned()));
        assert_eq!(refused("0 6 31 2 *"), BadSchedule::Never);
        assert!(matches!(refused("61 6 * * *"), BadSchedule::Syntax(_)));
    }
}
