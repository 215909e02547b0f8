//! What can be wrong in a configuration: every mistake with the bytes where it stands, so that it
//! can be shown under its word.

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;

use toml::Spanned;

use crate::ledger::procedures::ConditionError;
use crate::matching::criteria::Measure;
use crate::schedule::BadSchedule;

/// The mistakes in a configuration.
pub struct Mistakes {
    /// The file.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
    /// The mistakes, at least one, in the order in which they were found.
    pub list: Vec<Mistake>,
}

/// One mistake, at the bytes of the text where it stands.
#[derive(Debug)]
pub struct Mistake {
    /// The bytes of the word that is wrong.
    pub span: Range<usize>,
    /// What is wrong with it.
    pub kind: MistakeKind,
}

/// What is wrong with a word in a configuration.
#[derive(Debug, thiserror::Error)]
pub enum MistakeKind {
    /// No TOML, or a key or a type that is not known: the parser's message.
    #[error("{0}")]
    Toml(String),
    /// The time zone of this name does not exist.
    #[error("unknown time zone \"{0}\"")]
    TimeZone(String),
    /// The program's code has other characters than it may.
    #[error("program code with other characters than a-z, 0-9 and -")]
    ProgramCode,
    /// The text of a key in the place of a file's name.
    #[error("key in place of the name of a key file")]
    KeyInFile,
    /// A form's link is not a web address.
    #[error("link that is not a web address")]
    Link,
    /// An address is not a web address.
    #[error("address that is not a web address")]
    Address,
    /// No time at all for a request.
    #[error("timeout of zero seconds")]
    Timeout,
    /// A text that cannot be a spreadsheet's id.
    #[error("malformed spreadsheet id")]
    SpreadsheetId,
    /// The confidential spreadsheet is the shared one.
    #[error("the same spreadsheet for what is shared and what is confidential")]
    RestrictedIsShared,
    /// A schedule that cannot be used.
    #[error(transparent)]
    Schedule(#[from] BadSchedule),
    /// No form has this key.
    #[error("unknown form \"{0}\"")]
    Form(String),
    /// A tab's title is empty.
    #[error("empty title of a tab")]
    TabTitle,
    /// Two forms have the same tab.
    #[error("two forms with the same tab")]
    SharedTab,
    /// No document is of this kind.
    #[error("unknown kind of document \"{0}\"")]
    DocumentKind(String),
    /// The sizes of groups are not in order.
    #[error("group sizes out of order")]
    GroupSize,
    /// The time for matching is not above zero, or too long to be counted.
    #[error("matching deadline out of range")]
    Deadline,
    /// The weight of personality is too large a share of all weights.
    #[error("personality weight above {share} % of all weights")]
    Personality {
        /// The largest share, in percent.
        share: u64,
        /// The largest weight beside the other weights as they are.
        most: u64,
    },
    /// A text that is not a day.
    #[error("malformed day \"{0}\"")]
    Day(String),
    /// A season begins on another day than Monday.
    #[error("season that does not begin on a Monday")]
    SeasonStart,
    /// A season ends before it begins.
    #[error("season that ends before it begins")]
    SeasonEnd,
    /// Another season has the same code.
    #[error("two seasons with the same code")]
    SeasonCode,
    /// A season begins before the one of this code has ended.
    #[error("season that overlaps \"{0}\"")]
    SeasonOverlap(String),
    /// There is no season at all.
    #[error("no season")]
    NoSeason,
    /// A part of the calendar ends before it begins.
    #[error("calendar entry that ends before it begins")]
    CalendarEnd,
    /// A criterion on a question that the mentee's registration does not ask.
    #[error("no question \"{field}\" in the form {form}")]
    CriterionField {
        /// The form.
        form: &'static str,
        /// The question's key.
        field: String,
        /// The keys that the form has.
        known: Vec<String>,
    },
    /// A criterion compares with a question that the other form does not ask.
    #[error("no question \"{other}\" in the form {form}")]
    CriterionOther {
        /// The form.
        form: &'static str,
        /// The question's key.
        other: String,
    },
    /// A measure that does not go with the answers to the question.
    #[error("measure that does not fit the question's answers")]
    CriterionMeasure(Measure),
    /// A criterion on answers from which no reason may be shown.
    #[error("question whose answers are not used for matching")]
    CriterionUnusable,
    /// Two procedures have the same key.
    #[error("two procedures with the same key")]
    ProcedureKey,
    /// A procedure has no step.
    #[error("procedure without a step")]
    ProcedureSteps,
    /// Two steps of a procedure have the same key.
    #[error("two steps with the same key")]
    StepKey,
    /// What a procedure is about, or how a step is reached, is not understood.
    #[error(transparent)]
    Condition(#[from] ConditionError),
}

impl MistakeKind {
    /// The mistake in this word.
    pub(super) fn at<T>(self, word: &Spanned<T>) -> Mistake {
        Mistake { span: word.span(), kind: self }
    }
}

impl Mistakes {
    /// The line of a mistake, from 1.
    fn line(&self, mistake: &Mistake) -> usize {
        let before = &self.text.as_bytes()[..mistake.span.start.min(self.text.len())];
        1 + before.iter().filter(|byte| **byte == b'\n').count()
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, mistake) in self.list.iter().enumerate() {
            let (path, line) = (self.path.display(), self.line(mistake));
            write!(f, "{}{path}:{line}: {}", if index == 0 { "" } else { ", " }, mistake.kind)?;
        }
        Ok(())
    }
}

/// As for people: the whole text would hide the mistakes.
impl fmt::Debug for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
