//! What the board has decided about its seasons: that one is opened or closed, and on which day.
//! Which seasons there are, and their days, stands in the configuration.

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
    /// The codes of seasons that were open and stayed so.
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
    /// How much was still open, by what it is; what was done is left out.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub left_open: BTreeMap<CompactString, i64>,
}

/// How a season stands by the board's decisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SeasonState {
    /// The day it was last opened.
    pub opened: Option<NaiveDate>,
    /// The day it was closed, unless it was opened again.
    pub closed: Option<NaiveDate>,
}

impl SeasonState {
    /// Whether it was opened and not closed since.
    pub fn is_open(&self) -> bool {
        self.opened.is_some() && self.closed.is_none()
    }
}

/// The seasons about which the board has decided anything, by code.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SeasonStates(BTreeMap<CompactString, SeasonState>);

impl SeasonStates {
    /// How a season stands; nothing decided if it is not named anywhere.
    pub fn of(&self, code: &str) -> SeasonState {
        self.0.get(code).copied().unwrap_or_default()
    }

    /// The codes of the seasons that are open, in their order.
    pub fn open(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|(_, state)| state.is_open()).map(|(code, _)| code.as_str())
    }

    pub(super) fn opened(&mut self, opening: SeasonOpening) -> Result<(), &'static str> {
        let state = self.0.entry(opening.season).or_default();
        if state.is_open() {
            return Err("the season is already open");
        }
        *state = SeasonState { opened: Some(opening.date), closed: None };
        Ok(())
    }

    pub(super) fn closed(&mut self, closing: SeasonClosing) -> Result<(), &'static str> {
        let state = self.0.entry(closing.season).or_default();
        if state.closed.is_some() {
            return Err("the season is already closed");
        }
        state.closed = Some(closing.date);
        Ok(())
    }
}
