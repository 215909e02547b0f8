//! Requests on cells: values, formats, notes, validation, borders.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{Ids, Reply, checked_area, grid_range, int, mask, sheet_id, text, with_sheet_ids};
use crate::book::{Area, CellData, Entry, Format, Spreadsheet, check_length};
use crate::errors::Refusal;
use crate::fields::Mask;
use crate::format;
use crate::references;

/// Normalised data for a cell, ready to be put into many.
struct Prepared<'v> {
    entry: Entry,
    /// The `CellFormat` as it was given; null when there is none.
    format: &'v Value,
    note: Option<Box<str>>,
    validation: Option<Arc<Value>>,
    other: Map<String, Value>,
}

fn prepare(data: &Value) -> Result<Prepared<'_>, Refusal> {
    let mut other = Map::new();
    for name in ["textFormatRuns", "chipRuns"] {
        if let Some(value) = data.get(name) {
            let mut value = value.clone();
            format::normalise(&mut value);
            other.insert(name.to_owned(), value);
        }
    }
    Ok(Prepared {
        entry: entry_of(data.get("userEnteredValue"))?,
        format: data.get("userEnteredFormat").unwrap_or(&Value::Null),
        note: Some(text(data, "note")).filter(|note| !note.is_empty()).map(Into::into),
        validation: data.get("dataValidation").map(checked_rule).transpose()?,
        other,
    })
}

/// The entry that an `ExtendedValue` stands for.
fn entry_of(value: Option<&Value>) -> Result<Entry, Refusal> {
    let Some(Value::Object(value)) = value else { return Ok(Entry::Blank) };
    match value.iter().next().map(|(name, value)| (name.as_str(), value)) {
        None => Ok(Entry::Blank),
        Some(("stringValue", Value::String(text))) => {
            check_length(text)?;
            Ok(if text.is_empty() { Entry::Blank } else { Entry::Text(text.as_str().into()) })
        }
        Some(("numberValue", Value::Number(number))) => {
            Ok(Entry::Number(number.as_f64().unwrap_or(0.0)))
        }
        Some(("boolValue", Value::Bool(boolean))) => Ok(Entry::Boolean(*boolean)),
        Some(("formulaValue", Value::String(source))) if source.starts_with('=') => {
            Ok(Entry::Formula(source.as_str().into()))
        }
        Some(("formulaValue", source)) => Err(Refusal(format!("Invalid formula: {source}"))),
        Some((name, _)) => {
            Err(Refusal(format!("Invalid userEnteredValue: {name} cannot be written.")))
        }
    }
}

/// A validation rule that Google would take.
fn checked_rule(rule: &Value) -> Result<Arc<Value>, Refusal> {
    let kind = text(&rule["condition"], "type");
    let count = rule["condition"]["values"].as_array().map_or(0, Vec::len);
    match kind {
        "" | "CONDITION_TYPE_UNSPECIFIED" => return Err("BooleanCondition.type is required".into()),
        "ONE_OF_LIST" if count == 0 => {
            return Err("ConditionType 'ONE_OF_LIST' must have at least one ConditionValue.".into());
        }
        "ONE_OF_RANGE" if count != 1 => {
            return Err(Refusal(format!(
                "ConditionType 'ONE_OF_RANGE' must have exactly one ConditionValue, but has {count}."
            )));
        }
        _ => {}
    }
    let mut rule = rule.clone();
    if let Value::Object(map) = &mut rule {
        map.retain(|_, value| *value != json!(false) && !value.is_null());
    }
    Ok(Arc::new(rule))
}

/// Puts the masked fields of prepared data into a cell.
struct Painter<'m> {
    mask: &'m Mask,
    format_mask: Option<Mask>,
    /// The formats that were last worked out: most cells of a batch look like their neighbours.
    recent: Vec<Painted>,
}

/// The format of a cell before, what was asked for, and the format after.
struct Painted {
    before: Option<Arc<Format>>,
    asked: Value,
    after: Option<Arc<Format>>,
}

const MOST_RECENT: usize = 32;

impl<'m> Painter<'m> {
    fn new(mask: &'m Mask) -> Self {
        let format_mask = if mask.is_all() {
            Some(Mask::default())
        } else {
            mask.child("userEnteredFormat").map(twinned)
        };
        Self { mask, format_mask, recent: Vec::new() }
    }

    fn paint(
        &mut self,
        book: &mut Spreadsheet,
        id: i64,
        row: usize,
        column: usize,
        data: &Prepared<'_>,
    ) -> Result<(), Refusal> {
        let format = if self.format_mask.is_some() {
            let before = book.sheet(id).and_then(|sheet| sheet.cell(row, column)?.format.clone());
            Some(self.format_after(book, before, data.format))
        } else {
            None
        };
        book.sheet_mut(id)?.edit(row, column, |cell| {
            if self.mask.has("userEnteredValue") {
                cell.entry = data.entry.clone();
            }
            if let Some(format) = format {
                cell.format = format;
            }
            self.paint_extra(cell, data);
        });
        Ok(())
    }

    fn format_after(
        &mut self,
        book: &mut Spreadsheet,
        before: Option<Arc<Format>>,
        asked: &Value,
    ) -> Option<Arc<Format>> {
        let same = |one: &Option<Arc<Format>>| match (one, &before) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (one, other) => one.is_none() && other.is_none(),
        };
        if let Some(known) =
            self.recent.iter().find(|known| same(&known.before) && known.asked == *asked)
        {
            return known.after.clone();
        }
        let mut given = asked.clone();
        format::normalise(&mut given);
        let mut map =
            before.as_ref().and_then(|format| format.json.as_object()).cloned().unwrap_or_default();
        if let Some(mask) = &self.format_mask {
            mask.transfer(given.as_object().unwrap_or(&Map::new()), &mut map);
        }
        let after = book.intern(Value::Object(map));
        if self.recent.len() >= MOST_RECENT {
            self.recent.remove(0);
        }
        self.recent.push(Painted { before, asked: asked.clone(), after: after.clone() });
        after
    }

    fn paint_extra(&self, cell: &mut CellData, data: &Prepared<'_>) {
        let others = ["textFormatRuns", "chipRuns"];
        let any = ["note", "dataValidation"].iter().chain(&others).any(|name| self.mask.has(name));
        if !any {
            return;
        }
        cell.edit_extra(|extra| {
            if self.mask.has("note") {
                extra.note = data.note.clone();
            }
            if self.mask.has("dataValidation") {
                extra.validation = data.validation.clone();
            }
            for name in others.iter().filter(|name| self.mask.has(name)) {
                match data.other.get(*name) {
                    Some(value) => drop(extra.other.insert((*name).to_owned(), value.clone())),
                    None => drop(extra.other.remove(*name)),
                }
            }
        });
    }
}

/// The mask with the twin of every colour it names.
fn twinned(mask: &Mask) -> Mask {
    if mask.is_all() {
        return Mask::default();
    }
    let mut parts = Vec::new();
    collect(mask, "", &mut parts);
    Mask::parse(&parts.join(",")).unwrap_or_default()
}

fn collect(mask: &Mask, prefix: &str, parts: &mut Vec<String>) {
    for key in mask.keys() {
        let Some(child) = mask.child(key) else { continue };
        let path = |name: &str| {
            if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") }
        };
        match format::twin(key) {
            // A part of a colour is never changed alone.
            Some(twin) => parts.extend([path(key), path(twin)]),
            None if child.is_all() => parts.push(path(key)),
            None => collect(child, &path(key), parts),
        }
    }
}

pub(crate) fn update(book: &mut Spreadsheet, _: &mut Ids<'_>, body: &Value) -> Reply {
    let mask = mask(body, "CellData")?;
    let rows = body.get("rows").and_then(Value::as_array).map_or(&[] as &[Value], Vec::as_slice);
    let (id, area, bounded) = if let Some(start) = body.get("start") {
        let id = sheet_id(start);
        let sheet = book.sheet(id).ok_or_else(|| Refusal::no_grid(id))?;
        let (top, left) = coordinate(sheet.row_count(), sheet.column_count(), start)?;
        (id, Area { top, left, bottom: sheet.row_count(), right: sheet.column_count() }, false)
    } else {
        let (id, area) = grid_range(book, body.get("range"), "range")?;
        (id, area, true)
    };
    let mut painter = Painter::new(&mask);
    write_rows(book, &mut painter, id, area, rows)?;
    if bounded {
        let blank = prepare(&Value::Null)?;
        for row in area.top..area.bottom {
            let given = rows.get(row - area.top).map_or(0, |row| cells_of(row).len());
            for column in area.left + given..area.right {
                painter.paint(book, id, row, column, &blank)?;
            }
        }
    }
    Ok(Value::Null)
}

/// The row and column of a `GridCoordinate` in a grid of that size.
pub(super) fn coordinate(
    rows: usize,
    columns: usize,
    at: &Value,
) -> Result<(usize, usize), Refusal> {
    let mut found = [0; 2];
    for (place, (name, limit, noun)) in
        found.iter_mut().zip([("rowIndex", rows, "row"), ("columnIndex", columns, "column")])
    {
        let index = int(at, name).unwrap_or(0);
        if index < 0 {
            return Err(Refusal(format!(
                "GridCoordinate.{name}[{index}] must be greater than or equal to 0."
            )));
        }
        if index as usize >= limit {
            return Err(Refusal(format!(
                "GridCoordinate.{name}[{index}] is after last {noun} in grid[{}]",
                limit - 1
            )));
        }
        *place = index as usize;
    }
    Ok((found[0], found[1]))
}

fn cells_of(row: &Value) -> &[Value] {
    row.get("values").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn write_rows(
    book: &mut Spreadsheet,
    painter: &mut Painter<'_>,
    id: i64,
    area: Area,
    rows: &[Value],
) -> Result<(), Refusal> {
    if rows.len() > area.height() {
        let (row, last) = (area.bottom, area.bottom - 1);
        return Err(Refusal(format!(
            "Attempting to write row: {row}, beyond the last requested row of: {last}"
        )));
    }
    for (at, row) in rows.iter().enumerate() {
        let cells = cells_of(row);
        if cells.len() > area.width() {
            let (column, last) = (area.right, area.right - 1);
            return Err(Refusal(format!(
                "Attempting to write column: {column}, beyond the last requested column of: {last}"
            )));
        }
        for (along, cell) in cells.iter().enumerate() {
            painter.paint(book, id, area.top + at, area.left + along, &prepare(cell)?)?;
        }
    }
    Ok(())
}

pub(super) fn repeat(book: &mut Spreadsheet, _: &mut Ids<'_>, body: &Value) -> Reply {
    let mask = mask(body, "CellData")?;
    let (id, area) = grid_range(book, body.get("range"), "range")?;
    let data = prepare(&body["cell"])?;
    let mut painter = Painter::new(&mask);
    for row in area.top..area.bottom {
        for column in area.left..area.right {
            painter.paint(book, id, row, column, &data)?;
        }
    }
    // A formula goes on from cell to cell, as if it had been dragged.
    if let (Entry::Formula(source), true) = (&data.entry, mask.has("userEnteredValue")) {
        let sheet = book.sheet_mut(id)?;
        for (down, row) in (area.top..area.bottom).enumerate() {
            for (right, column) in (area.left..area.right).enumerate() {
                if let Some(moved) =
                    references::moved(source, down.cast_signed(), right.cast_signed())
                {
                    sheet.edit(row, column, |cell| cell.entry = Entry::Formula(moved.into()));
                }
            }
        }
    }
    Ok(Value::Null)
}

pub(super) fn append(book: &mut Spreadsheet, _: &mut Ids<'_>, body: &Value) -> Reply {
    let mask = mask(body, "CellData")?;
    let id = sheet_id(body);
    let rows = body.get("rows").and_then(Value::as_array).map_or(&[] as &[Value], Vec::as_slice);
    let sheet = book.sheet_mut(id)?;
    // After the last row with data: a format alone is no data.
    let top = sheet.filled_rows();
    let width = rows.iter().map(|row| cells_of(row).len()).max().unwrap_or(0);
    sheet.grow(top + rows.len(), width);
    let area = Area { top, bottom: top + rows.len(), left: 0, right: sheet.column_count() };
    book.check_size()?;
    write_rows(book, &mut Painter::new(&mask), id, area, rows)?;
    Ok(Value::Null)
}

pub(super) fn set_validation(book: &mut Spreadsheet, _: &mut Ids<'_>, body: &Value) -> Reply {
    let (id, area) = grid_range(book, body.get("range"), "range")?;
    let rule = body.get("rule").map(checked_rule).transpose()?;
    let sheet = book.sheet_mut(id)?;
    match rule {
        Some(rule) => {
            sheet.edit_area(area, |_, _, cell| {
                cell.edit_extra(|extra| extra.validation = Some(Arc::clone(&rule)))
            });
        }
        None => sheet.edit_kept(area, |cell| cell.edit_extra(|extra| extra.validation = None)),
    }
    Ok(Value::Null)
}

pub(super) fn update_borders(book: &mut Spreadsheet, _: &mut Ids<'_>, body: &Value) -> Reply {
    let (id, area) = grid_range(book, body.get("range"), "range")?;
    let mut body = body.clone();
    format::normalise(&mut body);
    with_sheet_ids(&mut body);
    for row in area.top..area.bottom {
        for column in area.left..area.right {
            let mut borders = Map::new();
            for (side, outer, inner) in [
                ("top", row == area.top, "innerHorizontal"),
                ("bottom", row + 1 == area.bottom, "innerHorizontal"),
                ("left", column == area.left, "innerVertical"),
                ("right", column + 1 == area.right, "innerVertical"),
            ] {
                if let Some(border) = body.get(if outer { side } else { inner }) {
                    borders.insert(side.to_owned(), border.clone());
                }
            }
            let old =
                book.sheet(id).and_then(|sheet| sheet.cell(row, column)?.format_json().cloned());
            let mut format = old.unwrap_or_else(|| json!({}));
            let mut all = format["borders"].as_object().cloned().unwrap_or_default();
            all.extend(borders);
            all.retain(|_, border| text(border, "style") != "NONE");
            format["borders"] = Value::Object(all);
            if format["borders"].as_object().is_some_and(Map::is_empty)
                && let Value::Object(format) = &mut format
            {
                format.remove("borders");
            }
            let format = book.intern(format);
            book.sheet_mut(id)?.edit(row, column, |cell| cell.format = format);
        }
    }
    Ok(Value::Null)
}

/// A part of a sheet by its `GridRange`, for requests that name two ranges.
pub(super) fn area_of(
    book: &Spreadsheet,
    range: &Value,
    name: &str,
) -> Result<(i64, Area), Refusal> {
    let id = sheet_id(range);
    let sheet = book.sheet(id).ok_or_else(|| Refusal::no_grid(id))?;
    Ok((id, checked_area(sheet, range, name)?))
}
