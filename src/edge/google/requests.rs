//! Converts a plan to the requests of `spreadsheets.batchUpdate`. Pure: the same plan gives the
//! same requests.

use google_sheets4::FieldMask;
use google_sheets4::api::{
    AppendDimensionRequest, CellData, DeleteDimensionRequest, DeleteSheetRequest, DimensionRange,
    GridCoordinate, InsertDimensionRequest, MoveDimensionRequest, Request, RowData,
    UpdateCellsRequest,
};
use google_sheets4::common::remove_json_null_values;

use super::layout::{add_tab, grid_index, lay_column, sheet_id};
use super::look::{CELL_FIELDS, cell_data, value};
use crate::table::plan::{Change, Plan};

/// The maximum size of a batch in bytes; Google advises against larger requests.
const BATCH_BYTES_MAX: usize = 2_000_000;

/// The number of requests in a batch above which Google refuses it.
const BATCH_REQUESTS_MAX: usize = 100_000;

/// The maximum number of rows in one `updateCells`. It is small, so that a batch can be split
/// between requests and few rows at a time are in memory as the client's large types.
const BLOCK_ROWS_MAX: usize = 50;

/// Returns all requests of a plan, in the plan's order.
#[cfg(test)]
fn requests(plan: &Plan) -> Vec<Request> {
    groups(plan).flatten().collect()
}

/// Returns the JSON bodies of as few `batchUpdate` calls as their size allows. The requests of one
/// change are never split between bodies. Bodies are made one at a time, and each request becomes
/// text immediately, since the client's types are large.
pub(super) fn bodies(plan: &Plan) -> impl Iterator<Item = String> {
    pack(
        groups(plan).map(|group| group.iter().map(|request| json(request).to_string()).collect()),
        BATCH_BYTES_MAX,
    )
}

fn pack(
    mut groups: impl Iterator<Item = Vec<String>>,
    bytes_max: usize,
) -> impl Iterator<Item = String> {
    let mut left: Option<Vec<String>> = None;
    std::iter::from_fn(move || {
        let first = left.take().or_else(|| groups.next())?;
        let mut count = first.len();
        let mut body = format!("{{\"requests\":[{}", first.join(","));
        for group in groups.by_ref() {
            let bytes = group.iter().map(|request| request.len() + 1).sum::<usize>();
            if body.len() + bytes > bytes_max || count + group.len() > BATCH_REQUESTS_MAX {
                left = Some(group);
                break;
            }
            count += group.len();
            body.push(',');
            body.push_str(&group.join(","));
        }
        body.push_str("]}");
        Some(body)
    })
}

fn json(request: &Request) -> serde_json::Value {
    let mut value = serde_json::to_value(request).unwrap_or_default();
    remove_json_null_values(&mut value);
    value
}

/// Consecutive rows of cells for one `updateCells`.
struct CellBlock {
    sheet: i64,
    row: usize,
    column: usize,
    fields: &'static str,
    rows: Vec<RowData>,
}

impl CellBlock {
    /// Returns whether a write begins right below the last row, in the same column and with the
    /// same fields, and the block has room for it.
    fn continues(&self, sheet: i64, row: usize, column: usize, fields: &'static str) -> bool {
        self.sheet == sheet
            && self.column == column
            && self.row + self.rows.len() == row
            && self.fields == fields
            && self.rows.len() < BLOCK_ROWS_MAX
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

/// Returns the requests in groups that must not be split: one group for each change, except that
/// writes of consecutive rows share one request.
fn groups(plan: &Plan) -> impl Iterator<Item = Vec<Request>> {
    let mut changes = plan.changes.iter();
    let mut block: Option<CellBlock> = None;
    let mut next: Option<Vec<Request>> = None;
    std::iter::from_fn(move || {
        if let Some(group) = next.take() {
            return Some(group);
        }
        for change in changes.by_ref() {
            let Some((sheet, row, column, fields, cells)) = written(change) else {
                let group = structure(change);
                let Some(block) = block.take() else { return Some(group) };
                next = Some(group);
                return Some(vec![block.into_request()]);
            };
            let cells = RowData { values: Some(cells) };
            match &mut block {
                Some(above) if above.continues(sheet, row, column, fields) => {
                    above.rows.push(cells)
                }
                _ => {
                    let begun = CellBlock { sheet, row, column, fields, rows: vec![cells] };
                    if let Some(ended) = block.replace(begun) {
                        return Some(vec![ended.into_request()]);
                    }
                }
            }
        }
        block.take().map(|block| vec![block.into_request()])
    })
}

/// Returns the place, fields and cells that a change writes; `None` for a change of structure.
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
        Change::AddTab { sheet_id, index, title, row_count, layout } => {
            add_tab(*sheet_id, *index, title, *row_count, layout)
        }
        Change::DeleteTab { sheet_id: id, .. } => {
            let request = DeleteSheetRequest { sheet_id: Some(sheet_id(*id)) };
            vec![Request { delete_sheet: Some(request), ..Request::default() }]
        }
        Change::InsertRows { sheet_id, at, count } => {
            let range = Some(dimension(*sheet_id, "ROWS", *at, *count));
            let request = InsertDimensionRequest { range, inherit_from_before: Some(false) };
            vec![Request { insert_dimension: Some(request), ..Request::default() }]
        }
        Change::InsertColumn { sheet_id, at } => {
            let range = Some(dimension(*sheet_id, "COLUMNS", *at, 1));
            let request = InsertDimensionRequest { range, inherit_from_before: Some(false) };
            vec![Request { insert_dimension: Some(request), ..Request::default() }]
        }
        Change::LayColumn { sheet_id, column, layout } => lay_column(*sheet_id, *column, layout),
        Change::MoveColumn { sheet_id, from, to } => {
            vec![move_one(*sheet_id, "COLUMNS", *from, *to)]
        }
        Change::MoveRow { sheet_id, from, to } => vec![move_one(*sheet_id, "ROWS", *from, *to)],
        Change::DeleteRows { sheet_id, at, count } => {
            let request =
                DeleteDimensionRequest { range: Some(dimension(*sheet_id, "ROWS", *at, *count)) };
            vec![Request { delete_dimension: Some(request), ..Request::default() }]
        }
        Change::AppendRows { sheet_id, count } => vec![append(*sheet_id, "ROWS", *count)],
        Change::AppendColumns { sheet_id, count } => vec![append(*sheet_id, "COLUMNS", *count)],
        // `written` handles these.
        Change::WriteCells { .. } | Change::RestorePeople { .. } => Vec::new(),
    }
}

fn append(id: i64, dimension: &str, count: usize) -> Request {
    let request = AppendDimensionRequest {
        sheet_id: Some(sheet_id(id)),
        dimension: Some(dimension.to_owned()),
        length: Some(grid_index(count)),
    };
    Request { append_dimension: Some(request), ..Request::default() }
}

/// Moves one row or column to before the one that is `to` now.
fn move_one(id: i64, of: &str, from: usize, to: usize) -> Request {
    let request = MoveDimensionRequest {
        source: Some(dimension(id, of, from, 1)),
        destination_index: Some(grid_index(to)),
    };
    Request { move_dimension: Some(request), ..Request::default() }
}

fn dimension(id: i64, of: &str, at: usize, count: usize) -> DimensionRange {
    DimensionRange {
        sheet_id: Some(sheet_id(id)),
        dimension: Some(of.to_owned()),
        start_index: Some(grid_index(at)),
        end_index: Some(grid_index(at + count)),
    }
}

/// Returns a field mask from its text. `FieldMask` joins its parts with commas, so the text is
/// split at every comma, even inside parentheses.
fn mask(fields: &str) -> FieldMask {
    FieldMask::new(&fields.split(',').collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::table::Cell;
    use crate::table::plan::CellWrite;
    use crate::table::tab::{Chart, ColourRule, Column, Dropdown, Format, Layout, Style, Tone};

    /// One line a request, as it is sent; colours with three digits.
    fn lines(requests: &[Request]) -> String {
        fn rounded(value: &mut Value) {
            match value {
                Value::Number(number) if number.is_f64() => {
                    let number = number.as_f64().unwrap_or_default();
                    *value = ((number * 1000.0).round() / 1000.0).into();
                }
                Value::Array(values) => values.iter_mut().for_each(rounded),
                Value::Object(fields) => fields.values_mut().for_each(rounded),
                _ => {}
            }
        }
        let line = |request| {
            let mut value = json(request);
            rounded(&mut value);
            value.to_string()
        };
        requests.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    fn write(row: usize, column: usize, cells: Vec<CellWrite>) -> Change {
        Change::WriteCells { sheet_id: 7, row, column, cells }
    }

    fn cell(value: impl Into<Cell>, format: Format, style: Style) -> CellWrite {
        CellWrite { value: value.into(), format, style, note: None }
    }

    fn layout() -> Layout {
        let people = |values: &[&str], hint: &str| {
            let values = values.iter().map(|&value| value.to_owned()).collect();
            Column { width_px: 160, people: Some(Dropdown { values, hint: hint.to_owned() }) }
        };
        Layout {
            view: "suggestions".to_owned(),
            title: "Usulan".into(),
            columns: vec![
                Column::of_width(120),
                Column::of_width(120),
                people(&["Setuju", "Tolak", "", "Setuju", "=1"], "Pilih"),
                people(&[], "Catatan bebas"),
                people(&[], ""),
            ],
            frozen_rows: 3,
            header_row: Some(2),
            colours: vec![
                ColourRule { column: 2, text: "Setuju".to_owned(), tone: Tone::Good },
                ColourRule { column: 2, text: "Tolak".to_owned(), tone: Tone::Alert },
            ],
            charts: vec![Chart {
                title: "Kehadiran".to_owned(),
                first_row: 2,
                end_row: 10,
                labels_column: 0,
                series_columns: vec![1],
                anchor: (12, 0),
            }],
        }
    }

    #[test]
    fn a_new_tab_is_marked_protected_and_open_to_people() {
        let title = "Usulan Kelompok".to_owned();
        let plan = Plan {
            changes: vec![Change::AddTab {
                sheet_id: 7,
                index: 1,
                title,
                row_count: 40,
                layout: layout(),
            }],
            ..Plan::default()
        };
        insta::assert_snapshot!(lines(&requests(&plan)), @r#"
        {"addSheet":{"properties":{"gridProperties":{"columnCount":5,"frozenRowCount":3,"rowCount":40},"index":1,"sheetId":7,"title":"Usulan Kelompok"}}}
        {"createDeveloperMetadata":{"developerMetadata":{"location":{"sheetId":7},"metadataKey":"halaqah.view","metadataValue":"suggestions","visibility":"DOCUMENT"}}}
        {"updateDimensionProperties":{"fields":"pixelSize","properties":{"pixelSize":120},"range":{"dimension":"COLUMNS","endIndex":2,"sheetId":7,"startIndex":0}}}
        {"updateDimensionProperties":{"fields":"pixelSize","properties":{"pixelSize":160},"range":{"dimension":"COLUMNS","endIndex":5,"sheetId":7,"startIndex":2}}}
        {"addProtectedRange":{"protectedRange":{"description":"halaqah","range":{"sheetId":7},"unprotectedRanges":[{"endColumnIndex":3,"sheetId":7,"startColumnIndex":2,"startRowIndex":2},{"endColumnIndex":4,"sheetId":7,"startColumnIndex":3,"startRowIndex":2},{"endColumnIndex":5,"sheetId":7,"startColumnIndex":4,"startRowIndex":2}],"warningOnly":true}}}
        {"setDataValidation":{"range":{"endColumnIndex":3,"sheetId":7,"startColumnIndex":2,"startRowIndex":3},"rule":{"condition":{"type":"ONE_OF_LIST","values":[{"userEnteredValue":"Setuju"},{"userEnteredValue":"Tolak"},{"userEnteredValue":"'=1"}]},"inputMessage":"Pilih","showCustomUi":true,"strict":true}}}
        {"setDataValidation":{"range":{"endColumnIndex":4,"sheetId":7,"startColumnIndex":3,"startRowIndex":3},"rule":{"condition":{"type":"CUSTOM_FORMULA","values":[{"userEnteredValue":"=TRUE"}]},"inputMessage":"Catatan bebas","strict":false}}}
        {"addConditionalFormatRule":{"index":0,"rule":{"booleanRule":{"condition":{"type":"TEXT_EQ","values":[{"userEnteredValue":"Setuju"}]},"format":{"backgroundColor":{"blue":0.918,"green":0.957,"red":0.902},"backgroundColorStyle":{"rgbColor":{"blue":0.918,"green":0.957,"red":0.902}},"textFormat":{"foregroundColor":{"blue":0.125,"green":0.369,"red":0.106},"foregroundColorStyle":{"rgbColor":{"blue":0.125,"green":0.369,"red":0.106}}}}},"ranges":[{"endColumnIndex":3,"sheetId":7,"startColumnIndex":2,"startRowIndex":2}]}}}
        {"addConditionalFormatRule":{"index":1,"rule":{"booleanRule":{"condition":{"type":"TEXT_EQ","values":[{"userEnteredValue":"Tolak"}]},"format":{"backgroundColor":{"blue":0.902,"green":0.91,"red":0.988},"backgroundColorStyle":{"rgbColor":{"blue":0.902,"green":0.91,"red":0.988}},"textFormat":{"foregroundColor":{"blue":0.094,"green":0.114,"red":0.549},"foregroundColorStyle":{"rgbColor":{"blue":0.094,"green":0.114,"red":0.549}}}}},"ranges":[{"endColumnIndex":3,"sheetId":7,"startColumnIndex":2,"startRowIndex":2}]}}}
        {"addChart":{"chart":{"chartId":506952120,"position":{"overlayPosition":{"anchorCell":{"columnIndex":0,"rowIndex":12,"sheetId":7}}},"spec":{"altText":"Kehadiran","basicChart":{"chartType":"COLUMN","domains":[{"domain":{"sourceRange":{"sources":[{"endColumnIndex":1,"endRowIndex":10,"sheetId":7,"startColumnIndex":0,"startRowIndex":2}]}}}],"headerCount":1,"legendPosition":"BOTTOM_LEGEND","series":[{"series":{"sourceRange":{"sources":[{"endColumnIndex":2,"endRowIndex":10,"sheetId":7,"startColumnIndex":1,"startRowIndex":2}]}},"targetAxis":"LEFT_AXIS"}]},"title":"Kehadiran"}}}}
        "#);
    }

    #[test]
    fn rows_and_tabs_come_and_go_in_the_plans_order() {
        let changes = vec![
            Change::DeleteTab { sheet_id: 3, title: "Lama".to_owned() },
            Change::InsertRows { sheet_id: 7, at: 4, count: 2 },
            Change::DeleteRows { sheet_id: 7, at: 9, count: 1 },
            Change::AppendRows { sheet_id: 7, count: 30 },
            Change::AppendColumns { sheet_id: 7, count: 2 },
            Change::RestorePeople { sheet_id: 7, row: 3, column: 2, value: Cell::from("=1+1") },
            Change::RestorePeople { sheet_id: 7, row: 4, column: 2, value: Cell::Boolean(true) },
        ];
        insta::assert_snapshot!(lines(&requests(&Plan { changes, ..Plan::default() })), @r##"
        {"deleteSheet":{"sheetId":3}}
        {"insertDimension":{"inheritFromBefore":false,"range":{"dimension":"ROWS","endIndex":6,"sheetId":7,"startIndex":4}}}
        {"deleteDimension":{"range":{"dimension":"ROWS","endIndex":10,"sheetId":7,"startIndex":9}}}
        {"appendDimension":{"dimension":"ROWS","length":30,"sheetId":7}}
        {"appendDimension":{"dimension":"COLUMNS","length":2,"sheetId":7}}
        {"updateCells":{"fields":"userEnteredValue","rows":[{"values":[{"userEnteredValue":{"stringValue":"=1+1"}}]},{"values":[{"userEnteredValue":{"boolValue":true}}]}],"start":{"columnIndex":2,"rowIndex":3,"sheetId":7}}}
        "##);
    }

    #[test]
    fn each_style_and_format_has_its_look() {
        let mut noted = cell(0.85, Format::Percent, Style::Body);
        noted.note = Some("17 dari 20".to_owned());
        let changes = vec![
            write(0, 0, vec![cell("Ringkasan", Format::Text, Style::Title)]),
            write(
                3,
                0,
                vec![
                    cell("Lead", Format::Text, Style::Lead),
                    cell("Head", Format::Text, Style::Header),
                ],
            ),
            write(
                5,
                1,
                vec![
                    cell("Bagian", Format::Text, Style::Section),
                    cell("=x", Format::Text, Style::Body),
                    cell("panjang", Format::Wrapped, Style::Body),
                    cell(1234.0, Format::Integer, Style::Body),
                    cell(12.5, Format::Decimal, Style::Body),
                    noted,
                    cell(25000.0, Format::Money, Style::Body),
                    cell(46350.0, Format::Date, Style::Body),
                    cell(46350.5, Format::DateTime, Style::Body),
                    cell(Cell::Blank, Format::Text, Style::Body),
                ],
            ),
        ];
        insta::assert_snapshot!(lines(&requests(&Plan { changes, ..Plan::default() })), @r##"
        {"updateCells":{"fields":"userEnteredValue,userEnteredFormat(numberFormat,wrapStrategy,verticalAlignment,backgroundColor,backgroundColorStyle,textFormat,horizontalAlignment),note","rows":[{"values":[{"userEnteredFormat":{"textFormat":{"bold":true,"fontSize":16},"verticalAlignment":"MIDDLE","wrapStrategy":"OVERFLOW_CELL"},"userEnteredValue":{"stringValue":"Ringkasan"}}]}],"start":{"columnIndex":0,"rowIndex":0,"sheetId":7}}}
        {"updateCells":{"fields":"userEnteredValue,userEnteredFormat(numberFormat,wrapStrategy,verticalAlignment,backgroundColor,backgroundColorStyle,textFormat,horizontalAlignment),note","rows":[{"values":[{"userEnteredFormat":{"textFormat":{"foregroundColor":{"blue":0.408,"green":0.388,"red":0.373},"foregroundColorStyle":{"rgbColor":{"blue":0.408,"green":0.388,"red":0.373}},"italic":true},"verticalAlignment":"MIDDLE","wrapStrategy":"OVERFLOW_CELL"},"userEnteredValue":{"stringValue":"Lead"}},{"userEnteredFormat":{"backgroundColor":{"blue":0.29,"green":0.306,"red":0.122},"backgroundColorStyle":{"rgbColor":{"blue":0.29,"green":0.306,"red":0.122}},"horizontalAlignment":"CENTER","textFormat":{"bold":true,"foregroundColor":{"blue":1.0,"green":1.0,"red":1.0},"foregroundColorStyle":{"rgbColor":{"blue":1.0,"green":1.0,"red":1.0}}},"verticalAlignment":"MIDDLE","wrapStrategy":"WRAP"},"userEnteredValue":{"stringValue":"Head"}}]}],"start":{"columnIndex":0,"rowIndex":3,"sheetId":7}}}
        {"updateCells":{"fields":"userEnteredValue,userEnteredFormat(numberFormat,wrapStrategy,verticalAlignment,backgroundColor,backgroundColorStyle,textFormat,horizontalAlignment),note","rows":[{"values":[{"userEnteredFormat":{"backgroundColor":{"blue":0.918,"green":0.925,"red":0.886},"backgroundColorStyle":{"rgbColor":{"blue":0.918,"green":0.925,"red":0.886}},"textFormat":{"bold":true},"verticalAlignment":"MIDDLE","wrapStrategy":"OVERFLOW_CELL"},"userEnteredValue":{"stringValue":"Bagian"}},{"userEnteredFormat":{"verticalAlignment":"TOP","wrapStrategy":"CLIP"},"userEnteredValue":{"stringValue":"=x"}},{"userEnteredFormat":{"verticalAlignment":"TOP","wrapStrategy":"WRAP"},"userEnteredValue":{"stringValue":"panjang"}},{"userEnteredFormat":{"numberFormat":{"pattern":"#,##0","type":"NUMBER"},"verticalAlignment":"TOP"},"userEnteredValue":{"numberValue":1234.0}},{"userEnteredFormat":{"numberFormat":{"pattern":"#,##0.0#","type":"NUMBER"},"verticalAlignment":"TOP"},"userEnteredValue":{"numberValue":12.5}},{"note":"17 dari 20","userEnteredFormat":{"numberFormat":{"pattern":"0%","type":"PERCENT"},"verticalAlignment":"TOP"},"userEnteredValue":{"numberValue":0.85}},{"userEnteredFormat":{"numberFormat":{"pattern":"\"Rp\"#,##0","type":"CURRENCY"},"verticalAlignment":"TOP"},"userEnteredValue":{"numberValue":25000.0}},{"userEnteredFormat":{"numberFormat":{"pattern":"d mmm yyyy","type":"DATE"},"verticalAlignment":"TOP"},"userEnteredValue":{"numberValue":46350.0}},{"userEnteredFormat":{"numberFormat":{"pattern":"d mmm yyyy hh:mm","type":"DATE_TIME"},"verticalAlignment":"TOP"},"userEnteredValue":{"numberValue":46350.5}},{"userEnteredFormat":{"verticalAlignment":"TOP","wrapStrategy":"CLIP"}}]}],"start":{"columnIndex":1,"rowIndex":5,"sheetId":7}}}
        "##);
    }

    #[test]
    fn rows_below_one_another_share_a_request_and_nothing_else_does() {
        let one = |row, column| write(row, column, vec![cell("x", Format::Text, Style::Body)]);
        let starts = |changes: Vec<Change>| -> Vec<(Option<i32>, usize)> {
            let requests = requests(&Plan { changes, ..Plan::default() });
            let cells = requests.into_iter().filter_map(|request| request.update_cells);
            cells.map(|cells| (cells.start.unwrap().row_index, cells.rows.unwrap().len())).collect()
        };
        assert_eq!(starts(vec![one(1, 0), one(2, 0), one(3, 0)]), [(Some(1), 3)]);
        assert_eq!(starts(vec![one(1, 0), one(2, 1)]), [(Some(1), 1), (Some(2), 1)]);
        assert_eq!(
            starts(vec![one(1, 0), one(3, 0), one(2, 0)]),
            [(Some(1), 1), (Some(3), 1), (Some(2), 1)]
        );
        let insert = Change::InsertRows { sheet_id: 7, at: 2, count: 1 };
        assert_eq!(starts(vec![one(1, 0), insert, one(2, 0)]), [(Some(1), 1), (Some(2), 1)]);
        let many = starts((0..120).map(|row| one(row, 0)).collect());
        assert_eq!(many, [(Some(0), 50), (Some(50), 50), (Some(100), 20)]);
    }

    #[test]
    fn batches_are_split_between_changes_and_lose_nothing() {
        let changes: Vec<Change> = (0..6)
            .map(|n| Change::AddTab {
                sheet_id: n,
                index: 0,
                title: format!("Tab {n}"),
                row_count: 9,
                layout: layout(),
            })
            .collect();
        let plan = Plan { changes, ..Plan::default() };
        let texts = || {
            groups(&plan)
                .map(|group| group.iter().map(|request| json(request).to_string()).collect())
        };
        let whole: Vec<Value> = requests(&plan).iter().map(json).collect();
        let size_of_one = Value::from(whole.clone()).to_string().len() / 6;
        let in_body = |body: String| {
            serde_json::from_str::<Value>(&body).unwrap()["requests"].as_array().unwrap().clone()
        };
        let batches: Vec<Vec<Value>> = pack(texts(), size_of_one * 5 / 2).map(in_body).collect();
        let lengths: Vec<usize> = batches.iter().map(Vec::len).collect();
        assert_eq!(lengths, [whole.len() / 3; 3]);
        assert_eq!(batches.concat(), whole);
        assert_eq!(
            pack(texts(), 1).count(),
            6,
            "a change larger than a batch still goes out whole"
        );
        assert_eq!(bodies(&Plan::default()).count(), 0);
    }

    /// The cells of a workbook after writes, as text: sheet, row and column to what stands there.
    type Book = std::collections::BTreeMap<(i32, i32, i32), String>;

    fn written_one_by_one(changes: &[Change]) -> Book {
        let mut book = Book::new();
        for change in changes {
            let Some((sheet, row, column, _, cells)) = written(change) else { continue };
            for (cell, column) in cells.iter().zip(column..) {
                let place = (sheet_id(sheet), grid_index(row), grid_index(column));
                book.insert(place, format!("{:?}", cell.user_entered_value));
            }
        }
        book
    }

    fn written_by_requests(changes: Vec<Change>) -> Book {
        let mut book = Book::new();
        for cells in requests(&Plan { changes, ..Plan::default() })
            .into_iter()
            .filter_map(|request| request.update_cells)
        {
            let start = cells.start.unwrap();
            let [sheet, row, column] =
                [start.sheet_id, start.row_index, start.column_index].map(Option::unwrap);
            for (values, row) in cells.rows.unwrap().iter().zip(row..) {
                for (cell, column) in values.values.as_ref().unwrap().iter().zip(column..) {
                    book.insert((sheet, row, column), format!("{:?}", cell.user_entered_value));
                }
            }
        }
        book
    }

    proptest::proptest! {
        #[test]
        fn gathering_rows_changes_nothing_of_what_is_written(
            writes in proptest::collection::vec((0..2_i64, 0..4_usize, 0..3_usize, 0..4_usize, proptest::bool::ANY), 0..30)
        ) {
            let changes: Vec<Change> = writes
                .into_iter()
                .enumerate()
                .map(|(number, (sheet_id, row, column, length, people))| {
                    let value = Cell::Number(number as f64);
                    if people {
                        return Change::RestorePeople { sheet_id, row, column, value };
                    }
                    let cells = vec![cell(value, Format::Integer, Style::Body); length];
                    Change::WriteCells { sheet_id, row, column, cells }
                })
                .collect();
            let one_by_one = written_one_by_one(&changes);
            proptest::prop_assert_eq!(written_by_requests(changes), one_by_one);
        }
    }
}
