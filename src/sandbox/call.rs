//! What a request asks for and what it comes to, without HTTP. Knows the shape of calls, not what
//! they do.

use axum::body::Bytes;
use axum::http::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::errors::ApiError;
use super::fields::Mask;

/// What a call does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// It changes nothing.
    Read,
    /// It may change a spreadsheet.
    Write,
}

/// A call: the pieces of a request that matter.
pub(super) struct Call {
    pub(super) method: Method,
    /// The path as it was sent, still encoded.
    pub(super) path: String,
    /// The parameters, decoded, in order.
    pub(super) query: Vec<(String, String)>,
    pub(super) body: Bytes,
    /// Where this server is, such as `http://127.0.0.1:8460`.
    pub(super) base_url: String,
}

impl Call {
    /// Whether it is one of Drive's.
    pub(super) fn is_drive(&self) -> bool {
        self.path.starts_with("/drive/")
    }

    /// Whether it may change something. Some calls that only read are sent by POST, for they have a
    /// body.
    pub(super) fn kind(&self) -> Kind {
        const READING: [&str; 3] =
            [":getByDataFilter", ":batchGetByDataFilter", "/developerMetadata:search"];
        let reads =
            self.method == Method::GET || READING.iter().any(|end| self.path.ends_with(end));
        if reads { Kind::Read } else { Kind::Write }
    }

    /// Whether it reads values alone: that waits for nobody and takes less time than handing it to
    /// another thread would.
    pub(super) fn is_light(&self) -> bool {
        self.kind() == Kind::Read && self.path.contains("/values")
    }

    /// The id of the spreadsheet that a call of Sheets is about.
    pub(super) fn spreadsheet(&self) -> Option<String> {
        let rest = self.path.strip_prefix("/v4/spreadsheets/")?;
        let id = rest.split(['/', ':']).next().filter(|id| !id.is_empty())?;
        Some(decoded(id))
    }

    /// A parameter; empty when absent. The last one counts.
    pub(super) fn parameter(&self, name: &str) -> &str {
        self.query.iter().rev().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// Every value of a repeated parameter.
    pub(super) fn parameters(&self, name: &str) -> Vec<&str> {
        self.query
            .iter()
            .filter(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
            .collect()
    }

    /// A parameter that is true or false.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.parameter(name).eq_ignore_ascii_case("true")
    }

    /// The JSON body; an absent one is an empty object.
    pub(super) fn json(&self) -> Result<Value, ApiError> {
        if self.body.iter().all(u8::is_ascii_whitespace) {
            return Ok(json!({}));
        }
        let parsed: Value = serde_json::from_slice(&self.body).map_err(|error| {
            let text = format!("Invalid JSON payload received. {error}");
            ApiError::bad_fields(vec![(String::new(), text)])
        })?;
        match parsed {
            Value::Object(_) => Ok(parsed),
            Value::Null => Ok(json!({})),
            _ => Err(ApiError::bad_fields(vec![(
                String::new(),
                "Invalid JSON payload received. Unknown name \"\": Root element must be a message."
                    .to_owned(),
            )])),
        }
    }

    /// The mask in the parameter `fields` (or `$fields`); `None` when all is wanted.
    pub(super) fn mask(&self) -> Result<Option<Mask>, ApiError> {
        let fields = match self.parameter("fields") {
            "" => self.parameter("$fields"),
            fields => fields,
        };
        if fields.is_empty() {
            return Ok(None);
        }
        Mask::parse(fields).map(Some).ok_or_else(|| invalid_fields(fields))
    }
}

/// The answer to a mask that names what is not there.
pub(super) fn invalid_fields(path: &str) -> ApiError {
    let description = format!(
        "Error expanding 'fields' parameter. Cannot find matching fields for path '{path}'."
    );
    let mut error = ApiError::bad_fields(vec![(path.to_owned(), description)]);
    error.body["error"]["message"] = json!("Request contains an invalid argument.");
    error
}

/// What a call comes to when it succeeds.
pub(super) enum Outcome {
    /// A JSON body, already written out.
    Written(Vec<u8>),
    /// A JSON body.
    Json(Value),
    /// 204, no body.
    Nothing,
}

/// Text with its `%XX` read; a bare `%` stays.
pub(super) fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let digit =
            |offset: usize| bytes.get(at + offset).and_then(|byte| char::from(*byte).to_digit(16));
        if bytes[at] == b'%'
            && let (Some(high), Some(low)) = (digit(1), digit(2))
        {
            out.push((high * 16 + low) as u8);
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
