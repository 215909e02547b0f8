//! The ledger, folded: what the program remembers. Opened for writing by the one process that appends, or read beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use compact_str::CompactString;

use crate::edge::log::{Disk, Line, Log, LogError, Opened, SEGMENT_BYTES, StdDisk};
use crate::edge::seal::{STORE_FILE, SealError, Seals};
use crate::ledger::event::{Event, UnreadableEvent};
use crate::ledger::line::LineHash;
use crate::ledger::record::Source;
use crate::ledger::sealed::{RowOf, sealed_lists};
use crate::ledger::state::{Checkpoint, Illegal, LedgerHead, State};
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

    /// Reads the ledger as it stood after the last line that `holds` before the first that does not; the rest is verified too.
    pub fn read_until(
        dir: &Path,
        program: &str,
        mut holds: impl FnMut(&Line<'_>) -> bool,
    ) -> Result<(Self, Opened), LogError> {
        let (seals, refused) = seals(dir, program);
        let (mut memory, mut past, mut last) = (Self { seals, ..Self::default() }, false, None);
        let opened = Log::read(dir, Some(program), |line| {
            past = past || !holds(line);
            if past {
                return Ok::<(), FoldError>(());
            }
            last = Some(line.hash);
            memory.fold(line)
        })?;
        refused?;
        memory.head.seq = memory.state.seq;
        memory.head.hash = last.unwrap_or(LineHash::ZERO).to_string();
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

/// The keys under which each row's own part was ever sealed, by form and row key.
pub fn keys_of_rows(dir: &Path, program: &str) -> Result<BTreeMap<RowOf, BTreeSet<CompactString>>, LogError> {
    let mut keys: BTreeMap<RowOf, BTreeSet<CompactString>> = BTreeMap::new();
    Log::read(dir, Some(program), |line| -> Result<(), UnreadableEvent> {
        let mut event = Event::read(line.kind, line.v, line.data.get())?;
        if let Event::PersonErased(erased) | Event::TextsErased(erased) = &event {
            for row in &erased.rows {
                let own = row.sealed.first().map(|part| part.key.clone());
                keys.entry((row.form.clone(), row.key.clone())).or_default().extend(own);
            }
            return Ok(());
        }
        let form = event.form().map(CompactString::from);
        let own = sealed_lists(&mut event).first().and_then(|list| list.first()).map(|part| part.key.clone());
        if let (Some(form), Some(source), Some(own)) = (form, &line.source, own) {
            keys.entry((form, source.key.as_ref().into())).or_default().insert(own);
        }
        Ok(())
    })?;
    Ok(keys)
}

/// Deletes whatever was computed from the ledger and is kept beside it only to save time: after an erasure nothing of it may
/// stay. Whoever keeps such a file names it `snapshot…`, or adds it here.
pub fn forget_caches(dir: &Path) -> Result<(), LogError> {
    let io = |doing, file: &Path, cause| SealError::Io { doing, file: file.to_owned(), cause };
    for entry in std::fs::read_dir(dir).map_err(|cause| io("list", dir, cause))? {
        let path = entry.map_err(|cause| io("list", dir, cause))?.path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("snapshot")) {
            std::fs::remove_file(&path).map_err(|cause| io("delete", &path, cause))?;
        }
    }
    Ok(())
}
