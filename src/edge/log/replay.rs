//! Streams a ledger's lines in order and verifies them; changes nothing. Holds one line in memory at a time.

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Take};
use std::path::{Path, PathBuf};

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
    /// The bytes of the last batch are wanted.
    pub(super) last_batch: bool,
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
    /// The valid bytes of the last segment.
    pub(super) end: u64,
    pub(super) torn: Option<Torn>,
    /// The valid lines of the last batch, if they were wanted and stand in the last segment: they end at `end`.
    pub(super) last_batch: Vec<u8>,
}

/// Verifies all segments, giving every event to `each`. `segments` must not be empty.
pub(super) fn replay<E: Into<Box<dyn Error + Send + Sync>>>(
    segments: &[Segment],
    accept: Accept<'_>,
    mut each: impl FnMut(&Line<'_>) -> Result<(), E>,
) -> Result<Replay, LogError> {
    let mut so_far = Replay {
        chain: Chain::default(),
        lines: 0,
        program: String::new(),
        format: FORMAT,
        end: 0,
        torn: None,
        last_batch: Vec::new(),
    };
    let mut buffer = Vec::with_capacity(4096);
    for (i, segment) in segments.iter().enumerate() {
        let expected = so_far.chain.next_seq();
        if segment.first != expected {
            return Err(LogError::damaged(&segment.name, 0, 0, Damage::Gap { expected, found: segment.first }));
        }
        let last = i + 1 == segments.len();
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
}

impl<'a> Reading<'a> {
    fn open(segment: &'a Segment, buffer: &'a mut Vec<u8>) -> Result<Self, LogError> {
        let opened = File::open(&segment.path).and_then(|file| Ok((file.metadata()?.len(), file)));
        let (len, file) = opened.map_err(|e| LogError::io("open", &segment.path, e))?;
        buffer.clear();
        // A writer may be appending: what comes after this moment is not ours to judge.
        let input = BufReader::with_capacity(READ_BYTES, file).take(len);
        Ok(Self { segment, input, buffer, len, line: 0, byte: 0 })
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
        self.header(accept, so_far)?;
        while self.next()? {
            match so_far.chain.line(self.buffer) {
                Ok(line) => {
                    so_far.lines += 1;
                    if last && accept.last_batch {
                        if line.group == line.seq {
                            so_far.last_batch.clear();
                        }
                        so_far.last_batch.extend_from_slice(self.buffer);
                    }
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
