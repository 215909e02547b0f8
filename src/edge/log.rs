//! The ledger's files: one directory of segments, whose lines are only ever appended. Knows the
//! lines, not the meaning of their data.
//!
//! - `000001.jsonl`, …: segments, named by their first event (`ledger::line` has their format). A
//!   segment that has reached its maximum size takes no further batch; the next batch begins a new
//!   one.
//! - `lock`: held by the one process that appends. Readers take no lock.
//! - `torn-<seq>-<n>.bytes`: the remains of an unacknowledged batch after a crash; never read
//!   again.
//! - `moved-<n>`: directories into which a repair moved lines that are not chained any more; never
//!   read again.
//! - `keys`: the wrapped keys of sealed answers (see `edge::seal`); the only file that is
//!   rewritten, always as a whole.
//! - `*.jsonl.new`: a segment whose header was not durable yet; overwritten when it is needed.
//! - `snapshot`, `snapshot.new`: a cache of the state after some line (see `snapshot.rs`); may be
//!   deleted.
//!
//! Durability: one batch is one write and one fdatasync, and counts only after both. A new segment
//! is written under another name, synced and renamed, and its directory is synced, before anything
//! in it counts. Any failed write or sync ends the writer, since after a failed fsync nobody knows
//! what the medium holds. The next opening verifies the files and writes the last batch over itself
//! before it syncs, so that the medium holds what was verified. Nothing is deleted.

mod blocks;
mod disk;
mod error;
mod files;
mod repair;
mod replay;
mod snapshot;
#[cfg(test)]
mod tests;

use std::error::Error;
use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};

pub use self::disk::{Disk, OpenFile, StdDisk};
pub use self::error::{Damage, LogError, LogErrorKind, seal_kind};
pub use self::repair::{Moved, Repaired, repair};
pub use self::replay::ResumePoint;
pub use self::snapshot::{read_snapshot, write_snapshot};
pub use crate::ledger::line::{Head, Line, LineFault, NewEvent, Witness};

use self::files::{Segment, begin_segment, lock, save_torn_tail, segments, sync_parents};
use self::replay::{Accept, Replay, Torn, replay_after};
use crate::ledger::line::{Chain, write_line};

/// A segment that has reached this many bytes takes no further batch.
pub const SEGMENT_BYTES: u64 = 64 * 1024 * 1024;

/// The result of opening or reading a ledger.
#[derive(Debug)]
pub struct Opened {
    /// The last event.
    pub head: Head,
    /// The number of events in the ledger.
    pub lines: u64,
    /// The code of the program that the ledger belongs to.
    pub program: String,
    /// The newest format of its segments.
    pub format: u32,
    /// The remains of a batch that was never acknowledged, if a crash left any.
    pub torn: Option<TornTail>,
    /// The place after the last event.
    pub resume_point: ResumePoint,
}

/// The result of resuming from a [`ResumePoint`].
#[derive(Debug)]
pub enum Resumed<T, U> {
    /// All lines after the resume point were verified.
    Verified(T),
    /// The ledger does not match the resume point, or a line after it was damaged or refused: the
    /// ledger must be read from its first line.
    Mismatch(U),
}

/// The result of [`Log::open_after`]; returns the disk if the resume point does not match.
pub type Reopened = Resumed<(Log, Opened), Box<dyn Disk>>;

/// Invalid bytes at the ledger's end: a batch that is being written, or was being written when the
/// process or the machine stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TornTail {
    /// The last segment's file name.
    pub segment: String,
    /// The offset in the segment at which the tail begins.
    pub byte: u64,
    /// The length of the tail in bytes.
    pub bytes: u64,
    /// The fault of its first line.
    pub what: LineFault,
    /// The file to which the bytes were moved; `None` when the ledger was only read.
    pub moved_to: Option<PathBuf>,
}

impl fmt::Display for TornTail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { segment, byte, bytes, what, moved_to } = self;
        write!(
            f,
            "{segment} ends in {bytes} bytes of an unfinished write (from byte {byte}: {what}); "
        )?;
        match moved_to {
            Some(path) => write!(
                f,
                "they were moved to {}, the next cycle writes what is missing",
                path.display()
            ),
            None => write!(f, "they were left alone and do not count"),
        }
    }
}

/// A ledger open for appending. Only one can exist at a time; dropping it releases the lock.
pub struct Log {
    dir: PathBuf,
    program: String,
    disk: Box<dyn Disk>,
    segment_bytes: u64,
    segment: OpenFile,
    /// The length of the current segment's valid part, in bytes.
    end: u64,
    chain: Chain,
    /// Whether the current segment holds no event yet, only its header.
    segment_is_empty: bool,
    buffer: Vec<u8>,
    /// The first failed write or sync, after which nothing is written any more.
    failure: Option<(String, LogErrorKind)>,
    _lock: File,
}

impl Log {
    /// Opens a ledger for appending, or begins one: takes the lock, verifies the whole chain, calls
    /// `each` with every event, and moves a torn tail aside. The result of the calls to `each` must
    /// be discarded if this fails.
    pub fn open<E: Into<Box<dyn Error + Send + Sync>>>(
        dir: &Path,
        program: &str,
        each: impl FnMut(&Line<'_>) -> Result<(), E>,
    ) -> Result<(Self, Opened), LogError> {
        Self::open_on(Box::new(StdDisk), SEGMENT_BYTES, dir, program, each)
    }

    /// [`Log::open`] with the given disk and segment size in bytes.
    pub fn open_on<E: Into<Box<dyn Error + Send + Sync>>>(
        disk: Box<dyn Disk>,
        segment_bytes: u64,
        dir: &Path,
        program: &str,
        each: impl FnMut(&Line<'_>) -> Result<(), E>,
    ) -> Result<(Self, Opened), LogError> {
        match Self::open_from(disk, segment_bytes, dir, program, None, each) {
            Ok(Resumed::Verified(opened)) => Ok(opened),
            // Cannot happen: without a resume point there is nothing to mismatch.
            Ok(Resumed::Mismatch(_)) => Err(LogError::Missing { dir: dir.to_owned() }),
            Err(error) => Err(error),
        }
    }

    /// [`Log::open_on`] that verifies, and passes to `each`, only the events after a place that was
    /// verified before.
    pub fn open_after<E: Into<Box<dyn Error + Send + Sync>>>(
        disk: Box<dyn Disk>,
        segment_bytes: u64,
        dir: &Path,
        program: &str,
        resume_point: &ResumePoint,
        each: impl FnMut(&Line<'_>) -> Result<(), E>,
    ) -> Result<Reopened, LogError> {
        Self::open_from(disk, segment_bytes, dir, program, Some(resume_point), each)
    }

    fn open_from<E: Into<Box<dyn Error + Send + Sync>>>(
        mut disk: Box<dyn Disk>,
        segment_bytes: u64,
        dir: &Path,
        program: &str,
        resume_point: Option<&ResumePoint>,
        each: impl FnMut(&Line<'_>) -> Result<(), E>,
    ) -> Result<Reopened, LogError> {
        let lock = lock(dir, disk.as_mut())?;
        let mut all = segments(dir)?;
        if all.is_empty() {
            sync_parents(disk.as_mut(), dir)?;
            begin_segment(disk.as_mut(), dir, program, &Chain::default())?;
            all = segments(dir)?;
        }
        let accept = Accept { program: Some(program), newer_format: false, last_batch: true };
        let Resumed::Verified(replay) = resume(&all, accept, resume_point, each)? else {
            return Ok(Resumed::Mismatch(disk));
        };
        let last = all.last().ok_or_else(|| LogError::Missing { dir: dir.to_owned() })?;
        let segment = OpenFile::append_to(&last.path)
            .map_err(|e| LogError::io("open for writing", &last.path, e))?;
        let moved_to = match &replay.torn {
            Some(torn) => Some(save_torn_tail(
                disk.as_mut(),
                dir,
                last,
                &segment,
                torn.byte,
                replay.chain.next_seq(),
            )?),
            None => None,
        };
        // A process that died between write and sync leaves valid lines that may not be on the
        // medium yet; from here on they count. If that process saw its sync fail, the system now
        // considers those pages clean, and another sync would write nothing. So the last batch, the
        // only one in doubt, is written over itself (the bytes that were verified, not those of a
        // second reading). The bytes are the same, so a crash within this write changes nothing.
        if !replay.last_batch.is_empty() {
            let at = replay.end - replay.last_batch.len() as u64;
            let written = disk.write_over(&last.path, at, &replay.last_batch);
            written.map_err(|e| LogError::io("write to", &last.path, e))?;
        }
        disk.sync_data(&segment).map_err(|e| LogError::io("sync", &last.path, e))?;
        disk.sync_dir(dir).map_err(|e| LogError::io("sync", dir, e))?;

        let log = Self {
            dir: dir.to_owned(),
            program: program.to_owned(),
            disk,
            segment_bytes,
            segment,
            end: replay.end,
            chain: replay.chain,
            segment_is_empty: replay.chain.next_seq() == last.first,
            buffer: Vec::new(),
            failure: None,
            _lock: lock,
        };
        Ok(Resumed::Verified((log, opened(replay, last, moved_to))))
    }

    /// Reads a ledger without taking the lock or changing anything. Another process may be
    /// appending to it: an unfinished batch at its end is reported and ignored. The ledger of a
    /// program other than `program` is an error.
    pub fn read<E: Into<Box<dyn Error + Send + Sync>>>(
        dir: &Path,
        program: Option<&str>,
        each: impl FnMut(&Line<'_>) -> Result<(), E>,
    ) -> Result<Opened, LogError> {
        let all = segments(dir)?;
        let last = all.last().ok_or_else(|| LogError::Missing { dir: dir.to_owned() })?;
        let replay = replay_after(
            &all,
            Accept { program, newer_format: true, last_batch: false },
            None,
            each,
        )?;
        Ok(opened(replay, last, None))
    }

    /// [`Log::read`] of the lines after a place that was verified before.
    pub fn read_after<E: Into<Box<dyn Error + Send + Sync>>>(
        dir: &Path,
        program: Option<&str>,
        resume_point: &ResumePoint,
        each: impl FnMut(&Line<'_>) -> Result<(), E>,
    ) -> Result<Resumed<Opened, ()>, LogError> {
        let all = segments(dir)?;
        let last = all.last().ok_or_else(|| LogError::Missing { dir: dir.to_owned() })?;
        match resume(
            &all,
            Accept { program, newer_format: true, last_batch: false },
            Some(resume_point),
            each,
        )? {
            Resumed::Verified(replay) => Ok(Resumed::Verified(opened(replay, last, None))),
            Resumed::Mismatch(()) => Ok(Resumed::Mismatch(())),
        }
    }

    /// Appends events as one batch: all of them are on the medium when this returns `Ok`, and none
    /// of them counts otherwise. After any error but [`LogError::Unwritable`] this writer refuses
    /// everything, and the ledger must be opened again.
    pub fn append(&mut self, events: &[NewEvent]) -> Result<Head, LogError> {
        if let Some((why, kind)) = &self.failure {
            return Err(LogError::Ended { why: why.clone(), kind: *kind });
        }
        if !events.is_empty() {
            let result = self.append_batch(events);
            if let Err(error) = &result
                && !matches!(error, LogError::Unwritable { .. })
            {
                self.failure = Some((error.to_string(), error.kind()));
            }
            result?;
        }
        Ok(*self.chain.head())
    }

    /// Replaces a file beside the segments: after a crash either the old or the new one is there,
    /// complete, and the new one is on the medium when this returns `Ok`. After an error this
    /// writer refuses everything.
    pub fn replace(&mut self, name: &str, bytes: &[u8]) -> Result<(), LogError> {
        if let Some((why, kind)) = &self.failure {
            return Err(LogError::Ended { why: why.clone(), kind: *kind });
        }
        let replaced = self.replace_file(name, bytes);
        if let Err(error) = &replaced {
            self.failure = Some((error.to_string(), error.kind()));
        }
        replaced
    }

    fn replace_file(&mut self, name: &str, bytes: &[u8]) -> Result<(), LogError> {
        let (path, unnamed) = (self.dir.join(name), self.dir.join(format!("{name}.new")));
        let mut file = self.disk.create(&unnamed).map_err(|e| LogError::io("make", &unnamed, e))?;
        self.disk.write_all(&mut file, bytes).map_err(|e| LogError::io("write to", &unnamed, e))?;
        self.disk.sync_data(&file).map_err(|e| LogError::io("sync", &unnamed, e))?;
        self.disk.rename(&unnamed, &path).map_err(|e| LogError::io("rename", &unnamed, e))?;
        self.disk.sync_dir(&self.dir).map_err(|e| LogError::io("sync", &self.dir, e))
    }

    /// Returns the last acknowledged event.
    pub fn head(&self) -> &Head {
        self.chain.head()
    }

    fn append_batch(&mut self, events: &[NewEvent]) -> Result<(), LogError> {
        if self.end >= self.segment_bytes && !self.segment_is_empty {
            (self.segment, self.chain, self.end) =
                begin_segment(self.disk.as_mut(), &self.dir, &self.program, &self.chain)?;
            self.segment_is_empty = true;
        }
        self.buffer.clear();
        let mut chain = self.chain;
        let group = chain.next_seq();
        for (index, event) in events.iter().enumerate() {
            let start = self.buffer.len();
            let written =
                write_line(&mut self.buffer, chain.next_seq(), group, event, chain.last_hash());
            // The line is parsed before it is written: one that no reader accepts must never reach
            // the file.
            let read = written.and_then(|_| chain.line(&self.buffer[start..]).map(|_| ()));
            read.map_err(|what| LogError::Unwritable { index, what })?;
        }
        self.write_and_sync()?;
        self.end += self.buffer.len() as u64;
        self.chain = chain;
        self.segment_is_empty = false;
        Ok(())
    }

    fn write_and_sync(&mut self) -> Result<(), LogError> {
        let written =
            self.disk.write_all(&mut self.segment, &self.buffer).map_err(|e| ("write to", e));
        let synced =
            written.and_then(|()| self.disk.sync_data(&self.segment).map_err(|e| ("sync", e)));
        synced.map_err(|(doing, cause)| {
            // The batch was not acknowledged, so it is cut off. If that fails too, the next opening
            // deals with the remains.
            let _ = self.disk.truncate(&self.segment, self.end);
            LogError::io(doing, &self.segment.path, cause)
        })
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Log")
            .field("dir", &self.dir)
            .field("head", self.head())
            .field("failure", &self.failure)
            .finish()
    }
}

/// Replays the lines after a resume point, if the ledger matches it. Damage and refused lines after
/// it count as a mismatch: a replay of the whole ledger reports them, if they are still there.
fn resume<E: Into<Box<dyn Error + Send + Sync>>>(
    segments: &[Segment],
    accept: Accept<'_>,
    resume_point: Option<&ResumePoint>,
    each: impl FnMut(&Line<'_>) -> Result<(), E>,
) -> Result<Resumed<Replay, ()>, LogError> {
    let place = match resume_point {
        Some(point) => match point.verified_last_batch(segments, accept) {
            Some(last_batch) => Some((point, last_batch)),
            None => return Ok(Resumed::Mismatch(())),
        },
        None => None,
    };
    match replay_after(segments, accept, place, each) {
        Ok(replay) => Ok(Resumed::Verified(replay)),
        Err(LogError::Damaged { .. } | LogError::Refused { .. }) if resume_point.is_some() => {
            Ok(Resumed::Mismatch(()))
        }
        Err(error) => Err(error),
    }
}

fn opened(replay: Replay, last: &Segment, moved_to: Option<PathBuf>) -> Opened {
    let resume_point = replay.resume_point(last);
    let torn = replay.torn.map(|Torn { byte, bytes, fault }| TornTail {
        segment: last.name.clone(),
        byte,
        bytes,
        what: fault,
        moved_to,
    });
    Opened {
        head: *replay.chain.head(),
        lines: replay.lines,
        program: replay.program,
        format: replay.format,
        torn,
        resume_point,
    }
}
