//! Lines for people on standard output.

use std::fmt::Display;
use std::io::{ErrorKind, Write};

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
