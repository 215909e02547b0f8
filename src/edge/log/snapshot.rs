//! The file `snapshot` beside a ledger's segments: a cache of the state after some line. Its content
//! is opaque bytes here (`memory` makes and encrypts them).
//!
//! It is written under another name, synced and renamed, so a crash leaves the old one or the new
//! one. It holds personal data, so only its owner may read it. Deleting it loses nothing.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use super::disk::{Disk, StdDisk};

const NAME: &str = "snapshot";
const NEW_NAME: &str = "snapshot.new";

/// Writes a snapshot. On any error the previous one stays.
pub fn write_snapshot(dir: &Path, bytes: &[u8]) -> io::Result<()> {
    let new = dir.join(NEW_NAME);
    // A file that a crash left keeps its mode, so it is made anew rather than truncated.
    remove(&new)?;
    let written = write_private(&new, bytes).and_then(|()| StdDisk.rename(&new, &dir.join(NAME)));
    if written.is_err() {
        // The first error is the one to report; a file that cannot be removed is overwritten by the
        // next snapshot.
        let _ = remove(&new);
    }
    written?;
    StdDisk.sync_dir(dir)
}

/// Writes a new file that only its owner may read, and syncs it.
fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Returns the snapshot's bytes; `None` if there is no snapshot.
pub fn read_snapshot(dir: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(dir.join(NAME)) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

/// Deletes a file if it exists.
fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    }
}
