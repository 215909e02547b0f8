//! The part of the configuration that the pure rooms use: seasons, calendar, codes, procedures.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate};

use super::procedures::Procedure;

/// One season.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Season {
    /// The code, such as `2026-ganjil`.
    pub code: String,
    /// The name as people read it.
    pub name: String,
    /// The first day, a Monday.
    pub start: NaiveDate,
    /// The last day, which belongs to the season.
    pub end: NaiveDate,
    /// The treasury's balance in rupiah on the first day.
    pub cash_opening: i64,
}

/// Days on which groups are not expected to meet, such as exams, holidays or Ramadan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarEntry {
    /// The first free day.
    pub from: NaiveDate,
    /// The last free day.
    pub to: NaiveDate,
}

/// The part of the configuration that the pure rooms use.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Program {
    /// All seasons, in order of `start`.
    pub seasons: Vec<Season>,
    /// Days on which groups are not expected to meet.
    pub calendar: Vec<CalendarEntry>,
    /// The choice codes of each question, by (form, question), in the order of the form.
    pub choice_codes: BTreeMap<(String, String), Vec<String>>,
    /// The keys of all enabled forms, in order.
    pub enabled_forms: Vec<String>,
    /// The board's procedures, without steps that no form can reach.
    pub procedures: Vec<Procedure>,
}

impl Program {
    /// Returns the codes of a question's choices; empty for a question without choices.
    pub fn codes(&self, form: &str, question: &str) -> &[String] {
        self.choice_codes.get(&(form.to_owned(), question.to_owned())).map_or(&[], Vec::as_slice)
    }
}

/// Returns the Monday of the week of `day`.
pub fn monday_of(day: NaiveDate) -> NaiveDate {
    day - Days::new(u64::from(day.weekday().num_days_from_monday()))
}
