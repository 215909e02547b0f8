//! The events: everything that can happen, and how its data are written.
//!
//! Field names here are law: a ledger is read for decades. A change of a type's data is a new
//! version of it: an upgrade in `versions.rs` and golden lines; a reader ignores fields and types
//! it does not know.
//!
//! Version 2 of a row's event is version 1 with its private answers in `sealed` (see
//! `ledger::sealed`). A line without private answers is still written as version 1.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime};
use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::answers::Answers;
use super::configured::Configured;
use super::problem::Problem;
use super::sealed::SealedPart;
use super::season_state::{SeasonClosing, SeasonOpening};
use super::versions::{FIRST, UPGRADES, Upgrade, upgraded, version_of};
use crate::table::Cell;

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// An acceptable row not seen before, or one that was rejected and is now acceptable:
    /// `<form>.submitted`.
    Submitted(CompactString, Submission),
    /// An accepted row whose answers changed: `<form>.amended`.
    Amended(CompactString, Submission),
    /// A row is gone from the tab: `<form>.retracted`.
    Retracted(CompactString, Retraction),
    /// A row that cannot be accepted: `row_rejected`.
    RowRejected(RejectedRow),
    /// How many copies of a row stand in the tab: `row_copied`.
    RowCopied(Copies),
    /// A form tab's sheetId, title or questions are new: `tab_observed`.
    TabObserved(ObservedTab),
    /// Suggestions that differ from the last ones were shown: `suggestions_issued`.
    SuggestionsIssued(IssuedSuggestions),
    /// The coordinator decided about a suggestion, in the tab: `placement_decided`.
    PlacementDecided(PlacementDecision),
    /// The board opened a season: `season_opened`.
    SeasonOpened(SeasonOpening),
    /// The board closed a season: `season_closed`.
    SeasonClosed(SeasonClosing),
    /// What changes figures or suggestions is configured otherwise than before: `config_changed`.
    ConfigChanged(Configured),
    /// The keys of a person's answers were destroyed: `person_erased`.
    PersonErased(ErasedPerson),
    /// Free texts were kept as long as they may be: `texts_erased`. It names nobody.
    TextsErased(ErasedPerson),
    /// A type that this program does not know.
    Unknown(CompactString),
}

/// The data of a row: `<form>.submitted` and `<form>.amended`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Submission {
    /// The timestamp in local time, to the millisecond; absent for a row typed by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<NaiveDateTime>,
    /// The event date.
    pub date: NaiveDate,
    /// What says whose row it is, as 16 hex digits.
    pub identity: CompactString,
    /// The typed answers.
    pub answers: Answers,
    /// Values of optional questions that were not acceptable.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dropped: Vec<Problem>,
    /// Cells whose typed value says less than they do, by question.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub raw: BTreeMap<CompactString, Cell>,
    /// Cells of columns that no question explains, by title.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub extra: BTreeMap<CompactString, Cell>,
    /// What is private, as the ledger has it; empty once it is opened.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sealed: Vec<SealedPart>,
}

/// The data of `<form>.retracted`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retraction {
    /// Whether the row had been accepted when it went.
    pub accepted: bool,
}

/// The data of `row_rejected`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RejectedRow {
    /// The form.
    pub form: CompactString,
    /// The timestamp, if it can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<NaiveDateTime>,
    /// What says whose row it is, as 16 hex digits.
    pub identity: CompactString,
    /// The first check that failed.
    pub problem: Problem,
    /// The cells of the timestamp and of all questions by column title, as they were written; blank
    /// ones are left out.
    pub cells: Vec<(CompactString, Cell)>,
    /// Cells of columns that no question explains, by title.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub extra: BTreeMap<CompactString, Cell>,
    /// What is private, as the ledger has it; empty once it is opened.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sealed: Vec<SealedPart>,
}

/// The data of `row_copied`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copies {
    /// The form.
    pub form: CompactString,
    /// How many copies stand in the tab beside the row itself.
    pub copies: u32,
}

/// The data of `tab_observed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObservedTab {
    /// The form.
    pub form: CompactString,
    /// The tab's sheetId.
    pub tab: i64,
    /// The tab's title.
    pub title: CompactString,
    /// The name by which the configuration had it found: a tab may be renamed, but a new name in
    /// the configuration means another tab.
    #[serde(default)]
    pub configured: CompactString,
    /// The titles of its columns (without the timestamp's), each with the question it answers, if
    /// any.
    pub questions: Vec<(CompactString, Option<CompactString>)>,
}

impl ObservedTab {
    /// How many columns no question explains.
    pub fn unknown_columns(&self) -> u32 {
        self.questions.iter().map(|(_, question)| u32::from(question.is_none())).sum()
    }

    /// Whether nothing that matters differs: moved columns do not.
    pub fn says_the_same_as(&self, other: &Self) -> bool {
        let sorted = |tab: &Self| {
            let mut questions = tab.questions.clone();
            questions.sort_unstable();
            questions
        };
        (self.tab, &self.title, &self.configured) == (other.tab, &other.title, &other.configured)
            && sorted(self) == sorted(other)
    }
}

/// One suggestion as it was shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuedSuggestion {
    /// The mentee's code.
    pub mentee: CompactString,
    /// The mentor's code.
    pub mentor: CompactString,
    /// The group it would join; absent for a new group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<CompactString>,
    /// The weekly slot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<CompactString>,
    /// The predicted score, 0 to 1000.
    pub score: i64,
    /// What the score is made of: thousandths by criterion, weighed by the weights issued with it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub terms: BTreeMap<CompactString, i64>,
}

/// The data of `suggestions_issued`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IssuedSuggestions {
    /// Stands for everything the matching was given.
    pub instance: CompactString,
    /// The weights, by criterion.
    pub weights: BTreeMap<CompactString, f64>,
    /// The suggestions, by mentee code.
    pub suggestions: Vec<IssuedSuggestion>,
    /// The sum of scores.
    pub objective: i64,
    /// What no placement can exceed, where it was computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<i64>,
    /// Whether the search was stopped at its deadline: on a faster machine the suggestions could be
    /// others.
    #[serde(default, skip_serializing_if = "is_false")]
    pub stopped: bool,
    /// How chance chose among plans that are nearly as good as the best; absent where the best
    /// found was suggested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub randomised: Option<Randomised>,
}

/// How chance chose among plans.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Randomised {
    /// From what the random numbers were drawn, as 16 hex digits.
    pub seed: CompactString,
    /// What the best plan found was worth.
    pub best: i64,
}

fn is_false(value: &bool) -> bool {
    !*value
}

/// What the coordinator decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As suggested.
    Accepted,
    /// With another mentor than suggested.
    Redirected,
    /// Not this mentor.
    Rejected,
}

/// The data of `placement_decided`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacementDecision {
    /// What was decided.
    pub verdict: Verdict,
    /// The mentees' codes.
    pub mentees: Vec<CompactString>,
    /// The mentor's code: whom the mentees join, or (rejected) whom they do not.
    pub mentor: CompactString,
    /// The group they join; absent when rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<CompactString>,
    /// Whether the group is formed by this decision.
    #[serde(default)]
    pub forms_group: bool,
    /// The weekly slot of a group that is formed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<CompactString>,
    /// The day on which it takes effect.
    pub date: NaiveDate,
    /// What had been suggested, with its predicted score.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suggested: Vec<IssuedSuggestion>,
}

/// What is left of a row after somebody who stood in it was erased.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remains {
    /// Of an accepted row: the answers that figures count, with the person's code in the place of
    /// the name.
    Accepted {
        /// The answers.
        answers: Answers,
        /// Values that were not acceptable.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        dropped: Vec<Problem>,
    },
    /// Of a rejected row: its cells without those that name the person.
    Rejected {
        /// The cells.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        cells: Vec<(CompactString, Cell)>,
    },
}

/// A row in which an erased person stood.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ErasedRow {
    /// The form.
    pub form: CompactString,
    /// The row's key.
    pub key: CompactString,
    /// Whether the row is about the person: then whatever still stands in the tab is never read
    /// again.
    pub own: bool,
    /// Questions whose answers named the person in free text: they are never read again in this
    /// row.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blanked: Vec<CompactString>,
    /// What is left of it.
    pub remains: Remains,
    /// What is private of what is left, as the ledger has it; empty once it is opened.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sealed: Vec<SealedPart>,
}

/// The data of `person_erased`, and (without a code and without names) of `texts_erased`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ErasedPerson {
    /// The person's code.
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    pub code: CompactString,
    /// The moment, in local time: what the person sends later is not erased.
    pub at: NaiveDateTime,
    /// The keys that were destroyed.
    pub keys: Vec<CompactString>,
    /// What the person was called, as salted fingerprints (`ledger::erased`); sealed in the ledger.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub called: Vec<CompactString>,
    /// What is left of every row in which the person stood.
    pub rows: Vec<ErasedRow>,
    /// What is private, as the ledger has it; empty once it is opened.
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
    /// The event's type, as the ledger writes it.
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

    /// The form whose row or tab it is about.
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

    /// The version in which it is written: the newest of its type, but the first of a row of which
    /// nothing is sealed.
    pub fn version(&self) -> u16 {
        let sealed = match self {
            Self::Submitted(_, row) | Self::Amended(_, row) => !row.sealed.is_empty(),
            Self::RowRejected(row) => !row.sealed.is_empty(),
            _ => true,
        };
        if sealed { version_of(&self.kind()) } else { FIRST }
    }

    /// The event's data, as the ledger writes them.
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

    /// Reads an event. A type that is not known is `Unknown`, never an error: a newer program may
    /// have written it.
    pub fn read(kind: &str, version: u16, data: &str) -> Result<Self, UnreadableEvent> {
        Self::read_with(UPGRADES, kind, version, data)
    }

    /// [`Event::read`] with the upgrades of another program.
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
