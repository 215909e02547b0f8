//! The ledger, folded: what the program remembers. Opened for writing by the one process that appends, or read beside it.

use std::path::Path;

use crate::edge::log::{Disk, Line, Log, LogError, Opened, SEGMENT_BYTES, StdDisk};
use crate::edge::seal::{STORE_FILE, SealError, Seals};
use crate::ledger::event::{Event, UnreadableEvent};
use crate::ledger::record::Source;
use crate::ledger::state::{Illegal, LedgerHead, State};
use crate::matching::Suggestions;

/// Why a line cannot be folded.
#[derive(Debug, thiserror::Error)]
pub enum FoldError {
    /// Its data cannot be read.
    #[error(transparent)]
    Unreadable(#[from] UnreadableEvent),
    /// What is sealed in it cannot be opened.
    #[error(transparent)]
    Sealed(#[from] SealError),
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
    /// The keys of private answers.
    pub seals: Seals,
}

impl Memory {
    /// Opens the ledger for appending: verifies and folds it, and takes its lock. Needs the program key, once anything is sealed.
    pub fn open(dir: &Path, program: &str) -> Result<(Self, Log, Opened), LogError> {
        Self::open_on(Box::new(StdDisk), dir, program)
    }

    /// [`Memory::open`] with another disk.
    pub fn open_on(disk: Box<dyn Disk>, dir: &Path, program: &str) -> Result<(Self, Log, Opened), LogError> {
        let (seals, refused) = seals(dir, program);
        let mut memory = Self { seals, ..Self::default() };
        let (mut log, opened) = Log::open_on(disk, SEGMENT_BYTES, dir, program, |line| memory.fold(line))?;
        memory.end(&opened);
        refused?;
        memory.seals.must_be_open()?;
        memory.seals.must_be_whole()?;
        // A crash may have come between an erasure and the destruction of its keys.
        memory.save_keys(&mut log)?;
        Ok((memory, log, opened))
    }

    /// Reads the ledger beside whoever writes it. Without the program key sealed answers count as missing.
    pub fn read(dir: &Path, program: &str) -> Result<(Self, Opened), LogError> {
        let (seals, refused) = seals(dir, program);
        let (memory, opened) = Self::read_with(seals, dir, program)?;
        refused?;
        memory.seals.must_be_whole()?;
        Ok((memory, opened))
    }

    /// The same for whoever needs the private answers: without the program key it is an error.
    pub fn read_whole(dir: &Path, program: &str) -> Result<(Self, Opened), LogError> {
        let (memory, opened) = Self::read(dir, program)?;
        memory.seals.must_be_open()?;
        Ok((memory, opened))
    }

    /// The same for whoever needs no private answers: asks for no key and opens nothing.
    pub fn read_without_key(dir: &Path, program: &str) -> Result<(Self, Opened), LogError> {
        Self::read_with(Seals::closed(dir, program), dir, program)
    }

    /// The same with other keys than those beside the ledger.
    pub fn read_with(seals: Seals, dir: &Path, program: &str) -> Result<(Self, Opened), LogError> {
        let mut memory = Self { seals, ..Self::default() };
        let opened = Log::read(dir, Some(program), |line| memory.fold(line))?;
        memory.end(&opened);
        Ok((memory, opened))
    }

    /// Brings the keys to the medium: always before the events that need them.
    pub fn save_keys(&mut self, log: &mut Log) -> Result<(), LogError> {
        save_keys(&mut self.seals, log)
    }

    fn fold(&mut self, line: &Line<'_>) -> Result<(), FoldError> {
        let mut event = Event::read(line.kind, line.v, line.data.get())?;
        self.newer |= line.v > event.newest_version() || matches!(event, Event::Unknown(_));
        let source = line.source.as_ref().map(Source::from);
        self.seals.open(source.as_ref(), &mut event)?;
        self.state.apply(line.seq, source, event)?;
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

/// The keys, and what is wrong with them. Nobody asks for keys before it is known that there is a sound ledger.
fn seals(dir: &Path, program: &str) -> (Seals, Result<(), SealError>) {
    match Seals::of(dir, program) {
        Ok(seals) => (seals, Ok(())),
        Err(refused) => (Seals::closed(dir, program), Err(refused)),
    }
}

/// [`Memory::save_keys`] for whoever holds the keys alone.
pub fn save_keys(seals: &mut Seals, log: &mut Log) -> Result<(), LogError> {
    if let Some(bytes) = seals.unsaved()? {
        log.replace(STORE_FILE, &bytes)?;
        seals.saved();
    }
    Ok(())
}
