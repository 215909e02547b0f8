//! Repair: what cannot be chained any more is moved aside from the first bad line on, so that the
//! rest opens again. Moves, never deletes: every byte is safe in its new place before it leaves the
//! old one.

use std::convert::Infallible;
use std::fs;
use std::path::{Path, PathBuf};

use super::disk::{Disk, OpenFile, StdDisk};
use super::error::{Damage, LogError};
use super::replay::{Accept, Segment, replay, segments};
use super::{Head, Line, copy_tail, lock};

/// What was moved aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The file in the ledger's directory.
    pub segment: String,
    /// The first line that was moved, as people count it; 0 for the file as a whole.
    pub line: u64,
    /// Where the moved bytes began.
    pub byte: u64,
    /// How many there are.
    pub bytes: u64,
    /// Where they are now.
    pub to: PathBuf,
    /// Whether they are a file that never was a part of the ledger, so that no event went with it.
    pub foreign: bool,
}

/// What a repair came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repaired {
    /// What was moved, in order; empty if nothing had to be.
    pub moved: Vec<Moved>,
    /// The last event that still stands in the ledger.
    pub head: Head,
}

/// Moves aside what cannot be chained any more, until the ledger opens. Refuses while another
/// process holds the lock, and leaves another program's ledger and a newer format alone.
pub fn repair(dir: &Path, program: &str) -> Result<Repaired, LogError> {
    let mut disk = StdDisk;
    if !dir.is_dir() {
        return Err(LogError::Missing { dir: dir.to_owned() });
    }
    let _lock = lock(dir, &mut disk)?;
    let mut aside = Aside { dir, to: None, moved: Vec::new() };
    loop {
        let found = segments(dir).and_then(|all| {
            if all.is_empty() {
                return Ok(Head::EMPTY);
            }
            let accept = Accept { program: Some(program), newer_format: false, last_batch: false };
            let replay = replay(&all, accept, |_: &Line<'_>| Ok::<(), Infallible>(()))?;
            // A torn tail is the next opening's to set aside: it was never acknowledged.
            Ok(*replay.chain.head())
        });
        match found {
            Ok(head) => return Ok(Repaired { moved: aside.moved, head }),
            Err(LogError::Damaged { segment, line, byte, what, .. }) => {
                aside.from(&mut disk, &segment, line, byte, &what)?;
            }
            Err(error) => return Err(error),
        }
    }
}

/// The directory for what is moved, made when it is needed.
struct Aside<'a> {
    dir: &'a Path,
    to: Option<PathBuf>,
    moved: Vec<Moved>,
}

impl Aside<'_> {
    /// Moves what begins at a line. Later segments go first, the newest of them before all: an
    /// interruption leaves a ledger that is still damaged in the same place, or ends there.
    fn from(
        &mut self,
        disk: &mut StdDisk,
        segment: &str,
        line: u64,
        byte: u64,
        what: &Damage,
    ) -> Result<(), LogError> {
        if *what == Damage::ForeignName {
            return self.whole(disk, segment, true);
        }
        let all = segments(self.dir)?;
        let Some(place) = all.iter().position(|found| found.name == segment) else { return Ok(()) };
        for later in all[place + 1..].iter().rev() {
            self.whole(disk, &later.name, false)?;
        }
        if byte == 0 {
            self.whole(disk, segment, false)
        } else {
            self.tail(disk, &all[place], line, byte)
        }
    }

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

    fn whole(&mut self, disk: &mut StdDisk, name: &str, foreign: bool) -> Result<(), LogError> {
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

    fn tail(
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
