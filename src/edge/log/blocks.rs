//! A segment's lines as a thread of their own reads and hashes them ahead of whoever takes them in:
//! two halves of a replay's work, of which neither needs the other's result. Order and errors are
//! those of reading line by line.

use std::io::{self, BufRead, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use crate::ledger::line::{LineHash, follows};

const BLOCK_BYTES: usize = 64 * 1024;
/// How many blocks may wait.
const AHEAD: usize = 8;

/// Whole lines; at the end of a segment also a cut one.
#[derive(Debug, Default)]
pub(super) struct Block {
    bytes: Vec<u8>,
    /// The bytes of the lines, from the first on, whose hashes follow on one another.
    chained: usize,
}

/// Where blocks are sent to.
pub(super) type Ahead = SyncSender<io::Result<Block>>;

/// Reads to the end, or until nobody wants more. `previous` is the hash on which the first line
/// follows.
pub(super) fn read_blocks(mut input: impl Read, previous: LineHash, ahead: &Ahead) {
    let mut previous = Some(previous);
    let mut rest = Vec::new();
    loop {
        let mut bytes = std::mem::take(&mut rest);
        let seen = bytes.len();
        bytes.reserve(BLOCK_BYTES);
        let read = input.by_ref().take(BLOCK_BYTES as u64).read_to_end(&mut bytes);
        let ended = matches!(read, Ok(0));
        if !ended {
            let whole =
                bytes[seen..].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| seen + at + 1);
            rest = if whole == 0 { std::mem::take(&mut bytes) } else { bytes.split_off(whole) };
        }
        let chained = chained(&bytes, &mut previous);
        // Whoever does not listen any more has found what to stop at.
        if !bytes.is_empty() && ahead.send(Ok(Block { bytes, chained })).is_err() {
            return;
        }
        if let Err(error) = read {
            let _ = ahead.send(Err(error));
            return;
        }
        if ended {
            return;
        }
    }
}

/// The bytes of the lines that follow on `previous`, which goes with them; it is none once a line
/// does not follow.
fn chained(bytes: &[u8], previous: &mut Option<LineHash>) -> usize {
    let mut end = 0;
    while let Some(before) = previous
        && end < bytes.len()
    {
        let length = line_length(&bytes[end..]);
        *previous = follows(before, &bytes[end..end + length]);
        end += if previous.is_some() { length } else { 0 };
    }
    end
}

/// The bytes of the first line with its line break.
fn line_length(mut bytes: &[u8]) -> usize {
    bytes.skip_until(b'\n').unwrap_or(0)
}

/// One line as it stands in the segment.
#[derive(Debug, Clone, Copy)]
pub(super) struct RawLine<'a> {
    /// With its line break, if it has one.
    pub(super) bytes: &'a [u8],
    /// Whether its hash follows on that of the line before it. Not told of lines after one that
    /// does not.
    pub(super) follows: bool,
    /// Its number, as people count it.
    pub(super) line: u64,
    /// Where it begins.
    pub(super) byte: u64,
}

/// The lines of the blocks that come in.
#[derive(Debug)]
pub(super) struct Lines {
    blocks: Receiver<io::Result<Block>>,
    block: Block,
    /// Where the next line begins in the block.
    at: usize,
    line: u64,
    byte: u64,
}

impl Lines {
    /// Lines after so many lines and bytes of a segment, and where their blocks are to be sent.
    pub(super) fn after(line: u64, byte: u64) -> (Self, Ahead) {
        let (ahead, blocks) = sync_channel(AHEAD);
        (Self { blocks, block: Block::default(), at: 0, line, byte }, ahead)
    }

    /// The next line; none at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<RawLine<'_>>> {
        if self.at == self.block.bytes.len() {
            // The other side hangs up at the end. Should it break down, that comes up where it is
            // waited for.
            let Ok(block) = self.blocks.recv() else { return Ok(None) };
            (self.block, self.at) = (block?, 0);
        }
        let (start, byte) = (self.at, self.byte);
        let length = line_length(&self.block.bytes[start..]);
        self.at += length;
        self.line += 1;
        self.byte += length as u64;
        let follows = self.at <= self.block.chained;
        Ok(Some(RawLine {
            bytes: &self.block.bytes[start..self.at],
            follows,
            line: self.line,
            byte,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives its bytes a few at a time, then fails.
    struct Trickle<'a>(&'a [u8], usize);

    impl Read for Trickle<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() {
                return Err(io::Error::other("the disk is gone"));
            }
            let read = self.0.len().min(self.1).min(buffer.len());
            buffer[..read].copy_from_slice(&self.0[..read]);
            self.0 = &self.0[read..];
            Ok(read)
        }
    }

    /// A line's bytes, its number and where it begins.
    type Seen = (Vec<u8>, u64, u64);

    fn lines_of(input: impl Read + Send) -> (Vec<Seen>, io::Result<()>) {
        std::thread::scope(|scope| {
            let (mut lines, ahead) = Lines::after(0, 0);
            scope.spawn(move || read_blocks(input, LineHash::ZERO, &ahead));
            let mut found = Vec::new();
            loop {
                match lines.next() {
                    Ok(Some(line)) => found.push((line.bytes.to_vec(), line.line, line.byte)),
                    Ok(None) => return (found, Ok(())),
                    Err(error) => return (found, Err(error)),
                }
            }
        })
    }

    #[test]
    fn lines_of_any_length_come_whole_and_in_order() {
        let long = "x".repeat(3 * BLOCK_BYTES + 7);
        let mut text = format!("a\n\n{long}\n");
        (0..20_000).for_each(|n| text.push_str(&format!("{n}\n")));
        text.push_str("cut");
        let mut byte = 0;
        let expected: Vec<Seen> = (1..)
            .zip(text.split_inclusive('\n'))
            .map(|(number, line)| {
                byte += line.len() as u64;
                (line.as_bytes().to_vec(), number, byte - line.len() as u64)
            })
            .collect();
        let (found, end) = lines_of(text.as_bytes());
        assert!(found == expected && end.is_ok());
    }

    #[test]
    fn a_failure_comes_after_the_lines_that_were_read_before_it() {
        let (found, end) = lines_of(Trickle(b"one\ntwo\nthr", 3));
        assert_eq!(found, [(b"one\n".to_vec(), 1, 0), (b"two\n".to_vec(), 2, 4)]);
        assert_eq!(end.unwrap_err().to_string(), "the disk is gone");
    }
}
