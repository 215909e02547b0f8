//! One POST whose body and answer are handled as raw JSON, over the hub's connections and tokens.
//!
//! The client crate's types have every field that Google knows: a cell to be written takes
//! kilobytes, and the cells of an answer are in memory as text, as JSON values and as cells at
//! once. So the two calls that carry whole tabs bypass these types. The delegate and the errors are
//! the same as for the client crate's own calls.

use google_sheets4::common::{self, Delegate, GetToken};
use google_sheets4::hyper;
use google_sheets4::hyper::body::Bytes;
use google_sheets4::hyper::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, USER_AGENT};

use super::credentials::Access;
use super::retry::AttemptObserver;

/// The `User-Agent` of every request.
pub(super) const AGENT: &str = concat!("halaqah/", env!("CARGO_PKG_VERSION"));

/// Sends `body` to `url` and reads the answer with `decode`.
pub(super) async fn post<T>(
    access: &Access,
    scope: &str,
    url: &str,
    body: Bytes,
    mut observer: AttemptObserver,
    decode: impl FnOnce(&[u8]) -> serde_json::Result<T>,
) -> common::Result<T> {
    let token =
        access.token_source().get_token(&[scope]).await.map_err(common::Error::MissingToken)?;
    let mut request = hyper::Request::post(url)
        .header(USER_AGENT, AGENT)
        .header(CONTENT_TYPE, "application/json")
        .header(CONTENT_LENGTH, body.len());
    if let Some(token) = token {
        request = request.header(AUTHORIZATION, format!("Bearer {token}"));
    }
    // Fails only for a malformed address: the endpoint was checked when the client was made, and
    // the id before it was inserted.
    let request = request
        .body(common::to_body(Some(body)))
        .map_err(|error| common::Error::Io(std::io::Error::other(error)))?;
    observer.pre_request();
    let (parts, body) =
        access.client.request(request).await.map_err(common::Error::HttpError)?.into_parts();
    let bytes = common::to_bytes(body).await.unwrap_or_default();
    if parts.status.is_success() {
        return decode(&bytes)
            .map_err(|error| common::Error::JsonDecodeError(String::new(), error));
    }
    let error = serde_json::from_slice(&bytes);
    let response = common::to_response(parts, Some(bytes));
    observer.http_failure(&response, error.as_ref().ok());
    Err(error.map_or_else(|_| common::Error::Failure(response), common::Error::BadRequest))
}
