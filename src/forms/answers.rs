//! One row becomes typed answers, or the first reason why not.

use chrono::{Datelike, NaiveDate, NaiveDateTime};
use compact_str::{CompactString, ToCompactString};

use super::columns::Columns;
use super::definition::{Kind, Question};
use super::text::tidy;
use super::{Form, Forms, values};
use crate::ledger::answers::{Answer, Answers};
use crate::ledger::problem::{Problem, Reason};
use crate::ledger::record::to_the_second;
use crate::table::{Cell, cell_at};

/// A row that was accepted.
#[derive(Debug, Clone, PartialEq)]
pub struct Accepted {
    /// The timestamp to the millisecond, if the row has one.
    pub timestamp: Option<NaiveDateTime>,
    /// The event date.
    pub event_date: NaiveDate,
    /// The typed answers.
    pub answers: Answers,
    /// Values of optional questions that were not acceptable.
    pub dropped: Vec<Problem>,
    /// Cells whose typed value says less than they do (a free text read as the choice "other").
    pub raw: Vec<(CompactString, Cell)>,
}

/// A row that was not accepted: the first check that failed.
#[derive(Debug, Clone, PartialEq)]
pub struct Rejected {
    /// The timestamp, if it can be read.
    pub timestamp: Option<NaiveDateTime>,
    /// What is wrong.
    pub problem: Problem,
}

/// The most parts of a cell that are noted as unknown choices, each with the cell: nobody ticks
/// more boxes.
const MOST_UNKNOWN: u32 = 100;

/// Age in full years on `day`.
fn age_on(birth: NaiveDate, day: NaiveDate) -> i32 {
    day.year() - birth.year() - i32::from((day.month(), day.day()) < (birth.month(), birth.day()))
}

/// One value with what was lost in reading it.
struct Value {
    answer: Option<Answer>,
    /// Parts of a list of ticks that are no known choice.
    unknown_parts: u32,
    keep_raw: bool,
}

impl From<Answer> for Value {
    fn from(answer: Answer) -> Self {
        Self { answer: Some(answer), unknown_parts: 0, keep_raw: false }
    }
}

impl Form {
    /// Reads one row that is not blank. Checks run in the order timestamp, then questions in the
    /// order of the form, then that of several statements one at least is answered.
    pub fn read_row(
        &self,
        forms: &Forms,
        columns: &Columns,
        row: &[Cell],
    ) -> Result<Accepted, Rejected> {
        let cell = cell_at(row, columns.timestamp);
        let timestamp = if cell.is_blank() {
            match self.definition.event_date {
                Some(_) => Ok(None),
                None => Err(Reason::MissingTimestamp),
            }
        } else {
            values::timestamp(cell).map(Some)
        };
        let timestamp = timestamp.map_err(|reason| Rejected {
            timestamp: None,
            problem: Problem { question: "timestamp".into(), cell: cell.clone(), reason },
        })?;
        let mut accepted = Accepted {
            timestamp,
            event_date: timestamp.map(to_the_second).unwrap_or_default().date(),
            answers: Answers::default(),
            dropped: Vec::new(),
            raw: Vec::new(),
        };
        for (index, columns) in columns.of_question.iter().enumerate() {
            self.read_question(forms, index, columns, row, &mut accepted)
                .map_err(|problem| Rejected { timestamp, problem })?;
        }
        for battery in self.definition.batteries.iter().filter(|battery| battery.required) {
            if battery.statements.iter().all(|statement| accepted.answers.get(statement).is_none())
            {
                let question = battery.key.as_str().into();
                let problem =
                    Problem { question, cell: Cell::Blank, reason: Reason::MissingRequired };
                return Err(Rejected { timestamp, problem });
            }
        }
        if let Some(date) =
            self.definition.event_date.as_deref().and_then(|key| accepted.answers.date(key))
        {
            accepted.event_date = date;
        }
        Ok(accepted)
    }

    fn read_question(
        &self,
        forms: &Forms,
        index: usize,
        columns: &[usize],
        row: &[Cell],
        accepted: &mut Accepted,
    ) -> Result<(), Problem> {
        let submitted = accepted.timestamp.map(to_the_second);
        let question = &self.definition.questions[index];
        let problem = |cell: &Cell, reason| Problem {
            question: question.key.as_str().into(),
            cell: cell.clone(),
            reason,
        };
        let Some(cell) = merged(question, columns, row) else {
            match (question.default, question.required) {
                (Some(default), true) => {
                    accepted.answers.insert(&question.key, Answer::Integer(default))
                }
                (None, true) => return Err(problem(&Cell::Blank, Reason::MissingRequired)),
                (_, false) => {}
            }
            return Ok(());
        };
        let value =
            self.value(forms, index, &cell, submitted, &accepted.answers).and_then(|value| {
                match &value.answer {
                    Some(answer) => {
                        let check = self.check.map(|check| {
                            check(&question.key, answer, &accepted.answers, &forms.surahs)
                        });
                        check.unwrap_or(Ok(())).map(|()| value)
                    }
                    None if question.required => Err(Reason::MissingRequired),
                    None => Ok(value),
                }
            });
        match value {
            Ok(value) => {
                for _ in 0..value.unknown_parts.min(MOST_UNKNOWN) {
                    accepted.dropped.push(problem(&cell, Reason::UnknownChoice));
                }
                if value.keep_raw {
                    accepted.raw.push((question.key.as_str().into(), cell.into_owned()));
                }
                if let Some(answer) = value.answer {
                    accepted.answers.insert(&question.key, answer);
                }
                Ok(())
            }
            Err(reason) if question.required => Err(problem(&cell, reason)),
            Err(reason) => {
                accepted.dropped.push(problem(&cell, reason));
                Ok(())
            }
        }
    }

    /// The typed answer to one question, read on its own: whatever else stands in the row does not
    /// matter. None if it cannot be read.
    pub(super) fn answer_alone(
        &self,
        forms: &Forms,
        columns: &Columns,
        row: &[Cell],
        question: usize,
    ) -> Option<Answer> {
        let cell =
            merged(&self.definition.questions[question], &columns.of_question[question], row)?;
        self.value(forms, question, &cell, None, &Answers::default()).ok()?.answer
    }

    /// The value of a cell that is not blank; `Ok` without an answer where nothing is left of it.
    fn value(
        &self,
        forms: &Forms,
        index: usize,
        cell: &Cell,
        submitted: Option<NaiveDateTime>,
        before: &Answers,
    ) -> Result<Value, Reason> {
        let question = &self.definition.questions[index];
        let text = |text: &str| Answer::Text(text.into());
        Ok(match question.kind {
            Kind::Text | Kind::Paragraph | Kind::Person | Kind::Group => {
                Answer::Text(tidy(&cell.as_text())).into()
            }
            Kind::MemberList => {
                let names: Vec<CompactString> = values::names(&cell.as_text()).map(tidy).collect();
                let answer = if names.is_empty() { None } else { Some(Answer::List(names.into())) };
                Value { answer, unknown_parts: 0, keep_raw: false }
            }
            Kind::Choice => self.one_choice(index, cell)?,
            Kind::MultiChoice => self.several_choices(index, cell)?,
            Kind::Scale | Kind::Integer => {
                let number = values::integer(cell)?;
                in_range(question, number as f64)?;
                Answer::Integer(number).into()
            }
            Kind::Number => {
                let number = values::number(cell)?;
                in_range(question, number)?;
                Answer::Number(number).into()
            }
            Kind::Date => {
                let day = values::date(cell)?;
                date_allowed(question, day, submitted, before)?;
                Answer::Text(day.to_compact_string()).into()
            }
            Kind::Phone => text(&values::phone(cell)?).into(),
            Kind::Money => Answer::Integer(values::money(cell)?).into(),
            Kind::Surah => Answer::Integer(forms.surahs.find(cell)?).into(),
        })
    }

    fn one_choice(&self, index: usize, cell: &Cell) -> Result<Value, Reason> {
        let choices = &self.definition.questions[index].choices;
        let chosen = self.choice_labelled(index, &cell.as_text());
        let other = || choices.iter().position(|choice| choice.code == "other");
        let (choice, keep_raw) = match chosen {
            Some(choice) => (choice, false),
            None => (other().ok_or(Reason::UnknownChoice)?, true),
        };
        Ok(Value {
            answer: Some(Answer::Text(choices[choice].code.as_str().into())),
            unknown_parts: 0,
            keep_raw,
        })
    }

    fn several_choices(&self, index: usize, cell: &Cell) -> Result<Value, Reason> {
        let question = &self.definition.questions[index];
        let other = question.choices.iter().position(|choice| choice.code == "other");
        let mut codes: Vec<CompactString> = Vec::new();
        let (mut unknown_parts, mut keep_raw) = (0, false);
        for part in values::ticked(&cell.as_text(), self.most_parts[index], |label| {
            self.choice_labelled(index, label).is_some()
        }) {
            let known = self.choice_labelled(index, &part);
            keep_raw |= known.is_none();
            match known.or(other) {
                Some(choice) => {
                    let code = question.choices[choice].code.as_str();
                    if !codes.iter().any(|known| known == code) {
                        codes.push(code.into());
                    }
                }
                None => unknown_parts += 1,
            }
        }
        if codes.is_empty() {
            return Err(if unknown_parts > 0 {
                Reason::UnknownChoice
            } else {
                Reason::MissingRequired
            });
        }
        if codes.len() < usize::try_from(question.min.unwrap_or(0)).unwrap_or(0) {
            return Err(Reason::TooFewChoices);
        }
        Ok(Value { answer: Some(Answer::List(codes.into())), unknown_parts, keep_raw })
    }
}

/// Several columns may answer one question: lists are joined, of others the rightmost non-blank
/// cell counts.
fn merged<'r>(
    question: &Question,
    columns: &[usize],
    row: &'r [Cell],
) -> Option<std::borrow::Cow<'r, Cell>> {
    let mut answered =
        columns.iter().map(|&column| cell_at(row, column)).filter(|cell| !cell.is_blank());
    let first = answered.next()?;
    let rest: Vec<&Cell> = answered.collect();
    if matches!(question.kind, Kind::MultiChoice | Kind::MemberList) && !rest.is_empty() {
        let joined = std::iter::once(first)
            .chain(rest)
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", ");
        return Some(std::borrow::Cow::Owned(Cell::from(joined)));
    }
    Some(std::borrow::Cow::Borrowed(rest.last().copied().unwrap_or(first)))
}

fn in_range(question: &Question, number: f64) -> Result<(), Reason> {
    let below = question.min.is_some_and(|min| number < min as f64);
    let above = question.max.is_some_and(|max| number > max as f64);
    if below || above { Err(Reason::OutOfRange) } else { Ok(()) }
}

fn date_allowed(
    question: &Question,
    day: NaiveDate,
    submitted: Option<NaiveDateTime>,
    before: &Answers,
) -> Result<(), Reason> {
    let Some(submitted) = submitted.map(|moment| moment.date()) else { return Ok(()) };
    if question.age.is_some_and(|age| !(age.min..=age.max).contains(&age_on(day, submitted))) {
        return Err(Reason::DateOutOfRange);
    }
    if question.not_after_submission && day > submitted {
        let excused = |(key, codes): (&String, &Vec<String>)| {
            before.text(key).is_some_and(|code| codes.iter().any(|allowed| allowed == code))
        };
        if !question.unless.iter().any(excused) {
            return Err(Reason::DateInFuture);
        }
    }
    Ok(())
}
