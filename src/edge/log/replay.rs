//! Streams a ledger's lines in order and verifies them; changes nothing. Holds a few blocks of a
//! segment at a time.

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::thread;

use serde::{Deserialize, Serialize};

use crate::ledger::line::{Chain, FORMAT, Head, Header, Line, LineFault, LineHash, Tail, follows};

use super::blocks::{Lines, RawLine, read_blocks};
use super::error::{Damage, LogError};

/// A segment's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Segment {
    /// The sequence number of its first event.
    pub(super) first: u64,
    pub(super) name: String,
    pub(super) path: PathBuf,
}

impl Segment {
    pub(super) fn new(dir: &Path, first: u64) -> Self {
        let name = format!("{first:06}.jsonl");
        Self { first, path: dir.join(&name), name }
    }
}

/// All segments in order; any other file whose name ends in `.jsonl` is damage.
pub(super) fn segments(dir: &Path) -> Result<Vec<Segment>, LogError> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(LogError::io("list", dir, e)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let name = entry.map_err(|e| LogError::io("list", dir, e))?.file_name();
        let name = name.to_string_lossy();
        let Some(number) = name.strip_suffix(".jsonl") else { continue };
        let segment = number.parse().ok().map(|first| Segment::new(dir, first));
        match segment.filter(|s| s.name == name) {
            Some(segment) => found.push(segment),
            None => return Err(LogError::damaged(&name, 0, 0, Damage::ForeignName)),
        }
    }
    found.sort_by_key(|s| s.first);
    Ok(found)
}

/// What a caller accepts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Accept<'a> {
    /// Only this program's ledger.
    pub(super) program: Option<&'a str>,
    /// Also a newer format, as far as it reads like this one.
    pub(super) newer_format: bool,
    /// The bytes of the last batch are wanted.
    pub(super) last_batch: bool,
}

/// A place in a ledger up to which everything was verified once: where a later replay may begin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The chain after the last line before the place.
    chain: Chain,
    /// How many events stand before it.
    lines: u64,
    /// The program whose ledger it is.
    program: String,
    /// The newest format of the segments.
    format: u32,
    /// First event and bytes of every segment; of the last one, the bytes before the place.
    segments: Vec<(u64, u64)>,
    /// The last batch before the place.
    batch: Batch,
}

/// Where the last batch of the last segment begins (at its end, if no batch stands in it), and the
/// hash on which it follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Batch {
    byte: u64,
    after: LineHash,
}

impl Mark {
    /// The last event before it.
    pub fn head(&self) -> &Head {
        self.chain.head()
    }

    /// How many events stand before it.
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// Whether the ledger still looks as it did: the same segments of the same sizes, and the last
    /// batch before the place, which is chained to all lines before it, unchanged; then the bytes
    /// of that batch. What stands in older lines is not read.
    pub(super) fn fits(&self, segments: &[Segment], accept: Accept<'_>) -> Option<Vec<u8>> {
        let same_program = accept.program.is_none_or(|program| program == self.program);
        let format_known = self.format <= FORMAT || accept.newer_format;
        if !same_program || !format_known || !self.finds_its_segments(segments) {
            return None;
        }
        self.finds_its_batch(segments).ok().flatten()
    }

    fn finds_its_segments(&self, segments: &[Segment]) -> bool {
        let Some(((_, end), whole)) = self.segments.split_last() else { return false };
        let size =
            |segment: &Segment| fs::metadata(&segment.path).map(|file| file.len()).unwrap_or(0);
        segments.len() >= self.segments.len()
            && self
                .segments
                .iter()
                .zip(segments)
                .all(|((first, _), segment)| *first == segment.first)
            && whole.iter().zip(segments).all(|((_, bytes), segment)| *bytes == size(segment))
            && size(&segments[whole.len()]) >= *end
    }

    fn finds_its_batch(&self, segments: &[Segment]) -> io::Result<Option<Vec<u8>>> {
        let Some((_, end)) = self.segments.last() else { return Ok(None) };
        // Where there is no batch, the header says to what all is chained.
        let no_batch = self.batch.byte == *end;
        let (from, after) = if no_batch {
            (0, self.chain.head().hash)
        } else {
            (self.batch.byte, self.batch.after)
        };
        let Some(length) = end.checked_sub(from) else { return Ok(None) };
        let mut bytes = Vec::new();
        tail_of(&segments[self.segments.len() - 1], from)?.take(length).read_to_end(&mut bytes)?;
        let mut lines = bytes.split_inclusive(|byte| *byte == b'\n');
        let last = lines.try_fold(after, |before, line| follows(&before, line));
        let found = bytes.len() as u64 == length && last.as_ref() == Some(self.chain.last());
        Ok(found.then(|| if no_batch { Vec::new() } else { bytes }))
    }
}

/// Where the last segment stops being valid.
#[derive(Debug)]
pub(super) struct Torn {
    pub(super) byte: u64,
    pub(super) bytes: u64,
    pub(super) fault: LineFault,
}

/// A verified ledger.
#[derive(Debug)]
pub(super) struct Replay {
    pub(super) chain: Chain,
    pub(super) lines: u64,
    pub(super) program: String,
    pub(super) format: u32,
    /// The valid bytes of the last segment, and its last batch.
    pub(super) end: u64,
    batch: Batch,
    /// First event and bytes of the segments before the last.
    whole: Vec<(u64, u64)>,
    pub(super) torn: Option<Torn>,
    /// The valid lines of the last batch, if they were wanted and stand in the last segment: they
    /// end at `end`.
    pub(super) last_batch: Vec<u8>,
}

impl Replay {
    /// The place after the last valid line.
    pub(super) fn mark(&self, last: &Segment) -> Mark {
        let mut segments = self.whole.clone();
        segments.push((last.first, self.end));
        let Self { chain, lines, program, format, batch, .. } = self;
        let (chain, program) = (*chain, program.clone());
        Mark { chain, lines: *lines, program, format: *format, segments, batch: *batch }
    }

    /// What is known at a place that fits, with the last batch before it.
    fn from(place: Option<(&Mark, Vec<u8>)>) -> Self {
        let Some((mark, last_batch)) = place else {
            return Self {
                chain: Chain::default(),
                lines: 0,
                program: String::new(),
                format: FORMAT,
                end: 0,
                batch: Batch { byte: 0, after: LineHash::ZERO },
                whole: Vec::new(),
                torn: None,
                last_batch: Vec::new(),
            };
        };
        let (end, whole) = mark
            .segments
            .split_last()
            .map_or((0, Vec::new()), |((_, end), whole)| (*end, whole.to_vec()));
        let Mark { chain, lines, program, format, batch, .. } = mark.clone();
        Self { chain, lines, program, format, end, batch, whole, torn: None, last_batch }
    }
}

/// Verifies all segments, giving every event to `each`. `segments` must not be empty.
pub(super) fn replay<E: Into<Box<dyn Error + Send + Sync>>>(
    segments: &[Segment],
    accept: Accept<'_>,
    each: impl FnMut(&Line<'_>) -> Result<(), E>,
) -> Result<Replay, LogError> {
    replay_after(segments, accept, None, each)
}

/// [`replay`], from a place on, given with the bytes by which it fits.
pub(super) fn replay_after<E: Into<Box<dyn Error + Send + Sync>>>(
    segments: &[Segment],
    accept: Accept<'_>,
    place: Option<(&Mark, Vec<u8>)>,
    mut each: impl FnMut(&Line<'_>) -> Result<(), E>,
) -> Result<Replay, LogError> {
    let resumes = place.is_some();
    let mut so_far = Replay::from(place);
    let begun = so_far.whole.len();
    for (i, segment) in segments.iter().enumerate().skip(begun) {
        let resumed = resumes && i == begun;
        let expected = so_far.chain.next_seq();
        if !resumed && segment.first != expected {
            return Err(LogError::damaged(
                &segment.name,
                0,
                0,
                Damage::Gap { expected, found: segment.first },
            ));
        }
        if !resumed && i > 0 {
            so_far.whole.push((segments[i - 1].first, so_far.end));
        }
        let from = if resumed { so_far.end } else { 0 };
        let (last, chain) = (i + 1 == segments.len(), so_far.chain);
        Reading::of(segment, from, &chain, |reading| {
            reading.run(last, accept, &mut so_far, &mut each)
        })?;
    }
    Ok(so_far)
}

/// One segment being read.
struct Reading<'a> {
    segment: &'a Segment,
    lines: Lines,
    len: u64,
    /// Whether its header, and more, was verified before.
    resumed: bool,
}

impl<'a> Reading<'a> {
    /// Reads a segment from a byte on, where a line begins, while another thread reads and hashes
    /// ahead.
    fn of<R>(
        segment: &'a Segment,
        byte: u64,
        chain: &Chain,
        run: impl FnOnce(Self) -> Result<R, LogError>,
    ) -> Result<R, LogError> {
        let failed = |doing: &'static str| move |e| LogError::io(doing, &segment.path, e);
        let opened = File::open(&segment.path).and_then(|file| Ok((file.metadata()?.len(), file)));
        let (len, mut file) = opened.map_err(failed("open"))?;
        file.seek(SeekFrom::Start(byte)).map_err(failed("read"))?;
        // A writer may be appending: what comes after this moment is not ours to judge.
        let input = file.take(len.saturating_sub(byte));
        let (resumed, last) = (byte > 0, *chain.last());
        let before = if resumed { 1 + chain.next_seq().saturating_sub(segment.first) } else { 0 };
        thread::scope(|scope| {
            let (lines, ahead) = Lines::after(before, byte);
            let reading = thread::Builder::new()
                .spawn_scoped(scope, move || read_blocks(input, last, &ahead));
            reading.map_err(failed("start a thread to read"))?;
            run(Self { segment, lines, len, resumed })
        })
    }

    fn run<E: Into<Box<dyn Error + Send + Sync>>>(
        mut self,
        last: bool,
        accept: Accept<'_>,
        so_far: &mut Replay,
        each: &mut impl FnMut(&Line<'_>) -> Result<(), E>,
    ) -> Result<(), LogError> {
        if !self.resumed {
            self.header(accept, so_far)?;
        }
        let segment = self.segment;
        while let Some(raw) = next_of(segment, &mut self.lines)? {
            let after = *so_far.chain.last();
            match so_far.chain.line_that(raw.follows, raw.bytes) {
                Ok(line) => {
                    so_far.lines += 1;
                    so_far.end = raw.byte + raw.bytes.len() as u64;
                    if line.group == line.seq {
                        so_far.batch = Batch { byte: raw.byte, after };
                        so_far.last_batch.clear();
                    }
                    if last && accept.last_batch {
                        so_far.last_batch.extend_from_slice(raw.bytes);
                    }
                    each(&line).map_err(|cause| LogError::Refused {
                        segment: segment.name.clone(),
                        line: raw.line,
                        seq: line.seq,
                        cause: cause.into(),
                    })?;
                }
                Err(fault) if last => {
                    let first = (raw.line, raw.byte, raw.bytes.to_vec());
                    so_far.torn = Some(torn(self, first, &so_far.chain, fault)?);
                    return Ok(());
                }
                Err(fault) => return Err(damaged(segment, raw, fault)),
            }
        }
        Ok(())
    }

    fn header(&mut self, accept: Accept<'_>, so_far: &mut Replay) -> Result<(), LogError> {
        let Some(raw) = next_of(self.segment, &mut self.lines)? else {
            return Err(LogError::damaged(&self.segment.name, 1, 0, Damage::NoHeader));
        };
        let segment = &self.segment.name;
        let header = match so_far.chain.header(raw.bytes) {
            Ok(header) => header,
            Err(fault) => {
                let newer = Header::format_of(raw.bytes).filter(|format| *format > FORMAT);
                return Err(match newer {
                    Some(found) => LogError::NewerFormat { segment: segment.clone(), found },
                    None => damaged(self.segment, raw, fault),
                });
            }
        };
        if header.format > FORMAT && !accept.newer_format {
            return Err(LogError::NewerFormat { segment: segment.clone(), found: header.format });
        }
        let before = if self.segment.first == 1 { &header.program } else { &so_far.program };
        let expected = accept.program.unwrap_or(before);
        if header.program != expected {
            let (found, expected) = (header.program.clone(), expected.to_owned());
            return Err(LogError::OtherProgram { segment: segment.clone(), found, expected });
        }
        so_far.format = so_far.format.max(header.format);
        so_far.program = header.program;
        so_far.end = raw.bytes.len() as u64;
        so_far.batch = Batch { byte: so_far.end, after: *so_far.chain.last() };
        so_far.last_batch.clear();
        Ok(())
    }
}

fn next_of<'a>(segment: &Segment, lines: &'a mut Lines) -> Result<Option<RawLine<'a>>, LogError> {
    lines.next().map_err(|e| LogError::io("read", &segment.path, e))
}

fn damaged(segment: &Segment, raw: RawLine<'_>, what: impl Into<Damage>) -> LogError {
    LogError::damaged(&segment.name, raw.line, raw.byte, what)
}

/// Decides whether the tail whose first line (where it stands, its bytes) does not fit is a torn
/// write.
fn torn(
    reading: Reading<'_>,
    (line, byte, first): (u64, u64, Vec<u8>),
    chain: &Chain,
    fault: LineFault,
) -> Result<Torn, LogError> {
    let Reading { segment, mut lines, len, .. } = reading;
    let damaged = |fault: LineFault| LogError::damaged(&segment.name, line, byte, fault);
    let mut tail = Tail::new(chain, fault).map_err(damaged)?;
    tail.see(&first).map_err(damaged)?;
    while let Some(raw) = next_of(segment, &mut lines)? {
        tail.see(raw.bytes).map_err(damaged)?;
    }
    Ok(Torn { byte, bytes: len - byte, fault: tail.fault().clone() })
}

/// A segment's bytes from `byte` on, for setting a torn tail aside.
pub(super) fn tail_of(segment: &Segment, byte: u64) -> io::Result<File> {
    let mut file = File::open(&segment.path)?;
    file.seek(SeekFrom::Start(byte))?;
    Ok(file)
}
