//! The ledger's files: one directory, segments of lines that are only ever appended to. Knows
//! lines, not what they mean.
//!
//! - `000001.jsonl`, …: segments, named by their first event (see `ledger::line` for what stands
//!   in them). A segment that has reached its size takes no further batch; the next batch opens a
//!   new one.
//! - `lock`: held by the one process that appends. Readers take no lock.
//! - `torn-<seq>-<n>.bytes`: what a crash left of an unacknowledged batch, set aside and never
//!   read again.
//! - `moved-<n>`: directories into which a repair moved what could not be chained any more; never
//!   read again.
//! - `keys`: the wrapped keys of sealed answers (see `edge::seal`); the one file that is written
//!   anew, as a whole.
//! - `*.jsonl.new`: a segment before its first line was safe; overwritten when it is needed.
//! - `snapshot`, `snapshot.new`: a cache of what follows from the lines up to a place (see
//!   `snapshot.rs`); may be deleted.
//!
//! Durability: one batch is one write and one fdatasync, and counts only after it. A new segment is
//! written under another name, synced, renamed, and its directory synced, before anything in it
//! counts. Any failed write or sync ends the writer, since after a failed fsync nobody knows what
//! the medium holds; opening again verifies what is there, and writes the last batch over itself
//! before its sync, so that the medium has what was verified. Nothing is deleted.

mod blocks;
mod disk;
mod error;
mod repair;
mod replay;
mod snapshot;
#[cfg(test)]
mod tests;

use std::error::Error;
use std::fmt;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

pub use self::disk::{Disk, OpenFile, StdDisk};
pub use self::error::{Damage, LogError, LogErrorKind, seal_kind};
pub use self::repair::{Moved, Repaired, repair};
pub use self::replay::Mark;
pub use self::snapshot::{read_snapshot, write_snapshot};
pub use crate::ledger::line::{Head, Line, LineFault, NewEvent, Witness};

use self::replay::{Accept, Replay, Segment, Torn, replay_after, segments, tail_of};
use crate::ledger::line::{Chain, write_header, write_line};

/// A segment that has reached this many bytes takes no further batch.
pub const SEGMENT_BYTES: u64 = 64 * 1024 * 1024;

/// What was found when a ledger was opened or read.
#[derive(Debug)]
pub struct Opened {
    /// The last event.
    pub head: Head,
    /// How many events there are.
    pub lines: u64,
    /// The program whose ledger it is.
    pub program: String,
    /// The newest format of its segments.
    pub format: u32,
    /// What a crash left of a batch that was never acknowledged.
    pub torn: Option<TornTail>,
    /// The place after the last event.
    pub mark: Mark,
}

/// What came of going on from a [`Mark`].
#[derive(Debug)]
pub enum Resumed<T, U> {
    /// All lines after it were verified.
    From(T),
    /// It does not fit the ledger, or what was remembered does not fit the lines after it:
    /// everything must be read.
    NotFrom(U),
}

/// What came of opening from a [`Mark`] on; if nothing, the disk is given back.
pub type Reopened = Resumed<(Log, Opened), Box<dyn Disk>>;

/// Bytes at the ledger's end that are no valid lines: a batch that was being written, or was when
/// the machine stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TornTail {
    /// The last segment's file name.
    pub segment: String,
    /// Where the tail begins.
    pub byte: u64,
    /// How long it is.
    pub bytes: u64,
    /// What is wrong with its first line.
    pub what: LineFault,
    /// The file that has the bytes now; none when the ledger was only read.
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

/// A ledger open for appending. There is one at a time; dropping it frees the lock.
pub struct Log {
    dir: PathBuf,
    program: String,
    disk: Box<dyn Disk>,
    segment_bytes: u64,
    segment: OpenFile,
    /// The valid bytes of the current segment, and whether any event stands in it.
    end: u64,
    chain: Chain,
    fresh: bool,
    buffer: Vec<u8>,
    ended: Option<(String, LogErrorKind)>,
    _lock: File,
}

impl Log {
    /// Opens a ledger for appending, or begins one: takes the lock, verifies the whole chain while
    /// giving every event to `each`, sets a torn tail aside. What `each` has built counts only if
    /// this succeeds.
    pub fn open<E: Into<Box<dyn Error + Send + Sync>>>(
        dir: &Path,
        program: &str,
        each: impl FnMut(&Line<'_>) -> Result<(), E>,
    ) -> Result<(Self, Opened), LogError> {
        Self::open_on(Box::new(StdDisk), SEGMENT_BYTES, dir, program, each)
    }

    /// [`Log::open`] with another disk or size of segments (bytes).
    pub fn open_on<E: Into<Box<dyn Error + Send + Sync>>>(
        disk: Box<dyn Disk>,
        segment_bytes: u64,
        dir: &Path,
        program: &str,
        each: impl FnMut(&Line<'_>) -> Result<(), E>,
    ) -> Result<(Self, Opened), LogError> {
        match Self::open_at(disk, segment_bytes, dir, program, None, each) {
            Ok(Resumed::From(opened)) => Ok(opened),
            // Nothing to go on from cannot fail to fit.
            Ok(Resumed::NotFrom(_)) => Err(LogError::Missing { dir: dir.to_owned() }),
            Err(error) => Err(error),
        }
    }

    /// [`Log::open_on`], which verifies and gives to `each` only the events after a place that was
    /// verified before. Gives the disk back if that does not come out.
    pub fn open_after<E: Into<Box<dyn Error + Send + Sync>>>(
        disk: Box<dyn Disk>,
        segment_bytes: u64,
        dir: &Path,
        program: &str,
        mark: &Mark,
        each: impl FnMut(&Line<'_>) -> Result<(), E>,
    ) -> Result<Reopened, LogError> {
        Self::open_at(disk, segment_bytes, dir, program, Some(mark), each)
    }

    fn open_at<E: Into<Box<dyn Error + Send + Sync>>>(
        mut disk: Box<dyn Disk>,
        segment_bytes: u64,
        dir: &Path,
        program: &str,
        mark: Option<&Mark>,
        each: impl FnMut(&Line<'_>) -> Result<(), E>,
    ) -> Result<Reopened, LogError> {
        let lock = lock(dir, disk.as_mut())?;
        let mut all = segments(dir)?;
        if all.is_empty() {
            sync_above(disk.as_mut(), dir)?;
            begin_segment(disk.as_mut(), dir, program, &Chain::default())?;
            all = segments(dir)?;
        }
        let accept = Accept { program: Some(program), newer_format: false, last_batch: true };
        let Resumed::From(replay) = resume(&all, accept, mark, each)? else {
            return Ok(Resumed::NotFrom(disk));
        };
        let last = all.last().ok_or_else(|| LogError::Missing { dir: dir.to_owned() })?;
        let segment = OpenFile::append_to(&last.path)
            .map_err(|e| LogError::io("open for writing", &last.path, e))?;
        let moved_to = match &replay.torn {
            Some(torn) => Some(set_aside(disk.as_mut(), dir, last, &segment, torn, &replay.chain)?),
            None => None,
        };
        // A process that died between write and sync leaves valid lines that may not be on the
        // medium yet; from here on they count. If its sync had failed before, the system takes them
        // for written, and a sync alone would save nothing: what can be in doubt, the last batch,
        // is written over itself (the bytes that were verified, not what a second reading may
        // give). Stopped anywhere within, that leaves what stood there before.
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
            fresh: replay.chain.next_seq() == last.first,
            buffer: Vec::new(),
            ended: None,
            _lock: lock,
        };
        Ok(Resumed::From((log, opened(replay, last, moved_to))))
    }

    /// Reads a ledger without the lock and without changing anything, also while another process
    /// appends to it: an unfinished batch at its end is reported and ignored. `program` refuses
    /// another program's ledger.
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

    /// [`Log::read`] of what stands after a place that was verified before.
    pub fn read_after<E: Into<Box<dyn Error + Send + Sync>>>(
        dir: &Path,
        program: Option<&str>,
        mark: &Mark,
        each: impl FnMut(&Line<'_>) -> Result<(), E>,
    ) -> Result<Resumed<Opened, ()>, LogError> {
        let all = segments(dir)?;
        let last = all.last().ok_or_else(|| LogError::Missing { dir: dir.to_owned() })?;
        match resume(
            &all,
            Accept { program, newer_format: true, last_batch: false },
            Some(mark),
            each,
        )? {
            Resumed::From(replay) => Ok(Resumed::From(opened(replay, last, None))),
            Resumed::NotFrom(()) => Ok(Resumed::NotFrom(())),
        }
    }

    /// Appends events as one batch: all are on the medium when this returns, or none counts. After
    /// any failure but [`LogError::Unwritable`] the writer has ended and the ledger must be opened
    /// again.
    pub fn append(&mut self, events: &[NewEvent]) -> Result<Head, LogError> {
        if let Some((why, kind)) = &self.ended {
            return Err(LogError::Ended { why: why.clone(), kind: *kind });
        }
        if !events.is_empty() {
            let result = self.append_batch(events);
            if let Err(error) = &result
                && !matches!(error, LogError::Unwritable { .. })
            {
                self.ended = Some((error.to_string(), error.kind()));
            }
            result?;
        }
        Ok(*self.chain.head())
    }

    /// Writes a file beside the segments anew: the old one or the new one stands there whatever
    /// happens, and the new one is on the medium when this returns. After a failure the writer has
    /// ended.
    pub fn replace(&mut self, name: &str, bytes: &[u8]) -> Result<(), LogError> {
        if let Some((why, kind)) = &self.ended {
            return Err(LogError::Ended { why: why.clone(), kind: *kind });
        }
        let replaced = self.replace_file(name, bytes);
        if let Err(error) = &replaced {
            self.ended = Some((error.to_string(), error.kind()));
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

    /// The last acknowledged event.
    pub fn head(&self) -> &Head {
        self.chain.head()
    }

    fn append_batch(&mut self, events: &[NewEvent]) -> Result<(), LogError> {
        if self.end >= self.segment_bytes && !self.fresh {
            (self.segment, self.chain, self.end) =
                begin_segment(self.disk.as_mut(), &self.dir, &self.program, &self.chain)?;
            self.fresh = true;
        }
        self.buffer.clear();
        let mut chain = self.chain;
        let group = chain.next_seq();
        for (index, event) in events.iter().enumerate() {
            let start = self.buffer.len();
            let written =
                write_line(&mut self.buffer, chain.next_seq(), group, event, chain.last());
            // Read back what is about to be written: a line that no reader takes must never reach
            // the file.
            let read = written.and_then(|_| chain.line(&self.buffer[start..]).map(|_| ()));
            read.map_err(|what| LogError::Unwritable { index, what })?;
        }
        self.write_and_sync()?;
        self.end += self.buffer.len() as u64;
        self.chain = chain;
        self.fresh = false;
        Ok(())
    }

    fn write_and_sync(&mut self) -> Result<(), LogError> {
        let written =
            self.disk.write_all(&mut self.segment, &self.buffer).map_err(|e| ("write to", e));
        let synced =
            written.and_then(|()| self.disk.sync_data(&self.segment).map_err(|e| ("sync", e)));
        synced.map_err(|(doing, cause)| {
            // The batch was not acknowledged. If the cut fails too, the next opening deals with
            // what is left.
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
            .field("ended", &self.ended)
            .finish()
    }
}

/// Replays from a place on, if it fits. Damage and refusals after it are for a replay of everything
/// to judge.
fn resume<E: Into<Box<dyn Error + Send + Sync>>>(
    segments: &[Segment],
    accept: Accept<'_>,
    mark: Option<&Mark>,
    each: impl FnMut(&Line<'_>) -> Result<(), E>,
) -> Result<Resumed<Replay, ()>, LogError> {
    let place = match mark {
        Some(mark) => match mark.fits(segments, accept) {
            Some(last_batch) => Some((mark, last_batch)),
            None => return Ok(Resumed::NotFrom(())),
        },
        None => None,
    };
    match replay_after(segments, accept, place, each) {
        Ok(replay) => Ok(Resumed::From(replay)),
        Err(LogError::Damaged { .. } | LogError::Refused { .. }) if mark.is_some() => {
            Ok(Resumed::NotFrom(()))
        }
        Err(error) => Err(error),
    }
}

fn opened(replay: Replay, last: &Segment, moved_to: Option<PathBuf>) -> Opened {
    let mark = replay.mark(last);
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
        mark,
    }
}

/// Makes the directory if need be and takes its lock.
fn lock(dir: &Path, disk: &mut dyn Disk) -> Result<File, LogError> {
    let missing: Vec<&Path> =
        dir.ancestors().take_while(|p| !p.as_os_str().is_empty() && !p.is_dir()).collect();
    if !missing.is_empty() {
        fs::create_dir_all(dir).map_err(|e| LogError::io("make the directory", dir, e))?;
    }
    for made in missing {
        let parent = made.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        disk.sync_dir(parent).map_err(|e| LogError::io("sync", parent, e))?;
    }
    let path = dir.join("lock");
    let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
    let mut file = opened.map_err(|e| LogError::io("open", &path, e))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let holder = fs::read_to_string(&path).ok().and_then(|text| text.trim().parse().ok());
            return Err(LogError::Locked { dir: dir.to_owned(), holder });
        }
        Err(TryLockError::Error(e)) => return Err(LogError::io("lock", &path, e)),
    }
    // The number is a courtesy to whoever finds the ledger locked; the lock holds without it.
    let _ = file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id()));
    Ok(file)
}

/// An earlier opening may have made the directories and stopped before their names were safe.
fn sync_above(disk: &mut dyn Disk, dir: &Path) -> Result<(), LogError> {
    for above in dir.ancestors().skip(1).take(2) {
        let above = if above.as_os_str().is_empty() { Path::new(".") } else { above };
        match disk.sync_dir(above) {
            // Nobody made a directory of ours in one that this process may not even look into.
            Err(e) if e.kind() == io::ErrorKind::PermissionDenied => {}
            synced => synced.map_err(|e| LogError::io("sync", above, e))?,
        }
    }
    Ok(())
}

/// Begins the segment whose first event comes next: safe before it has its name, its name safe
/// before anything in it counts.
fn begin_segment(
    disk: &mut dyn Disk,
    dir: &Path,
    program: &str,
    chain: &Chain,
) -> Result<(OpenFile, Chain, u64), LogError> {
    let segment = Segment::new(dir, chain.next_seq());
    let mut chain = *chain;
    let mut header = Vec::new();
    write_header(&mut header, program, segment.first, chain.last());
    chain.header(&header).map_err(|what| LogError::Unwritable { index: 0, what })?;

    let unnamed = dir.join(format!("{}.new", segment.name));
    let mut file = disk.create(&unnamed).map_err(|e| LogError::io("make", &unnamed, e))?;
    disk.write_all(&mut file, &header).map_err(|e| LogError::io("write to", &unnamed, e))?;
    disk.sync_data(&file).map_err(|e| LogError::io("sync", &unnamed, e))?;
    disk.rename(&unnamed, &segment.path)
        .map_err(|e| LogError::io("rename to", &segment.path, e))?;
    disk.sync_dir(dir).map_err(|e| LogError::io("sync", dir, e))?;
    let file = OpenFile::append_to(&segment.path)
        .map_err(|e| LogError::io("open for writing", &segment.path, e))?;
    Ok((file, chain, header.len() as u64))
}

/// Moves a torn tail into a file of its own: the copy is safe before the segment is cut.
fn set_aside(
    disk: &mut dyn Disk,
    dir: &Path,
    segment: &Segment,
    file: &OpenFile,
    torn: &Torn,
    chain: &Chain,
) -> Result<PathBuf, LogError> {
    let free = (1_u32..)
        .map(|n| dir.join(format!("torn-{:06}-{n}.bytes", chain.next_seq())))
        .find(|p| !p.exists());
    let path = free.unwrap_or_else(|| dir.join("torn.bytes"));
    copy_tail(disk, segment, torn.byte, &path)
        .map_err(|e| LogError::io("set a torn tail aside in", &path, e))?;
    disk.sync_dir(dir).map_err(|e| LogError::io("sync", dir, e))?;
    disk.truncate(file, torn.byte).map_err(|e| LogError::io("cut", &segment.path, e))?;
    Ok(path)
}

fn copy_tail(disk: &mut dyn Disk, segment: &Segment, byte: u64, path: &Path) -> io::Result<()> {
    let mut tail = tail_of(segment, byte)?;
    let mut copy = disk.create(path)?;
    let mut block = vec![0; 64 * 1024];
    loop {
        match tail.read(&mut block)? {
            0 => return disk.sync_data(&copy),
            n => disk.write_all(&mut copy, &block[..n])?,
        }
    }
}
