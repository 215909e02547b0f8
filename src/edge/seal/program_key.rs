//! The program key: where it is looked for, and how it is made.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{SealError, random};

/// The environment variable that may hold the key.
pub const KEY_VARIABLE: &str = "HALAQAH_PROGRAM_KEY";
/// The file that may hold it, beside the ledger's directory; its name as a systemd credential
/// begins with `halaqah-`.
pub const KEY_FILE: &str = "program-key";

/// The key that wraps all others, as 64 hex digits in a place that no copy of the ledger has: the
/// environment, a systemd credential, or a file of mode 0600.
#[derive(Clone)]
pub struct ProgramKey {
    /// The key.
    pub(super) secret: [u8; 32],
    /// Where it was found.
    pub origin: KeyOrigin,
}

/// Where the program key was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyOrigin {
    /// In the environment.
    Environment,
    /// As a credential that systemd hands over.
    Credential(PathBuf),
    /// In a file.
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
    /// The file of the key of the ledger in `dir`.
    pub fn file(dir: &Path) -> PathBuf {
        dir.parent().unwrap_or(Path::new("")).join(KEY_FILE)
    }

    /// The key, wherever it is; none if it is nowhere.
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

    /// The key that 64 hex digits stand for.
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

    /// Its 64 hex digits.
    pub fn hex(&self) -> String {
        self.secret.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// A new key, in its file.
    pub fn make(dir: &Path) -> Result<Self, SealError> {
        let path = Self::file(dir);
        let key = Self { secret: random()?, origin: KeyOrigin::File(path.clone()) };
        key.keep(&path)?;
        Ok(key)
    }

    /// Writes it into a file that is not there yet: whole, for its owner alone, and on the medium
    /// when this returns.
    pub fn keep(&self, path: &Path) -> Result<(), SealError> {
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
            // Whoever makes a key holds the ledger's lock: nobody else makes one between these two
            // lines.
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
