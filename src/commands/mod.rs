//! One file a command. They put the setting, the edge and the cycle together, and print; they know no pure room's insides.

mod demo;
mod doctor;
mod ledger;
mod matching;
mod print;
mod run;
mod sandbox;
mod stats;
mod sync;

use std::path::Path;
use std::time::Duration;

use chrono::DateTime;
use chrono_tz::Tz;

use crate::cli::{Arguments, Command, Failure};
use crate::config::Config;
use crate::edge::clock;
use crate::edge::google::{Credentials, Google, GoogleSettings};
use crate::setting::Setting;

/// Carries out a command.
pub fn run(arguments: Arguments) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let Arguments { config, now, command } = arguments;
    let setting = || Setting::load(&config).map_err(Failure::from);
    let now_in = |zone: Tz| moment(now, zone);
    runtime.block_on(async {
        match command {
            Command::Demo { listen } => demo::demo(listen, now).await,
            Command::Sandbox { listen, data, faults } => {
                sandbox::sandbox(listen, data.as_deref(), faults.as_deref()).await
            }
            Command::Run if now.is_some() => {
                Err(Failure::Mend("run reads the clock itself: leave out --now, or use sync for one cycle".to_owned()))
            }
            Command::Run => run::run(&setting()?).await,
            Command::Sync { accept_retractions } => {
                let setting = setting()?;
                sync::sync(&setting, now_in(setting.config.timezone), accept_retractions).await
            }
            Command::Plan { accept_retractions } => {
                let setting = setting()?;
                sync::plan(&setting, now_in(setting.config.timezone), accept_retractions).await
            }
            Command::Doctor => doctor::doctor(&config, now).await,
            Command::Stats { json, as_of, season } => {
                let setting = setting()?;
                let today = now_in(setting.config.timezone).date_naive();
                stats::stats(&setting, as_of.unwrap_or(today), season.as_deref(), json)
            }
            Command::Match { explain } => {
                let setting = setting()?;
                let today = now_in(setting.config.timezone).date_naive();
                matching::suggestions_of(&setting, today, explain.as_deref())
            }
            Command::Ledger { command } => ledger::ledger(&setting()?, &command),
        }
    })
}

/// A client for the spreadsheet of this configuration.
async fn connect(config: &Config, read_only: bool) -> Result<Google, Failure> {
    let credentials = credentials(config)?;
    let settings = match (&config.endpoint, credentials) {
        (Some(endpoint), credentials) => GoogleSettings { credentials, ..GoogleSettings::local(endpoint) },
        (None, Some(credentials)) => GoogleSettings::google(credentials),
        (None, None) => {
            return Err(Failure::Mend(
                "no key: name the service account's key file in [google] credentials, or in HALAQAH_GOOGLE_CREDENTIALS"
                    .to_owned(),
            ));
        }
    };
    let timeout = Duration::from_secs(config.timeout_s);
    Ok(Google::connect(GoogleSettings { timeout, read_only, ..settings }).await?)
}

/// The service account's key: from the configured file, from the environment, or from systemd.
fn credentials(config: &Config) -> Result<Option<Credentials>, Failure> {
    let read = |path: &Path| {
        std::fs::read_to_string(path).map_err(|error| Failure::Mend(format!("the key {}: {error}", path.display())))
    };
    if let Some(path) = &config.credentials {
        return Ok(Some(Credentials::new(read(path)?)));
    }
    if let Ok(value) = std::env::var("HALAQAH_GOOGLE_CREDENTIALS") {
        let json = if value.trim_start().starts_with('{') { value } else { read(Path::new(&value))? };
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

/// The moment of `now`, if one was given, in a zone.
fn moment(now: Option<DateTime<chrono::FixedOffset>>, zone: Tz) -> DateTime<Tz> {
    now.map_or_else(|| clock::now(zone), |moment| moment.with_timezone(&zone))
}
