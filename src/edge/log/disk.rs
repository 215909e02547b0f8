//! The few system calls that change a ledger, behind one small door, so that tests can make each of
//! them fail.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// A file opened for appending, and where it is.
#[derive(Debug)]
pub struct OpenFile {
    /// Its path when it was opened.
    pub path: PathBuf,
    file: File,
}

impl OpenFile {
    /// Opens an existing file for appending.
    pub fn append_to(path: &Path) -> io::Result<Self> {
        Ok(Self { path: path.to_owned(), file: OpenOptions::new().append(true).open(path)? })
    }
}

/// What the ledger asks of a disk. Every call either does all it says or fails.
pub trait Disk: Send {
    /// Makes an empty file for appending; what a crash left under that name is overwritten.
    fn create(&mut self, path: &Path) -> io::Result<OpenFile>;
    /// Appends all bytes: one `write` unless the system takes only a part.
    fn write_all(&mut self, file: &mut OpenFile, bytes: &[u8]) -> io::Result<()>;
    /// Writes bytes over those that stand at `at`.
    fn write_over(&mut self, path: &Path, at: u64, bytes: &[u8]) -> io::Result<()>;
    /// `fdatasync`: the bytes and the length are on the medium.
    fn sync_data(&mut self, file: &OpenFile) -> io::Result<()>;
    /// The directory's entries are on the medium.
    fn sync_dir(&mut self, dir: &Path) -> io::Result<()>;
    /// Cuts the file to `len` bytes.
    fn truncate(&mut self, file: &OpenFile, len: u64) -> io::Result<()>;
    /// Gives a file its final name.
    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()>;
}

/// The real disk.
#[derive(Debug, Default, Clone, Copy)]
pub struct StdDisk;

impl Disk for StdDisk {
    fn create(&mut self, path: &Path) -> io::Result<OpenFile> {
        File::create(path)?;
        OpenFile::append_to(path)
    }

    fn write_all(&mut self, file: &mut OpenFile, bytes: &[u8]) -> io::Result<()> {
        file.file.write_all(bytes)
    }

    fn write_over(&mut self, path: &Path, at: u64, bytes: &[u8]) -> io::Result<()> {
        // A file opened for appending would append, wherever it is told to write.
        let mut file = OpenOptions::new().write(true).open(path)?;
        file.seek(SeekFrom::Start(at))?;
        file.write_all(bytes)
    }

    fn sync_data(&mut self, file: &OpenFile) -> io::Result<()> {
        file.file.sync_data()
    }

    fn sync_dir(&mut self, dir: &Path) -> io::Result<()> {
        // Only Unix can open a directory to sync it; elsewhere a rename is durable by the file
        // system's own journal.
        if cfg!(unix) { File::open(dir)?.sync_all() } else { Ok(()) }
    }

    fn truncate(&mut self, file: &OpenFile, len: u64) -> io::Result<()> {
        file.file.set_len(len)
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }
}
