//! The types of events, and the format of their data.
//!
//! Field names here must never change: a ledger is read for decades. A change of a type's data
//! makes a new version of it, with an upgrade in `versions.rs` and golden lines. A reader ignores
//! fields and types that it does not know.
//!
//! Version 2 of an event about a row is version 1 with its private answers in `sealed` (see
//! `ledger::sealed`). A line without private answers is still written as version 1.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime};
use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::answers::Answers;
use super::configured::Configured;
use super::problem::Problem;
use super::season_state::{SeasonClosing, SeasonOpening};
use super::versions::{FIRST, UPGRADES, Upgrade, upgraded, version_of};
use crate::table::Cell;

/// One event.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A new row was accepted, or a rejected row became acceptable: `<form>.submitted`.
    Submitted(CompactString, Submission),
    /// The answers of an accepted row changed: `<form>.amended`.
    Amended(CompactString, Submission),
    /// A row disappeared from the tab: `<form>.retracted`.
    Retracted(CompactString, Retraction),
    /// A row was rejected: `row_rejected`.
    RowRejected(RejectedRow),
    /// The number of copies of a row in the tab changed: `row_copied`.
    RowCopied(Copies),
    /// The sheetId, title or questions of a form tab changed: `tab_observed`.
    TabObserved(ObservedTab),
    /// Suggestions were shown that differ from the last ones: `suggestions_issued`.
    SuggestionsIssued(IssuedSuggestions),
    /// The coordinator decided about a suggestion, in the tab: `placement_decided`.
    PlacementDecided(PlacementDecision),
    /// The board opened a season: `season_opened`.
    SeasonOpened(SeasonOpening),
    /// The board closed a season: `season_closed`.
    SeasonClosed(SeasonClosing),
    /// The part of the configuration that changes figures or suggestions changed: `config_changed`.
    ConfigChanged(Configured),
    /// A person's answers were erased and their keys destroyed: `person_erased`.
    PersonErased(ErasedPerson),
    /// Free texts older than their retention period were erased: `texts_erased`. It names nobody.
    TextsErased(ErasedPerson),
    /// A type that this program does not know.
    Unknown(CompactString),
}

/// One sealed part of an event, as the ledger writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedPart {
    /// The key that opens it, as 16 hex digits.
    pub key: CompactString,
    /// The nonce and the sealed bytes, in base64.
    #[serde(rename = "box")]
    pub text: String,
}

/// The data of a row: `<form>.submitted` and `<form>.amended`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Submission {
    /// The timestamp in local time, to the millisecond; absent for a row typed by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<NaiveDateTime>,
    /// The event date.
    pub date: NaiveDate,
    /// The hash of the answers that tell whose row it is, as 16 hex digits.
    pub identity: CompactString,
    /// The typed answers.
    pub answers: Answers,
    /// Values of optional questions that were not acceptable and dropped.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dropped: Vec<Problem>,
    /// Cells that hold more than their typed value, by question.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub raw: BTreeMap<CompactString, Cell>,
    /// Cells of columns that belong to no question, by title.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub extra: BTreeMap<CompactString, Cell>,
    /// The private parts, encrypted; empty after they were opened.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sealed: Vec<SealedPart>,
}

/// The data of `<form>.retracted`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retraction {
    /// Whether the row was accepted when it disappeared.
    pub accepted: bool,
}

/// The data of `row_rejected`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RejectedRow {
    /// The form's key.
    pub form: CompactString,
    /// The timestamp, if it can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<NaiveDateTime>,
    /// The hash of the answers that tell whose row it is, as 16 hex digits.
    pub identity: CompactString,
    /// The first check that failed.
    pub problem: Problem,
    /// The cells of the timestamp and of all questions by column title, as they were written,
    /// without blank ones.
    pub cells: Vec<(CompactString, Cell)>,
    /// Cells of columns that belong to no question, by title.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub extra: BTreeMap<CompactString, Cell>,
    /// The private parts, encrypted; empty after they were opened.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sealed: Vec<SealedPart>,
}

/// The data of `row_copied`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copies {
    /// The form's key.
    pub form: CompactString,
    /// The number of copies in the tab, without the row itself.
    pub copies: u32,
}

/// The data of `tab_observed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObservedTab {
    /// The form's key.
    pub form: CompactString,
    /// The tab's sheetId.
    pub tab: i64,
    /// The tab's title.
    pub title: CompactString,
    /// The tab's name in the configuration when it was found. A tab may be renamed in the sheet,
    /// but a new name in the configuration means another tab.
    #[serde(default)]
    pub configured: CompactString,
    /// The titles of the columns, without the timestamp's, each with its question, if it has one.
    pub questions: Vec<(CompactString, Option<CompactString>)>,
}

impl ObservedTab {
    /// Returns the number of columns that belong to no question.
    pub fn unknown_columns(&self) -> u32 {
        self.questions.iter().map(|(_, question)| u32::from(question.is_none())).sum()
    }

    /// Returns whether two observations are equal except for the order of columns.
    pub fn is_equivalent(&self, other: &Self) -> bool {
        let sorted = |tab: &Self| {
            let mut questions = tab.questions.clone();
            questions.sort_unstable();
            questions
        };
        (self.tab, &self.title, &self.configured) == (other.tab, &other.title, &other.configured)
            && sorted(self) == sorted(other)
    }
}

/// One suggestion, as it was shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuedSuggestion {
    /// The mentee's code.
    pub mentee: CompactString,
    /// The mentor's code.
    pub mentor: CompactString,
    /// The group that the mentee would join; `None` for a new group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<CompactString>,
    /// The weekly slot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<CompactString>,
    /// The predicted score, 0 to 1000.
    pub score: i64,
    /// The terms of the score in thousandths, by criterion; the score weighs them by the weights of
    /// the same event.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub terms: BTreeMap<CompactString, i64>,
}

/// The data of `suggestions_issued`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IssuedSuggestions {
    /// The fingerprint of everything that matching was given.
    pub instance: CompactString,
    /// The weights, by criterion.
    pub weights: BTreeMap<CompactString, f64>,
    /// The suggestions, by mentee code.
    pub suggestions: Vec<IssuedSuggestion>,
    /// The sum of scores.
    pub objective: i64,
    /// An upper bound for the sum of scores of any plan, if it was computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<i64>,
    /// Whether the search was stopped at its deadline, so that a faster machine might suggest
    /// something else.
    #[serde(default, skip_serializing_if = "is_false")]
    pub stopped: bool,
    /// The random choice among plans that are nearly as good as the best; `None` if the best plan
    /// found was suggested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub randomised: Option<Randomised>,
}

/// A random choice among plans.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Randomised {
    /// The seed of the random numbers, as 16 hex digits.
    pub seed: CompactString,
    /// The sum of scores of the best plan found.
    pub best: i64,
}

fn is_false(value: &bool) -> bool {
    !*value
}

/// The coordinator's decision about a suggestion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The mentees join the suggested mentor.
    Accepted,
    /// The mentees join another mentor than suggested.
    Redirected,
    /// The mentees do not join the suggested mentor.
    Rejected,
}

/// The data of `placement_decided`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacementDecision {
    /// The coordinator's decision.
    pub verdict: Verdict,
    /// The mentees' codes.
    pub mentees: Vec<CompactString>,
    /// The code of the mentor whom the mentees join; if rejected, of the one whom they do not join.
    pub mentor: CompactString,
    /// The group that they join; `None` if rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<CompactString>,
    /// Whether this decision forms the group.
    #[serde(default)]
    pub forms_group: bool,
    /// The weekly slot of a new group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<CompactString>,
    /// The day on which it takes effect.
    pub date: NaiveDate,
    /// The suggestions that the decision is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suggested: Vec<IssuedSuggestion>,
}

/// The content of a row after somebody in it was erased.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remains {
    /// The remains of an accepted row.
    Accepted {
        /// The answers that figures count, with the person's code instead of the name.
        answers: Answers,
        /// Values that were not acceptable and dropped.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        dropped: Vec<Problem>,
    },
    /// The remains of a rejected row.
    Rejected {
        /// The cells that do not name the person, by column title.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        cells: Vec<(CompactString, Cell)>,
    },
}

/// A row about an erased person, or one that named an erased person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ErasedRow {
    /// The form's key.
    pub form: CompactString,
    /// The row's key.
    pub key: CompactString,
    /// Whether the row is about the person. The row in the tab is then never read again.
    pub own: bool,
    /// Questions whose free text named the person. Their answers are never read again in this row.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blanked: Vec<CompactString>,
    /// The new content of the row.
    pub remains: Remains,
    /// The private parts of the remains, encrypted; empty after they were opened.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sealed: Vec<SealedPart>,
}

/// The data of `person_erased`, and (without a code and without names) of `texts_erased`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ErasedPerson {
    /// The person's code.
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    pub code: CompactString,
    /// The moment, in local time. Rows that the person sends later are not erased.
    pub at: NaiveDateTime,
    /// The names of the keys that were destroyed, as 16 hex digits each.
    pub keys: Vec<CompactString>,
    /// The person's names, as fingerprints (`ledger::erased`); sealed in the ledger.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub called: Vec<CompactString>,
    /// Every row about the person or naming the person.
    pub rows: Vec<ErasedRow>,
    /// The names, encrypted; empty after they were opened.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sealed: Vec<SealedPart>,
}

/// An event whose data cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the data of an event of type \"{kind}\" version {version} cannot be read: {source}")]
pub struct UnreadableEvent {
    kind: String,
    version: u16,
    source: serde_json::Error,
}

impl Event {
    /// Returns the event's type, as the ledger writes it.
    pub fn kind(&self) -> String {
        match self {
            Self::Submitted(form, _) => format!("{form}.submitted"),
            Self::Amended(form, _) => format!("{form}.amended"),
            Self::Retracted(form, _) => format!("{form}.retracted"),
            Self::RowRejected(_) => "row_rejected".to_owned(),
            Self::RowCopied(_) => "row_copied".to_owned(),
            Self::TabObserved(_) => "tab_observed".to_owned(),
            Self::SuggestionsIssued(_) => "suggestions_issued".to_owned(),
            Self::PlacementDecided(_) => "placement_decided".to_owned(),
            Self::SeasonOpened(_) => "season_opened".to_owned(),
            Self::SeasonClosed(_) => "season_closed".to_owned(),
            Self::ConfigChanged(_) => "config_changed".to_owned(),
            Self::PersonErased(_) => "person_erased".to_owned(),
            Self::TextsErased(_) => "texts_erased".to_owned(),
            Self::Unknown(kind) => kind.to_string(),
        }
    }

    /// Returns the key of the form whose row or tab the event is about.
    pub fn form(&self) -> Option<&str> {
        match self {
            Self::Submitted(form, _) | Self::Amended(form, _) | Self::Retracted(form, _) => {
                Some(form)
            }
            Self::RowRejected(rejected) => Some(&rejected.form),
            Self::RowCopied(copied) => Some(&copied.form),
            Self::TabObserved(tab) => Some(&tab.form),
            Self::SuggestionsIssued(_) | Self::PlacementDecided(_) | Self::Unknown(_) => None,
            Self::SeasonOpened(_) | Self::SeasonClosed(_) | Self::ConfigChanged(_) => None,
            Self::PersonErased(_) | Self::TextsErased(_) => None,
        }
    }

    /// Returns the version in which the event is written: the newest of its type, except that an
    /// event about a row without sealed parts is written in the first.
    pub fn version(&self) -> u16 {
        let sealed = match self {
            Self::Submitted(_, row) | Self::Amended(_, row) => !row.sealed.is_empty(),
            Self::RowRejected(row) => !row.sealed.is_empty(),
            _ => true,
        };
        if sealed { version_of(&self.kind()) } else { FIRST }
    }

    /// Returns the event's data as JSON, as the ledger writes them.
    pub fn data(&self) -> Result<Box<RawValue>, serde_json::Error> {
        match self {
            Self::Submitted(_, data) | Self::Amended(_, data) => {
                serde_json::value::to_raw_value(data)
            }
            Self::Retracted(_, data) => serde_json::value::to_raw_value(data),
            Self::RowRejected(data) => serde_json::value::to_raw_value(data),
            Self::RowCopied(data) => serde_json::value::to_raw_value(data),
            Self::TabObserved(data) => serde_json::value::to_raw_value(data),
            Self::SuggestionsIssued(data) => serde_json::value::to_raw_value(data),
            Self::PlacementDecided(data) => serde_json::value::to_raw_value(data),
            Self::SeasonOpened(data) => serde_json::value::to_raw_value(data),
            Self::SeasonClosed(data) => serde_json::value::to_raw_value(data),
            Self::ConfigChanged(data) => serde_json::value::to_raw_value(data),
            Self::PersonErased(data) | Self::TextsErased(data) => {
                serde_json::value::to_raw_value(data)
            }
            Self::Unknown(_) => RawValue::from_string("{}".to_owned()),
        }
    }

    /// Reads an event from its type, version and data. An unknown type becomes `Unknown` and is no
    /// error: a newer program may have written it.
    pub fn read(kind: &str, version: u16, data: &str) -> Result<Self, UnreadableEvent> {
        Self::read_with(UPGRADES, kind, version, data)
    }

    /// [`Event::read`] with the given upgrades.
    pub fn read_with(
        upgrades: &[Upgrade],
        kind: &str,
        version: u16,
        data: &str,
    ) -> Result<Self, UnreadableEvent> {
        let unreadable = |source| UnreadableEvent { kind: kind.to_owned(), version, source };
        let data = upgraded(upgrades, kind, version, data).map_err(unreadable)?;
        let data = data.as_ref();
        let parsed = match (kind.rsplit_once('.'), kind) {
            (Some((form, "submitted")), _) => parse(data, |row| Self::Submitted(form.into(), row)),
            (Some((form, "amended")), _) => parse(data, |row| Self::Amended(form.into(), row)),
            (Some((form, "retracted")), _) => parse(data, |row| Self::Retracted(form.into(), row)),
            (_, "row_rejected") => parse(data, Self::RowRejected),
            (_, "row_copied") => parse(data, Self::RowCopied),
            (_, "tab_observed") => parse(data, Self::TabObserved),
            (_, "suggestions_issued") => parse(data, Self::SuggestionsIssued),
            (_, "placement_decided") => parse(data, Self::PlacementDecided),
            (_, "season_opened") => parse(data, Self::SeasonOpened),
            (_, "season_closed") => parse(data, Self::SeasonClosed),
            (_, "config_changed") => parse(data, Self::ConfigChanged),
            (_, "person_erased") => parse(data, Self::PersonErased),
            (_, "texts_erased") => parse(data, Self::TextsErased),
            _ => Ok(Self::Unknown(kind.into())),
        };
        parsed.map_err(unreadable)
    }
}

fn parse<'d, T: Deserialize<'d>>(
    data: &'d str,
    event: impl FnOnce(T) -> Event,
) -> Result<Event, serde_json::Error> {
    serde_json::from_str(data).map(event)
}
