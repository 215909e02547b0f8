//! `demo`: a sandbox, an invented season and a cycle every few seconds. Nothing leaves this
//! computer, nothing is kept.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, FixedOffset, NaiveDateTime};
use chrono_tz::Tz;
use tokio::sync::watch;

use super::connect::connect;
use super::explain::{Explain, ProgramFault, in_words, not_ready};
use super::moment;
use super::print::say;
use super::sandbox::bind;
use crate::cli::Failure;
use crate::config::Config;
use crate::cycle::{CycleError, Options, cycle};
use crate::daemon::stop_signal;
use crate::demo::{DemoTab, configuration, tabs};
use crate::edge::clock;
use crate::edge::google::{Google, GoogleError, GoogleSettings};
use crate::form_pages;
use crate::forms::Forms;
use crate::memory::Memory;
use crate::sandbox::{PageSettings, Pages, Sandbox, page_router, serve_router};
use crate::setting::{Setting, SettingError};
use crate::table::Rows;
use crate::words::Words;

/// A demo runs a cycle so often, so that what is sent is seen at once.
const EVERY: Duration = Duration::from_secs(3);

const ZONE: Tz = chrono_tz::Asia::Jakarta;

/// The moment of the last cycle, shown by the viewer.
type LastCycle = Arc<Mutex<Option<NaiveDateTime>>>;

/// Shows a filled program until it is told to stop. `words` are for what fails before the demo has
/// a configuration.
pub async fn demo(
    listen: SocketAddr,
    now: Option<DateTime<FixedOffset>>,
    words: &Words,
) -> Result<(), Failure> {
    let forms = Arc::new(Forms::built_in().map_err(in_words(words))?);
    let today = moment(now, ZONE).date_naive();
    let listener = bind(listen).await.map_err(in_words(words))?;
    let endpoint = format!("http://{}", listener.local_addr().map_err(in_words(words))?);
    let sandbox = Sandbox::in_memory();
    let last_cycle = LastCycle::default();
    let (closing, closed) = watch::channel(false);
    let settings = page_settings(now, &last_cycle, closed);
    let pages = Pages { sandbox: sandbox.clone(), settings };
    let router = sandbox
        .router()
        .merge(page_router(pages.clone()))
        .merge(form_pages::router(pages, Arc::clone(&forms)));
    let mut stopped = closing.subscribe();
    let server = tokio::spawn(serve_router(router, listener, async move {
        // An error means that the demo itself is gone.
        let _ = stopped.changed().await;
    }));

    let folder = Folder::new().map_err(in_words(words))?;
    let tabs = tabs(&forms, today);
    let (id, restricted_id) = fill(&endpoint, &tabs).await.map_err(in_words(words))?;
    let text = configuration(&endpoint, (&id, &restricted_id), &folder.0, today, &tabs);
    let setting = Config::parse(Path::new("demo.toml"), &text)
        .map_err(SettingError::from)
        .and_then(Setting::of)
        .map_err(|error| not_ready(&error, words))?;
    let url = format!("{endpoint}/view/{id}");
    let turning = keep_turning(&setting, now, &last_cycle, &url);
    let mut stop = pin!(stop_signal());
    let result = tokio::select! {
        result = turning => result,
        () = &mut stop => Ok(()),
    };
    // The server may have ended by itself.
    let _ = closing.send(true);
    match server.await {
        Ok(served) => served.map_err(in_words(words))?,
        Err(error) => return Err(in_words(words)(ProgramFault(error.to_string()))),
    }
    result
}

fn page_settings(
    now: Option<DateTime<FixedOffset>>,
    last_cycle: &LastCycle,
    closed: watch::Receiver<bool>,
) -> PageSettings {
    let last_cycle = Arc::clone(last_cycle);
    let shown = move || {
        let last = *last_cycle.lock().unwrap_or_else(PoisonError::into_inner);
        last.map(|moment| moment.format("%H:%M:%S").to_string())
    };
    PageSettings {
        last_cycle: Arc::new(shown),
        closing: Some(closed),
        ..PageSettings::with_clock(Arc::new(move || moment(now, ZONE)))
    }
}

/// Makes the spreadsheet with the tabs of all forms, and the one for what is confidential.
async fn fill(endpoint: &str, tabs: &[DemoTab]) -> Result<(String, String), GoogleError> {
    let google = Google::connect(GoogleSettings::local(endpoint)).await?;
    let sheets: Vec<(&str, Rows)> =
        tabs.iter().map(|tab| (tab.title.as_str(), tab.rows.clone())).collect();
    let id = google.create_spreadsheet("Rohis SMA Contoh", "id_ID", ZONE.name(), &sheets).await?;
    let cover = [("Hanya koordinator", Rows::new())];
    let restricted = google
        .create_spreadsheet("Rohis SMA Contoh: rahasia", "id_ID", ZONE.name(), &cover)
        .await?;
    Ok((id, restricted))
}

/// A cycle, then a pause, again and again.
async fn keep_turning(
    setting: &Setting,
    now: Option<DateTime<FixedOffset>>,
    last_cycle: &LastCycle,
    url: &str,
) -> Result<(), Failure> {
    let words = &setting.words;
    let google = connect(&setting.config, false).await.map_err(in_words(words))?;
    let opened = Memory::open(&setting.config.ledger_dir(), &setting.config.program_code);
    let (mut memory, mut log, _) = opened.map_err(in_words(words))?;
    let mut said = false;
    loop {
        let now = moment(now, ZONE);
        match cycle(setting, &google, &mut memory, Some(&mut log), now, Options::default()).await {
            Ok(report)
                if report.events.is_empty()
                    && report.plan.is_empty()
                    && report.restricted.is_empty() => {}
            Ok(report) => {
                tracing::info!(events = report.events.len(), cells = report.plan.cells, "cycle")
            }
            // What somebody did to the sandbox may be mended there.
            Err(CycleError::Google(error)) => tracing::warn!(%error, "{}", error.explained(words)),
            Err(error) => return Err(in_words(words)(error)),
        }
        *last_cycle.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(clock::now(ZONE).naive_local());
        if !said {
            said = true;
            say(words.say_with("demo-ready", &[("url", url)]));
            say(words.say("demo-note"));
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// A folder of the demo's own, gone when it ends.
struct Folder(PathBuf);

impl Folder {
    fn new() -> std::io::Result<Self> {
        let folder = std::env::temp_dir().join(format!("halaqah-demo-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(folder = %self.0.display(), %error, "the demo's folder could not be removed");
        }
    }
}
