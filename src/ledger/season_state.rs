//! The board's decisions to open and close seasons. The seasons themselves, with their days, are in
//! the configuration.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};

/// The data of `season_opened`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeasonOpening {
    /// The season's code.
    pub season: CompactString,
    /// The day of the decision.
    pub date: NaiveDate,
    /// The codes of other seasons that were open and stayed open.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beside: Vec<CompactString>,
}

/// The data of `season_closed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeasonClosing {
    /// The season's code.
    pub season: CompactString,
    /// The day of the decision.
    pub date: NaiveDate,
    /// The number of unfinished tasks by figure, without zeros.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub left_open: BTreeMap<CompactString, i64>,
}

/// Whether a season is open, by the board's decisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SeasonState {
    /// The day of the last opening.
    pub opened: Option<NaiveDate>,
    /// The day of the closing, unless the season was opened again.
    pub closed: Option<NaiveDate>,
}

impl SeasonState {
    /// Returns whether the season was opened and not closed since.
    pub fn is_open(&self) -> bool {
        self.opened.is_some() && self.closed.is_none()
    }
}

/// The states of the seasons that the board opened or closed, by code.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SeasonStates(BTreeMap<CompactString, SeasonState>);

impl SeasonStates {
    /// Returns the state of a season; the default if the board never opened or closed it.
    pub fn of(&self, code: &str) -> SeasonState {
        self.0.get(code).copied().unwrap_or_default()
    }

    /// Returns the codes of the open seasons, in order of codes.
    pub fn open(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|(_, state)| state.is_open()).map(|(code, _)| code.as_str())
    }

    pub(super) fn open_season(&mut self, opening: SeasonOpening) -> Result<(), &'static str> {
        let state = self.0.entry(opening.season).or_default();
        if state.is_open() {
            return Err("the season is already open");
        }
        *state = SeasonState { opened: Some(opening.date), closed: None };
        Ok(())
    }

    pub(super) fn close_season(&mut self, closing: SeasonClosing) -> Result<(), &'static str> {
        let state = self.0.entry(closing.season).or_default();
        if state.closed.is_some() {
            return Err("the season is already closed");
        }
        state.closed = Some(closing.date);
        Ok(())
    }
}
