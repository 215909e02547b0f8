//! Messages to other services: the heartbeat, one GET to the address of a watchdog, which alerts
//! somebody when it stays away; and the checkpoint, one POST of the ledger's head at the end of a
//! day. Knows nothing of the cycle.

use std::sync::Arc;
use std::time::Duration;

use chrono::NaiveDate;
use hyper_rustls::ConfigBuilderExt;
use serde::Serialize;

use crate::ledger::line::LineHash;

/// Why a message was not delivered. The texts omit the address: whoever knows it can send to it.
#[derive(Debug, thiserror::Error)]
pub enum HeartbeatError {
    /// The address is not an HTTP or HTTPS address.
    #[error("address that is not a web address")]
    BadAddress,
    /// No connection, no TLS, or no answer in time.
    #[error("no connection ({0})")]
    Unreachable(String),
    /// The service answered with a status other than success.
    #[error("answer with status {0}")]
    Refused(u16),
}

/// Sends one heartbeat. Follows redirects and does not read the body of the answer.
pub async fn send_heartbeat(url: &str, timeout: Duration) -> Result<(), HeartbeatError> {
    send(url, timeout, reqwest::Client::get).await
}

/// A checkpoint: the last event of a day, by which a ledger that was rewritten later is recognised.
#[derive(Debug, Serialize)]
pub struct DayHead<'a> {
    /// The program's code.
    pub program: &'a str,
    /// The day, in the program's time zone.
    pub day: NaiveDate,
    /// The sequence number of the day's last event.
    pub seq: u64,
    /// The hash of that event's line.
    pub hash: LineHash,
}

/// Posts a checkpoint as JSON. It may be sent twice with the same content: the receiver can key it
/// by program and day.
pub async fn send_checkpoint(
    url: &str,
    timeout: Duration,
    head: &DayHead<'_>,
) -> Result<(), HeartbeatError> {
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
        .map_err(unreachable)?;
    let status = request(&client, url).send().await.map_err(unreachable)?.status();
    if status.is_success() { Ok(()) } else { Err(HeartbeatError::Refused(status.as_u16())) }
}

fn unreachable(error: reqwest::Error) -> HeartbeatError {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    HeartbeatError::Unreachable(text)
}

/// Builds the TLS configuration. The cryptography provider is given explicitly, so that no
/// process-wide default is needed. `plain` is for an `http` address, which works on a machine
/// without root certificates (a redirect to `https` then fails).
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
        send_heartbeat(&format!("{address}/good"), timeout).await.unwrap();
        let gone = send_heartbeat(&format!("{address}/gone"), timeout).await.unwrap_err();
        assert!(matches!(gone, HeartbeatError::Refused(410)));
        let silent = send_heartbeat(&format!("{address}/silent"), Duration::from_millis(50))
            .await
            .unwrap_err();
        assert!(matches!(silent, HeartbeatError::Unreachable(_)));
        assert!(!silent.to_string().contains(&address), "the address is a secret: {silent}");
        assert!(matches!(
            send_heartbeat("watchdog", timeout).await,
            Err(HeartbeatError::BadAddress)
        ));
    }
}
