//! The file `snapshot` beside a ledger's segments: a cache of what follows from the lines up to a place. What stands in it is
//! its writer's; here it is a file that is whole or not there.
//!
//! Written under another name, synced and renamed, closed by a SHA-256 of everything before it: a crash leaves the old one or
//! the new one, and whatever happens to its bytes is noticed before any of them is believed. It holds what the ledger holds,
//! personal data included, so nobody but its owner may read it; deleting it loses nothing.

use std::error::Error;
use std::fs::{self, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::disk::{Disk, StdDisk};

const NAME: &str = "snapshot";
const NEW_NAME: &str = "snapshot.new";
/// The SHA-256 at its end.
const SUM: usize = 32;
const BUFFER: usize = 256 * 1024;

/// Passes bytes on and sums them up.
struct Summing<W> {
    out: W,
    sum: Sha256,
}

impl<W: Write> Write for Summing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.sum.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Writes the snapshot that `fill` writes. On any failure the one before it stays as it was.
pub fn write_snapshot<E: Into<Box<dyn Error + Send + Sync>>>(
    dir: &Path,
    fill: impl FnOnce(&mut dyn Write) -> Result<(), E>,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let new = dir.join(NEW_NAME);
    // What a crash left may be anybody's to read.
    remove(&new)?;
    let written = fill_file(&new, fill).and_then(|()| Ok(StdDisk.rename(&new, &dir.join(NAME))?));
    if written.is_err() {
        // The first failure is the one to tell; what is left takes room and is overwritten by the next snapshot.
        let _ = remove(&new);
    }
    written?;
    Ok(StdDisk.sync_dir(dir)?)
}

fn fill_file<E: Into<Box<dyn Error + Send + Sync>>>(
    path: &Path,
    fill: impl FnOnce(&mut dyn Write) -> Result<(), E>,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    // The sum is of whole buffers, not of every few bytes that come in.
    let mut out = BufWriter::with_capacity(BUFFER, Summing { out: file, sum: Sha256::new() });
    fill(&mut out).map_err(Into::into)?;
    let Summing { out: mut file, sum } = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.write_all(&sum.finalize())?;
    Ok(file.sync_all()?)
}

/// What was written as the snapshot; none if there is no snapshot. One whose sum is not right is an error.
pub fn read_snapshot(dir: &Path) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = match fs::read(dir.join(NAME)) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(e),
    };
    let whole = bytes.split_last_chunk::<SUM>().is_some_and(|(rest, sum)| Sha256::digest(rest).as_slice() == sum);
    if !whole {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it is cut or changed: its sum is not right"));
    }
    bytes.truncate(bytes.len() - SUM);
    Ok(Some(bytes))
}

/// Deletes the snapshot, so that nothing is left of what it remembered: who erases from the ledger erases here too.
pub fn forget_snapshot(dir: &Path) -> io::Result<()> {
    let there = remove(&dir.join(NAME))? | remove(&dir.join(NEW_NAME))?;
    if there { StdDisk.sync_dir(dir) } else { Ok(()) }
}

/// Deletes a file; whether there was one.
fn remove(path: &Path) -> io::Result<bool> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(e) => Err(e),
    }
}
