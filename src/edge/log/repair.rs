//! Repair: moves everything from the first damaged line on out of the ledger, so that the rest
//! opens again. Moves, never deletes: every byte is durable in its new place before it leaves the
//! old one.

use std::convert::Infallible;
use std::fs;
use std::path::{Path, PathBuf};

use super::disk::{Disk, OpenFile, StdDisk};
use super::error::{Damage, LogError};
use super::files::{Segment, copy_tail, lock, segments};
use super::replay::{Accept, replay};
use crate::ledger::line::{Head, Line};

/// A file, or the end of one, that a repair moved out of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The name of the file in the ledger's directory.
    pub segment: String,
    /// The first line that was moved, counted from 1; 0 for the whole file.
    pub line: u64,
    /// The offset in the file at which the moved bytes began.
    pub byte: u64,
    /// The number of bytes moved.
    pub bytes: u64,
    /// The file that holds them now.
    pub to: PathBuf,
    /// Whether the file was never a part of the ledger, so that no event was lost with it.
    pub foreign: bool,
}

/// The result of a repair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repaired {
    /// What was moved, in order; empty if the ledger was sound.
    pub moved: Vec<Moved>,
    /// The last event that is still in the ledger.
    pub head: Head,
}

/// Moves lines that are not chained any more out of the ledger, until it opens. Refuses while
/// another process holds the lock. Does not touch the ledger of another program or of a newer
/// format.
pub fn repair(dir: &Path, program: &str) -> Result<Repaired, LogError> {
    let mut disk = StdDisk;
    if !dir.is_dir() {
        return Err(LogError::Missing { dir: dir.to_owned() });
    }
    let _lock = lock(dir, &mut disk)?;
    let mut mover = Mover { dir, to: None, moved: Vec::new() };
    // A file can have several faults, so the ledger is replayed again after each move.
    loop {
        let found = segments(dir).and_then(|all| {
            if all.is_empty() {
                return Ok(Head::EMPTY);
            }
            let accept = Accept { program: Some(program), newer_format: false, last_batch: false };
            let replay = replay(&all, accept, |_: &Line<'_>| Ok::<(), Infallible>(()))?;
            // A torn tail was never acknowledged: the next opening moves it aside.
            Ok(*replay.chain.head())
        });
        match found {
            Ok(head) => return Ok(Repaired { moved: mover.moved, head }),
            Err(LogError::Damaged { segment, line, byte, what, .. }) => {
                mover.move_from(&mut disk, &segment, line, byte, &what)?;
            }
            Err(error) => return Err(error),
        }
    }
}

/// Moves files and their ends into a new directory `moved-<n>`.
struct Mover<'a> {
    dir: &'a Path,
    /// The new directory; `None` until something is moved.
    to: Option<PathBuf>,
    moved: Vec<Moved>,
}

impl Mover<'_> {
    /// Moves everything from a damaged line on. The newest segment goes first: an interruption
    /// leaves a ledger that is still damaged at the same line, or ends there.
    fn move_from(
        &mut self,
        disk: &mut StdDisk,
        segment: &str,
        line: u64,
        byte: u64,
        what: &Damage,
    ) -> Result<(), LogError> {
        if *what == Damage::ForeignName {
            return self.move_file(disk, segment, true);
        }
        let all = segments(self.dir)?;
        let Some(place) = all.iter().position(|found| found.name == segment) else { return Ok(()) };
        for later in all[place + 1..].iter().rev() {
            self.move_file(disk, &later.name, false)?;
        }
        if byte == 0 {
            self.move_file(disk, segment, false)
        } else {
            self.move_tail(disk, &all[place], line, byte)
        }
    }

    /// Returns the new directory; makes it at the first call.
    fn folder(&mut self, disk: &mut StdDisk) -> Result<PathBuf, LogError> {
        if let Some(to) = &self.to {
            return Ok(to.clone());
        }
        let free =
            (1_u32..).map(|n| self.dir.join(format!("moved-{n}"))).find(|path| !path.exists());
        let to = free.unwrap_or_else(|| self.dir.join("moved"));
        fs::create_dir(&to).map_err(|e| LogError::io("make the directory", &to, e))?;
        disk.sync_dir(self.dir).map_err(|e| LogError::io("sync", self.dir, e))?;
        self.to = Some(to.clone());
        Ok(to)
    }

    fn move_file(&mut self, disk: &mut StdDisk, name: &str, foreign: bool) -> Result<(), LogError> {
        let folder = self.folder(disk)?;
        let (from, to) = (self.dir.join(name), folder.join(name));
        let bytes = fs::metadata(&from).map_err(|e| LogError::io("look at", &from, e))?.len();
        disk.rename(&from, &to).map_err(|e| LogError::io("move", &from, e))?;
        for dir in [folder.as_path(), self.dir] {
            disk.sync_dir(dir).map_err(|e| LogError::io("sync", dir, e))?;
        }
        self.moved.push(Moved { segment: name.to_owned(), line: 0, byte: 0, bytes, to, foreign });
        Ok(())
    }

    fn move_tail(
        &mut self,
        disk: &mut StdDisk,
        segment: &Segment,
        line: u64,
        byte: u64,
    ) -> Result<(), LogError> {
        let folder = self.folder(disk)?;
        let to = folder.join(format!("{}.from-byte-{byte}", segment.name));
        let file = OpenFile::append_to(&segment.path)
            .map_err(|e| LogError::io("open for writing", &segment.path, e))?;
        copy_tail(disk, segment, byte, &to).map_err(|e| LogError::io("copy to", &to, e))?;
        disk.sync_dir(&folder).map_err(|e| LogError::io("sync", &folder, e))?;
        let bytes = fs::metadata(&to).map_err(|e| LogError::io("look at", &to, e))?.len();
        disk.truncate(&file, byte).map_err(|e| LogError::io("cut", &segment.path, e))?;
        disk.sync_data(&file).map_err(|e| LogError::io("sync", &segment.path, e))?;
        self.moved.push(Moved {
            segment: segment.name.clone(),
            line,
            byte,
            bytes,
            to,
            foreign: false,
        });
        Ok(())
    }
}
