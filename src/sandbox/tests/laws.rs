//! Laws that hold for every sequence of requests.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use serde_json::{Value, json};

use super::super::book::Spreadsheet;
use super::Bench;

/// What must be true of a spreadsheet whatever was done to it.
fn check(book: &Spreadsheet) {
    assert!(!book.sheets.is_empty() && book.sheets.iter().any(|sheet| !sheet.hidden));
    let mut ids: Vec<i64> = book.sheets.iter().map(|sheet| sheet.id).collect();
    let mut titles: Vec<String> =
        book.sheets.iter().map(|sheet| sheet.title.to_lowercase()).collect();
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
        let frozen = |name: &str| {
            sheet.grid_properties.get(name).and_then(Value::as_u64).unwrap_or(0) as usize
        };
        assert!(
            frozen("frozenRowCount") < sheet.row_count()
                && frozen("frozenColumnCount") < sheet.column_count()
        );
        for (name, list) in sheet.objects.lists() {
            list.iter().for_each(|item| check_ranges(book, item, Some(sheet.id), name));
        }
        sheet
            .objects
            .basic_filter
            .iter()
            .for_each(|filter| check_ranges(book, filter, Some(sheet.id), "basicFilter"));
    }
    book.named_ranges.iter().for_each(|named| check_ranges(book, named, None, "namedRanges"));
    book.metadata.iter().for_each(|kept| check_ranges(book, kept, None, "metadata"));
    let names = book.named_ranges.iter().map(|named| named["name"].to_string().to_lowercase());
    check_unique(names, "names");
    check_unique(
        book.named_ranges.iter().map(|named| named["namedRangeId"].to_string()),
        "named ranges",
    );
    check_unique(book.metadata.iter().map(|kept| kept["metadataId"].to_string()), "metadata");
    for (list, id) in [
        ("protectedRanges", "protectedRangeId"),
        ("charts", "chartId"),
        ("filterViews", "filterViewId"),
        ("bandedRanges", "bandedRangeId"),
    ] {
        let lists = book
            .sheets
            .iter()
            .flat_map(|sheet| sheet.objects.lists())
            .filter(|(name, _)| *name == list);
        check_unique(lists.flat_map(|(_, items)| items).map(|item| item[id].to_string()), list);
    }
}

fn check_unique(ids: impl Iterator<Item = String>, what: &str) {
    let mut ids: Vec<String> = ids.collect();
    let all = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), all, "{what} are not unique: {ids:?}");
}

/// Every range in an object lies inside the grid of a sheet that is there; on the object's own
/// sheet, if it is bound to one.
fn check_ranges(book: &Spreadsheet, value: &Value, own: Option<i64>, what: &str) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| check_ranges(book, item, own, what)),
        Value::Object(map) => {
            // A chart may draw from another sheet than the one it stands on, and may outlive what
            // it drew from.
            if what != "charts"
                && let Some(id) = map.get("sheetId").and_then(Value::as_i64)
            {
                assert!(own.is_none_or(|own| own == id), "{what} of another sheet: {value}");
                let sheet =
                    book.sheet(id).unwrap_or_else(|| panic!("{what} of a lost sheet: {value}"));
                let columns = map.get("dimension").is_some_and(|dimension| dimension == "COLUMNS");
                let along = if columns { sheet.column_count() } else { sheet.row_count() };
                for (start, end, most) in [
                    ("startRowIndex", "endRowIndex", sheet.row_count()),
                    ("startColumnIndex", "endColumnIndex", sheet.column_count()),
                    ("startIndex", "endIndex", along),
                ] {
                    let index = |side: &str| {
                        map.get(side).and_then(Value::as_u64).map(|index| index as usize)
                    };
                    let (from, to) = (index(start).unwrap_or(0), index(end).unwrap_or(most));
                    assert!(
                        from < to && to <= most,
                        "{what} outside the grid: {value}, {most} there"
                    );
                }
            }
            map.values().for_each(|item| check_ranges(book, item, own, what));
        }
        _ => {}
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

fn id() -> std::ops::Range<i64> {
    0..3
}

fn on_sheets() -> BoxedStrategy<Value> {
    let title = prop_oneof![Just("A"), Just("a"), Just("Lain"), Just("")];
    let size = json!({"rowCount": 6, "columnCount": 5});
    prop_oneof![
        (title.clone(), id()).prop_map(move |(title, id)| json!({"addSheet": {"properties": {"title": title, "sheetId": id, "gridProperties": size}}})),
        id().prop_map(|id| json!({"deleteSheet": {"sheetId": id}})),
        (id(), 0..4_i64).prop_map(|(from, to)| json!({"duplicateSheet": {"sourceSheetId": from, "newSheetId": to}})),
        (title.clone(), id()).prop_map(|(title, id)| json!({"updateSheetProperties": {"properties": {"sheetId": id, "title": title}, "fields": "title"}})),
        (id(), 0..9_u8, 0..9_u8).prop_map(|(id, rows, columns)| json!({"updateSheetProperties": {
            "properties": {"sheetId": id, "gridProperties": {
                "rowCount": rows, "columnCount": columns, "frozenRowCount": rows / 2, "frozenColumnCount": columns / 2,
            }},
            "fields": "gridProperties(rowCount,columnCount,frozenRowCount,frozenColumnCount)",
        }})),
        (id(), 0..6_u8, 0..6_u8).prop_map(|(id, rows, columns)| json!({"updateSheetProperties": {
            "properties": {"sheetId": id, "gridProperties": {"frozenRowCount": rows, "frozenColumnCount": columns}},
            "fields": "gridProperties(frozenRowCount,frozenColumnCount)",
        }})),
        (id(), any::<bool>(), 0..4_i64).prop_map(|(id, hidden, index)| json!({"updateSheetProperties": {
            "properties": {"sheetId": id, "hidden": hidden, "index": index}, "fields": "hidden,index",
        }})),
        title.prop_map(|title| json!({"updateSpreadsheetProperties": {"properties": {"title": title, "locale": "id_ID"}, "fields": "title,locale"}})),
    ]
    .boxed()
}

fn on_cells() -> BoxedStrategy<Value> {
    let row = json!([{"values": [{"userEnteredValue": {"stringValue": "x"}}, {"userEnteredValue": {"formulaValue": "=A1+1"}}]}]);
    let rule =
        json!({"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "Ya"}]}});
    let merge = prop_oneof![Just("MERGE_ALL"), Just("MERGE_ROWS"), Just("MERGE_COLUMNS")];
    let paste = prop_oneof![
        Just("PASTE_NORMAL"),
        Just("PASTE_VALUES"),
        Just("PASTE_FORMAT"),
        Just("PASTE_NO_BORDERS")
    ];
    prop_oneof![
        range().prop_map(|range| json!({"repeatCell": {"range": range, "cell": {"userEnteredValue": {"numberValue": 1}}, "fields": "userEnteredValue"}})),
        range().prop_map(|range| json!({"updateCells": {"range": range, "rows": [{"values": [{"note": "x"}]}], "fields": "*"}})),
        id().prop_map(move |id| json!({"appendCells": {"sheetId": id, "rows": row, "fields": "userEnteredValue"}})),
        range().prop_map(move |range| json!({"setDataValidation": {"range": range, "rule": rule}})),
        range().prop_map(|range| json!({"updateBorders": {"range": range, "top": {"style": "SOLID"}, "innerVertical": {"style": "DOTTED"}}})),
        (range(), merge).prop_map(|(range, kind)| json!({"mergeCells": {"range": range, "mergeType": kind}})),
        range().prop_map(|range| json!({"unmergeCells": {"range": range}})),
        range().prop_map(|range| json!({"sortRange": {"range": range, "sortSpecs": [{"dimensionIndex": range["startColumnIndex"]}]}})),
        (range(), range(), paste).prop_map(|(from, to, kind)| json!({"copyPaste": {"source": from, "destination": to, "pasteType": kind}})),
        (range(), id(), 0..8_u8, 0..8_u8).prop_map(|(from, id, row, column)| json!({"cutPaste": {
            "source": from, "destination": {"sheetId": id, "rowIndex": row, "columnIndex": column}, "pasteType": "PASTE_NORMAL",
        }})),
        (range(), prop_oneof![Just("ROWS"), Just("COLUMNS")])
            .prop_map(|(range, shift)| json!({"insertRange": {"range": range, "shiftDimension": shift}})),
        (range(), prop_oneof![Just("ROWS"), Just("COLUMNS")])
            .prop_map(|(range, shift)| json!({"deleteRange": {"range": range, "shiftDimension": shift}})),
        range().prop_map(|range| json!({"findReplace": {"find": "1", "replacement": "", "range": range}})),
    ]
    .boxed()
}

fn on_dimensions() -> BoxedStrategy<Value> {
    prop_oneof![
        dimension().prop_map(|range| json!({"insertDimension": {"range": range}})),
        dimension().prop_map(|range| json!({"deleteDimension": {"range": range}})),
        (dimension(), 0..9_u8).prop_map(|(source, to)| json!({"moveDimension": {"source": source, "destinationIndex": to}})),
        dimension().prop_map(|range| json!({"updateDimensionProperties": {"range": range, "properties": {"pixelSize": 50}, "fields": "pixelSize"}})),
        dimension().prop_map(|range| json!({"autoResizeDimensions": {"dimensions": range}})),
        (dimension(), 0..3_u8).prop_map(|(range, length)| json!({"appendDimension": {
            "sheetId": range["sheetId"], "dimension": range["dimension"], "length": length,
        }})),
        dimension().prop_map(|range| json!({"addDimensionGroup": {"range": range}})),
        dimension().prop_map(|range| json!({"deleteDimensionGroup": {"range": range}})),
    ]
    .boxed()
}

fn on_ranges() -> BoxedStrategy<Value> {
    let name = || prop_oneof![Just("satu"), Just("Satu"), Just("dua"), Just("A1")];
    let object = || 1..4_i64;
    let filter = |range: &Value| json!({"range": range, "sortSpecs": [{"dimensionIndex": range["startColumnIndex"]}]});
    let colour = json!({"red": 0.5});
    prop_oneof![
        (range(), object()).prop_map(|(range, id)| json!({"addProtectedRange": {"protectedRange": {"range": range, "protectedRangeId": id}}})),
        (range(), object()).prop_map(|(range, id)| json!({"updateProtectedRange": {"protectedRange": {"range": range, "protectedRangeId": id}, "fields": "range"}})),
        object().prop_map(|id| json!({"deleteProtectedRange": {"protectedRangeId": id}})),
        (range(), name(), object()).prop_map(|(range, name, id)| json!({"addNamedRange": {"namedRange": {"name": name, "range": range, "namedRangeId": id.to_string()}}})),
        (range(), name(), object()).prop_map(|(range, name, id)| json!({"updateNamedRange": {
            "namedRange": {"name": name, "range": range, "namedRangeId": id.to_string()}, "fields": "name,range",
        }})),
        object().prop_map(|id| json!({"deleteNamedRange": {"namedRangeId": id.to_string()}})),
        range().prop_map(move |range| json!({"setBasicFilter": {"filter": filter(&range)}})),
        id().prop_map(|id| json!({"clearBasicFilter": {"sheetId": id}})),
        (range(), object()).prop_map(move |(range, id)| json!({"addFilterView": {"filter": {"range": range, "title": "t", "filterViewId": id}}})),
        object().prop_map(|id| json!({"deleteFilterView": {"filterId": id}})),
        (range(), object()).prop_map(move |(range, id)| json!({"addBanding": {"bandedRange": {
            "range": range, "bandedRangeId": id, "rowProperties": {"firstBandColor": colour, "secondBandColor": colour},
        }}})),
        object().prop_map(|id| json!({"deleteBanding": {"bandedRangeId": id}})),
    ]
    .boxed()
}

fn on_objects() -> BoxedStrategy<Value> {
    let rule = |range: Value| json!({"ranges": [range], "booleanRule": {"condition": {"type": "NOT_BLANK"}, "format": {"textFormat": {"bold": true}}}});
    let spec = |range: Value| json!({"title": "t", "basicChart": {"chartType": "LINE", "series": [{"series": {"sourceRange": {"sources": [range]}}}]}});
    let anchor = |id: i64, row: u8| json!({"overlayPosition": {"anchorCell": {"sheetId": id, "rowIndex": row, "columnIndex": 0}}});
    let object = || 1..4_i64;
    prop_oneof![
        (range(), 0..3_u8).prop_map(move |(range, index)| json!({"addConditionalFormatRule": {"rule": rule(range), "index": index}})),
        (id(), 0..3_u8).prop_map(|(id, index)| json!({"deleteConditionalFormatRule": {"sheetId": id, "index": index}})),
        (id(), 0..3_u8, 0..3_u8).prop_map(|(id, index, to)| json!({"updateConditionalFormatRule": {"sheetId": id, "index": index, "newIndex": to}})),
        (range(), id(), 0..9_u8, object()).prop_map(move |(range, sheet, row, id)| json!({"addChart": {"chart": {
            "chartId": id, "spec": spec(range), "position": anchor(sheet, row),
        }}})),
        (range(), object()).prop_map(move |(range, id)| json!({"updateChartSpec": {"chartId": id, "spec": spec(range)}})),
        (id(), object(), 0..9_u8).prop_map(move |(sheet, id, row)| json!({"updateEmbeddedObjectPosition": {
            "objectId": id, "newPosition": anchor(sheet, row), "fields": "anchorCell",
        }})),
        object().prop_map(|id| json!({"deleteEmbeddedObject": {"objectId": id}})),
        (id(), object()).prop_map(|(sheet, id)| json!({"createDeveloperMetadata": {"developerMetadata": {
            "metadataId": id, "metadataKey": "tanda", "visibility": "DOCUMENT", "location": {"sheetId": sheet},
        }}})),
        (dimension(), object()).prop_map(|(mut range, id)| {
            let start = range["startIndex"].as_u64().unwrap_or(0);
            range["endIndex"] = json!(start + 1);
            json!({"createDeveloperMetadata": {"developerMetadata": {
                "metadataId": id, "metadataKey": "baris", "visibility": "DOCUMENT", "location": {"dimensionRange": range},
            }}})
        }),
        object().prop_map(|id| json!({"updateDeveloperMetadata": {
            "dataFilters": [{"developerMetadataLookup": {"metadataId": id}}],
            "developerMetadata": {"metadataValue": "v"}, "fields": "metadataValue",
        }})),
        object().prop_map(|id| json!({"deleteDeveloperMetadata": {"dataFilter": {"developerMetadataLookup": {"metadataId": id}}}})),
    ]
    .boxed()
}

fn request() -> impl Strategy<Value = Value> {
    prop_oneof![2 => on_sheets(), 2 => on_cells(), 2 => on_dimensions(), 2 => on_ranges(), 1 => on_objects()]
}

/// One call that writes: method, path below the spreadsheet, body.
type Step = (&'static str, String, Value);

fn step() -> impl Strategy<Value = Step> {
    let title = || prop_oneof![Just("Sheet1"), Just("A"), Just("Lain")];
    let corner = || {
        (0..9_usize, 0..8_usize).prop_map(|(row, column)| halaqah_table::a1::address(row, column))
    };
    let values = || {
        prop::collection::vec(
            prop::collection::vec(
                prop_oneof![Just(json!("")), Just(json!(null)), Just(json!("=A1")), Just(json!(3))],
                0..4,
            ),
            0..4,
        )
    };
    prop_oneof![
        6 => prop::collection::vec(request(), 1..4).prop_map(|requests| ("POST", ":batchUpdate".to_owned(), json!({"requests": requests}))),
        1 => (title(), corner(), values()).prop_map(|(title, at, values)| {
            ("PUT", format!("/values/{title}!{at}?valueInputOption=USER_ENTERED"), json!({"values": values}))
        }),
        1 => (title(), corner(), values(), any::<bool>()).prop_map(|(title, at, values, insert)| {
            let how = if insert { "INSERT_ROWS" } else { "OVERWRITE" };
            ("POST", format!("/values/{title}!{at}:append?valueInputOption=RAW&insertDataOption={how}"), json!({"values": values}))
        }),
        1 => (title(), corner(), title(), corner(), values()).prop_map(|(one, at, other, there, values)| {
            let data = json!([{"range": format!("{one}!{at}"), "values": values}, {"range": format!("{other}!{there}"), "values": values}]);
            ("POST", "/values:batchUpdate".to_owned(), json!({"valueInputOption": "RAW", "data": data}))
        }),
        1 => (title(), corner(), title(), corner()).prop_map(|(one, at, other, there)| {
            ("POST", "/values:batchClear".to_owned(), json!({"ranges": [format!("{one}!A1:{at}"), format!("{other}!{there}:H9")]}))
        }),
        1 => (title(), corner()).prop_map(|(title, at)| {
            // A mask that names nothing: refused, however good the write is.
            ("PUT", format!("/values/{title}!{at}?valueInputOption=RAW&fields=warna"), json!({"values": [["tidak"]]}))
        }),
    ]
}

/// Makes the first sheet small, so that its edges are met.
fn shrink(bench: &Bench) {
    bench.batch(json!([{"updateSheetProperties": {
        "properties": {"sheetId": 0, "gridProperties": {"rowCount": 8, "columnCount": 6}}, "fields": "gridProperties(rowCount,columnCount)",
    }}]));
}

#[test]
fn every_known_request_is_tried() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut tried = std::collections::BTreeSet::new();
    for _ in 0..3_000 {
        let request = request().new_tree(&mut runner).unwrap().current();
        tried.extend(request.as_object().unwrap().keys().cloned());
    }
    let missing: Vec<&str> =
        super::super::batch::kinds().filter(|kind| !tried.contains(*kind)).collect();
    assert_eq!(missing, [""; 0]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn every_sequence_keeps_the_book_whole(steps in prop::collection::vec(step(), 1..14)) {
        let bench = Bench::new();
        shrink(&bench);
        let whole = || bench.ok("GET", "?includeGridData=true", Value::Null);
        let mut before = whole();
        for (method, path, body) in steps {
            let (status, answer) = bench.call(method, &format!("/{}{path}", bench.id), body);
            prop_assert!(status == 200 || status == 400, "{}", answer);
            prop_assert!(status == 400 || !path.contains("fields=warna"));
            let after = whole();
            if status == 400 {
                prop_assert_eq!(&after, &before, "refused: {}", answer);
            }
            before = after;
            bench.sandbox.with_book(|book| check(book.spreadsheet(&bench.id).unwrap()));
        }
    }

    #[test]
    fn what_is_written_raw_is_read_back(values in prop::collection::vec(prop::collection::vec(
        prop_oneof![any::<i32>().prop_map(|n| json!(n)), "\\PC{1,12}|[\"\\\\\n\t\x01/é]{1,5}".prop_map(|text| json!(text)), any::<bool>().prop_map(|b| json!(b))], 1..5), 1..6)) {
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

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn every_sequence_comes_back_from_the_data_file(steps in prop::collection::vec(step(), 1..14)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("book");
        let mut bench = Bench::on(super::super::Sandbox::open(&path).unwrap(), "en_US");
        shrink(&bench);
        for (method, path, body) in steps {
            bench.call(method, &format!("/{}{path}", bench.id), body);
        }
        let whole = |bench: &Bench| bench.ok("GET", "?includeGridData=true", Value::Null);
        let before = whole(&bench);
        // The file is let go before it is opened again.
        bench.sandbox = super::super::Sandbox::in_memory();
        bench.sandbox = super::super::Sandbox::open(&path).unwrap();
        prop_assert_eq!(whole(&bench), before);
    }
}
