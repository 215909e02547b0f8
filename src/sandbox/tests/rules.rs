//! The rules of the real service, kind by kind, on data of our own.

use serde_json::{Value, json};

use super::Bench;

fn grid(top: usize, bottom: usize, left: usize, right: usize) -> Value {
    json!({"startRowIndex": top, "endRowIndex": bottom, "startColumnIndex": left, "endColumnIndex": right})
}

fn set_sheet(bench: &Bench, properties: Value, fields: &str) {
    bench.batch(json!([{"updateSheetProperties": {"properties": properties, "fields": fields}}]));
}

fn cell(bench: &Bench, range: &str, part: &str) -> Value {
    let path = format!("?ranges={range}&fields=sheets.data.rowData.values.{part}");
    let sheets = bench.ok("GET", &path, Value::Null);
    sheets
        .pointer(&format!("/sheets/0/data/0/rowData/0/values/0/{part}"))
        .cloned()
        .unwrap_or_default()
}

#[test]
fn a_new_spreadsheet_has_googles_defaults() {
    let bench = Bench::new();
    let book = bench.ok("GET", "", Value::Null);
    let properties = &book["properties"];
    assert_eq!(
        (&properties["locale"], &properties["timeZone"], &properties["autoRecalc"]),
        (&json!("en_US"), &json!("Etc/GMT"), &json!("ON_CHANGE"))
    );
    let format = &properties["defaultFormat"];
    assert_eq!(format["backgroundColor"], json!({"red": 1, "green": 1, "blue": 1}));
    assert_eq!(
        format["backgroundColorStyle"],
        json!({"rgbColor": {"red": 1, "green": 1, "blue": 1}})
    );
    assert_eq!(format["padding"], json!({"top": 2, "right": 3, "bottom": 2, "left": 3}));
    assert_eq!(
        (&format["verticalAlignment"], &format["wrapStrategy"]),
        (&json!("BOTTOM"), &json!("OVERFLOW_CELL"))
    );
    assert_eq!(
        (
            &format["textFormat"]["fontFamily"],
            &format["textFormat"]["fontSize"],
            &format["textFormat"]["bold"]
        ),
        (&json!("arial,sans,sans-serif"), &json!(10), &json!(false))
    );
    assert_eq!(
        book["sheets"],
        json!([{"properties": {
            "sheetId": 0, "title": "Sheet1", "index": 0, "sheetType": "GRID",
            "gridProperties": {"rowCount": 1000, "columnCount": 26},
        }}])
    );
    assert!(book["spreadsheetUrl"].as_str().is_some_and(|url| url.contains(&bench.id)));
    bench.batch(json!([{"updateSpreadsheetProperties": {
        "properties": {"title": "Rohis", "locale": "in_ID", "timeZone": "Asia/Jakarta"}, "fields": "title,locale,timeZone",
    }}]));
    let read = bench.ok("GET", "?fields=properties(title,locale,timeZone)", Value::Null);
    assert_eq!(
        read,
        json!({"properties": {"title": "Rohis", "locale": "in_ID", "timeZone": "Asia/Jakarta"}})
    );
}

#[test]
fn masks_are_written_in_three_ways() {
    let bench = Bench::new();
    let size = || {
        let sheet = bench.sheet();
        let grid = &sheet["properties"]["gridProperties"];
        (grid["rowCount"].as_u64().unwrap(), grid["columnCount"].as_u64().unwrap())
    };
    for (at, fields) in [
        "gridProperties/rowCount,gridProperties/columnCount",
        "gridProperties(rowCount,columnCount)",
        "gridProperties.rowCount,grid_properties.column_count",
    ]
    .into_iter()
    .enumerate()
    {
        let wanted = (10 + at as u64, 5 + at as u64);
        set_sheet(
            &bench,
            json!({"gridProperties": {"rowCount": wanted.0, "columnCount": wanted.1}}),
            fields,
        );
        assert_eq!(size(), wanted, "{fields}");
    }
    // What the mask does not name stays; what it names and the body has not goes back to its
    // default.
    set_sheet(
        &bench,
        json!({"title": "Lain", "gridProperties": {"frozenRowCount": 2}}),
        "gridProperties.frozenRowCount",
    );
    assert_eq!(bench.sheet()["properties"]["title"], "Sheet1");
    assert_eq!(bench.sheet()["properties"]["gridProperties"]["frozenRowCount"], 2);
    set_sheet(&bench, json!({}), "gridProperties.frozenRowCount");
    assert_eq!(bench.sheet()["properties"]["gridProperties"].get("frozenRowCount"), None);
    let unknown = json!([{"updateSheetProperties": {"properties": {}, "fields": "warna"}}]);
    assert_eq!(
        bench.batch_refused(unknown),
        "Invalid requests[0].updateSheetProperties: Invalid field: warna"
    );
}

#[test]
fn a_mask_that_names_nothing_leaves_the_book_alone() {
    let bench = Bench::new();
    bench.put("A1", json!([["lama"]]));
    let values = json!({"values": [["baru"]]});
    let data = json!({"valueInputOption": "RAW", "data": [{"range": "A1", "values": [["baru"]]}]});
    for (method, path, body) in [
        ("PUT", "/values/A1?valueInputOption=RAW&fields=warna", &values),
        ("POST", "/values/A1:append?valueInputOption=RAW&fields=warna", &values),
        ("POST", "/values/A1:clear?fields=warna", &Value::Null),
        ("POST", "/values:batchUpdate?fields=warna", &data),
        ("POST", "/values:batchClear?fields=warna", &json!({"ranges": ["A1"]})),
        (":", "", &Value::Null),
    ] {
        if method == ":" {
            let requests = json!({"requests": [{"deleteDimension": {"range": {"dimension": "ROWS", "endIndex": 1}}}]});
            bench.refused("POST", ":batchUpdate?fields=warna", requests.clone());
            let mut shown = requests;
            shown["includeSpreadsheetInResponse"] = json!(true);
            shown["responseRanges"] = json!(["Entah!A1"]);
            assert_eq!(
                bench.refused("POST", ":batchUpdate", shown),
                "Unable to parse range: Entah!A1"
            );
        } else {
            assert_eq!(
                bench.refused(method, path, body.clone()),
                "Request contains an invalid argument.",
                "{path}"
            );
        }
        assert_eq!(bench.values("A1:C9"), json!([["lama"]]), "{path}");
    }
}

#[test]
fn what_does_not_fit_is_named_field_by_field() {
    let bench = Bench::new();
    let path = format!("/{}/values/A1?valueInputOption=RAW", bench.id);
    let (status, body) = bench.call("PUT", &path, json!({"values": "A1:D4"}));
    let said =
        "Invalid value at 'data.values' (type.googleapis.com/google.protobuf.ListValue), \"A1:D4\"";
    assert_eq!(status, 400);
    assert_eq!(
        body,
        json!({"error": {"code": 400, "message": said, "status": "INVALID_ARGUMENT", "details": [{
            "@type": "type.googleapis.com/google.rpc.BadRequest",
            "fieldViolations": [{"field": "data.values", "description": said}],
        }]}})
    );
    assert_eq!(
        bench.batch_refused(json!([{"hapusSemua": {}}])),
        "Invalid JSON payload received. Unknown name \"hapusSemua\" at 'requests[0]': Cannot find field."
    );
    assert_eq!(
        bench.refused("PUT", "/values/A1?valueInputOption=MENTAH", json!({"values": [[1]]})),
        "Invalid value at 'value_input_option' (type.googleapis.com/google.apps.sheets.v4.ValueInputOption), \"MENTAH\""
    );
    assert_eq!(
        bench.refused("GET", "/values/A1?majorDimension=MIRING", Value::Null),
        "Invalid value at 'major_dimension' (type.googleapis.com/google.apps.sheets.v4.Dimension), \"MIRING\""
    );
    let long = "x".repeat(50_001);
    assert_eq!(
        bench.refused("PUT", "/values/A1?valueInputOption=RAW", json!({"values": [[long]]})),
        "Your input contains more than the maximum of 50000 characters in a single cell."
    );
    let large = json!({"gridProperties": {"rowCount": 1_000_000, "columnCount": 11}});
    let large = json!([{"updateSheetProperties": {"properties": large, "fields": "gridProperties(rowCount,columnCount)"}}]);
    assert!(bench.batch_refused(large).ends_with(
        "This action would increase the number of cells in the workbook above the limit of 10000000 cells."
    ));
}

#[test]
fn tabs_are_coloured_hidden_moved_and_named() {
    let bench = Bench::new();
    set_sheet(
        &bench,
        json!({"tabColorStyle": {"rgbColor": {"red": 0.2, "blue": 1}}}),
        "tabColorStyle",
    );
    let sheet = bench.sheet();
    assert_eq!(sheet["properties"]["tabColor"], json!({"red": 0.2, "blue": 1}));
    assert_eq!(sheet["properties"]["tabColorStyle"], json!({"rgbColor": {"red": 0.2, "blue": 1}}));
    set_sheet(&bench, json!({}), "tabColorStyle");
    assert_eq!(bench.sheet()["properties"].get("tabColor"), None);

    let hide =
        json!([{"updateSheetProperties": {"properties": {"hidden": true}, "fields": "hidden"}}]);
    assert_eq!(
        bench.batch_refused(hide.clone()),
        "Invalid requests[0].updateSheetProperties: You can't hide all the sheets in a document."
    );
    bench.batch(json!([{"addSheet": {"properties": {"title": "Dua", "sheetId": 2}}}, {"addSheet": {"properties": {"sheetId": 3}}}]));
    bench.batch(hide);
    assert_eq!(bench.sheet()["properties"]["hidden"], true);
    let titles = || {
        let book = bench.ok("GET", "?fields=sheets.properties(title,index)", Value::Null);
        let sheets = book["sheets"].as_array().unwrap().clone();
        sheets
            .iter()
            .map(|sheet| sheet["properties"]["title"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(titles(), ["Sheet1", "Dua", "Sheet3"]);
    set_sheet(&bench, json!({"sheetId": 3, "index": 0}), "index");
    assert_eq!(titles(), ["Sheet3", "Sheet1", "Dua"]);
    let untitled =
        json!([{"updateSheetProperties": {"properties": {"sheetId": 2}, "fields": "title"}}]);
    assert_eq!(
        bench.batch_refused(untitled),
        "Invalid requests[0].updateSheetProperties: The sheet name cannot be empty."
    );
    set_sheet(
        &bench,
        json!({"sheetId": 2, "gridProperties": {"hideGridlines": true}}),
        "gridProperties.hideGridlines",
    );
    let read =
        bench.ok("GET", "?fields=sheets.properties.gridProperties.hideGridlines", Value::Null);
    assert_eq!(read["sheets"][2]["properties"]["gridProperties"]["hideGridlines"], true);
}

#[test]
fn a_colour_is_told_twice_and_the_effective_format_is_whole() {
    let bench = Bench::new();
    bench.put("A1", json!([["judul"]]));
    let format = json!({"backgroundColor": {"red": 1, "green": 0.9}, "horizontalAlignment": "CENTER", "textFormat": {"bold": true}});
    bench.batch(json!([{"repeatCell": {
        "range": grid(0, 1, 0, 1), "cell": {"userEnteredFormat": format}, "fields": "userEnteredFormat",
    }}]));
    let entered = cell(&bench, "A1", "userEnteredFormat");
    assert_eq!(entered["backgroundColorStyle"]["rgbColor"], entered["backgroundColor"]);
    assert_eq!(
        (&entered["horizontalAlignment"], &entered["textFormat"]["bold"]),
        (&json!("CENTER"), &json!(true))
    );
    let effective = cell(&bench, "A1", "effectiveFormat");
    assert_eq!(effective["backgroundColor"], entered["backgroundColor"]);
    assert_eq!(
        (&effective["textFormat"]["fontSize"], &effective["wrapStrategy"]),
        (&json!(10), &json!("OVERFLOW_CELL"))
    );
    bench.batch(
        json!([{"updateBorders": {"range": grid(0, 1, 0, 1), "bottom": {"style": "SOLID"}}}]),
    );
    assert_eq!(cell(&bench, "A1", "userEnteredFormat")["borders"]["bottom"]["style"], "SOLID");
}

#[test]
fn merged_cells_keep_their_first_value_and_are_not_cut() {
    let bench = Bench::new();
    bench.put("A1:C4", json!([["a", "b", "c"], ["d", "e", "f"], ["g", "h", "i"], ["", "k", "l"]]));
    let merge =
        |range: Value, kind: &str| json!({"mergeCells": {"range": range, "mergeType": kind}});
    bench.batch(json!([
        merge(grid(0, 2, 0, 2), "MERGE_ALL"),
        merge(grid(2, 4, 0, 3), "MERGE_ROWS")
    ]));
    assert_eq!(bench.values("A1:C4"), json!([["a", "", "c"], ["", "", "f"], ["g"], ["k"]]));
    assert_eq!(
        bench.sheet()["merges"],
        json!([grid(0, 2, 0, 2), grid(2, 3, 0, 3), grid(3, 4, 0, 3)])
    );
    let half = json!([{"unmergeCells": {"range": grid(0, 1, 0, 1)}}]);
    assert!(bench.batch_refused(half).starts_with(
        "Invalid requests[0].unmergeCells: You must select all cells in a merged range"
    ));
    bench.batch(json!([{"unmergeCells": {"range": grid(0, 3, 0, 3)}}]));
    assert_eq!(bench.sheet()["merges"], json!([grid(3, 4, 0, 3)]));
    bench.batch(json!([merge(grid(0, 2, 0, 2), "MERGE_COLUMNS")]));
    assert_eq!(
        bench.sheet()["merges"],
        json!([grid(3, 4, 0, 3), grid(0, 2, 0, 1), grid(0, 2, 1, 2)])
    );
}

#[test]
fn named_ranges_are_read_renamed_moved_and_dropped() {
    let bench = Bench::new();
    bench.put("A1:B3", json!([["x", 1], ["y", 2], ["z", 3]]));
    let add = |name: &str| json!([{"addNamedRange": {"namedRange": {"name": name, "range": grid(0, 2, 0, 2)}}}]);
    let made = bench.batch(add("peserta"));
    let id = made[0]["addNamedRange"]["namedRange"]["namedRangeId"].as_str().unwrap().to_owned();
    assert_eq!(bench.values("peserta"), json!([["x", 1], ["y", 2]]));
    assert_eq!(bench.ok("GET", "/values/peserta", Value::Null)["range"], "Sheet1!A1:B2");
    for bad in ["PESERTA", "A1", "dua kata", "1x"] {
        assert!(
            bench.batch_refused(add(bad)).starts_with("Invalid requests[0].addNamedRange: "),
            "{bad}"
        );
    }
    let update = |named: Value, fields: &str| {
        bench.batch(json!([{"updateNamedRange": {"namedRange": named, "fields": fields}}]));
    };
    update(json!({"namedRangeId": id, "name": "anggota"}), "name");
    update(json!({"namedRangeId": id, "range": grid(1, 3, 1, 2)}), "range");
    assert_eq!(bench.values("anggota"), json!([[2], [3]]));
    assert_eq!(
        bench.refused("GET", "/values/peserta", Value::Null),
        "Unable to parse range: peserta"
    );
    bench.batch(json!([{"insertDimension": {"range": {"dimension": "ROWS", "startIndex": 0, "endIndex": 2}}}]));
    assert_eq!(bench.ok("GET", "/values/anggota", Value::Null)["range"], "Sheet1!B4:B5");
    bench.batch(json!([{"deleteNamedRange": {"namedRangeId": id}}]));
    assert_eq!(bench.ok("GET", "", Value::Null).get("namedRanges"), None);
}

#[test]
fn rows_and_columns_are_hidden_grouped_fitted_and_inherit() {
    let bench = Bench::new();
    bench.put("A1:B1", json!([["pendek", "sebuah judul yang agak panjang sekali"]]));
    let span = |dimension: &str, start: usize, end: usize| json!({"dimension": dimension, "startIndex": start, "endIndex": end});
    bench.batch(json!([
        {"updateDimensionProperties": {"range": span("COLUMNS", 2, 4), "properties": {"hiddenByUser": true}, "fields": "hiddenByUser"}},
        {"addDimensionGroup": {"range": span("ROWS", 1, 4)}},
        {"autoResizeDimensions": {"dimensions": span("COLUMNS", 0, 2)}},
        {"repeatCell": {"range": grid(0, 1, 0, 1), "cell": {"userEnteredFormat": {"textFormat": {"italic": true}}}, "fields": "userEnteredFormat"}},
        {"insertDimension": {"range": span("ROWS", 1, 2), "inheritFromBefore": true}},
    ]));
    let columns = bench.ok("GET", "?ranges=A1:D1&fields=sheets.data.columnMetadata", Value::Null);
    let columns = columns["sheets"][0]["data"][0]["columnMetadata"].clone();
    assert_eq!(
        (columns[2]["hiddenByUser"].clone(), columns[1].get("hiddenByUser")),
        (json!(true), None)
    );
    assert!(columns[1]["pixelSize"].as_u64() > columns[0]["pixelSize"].as_u64(), "{columns}");
    assert_eq!(
        bench.sheet()["rowGroups"][0]["range"],
        json!({"dimension": "ROWS", "startIndex": 2, "endIndex": 5})
    );
    assert_eq!(cell(&bench, "A2", "userEnteredFormat")["textFormat"]["italic"], true);
    bench.batch(json!([{"deleteDimensionGroup": {"range": span("ROWS", 2, 5)}}]));
    assert_eq!(bench.sheet().get("rowGroups"), None);
    let first =
        json!([{"insertDimension": {"range": span("ROWS", 0, 1), "inheritFromBefore": true}}]);
    assert!(bench.batch_refused(first).starts_with("Invalid requests[0].insertDimension: "));
    set_sheet(
        &bench,
        json!({"gridProperties": {"rowCount": 3, "columnCount": 4}}),
        "gridProperties(rowCount,columnCount)",
    );
    let all = json!([{"deleteDimension": {"range": span("ROWS", 0, 3)}}]);
    assert!(bench.batch_refused(all).starts_with("Invalid requests[0].deleteDimension: "));
}

#[test]
fn sorting_goes_by_several_columns_and_takes_formulas_along() {
    let bench = Bench::new();
    bench.typed(
        "A1:C4",
        json!([
            ["X-2", 80, "=B1*2"],
            ["X-1", 70, "=B2*2"],
            ["X-2", 90, "=B3*2"],
            ["X-1", 95, "=B4*2"]
        ]),
    );
    let specs = json!([{"dimensionIndex": 0, "sortOrder": "ASCENDING"}, {"dimensionIndex": 1, "sortOrder": "DESCENDING"}]);
    bench.batch(json!([{"sortRange": {"range": grid(0, 4, 0, 3), "sortSpecs": specs}}]));
    assert_eq!(
        bench.values("A1:C4"),
        json!([["X-1", 95, 190], ["X-1", 70, 140], ["X-2", 90, 180], ["X-2", 80, 160]])
    );
}

#[test]
fn filters_and_validation_are_kept_and_taken_away() {
    let bench = Bench::new();
    bench.put("A1:B3", json!([["nama", "hadir"], ["a", true], ["b", false]]));
    bench.batch(json!([{"setBasicFilter": {"filter": {"range": grid(0, 3, 0, 2)}}}]));
    assert_eq!(bench.sheet()["basicFilter"]["range"], grid(0, 3, 0, 2));
    bench.batch(json!([{"insertDimension": {"range": {"dimension": "ROWS", "startIndex": 1, "endIndex": 2}}}]));
    assert_eq!(bench.sheet()["basicFilter"]["range"], grid(0, 4, 0, 2));
    bench.batch(json!([{"clearBasicFilter": {"sheetId": 0}}]));
    assert_eq!(bench.sheet().get("basicFilter"), None);

    let rule = json!({"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "Hadir"}, {"userEnteredValue": "Izin"}]}, "showCustomUi": true, "strict": true});
    bench.batch(json!([{"setDataValidation": {"range": grid(1, 3, 2, 3), "rule": rule}}]));
    assert_eq!(cell(&bench, "C2", "dataValidation"), rule);
    bench.batch(json!([{"setDataValidation": {"range": grid(1, 2, 2, 3)}}]));
    assert_eq!(cell(&bench, "C2", "dataValidation"), Value::Null);
    assert_eq!(cell(&bench, "C3", "dataValidation"), rule);
}

#[test]
fn protection_names_who_may_and_what_stays_open() {
    let bench = Bench::new();
    let protect = |range: Value| json!([{"addProtectedRange": {"protectedRange": range}}]);
    let open = json!({"range": {"sheetId": 0}, "unprotectedRanges": [grid(1, 5, 3, 4)], "editors": {"users": ["a@contoh.id"]}});
    let made = bench.batch(protect(open))[0]["addProtectedRange"]["protectedRange"].take();
    assert_eq!(made["unprotectedRanges"], json!([grid(1, 5, 3, 4)]));
    assert_eq!(made["editors"], json!({"users": ["a@contoh.id"]}));
    let both = json!({"range": grid(0, 1, 0, 1), "warningOnly": true, "editors": {"users": ["a@contoh.id"]}});
    assert!(
        bench
            .batch_refused(protect(both))
            .ends_with("ProtectedRange is warningOnly. Editors cannot be set on it.")
    );
    // An end beyond the grid means its edge; an open side stays open.
    let wide = bench.batch(protect(
        json!({"range": {"sheetId": 0, "startColumnIndex": 20, "endColumnIndex": 99}}),
    ));
    let range = &wide[0]["addProtectedRange"]["protectedRange"]["range"];
    assert_eq!((&range["endColumnIndex"], range.get("endRowIndex")), (&json!(26), None));
}

#[test]
fn what_is_typed_is_read_by_the_locale() {
    let typed = |locale: &str, text: &str| {
        let bench = Bench::with_locale(locale);
        bench.typed("A1", json!([[text]]));
        let one = |option: &str| {
            let path = format!("/values/A1?valueRenderOption={option}");
            bench.ok("GET", &path, Value::Null)["values"][0][0].take()
        };
        (one("UNFORMATTED_VALUE"), one("FORMATTED_VALUE"))
    };
    for (locale, text, value, shown) in [
        ("en_US", "2,000,000.01", json!(2_000_000.01), "2,000,000.01"),
        ("en_US", "2020-01-31", json!(43_861), "2020-01-31"),
        ("en_US", "1/31/2020", json!(43_861), "1/31/2020"),
        ("en_US", "31/1/2020", json!("31/1/2020"), "31/1/2020"),
        ("en_US", "50%", json!(0.5), "50%"),
        ("en_US", "$5", json!(5), "$5"),
        ("en_US", "true", json!(true), "TRUE"),
        ("en_US", "'007", json!("007"), "007"),
        ("en_US", "=4/2", json!(2), "2"),
        ("en_US", "=1/1024", json!(0.000_976_562_5), "0.0009765625"),
        ("in_ID", "1.500", json!(1_500), "1.500"),
        ("in_ID", "1,5", json!(1.5), "1,5"),
        ("in_ID", "31/1/2020", json!(43_861), "31/01/2020"),
        ("in_ID", "0812 3456", json!("0812 3456"), "0812 3456"),
        ("in_ID", "08123456", json!(8_123_456), "8123456"),
    ] {
        assert_eq!(typed(locale, text), (value, json!(shown)), "{locale} {text}");
    }
}

#[test]
fn values_are_rendered_in_three_ways_and_dates_in_two() {
    let bench = Bench::new();
    bench.typed("A1:C1", json!([["=2/3", "2020-01-31", "12:30"]]));
    let read = |rest: &str| {
        bench.ok("GET", &format!("/values/A1:C1?{rest}"), Value::Null)["values"][0].take()
    };
    assert_eq!(read(""), json!(["0.6666666667", "2020-01-31", "12:30"]));
    assert_eq!(read("valueRenderOption=FORMULA"), json!(["=2/3", 43_861, 12.5 / 24.0]));
    let bare = read("valueRenderOption=UNFORMATTED_VALUE");
    assert!((bare[0].as_f64().unwrap() - 2.0 / 3.0).abs() < 1e-15);
    assert_eq!(
        read("valueRenderOption=UNFORMATTED_VALUE&dateTimeRenderOption=FORMATTED_STRING")[1],
        "2020-01-31"
    );
    let part = bench.ok(
        "GET",
        "?ranges=A1&fields=sheets.data.rowData.values(userEnteredValue,effectiveValue,formattedValue)",
        Value::Null,
    );
    let part = &part["sheets"][0]["data"][0]["rowData"][0]["values"][0];
    assert_eq!(
        (&part["userEnteredValue"], &part["formattedValue"]),
        (&json!({"formulaValue": "=2/3"}), &json!("0.6666666667"))
    );
    // Several ranges come in the order asked, each as it was normalised.
    let many = bench.ok(
        "GET",
        "/values:batchGet?ranges=B1&ranges=A1:A9&majorDimension=COLUMNS",
        Value::Null,
    );
    let ranges: Vec<&Value> =
        many["valueRanges"].as_array().unwrap().iter().map(|range| &range["range"]).collect();
    assert_eq!(ranges, [&json!("Sheet1!B1"), &json!("Sheet1!A1:A9")]);
}

#[test]
fn an_append_may_push_rows_down_and_skips_a_row_that_starts_blank() {
    let bench = Bench::new();
    bench.put("A1:B2", json!([["a", 1], ["b", 2]]));
    bench.put("A5", json!([["kaki"]]));
    let append = |rest: &str| {
        bench.ok(
            "POST",
            &format!("/values/A1:append?valueInputOption=RAW{rest}"),
            json!({"values": [["c", 3]]}),
        )
    };
    let answer = append("&insertDataOption=INSERT_ROWS");
    assert_eq!(
        (&answer["tableRange"], &answer["updates"]["updatedRange"]),
        (&json!("Sheet1!A1:B2"), &json!("Sheet1!A3:B3"))
    );
    assert_eq!(bench.values("A1:B9"), json!([["a", 1], ["b", 2], ["c", 3], [], [], ["kaki"]]));
    // The table's columns are those of its rows: a row that starts blank moves the next one to the
    // right.
    let other = Bench::new();
    other.put("B1:C2", json!([["x", "y"], ["x", "y"]]));
    let path = "/values/A1:append?valueInputOption=RAW";
    let answer = other.ok("POST", path, json!({"values": [["", "z"]]}));
    let first = answer["updates"]["updatedRange"].clone();
    let again =
        other.ok("POST", path, json!({"values": [["w"]]}))["updates"]["updatedRange"].clone();
    assert_ne!(first, again);
}

#[test]
fn cells_are_copied_with_their_formulas_moved_and_cut_with_them_kept() {
    let bench = Bench::new();
    bench.typed("A1:B2", json!([[1, "=A1+1"], [5, ""]]));
    bench.batch(json!([{"copyPaste": {"source": grid(0, 1, 1, 2), "destination": grid(1, 2, 1, 2), "pasteType": "PASTE_NORMAL"}}]));
    let formulas =
        || bench.ok("GET", "/values/A1:D2?valueRenderOption=FORMULA", Value::Null)["values"].take();
    assert_eq!(formulas(), json!([[1, "=A1+1"], [5, "=A2+1"]]));
    bench.batch(json!([{"cutPaste": {"source": grid(0, 1, 1, 2), "destination": {"sheetId": 0, "rowIndex": 0, "columnIndex": 3}, "pasteType": "PASTE_NORMAL"}}]));
    assert_eq!(formulas(), json!([[1, "", "", "=A1+1"], [5, "=A2+1"]]));
    bench.batch(json!([{"updateCells": {"range": grid(0, 1, 0, 1), "rows": [{"values": [{"note": "lihat lagi"}]}], "fields": "note"}}]));
    assert_eq!(
        (cell(&bench, "A1", "note"), bench.values("A1")),
        (json!("lihat lagi"), json!([[1]]))
    );
}

#[test]
fn a_repeated_formula_goes_on_from_cell_to_cell() {
    let bench = Bench::new();
    bench.put("A1:A3", json!([[1], [2], [3]]));
    let cell = json!({"userEnteredValue": {"formulaValue": "=A1*$A$1"}});
    bench.batch(json!([{"repeatCell": {"range": grid(0, 3, 1, 2), "cell": cell, "fields": "userEnteredValue"}}]));
    let formulas =
        bench.ok("GET", "/values/B1:B3?valueRenderOption=FORMULA", Value::Null)["values"].take();
    assert_eq!(formulas, json!([["=A1*$A$1"], ["=A2*$A$1"], ["=A3*$A$1"]]));
    assert_eq!(bench.values("B1:B3"), json!([[1], [2], [3]]));
}

#[test]
fn drive_makes_renames_and_deletes_files() {
    let bench = Bench::new();
    let drive = |method: &str, path: &str, body: Value| {
        let call = super::Call {
            method: super::Method::from_bytes(method.as_bytes()).unwrap(),
            path: format!("/drive/v3/files{path}"),
            query: Vec::new(),
            body: body.to_string().into_bytes().into(),
            base_url: String::new(),
        };
        match super::drive::perform(&bench.sandbox, &call) {
            Ok(super::Outcome::Json(body)) => (200, body),
            Ok(_) => (204, Value::Null),
            Err(error) => (error.status, error.body),
        }
    };
    let kind = "application/vnd.google-apps.spreadsheet";
    let (_, made) = drive("POST", "", json!({"name": "Baru", "mimeType": kind}));
    let id = made["id"].as_str().unwrap().to_owned();
    assert_eq!(made, json!({"kind": "drive#file", "id": id, "name": "Baru", "mimeType": kind}));
    assert_eq!(drive("PATCH", &format!("/{id}"), json!({"name": "Lain"})).1["name"], "Lain");
    assert_eq!(drive("DELETE", &format!("/{id}"), json!({})).0, 204);
    let (status, gone) = drive("GET", &format!("/{id}"), json!({}));
    assert_eq!(
        (status, gone["error"]["message"].clone()),
        (404, json!(format!("File not found: {id}.")))
    );
    assert_eq!(gone["error"]["errors"][0]["reason"], "notFound");
}

#[test]
fn a_row_that_was_read_reads_anew_once_it_or_the_locale_changes() {
    let bench = Bench::new();
    bench.ok(
        "PUT",
        "/values/A1:C1?valueInputOption=RAW",
        json!({"values": [["Ahmad", 1.5, true]]}),
    );
    let read = |option: &str| {
        bench.ok("GET", &format!("/values/A1:C1?valueRenderOption={option}"), Value::Null)["values"]
            [0]
        .clone()
    };
    for _ in 0..2 {
        assert_eq!(read("UNFORMATTED_VALUE"), json!(["Ahmad", 1.5, true]));
        assert_eq!(read("FORMATTED_VALUE"), json!(["Ahmad", "1.5", "TRUE"]));
    }
    bench.batch(json!([{"updateSpreadsheetProperties": {"properties": {"locale": "in_ID"}, "fields": "locale"}}]));
    assert_eq!(read("FORMATTED_VALUE"), json!(["Ahmad", "1,5", "TRUE"]));
    bench.ok("PUT", "/values/B1?valueInputOption=RAW", json!({"values": [[2.5]]}));
    assert_eq!(read("UNFORMATTED_VALUE"), json!(["Ahmad", 2.5, true]));
    assert_eq!(read("FORMATTED_VALUE"), json!(["Ahmad", "2,5", "TRUE"]));
    bench.ok("PUT", "/values/C1?valueInputOption=USER_ENTERED", json!({"values": [["=B1*2"]]}));
    bench.ok("PUT", "/values/B1?valueInputOption=RAW", json!({"values": [[4]]}));
    assert_eq!(read("UNFORMATTED_VALUE"), json!(["Ahmad", 4, 8]));
}
