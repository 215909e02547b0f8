//! What can go wrong with a ledger's files: what happened, where, and a stable kind for the exit
//! code.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};

use crate::edge::seal::SealError;
use crate::ledger::line::{FORMAT, LineFault};

/// Why the ledger could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// Another process appends to this ledger.
    #[error(
        "ledger {} in use by another halaqah{}",
        dir.display(),
        holder.map(|pid| format!(" (process {pid})")).unwrap_or_default()
    )]
    Locked {
        /// The ledger's directory.
        dir: PathBuf,
        /// The process that holds it, where it could be read.
        holder: Option<u32>,
    },
    /// There is no ledger to read.
    #[error("no ledger in {}", dir.display())]
    Missing {
        /// The directory that was looked into.
        dir: PathBuf,
    },
    /// The ledger belongs to another program.
    #[error("ledger of program `{found}` ({segment}), not of `{expected}`")]
    OtherProgram {
        /// The segment that says so.
        segment: String,
        /// The code in its header.
        found: String,
        /// The code that was asked for.
        expected: String,
    },
    /// A newer halaqah wrote this ledger.
    #[error("{segment} has ledger format {found}, newer than {FORMAT}")]
    NewerFormat {
        /// The segment that says so.
        segment: String,
        /// Its format.
        found: u32,
    },
    /// The ledger is not what was written.
    #[error("damaged ledger at {segment}, line {line}, byte {byte}: {what}")]
    Damaged {
        /// The file.
        segment: String,
        /// The line as people count it; 0 for the file as a whole.
        line: u64,
        /// Where the line begins: bytes before it.
        byte: u64,
        /// What is wrong.
        what: Damage,
    },
    /// The caller would not take a line (an event version that it does not know, a step that cannot
    /// be).
    #[error("event {seq} ({segment}, line {line}) not acceptable: {cause}")]
    Refused {
        /// The file.
        segment: String,
        /// The line as people count it.
        line: u64,
        /// The event.
        seq: u64,
        /// What the caller said.
        cause: Box<dyn Error + Send + Sync>,
    },
    /// An event could not be written as a line; nothing was written, the log can go on.
    #[error("cannot write event {index} of the batch: {what}")]
    Unwritable {
        /// Its place in the batch, from 0.
        index: usize,
        /// What is wrong with it.
        what: LineFault,
    },
    /// The system refused.
    #[error("cannot {doing} {}: {cause}", path.display())]
    Io {
        /// What was tried, as a verb.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
        /// The kind of `cause`.
        kind: LogErrorKind,
    },
    /// Answers can be neither sealed nor opened.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// An earlier write failed, so this writer takes no more.
    #[error("no more events since an earlier write failed ({why})")]
    Ended {
        /// What failed first.
        why: String,
        /// Its kind.
        kind: LogErrorKind,
    },
}

/// What is wrong with a ledger.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// With a line.
    #[error(transparent)]
    Line(#[from] LineFault),
    /// A file that is no segment.
    #[error("not the name of a ledger segment")]
    ForeignName,
    /// A segment is missing, cut or doubled.
    #[error("segment that begins with event {found} instead of {expected}")]
    Gap {
        /// The event that had to come.
        expected: u64,
        /// The event that the name promises.
        found: u64,
    },
    /// An empty or cut first line. A segment gets its name only after its first line is safe, so no
    /// crash does this.
    #[error("segment without a first line")]
    NoHeader,
}

/// The stable kind of a [`LogError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogErrorKind {
    /// Another process holds it.
    Locked,
    /// There is none.
    Missing,
    /// It is another program's.
    OtherProgram,
    /// A newer halaqah wrote it.
    NewerFormat,
    /// The file system's permissions.
    Permission,
    /// The file system is read-only.
    ReadOnly,
    /// A file stands where a directory must be, or the other way round.
    Misplaced,
    /// The disk or the quota is full.
    NoSpace,
    /// The disk failed, or another error of the system.
    Io,
    /// The caller refused a line: look at the cause.
    Refused,
    /// An event that cannot be written.
    Unwritable,
    /// The program key is missing, is none, or others may read it.
    NoKey,
    /// The keys are not those of this ledger.
    WrongKey,
    /// The ledger is damaged.
    Damaged,
}

impl LogErrorKind {
    /// The command's exit code: 1 the user can mend it, 3 try again later, 4 ledger damaged. A
    /// refused line counts as damage unless the caller, who knows the cause, knows better.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Locked | Self::Missing | Self::OtherProgram | Self::NewerFormat => 1,
            Self::Permission
            | Self::ReadOnly
            | Self::Misplaced
            | Self::Unwritable
            | Self::NoKey => 1,
            Self::NoSpace | Self::Io => 3,
            Self::Refused | Self::WrongKey | Self::Damaged => 4,
        }
    }
}

impl LogError {
    /// Its stable kind; a writer that has ended keeps the kind of its first failure.
    pub fn kind(&self) -> LogErrorKind {
        match self {
            Self::Locked { .. } => LogErrorKind::Locked,
            Self::Missing { .. } => LogErrorKind::Missing,
            Self::OtherProgram { .. } => LogErrorKind::OtherProgram,
            Self::NewerFormat { .. } => LogErrorKind::NewerFormat,
            Self::Damaged { .. } => LogErrorKind::Damaged,
            Self::Refused { .. } => LogErrorKind::Refused,
            Self::Unwritable { .. } => LogErrorKind::Unwritable,
            Self::Seal(error) => seal_kind(error),
            Self::Io { kind, .. } | Self::Ended { kind, .. } => *kind,
        }
    }

    pub(super) fn io(doing: &'static str, path: &Path, cause: io::Error) -> Self {
        let kind = io_kind(&cause);
        Self::Io { doing, path: path.to_owned(), cause, kind }
    }

    /// An event just recorded that the caller would not take.
    pub fn refused(seq: u64, cause: impl Error + Send + Sync + 'static) -> Self {
        Self::Refused { segment: String::new(), line: 0, seq, cause: Box::new(cause) }
    }

    pub(super) fn damaged(segment: &str, line: u64, byte: u64, what: impl Into<Damage>) -> Self {
        Self::Damaged { segment: segment.to_owned(), line, byte, what: what.into() }
    }
}

fn io_kind(cause: &io::Error) -> LogErrorKind {
    match cause.kind() {
        io::ErrorKind::PermissionDenied => LogErrorKind::Permission,
        io::ErrorKind::ReadOnlyFilesystem => LogErrorKind::ReadOnly,
        io::ErrorKind::NotADirectory
        | io::ErrorKind::IsADirectory
        | io::ErrorKind::AlreadyExists => LogErrorKind::Misplaced,
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => LogErrorKind::NoSpace,
        _ => LogErrorKind::Io,
    }
}

/// The stable kind of what is wrong with the keys.
pub fn seal_kind(error: &SealError) -> LogErrorKind {
    match error {
        SealError::NoKey { .. } | SealError::NotAKey { .. } | SealError::Readable { .. } => {
            LogErrorKind::NoKey
        }
        SealError::WrongKey { .. } | SealError::KeysLost { .. } => LogErrorKind::WrongKey,
        SealError::StoreDamaged { .. } | SealError::Unopened { .. } => LogErrorKind::Damaged,
        SealError::Io { cause, .. } => io_kind(cause),
        SealError::NoRandom(_) => LogErrorKind::Io,
        SealError::Data(_) => LogErrorKind::Unwritable,
    }
}
