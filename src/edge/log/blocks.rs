//! Reads and hashes a segment on a second thread, ahead of the thread that parses and folds the
//! lines. The lines arrive in the order of the file, and an error after the lines before it.

use std::io::{self, BufRead, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use crate::ledger::line::{LineHash, hash_if_chained};

const BLOCK_BYTES: usize = 64 * 1024;
/// The number of blocks that may wait in the channel before the reading thread pauses.
const MAX_WAITING: usize = 8;

/// Complete lines; at the end of a segment the last one may be cut.
#[derive(Debug, Default)]
pub(super) struct Block {
    bytes: Vec<u8>,
    /// The length of the leading part whose lines are all chained to one another.
    chained: usize,
}

/// The sending end of the channel of blocks.
pub(super) type BlockSender = SyncSender<io::Result<Block>>;

/// Reads blocks to the end of the input, or until the receiver is gone. `previous` is the hash to
/// which the first line must be chained.
pub(super) fn read_blocks(mut input: impl Read, previous: LineHash, sender: &BlockSender) {
    let mut previous = Some(previous);
    let mut rest = Vec::new();
    loop {
        let mut bytes = std::mem::take(&mut rest);
        let searched = bytes.len();
        bytes.reserve(BLOCK_BYTES);
        let read = input.by_ref().take(BLOCK_BYTES as u64).read_to_end(&mut bytes);
        let ended = matches!(read, Ok(0));
        if !ended {
            // A block ends after its last line break; what follows begins the next block. Without a
            // line break the whole block waits: its line is longer than a block.
            let line_break = bytes[searched..].iter().rposition(|byte| *byte == b'\n');
            let complete = line_break.map_or(0, |at| searched + at + 1);
            rest =
                if complete == 0 { std::mem::take(&mut bytes) } else { bytes.split_off(complete) };
        }
        let chained = chained_length(&bytes, &mut previous);
        // The receiver is gone once it has met a line that ends the replay.
        if !bytes.is_empty() && sender.send(Ok(Block { bytes, chained })).is_err() {
            return;
        }
        if let Err(error) = read {
            let _ = sender.send(Err(error));
            return;
        }
        if ended {
            return;
        }
    }
}

/// Returns the length of the leading part whose lines are chained to `previous`, and advances
/// `previous` to its last line; `None` once a line is not chained.
fn chained_length(bytes: &[u8], previous: &mut Option<LineHash>) -> usize {
    let mut end = 0;
    while let Some(before) = previous
        && end < bytes.len()
    {
        let length = line_length(&bytes[end..]);
        *previous = hash_if_chained(before, &bytes[end..end + length]);
        end += if previous.is_some() { length } else { 0 };
    }
    end
}

/// Returns the length of the first line with its line break.
fn line_length(mut bytes: &[u8]) -> usize {
    bytes.skip_until(b'\n').unwrap_or(0)
}

/// One line as it stands in the segment.
#[derive(Debug, Clone, Copy)]
pub(super) struct RawLine<'a> {
    /// The line with its line break, if it has one.
    pub(super) bytes: &'a [u8],
    /// Whether the line, and every line before it, is chained to the line before it.
    pub(super) chained: bool,
    /// The line number in the segment, counted from 1.
    pub(super) line: u64,
    /// The offset in the segment at which the line begins.
    pub(super) byte: u64,
}

/// The receiving end of the channel of blocks, as lines.
#[derive(Debug)]
pub(super) struct Lines {
    blocks: Receiver<io::Result<Block>>,
    block: Block,
    /// The offset in the block at which the next line begins.
    at: usize,
    line: u64,
    byte: u64,
}

impl Lines {
    /// Returns the lines of a segment after its first `line` lines, which take `byte` bytes, and
    /// the sender for their blocks.
    pub(super) fn after(line: u64, byte: u64) -> (Self, BlockSender) {
        let (sender, blocks) = sync_channel(MAX_WAITING);
        (Self { blocks, block: Block::default(), at: 0, line, byte }, sender)
    }

    /// Returns the next line; `None` at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<RawLine<'_>>> {
        if self.at == self.block.bytes.len() {
            // The sender is dropped at the end of the segment. It is dropped too if the reading
            // thread panics; `thread::scope` then panics here when it joins the thread.
            let Ok(block) = self.blocks.recv() else { return Ok(None) };
            (self.block, self.at) = (block?, 0);
        }
        let (start, byte) = (self.at, self.byte);
        let length = line_length(&self.block.bytes[start..]);
        self.at += length;
        self.line += 1;
        self.byte += length as u64;
        let chained = self.at <= self.block.chained;
        let bytes = &self.block.bytes[start..self.at];
        Ok(Some(RawLine { bytes, chained, line: self.line, byte }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A reader that returns a few bytes at a time, then fails.
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

    /// The bytes of a line, its number and its offset.
    type Seen = (Vec<u8>, u64, u64);

    fn lines_of(input: impl Read + Send) -> (Vec<Seen>, io::Result<()>) {
        std::thread::scope(|scope| {
            let (mut lines, sender) = Lines::after(0, 0);
            scope.spawn(move || read_blocks(input, LineHash::ZERO, &sender));
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
