//! `stats`: the figures, as JSON or one line each.

use chrono::NaiveDate;
use serde_json::Value;

use super::explain::in_words;
use super::print::{say, warn_if_shut};
use crate::cli::Failure;
use crate::cycle::figures;
use crate::ledger::records::Records;
use crate::ledger::standing::Standing;
use crate::memory::Memory;
use crate::setting::Setting;

/// Prints the figures of a day and a season.
pub fn stats(
    setting: &Setting,
    as_of: NaiveDate,
    season: Option<&str>,
    json: bool,
) -> Result<(), Failure> {
    let read = Memory::read(&setting.config.ledger_dir(), &setting.config.program_code);
    let (memory, _) = read.map_err(in_words(&setting.words))?;
    warn_if_shut(&memory, &setting.words);
    let standing =
        Standing::at(&Records::new(memory.state.records()), &setting.program, as_of, season)
            .map_err(in_words(&setting.words))?;
    let figures = figures(setting, &memory.state, &standing);
    if json {
        say(format_args!("{:#}", figures.as_json()));
    } else {
        print_lines("", figures.as_json());
    }
    Ok(())
}

fn print_lines(path: &str, value: &Value) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                print_lines(&path, member);
            }
        }
        value => say(format_args!("{path}  {value}")),
    }
}
