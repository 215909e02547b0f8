//! Which tab takes the responses of a form, and which names can be suggested. Found by titles and
//! by the program's own mark of its tab of groups; nothing is configured here.

use std::collections::{BTreeMap, BTreeSet};

use crate::forms::columns::Columns;
use crate::forms::{Form, Forms};
use crate::sandbox::book::{Sheet, Spreadsheet};
use crate::sandbox::formula::Outcome;
use crate::table::Cell;

/// The mark that the program puts on its own tabs; its value is the view's key.
const MARK: &str = "halaqah.view";

/// The most rows that are looked through for suggestions.
const MOST_ROWS: usize = 5_000;
/// The most suggestions for one question.
const MOST_SUGGESTIONS: usize = 300;

/// The tab of a form.
pub struct FormTab {
    /// Its sheetId.
    pub sheet_id: i64,
    /// Which column answers which question.
    pub columns: Columns,
}

/// The value of a cell, formulas worked out.
pub fn cell(book: &Spreadsheet, sheet: &Sheet, row: usize, column: usize) -> Cell {
    match book.value(sheet, row, column) {
        Outcome::Blank => Cell::Blank,
        Outcome::Number(number) => Cell::Number(number),
        Outcome::Boolean(boolean) => Cell::Boolean(boolean),
        Outcome::Text(text) => Cell::Text(text),
        Outcome::Error(word) => Cell::from(word),
    }
}

/// The values of a row.
pub fn cells(book: &Spreadsheet, sheet: &Sheet, row: usize) -> Vec<Cell> {
    (0..sheet.row(row).len()).map(|column| cell(book, sheet, row, column)).collect()
}

/// The view that made a tab, if it is one of the program's own.
pub fn view_of(book: &Spreadsheet, sheet_id: i64) -> Option<&str> {
    let marks = book.metadata.iter().filter(|metadata| metadata["metadataKey"] == MARK);
    marks
        .into_iter()
        .find(|mark| mark["location"]["sheetId"].as_i64() == Some(sheet_id))
        .and_then(|mark| mark["metadataValue"].as_str())
}

/// The tab of every form that has one: the tab whose title row names at least half of the form's
/// questions, and no other form's better. Of several the one that names most, then the leftmost.
pub fn of_forms<'f>(book: &Spreadsheet, forms: &'f Forms) -> BTreeMap<&'f str, FormTab> {
    let mut best: BTreeMap<&str, (usize, FormTab)> = BTreeMap::new();
    for sheet in book.sheets.iter().filter(|sheet| view_of(book, sheet.id).is_none()) {
        let titles = cells(book, sheet, 0);
        let named = |form: &'f Form| {
            let columns = Columns::of(forms, form, &titles);
            let count = columns.of_question.iter().filter(|columns| !columns.is_empty()).count();
            (count, form, columns)
        };
        let claims: Vec<(usize, &Form, Columns)> = forms.iter().map(named).collect();
        let most = claims.iter().map(|(count, ..)| *count).max().unwrap_or(0);
        for (count, form, columns) in claims {
            let half = count > 0 && count * 2 >= form.definition.questions.len();
            let better = best.get(form.key()).is_none_or(|(known, _)| count > *known);
            if half && count == most && better {
                best.insert(form.key(), (count, FormTab { sheet_id: sheet.id, columns }));
            }
        }
    }
    best.into_iter().map(|(key, (_, tab))| (key, tab)).collect()
}

/// The tab of one form.
pub fn of_form(book: &Spreadsheet, forms: &Forms, form: &Form) -> Option<FormTab> {
    of_forms(book, forms).remove(form.key())
}

/// A group as the program's own tab of groups shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Its members, each by the name that a report uses; by code where two share a name.
    pub members: Vec<String>,
}

/// The groups on the program's own tab: names in the first column, members in the last.
pub fn groups(book: &Spreadsheet) -> Vec<Group> {
    let Some(sheet) = book.sheets.iter().find(|sheet| view_of(book, sheet.id) == Some("groups"))
    else {
        return Vec::new();
    };
    let frozen = sheet
        .grid_properties
        .get("frozenRowCount")
        .and_then(serde_json::Value::as_u64)
        .unwrap_or(0) as usize;
    let last =
        cells(book, sheet, frozen.saturating_sub(1)).iter().rposition(|title| !title.is_blank());
    let Some(last) = last.filter(|last| frozen > 0 && *last > 0) else { return Vec::new() };
    (frozen..sheet.filled_rows())
        .filter_map(|row| {
            let (name, mentor) = (cell(book, sheet, row, 0), cell(book, sheet, row, 1));
            let members = cell(book, sheet, row, last).to_string();
            // A line that says there is no group stands alone in its row.
            (!name.is_blank() && !mentor.is_blank())
                .then(|| Group { name: name.to_string(), members: members_of(&members) })
        })
        .collect()
}

/// `Ahmad Satu (A12), Budi (B3)` as names.
fn members_of(text: &str) -> Vec<String> {
    let parts: Vec<(&str, Option<&str>)> = text
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| match part.strip_suffix(')').and_then(|part| part.rsplit_once(" (")) {
            Some((name, code)) => (name, Some(code)),
            None => (part, None),
        })
        .collect();
    let is_shared = |name: &str| parts.iter().filter(|(other, _)| *other == name).count() > 1;
    parts
        .iter()
        .map(|&(name, code)| code.filter(|_| is_shared(name)).unwrap_or(name).to_owned())
        .collect()
}

/// What stands in some columns already, each text once, in alphabetical order.
pub fn known_values(book: &Spreadsheet, tab: &FormTab, question: usize) -> Vec<String> {
    let Some(sheet) = book.sheet(tab.sheet_id) else { return Vec::new() };
    let bottom = sheet.filled_rows();
    let rows = bottom.saturating_sub(MOST_ROWS).max(1)..bottom;
    let mut known = BTreeSet::new();
    for row in rows.rev() {
        for &column in &tab.columns.of_question[question] {
            let value = cell(book, sheet, row, column).to_string();
            if !value.is_empty() && known.len() < MOST_SUGGESTIONS {
                known.insert(value);
            }
        }
    }
    known.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_named_by_code_only_where_names_are_shared() {
        assert_eq!(
            members_of("Ahmad Satu (A12), Budi (B3), Budi (B4),  "),
            ["Ahmad Satu", "B3", "B4"]
        );
        assert_eq!(members_of("Tanpa Kode"), ["Tanpa Kode"]);
    }
}
