//! What can go wrong with the keys and the sealed answers.

use std::path::PathBuf;

use compact_str::CompactString;

/// Why private answers can be neither sealed nor opened.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// There are sealed answers but no program key.
    #[error("no program key in HALAQAH_PROGRAM_KEY, the credential halaqah-program-key or {}", file.display())]
    NoKey {
        /// The file in which the key is looked for last.
        file: PathBuf,
    },
    /// The program key that was found does not open this ledger's keys.
    #[error("program key ({origin}) of another ledger")]
    WrongKey {
        /// The place where the key was found.
        origin: String,
    },
    /// Malformed program key.
    #[error("malformed program key ({origin})")]
    NotAKey {
        /// The place where the key was found.
        origin: String,
    },
    /// Users other than the owner may read the file of the program key.
    #[error("program key {} readable by others (mode {mode:o})", file.display())]
    Readable {
        /// The file of the program key.
        file: PathBuf,
        /// The file's Unix mode.
        mode: u32,
    },
    /// Lines are sealed under keys that the store does not have.
    #[error("{} lacks {missing} keys of the ledger", file.display())]
    KeysLost {
        /// The file of the wrapped keys.
        file: PathBuf,
        /// The number of missing keys.
        missing: usize,
    },
    /// The store cannot be parsed, or a key in it cannot be unwrapped.
    #[error("damaged file of keys {}: {what}", file.display())]
    StoreDamaged {
        /// The file of the wrapped keys.
        file: PathBuf,
        /// The fault, with the line or the key.
        what: String,
    },
    /// A sealed part is not opened by the key that it names.
    #[error("cannot open an answer sealed under key {key}")]
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
    #[error("no random numbers from the system: {0}")]
    NoRandom(#[from] getrandom::Error),
    /// An event's data cannot be written as JSON: a mistake in this program.
    #[error("cannot write the event's data as JSON: {0}")]
    Data(#[from] serde_json::Error),
}
