//! Converts Google's answers to the types of `table`. Pure; consumes the answers, so that no cell
//! is in memory twice.

use std::collections::BTreeMap;

use google_sheets4::api::{Sheet, Spreadsheet};
use serde::Deserialize;

use super::layout::MARK_KEY;
use crate::table::tab::{ReadTab, TabInfo};
use crate::table::{Cell, Rows, a1};

/// A spreadsheet without its cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overview {
    /// The spreadsheet's title.
    pub title: String,
    /// The locale, such as `id_ID`.
    pub locale: String,
    /// The time zone, such as `Asia/Jakarta`; serial numbers of dates are local to it.
    pub time_zone: String,
    /// The tabs from left to right.
    pub tabs: Vec<TabInfo>,
}

/// Converts the answer of `spreadsheets.get`; tabs come from left to right.
pub(super) fn overview(answer: Spreadsheet) -> Overview {
    let properties = answer.properties.unwrap_or_default();
    let mut sheets = answer.sheets.unwrap_or_default();
    sheets.sort_by_key(|sheet| {
        sheet.properties.as_ref().and_then(|properties| properties.index).unwrap_or(0)
    });
    Overview {
        title: properties.title.unwrap_or_default(),
        locale: properties.locale.unwrap_or_default(),
        time_zone: properties.time_zone.unwrap_or_default(),
        tabs: sheets.into_iter().map(tab_info).collect(),
    }
}

fn tab_info(sheet: Sheet) -> TabInfo {
    let properties = sheet.properties.unwrap_or_default();
    // A tab that holds only a chart has no grid.
    let grid = properties.grid_properties.unwrap_or_default();
    let mut metadata = sheet.developer_metadata.unwrap_or_default().into_iter();
    TabInfo {
        // Fields that are 0 are left out of the answer.
        sheet_id: i64::from(properties.sheet_id.unwrap_or(0)),
        title: properties.title.unwrap_or_default(),
        row_count: count(grid.row_count),
        column_count: count(grid.column_count),
        view: metadata
            .find(|mark| mark.metadata_key.as_deref() == Some(MARK_KEY))
            .and_then(|mark| mark.metadata_value),
    }
}

fn count(number: Option<i32>) -> usize {
    usize::try_from(number.unwrap_or(0)).unwrap_or(0)
}

/// The needed part of the answer of `values.batchGetByDataFilter`. Values are deserialized directly
/// into cells.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct FoundTabs {
    value_ranges: Vec<FoundTab>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct FoundTab {
    data_filters: Vec<Filter>,
    value_range: FoundCells,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Filter {
    grid_range: Grid,
}

/// A grid range; the API leaves out a sheetId of 0.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Grid {
    sheet_id: i64,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct FoundCells {
    range: String,
    values: Rows,
}

/// Parses the answer's JSON and returns the tabs by sheetId.
pub(super) fn read_tabs(json: &[u8]) -> serde_json::Result<BTreeMap<i64, ReadTab>> {
    let found: FoundTabs = serde_json::from_slice(json)?;
    Ok(found.value_ranges.into_iter().filter_map(read_tab).map(|tab| (tab.sheet_id, tab)).collect())
}

fn read_tab(found: FoundTab) -> Option<ReadTab> {
    // The answer repeats the filter beside the range that it selected.
    let sheet_id = found.data_filters.first()?.grid_range.sheet_id;
    let FoundCells { range, values } = found.value_range;
    let rows = trimmed(values);
    let (row_count, column_count) = grid_size(&range).unwrap_or((0, 0));
    Some(ReadTab {
        sheet_id,
        title: a1::title_of_range(&range),
        row_count: row_count.max(rows.len()),
        column_count: column_count.max(rows.iter().map(Vec::len).max().unwrap_or(0)),
        rows,
    })
}

/// Returns the number of rows and columns of the grid, from a range over all of it such as
/// `'Title'!A1:Z1000`.
fn grid_size(range: &str) -> Option<(usize, usize)> {
    let cells = range.rsplit_once('!').map_or(range, |(_, cells)| cells);
    let last = cells.rsplit_once(':').map_or(cells, |(_, last)| last);
    let digits = last.find(|letter: char| letter.is_ascii_digit())?;
    let (letters, digits) = last.split_at(digits);
    Some((digits.parse().ok()?, a1::column_index(letters)? + 1))
}

/// Removes blank cells and rows at the end: the API leaves out empty ones, but not those in which
/// a formula gives `""`.
fn trimmed(mut rows: Rows) -> Rows {
    for row in &mut rows {
        row.truncate(row.iter().rposition(|cell| *cell != Cell::Blank).map_or(0, |last| last + 1));
        row.shrink_to_fit();
    }
    rows.truncate(rows.iter().rposition(|row| !row.is_empty()).map_or(0, |last| last + 1));
    rows
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_grid_is_read_from_the_range() {
        assert_eq!(grid_size("'Sudah?!'!A1:AA1000"), Some((1000, 27)));
        assert_eq!(grid_size("Sheet1!A1"), Some((1, 1)));
        assert_eq!(grid_size("Sheet1!A:Z"), None);
    }

    #[test]
    fn the_first_tab_has_no_id_in_the_answer_and_inner_blanks_stay() {
        let answer = json!({"valueRanges": [{
            "dataFilters": [{"gridRange": {}}],
            "valueRange": {"range": "'Jawaban ''26'!A1:Z100", "majorDimension": "ROWS", "values":
                [["Timestamp", "Nama", ""], [], [46350.25, "", true], ["", ""], []]},
        }]});
        let tabs = read_tabs(answer.to_string().as_bytes()).unwrap();
        let tab = &tabs[&0];
        assert_eq!((tab.title.as_str(), tab.row_count, tab.column_count), ("Jawaban '26", 100, 26));
        assert_eq!(
            tab.rows,
            vec![
                vec![Cell::from("Timestamp"), Cell::from("Nama")],
                vec![],
                vec![Cell::Number(46350.25), Cell::Blank, Cell::Boolean(true)],
            ]
        );
    }

    #[test]
    fn an_empty_tab_has_no_values() {
        let answer = json!({"valueRanges": [{"dataFilters": [{"gridRange": {"sheetId": 7}}],
            "valueRange": {"range": "Kosong!A1:B5", "majorDimension": "ROWS"}}]});
        let tabs = read_tabs(answer.to_string().as_bytes()).unwrap();
        assert_eq!((tabs[&7].row_count, tabs[&7].rows.len()), (5, 0));
    }

    #[test]
    fn our_mark_is_told_from_others() {
        let answer = json!({"properties": {"title": "Rohis", "locale": "id_ID", "timeZone": "Asia/Jakarta"}, "sheets": [
            {"properties": {"sheetId": 9, "title": "Ringkasan", "index": 1, "gridProperties": {"rowCount": 5, "columnCount": 2}},
             "developerMetadata": [{"metadataKey": "other", "metadataValue": "x"},
                {"metadataKey": "halaqah.view", "metadataValue": "summary"}]},
            {"properties": {"title": "Jawaban"}, "developerMetadata": [{"metadataKey": "other", "metadataValue": "y"}]}]});
        let overview = overview(serde_json::from_value(answer).unwrap());
        assert_eq!(overview.tabs[0].title, "Jawaban");
        assert_eq!((overview.tabs[0].sheet_id, overview.tabs[0].view.as_deref()), (0, None));
        assert_eq!(
            (overview.tabs[1].row_count, overview.tabs[1].view.as_deref()),
            (5, Some("summary"))
        );
    }
}
