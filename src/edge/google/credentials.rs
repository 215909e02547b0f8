//! The service account's key, the connections to Google (with TLS roots), and the token of each
//! request. Knows nothing of spreadsheets. The key never appears in an error or in `Debug`.

use std::fmt;
use std::sync::Arc;

use google_sheets4::common::{Body, Client, GetToken};
use google_sheets4::hyper::Uri;
use google_sheets4::yup_oauth2::authenticator::Authenticator;
use google_sheets4::yup_oauth2::{
    CustomHyperClientBuilder, ServiceAccountAuthenticator, ServiceAccountKey,
};
use hyper_rustls::{ConfigBuilderExt, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use super::error::GoogleError;

/// A connector for both plain HTTP and TLS.
pub(super) type Connector = HttpsConnector<HttpConnector>;

/// The bearer token for an endpoint that asks for no credentials.
const LOCAL_TOKEN: &str = "local";

/// A service account's key: the text of the JSON file that Google Cloud gives.
#[derive(Clone)]
pub struct Credentials(String);

impl Credentials {
    /// Keeps the text without checking it; `Google::connect` parses it.
    pub fn new(json: impl Into<String>) -> Self {
        Self(json.into())
    }

    fn key(&self) -> Result<ServiceAccountKey, GoogleError> {
        let bad = |reason: &str| GoogleError::BadCredentials { reason: reason.to_owned() };
        let value: serde_json::Value = serde_json::from_str(&self.0)
            .map_err(|_| bad("the text is not JSON (was the file cut or edited?)"))?;
        match value.get("type").and_then(|kind| kind.as_str()) {
            Some("service_account") => {}
            Some(kind) => return Err(bad(&format!("its \"type\" is \"{kind}\""))),
            None => return Err(bad("it has no \"type\"")),
        }
        for field in ["client_email", "private_key", "token_uri"] {
            if value.get(field).and_then(|text| text.as_str()).is_none_or(str::is_empty) {
                return Err(bad(&format!("\"{field}\" is missing")));
            }
        }
        let key: ServiceAccountKey = serde_json::from_value(value)
            .map_err(|_| bad("one of its fields is not the text it should be"))?;
        if !is_web_address(&key.token_uri) {
            return Err(bad("its \"token_uri\" is not a web address"));
        }
        Ok(key)
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(***)")
    }
}

/// Returns whether the text is an HTTP or HTTPS address for both URL parsers of the client crates,
/// which panic on anything else.
pub(super) fn is_web_address(text: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(text) else { return false };
    matches!(url.scheme(), "http" | "https") && url.has_host() && text.parse::<Uri>().is_ok()
}

/// The account that requests are sent for, and the connections that they are sent over.
pub(super) struct Access {
    /// The HTTP client for the hub.
    pub client: Client<Connector>,
    /// The service account's e-mail, if there is one.
    pub account: Option<String>,
    authenticator: Option<Authenticator<Connector>>,
}

impl Access {
    /// Reads the key and prepares connections; sends nothing. `plain` says that the endpoint is
    /// `http://`.
    pub async fn prepare(
        credentials: Option<&Credentials>,
        plain: bool,
    ) -> Result<Self, GoogleError> {
        let key = credentials.map(Credentials::key).transpose()?;
        let plain = plain && key.as_ref().is_none_or(|key| key.token_uri.starts_with("http://"));
        let connector = connector(plain)?;
        let client =
            legacy::Client::builder(TokioExecutor::new()).build::<_, Body>(connector.clone());
        let account = key.as_ref().map(|key| key.client_email.clone());
        let authenticator = match key {
            None => None,
            Some(key) => Some(authenticator(key, connector).await?),
        };
        Ok(Self { client, account, authenticator })
    }

    /// Returns the source of tokens for the hub.
    pub fn token_source(&self) -> TokenSource {
        TokenSource(self.authenticator.clone())
    }

    /// Fetches a new token although the old one has not expired. Returns `false` if that fails, or
    /// if there is no key to fetch it with.
    pub async fn refresh(&self, scope: &str) -> bool {
        match &self.authenticator {
            None => false,
            Some(authenticator) => authenticator.force_refreshed_token(&[scope]).await.is_ok(),
        }
    }
}

/// Returns the authenticator's tokens, or [`LOCAL_TOKEN`] without an authenticator.
#[derive(Clone)]
pub(super) struct TokenSource(Option<Authenticator<Connector>>);

impl GetToken for TokenSource {
    fn get_token<'a>(
        &'a self,
        scopes: &'a [&str],
    ) -> std::pin::Pin<
        Box<
            dyn Future<Output = Result<Option<String>, Box<dyn std::error::Error + Send + Sync>>>
                + Send
                + 'a,
        >,
    > {
        match &self.0 {
            Some(authenticator) => authenticator.get_token(scopes),
            None => Box::pin(async { Ok(Some(LOCAL_TOKEN.to_owned())) }),
        }
    }
}

async fn authenticator(
    key: ServiceAccountKey,
    connector: Connector,
) -> Result<Authenticator<Connector>, GoogleError> {
    let client = legacy::Client::builder(TokioExecutor::new()).build::<_, String>(connector);
    ServiceAccountAuthenticator::with_client(key, CustomHyperClientBuilder::from(client))
        .build()
        .await
        .map_err(|_| GoogleError::BadCredentials {
            reason: "its \"private_key\" is not an RSA key in PEM form".to_owned(),
        })
}

/// Returns the connector. The cryptography provider is given explicitly, so that no process-wide
/// default is needed; the system's root certificates are read only if TLS is used (not `plain`).
fn connector(plain: bool) -> Result<Connector, GoogleError> {
    let no_tls = |reason: String| GoogleError::NoTls { reason };
    let builder = rustls::ClientConfig::builder_with_provider(Arc::new(
        rustls::crypto::ring::default_provider(),
    ))
    .with_safe_default_protocol_versions()
    .map_err(|error| no_tls(error.to_string()))?;
    let config = if plain {
        builder.with_root_certificates(rustls::RootCertStore::empty())
    } else {
        builder.with_native_roots().map_err(|error| no_tls(error.to_string()))?
    };
    Ok(HttpsConnectorBuilder::new()
        .with_tls_config(config.with_no_client_auth())
        .https_or_http()
        .enable_http1()
        .build())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(json: &str) -> String {
        Credentials::new(json).key().unwrap_err().to_string()
    }

    #[test]
    fn a_wrong_key_file_is_named_and_never_shown() {
        assert!(reason("{\"type\":\"service_account\",").contains("not JSON"));
        assert!(reason(r#"{"installed":{}}"#).contains("no \"type\""));
        assert!(reason(r#"{"type":"authorized_user"}"#).contains("authorized_user"));
        let json = r#"{"type":"service_account","client_email":"a@b","private_key":"SECRET","token_uri":"nowhere"}"#;
        assert!(reason(json).contains("token_uri"));
        assert!(!reason(json).contains("SECRET"));
        assert_eq!(format!("{:?}", Credentials::new(json)), "Credentials(***)");
    }

    #[test]
    fn only_web_addresses_reach_the_client() {
        assert!(is_web_address("http://127.0.0.1:8460/"));
        for text in ["127.0.0.1:8460", "ftp://x/", "http://", "", "http://a b/"] {
            assert!(!is_web_address(text), "{text}");
        }
    }
}
