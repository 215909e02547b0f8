//! The state that follows from all events. A replay and a running cycle use the same
//! [`State::apply`].

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};
use compact_str::{CompactString, ToCompactString};
use serde::{Deserialize, Serialize};

use super::answers::{Answer, Answers, QuestionLists};
use super::codes::{Code, PlacementAction};
use super::configured::Configured;
use super::erased::{Erased, ErasedMark};
use super::event::{
    ErasedPerson, ErasedRow, Event, IssuedSuggestions, ObservedTab, PlacementDecision, RejectedRow,
    Remains, Submission, Verdict,
};
use super::line::LineHash;
use super::problem::Problem;
use super::quality::Quality;
use super::record::{Record, Source, to_the_second};
use super::season_state::SeasonStates;
use crate::table::Cell;

/// An event that contradicts the state before it.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("line {seq}: \"{kind}\" about row \"{key}\" cannot follow: {why}")]
pub struct Illegal {
    /// The line's sequence number.
    pub seq: u64,
    /// The event's type.
    pub kind: String,
    /// The key of the event's row; empty without one.
    pub key: String,
    /// The contradiction, as a clause in English.
    pub why: &'static str,
}

/// The end of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LedgerHead {
    /// The number of events.
    pub seq: u64,
    /// The hash of the last event, in hex.
    pub hash: String,
    /// The moment when the last event was recorded, in local time.
    pub at: Option<NaiveDateTime>,
    /// The checkpoints of the newest days with events, in order of days.
    pub checkpoints: Vec<Checkpoint>,
}

/// The number of days whose checkpoints are kept in memory; the ledger itself has all of them.
const CHECKPOINT_DAYS: usize = 14;

/// The last event that was recorded on a day. Its hash, kept elsewhere, shows later whether the
/// ledger was rewritten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The day, in local time.
    pub day: NaiveDate,
    /// The sequence number of the event.
    pub seq: u64,
    /// The hash of the event's line; `None` before the event is written.
    pub hash: Option<LineHash>,
}

impl LedgerHead {
    /// Records an event as the last one of its day. After the clock was set back, the day is the
    /// one that the clock shows.
    pub fn note_day(&mut self, checkpoint: Checkpoint) {
        match self.checkpoints.binary_search_by_key(&checkpoint.day, |known| known.day) {
            Ok(place) => self.checkpoints[place] = checkpoint,
            Err(place) => {
                self.checkpoints.insert(place, checkpoint);
                if self.checkpoints.len() > CHECKPOINT_DAYS {
                    self.checkpoints.remove(0);
                }
            }
        }
    }

    /// Returns the newest checkpoint of a day before `today`.
    pub fn closed_before(&self, today: NaiveDate) -> Option<&Checkpoint> {
        self.checkpoints.iter().rev().find(|checkpoint| checkpoint.day < today)
    }
}

/// Whether a row was accepted, with its content.
#[derive(Debug, Clone, PartialEq)]
pub enum Fate {
    /// The row was accepted.
    Accepted {
        /// The row with its typed answers.
        record: Record,
        /// Values of optional questions that were not acceptable and dropped.
        dropped: Vec<Problem>,
    },
    /// The row was rejected.
    Rejected(Source, RejectedRow),
}

/// One row in a form tab.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The sequence number of the first ledger line about the row, rejected or not. People's codes
    /// are made of it.
    pub seq: u64,
    /// The timestamp in milliseconds of local time since 1970, if it can be read.
    pub moment: Option<i64>,
    /// The hash of the answers that tell whose row it is.
    pub identity: u64,
    /// The hash of everything whose change makes an amendment. It is never written to the ledger,
    /// since it may differ between builds.
    pub content: u64,
    /// The number of copies of the row in the tab.
    pub copies: u32,
    /// Whether the row was accepted, with its content.
    pub fate: Fate,
}

impl Row {
    /// Returns the place of the row.
    pub fn source(&self) -> &Source {
        match &self.fate {
            Fate::Accepted { record, .. } => &record.source,
            Fate::Rejected(source, _) => source,
        }
    }

    fn source_mut(&mut self) -> &mut Source {
        match &mut self.fate {
            Fate::Accepted { record, .. } => &mut record.source,
            Fate::Rejected(source, _) => source,
        }
    }

    /// Returns whether the row was accepted.
    pub fn is_accepted(&self) -> bool {
        matches!(self.fate, Fate::Accepted { .. })
    }
}

/// The rows of one form by key.
pub type FormRows = BTreeMap<CompactString, Row>;

/// The sequence number of the first line about each row that disappeared, by form and key.
pub type Gone = BTreeMap<(CompactString, CompactString), u64>;

/// Everything that follows from the events so far.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct State {
    /// The sequence number of the last line applied.
    pub seq: u64,
    /// The rows in the form tabs, by form.
    pub forms: BTreeMap<CompactString, FormRows>,
    /// The rows that disappeared. One that comes back with its key is the same row, so it keeps the
    /// number of its first line.
    pub gone: Gone,
    /// The form tabs as last observed, by form.
    pub tabs: BTreeMap<CompactString, ObservedTab>,
    /// Decisions that place mentees, as records of the form `placement_decision`.
    pub decisions: Vec<Record>,
    /// Pairs that the coordinator rejected: mentee code, mentor code.
    pub rejected_pairs: BTreeSet<(CompactString, CompactString)>,
    /// The suggestions last shown.
    pub issued: Option<IssuedSuggestions>,
    /// The board's decisions about its seasons.
    pub seasons: SeasonStates,
    /// The part of the configuration that was last recorded.
    pub configured: Option<Configured>,
    /// All erasures.
    pub erased: Erased,
    /// The lists of questions that rows share.
    pub question_lists: QuestionLists,
}

impl State {
    /// Applies one event; `source` is the row that it is about, if any. The state is unchanged if
    /// this fails.
    pub fn apply(&mut self, seq: u64, source: Option<Source>, event: Event) -> Result<(), Illegal> {
        let kind = event.kind();
        let key = source.as_ref().map(|source| source.key.clone()).unwrap_or_default();
        self.apply_event(seq, source, event).map_err(|why| Illegal {
            seq,
            kind,
            key: key.into(),
            why,
        })?;
        self.seq = seq;
        Ok(())
    }

    fn apply_event(
        &mut self,
        seq: u64,
        source: Option<Source>,
        event: Event,
    ) -> Result<(), &'static str> {
        let row_source = || source.clone().ok_or("it names no row");
        match event {
            Event::Submitted(form, row) => self.submit(seq, form, row_source()?, row),
            Event::Amended(form, row) => self.amend(form, row_source()?, row),
            Event::Retracted(form, _) => {
                let rows = self.forms.get_mut(&form).ok_or("the form has no rows")?;
                let key = row_source()?.key;
                let row = rows.remove(&key).ok_or("the row does not stand in the tab")?;
                self.gone.insert((form, key), row.seq);
                Ok(())
            }
            Event::RowRejected(rejected) => {
                self.reject(seq, row_source()?, rejected);
                Ok(())
            }
            Event::RowCopied(copies) => {
                let rows = self.forms.get_mut(&copies.form).ok_or("the form has no rows")?;
                let row =
                    rows.get_mut(&row_source()?.key).ok_or("the row does not stand in the tab")?;
                row.copies = copies.copies;
                Ok(())
            }
            Event::TabObserved(tab) => {
                self.tabs.insert(tab.form.clone(), tab);
                Ok(())
            }
            Event::SuggestionsIssued(issued) => {
                self.issued = Some(issued);
                Ok(())
            }
            Event::PlacementDecided(decision) => {
                self.decide(seq, decision);
                Ok(())
            }
            Event::SeasonOpened(opening) => self.seasons.open_season(opening),
            Event::SeasonClosed(closing) => self.seasons.close_season(closing),
            Event::ConfigChanged(configured) => {
                self.configured = Some(configured);
                Ok(())
            }
            Event::PersonErased(erased) | Event::TextsErased(erased) => {
                self.erase(erased);
                Ok(())
            }
            Event::Unknown(_) => Ok(()),
        }
    }

    fn submit(
        &mut self,
        seq: u64,
        form: CompactString,
        source: Source,
        mut row: Submission,
    ) -> Result<(), &'static str> {
        row.answers.share_questions(&mut self.question_lists);
        let rows = self.forms.entry(form.clone()).or_default();
        match rows.entry(source.key.clone()) {
            Entry::Occupied(before) if before.get().is_accepted() => {
                return Err("the row was already accepted");
            }
            Entry::Occupied(mut before) => {
                let (first, copies) = (before.get().seq, before.get().copies);
                before.insert(accepted_row(form, source, first, copies, row));
            }
            Entry::Vacant(place) => {
                let first = first_line(&mut self.gone, &form, &source.key, seq);
                place.insert(accepted_row(form, source, first, 0, row));
            }
        }
        Ok(())
    }

    /// Returns the first line about a row and the number of its copies; `seq` and 0 for a new row.
    fn first_line_and_copies(
        &mut self,
        form: &CompactString,
        key: &CompactString,
        seq: u64,
    ) -> (u64, u32) {
        match self.forms.get(form).and_then(|rows| rows.get(key)) {
            Some(row) => (row.seq, row.copies),
            None => (first_line(&mut self.gone, form, key, seq), 0),
        }
    }

    fn amend(
        &mut self,
        form: CompactString,
        source: Source,
        mut row: Submission,
    ) -> Result<(), &'static str> {
        row.answers.share_questions(&mut self.question_lists);
        let rows = self.forms.get_mut(&form).ok_or("the form has no rows")?;
        let before = rows.get(&source.key).ok_or("the row does not stand in the tab")?;
        let Fate::Accepted { record, .. } = &before.fate else {
            return Err("the row was rejected, not accepted");
        };
        let after = accepted_row(form, source.clone(), record.seq, before.copies, row);
        rows.insert(source.key, after);
        Ok(())
    }

    fn reject(&mut self, seq: u64, source: Source, rejected: RejectedRow) {
        let (first, copies) = self.first_line_and_copies(&rejected.form, &source.key, seq);
        let rows = self.forms.entry(rejected.form.clone()).or_default();
        let row = Row {
            seq: first,
            moment: rejected.timestamp.map(milliseconds),
            identity: identity_of(&rejected.identity),
            content: rejected_content(&rejected.problem, &rejected.cells),
            copies,
            fate: Fate::Rejected(source.clone(), rejected),
        };
        rows.insert(source.key, row);
    }

    fn decide(&mut self, seq: u64, decision: PlacementDecision) {
        if decision.verdict == Verdict::Rejected {
            let pairs =
                decision.mentees.into_iter().map(|mentee| (mentee, decision.mentor.clone()));
            self.rejected_pairs.extend(pairs);
            return;
        }
        // The decision becomes a record like a row of the form `placement_decision`, so that groups
        // are formed from one kind of source.
        let Some(group) = decision.group else { return };
        let mut answers = Answers::default();
        let forms_group = decision.forms_group;
        let action = if forms_group { PlacementAction::FormGroup } else { PlacementAction::Join };
        answers.insert("action", Answer::Text(action.code().into()));
        answers.insert("group", Answer::Text(group));
        answers.insert("mentor", Answer::Text(decision.mentor));
        answers.insert("members", Answer::List(decision.mentees.into()));
        answers.insert("date", Answer::Text(decision.date.to_compact_string()));
        if let Some(slot) = decision.slot {
            answers.insert("weekly_slot", Answer::Text(slot));
        }
        self.decisions.push(Record {
            form: "placement_decision".into(),
            source: Source { tab: 0, row: 0, key: format!("decision.{seq}").into() },
            seq,
            moment: decision.date.and_time(NaiveTime::MIN),
            has_timestamp: true,
            event_date: decision.date,
            answers,
            dropped: 0,
        });
    }

    /// Replaces erased rows by their remains. A row that disappeared in the meantime stays away.
    fn erase(&mut self, erased: ErasedPerson) {
        for ErasedRow { form, key, own, blanked, remains, sealed: _ } in erased.rows {
            if let Some(row) = self.forms.get_mut(&form).and_then(|rows| rows.get_mut(&key)) {
                let timestamp = row
                    .moment
                    .and_then(DateTime::from_timestamp_millis)
                    .map(|moment| moment.naive_utc());
                match (&mut row.fate, remains) {
                    (
                        Fate::Accepted { record, dropped },
                        Remains::Accepted { mut answers, dropped: left },
                    ) => {
                        row.content = accepted_content(timestamp, &answers, &left);
                        answers.share_questions(&mut self.question_lists);
                        record.answers = answers;
                        record.dropped = u32::try_from(left.len()).unwrap_or(u32::MAX);
                        *dropped = left;
                    }
                    (Fate::Rejected(_, rejected), Remains::Rejected { cells }) => {
                        rejected.problem.cell = Cell::Blank;
                        rejected.extra.clear();
                        row.content = rejected_content(&rejected.problem, &cells);
                        rejected.cells = cells;
                    }
                    _ => {}
                }
            }
            // Two erasures can affect one row: it stays a row about an erased person, and the
            // blanked questions of both add up.
            let mark = self.erased.rows.entry((form, key)).or_insert(ErasedMark {
                own,
                blanked: Vec::new(),
                at: erased.at,
            });
            mark.own |= own;
            mark.blanked.extend(blanked);
        }
        self.erased.add_names(&erased.code, &erased.called);
    }

    /// Returns all accepted rows in the order of form and key, then all decisions made in the tab.
    pub fn records(&self) -> impl Iterator<Item = &Record> {
        let accepted =
            self.forms.values().flat_map(BTreeMap::values).filter_map(|row| match &row.fate {
                Fate::Accepted { record, .. } => Some(record),
                Fate::Rejected(..) => None,
            });
        accepted.chain(&self.decisions)
    }

    /// Counts accepted and rejected rows over all tabs.
    pub fn quality(&self) -> Quality {
        let mut quality = Quality {
            unknown_columns: self.tabs.values().map(|tab| u64::from(tab.unknown_columns())).sum(),
            ..Quality::default()
        };
        for (form, rows) in &self.forms {
            for row in rows.values() {
                quality.copied += u64::from(row.copies);
                match &row.fate {
                    Fate::Accepted { record, .. } => {
                        quality.accepted += 1;
                        quality.dropped_values += u64::from(record.dropped);
                    }
                    Fate::Rejected(_, rejected) => {
                        quality.rejected += 1;
                        let reason = rejected.problem.reason.key().to_owned();
                        *quality.rejected_by_reason.entry(reason).or_default() += 1;
                        *quality.rejected_by_form.entry(form.to_string()).or_default() += 1;
                    }
                }
            }
        }
        quality.read = quality.copied + quality.accepted + quality.rejected;
        quality
    }

    /// Updates the place of a row. Moving a row is not an event: sorting a sheet changes nothing
    /// that people or figures depend on.
    pub fn note_position(&mut self, form: &str, key: &str, tab: i64, row: u32) {
        if let Some(found) = self.forms.get_mut(form).and_then(|rows| rows.get_mut(key)) {
            let source = found.source_mut();
            (source.tab, source.row) = (tab, row);
        }
    }
}

/// Returns the first line about a row that is not in the tab: `seq`, unless it was there before.
/// Removes it from `gone`.
fn first_line(gone: &mut Gone, form: &CompactString, key: &CompactString, seq: u64) -> u64 {
    if gone.is_empty() {
        return seq;
    }
    gone.remove(&(form.clone(), key.clone())).unwrap_or(seq)
}

fn accepted_row(
    form: CompactString,
    source: Source,
    seq: u64,
    copies: u32,
    row: Submission,
) -> Row {
    let content = accepted_content(row.timestamp, &row.answers, &row.dropped);
    let moment = row.timestamp.map_or(row.date.and_time(NaiveTime::MIN), to_the_second);
    Row {
        seq,
        moment: row.timestamp.map(milliseconds),
        identity: identity_of(&row.identity),
        content,
        copies,
        fate: Fate::Accepted {
            record: Record {
                form,
                source,
                seq,
                moment,
                has_timestamp: row.timestamp.is_some(),
                event_date: row.date,
                answers: row.answers,
                dropped: u32::try_from(row.dropped.len()).unwrap_or(u32::MAX),
            },
            dropped: row.dropped,
        },
    }
}

/// Returns milliseconds of local time since 1970, for comparisons only.
pub fn milliseconds(moment: NaiveDateTime) -> i64 {
    moment.and_utc().timestamp_millis()
}

/// Reads 16 hex digits as a number. Any other text, from a foreign ledger, is hashed.
fn identity_of(hex: &str) -> u64 {
    u64::from_str_radix(hex, 16).unwrap_or_else(|_| {
        let mut hasher = DefaultHasher::new();
        hex.hash(&mut hasher);
        hasher.finish()
    })
}

/// Returns a hash of everything whose change amends an accepted row.
pub fn accepted_content(
    timestamp: Option<NaiveDateTime>,
    answers: &Answers,
    dropped: &[Problem],
) -> u64 {
    let mut hasher = DefaultHasher::new();
    timestamp.map(to_the_second).hash(&mut hasher);
    for (key, answer) in answers.iter() {
        key.hash(&mut hasher);
        hash_answer(answer, &mut hasher);
    }
    for problem in dropped {
        hash_problem(problem, &mut hasher);
    }
    hasher.finish()
}

/// Returns a hash of everything whose change makes a rejected row another one. Titles and the order
/// of columns do not count.
pub fn rejected_content(problem: &Problem, cells: &[(CompactString, crate::table::Cell)]) -> u64 {
    let mut texts: Vec<String> =
        cells.iter().map(|(_, cell)| cell.to_string()).filter(|text| !text.is_empty()).collect();
    texts.sort_unstable();
    let mut hasher = DefaultHasher::new();
    hash_problem(problem, &mut hasher);
    texts.hash(&mut hasher);
    hasher.finish()
}

fn hash_problem(problem: &Problem, hasher: &mut DefaultHasher) {
    (problem.question.as_str(), problem.cell.to_string(), problem.reason).hash(hasher);
}

fn hash_answer(answer: &Answer, hasher: &mut DefaultHasher) {
    match answer {
        Answer::Text(text) => text.hash(hasher),
        Answer::Integer(n) => n.hash(hasher),
        Answer::Number(n) => n.to_bits().hash(hasher),
        Answer::List(list) => list.hash(hasher),
    }
}

#[cfg(test)]
mod tests;
