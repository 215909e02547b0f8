//! The requests of `batchUpdate`.

use serde_json::{Value, json};

use super::Bench;

fn grid(top: usize, bottom: usize, left: usize, right: usize) -> Value {
    json!({"startRowIndex": top, "endRowIndex": bottom, "startColumnIndex": left, "endColumnIndex": right})
}

#[test]
fn a_failing_batch_says_which_request_and_changes_nothing() {
    let bench = Bench::new();
    let before = bench.ok("GET", "?includeGridData=true", Value::Null);
    let message = bench.batch_refused(json!([
        {"addSheet": {"properties": {"title": "Ringkasan", "sheetId": 5}}},
        {"updateCells": {"start": {"sheetId": 0}, "rows": [{"values": [{"note": "x"}]}], "fields": "note"}},
        {"addSheet": {"properties": {"title": "RINGKASAN"}}},
    ]));
    assert_eq!(
        message,
        "Invalid requests[2].addSheet: A sheet with the name \"RINGKASAN\" already exists. Please enter another name."
    );
    assert_eq!(bench.ok("GET", "?includeGridData=true", Value::Null), before);
    assert_eq!(bench.batch_refused(json!([])), "Must specify at least one request.");
}

#[test]
fn sheet_ids_are_the_clients_choice_and_unique() {
    let bench = Bench::new();
    let reply = bench.batch(json!([{"addSheet": {"properties": {"title": "A", "sheetId": 5, "gridProperties": {"rowCount": 3, "columnCount": 2, "frozenRowCount": 1}}}}]));
    let wanted = json!({
        "sheetId": 5, "title": "A", "index": 1, "sheetType": "GRID",
        "gridProperties": {"rowCount": 3, "columnCount": 2, "frozenRowCount": 1},
    });
    assert_eq!(reply[0]["addSheet"]["properties"], wanted);
    let again =
        bench.batch_refused(json!([{"addSheet": {"properties": {"title": "B", "sheetId": 5}}}]));
    assert_eq!(again, "Invalid requests[0].addSheet: A sheet with the id 5 already exists.");
    let unknown = bench.batch_refused(json!([{"deleteSheet": {"sheetId": 99}}]));
    assert_eq!(unknown, "Invalid requests[0].deleteSheet: No sheet with id: 99");
    bench.batch(json!([{"deleteSheet": {"sheetId": 0}}]));
    let last = bench.batch_refused(json!([{"deleteSheet": {"sheetId": 5}}]));
    assert_eq!(
        last,
        "Invalid requests[0].deleteSheet: You can't remove all the sheets in a document."
    );
}

#[test]
fn cells_are_painted_through_the_mask() {
    let bench = Bench::new();
    let paint = |cell: Value, fields: &str| {
        bench.batch(
            json!([{"repeatCell": {"range": grid(0, 1, 0, 1), "cell": cell, "fields": fields}}]),
        );
        let read = "?fields=sheets.data.rowData.values(userEnteredFormat,userEnteredValue,note)";
        let sheets = bench.ok("GET", read, Value::Null);
        sheets.pointer("/sheets/0/data/0/rowData/0/values/0").cloned().unwrap_or_default()
    };
    paint(json!({"userEnteredValue": {"numberValue": 3}, "note": "n"}), "userEnteredValue,note");
    let cell = paint(
        json!({"userEnteredFormat": {"textFormat": {"bold": true, "fontSize": 12}, "wrapStrategy": "WRAP"}}),
        "userEnteredFormat",
    );
    assert_eq!(cell["userEnteredValue"], json!({"numberValue": 3}));
    assert_eq!(cell["note"], "n");
    let cell = paint(
        json!({"userEnteredFormat": {"textFormat": {"fontSize": 9}}}),
        "userEnteredFormat.textFormat.bold",
    );
    assert_eq!(
        cell["userEnteredFormat"],
        json!({"textFormat": {"fontSize": 12}, "wrapStrategy": "WRAP"})
    );
    assert_eq!(paint(json!({}), "*"), Value::Null);
    assert_eq!(
        bench.batch_refused(json!([{"repeatCell": {"range": grid(0, 1, 0, 1), "cell": {}}}])),
        "Invalid requests[0].repeatCell: At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)"
    );
}

#[test]
fn rows_come_and_go_with_what_stands_on_them() {
    let bench = Bench::new();
    bench.put("A1:B5", json!([["j", "k"], ["a", 1], ["b", 2], ["c", 3], ["d", 4]]));
    bench.batch(json!([
        {"mergeCells": {"range": grid(3, 5, 3, 5), "mergeType": "MERGE_ALL"}},
        {"addNamedRange": {"namedRange": {"name": "isi", "range": grid(1, 5, 0, 2)}}},
        {"addProtectedRange": {"protectedRange": {"range": grid(0, 1, 0, 26), "warningOnly": true}}},
        {"updateDimensionProperties": {"range": {"dimension": "ROWS", "startIndex": 4, "endIndex": 5}, "properties": {"pixelSize": 60}, "fields": "pixelSize"}},
        {"insertDimension": {"range": {"dimension": "ROWS", "startIndex": 2, "endIndex": 4}}},
        {"deleteDimension": {"range": {"dimension": "ROWS", "startIndex": 0, "endIndex": 1}}},
    ]));
    assert_eq!(bench.values("A1:B9"), json!([["a", 1], [], [], ["b", 2], ["c", 3], ["d", 4]]));
    let sheet = bench.sheet();
    assert_eq!(sheet["merges"], json!([grid(4, 6, 3, 5)]));
    assert_eq!(sheet["properties"]["gridProperties"]["rowCount"], 1001);
    assert!(sheet.get("protectedRanges").is_none(), "its only row is gone");
    assert_eq!(
        bench.ok("GET", "?fields=namedRanges", Value::Null)["namedRanges"][0]["range"],
        grid(0, 6, 0, 2)
    );
    let heights = bench.ok("GET", "?fields=sheets.data.rowMetadata.pixelSize", Value::Null);
    assert_eq!(heights["sheets"][0]["data"][0]["rowMetadata"][5]["pixelSize"], 60);
    bench.batch(json!([{"moveDimension": {"source": {"dimension": "ROWS", "startIndex": 0, "endIndex": 1}, "destinationIndex": 5}}]));
    assert_eq!(bench.values("A1:B9"), json!([[], [], ["b", 2], ["c", 3], ["a", 1], ["d", 4]]));
    let beyond = json!([{"deleteDimension": {"range": {"dimension": "ROWS", "startIndex": 1001, "endIndex": 1002}}}]);
    assert_eq!(
        bench.batch_refused(beyond),
        "Invalid requests[0].deleteDimension: Cannot delete a row that doesn't exist. Tried to delete row index 1001 but \
         there are only 1001 rows."
    );
}

#[test]
fn sorting_is_stable_and_blanks_come_last() {
    let bench = Bench::new();
    bench.put("A1:B6", json!([["b", 1], ["", 2], ["a", 3], [7, 4], ["B", 5], [true, 6]]));
    let sort = |order: &str| {
        let specs = json!([{"dimensionIndex": 0, "sortOrder": order}]);
        bench.batch(json!([{"sortRange": {"range": grid(0, 6, 0, 2), "sortSpecs": specs}}]));
        bench
            .values("B1:B6")
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row[0].as_i64().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(sort("ASCENDING"), [4, 3, 1, 5, 6, 2]);
    assert_eq!(sort("DESCENDING"), [6, 1, 5, 3, 4, 2]);
}

#[test]
fn charts_rules_and_protection_are_kept_changed_and_taken_away() {
    let bench = Bench::new();
    let spec = json!({"title": "Kehadiran", "basicChart": {"chartType": "LINE", "domains": [{"domain": {"sourceRange": {"sources": [grid(0, 5, 0, 1)]}}}]}});
    let chart = json!({"chartId": 31, "spec": spec, "position": {"overlayPosition": {"anchorCell": {"sheetId": 0, "rowIndex": 2}}}});
    let replies = bench.batch(json!([{"addChart": {"chart": chart}}]));
    let position = &replies[0]["addChart"]["chart"]["position"]["overlayPosition"];
    assert_eq!(
        (position["widthPixels"].clone(), position["heightPixels"].clone()),
        (json!(600), json!(371))
    );
    assert!(
        bench
            .batch_refused(json!([{"addChart": {"chart": chart}}]))
            .starts_with("Invalid requests[0].addChart: chartId[31]")
    );
    bench.batch(
        json!([{"updateChartSpec": {"chartId": 31, "spec": {"title": "Baru", "pieChart": {}}}}]),
    );
    assert_eq!(bench.sheet()["charts"][0]["spec"]["title"], "Baru");
    bench.batch(json!([{"deleteEmbeddedObject": {"objectId": 31}}]));
    assert!(bench.sheet().get("charts").is_none());

    let rule = |formula: &str| {
        json!({"ranges": [grid(1, 9, 0, 3)], "booleanRule": {
            "condition": {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": formula}]}, "format": {"backgroundColor": {"red": 1}},
        }})
    };
    bench.batch(json!([
        {"addConditionalFormatRule": {"rule": rule("=A1"), "index": 0}},
        {"addConditionalFormatRule": {"rule": rule("=A2"), "index": 0}},
        {"updateConditionalFormatRule": {"index": 0, "newIndex": 1, "sheetId": 0}},
        {"deleteConditionalFormatRule": {"index": 1, "sheetId": 0}},
    ]));
    let kept = bench.sheet()["conditionalFormats"].take();
    assert_eq!(kept.as_array().unwrap().len(), 1);
    assert_eq!(kept[0]["booleanRule"]["condition"]["values"][0]["userEnteredValue"], "=A1");
    assert_eq!(
        kept[0]["booleanRule"]["format"]["backgroundColorStyle"],
        json!({"rgbColor": {"red": 1}})
    );

    let protect = json!([{"addProtectedRange": {"protectedRange": {"range": {"sheetId": 0}, "protectedRangeId": 9}}}]);
    bench.batch(protect.clone());
    assert_eq!(
        bench.batch_refused(protect),
        "Invalid requests[0].addProtectedRange: A protected range with the id 9 already exists."
    );
    assert_eq!(
        bench.batch_refused(
            json!([{"addProtectedRange": {"protectedRange": {"range": {"sheetId": 0}}}}])
        ),
        "Invalid requests[0].addProtectedRange: Sheet \"Sheet1\" already has sheet protection."
    );
    bench.batch(json!([{"updateProtectedRange": {"protectedRange": {"protectedRangeId": 9, "description": "milik program"}, "fields": "description"}}]));
    assert_eq!(bench.sheet()["protectedRanges"][0]["description"], "milik program");
    bench.batch(json!([{"deleteProtectedRange": {"protectedRangeId": 9}}]));
    assert_eq!(
        bench.batch_refused(json!([{"deleteProtectedRange": {"protectedRangeId": 9}}])),
        "Invalid requests[0].deleteProtectedRange: No protected range with id: 9"
    );
}

#[test]
fn appended_cells_go_below_the_last_value() {
    let bench = Bench::new();
    bench.put("A3", json!([["x"]]));
    let rows = json!([{"values": [{"userEnteredValue": {"boolValue": true}}, {"userEnteredValue": {"stringValue": "=1"}}]}]);
    bench.batch(
        json!([{"appendCells": {"sheetId": 0, "rows": rows, "fields": "userEnteredValue"}}]),
    );
    assert_eq!(bench.values("A1:B9"), json!([[], [], ["x"], [true, "=1"]]));
}

#[test]
fn a_duplicate_has_everything_but_the_ids() {
    let bench = Bench::new();
    bench.put("A1:B1", json!([["x", 1]]));
    bench.batch(json!([
        {"addProtectedRange": {"protectedRange": {"range": grid(0, 1, 0, 2)}}},
        {"duplicateSheet": {"sourceSheetId": 0, "newSheetId": 8, "newSheetName": "Salinan", "insertSheetIndex": 1}},
    ]));
    let sheets = bench.ok("GET", "", Value::Null)["sheets"].take();
    assert_ne!(
        sheets[0]["protectedRanges"][0]["protectedRangeId"],
        sheets[1]["protectedRanges"][0]["protectedRangeId"]
    );
    assert_eq!(sheets[1]["protectedRanges"][0]["range"]["sheetId"], 8);
    assert_eq!(bench.values("Salinan!A1:B1"), json!([["x", 1]]));
}

#[test]
fn find_and_replace_counts_what_it_changed() {
    let bench = Bench::new();
    bench.put("A1:B2", json!([["Kelompok A", "kelompok"], ["lain", "x kelompok kelompok"]]));
    let request = json!({"find": "kelompok", "replacement": "halaqah", "allSheets": true});
    let reply = bench.batch(json!([{"findReplace": request}]))[0]["findReplace"].take();
    assert_eq!(
        reply,
        json!({"valuesChanged": 3, "rowsChanged": 2, "sheetsChanged": 1, "occurrencesChanged": 4})
    );
    assert_eq!(
        bench.values("A1:B2"),
        json!([["halaqah A", "halaqah"], ["lain", "x halaqah halaqah"]])
    );
}

#[test]
fn room_is_made_and_closed_among_cells() {
    let bench = Bench::new();
    let values = || {
        bench.ok("GET", "/values/A1:D6?valueRenderOption=FORMULA", Value::Null)["values"].clone()
    };
    let start = json!([["a", 1, "x"], ["b", 2, "y"], ["c", 3, "z"], ["=B3"]]);
    bench.ok("PUT", "/values/A1?valueInputOption=USER_ENTERED", json!({"values": start}));
    let whole_row = json!({"startRowIndex": 1, "endRowIndex": 2});
    bench.batch(json!([{"deleteRange": {"range": whole_row, "shiftDimension": "ROWS"}}]));
    assert_eq!(values(), json!([["a", 1, "x"], ["c", 3, "z"], ["=B2"]]));
    bench.batch(json!([{"insertRange": {"range": grid(0, 1, 1, 2), "shiftDimension": "ROWS"}}]));
    assert_eq!(values(), json!([["a", "", "x"], ["c", 1, "z"], ["=B2", 3]]));
    bench.batch(json!([{"insertRange": {"range": grid(1, 2, 0, 1), "shiftDimension": "COLUMNS"}}]));
    assert_eq!(values(), json!([["a", "", "x"], ["", "c", 1, "z"], ["=B2", 3]]));
    bench.batch(json!([{"deleteRange": {"range": grid(1, 2, 0, 2), "shiftDimension": "COLUMNS"}}]));
    assert_eq!(values(), json!([["a", "", "x"], [1, "z"], ["=B2", 3]]));
    let sideless = bench.batch_refused(json!([{"deleteRange": {"range": grid(0, 1, 0, 1)}}]));
    assert_eq!(
        sideless,
        "Invalid requests[0].deleteRange: No shift dimension set, but one must be specified."
    );
}

#[test]
fn metadata_of_a_row_goes_with_it_when_the_grid_is_made_smaller() {
    let bench = Bench::new();
    let on = |dimension: &str, id: i64| {
        let range = json!({"sheetId": 0, "dimension": dimension, "startIndex": 4, "endIndex": 5});
        let location = json!({"dimensionRange": range});
        json!({"createDeveloperMetadata": {"developerMetadata": {
            "metadataId": id, "metadataKey": "k", "visibility": "DOCUMENT", "location": location,
        }}})
    };
    bench.batch(json!([on("ROWS", 1), on("COLUMNS", 2)]));
    let size = json!({"sheetId": 0, "gridProperties": {"rowCount": 4, "columnCount": 5}});
    let fields = "gridProperties(rowCount,columnCount)";
    bench.batch(json!([{"updateSheetProperties": {"properties": size, "fields": fields}}]));
    let filter = json!({"dataFilters": [{"developerMetadataLookup": {"metadataKey": "k"}}]});
    let found = bench.ok("POST", "/developerMetadata:search", filter);
    let found = found["matchedDeveloperMetadata"].as_array().unwrap();
    let ids: Vec<&Value> =
        found.iter().map(|one| &one["developerMetadata"]["metadataId"]).collect();
    assert_eq!(ids, [&json!(2)]);
}
