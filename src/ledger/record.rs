//! One accepted row of a form, as matching, statistics and views read it.

use chrono::{NaiveDate, NaiveDateTime};
use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::answers::Answers;

/// The place of a row when it was last read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Source {
    /// The tab's sheetId.
    pub tab: i64,
    /// The row number in the spreadsheet; 1 is the row of titles.
    pub row: u32,
    /// The row's key (see `table::diff`): it stays with the row through sorts and edits.
    pub key: CompactString,
}

/// One accepted row (statistics.md section 2, "record").
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The form's key, such as `meeting_report`.
    pub form: CompactString,
    /// The place of the row.
    pub source: Source,
    /// The sequence number of the first ledger line about this row.
    pub seq: u64,
    /// The submission moment: the timestamp (local time, whole seconds), or the event date at 00:00
    /// without one.
    pub moment: NaiveDateTime,
    /// Whether the row has a timestamp (a row typed by hand may have none).
    pub has_timestamp: bool,
    /// The event date: the form's `event_date` answer, else the date of the submission moment.
    pub event_date: NaiveDate,
    /// The typed answers.
    pub answers: Answers,
    /// The number of values, of optional questions only, that were not acceptable and dropped.
    pub dropped: u32,
}

impl Record {
    /// Returns the date on which the row was submitted.
    pub fn submitted_on(&self) -> NaiveDate {
        self.moment.date()
    }
}

/// Rounds a moment to the nearest whole second.
pub fn to_the_second(moment: NaiveDateTime) -> NaiveDateTime {
    let rounded = moment + chrono::TimeDelta::milliseconds(500);
    rounded
        - chrono::TimeDelta::milliseconds(i64::from(rounded.and_utc().timestamp_subsec_millis()))
}
