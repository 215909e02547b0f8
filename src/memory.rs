//! The ledger, folded: what the program remembers. Opened for writing by the one process that appends, or read beside it.

use std::path::Path;

use crate::edge::log::{Disk, Line, Log, LogError, Opened, SEGMENT_BYTES, StdDisk};
use crate::ledger::event::{Event, UnreadableEvent};
use crate::ledger::line::LineHash;
use crate::ledger::record::Source;
use crate::ledger::state::{Checkpoint, Illegal, LedgerHead, State};
use crate::ledger::versions::version_of;
use crate::matching::Suggestions;

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
    /// Opens the ledger for appending: verifies and folds it, and takes its lock.
    pub fn open(dir: &Path, program: &str) -> Result<(Self, Log, Opened), LogError> {
        Self::open_on(Box::new(StdDisk), dir, program)
    }

    /// [`Memory::open`] with another disk.
    pub fn open_on(disk: Box<dyn Disk>, dir: &Path, program: &str) -> Result<(Self, Log, Opened), LogError> {
        let mut memory = Self::default();
        let (log, opened) = Log::open_on(disk, SEGMENT_BYTES, dir, program, |line| memory.fold(line))?;
        memory.end(&opened);
        Ok((memory, log, opened))
    }

    /// Reads the ledger beside whoever writes it.
    pub fn read(dir: &Path, program: &str) -> Result<(Self, Opened), LogError> {
        let mut memory = Self::default();
        let opened = Log::read(dir, Some(program), |line| memory.fold(line))?;
        memory.end(&opened);
        Ok((memory, opened))
    }

    /// Reads the ledger as it stood after the last line that `holds` before the first that does not; the rest is verified too.
    pub fn read_until(
        dir: &Path,
        program: &str,
        mut holds: impl FnMut(&Line<'_>) -> bool,
    ) -> Result<(Self, Opened), LogError> {
        let (mut memory, mut past, mut last) = (Self::default(), false, None);
        let opened = Log::read(dir, Some(program), |line| {
            past = past || !holds(line);
            if past {
                return Ok::<(), FoldError>(());
            }
            last = Some(line.hash);
            memory.fold(line)
        })?;
        memory.head.seq = memory.state.seq;
        memory.head.hash = last.unwrap_or(LineHash::ZERO).to_string();
        Ok((memory, opened))
    }

    fn fold(&mut self, line: &Line<'_>) -> Result<(), FoldError> {
        let event = Event::read(line.kind, line.v, line.data.get())?;
        self.newer |= line.v > version_of(line.kind) || matches!(event, Event::Unknown(_));
        self.state.apply(line.seq, line.source.as_ref().map(Source::from), event)?;
        let at = line.at.naive_local();
        self.head.at = Some(at);
        self.head.note_day(Checkpoint { day: at.date(), seq: line.seq, hash: Some(line.hash) });
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
