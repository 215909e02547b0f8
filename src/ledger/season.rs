//! The program's seasons, calendar and vocabulary, as the configuration gives them to the pure
//! rooms.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate};

use super::procedures::Procedure;

/// One season; both ends are inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Season {
    /// Its code, such as `2026-ganjil`.
    pub code: String,
    /// Its name as people read it.
    pub name: String,
    /// Its first day, a Monday.
    pub start: NaiveDate,
    /// Its last day.
    pub end: NaiveDate,
    /// Rupiah in the treasury when it opens.
    pub cash_opening: i64,
}

/// Days on which the school is closed or busy; both ends are inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarEntry {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
}

/// What the configuration says about the program, for the pure rooms.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Program {
    /// In order of `start`.
    pub seasons: Vec<Season>,
    /// Exams, holidays, Ramadan.
    pub calendar: Vec<CalendarEntry>,
    /// The choice codes of each question, by (form, question), in the order of the form.
    pub choice_codes: BTreeMap<(String, String), Vec<String>>,
    /// The keys of all enabled forms, in order.
    pub enabled_forms: Vec<String>,
    /// The board's procedures, without steps that no form can reach.
    pub procedures: Vec<Procedure>,
}

impl Program {
    /// The codes that a question offers; empty for a question that offers none.
    pub fn codes(&self, form: &str, question: &str) -> &[String] {
        self.choice_codes.get(&(form.to_owned(), question.to_owned())).map_or(&[], Vec::as_slice)
    }
}

/// The Monday of the week of `day`.
pub fn monday_of(day: NaiveDate) -> NaiveDate {
    day - Days::new(u64::from(day.weekday().num_days_from_monday()))
}
