//! Streams a ledger's lines in order and verifies them; changes nothing. Holds one line in memory at a time.

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Take};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::ledger::line::{Chain, FORMAT, Header, Line, LineFault, Tail};

use super::error::{Damage, LogError};

const READ_BYTES: usize = 256 * 1024;

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
}

/// A place in a ledger up to which everything was verified once: where a later replay may begin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The chain after the last line before the place.
    pub chain: Chain,
    /// How many events stand before it.
    pub lines: u64,
    /// The program whose ledger it is.
    pub program: String,
    /// The newest format of the segments.
    pub format: u32,
    /// First event and bytes of every segment; of the last one, the bytes before the place.
    pub segments: Vec<(u64, u64)>,
    /// Where the last line before the place begins.
    pub last_line: u64,
}

impl Mark {
    /// Whether the ledger still looks as it did: the same segments of the same sizes, and the line before the place, which is
    /// chained to all lines before it, unchanged. What stands in older lines is not read.
    pub(super) fn fits(&self, segments: &[Segment], accept: Accept<'_>) -> bool {
        let same_program = accept.program.is_none_or(|program| program == self.program);
        let format_known = self.format <= FORMAT || accept.newer_format;
        same_program
            && format_known
            && self.finds_its_segments(segments)
            && self.finds_its_line(segments).unwrap_or(false)
    }

    fn finds_its_segments(&self, segments: &[Segment]) -> bool {
        let Some(((_, end), whole)) = self.segments.split_last() else { return false };
        let size = |segment: &Segment| fs::metadata(&segment.path).map(|file| file.len()).unwrap_or(0);
        segments.len() >= self.segments.len()
            && self.segments.iter().zip(segments).all(|((first, _), segment)| *first == segment.first)
            && whole.iter().zip(segments).all(|((_, bytes), segment)| *bytes == size(segment))
            && size(&segments[whole.len()]) >= *end
    }

    fn finds_its_line(&self, segments: &[Segment]) -> io::Result<bool> {
        let Some((_, end)) = self.segments.last() else { return Ok(false) };
        let Some(length) = end.checked_sub(self.last_line) else { return Ok(false) };
        let mut raw = Vec::new();
        tail_of(&segments[self.segments.len() - 1], self.last_line)?.take(length).read_to_end(&mut raw)?;
        let hash = if self.last_line == 0 {
            Header::parse(&raw).map(|header| header.hash)
        } else {
            Line::parse(&raw).map(|line| line.hash)
        };
        Ok(hash.as_ref() == Ok(self.chain.last()))
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
    /// The valid bytes of the last segment, and where its last line begins.
    pub(super) end: u64,
    pub(super) last_line: u64,
    /// First event and bytes of the segments before the last.
    pub(super) whole: Vec<(u64, u64)>,
    pub(super) torn: Option<Torn>,
}

impl Replay {
    /// The place after the last valid line.
    pub(super) fn mark(&self, last: &Segment) -> Mark {
        let mut segments = self.whole.clone();
        segments.push((last.first, self.end));
        let Self { chain, lines, program, format, last_line, .. } = self;
        Mark {
            chain: *chain,
            lines: *lines,
            program: program.clone(),
            format: *format,
            segments,
            last_line: *last_line,
        }
    }

    fn from(mark: Option<&Mark>) -> Self {
        let (mut whole, mut end) = (Vec::new(), 0);
        let Some(mark) = mark else {
            let (chain, program) = (Chain::default(), String::new());
            return Self { chain, lines: 0, program, format: FORMAT, end, last_line: 0, whole, torn: None };
        };
        if let Some(((_, bytes), before)) = mark.segments.split_last() {
            (whole, end) = (before.to_vec(), *bytes);
        }
        let Mark { chain, lines, program, format, last_line, .. } = mark;
        let (chain, lines, format, last_line) = (*chain, *lines, *format, *last_line);
        Self { chain, lines, program: program.clone(), format, end, last_line, whole, torn: None }
    }
}

/// Verifies all segments, or from a place that fits on, giving every event to `each`. `segments` must not be empty.
pub(super) fn replay<E: Into<Box<dyn Error + Send + Sync>>>(
    segments: &[Segment],
    accept: Accept<'_>,
    from: Option<&Mark>,
    mut each: impl FnMut(&Line<'_>) -> Result<(), E>,
) -> Result<Replay, LogError> {
    let mut so_far = Replay::from(from);
    let mut buffer = Vec::with_capacity(4096);
    let begun = so_far.whole.len();
    for (i, segment) in segments.iter().enumerate().skip(begun) {
        let last = i + 1 == segments.len();
        if from.is_some() && i == begun {
            let byte = so_far.end;
            Reading::open(segment, &mut buffer)?.from(byte, &so_far)?.run(last, accept, &mut so_far, &mut each)?;
            continue;
        }
        let expected = so_far.chain.next_seq();
        if segment.first != expected {
            return Err(LogError::damaged(&segment.name, 0, 0, Damage::Gap { expected, found: segment.first }));
        }
        if i > 0 {
            so_far.whole.push((segments[i - 1].first, so_far.end));
        }
        Reading::open(segment, &mut buffer)?.run(last, accept, &mut so_far, &mut each)?;
    }
    Ok(so_far)
}

/// One segment being read.
struct Reading<'a> {
    segment: &'a Segment,
    input: Take<BufReader<File>>,
    buffer: &'a mut Vec<u8>,
    len: u64,
    /// The current line, as people count it, and where it begins.
    line: u64,
    byte: u64,
    /// Whether its header, and more, was verified before.
    resumed: bool,
}

impl<'a> Reading<'a> {
    fn open(segment: &'a Segment, buffer: &'a mut Vec<u8>) -> Result<Self, LogError> {
        let opened = File::open(&segment.path).and_then(|file| Ok((file.metadata()?.len(), file)));
        let (len, file) = opened.map_err(|e| LogError::io("open", &segment.path, e))?;
        buffer.clear();
        // A writer may be appending: what comes after this moment is not ours to judge.
        let input = BufReader::with_capacity(READ_BYTES, file).take(len);
        Ok(Self { segment, input, buffer, len, line: 0, byte: 0, resumed: false })
    }

    /// Goes on at a byte where a line begins.
    fn from(mut self, byte: u64, so_far: &Replay) -> Result<Self, LogError> {
        self.input.get_mut().seek(SeekFrom::Start(byte)).map_err(|e| LogError::io("read", &self.segment.path, e))?;
        self.input.set_limit(self.len.saturating_sub(byte));
        self.byte = byte;
        self.line = 1 + so_far.chain.next_seq().saturating_sub(self.segment.first);
        self.resumed = true;
        Ok(self)
    }

    /// Reads the next line into the buffer; false at the end.
    fn next(&mut self) -> Result<bool, LogError> {
        self.byte += self.buffer.len() as u64;
        self.line += 1;
        self.buffer.clear();
        let read = self.input.read_until(b'\n', self.buffer);
        read.map(|n| n > 0).map_err(|e| LogError::io("read", &self.segment.path, e))
    }

    fn damaged(&self, what: impl Into<Damage>) -> LogError {
        LogError::damaged(&self.segment.name, self.line, self.byte, what)
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
            so_far.last_line = 0;
        }
        while self.next()? {
            match so_far.chain.line(self.buffer) {
                Ok(line) => {
                    so_far.lines += 1;
                    so_far.last_line = self.byte;
                    each(&line).map_err(|cause| LogError::Refused {
                        segment: self.segment.name.clone(),
                        line: self.line,
                        seq: line.seq,
                        cause: cause.into(),
                    })?;
                }
                Err(fault) if last => {
                    so_far.end = self.byte;
                    so_far.torn = Some(self.tail(&so_far.chain, fault)?);
                    return Ok(());
                }
                Err(fault) => return Err(self.damaged(fault)),
            }
        }
        so_far.end = self.byte;
        Ok(())
    }

    fn header(&mut self, accept: Accept<'_>, so_far: &mut Replay) -> Result<(), LogError> {
        if !self.next()? {
            return Err(self.damaged(Damage::NoHeader));
        }
        let segment = &self.segment.name;
        let header = match so_far.chain.header(self.buffer) {
            Ok(header) => header,
            Err(fault) => {
                let newer = Header::format_of(self.buffer).filter(|format| *format > FORMAT);
                return Err(match newer {
                    Some(found) => LogError::NewerFormat { segment: segment.clone(), found },
                    None => self.damaged(fault),
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
        Ok(())
    }

    /// Decides whether the tail that begins with the line in the buffer is a torn write.
    fn tail(&mut self, chain: &Chain, fault: LineFault) -> Result<Torn, LogError> {
        let (line, byte) = (self.line, self.byte);
        let damaged = |fault: LineFault| LogError::damaged(&self.segment.name, line, byte, fault);
        let mut tail = Tail::new(chain, fault).map_err(damaged)?;
        loop {
            tail.see(self.buffer).map_err(damaged)?;
            self.buffer.clear();
            let read = self.input.read_until(b'\n', self.buffer);
            if read.map_err(|e| LogError::io("read", &self.segment.path, e))? == 0 {
                return Ok(Torn { byte, bytes: self.len - byte, fault: tail.fault().clone() });
            }
        }
    }
}

/// A segment's bytes from `byte` on, for setting a torn tail aside.
pub(super) fn tail_of(segment: &Segment, byte: u64) -> io::Result<File> {
    let mut file = File::open(&segment.path)?;
    file.seek(SeekFrom::Start(byte))?;
    Ok(file)
}
