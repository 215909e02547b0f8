//! `ledger verify` and `ledger show`.

use std::collections::VecDeque;

use super::explain::in_words;
use super::print::say;
use crate::cli::{Failure, LedgerCommand};
use crate::edge::log::{Line, Log};
use crate::memory::Memory;
use crate::setting::Setting;

/// Carries out a command about the ledger. None of them changes it, and all of them work while the daemon runs.
pub fn ledger(setting: &Setting, command: &LedgerCommand) -> Result<(), Failure> {
    match command {
        LedgerCommand::Verify => verify(setting),
        LedgerCommand::Show { kind, last } => show(setting, kind.as_deref(), *last),
    }
}

fn verify(setting: &Setting) -> Result<(), Failure> {
    let words = &setting.words;
    let read = Memory::read(&setting.config.ledger_dir(), &setting.config.program_code);
    let (memory, opened) = read.map_err(in_words(words))?;
    if let Some(torn) = &opened.torn {
        say(words.say_with("verify-torn", &[("bytes", &torn.bytes.to_string())]));
    }
    let count = words.integer(i64::try_from(opened.lines).unwrap_or(i64::MAX));
    say(words.say_with("verify-ok", &[("count", &count), ("hash", &memory.head.hash)]));
    Ok(())
}

fn show(setting: &Setting, kind: Option<&str>, last: Option<usize>) -> Result<(), Failure> {
    let mut kept = VecDeque::new();
    let wanted = |line: &Line<'_>| {
        let form = line.kind.rsplit_once('.').map_or(line.kind, |(form, _)| form);
        kind.is_none_or(|kind| kind == line.kind || kind == form)
    };
    let each = |line: &Line<'_>| -> Result<(), std::convert::Infallible> {
        if !wanted(line) {
            return Ok(());
        }
        let source = line.source.as_ref().map(|source| format!(" #{} {}", source.row, source.key)).unwrap_or_default();
        let shown = format!("{} {} {}{source} {}", line.seq, line.at.to_rfc3339(), line.kind, line.data.get());
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
    Ok(())
}
