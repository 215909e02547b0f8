//! Google Sheets: reads the workbook and applies plans, with one client for the daemon's life.
//! Knows how requests are sent and how often; does not know what the cells mean.
//!
//! A write without an answer is not sent again, since it may have taken effect: the caller reads
//! the workbook and plans again.

mod answers;
mod credentials;
mod error;
mod layout;
mod look;
mod raw;
mod requests;
mod retry;
#[cfg(test)]
mod tests;

use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use backon::Retryable;
use google_sheets4::Sheets;
use google_sheets4::api::{
    BatchGetValuesByDataFilterRequest, BatchUpdateValuesRequest, DataFilter, GridProperties,
    GridRange, Scope, Sheet, SheetProperties, Spreadsheet, SpreadsheetProperties, ValueRange,
};
use google_sheets4::common;
use google_sheets4::hyper::body::Bytes;
use serde::Serialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use tokio::time::Instant;

use self::credentials::{Access, Connector, is_web_address};
use self::error::{Context, Effect, Failure};
use self::layout::grid_index;
use self::retry::{AttemptObserver, Limits, Patience};
use crate::table::plan::Plan;
use crate::table::tab::ReadTab;
use crate::table::{Rows, a1};

pub use self::answers::Overview;
pub use self::credentials::Credentials;
pub use self::error::GoogleError;
pub use self::retry::Quotas;

/// The fields that [`Google::overview`] requests.
const OVERVIEW_FIELDS: &str = "properties(title,locale,timeZone),sheets(properties(sheetId,title,index,\
    gridProperties(rowCount,columnCount)),developerMetadata(metadataKey,metadataValue))";

/// The maximum size of one write of values in bytes of JSON; Google advises against more than 2 MB.
const VALUES_BYTES_MAX: usize = 1_500_000;

/// The first delay that Google's guide to quotas recommends.
const FIRST_DELAY: Duration = Duration::from_secs(1);

/// The settings of the client.
#[derive(Debug, Clone)]
pub struct GoogleSettings {
    /// The base address of another server, such as `http://127.0.0.1:8460`; `None` for Google.
    pub endpoint: Option<String>,
    /// The service account's key. May be `None` only with an endpoint; the bearer token is then
    /// `local`.
    pub credentials: Option<Credentials>,
    /// The time allowed for one attempt of one request.
    pub timeout: Duration,
    /// The delay before the second attempt; it doubles with each further one.
    pub first_delay: Duration,
    /// Whether to request the read-only scope and refuse to write.
    pub read_only: bool,
    /// The quotas to stay within; `None` for a server that has none.
    pub quotas: Option<Quotas>,
}

impl GoogleSettings {
    /// Returns settings for Google: its quotas, 60 seconds an attempt, reading and writing.
    pub fn google(credentials: Credentials) -> Self {
        Self {
            endpoint: None,
            credentials: Some(credentials),
            timeout: Duration::from_secs(60),
            first_delay: FIRST_DELAY,
            read_only: false,
            quotas: Some(Quotas::GOOGLE),
        }
    }

    /// Returns settings for a local server such as the sandbox: no credentials, no quotas, 30
    /// seconds an attempt, reading and writing.
    pub fn local(endpoint: impl Into<String>) -> Self {
        Self {
            endpoint: Some(endpoint.into()),
            credentials: None,
            timeout: Duration::from_secs(30),
            first_delay: FIRST_DELAY,
            read_only: false,
            quotas: None,
        }
    }
}

/// The base address of Google's server.
const GOOGLE: &str = "https://sheets.googleapis.com/";

/// A client for any number of spreadsheets, which share its connections, token and quotas.
pub struct Google {
    hub: Sheets<Connector>,
    base: String,
    access: Access,
    timeout: Duration,
    read_only: bool,
    scope: Scope,
    limits: Limits,
    patience: Patience,
    sent: AtomicU64,
}

impl Google {
    /// Reads the key and prepares the client; sends nothing.
    pub async fn connect(settings: GoogleSettings) -> Result<Self, GoogleError> {
        let patience = Patience { first_delay: settings.first_delay, ..Patience::default() };
        Self::with_patience(settings, patience).await
    }

    async fn with_patience(
        settings: GoogleSettings,
        patience: Patience,
    ) -> Result<Self, GoogleError> {
        if settings.endpoint.is_none() && settings.credentials.is_none() {
            return Err(GoogleError::BadCredentials {
                reason: "no key file is configured".to_owned(),
            });
        }
        let endpoint = settings.endpoint.as_deref().map(base_address).transpose()?;
        let plain = endpoint.as_ref().is_some_and(|endpoint| endpoint.starts_with("http://"));
        let access = Access::prepare(settings.credentials.as_ref(), plain).await?;
        let mut hub = Sheets::new(access.client.clone(), access.token_source());
        hub.user_agent(raw::AGENT.to_owned());
        if let Some(endpoint) = &endpoint {
            hub.base_url(endpoint.clone());
            hub.root_url(endpoint.clone());
        }
        Ok(Self {
            hub,
            base: endpoint.unwrap_or_else(|| GOOGLE.to_owned()),
            access,
            timeout: settings.timeout,
            read_only: settings.read_only,
            scope: if settings.read_only { Scope::SpreadsheetReadonly } else { Scope::Spreadsheet },
            limits: Limits::new(settings.quotas),
            patience,
            sent: AtomicU64::new(0),
        })
    }

    /// Returns the service account's e-mail address, with which spreadsheets must be shared.
    pub fn account(&self) -> Option<&str> {
        self.access.account.as_deref()
    }

    /// Returns the number of HTTP requests sent so far, with repeated ones but without those for
    /// tokens.
    pub fn requests_sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Reads titles, sizes and our marks of all tabs, but no cells. One request.
    pub async fn overview(&self, spreadsheet_id: &str) -> Result<Overview, GoogleError> {
        let id = checked_id(spreadsheet_id)?;
        let answer = self
            .call(Effect::Read, Some(id), |mut observer: AttemptObserver| async move {
                let call = self.hub.spreadsheets().get(id).param("fields", OVERVIEW_FIELDS);
                call.clear_scopes()
                    .add_scope(self.scope)
                    .delegate(&mut observer)
                    .doit()
                    .await
                    .map(decoded)
            })
            .await?;
        Ok(answers::overview(answer))
    }

    /// Reads all cells of the given tabs, which must differ, in the given order. One request; none
    /// if `sheet_ids` is empty.
    pub async fn read(
        &self,
        spreadsheet_id: &str,
        sheet_ids: &[i64],
    ) -> Result<Vec<ReadTab>, GoogleError> {
        let id = checked_id(spreadsheet_id)?;
        if sheet_ids.is_empty() {
            return Ok(Vec::new());
        }
        let request = &BatchGetValuesByDataFilterRequest {
            data_filters: Some(
                sheet_ids.iter().map(|&sheet_id| whole_tab(sheet_id)).collect::<Result<_, _>>()?,
            ),
            major_dimension: Some("ROWS".to_owned()),
            value_render_option: Some("UNFORMATTED_VALUE".to_owned()),
            date_time_render_option: Some("SERIAL_NUMBER".to_owned()),
        };
        let body = Bytes::from(without_nulls(request).to_string());
        let url = &self.address(id, "/values:batchGetByDataFilter");
        let send = |observer: AttemptObserver| {
            raw::post(
                &self.access,
                self.scope.as_ref(),
                url,
                body.clone(),
                observer,
                answers::read_tabs,
            )
        };
        let mut tabs = self.call(Effect::Read, Some(id), send).await?;
        sheet_ids
            .iter()
            .map(|id| tabs.remove(id).ok_or(GoogleError::NoSuchGrid { sheet_id: *id }))
            .collect()
    }

    /// Applies the plan as one atomic batch, or as several in sequence if it is too large for one;
    /// batches before an error stay applied. Returns the number of batches sent; 0 for an empty
    /// plan.
    pub async fn apply(&self, spreadsheet_id: &str, plan: &Plan) -> Result<u32, GoogleError> {
        let id = checked_id(spreadsheet_id)?;
        self.require_write_access()?;
        let mut sent = 0;
        // By default the answer repeats much of the request, so only one field is requested. The
        // answer is parsed nevertheless: one that was cut off does not confirm the write.
        let url = &self.address(id, ":batchUpdate?fields=spreadsheetId");
        let parse = |answer: &[u8]| serde_json::from_slice::<IgnoredAny>(answer);
        for body in requests::bodies(plan) {
            let body = Bytes::from(body);
            let send = |observer: AttemptObserver| {
                raw::post(&self.access, self.scope.as_ref(), url, body.clone(), observer, parse)
            };
            self.call(Effect::Once, Some(id), send).await?;
            sent += 1;
        }
        Ok(sent)
    }

    /// Makes a spreadsheet with the given tabs and returns its id. Cells are written raw: text is
    /// never read as a formula. If writing the cells fails, an incomplete spreadsheet stays.
    pub async fn create_spreadsheet(
        &self,
        title: &str,
        locale: &str,
        time_zone: &str,
        tabs: &[(&str, Rows)],
    ) -> Result<String, GoogleError> {
        self.require_write_access()?;
        let request = &Spreadsheet {
            properties: Some(SpreadsheetProperties {
                title: Some(title.to_owned()),
                locale: Some(locale.to_owned()),
                time_zone: Some(time_zone.to_owned()),
                ..SpreadsheetProperties::default()
            }),
            sheets: (!tabs.is_empty())
                .then(|| tabs.iter().map(|(title, rows)| new_tab(title, rows)).collect()),
            ..Spreadsheet::default()
        };
        let answer = self
            .call(Effect::Once, None, |mut observer: AttemptObserver| async move {
                let call = self
                    .hub
                    .spreadsheets()
                    .create(request.clone())
                    .param("fields", "spreadsheetId");
                call.clear_scopes()
                    .add_scope(self.scope)
                    .delegate(&mut observer)
                    .doit()
                    .await
                    .map(decoded)
            })
            .await?;
        let reason = "the answer names no spreadsheet".to_owned();
        let id = answer.spreadsheet_id.ok_or(GoogleError::UnclearWrite { reason })?;
        self.write_values(checked_id(&id)?, tabs).await?;
        Ok(id)
    }

    /// Writes the cells of all tabs to fixed ranges, so that a repeated write does no harm.
    async fn write_values(&self, id: &str, tabs: &[(&str, Rows)]) -> Result<(), GoogleError> {
        for data in value_batches(tabs, VALUES_BYTES_MAX) {
            let request = &BatchUpdateValuesRequest {
                data: Some(data),
                value_input_option: Some("RAW".to_owned()),
                ..BatchUpdateValuesRequest::default()
            };
            self.call(Effect::Repeatable, Some(id), |mut observer: AttemptObserver| async move {
                let call = self.hub.spreadsheets().values_batch_update(request.clone(), id);
                let call = call.param("fields", "spreadsheetId");
                call.clear_scopes()
                    .add_scope(self.scope)
                    .delegate(&mut observer)
                    .doit()
                    .await
                    .map(decoded)
            })
            .await?;
        }
        Ok(())
    }

    /// Returns the address of an API method on a spreadsheet.
    fn address(&self, id: &str, method: &str) -> String {
        format!("{}v4/spreadsheets/{id}{method}", self.base)
    }

    fn require_write_access(&self) -> Result<(), GoogleError> {
        if self.read_only { Err(GoogleError::ReadOnly) } else { Ok(()) }
    }

    /// Makes one call within the quotas and the time allowed; repeats it where that is safe and may
    /// help.
    async fn call<T, F>(
        &self,
        effect: Effect,
        spreadsheet_id: Option<&str>,
        send: impl Fn(AttemptObserver) -> F,
    ) -> Result<T, GoogleError>
    where
        F: Future<Output = common::Result<T>>,
    {
        let context =
            Context { effect, spreadsheet_id, account: self.account(), timeout: self.timeout };
        let begun = Instant::now();
        (|| self.attempt(&context, &send))
            .retry(self.patience.delays())
            .when(|(failure, _)| failure.again && begun.elapsed() < self.patience.budget)
            .adjust(|(_, observer), planned| self.patience.delay(planned, observer.retry_after()))
            .notify(|(failure, _), delay| {
                tracing::warn!(
                    kind = failure.error.kind(),
                    ?delay,
                    "google: {}, trying again",
                    failure.error
                );
            })
            .await
            .map_err(|(failure, _)| failure.error)
    }

    /// Makes one attempt, and after a 401 a second one with a new token, since the old token may
    /// have been revoked.
    async fn attempt<T, F>(
        &self,
        context: &Context<'_>,
        send: &impl Fn(AttemptObserver) -> F,
    ) -> Result<T, (Failure, AttemptObserver)>
    where
        F: Future<Output = common::Result<T>>,
    {
        let first = self.try_once(context, send).await;
        let Err((Failure { error: GoogleError::Unauthorized { .. }, .. }, observer)) = &first
        else {
            return first;
        };
        if !observer.sent() {
            return first;
        }
        match tokio::time::timeout(self.timeout, self.access.refresh(self.scope.as_ref())).await {
            Ok(true) => self.try_once(context, send).await,
            Ok(false) | Err(_) => first,
        }
    }

    async fn try_once<T, F>(
        &self,
        context: &Context<'_>,
        send: &impl Fn(AttemptObserver) -> F,
    ) -> Result<T, (Failure, AttemptObserver)>
    where
        F: Future<Output = common::Result<T>>,
    {
        match context.effect {
            Effect::Read => self.limits.read().await,
            Effect::Repeatable | Effect::Once => self.limits.write().await,
        }
        let observer = AttemptObserver::default();
        let outcome = tokio::time::timeout(self.timeout, send(observer.clone())).await;
        if observer.sent() {
            self.sent.fetch_add(1, Ordering::Relaxed);
        }
        match outcome {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err((context.failed(error, &observer), observer)),
            Err(_) => Err((context.timed_out(&observer), observer)),
        }
    }
}

/// Drops the raw response, which still holds the whole body.
fn decoded<T>((_, answer): (common::Response, T)) -> T {
    answer
}

/// Serializes a request as the client crate does: without nulls.
fn without_nulls(request: &impl Serialize) -> serde_json::Value {
    let mut value = serde_json::to_value(request).unwrap_or_default();
    common::remove_json_null_values(&mut value);
    value
}

/// Returns the endpoint with exactly one slash at its end, to which the client appends its paths.
fn base_address(endpoint: &str) -> Result<String, GoogleError> {
    let address = format!("{}/", endpoint.trim().trim_end_matches('/'));
    if is_web_address(&address) {
        Ok(address)
    } else {
        Err(GoogleError::BadEndpoint { endpoint: endpoint.to_owned() })
    }
}

/// Checks that an id has only characters of an id: the client inserts it into the path unescaped,
/// so that another character could make it a different path.
fn checked_id(id: &str) -> Result<&str, GoogleError> {
    let is_id = !id.is_empty()
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if is_id { Ok(id) } else { Err(GoogleError::NotFound { spreadsheet_id: id.to_owned() }) }
}

fn whole_tab(sheet_id: i64) -> Result<DataFilter, GoogleError> {
    let id = i32::try_from(sheet_id).map_err(|_| GoogleError::NoSuchGrid { sheet_id })?;
    let grid_range = GridRange { sheet_id: Some(id), ..GridRange::default() };
    Ok(DataFilter { grid_range: Some(grid_range), ..DataFilter::default() })
}

/// Returns a new tab with at least the size of a new tab in Google Sheets.
fn new_tab(title: &str, rows: &Rows) -> Sheet {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let properties = SheetProperties {
        title: Some(title.to_owned()),
        grid_properties: Some(GridProperties {
            row_count: Some(grid_index(rows.len().max(1000))),
            column_count: Some(grid_index(columns.max(26))),
            ..GridProperties::default()
        }),
        ..SheetProperties::default()
    };
    Sheet { properties: Some(properties), ..Sheet::default() }
}

/// Returns the cells of all tabs as ranges, in batches of at most `bytes_max` bytes of JSON (or one
/// row).
fn value_batches(tabs: &[(&str, Rows)], bytes_max: usize) -> Vec<Vec<ValueRange>> {
    let mut batches: Vec<Vec<ValueRange>> = Vec::new();
    let mut batch: Vec<ValueRange> = Vec::new();
    let mut bytes = 0;
    for (title, rows) in tabs {
        let mut range = begun_range(title, 0);
        for (index, row) in rows.iter().enumerate() {
            // A blank cell becomes `""`: the client removes nulls from arrays too, and all cells
            // after one would move to the left.
            let values: Vec<Value> = row
                .iter()
                .map(|cell| serde_json::to_value(cell).unwrap_or_else(|_| "".into()))
                .collect();
            let more = values.iter().map(|value| value.to_string().len() + 1).sum::<usize>();
            if bytes > 0 && bytes + more > bytes_max {
                batch.push(mem::replace(&mut range, begun_range(title, index)));
                batches.push(mem::take(&mut batch));
                bytes = 0;
            }
            bytes += more;
            range.values.get_or_insert_default().push(values);
        }
        batch.push(range);
    }
    batches.push(batch);
    for batch in &mut batches {
        batch.retain(|range| range.values.is_some());
    }
    batches.retain(|batch| !batch.is_empty());
    batches
}

fn begun_range(title: &str, row: usize) -> ValueRange {
    ValueRange {
        range: Some(format!("{}!{}", a1::quoted_title(title), a1::address(row, 0))),
        major_dimension: Some("ROWS".to_owned()),
        values: None,
    }
}
