//! One POST whose body and answer are JSON of our own making, over the hub's connections and
//! tokens.
//!
//! The client crate's types hold every field that Google knows: a cell to be written takes
//! kilobytes there, and an answer's cells are held as text, as JSON values and as cells at once.
//! That is no matter for a few of them; the two calls that carry whole tabs go this way. What is
//! seen of a try is told to the same delegate, and errors are the client crate's own.

use google_sheets4::common::{self, Delegate, GetToken};
use google_sheets4::hyper;
use google_sheets4::hyper::body::Bytes;
use google_sheets4::hyper::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, USER_AGENT};

use super::credentials::Access;
use super::retry::Witness;

/// Sends `body` to `url` and reads the answer with `decode`.
pub(super) async fn post<T>(
    access: &Access,
    scope: &str,
    url: &str,
    body: Bytes,
    mut witness: Witness,
    decode: impl FnOnce(&[u8]) -> serde_json::Result<T>,
) -> common::Result<T> {
    let token =
        access.token_source().get_token(&[scope]).await.map_err(common::Error::MissingToken)?;
    let mut request = hyper::Request::post(url)
        .header(USER_AGENT, super::AGENT)
        .header(CONTENT_TYPE, "application/json")
        .header(CONTENT_LENGTH, body.len());
    if let Some(token) = token {
        request = request.header(AUTHORIZATION, format!("Bearer {token}"));
    }
    // The address was checked when the client was made, and the id before it was put in.
    let request = request
        .body(common::to_body(Some(body)))
        .map_err(|error| common::Error::Io(std::io::Error::other(error)))?;
    witness.pre_request();
    let (parts, body) =
        access.client.request(request).await.map_err(common::Error::HttpError)?.into_parts();
    let bytes = common::to_bytes(body).await.unwrap_or_default();
    if parts.status.is_success() {
        return decode(&bytes)
            .map_err(|error| common::Error::JsonDecodeError(String::new(), error));
    }
    let error = serde_json::from_slice(&bytes);
    let response = common::to_response(parts, Some(bytes));
    witness.http_failure(&response, error.as_ref().ok());
    Err(error.map_or_else(|_| common::Error::Failure(response), common::Error::BadRequest))
}
