//! Why a row, or one value of it, was not accepted. Words for people are made elsewhere.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::table::Cell;

/// Why a value is not acceptable: the closed list of statistics.md section 5, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The row has no timestamp and the form no date of its own.
    MissingTimestamp,
    /// The timestamp is no moment between 2015 and 2100.
    BadTimestamp,
    /// A required question has no answer.
    MissingRequired,
    /// Not a day that exists.
    BadDate,
    /// A day, but outside what the question allows.
    DateOutOfRange,
    /// A day later than the submission.
    DateInFuture,
    /// Not an Indonesian mobile number.
    BadPhone,
    /// Not an amount of rupiah.
    BadMoney,
    /// Not a number of the kind asked for.
    BadNumber,
    /// A number outside what the question allows.
    OutOfRange,
    /// None of the answers offered.
    UnknownChoice,
    /// Fewer ticks than asked for.
    TooFewChoices,
    /// No surah of that number or name.
    UnknownSurah,
}

impl Reason {
    /// All reasons in order.
    pub const ALL: [Self; 13] = [
        Self::MissingTimestamp,
        Self::BadTimestamp,
        Self::MissingRequired,
        Self::BadDate,
        Self::DateOutOfRange,
        Self::DateInFuture,
        Self::BadPhone,
        Self::BadMoney,
        Self::BadNumber,
        Self::OutOfRange,
        Self::UnknownChoice,
        Self::TooFewChoices,
        Self::UnknownSurah,
    ];

    /// The reason's key in the ledger and in the figures.
    pub fn key(self) -> &'static str {
        match self {
            Self::MissingTimestamp => "missing_timestamp",
            Self::BadTimestamp => "bad_timestamp",
            Self::MissingRequired => "missing_required",
            Self::BadDate => "bad_date",
            Self::DateOutOfRange => "date_out_of_range",
            Self::DateInFuture => "date_in_future",
            Self::BadPhone => "bad_phone",
            Self::BadMoney => "bad_money",
            Self::BadNumber => "bad_number",
            Self::OutOfRange => "out_of_range",
            Self::UnknownChoice => "unknown_choice",
            Self::TooFewChoices => "too_few_choices",
            Self::UnknownSurah => "unknown_surah",
        }
    }
}

/// One value that could not be accepted, with the cell as it was written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// The question's key; `timestamp` for the timestamp column.
    pub question: CompactString,
    /// The cell as it was written.
    pub cell: Cell,
    /// What is wrong with it.
    pub reason: Reason,
}
