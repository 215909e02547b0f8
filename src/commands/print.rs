//! Lines for people on standard output, and how they name the place of a row.

use std::fmt::Display;
use std::io::{ErrorKind, Write};

use crate::ledger::record::Source;
use crate::ledger::state::State;
use crate::memory::Memory;
use crate::words::Words;

/// Says on standard error that private answers are missing for want of the key: standard output is
/// for the figures.
pub fn warn_if_shut(memory: &Memory, words: &Words) {
    if memory.seals.has_unopened_answers() {
        let count = words.integer(i64::try_from(memory.seals.sealed_lines()).unwrap_or(i64::MAX));
        eprintln!("{}", words.say_with("sealed-shut", &[("count", &count)]));
    }
}

/// The title of the tab in which a row stands, or its sheetId where none is known.
pub fn tab_title(source: &Source, state: &State) -> String {
    let tab = state.tabs.values().find(|tab| tab.tab == source.tab);
    tab.map_or_else(|| source.tab.to_string(), |tab| tab.title.to_string())
}

/// Where a row stands, as people find it: the tab's title and the row's number.
pub fn place(source: &Source, state: &State, words: &Words) -> String {
    words.say_with(
        "plan-place",
        &[("tab", &tab_title(source, state)), ("row", &source.row.to_string())],
    )
}

/// Prints a line. Where nobody reads any more (`halaqah ledger show | head`) the program ends
/// quietly; where the line cannot be written it ends with exit code 1, for a command whose answer
/// is lost has not done its work.
pub fn say(text: impl Display) {
    if let Err(error) = writeln!(std::io::stdout(), "{text}") {
        if error.kind() != ErrorKind::BrokenPipe {
            eprintln!("standard output: {error}");
            std::process::exit(1);
        }
        std::process::exit(0);
    }
}
