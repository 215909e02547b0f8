//! A spreadsheet as the API's JSON: properties, objects and grid data. Knows no HTTP.

use serde_json::{Map, Value, json};

use super::book::{Area, CellData, Dimension, Entry, Sheet, Spreadsheet};
use super::display;
use super::fields::Mask;
use super::format::{default_format, default_theme, overlaid};
use super::formula::Outcome;

/// What of a spreadsheet is read.
pub struct Wanted<'a> {
    /// Only sheets that one of these touches, and only this much of their grids; empty means all.
    pub areas: Vec<(i64, Area)>,
    /// Whether cells are read.
    pub grid_data: bool,
    /// The fields; the rest is not worked out.
    pub mask: &'a Mask,
}

/// The `Spreadsheet` resource.
pub fn spreadsheet(book: &Spreadsheet, wanted: &Wanted<'_>, base_url: &str) -> Value {
    let mask = wanted.mask;
    let mut map = Map::new();
    let mut put = |name: &str, value: &dyn Fn() -> Value| {
        if mask.has(name) {
            map.insert(name.to_owned(), value());
        }
    };
    put("spreadsheetId", &|| json!(book.id));
    put("properties", &|| properties(book));
    put("spreadsheetUrl", &|| json!(format!("{base_url}/spreadsheets/d/{}/edit", book.id)));
    if !book.named_ranges.is_empty() {
        put("namedRanges", &|| shown(json!(book.named_ranges)));
    }
    let own: Vec<&Value> = book
        .metadata
        .iter()
        .filter(|metadata| metadata["location"]["spreadsheet"] == json!(true))
        .collect();
    if !own.is_empty() {
        put("developerMetadata", &|| json!(own));
    }
    if mask.has("sheets") {
        let all = Mask::default();
        let below = if mask.is_all() { &all } else { mask.child("sheets").unwrap_or(&all) };
        let sheets: Vec<Value> = book
            .sheets
            .iter()
            .filter(|sheet| {
                wanted.areas.is_empty() || wanted.areas.iter().any(|(id, _)| *id == sheet.id)
            })
            .map(|one| sheet(book, one, wanted, below))
            .collect();
        map.insert("sheets".to_owned(), Value::Array(sheets));
    }
    mask.apply(Value::Object(map))
}

fn properties(book: &Spreadsheet) -> Value {
    json!({
        "title": book.title, "locale": book.locale, "autoRecalc": book.auto_recalc, "timeZone": book.time_zone,
        "defaultFormat": default_format(), "spreadsheetTheme": default_theme(),
    })
}

fn sheet(book: &Spreadsheet, one: &Sheet, wanted: &Wanted<'_>, mask: &Mask) -> Value {
    let mut map = Map::new();
    if mask.has("properties") {
        map.insert("properties".to_owned(), properties_of(book, one));
    }
    let id = one.id;
    if !one.objects.merges.is_empty() && mask.has("merges") {
        let merges: Vec<Value> = one.objects.merges.iter().map(|merge| merge.to_json(id)).collect();
        map.insert("merges".to_owned(), shown(Value::Array(merges)));
    }
    for (name, list) in one.objects.lists() {
        if !list.is_empty() && mask.has(name) {
            map.insert(name.to_owned(), shown(json!(list)));
        }
    }
    if let Some(filter) = one.objects.basic_filter.as_ref().filter(|_| mask.has("basicFilter")) {
        map.insert("basicFilter".to_owned(), shown(filter.clone()));
    }
    let own: Vec<&Value> = book
        .metadata
        .iter()
        .filter(|metadata| metadata["location"]["sheetId"] == json!(id))
        .collect();
    if !own.is_empty() && mask.has("developerMetadata") {
        map.insert("developerMetadata".to_owned(), json!(own));
    }
    if wanted.grid_data && mask.has("data") {
        let all = Mask::default();
        let below = if mask.is_all() { &all } else { mask.child("data").unwrap_or(&all) };
        let whole = [(id, one.area())];
        let areas: &[(i64, Area)] = if wanted.areas.is_empty() { &whole } else { &wanted.areas };
        let data: Vec<Value> = areas
            .iter()
            .filter(|(on, _)| *on == id)
            .map(|(_, area)| grid_data(book, one, area, below))
            .collect();
        map.insert("data".to_owned(), Value::Array(data));
    }
    Value::Object(map)
}

/// The `SheetProperties` of a sheet; null if there is none with this id.
pub fn sheet_properties(book: &Spreadsheet, id: i64) -> Value {
    book.sheet(id).map_or(Value::Null, |sheet| properties_of(book, sheet))
}

fn properties_of(book: &Spreadsheet, sheet: &Sheet) -> Value {
    let mut grid = sheet.grid_properties.clone();
    grid.insert("rowCount".to_owned(), json!(sheet.row_count()));
    grid.insert("columnCount".to_owned(), json!(sheet.column_count()));
    let mut map = sheet.properties.clone();
    map.insert("sheetId".to_owned(), json!(sheet.id));
    map.insert("title".to_owned(), json!(sheet.title));
    map.insert("index".to_owned(), json!(book.index_of(sheet.id).unwrap_or(0)));
    map.insert("sheetType".to_owned(), json!("GRID"));
    map.insert("gridProperties".to_owned(), Value::Object(grid));
    if sheet.hidden {
        map.insert("hidden".to_owned(), json!(true));
    }
    Value::Object(map)
}

/// Leaves out sheet ids that are 0, as Google's JSON does in ranges and anchors (but not in
/// properties or metadata).
pub fn shown(mut value: Value) -> Value {
    leave_out_zero_ids(&mut value);
    value
}

fn leave_out_zero_ids(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(leave_out_zero_ids),
        Value::Object(map) => {
            if map.get("sheetId") == Some(&json!(0))
                && !map.contains_key("title")
                && !map.contains_key("locationType")
            {
                map.remove("sheetId");
            }
            map.values_mut().for_each(leave_out_zero_ids);
        }
        _ => {}
    }
}

fn grid_data(book: &Spreadsheet, sheet: &Sheet, area: &Area, mask: &Mask) -> Value {
    let mut map = Map::new();
    for (name, start) in [("startRow", area.top), ("startColumn", area.left)] {
        if start > 0 {
            map.insert(name.to_owned(), json!(start));
        }
    }
    if mask.has("rowData") {
        let rows = row_data(book, sheet, area, mask);
        if !rows.is_empty() {
            map.insert("rowData".to_owned(), Value::Array(rows));
        }
    }
    for (name, dimension, from, to) in [
        ("rowMetadata", Dimension::Rows, area.top, area.bottom),
        ("columnMetadata", Dimension::Columns, area.left, area.right),
    ] {
        if mask.has(name) {
            let list: Vec<Value> = (from..to)
                .map(|index| dimension_properties(book, sheet, dimension, index))
                .collect();
            if !list.is_empty() {
                map.insert(name.to_owned(), Value::Array(list));
            }
        }
    }
    Value::Object(map)
}

fn row_data(book: &Spreadsheet, sheet: &Sheet, area: &Area, mask: &Mask) -> Vec<Value> {
    let all = Mask::default();
    let cells_mask = if mask.is_all() { Some(&all) } else { mask.child("rowData") }
        .and_then(|rows| if rows.is_all() { Some(&all) } else { rows.child("values") })
        .unwrap_or(&all);
    let mut rows: Vec<Value> = (area.top..area.bottom.min(sheet.rows().len()))
        .map(|row| {
            let right = area.right.min(sheet.row(row).len());
            let cells: Vec<Value> = (area.left..right)
                .map(|column| cell_data(book, sheet, row, column, cells_mask))
                .collect();
            if cells.is_empty() { json!({}) } else { json!({"values": cells}) }
        })
        .collect();
    while rows.last().is_some_and(|row| row.as_object().is_some_and(Map::is_empty)) {
        rows.pop();
    }
    rows
}

fn dimension_properties(
    book: &Spreadsheet,
    sheet: &Sheet,
    dimension: Dimension,
    index: usize,
) -> Value {
    let mut map = Map::new();
    map.insert("pixelSize".to_owned(), json!(sheet.pixel_size(dimension, index)));
    if sheet.properties_of(dimension, index).hidden {
        map.insert("hiddenByUser".to_owned(), json!(true));
    }
    let own: Vec<&Value> = book
        .metadata
        .iter()
        .filter(|metadata| {
            let span = &metadata["location"]["dimensionRange"];
            span["sheetId"] == json!(sheet.id)
                && span["dimension"] == json!(dimension.word())
                && span["startIndex"] == json!(index)
        })
        .collect();
    if !own.is_empty() {
        map.insert("developerMetadata".to_owned(), json!(own));
    }
    Value::Object(map)
}

/// The `CellData` of one cell.
fn cell_data(book: &Spreadsheet, sheet: &Sheet, row: usize, column: usize, mask: &Mask) -> Value {
    let Some(cell) = sheet.cell(row, column) else { return json!({}) };
    if cell.is_empty() {
        return json!({});
    }
    let mut map = Map::new();
    if !cell.entry.is_blank() {
        value_fields(book, sheet, (row, column), cell, mask, &mut map);
    }
    if let Some(format) = cell.format_json()
        && mask.has("userEnteredFormat")
    {
        map.insert("userEnteredFormat".to_owned(), format.clone());
    }
    if mask.has("effectiveFormat") {
        let mut format = default_format();
        if let Some(own) = cell.format_json() {
            format = overlaid(format, own);
        }
        map.insert("effectiveFormat".to_owned(), format);
    }
    if let Some(note) = cell.note().filter(|_| mask.has("note")) {
        map.insert("note".to_owned(), json!(note));
    }
    if let Some(rule) = cell.validation().filter(|_| mask.has("dataValidation")) {
        map.insert("dataValidation".to_owned(), rule.clone());
    }
    for (name, value) in cell.extra().into_iter().flat_map(|extra| &extra.other) {
        if mask.has(name) {
            map.insert(name.clone(), value.clone());
        }
    }
    Value::Object(map)
}

fn value_fields(
    book: &Spreadsheet,
    sheet: &Sheet,
    (row, column): (usize, usize),
    cell: &CellData,
    mask: &Mask,
    map: &mut Map<String, Value>,
) {
    if mask.has("userEnteredValue") {
        let entered = match &cell.entry {
            Entry::Formula(source) => json!({"formulaValue": source}),
            _ => extended(&book.value(sheet, row, column)),
        };
        map.insert("userEnteredValue".to_owned(), entered);
    }
    if !mask.has("effectiveValue") && !mask.has("formattedValue") && !mask.has("hyperlink") {
        return;
    }
    let value = book.value(sheet, row, column);
    if mask.has("effectiveValue") && value != Outcome::Blank {
        map.insert("effectiveValue".to_owned(), extended(&value));
    }
    if mask.has("formattedValue") {
        map.insert(
            "formattedValue".to_owned(),
            json!(display::show(&value, cell.format.as_deref(), &book.locale)),
        );
    }
    if let Outcome::Text(text) = &value
        && mask.has("hyperlink")
        && (text.starts_with("https://") || text.starts_with("http://"))
        && !text.contains(char::is_whitespace)
    {
        map.insert("hyperlink".to_owned(), json!(text));
    }
}

/// As an `ExtendedValue`.
fn extended(value: &Outcome) -> Value {
    match value {
        Outcome::Blank => json!({}),
        Outcome::Number(number) if number.fract() == 0.0 && number.abs() < 9.0e15 => {
            json!({"numberValue": *number as i64})
        }
        Outcome::Number(number) => json!({"numberValue": number}),
        Outcome::Boolean(boolean) => json!({"boolValue": boolean}),
        Outcome::Text(text) => json!({"stringValue": text}),
        Outcome::Error(word) => {
            let kind = match *word {
                "#DIV/0!" => "DIVIDE_BY_ZERO",
                "#VALUE!" => "VALUE",
                "#REF!" => "REF",
                "#NAME?" => "NAME",
                "#N/A" => "N_A",
                _ => "ERROR",
            };
            json!({"errorValue": {"type": kind, "message": word}})
        }
    }
}
