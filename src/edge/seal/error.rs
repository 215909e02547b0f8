//! What can go wrong with the keys and the sealed answers.

use std::path::PathBuf;

use compact_str::CompactString;

/// Why private answers can be neither sealed nor opened.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// There are sealed answers but no program key.
    #[error(
        "the program key is missing: it is neither in HALAQAH_PROGRAM_KEY, nor a systemd credential halaqah-program-key, nor the \
         file {}. Bring it back from its backup (halaqah keys restore)", file.display()
    )]
    NoKey {
        /// The file in which the key is looked for last.
        file: PathBuf,
    },
    /// The program key that was found does not open this ledger's keys.
    #[error(
        "the program key ({origin}) does not open this ledger's keys: it is another key. Bring back the right one from its backup \
         (halaqah keys restore)"
    )]
    WrongKey {
        /// The place where the key was found.
        origin: String,
    },
    /// Malformed program key.
    #[error("the program key ({origin}) is none: a key is 64 characters, 0-9 and a-f")]
    NotAKey {
        /// The place where the key was found.
        origin: String,
    },
    /// Users other than the owner may read the file of the program key.
    #[error("others may read the program key {} (mode {mode:o}): take that right away with chmod 600", file.display())]
    Readable {
        /// The file of the program key.
        file: PathBuf,
        /// The file's Unix mode.
        mode: u32,
    },
    /// Lines are sealed under keys that the store does not have.
    #[error(
        "the file {} lacks {missing} of the keys under which the ledger is sealed: it is an old copy, or gone. Bring back the \
         newest backup of it (halaqah keys restore)", file.display()
    )]
    KeysLost {
        /// The file of the wrapped keys.
        file: PathBuf,
        /// The number of missing keys.
        missing: usize,
    },
    /// The store cannot be parsed, or a key in it cannot be unwrapped.
    #[error("the file {} is damaged: {what}. Bring it back from a backup (halaqah keys restore)", file.display())]
    StoreDamaged {
        /// The file of the wrapped keys.
        file: PathBuf,
        /// The fault, with the line or the key.
        what: String,
    },
    /// A sealed part is not opened by the key that it names.
    #[error(
        "an answer sealed under key {key} cannot be opened: the ledger or its keys are not what was written"
    )]
    Unopened {
        /// The key's name, as 16 hex digits.
        key: CompactString,
    },
    /// A file cannot be read or written.
    #[error("cannot {doing} {}: {cause}", file.display())]
    Io {
        /// The attempted operation, as a verb.
        doing: &'static str,
        /// The file or directory.
        file: PathBuf,
        /// The error of the system.
        cause: std::io::Error,
    },
    /// The system returns no random numbers.
    #[error("the system gives no random numbers: {0}")]
    NoRandom(#[from] getrandom::Error),
    /// An event's data cannot be written as JSON: a mistake in this program.
    #[error("this should not happen, please report it: {0}")]
    Data(#[from] serde_json::Error),
}
