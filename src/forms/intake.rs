//! A form tab as it was read × its rows as the ledger knows them → events. Nothing is done here;
//! the cycle appends them.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::NaiveDateTime;
use compact_str::{CompactString, format_compact};
use sha2::{Digest, Sha256};

use super::answers::{Accepted, Rejected};
use super::columns::Columns;
use super::privacy::{Private, name_questions};
use super::text::fold;
use super::{Form, Forms};
use crate::ledger::answers::{Answer, Answers};
use crate::ledger::erased::{ERASED, Erased, ErasedMark, fingerprint};
use crate::ledger::event::{Copies, Event, RejectedRow, Retraction, Submission};
use crate::ledger::problem::Problem;
use crate::ledger::record::Source;
use crate::ledger::state::{
    Fate, FormRows, Row, State, accepted_content, milliseconds, rejected_content,
};
use crate::table::a1::column_letters;
use crate::table::diff::{Print, RowChange, diff};
use crate::table::tab::ReadTab;
use crate::table::{Cell, cell_at};

/// A read that would retract more than this share of a tab's rows, and more than `FUSE_ROWS`,
/// retracts none.
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
    #[expect(missing_docs, reason = "it says what its fields are")]
    TooManyGone { gone: usize, of: usize },
}

/// One row of the tab that counts: neither blank nor a copy of a row above.
struct RowNow {
    /// Its index in the tab: 0 is the row of titles.
    index: usize,
    print: Print,
    copies: u32,
}

/// Compares a form's tab with what the ledger knows of it. `configured` is the name by which the
/// tab was found; `accept_retractions` lets the fuse through.
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
        let keys = missing.into_iter().map(CompactString::from).collect();
        return Intake { held: Some(Held::QuestionsMissing(keys)), ..Intake::default() };
    }
    let mut taken = Intake::default();
    let observed = columns.observed(form, tab, configured);
    if state.tabs.get(form.key()).is_none_or(|before| !before.is_equivalent(&observed)) {
        taken.events.push((None, Event::TabObserved(observed)));
    }
    let absent = (!state.erased.is_empty()).then(|| Absent::of(form, state));
    let reading = Reading { forms, form, tab, titles, columns, absent };
    let no_rows = FormRows::new();
    reading.compare(
        state.forms.get(form.key()).unwrap_or(&no_rows),
        accept_retractions,
        &mut taken,
    );
    taken
}

struct Reading<'a> {
    forms: &'a Forms,
    form: &'a Form,
    tab: &'a ReadTab,
    titles: &'a [Cell],
    columns: Columns,
    absent: Option<Absent<'a>>,
}

/// Those who were erased: their rows are not read again, and a code stands in the place of their
/// names.
struct Absent<'a> {
    erased: &'a Erased,
    form: &'a str,
    names: BTreeSet<String>,
    /// What people who are there are called: somebody may have come again, or have the same name.
    present: OnceCell<BTreeSet<CompactString>>,
    state: &'a State,
    prints: RefCell<HashMap<CompactString, CompactString>>,
}

impl<'a> Absent<'a> {
    fn of(form: &'a Form, state: &'a State) -> Self {
        Self {
            erased: &state.erased,
            form: form.key(),
            names: name_questions(&form.definition),
            present: OnceCell::new(),
            state,
            prints: RefCell::default(),
        }
    }

    fn mark(&self, key: &str) -> Option<&'a ErasedMark> {
        self.erased.rows.get(&(self.form.into(), key.into()))
    }

    /// The code in whose place a name stands.
    fn code_of(&self, name: &str, key: Option<&str>) -> Option<&'a CompactString> {
        let print = match self.prints.borrow().get(name) {
            Some(print) => print.clone(),
            None => fingerprint(name),
        };
        self.prints.borrow_mut().insert(name.into(), print.clone());
        let row = key.map(|key| (self.form.into(), key.into()));
        let code = self.erased.code_of(&print, row.as_ref())?;
        let in_row = row.is_some_and(|row| self.erased.is_known_in(&print, &row));
        (in_row || !self.present.get_or_init(|| called_now(self.state)).contains(&print))
            .then_some(code)
    }

    fn answers(&self, answers: &mut Answers, key: Option<&str>, is_blank: impl Fn(&str) -> bool) {
        let named = |name: &CompactString| self.code_of(name, key).unwrap_or(name).clone();
        let kept =
            answers.iter().filter(|(question, _)| !is_blank(question)).map(|(question, answer)| {
                let answer = match answer {
                    Answer::Text(name) if self.names.contains(question) => {
                        Answer::Text(named(name))
                    }
                    Answer::List(list) if self.names.contains(question) => {
                        Answer::List(list.iter().map(named).collect())
                    }
                    answer => answer.clone(),
                };
                (question.to_owned(), answer)
            });
        *answers = kept.collect();
    }

    /// A cell of a rejected row: a name, or several with commas between.
    fn cell(&self, cell: &Cell, key: Option<&str>) -> Cell {
        let text = cell.to_string();
        let named = |name: &str| self.code_of(name.trim(), key).map(CompactString::as_str);
        if let Some(code) = named(&text) {
            return Cell::from(code.to_owned());
        }
        if !text.split(',').any(|name| named(name).is_some()) {
            return cell.clone();
        }
        let names: Vec<&str> =
            text.split(',').map(|name| named(name).unwrap_or(name.trim())).collect();
        Cell::from(names.join(", "))
    }
}

/// What everybody is called who introduced himself and was not erased: fingerprints.
fn called_now(state: &State) -> BTreeSet<CompactString> {
    let mut called = BTreeSet::new();
    for record in state.records().filter(|record| Private::introduces(&record.form)) {
        if record.answers.get(ERASED).is_none() {
            let names = ["full_name", "nickname", "phone"]
                .iter()
                .filter_map(|question| record.answers.text(question));
            called.extend(names.map(fingerprint));
        }
    }
    called
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

        let erased = |seen: usize| self.mark(keys[seen]).filter(|mark| mark.own);
        let lost = |change: &RowChange| match *change {
            RowChange::Gone { seen } | RowChange::Changed { seen, .. }
                if erased(seen).is_some() =>
            {
                false
            }
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
                // What is left of an erased person stays as it is, whatever becomes of the row. But
                // what the person sent after the erasure is a row of its own.
                RowChange::Changed { seen, now: n }
                    if erased(seen).is_some_and(|mark| is_later(&now[n], mark)) =>
                {
                    self.is_new(&now[n], &mut used, taken, &mut events);
                }
                RowChange::Unchanged { seen, now: n } | RowChange::Changed { seen, now: n }
                    if erased(seen).is_some() =>
                {
                    taken.positions.push((keys[seen].clone(), self.row_number(now[n].index)));
                }
                RowChange::Gone { seen } if erased(seen).is_some() => {}
                RowChange::Unchanged { seen, now: n } => {
                    self.still_there(keys[seen], known, &now[n], taken, &mut events)
                }
                RowChange::Changed { .. } if blown && lost(change) => {}
                RowChange::Changed { seen, now: n } => {
                    let row = &now[n];
                    let source = self.source(keys[seen].clone(), row);
                    // A row in which somebody was erased differs from the sheet in nothing else.
                    if self.mark(keys[seen]).is_none()
                        || self.content(row.index, Some(keys[seen])) != known[keys[seen]].content
                    {
                        events.push((
                            row.index,
                            0,
                            source,
                            self.event_of_change(keys[seen], &known[keys[seen]], row),
                        ));
                    }
                    self.still_there(keys[seen], known, row, taken, &mut events);
                }
                RowChange::New { now: n } => self.is_new(&now[n], &mut used, taken, &mut events),
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

    /// A row that was not there before.
    fn is_new(
        &self,
        row: &RowNow,
        used: &mut BTreeSet<CompactString>,
        taken: &mut Intake,
        events: &mut Vec<(usize, u8, Source, Event)>,
    ) {
        let key = free_key(&row.print, used);
        taken.positions.push((key.clone(), self.row_number(row.index)));
        let event = match self.read_row(row.index) {
            Ok(accepted) => {
                Event::Submitted(self.form.key().into(), self.submission(row.index, &key, accepted))
            }
            Err(rejected) => Event::RowRejected(self.rejection(row.index, &key, rejected)),
        };
        events.push((row.index, 0, self.source(key.clone(), row), event));
        if row.copies > 0 {
            events.push((row.index, 1, self.source(key, row), self.copies(row.copies)));
        }
    }

    /// What an erasure says of a row.
    fn mark(&self, key: &str) -> Option<&ErasedMark> {
        self.absent.as_ref()?.mark(key)
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

    fn event_of_change(&self, key: &str, before: &Row, row: &RowNow) -> Event {
        match self.read_row(row.index) {
            Ok(accepted) => {
                let submission = self.submission(row.index, key, accepted);
                let form = self.form.key().into();
                if before.is_accepted() {
                    Event::Amended(form, submission)
                } else {
                    Event::Submitted(form, submission)
                }
            }
            Err(rejected) => Event::RowRejected(self.rejection(row.index, key, rejected)),
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
            // A row without a timestamp was typed by hand: two such rows may well be two things
            // that happened.
            if !cell_at(cells, self.columns.timestamp).is_blank() {
                let twins = first_of.entry(self.fingerprint(cells)).or_default();
                let twin = twins
                    .iter()
                    .find(|&&twin| self.same_cells(&self.tab.rows[rows[twin].index], cells));
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
        let timestamp = match &read {
            Ok(accepted) => accepted.timestamp,
            Err(rejected) => rejected.timestamp,
        };
        Print {
            moment: timestamp.map(milliseconds),
            identity,
            content: self.content_of(index, None, read),
        }
    }

    fn content(&self, index: usize, key: Option<&str>) -> u64 {
        self.content_of(index, key, self.read_row(index))
    }

    /// Stands for all answers, without those of whoever was erased.
    fn content_of(&self, index: usize, key: Option<&str>, read: Result<Accepted, Rejected>) -> u64 {
        match read {
            Ok(mut accepted) => {
                if let Some(absent) = &self.absent {
                    absent.answers(&mut accepted.answers, key, |question| {
                        self.is_blanked(key, question)
                    });
                }
                accepted_content(accepted.timestamp, &accepted.answers, &accepted.dropped)
            }
            Err(rejected) => {
                rejected_content(&self.problem(rejected.problem, key), &self.cells(index, key))
            }
        }
    }

    /// Whether the answer to a question is not read any more in a row: by its key, or (the row was
    /// rejected) by its column.
    fn is_blanked(&self, key: Option<&str>, question: &str) -> bool {
        let Some(mark) = key.and_then(|key| self.mark(key)).filter(|mark| !mark.blanked.is_empty())
        else {
            return false;
        };
        let place = self.form.definition.questions.iter().position(|found| found.key == question);
        let mut columns = place.map_or(&[][..], |place| &self.columns.of_question[place]).iter();
        let blanked = |name: &str| mark.blanked.iter().any(|blank| blank == name);
        blanked(question) || columns.any(|&column| blanked(&self.title(column)))
    }

    /// The cell for which a row was rejected; in a row in which somebody was erased it is never
    /// shown again.
    fn problem(&self, problem: Problem, key: Option<&str>) -> Problem {
        if key.is_some_and(|key| self.mark(key).is_some()) {
            return Problem { cell: Cell::Blank, ..problem };
        }
        match &self.absent {
            Some(absent) => Problem { cell: absent.cell(&problem.cell, key), ..problem },
            None => problem,
        }
    }

    /// The first 64 bits of the SHA-256 of the identifying answers: of the typed value where there
    /// is one (in a rejected row too, so that it is known again when it is put right), else of the
    /// cell as it was written.
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
        let place =
            self.form.definition.questions.iter().position(|found| found.key == question)?;
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
                let common = record
                    .answers
                    .iter()
                    .filter(|(key, answer)| accepted.answers.get(key) == Some(*answer));
                (common.count(), record.answers.iter().count().max(accepted.answers.iter().count()))
            }
            (Fate::Rejected(_, rejected), _) => {
                let cells = self.cells(index, None);
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

    fn submission(&self, index: usize, key: &str, mut accepted: Accepted) -> Submission {
        let identity = format_compact!("{:016x}", self.identity(index, &Ok(accepted.clone())));
        if let Some(absent) = &self.absent {
            absent.answers(&mut accepted.answers, Some(key), |question| {
                self.is_blanked(Some(key), question)
            });
        }
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

    fn rejection(&self, index: usize, key: &str, rejected: Rejected) -> RejectedRow {
        let timestamp: Option<NaiveDateTime> = rejected.timestamp;
        let problem = self.problem(rejected.problem.clone(), Some(key));
        let identity = format_compact!("{:016x}", self.identity(index, &Err(rejected)));
        let (cells, extra) = (self.cells(index, Some(key)), self.extra(index));
        RejectedRow {
            form: self.form.key().into(),
            timestamp,
            identity,
            problem,
            cells,
            extra,
            sealed: Vec::new(),
        }
    }

    /// What stands in no question's column, by title. A column without a title, or with one that
    /// another column has too, adds its letters: nothing that people wrote is left out.
    fn extra(&self, index: usize) -> BTreeMap<CompactString, Cell> {
        let mut extra = BTreeMap::new();
        for (column, cell) in self.tab.rows[index].iter().enumerate() {
            if cell.is_blank() || self.columns.mapped.binary_search(&column).is_ok() {
                continue;
            }
            let mut title = self.title(column);
            while title.trim().is_empty() || extra.contains_key(&title) {
                title =
                    format_compact!("{} [{}]", title.trim(), column_letters(column)).trim().into();
            }
            extra.insert(title, cell.clone());
        }
        extra
    }

    /// The cells of the timestamp and of all questions that are not blank, with their titles.
    fn cells(&self, index: usize, key: Option<&str>) -> Vec<(CompactString, Cell)> {
        let row = &self.tab.rows[index];
        let written =
            self.columns.mapped.iter().filter(|&&column| !cell_at(row, column).is_blank());
        let shown = |cell: &Cell| {
            self.absent.as_ref().map_or_else(|| cell.clone(), |absent| absent.cell(cell, key))
        };
        let blanked = key.and_then(|key| self.mark(key)).map_or(&[][..], |mark| &mark.blanked);
        let cells = written.map(|&column| (self.title(column), shown(cell_at(row, column))));
        cells.filter(|(title, _)| !blanked.contains(title)).collect()
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

/// Whether a row was sent after an erasure.
fn is_later(row: &RowNow, mark: &ErasedMark) -> bool {
    row.print.moment.is_some_and(|moment| moment > milliseconds(mark.at))
}

/// The key of a new row: moment in milliseconds, half of the identity, and the first occurrence
/// that no row in the tab has. Within a spreadsheet that is enough to tell rows apart, and short
/// enough to be kept in memory by the thousand.
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
