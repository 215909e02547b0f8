//! The ledger as it stood at a moment, for the commands that can look back. Suggestions and tabs are made with the configuration
//! of today: whoever looks back past a change of it is told so. Figures alone can be had by the configuration of then.

use chrono::DateTime;
use chrono_tz::Tz;

use super::explain::in_words;
use crate::cli::Failure;
use crate::ledger::point::AsOf;
use crate::ledger::season::{CalendarEntry, Program, Season};
use crate::ledger::state::State;
use crate::memory::Memory;
use crate::setting::Setting;

/// The ledger as it stood, and the moment.
pub fn memory_as_of(setting: &Setting, as_of: AsOf) -> Result<(Memory, DateTime<Tz>), Failure> {
    let (config, zone) = (&setting.config, setting.config.timezone);
    let read = Memory::read_until(&config.ledger_dir(), &config.program_code, |line| as_of.holds(line.at, zone));
    let (memory, _) = read.map_err(in_words(&setting.words))?;
    warn_of_configuration(setting, &memory);
    Ok((memory, as_of.moment(zone)))
}

/// What figures follow from besides the ledger.
pub struct Basis {
    /// The seasons and the calendar.
    pub program: Program,
    /// The kinds of documents that the next board must receive.
    pub handover: Vec<String>,
}

/// The configuration as the ledger last recorded it, as far as figures follow from it; without a record that of today. A
/// season that is not configured any more is called by its code.
pub fn basis_then(setting: &Setting, state: &State) -> Basis {
    let (program, handover) = (setting.program.clone(), setting.config.handover_kinds.clone());
    let Some(then) = &state.configured else { return Basis { program, handover } };
    let seasons = then.seasons.iter().map(|season| Season {
        code: season.code.to_string(),
        name: program
            .seasons
            .iter()
            .find(|known| known.code == season.code)
            .map_or_else(|| season.code.to_string(), |known| known.name.clone()),
        start: season.start,
        end: season.end,
        cash_opening: season.cash_opening,
    });
    let seasons = seasons.collect();
    let calendar = then.calendar.iter().map(|days| CalendarEntry { from: days.from, to: days.to }).collect();
    let handover = then.handover.iter().map(ToString::to_string).collect();
    Basis { program: Program { seasons, calendar, ..program }, handover }
}

/// Says on standard error which parts of the configuration were others then: standard output is for the answer.
fn warn_of_configuration(setting: &Setting, memory: &Memory) {
    let Some(then) = &memory.state.configured else { return };
    let changed = setting.config.recorded().changed(Some(then));
    if !changed.is_empty() {
        let parts = part_names(setting, &changed);
        eprintln!("{}", setting.words.say_with("look-back-configured", &[("parts", &parts)]));
    }
}

/// What people call the parts of the configuration.
pub fn part_names(setting: &Setting, parts: &[&str]) -> String {
    let name = |part: &&str| {
        let key = match *part {
            "seasons" => "part-seasons",
            "calendar" => "part-calendar",
            "matching" => "part-matching",
            "procedures" => "part-procedures",
            "handover" => "part-handover",
            other => other,
        };
        setting.words.say(key)
    };
    parts.iter().map(name).collect::<Vec<_>>().join(", ")
}
