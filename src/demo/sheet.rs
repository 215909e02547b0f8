//! The tab of one form while it is written: answers become cells as Google Forms writes them.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use super::dates::Dates;
use super::random::SplitMix64;
use crate::forms::Form;
use crate::forms::definition::{Choice, Question};

use crate::table::{Cell, Rows, serial};

/// The title that Google gives the first column.
const TIMESTAMP: &str = "Timestamp";

/// The rows of one form's tab.
pub(super) struct Sheet<'f> {
    form: &'f Form,
    /// When things happen.
    pub(super) dates: Dates,
    /// Chance, for this form alone.
    pub(super) random: SplitMix64,
    rows: Vec<(NaiveDateTime, Vec<Cell>)>,
}

impl<'f> Sheet<'f> {
    /// An empty tab.
    pub(super) fn new(form: &'f Form, dates: Dates) -> Self {
        Self { form, dates, random: SplitMix64::of(form.key()), rows: Vec::new() }
    }

    /// A row without answers.
    pub(super) fn answers(&self) -> Answers<'f> {
        let form = self.form;
        Answers { form, cells: vec![Cell::Blank; form.definition.questions.len()] }
    }

    /// The codes that a question offers, without "other".
    pub(super) fn codes(&self, question: &str) -> Vec<&'f str> {
        let choices = self.form.question(question).map_or(&[][..], |question| &question.choices);
        choices.iter().map(|choice| choice.code.as_str()).filter(|code| *code != "other").collect()
    }

    /// One of the codes that a question offers.
    pub(super) fn any(&mut self, question: &str) -> &'f str {
        let codes = self.codes(question);
        if codes.is_empty() { "" } else { self.random.one_of(&codes) }
    }

    /// Some of the codes that a question offers, none twice.
    pub(super) fn some(&mut self, question: &str, number: u64) -> Vec<&'f str> {
        let mut codes = self.codes(question);
        let mut picked = Vec::new();
        for _ in 0..number.min(codes.len() as u64) {
            picked.push(codes.remove(self.random.below(codes.len() as u64) as usize));
        }
        picked
    }

    /// Sends a form between seven in the morning and nine in the evening of a day. What is not yet
    /// over on the day before the demo is seen has not been sent: the row is left out.
    pub(super) fn send(&mut self, day: NaiveDate, answers: Answers<'_>) {
        let hour = 7 + self.random.below(14);
        self.send_at(day, hour, answers);
    }

    /// Sends a form within an hour of a day, as [`Sheet::send`] does.
    pub(super) fn send_at(&mut self, day: NaiveDate, hour: u64, answers: Answers<'_>) {
        let seconds = (hour * 3600 + self.random.below(3600)) as u32;
        let time =
            NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0).unwrap_or(NaiveTime::MIN);
        self.put(day.and_time(time), true, answers);
    }

    /// A row that somebody typed into the tab by hand: it has no timestamp.
    pub(super) fn type_in(&mut self, day: NaiveDate, answers: Answers<'_>) {
        self.put(day.and_time(NaiveTime::MIN), false, answers);
    }

    /// Copies the last row sent on or before a day, as happens when somebody pastes one too often.
    pub(super) fn copy_last(&mut self, until: NaiveDate) {
        let latest = self
            .rows
            .iter()
            .filter(|(moment, _)| moment.date() <= until)
            .max_by_key(|(moment, _)| *moment);
        self.rows.extend(latest.cloned());
    }

    fn put(&mut self, moment: NaiveDateTime, stamped: bool, answers: Answers<'_>) {
        if moment.date() >= self.dates.today {
            return;
        }
        let mut cells =
            vec![if stamped { Cell::Number(serial::of_moment(moment)) } else { Cell::Blank }];
        cells.extend(answers.cells);
        let filled = cells.iter().rposition(|cell| !cell.is_blank()).map_or(0, |last| last + 1);
        cells.truncate(filled);
        self.rows.push((moment, cells));
    }

    /// The titles and the rows in the order in which they came in.
    pub(super) fn into_rows(mut self) -> Rows {
        self.rows.sort_by_key(|(moment, _)| *moment);
        let questions =
            self.form.definition.questions.iter().map(|question| question.question.id.as_str());
        let titles = std::iter::once(TIMESTAMP).chain(questions).map(Cell::from).collect();
        std::iter::once(titles).chain(self.rows.into_iter().map(|(_, cells)| cells)).collect()
    }
}

/// The answers of one row. A question or a choice that the form no longer has stays blank.
#[derive(Clone)]
pub(super) struct Answers<'f> {
    form: &'f Form,
    cells: Vec<Cell>,
}

impl<'f> Answers<'f> {
    fn set(mut self, key: &str, cell: Cell) -> Self {
        let question =
            self.form.definition.questions.iter().position(|question| question.key == key);
        if let Some(question) = question {
            self.cells[question] = cell;
        }
        self
    }

    fn question(&self, key: &str) -> Option<&'f Question> {
        self.form.question(key)
    }

    /// What somebody typed.
    pub(super) fn text(self, key: &str, text: &str) -> Self {
        self.set(key, Cell::from(text))
    }

    /// A whole number.
    pub(super) fn number(self, key: &str, number: i64) -> Self {
        self.set(key, Cell::Number(number as f64))
    }

    /// A day.
    pub(super) fn day(self, key: &str, day: NaiveDate) -> Self {
        self.set(key, Cell::Number(serial::of_moment(day.and_time(NaiveTime::MIN))))
    }

    /// The label of a choice; one that is a number becomes a number, as in a spreadsheet.
    pub(super) fn choice(self, key: &str, code: &str) -> Self {
        let label =
            self.question(key).and_then(|question| label(question, code)).unwrap_or_default();
        let cell = label.parse().map_or_else(|_| Cell::from(label), Cell::Number);
        self.set(key, cell)
    }

    /// The labels of ticked boxes.
    pub(super) fn ticks(self, key: &str, codes: &[&str]) -> Self {
        let question = self.question(key);
        let labels: Vec<&str> = codes
            .iter()
            .filter_map(|code| question.and_then(|question| label(question, code)))
            .collect();
        self.set(key, Cell::from(labels.join(", ")))
    }

    /// All boxes ticked.
    pub(super) fn all_ticks(self, key: &str) -> Self {
        let choices: &[Choice] = self.question(key).map_or(&[], |question| &question.choices);
        let labels: Vec<&str> = choices.iter().map(|choice| choice.id.as_str()).collect();
        self.set(key, Cell::from(labels.join(", ")))
    }

    /// Ticked names.
    pub(super) fn names(self, key: &str, names: &[&str]) -> Self {
        self.set(key, Cell::from(names.join(", ")))
    }
}

fn label<'q>(question: &'q Question, code: &str) -> Option<&'q str> {
    question.choices.iter().find(|choice| choice.code == code).map(|choice| choice.id.as_str())
}
