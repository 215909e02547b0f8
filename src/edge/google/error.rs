//! What can go wrong with Google, in the words of who has to mend it, and which of it is worth
//! another try. Knows the status codes and error bodies of the Sheets API; knows nothing of what
//! was read or written.

use std::time::Duration;

use google_sheets4::common;
use google_sheets4::yup_oauth2;
use serde_json::Value;

use super::retry::AttemptObserver;

/// Why a call to Google failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GoogleError {
    /// 403: the account may not open the spreadsheet, or may only view it.
    #[error("spreadsheet {spreadsheet_id} not shared with {account}")]
    NotShared {
        /// The spreadsheet.
        spreadsheet_id: String,
        /// The service account's e-mail.
        account: String,
    },
    /// 404: there is no such spreadsheet.
    #[error("no spreadsheet {spreadsheet_id}")]
    NotFound {
        /// The id that was asked for.
        spreadsheet_id: String,
    },
    /// 401, also after a new token, or no token is given for the key.
    #[error("key of {account} not accepted ({message})")]
    Unauthorized {
        /// The service account's e-mail.
        account: String,
        /// Google's words.
        message: String,
    },
    /// 403: the Sheets API is off in the service account's Google Cloud project.
    #[error("sheets API switched off ({message})")]
    ApiDisabled {
        /// Google's words, with the address where to switch it on.
        message: String,
    },
    /// 400: no tab has this sheetId.
    #[error("no tab with sheetId {sheet_id}")]
    NoSuchGrid {
        /// The sheetId.
        sheet_id: i64,
    },
    /// Any other request that Google refuses; sending it again would not help.
    #[error("request refused ({message})")]
    Refused {
        /// Google's words.
        message: String,
    },
    /// 429: too many requests in this minute.
    #[error("quota used up ({message})")]
    Quota {
        /// Google's words.
        message: String,
    },
    /// Google cannot be reached, or is in trouble itself.
    #[error("cannot reach Google ({reason})")]
    Unavailable {
        /// What was seen.
        reason: String,
    },
    /// A write was sent and nobody knows whether it took effect.
    #[error("unknown whether the last write took effect ({reason})")]
    UnclearWrite {
        /// What was seen.
        reason: String,
    },
    /// No answer within the time allowed.
    #[error("no answer within {seconds} seconds", seconds = .after.as_secs_f64())]
    Timeout {
        /// The time allowed for one try.
        after: Duration,
    },
    /// The key file is not a service account's key, or there is none.
    #[error("not the key of a service account ({reason})")]
    BadCredentials {
        /// What is wrong with it.
        reason: String,
    },
    /// The endpoint in the configuration is not a web address.
    #[error("endpoint {endpoint:?} that is not a web address")]
    BadEndpoint {
        /// As configured.
        endpoint: String,
    },
    /// This machine has no root certificates to know Google by.
    #[error("no secure connection ({reason})")]
    NoTls {
        /// What was seen.
        reason: String,
    },
    /// A write was asked of a client that only reads.
    #[error("write over a connection for reading only")]
    ReadOnly,
}

impl GoogleError {
    /// Whether the same command may succeed later without anybody mending anything.
    pub fn is_retryable(&self) -> bool {
        matches!(
            self,
            Self::Quota { .. }
                | Self::Unavailable { .. }
                | Self::UnclearWrite { .. }
                | Self::Timeout { .. }
        )
    }

    /// Whether the spreadsheet may be otherwise than it was last read, so that reading and planning
    /// once more may help: a write that perhaps took effect, or a tab that somebody deleted in
    /// between.
    pub fn is_overtaken(&self) -> bool {
        matches!(self, Self::UnclearWrite { .. } | Self::NoSuchGrid { .. })
    }

    /// A stable word for logs and for counting.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::NotShared { .. } => "not_shared",
            Self::NotFound { .. } => "not_found",
            Self::Unauthorized { .. } => "unauthorized",
            Self::ApiDisabled { .. } => "api_disabled",
            Self::NoSuchGrid { .. } => "no_such_grid",
            Self::Refused { .. } => "refused",
            Self::Quota { .. } => "quota",
            Self::Unavailable { .. } => "unavailable",
            Self::UnclearWrite { .. } => "unclear_write",
            Self::Timeout { .. } => "timeout",
            Self::BadCredentials { .. } => "bad_credentials",
            Self::BadEndpoint { .. } => "bad_endpoint",
            Self::NoTls { .. } => "no_tls",
            Self::ReadOnly => "read_only",
        }
    }
}

/// What a call does to the spreadsheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// Nothing.
    Read,
    /// Sent twice, it does the same as sent once.
    Repeatable,
    /// Sent twice, it may do harm.
    Once,
}

/// What an error message needs to know of the call.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context<'a> {
    /// What the call does.
    pub effect: Effect,
    /// The spreadsheet, unless it is only being made.
    pub spreadsheet_id: Option<&'a str>,
    /// The service account's e-mail.
    pub account: Option<&'a str>,
    /// The time allowed for one try.
    pub timeout: Duration,
}

/// One failed try.
#[derive(Debug)]
pub(super) struct Failure {
    /// What is reported if this was the last try.
    pub error: GoogleError,
    /// Whether another try is safe and may help.
    pub again: bool,
}

impl Failure {
    fn last(error: GoogleError) -> Self {
        Self { error, again: false }
    }
}

impl Context<'_> {
    fn account(&self) -> String {
        self.account.unwrap_or("the service account").to_owned()
    }

    /// No answer in time. Before the request was on its way (while a token was fetched) nothing can
    /// have been written.
    pub fn timed_out(&self, observer: &AttemptObserver) -> Failure {
        if self.effect == Effect::Once && observer.sent() {
            let reason = format!("no answer within {} seconds", self.timeout.as_secs_f64());
            return Failure::last(GoogleError::UnclearWrite { reason });
        }
        Failure { error: GoogleError::Timeout { after: self.timeout }, again: true }
    }

    /// The answer, or the lack of one, leaves open what happened.
    fn unclear(&self, reason: String) -> Failure {
        match self.effect {
            Effect::Once => Failure::last(GoogleError::UnclearWrite { reason }),
            Effect::Read | Effect::Repeatable => {
                Failure { error: GoogleError::Unavailable { reason }, again: true }
            }
        }
    }

    /// Sorts the client's error. Its variants say little: every JSON error body arrives as
    /// `BadRequest`.
    pub fn failed(&self, error: common::Error, observer: &AttemptObserver) -> Failure {
        match error {
            common::Error::HttpError(error) if error.is_connect() => Failure {
                error: GoogleError::Unavailable { reason: with_sources(&error) },
                again: true,
            },
            common::Error::HttpError(error) => self.unclear(with_sources(&error)),
            common::Error::Io(error) => self.unclear(error.to_string()),
            // The client takes a body that was cut off for an empty one.
            common::Error::JsonDecodeError(..) => {
                self.unclear("the answer was cut off or was not JSON".to_owned())
            }
            common::Error::MissingToken(error) => self.no_token(&*error),
            common::Error::BadRequest(body) => {
                let code = body
                    .pointer("/error/code")
                    .and_then(Value::as_u64)
                    .and_then(|code| u16::try_from(code).ok());
                self.refused(observer.status().or(code).unwrap_or(400), &body)
            }
            common::Error::Failure(response) => {
                self.refused(response.status().as_u16(), &Value::Null)
            }
            other => {
                Failure::last(GoogleError::Refused { message: other.to_string().trim().to_owned() })
            }
        }
    }

    fn refused(&self, status: u16, body: &Value) -> Failure {
        let message = message(status, body);
        Failure::last(match status {
            400 => match missing_grid(&message) {
                Some(sheet_id) => GoogleError::NoSuchGrid { sheet_id },
                None => GoogleError::Refused { message },
            },
            401 => GoogleError::Unauthorized { account: self.account(), message },
            403 => return self.forbidden(message, body),
            404 => match self.spreadsheet_id {
                Some(id) => GoogleError::NotFound { spreadsheet_id: id.to_owned() },
                None => GoogleError::Refused { message },
            },
            429 => return Failure { error: GoogleError::Quota { message }, again: true },
            408 | 500.. => return self.unclear(message),
            _ => GoogleError::Refused { message },
        })
    }

    fn forbidden(&self, message: String, body: &Value) -> Failure {
        let reasons =
            body.pointer("/error/details").and_then(Value::as_array).into_iter().flatten();
        let mut reasons = reasons.filter_map(|detail| detail.get("reason").and_then(Value::as_str));
        if reasons.any(|reason| reason == "SERVICE_DISABLED")
            || message.contains("has not been used in project")
        {
            return Failure::last(GoogleError::ApiDisabled { message });
        }
        if body.pointer("/error/status").and_then(Value::as_str) == Some("RESOURCE_EXHAUSTED") {
            return Failure { error: GoogleError::Quota { message }, again: true };
        }
        Failure::last(match self.spreadsheet_id {
            Some(id) => {
                GoogleError::NotShared { spreadsheet_id: id.to_owned(), account: self.account() }
            }
            None => GoogleError::Refused { message },
        })
    }

    /// No token, so nothing was sent to the spreadsheet.
    fn no_token(&self, error: &(dyn std::error::Error + Send + Sync + 'static)) -> Failure {
        match error.downcast_ref::<yup_oauth2::Error>() {
            Some(yup_oauth2::Error::AuthError(refusal)) => {
                Failure::last(GoogleError::Unauthorized {
                    account: self.account(),
                    message: refusal.to_string(),
                })
            }
            Some(yup_oauth2::Error::JSONError(_)) => {
                // The text of the error might quote the token.
                let reason = "the answer to the request for a token was not JSON".to_owned();
                Failure { error: GoogleError::Unavailable { reason }, again: true }
            }
            _ => {
                let reason = format!("no token: {}", with_sources(error));
                Failure { error: GoogleError::Unavailable { reason }, again: true }
            }
        }
    }
}

/// Google's own words, or the bare status.
fn message(status: u16, body: &Value) -> String {
    match body.pointer("/error/message").and_then(Value::as_str) {
        Some(message) => message.to_owned(),
        None => format!("HTTP status {status}"),
    }
}

/// The sheetId in `No grid with id: 123`.
fn missing_grid(message: &str) -> Option<i64> {
    let (_, rest) = message.split_once("No grid with id")?;
    let rest = rest.trim_start_matches([':', ' ']);
    let end = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
    rest[..end].parse().ok()
}

/// The error and what caused it, on one line: the client's own text is only "client error
/// (Connect)".
fn with_sources(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        source = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn failure(effect: Effect, status: u16, body: Value) -> Failure {
        let context = Context {
            effect,
            spreadsheet_id: Some("1AbC"),
            account: Some("robot@project.iam.gserviceaccount.com"),
            timeout: Duration::from_secs(30),
        };
        context.refused(status, &body)
    }

    #[test]
    fn every_status_has_its_kind() {
        let kinds: Vec<String> = [400, 401, 403, 404, 408, 413, 429, 500, 503]
            .into_iter()
            .map(|status| {
                let read = failure(Effect::Read, status, Value::Null);
                let write = failure(Effect::Once, status, Value::Null);
                let again = |failure: &Failure| if failure.again { " again" } else { "" };
                format!(
                    "{status}: {}{}, {}{}",
                    read.error.kind(),
                    again(&read),
                    write.error.kind(),
                    again(&write)
                )
            })
            .collect();
        insta::assert_snapshot!(kinds.join("\n"), @r##"
        400: refused, refused
        401: unauthorized, unauthorized
        403: not_shared, not_shared
        404: not_found, not_found
        408: unavailable again, unclear_write
        413: refused, refused
        429: quota again, quota again
        500: unavailable again, unclear_write
        503: unavailable again, unclear_write
        "##);
    }

    #[test]
    fn a_missing_tab_is_told_from_other_bad_requests() {
        let body = json!({"error": {"code": 400, "message": "Invalid dataFilters[0]: No grid with id: 77"}});
        let error = failure(Effect::Read, 400, body).error;
        assert!(matches!(error, GoogleError::NoSuchGrid { sheet_id: 77 }));
        assert!(!error.is_retryable());
    }

    #[test]
    fn sharing_a_disabled_api_and_a_quota_are_three_things() {
        let body = json!({"error": {"message": "The caller does not have permission", "status": "PERMISSION_DENIED"}});
        insta::assert_snapshot!(failure(Effect::Once, 403, body).error, @"spreadsheet 1AbC not shared with robot@project.iam.gserviceaccount.com");
        let body = json!({"error": {"message": "Google Sheets API has not been used in project 1 before or it is disabled.",
            "details": [{"reason": "SERVICE_DISABLED"}]}});
        assert_eq!(failure(Effect::Read, 403, body).error.kind(), "api_disabled");
        let body = json!({"error": {"message": "Rate limit", "status": "RESOURCE_EXHAUSTED"}});
        assert!(failure(Effect::Once, 403, body).again);
    }

    #[test]
    fn a_timeout_is_unclear_only_once_a_write_is_on_its_way() {
        let context = Context {
            effect: Effect::Once,
            spreadsheet_id: None,
            account: None,
            timeout: Duration::ZERO,
        };
        let mut observer = AttemptObserver::default();
        assert!(context.timed_out(&observer).again);
        google_sheets4::Delegate::pre_request(&mut observer);
        assert_eq!(context.timed_out(&observer).error.kind(), "unclear_write");
    }
}
