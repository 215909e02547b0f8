//! The sentences for what can go wrong with the ledger's files, down to what is wrong with a line.

use std::path::Path;

use super::cause_words;
use crate::edge::log::{Damage, LineFault, LogError, LogErrorKind};
use crate::edge::seal::SealError;
use crate::ledger::line::FORMAT;
use crate::words::{Sentences, Words};

pub(super) fn sentences(error: &LogError, words: &Words) -> Sentences {
    match error {
        LogError::Locked { dir, holder } => {
            let dir = ("dir", dir.display().to_string());
            match holder {
                Some(holder) => {
                    Sentences::new("ledger-locked-by", [dir, ("holder", holder.to_string())])
                }
                None => Sentences::new("ledger-locked", [dir]),
            }
        }
        LogError::Missing { dir } => {
            Sentences::new("ledger-missing", [("dir", dir.display().to_string())])
        }
        LogError::OtherProgram { segment, found, expected } => {
            let parts = [
                ("segment", segment.clone()),
                ("found", found.clone()),
                ("expected", expected.clone()),
            ];
            Sentences::new("ledger-other-program", parts)
        }
        LogError::NewerFormat { segment, found } => {
            let parts = [
                ("segment", segment.clone()),
                ("found", found.to_string()),
                ("known", FORMAT.to_string()),
            ];
            Sentences::new("ledger-newer-format", parts)
        }
        LogError::Damaged { segment, line, byte, what } => {
            damaged(segment, *line, *byte, what, words)
        }
        LogError::Refused { segment, line, seq, cause } => {
            let (segment, line) = (("segment", segment.clone()), ("line", line.to_string()));
            Sentences::new(
                "ledger-refused",
                [segment, line, ("seq", seq.to_string()), ("cause", cause.to_string())],
            )
        }
        LogError::Unwritable { index, what } => {
            // People count from 1.
            let parts = [("number", (index + 1).to_string()), ("what", fault_words(what, words))];
            Sentences::new("ledger-unwritable", parts)
        }
        LogError::Io { doing: _, path, cause, kind } => {
            let path = ("path", path.display().to_string());
            match kind {
                LogErrorKind::Permission => Sentences::new("ledger-permission", [path]),
                LogErrorKind::ReadOnly => Sentences::new("ledger-read-only", [path]),
                LogErrorKind::Misplaced => Sentences::new("ledger-misplaced", [path]),
                LogErrorKind::NoSpace => Sentences::new("ledger-no-space", [path]),
                LogErrorKind::Io
                | LogErrorKind::Locked
                | LogErrorKind::Missing
                | LogErrorKind::OtherProgram
                | LogErrorKind::NewerFormat
                | LogErrorKind::Refused
                | LogErrorKind::Unwritable
                | LogErrorKind::NoKey
                | LogErrorKind::WrongKey
                | LogErrorKind::Damaged => {
                    Sentences::new("ledger-io", [path, ("cause", cause_words(cause, words))])
                }
            }
        }
        LogError::Seal(error) => seal(error, words),
        LogError::Ended { why, kind: _ } => Sentences::new("ledger-ended", [("why", why.clone())]),
    }
}

/// What is wrong with the keys.
pub(super) fn seal(error: &SealError, words: &Words) -> Sentences {
    let shown = |file: &Path| ("file", file.display().to_string());
    match error {
        SealError::NoKey { file } => Sentences::new("seal-no-key", [shown(file)]),
        SealError::WrongKey { origin } => {
            Sentences::new("seal-wrong-key", [("origin", origin.clone())])
        }
        SealError::NotAKey { origin } => {
            Sentences::new("seal-not-a-key", [("origin", origin.clone())])
        }
        SealError::Readable { file, mode } => {
            Sentences::new("seal-readable", [shown(file), ("mode", format!("{mode:o}"))])
        }
        SealError::KeysLost { file, missing } => {
            Sentences::new("seal-keys-lost", [shown(file), ("missing", missing.to_string())])
        }
        SealError::StoreDamaged { file, what } => {
            Sentences::new("seal-store", [shown(file), ("what", what.clone())])
        }
        SealError::Unopened { key } => Sentences::new("seal-unopened", [("key", key.to_string())]),
        SealError::Io { doing: _, file, cause } => {
            Sentences::new("seal-io", [shown(file), ("cause", cause_words(cause, words))])
        }
        SealError::NoRandom(_) | SealError::Data(_) => {
            Sentences::new("seal-fault", [("cause", error.to_string())])
        }
    }
}

fn damaged(segment: &str, line: u64, byte: u64, what: &Damage, words: &Words) -> Sentences {
    let segment = ("segment", segment.to_owned());
    let (line, byte) = (("line", line.to_string()), ("byte", byte.to_string()));
    match what {
        Damage::Line(fault) => Sentences::new(
            "ledger-damaged-line",
            [segment, line, byte, ("what", fault_words(fault, words))],
        ),
        Damage::NoHeader => Sentences::new("ledger-damaged-start", [segment, line, byte]),
        // These are about a file as a whole.
        Damage::ForeignName => Sentences::new("ledger-damaged-name", [segment]),
        Damage::Gap { expected, found } => {
            let parts = [segment, ("expected", expected.to_string()), ("found", found.to_string())];
            Sentences::new("ledger-damaged-gap", parts)
        }
    }
}

/// What is wrong with a line, as a part of a sentence.
pub(super) fn fault_words(fault: &LineFault, words: &Words) -> String {
    let numbers = |key: &str, one: (&str, u64), other: (&str, u64)| {
        words.say_with(key, &[(one.0, &one.1.to_string()), (other.0, &other.1.to_string())])
    };
    match fault {
        LineFault::Ending => words.say("fault-ending"),
        LineFault::Start => words.say("fault-start"),
        LineFault::HashText => words.say("fault-hash-text"),
        LineFault::NotText => words.say("fault-not-text"),
        LineFault::Fields(cause) => words.say_with("fault-fields", &[("cause", cause)]),
        LineFault::Kind(kind) => words.say_with("fault-kind", &[("kind", kind)]),
        LineFault::Seq { expected, found } => {
            numbers("fault-seq", ("expected", *expected), ("found", *found))
        }
        LineFault::Group { seq, found } => numbers("fault-group", ("seq", *seq), ("found", *found)),
        LineFault::Hash => words.say("fault-hash"),
        LineFault::Prev => words.say("fault-prev"),
        LineFault::HeaderInside => words.say("fault-header-inside"),
        LineFault::Inside { fault, seq, group: _ } => words.say_with(
            "fault-inside",
            &[("fault", &fault_words(fault, words)), ("seq", &seq.to_string())],
        ),
    }
}
