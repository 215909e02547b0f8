//! HTTP: from a request to a call and from its outcome to an answer. Knows the paths, not what the
//! calls do.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{any, get, post};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use super::call::{Call, Kind, Outcome, decoded};
use super::calls::stored;
use super::errors::ApiError;
use super::faults::Fault;
use super::{Sandbox, calls, drive, now_ms, people};

/// The largest body that is read, in bytes.
const LARGEST_BODY: usize = 64 << 20;
/// What our tokens begin with; the moment at which they were made follows, in milliseconds since
/// 1970.
const TOKEN_PREFIX: &str = "sandbox-";
const JSON: &str = "application/json; charset=UTF-8";

/// The API of a sandbox.
pub(super) fn router(sandbox: Sandbox) -> Router {
    Router::new()
        .route("/v4/{*path}", any(answer))
        .route("/drive/{*path}", any(answer))
        .route("/token", post(token))
        .route("/sandbox/requests", get(requests))
        .route("/sandbox/faults", post(add_faults).delete(clear_faults))
        .with_state(sandbox)
}

async fn answer(State(sandbox): State<Sandbox>, request: Request) -> Response {
    let token = bearer(request.headers()).map(str::to_owned);
    let call = match read(request).await {
        Ok(call) => call,
        Err(error) => return refused(&sandbox, &error),
    };
    let (fault, nothing_shared) = {
        let mut faults = sandbox.faults();
        if token.is_some_and(|token| has_run_out(&token, faults.token_seconds())) {
            drop(faults);
            return refused(&sandbox, &ApiError::unauthenticated(call.is_drive()));
        }
        (faults.next(call.kind(), call.spreadsheet().is_some()), faults.nothing_shared())
    };
    let (before, after) = match fault {
        Some(fault) if fault.after => (None, Some(fault)),
        fault => (fault, None),
    };
    let cut = before.iter().chain(&after).any(|fault| fault.cut_body);
    if let Some(failed) = strike(&sandbox, before, &call).await {
        return failed;
    }
    if nothing_shared {
        return refused(&sandbox, &ApiError::forbidden());
    }
    let call = Arc::new(call);
    let outcome = if call.is_light() {
        perform(&sandbox, &call)
    } else {
        let (worker, work) = (sandbox.clone(), Arc::clone(&call));
        // The lock and the data file may block: not on the thread that serves everyone.
        let outcome = tokio::task::spawn_blocking(move || perform(&worker, &work)).await;
        outcome.unwrap_or_else(|_| Err(ApiError::of_status(500, call.kind() == Kind::Write)))
    };
    if let Some(failed) = strike(&sandbox, after, &call).await {
        return failed;
    }
    sandbox.count_request();
    let body = match outcome {
        Ok(Outcome::Nothing) => return StatusCode::NO_CONTENT.into_response(),
        Ok(Outcome::Written(body)) => body,
        Ok(Outcome::Json(body)) => body.to_string().into_bytes(),
        Err(error) => return with_status(error.status, &error.body),
    };
    if cut {
        return cut_in_the_middle(body);
    }
    ([(header::CONTENT_TYPE, JSON)], body).into_response()
}

/// What a fault does before or after a call is carried out: silence, people, and the answer if it
/// is an error.
async fn strike(sandbox: &Sandbox, fault: Option<Fault>, call: &Call) -> Option<Response> {
    let fault = fault?;
    if fault.delay_ms > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(fault.delay_ms)).await;
    }
    if let Some(id) = call.spreadsheet().filter(|_| !fault.people.is_empty()) {
        let (worker, people) = (sandbox.clone(), fault.people.clone());
        let acted = tokio::task::spawn_blocking(move || {
            people.iter().try_for_each(|deed| stored(&worker, |book| people::act(book, &id, deed)))
        });
        if let Ok(Err(error)) = acted.await {
            tracing::warn!(
                error = error.message(),
                "people could not do what a fault asks of them"
            );
        }
    }
    fault.fails().then(|| faulty(sandbox, &fault, call))
}

/// The token of a call.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

/// Whether a token is one of ours and too old. A token carries the moment at which it was made;
/// others never run out.
fn has_run_out(token: &str, seconds: u64) -> bool {
    let made: Option<i64> = token.strip_prefix(TOKEN_PREFIX).and_then(|made| made.parse().ok());
    made.is_some_and(|made| {
        u64::try_from(now_ms() - made).is_ok_and(|age| age >= seconds.saturating_mul(1000))
    })
}

/// An answer whose connection breaks off in the middle of the body.
fn cut_in_the_middle(mut body: Vec<u8>) -> Response {
    let length = body.len();
    body.truncate(length / 2);
    let half = stream::once(async { Ok(Bytes::from(body)) });
    let cut = stream::once(async {
        // The first half is sent while the rest is waited for; an error at once would take it
        // along.
        tokio::task::yield_now().await;
        Err(std::io::Error::other("cut off as a fault asked"))
    });
    let headers =
        [(header::CONTENT_TYPE, JSON.to_owned()), (header::CONTENT_LENGTH, length.to_string())];
    (headers, Body::from_stream(half.chain(cut))).into_response()
}

fn perform(sandbox: &Sandbox, call: &Call) -> Result<Outcome, ApiError> {
    if call.path.starts_with("/drive/") {
        return drive::perform(sandbox, call);
    }
    let unknown = |(name, _): &&(String, String)| {
        let common = name.trim_start_matches('$');
        !PARAMETERS.contains(&common) && !COMMON_PARAMETERS.contains(&common)
    };
    let violations: Vec<(String, String)> =
        call.query.iter().filter(unknown).map(|(name, _)| unbound(name)).collect();
    if violations.is_empty() {
        calls::perform(sandbox, call)
    } else {
        Err(ApiError::bad_fields(violations))
    }
}

/// The parameters of the Sheets methods.
const PARAMETERS: [&str; 13] = [
    "ranges",
    "includeGridData",
    "excludeTablesInBandedRanges",
    "includeComments",
    "commentsViewMode",
    "majorDimension",
    "valueRenderOption",
    "dateTimeRenderOption",
    "valueInputOption",
    "insertDataOption",
    "includeValuesInResponse",
    "responseValueRenderOption",
    "responseDateTimeRenderOption",
];
/// The parameters of every Google method, without the `$` that some are written with.
const COMMON_PARAMETERS: [&str; 13] = [
    "fields",
    "alt",
    "key",
    "access_token",
    "oauth_token",
    "prettyPrint",
    "quotaUser",
    "userIp",
    "callback",
    "upload_protocol",
    "uploadType",
    ".xgafv",
    "httpHeaders",
];

fn unbound(name: &str) -> (String, String) {
    let text = format!(
        "Invalid JSON payload received. Unknown name \"{name}\": Cannot bind query parameter. Field '{name}' could not be \
         found in request message."
    );
    (String::new(), text)
}

async fn read(request: Request) -> Result<Call, ApiError> {
    let (parts, body) = request.into_parts();
    let base_url = base_url(&parts.headers);
    let body = to_bytes(body, LARGEST_BODY).await.map_err(|_| {
        ApiError::new(413, "INVALID_ARGUMENT", "Request payload size exceeds the limit.")
    })?;
    let query = parts.uri.query().unwrap_or("");
    let query = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(&name.replace('+', " ")), decoded(&value.replace('+', " ")))
    });
    Ok(Call {
        method: parts.method,
        path: parts.uri.path().to_owned(),
        query: query.collect(),
        body,
        base_url,
    })
}

fn base_url(headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1");
    format!("http://{host}")
}

fn refused(sandbox: &Sandbox, error: &ApiError) -> Response {
    sandbox.count_request();
    with_status(error.status, &error.body)
}

fn faulty(sandbox: &Sandbox, fault: &Fault, call: &Call) -> Response {
    sandbox.count_request();
    if fault.html {
        let code = fault
            .status
            .and_then(|status| StatusCode::from_u16(status).ok())
            .unwrap_or(StatusCode::BAD_GATEWAY);
        let title =
            format!("Error {} ({})!!1", code.as_u16(), code.canonical_reason().unwrap_or("Error"));
        let page = format!(
            "<!DOCTYPE html><html lang=en><title>{title}</title><p>That\u{2019}s an error.</html>"
        );
        return (code, [(header::CONTENT_TYPE, "text/html; charset=UTF-8")], page).into_response();
    }
    let writing = call.kind() == Kind::Write;
    let error = match fault.status.unwrap_or(503) {
        401 => ApiError::unauthenticated(call.is_drive()),
        429 if fault.old_wording => {
            ApiError::quota_until_2020(if writing { "Write" } else { "Read" })
        }
        status => ApiError::of_status(status, writing),
    };
    with_status(error.status, &error.body)
}

fn with_status(status: u16, body: &Value) -> Response {
    let code = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut answer =
        (code, [(header::CONTENT_TYPE, JSON)], Body::from(body.to_string())).into_response();
    if status == 401 {
        let realm = "Bearer realm=\"https://accounts.google.com/\", error=\"invalid_token\"";
        answer.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(realm));
    }
    answer
}

/// Any service account or user gets a token, which carries the moment at which it was made.
async fn token() -> Json<Value> {
    let token = format!("{TOKEN_PREFIX}{}", now_ms());
    Json(json!({"access_token": token, "expires_in": 3599, "token_type": "Bearer"}))
}

async fn requests(State(sandbox): State<Sandbox>) -> Json<Value> {
    Json(json!({"requests": sandbox.requests()}))
}

async fn add_faults(State(sandbox): State<Sandbox>, body: Bytes) -> Response {
    match Fault::list(&String::from_utf8_lossy(&body)) {
        Ok(faults) => {
            faults.into_iter().for_each(|fault| sandbox.add_fault(fault));
            Json(json!({})).into_response()
        }
        Err(error) => {
            (StatusCode::BAD_REQUEST, Json(json!({"error": error.to_string()}))).into_response()
        }
    }
}

async fn clear_faults(State(sandbox): State<Sandbox>) -> Json<Value> {
    sandbox.faults().clear();
    Json(json!({}))
}
