//! What of the configuration changes figures or suggestions, as the ledger records it: so that a
//! figure which changed without any row can be explained. Names and words are left out, for they
//! change neither.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};

/// The data of `config_changed`: all of it as it is from now on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Configured {
    /// The seasons, in order of their first day.
    pub seasons: Vec<ConfiguredSeason>,
    /// Days on which groups are not expected to meet.
    pub calendar: Vec<ConfiguredDays>,
    /// What matching is given.
    pub matching: ConfiguredMatching,
    /// The procedures with clocks.
    pub procedures: Vec<ConfiguredProcedure>,
    /// The kinds of documents that the next board must receive.
    pub handover: Vec<CompactString>,
}

/// A season.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfiguredSeason {
    /// Its code.
    pub code: CompactString,
    /// Its first day.
    pub start: NaiveDate,
    /// Its last day.
    pub end: NaiveDate,
    /// Rupiah in the treasury on the first day.
    pub cash_opening: i64,
}

/// An entry of the calendar; both ends are inside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfiguredDays {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
}

/// What matching is given. What was not recorded once is left out while it has the value that older
/// programs used, so that a newer program finds no change where there is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConfiguredMatching {
    /// How large a group is.
    pub group_size: ConfiguredSize,
    /// The weights by term.
    pub weights: BTreeMap<CompactString, u32>,
    /// `mixed` or `equal`.
    pub reading: CompactString,
    /// Criteria on further questions.
    pub criteria: Vec<ConfiguredCriterion>,
    /// How many seconds it may take; absent without a deadline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_s: Option<f64>,
    /// Whether chance chooses among plans that are nearly as good as the best; absent: no.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub randomise: bool,
}

/// How large a group is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfiguredSize {
    /// A new group with fewer is not opened.
    pub min: u32,
    /// The size that serves best.
    pub target: u32,
    /// No group grows beyond it.
    pub max: u32,
}

/// A criterion on any question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfiguredCriterion {
    /// The mentee's question.
    pub field: CompactString,
    /// `mentor` or `members`.
    pub with: CompactString,
    /// The other's question.
    pub other: CompactString,
    /// How the answers are compared.
    pub measure: CompactString,
    /// What it weighs.
    pub weight: u32,
}

/// A procedure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfiguredProcedure {
    /// Its key.
    pub key: CompactString,
    /// Whom or what it is about.
    pub subject: CompactString,
    /// Its steps.
    pub steps: Vec<ConfiguredStep>,
}

/// A step of a procedure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfiguredStep {
    /// Its key.
    pub key: CompactString,
    /// How it is reached, as the configuration writes it.
    pub reached_by: CompactString,
    /// Days allowed since the step before; absent without a clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
}

impl Configured {
    /// The parts in which it differs from what was recorded before, by their names; all of them the
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
