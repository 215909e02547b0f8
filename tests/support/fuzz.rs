//! What the fuzz targets do with any bytes, and what must be true then; the tests replay their corpus.
#![allow(dead_code, reason = "every fuzz target uses a part of it")]

#[path = "medium.rs"]
pub mod medium;

use std::convert::Infallible;
use std::fs;
use std::path::Path;

use chrono::DateTime;
use halaqah::edge::log::{Line, Log, NewEvent};
use halaqah::ledger::event::Event;
use halaqah::ledger::line::{Chain, Header, Tail};
use medium::{Medium, quick_dir};
use serde_json::value::RawValue;

const PROGRAM: &str = "sman1";
const SMALL: u64 = 800;
const EVENTS: u32 = 11;

/// Any bytes, read as a line, as a header, as an event's data, and as the end of a segment.
pub fn line(bytes: &[u8]) {
    if let Ok(line) = Line::parse(bytes) {
        assert!(bytes.ends_with(format!(",\"hash\":\"{}\"}}\n", line.hash).as_bytes()));
        // What an event cannot be read from is an error, never a panic.
        let _ = Event::read(line.kind, line.v, line.data.get());
    }
    if let Ok(header) = Header::parse(bytes) {
        assert_eq!(Header::format_of(bytes), Some(header.format));
    }
    let mut chain = Chain::default();
    if let Err(fault) = chain.line(bytes) {
        assert_eq!(chain, Chain::default(), "a line that fails moves nothing");
        if let Ok(mut tail) = Tail::new(&chain, fault) {
            // Torn or damaged: both are answers.
            let _ = bytes.split_inclusive(|byte| *byte == b'\n').try_for_each(|stretch| tail.see(stretch));
        }
    }
}

/// Any bytes as a ledger's directory. An odd first byte: the rest says how a good ledger is changed. An even one: the rest are
/// segments, parted by zeros, each its number and a line break and then its bytes.
pub fn open(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else { return };
    let place = quick_dir();
    let dir = &place.path().join("ledger");
    if first % 2 == 1 {
        good_ledger(dir);
        rest.chunks_exact(4).for_each(|change| one_change(dir, change));
        // Whatever was done to it: what still reads is a beginning of what was written.
        if let Some(ids) = opens(dir) {
            assert!((1..=EVENTS).collect::<Vec<_>>().starts_with(&ids), "{ids:?}");
        }
    } else {
        fs::create_dir(dir).unwrap();
        for part in rest.split(|byte| *byte == 0).take(4) {
            let (number, content) = part.split_at(part.iter().position(|byte| *byte == b'\n').unwrap_or(0));
            let number: String =
                number.iter().filter(|byte| byte.is_ascii_digit()).take(20).map(|b| *b as char).collect();
            fs::write(dir.join(format!("{number}.jsonl")), content.get(1..).unwrap_or_default()).unwrap();
        }
        opens(dir);
    }
}

/// A ledger that reads also opens, grows, and reads again. Gives the numbers that its events hold, if it reads.
fn opens(dir: &Path) -> Option<Vec<u32>> {
    let numbers = |ids: &mut Vec<u32>, line: &Line<'_>| {
        ids.extend(line.data.get().parse::<u32>());
        Ok::<(), Infallible>(())
    };
    let mut ids = Vec::new();
    let read = Log::read(dir, Some(PROGRAM), |line| numbers(&mut ids, line));
    let none = |_: &Line<'_>| Ok::<(), Infallible>(());
    let opened = Log::open_on(Box::new(Medium::new(dir)), SMALL, dir, PROGRAM, none);
    let Ok(read) = read else {
        // An empty directory is no ledger to a reader, and a new one to a writer.
        assert!(opened.map_or(true, |(log, _)| log.head().seq == 0));
        return None;
    };
    // A format of tomorrow is read and not opened.
    let Ok((mut log, opened)) = opened else {
        assert!(read.format > 1);
        return Some(ids);
    };
    assert_eq!(opened.head, read.head);
    let head = log.append(&[event(7)]).unwrap();
    drop(log);
    let again = Log::read(dir, Some(PROGRAM), none).unwrap();
    assert_eq!((again.head, again.torn), (head, None));
    Some(ids)
}

fn event(id: u32) -> NewEvent {
    NewEvent {
        at: DateTime::parse_from_rfc3339("2026-11-24T07:36:11.123+07:00").unwrap(),
        kind: "note.submitted".to_owned(),
        v: 1,
        source: None,
        data: RawValue::from_string(id.to_string()).unwrap(),
    }
}

/// Three segments of small batches.
fn good_ledger(dir: &Path) {
    let none = |_: &Line<'_>| Ok::<(), Infallible>(());
    let (mut log, _) = Log::open_on(Box::new(Medium::new(dir)), SMALL, dir, PROGRAM, none).unwrap();
    for batch in [&[1, 2, 3][..], &[4], &[5, 6], &[7, 8], &[9], &[10, EVENTS]] {
        log.append(&batch.iter().map(|id| event(*id)).collect::<Vec<_>>()).unwrap();
    }
}

/// Four bytes are one change: which segment and what, where (two bytes), and with which byte.
fn one_change(dir: &Path, change: &[u8]) {
    let (what, with) = (change[0], change[3]);
    let path = dir.join(["000001.jsonl", "000005.jsonl", "000009.jsonl"][usize::from(what % 3)]);
    let Ok(mut bytes) = fs::read(&path) else { return };
    let at = usize::from(u16::from_le_bytes([change[1], change[2]])) % (bytes.len() + 1);
    let line = |bytes: &[u8]| {
        let start = bytes[..at.min(bytes.len())].iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let end = bytes[start..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |end| start + end + 1);
        start..end
    };
    match what / 3 % 7 {
        0 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= with),
        1 => bytes.truncate(at),
        2 => bytes.insert(at, with),
        3 => drop(bytes.drain(line(&bytes))),
        4 => {
            let (range, copy) = (line(&bytes), bytes[line(&bytes)].to_vec());
            bytes.splice(range.end..range.end, copy);
        }
        5 => bytes.iter_mut().skip(at).take(usize::from(with)).for_each(|byte| *byte = 0),
        _ => {
            fs::remove_file(&path).unwrap();
            return;
        }
    }
    fs::write(path, bytes).unwrap();
}
