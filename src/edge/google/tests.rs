//! The client against a server on loopback that answers from a script, faults included.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{AUTHORIZATION, RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::*;
use crate::table::Cell;
use crate::table::plan::Change;

/// One answer of the script.
struct Reply {
    status: u16,
    body: String,
    delay: Duration,
    retry_after: Option<&'static str>,
}

fn reply(status: u16, body: Value) -> Reply {
    Reply { status, body: body.to_string(), delay: Duration::ZERO, retry_after: None }
}

fn fault(status: u16, grpc: &str, message: &str) -> Reply {
    reply(status, json!({"error": {"code": status, "status": grpc, "message": message}}))
}

/// What the server was asked.
#[derive(Debug, Clone)]
struct Asked {
    line: String,
    token: String,
    body: String,
}

#[derive(Clone, Default)]
struct Script {
    replies: Arc<Mutex<VecDeque<Reply>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Script {
    fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

async fn answer(State(script): State<Script>, request: Request) -> Response {
    let line = format!("{} {}", request.method(), request.uri());
    let token =
        request.headers().get(AUTHORIZATION).map(|token| token.to_str().unwrap().to_owned());
    let body = axum::body::to_bytes(request.into_body(), usize::MAX).await.unwrap();
    let body = String::from_utf8(body.to_vec()).unwrap();
    script.asked.lock().unwrap().push(Asked { line, token: token.unwrap_or_default(), body });
    let reply = script.replies.lock().unwrap().pop_front();
    let reply = reply.unwrap_or_else(|| fault(500, "INTERNAL", "the script has ended"));
    tokio::time::sleep(reply.delay).await;
    let status = StatusCode::from_u16(reply.status).unwrap();
    match reply.retry_after {
        Some(seconds) => (status, [(RETRY_AFTER, seconds)], reply.body).into_response(),
        None => (status, reply.body).into_response(),
    }
}

/// A server with its script, and its address.
async fn serve(replies: Vec<Reply>) -> (Script, String) {
    let script = Script { replies: Arc::new(Mutex::new(replies.into())), ..Script::default() };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let app = axum::Router::new().fallback(answer).with_state(script.clone());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (script, address)
}

const HURRIED: Patience = Patience {
    tries: 4,
    first_delay: Duration::from_millis(1),
    longest_delay: Duration::from_millis(5),
    budget: Duration::from_secs(30),
};

async fn local(address: &str, timeout_ms: u64) -> Google {
    let settings = GoogleSettings {
        timeout: Duration::from_millis(timeout_ms),
        ..GoogleSettings::local(address)
    };
    Google::with_patience(settings, HURRIED).await.unwrap()
}

async fn scripted(replies: Vec<Reply>) -> (Script, Google) {
    let (script, address) = serve(replies).await;
    let google = local(&address, 10_000).await;
    (script, google)
}

fn overview_reply() -> Reply {
    reply(
        200,
        json!({"properties": {"title": "Rohis", "locale": "id_ID", "timeZone": "Asia/Jakarta"},
        "sheets": [{"properties": {"title": "Jawaban", "index": 0, "gridProperties": {"rowCount": 10, "columnCount": 3}}}]}),
    )
}

fn small_plan() -> Plan {
    Plan { changes: vec![Change::AppendRows { sheet_id: 7, count: 1 }], ..Plan::default() }
}

#[tokio::test]
async fn an_overview_asks_for_few_fields_with_the_local_token() {
    let (script, google) = scripted(vec![overview_reply()]).await;
    let overview = google.overview("1AbC").await.unwrap();
    assert_eq!((overview.title.as_str(), overview.time_zone.as_str()), ("Rohis", "Asia/Jakarta"));
    assert_eq!(overview.tabs[0].title, "Jawaban");
    let asked = &script.asked()[0];
    assert_eq!(asked.token, "Bearer local");
    assert!(
        asked.line.starts_with("GET /v4/spreadsheets/1AbC?fields=properties"),
        "{}",
        asked.line
    );
    assert_eq!(google.requests_sent(), 1);
}

#[tokio::test]
async fn tabs_come_in_the_order_asked_in_one_request() {
    let tab = |filter: Value, title: &str| {
        json!({"dataFilters": [{"gridRange": filter}],
            "valueRange": {"range": format!("{title}!A1:B9"), "majorDimension": "ROWS", "values": [[title]]}})
    };
    let answer = json!({"spreadsheetId": "1AbC", "valueRanges": [tab(json!({}), "Nol"), tab(json!({"sheetId": 5}), "Lima")]});
    let (script, google) = scripted(vec![reply(200, answer)]).await;
    let tabs = google.read("1AbC", &[5, 0]).await.unwrap();
    assert_eq!(tabs.iter().map(|tab| tab.title.as_str()).collect::<Vec<_>>(), ["Lima", "Nol"]);
    assert!(google.read("1AbC", &[]).await.unwrap().is_empty());
    let asked = &script.asked()[0];
    assert!(asked.line.starts_with("POST /v4/spreadsheets/1AbC/values:batchGetByDataFilter"));
    insta::assert_snapshot!(asked.body, @r#"{"dataFilters":[{"gridRange":{"sheetId":5}},{"gridRange":{"sheetId":0}}],"dateTimeRenderOption":"SERIAL_NUMBER","majorDimension":"ROWS","valueRenderOption":"UNFORMATTED_VALUE"}"#);
    assert_eq!(script.asked().len(), 1);
}

#[tokio::test]
async fn a_quota_a_cut_answer_and_an_overload_are_waited_for() {
    let cut = Reply { body: "{\"properties\": {\"ti".to_owned(), ..overview_reply() };
    let empty = Reply { body: String::new(), ..overview_reply() };
    for unclear in [
        fault(429, "RESOURCE_EXHAUSTED", "Quota exceeded"),
        cut,
        empty,
        fault(503, "UNAVAILABLE", "Busy"),
    ] {
        let (script, google) = scripted(vec![unclear, overview_reply()]).await;
        google.overview("1AbC").await.unwrap();
        assert_eq!(script.asked().len(), 2);
        assert_eq!(google.requests_sent(), 2);
    }
}

#[tokio::test]
async fn patience_ends_after_four_tries_or_when_the_server_asks_for_too_long() {
    let busy = || Reply { body: "<html>".to_owned(), ..fault(502, "", "") };
    let (script, google) = scripted((0..9).map(|_| busy()).collect()).await;
    let error = google.overview("1AbC").await.unwrap_err();
    assert!(matches!(error, GoogleError::Unavailable { .. }) && error.is_retryable(), "{error}");
    assert_eq!(script.asked().len(), 4);
    let patient =
        Reply { retry_after: Some("3600"), ..fault(429, "RESOURCE_EXHAUSTED", "Quota exceeded") };
    let (script, google) = scripted(vec![patient, overview_reply()]).await;
    assert_eq!(google.overview("1AbC").await.unwrap_err().kind(), "quota");
    assert_eq!(script.asked().len(), 1);
}

#[tokio::test]
async fn what_a_person_has_to_mend_is_asked_once() {
    let cases = [
        (
            fault(400, "INVALID_ARGUMENT", "Invalid dataFilters[0]: No grid with id: 5"),
            "no_such_grid",
        ),
        (fault(400, "INVALID_ARGUMENT", "Invalid value"), "refused"),
        (fault(401, "UNAUTHENTICATED", "Invalid credentials"), "unauthorized"),
        (fault(403, "PERMISSION_DENIED", "The caller does not have permission"), "not_shared"),
        (fault(404, "NOT_FOUND", "Requested entity was not found."), "not_found"),
    ];
    for (fault, kind) in cases {
        let (script, google) = scripted(vec![fault]).await;
        let error = google.read("1AbC", &[5]).await.unwrap_err();
        assert_eq!((error.kind(), error.is_retryable(), script.asked().len()), (kind, false, 1));
    }
}

#[tokio::test]
async fn a_write_that_may_have_happened_is_not_repeated() {
    let cut = Reply { body: "{\"spreadsheet".to_owned(), ..reply(200, json!({})) };
    for fault in [fault(503, "UNAVAILABLE", "Busy"), fault(500, "INTERNAL", "Oops"), cut] {
        let (script, google) = scripted(vec![fault, reply(200, json!({}))]).await;
        let error = google.apply("1AbC", &small_plan()).await.unwrap_err();
        assert!(
            matches!(error, GoogleError::UnclearWrite { .. }) && error.is_retryable(),
            "{error}"
        );
        assert_eq!(script.asked().len(), 1);
    }
}

#[tokio::test]
async fn a_write_that_certainly_did_not_happen_is_repeated() {
    let over_quota = fault(429, "RESOURCE_EXHAUSTED", "Quota exceeded");
    let (script, google) =
        scripted(vec![over_quota, reply(200, json!({"spreadsheetId": "1AbC"}))]).await;
    assert_eq!(google.apply("1AbC", &small_plan()).await.unwrap(), 1);
    assert_eq!(script.asked().len(), 2);
    assert_eq!(script.asked()[0].body, script.asked()[1].body);
    assert_eq!(google.apply("1AbC", &Plan::default()).await.unwrap(), 0);
    assert_eq!(script.asked().len(), 2, "an empty plan costs nothing");
}

#[tokio::test]
async fn silence_ends_a_read_as_a_timeout_and_a_write_as_unclear() {
    let silent = || Reply { delay: Duration::from_secs(60), ..reply(200, json!({})) };
    let (script, address) = serve((0..9).map(|_| silent()).collect()).await;
    let google = local(&address, 50).await;
    let error = google.overview("1AbC").await.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable(), script.asked().len()), ("timeout", true, 4));
    assert_eq!(google.apply("1AbC", &small_plan()).await.unwrap_err().kind(), "unclear_write");
    assert_eq!(script.asked().len(), 5);
}

/// A server that reads each request's head, writes `text` and hangs up.
fn hang_up_after(text: &'static str) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = std::io::Read::read(&mut stream, &mut [0; 65536]);
            let _ = std::io::Write::write_all(&mut stream, text.as_bytes());
        }
    });
    address
}

#[tokio::test]
async fn a_line_that_breaks_is_unavailable_for_a_read_and_unclear_for_a_write() {
    for text in
        ["HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"spreadsheetId\":", "HTTP/1.1 20", ""]
    {
        let google = local(&hang_up_after(text), 10_000).await;
        assert_eq!(google.overview("1AbC").await.unwrap_err().kind(), "unavailable");
        assert_eq!(google.requests_sent(), 4);
        assert_eq!(google.apply("1AbC", &small_plan()).await.unwrap_err().kind(), "unclear_write");
        assert_eq!(google.requests_sent(), 5);
    }
}

#[tokio::test]
async fn nobody_at_home_is_unavailable_also_for_a_write() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let google = local(&address, 10_000).await;
    assert_eq!(google.apply("1AbC", &small_plan()).await.unwrap_err().kind(), "unavailable");
}

#[tokio::test]
async fn a_spreadsheet_is_made_and_filled_raw() {
    let made = || reply(200, json!({"spreadsheetId": "1New"}));
    let busy = fault(503, "UNAVAILABLE", "Busy");
    let (script, google) = scripted(vec![made(), busy, made()]).await;
    let rows = vec![
        vec![Cell::from("Nama"), Cell::Blank, Cell::from("=1+1")],
        vec![],
        vec![Cell::Number(46350.25)],
    ];
    let tabs = [("Jawaban '26", rows), ("Kosong", vec![])];
    assert_eq!(
        google.create_spreadsheet("Rohis", "id_ID", "Asia/Jakarta", &tabs).await.unwrap(),
        "1New"
    );
    let asked = script.asked();
    assert_eq!(asked.len(), 3, "fixed ranges may be written again");
    insta::assert_snapshot!(format!("{}\n{}", asked[0].body, asked[2].body), @r##"
    {"properties":{"locale":"id_ID","timeZone":"Asia/Jakarta","title":"Rohis"},"sheets":[{"properties":{"gridProperties":{"columnCount":26,"rowCount":1000},"title":"Jawaban '26"}},{"properties":{"gridProperties":{"columnCount":26,"rowCount":1000},"title":"Kosong"}}]}
    {"data":[{"majorDimension":"ROWS","range":"'Jawaban ''26'!A1","values":[["Nama","","=1+1"],[],[46350.25]]}],"valueInputOption":"RAW"}
    "##);
}

#[test]
fn values_are_split_by_rows_and_none_is_lost() {
    let rows = |n: usize| (0..n).map(|row| vec![Cell::Number(row as f64)]).collect::<Rows>();
    let shape = |bytes_max| {
        let batches = value_batches(&[("A", rows(5)), ("B", vec![]), ("C", rows(2))], bytes_max);
        let range = |range: &ValueRange| {
            format!("{}={}", range.range.as_ref().unwrap(), range.values.as_ref().unwrap().len())
        };
        batches
            .iter()
            .map(|batch| batch.iter().map(range).collect::<Vec<_>>().join(" "))
            .collect::<Vec<_>>()
    };
    assert_eq!(shape(1000), ["'A'!A1=5 'C'!A1=2"]);
    assert_eq!(shape(6), ["'A'!A1=3", "'A'!A4=2 'C'!A1=1", "'C'!A2=1"]);
}

#[tokio::test]
async fn what_cannot_be_asked_is_said_without_asking() {
    let (script, google) = scripted(vec![]).await;
    for id in ["", "a/b", "https://docs.google.com/spreadsheets/d/1AbC/edit", "a?b"] {
        assert_eq!(google.overview(id).await.unwrap_err().kind(), "not_found");
    }
    assert_eq!(google.read("1AbC", &[1 << 40]).await.unwrap_err().kind(), "no_such_grid");
    let settings =
        GoogleSettings { read_only: true, ..GoogleSettings::local("http://127.0.0.1:1/") };
    let reader = Google::connect(settings).await.unwrap();
    assert_eq!(reader.apply("1AbC", &small_plan()).await.unwrap_err().kind(), "read_only");
    assert!(script.asked().is_empty());
    let settings = GoogleSettings::local("127.0.0.1:8460");
    assert_eq!(Google::connect(settings).await.err().unwrap().kind(), "bad_endpoint");
    let settings = GoogleSettings { endpoint: None, ..GoogleSettings::local("") };
    assert_eq!(Google::connect(settings).await.err().unwrap().kind(), "bad_credentials");
}

#[tokio::test]
async fn the_daemon_may_run_calls_on_any_thread() {
    fn sendable<T: Send>(future: T) -> T {
        future
    }
    let (_, google) = scripted(vec![overview_reply()]).await;
    sendable(google.overview("1AbC")).await.unwrap();
    drop(sendable(google.read("1AbC", &[1])));
    drop(sendable(google.apply("1AbC", &small_plan())));
    drop(sendable(google.create_spreadsheet("a", "id_ID", "Asia/Jakarta", &[])));
}

/// A key that opens nothing: it was made for these tests and belongs to no account.
const TEST_KEY: &str = include_str!("test_key.pem");

async fn with_account(replies: Vec<Reply>, read_only: bool) -> (Script, Google) {
    let (script, address) = serve(replies).await;
    let key = json!({"type": "service_account", "client_email": "robot@project.iam.gserviceaccount.com",
        "private_key": TEST_KEY, "token_uri": format!("{address}/token")});
    let credentials = Some(Credentials::new(key.to_string()));
    let quotas = Some(Quotas::GOOGLE);
    let settings =
        GoogleSettings { credentials, read_only, quotas, ..GoogleSettings::local(address) };
    (script, Google::with_patience(settings, HURRIED).await.unwrap())
}

fn token(text: &str) -> Reply {
    reply(200, json!({"access_token": text, "expires_in": 3600, "token_type": "Bearer"}))
}

/// The claims of the signed request for a token: the middle part of its assertion, in base64url
/// (RFC 4648).
fn claims(form: &str) -> Value {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let assertion = form.split_once("assertion=").unwrap().1;
    let (mut bits, mut held, mut bytes) = (0_u32, 0, Vec::new());
    for letter in assertion.split('.').nth(1).unwrap().bytes() {
        let Some(six) = LETTERS.iter().position(|&known| known == letter) else { break };
        (bits, held) = (bits << 6 | six as u32, held + 6);
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
        }
    }
    serde_json::from_slice(&bytes).unwrap()
}

#[tokio::test]
async fn a_revoked_token_is_renewed_once_and_kept() {
    let revoked = || fault(401, "UNAUTHENTICATED", "Invalid credentials");
    let script = vec![token("one"), revoked(), token("two"), overview_reply(), overview_reply()];
    let (script, google) = with_account(script, true).await;
    google.overview("1AbC").await.unwrap();
    google.overview("1AbC").await.unwrap();
    let asked = script.asked();
    let tokens: Vec<&str> = asked.iter().map(|asked| asked.token.as_str()).collect();
    assert_eq!(tokens, ["", "Bearer one", "", "Bearer two", "Bearer two"]);
    assert_eq!(
        claims(&asked[0].body)["scope"],
        "https://www.googleapis.com/auth/spreadsheets.readonly"
    );
    assert_eq!(google.requests_sent(), 3);

    let (script, google) =
        with_account(vec![token("one"), revoked(), token("two"), revoked()], false).await;
    let error = google.overview("1AbC").await.unwrap_err();
    assert_eq!((error.kind(), script.asked().len()), ("unauthorized", 4));
    assert_eq!(
        claims(&script.asked()[0].body)["scope"],
        "https://www.googleapis.com/auth/spreadsheets"
    );
}

#[tokio::test]
async fn a_refused_key_is_named_and_asked_once() {
    let refused = reply(
        400,
        json!({"error": "invalid_grant", "error_description": "Invalid JWT Signature."}),
    );
    let (script, google) = with_account(vec![refused], false).await;
    let error = google.apply("1AbC", &small_plan()).await.unwrap_err();
    insta::assert_snapshot!(
        error,
        @"key of robot@project.iam.gserviceaccount.com not accepted (invalid_grant: Invalid JWT Signature.)"
    );
    assert_eq!((error.kind(), script.asked().len()), ("unauthorized", 1));
}

#[tokio::test]
async fn without_a_token_no_write_is_unclear() {
    let down = Reply { body: "<html>".to_owned(), ..fault(503, "", "") };
    let (script, google) =
        with_account(vec![down, token("one"), reply(200, json!({}))], false).await;
    assert_eq!(google.apply("1AbC", &small_plan()).await.unwrap(), 1);
    assert_eq!((script.asked().len(), google.requests_sent()), (3, 1));
}

#[tokio::test]
async fn who_has_to_be_invited_is_named() {
    let forbidden = fault(403, "PERMISSION_DENIED", "The caller does not have permission");
    let (_, google) = with_account(vec![token("one"), forbidden], false).await;
    assert_eq!(google.account(), Some("robot@project.iam.gserviceaccount.com"));
    let error = google.overview("1AbC").await.unwrap_err().to_string();
    assert!(
        error.contains("robot@project.iam.gserviceaccount.com") && error.contains("1AbC"),
        "{error}"
    );
}
