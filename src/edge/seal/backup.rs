//! The backup of the keys: one file in the age format, opened by a passphrase, with the program key
//! and the wrapped keys.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use age::scrypt::{Identity, Recipient};
use age::secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::error::SealError;
use super::program_key::{KeyOrigin, ProgramKey};
use super::seals::Seals;
use super::store::{STORE_FILE, Store};

const FORMAT: u32 = 1;

/// Why a backup cannot be made, read or restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// Nothing was sealed yet, so there are no keys.
    #[error("no keys yet")]
    NoKeys,
    /// The file to be written already exists.
    #[error("{} exists already", file.display())]
    Exists {
        /// The file that exists.
        file: PathBuf,
    },
    /// The backup does not exist, or the folder in which it is to be made does not.
    #[error("no file {}", file.display())]
    NotThere {
        /// The missing file or folder.
        file: PathBuf,
    },
    /// The passphrase is wrong, or the file was changed.
    #[error("{} not opened by this passphrase: {what}", file.display())]
    NotOpened {
        /// The backup.
        file: PathBuf,
        /// The error of the age library.
        what: String,
    },
    /// The file was opened but is not a backup of this program's keys.
    #[error("{} is not a backup of the keys of program {program}", file.display())]
    Foreign {
        /// The backup.
        file: PathBuf,
        /// The code of this program.
        program: String,
    },
    /// The keys beside the ledger cannot be read or written.
    #[error(transparent)]
    Seal(#[from] SealError),
}

#[derive(Serialize, Deserialize)]
struct Content {
    halaqah: String,
    format: u32,
    program: String,
    program_key: String,
    keys: String,
}

/// An opened backup.
#[derive(Debug)]
pub struct Backup {
    key: ProgramKey,
    store: Store,
}

/// The parts of a backup that were written back; `false` for a part that was still there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restored {
    /// Whether the program key was written.
    pub key: bool,
    /// Whether the wrapped keys were written.
    pub keys: bool,
}

impl Backup {
    /// Writes the keys of the ledger in `dir` into a new file; returns the number of wrapped keys.
    pub fn make(
        dir: &Path,
        program: &str,
        file: &Path,
        passphrase: String,
    ) -> Result<usize, BackupError> {
        let key = ProgramKey::find(dir)?;
        let (Some(key), Some(store)) = (key, Store::read(&dir.join(STORE_FILE))?) else {
            return Err(BackupError::NoKeys);
        };
        if !store.is_wrapped_by(&key, program) {
            return Err(SealError::WrongKey { origin: key.origin.to_string() }.into());
        }
        let content = Content {
            halaqah: "keys-backup".to_owned(),
            format: FORMAT,
            program: program.to_owned(),
            program_key: key.hex(),
            keys: String::from_utf8_lossy(&store.to_bytes()).into_owned(),
        };
        let text = serde_json::to_vec(&content).map_err(SealError::from)?;
        let recipient = Recipient::new(SecretString::from(passphrase));
        let sealed = age::encrypt(&recipient, &text).map_err(|error| SealError::Io {
            doing: "write",
            file: file.to_owned(),
            cause: io::Error::other(error),
        })?;
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let written = options.open(file).and_then(|mut made| {
            made.write_all(&sealed)?;
            made.sync_all()
        });
        match written {
            Ok(()) => Ok(store.len()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(BackupError::Exists { file: file.to_owned() })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(BackupError::NotThere { file: file.parent().unwrap_or(file).to_owned() })
            }
            Err(cause) => {
                Err(SealError::Io { doing: "write", file: file.to_owned(), cause }.into())
            }
        }
    }

    /// Opens a backup of the keys of `program`.
    pub fn read(program: &str, file: &Path, passphrase: String) -> Result<Self, BackupError> {
        let bytes = fs::read(file).map_err(|cause| match cause.kind() {
            io::ErrorKind::NotFound => BackupError::NotThere { file: file.to_owned() },
            _ => SealError::Io { doing: "read", file: file.to_owned(), cause }.into(),
        })?;
        let identity = Identity::new(SecretString::from(passphrase));
        let text = age::decrypt(&identity, &bytes).map_err(|error| BackupError::NotOpened {
            file: file.to_owned(),
            what: error.to_string(),
        })?;
        let foreign =
            || BackupError::Foreign { file: file.to_owned(), program: program.to_owned() };
        let content: Content = serde_json::from_slice(&text).map_err(|_| foreign())?;
        if content.halaqah != "keys-backup" || content.format > FORMAT || content.program != program
        {
            return Err(foreign());
        }
        let key = ProgramKey::read(&content.program_key, KeyOrigin::File(file.to_owned()))?;
        let store = Store::parse(&content.keys).map_err(|_| foreign())?;
        if !store.is_wrapped_by(&key, program) {
            return Err(foreign());
        }
        Ok(Self { key, store })
    }

    /// Returns the backup's keys, ready to open the ledger in `dir`.
    pub fn seals(&self, dir: &Path, program: &str) -> Result<Seals, SealError> {
        Seals::from_store(dir, program, self.key.clone(), self.store.clone())
    }

    /// Writes back what the ledger in `dir` lacks; overwrites nothing.
    pub fn restore(&self, dir: &Path, program: &str) -> Result<Restored, BackupError> {
        let (key_file, store_file) = (ProgramKey::file(dir), dir.join(STORE_FILE));
        let exists = |file: &Path| BackupError::Exists { file: file.to_owned() };
        let found = ProgramKey::find(dir)?;
        if found.as_ref().is_some_and(|found| found.secret != self.key.secret) {
            return Err(exists(&key_file));
        }
        let store = Store::read(&store_file)?;
        if store.as_ref().is_some_and(|store| !store.is_wrapped_by(&self.key, program)) {
            return Err(exists(&store_file));
        }
        let restored = Restored { key: found.is_none(), keys: store.is_none() };
        let io =
            |file: &Path, cause| SealError::Io { doing: "write", file: file.to_owned(), cause };
        fs::create_dir_all(dir).map_err(|cause| io(dir, cause))?;
        if restored.keys {
            let unnamed = dir.join(format!("{STORE_FILE}.new"));
            let write = || {
                let mut file = fs::File::create(&unnamed)?;
                file.write_all(&self.store.to_bytes())?;
                file.sync_all()?;
                fs::rename(&unnamed, &store_file)?;
                if cfg!(unix) { fs::File::open(dir)?.sync_all() } else { Ok(()) }
            };
            write().map_err(|cause| io(&store_file, cause))?;
        }
        if restored.key {
            self.key.write_new(&key_file)?;
        }
        Ok(restored)
    }
}
