//! What people read when the command line is not understood. The errors are clap's, which knows
//! only English; the line that shows the usage is clap's too.

use std::error::Error as _;
use std::ffi::OsString;
use std::net::AddrParseError;
use std::num::ParseIntError;
use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue, Error, ErrorKind};

use super::MalformedValue;
use crate::ledger::line::LineFault;
use crate::ledger::point::NoPoint;
use crate::words::{Sentences, Words};

/// Returns what is wrong with the command line, what to do, and how the command is used.
pub fn usage_message(error: &Error, words: &Words) -> String {
    let said = sentences(error).say(words);
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return format!("{said}\n\n{error}").trim_end().to_owned();
    }
    match context(error, ContextKind::Usage) {
        Some(usage) => {
            let usage = usage.trim().trim_start_matches("Usage:").trim_start();
            format!("{said}\n\n{} {usage}", words.say("usage-line"))
        }
        None => said,
    }
}

/// Returns the configuration that the arguments name, which may not be understood otherwise; none
/// where they name none.
pub fn named_configuration(arguments: impl IntoIterator<Item = OsString>) -> Option<PathBuf> {
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        if argument == "--config" {
            return arguments.next().map(PathBuf::from);
        }
        if let Some(path) = argument.to_str().and_then(|text| text.strip_prefix("--config=")) {
            return Some(PathBuf::from(path));
        }
    }
    None
}

fn sentences(error: &Error) -> Sentences {
    let part = |kind| context(error, kind).unwrap_or_default();
    let argument = || ("argument", part(ContextKind::InvalidArg));
    let value = || ("value", part(ContextKind::InvalidValue));
    match error.kind() {
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
            Sentences::new("usage-no-command", [])
        }
        ErrorKind::InvalidSubcommand => {
            let command = ("command", part(ContextKind::InvalidSubcommand));
            match context(error, ContextKind::SuggestedSubcommand) {
                Some(similar) => {
                    Sentences::new("usage-command-like", [command, ("similar", similar)])
                }
                None => Sentences::new("usage-command", [command]),
            }
        }
        ErrorKind::UnknownArgument => match context(error, ContextKind::SuggestedArg) {
            Some(similar) => {
                Sentences::new("usage-argument-like", [argument(), ("similar", similar)])
            }
            None => Sentences::new("usage-argument", [argument()]),
        },
        ErrorKind::MissingRequiredArgument => Sentences::new("usage-missing", [argument()]),
        ErrorKind::InvalidValue if value().1.is_empty() => {
            Sentences::new("usage-no-value", [argument()])
        }
        ErrorKind::InvalidValue => {
            let known = ("known", part(ContextKind::ValidValue));
            Sentences::new("usage-choice", [argument(), value(), known])
        }
        ErrorKind::TooManyValues => Sentences::new("usage-extra-value", [argument(), value()]),
        ErrorKind::ArgumentConflict => match context(error, ContextKind::PriorArg) {
            Some(other) if other != argument().1 => {
                Sentences::new("usage-conflict", [argument(), ("other", other)])
            }
            _ => Sentences::new("usage-twice", [argument()]),
        },
        ErrorKind::InvalidUtf8 => Sentences::new("usage-not-text", []),
        ErrorKind::ValueValidation => malformed_value(error, argument(), value()),
        // What these commands cannot come to, and what a later clap may add.
        _ => Sentences::new("usage-other", [("cause", plain(error))]),
    }
}

/// A value that its parser refused.
fn malformed_value(
    error: &Error,
    argument: (&'static str, String),
    value: (&'static str, String),
) -> Sentences {
    let parts = [argument, value.clone()];
    let Some(source) = error.source() else {
        return Sentences::new("usage-other", [("cause", plain(error))]);
    };
    if let Some(malformed) = source.downcast_ref() {
        return match malformed {
            MalformedValue::Day => Sentences::new("usage-day", parts),
            MalformedValue::Moment => Sentences::new("usage-moment", parts),
            MalformedValue::Seconds => Sentences::new("usage-seconds", parts),
        };
    }
    if let Some(no_point) = source.downcast_ref::<NoPoint>() {
        return if no_point.with_event {
            Sentences::new("usage-point", parts)
        } else {
            Sentences::new("usage-as-of", parts)
        };
    }
    if source.is::<LineFault>() {
        return Sentences::new("usage-fingerprint", [value]);
    }
    if source.is::<AddrParseError>() {
        return Sentences::new("usage-address", parts);
    }
    if source.is::<ParseIntError>() {
        return Sentences::new("usage-number", parts);
    }
    Sentences::new("usage-other", [("cause", source.to_string())])
}

/// A part of what clap knows of an error, as text; lists have commas. None where it is empty.
fn context(error: &Error, kind: ContextKind) -> Option<String> {
    let text = match error.get(kind)? {
        ContextValue::String(text) => text.clone(),
        ContextValue::Strings(texts) => texts.join(", "),
        ContextValue::StyledStr(text) => text.to_string(),
        ContextValue::Number(number) => number.to_string(),
        _ => return None,
    };
    Some(text).filter(|text| !text.is_empty())
}

/// The first line of clap's own message.
fn plain(error: &Error) -> String {
    let message = error.to_string();
    let first = message.lines().next().unwrap_or_default();
    first.trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
pub(crate) mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::Arguments;
    use crate::words::Language;

    /// A command line for every kind of mistake.
    const MISTAKEN: [&[&str]; 22] = [
        &[],
        &["ledger"],
        &["fly"],
        &["synk"],
        &["sync", "--wings"],
        &["sync", "--accept-retraction"],
        &["sync", "now"],
        &["why"],
        &["stats", "--season"],
        &["ledger", "export", "--format", "xml"],
        &["stats", "--json=yes"],
        &["match", "--regroup", "--explain", "A1"],
        &["match", "--season", "x"],
        &["stats", "--json", "--json"],
        &["stats", "--as-of", "kemarin"],
        &["--now", "besok", "sync"],
        &["match", "--instance", "x", "--json", "--deadline", "lama"],
        &["plan", "--as-of", "kemarin"],
        &["ledger", "diff", "kemarin", "3"],
        &["ledger", "verify", "--against", "ab12"],
        &["demo", "--listen", "8460"],
        &["ledger", "show", "--last", "sedikit"],
    ];

    fn mistake(arguments: &[&str]) -> Error {
        Arguments::try_parse_from([&["halaqah"], arguments].concat()).unwrap_err()
    }

    /// The sentences of every kind of mistake on the command line.
    pub(crate) fn every_sentence() -> Vec<Sentences> {
        let not_text = Error::new(ErrorKind::InvalidUtf8);
        let other = Error::new(ErrorKind::Io);
        let of_lines = MISTAKEN.into_iter().map(|arguments| sentences(&mistake(arguments)));
        of_lines.chain([sentences(&not_text), sentences(&other)]).collect()
    }

    fn said(language: Language) -> String {
        let words = Words::built_in(language);
        let said = MISTAKEN.into_iter().map(|arguments| {
            let message = usage_message(&mistake(arguments), &words);
            let shown: Vec<&str> = message.lines().take(3).filter(|l| !l.is_empty()).collect();
            format!("$ halaqah {}\n{}\n", arguments.join(" "), shown.join("\n"))
        });
        said.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn every_mistake_on_the_command_line_is_said_in_both_languages() {
        insta::assert_snapshot!("usage-id", said(Language::Id));
        insta::assert_snapshot!("usage-en", said(Language::En));
    }

    #[test]
    fn the_configuration_is_found_on_a_command_line_that_is_not_understood() {
        let named = |line: &str| named_configuration(line.split(' ').map(OsString::from));
        assert_eq!(named("halaqah fly --config a.toml"), Some("a.toml".into()));
        assert_eq!(named("halaqah --config=a.toml --now x"), Some("a.toml".into()));
        assert_eq!(named("halaqah fly"), None);
        assert_eq!(named("halaqah fly --config"), None);
    }
}
