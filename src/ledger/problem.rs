//! Why a row, or one of its values, was not accepted. The words for people are elsewhere.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::table::Cell;

/// Why a value is not acceptable: the list of statistics.md section 5, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The row has no timestamp, and the form does not ask for a date.
    MissingTimestamp,
    /// The timestamp is not a moment between 2015 and 2100.
    BadTimestamp,
    /// A required question has no answer.
    MissingRequired,
    /// The text is not a date, or there is no such day.
    BadDate,
    /// The date is outside the range that the question allows.
    DateOutOfRange,
    /// The date is later than the submission.
    DateInFuture,
    /// The text is not an Indonesian mobile number.
    BadPhone,
    /// The text is not an amount of rupiah.
    BadMoney,
    /// The text is not a number of the kind that the question asks for.
    BadNumber,
    /// The number is outside the range that the question allows.
    OutOfRange,
    /// The answer is not among the choices of the question.
    UnknownChoice,
    /// Fewer choices were ticked than the question requires.
    TooFewChoices,
    /// There is no surah with that number or name.
    UnknownSurah,
}

impl Reason {
    /// All reasons, in the order of statistics.md.
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

    /// Returns the reason's key in the ledger and in figures.
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
    /// Why the value was not accepted.
    pub reason: Reason,
}
