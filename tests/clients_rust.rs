//! Google's Rust crates, as anybody would use them, against the sandbox. Other languages' clients
//! are in `tests/clients/`.

use google_drive3::DriveHub;
use google_drive3::api::File;
use google_sheets4::Sheets;
use google_sheets4::api::{
    AppendValuesResponse, BatchUpdateSpreadsheetRequest, BatchUpdateSpreadsheetResponse,
    ClearValuesRequest, Request, Spreadsheet, SpreadsheetProperties, ValueRange,
};
use google_sheets4::common::Error;
use google_sheets4::hyper_util::client::legacy::Client;
use google_sheets4::hyper_util::client::legacy::connect::HttpConnector;
use google_sheets4::hyper_util::rt::TokioExecutor;
use halaqah::sandbox::Sandbox;
use serde_json::{Value, json};

/// Both services of one account.
struct Account {
    sheets: Sheets<HttpConnector>,
    drive: DriveHub<HttpConnector>,
}

impl Account {
    /// Of a sandbox that listens on loopback as long as the test runs.
    async fn new() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/", listener.local_addr().unwrap());
        tokio::spawn(Sandbox::in_memory().serve(listener, std::future::pending()));
        let client = Client::builder(TokioExecutor::new()).build_http();
        let mut sheets = Sheets::new(client.clone(), "local".to_owned());
        sheets.base_url(base.clone());
        sheets.root_url(base.clone());
        let mut drive = DriveHub::new(client, "local".to_owned());
        drive.base_url(format!("{base}drive/v3/"));
        drive.root_url(base);
        Self { sheets, drive }
    }

    async fn create(&self, title: &str) -> String {
        let properties = SpreadsheetProperties {
            title: Some(title.to_owned()),
            locale: Some("id_ID".to_owned()),
            time_zone: Some("Asia/Jakarta".to_owned()),
            ..Default::default()
        };
        let spreadsheet = Spreadsheet { properties: Some(properties), ..Default::default() };
        let (_, made) = self.sheets.spreadsheets().create(spreadsheet).doit().await.unwrap();
        assert_eq!(made.properties.unwrap().title.as_deref(), Some(title));
        made.spreadsheet_id.unwrap()
    }

    async fn write(&self, id: &str, range: &str, option: &str, values: Value) {
        let call = self.sheets.spreadsheets().values_update(range_of(values), id, range);
        call.value_input_option(option).doit().await.unwrap();
    }

    async fn append(&self, id: &str, range: &str, values: Value) -> AppendValuesResponse {
        let call = self.sheets.spreadsheets().values_append(range_of(values), id, range);
        call.value_input_option("RAW").doit().await.unwrap().1
    }

    async fn read(&self, id: &str, range: &str, option: &str) -> Value {
        let call = self.sheets.spreadsheets().values_get(id, range);
        json!(call.value_render_option(option).doit().await.unwrap().1.values)
    }

    async fn batch(&self, id: &str, requests: Value) -> BatchUpdateSpreadsheetResponse {
        let requests: Vec<Request> = serde_json::from_str(&requests.to_string()).unwrap();
        let batch =
            BatchUpdateSpreadsheetRequest { requests: Some(requests), ..Default::default() };
        self.sheets.spreadsheets().batch_update(batch, id).doit().await.unwrap().1
    }
}

fn range_of(values: Value) -> ValueRange {
    ValueRange { values: Some(serde_json::from_value(values).unwrap()), ..Default::default() }
}

fn area(top: usize, bottom: usize, left: usize, right: usize) -> Value {
    json!({"sheetId": 0, "startRowIndex": top, "endRowIndex": bottom, "startColumnIndex": left, "endColumnIndex": right})
}

#[tokio::test]
async fn cells_are_written_and_read() {
    let account = Account::new().await;
    let id = account.create("Kas").await;
    account
        .write(&id, "A1", "RAW", json!([["Nama", "Jumlah", "Tanggal"], ["=A1", "0812", true]]))
        .await;
    assert_eq!(account.read(&id, "A2:C2", "FORMULA").await, json!([["=A1", "0812", true]]));
    let typed = json!([["Salma", "25.000,5", "24/11/2026"], ["Budi", "=B2>1", "12%"]]);
    account.write(&id, "A2", "USER_ENTERED", typed).await;
    let shown = json!([["Salma", "25.000,50", "24/11/2026"], ["Budi", "TRUE", "12%"]]);
    assert_eq!(account.read(&id, "A2:C3", "FORMATTED_VALUE").await, shown);
    let plain = json!([["Salma", 25000.5, 46350], ["Budi", true, 0.12]]);
    assert_eq!(account.read(&id, "A2:C3", "UNFORMATTED_VALUE").await, plain);
    assert_eq!(account.read(&id, "B3", "FORMULA").await, json!([["=B2>1"]]));
    let added = account.append(&id, "A1:C1", json!([["Ani", 3]])).await;
    assert_eq!(added.updates.unwrap().updated_range.as_deref(), Some("Sheet1!A4:B4"));
    let clear =
        account.sheets.spreadsheets().values_clear(ClearValuesRequest::default(), &id, "A4:B4");
    assert_eq!(clear.doit().await.unwrap().1.cleared_range.as_deref(), Some("Sheet1!A4:B4"));
    assert_eq!(account.read(&id, "A4:B4", "FORMATTED_VALUE").await, Value::Null);
}

#[tokio::test]
async fn a_tab_is_formatted_sorted_charted_renamed_and_deleted() {
    let account = Account::new().await;
    let id = account.create("Hafalan").await;
    account
        .write(&id, "A1", "RAW", json!([["Nama", "Juz"], ["Salma", 2], ["Ani", 30], ["Budi", 1]]))
        .await;
    let bold = json!({"userEnteredFormat": {"textFormat": {"bold": true}}});
    let chart = json!({
        "spec": {"title": "Juz", "basicChart": {"chartType": "COLUMN", "series": [
            {"series": {"sourceRange": {"sources": [area(0, 4, 1, 2)]}}},
        ]}},
        "position": {"overlayPosition": {"anchorCell": {"sheetId": 0, "rowIndex": 5, "columnIndex": 0}}},
    });
    let sort = json!({"range": area(1, 4, 0, 2), "sortSpecs": [{"dimensionIndex": 1, "sortOrder": "DESCENDING"}]});
    let answer = account
        .batch(
            &id,
            json!([
                {"repeatCell": {"range": area(0, 1, 0, 2), "cell": bold, "fields": "userEnteredFormat.textFormat.bold"}},
                {"sortRange": sort},
                {"addChart": {"chart": chart}},
                {"updateSheetProperties": {"properties": {"sheetId": 0, "title": "Setoran"}, "fields": "title"}},
                {"addSheet": {"properties": {"sheetId": 5, "title": "Buang"}}},
                {"deleteSheet": {"sheetId": 5}},
            ]),
        )
        .await;
    let added = answer.replies.unwrap()[2].add_chart.clone().unwrap().chart.unwrap();
    assert!(added.chart_id.unwrap() > 0);
    let sorted = json!([["Ani", "30"], ["Salma", "2"], ["Budi", "1"]]);
    assert_eq!(account.read(&id, "Setoran!A2:B4", "FORMATTED_VALUE").await, sorted);
    let (_, whole) =
        account.sheets.spreadsheets().get(&id).include_grid_data(true).doit().await.unwrap();
    let [sheet] = <[_; 1]>::try_from(whole.sheets.unwrap()).unwrap();
    assert_eq!(sheet.properties.unwrap().title.as_deref(), Some("Setoran"));
    assert_eq!(sheet.charts.unwrap()[0].chart_id, added.chart_id);
    let first =
        sheet.data.unwrap()[0].row_data.clone().unwrap()[0].values.clone().unwrap()[0].clone();
    assert_eq!(first.effective_format.unwrap().text_format.unwrap().bold, Some(true));
}

#[tokio::test]
async fn files_are_copied_found_renamed_and_deleted() {
    let account = Account::new().await;
    let files = account.drive.files();
    let first = account.create("Rapor").await;
    // The crate makes and renames a file only together with its content, which a spreadsheet has
    // not.
    let wanted = File { name: Some("Rapor lama".to_owned()), ..Default::default() };
    let copy = files.copy(wanted, &first).doit().await.unwrap().1.id.unwrap();
    let title = json!({"properties": {"title": "Rapor 2025"}, "fields": "title"});
    account.batch(&copy, json!([{"updateSpreadsheetProperties": title}])).await;
    let query = "name = 'Rapor 2025' and mimeType = 'application/vnd.google-apps.spreadsheet'";
    let (_, list) = files.list().q(query).doit().await.unwrap();
    let found: Vec<String> = list.files.unwrap().into_iter().filter_map(|file| file.id).collect();
    assert_eq!(found, std::slice::from_ref(&copy));
    assert_eq!(files.get(&copy).doit().await.unwrap().1.name.as_deref(), Some("Rapor 2025"));
    files.delete(&copy).doit().await.unwrap();
    match account.sheets.spreadsheets().get(&copy).doit().await {
        Err(Error::BadRequest(body)) => assert_eq!(body["error"]["code"], 404),
        other => panic!("a deleted spreadsheet is still there: {other:?}"),
    }
    assert!(account.sheets.spreadsheets().get(&first).doit().await.is_ok());
}
