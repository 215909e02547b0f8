//! Reads a ledger's lines in order and verifies them; changes nothing. Holds a few blocks of a
//! segment in memory at a time.

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::thread;

use serde::{Deserialize, Serialize};

use crate::ledger::line::{
    Chain, FORMAT, Head, Header, Line, LineFault, LineHash, Tail, hash_if_chained,
};

use super::blocks::{Lines, RawLine, read_blocks};
use super::error::{Damage, LogError};
use super::files::{Segment, open_at_byte};

/// The conditions of a replay.
#[derive(Debug, Clone, Copy)]
pub(super) struct Accept<'a> {
    /// The only program whose ledger is accepted; `None` accepts any.
    pub(super) program: Option<&'a str>,
    /// Whether a newer format is accepted, as far as it reads like this one.
    pub(super) newer_format: bool,
    /// Whether to return the bytes of the last batch.
    pub(super) last_batch: bool,
}

/// A place in a ledger up to which every line was verified, so that a later replay may begin there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResumePoint {
    /// The chain after the last line before the place.
    chain: Chain,
    /// The number of events before the place.
    lines: u64,
    /// The code of the program that the ledger belongs to.
    program: String,
    /// The newest format of the segments.
    format: u32,
    /// The first event and the length in bytes of every segment; the last one counts up to the
    /// place.
    segments: Vec<(u64, u64)>,
    /// The last batch before the place.
    batch: Batch,
}

/// The last batch of the last segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Batch {
    /// The offset at which the batch begins; the segment's length if it holds no batch.
    byte: u64,
    /// The hash to which the batch's first line is chained.
    after: LineHash,
}

impl ResumePoint {
    /// Returns the last event before the place.
    pub fn head(&self) -> &Head {
        self.chain.head()
    }

    /// Returns the number of events before the place.
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// Returns the bytes of the last batch before the place if the ledger is unchanged: the
    /// segments have the same first events and sizes, and the batch, which is chained to all lines
    /// before it, still has its hash. Older lines are not read.
    pub(super) fn verified_last_batch(
        &self,
        segments: &[Segment],
        accept: Accept<'_>,
    ) -> Option<Vec<u8>> {
        let same_program = accept.program.is_none_or(|program| program == self.program);
        let format_known = self.format <= FORMAT || accept.newer_format;
        if !same_program || !format_known || !self.segments_match(segments) {
            return None;
        }
        self.read_last_batch(segments).ok().flatten()
    }

    fn segments_match(&self, segments: &[Segment]) -> bool {
        let Some(((_, end), complete)) = self.segments.split_last() else { return false };
        let size = |segment: &Segment| fs::metadata(&segment.path).map_or(0, |file| file.len());
        segments.len() >= self.segments.len()
            && self
                .segments
                .iter()
                .zip(segments)
                .all(|((first, _), segment)| *first == segment.first)
            && complete.iter().zip(segments).all(|((_, bytes), segment)| *bytes == size(segment))
            && size(&segments[complete.len()]) >= *end
    }

    fn read_last_batch(&self, segments: &[Segment]) -> io::Result<Option<Vec<u8>>> {
        let Some((_, end)) = self.segments.last() else { return Ok(None) };
        // A segment without a batch is verified by its header, which is chained to the head.
        let no_batch = self.batch.byte == *end;
        let (from, after) = if no_batch {
            (0, self.chain.head().hash)
        } else {
            (self.batch.byte, self.batch.after)
        };
        let Some(length) = end.checked_sub(from) else { return Ok(None) };
        let mut bytes = Vec::new();
        open_at_byte(&segments[self.segments.len() - 1], from)?
            .take(length)
            .read_to_end(&mut bytes)?;
        let mut lines = bytes.split_inclusive(|byte| *byte == b'\n');
        let last = lines.try_fold(after, |before, line| hash_if_chained(&before, line));
        let found = bytes.len() as u64 == length && last.as_ref() == Some(self.chain.last_hash());
        Ok(found.then(|| if no_batch { Vec::new() } else { bytes }))
    }
}

/// The invalid end of the last segment.
#[derive(Debug)]
pub(super) struct Torn {
    pub(super) byte: u64,
    pub(super) bytes: u64,
    pub(super) fault: LineFault,
}

/// The result of a replay, also while it runs.
#[derive(Debug)]
pub(super) struct Replay {
    pub(super) chain: Chain,
    pub(super) lines: u64,
    pub(super) program: String,
    pub(super) format: u32,
    /// The length of the last segment's valid part, in bytes.
    pub(super) end: u64,
    batch: Batch,
    /// The first event and the length in bytes of the segments before the last.
    complete: Vec<(u64, u64)>,
    pub(super) torn: Option<Torn>,
    /// The valid lines of the last batch, which end at `end`; empty unless [`Accept::last_batch`]
    /// asks for them and the batch is in the last segment.
    pub(super) last_batch: Vec<u8>,
}

impl Replay {
    /// Returns the place after the last valid line.
    pub(super) fn resume_point(&self, last: &Segment) -> ResumePoint {
        let mut segments = self.complete.clone();
        segments.push((last.first, self.end));
        let Self { chain, lines, program, format, batch, .. } = self;
        let (chain, program) = (*chain, program.clone());
        ResumePoint { chain, lines: *lines, program, format: *format, segments, batch: *batch }
    }

    /// Begins at a verified place, given with the last batch before it, or at the first line.
    fn from(place: Option<(&ResumePoint, Vec<u8>)>) -> Self {
        let Some((resume_point, last_batch)) = place else {
            return Self {
                chain: Chain::default(),
                lines: 0,
                program: String::new(),
                format: FORMAT,
                end: 0,
                batch: Batch { byte: 0, after: LineHash::ZERO },
                complete: Vec::new(),
                torn: None,
                last_batch: Vec::new(),
            };
        };
        let (end, complete) = resume_point
            .segments
            .split_last()
            .map_or((0, Vec::new()), |((_, end), complete)| (*end, complete.to_vec()));
        let ResumePoint { chain, lines, program, format, batch, .. } = resume_point.clone();
        Self { chain, lines, program, format, end, batch, complete, torn: None, last_batch }
    }
}

/// Verifies all segments and calls `each` with every event. `segments` must not be empty.
pub(super) fn replay<E: Into<Box<dyn Error + Send + Sync>>>(
    segments: &[Segment],
    accept: Accept<'_>,
    each: impl FnMut(&Line<'_>) -> Result<(), E>,
) -> Result<Replay, LogError> {
    replay_after(segments, accept, None, each)
}

/// [`replay`] of the lines after a place, given with the last batch before it.
pub(super) fn replay_after<E: Into<Box<dyn Error + Send + Sync>>>(
    segments: &[Segment],
    accept: Accept<'_>,
    place: Option<(&ResumePoint, Vec<u8>)>,
    mut each: impl FnMut(&Line<'_>) -> Result<(), E>,
) -> Result<Replay, LogError> {
    let resumes = place.is_some();
    let mut so_far = Replay::from(place);
    let first = so_far.complete.len();
    for (i, segment) in segments.iter().enumerate().skip(first) {
        let resumed = resumes && i == first;
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
            so_far.complete.push((segments[i - 1].first, so_far.end));
        }
        let from = if resumed { so_far.end } else { 0 };
        let (last, chain) = (i + 1 == segments.len(), so_far.chain);
        SegmentReader::with(segment, from, &chain, |reader| {
            reader.run(last, accept, &mut so_far, &mut each)
        })?;
    }
    Ok(so_far)
}

/// Reads and verifies one segment.
struct SegmentReader<'a> {
    segment: &'a Segment,
    lines: Lines,
    /// The segment's length in bytes when it was opened.
    len: u64,
    /// Whether the header, and perhaps some lines, were verified before and are skipped.
    resumed: bool,
}

impl<'a> SegmentReader<'a> {
    /// Runs `run` with a reader of the segment from the offset `byte` on, where a line begins.
    /// Another thread reads and hashes ahead meanwhile.
    fn with<R>(
        segment: &'a Segment,
        byte: u64,
        chain: &Chain,
        run: impl FnOnce(Self) -> Result<R, LogError>,
    ) -> Result<R, LogError> {
        let failed = |doing: &'static str| move |e| LogError::io(doing, &segment.path, e);
        let opened = File::open(&segment.path).and_then(|file| Ok((file.metadata()?.len(), file)));
        let (len, mut file) = opened.map_err(failed("open"))?;
        file.seek(SeekFrom::Start(byte)).map_err(failed("read"))?;
        // A writer may be appending: bytes that come after this moment are not read, so that half
        // of its write does not look like a torn tail.
        let input = file.take(len.saturating_sub(byte));
        let (resumed, last) = (byte > 0, *chain.last_hash());
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
        while let Some(raw) = next_line(segment, &mut self.lines)? {
            let after = *so_far.chain.last_hash();
            match so_far.chain.line_with_known_hash(raw.bytes, raw.chained) {
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
                // Only the last segment can end in a torn write: a new one is begun after the
                // batches before it were synced.
                Err(fault) if last => {
                    let first = (raw.line, raw.byte, raw.bytes.to_vec());
                    so_far.torn = Some(torn_tail(self, first, &so_far.chain, fault)?);
                    return Ok(());
                }
                Err(fault) => return Err(damaged(segment, raw, fault)),
            }
        }
        Ok(())
    }

    fn header(&mut self, accept: Accept<'_>, so_far: &mut Replay) -> Result<(), LogError> {
        let Some(raw) = next_line(self.segment, &mut self.lines)? else {
            return Err(LogError::damaged(&self.segment.name, 1, 0, Damage::NoHeader));
        };
        let segment = &self.segment.name;
        let header = match so_far.chain.header(raw.bytes) {
            Ok(header) => header,
            Err(fault) => {
                // A newer format may chain its lines by another rule: that is no damage.
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
        so_far.batch = Batch { byte: so_far.end, after: *so_far.chain.last_hash() };
        so_far.last_batch.clear();
        Ok(())
    }
}

fn next_line<'a>(segment: &Segment, lines: &'a mut Lines) -> Result<Option<RawLine<'a>>, LogError> {
    lines.next().map_err(|e| LogError::io("read", &segment.path, e))
}

fn damaged(segment: &Segment, raw: RawLine<'_>, what: impl Into<Damage>) -> LogError {
    LogError::damaged(&segment.name, raw.line, raw.byte, what)
}

/// Reads the rest of a segment from its first invalid line on (number, offset and bytes) and
/// returns it as a torn write, or an error if it is damage.
fn torn_tail(
    reader: SegmentReader<'_>,
    (line, byte, first): (u64, u64, Vec<u8>),
    chain: &Chain,
    fault: LineFault,
) -> Result<Torn, LogError> {
    let SegmentReader { segment, mut lines, len, .. } = reader;
    let damaged = |fault: LineFault| LogError::damaged(&segment.name, line, byte, fault);
    let mut tail = Tail::new(chain, fault).map_err(damaged)?;
    tail.examine(&first).map_err(damaged)?;
    while let Some(raw) = next_line(segment, &mut lines)? {
        tail.examine(raw.bytes).map_err(damaged)?;
    }
    Ok(Torn { byte, bytes: len - byte, fault: tail.fault().clone() })
}
