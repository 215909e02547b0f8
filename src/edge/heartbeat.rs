//! What the outside is told: the heartbeat, one GET to a watchdog's address after a good cycle, so
//! that somebody hears when it stops; and the checkpoint, one POST of the ledger's head at a day's
//! end. Knows nothing of what the cycle did.

use std::sync::Arc;
use std::time::Duration;

use chrono::NaiveDate;
use hyper_rustls::ConfigBuilderExt;
use serde::Serialize;

use crate::ledger::line::LineHash;

/// Why nobody was reached. The address is not shown: it is the only secret the other side has.
#[derive(Debug, thiserror::Error)]
pub enum HeartbeatError {
    /// The address cannot be asked.
    #[error("address that is not a web address")]
    BadAddress,
    /// No connection, no TLS, no answer in time.
    #[error("no connection ({0})")]
    Unreachable(String),
    /// The other side answered with another status than success.
    #[error("answer with status {0}")]
    Refused(u16),
}

/// Sends one heartbeat; redirects are followed. The answer's body is not read.
pub async fn ping(url: &str, timeout: Duration) -> Result<(), HeartbeatError> {
    send(url, timeout, reqwest::Client::get).await
}

/// What a webhook is told of a day: the ledger's last event on it, by which a rewritten ledger can
/// be told later.
#[derive(Debug, Serialize)]
pub struct DayHead<'a> {
    /// The program's code.
    pub program: &'a str,
    /// The day, in the program's time zone.
    pub day: NaiveDate,
    /// The day's last event.
    pub seq: u64,
    /// Its hash.
    pub hash: LineHash,
}

/// Posts a day's head. Sent twice it says the same: a webhook may key it by program and day.
pub async fn tell(url: &str, timeout: Duration, head: &DayHead<'_>) -> Result<(), HeartbeatError> {
    send(url, timeout, |client, url| client.post(url).json(head)).await
}

async fn send(
    url: &str,
    timeout: Duration,
    request: impl FnOnce(&reqwest::Client, reqwest::Url) -> reqwest::RequestBuilder,
) -> Result<(), HeartbeatError> {
    let url = reqwest::Url::parse(url).map_err(|_| HeartbeatError::BadAddress)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(HeartbeatError::BadAddress);
    }
    let tls = tls(url.scheme() == "http").map_err(HeartbeatError::Unreachable)?;
    let client = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .timeout(timeout)
        .user_agent(concat!("halaqah/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(reason)?;
    let status = request(&client, url).send().await.map_err(reason)?.status();
    if status.is_success() { Ok(()) } else { Err(HeartbeatError::Refused(status.as_u16())) }
}

fn reason(error: reqwest::Error) -> HeartbeatError {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    HeartbeatError::Unreachable(text)
}

/// The provider of cryptography is named, so that no process-wide default has to be set. A plain
/// address needs no root certificates, unless it leads on to another one.
fn tls(plain: bool) -> Result<rustls::ClientConfig, String> {
    let builder = rustls::ClientConfig::builder_with_provider(Arc::new(
        rustls::crypto::ring::default_provider(),
    ))
    .with_safe_default_protocol_versions()
    .map_err(|error| error.to_string())?;
    let rooted = match builder.clone().with_native_roots() {
        Ok(rooted) => rooted,
        Err(_) if plain => builder.with_root_certificates(rustls::RootCertStore::empty()),
        Err(error) => return Err(error.to_string()),
    };
    Ok(rooted.with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::http::StatusCode;
    use axum::routing::get;

    use super::*;

    async fn serve() -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new()
            .route("/good", get(|| async { "OK" }))
            .route("/gone", get(|| async { StatusCode::GONE }))
            .route("/silent", get(std::future::pending::<()>));
        tokio::spawn(async move { axum::serve(listener, app).await });
        address
    }

    #[tokio::test]
    async fn a_heartbeat_arrives_or_says_why_not() {
        let address = serve().await;
        let timeout = Duration::from_secs(10);
        ping(&format!("{address}/good"), timeout).await.unwrap();
        let gone = ping(&format!("{address}/gone"), timeout).await.unwrap_err();
        assert!(matches!(gone, HeartbeatError::Refused(410)));
        let silent =
            ping(&format!("{address}/silent"), Duration::from_millis(50)).await.unwrap_err();
        assert!(matches!(silent, HeartbeatError::Unreachable(_)));
        assert!(!silent.to_string().contains(&address), "the address is a secret: {silent}");
        assert!(matches!(ping("watchdog", timeout).await, Err(HeartbeatError::BadAddress)));
    }
}
