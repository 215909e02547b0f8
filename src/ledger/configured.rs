//! The part of the configuration that changes figures or suggestions, as the ledger records it. So
//! a figure that changed without a new row can be explained. Names and words are left out: they
//! change neither.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};

/// The data of `config_changed`: all of these values, also those that did not change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Configured {
    /// The seasons, in order of their first day.
    pub seasons: Vec<ConfiguredSeason>,
    /// Days on which groups are not expected to meet.
    pub calendar: Vec<ConfiguredDays>,
    /// The configuration of matching.
    pub matching: ConfiguredMatching,
    /// The procedures with deadlines.
    pub procedures: Vec<ConfiguredProcedure>,
    /// The kinds of documents that the next board must receive.
    pub handover: Vec<CompactString>,
}

/// A season in the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfiguredSeason {
    /// The season's code.
    pub code: CompactString,
    /// The first day of the season.
    pub start: NaiveDate,
    /// The last day of the season.
    pub end: NaiveDate,
    /// Rupiah in the treasury on the first day.
    pub cash_opening: i64,
}

/// An entry of the calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfiguredDays {
    /// The first day without expected meetings.
    pub from: NaiveDate,
    /// The last day without expected meetings.
    pub to: NaiveDate,
}

/// The configuration of matching. A field that older programs did not record is left out while it
/// has the value that they used, so that a newer program does not record a change where there is
/// none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConfiguredMatching {
    /// The number of mentees in a group.
    pub group_size: ConfiguredSize,
    /// The weights by the name of the term.
    pub weights: BTreeMap<CompactString, u32>,
    /// `mixed` or `equal`.
    pub reading: CompactString,
    /// Criteria on further questions.
    pub criteria: Vec<ConfiguredCriterion>,
    /// The time allowed in seconds; `None` without a deadline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_s: Option<f64>,
    /// Whether the plan is drawn at random from those that are nearly as good as the best.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub randomise: bool,
}

/// The number of mentees in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfiguredSize {
    /// The minimum for a new group.
    pub min: u32,
    /// The preferred size.
    pub target: u32,
    /// The maximum for any group.
    pub max: u32,
}

/// A criterion on any question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfiguredCriterion {
    /// The key of the mentee's question.
    pub field: CompactString,
    /// Whose answers are compared with the mentee's: `mentor` or `members`.
    pub with: CompactString,
    /// The key of the question to the mentor or the other members.
    pub other: CompactString,
    /// The name of the measure that compares the answers.
    pub measure: CompactString,
    /// The criterion's weight.
    pub weight: u32,
}

/// A procedure in the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfiguredProcedure {
    /// The procedure's key.
    pub key: CompactString,
    /// The kind of subject, such as `mentee` (see `procedures::Subject`).
    pub subject: CompactString,
    /// The steps in their order.
    pub steps: Vec<ConfiguredStep>,
}

/// A step of a procedure in the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfiguredStep {
    /// The step's key.
    pub key: CompactString,
    /// The condition for reaching it, as the configuration writes it.
    pub reached_by: CompactString,
    /// The number of days allowed since the step before; `None` without a deadline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
}

impl Configured {
    /// Returns the names of the parts that differ from what was recorded before; all of them the
    /// first time.
    pub fn changed(&self, before: Option<&Self>) -> Vec<&'static str> {
        let differs = |test: &dyn Fn(&Self) -> bool| before.is_none_or(test);
        let parts = [
            ("seasons", differs(&|before| before.seasons != self.seasons)),
            ("calendar", differs(&|before| before.calendar != self.calendar)),
            ("matching", differs(&|before| before.matching != self.matching)),
            ("procedures", differs(&|before| before.procedures != self.procedures)),
            ("handover", differs(&|before| before.handover != self.handover)),
        ];
        parts.into_iter().filter(|(_, changed)| *changed).map(|(name, _)| name).collect()
    }
}
