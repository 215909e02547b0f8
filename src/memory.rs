//! The state that follows from the ledger, and the keys of its private answers. The one process
//! that appends opens the ledger for writing; any other only reads it.
//!
//! Both resume from the ledger's snapshot if there is one that matches, so that a start does not
//! take longer as the ledger grows. A snapshot that does not match is ignored, and the whole ledger
//! is read. The snapshot caches a replay and nothing else: the appending process writes it after
//! the replay, before anything but the ledger's lines changes the state. It contains the answers
//! that the ledger holds sealed, so it is encrypted with the program key. It is neither written nor
//! used without that key, if any other key is missing, or if somebody was erased after it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::NaiveDateTime;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::edge::log::{
    Disk, Line, Log, LogError, Opened, ResumePoint, Resumed, SEGMENT_BYTES, StdDisk, read_snapshot,
    write_snapshot,
};
use crate::edge::seal::{CachedSeals, STORE_FILE, SealError, Seals};
use crate::ledger::event::{Event, UnreadableEvent};
use crate::ledger::line::LineHash;
use crate::ledger::record::Source;
use crate::ledger::sealed::{RowOf, sealed_lists};
use crate::ledger::snapshot::{self, PartReader, SnapshotError, hash_probe};
use crate::ledger::state::{Checkpoint, Illegal, LedgerHead, State};
use crate::ledger::versions::version_of;
use crate::matching::Suggestions;

#[cfg(test)]
mod tests;

/// The number of events after the last snapshot, or since the beginning, from which a new snapshot
/// is worth its cost.
pub const SNAPSHOT_EVERY: u64 = 10_000;

/// The types of the events that erase.
const ERASURES: [&str; 2] = ["person_erased", "texts_erased"];

/// The fingerprint of the sources that this program is built from (see `build.rs`): another build
/// may fold the same lines into another state.
const SOURCES: &str = env!("HALAQAH_SOURCES");

/// Why a line cannot be folded.
#[derive(Debug, thiserror::Error)]
pub enum FoldError {
    /// The event's data cannot be read.
    #[error(transparent)]
    Unreadable(#[from] UnreadableEvent),
    /// A sealed part of the event cannot be opened.
    #[error(transparent)]
    Sealed(#[from] SealError),
    /// The event cannot follow the events before it.
    #[error(transparent)]
    Illegal(#[from] Illegal),
    /// The event erases answers that the snapshot still holds: the ledger must be read from its
    /// first line, where these answers do not open any more.
    #[error("somebody was erased since the snapshot")]
    Erased,
}

/// The state after all events, with the ledger's head and keys.
#[derive(Debug, Default)]
pub struct Memory {
    /// The state after all events.
    pub state: State,
    /// The end of the ledger.
    pub head: LedgerHead,
    /// The last suggestions, kept so that the same people are not matched again.
    pub matched: Option<Suggestions>,
    /// Whether a line has a newer version than this program writes, or a type that it does not
    /// know. This program may then read the ledger, but not append to it.
    pub newer: bool,
    /// The keys of private answers.
    pub seals: Seals,
}

impl Memory {
    /// Opens the ledger for appending: takes its lock, then verifies and folds all lines, or those
    /// after its snapshot. Needs the program key once anything is sealed.
    pub fn open(dir: &Path, program: &str) -> Result<(Self, Log, Opened), LogError> {
        Self::open_on(Box::new(StdDisk), dir, program)
    }

    /// [`Memory::open`] with another disk.
    pub fn open_on(
        disk: Box<dyn Disk>,
        dir: &Path,
        program: &str,
    ) -> Result<(Self, Log, Opened), LogError> {
        Self::open_with_interval(disk, dir, program, SNAPSHOT_EVERY)
    }

    /// [`Memory::open_on`] with another distance between snapshots.
    fn open_with_interval(
        mut disk: Box<dyn Disk>,
        dir: &Path,
        program: &str,
        every: u64,
    ) -> Result<(Self, Log, Opened), LogError> {
        if let Some((resume_point, mut memory)) = Self::from_snapshot(dir, program) {
            let resumed =
                Log::open_after(disk, SEGMENT_BYTES, dir, program, &resume_point, |line| {
                    memory.fold_after_snapshot(line)
                })?;
            disk = match resumed {
                Resumed::Verified((log, opened)) => {
                    return memory.finish_open(log, opened, dir, Some(&resume_point), every);
                }
                Resumed::Mismatch(disk) => disk,
            };
            tracing::info!("the ledger's snapshot does not match the ledger; reading all lines");
        }
        let (seals, refused) = seals(dir, program);
        let mut memory = Self { seals, ..Self::default() };
        let (log, opened) =
            Log::open_on(disk, SEGMENT_BYTES, dir, program, |line| memory.fold(line))?;
        refused?;
        memory.finish_open(log, opened, dir, None, every)
    }

    /// Finishes an opening for appending: checks the keys, completes an interrupted erasure, and
    /// writes a snapshot if the replay was long. Lines before `from` were not replayed.
    fn finish_open(
        mut self,
        mut log: Log,
        opened: Opened,
        dir: &Path,
        from: Option<&ResumePoint>,
        every: u64,
    ) -> Result<(Self, Log, Opened), LogError> {
        self.set_head(&opened);
        self.seals.require_program_key()?;
        self.seals.require_all_keys()?;
        // A crash may have come after the event of an erasure, but before its keys and the caches
        // that still know the person were deleted.
        self.save_keys(&mut log)?;
        if from.is_none() {
            forget_caches(dir)?;
        }
        if opened.lines - from.map_or(0, ResumePoint::lines) >= every
            && let Err(error) = self.write_snapshot(dir, &opened.resume_point)
        {
            tracing::warn!(
                error,
                "the ledger's snapshot could not be written; the next start reads the whole ledger"
            );
        }
        Ok((self, log, opened))
    }

    /// Reads the ledger, or the lines after its snapshot, while another process may append to it.
    /// Without the program key, sealed answers count as missing.
    pub fn read(dir: &Path, program: &str) -> Result<(Self, Opened), LogError> {
        if let Some((resume_point, mut memory)) = Self::from_snapshot(dir, program) {
            match Log::read_after(dir, Some(program), &resume_point, |line| {
                memory.fold_after_snapshot(line)
            })? {
                Resumed::Verified(opened) => {
                    memory.set_head(&opened);
                    memory.seals.require_all_keys()?;
                    return Ok((memory, opened));
                }
                Resumed::Mismatch(()) => {
                    tracing::info!(
                        "the ledger's snapshot does not match the ledger; reading all lines"
                    )
                }
            }
        }
        Self::replay(dir, program)
    }

    /// [`Memory::read`] of the whole ledger: ignores the snapshot.
    pub fn replay(dir: &Path, program: &str) -> Result<(Self, Opened), LogError> {
        let (seals, refused) = seals(dir, program);
        let (memory, opened) = Self::read_with_keys(seals, dir, program)?;
        refused?;
        memory.seals.require_all_keys()?;
        Ok((memory, opened))
    }

    /// [`Memory::read`] for callers that need the private answers: fails without the program key.
    pub fn read_with_answers(dir: &Path, program: &str) -> Result<(Self, Opened), LogError> {
        let (memory, opened) = Self::read(dir, program)?;
        memory.seals.require_program_key()?;
        Ok((memory, opened))
    }

    /// [`Memory::replay`] for callers that need no private answers: looks for no program key.
    pub fn read_without_key(dir: &Path, program: &str) -> Result<(Self, Opened), LogError> {
        Self::read_with_keys(Seals::without_key(dir, program), dir, program)
    }

    /// [`Memory::replay`] with other keys than those beside the ledger.
    pub fn read_with_keys(
        seals: Seals,
        dir: &Path,
        program: &str,
    ) -> Result<(Self, Opened), LogError> {
        let mut memory = Self { seals, ..Self::default() };
        let opened = Log::read(dir, Some(program), |line| memory.fold(line))?;
        memory.set_head(&opened);
        Ok((memory, opened))
    }

    /// Writes the snapshot, unless answers that were not erased could not be opened.
    fn write_snapshot(&self, dir: &Path, resume_point: &ResumePoint) -> Result<(), String> {
        let Some(cached_seals) = self.seals.to_cache() else { return Ok(()) };
        let mut bytes = Vec::new();
        self.write(resume_point, cached_seals, &mut bytes).map_err(|error| error.to_string())?;
        let sealed = self
            .seals
            .seal_cache(resume_point.head(), &bytes)
            .map_err(|error| error.to_string())?;
        write_snapshot(dir, &sealed).map_err(|error| error.to_string())
    }

    fn write(
        &self,
        resume_point: &ResumePoint,
        cached_seals: CachedSeals,
        out: &mut Vec<u8>,
    ) -> Result<(), SnapshotError> {
        // All fields are named, so that a new one is not forgotten. The last suggestions stay out:
        // they do not follow from the ledger.
        let Self {
            state,
            head: LedgerHead { seq: _, hash: _, at, checkpoints },
            matched: _,
            newer,
            seals: _,
        } = self;
        snapshot::put(out, &(SOURCES, hash_probe()))?;
        let header = SnapshotHeader {
            resume_point: resume_point.clone(),
            at: *at,
            checkpoints: checkpoints.clone(),
            newer: *newer,
            cached_seals,
        };
        snapshot::put(out, &header)?;
        snapshot::write(state, out)
    }

    /// Reads the snapshot and returns the memory that it holds with its place in the ledger; `None`
    /// if there is none, or this program cannot use it.
    fn from_snapshot(dir: &Path, program: &str) -> Option<(ResumePoint, Self)> {
        let bytes = match read_snapshot(dir) {
            Ok(bytes) => bytes?,
            Err(error) => {
                tracing::info!(%error, "the ledger's snapshot cannot be read; reading all lines");
                return None;
            }
        };
        // A fault of the keys is reported by the replay of the whole ledger.
        let seals = Seals::of(dir, program).ok()?;
        match Self::from_bytes(&bytes, seals) {
            Ok(Some(found)) => return Some(found),
            Ok(None) => tracing::info!(
                "the ledger's snapshot belongs to another build or key; reading all lines"
            ),
            Err(error) => {
                tracing::info!(%error, "the ledger's snapshot cannot be used; reading all lines")
            }
        }
        None
    }

    fn from_bytes(
        bytes: &[u8],
        mut seals: Seals,
    ) -> Result<Option<(ResumePoint, Self)>, SnapshotError> {
        let Some((head, bytes)) = seals.open_cache(bytes) else { return Ok(None) };
        let mut parts = PartReader::of(&bytes);
        if parts.take::<(String, u64)>()? != (SOURCES.to_owned(), hash_probe()) {
            return Ok(None);
        }
        let SnapshotHeader { resume_point, at, checkpoints, newer, cached_seals } = parts.take()?;
        // The head beside the encrypted bytes is authenticated with them; it must be the one that
        // the state inside stands at.
        if *resume_point.head() != head || !seals.resume_from(cached_seals) {
            return Ok(None);
        }
        let state = snapshot::read(&mut parts)?;
        let head = LedgerHead { at, checkpoints, ..LedgerHead::default() };
        Ok(Some((resume_point, Self { state, head, matched: None, newer, seals })))
    }

    /// [`Memory::read_with_answers`] of the ledger as it stood before the first line for which
    /// `include` returns false. The lines from there on are verified too, but not folded.
    pub fn read_until(
        dir: &Path,
        program: &str,
        mut include: impl FnMut(&Line<'_>) -> bool,
    ) -> Result<(Self, Opened), LogError> {
        let (seals, refused) = seals(dir, program);
        let (mut memory, mut past, mut last) = (Self { seals, ..Self::default() }, false, None);
        let opened = Log::read(dir, Some(program), |line| {
            past = past || !include(line);
            if past {
                return Ok::<(), FoldError>(());
            }
            last = Some(line.hash);
            memory.fold(line)
        })?;
        memory.head.seq = memory.state.seq;
        memory.head.hash = last.unwrap_or(LineHash::ZERO).to_string();
        refused?;
        memory.seals.require_program_key()?;
        Ok((memory, opened))
    }

    /// Brings new and destroyed keys to the medium. Must be called before the events that need new
    /// keys are appended.
    pub fn save_keys(&mut self, log: &mut Log) -> Result<(), LogError> {
        save_keys(&mut self.seals, log)
    }

    /// [`Memory::fold`] of a line after the snapshot.
    fn fold_after_snapshot(&mut self, line: &Line<'_>) -> Result<(), FoldError> {
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

    fn set_head(&mut self, opened: &Opened) {
        self.head.seq = opened.head.seq;
        self.head.hash = opened.head.hash.to_string();
    }

    /// Folds an event that is about to be appended, so that everything after it can be computed
    /// before it is on disk. If the append fails, this memory must be discarded.
    pub fn apply(&mut self, source: Option<Source>, event: Event) -> Result<(), Illegal> {
        self.state.apply(self.state.seq + 1, source, event)
    }
}

/// The part of a snapshot before the state.
#[derive(Debug, Serialize, Deserialize)]
struct SnapshotHeader {
    /// The place in the ledger up to which the snapshot goes.
    resume_point: ResumePoint,
    /// The moment when the last event before that place was recorded.
    at: Option<NaiveDateTime>,
    /// See [`LedgerHead::checkpoints`].
    checkpoints: Vec<Checkpoint>,
    /// See [`Memory::newer`].
    newer: bool,
    /// The state of the keys.
    cached_seals: CachedSeals,
}

/// Returns the keys, or keys that open nothing with the error. The caller returns that error after
/// the replay: a fault of the ledger itself is to be reported first.
fn seals(dir: &Path, program: &str) -> (Seals, Result<(), SealError>) {
    match Seals::of(dir, program) {
        Ok(seals) => (seals, Ok(())),
        Err(refused) => (Seals::without_key(dir, program), Err(refused)),
    }
}

/// [`Memory::save_keys`] for callers that hold only the keys.
pub fn save_keys(seals: &mut Seals, log: &mut Log) -> Result<(), LogError> {
    if let Some(bytes) = seals.unsaved_store()? {
        log.replace(STORE_FILE, &bytes)?;
        seals.mark_saved();
    }
    Ok(())
}

/// Calls `each` with every event, opened, and its line, oldest first. Without the program key this
/// fails at the first event with sealed parts.
pub fn each_event(
    dir: &Path,
    program: &str,
    mut each: impl FnMut(&Line<'_>, Event),
) -> Result<Opened, LogError> {
    let mut seals = Seals::of(dir, program)?;
    Log::read(dir, Some(program), |line| -> Result<(), FoldError> {
        let mut event = Event::read(line.kind, line.v, line.data.get())?;
        seals.open(line.source.as_ref().map(Source::from).as_ref(), &mut event)?;
        seals.require_program_key()?;
        each(line, event);
        Ok(())
    })
}

/// Returns all keys under which each row's own part was ever sealed, by form and row key.
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

/// Deletes every cache that is kept beside the ledger: after an erasure none may stay. A new cache
/// must be named `snapshot…`, or be added here.
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
