//! A plan as the requests of `spreadsheets.batchUpdate`. Pure: the same plan gives the same requests.

use std::mem;

use google_sheets4::FieldMask;
use google_sheets4::api::{
    AppendDimensionRequest, CellData, DeleteDimensionRequest, DeleteSheetRequest, DimensionRange, GridCoordinate,
    InsertDimensionRequest, Request, RowData, UpdateCellsRequest,
};
use google_sheets4::common::remove_json_null_values;

use super::layout::add_tab;
use super::look::{CELL_FIELDS, cell_data, value};
use crate::table::plan::{Change, Plan};

/// Google advises against larger requests.
const BATCH_BYTES_MAX: usize = 2_000_000;

/// Google refuses more requests in one batch.
const BATCH_REQUESTS_MAX: usize = 100_000;

/// Rows that one `updateCells` gathers, so that a batch can still be split.
const GATHERED_ROWS_MAX: usize = 500;

/// All requests of a plan, in the plan's order.
pub fn requests(plan: &Plan) -> Vec<Request> {
    groups(plan).into_iter().flatten().collect()
}

/// The requests in as few batches as their size allows. What one change needs is never split.
pub(super) fn batches(plan: &Plan) -> Vec<Vec<Request>> {
    pack(groups(plan), BATCH_BYTES_MAX)
}

fn pack(groups: Vec<Vec<Request>>, bytes_max: usize) -> Vec<Vec<Request>> {
    let mut batches = Vec::new();
    let mut batch: Vec<Request> = Vec::new();
    let mut bytes = 0;
    for group in groups {
        let more = group.iter().map(size).sum::<usize>();
        let full = bytes + more > bytes_max || batch.len() + group.len() > BATCH_REQUESTS_MAX;
        if full && !batch.is_empty() {
            batches.push(mem::take(&mut batch));
            bytes = 0;
        }
        bytes += more;
        batch.extend(group);
    }
    if !batch.is_empty() {
        batches.push(batch);
    }
    batches
}

/// Its length as JSON, as the client sends it: without nulls.
fn size(request: &Request) -> usize {
    json(request).to_string().len() + 1
}

fn json(request: &Request) -> serde_json::Value {
    let mut value = serde_json::to_value(request).unwrap_or_default();
    remove_json_null_values(&mut value);
    value
}

/// Rows being gathered into one `updateCells`.
struct Gathered {
    sheet: i64,
    row: usize,
    column: usize,
    fields: &'static str,
    rows: Vec<RowData>,
}

impl Gathered {
    /// Whether a write of the given kind goes right below.
    fn continues(&self, sheet: i64, row: usize, column: usize, fields: &'static str) -> bool {
        self.sheet == sheet
            && self.column == column
            && self.row + self.rows.len() == row
            && self.fields == fields
            && self.rows.len() < GATHERED_ROWS_MAX
    }

    fn into_request(self) -> Request {
        let start = GridCoordinate {
            sheet_id: Some(sheet_id(self.sheet)),
            row_index: Some(grid_index(self.row)),
            column_index: Some(grid_index(self.column)),
        };
        let request = UpdateCellsRequest {
            start: Some(start),
            rows: Some(self.rows),
            fields: Some(mask(self.fields)),
            range: None,
        };
        Request { update_cells: Some(request), ..Request::default() }
    }
}

/// One group a change, but for cells below one another, which share a request.
fn groups(plan: &Plan) -> Vec<Vec<Request>> {
    let mut groups = Vec::new();
    let mut gathered: Option<Gathered> = None;
    for change in &plan.changes {
        let Some((sheet, row, column, fields, cells)) = written(change) else {
            groups.extend(gathered.take().map(|gathered| vec![gathered.into_request()]));
            groups.push(structure(change));
            continue;
        };
        let cells = RowData { values: Some(cells) };
        match &mut gathered {
            Some(above) if above.continues(sheet, row, column, fields) => above.rows.push(cells),
            _ => {
                let begun = Gathered { sheet, row, column, fields, rows: vec![cells] };
                groups.extend(gathered.replace(begun).map(|gathered| vec![gathered.into_request()]));
            }
        }
    }
    groups.extend(gathered.map(|gathered| vec![gathered.into_request()]));
    groups
}

/// Where a change writes which cells; `None` for a change of structure.
fn written(change: &Change) -> Option<(i64, usize, usize, &'static str, Vec<CellData>)> {
    match change {
        Change::WriteCells { sheet_id, row, column, cells } => {
            Some((*sheet_id, *row, *column, CELL_FIELDS, cells.iter().map(cell_data).collect()))
        }
        Change::RestorePeople { sheet_id, row, column, value: cell } => {
            let cell = CellData { user_entered_value: value(cell), ..CellData::default() };
            Some((*sheet_id, *row, *column, "userEnteredValue", vec![cell]))
        }
        _ => None,
    }
}

fn structure(change: &Change) -> Vec<Request> {
    match change {
        Change::AddTab { sheet_id, title, row_count, layout } => add_tab(*sheet_id, title, *row_count, layout),
        Change::DeleteTab { sheet_id: id, .. } => {
            let request = DeleteSheetRequest { sheet_id: Some(sheet_id(*id)) };
            vec![Request { delete_sheet: Some(request), ..Request::default() }]
        }
        Change::InsertRows { sheet_id, at, count } => {
            let range = Some(rows(*sheet_id, *at, *count));
            let request = InsertDimensionRequest { range, inherit_from_before: Some(false) };
            vec![Request { insert_dimension: Some(request), ..Request::default() }]
        }
        Change::DeleteRows { sheet_id, at, count } => {
            let request = DeleteDimensionRequest { range: Some(rows(*sheet_id, *at, *count)) };
            vec![Request { delete_dimension: Some(request), ..Request::default() }]
        }
        Change::AppendRows { sheet_id: id, count } => {
            let request = AppendDimensionRequest {
                sheet_id: Some(sheet_id(*id)),
                dimension: Some("ROWS".to_owned()),
                length: Some(grid_index(*count)),
            };
            vec![Request { append_dimension: Some(request), ..Request::default() }]
        }
        // `written` has taken these.
        Change::WriteCells { .. } | Change::RestorePeople { .. } => Vec::new(),
    }
}

fn rows(id: i64, at: usize, count: usize) -> DimensionRange {
    DimensionRange {
        sheet_id: Some(sheet_id(id)),
        dimension: Some("ROWS".to_owned()),
        start_index: Some(grid_index(at)),
        end_index: Some(grid_index(at + count)),
    }
}

/// A mask as the API writes it: `FieldMask` splits at commas and joins them again.
fn mask(fields: &str) -> FieldMask {
    FieldMask::new(&fields.split(',').collect::<Vec<_>>())
}

/// The API counts in 32 bits; a spreadsheet of 10 million cells has no larger index.
pub(super) fn grid_index(index: usize) -> i32 {
    i32::try_from(index).unwrap_or(i32::MAX)
}

/// The API's ids have 32 bits; one that does not fit names no tab, and Google says so.
pub(super) fn sheet_id(id: i64) -> i32 {
    i32::try_from(id).unwrap_or(i32::MAX)
}
