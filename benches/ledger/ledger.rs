//! Ledgers of invented rows.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, FixedOffset};
use halaqah::edge::log::{Disk, Log, NewEvent, OpenFile, SEGMENT_BYTES, StdDisk};
use halaqah::ledger::line::{LineHash, write_line};
use halaqah::ledger::record::Source;
use serde_json::value::RawValue;

pub const PROGRAM: &str = "bench";

/// A disk that is not waited for: writing these ledgers is not what is measured.
struct Hurried(StdDisk);

impl Disk for Hurried {
    fn create(&mut self, path: &Path) -> io::Result<OpenFile> {
        self.0.create(path)
    }
    fn write_all(&mut self, file: &mut OpenFile, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(file, bytes)
    }
    fn write_over(&mut self, path: &Path, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.0.write_over(path, at, bytes)
    }
    fn sync_data(&mut self, _: &OpenFile) -> io::Result<()> {
        Ok(())
    }
    fn sync_dir(&mut self, _: &Path) -> io::Result<()> {
        Ok(())
    }
    fn truncate(&mut self, file: &OpenFile, len: u64) -> io::Result<()> {
        self.0.truncate(file, len)
    }
    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        self.0.rename(from, to)
    }
}

fn at() -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339("2026-11-24T07:36:11.123+07:00").unwrap()
}

/// A group's report of a meeting; of ten rows, one is an amendment of the row before it.
fn report(n: u64) -> NewEvent {
    let amends = n % 10 == 9;
    let row = if amends { n - 1 } else { n };
    let (moment, week) = (1_700_000_000_000 + row * 60_000, row % 28 + 1);
    let data = format!(
        r#"{{"timestamp":"2026-08-{week:02}T16:05:{:02}","date":"2026-08-{week:02}","identity":"{:016x}","answers":{{"group":"Kelompok {}","date":"2026-08-{week:02}","status":"held","mood":{}}}}}"#,
        row % 60,
        row.wrapping_mul(0x9e37_79b9_7f4a_7c15),
        row % 625,
        n % 5 + 1
    );
    NewEvent {
        at: at(),
        kind: if amends { "meeting_report.amended" } else { "meeting_report.submitted" }.to_owned(),
        v: 1,
        source: Some(Source {
            tab: 1203,
            row: row as u32 + 2,
            key: format!("{moment}.{:x}", row % 625).into(),
        }),
        data: RawValue::from_string(data).unwrap(),
    }
}

/// Writes a ledger of so many events; gives its size in bytes.
pub fn write(dir: &Path, events: u64) -> u64 {
    let disk = Box::new(Hurried(StdDisk));
    let (mut log, _) =
        Log::open_on(disk, SEGMENT_BYTES, dir, PROGRAM, |_| Ok::<_, std::fmt::Error>(())).unwrap();
    let numbers: Vec<u64> = (0..events).collect();
    for batch in numbers.chunks(1_000) {
        log.append(&batch.iter().map(|n| report(*n)).collect::<Vec<_>>()).unwrap();
    }
    segments(dir).iter().map(|segment| fs::metadata(segment).unwrap().len()).sum()
}

/// The files of a ledger's segments, in order.
pub fn segments(dir: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    paths.sort();
    paths
}

/// Events whose lines have 300 bytes (a few more once numbers have more digits).
pub fn events_of_300_bytes(count: usize) -> Vec<NewEvent> {
    let event = |data: String| NewEvent {
        at: at(),
        kind: "note.submitted".to_owned(),
        v: 1,
        source: None,
        data: RawValue::from_string(data).unwrap(),
    };
    let mut line = Vec::new();
    write_line(&mut line, 1, 1, &event("\"\"".to_owned()), &LineHash::ZERO).unwrap();
    let data = format!("\"{}\"", "x".repeat(300 - line.len()));
    (0..count).map(|_| event(data.clone())).collect()
}

/// What the bare loop writes for them.
pub fn lines_of_300_bytes(count: usize) -> Vec<u8> {
    vec![b'x'; 300 * count]
}
