//! What clients may rely on: the rules of the API, on data of our own.

mod laws;
mod objects;
mod rules;

use axum::http::Method;
use serde_json::{Value, json};

use super::call::{Call, Outcome};
use super::{Sandbox, calls, drive};

/// A sandbox with one spreadsheet, called without HTTP.
struct Bench {
    sandbox: Sandbox,
    id: String,
}

impl Bench {
    fn new() -> Self {
        Self::with_locale("en_US")
    }

    fn with_locale(locale: &str) -> Self {
        Self::on(Sandbox::in_memory(), locale)
    }

    fn on(sandbox: Sandbox, locale: &str) -> Self {
        let mut bench = Self { sandbox, id: String::new() };
        let (_, made) =
            bench.call("POST", "", json!({"properties": {"title": "Rohis", "locale": locale}}));
        bench.id = made["spreadsheetId"].as_str().unwrap().to_owned();
        bench
    }

    /// Calls `/v4/spreadsheets` and what follows; gives the status and the body.
    fn call(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let query = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(a, b)| (a.to_owned(), b.to_owned()));
        let call = Call {
            method: Method::from_bytes(method.as_bytes()).unwrap(),
            path: format!("/v4/spreadsheets{path}"),
            query: query.collect(),
            body: if body.is_null() {
                Vec::new().into()
            } else {
                body.to_string().into_bytes().into()
            },
            base_url: "http://127.0.0.1".to_owned(),
        };
        match calls::perform(&self.sandbox, &call) {
            Ok(Outcome::Json(body)) => (200, body),
            Ok(Outcome::Written(body)) => (200, serde_json::from_slice(&body).unwrap()),
            Ok(Outcome::Nothing) => (204, Value::Null),
            Err(error) => (error.status, error.body),
        }
    }

    fn ok(&self, method: &str, rest: &str, body: Value) -> Value {
        let (status, answer) = self.call(method, &format!("/{}{rest}", self.id), body);
        assert_eq!(status, 200, "{answer}");
        answer
    }

    /// The message of a 400.
    fn refused(&self, method: &str, rest: &str, body: Value) -> String {
        let (status, answer) = self.call(method, &format!("/{}{rest}", self.id), body);
        assert_eq!(status, 400, "{answer}");
        answer["error"]["message"].as_str().unwrap().to_owned()
    }

    fn batch(&self, requests: Value) -> Value {
        self.ok("POST", ":batchUpdate", json!({"requests": requests}))["replies"].take()
    }

    fn batch_refused(&self, requests: Value) -> String {
        self.refused("POST", ":batchUpdate", json!({"requests": requests}))
    }

    fn put(&self, range: &str, values: Value) -> Value {
        self.ok("PUT", &format!("/values/{range}?valueInputOption=RAW"), json!({"values": values}))
    }

    fn typed(&self, range: &str, values: Value) -> Value {
        self.ok(
            "PUT",
            &format!("/values/{range}?valueInputOption=USER_ENTERED"),
            json!({"values": values}),
        )
    }

    fn values(&self, range: &str) -> Value {
        self.ok("GET", &format!("/values/{range}?valueRenderOption=UNFORMATTED_VALUE"), Value::Null)
            ["values"]
            .take()
    }

    fn shown(&self, range: &str) -> Value {
        self.ok("GET", &format!("/values/{range}"), Value::Null)["values"].take()
    }

    fn sheet(&self) -> Value {
        self.ok("GET", "", Value::Null)["sheets"][0].take()
    }
}

#[test]
fn a_slash_may_stand_before_the_verb() {
    let bench = Bench::new();
    let wanted = json!({"requests": [{"addSheet": {"properties": {"title": "Nilai"}}}]});
    let answer = bench.ok("POST", "/:batchUpdate", wanted);
    assert_eq!(answer["replies"][0]["addSheet"]["properties"]["title"], "Nilai");
    assert_eq!(bench.call("POST", &format!("/{}/:nothing", bench.id), json!({})).0, 404);
}

#[test]
fn blank_cells_at_the_end_are_left_out_and_blank_rows_between_are_empty() {
    let bench = Bench::new();
    bench.put("A1:D4", json!([["nama", "", "kelas", ""], ["", "", "", ""], [], ["", 7, "", ""]]));
    assert_eq!(bench.values("A1:D10"), json!([["nama", "", "kelas"], [], [], ["", 7]]));
    let empty = bench.ok("GET", "/values/F1:G5", Value::Null);
    assert_eq!(empty, json!({"range": "Sheet1!F1:G5", "majorDimension": "ROWS"}));
    let columns = bench.ok("GET", "/values/A1:D4?majorDimension=COLUMNS", Value::Null);
    assert_eq!(columns["values"], json!([["nama"], ["", "", "", "7"], ["kelas"]]));
}

#[test]
fn null_leaves_a_cell_alone_and_empty_text_blanks_it() {
    let bench = Bench::new();
    bench.put("A1:C1", json!([["a", "b", "c"]]));
    let answer = bench.put("A1:C1", json!([[null, "", "x"]]));
    assert_eq!(bench.values("A1:C1"), json!([["a", "", "x"]]));
    assert_eq!(
        (answer["updatedCells"].clone(), answer["updatedColumns"].clone()),
        (json!(2), json!(2))
    );
}

#[test]
fn ranges_are_written_as_google_writes_them() {
    let bench = Bench::new();
    bench.batch(json!([{"addSheet": {"properties": {"title": "Jawaban '26", "sheetId": 7}}}]));
    let range =
        |text: &str| bench.ok("GET", &format!("/values/{text}"), Value::Null)["range"].take();
    assert_eq!(range("'Jawaban ''26'!B2:C"), "'Jawaban ''26'!B2:C1000");
    assert_eq!(range("Jawaban '26!2:3"), "'Jawaban ''26'!A2:Z3");
    assert_eq!(range("sheet1"), "Sheet1!A1:Z1000");
    assert_eq!(range("C3:A1"), "Sheet1!A1:C3");
    assert_eq!(range("A1:ZZ9999"), "Sheet1!A1:Z1000");
    assert_eq!(
        bench.refused("GET", "/values/Tidak ada!A1", Value::Null),
        "Unable to parse range: Tidak ada!A1"
    );
    assert_eq!(
        bench.refused("GET", "/values/A1001", Value::Null),
        "Range (Sheet1!A1001) exceeds grid limits. Max rows: 1000, max columns: 26"
    );
}

#[test]
fn a_write_stays_within_the_range_that_was_named() {
    let bench = Bench::new();
    let put = |range: &str, values: Value| {
        bench.refused(
            "PUT",
            &format!("/values/{range}?valueInputOption=RAW"),
            json!({"values": values}),
        )
    };
    assert_eq!(
        put("A1:B1", json!([[1, 2, 3]])),
        "Requested writing within range [A1:B1], but tried writing to column [C]"
    );
    assert_eq!(
        put("A1:B1", json!([[1], [2]])),
        "Requested writing within range [A1:B1], but tried writing to row [2]"
    );
    assert_eq!(
        put("Z1", json!([[1, 2]])),
        "Requested writing within range [Z1], but tried writing to column [AA]"
    );
    assert_eq!(
        bench.refused("PUT", "/values/A1", json!({"values": [[1]]})),
        "'valueInputOption' is required but not specified"
    );
    assert_eq!(bench.values("A1:Z3"), Value::Null);
    // From one cell the values run on.
    assert_eq!(bench.put("A1", json!([[1, 2], [3, 4]]))["updatedRange"], "Sheet1!A1:B2");
}

#[test]
fn a_batch_of_writes_is_all_or_nothing() {
    let bench = Bench::new();
    let data =
        json!([{"range": "A1", "values": [["x"]]}, {"range": "Entah!A1", "values": [["y"]]}]);
    let message = bench.refused(
        "POST",
        "/values:batchUpdate",
        json!({"valueInputOption": "RAW", "data": data}),
    );
    assert_eq!(message, "Invalid data[1]: Unable to parse range: Entah!A1");
    assert_eq!(bench.values("A1:B2"), Value::Null);
}

#[test]
fn typed_text_is_understood_by_the_locale_and_raw_text_never_is() {
    let bench = Bench::with_locale("in_ID");
    bench.typed("A1:F1", json!([["Rp 50.000", "24/11/2026", "7:30", "1,5", "'0812", "=1+1"]]));
    assert_eq!(bench.values("A1:F1"), json!([[50000, 46350, 0.3125, 1.5, "0812", 2]]));
    assert_eq!(
        bench.shown("A1:F1"),
        json!([["Rp50.000", "24/11/2026", "7:30", "1,5", "0812", "2"]])
    );
    bench.put("A2:C2", json!([["=1+1", "0812", "24/11/2026"]]));
    assert_eq!(bench.values("A2:C2"), json!([["=1+1", "0812", "24/11/2026"]]));
    let dates = bench.ok(
        "GET",
        "/values/B1:D1?valueRenderOption=UNFORMATTED_VALUE&dateTimeRenderOption=FORMATTED_STRING",
        Value::Null,
    );
    assert_eq!(dates["values"], json!([["24/11/2026", "7:30", 1.5]]));
    let formulas = bench.ok("GET", "/values/A1:F1?valueRenderOption=FORMULA", Value::Null);
    assert_eq!(formulas["values"][0][5], "=1+1");
}

#[test]
fn an_append_goes_below_the_last_table_of_its_range() {
    let bench = Bench::new();
    bench.put("A1:C2", json!([["x", "y", "z"], ["x", "y", "z"]]));
    bench.put("B4:D6", json!([["x", "y", ""], ["", "y", "z"], ["", "", "z"]]));
    let append = |range: &str| {
        let path = format!("/values/{range}:append?valueInputOption=RAW");
        let answer = bench.ok("POST", &path, json!({"values": [["baru"]]}));
        let at = answer["updates"]["updatedRange"].as_str().unwrap().to_owned();
        bench.ok("POST", &format!("/values/{at}:clear"), Value::Null);
        (answer["tableRange"].as_str().map(str::to_owned), at)
    };
    let below = (Some("Sheet1!B4:D6".to_owned()), "Sheet1!B7".to_owned());
    for range in ["Sheet1", "C5:D5", "B2:D4", "A3:G10"] {
        assert_eq!(append(range), below, "{range}");
    }
    assert_eq!(append("A1"), (Some("Sheet1!A1:C2".to_owned()), "Sheet1!A3".to_owned()));
    assert_eq!(append("E4"), (None, "Sheet1!E4".to_owned()));
    // At the end of the grid it grows.
    bench.put("A1000", json!([["ujung"]]));
    let answer = bench.ok(
        "POST",
        "/values/A1000:append?valueInputOption=RAW",
        json!({"values": [["x"], ["y"]]}),
    );
    assert_eq!(answer["updates"]["updatedRange"], "Sheet1!A1001:A1002");
    assert_eq!(bench.sheet()["properties"]["gridProperties"]["rowCount"], 1002);
}

#[test]
fn data_filters_find_a_tab_by_its_id_or_its_mark() {
    let bench = Bench::new();
    bench.batch(json!([
        {"addSheet": {"properties": {"title": "Form Responses 1", "sheetId": 77}}},
        {"createDeveloperMetadata": {"developerMetadata": {
            "metadataKey": "tanda", "metadataValue": "ringkasan", "visibility": "DOCUMENT", "location": {"sheetId": 77},
        }}},
        {"updateCells": {"start": {"sheetId": 77}, "rows": [{"values": [{"userEnteredValue": {"stringValue": "x"}}]}], "fields": "*"}},
        {"updateSheetProperties": {"properties": {"sheetId": 77, "title": "Jawaban"}, "fields": "title"}},
    ]));
    let by = |filter: Value| json!({"dataFilters": [filter]});
    let lookup = json!({"developerMetadataLookup": {"metadataKey": "tanda"}});
    for filter in [
        json!({"gridRange": {"sheetId": 77, "endRowIndex": 5}}),
        json!({"a1Range": "Jawaban!A1:Z5"}),
        lookup.clone(),
    ] {
        let answer = bench.ok("POST", "/values:batchGetByDataFilter", by(filter.clone()));
        assert_eq!(answer["valueRanges"][0]["valueRange"]["values"], json!([["x"]]));
        assert_eq!(answer["valueRanges"][0]["dataFilters"], json!([filter]));
    }
    let unknown = by(json!({"gridRange": {"sheetId": 12}}));
    assert_eq!(
        bench.refused("POST", "/values:batchGetByDataFilter", unknown),
        "No grid with id: 12"
    );
    let data = json!([{"dataFilter": lookup, "values": [["y", 2]]}]);
    let answer = bench.ok(
        "POST",
        "/values:batchUpdateByDataFilter",
        json!({"valueInputOption": "RAW", "data": data, "includeValuesInResponse": true}),
    );
    assert_eq!(answer["totalUpdatedCells"], 2);
    assert_eq!(answer["responses"][0]["updatedData"]["values"], json!([["y", "2"]]));
    let found = bench.ok("POST", "/developerMetadata:search", by(lookup));
    assert_eq!(
        found["matchedDeveloperMetadata"][0]["developerMetadata"]["location"],
        json!({"locationType": "SHEET", "sheetId": 77})
    );
    let sheets =
        bench.ok("POST", ":getByDataFilter", by(json!({"gridRange": {"sheetId": 77}})))["sheets"]
            .take();
    assert_eq!(sheets.as_array().unwrap().len(), 1);
}

#[test]
fn a_mask_decides_what_of_a_spreadsheet_is_read() {
    let bench = Bench::new();
    bench.put("B2", json!([["isi"]]));
    let read = |rest: &str| bench.ok("GET", rest, Value::Null);
    assert_eq!(
        read("?fields=sheets.properties.title"),
        json!({"sheets": [{"properties": {"title": "Sheet1"}}]})
    );
    let cells = json!({"sheets": [{"data": [{"rowData": [{}, {"values": [{}, {"formattedValue": "isi"}]}]}]}]});
    assert_eq!(read("?fields=sheets.data.rowData.values.formattedValue"), cells);
    let part = read("?ranges=B2:C3&includeGridData=true")["sheets"][0]["data"][0].take();
    assert_eq!((part["startRow"].clone(), part["startColumn"].clone()), (json!(1), json!(1)));
    assert_eq!(part["rowData"][0]["values"][0]["userEnteredValue"], json!({"stringValue": "isi"}));
    assert_eq!(
        (
            part["rowMetadata"].as_array().unwrap().len(),
            part["columnMetadata"].as_array().unwrap().len()
        ),
        (2, 2)
    );
    assert!(read("").get("sheets").unwrap()[0].get("data").is_none());
    assert_eq!(
        bench.refused("GET", "?fields=sheets.warna", Value::Null),
        "Request contains an invalid argument."
    );
}

#[test]
fn an_unknown_spreadsheet_is_not_found() {
    let bench = Bench::new();
    let (status, body) = bench.call("GET", "/tidak-ada", Value::Null);
    assert_eq!(status, 404);
    assert_eq!(
        body,
        json!({"error": {"code": 404, "message": "Requested entity was not found.", "status": "NOT_FOUND"}})
    );
}

#[test]
fn drive_finds_files_by_name() {
    let bench = Bench::new();
    let list = |q: &str| {
        let call = Call {
            method: Method::GET,
            path: "/drive/v3/files".to_owned(),
            query: vec![("q".to_owned(), q.to_owned())],
            body: Vec::new().into(),
            base_url: String::new(),
        };
        match drive::perform(&bench.sandbox, &call) {
            Ok(Outcome::Json(body)) => body["files"].as_array().unwrap().len(),
            _ => panic!("no list"),
        }
    };
    assert_eq!(list(""), 1);
    assert_eq!(
        list(
            "mimeType='application/vnd.google-apps.spreadsheet' and name = 'Rohis' and trashed = false"
        ),
        1
    );
    assert_eq!(list("name contains 'roh'"), 1);
    assert_eq!(list("name = 'Lain'"), 0);
    assert_eq!(list("trashed = true"), 0);
}
