//! Requests that move cells about: copying, cutting, making and closing room, sorting, replacing.

use std::cmp::Ordering;

use serde_json::{Value, json};

use super::cells::{area_of, coordinate};
use super::dimensions::shift_named;
use super::{Ids, Reply, grid_range, int, sheet_id, text, truth};
use crate::book::range::Shift;
use crate::book::{Area, CellData, Dimension, Entry, Spreadsheet};
use crate::errors::Refusal;
use crate::formula::{self, Outcome};
use crate::references;

/// What a paste takes along.
fn pasted(kind: &str, from: &CellData, value: Outcome, place: &mut CellData) {
    let rule = || from.extra().and_then(|extra| extra.validation.clone());
    match kind {
        "PASTE_VALUES" => place.entry = entry_of(value),
        "PASTE_FORMAT" => place.format.clone_from(&from.format),
        "PASTE_FORMULA" => place.entry = from.entry.clone(),
        "PASTE_DATA_VALIDATION" => place.edit_extra(|extra| extra.validation = rule()),
        "PASTE_NO_BORDERS" => {
            let format = place.format.clone();
            *place = from.clone();
            place.format = format;
        }
        "PASTE_CONDITIONAL_FORMATTING" => {}
        _ => *place = from.clone(),
    }
}

/// Lets the references of a formula go along with it.
fn move_formula(cell: &mut CellData, down: isize, right: isize) {
    if let Entry::Formula(source) = &cell.entry
        && let Some(moved) = references::moved(source, down, right)
    {
        cell.entry = Entry::Formula(moved.into());
    }
}

fn entry_of(value: Outcome) -> Entry {
    match value {
        Outcome::Blank => Entry::Blank,
        Outcome::Number(number) => Entry::Number(number),
        Outcome::Boolean(boolean) => Entry::Boolean(boolean),
        Outcome::Text(text) => Entry::Text(text),
        Outcome::Error(word) => Entry::Text(word.into()),
    }
}

/// The cells of an area with their values, row by row.
fn lifted(
    book: &Spreadsheet,
    id: i64,
    area: &Area,
) -> Result<Vec<Vec<(CellData, Outcome)>>, Refusal> {
    let sheet = book.sheet(id).ok_or_else(|| Refusal::no_grid(id))?;
    Ok((area.top..area.bottom)
        .map(|row| {
            (area.left..area.right)
                .map(|column| {
                    (
                        sheet.cell(row, column).cloned().unwrap_or_default(),
                        book.value(sheet, row, column),
                    )
                })
                .collect()
        })
        .collect())
}

pub(super) fn copy_paste(book: &mut Spreadsheet, _: &mut Ids<'_>, body: &Value) -> Reply {
    let (from_id, from) = area_of(book, &body["source"], "source")?;
    let (to_id, to) = area_of(book, &body["destination"], "destination")?;
    let mut cells = lifted(book, from_id, &from)?;
    let transposed = text(body, "pasteOrientation") == "TRANSPOSE";
    if transposed {
        cells = (0..from.width())
            .map(|column| cells.iter().map(|row| row[column].clone()).collect())
            .collect();
    }
    let (height, width) = (cells.len(), cells.first().map_or(0, Vec::len));
    // The source is repeated as often as it fits; into a smaller destination it is pasted whole.
    let rows = if to.height() < height { height } else { to.height() / height * height };
    let columns = if to.width() < width { width } else { to.width() / width * width };
    let kind = text(body, "pasteType");
    let sheet = book.sheet_mut(to_id)?;
    sheet.grow(to.top + rows, to.left + columns);
    for row in 0..rows {
        for column in 0..columns {
            let (cell, value) = &cells[row % height][column % width];
            let (from_row, from_column) = if transposed {
                (column % width, row % height)
            } else {
                (row % height, column % width)
            };
            let down = (to.top + row).cast_signed() - (from.top + from_row).cast_signed();
            let right = (to.left + column).cast_signed() - (from.left + from_column).cast_signed();
            sheet.edit(to.top + row, to.left + column, |place| {
                pasted(kind, cell, value.clone(), place);
                if kind != "PASTE_FORMAT" {
                    move_formula(place, down, right);
                }
            });
        }
    }
    book.check_size()?;
    Ok(Value::Null)
}

pub(super) fn cut_paste(book: &mut Spreadsheet, _: &mut Ids<'_>, body: &Value) -> Reply {
    let (from_id, from) = area_of(book, &body["source"], "source")?;
    let destination = &body["destination"];
    let to_id = sheet_id(destination);
    let target = book.sheet(to_id).ok_or_else(|| Refusal::no_grid(to_id))?;
    let (top, left) = coordinate(target.row_count(), target.column_count(), destination)?;
    let cells = lifted(book, from_id, &from)?;
    let kind = text(body, "pasteType").to_owned();
    book.sheet_mut(from_id)?.edit_kept(from, |cell| match kind.as_str() {
        "PASTE_FORMAT" => cell.format = None,
        "PASTE_VALUES" | "PASTE_FORMULA" => cell.entry = Entry::Blank,
        _ => *cell = CellData::default(),
    });
    let sheet = book.sheet_mut(to_id)?;
    sheet.grow(top + from.height(), left + from.width());
    for (row, line) in cells.iter().enumerate() {
        for (column, (cell, value)) in line.iter().enumerate() {
            sheet.edit(top + row, left + column, |place| pasted(&kind, cell, value.clone(), place));
        }
    }
    book.check_size()?;
    Ok(Value::Null)
}

pub(super) fn insert_range(book: &mut Spreadsheet, _: &mut Ids<'_>, body: &Value) -> Reply {
    shift_cells(book, body, true)
}

pub(super) fn delete_range(book: &mut Spreadsheet, _: &mut Ids<'_>, body: &Value) -> Reply {
    shift_cells(book, body, false)
}

/// Makes room at an area, or closes it: the cells below it (or to its right) move, whole rows and
/// columns stay. References follow where the area reaches from side to side; those to a part of a
/// row or column stay as they are written.
fn shift_cells(book: &mut Spreadsheet, body: &Value, inserting: bool) -> Reply {
    let (id, area) = grid_range(book, body.get("range"), "range")?;
    let sheet = book.sheet(id).ok_or_else(|| Refusal::no_grid(id))?;
    let dimension = Dimension::parse(text(body, "shiftDimension"))
        .ok_or_else(|| Refusal::from("No shift dimension set, but one must be specified."))?;
    let (down, right) = match dimension {
        Dimension::Rows => (area.height(), 0),
        Dimension::Columns => (0, area.width()),
    };
    let zone = match dimension {
        Dimension::Rows => Area { bottom: sheet.row_count(), ..area },
        Dimension::Columns => Area { right: sheet.column_count(), ..area },
    };
    if sheet.objects.merges.iter().any(|merge| merge.meets(&zone)) {
        return Err("You must unmerge the merged cells that this would move.".into());
    }
    let moving = if inserting {
        zone
    } else {
        Area { top: area.top + down, left: area.left + right, ..zone }
    };
    let mut kept = Vec::new();
    for row in moving.top..moving.bottom.min(sheet.rows().len()) {
        for column in moving.left..moving.right.min(sheet.row(row).len()) {
            let cell = sheet.row(row)[column].clone();
            let place =
                if inserting { (row + down, column + right) } else { (row - down, column - right) };
            kept.push((place, cell));
        }
    }
    let from_side_to_side = match dimension {
        Dimension::Rows => area.width() == sheet.column_count(),
        Dimension::Columns => area.height() == sheet.row_count(),
    };
    let sheet = book.sheet_mut(id)?;
    sheet.edit_kept(zone, |cell| *cell = CellData::default());
    for ((row, column), cell) in kept.into_iter().filter(|(_, cell)| *cell != CellData::default()) {
        sheet.grow(row + 1, column + 1);
        sheet.put(row, column, cell);
    }
    if from_side_to_side {
        let (at, count) =
            if dimension == Dimension::Rows { (area.top, down) } else { (area.left, right) };
        let shift =
            if inserting { Shift::Insert { at, count } } else { Shift::Delete { at, count } };
        shift_named(book, id, dimension, shift);
    }
    book.check_size()?;
    Ok(Value::Null)
}

pub(super) fn sort(book: &mut Spreadsheet, _: &mut Ids<'_>, body: &Value) -> Reply {
    let (id, area) = grid_range(book, body.get("range"), "range")?;
    let sheet = book.sheet(id).ok_or_else(|| Refusal::no_grid(id))?;
    if sheet.objects.merges.iter().any(|merge| merge.meets(&area) && merge.height() > 1) {
        return Err("You can't sort a range that contains vertical merges.".into());
    }
    let mut specs = Vec::new();
    for spec in body.get("sortSpecs").and_then(Value::as_array).into_iter().flatten() {
        let column = int(spec, "dimensionIndex").unwrap_or(0);
        if column < area.left as i64 || column >= area.right as i64 {
            return Err(Refusal(format!("Sort column {column} is outside the sorted range.")));
        }
        specs.push((column as usize, text(spec, "sortOrder") == "DESCENDING"));
    }
    if specs.is_empty() {
        specs.push((area.left, false));
    }
    let keys: Vec<Vec<Outcome>> = (area.top..area.bottom)
        .map(|row| specs.iter().map(|&(column, _)| book.value(sheet, row, column)).collect())
        .collect();
    let mut order: Vec<usize> = (0..area.height()).collect();
    // The sort is stable, and blank cells come last in either order.
    order.sort_by(|&a, &b| {
        for (at, &(_, descending)) in specs.iter().enumerate() {
            let (one, other) = (&keys[a][at], &keys[b][at]);
            let order = match (one == &Outcome::Blank, other == &Outcome::Blank) {
                (true, true) => Ordering::Equal,
                (true, false) => return Ordering::Greater,
                (false, true) => return Ordering::Less,
                (false, false) if descending => formula::compare(other, one),
                (false, false) => formula::compare(one, other),
            };
            if order != Ordering::Equal {
                return order;
            }
        }
        Ordering::Equal
    });
    let sheet = book.sheet_mut(id)?;
    sheet.permute_rows(area, &order);
    for (now, before) in order.into_iter().enumerate().filter(|(now, before)| now != before) {
        let row = area.top + now;
        for column in area.left..area.right.min(sheet.row(row).len()) {
            if matches!(sheet.entry(row, column), Entry::Formula(_)) {
                sheet.edit(row, column, |cell| {
                    move_formula(cell, now.cast_signed() - before.cast_signed(), 0)
                });
            }
        }
    }
    Ok(Value::Null)
}

pub(super) fn find_replace(book: &mut Spreadsheet, _: &mut Ids<'_>, body: &Value) -> Reply {
    let find = text(body, "find").to_owned();
    if find.is_empty() {
        return Err("Must specify a non-empty find string.".into());
    }
    if truth(body, "searchByRegex") {
        return Err("The sandbox does not search by regular expressions.".into());
    }
    let places: Vec<(i64, Area)> = if body.get("range").is_some() {
        vec![grid_range(book, body.get("range"), "range")?]
    } else if truth(body, "allSheets") {
        book.sheets.iter().map(|sheet| (sheet.id, sheet.area())).collect()
    } else if let Some(id) = int(body, "sheetId") {
        vec![(id, book.sheet(id).ok_or_else(|| Refusal::no_grid(id))?.area())]
    } else {
        return Err("Must specify one of range, sheetId or allSheets.".into());
    };
    let mut counts = Counts::default();
    for (id, area) in places {
        replace_in(book, id, area, &find, body, &mut counts)?;
    }
    Ok(counts.to_json())
}

#[derive(Default)]
struct Counts {
    values: usize,
    formulas: usize,
    rows: usize,
    sheets: usize,
    occurrences: usize,
}

impl Counts {
    fn to_json(&self) -> Value {
        let mut json = json!({});
        for (name, count) in [
            ("valuesChanged", self.values),
            ("formulasChanged", self.formulas),
            ("rowsChanged", self.rows),
            ("sheetsChanged", self.sheets),
            ("occurrencesChanged", self.occurrences),
        ] {
            if count > 0 {
                json[name] = json!(count);
            }
        }
        json
    }
}

fn replace_in(
    book: &mut Spreadsheet,
    id: i64,
    area: Area,
    find: &str,
    body: &Value,
    counts: &mut Counts,
) -> Result<(), Refusal> {
    let sheet = book.sheet(id).ok_or_else(|| Refusal::no_grid(id))?;
    let mut changes = Vec::new();
    for row in area.top..area.bottom.min(sheet.rows().len()) {
        for column in area.left..area.right.min(sheet.row(row).len()) {
            let (old, is_formula) = match sheet.entry(row, column) {
                Entry::Blank => continue,
                Entry::Formula(_) if !truth(body, "includeFormulas") => continue,
                Entry::Formula(source) => (source.to_string(), true),
                _ => (book.shown(sheet, row, column), false),
            };
            let (new, times) = replaced(
                &old,
                find,
                text(body, "replacement"),
                truth(body, "matchCase"),
                truth(body, "matchEntireCell"),
            );
            if times > 0 {
                changes.push((row, column, new, times, is_formula));
            }
        }
    }
    let mut last_row = None;
    for (row, column, new, times, is_formula) in &changes {
        book.enter(id, *row, *column, new)?;
        counts.occurrences += times;
        *(if *is_formula { &mut counts.formulas } else { &mut counts.values }) += 1;
        if last_row != Some(row) {
            counts.rows += 1;
            last_row = Some(row);
        }
    }
    counts.sheets += usize::from(!changes.is_empty());
    Ok(())
}

/// The text with every occurrence replaced, and how many there were.
fn replaced(
    old: &str,
    find: &str,
    replacement: &str,
    match_case: bool,
    whole: bool,
) -> (String, usize) {
    let same =
        |a: &str, b: &str| if match_case { a == b } else { a.to_lowercase() == b.to_lowercase() };
    if whole {
        return if same(old, find) { (replacement.to_owned(), 1) } else { (old.to_owned(), 0) };
    }
    if match_case {
        return (old.replace(find, replacement), old.matches(find).count());
    }
    let letters = find.chars().count();
    let (mut out, mut times, mut rest) = (String::new(), 0, old);
    while let Some(first) = rest.chars().next() {
        let end: usize = rest.chars().take(letters).map(char::len_utf8).sum();
        if same(&rest[..end], find) {
            out.push_str(replacement);
            times += 1;
            rest = &rest[end..];
        } else {
            out.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    (out, times)
}
