//! One line of the ledger: how it is written, read back and chained. Pure: bytes in, values out; no
//! files.
//!
//! The format, which never changes for an existing ledger:
//!
//! ```text
//! {"halaqah":"ledger","format":1,"program":"sman1","first":1,"prev":"<64 hex>","hash":"<64 hex>"}
//! {"seq":1,"group":1,"at":"2026-11-24T07:36:11.123+07:00","type":"…","v":1,"source":{…},"data":{…},"hash":"<64 hex>"}
//! ```
//!
//! - Each segment begins with a header, then one line is one event. UTF-8 JSON, fields in this
//!   order, no line break inside, `\n` at the end. `source` is left out when there is none. `group`
//!   is the `seq` of the first event of the batch that was written and synced together; a batch
//!   never spans two segments.
//! - One rule chains everything, headers included: `hash` is the SHA-256 of the previous line's
//!   hash (its 64 ASCII hex characters) followed by this line's bytes up to, not including,
//!   `,"hash":`. The previous hash of the very first header is 64 zeros. The closing bytes are
//!   compared literally. So the hashes cover the program's code, the format and every event, and
//!   ten lines of any language verify the output of `cat 0*.jsonl`. A header's `prev` repeats the
//!   hash before it, so that one segment can be checked alone.
//! - Readers ignore fields that they do not know (these stand before `hash`). Whether to accept a
//!   newer `v` is up to the caller.
//!
//! [`Tail`] decides what a torn write may look like. A batch is acknowledged as a whole, so only
//! the last batch can be torn. Its complete lines before the tear are in the chain and stay: they
//! are events that were written but not acknowledged. The fold takes them in, so the repeated cycle
//! does not write them again, and no reader needs to know whether a batch is complete.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, FixedOffset, SecondsFormat};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use super::record::Source;

#[cfg(test)]
mod tests;

/// The format that this program writes.
pub const FORMAT: u32 = 1;

const DIGITS: &[u8; 16] = b"0123456789abcdef";
const LINE_START: &[u8] = br#"{"seq":"#;
const HEADER_START: &[u8] = br#"{"halaqah":"#;
const HASH_OPEN: &[u8] = br#","hash":""#;
const HASH_CLOSE: &[u8] = b"\"}\n";
const ENDING: usize = HASH_OPEN.len() + 64 + HASH_CLOSE.len();

/// The hash of a line; prints as 64 lower-case hex characters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineHash([u8; 32]);

impl LineHash {
    /// 64 zeros: the hash to which the first header of a ledger is chained.
    pub const ZERO: Self = Self([0; 32]);

    /// Computes the hash of a line: SHA-256 of `previous` as hex, then of the line's bytes up to
    /// `,"hash":`.
    pub fn chained(previous: &Self, body: &[u8]) -> Self {
        Self(Sha256::new().chain_update(previous.hex()).chain_update(body).finalize().into())
    }

    /// Returns the hash as the 64 ASCII characters that a line holds.
    pub fn hex(&self) -> [u8; 64] {
        let mut hex = [0; 64];
        for (pair, byte) in hex.chunks_exact_mut(2).zip(self.0) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        hex
    }

    /// Reads a hash from exactly 64 lower-case hex characters.
    pub fn from_hex(hex: &[u8]) -> Option<Self> {
        /// The value of each byte as a hex digit; 16 where it is not a digit.
        const DIGIT_VALUES: [u8; 256] = {
            let mut values = [16; 256];
            let mut digit = 0;
            while digit < 16 {
                values[DIGITS[digit] as usize] = digit as u8;
                digit += 1;
            }
            values
        };
        let hex: &[u8; 64] = hex.try_into().ok()?;
        // Every line's hash is read, so the loop has no branch: one bad digit sets a bit above 15
        // in `seen`, which is checked once at the end.
        let (mut bytes, mut seen) = ([0; 32], 0);
        for (byte, pair) in bytes.iter_mut().zip(hex.chunks_exact(2)) {
            let [high, low] = [pair[0], pair[1]].map(|digit| DIGIT_VALUES[usize::from(digit)]);
            seen |= high | low;
            *byte = high << 4 | low;
        }
        (seen < 16).then_some(Self(bytes))
    }
}

impl fmt::Display for LineHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for LineHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for LineHash {
    type Err = LineFault;

    fn from_str(text: &str) -> Result<Self, LineFault> {
        Self::from_hex(text.as_bytes()).ok_or(LineFault::HashText)
    }
}

impl Serialize for LineHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for LineHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The number and hash of a ledger's last event. An empty ledger has `seq` 0 and a hash of 64
/// zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The sequence number of the last event.
    pub seq: u64,
    /// The hash of its line.
    pub hash: LineHash,
}

impl Head {
    /// The head of a ledger without events.
    pub const EMPTY: Self = Self { seq: 0, hash: LineHash::ZERO };
}

/// An event about to be written.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// The moment when it was accepted; written to the millisecond, with its offset.
    pub at: DateTime<FixedOffset>,
    /// The event type, such as `meeting_report.submitted`: lower-case letters, digits, `_` and `.`.
    pub kind: String,
    /// The version of the type's `data`.
    pub v: u16,
    /// The row that it comes from, if any.
    pub source: Option<Source>,
    /// The event's data as JSON.
    pub data: Box<RawValue>,
}

/// One event as it stands in the ledger; everything is borrowed from the line's bytes.
#[derive(Debug, Clone)]
pub struct Line<'a> {
    /// The event's sequence number: 1 for the first event, then without a gap.
    pub seq: u64,
    /// The sequence number of the first event of its batch.
    pub group: u64,
    /// The moment when the event was accepted.
    pub at: DateTime<FixedOffset>,
    /// The event type, such as `meeting_report.submitted`.
    pub kind: &'a str,
    /// The version of `data`; a caller that does not know it must refuse the line.
    pub v: u16,
    /// The row that the event comes from, if any.
    pub source: Option<LineSource<'a>>,
    /// The event's data as JSON, not parsed yet.
    pub data: &'a RawValue,
    /// The hash as written; verified only if the line came out of a [`Chain`].
    pub hash: LineHash,
}

/// [`Source`], borrowed from a line.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct LineSource<'a> {
    /// The tab's sheetId.
    pub tab: i64,
    /// The row number, counted from 1 as in the spreadsheet.
    pub row: u32,
    /// The key that stays with the row (see `table::diff`).
    #[serde(borrow)]
    pub key: Cow<'a, str>,
}

impl From<&LineSource<'_>> for Source {
    fn from(source: &LineSource<'_>) -> Self {
        Self { tab: source.tab, row: source.row, key: source.key.as_ref().into() }
    }
}

/// The first line of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The format of the segment's lines.
    pub format: u32,
    /// The code of the program whose ledger this is.
    pub program: String,
    /// The sequence number of the first event in the segment.
    pub first: u64,
    /// The hash of the last line before the segment.
    pub prev: LineHash,
    /// The header's own hash, to which the segment's first event is chained.
    pub hash: LineHash,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LineFault {
    /// The closing bytes are missing: the line was cut, or its end was changed.
    #[error("no hash and line break at the end of the line")]
    Ending,
    /// The line does not begin like an event or, at the start of a segment, like a header.
    #[error("line with another beginning than a ledger line")]
    Start,
    /// Malformed hash.
    #[error("malformed hash")]
    HashText,
    /// The line is not UTF-8 text.
    #[error("line that is not UTF-8")]
    NotText,
    /// The line is not JSON, or a field is missing or has the wrong JSON type.
    #[error("cannot read the line: {0}")]
    Fields(String),
    /// The event type holds a character that is not allowed there.
    #[error("malformed event type `{0}`")]
    Kind(String),
    /// A line is missing, doubled or out of order.
    #[error("event {found} in the place of event {expected}")]
    Seq {
        /// The sequence number that must come next.
        expected: u64,
        /// The sequence number in the line.
        found: u64,
    },
    /// The batch number contradicts the lines before it.
    #[error("event {seq} of an impossible batch {found}")]
    Group {
        /// The event's sequence number.
        seq: u64,
        /// The batch number in the line.
        found: u64,
    },
    /// The bytes were changed after they were written, or belong to another ledger.
    #[error("hash that does not fit the line")]
    Hash,
    /// The header is chained to another line than the one before it.
    #[error("segment that does not continue the one before it")]
    Prev,
    /// A header stands inside a segment instead of at its start.
    #[error("header in the middle of a segment")]
    HeaderInside,
    /// An unreadable line is followed by complete lines of later batches, so it is not a torn write.
    #[error("{fault}, with whole lines behind it (event {seq} of batch {group})")]
    Inside {
        /// The fault of the first unreadable line.
        fault: Box<LineFault>,
        /// The sequence number of the complete line that proves it.
        seq: u64,
        /// The batch number of that line.
        group: u64,
    },
}

#[derive(Deserialize)]
struct LineFields<'a> {
    seq: u64,
    group: u64,
    at: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    v: u16,
    #[serde(borrow, default)]
    source: Option<LineSource<'a>>,
    #[serde(borrow)]
    data: &'a RawValue,
}

#[derive(Deserialize)]
struct HeaderFields<'a> {
    #[serde(borrow)]
    halaqah: Cow<'a, str>,
    format: u32,
    #[serde(borrow)]
    program: Cow<'a, str>,
    first: u64,
    prev: &'a str,
}

impl<'a> Line<'a> {
    /// Parses one line (with its line break) without verifying its hash.
    pub fn parse(raw: &'a [u8]) -> Result<Self, LineFault> {
        let (text, hash) = text_and_hash(raw, LINE_START)?;
        let fields: LineFields<'a> =
            serde_json::from_str(text).map_err(|e| LineFault::Fields(e.to_string()))?;
        let at = DateTime::parse_from_rfc3339(fields.at)
            .map_err(|e| LineFault::Fields(format!("`at`: {e}")))?;
        let LineFields { seq, group, kind, v, source, data, .. } = fields;
        Ok(Self { seq, group, at, kind, v, source, data, hash })
    }
}

impl Header {
    /// Parses a segment's first line (with its line break) without verifying its hash.
    pub fn parse(raw: &[u8]) -> Result<Self, LineFault> {
        let (text, hash) = text_and_hash(raw, HEADER_START)?;
        let fields: HeaderFields<'_> =
            serde_json::from_str(text).map_err(|e| LineFault::Fields(e.to_string()))?;
        if fields.halaqah != "ledger" {
            return Err(LineFault::Start);
        }
        let HeaderFields { format, program, first, prev, .. } = fields;
        Ok(Self { format, program: program.into_owned(), first, prev: prev.parse()?, hash })
    }

    /// Returns the format number in a segment's first line, even if this program does not know that
    /// format and cannot read the rest of the line.
    pub fn format_of(raw: &[u8]) -> Option<u32> {
        #[derive(Deserialize)]
        struct Format {
            format: u32,
        }
        raw.starts_with(HEADER_START)
            .then(|| serde_json::from_slice::<Format>(raw).ok())
            .flatten()
            .map(|f| f.format)
    }
}

/// Checks how the line begins and ends; returns it as text without its line break, and its hash.
fn text_and_hash<'a>(raw: &'a [u8], start: &[u8]) -> Result<(&'a str, LineHash), LineFault> {
    let hash = raw.strip_suffix(HASH_CLOSE).and_then(|rest| rest.split_last_chunk::<64>());
    let (rest, hash) = hash.ok_or(LineFault::Ending)?;
    let hash = LineHash::from_hex(hash).ok_or(LineFault::Ending)?;
    if !rest.ends_with(HASH_OPEN) {
        return Err(LineFault::Ending);
    }
    if !raw.starts_with(start) {
        return Err(LineFault::Start);
    }
    let text = std::str::from_utf8(&raw[..raw.len() - 1]).map_err(|_| LineFault::NotText)?;
    Ok((text, hash))
}

/// Returns the bytes that the hash covers; `raw` must have passed [`text_and_hash`].
fn hashed_bytes(raw: &[u8]) -> &[u8] {
    &raw[..raw.len() - ENDING]
}

/// Appends the line of one event to `out`, chained to `previous`; returns the line's hash.
pub fn write_line(
    out: &mut Vec<u8>,
    seq: u64,
    group: u64,
    event: &NewEvent,
    previous: &LineHash,
) -> Result<LineHash, LineFault> {
    let plain = |c: u8| matches!(c, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.');
    if event.kind.is_empty() || !event.kind.bytes().all(plain) {
        return Err(LineFault::Kind(event.kind.clone()));
    }
    let start = out.len();
    let at = event.at.to_rfc3339_opts(SecondsFormat::Millis, false);
    let (kind, v) = (&event.kind, event.v);
    out.extend_from_slice(
        format!(r#"{{"seq":{seq},"group":{group},"at":"{at}","type":"{kind}","v":{v}"#).as_bytes(),
    );
    if let Some(source) = &event.source {
        out.extend_from_slice(br#","source":"#);
        serde_json::to_writer(&mut *out, source).map_err(|e| LineFault::Fields(e.to_string()))?;
    }
    out.extend_from_slice(br#","data":"#);
    // In JSON a raw line break can only stand between tokens, where a space means the same.
    out.extend(event.data.get().bytes().map(|b| if matches!(b, b'\n' | b'\r') { b' ' } else { b }));
    Ok(append_hash(out, start, previous))
}

/// Appends a segment's header to `out`, chained to `prev`; returns the header's hash.
pub fn write_header(out: &mut Vec<u8>, program: &str, first: u64, prev: &LineHash) -> LineHash {
    let start = out.len();
    let program = serde_json::Value::from(program);
    out.extend_from_slice(
        format!(r#"{{"halaqah":"ledger","format":{FORMAT},"program":{program},"first":{first},"prev":"{prev}""#)
            .as_bytes(),
    );
    append_hash(out, start, prev)
}

/// Ends the line that begins at `start` with its hash and a line break.
fn append_hash(out: &mut Vec<u8>, start: usize, previous: &LineHash) -> LineHash {
    let hash = LineHash::chained(previous, &out[start..]);
    out.extend_from_slice(HASH_OPEN);
    out.extend_from_slice(&hash.hex());
    out.extend_from_slice(HASH_CLOSE);
    hash
}

/// Returns the hash of a line if it is chained to the line whose hash is `previous`. Verifies the
/// hash only, not the fields.
pub fn hash_if_chained(previous: &LineHash, raw: &[u8]) -> Option<LineHash> {
    let (rest, written) = raw.strip_suffix(HASH_CLOSE)?.split_last_chunk::<64>()?;
    let hash = LineHash::chained(previous, rest.strip_suffix(HASH_OPEN)?);
    (hash.hex() == *written).then_some(hash)
}

/// Verifies the lines of a ledger in order. A line that fails does not change it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chain {
    head: Head,
    /// The hash to which the next line is chained: of the last event, or of the header after it.
    last: LineHash,
    /// The batch that the next line may continue instead of beginning a new one; 0 at the start of
    /// a segment.
    open_group: u64,
}

impl Default for Chain {
    fn default() -> Self {
        Self { head: Head::EMPTY, last: LineHash::ZERO, open_group: 0 }
    }
}

impl Chain {
    /// Returns the last verified event.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// Returns the sequence number that must come next.
    pub fn next_seq(&self) -> u64 {
        self.head.seq + 1
    }

    /// Returns the hash to which the next line is chained.
    pub fn last_hash(&self) -> &LineHash {
        &self.last
    }

    /// Verifies the first line of a segment.
    pub fn header(&mut self, raw: &[u8]) -> Result<Header, LineFault> {
        let header = Header::parse(raw)?;
        if header.first != self.next_seq() {
            return Err(LineFault::Seq { expected: self.next_seq(), found: header.first });
        }
        if header.prev != self.last {
            return Err(LineFault::Prev);
        }
        if header.hash != LineHash::chained(&self.last, hashed_bytes(raw)) {
            return Err(LineFault::Hash);
        }
        self.last = header.hash;
        self.open_group = 0;
        Ok(header)
    }

    /// Verifies the line of the next event.
    pub fn line<'a>(&mut self, raw: &'a [u8]) -> Result<Line<'a>, LineFault> {
        let hash_matches = hash_if_chained(&self.last, raw).is_some();
        self.line_with_known_hash(raw, hash_matches)
    }

    /// [`Chain::line`] for a line whose hash was already compared by [`hash_if_chained`].
    pub fn line_with_known_hash<'a>(
        &mut self,
        raw: &'a [u8],
        hash_matches: bool,
    ) -> Result<Line<'a>, LineFault> {
        let line = Line::parse(raw)?;
        // A missing line breaks the hash too; the gap in the numbers says more.
        if line.seq != self.next_seq() {
            return Err(LineFault::Seq { expected: self.next_seq(), found: line.seq });
        }
        if !hash_matches {
            return Err(LineFault::Hash);
        }
        if line.group != line.seq && line.group != self.open_group {
            return Err(LineFault::Group { seq: line.seq, found: line.group });
        }
        self.head = Head { seq: line.seq, hash: line.hash };
        self.last = line.hash;
        self.open_group = line.group;
        Ok(line)
    }
}

/// Distinguishes a torn last batch from damage, given the first line that does not verify and
/// everything after it.
///
/// A write that was cut short leaves a prefix of the batch, or a batch with holes where blocks were
/// lost. It never leaves a complete line in the wrong place or with wrong bytes, nor a complete
/// line of another batch. So the tail is torn unless it holds one of these. A change that breaks
/// lines of the last batch itself looks like a tear; only a [`Witness`] of the head reveals it.
#[derive(Debug)]
pub struct Tail {
    fault: LineFault,
    expected: u64,
    open_group: u64,
    /// Batch and sequence number of the last complete line in the tail.
    last_complete: Option<(u64, u64)>,
}

impl Tail {
    /// Begins with the fault of the first line that `chain` refused.
    ///
    /// # Errors
    /// Returns the fault itself if no torn write can cause it: the line is complete but wrong.
    pub fn new(chain: &Chain, fault: LineFault) -> Result<Self, LineFault> {
        match fault {
            LineFault::Ending | LineFault::Start | LineFault::NotText | LineFault::Fields(_) => {
                Ok(Self {
                    fault,
                    expected: chain.next_seq(),
                    open_group: chain.open_group,
                    last_complete: None,
                })
            }
            _ => Err(fault),
        }
    }

    /// Examines the next bytes of the tail, up to and including a line break or the end of the
    /// file.
    ///
    /// # Errors
    /// Returns the fault that proves damage.
    pub fn examine(&mut self, stretch: &[u8]) -> Result<(), LineFault> {
        if Header::parse(stretch).is_ok() {
            return Err(LineFault::HeaderInside);
        }
        // A changed line break joins two lines, so a complete line may begin inside the stretch.
        for (start, _) in
            stretch.windows(LINE_START.len()).enumerate().filter(|(_, w)| *w == LINE_START)
        {
            if let Ok(line) = Line::parse(&stretch[start..]) {
                self.check_complete_line(&line)?;
            }
        }
        Ok(())
    }

    /// Returns the fault of the tail's first line.
    pub fn fault(&self) -> &LineFault {
        &self.fault
    }

    /// A complete line may stand in a torn tail only where a hole precedes it: it belongs to the
    /// batch that was being written, and comes later than the line that is missing.
    fn check_complete_line(&mut self, line: &Line<'_>) -> Result<(), LineFault> {
        let (group, after) = self.last_complete.unwrap_or((line.group, self.expected));
        let same_batch =
            line.group == group && (group == self.expected || group == self.open_group);
        if same_batch && line.seq > after {
            self.last_complete = Some((line.group, line.seq));
            return Ok(());
        }
        Err(LineFault::Inside {
            fault: Box::new(self.fault.clone()),
            seq: line.seq,
            group: line.group,
        })
    }
}

/// A head that was recorded outside the ledger (in the tab *Status*) and must be in it. Nothing
/// inside a ledger shows that it lost its end, or that it was rewritten as a whole.
#[derive(Debug, Clone)]
pub struct Witness {
    seen: Head,
    found: Option<LineHash>,
}

/// A contradiction between a ledger and a head that was recorded outside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WitnessFault {
    /// The ledger ends before the event that was recorded.
    #[error("ledger that ends with event {head}, before the recorded event {seen}")]
    Behind {
        /// The sequence number of the ledger's last event.
        head: u64,
        /// The sequence number of the event that was recorded.
        seen: u64,
    },
    /// The ledger holds another event under the same sequence number.
    #[error("event {seq} that is not the one recorded before")]
    Rewritten {
        /// The sequence number of the event that was recorded.
        seq: u64,
    },
}

impl Witness {
    /// Begins a check of the recorded head `seen`.
    pub fn new(seen: Head) -> Self {
        Self { seen, found: None }
    }

    /// Takes in a line; must be called for each line of a replay.
    pub fn observe(&mut self, line: &Line<'_>) {
        if line.seq == self.seen.seq {
            self.found = Some(line.hash);
        }
    }

    /// Compares the ledger, whose last event is `head`, with the recorded head after all lines were
    /// observed.
    pub fn check(&self, head: &Head) -> Result<(), WitnessFault> {
        if head.seq < self.seen.seq {
            return Err(WitnessFault::Behind { head: head.seq, seen: self.seen.seq });
        }
        match self.found {
            Some(hash) if hash != self.seen.hash => {
                Err(WitnessFault::Rewritten { seq: self.seen.seq })
            }
            _ => Ok(()),
        }
    }
}
