//! Reading and writing values: what `spreadsheets.values.*` does, on the model. Knows no HTTP.

use serde_json::{Value, json};

use super::book::{Area, CellData, Entry, OpenRange, Sheet, Spreadsheet, check_length, range};
use super::display;
use super::errors::{ApiError, Refusal};
use super::formula::Outcome;

/// How values are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rendering {
    /// What of a cell is read.
    pub value: ValueRender,
    /// Whether dates are read as a user sees them although numbers are not.
    pub dates_as_text: bool,
    /// Whether the outer list is of columns.
    pub by_columns: bool,
}

/// The API's `ValueRenderOption`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ValueRender {
    /// As a user sees it.
    #[default]
    Formatted,
    /// The bare value.
    Unformatted,
    /// The formula where there is one, else the bare value.
    Formula,
}

impl Rendering {
    /// From the API's words; an unknown word is refused as Google does.
    pub fn parse(value: &str, date: &str, dimension: &str) -> Result<Self, ApiError> {
        let unknown = |field: &str, kind: &str, word: &str| {
            let text = format!(
                "Invalid value at '{field}' (type.googleapis.com/google.apps.sheets.v4.{kind}), \"{word}\""
            );
            ApiError::bad_fields(vec![(field.to_owned(), text)])
        };
        let value = match value {
            "" | "FORMATTED_VALUE" => ValueRender::Formatted,
            "UNFORMATTED_VALUE" => ValueRender::Unformatted,
            "FORMULA" => ValueRender::Formula,
            word => return Err(unknown("value_render_option", "ValueRenderOption", word)),
        };
        let dates_as_text = match date {
            "" | "SERIAL_NUMBER" => false,
            "FORMATTED_STRING" => true,
            word => return Err(unknown("date_time_render_option", "DateTimeRenderOption", word)),
        };
        let by_columns = match dimension {
            "" | "ROWS" | "DIMENSION_UNSPECIFIED" => false,
            "COLUMNS" => true,
            word => return Err(unknown("major_dimension", "Dimension", word)),
        };
        Ok(Self { value, dates_as_text, by_columns })
    }
}

/// Cells of a sheet to be read or written, found from an A1 text or a data filter and checked against the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// The sheet.
    pub sheet_id: i64,
    /// The cells, inside the grid.
    pub area: Area,
    /// Whether one cell was named without `:`, so that a write may run on from it.
    pub single: bool,
}

/// The sheet and cells that an A1 text names.
pub fn target(book: &Spreadsheet, text: &str) -> Result<Target, Refusal> {
    let (sheet, range, single) =
        book.find_range(text).ok_or_else(|| Refusal(format!("Unable to parse range: {text}")))?;
    Ok(Target { sheet_id: sheet.id, area: inside(sheet, range)?, single })
}

/// The range closed and clipped to the grid; one that starts outside is refused.
pub fn inside(sheet: &Sheet, range: OpenRange) -> Result<Area, Refusal> {
    let area = range.closed(sheet.row_count(), sheet.column_count());
    let outside = range.top.is_some_and(|top| top >= sheet.row_count())
        || range.left.is_some_and(|left| left >= sheet.column_count());
    if outside {
        return Err(exceeds(sheet, &area));
    }
    Ok(sheet.clip(area))
}

fn exceeds(sheet: &Sheet, area: &Area) -> Refusal {
    Refusal(format!(
        "Range ({}) exceeds grid limits. Max rows: {}, max columns: {}",
        range::shown(&sheet.title, area),
        sheet.row_count(),
        sheet.column_count()
    ))
}

/// About how many bytes of JSON a cell takes.
const BYTES_A_CELL: usize = 20;

/// A `ValueRange` that is written out without being built first.
pub struct ValueRange<'a> {
    book: &'a Spreadsheet,
    sheet: &'a Sheet,
    area: Area,
    rendering: Rendering,
}

impl<'a> ValueRange<'a> {
    /// The values of a part of a sheet.
    pub fn new(
        book: &'a Spreadsheet,
        target: &Target,
        rendering: Rendering,
    ) -> Result<Self, Refusal> {
        let sheet = book.sheet(target.sheet_id).ok_or_else(|| Refusal::no_grid(target.sheet_id))?;
        Ok(Self { book, sheet, area: target.area, rendering })
    }

    /// The number of rows up to the last that shows anything, and the same of columns.
    fn extent(&self) -> (usize, usize) {
        let (mut bottom, mut right) = (self.area.top, self.area.left);
        for row in self.area.top..self.area.bottom.min(self.sheet.rows().len()) {
            let end = self.row_end(row);
            if end > self.area.left {
                bottom = row + 1;
                right = right.max(end);
            }
        }
        (bottom, right)
    }

    /// The column after the last one of a row that holds anything.
    fn row_end(&self, row: usize) -> usize {
        let cells = self.sheet.row(row);
        let end = self.area.right.min(cells.len()).max(self.area.left);
        let last = cells
            .get(self.area.left..end)
            .and_then(|cells| cells.iter().rposition(|cell| !self.is_blank(cell)));
        last.map_or(self.area.left, |last| self.area.left + last + 1)
    }

    fn is_blank(&self, cell: &CellData) -> bool {
        match &cell.entry {
            Entry::Blank => true,
            Entry::Text(text) => text.is_empty(),
            _ => false,
        }
    }
}

impl ValueRange<'_> {
    /// Writes it out as the API's JSON. By hand, for a spreadsheet is read far more often than
    /// anything else is done with it.
    pub fn write(&self, out: &mut Vec<u8>) {
        let (bottom, right) = self.extent();
        out.reserve(64 + (bottom - self.area.top) * (right - self.area.left) * BYTES_A_CELL);
        out.extend_from_slice(b"{\"range\":");
        write_text(out, &range::shown(&self.sheet.title, &self.area));
        let dimension = if self.rendering.by_columns { "COLUMNS" } else { "ROWS" };
        out.extend_from_slice(b",\"majorDimension\":");
        write_text(out, dimension);
        if bottom > self.area.top {
            out.extend_from_slice(b",\"values\":");
            if self.rendering.by_columns {
                write_list(out, self.area.left..right, |out, column| {
                    let filled = (self.area.top..bottom).rfind(|&row| {
                        self.sheet.cell(row, column).is_some_and(|cell| !self.is_blank(cell))
                    });
                    let end = filled.map_or(self.area.top, |last| last + 1);
                    write_list(out, self.area.top..end, |out, row| {
                        match self.sheet.cell(row, column) {
                            Some(cell) => self.write_cell(out, cell, (row, column)),
                            None => write_text(out, ""),
                        }
                    });
                });
            } else {
                write_list(out, self.area.top..bottom, |out, row| match self.remembered(row) {
                    Some(reading) => out.extend_from_slice(reading),
                    None => self.write_row(out, row),
                });
            }
        }
        out.push(b'}');
    }

    /// How a row reads, if it is asked for whole and nothing in it depends on other cells.
    fn remembered(&self, row: usize) -> Option<&[u8]> {
        let cells = self.sheet.rows().get(row)?;
        let partly = self.area.left > 0 || self.area.right < cells.len();
        if partly || cells.iter().any(|cell| matches!(cell.entry, Entry::Formula(_))) {
            return None;
        }
        let written = || {
            let mut out = Vec::new();
            self.write_row(&mut out, row);
            out.into_boxed_slice()
        };
        match self.rendering {
            Rendering { value: ValueRender::Unformatted, dates_as_text: false, .. } => {
                Some(cells.readings().unformatted.get_or_init(written))
            }
            Rendering { value: ValueRender::Formatted, .. } => {
                let locale = &*self.book.locale;
                let (of, reading) =
                    cells.readings().formatted.get_or_init(|| (locale.into(), written()));
                (**of == *locale).then_some(&**reading)
            }
            _ => None,
        }
    }

    fn write_row(&self, out: &mut Vec<u8>, row: usize) {
        let cells = self.sheet.row(row).get(self.area.left..self.row_end(row)).unwrap_or(&[]);
        write_list(out, (self.area.left..).zip(cells), |out, (column, cell)| {
            self.write_cell(out, cell, (row, column));
        });
    }

    fn write_cell(&self, out: &mut Vec<u8>, cell: &CellData, (row, column): (usize, usize)) {
        let Self { book, sheet, rendering, .. } = self;
        let value = match &cell.entry {
            Entry::Blank => return write_text(out, ""),
            Entry::Text(text) => return write_text(out, text),
            Entry::Formula(source) if rendering.value == ValueRender::Formula => {
                return write_text(out, source);
            }
            Entry::Formula(_) => book.value(sheet, row, column),
            Entry::Number(number) => Outcome::Number(*number),
            Entry::Boolean(boolean) => Outcome::Boolean(*boolean),
        };
        let format = cell.format.as_deref();
        let as_text = rendering.value == ValueRender::Formatted
            || (rendering.dates_as_text && format.is_some_and(|format| format.is_temporal()));
        match value {
            Outcome::Number(number) if !as_text => write_number(out, number),
            Outcome::Boolean(boolean) if !as_text => {
                out.extend_from_slice(if boolean { b"true" } else { b"false" });
            }
            // What most numbers are shown as takes no pattern.
            Outcome::Number(number)
                if format.is_none() && is_whole(number) && number.abs() < 1e15 =>
            {
                out.push(b'"');
                write_number(out, number);
                out.push(b'"');
            }
            value => write_text(out, &display::show(&value, format, &book.locale)),
        }
    }

    /// As a JSON value.
    pub fn to_json(&self) -> Result<Value, serde_json::Error> {
        let mut out = Vec::new();
        self.write(&mut out);
        serde_json::from_slice(&out)
    }
}

/// Writes a JSON list, item by item.
pub fn write_list<T>(
    out: &mut Vec<u8>,
    items: impl IntoIterator<Item = T>,
    mut write: impl FnMut(&mut Vec<u8>, T),
) {
    out.push(b'[');
    for (at, item) in items.into_iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        write(out, item);
    }
    out.push(b']');
}

/// Writes a JSON string. Most texts hold nothing that has to be escaped: that is found out without
/// a branch a byte.
pub fn write_text(out: &mut Vec<u8>, text: &str) {
    let special = |byte: u8| (byte < 0x20) | (byte == b'"') | (byte == b'\\');
    if text.bytes().fold(false, |found, byte| found | special(byte)) {
        out.extend_from_slice(json!(text).to_string().as_bytes());
        return;
    }
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
}

/// Whether it is a whole number that fits into 64 bits.
fn is_whole(number: f64) -> bool {
    (number as i64) as f64 == number
}

fn write_number(out: &mut Vec<u8>, number: f64) {
    if !is_whole(number) || number.abs() >= 9.0e15 {
        return out.extend_from_slice(json!(number).to_string().as_bytes());
    }
    let mut digits = [0; 20];
    let mut at = digits.len();
    let whole = number as i64;
    let mut left = whole.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (left % 10) as u8;
        left /= 10;
        if left == 0 {
            break;
        }
    }
    if whole < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[at..]);
}

/// How values are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// As they are.
    Raw,
    /// As if typed.
    UserEntered,
}

impl Input {
    /// From the API's word; without one a write is refused, as Google does.
    pub fn parse(word: &str) -> Result<Self, ApiError> {
        match word {
            "RAW" => Ok(Self::Raw),
            "USER_ENTERED" => Ok(Self::UserEntered),
            "" | "INPUT_VALUE_OPTION_UNSPECIFIED" => {
                Err(Refusal::from("'valueInputOption' is required but not specified").into())
            }
            word => {
                let kind = "type.googleapis.com/google.apps.sheets.v4.ValueInputOption";
                let text = format!("Invalid value at 'value_input_option' ({kind}), \"{word}\"");
                Err(ApiError::bad_fields(vec![("value_input_option".to_owned(), text)]))
            }
        }
    }
}

/// The lists of a `ValueRange`, checked: `field` is where they stand in the request, such as
/// `data.values`.
pub fn lists<'v>(value_range: &'v Value, field: &str) -> Result<Vec<&'v Vec<Value>>, ApiError> {
    let values = match value_range.get("values") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(values) => values,
    };
    let bad = |field: String, value: &Value| {
        let text = format!(
            "Invalid value at '{field}' (type.googleapis.com/google.protobuf.ListValue), {value}"
        );
        ApiError::bad_fields(vec![(field, text)])
    };
    let Value::Array(lists) = values else { return Err(bad(field.to_owned(), values)) };
    lists
        .iter()
        .enumerate()
        .map(|(at, list)| match list {
            Value::Array(list) => Ok(list),
            other => Err(bad(format!("{field}[{at}]"), other)),
        })
        .collect()
}

/// What a write did, as the API counts it.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// The sheet.
    pub sheet_id: i64,
    /// Where the values lie.
    pub area: Area,
    /// Rows in which a value was given; `null` gives none.
    pub rows: usize,
    /// Columns in which a value was given.
    pub columns: usize,
    /// Values given.
    pub cells: usize,
}

impl Written {
    /// As an `UpdateValuesResponse`.
    pub fn to_json(&self, book: &Spreadsheet) -> Value {
        let title = book.sheet(self.sheet_id).map_or("", |sheet| &sheet.title);
        let mut json =
            json!({"spreadsheetId": book.id, "updatedRange": range::shown(title, &self.area)});
        for (name, count) in [
            ("updatedRows", self.rows),
            ("updatedColumns", self.columns),
            ("updatedCells", self.cells),
        ] {
            if count > 0 {
                json[name] = json!(count);
            }
        }
        json
    }
}

/// Writes lists of values from the first cell of a target; `named` is the range as it was asked for.
pub fn write(
    book: &mut Spreadsheet,
    target: &Target,
    named: &str,
    lists: &[&Vec<Value>],
    by_columns: bool,
    input: Input,
) -> Result<Written, Refusal> {
    let longest = lists.iter().map(|list| list.len()).max().unwrap_or(0);
    let (height, width) = if by_columns { (longest, lists.len()) } else { (lists.len(), longest) };
    let (sheet_rows, sheet_columns) = {
        let sheet = book.sheet(target.sheet_id).ok_or_else(|| Refusal::no_grid(target.sheet_id))?;
        (sheet.row_count(), sheet.column_count())
    };
    let (bottom, right) = if target.single {
        (sheet_rows, sheet_columns)
    } else {
        (target.area.bottom, target.area.right)
    };
    if target.area.top + height > bottom {
        return Err(Refusal(format!(
            "Requested writing within range [{named}], but tried writing to row [{}]",
            bottom + 1
        )));
    }
    if target.area.left + width > right {
        let letters = halaqah_table::a1::column_letters(right);
        return Err(Refusal(format!(
            "Requested writing within range [{named}], but tried writing to column [{letters}]"
        )));
    }
    let area = if height == 0 || width == 0 {
        target.area
    } else {
        Area {
            top: target.area.top,
            bottom: target.area.top + height,
            left: target.area.left,
            right: target.area.left + width,
        }
    };
    let mut written = Written { sheet_id: target.sheet_id, area, rows: 0, columns: 0, cells: 0 };
    let mut rows_touched = vec![false; height];
    let mut columns_touched = vec![false; width];
    for (outer, list) in lists.iter().enumerate() {
        for (inner, value) in list.iter().enumerate() {
            let (row, column) = if by_columns { (inner, outer) } else { (outer, inner) };
            if value.is_null() {
                continue;
            }
            enter(book, target.sheet_id, area.top + row, area.left + column, value, input)?;
            rows_touched[row] = true;
            columns_touched[column] = true;
            written.cells += 1;
        }
    }
    written.rows = rows_touched.iter().filter(|touched| **touched).count();
    written.columns = columns_touched.iter().filter(|touched| **touched).count();
    Ok(written)
}

fn enter(
    book: &mut Spreadsheet,
    sheet_id: i64,
    row: usize,
    column: usize,
    value: &Value,
    input: Input,
) -> Result<(), Refusal> {
    let entry = match value {
        Value::String(text) if input == Input::UserEntered => {
            return book.enter(sheet_id, row, column, text);
        }
        Value::String(text) if text.is_empty() => Entry::Blank,
        Value::String(text) => {
            check_length(text)?;
            Entry::Text(text.as_str().into())
        }
        Value::Number(number) => Entry::Number(number.as_f64().unwrap_or(0.0)),
        Value::Bool(boolean) => Entry::Boolean(*boolean),
        Value::Null => return Ok(()),
        Value::Array(_) => {
            return Err(invalid_values(row, column, &format!("list_value: {value}")));
        }
        Value::Object(_) => {
            return Err(invalid_values(row, column, &format!("struct_value: {value}")));
        }
    };
    book.sheet_mut(sheet_id)?.edit(row, column, |cell| cell.entry = entry);
    Ok(())
}

fn invalid_values(row: usize, column: usize, what: &str) -> Refusal {
    Refusal(format!("Invalid values[{row}][{column}]: {what}"))
}

/// Blanks the values of a target; formats, notes and validation stay.
pub fn clear(book: &mut Spreadsheet, target: &Target) -> Result<String, Refusal> {
    let sheet = book.sheet_mut(target.sheet_id)?;
    sheet.edit_kept(target.area, |cell| cell.entry = Entry::Blank);
    Ok(range::shown(&sheet.title, &target.area))
}

/// The table that an append to `area` goes on: the one around the last filled cell of the area.
/// (Google: "the input range is used to search for existing data and find a table within that
/// range".)
pub fn table_in(sheet: &Sheet, area: Area) -> Option<Area> {
    let filled = |row: usize, column: usize| !sheet.entry(row, column).is_blank();
    let bottom = area.bottom.min(sheet.rows().len());
    let (row, column) = (area.top..bottom).rev().find_map(|row| {
        let right = area.right.min(sheet.row(row).len());
        (area.left..right).rev().find(|&column| filled(row, column)).map(|column| (row, column))
    })?;
    let mut table = Area { top: row, bottom: row + 1, left: column, right: column + 1 };
    loop {
        let before = table;
        let (left, right) = (table.left.saturating_sub(1), table.right + 1);
        let across = |row: usize| (left..right).any(|column| filled(row, column));
        while table.top > 0 && across(table.top - 1) {
            table.top -= 1;
        }
        while across(table.bottom) {
            table.bottom += 1;
        }
        let (top, bottom) = (table.top.saturating_sub(1), table.bottom + 1);
        let down = |column: usize| (top..bottom).any(|row| filled(row, column));
        if table.left > 0 && down(table.left - 1) {
            table.left -= 1;
        }
        if down(table.right) {
            table.right += 1;
        }
        if table == before {
            return Some(table);
        }
    }
}

/// Appends lists of values below the table of a target, growing the grid; gives the table and what
/// was written.
pub fn append(
    book: &mut Spreadsheet,
    target: &Target,
    lists: &[&Vec<Value>],
    by_columns: bool,
    input: Input,
    insert_rows: bool,
) -> Result<(Option<Area>, Written), Refusal> {
    let longest = lists.iter().map(|list| list.len()).max().unwrap_or(0);
    let (height, width) = if by_columns { (longest, lists.len()) } else { (lists.len(), longest) };
    let sheet = book.sheet_mut(target.sheet_id)?;
    let table = table_in(sheet, target.area);
    let (top, left) =
        table.map_or((target.area.top, target.area.left), |table| (table.bottom, table.left));
    if insert_rows && height > 0 && top < sheet.row_count() && table.is_some() {
        sheet.insert(super::book::Dimension::Rows, top, height, top.checked_sub(1));
    }
    sheet.grow(top + height, left + width);
    book.check_size()?;
    let area = Area { top, bottom: top + height.max(1), left, right: left + width.max(1) };
    let at = Target { sheet_id: target.sheet_id, area, single: true };
    Ok((table, write(book, &at, "", lists, by_columns, input)?))
}
