//! `keys status`, `keys backup`, `keys check` and `keys restore`: the keys of private answers, and
//! their backup.

use std::path::Path;

use super::explain::{Declined, in_words};
use super::print::say;
use crate::cli::{Failure, KeysCommand};
use crate::edge::log::LogErrorKind;
use crate::edge::seal::{Backup, BackupError, KeyOrigin, ProgramKey, SealError, Seals};
use crate::memory::Memory;
use crate::setting::Setting;
use crate::words::Words;

/// The environment variable that may hold the passphrase of a backup.
const PASSPHRASE: &str = "HALAQAH_PASSPHRASE";
/// A shorter passphrase is refused: whoever finds the file may try as long as he likes.
const SHORTEST: usize = 10;

/// Carries out a command about the keys.
pub fn keys(setting: &Setting, command: &KeysCommand) -> Result<(), Failure> {
    match command {
        KeysCommand::Status => status(setting),
        KeysCommand::Backup { file } => backup(setting, file),
        KeysCommand::Check { file } => check(setting, file),
        KeysCommand::Restore { file } => restore(setting, file),
    }
}

fn status(setting: &Setting) -> Result<(), Failure> {
    let (words, dir) = (&setting.words, setting.config.ledger_dir());
    let seals = Seals::of(&dir, &setting.config.program_code).map_err(in_words(words))?;
    match seals.key() {
        Some(key) => {
            say(words.say_with("keys-found", &[("origin", &origin_words(&key.origin, words))]))
        }
        None if !seals.has_store() => say(words.say("keys-none-yet")),
        None => return Err(in_words(words)(SealError::NoKey { file: ProgramKey::file(&dir) })),
    }
    let opened = match Memory::replay(&dir, &setting.config.program_code) {
        Ok((memory, _)) => memory.seals.sealed_lines(),
        Err(error) if error.kind() == LogErrorKind::Missing => 0,
        Err(error) => return Err(in_words(words)(error)),
    };
    let number = |number: usize| words.integer(i64::try_from(number).unwrap_or(i64::MAX));
    let lines = words.integer(i64::try_from(opened).unwrap_or(i64::MAX));
    say(words.say_with("keys-count", &[("count", &number(seals.count())), ("lines", &lines)]));
    Ok(())
}

fn origin_words(origin: &KeyOrigin, words: &Words) -> String {
    match origin {
        KeyOrigin::Environment => words.say("keys-in-environment"),
        KeyOrigin::Credential(path) => {
            words.say_with("keys-in-credential", &[("file", &path.display().to_string())])
        }
        KeyOrigin::File(path) => {
            words.say_with("keys-in-file", &[("file", &path.display().to_string())])
        }
    }
}

fn backup(setting: &Setting, file: &Path) -> Result<(), Failure> {
    let (words, config) = (&setting.words, &setting.config);
    let passphrase = passphrase(words, true)?;
    let made = Backup::make(&config.ledger_dir(), &config.program_code, file, passphrase);
    let count = made.map_err(in_words(words))?;
    let count = words.integer(i64::try_from(count).unwrap_or(i64::MAX));
    say(words
        .say_with("keys-backed-up", &[("file", &file.display().to_string()), ("count", &count)]));
    Ok(())
}

/// Opens a backup. Nobody is asked for the passphrase of a file that is not there.
fn open(setting: &Setting, file: &Path) -> Result<Backup, Failure> {
    let words = &setting.words;
    if !file.exists() {
        return Err(in_words(words)(BackupError::NotThere { file: file.to_owned() }));
    }
    Backup::read(&setting.config.program_code, file, passphrase(words, false)?)
        .map_err(in_words(words))
}

/// Opens the whole ledger with what is in the backup alone.
fn check(setting: &Setting, file: &Path) -> Result<(), Failure> {
    let (words, config) = (&setting.words, &setting.config);
    let backup = open(setting, file)?;
    let seals =
        backup.seals(&config.ledger_dir(), &config.program_code).map_err(in_words(words))?;
    let read = Memory::read_with_keys(seals, &config.ledger_dir(), &config.program_code);
    let (memory, _) = read.map_err(in_words(words))?;
    if let Err(SealError::KeysLost { missing, .. }) = memory.seals.require_all_keys() {
        return Err(in_words(words)(Declined::OldBackup(file.display().to_string(), missing)));
    }
    let lines = words.integer(i64::try_from(memory.seals.sealed_lines()).unwrap_or(i64::MAX));
    say(words.say_with("keys-checked", &[("file", &file.display().to_string()), ("lines", &lines)]));
    if memory.seals.revived_keys() > 0 {
        say(words.say("keys-checked-erased"));
    }
    Ok(())
}

fn restore(setting: &Setting, file: &Path) -> Result<(), Failure> {
    let (words, config) = (&setting.words, &setting.config);
    let restored = open(setting, file)?
        .restore(&config.ledger_dir(), &config.program_code)
        .map_err(in_words(words))?;
    if !restored.key && !restored.keys {
        say(words.say("keys-restored-nothing"));
    }
    if restored.key {
        say(words.say_with(
            "keys-restored-key",
            &[("file", &ProgramKey::file(&config.ledger_dir()).display().to_string())],
        ));
    }
    if restored.keys {
        say(words.say("keys-restored-keys"));
    }
    Ok(())
}

/// The passphrase: from the environment, or asked for without an echo; twice where it is new.
fn passphrase(words: &Words, is_new: bool) -> Result<String, Failure> {
    let given = match std::env::var(PASSPHRASE) {
        Ok(given) => given,
        Err(_) => {
            let ask = |key: &str| {
                rpassword::prompt_password(format!("{} ", words.say(key)))
                    .map_err(|error| in_words(words)(Declined::NoPassphrase(error)))
            };
            let given = ask("keys-ask")?;
            if is_new && ask("keys-ask-again")? != given {
                return Err(in_words(words)(Declined::TwoPassphrases));
            }
            given
        }
    };
    if is_new && given.chars().count() < SHORTEST {
        return Err(in_words(words)(Declined::ShortPassphrase(SHORTEST)));
    }
    Ok(given)
}
