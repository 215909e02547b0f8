//! The ledger as it stood at a moment, for the commands that can look back. The configuration is today's: whoever looks back
//! past a change of it is told so.

use chrono::DateTime;
use chrono_tz::Tz;

use super::explain::in_words;
use crate::cli::Failure;
use crate::ledger::point::AsOf;
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

/// Says on standard error which parts of the configuration were others then: standard output is for the answer.
pub fn warn_of_configuration(setting: &Setting, memory: &Memory) {
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
