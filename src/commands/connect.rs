//! A client for the spreadsheet of a configuration: where the key is found, and what is said where
//! there is none.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::config::Config;
use crate::edge::google::{Credentials, Google, GoogleError, GoogleSettings};

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// No key is named anywhere.
    #[error("no key for Google")]
    NoKey,
    /// The key's file cannot be read.
    #[error("cannot read the key {}: {cause}", path.display())]
    KeyUnreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// The key is none, or no connection can be prepared.
    #[error(transparent)]
    Google(#[from] GoogleError),
}

/// A client for the spreadsheet of this configuration.
pub async fn connect(config: &Config, read_only: bool) -> Result<Google, ConnectError> {
    let credentials = credentials(config)?;
    let settings = match (&config.endpoint, credentials) {
        (Some(endpoint), credentials) => {
            GoogleSettings { credentials, ..GoogleSettings::local(endpoint) }
        }
        (None, Some(credentials)) => GoogleSettings::google(credentials),
        (None, None) => return Err(ConnectError::NoKey),
    };
    let timeout = Duration::from_secs(config.timeout_s);
    Ok(Google::connect(GoogleSettings { timeout, read_only, ..settings }).await?)
}

/// The service account's key: from the configured file, from the environment, or from systemd.
fn credentials(config: &Config) -> Result<Option<Credentials>, ConnectError> {
    let read = |path: &Path| {
        std::fs::read_to_string(path)
            .map_err(|cause| ConnectError::KeyUnreadable { path: path.to_owned(), cause })
    };
    if let Some(path) = &config.credentials {
        return Ok(Some(Credentials::new(read(path)?)));
    }
    if let Ok(value) = std::env::var("HALAQAH_GOOGLE_CREDENTIALS") {
        let json =
            if value.trim_start().starts_with('{') { value } else { read(Path::new(&value))? };
        return Ok(Some(Credentials::new(json)));
    }
    if let Ok(folder) = std::env::var("CREDENTIALS_DIRECTORY") {
        let path = Path::new(&folder).join("google.json");
        if path.exists() {
            return Ok(Some(Credentials::new(read(&path)?)));
        }
    }
    Ok(None)
}
