//! Laws that hold for every sequence of requests.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::book::Spreadsheet;
use super::Bench;

/// What must be true of a spreadsheet whatever was done to it.
fn check(book: &Spreadsheet) {
    assert!(!book.sheets.is_empty() && book.sheets.iter().any(|sheet| !sheet.hidden));
    let mut ids: Vec<i64> = book.sheets.iter().map(|sheet| sheet.id).collect();
    let mut titles: Vec<String> = book.sheets.iter().map(|sheet| sheet.title.to_lowercase()).collect();
    ids.sort_unstable();
    ids.dedup();
    titles.sort();
    titles.dedup();
    assert_eq!((ids.len(), titles.len()), (book.sheets.len(), book.sheets.len()));
    for sheet in &book.sheets {
        assert!(sheet.row_count() >= 1 && sheet.column_count() >= 1);
        assert!(sheet.rows().len() <= sheet.row_count());
        assert!(sheet.rows().last().is_none_or(|row| !row.is_empty()));
        for row in sheet.rows() {
            assert!(row.len() <= sheet.column_count());
            assert!(row.last().is_none_or(|cell| !cell.is_empty()));
        }
        for (at, merge) in sheet.objects.merges.iter().enumerate() {
            assert!(sheet.area().encloses(merge) && merge.height() * merge.width() > 1);
            assert!(sheet.objects.merges[at + 1..].iter().all(|other| !other.meets(merge)));
        }
        let frozen = |name: &str| sheet.grid_properties.get(name).and_then(Value::as_u64).unwrap_or(0) as usize;
        assert!(frozen("frozenRowCount") < sheet.row_count());
    }
}

fn span() -> impl Strategy<Value = (u8, u8)> {
    (0..8_u8, 1..4_u8).prop_map(|(start, length)| (start, start + length))
}

fn range() -> impl Strategy<Value = Value> {
    (0..3_i64, span(), span()).prop_map(|(sheet, rows, columns)| {
        json!({
            "sheetId": sheet, "startRowIndex": rows.0, "endRowIndex": rows.1,
            "startColumnIndex": columns.0, "endColumnIndex": columns.1,
        })
    })
}

fn dimension() -> impl Strategy<Value = Value> {
    (0..3_i64, prop_oneof![Just("ROWS"), Just("COLUMNS")], span())
        .prop_map(|(sheet, dimension, span)| json!({"sheetId": sheet, "dimension": dimension, "startIndex": span.0, "endIndex": span.1}))
}

fn request() -> impl Strategy<Value = Value> {
    let title = prop_oneof![Just("A"), Just("a"), Just("Lain"), Just("")];
    let size = json!({"rowCount": 6, "columnCount": 5});
    prop_oneof![
        (title.clone(), 0..3_i64).prop_map(move |(title, id)| json!({"addSheet": {"properties": {"title": title, "sheetId": id, "gridProperties": size}}})),
        (0..3_i64).prop_map(|id| json!({"deleteSheet": {"sheetId": id}})),
        (0..3_i64, 0..4_i64).prop_map(|(from, to)| json!({"duplicateSheet": {"sourceSheetId": from, "newSheetId": to}})),
        (title, 0..3_i64).prop_map(|(title, id)| json!({"updateSheetProperties": {"properties": {"sheetId": id, "title": title}, "fields": "title"}})),
        (0..3_i64, 0..9_u8, 0..9_u8).prop_map(|(id, rows, columns)| json!({"updateSheetProperties": {
            "properties": {"sheetId": id, "gridProperties": {"rowCount": rows, "columnCount": columns, "frozenRowCount": rows / 2}},
            "fields": "gridProperties(rowCount,columnCount,frozenRowCount)",
        }})),
        (0..3_i64, any::<bool>(), 0..4_i64).prop_map(|(id, hidden, index)| json!({"updateSheetProperties": {
            "properties": {"sheetId": id, "hidden": hidden, "index": index}, "fields": "hidden,index",
        }})),
        range().prop_map(|range| json!({"repeatCell": {"range": range, "cell": {"userEnteredValue": {"numberValue": 1}}, "fields": "userEnteredValue"}})),
        range().prop_map(|range| json!({"updateCells": {"range": range, "rows": [{"values": [{"note": "x"}]}], "fields": "*"}})),
        range().prop_map(|range| json!({"mergeCells": {"range": range, "mergeType": "MERGE_ALL"}})),
        range().prop_map(|range| json!({"unmergeCells": {"range": range}})),
        range().prop_map(|range| json!({"addProtectedRange": {"protectedRange": {"range": range}}})),
        range().prop_map(|range| json!({"sortRange": {"range": range, "sortSpecs": [{"dimensionIndex": range["startColumnIndex"]}]}})),
        (range(), range()).prop_map(|(from, to)| json!({"copyPaste": {"source": from, "destination": to}})),
        dimension().prop_map(|range| json!({"insertDimension": {"range": range}})),
        dimension().prop_map(|range| json!({"deleteDimension": {"range": range}})),
        (dimension(), 0..9_u8).prop_map(|(source, to)| json!({"moveDimension": {"source": source, "destinationIndex": to}})),
        dimension().prop_map(|range| json!({"updateDimensionProperties": {"range": range, "properties": {"pixelSize": 50}, "fields": "pixelSize"}})),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn every_sequence_keeps_the_book_whole(batches in prop::collection::vec(prop::collection::vec(request(), 1..4), 1..12)) {
        let bench = Bench::new();
        bench.batch(json!([{"updateSheetProperties": {
            "properties": {"sheetId": 0, "gridProperties": {"rowCount": 8, "columnCount": 6}}, "fields": "gridProperties(rowCount,columnCount)",
        }}]));
        let whole = || bench.ok("GET", "?includeGridData=true", Value::Null);
        let mut before = whole();
        for requests in batches {
            let path = format!("/{}:batchUpdate", bench.id);
            let (status, _) = bench.call("POST", &path, json!({"requests": requests}));
            prop_assert!(status == 200 || status == 400);
            let after = whole();
            if status == 400 {
                prop_assert_eq!(&after, &before);
            }
            before = after;
            bench.sandbox.with_book(|book| check(book.spreadsheet(&bench.id).unwrap()));
        }
    }

    #[test]
    fn what_is_written_raw_is_read_back(values in prop::collection::vec(prop::collection::vec(
        prop_oneof![any::<i32>().prop_map(|n| json!(n)), "[^\\x00]{1,12}".prop_map(|text| json!(text)), any::<bool>().prop_map(|b| json!(b))], 1..5), 1..6)) {
        let bench = Bench::new();
        bench.put("A1", json!(values));
        prop_assert_eq!(bench.values("A1:Z99"), json!(values));
    }

    #[test]
    fn no_typed_text_is_lost_without_a_value(text in "\\PC{1,20}") {
        let bench = Bench::with_locale("id_ID");
        bench.typed("A1", json!([[text]]));
        let shown = bench.shown("A1:A2");
        prop_assert!(text == "'" || text.starts_with('=') || shown != Value::Null, "{} became blank", text);
    }
}
