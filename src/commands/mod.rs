//! One file a command. They put the setting, the edge and the cycle together, and print; they know
//! no pure room's insides. `connect` finds the key, `explain` says what failed in the language
//! people read, `print` writes their lines.

mod compare;
mod connect;
mod demo;
mod doctor;
mod evaluate;
mod explain;
mod forms;
mod handover;
pub mod instance;
mod keys;
mod ledger;
mod look_back;
pub mod matching;
mod person;
mod print;
mod run;
mod sandbox;
mod season;
mod stats;
mod sync;
mod why;

use chrono::DateTime;
use chrono_tz::Tz;

pub use self::explain::words_before;
use self::explain::{NowGiven, in_words, not_ready};
use crate::cli::{Arguments, Command, Failure, FormsCommand};
use crate::edge::clock;
use crate::setting::Setting;

/// Carries out a command.
pub fn run(arguments: Arguments) -> Result<(), Failure> {
    let Arguments { config, now, command } = arguments;
    let words = || words_before(&config);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| in_words(&words())(error))?;
    let setting = || Setting::load(&config).map_err(|error| not_ready(&error, &words()));
    let now_in = |zone: Tz| moment(now, zone);
    runtime.block_on(async {
        match command {
            Command::Demo { listen } => demo::demo(listen, now, &words()).await,
            Command::Sandbox { listen, data, faults } => {
                sandbox::sandbox(listen, data.as_deref(), faults.as_deref(), &words()).await
            }
            Command::Run => {
                let setting = setting()?;
                if now.is_some() {
                    return Err(in_words(&setting.words)(NowGiven));
                }
                run::run(&setting).await
            }
            Command::Sync { accept_retractions } => {
                let setting = setting()?;
                sync::sync(&setting, now_in(setting.config.timezone), accept_retractions).await
            }
            Command::Plan { as_of: Some(as_of), .. } => sync::plan_as_of(setting()?, as_of).await,
            Command::Plan { accept_retractions, as_of: None } => {
                let setting = setting()?;
                sync::plan(&setting, now_in(setting.config.timezone), accept_retractions).await
            }
            Command::Doctor => doctor::doctor(&config, now).await,
            Command::Stats { json, as_of, season } => {
                let setting = setting()?;
                let today = now_in(setting.config.timezone).date_naive();
                stats::stats(&setting, as_of.unwrap_or(today), season.as_deref(), json)
            }
            Command::Why { path, as_of, season } => {
                let setting = setting()?;
                let today = now_in(setting.config.timezone).date_naive();
                why::why(&setting, &path, as_of.unwrap_or(today), season.as_deref())
            }
            Command::Match { instance: Some(folder), deadline, .. } => {
                instance::answer_to(&folder, deadline).map_err(in_words(&words()))
            }
            Command::Match {
                explain,
                regroup,
                what_if,
                as_of,
                compare,
                season,
                evaluate,
                json,
                ..
            } => {
                let mut setting = setting()?;
                let now = now_in(setting.config.timezone);
                let (memory, then) = look_back::ledger_at(&mut setting, now, as_of)?;
                let day = then.date_naive();
                if evaluate {
                    return evaluate::evaluate(&setting, &memory, day, json);
                }
                if compare {
                    return compare::compare(&setting, &memory, day, season.as_deref(), json);
                }
                if regroup || what_if.is_some() {
                    return matching::proposal(&setting, &memory, day, what_if.as_deref());
                }
                matching::suggestions_of(&setting, &memory, day, explain.as_deref())
            }
            Command::Handover { out, as_of } => {
                let setting = setting()?;
                let today = now_in(setting.config.timezone).date_naive();
                handover::handover(&setting, as_of.unwrap_or(today), &out)
            }
            Command::Forms { command: FormsCommand::Script { forms } } => {
                forms::script(&setting()?, &forms)
            }
            Command::Season { command } => {
                let setting = setting()?;
                season::season(&setting, now_in(setting.config.timezone), &command)
            }
            Command::Person { command } => {
                let setting = setting()?;
                person::person(&setting, now_in(setting.config.timezone), &command).await
            }
            Command::Keys { command } => keys::keys(&setting()?, &command),
            Command::Ledger { command } => ledger::ledger(&setting()?, &command),
        }
    })
}

/// The moment of `now`, if one was given, in a zone.
fn moment(now: Option<DateTime<chrono::FixedOffset>>, zone: Tz) -> DateTime<Tz> {
    now.map_or_else(|| clock::now(zone), |moment| moment.with_timezone(&zone))
}
