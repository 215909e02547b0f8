//! The program key: the places where it is looked for, and how it is made.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::cipher::random;
use super::error::SealError;

/// The environment variable that may hold the key.
pub const KEY_VARIABLE: &str = "HALAQAH_PROGRAM_KEY";
/// The file beside the ledger's directory that may hold the key. The systemd credential has the
/// same name with `halaqah-` before it.
pub const KEY_FILE: &str = "program-key";

/// The key that wraps all others. It is kept as 64 hex digits in a place that a copy of the ledger
/// does not include: the environment, a systemd credential, or a file of mode 0600.
#[derive(Clone)]
pub struct ProgramKey {
    pub(super) secret: [u8; 32],
    /// The place where the key was found.
    pub origin: KeyOrigin,
}

/// The place where the program key was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyOrigin {
    /// The environment variable [`KEY_VARIABLE`].
    Environment,
    /// A credential that systemd passes to the service.
    Credential(PathBuf),
    /// A file.
    File(PathBuf),
}

impl fmt::Display for KeyOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment => f.write_str(KEY_VARIABLE),
            Self::Credential(path) | Self::File(path) => path.display().fmt(f),
        }
    }
}

impl fmt::Debug for ProgramKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProgramKey").field("origin", &self.origin).finish_non_exhaustive()
    }
}

impl ProgramKey {
    /// Returns the path of the key's file for the ledger in `dir`.
    pub fn file(dir: &Path) -> PathBuf {
        dir.parent().unwrap_or(Path::new("")).join(KEY_FILE)
    }

    /// Looks for the key in the environment, then among the credentials of systemd, then in its
    /// file; `None` if it is in none of them.
    pub fn find(dir: &Path) -> Result<Option<Self>, SealError> {
        if let Ok(text) = std::env::var(KEY_VARIABLE) {
            return Self::read(&text, KeyOrigin::Environment).map(Some);
        }
        if let Ok(folder) = std::env::var("CREDENTIALS_DIRECTORY") {
            let path = Path::new(&folder).join(format!("halaqah-{KEY_FILE}"));
            if let Some(text) = text_of(&path)? {
                return Self::read(&text, KeyOrigin::Credential(path)).map(Some);
            }
        }
        let path = Self::file(dir);
        let Some(text) = text_of(&path)? else { return Ok(None) };
        refuse_readable(&path)?;
        Self::read(&text, KeyOrigin::File(path)).map(Some)
    }

    /// Reads a key from 64 hex digits.
    pub fn read(text: &str, origin: KeyOrigin) -> Result<Self, SealError> {
        let text = text.trim();
        let digits = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let mut secret = [0; 32];
        for (at, byte) in secret.iter_mut().enumerate() {
            let pair =
                digits.then(|| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok()).flatten();
            *byte = pair.ok_or_else(|| SealError::NotAKey { origin: origin.to_string() })?;
        }
        Ok(Self { secret, origin })
    }

    /// Returns the key as 64 hex digits.
    pub fn hex(&self) -> String {
        self.secret.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Makes a new key and writes it into its file.
    pub fn make(dir: &Path) -> Result<Self, SealError> {
        let path = Self::file(dir);
        let key = Self { secret: random()?, origin: KeyOrigin::File(path.clone()) };
        key.write_new(&path)?;
        Ok(key)
    }

    /// Writes the key into a new file that only its owner may read. The file is complete and on the
    /// medium when this returns `Ok`.
    ///
    /// # Errors
    /// The file exists, or cannot be written.
    pub fn write_new(&self, path: &Path) -> Result<(), SealError> {
        let unnamed = path.with_extension("new");
        let folder =
            path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let write = || -> io::Result<()> {
            match fs::remove_file(&unnamed) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            let mut options = OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(&unnamed)?;
            writeln!(file, "{}", self.hex())?;
            file.sync_all()?;
            // `rename` would replace an existing key. No other process makes one between the check
            // and the rename, since the caller holds the ledger's lock.
            if path.try_exists()? {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            fs::rename(&unnamed, path)?;
            if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
        };
        write().map_err(|cause| SealError::Io { doing: "write", file: path.to_owned(), cause })
    }
}

fn text_of(path: &Path) -> Result<Option<String>, SealError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(SealError::Io { doing: "read", file: path.to_owned(), cause }),
    }
}

fn refuse_readable(path: &Path) -> Result<(), SealError> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let meta = fs::metadata(path);
        let meta =
            meta.map_err(|cause| SealError::Io { doing: "read", file: path.to_owned(), cause })?;
        let mode = meta.permissions().mode() & 0o7777;
        if mode & 0o077 != 0 {
            return Err(SealError::Readable { file: path.to_owned(), mode });
        }
    }
    Ok(())
}
