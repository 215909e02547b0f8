//! Google's own error bodies. Knows the wording and the shape, not when an error is due.

use serde_json::{Value, json};

/// A refusal as the Sheets or Drive API words it.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiError {
    /// The HTTP status.
    pub status: u16,
    /// The JSON body.
    pub body: Value,
}

impl ApiError {
    /// An error with Google's `status` word, such as `INVALID_ARGUMENT`.
    pub fn new(status: u16, word: &str, message: &str) -> Self {
        Self {
            status,
            body: json!({"error": {"code": status, "message": message, "status": word}}),
        }
    }

    /// The message in the body.
    pub fn message(&self) -> &str {
        self.body["error"]["message"].as_str().unwrap_or("")
    }

    /// An unknown spreadsheet, or an unknown path below one.
    pub fn not_found() -> Self {
        Self::new(404, "NOT_FOUND", "Requested entity was not found.")
    }

    /// The spreadsheet is not shared with the caller.
    pub fn forbidden() -> Self {
        Self::new(403, "PERMISSION_DENIED", "The caller does not have permission")
    }

    /// A JSON body or query parameter that does not fit the method: one violation a field.
    pub fn bad_fields(violations: Vec<(String, String)>) -> Self {
        let message =
            violations.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join("\n");
        let fields: Vec<Value> = violations
            .iter()
            .map(|(field, text)| match field.as_str() {
                "" => json!({"description": text}),
                field => json!({"field": field, "description": text}),
            })
            .collect();
        let details = json!([{"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": fields}]);
        let error = json!({"code": 400, "message": message, "status": "INVALID_ARGUMENT", "details": details});
        Self { status: 400, body: json!({"error": error}) }
    }

    /// A spent quota: `kind` is `Read` or `Write`.
    pub fn quota(kind: &str) -> Self {
        let message = format!(
            "Quota exceeded for quota metric '{kind} requests' and limit '{kind} requests per minute per user' of \
             service 'sheets.googleapis.com' for consumer 'project_number:000000000000'."
        );
        let metric = format!("sheets.googleapis.com/{}_requests", kind.to_lowercase());
        let metadata = json!({
            "service": "sheets.googleapis.com", "consumer": "projects/000000000000",
            "quota_metric": metric, "quota_limit": format!("{kind}RequestsPerMinutePerUser"),
        });
        let details = json!([{
            "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "RATE_LIMIT_EXCEEDED",
            "domain": "googleapis.com", "metadata": metadata,
        }]);
        let error = json!({"code": 429, "message": message, "status": "RESOURCE_EXHAUSTED", "details": details});
        Self { status: 429, body: json!({"error": error}) }
    }

    /// A spent quota in the words of 2018 to 2020: `kind` is `Read` or `Write`.
    pub fn quota_until_2020(kind: &str) -> Self {
        let message = format!(
            "Quota exceeded for quota group '{kind}Group' and limit '{kind} requests per user per 100 seconds' of service \
             'sheets.googleapis.com' for consumer 'project_number:000000000000'."
        );
        let links = json!([{
            "description": "Google developer console API key",
            "url": "https://console.developers.google.com/project/000000000000/apiui/credential",
        }]);
        let details = json!([{"@type": "type.googleapis.com/google.rpc.Help", "links": links}]);
        let error = json!({"code": 429, "message": message, "status": "RESOURCE_EXHAUSTED", "details": details});
        Self { status: 429, body: json!({"error": error}) }
    }

    /// A token that is not, or no longer, good; Drive says more than Sheets.
    pub fn unauthenticated(drive: bool) -> Self {
        let mut error = Self::new(
            401,
            "UNAUTHENTICATED",
            "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid \
             authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
        );
        if drive {
            error.body["error"]["errors"] = json!([{
                "message": "Invalid Credentials", "domain": "global", "reason": "authError",
                "location": "Authorization", "locationType": "header",
            }]);
        }
        error
    }

    /// The usual body of an HTTP status that stands for trouble on Google's side.
    pub fn of_status(status: u16, writing: bool) -> Self {
        match status {
            401 => Self::unauthenticated(false),
            403 => Self::forbidden(),
            404 => Self::not_found(),
            409 => Self::new(409, "ABORTED", "The operation was aborted."),
            429 => Self::quota(if writing { "Write" } else { "Read" }),
            500 => Self::new(500, "INTERNAL", "Internal error encountered."),
            503 => Self::new(503, "UNAVAILABLE", "The service is currently unavailable."),
            504 => Self::new(
                504,
                "DEADLINE_EXCEEDED",
                "Deadline expired before operation could complete.",
            ),
            other => Self::new(other, "UNKNOWN", "The request failed."),
        }
    }

    /// A Drive file that does not exist.
    pub fn file_not_found(id: &str) -> Self {
        let message = format!("File not found: {id}.");
        let errors = json!([{
            "message": message, "domain": "global", "reason": "notFound", "location": "fileId",
            "locationType": "parameter",
        }]);
        Self {
            status: 404,
            body: json!({"error": {"code": 404, "message": message, "errors": errors}}),
        }
    }
}

/// Why the model refuses a change: a sentence in Google's words, to be put after `Invalid
/// requests[i].kind: ` when it comes out of a batch.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{0}")]
pub struct Refusal(pub String);

impl Refusal {
    /// No sheet has this id, as the requests on whole sheets say it.
    pub fn no_sheet(sheet_id: i64) -> Self {
        Self(format!("No sheet with id: {sheet_id}"))
    }

    /// No sheet has this id, as the requests on cells say it.
    pub fn no_grid(sheet_id: i64) -> Self {
        Self(format!("No grid with id: {sheet_id}"))
    }
}

impl From<String> for Refusal {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Refusal {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        Self::new(400, "INVALID_ARGUMENT", &refusal.0)
    }
}
