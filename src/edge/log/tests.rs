//! What the ledger's files promise: on a disk that fails, on changed bytes, and with several
//! processes.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;

use chrono::DateTime;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::*;
use crate::ledger::line::LineHash;

const PROGRAM: &str = "sman1";
/// Small enough that a few events fill a segment.
const SMALL: u64 = 800;

fn event(id: u32) -> NewEvent {
    NewEvent {
        at: DateTime::parse_from_rfc3339("2026-11-24T07:36:11.123+07:00").unwrap(),
        kind: "note.submitted".to_owned(),
        v: 1,
        source: None,
        data: RawValue::from_string(id.to_string()).unwrap(),
    }
}

fn events(ids: &[u32]) -> Vec<NewEvent> {
    ids.iter().map(|id| event(*id)).collect()
}

/// Opens on `disk` and gives the ids that the ledger holds.
fn open_on(disk: Box<dyn Disk>, dir: &Path) -> Result<(Log, Opened, Vec<u32>), LogError> {
    let mut ids = Vec::new();
    let (log, opened) = Log::open_on(disk, SMALL, dir, PROGRAM, |line| {
        ids.push(line.data.get().parse().unwrap());
        Ok::<(), Infallible>(())
    })?;
    Ok((log, opened, ids))
}

fn open(dir: &Path) -> Result<(Log, Opened, Vec<u32>), LogError> {
    open_on(Box::new(StdDisk), dir)
}

fn read(dir: &Path) -> Result<(Opened, Vec<u32>), LogError> {
    let mut ids = Vec::new();
    let opened = Log::read(dir, Some(PROGRAM), |line| {
        ids.push(line.data.get().parse().unwrap());
        Ok::<(), Infallible>(())
    })?;
    Ok((opened, ids))
}

/// A ledger of three segments: (1 2 3) (4) | (5 6) (7 8) | (9) (10 11).
fn three_segments() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let (mut log, _, _) = open(dir.path()).unwrap();
    for batch in [&[1, 2, 3][..], &[4], &[5, 6], &[7, 8], &[9], &[10, 11]] {
        log.append(&events(batch)).unwrap();
    }
    drop(log);
    assert_eq!(names(dir.path()), ["000001.jsonl", "000005.jsonl", "000009.jsonl", "lock"]);
    dir
}

fn names(dir: &Path) -> Vec<String> {
    files(dir).into_keys().collect()
}

fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(dir).unwrap().map(|e| e.unwrap());
    entries.map(|e| (e.file_name().into_string().unwrap(), fs::read(e.path()).unwrap())).collect()
}

fn lines_of(path: &Path) -> Vec<Vec<u8>> {
    fs::read(path).unwrap().split_inclusive(|b| *b == b'\n').map(<[u8]>::to_vec).collect()
}

#[test]
fn what_was_appended_comes_back_in_order_over_segments() {
    let dir = three_segments();
    let (opened, ids) = read(dir.path()).unwrap();
    assert_eq!(ids, (1..=11).collect::<Vec<_>>());
    assert_eq!(
        (opened.lines, opened.head.seq, opened.format, opened.program.as_str()),
        (11, 11, 1, PROGRAM)
    );
    assert_eq!(opened.torn, None);

    let (mut log, again, _) = open(dir.path()).unwrap();
    assert_eq!((again.head, *log.head()), (opened.head, opened.head));
    assert_eq!(log.append(&[]).unwrap(), opened.head, "an empty batch writes nothing");
    assert_eq!(log.append(&events(&[12])).unwrap().seq, 12);
}

#[test]
fn a_new_ledger_is_empty_and_none_is_said_to_be_missing() {
    let dir = tempfile::tempdir().unwrap();
    let inside = dir.path().join("data/ledger");
    assert_eq!(read(&inside).unwrap_err().kind(), LogErrorKind::Missing);
    let (log, opened, _) = open(&inside).unwrap();
    assert_eq!((*log.head(), opened.head, opened.lines), (Head::EMPTY, Head::EMPTY, 0));
    assert_eq!(read(&inside).unwrap().0.head, Head::EMPTY);
}

#[test]
fn ten_lines_of_any_language_verify_it() {
    let dir = three_segments();
    let segments: BTreeSet<PathBuf> =
        fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().path()).collect();
    let mut previous = "0".repeat(64);
    for segment in segments.iter().filter(|p| p.extension().is_some_and(|e| e == "jsonl")) {
        for line in fs::read_to_string(segment).unwrap().lines() {
            let value: serde_json::Value = serde_json::from_str(line).unwrap();
            let (body, _) = line.rsplit_once(",\"hash\":").unwrap();
            previous =
                Sha256::digest(previous + body).iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(value["hash"], previous);
        }
    }
    assert_eq!(previous, read(dir.path()).unwrap().0.head.hash.to_string());
}

#[test]
fn a_second_opener_is_locked_out_and_readers_are_not() {
    let dir = three_segments();
    let (mut log, ..) = open(dir.path()).unwrap();
    let locked = open(dir.path()).unwrap_err();
    assert_eq!((locked.kind(), locked.kind().exit_code()), (LogErrorKind::Locked, 1));
    assert!(locked.to_string().contains(&format!("(process {})", std::process::id())), "{locked}");
    log.append(&events(&[12])).unwrap();
    assert_eq!(read(dir.path()).unwrap().1.len(), 12);
    drop(log);
    open(dir.path()).unwrap();
}

#[test]
fn readers_may_read_at_any_moment_of_a_write() {
    let dir = three_segments();
    let (before, ids) = read(dir.path()).unwrap();
    let path = dir.path().join("000009.jsonl");
    let old = fs::read(&path).unwrap();
    open(dir.path()).unwrap().0.append(&events(&[12, 13])).unwrap();
    let new = fs::read(&path).unwrap();
    for len in old.len()..new.len() {
        fs::write(&path, &new[..len]).unwrap();
        let untouched = files(dir.path());
        let (opened, seen) = read(dir.path()).unwrap();
        assert!(seen.starts_with(&ids) && opened.head.seq >= before.head.seq);
        assert_eq!(
            opened.torn.map_or(0, |t| t.bytes),
            len as u64 - new[..len].iter().rposition(|b| *b == b'\n').unwrap() as u64 - 1
        );
        assert_eq!(files(dir.path()), untouched);
    }
}

#[test]
fn a_reader_beside_a_busy_writer_always_sees_a_good_ledger() {
    let dir = tempfile::tempdir().unwrap();
    let none = |_: &Line<'_>| Ok::<(), Infallible>(());
    let (mut log, _) = Log::open_on(Box::new(StdDisk), 100_000, dir.path(), PROGRAM, none).unwrap();
    let path = dir.path().to_owned();
    let reader = std::thread::spawn(move || {
        let mut last = 0;
        while last < 6000 {
            let (opened, ids) = read(&path).unwrap_or_else(|e| panic!("{e}"));
            assert_eq!(ids, (1..=opened.head.seq as u32).collect::<Vec<_>>());
            assert!(opened.head.seq >= last);
            last = opened.head.seq;
        }
    });
    for id in (1..=6000).step_by(60) {
        log.append(&events(&(id..id + 60).collect::<Vec<_>>())).unwrap();
    }
    reader.join().unwrap();
}

#[test]
fn a_reader_judges_only_what_was_there_when_it_came() {
    let dir = three_segments();
    let (mut log, before, _) = open(dir.path()).unwrap();
    let opened = Log::read(dir.path(), None, |line| {
        if line.seq == 9 { log.append(&events(&[12])).map(drop) } else { Ok(()) }
    });
    assert_eq!((opened.unwrap().head, log.head().seq), (before.head, 12));
}

#[test]
fn another_program_a_newer_format_and_a_refusing_caller_stop_it() {
    let dir = three_segments();
    let ok = |_: &Line<'_>| Ok::<(), Infallible>(());
    assert_eq!(Log::open(dir.path(), "sman2", ok).unwrap_err().kind(), LogErrorKind::OtherProgram);
    assert_eq!(
        Log::read(dir.path(), Some("sman2"), ok).unwrap_err().kind(),
        LogErrorKind::OtherProgram
    );
    assert_eq!(Log::read(dir.path(), None, ok).unwrap().program, PROGRAM);

    let refused = Log::read(dir.path(), None, |l| {
        if l.seq == 6 { Err("version 2 is not known") } else { Ok(()) }
    });
    insta::assert_snapshot!(refused.unwrap_err(), @"event 6 (000005.jsonl, line 3) not acceptable: version 2 is not known");

    let newer = tempfile::tempdir().unwrap();
    let mut header = format!(
        r#"{{"halaqah":"ledger","format":2,"program":"sman1","first":1,"prev":"{}""#,
        LineHash::ZERO
    );
    let hash = LineHash::chained(&LineHash::ZERO, header.as_bytes());
    header.push_str(&format!(",\"hash\":\"{hash}\"}}\n"));
    fs::write(newer.path().join("000001.jsonl"), header).unwrap();
    assert_eq!(Log::open(newer.path(), PROGRAM, ok).unwrap_err().kind(), LogErrorKind::NewerFormat);
    assert_eq!(
        Log::read(newer.path(), None, ok).unwrap().format,
        2,
        "readers tolerate what reads like this format"
    );
}

#[test]
fn an_event_that_cannot_be_written_leaves_the_log_as_it_was() {
    let dir = three_segments();
    let (mut log, ..) = open(dir.path()).unwrap();
    let bad = NewEvent { kind: "no\nno".to_owned(), ..event(13) };
    assert_eq!(log.append(&[event(12), bad]).unwrap_err().kind(), LogErrorKind::Unwritable);
    assert_eq!(log.append(&events(&[12])).unwrap().seq, 12);
    drop(log);
    assert_eq!(read(dir.path()).unwrap().1, (1..=12).collect::<Vec<_>>());
}

#[test]
fn a_torn_tail_is_set_aside_and_every_byte_of_it_kept() {
    let dir = three_segments();
    let path = dir.path().join("000009.jsonl");
    let whole = fs::read(&path).unwrap();
    let last_line = lines_of(&path).last().unwrap().len();
    fs::write(&path, &whole[..whole.len() - 5]).unwrap();

    let (mut log, opened, ids) = open(dir.path()).unwrap();
    assert_eq!(ids, (1..=10).collect::<Vec<_>>(), "whole lines of the unfinished batch stay");
    let torn = opened.torn.unwrap();
    assert_eq!((torn.byte, torn.bytes), ((whole.len() - last_line) as u64, last_line as u64 - 5));
    let aside = torn.moved_to.unwrap();
    assert_eq!(aside.file_name().unwrap(), "torn-000011-1.bytes");
    assert_eq!(fs::read(aside).unwrap(), whole[whole.len() - last_line..whole.len() - 5]);

    log.append(&events(&[11])).unwrap();
    drop(log);
    let (opened, ids) = read(dir.path()).unwrap();
    assert_eq!((opened.torn, ids), (None, (1..=11).collect::<Vec<_>>()));

    fs::write(&path, &whole[..whole.len() - 5]).unwrap();
    let second = open(dir.path()).unwrap().1.torn.unwrap().moved_to.unwrap();
    assert_eq!(
        second.file_name().unwrap(),
        "torn-000011-2.bytes",
        "an earlier one is never overwritten"
    );
}

/// Every change below must be noticed, and must leave the directory as it was found.
fn must_be_damage(dir: &Path, what: &str) -> LogError {
    let before = files(dir);
    let error = open(dir).map(|(_, opened, _)| opened).expect_err(what);
    assert_eq!(error.kind().exit_code(), 4, "{what}: {error}");
    let mut after = files(dir);
    after.insert("lock".to_owned(), before.get("lock").cloned().unwrap_or_default());
    assert!(before.iter().all(|(name, bytes)| after[name] == *bytes), "{what}: files were changed");
    read(dir).expect_err(what)
}

#[test]
fn missing_cut_and_foreign_segments_are_damage() {
    let all = ["000001.jsonl", "000005.jsonl", "000009.jsonl"];
    for missing in &all[..2] {
        let dir = three_segments();
        fs::remove_file(dir.path().join(missing)).unwrap();
        must_be_damage(dir.path(), missing);
    }
    for name in all {
        let path = |dir: &TempDir| dir.path().join(name);
        let len = fs::metadata(path(&three_segments())).unwrap().len();
        let header = lines_of(&path(&three_segments()))[0].len() as u64;
        let dir = three_segments();
        let ends = if name == all[2] { header } else { len };
        let file = OpenOptions::new().write(true).open(path(&dir)).unwrap();
        for cut in (0..ends).rev() {
            file.set_len(cut).unwrap();
            must_be_damage(dir.path(), &format!("{name} cut to {cut}"));
        }
    }
    for name in
        ["torn.jsonl", "1.jsonl", "0000001.jsonl", "000001 (1).jsonl", "000012.jsonl", ".jsonl"]
    {
        let dir = three_segments();
        fs::copy(dir.path().join(all[2]), dir.path().join(name)).unwrap();
        must_be_damage(dir.path(), name);
    }
    let dir = three_segments();
    fs::rename(dir.path().join(all[1]), dir.path().join("x")).unwrap();
    fs::rename(dir.path().join(all[2]), dir.path().join(all[1])).unwrap();
    must_be_damage(dir.path(), "a segment under another's name");
}

#[test]
fn missing_doubled_and_swapped_lines_are_damage_in_every_segment() {
    for name in ["000001.jsonl", "000005.jsonl", "000009.jsonl"] {
        let dir = three_segments();
        let path = dir.path().join(name);
        let lines = lines_of(&path);
        for n in 0..lines.len() {
            let mut doubled = lines.clone();
            doubled.insert(n, lines[n].clone());
            fs::write(&path, doubled.concat()).unwrap();
            must_be_damage(dir.path(), &format!("{name} line {n} doubled"));
            if n + 1 < lines.len() {
                let mut missing = lines.clone();
                missing.remove(n);
                fs::write(&path, missing.concat()).unwrap();
                must_be_damage(dir.path(), &format!("{name} line {n} missing"));
                let mut swapped = lines.clone();
                swapped.swap(n, n + 1);
                fs::write(&path, swapped.concat()).unwrap();
                must_be_damage(dir.path(), &format!("{name} line {n} swapped"));
            }
        }
    }
}

#[test]
fn every_flipped_bit_is_noticed() {
    let dir = three_segments();
    let head = read(dir.path()).unwrap().0.head;
    let last_batch = lines_of(&dir.path().join("000009.jsonl"))[..2].concat().len();
    for name in ["000001.jsonl", "000005.jsonl", "000009.jsonl"] {
        let path = dir.path().join(name);
        let bytes = fs::read(&path).unwrap();
        let file = OpenOptions::new().write(true).open(&path).unwrap();
        each_flip(&file, &bytes, |bit| {
            if let Ok((opened, ids)) = read(dir.path()) {
                assert!(
                    opened.torn.is_some() && opened.head.seq < head.seq,
                    "{name} bit {bit} goes unnoticed"
                );
                assert!(
                    name == "000009.jsonl" && bit / 8 >= last_batch,
                    "{name} bit {bit} passes for a torn tail"
                );
                assert!(ids.len() >= 9);
            }
        });
    }
}

/// Looks at the file with each of its bits turned over, one at a time.
fn each_flip(file: &std::fs::File, bytes: &[u8], mut look: impl FnMut(usize)) {
    for bit in 0..bytes.len() * 8 {
        let at = bit / 8;
        file.write_all_at(&[bytes[at] ^ 1 << (bit % 8)], at as u64).unwrap();
        look(bit);
        file.write_all_at(&bytes[at..=at], at as u64).unwrap();
    }
}

/// Whether a reader who was told the head notices that the ledger is not as it was.
fn is_noticed(dir: &Path, head: Head) -> bool {
    let mut witness = Witness::new(head);
    let read = Log::read(dir, Some(PROGRAM), |line| {
        witness.observe(line);
        Ok::<(), Infallible>(())
    });
    read.map_or(true, |opened| witness.check(&opened.head).is_err())
}

/// What the chain alone takes for a torn last batch, or for a ledger that just ends earlier, a kept
/// head tells.
#[test]
fn with_a_kept_head_every_flip_cut_and_missing_end_is_noticed() {
    let dir = three_segments();
    let head = read(dir.path()).unwrap().0.head;
    assert!(!is_noticed(dir.path(), head));
    for name in ["000001.jsonl", "000005.jsonl", "000009.jsonl"] {
        let path = dir.path().join(name);
        let bytes = fs::read(&path).unwrap();
        let file = OpenOptions::new().write(true).open(&path).unwrap();
        each_flip(&file, &bytes, |bit| assert!(is_noticed(dir.path(), head), "{name} bit {bit}"));
        for cut in (0..bytes.len()).rev() {
            file.set_len(cut as u64).unwrap();
            assert!(is_noticed(dir.path(), head), "{name} cut to {cut}");
        }
        fs::remove_file(&path).unwrap();
        assert!(is_noticed(dir.path(), head), "{name} missing");
        fs::write(&path, &bytes).unwrap();
        assert!(!is_noticed(dir.path(), head));
    }
}

#[test]
fn any_two_lines_swapped_and_any_line_put_elsewhere_are_noticed() {
    let dir = three_segments();
    let head = read(dir.path()).unwrap().0.head;
    let names = ["000001.jsonl", "000005.jsonl", "000009.jsonl"];
    let whole: Vec<Vec<Vec<u8>>> =
        names.iter().map(|name| lines_of(&dir.path().join(name))).collect();
    let places: Vec<(usize, usize)> = (0..whole.len())
        .flat_map(|segment| (0..whole[segment].len()).map(move |line| (segment, line)))
        .collect();
    let notices = |changed: &[Vec<Vec<u8>>], what: &str| {
        names
            .iter()
            .zip(changed)
            .for_each(|(name, lines)| fs::write(dir.path().join(name), lines.concat()).unwrap());
        assert!(is_noticed(dir.path(), head), "{what}");
    };
    for &(segment, line) in &places {
        for &(other, at) in places.iter().filter(|place| **place != (segment, line)) {
            let mut swapped = whole.clone();
            swapped[segment][line].clone_from(&whole[other][at]);
            swapped[other][at].clone_from(&whole[segment][line]);
            notices(&swapped, &format!("{segment}:{line} and {other}:{at} swapped"));
            let mut moved = whole.clone();
            let line_moved = moved[segment].remove(line);
            let at = at.min(moved[other].len());
            moved[other].insert(at, line_moved);
            if moved != whole {
                notices(&moved, &format!("{segment}:{line} moved to {other}:{at}"));
            }
            let mut copied = whole.clone();
            copied[other].insert(at, whole[segment][line].clone());
            notices(&copied, &format!("{segment}:{line} copied to {other}:{at}"));
        }
        let mut missing = whole.clone();
        missing[segment].remove(line);
        notices(&missing, &format!("{segment}:{line} missing"));
    }
}

#[test]
fn a_segment_of_another_ledger_is_noticed_in_any_place() {
    let dir = three_segments();
    let head = read(dir.path()).unwrap().0.head;
    // The same program and the same lengths, other events.
    let other = tempfile::tempdir().unwrap();
    let (mut log, _, _) = open(other.path()).unwrap();
    for batch in [&[9, 8, 7][..], &[6], &[5, 4], &[3, 2], &[1], &[10, 11]] {
        log.append(&events(batch)).unwrap();
    }
    drop(log);
    assert_eq!(names(other.path()), names(dir.path()));
    for name in ["000001.jsonl", "000005.jsonl", "000009.jsonl"] {
        let own = fs::read(dir.path().join(name)).unwrap();
        fs::copy(other.path().join(name), dir.path().join(name)).unwrap();
        must_be_damage(dir.path(), name);
        fs::write(dir.path().join(name), own).unwrap();
    }
    for name in ["000001.jsonl", "000005.jsonl", "000009.jsonl"] {
        fs::copy(other.path().join(name), dir.path().join(name)).unwrap();
    }
    assert!(is_noticed(dir.path(), head), "another ledger as a whole is told by a kept head only");
}

#[test]
fn damage_says_where() {
    let dir = three_segments();
    let path = dir.path().join("000005.jsonl");
    let text = fs::read_to_string(&path).unwrap().replace(r#""data":7"#, r#""data":9"#);
    fs::write(&path, text).unwrap();
    insta::assert_snapshot!(must_be_damage(dir.path(), "changed data"), @"damaged ledger at 000005.jsonl, line 4, byte 548: hash that does not fit the line");
}

#[test]
fn every_kind_has_its_exit_code() {
    let code = |cause| {
        LogError::io("write to", Path::new("x"), io::Error::from_raw_os_error(cause))
            .kind()
            .exit_code()
    };
    let (eio, eacces, enospc, erofs, edquot) = (5, 13, 28, 30, 122);
    assert_eq!([eio, eacces, enospc, erofs, edquot].map(code), [3, 1, 3, 1, 3]);
    let full = LogError::io(
        "write to",
        Path::new("ledger/000001.jsonl"),
        io::Error::from_raw_os_error(enospc),
    );
    insta::assert_snapshot!(full, @"cannot write to ledger/000001.jsonl: No space left on device (os error 28)");
}

#[test]
fn repair_moves_aside_from_the_first_bad_line_and_deletes_nothing() {
    for name in ["000001.jsonl", "000005.jsonl", "000009.jsonl"] {
        for line in 0..lines_of(&three_segments().path().join(name)).len() {
            let dir = three_segments();
            let path = dir.path().join(name);
            let mut lines = lines_of(&path);
            let middle = lines[line].len() / 2;
            lines[line][middle] ^= 1;
            fs::write(&path, lines.concat()).unwrap();
            let damaged = segments_of(dir.path());
            let repaired = repair(dir.path(), PROGRAM).unwrap();
            // Before the next opening, which sets aside what looks like a last batch that was not
            // finished.
            assert_eq!(
                put_back(dir.path(), &repaired.moved),
                damaged,
                "{name} line {line}: every byte is kept"
            );
            let (log, opened, _) =
                open(dir.path()).unwrap_or_else(|e| panic!("{name} line {line}: {e}"));
            drop(log);
            assert!(
                opened.head.seq >= repaired.head.seq && opened.head.seq < 11,
                "{name} line {line}"
            );
            assert_eq!(
                repair(dir.path(), PROGRAM).unwrap().moved,
                [],
                "a second repair finds nothing to do"
            );
        }
    }
}

#[test]
fn a_file_that_never_was_a_segment_is_moved_and_no_event_with_it() {
    let dir = three_segments();
    fs::write(dir.path().join("notes.jsonl"), "mine\n").unwrap();
    let repaired = repair(dir.path(), PROGRAM).unwrap();
    let to = dir.path().join("moved-1/notes.jsonl");
    let notes = Moved {
        segment: "notes.jsonl".to_owned(),
        line: 0,
        byte: 0,
        bytes: 5,
        to: to.clone(),
        foreign: true,
    };
    assert_eq!((repaired.moved, repaired.head.seq), (vec![notes], 11));
    assert_eq!(fs::read(to).unwrap(), b"mine\n");
}

/// The bytes of all segments by name.
fn segments_of(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let paths = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let segments =
        paths.filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    segments
        .map(|path| {
            (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(path).unwrap())
        })
        .collect()
}

/// The segments as they were before a repair: what it left, with what it moved in its old place.
fn put_back(dir: &Path, moved: &[Moved]) -> BTreeMap<String, Vec<u8>> {
    let mut segments = segments_of(dir);
    for moved in moved {
        let bytes = fs::read(&moved.to).unwrap();
        assert_eq!(bytes.len() as u64, moved.bytes);
        let segment = segments.entry(moved.segment.clone()).or_default();
        assert_eq!(segment.len() as u64, moved.byte);
        segment.extend(bytes);
    }
    segments
}

#[test]
fn repair_waits_for_nobody_and_leaves_another_programs_ledger_alone() {
    let dir = three_segments();
    let (log, ..) = open(dir.path()).unwrap();
    assert_eq!(repair(dir.path(), PROGRAM).unwrap_err().kind(), LogErrorKind::Locked);
    drop(log);
    assert_eq!(repair(dir.path(), "sman2").unwrap_err().kind(), LogErrorKind::OtherProgram);
    assert_eq!(read(dir.path()).unwrap().1.len(), 11);
}
