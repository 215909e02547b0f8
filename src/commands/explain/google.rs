//! The sentences for what can go wrong with Google. What Google or the network says is quoted as it
//! came.

use crate::edge::google::GoogleError;
use crate::words::{Sentences, Words};

pub(super) fn sentences(error: &GoogleError, words: &Words) -> Sentences {
    match error {
        GoogleError::NotShared { spreadsheet_id, account } => {
            let parts =
                [("id", spreadsheet_id.clone()), ("account", account_words(account, words))];
            Sentences::new("google-not-shared", parts)
        }
        GoogleError::NotFound { spreadsheet_id } => {
            Sentences::new("google-not-found", [("id", spreadsheet_id.clone())])
        }
        GoogleError::Unauthorized { account, message } => {
            let parts = [("account", account_words(account, words)), ("message", message.clone())];
            Sentences::new("google-unauthorized", parts)
        }
        GoogleError::ApiDisabled { message } => {
            Sentences::new("google-api-disabled", [("message", message.clone())])
        }
        GoogleError::NoSuchGrid { sheet_id } => {
            Sentences::new("google-no-such-grid", [("sheet", sheet_id.to_string())])
        }
        GoogleError::Refused { message } => {
            Sentences::new("google-refused", [("message", message.clone())])
        }
        GoogleError::Quota { message } => {
            Sentences::new("google-quota", [("message", message.clone())])
        }
        GoogleError::Unavailable { reason } => {
            Sentences::new("google-unavailable", [("reason", reason.clone())])
        }
        GoogleError::UnclearWrite { reason } => {
            Sentences::new("google-unclear-write", [("reason", reason.clone())])
        }
        GoogleError::Timeout { after } => {
            Sentences::new("google-timeout", [("seconds", after.as_secs_f64().to_string())])
        }
        GoogleError::BadCredentials { reason } => {
            Sentences::new("google-bad-credentials", [("reason", reason.clone())])
        }
        GoogleError::BadEndpoint { endpoint } => {
            Sentences::new("google-bad-endpoint", [("endpoint", endpoint.clone())])
        }
        GoogleError::NoTls { reason } => {
            Sentences::new("google-no-tls", [("reason", reason.clone())])
        }
        GoogleError::ReadOnly => Sentences::new("google-read-only", []),
    }
}

/// The account's e-mail; where there is no key there is none either, and it is called what it is.
fn account_words(account: &str, words: &Words) -> String {
    if account.contains('@') { account.to_owned() } else { words.say("google-account") }
}
