//! `ledger verify`, `ledger repair` and `ledger show`; `ledger diff` and `ledger export` have files
//! of their own.

mod diff;
mod export;

use std::collections::VecDeque;

use super::explain::{NotInChain, in_words};
use super::print::say;
use crate::cli::{Failure, LedgerCommand};
use crate::edge::log::{Line, Log, Moved, repair as move_aside};
use crate::ledger::line::LineHash;
use crate::ledger::point::AsOf;
use crate::memory::Memory;
use crate::setting::Setting;
use crate::words::Words;

/// Carries out a command about the ledger. Only `repair` changes it; all others work while the
/// daemon runs.
pub fn ledger(setting: &Setting, command: &LedgerCommand) -> Result<(), Failure> {
    match command {
        LedgerCommand::Verify { against } => verify(setting, against.as_ref()),
        LedgerCommand::Repair => repair(setting),
        LedgerCommand::Export { format, kind } => export::export(setting, *format, kind.as_deref()),
        LedgerCommand::Diff { from, to, lines, json } => {
            diff::diff(setting, [*from, *to], *lines, *json)
        }
        LedgerCommand::Show { kind, last, as_of } => show(setting, kind.as_deref(), *last, *as_of),
    }
}

fn verify(setting: &Setting, against: Option<&LineHash>) -> Result<(), Failure> {
    let words = &setting.words;
    let read = Memory::read_without_key(&setting.config.ledger_dir(), &setting.config.program_code);
    let (memory, opened) = read.map_err(in_words(words))?;
    if let Some(torn) = &opened.torn {
        say(words.say_with("verify-torn", &[("bytes", &torn.bytes.to_string())]));
    }
    let count = words.integer(i64::try_from(opened.lines).unwrap_or(i64::MAX));
    say(words.say_with("verify-ok", &[("count", &count), ("hash", &memory.head.hash)]));
    against.map_or(Ok(()), |hash| find(setting, hash))
}

/// Says which event has a fingerprint. The chain was verified: who finds it there has all events up
/// to it as they were.
fn find(setting: &Setting, hash: &LineHash) -> Result<(), Failure> {
    let words = &setting.words;
    let (mut found, mut after) = (None, 0);
    let each = |line: &Line<'_>| -> Result<(), std::convert::Infallible> {
        match found {
            None if line.hash == *hash => found = Some((line.seq, line.at)),
            None => {}
            Some(_) => after += 1,
        }
        Ok(())
    };
    let read = Log::read(&setting.config.ledger_dir(), Some(&setting.config.program_code), each);
    let opened = read.map_err(in_words(words))?;
    let Some((seq, at)) = found else {
        return Err(in_words(words)(NotInChain { hash: hash.to_string(), seq: opened.head.seq }));
    };
    let day = words.long_date(at.with_timezone(&setting.config.timezone).date_naive());
    let (seq, after) = (seq.to_string(), words.integer(after));
    say(words.say_with("verify-found", &[("seq", &seq), ("day", &day), ("after", &after)]));
    Ok(())
}

fn repair(setting: &Setting) -> Result<(), Failure> {
    let words = &setting.words;
    let repaired = move_aside(&setting.config.ledger_dir(), &setting.config.program_code)
        .map_err(in_words(words))?;
    if repaired.moved.is_empty() {
        say(words.say("repair-nothing"));
    }
    for moved in &repaired.moved {
        say(moved_words(moved, words));
    }
    let events_went = repaired.moved.iter().any(|moved| !moved.foreign);
    if repaired.head.seq == 0 && events_went {
        say(words.say("repair-empty"));
    } else {
        // A repair looks at the chain alone; whether the events can follow on one another is for
        // the fold to say.
        verify(setting, None)?;
    }
    if events_went {
        say(words.say("repair-status"));
        say(words.say("repair-again"));
    }
    Ok(())
}

fn moved_words(moved: &Moved, words: &Words) -> String {
    let Moved { segment, line, byte, bytes, to, .. } = moved;
    let (line, byte, bytes, to) =
        (line.to_string(), byte.to_string(), bytes.to_string(), to.display().to_string());
    let parts = [
        ("segment", segment.as_str()),
        ("line", &line),
        ("byte", &byte),
        ("bytes", &bytes),
        ("to", &to),
    ];
    let key = if moved.byte == 0 { "repair-moved-file" } else { "repair-moved-lines" };
    words.say_with(key, &parts)
}

/// Whether a line is of a type, such as `meeting_report.submitted`, or of a form.
pub fn is_of_kind(line: &Line<'_>, kind: &str) -> bool {
    let form = line.kind.rsplit_once('.').map_or(line.kind, |(form, _)| form);
    kind == line.kind || kind == form
}

fn show(
    setting: &Setting,
    kind: Option<&str>,
    last: Option<usize>,
    as_of: Option<AsOf>,
) -> Result<(), Failure> {
    let (mut kept, mut past, mut none) = (VecDeque::new(), false, true);
    let wanted = |line: &Line<'_>| kind.is_none_or(|kind| is_of_kind(line, kind));
    let each = |line: &Line<'_>| -> Result<(), std::convert::Infallible> {
        past = past || as_of.is_some_and(|as_of| !as_of.holds(line.at, setting.config.timezone));
        if past || !wanted(line) {
            return Ok(());
        }
        none = false;
        let source = line
            .source
            .as_ref()
            .map(|source| format!(" #{} {}", source.row, source.key))
            .unwrap_or_default();
        let shown = format!(
            "{} {} {}{source} {}",
            line.seq,
            line.at.to_rfc3339(),
            line.kind,
            line.data.get()
        );
        match last {
            None => say(format_args!("{shown}")),
            Some(last) => {
                kept.push_back(shown);
                if kept.len() > last {
                    kept.pop_front();
                }
            }
        }
        Ok(())
    };
    Log::read(&setting.config.ledger_dir(), Some(&setting.config.program_code), each)
        .map_err(in_words(&setting.words))?;
    for line in kept {
        say(format_args!("{line}"));
    }
    // Not an error: there may just not be any yet. But a type that was mistyped has to be seen.
    if let Some(kind) = kind.filter(|_| none) {
        eprintln!("{}", setting.words.say_with("show-none", &[("kind", kind)]));
    }
    Ok(())
}
