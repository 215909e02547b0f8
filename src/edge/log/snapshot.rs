//! The file `snapshot` beside a ledger's segments: a cache of what follows from the lines up to a
//! place. What stands in it is its writer's, sealed; here it is a file that is whole or not there.
//!
//! Written under another name, synced and renamed: a crash leaves the old one or the new one. It
//! stands for what the ledger holds, personal data included, so nobody but its owner may read it;
//! deleting it loses nothing.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use super::disk::{Disk, StdDisk};

const NAME: &str = "snapshot";
const NEW_NAME: &str = "snapshot.new";

/// Writes a snapshot. On any failure the one before it stays as it was.
pub fn write_snapshot(dir: &Path, bytes: &[u8]) -> io::Result<()> {
    let new = dir.join(NEW_NAME);
    // What a crash left may be anybody's to read.
    remove(&new)?;
    let written = fill(&new, bytes).and_then(|()| StdDisk.rename(&new, &dir.join(NAME)));
    if written.is_err() {
        // The first failure is the one to tell; what is left takes room and is overwritten by the
        // next snapshot.
        let _ = remove(&new);
    }
    written?;
    StdDisk.sync_dir(dir)
}

fn fill(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// What was written as the snapshot; none if there is no snapshot.
pub fn read_snapshot(dir: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(dir.join(NAME)) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

/// Deletes a file, if it is there.
fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    }
}
