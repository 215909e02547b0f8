//! The ledger, folded: what the program remembers. Opened for writing by the one process that appends, or read beside it.
//!
//! Both go on from the ledger's snapshot if there is one that fits, so that a start takes no longer as the ledger grows old.
//! Whatever does not fit is thrown away and everything is read. The snapshot is a cache of a replay and of nothing else: it is
//! written by who opens for appending, before anything but the ledger's lines has touched the state.

use std::io::Write;
use std::path::Path;

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

use crate::edge::log::{
    Disk, Line, Log, LogError, Mark, Opened, Resumed, SEGMENT_BYTES, StdDisk, read_snapshot, write_snapshot,
};
use crate::ledger::event::{Event, UnreadableEvent, VERSION};
use crate::ledger::record::Source;
use crate::ledger::snapshot::{self, Parts, SnapshotError, hash_probe};
use crate::ledger::state::{Illegal, LedgerHead, State};
use crate::matching::Suggestions;

#[cfg(test)]
mod tests;

/// A snapshot is written when so many events stand after the last one, or altogether: fewer are read in no time.
pub const SNAPSHOT_EVERY: u64 = 10_000;

/// The sources of which this program is built (see `build.rs`): another program may fold the same lines into something else.
const SOURCES: &str = env!("HALAQAH_SOURCES");

/// Why a line cannot be folded.
#[derive(Debug, thiserror::Error)]
pub enum FoldError {
    /// Its data cannot be read.
    #[error(transparent)]
    Unreadable(#[from] UnreadableEvent),
    /// It cannot follow on what stands before it.
    #[error(transparent)]
    Illegal(#[from] Illegal),
}

/// The state with the ledger's head.
#[derive(Debug, Default)]
pub struct Memory {
    /// What follows from all events.
    pub state: State,
    /// Where the ledger ends.
    pub head: LedgerHead,
    /// What was suggested last: only to save matching the same people again.
    pub matched: Option<Suggestions>,
    /// Whether a line has a newer version than this program writes, or a type that it does not know: then it may read, but
    /// not append.
    pub newer: bool,
}

impl Memory {
    /// Opens the ledger for appending: takes its lock, verifies and folds it, or what stands after its snapshot.
    pub fn open(dir: &Path, program: &str) -> Result<(Self, Log, Opened), LogError> {
        Self::open_on(Box::new(StdDisk), dir, program)
    }

    /// [`Memory::open`] with another disk.
    pub fn open_on(disk: Box<dyn Disk>, dir: &Path, program: &str) -> Result<(Self, Log, Opened), LogError> {
        Self::open_every(disk, dir, program, SNAPSHOT_EVERY)
    }

    /// [`Memory::open_on`] with another distance between snapshots.
    fn open_every(
        mut disk: Box<dyn Disk>,
        dir: &Path,
        program: &str,
        every: u64,
    ) -> Result<(Self, Log, Opened), LogError> {
        if let Some((mark, mut memory)) = Self::remembered(dir) {
            let resumed = Log::open_after(disk, SEGMENT_BYTES, dir, program, &mark, |line| memory.fold(line))?;
            disk = match resumed {
                Resumed::From((log, opened)) => return Ok(memory.opened(log, opened, dir, mark.lines(), every)),
                Resumed::NotFrom(disk) => disk,
            };
            tracing::info!("the ledger's snapshot does not fit the ledger: everything is read");
        }
        let mut memory = Self::default();
        let (log, opened) = Log::open_on(disk, SEGMENT_BYTES, dir, program, |line| memory.fold(line))?;
        Ok(memory.opened(log, opened, dir, 0, every))
    }

    /// Reads the ledger beside whoever writes it, or what stands after its snapshot.
    pub fn read(dir: &Path, program: &str) -> Result<(Self, Opened), LogError> {
        if let Some((mark, mut memory)) = Self::remembered(dir) {
            match Log::read_after(dir, Some(program), &mark, |line| memory.fold(line))? {
                Resumed::From(opened) => {
                    memory.end(&opened);
                    return Ok((memory, opened));
                }
                Resumed::NotFrom(()) => {
                    tracing::info!("the ledger's snapshot does not fit the ledger: everything is read")
                }
            }
        }
        Self::replay(dir, program)
    }

    /// Reads and verifies all of the ledger, whatever its snapshot says.
    pub fn replay(dir: &Path, program: &str) -> Result<(Self, Opened), LogError> {
        let mut memory = Self::default();
        let opened = Log::read(dir, Some(program), |line| memory.fold(line))?;
        memory.end(&opened);
        Ok((memory, opened))
    }

    /// Ends a replay for appending, and remembers it if it was a long one: `known` events were not replayed.
    fn opened(mut self, log: Log, opened: Opened, dir: &Path, known: u64, every: u64) -> (Self, Log, Opened) {
        self.end(&opened);
        if opened.lines - known >= every {
            let written = write_snapshot(dir, |mut out| self.write(&opened.mark, &mut out));
            if let Err(error) = written {
                tracing::warn!(%error, "the ledger's snapshot could not be written: the next start reads everything");
            }
        }
        (self, log, opened)
    }

    fn write(&self, mark: &Mark, out: &mut impl Write) -> Result<(), SnapshotError> {
        // What was suggested last is no part of it: it does not follow from the ledger.
        let Self { state, head: LedgerHead { at, .. }, matched: _, newer } = self;
        snapshot::put(out, &(SOURCES, hash_probe()))?;
        snapshot::put(out, &Preface { mark: mark.clone(), at: *at, newer: *newer })?;
        snapshot::write(state, out)
    }

    /// What the snapshot remembers, and up to where; none if there is none, or it is not for this program to read.
    fn remembered(dir: &Path) -> Option<(Mark, Self)> {
        let read = match read_snapshot(dir) {
            Ok(None) => return None,
            Ok(Some(bytes)) => Self::from_parts(&mut Parts::of(&bytes)).map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        match read {
            Ok(Some(remembered)) => return Some(remembered),
            Ok(None) => tracing::info!("the ledger's snapshot is another halaqah's: everything is read"),
            Err(error) => tracing::info!(error, "the ledger's snapshot cannot be used: everything is read"),
        }
        None
    }

    fn from_parts(parts: &mut Parts<'_>) -> Result<Option<(Mark, Self)>, SnapshotError> {
        if parts.take::<(String, u64)>()? != (SOURCES.to_owned(), hash_probe()) {
            return Ok(None);
        }
        let Preface { mark, at, newer } = parts.take()?;
        let state = snapshot::read(parts)?;
        let head = LedgerHead { at, ..LedgerHead::default() };
        Ok(Some((mark, Self { state, head, matched: None, newer })))
    }

    fn fold(&mut self, line: &Line<'_>) -> Result<(), FoldError> {
        let event = Event::read(line.kind, line.v, line.data.get())?;
        self.newer |= line.v > VERSION || matches!(event, Event::Unknown(_));
        self.state.apply(line.seq, line.source.as_ref().map(Source::from), event)?;
        self.head.at = Some(line.at.naive_local());
        Ok(())
    }

    fn end(&mut self, opened: &Opened) {
        self.head.seq = opened.head.seq;
        self.head.hash = opened.head.hash.to_string();
    }

    /// Takes in an event that is about to be appended, so that what follows from it can be computed before it is.
    pub fn take(&mut self, source: Option<Source>, event: Event) -> Result<(), Illegal> {
        self.state.apply(self.state.seq + 1, source, event)
    }
}

/// What a snapshot says beside the state.
#[derive(Debug, Serialize, Deserialize)]
struct Preface {
    /// Up to where it goes.
    mark: Mark,
    /// When the last event before it was recorded.
    at: Option<NaiveDateTime>,
    /// See [`Memory::newer`].
    newer: bool,
}
