//! The viewer over HTTP: what is shown, what may be edited, what is told of changes.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::pages::{PageSettings, Pages};
use crate::{Sandbox, page_router};

/// A tab of the program's: everything protected but the column C below row 2, with a list there.
fn requests() -> Value {
    let text = |text: &str| json!({"userEnteredValue": {"stringValue": text}});
    let wrapped = json!({"wrapStrategy": "OVERFLOW_CELL", "textFormat": {"bold": true}});
    json!([
        {"updateSheetProperties": {"properties": {"sheetId": 0, "title": "Usulan", "gridProperties": {"frozenRowCount": 2}},
            "fields": "title,gridProperties.frozenRowCount"}},
        {"updateCells": {"start": {"sheetId": 0}, "fields": "*", "rows": [
            {"values": [{"userEnteredValue": {"stringValue": "Usulan <b>"}, "userEnteredFormat": wrapped}]},
            {"values": [text("Kode"), text("Nilai"), text("Keputusan")]},
            {"values": [text("U1"), {"userEnteredValue": {"numberValue": 0.85},
                "userEnteredFormat": {"numberFormat": {"type": "PERCENT", "pattern": "0%"}}, "note": "dari <laporan>"}]},
        ]}},
        {"setDataValidation": {"range": {"sheetId": 0, "startRowIndex": 2, "startColumnIndex": 2, "endColumnIndex": 3},
            "rule": {"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "Setuju"}, {"userEnteredValue": "'=1"}]},
                "strict": true}}},
        {"addProtectedRange": {"protectedRange": {"range": {"sheetId": 0}, "warningOnly": true,
            "unprotectedRanges": [{"sheetId": 0, "startRowIndex": 2, "startColumnIndex": 2, "endColumnIndex": 4}]}}},
        {"addChart": {"chart": {"spec": {"title": "Nilai", "basicChart": {"chartType": "COLUMN", "headerCount": 1,
            "domains": [{"domain": {"sourceRange": {"sources": [{"sheetId": 0, "startRowIndex": 1, "endRowIndex": 3, "startColumnIndex": 0, "endColumnIndex": 1}]}}}],
            "series": [{"series": {"sourceRange": {"sources": [{"sheetId": 0, "startRowIndex": 1, "endRowIndex": 3, "startColumnIndex": 1, "endColumnIndex": 2}]}}}]}},
            "position": {"overlayPosition": {"anchorCell": {"sheetId": 0, "rowIndex": 2, "columnIndex": 0}}}}}},
    ])
}

struct Served {
    sandbox: Sandbox,
    client: reqwest::Client,
    base: String,
    id: String,
}

async fn served() -> Served {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let sandbox = Sandbox::in_memory();
    let settings = PageSettings {
        last_cycle: Arc::new(|| Some("09.15".to_owned())),
        ..PageSettings::with_clock(Arc::new(|| {
            chrono::DateTime::UNIX_EPOCH.with_timezone(&chrono_tz::Tz::UTC)
        }))
    };
    let pages = Pages { sandbox: sandbox.clone(), settings };
    let app = sandbox.router().merge(page_router(pages));
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let made = client
        .post(format!("{base}/v4/spreadsheets"))
        .json(&json!({"properties": {"title": "Mentoring"}}));
    let made: Value = made.send().await.unwrap().json().await.unwrap();
    let id = made["spreadsheetId"].as_str().unwrap().to_owned();
    let batch = client.post(format!("{base}/v4/spreadsheets/{id}:batchUpdate"));
    let batch = batch.json(&json!({"requests": requests()})).send().await.unwrap();
    assert_eq!(batch.status(), 200, "{}", batch.text().await.unwrap());
    Served { sandbox, client, base, id }
}

impl Served {
    async fn page(&self, path: &str) -> String {
        self.client.get(format!("{}{path}", self.base)).send().await.unwrap().text().await.unwrap()
    }

    async fn edit(&self, row: usize, column: usize, value: &str) -> u16 {
        let edit = json!({"sheetId": 0, "row": row, "column": column, "value": value});
        let url = format!("{}/view/{}/edit", self.base, self.id);
        self.client.post(url).json(&edit).send().await.unwrap().status().as_u16()
    }

    fn shown(&self, row: usize, column: usize) -> String {
        self.sandbox.with_book(|book| {
            let spreadsheet = book.spreadsheet(&self.id).unwrap();
            spreadsheet.shown(spreadsheet.sheet(0).unwrap(), row, column)
        })
    }
}

#[tokio::test]
async fn the_only_spreadsheet_opens_at_once_with_all_that_a_tab_has() {
    let served = served().await;
    let page = served.page("/").await;
    assert!(
        page.contains("<h1>Mentoring</h1>") && page.contains("Siklus terakhir: 09.15"),
        "{page}"
    );
    assert!(page.contains("Tiruan Google Sheets di komputer ini"));
    assert!(page.contains("Usulan &lt;b&gt;") && !page.contains("Usulan <b>"));
    assert!(page.contains(">85%<") && page.contains("dari &lt;laporan&gt;"));
    assert!(page.contains(r#"<option value="=1">=1</option>"#));
    assert!(page.contains(r#"aria-label="Nilai. U1 85%""#), "the chart can be heard");
    assert!(page.contains(r#"aria-current="page">Usulan</a>"#));
    assert_eq!(page.matches("aria-readonly").count(), 6, "all but the last column of row 3");
}

#[tokio::test]
async fn only_what_is_not_protected_is_edited_and_only_with_what_is_offered() {
    let served = served().await;
    let calls = served.sandbox.requests();
    assert_eq!(served.edit(2, 0, "U2").await, 403);
    assert_eq!(served.edit(1, 2, "Judul").await, 403);
    assert_eq!(served.edit(2, 2, "Mungkin").await, 400);
    assert_eq!(served.edit(900_000, 2, "").await, 400);
    assert_eq!((served.shown(2, 0), served.shown(2, 2)), ("U1".to_owned(), String::new()));
    assert_eq!(served.edit(2, 2, "Setuju").await, 200);
    assert_eq!(served.shown(2, 2), "Setuju");
    assert_eq!(served.edit(2, 2, "=1").await, 200);
    assert_eq!(served.shown(2, 2), "=1");
    assert_eq!(served.edit(2, 3, "=1+1").await, 200);
    assert_eq!(served.shown(2, 3), "2");
    assert_eq!(served.sandbox.requests(), calls, "no API call");
}

#[tokio::test]
async fn an_open_viewer_is_told_of_changes() {
    let served = served().await;
    let url = format!("{}/view/{}/events", served.base, served.id);
    let mut events = served.client.get(url).send().await.unwrap();
    let mut next =
        async || String::from_utf8(events.chunk().await.unwrap().unwrap().to_vec()).unwrap();
    let before = served.sandbox.revision();
    assert_eq!(next().await, format!("event: revision\ndata: {before}\n\n"));
    served.edit(2, 3, "lihat").await;
    assert_eq!(next().await, format!("event: revision\ndata: {}\n\n", before + 1));
    let fragment = served.page(&format!("/view/{}/tab?tab=0", served.id)).await;
    assert!(fragment.contains(">lihat<") && !fragment.contains("<html"));
}

#[tokio::test]
async fn a_long_tab_comes_in_pages() {
    let served = served().await;
    let sheet_id = 0;
    served
        .sandbox
        .edit_book(|book| {
            let sheet = book.sheet_mut(&served.id, sheet_id)?;
            sheet.grow(25_000, 3);
            for row in 3..25_000 {
                sheet.edit(row, 0, |cell| cell.entry = crate::book::Entry::Number(row as f64));
            }
            Ok::<(), crate::Refusal>(())
        })
        .unwrap();
    let page = served.page(&format!("/view/{}", served.id)).await;
    assert_eq!(page.matches("<tr data-r").count(), 502);
    assert!(page.contains("Tampilkan lebih banyak") && page.contains("from=500"));
    let last = served.page(&format!("/view/{}?tab=0&from=24500", served.id)).await;
    assert!(last.contains("24999") && !last.contains("Tampilkan lebih banyak"));
    assert!(served.page(&format!("/view/{}?from=99999999", served.id)).await.contains("</table>"));
}
