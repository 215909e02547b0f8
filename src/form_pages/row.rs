//! A response as a row: appended below the others, or written again in its place with a new time,
//! as Google Forms does.

use chrono::{DateTime, Timelike};
use chrono_tz::Tz;
use serde_json::{Value, json};

use super::in_language;
use super::tabs::{self, FormTab};
use super::typed::Typed;
use crate::forms::definition::{Kind, Question};
use crate::forms::text::fold;
use crate::forms::{Form, Forms};
use crate::sandbox::Book;
use crate::sandbox::book::{Entry, Spreadsheet, check_length};
use crate::sandbox::errors::Refusal;
use crate::sandbox::locale::{customs, serial_of};
use crate::sandbox::pages::PageLanguage;
use crate::table::Cell;

/// Why a response became no row.
#[derive(Debug, PartialEq)]
pub enum NotSent {
    /// There is no such spreadsheet.
    NoSpreadsheet,
    /// No tab takes the form's responses.
    NoTab,
    /// The response that was to be edited is not there any more.
    Gone,
    /// The spreadsheet refuses it.
    Refused(Refusal),
}

impl From<Refusal> for NotSent {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// One response on its way.
pub struct Response<'a> {
    /// All forms, for the tab is the one that no other form fits better.
    pub forms: &'a Forms,
    /// The form that was filled in.
    pub form: &'a Form,
    /// What was filled in.
    pub typed: &'a Typed,
    /// The language in which it was read.
    pub language: PageLanguage,
    /// When it was sent.
    pub now: DateTime<Tz>,
    /// The receipt of the response that it replaces.
    pub edit: Option<&'a str>,
}

/// Writes a response into a spreadsheet; gives the receipt by which it can be edited.
pub fn send(book: &mut Book, id: &str, response: &Response<'_>) -> Result<String, NotSent> {
    let Response { forms, form, typed, language, now, edit } = *response;
    let spreadsheet = book.spreadsheet_mut(id).ok_or(NotSent::NoSpreadsheet)?;
    let mut tab = tabs::of_form(spreadsheet, forms, form).ok_or(NotSent::NoTab)?;
    let earlier = match edit {
        Some(edit) => Some(find(spreadsheet, &tab, edit).ok_or(NotSent::Gone)?),
        None => None,
    };
    add_missing_columns(spreadsheet, form, &mut tab, typed, language)?;
    let stamp = timestamp(spreadsheet, now);
    let answers = answers(spreadsheet, form, &tab, typed, language);
    for (_, answer) in &answers {
        check_length(&answer.to_string())?;
    }
    let row = match earlier {
        Some(row) => {
            rewrite(spreadsheet, &tab, row, stamp, &answers)?;
            row
        }
        None => {
            let width = tab.columns.mapped.iter().max().map_or(1, |last| last + 1);
            let mut cells = vec![Cell::Blank; width];
            cells[tab.columns.timestamp] = Cell::Number(stamp);
            for (column, cell) in &answers {
                cells[*column] = cell.clone();
            }
            book.append_row(id, tab.sheet_id, cells)?
        }
    };
    let spreadsheet = book.spreadsheet_mut(id).ok_or(NotSent::NoSpreadsheet)?;
    let days = days_of(form, &tab);
    show_as_times(spreadsheet, &tab, row, &days)?;
    Ok(receipt(row, stamp))
}

/// The moment as a serial number in the spreadsheet's own time zone, to the second.
fn timestamp(spreadsheet: &Spreadsheet, now: DateTime<Tz>) -> f64 {
    let zone: Tz = spreadsheet.time_zone.parse().unwrap_or(now.timezone());
    let local = now.with_timezone(&zone).naive_local();
    serial_of(local.date()) as f64 + f64::from(local.time().num_seconds_from_midnight()) / 86_400.0
}

/// What each column of the form's questions gets. Of twin columns the one titled as the question is
/// now gets the answer, the others nothing.
fn answers(
    spreadsheet: &Spreadsheet,
    form: &Form,
    tab: &FormTab,
    typed: &Typed,
    language: PageLanguage,
) -> Vec<(usize, Cell)> {
    let titles = spreadsheet
        .sheet(tab.sheet_id)
        .map(|sheet| tabs::cells(spreadsheet, sheet, 0))
        .unwrap_or_default();
    let mut answers = Vec::new();
    for (question, columns) in form.definition.questions.iter().zip(&tab.columns.of_question) {
        let is_current = |column: &&usize| {
            let title =
                titles.get(**column).map(|title| fold(&title.to_string())).unwrap_or_default();
            [&question.question.id, &question.question.en]
                .into_iter()
                .any(|text| fold(text) == title)
        };
        let target = columns.iter().find(is_current).or(columns.first());
        let mut answer = typed.cell(question, language);
        for column in columns {
            let cell =
                if Some(column) == target { std::mem::take(&mut answer) } else { Cell::Blank };
            answers.push((*column, cell));
        }
    }
    answers
}

/// A question that was answered and has no column gets one at the right, as a question new to a
/// Google Form does.
fn add_missing_columns(
    spreadsheet: &mut Spreadsheet,
    form: &Form,
    tab: &mut FormTab,
    typed: &Typed,
    language: PageLanguage,
) -> Result<(), Refusal> {
    for (index, question) in form.definition.questions.iter().enumerate() {
        if !tab.columns.of_question[index].is_empty() || typed.cell(question, language).is_blank() {
            continue;
        }
        let sheet = spreadsheet.sheet_mut(tab.sheet_id)?;
        let column = sheet.row(0).len();
        sheet.grow(1, column + 1);
        let format = column
            .checked_sub(1)
            .and_then(|left| sheet.cell(0, left))
            .and_then(|cell| cell.format.clone());
        let title = in_language(&question.question, language);
        sheet.edit(0, column, |cell| {
            cell.entry = Entry::Text(title.into());
            cell.format = format;
        });
        tab.columns.of_question[index].push(column);
        tab.columns.mapped.push(column);
    }
    Ok(())
}

fn rewrite(
    spreadsheet: &mut Spreadsheet,
    tab: &FormTab,
    row: usize,
    stamp: f64,
    answers: &[(usize, Cell)],
) -> Result<(), Refusal> {
    let sheet = spreadsheet.sheet_mut(tab.sheet_id)?;
    sheet.edit(row, tab.columns.timestamp, |cell| cell.entry = Entry::Number(stamp));
    for (column, answer) in answers {
        sheet.edit(row, *column, |cell| cell.entry = answer.clone().into());
    }
    Ok(())
}

/// The columns of dates.
fn days_of(form: &Form, tab: &FormTab) -> Vec<usize> {
    let questions = form.definition.questions.iter().zip(&tab.columns.of_question);
    let days = questions.filter(|(question, _): &(&Question, _)| question.kind == Kind::Date);
    days.flat_map(|(_, columns)| columns.iter().copied()).collect()
}

/// The time and the dates of a row are shown as such, unless somebody chose another format for
/// them.
fn show_as_times(
    spreadsheet: &mut Spreadsheet,
    tab: &FormTab,
    row: usize,
    days: &[usize],
) -> Result<(), Refusal> {
    let customs = customs(&spreadsheet.locale);
    let stamp = [(tab.columns.timestamp, "DATE_TIME", customs.date_time)];
    let days = days.iter().map(|&column| (column, "DATE", customs.date));
    for (column, kind, pattern) in stamp.into_iter().chain(days) {
        let Some(cell) = spreadsheet.sheet(tab.sheet_id).and_then(|sheet| sheet.cell(row, column))
        else {
            continue;
        };
        let is_number = matches!(cell.entry, Entry::Number(_));
        let chosen = cell.format.as_ref().is_some_and(|format| !format.number().0.is_empty());
        if !is_number || chosen {
            continue;
        }
        let mut json =
            cell.format_json().cloned().unwrap_or_else(|| Value::Object(serde_json::Map::new()));
        json["numberFormat"] = json!({"type": kind, "pattern": pattern});
        let format = spreadsheet.intern(json);
        spreadsheet.sheet_mut(tab.sheet_id)?.edit(row, column, |cell| cell.format = format);
    }
    Ok(())
}

/// The second of a serial number: two times of the same second are the same response time.
fn second_of(serial: f64) -> i64 {
    (serial * 86_400.0).round() as i64
}

/// `row-second`: where the response was written and when.
fn receipt(row: usize, stamp: f64) -> String {
    format!("{row}-{}", second_of(stamp))
}

/// The row of a response: the one with its time; where rows were sorted since, the only one with
/// it.
fn find(spreadsheet: &Spreadsheet, tab: &FormTab, receipt: &str) -> Option<usize> {
    let (row, second) = receipt.split_once('-')?;
    let (row, second): (usize, i64) = (row.parse().ok()?, second.parse().ok()?);
    let sheet = spreadsheet.sheet(tab.sheet_id)?;
    let is_it = |row: &usize| {
        let time = tabs::cell(spreadsheet, sheet, *row, tab.columns.timestamp).number();
        *row > 0 && time.is_some_and(|time| second_of(time) == second)
    };
    if is_it(&row) {
        return Some(row);
    }
    let mut others = (1..sheet.filled_rows()).filter(is_it);
    others.next().filter(|_| others.next().is_none())
}

/// The answers of an earlier response.
pub fn earlier(
    spreadsheet: &Spreadsheet,
    form: &Form,
    tab: &FormTab,
    receipt: &str,
) -> Option<Typed> {
    let row = find(spreadsheet, tab, receipt)?;
    let cells = tabs::cells(spreadsheet, spreadsheet.sheet(tab.sheet_id)?, row);
    Some(Typed::from_row(form, |question| {
        let columns = tab.columns.of_question[question].iter();
        columns
            .filter_map(|column| cells.get(*column))
            .find(|cell| !cell.is_blank())
            .unwrap_or(&Cell::Blank)
    }))
}
