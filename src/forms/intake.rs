//! A form tab as it was read × its rows as the ledger knows them → events. Nothing is done here; the cycle appends them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::NaiveDateTime;
use compact_str::{CompactString, format_compact};
use sha2::{Digest, Sha256};

use super::answers::{Accepted, Rejected};
use super::columns::Columns;
use super::definition::Question;
use super::text::fold;
use super::{Form, Forms};
use crate::ledger::answers::Answer;
use crate::ledger::event::{Copies, Event, RejectedRow, Retraction, Submission};
use crate::ledger::record::Source;
use crate::ledger::state::{Fate, FormRows, Row, State, accepted_content, milliseconds, rejected_content};
use crate::table::diff::{Print, RowChange, diff};
use crate::table::tab::ReadTab;
use crate::table::{Cell, cell_at};

/// A read that would retract more than this share of a tab's rows, and more than `FUSE_ROWS`, retracts none.
const FUSE_SHARE: f64 = 0.10;
/// So many retractions are always let through.
const FUSE_ROWS: usize = 5;

/// What a tab's reading gives.
#[derive(Debug, Default)]
pub struct Intake {
    /// What happened, with the row it happened to (none for `tab_observed`).
    pub events: Vec<(Option<Source>, Event)>,
    /// Where each row stands now: key and row number (1 is the row of titles).
    pub positions: Vec<(CompactString, u32)>,
    /// Set if the tab could not be taken in whole.
    pub held: Option<Held>,
}

/// Why a tab, or a part of it, was left alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// Required questions have no column: nothing was read.
    QuestionsMissing(Vec<CompactString>),
    /// So many rows are gone, or no longer acceptable, that none was retracted: `gone` of `of`.
    TooManyGone { gone: usize, of: usize },
}

/// One row of the tab that counts: neither blank nor a copy of a row above.
struct RowNow {
    /// Its index in the tab: 0 is the row of titles.
    index: usize,
    print: Print,
    copies: u32,
}

/// Compares a form's tab with what the ledger knows of it. `configured` is the name by which the tab was found;
/// `accept_retractions` lets the fuse through.
pub fn intake(
    forms: &Forms,
    form: &Form,
    state: &State,
    tab: &ReadTab,
    configured: &str,
    accept_retractions: bool,
) -> Intake {
    let titles = tab.rows.first().map_or(&[][..], Vec::as_slice);
    let columns = Columns::of(forms, form, titles);
    let missing = columns.missing_questions(form);
    if !missing.is_empty() {
        let keys = missing.iter().map(|question: &&Question| question.key.as_str().into()).collect();
        return Intake { held: Some(Held::QuestionsMissing(keys)), ..Intake::default() };
    }
    let mut taken = Intake::default();
    let observed = columns.observed(form, tab, configured);
    if state.tabs.get(form.key()).is_none_or(|before| !before.says_the_same_as(&observed)) {
        taken.events.push((None, Event::TabObserved(observed)));
    }
    let reading = Reading { forms, form, tab, titles, columns };
    let no_rows = FormRows::new();
    reading.compare(state.forms.get(form.key()).unwrap_or(&no_rows), accept_retractions, &mut taken);
    taken
}

struct Reading<'a> {
    forms: &'a Forms,
    form: &'a Form,
    tab: &'a ReadTab,
    titles: &'a [Cell],
    columns: Columns,
}

impl Reading<'_> {
    fn compare(&self, known: &FormRows, accept_retractions: bool, taken: &mut Intake) {
        let now = self.rows_now();
        let anonymous = self.form.definition.identity.is_empty();
        let keys: Vec<&CompactString> = known.keys().collect();
        let seen: Vec<Print> = known
            .values()
            .map(|row| Print {
                moment: row.moment,
                identity: (!anonymous).then_some(row.identity),
                content: row.content,
            })
            .collect();
        let prints: Vec<Print> = now.iter().map(|row| row.print).collect();
        let changes = diff(&seen, &prints, |s, n| self.likeness(&known[keys[s]], now[n].index));

        let lost = |change: &RowChange| match *change {
            RowChange::Gone { seen } => known[keys[seen]].is_accepted(),
            RowChange::Changed { seen, now: n } => {
                known[keys[seen]].is_accepted() && self.read_row(now[n].index).is_err()
            }
            RowChange::Unchanged { .. } | RowChange::New { .. } => false,
        };
        let gone = changes.iter().filter(|change| lost(change)).count();
        let of = known.values().filter(|row| row.is_accepted()).count();
        let blown = gone > FUSE_ROWS && gone as f64 > FUSE_SHARE * of as f64 && !accept_retractions;
        if blown {
            taken.held = Some(Held::TooManyGone { gone, of });
        }

        let mut used: BTreeSet<CompactString> = known.keys().cloned().collect();
        let mut events = Vec::new();
        for change in &changes {
            match *change {
                RowChange::Unchanged { seen, now: n } => {
                    self.still_there(keys[seen], known, &now[n], taken, &mut events)
                }
                RowChange::Changed { .. } if blown && lost(change) => {}
                RowChange::Changed { seen, now: n } => {
                    let row = &now[n];
                    let source = self.source(keys[seen].clone(), row);
                    events.push((row.index, 0, source, self.event_of_change(&known[keys[seen]], row)));
                    self.still_there(keys[seen], known, row, taken, &mut events);
                }
                RowChange::New { now: n } => {
                    let row = &now[n];
                    let key = free_key(&row.print, &mut used);
                    taken.positions.push((key.clone(), self.row_number(row.index)));
                    let event = match self.read_row(row.index) {
                        Ok(accepted) => Event::Submitted(self.form.key().into(), self.submission(row.index, accepted)),
                        Err(rejected) => Event::RowRejected(self.rejection(row.index, rejected)),
                    };
                    events.push((row.index, 0, self.source(key.clone(), row), event));
                    if row.copies > 0 {
                        events.push((row.index, 1, self.source(key, row), self.copies(row.copies)));
                    }
                }
                RowChange::Gone { .. } if blown => {}
                RowChange::Gone { seen } => {
                    let row = &known[keys[seen]];
                    let retraction = Retraction { accepted: row.is_accepted() };
                    let event = Event::Retracted(self.form.key().into(), retraction);
                    events.push((usize::MAX, 0, row.source().clone(), event));
                }
            }
        }
        // In the order of the tab, as people read it; rows that are gone come last.
        events.sort_by(|a, b| (a.0, a.1, &a.2.key).cmp(&(b.0, b.1, &b.2.key)));
        taken.events.extend(events.into_iter().map(|(_, _, source, event)| (Some(source), event)));
    }

    /// A row that still stands: its place, and the number of its copies if that changed.
    fn still_there(
        &self,
        key: &CompactString,
        known: &FormRows,
        row: &RowNow,
        taken: &mut Intake,
        events: &mut Vec<(usize, u8, Source, Event)>,
    ) {
        taken.positions.push((key.clone(), self.row_number(row.index)));
        if known[key].copies != row.copies {
            events.push((row.index, 1, self.source(key.clone(), row), self.copies(row.copies)));
        }
    }

    fn event_of_change(&self, before: &Row, row: &RowNow) -> Event {
        match self.read_row(row.index) {
            Ok(accepted) => {
                let submission = self.submission(row.index, accepted);
                let form = self.form.key().into();
                if before.is_accepted() { Event::Amended(form, submission) } else { Event::Submitted(form, submission) }
            }
            Err(rejected) => Event::RowRejected(self.rejection(row.index, rejected)),
        }
    }

    /// Rows that are neither blank nor copies, with the number of copies of each.
    fn rows_now(&self) -> Vec<RowNow> {
        let mut rows: Vec<RowNow> = Vec::new();
        let mut first_of: HashMap<u64, Vec<usize>> = HashMap::new();
        for (index, cells) in self.tab.rows.iter().enumerate().skip(1) {
            if self.columns.mapped.iter().all(|&column| cell_at(cells, column).is_blank()) {
                continue;
            }
            // A row without a timestamp was typed by hand: two such rows may well be two things that happened.
            if !cell_at(cells, self.columns.timestamp).is_blank() {
                let twins = first_of.entry(self.fingerprint(cells)).or_default();
                let twin = twins.iter().find(|&&twin| self.same_cells(&self.tab.rows[rows[twin].index], cells));
                if let Some(&twin) = twin {
                    rows[twin].copies += 1;
                    continue;
                }
                twins.push(rows.len());
            }
            rows.push(RowNow { index, print: self.print(index), copies: 0 });
        }
        rows
    }

    fn fingerprint(&self, cells: &[Cell]) -> u64 {
        let mut hasher = DefaultHasher::new();
        for &column in &self.columns.mapped {
            match cell_at(cells, column) {
                cell if cell.is_blank() => 0_u8.hash(&mut hasher),
                Cell::Blank => 0_u8.hash(&mut hasher),
                Cell::Number(number) => number.to_bits().hash(&mut hasher),
                Cell::Boolean(boolean) => boolean.hash(&mut hasher),
                Cell::Text(text) => text.hash(&mut hasher),
            }
        }
        hasher.finish()
    }

    fn same_cells(&self, a: &[Cell], b: &[Cell]) -> bool {
        self.columns.mapped.iter().all(|&column| {
            let (a, b) = (cell_at(a, column), cell_at(b, column));
            a == b || (a.is_blank() && b.is_blank())
        })
    }

    fn read_row(&self, index: usize) -> Result<Accepted, Rejected> {
        self.form.read_row(self.forms, &self.columns, &self.tab.rows[index])
    }

    fn print(&self, index: usize) -> Print {
        let anonymous = self.form.definition.identity.is_empty();
        let read = self.read_row(index);
        let identity = (!anonymous).then(|| self.identity(index, &read));
        let (timestamp, content) = match &read {
            Ok(accepted) => {
                (accepted.timestamp, accepted_content(accepted.timestamp, &accepted.answers, &accepted.dropped))
            }
            Err(rejected) => (rejected.timestamp, rejected_content(&rejected.problem, &self.cells(index))),
        };
        Print { moment: timestamp.map(milliseconds), identity, content }
    }

    /// The first 64 bits of the SHA-256 of the identifying answers: of the typed value where there is one (in a rejected
    /// row too, so that it is known again when it is put right), else of the cell as it was written.
    fn identity(&self, index: usize, read: &Result<Accepted, Rejected>) -> u64 {
        let mut hasher = Sha256::new();
        for key in &self.form.definition.identity {
            let typed = read.as_ref().ok().and_then(|accepted| accepted.answers.get(key)).cloned();
            let text = match typed.or_else(|| self.answer_alone(index, key)) {
                Some(Answer::Text(text)) => fold(&text),
                Some(Answer::Integer(n)) => n.to_string(),
                Some(Answer::Number(n)) => n.to_string(),
                Some(Answer::List(list)) => fold(&list.join(",")),
                None => fold(&self.cell_of(index, key).to_string()),
            };
            hasher.update(text.as_bytes());
            hasher.update([0x1f]);
        }
        let digest = hasher.finalize();
        u64::from_be_bytes(digest[..8].try_into().expect("a SHA-256 digest has 32 bytes"))
    }

    fn answer_alone(&self, index: usize, question: &str) -> Option<Answer> {
        let place = self.form.definition.questions.iter().position(|found| found.key == question)?;
        self.form.answer_alone(self.forms, &self.columns, &self.tab.rows[index], place)
    }

    fn cell_of(&self, index: usize, question: &str) -> &Cell {
        let place = self.form.definition.questions.iter().position(|found| found.key == question);
        let columns = place.map_or(&[][..], |place| &self.columns.of_question[place]);
        let cells = columns.iter().rev().map(|&column| cell_at(&self.tab.rows[index], column));
        cells.into_iter().find(|cell| !cell.is_blank()).unwrap_or(&Cell::Blank)
    }

    /// The share of answers that a known row and a row of the tab have in common.
    fn likeness(&self, known: &Row, index: usize) -> f64 {
        let (common, all) = match (&known.fate, self.read_row(index)) {
            (Fate::Accepted { record, .. }, Ok(accepted)) => {
                let common = record.answers.iter().filter(|(key, answer)| accepted.answers.get(key) == Some(*answer));
                (common.count(), record.answers.iter().count().max(accepted.answers.iter().count()))
            }
            (Fate::Rejected(_, rejected), _) => {
                let cells = self.cells(index);
                let common = rejected.cells.iter().filter(|cell| cells.contains(cell)).count();
                (common, rejected.cells.len().max(cells.len()))
            }
            (Fate::Accepted { record, .. }, Err(_)) => {
                let same = record
                    .answers
                    .iter()
                    .filter(|(key, answer)| self.answer_alone(index, key).as_ref() == Some(answer));
                (same.count(), record.answers.iter().count())
            }
        };
        if all == 0 { 0.0 } else { common as f64 / all as f64 }
    }

    fn submission(&self, index: usize, accepted: Accepted) -> Submission {
        let identity = format_compact!("{:016x}", self.identity(index, &Ok(accepted.clone())));
        Submission {
            timestamp: accepted.timestamp,
            date: accepted.event_date,
            identity,
            answers: accepted.answers,
            dropped: accepted.dropped,
            raw: accepted.raw.into_iter().collect(),
            extra: self.extra(index),
            sealed: Vec::new(),
        }
    }

    fn rejection(&self, index: usize, rejected: Rejected) -> RejectedRow {
        let timestamp: Option<NaiveDateTime> = rejected.timestamp;
        let problem = rejected.problem.clone();
        let identity = format_compact!("{:016x}", self.identity(index, &Err(rejected)));
        let (cells, extra) = (self.cells(index), self.extra(index));
        RejectedRow { form: self.form.key().into(), timestamp, identity, problem, cells, extra, sealed: Vec::new() }
    }

    fn extra(&self, index: usize) -> BTreeMap<CompactString, Cell> {
        let row = &self.tab.rows[index];
        let answered = self.columns.unknown.iter().filter(|&&column| !cell_at(row, column).is_blank());
        answered.map(|&column| (self.title(column), cell_at(row, column).clone())).collect()
    }

    /// The cells of the timestamp and of all questions that are not blank, with their titles.
    fn cells(&self, index: usize) -> Vec<(CompactString, Cell)> {
        let row = &self.tab.rows[index];
        let written = self.columns.mapped.iter().filter(|&&column| !cell_at(row, column).is_blank());
        written.map(|&column| (self.title(column), cell_at(row, column).clone())).collect()
    }

    fn title(&self, column: usize) -> CompactString {
        cell_at(self.titles, column).to_string().into()
    }

    fn source(&self, key: CompactString, row: &RowNow) -> Source {
        Source { tab: self.tab.sheet_id, row: self.row_number(row.index), key }
    }

    fn copies(&self, copies: u32) -> Event {
        Event::RowCopied(Copies { form: self.form.key().into(), copies })
    }

    /// The row as people count it.
    fn row_number(&self, index: usize) -> u32 {
        u32::try_from(index + 1).unwrap_or(u32::MAX)
    }
}

/// The key of a new row: moment in milliseconds, half of the identity, and the first occurrence that no row in the tab
/// has. Within a spreadsheet that is enough to tell rows apart, and short enough to be kept in memory by the thousand.
fn free_key(print: &Print, used: &mut BTreeSet<CompactString>) -> CompactString {
    let moment = print.moment.map_or_else(|| "-".to_owned(), |moment| moment.to_string());
    let identity = print.identity.unwrap_or(0) >> 32;
    let mut occurrence = 1;
    loop {
        let key = format_compact!("{moment}.{identity:08x}.{occurrence}");
        if used.insert(key.clone()) {
            return key;
        }
        occurrence += 1;
    }
}

#[cfg(test)]
mod tests;
