//! The ledger, folded: what the program remembers. Opened for writing by the one process that
//! appends, or read beside it.
//!
//! Both go on from the ledger's snapshot if there is one that fits, so that a start takes no longer
//! as the ledger grows old. Whatever does not fit is thrown away and everything is read. The
//! snapshot is a cache of a replay and of nothing else: it is written by who opens for appending,
//! before anything but the ledger's lines has touched the state. It has what the sealed parts of
//! the ledger held, so it is sealed by the program key, and neither written nor used without that
//! key, or where anything is missing, or across an erasure.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::NaiveDateTime;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::edge::log::{
    Disk, Line, Log, LogError, Mark, Opened, Resumed, SEGMENT_BYTES, StdDisk, read_snapshot,
    write_snapshot,
};
use crate::edge::seal::{Gathered, STORE_FILE, SealError, Seals};
use crate::ledger::event::{Event, UnreadableEvent};
use crate::ledger::line::LineHash;
use crate::ledger::record::Source;
use crate::ledger::sealed::{RowOf, sealed_lists};
use crate::ledger::snapshot::{self, Parts, SnapshotError, hash_probe};
use crate::ledger::state::{Checkpoint, Illegal, LedgerHead, State};
use crate::ledger::versions::version_of;
use crate::matching::Suggestions;

#[cfg(test)]
mod tests;

/// A snapshot is written when so many events stand after the last one, or altogether: fewer are
/// read in no time.
pub const SNAPSHOT_EVERY: u64 = 10_000;

/// The types of the events that erase.
const ERASURES: [&str; 2] = ["person_erased", "texts_erased"];

/// The sources of which this program is built (see `build.rs`): another program may fold the same
/// lines into something else.
const SOURCES: &str = env!("HALAQAH_SOURCES");

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
    /// It erases what a snapshot may still remember: everything must be read, as if that had never
    /// been known.
    #[error("somebody was erased since the snapshot")]
    Erased,
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
    /// Whether a line has a newer version than this program writes, or a type that it does not
    /// know: then it may read, but not append.
    pub newer: bool,
    /// The keys of private answers.
    pub seals: Seals,
}

impl Memory {
    /// Opens the ledger for appending: takes its lock, verifies and folds it, or what stands after
    /// its snapshot. Needs the program key, once anything is sealed.
    pub fn open(dir: &Path, program: &str) -> Result<(Self, Log, Opened), LogError> {
        Self::open_on(Box::new(StdDisk), dir, program)
    }

    /// [`Memory::open`] with another disk.
    pub fn open_on(
        disk: Box<dyn Disk>,
        dir: &Path,
        program: &str,
    ) -> Result<(Self, Log, Opened), LogError> {
        Self::open_every(disk, dir, program, SNAPSHOT_EVERY)
    }

    /// [`Memory::open_on`] with another distance between snapshots.
    fn open_every(
        mut disk: Box<dyn Disk>,
        dir: &Path,
        program: &str,
        every: u64,
    ) -> Result<(Self, Log, Opened), LogError> {
        if let Some((mark, mut memory)) = Self::remembered(dir, program) {
            let resumed = Log::open_after(disk, SEGMENT_BYTES, dir, program, &mark, |line| {
                memory.fold_after(line)
            })?;
            disk = match resumed {
                Resumed::From((log, opened)) => {
                    return memory.opened(log, opened, dir, Some(&mark), every);
                }
                Resumed::NotFrom(disk) => disk,
            };
            tracing::info!("the ledger's snapshot does not fit the ledger: everything is read");
        }
        let (seals, refused) = seals(dir, program);
        let mut memory = Self { seals, ..Self::default() };
        let (log, opened) =
            Log::open_on(disk, SEGMENT_BYTES, dir, program, |line| memory.fold(line))?;
        refused?;
        memory.opened(log, opened, dir, None, every)
    }

    /// Ends a replay for appending, and remembers it if it was a long one. What stands before
    /// `from` was not replayed.
    fn opened(
        mut self,
        mut log: Log,
        opened: Opened,
        dir: &Path,
        from: Option<&Mark>,
        every: u64,
    ) -> Result<(Self, Log, Opened), LogError> {
        self.end(&opened);
        self.seals.must_be_open()?;
        self.seals.must_be_whole()?;
        // A crash may have come between an erasure and the destruction of its keys, or of what else
        // remembers the person.
        self.save_keys(&mut log)?;
        if from.is_none() {
            forget_caches(dir)?;
        }
        if opened.lines - from.map_or(0, Mark::lines) >= every
            && let Err(error) = self.write_snapshot(dir, &opened.mark)
        {
            tracing::warn!(
                error,
                "the ledger's snapshot could not be written: the next start reads everything"
            );
        }
        Ok((self, log, opened))
    }

    /// Reads the ledger beside whoever writes it, or what stands after its snapshot. Without the
    /// program key sealed answers count as missing.
    pub fn read(dir: &Path, program: &str) -> Result<(Self, Opened), LogError> {
        if let Some((mark, mut memory)) = Self::remembered(dir, program) {
            match Log::read_after(dir, Some(program), &mark, |line| memory.fold_after(line))? {
                Resumed::From(opened) => {
                    memory.end(&opened);
                    memory.seals.must_be_whole()?;
                    return Ok((memory, opened));
                }
                Resumed::NotFrom(()) => {
                    tracing::info!(
                        "the ledger's snapshot does not fit the ledger: everything is read"
                    )
                }
            }
        }
        Self::replay(dir, program)
    }

    /// The same, but reads and verifies all of the ledger, whatever its snapshot says.
    pub fn replay(dir: &Path, program: &str) -> Result<(Self, Opened), LogError> {
        let (seals, refused) = seals(dir, program);
        let (memory, opened) = Self::read_with(seals, dir, program)?;
        refused?;
        memory.seals.must_be_whole()?;
        Ok((memory, opened))
    }

    /// [`Memory::read`] for whoever needs the private answers: without the program key it is an
    /// error.
    pub fn read_whole(dir: &Path, program: &str) -> Result<(Self, Opened), LogError> {
        let (memory, opened) = Self::read(dir, program)?;
        memory.seals.must_be_open()?;
        Ok((memory, opened))
    }

    /// [`Memory::replay`] for whoever needs no private answers: asks for no key and opens nothing.
    pub fn read_without_key(dir: &Path, program: &str) -> Result<(Self, Opened), LogError> {
        Self::read_with(Seals::closed(dir, program), dir, program)
    }

    /// [`Memory::replay`] with other keys than those beside the ledger.
    pub fn read_with(seals: Seals, dir: &Path, program: &str) -> Result<(Self, Opened), LogError> {
        let mut memory = Self { seals, ..Self::default() };
        let opened = Log::read(dir, Some(program), |line| memory.fold(line))?;
        memory.end(&opened);
        Ok((memory, opened))
    }

    /// Writes the snapshot, if everything that it must stand for is at hand.
    fn write_snapshot(&self, dir: &Path, mark: &Mark) -> Result<(), String> {
        let Some(gathered) = self.seals.gathered() else { return Ok(()) };
        let mut bytes = Vec::new();
        self.write(mark, &gathered, &mut bytes).map_err(|error| error.to_string())?;
        let sealed =
            self.seals.seal_cache(mark.head(), &bytes).map_err(|error| error.to_string())?;
        write_snapshot(dir, &sealed).map_err(|error| error.to_string())
    }

    fn write(
        &self,
        mark: &Mark,
        gathered: &Gathered,
        out: &mut Vec<u8>,
    ) -> Result<(), SnapshotError> {
        // What was suggested last is no part of it: it does not follow from the ledger.
        let Self {
            state,
            head: LedgerHead { seq: _, hash: _, at, checkpoints },
            matched: _,
            newer,
            seals: _,
        } = self;
        snapshot::put(out, &(SOURCES, hash_probe()))?;
        let (mark, gathered, checkpoints) = (mark.clone(), gathered.clone(), checkpoints.clone());
        snapshot::put(out, &Preface { mark, at: *at, checkpoints, newer: *newer, gathered })?;
        snapshot::write(state, out)
    }

    /// What the snapshot remembers, and up to where; none if there is none, or it is not for this
    /// program to read.
    fn remembered(dir: &Path, program: &str) -> Option<(Mark, Self)> {
        let bytes = match read_snapshot(dir) {
            Ok(bytes) => bytes?,
            Err(error) => {
                tracing::info!(%error, "the ledger's snapshot cannot be read: everything is read");
                return None;
            }
        };
        // What is wrong with the keys is said by who reads everything.
        let seals = Seals::of(dir, program).ok()?;
        match Self::from_bytes(&bytes, seals) {
            Ok(Some(remembered)) => return Some(remembered),
            Ok(None) => tracing::info!(
                "the ledger's snapshot is not for this halaqah, or its key: everything is read"
            ),
            Err(error) => {
                tracing::info!(%error, "the ledger's snapshot cannot be used: everything is read")
            }
        }
        None
    }

    fn from_bytes(bytes: &[u8], mut seals: Seals) -> Result<Option<(Mark, Self)>, SnapshotError> {
        let Some((head, bytes)) = seals.open_cache(bytes) else { return Ok(None) };
        let mut parts = Parts::of(&bytes);
        if parts.take::<(String, u64)>()? != (SOURCES.to_owned(), hash_probe()) {
            return Ok(None);
        }
        let Preface { mark, at, checkpoints, newer, gathered } = parts.take()?;
        if *mark.head() != head || !seals.go_on_from(gathered) {
            return Ok(None);
        }
        let state = snapshot::read(&mut parts)?;
        let head = LedgerHead { at, checkpoints, ..LedgerHead::default() };
        Ok(Some((mark, Self { state, head, matched: None, newer, seals })))
    }

    /// [`Memory::read_whole`] of the ledger as it stood after the last line that `holds` before the
    /// first that does not; the rest is verified too.
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
        memory.head.seq = memory.state.seq;
        memory.head.hash = last.unwrap_or(LineHash::ZERO).to_string();
        refused?;
        memory.seals.must_be_open()?;
        Ok((memory, opened))
    }

    /// Brings the keys to the medium: always before the events that need them.
    pub fn save_keys(&mut self, log: &mut Log) -> Result<(), LogError> {
        save_keys(&mut self.seals, log)
    }

    /// [`Memory::fold`] of a line that comes after a snapshot.
    fn fold_after(&mut self, line: &Line<'_>) -> Result<(), FoldError> {
        if ERASURES.contains(&line.kind) {
            return Err(FoldError::Erased);
        }
        self.fold(line)
    }

    fn fold(&mut self, line: &Line<'_>) -> Result<(), FoldError> {
        let mut event = Event::read(line.kind, line.v, line.data.get())?;
        self.newer |= line.v > version_of(line.kind) || matches!(event, Event::Unknown(_));
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

    /// Takes in an event that is about to be appended, so that what follows from it can be computed
    /// before it is.
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
    /// See [`LedgerHead::checkpoints`].
    checkpoints: Vec<Checkpoint>,
    /// See [`Memory::newer`].
    newer: bool,
    /// What was gathered about the seals.
    gathered: Gathered,
}

/// The keys, and what is wrong with them. Nobody asks for keys before it is known that there is a
/// sound ledger.
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

/// Gives every event with its line, oldest first and opened, to whoever asks what happened and not
/// what stands. Without the program key it is an error at the first event of which something is
/// sealed.
pub fn each_event(
    dir: &Path,
    program: &str,
    mut each: impl FnMut(&Line<'_>, Event),
) -> Result<Opened, LogError> {
    let mut seals = Seals::of(dir, program)?;
    Log::read(dir, Some(program), |line| -> Result<(), FoldError> {
        let mut event = Event::read(line.kind, line.v, line.data.get())?;
        seals.open(line.source.as_ref().map(Source::from).as_ref(), &mut event)?;
        seals.must_be_open()?;
        each(line, event);
        Ok(())
    })
}

/// The keys under which each row's own part was ever sealed, by form and row key.
pub fn keys_of_rows(
    dir: &Path,
    program: &str,
) -> Result<BTreeMap<RowOf, BTreeSet<CompactString>>, LogError> {
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
        let own = sealed_lists(&mut event)
            .first()
            .and_then(|list| list.first())
            .map(|part| part.key.clone());
        if let (Some(form), Some(source), Some(own)) = (form, &line.source, own) {
            keys.entry((form, source.key.as_ref().into())).or_default().insert(own);
        }
        Ok(())
    })?;
    Ok(keys)
}

/// Deletes whatever was computed from the ledger and is kept beside it only to save time: after an
/// erasure nothing of it may stay. Whoever keeps such a file names it `snapshot…`, or adds it here.
pub fn forget_caches(dir: &Path) -> Result<(), LogError> {
    let io = |doing, file: &Path, cause| SealError::Io { doing, file: file.to_owned(), cause };
    let mut forgotten = false;
    for entry in std::fs::read_dir(dir).map_err(|cause| io("list", dir, cause))? {
        let path = entry.map_err(|cause| io("list", dir, cause))?.path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("snapshot")) {
            std::fs::remove_file(&path).map_err(|cause| io("delete", &path, cause))?;
            forgotten = true;
        }
    }
    if forgotten {
        StdDisk.sync_dir(dir).map_err(|cause| io("sync", dir, cause))?;
    }
    Ok(())
}
