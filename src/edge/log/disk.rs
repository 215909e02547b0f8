//! The few system calls that change a ledger, behind a trait, so that tests can make each of them
//! fail.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// A file opened for appending, with its path.
#[derive(Debug)]
pub struct OpenFile {
    /// The file's path at the time it was opened.
    pub path: PathBuf,
    file: File,
}

impl OpenFile {
    /// Opens an existing file for appending.
    pub fn append_to(path: &Path) -> io::Result<Self> {
        Ok(Self { path: path.to_owned(), file: OpenOptions::new().append(true).open(path)? })
    }
}

/// The operations that the ledger needs from a disk. Each call completes or returns an error.
pub trait Disk: Send {
    /// Makes an empty file for appending; overwrites what a crash left under that name.
    fn create(&mut self, path: &Path) -> io::Result<OpenFile>;
    /// Appends all bytes: one `write` unless the system takes only a part.
    fn write_all(&mut self, file: &mut OpenFile, bytes: &[u8]) -> io::Result<()>;
    /// Overwrites the bytes at offset `at`.
    fn write_over(&mut self, path: &Path, at: u64, bytes: &[u8]) -> io::Result<()>;
    /// `fdatasync`: brings the file's bytes and length to the medium.
    fn sync_data(&mut self, file: &OpenFile) -> io::Result<()>;
    /// Brings the directory's entries to the medium.
    fn sync_dir(&mut self, dir: &Path) -> io::Result<()>;
    /// Cuts the file to `len` bytes.
    fn truncate(&mut self, file: &OpenFile, len: u64) -> io::Result<()>;
    /// Renames a file; replaces the file at `to`, if there is one.
    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()>;
}

/// The disk of the operating system.
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
        // A file opened for appending ignores the offset and writes at its end.
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
