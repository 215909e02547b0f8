//! `spreadsheets.batchUpdate`: a list of requests, applied in order, all or none. Knows no HTTP.

mod cells;
mod dimensions;
mod metadata;
mod moving;
mod objects;
mod protection;
mod sheets;

use serde_json::{Map, Value, json};

use super::book::{Area, Dimension, OpenRange, Sheet, Spreadsheet};
use super::errors::{ApiError, Refusal};
use super::fields::Mask;
use super::schema;

pub(super) use self::cells::update as write_cells;
pub use self::metadata::{locations_found, matches as metadata_matches};
pub(super) use self::sheets::{adopt, insert_sheet, set_spreadsheet_properties};

/// The most requests in one batch.
const MOST_REQUESTS: usize = 100_000;

/// A source of ids that were not used before.
pub struct Ids<'a> {
    /// Draws the next number.
    pub draw: &'a mut dyn FnMut() -> u64,
}

impl Ids<'_> {
    /// An id for a sheet, a chart, a range: positive, below 2^31, and not among the `taken`.
    pub fn fresh(&mut self, taken: impl Fn(i64) -> bool) -> i64 {
        loop {
            let id = ((self.draw)() % 0x7fff_fffe + 1) as i64;
            if !taken(id) {
                return id;
            }
        }
    }
}

type Reply = Result<Value, Refusal>;
type Change = fn(&mut Spreadsheet, &mut Ids<'_>, &Value) -> Reply;

/// Every kind of request that is understood.
const CHANGES: &[(&str, Change)] = &[
    ("addBanding", objects::add_banding),
    ("addChart", objects::add_chart),
    ("addConditionalFormatRule", objects::add_rule),
    ("addDimensionGroup", dimensions::add_group),
    ("addFilterView", objects::add_filter_view),
    ("addNamedRange", protection::add_named),
    ("addProtectedRange", protection::add),
    ("addSheet", sheets::add),
    ("appendCells", cells::append),
    ("appendDimension", dimensions::append),
    ("autoResizeDimensions", dimensions::auto_resize),
    ("clearBasicFilter", objects::clear_filter),
    ("copyPaste", moving::copy_paste),
    ("createDeveloperMetadata", metadata::create),
    ("cutPaste", moving::cut_paste),
    ("deleteBanding", objects::delete_banding),
    ("deleteConditionalFormatRule", objects::delete_rule),
    ("deleteDeveloperMetadata", metadata::delete),
    ("deleteDimension", dimensions::delete),
    ("deleteDimensionGroup", dimensions::delete_group),
    ("deleteEmbeddedObject", objects::delete_object),
    ("deleteFilterView", objects::delete_filter_view),
    ("deleteNamedRange", protection::delete_named),
    ("deleteProtectedRange", protection::delete),
    ("deleteRange", moving::delete_range),
    ("deleteSheet", sheets::delete),
    ("duplicateSheet", sheets::duplicate),
    ("findReplace", moving::find_replace),
    ("insertDimension", dimensions::insert),
    ("insertRange", moving::insert_range),
    ("mergeCells", objects::merge),
    ("moveDimension", dimensions::relocate),
    ("repeatCell", cells::repeat),
    ("setBasicFilter", objects::set_filter),
    ("setDataValidation", cells::set_validation),
    ("sortRange", moving::sort),
    ("unmergeCells", objects::unmerge),
    ("updateBorders", cells::update_borders),
    ("updateCells", cells::update),
    ("updateChartSpec", objects::update_chart),
    ("updateConditionalFormatRule", objects::update_rule),
    ("updateDeveloperMetadata", metadata::update),
    ("updateDimensionProperties", dimensions::update_properties),
    ("updateEmbeddedObjectPosition", objects::update_position),
    ("updateNamedRange", protection::update_named),
    ("updateProtectedRange", protection::update),
    ("updateSheetProperties", sheets::update),
    ("updateSpreadsheetProperties", sheets::update_spreadsheet),
];

/// The name of every kind of request that is understood.
#[cfg(test)]
pub(super) fn kinds() -> impl Iterator<Item = &'static str> {
    CHANGES.iter().map(|(kind, _)| *kind)
}

/// Applies a batch to a draft; on an error the draft is to be thrown away. Gives the replies.
pub fn apply(
    draft: &mut Spreadsheet,
    ids: &mut Ids<'_>,
    requests: &[Value],
) -> Result<Vec<Value>, ApiError> {
    if requests.is_empty() {
        return Err(Refusal::from("Must specify at least one request.").into());
    }
    if requests.len() > MOST_REQUESTS {
        return Err(
            Refusal(format!("Cannot exceed {MOST_REQUESTS} requests in a single batch.")).into()
        );
    }
    let mut replies = Vec::with_capacity(requests.len());
    for (at, request) in requests.iter().enumerate() {
        let kinds = request.as_object();
        let Some((kind, body)) = kinds.and_then(|kinds| kinds.iter().next()) else {
            return Err(Refusal(format!("Invalid requests[{at}]: No request set.")).into());
        };
        let Some((_, change)) = CHANGES.iter().find(|(known, _)| known == kind) else {
            return Err(Refusal(format!(
                "Invalid requests[{at}].{kind}: The sandbox does not know this request."
            ))
            .into());
        };
        match change(draft, ids, body) {
            Ok(Value::Null) => replies.push(json!({})),
            Ok(reply) => replies.push(json!({kind: reply})),
            Err(Refusal(text)) => {
                return Err(Refusal(format!("Invalid requests[{at}].{kind}: {text}")).into());
            }
        }
    }
    Ok(replies)
}

/// A field that is text; empty when absent.
fn text<'v>(body: &'v Value, name: &str) -> &'v str {
    body.get(name).and_then(Value::as_str).unwrap_or("")
}

/// A field that is a whole number.
fn int(body: &Value, name: &str) -> Option<i64> {
    let value = body.get(name)?;
    value
        .as_i64()
        .or_else(|| value.as_f64().filter(|n| n.fract() == 0.0).map(|n| n as i64))
        .or_else(|| value.as_str()?.parse().ok())
}

/// A field that is true or false; false when absent.
fn truth(body: &Value, name: &str) -> bool {
    body.get(name).and_then(Value::as_bool).unwrap_or(false)
}

/// A field that is an object; empty when absent.
fn object(body: &Value, name: &str) -> Map<String, Value> {
    body.get(name).and_then(Value::as_object).cloned().unwrap_or_default()
}

/// The sheet id in a range or coordinate; 0 when absent, as JSON leaves out zeros.
fn sheet_id(range: &Value) -> i64 {
    int(range, "sheetId").unwrap_or(0)
}

/// The mask of an update of a message; one without fields, or with a field that the message has
/// not, is refused.
fn mask(body: &Value, message: &str) -> Result<Mask, Refusal> {
    let fields = text(body, "fields");
    if fields.is_empty() {
        return Err(
            "At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)"
                .into(),
        );
    }
    let mask = Mask::parse(fields).ok_or_else(|| Refusal(format!("Invalid field: {fields}")))?;
    match schema::unknown_path(&mask, message) {
        Some(path) => Err(Refusal(format!("Invalid field: {path}"))),
        None => Ok(mask),
    }
}

/// The sheet and the cells of a `GridRange`; one that reaches beyond the grid is refused.
fn grid_range(
    book: &Spreadsheet,
    range: Option<&Value>,
    name: &str,
) -> Result<(i64, Area), Refusal> {
    let Some(range) = range else { return Err(Refusal(format!("Must specify {name}."))) };
    let id = sheet_id(range);
    let sheet = book.sheet(id).ok_or_else(|| Refusal::no_grid(id))?;
    Ok((id, checked_area(sheet, range, name)?))
}

fn checked_area(sheet: &Sheet, range: &Value, name: &str) -> Result<Area, Refusal> {
    for side in ["startRowIndex", "endRowIndex", "startColumnIndex", "endColumnIndex"] {
        if int(range, side).is_some_and(|index| index < 0) {
            return Err(Refusal(format!(
                "{name}.{side}[{}] must be greater than or equal to 0.",
                int(range, side).unwrap_or(0)
            )));
        }
    }
    let area = OpenRange::from_json(range).closed(sheet.row_count(), sheet.column_count());
    for (from, to, limit, noun, side) in [
        (area.top, area.bottom, sheet.row_count(), "row", "RowIndex"),
        (area.left, area.right, sheet.column_count(), "column", "ColumnIndex"),
    ] {
        if from >= limit {
            return Err(Refusal(format!(
                "GridRange.start{side}[{from}] is after last {noun} in grid[{}]",
                limit - 1
            )));
        }
        if from >= to {
            return Err(Refusal(format!(
                "{name}.end{side}[{to}] must be greater than {name}.start{side}[{from}]"
            )));
        }
    }
    // An end beyond the grid means its edge.
    let area = sheet.clip(area);
    Ok(area)
}

/// The sheet, dimension, start and end of a `DimensionRange` inside the grid.
fn dimension_range(
    book: &Spreadsheet,
    range: &Value,
    name: &str,
) -> Result<(i64, Dimension, usize, usize), Refusal> {
    let id = sheet_id(range);
    let sheet = book.sheet(id).ok_or_else(|| Refusal::no_grid(id))?;
    let dimension = Dimension::parse(text(range, "dimension"))
        .ok_or_else(|| Refusal(format!("{name}.dimension is required")))?;
    let count = sheet.count(dimension);
    let index = |side: &str, open: usize| match int(range, side) {
        Some(index) if index < 0 => {
            Err(Refusal(format!("{name}.{side}[{index}] must be greater than or equal to 0.")))
        }
        Some(index) => Ok(index as usize),
        None => Ok(open),
    };
    let (start, end) = (index("startIndex", 0)?, index("endIndex", count)?);
    if end <= start {
        return Err(Refusal(format!(
            "{name}.endIndex[{end}] must be greater than {name}.startIndex[{start}]"
        )));
    }
    Ok((id, dimension, start, end))
}

/// Writes the sheet id, which JSON may have left out because it is 0, into every range and anchor.
fn with_sheet_ids(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(with_sheet_ids),
        Value::Object(map) => {
            const MARKS: [&str; 7] = [
                "startRowIndex",
                "endRowIndex",
                "startColumnIndex",
                "endColumnIndex",
                "rowIndex",
                "columnIndex",
                "dimension",
            ];
            if MARKS.iter().any(|mark| map.contains_key(*mark)) && !map.contains_key("sheetId") {
                map.insert("sheetId".to_owned(), json!(0));
            }
            map.values_mut().for_each(with_sheet_ids);
        }
        _ => {}
    }
}
