//! The ledger as it stood at a moment, for the commands that can look back, with the configuration
//! that it had recorded. Where it has none, or names what this program does not know, that of today
//! has to do, and whoever looks back is told so.

use chrono::DateTime;
use chrono_tz::Tz;

use super::explain::in_words;
use crate::cli::Failure;
use crate::ledger::point::AsOf;
use crate::ledger::season::Program;
use crate::ledger::state::State;
use crate::memory::Memory;
use crate::setting::Setting;

/// The ledger as it stands, or as it stood at a moment, with the moment. Looking back, the setting
/// becomes that of then.
pub fn ledger_at(
    setting: &mut Setting,
    now: DateTime<Tz>,
    as_of: Option<AsOf>,
) -> Result<(Memory, DateTime<Tz>), Failure> {
    if let Some(as_of) = as_of {
        return ledger_then(setting, as_of);
    }
    let read =
        Memory::read_with_answers(&setting.config.ledger_dir(), &setting.config.program_code);
    Ok((read.map_err(in_words(&setting.words))?.0, now))
}

/// The ledger as it stood, and the moment; the setting becomes that of then.
pub fn ledger_then(setting: &mut Setting, as_of: AsOf) -> Result<(Memory, DateTime<Tz>), Failure> {
    let (config, zone) = (&setting.config, setting.config.timezone);
    let read = Memory::read_until(&config.ledger_dir(), &config.program_code, |line| {
        as_of.holds(line.at, zone)
    });
    let (memory, _) = read.map_err(in_words(&setting.words))?;
    set_back(setting, &memory.state);
    Ok((memory, as_of.moment(zone)))
}

/// Puts the configuration back to what was last recorded. What is not as it was then is said on
/// standard error: standard output is for the answer.
fn set_back(setting: &mut Setting, state: &State) {
    let Some(then) = &state.configured else {
        eprintln!("{}", setting.words.say("look-back-unrecorded"));
        return;
    };
    let (config, kept) = setting.config.as_recorded(then, &setting.forms);
    setting.configure(config);
    if !kept.is_empty() {
        let parts = part_names(setting, &kept);
        eprintln!("{}", setting.words.say_with("look-back-configured", &[("parts", &parts)]));
    }
}

/// What figures follow from besides the ledger.
pub struct Basis {
    /// The seasons and the calendar.
    pub program: Program,
    /// The kinds of documents that the next board must receive.
    pub handover: Vec<String>,
}

/// The configuration as the ledger last recorded it, as far as figures follow from it; without a
/// record that of today.
pub fn basis_then(setting: &Setting, state: &State) -> Basis {
    let (program, config) = (setting.program.clone(), &setting.config);
    let Some(then) = &state.configured else {
        return Basis { program, handover: config.handover_kinds.clone() };
    };
    let (config, _) = config.as_recorded(then, &setting.forms);
    Basis {
        program: Program { seasons: config.seasons, calendar: config.calendar, ..program },
        handover: config.handover_kinds,
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
