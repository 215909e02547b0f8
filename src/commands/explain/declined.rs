//! What the commands about keys and people do not do, and why.

use super::{Explain, cause_words};
use crate::cli::Failure;
use crate::edge::seal::BackupError;
use crate::words::{Sentences, Words};

/// Why a command about keys or a person did not do what it was asked.
pub enum Declined {
    /// A backup is from before the last keys were made: the file, how many keys it lacks.
    OldBackup(String, usize),
    /// There is no terminal to ask for the passphrase.
    NoPassphrase(std::io::Error),
    /// The passphrase was typed in two ways.
    TwoPassphrases,
    /// The passphrase has fewer letters than so many.
    ShortPassphrase(usize),
    /// Nobody has the code.
    Nobody(String),
    /// The person was erased before.
    ErasedAlready(String),
    /// An erasure was not confirmed.
    NotConfirmed(String),
    /// So many changes in the sheet are not recorded yet.
    SheetIsAhead(usize),
    /// The configuration does not say how long data are kept.
    RetentionOff,
}

impl Explain for Declined {
    fn sentences(&self, words: &Words) -> Sentences {
        let code = |code: &str| [("code", code.to_owned())];
        match self {
            Self::OldBackup(file, missing) => Sentences::new(
                "keys-old-backup",
                [("file", file.clone()), ("missing", missing.to_string())],
            ),
            Self::NoPassphrase(cause) => {
                Sentences::new("keys-no-passphrase", [("cause", cause_words(cause, words))])
            }
            Self::TwoPassphrases => Sentences::new("keys-two-passphrases", []),
            Self::ShortPassphrase(least) => {
                Sentences::new("keys-short-passphrase", [("least", least.to_string())])
            }
            Self::Nobody(of) => Sentences::new("person-nobody", code(of)),
            Self::ErasedAlready(of) => Sentences::new("person-erased-already", code(of)),
            Self::NotConfirmed(of) => Sentences::new("person-not-confirmed", code(of)),
            Self::SheetIsAhead(count) => {
                Sentences::new("person-sheet-ahead", [("count", count.to_string())])
            }
            Self::RetentionOff => Sentences::new("retention-off", []),
        }
    }

    fn fails(&self, message: String) -> Failure {
        Failure::Mend(message)
    }
}

impl Explain for BackupError {
    fn sentences(&self, words: &Words) -> Sentences {
        let shown = |file: &std::path::Path| ("file", file.display().to_string());
        match self {
            Self::NoKeys => Sentences::new("keys-none", []),
            Self::Exists { file } => Sentences::new("keys-exist", [shown(file)]),
            Self::NotThere { file } => Sentences::new("keys-not-there", [shown(file)]),
            Self::NotOpened { file, what } => {
                Sentences::new("keys-not-opened", [shown(file), ("what", what.clone())])
            }
            Self::Foreign { file, program } => {
                Sentences::new("keys-foreign", [shown(file), ("program", program.clone())])
            }
            Self::Seal(error) => error.sentences(words),
        }
    }

    fn fails(&self, message: String) -> Failure {
        match self {
            Self::Seal(error) => error.fails(message),
            _ => Failure::Mend(message),
        }
    }
}
