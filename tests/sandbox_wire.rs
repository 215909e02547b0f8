//! The sandbox over HTTP, called with the client library that the program uses.

use google_sheets4::Sheets;
use google_sheets4::api::{
    BatchGetValuesByDataFilterRequest, BatchUpdateSpreadsheetRequest, DataFilter, GridRange,
    Request, Spreadsheet, ValueRange,
};
use google_sheets4::common::Error;
use google_sheets4::hyper_util::client::legacy::connect::HttpConnector;
use google_sheets4::hyper_util::rt::TokioExecutor;
use halaqah::sandbox::{Fault, Sandbox, Sharing};
use serde_json::{Value, json};

type Hub = Sheets<HttpConnector>;

/// Runs a conversation with a sandbox that listens on loopback.
async fn talk<F: Future<Output = ()>>(converse: impl FnOnce(Hub, Sandbox, String) -> F) {
    let sandbox = Sandbox::in_memory();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/", listener.local_addr().unwrap());
    let server = tokio::spawn(sandbox.clone().serve(listener, std::future::pending()));
    let client = google_sheets4::hyper_util::client::legacy::Client::builder(TokioExecutor::new())
        .build_http();
    let mut hub = Sheets::new(client, "token".to_owned());
    hub.base_url(base.clone());
    hub.root_url(base.clone());
    let id = hub
        .spreadsheets()
        .create(Spreadsheet::default())
        .doit()
        .await
        .unwrap()
        .1
        .spreadsheet_id
        .unwrap();
    converse(hub, sandbox, id).await;
    server.abort();
}

fn status<T>(result: Result<T, Error>) -> (u64, String) {
    match result {
        Err(Error::BadRequest(body)) => (
            body["error"]["code"].as_u64().unwrap(),
            body["error"]["status"].as_str().unwrap_or("").to_owned(),
        ),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it went well"),
    }
}

#[tokio::test]
async fn the_client_library_reads_what_it_wrote() {
    talk(|hub, sandbox, id| async move {
        let requests = json!([
            {"addSheet": {"properties": {"sheetId": 11, "title": "Kelas A/B"}}},
            {"updateCells": {"start": {"sheetId": 11}, "fields": "userEnteredValue",
                "rows": [{"values": [{"userEnteredValue": {"stringValue": "=IMPORTXML(1)"}}, {"userEnteredValue": {"numberValue": 46350.5}}]}]}},
        ]);
        let requests: Vec<Request> = serde_json::from_str(&requests.to_string()).unwrap();
        let batch = BatchUpdateSpreadsheetRequest { requests: Some(requests), ..Default::default() };
        hub.spreadsheets().batch_update(batch, &id).doit().await.unwrap();
        let filter = DataFilter { grid_range: Some(GridRange { sheet_id: Some(11), ..Default::default() }), ..Default::default() };
        let read = BatchGetValuesByDataFilterRequest {
            data_filters: Some(vec![filter]),
            value_render_option: Some("UNFORMATTED_VALUE".to_owned()),
            ..Default::default()
        };
        let (_, answer) = hub.spreadsheets().values_batch_get_by_data_filter(read, &id).doit().await.unwrap();
        let range = answer.value_ranges.unwrap().remove(0).value_range.unwrap();
        assert_eq!(range.range.as_deref(), Some("'Kelas A/B'!A1:Z1000"));
        assert_eq!(range.values, Some(vec![vec![json!("=IMPORTXML(1)"), json!(46350.5)]]));
        let (_, answer) =
            hub.spreadsheets().values_batch_get(&id).add_ranges("'Kelas A/B'!A1:A1").doit().await.unwrap();
        assert_eq!(answer.value_ranges.unwrap()[0].values, Some(vec![vec![json!("=IMPORTXML(1)")]]));
        assert_eq!(sandbox.requests(), 4);
    })
    .await;
}

#[tokio::test]
async fn faults_come_before_or_after_the_work() {
    talk(|hub, sandbox, id| async move {
        let put = async |text: &str| {
            let values = ValueRange { values: Some(vec![vec![json!(text)]]), ..Default::default() };
            hub.spreadsheets()
                .values_update(values, &id, "A1")
                .value_input_option("RAW")
                .doit()
                .await
        };
        let cell = || {
            sandbox.with_book(|book| {
                let book = book.spreadsheet(&id).unwrap();
                book.shown(book.sheet(0).unwrap(), 0, 0)
            })
        };
        sandbox.add_fault(Fault { status: Some(429), count: Some(2), ..Fault::default() });
        assert_eq!(status(put("satu").await), (429, "RESOURCE_EXHAUSTED".to_owned()));
        assert_eq!(status(put("satu").await).0, 429);
        assert_eq!(cell(), "");
        sandbox.add_fault(Fault { status: Some(503), after: true, ..Fault::default() });
        assert_eq!(status(put("dua").await), (503, "UNAVAILABLE".to_owned()));
        assert_eq!(cell(), "dua");
        sandbox.add_fault(Fault { cut_body: true, ..Fault::default() });
        assert!(matches!(put("tiga").await, Err(Error::JsonDecodeError(..))));
        sandbox.add_fault(Fault { html: true, ..Fault::default() });
        assert!(matches!(put("empat").await, Err(Error::Failure(_))));
        assert_eq!(cell(), "tiga");
        sandbox.add_fault(Fault { sharing: Some(Sharing::None), ..Fault::default() });
        assert_eq!(status(put("lima").await), (403, "PERMISSION_DENIED".to_owned()));
        sandbox.add_fault(Fault { sharing: Some(Sharing::All), ..Fault::default() });
        put("enam").await.unwrap();
        assert_eq!(cell(), "enam");
    })
    .await;
}

#[tokio::test]
async fn a_change_is_told_to_who_waits_for_it() {
    talk(|hub, sandbox, id| async move {
        let mut changed = sandbox.changed();
        let before = *changed.borrow_and_update();
        let values =
            ValueRange { values: Some(vec![vec![Value::Bool(true)]]), ..Default::default() };
        hub.spreadsheets()
            .values_update(values, &id, "A1")
            .value_input_option("RAW")
            .doit()
            .await
            .unwrap();
        changed.changed().await.unwrap();
        assert_eq!(*changed.borrow(), before + 1);
        assert_eq!(sandbox.revision(), before + 1);
    })
    .await;
}
