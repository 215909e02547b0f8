//! Lines for people on standard output.

use std::fmt::Display;
use std::io::{ErrorKind, Write};

use crate::memory::Memory;
use crate::words::Words;

/// Says on standard error that private answers are missing for want of the key: standard output is for the figures.
pub fn warn_if_shut(memory: &Memory, words: &Words) {
    if memory.seals.is_shut() {
        let count = words.integer(i64::try_from(memory.seals.sealed_lines()).unwrap_or(i64::MAX));
        eprintln!("{}", words.say_with("sealed-shut", &[("count", &count)]));
    }
}

/// Prints a line. Where nobody reads any more (`halaqah ledger show | head`) the program ends quietly; where the line cannot
/// be written it ends with exit code 1, for a command whose answer is lost has not done its work.
pub fn say(text: impl Display) {
    if let Err(error) = writeln!(std::io::stdout(), "{text}") {
        if error.kind() != ErrorKind::BrokenPipe {
            eprintln!("standard output: {error}");
            std::process::exit(1);
        }
        std::process::exit(0);
    }
}
