//! A start from a snapshot comes to what a replay of everything comes to, and whatever does not fit is thrown away.

use std::convert::Infallible;
use std::fs;
use std::io;

use chrono::{DateTime, NaiveDate};
use compact_str::CompactString;
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::edge::log::{NewEvent, OpenFile, forget_snapshot};
use crate::ledger::answers::Answer;
use crate::ledger::event::{
    Copies, IssuedSuggestion, IssuedSuggestions, ObservedTab, PlacementDecision, RejectedRow, Retraction, Submission,
    Verdict,
};
use crate::ledger::problem::{Problem, Reason};
use crate::table::Cell;

const PROGRAM: &str = "sman1";
/// Small enough that a few events fill a segment.
const SMALL: u64 = 2_000;
const NEVER: u64 = u64::MAX;

/// A disk that is not waited for: what is tested here survives no power cut.
struct Hurried;

impl Disk for Hurried {
    fn create(&mut self, path: &Path) -> io::Result<OpenFile> {
        StdDisk.create(path)
    }
    fn write_all(&mut self, file: &mut OpenFile, bytes: &[u8]) -> io::Result<()> {
        StdDisk.write_all(file, bytes)
    }
    fn sync_data(&mut self, _: &OpenFile) -> io::Result<()> {
        Ok(())
    }
    fn sync_dir(&mut self, _: &Path) -> io::Result<()> {
        Ok(())
    }
    fn truncate(&mut self, file: &OpenFile, len: u64) -> io::Result<()> {
        StdDisk.truncate(file, len)
    }
    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        StdDisk.rename(from, to)
    }
}

type Told = (Option<Source>, Event);

/// Appends events in batches of `batch`.
fn append(dir: &Path, events: &[Told], batch: usize) {
    let (mut log, _) = Log::open_on(Box::new(Hurried), SMALL, dir, PROGRAM, |_| Ok::<_, Infallible>(())).unwrap();
    let new = |(n, (source, event)): (usize, &Told)| NewEvent {
        at: DateTime::parse_from_rfc3339("2026-11-24T07:36:11.123+07:00").unwrap()
            + chrono::TimeDelta::seconds(n as i64),
        kind: event.kind(),
        v: VERSION,
        source: source.clone(),
        data: event.data().unwrap(),
    };
    let events: Vec<NewEvent> = events.iter().enumerate().map(new).collect();
    for batch in events.chunks(batch) {
        log.append(batch).unwrap();
    }
}

fn open(dir: &Path, every: u64) -> Memory {
    Memory::open_every(Box::new(Hurried), dir, PROGRAM, every).unwrap().0
}

/// Everything a memory says, in a form that hides nothing.
fn said(memory: &Memory) -> (String, Vec<u8>) {
    let mut bytes = Vec::new();
    snapshot::write(&memory.state, &mut bytes).unwrap();
    (format!("{:?} {:?} {}", memory.state, memory.head, memory.newer), bytes)
}

/// Up to how many events the snapshot goes.
fn remembered(dir: &Path) -> Option<u64> {
    Memory::remembered(dir).map(|(mark, _)| mark.lines())
}

fn whole(dir: &Path) -> (String, Vec<u8>) {
    said(&Memory::replay(dir, PROGRAM).unwrap().0)
}

fn source(row: u32) -> Option<Source> {
    Some(Source { tab: 7, row, key: format!("1785830400000.9f86d081884c7d65.{row}").into() })
}

fn day(n: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 8, 1 + n % 28).unwrap()
}

fn answers() -> impl Strategy<Value = Vec<(&'static str, Answer)>> {
    let answer = prop_oneof![
        "[a-z ]{0,30}".prop_map(|text| Answer::Text(text.into())),
        any::<i64>().prop_map(Answer::Integer),
        (-1e6..1e6_f64).prop_map(Answer::Number),
        (-9_i32..9).prop_map(|n| Answer::Number(n.into())),
        prop::collection::vec("[A-Za-z ]{0,26}", 0..3)
            .prop_map(|list| Answer::List(list.into_iter().map(CompactString::from).collect())),
    ];
    prop::collection::vec((prop::sample::select(vec!["group", "date", "status", "mood", "present"]), answer), 0..5)
}

fn cell() -> impl Strategy<Value = Cell> {
    prop_oneof![
        Just(Cell::Blank),
        any::<bool>().prop_map(Cell::Boolean),
        (-1e9..1e9_f64).prop_map(Cell::Number),
        (0_i32..99).prop_map(|n| Cell::Number(n.into())),
        "[a-z]{1,30}".prop_map(Cell::text),
    ]
}

fn problem() -> impl Strategy<Value = Problem> {
    (prop::sample::select(Reason::ALL.to_vec()), cell()).prop_map(|(reason, cell)| Problem {
        question: "date".into(),
        cell,
        reason,
    })
}

fn told() -> impl Strategy<Value = Told> {
    let form = || prop::sample::select(vec!["meeting_report", "mentee_registration"]).prop_map(CompactString::from);
    let moment = || {
        prop::option::of((0_u32..28, 0_u32..86_400, 0_u32..2_000)).prop_map(|moment| {
            // The last second of a minute may be a leap second.
            let at = |(on, second, millis): (u32, u32, u32)| {
                let time = chrono::NaiveTime::from_num_seconds_from_midnight_opt(second, millis * 1_000_000);
                time.map(|time| day(on).and_time(time))
            };
            moment.and_then(at)
        })
    };
    let submission = (answers(), prop::collection::vec(problem(), 0..2), moment(), 0_u32..28, any::<u64>())
        .prop_map(|(answers, dropped, timestamp, on, identity)| Submission {
            timestamp,
            date: day(on),
            identity: format!("{identity:016x}").into(),
            answers: answers.into_iter().collect(),
            dropped,
            raw: Default::default(),
            extra: Default::default(),
        })
        .boxed();
    let rejected = (form(), problem(), moment(), prop::collection::vec(cell(), 0..3)).prop_map(
        |(form, problem, timestamp, cells)| {
            Event::RowRejected(RejectedRow {
                form,
                timestamp,
                identity: "no number".into(),
                problem,
                cells: cells.into_iter().map(|cell| ("Tanggal".into(), cell)).collect(),
                extra: Default::default(),
            })
        },
    );
    let issued = (any::<i64>(), -1e3..1e3_f64, prop::option::of(any::<i64>())).prop_map(|(score, weight, bound)| {
        let terms = [("schedule".into(), score)].into();
        let (mentee, mentor) = ("A01".into(), "K07".into());
        let suggestion = IssuedSuggestion { mentee, mentor, group: None, slot: None, score, terms };
        let weights = [("schedule".into(), weight), ("reading".into(), 1.0)].into();
        let instance = "00000000000000a1".into();
        Event::SuggestionsIssued(IssuedSuggestions {
            instance,
            weights,
            suggestions: vec![suggestion],
            objective: score,
            bound,
        })
    });
    let verdict = prop::sample::select(vec![Verdict::Accepted, Verdict::Redirected, Verdict::Rejected]);
    let decided = (verdict, any::<bool>(), 0_u32..28).prop_map(|(verdict, forms_group, on)| {
        let group = (verdict != Verdict::Rejected).then(|| "Al Fatih".into());
        let slot = forms_group.then(|| "fri_afternoon".into());
        let (mentees, mentor) = (vec!["A01".into(), "A02".into()], "K07".into());
        Event::PlacementDecided(PlacementDecision {
            verdict,
            mentees,
            mentor,
            group,
            forms_group,
            slot,
            date: day(on),
            suggested: vec![],
        })
    });
    let observed = (form(), any::<i64>()).prop_map(|(form, tab)| {
        let questions = vec![("Tanggal".into(), Some("date".into())), ("Catatan".into(), None)];
        Event::TabObserved(ObservedTab { form, tab, title: "Laporan".into(), configured: "Laporan".into(), questions })
    });
    let event = prop_oneof![
        8 => (form(), submission.clone()).prop_map(|(form, row)| Event::Submitted(form, row)),
        4 => (form(), submission).prop_map(|(form, row)| Event::Amended(form, row)),
        3 => (form(), any::<bool>()).prop_map(|(form, accepted)| Event::Retracted(form, Retraction { accepted })),
        2 => (form(), 0_u32..5).prop_map(|(form, copies)| Event::RowCopied(Copies { form, copies })),
        2 => rejected,
        1 => issued,
        1 => decided,
        1 => observed,
        1 => Just(Event::Unknown("of_tomorrow".into())),
    ];
    (0_u32..6, event).prop_map(|(row, event)| (source(row), event))
}

/// Events of which each may follow on those before it.
fn ledger() -> impl Strategy<Value = Vec<Told>> {
    prop::collection::vec(told(), 1..60).prop_map(|mut events| {
        let mut memory = Memory::default();
        events.retain(|(source, event)| memory.take(source.clone(), event.clone()).is_ok());
        events
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn snapshot_and_tail_come_to_what_all_lines_come_to(
        events in ledger(), cut in any::<prop::sample::Index>(), batch in 1_usize..8
    ) {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path();
        let (before, after) = events.split_at(cut.index(events.len() + 1));
        append(dir, before, batch);
        open(dir, 0);
        prop_assert_eq!(remembered(dir), Some(before.len() as u64));
        append(dir, after, batch);

        let (read, _) = Memory::read(dir, PROGRAM).unwrap();
        prop_assert_eq!(said(&read), whole(dir));
        prop_assert_eq!(said(&open(dir, NEVER)), whole(dir));
        prop_assert_eq!(remembered(dir), Some(before.len() as u64), "neither wrote another");

        // And so does what is written of it again.
        open(dir, 0);
        let again = fs::read(dir.join("snapshot")).unwrap();
        forget_snapshot(dir).unwrap();
        open(dir, 0);
        prop_assert!(again == fs::read(dir.join("snapshot")).unwrap());
    }
}

fn report(group: &str) -> Submission {
    Submission {
        timestamp: None,
        date: day(6),
        identity: "00000000000000a1".into(),
        answers: [("group", Answer::Text(group.into()))].into_iter().collect(),
        dropped: vec![],
        raw: Default::default(),
        extra: Default::default(),
    }
}

/// A ledger of several segments with a snapshot of its first three events; the fourth amends what the first submitted.
fn with_snapshot() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let submitted =
        |row: u32| (source(row), Event::Submitted("meeting_report".into(), report(&"Al Fatih ".repeat(60))));
    append(folder.path(), &[1, 2, 3].map(submitted), 1);
    open(folder.path(), 3);
    append(folder.path(), &[(source(1), Event::Amended("meeting_report".into(), report("Al Kahfi"))), submitted(4)], 1);
    assert_eq!(remembered(folder.path()), Some(3));
    folder
}

/// Whether a replay goes on from the snapshot that stands there.
fn fits(dir: &Path) -> bool {
    let Some((mark, mut memory)) = Memory::remembered(dir) else { return false };
    let resumed = Log::read_after(dir, Some(PROGRAM), &mark, |line| memory.fold(line)).unwrap();
    matches!(resumed, Resumed::From(_))
}

#[test]
fn a_snapshot_is_written_after_so_many_events_and_only_by_who_appends() {
    let folder = with_snapshot();
    let dir = folder.path();
    Memory::read(dir, PROGRAM).unwrap();
    open(dir, 3);
    assert_eq!(remembered(dir), Some(3), "two events after the last one are not enough");
    open(dir, 2);
    assert_eq!(remembered(dir), Some(5));
    forget_snapshot(dir).unwrap();
    Memory::read(dir, PROGRAM).unwrap();
    Memory::replay(dir, PROGRAM).unwrap();
    open(dir, 6);
    assert!(!dir.join("snapshot").exists() && !dir.join("snapshot.new").exists());
}

#[test]
fn every_changed_bit_and_every_cut_of_a_snapshot_is_noticed() {
    let folder = with_snapshot();
    let path = folder.path().join("snapshot");
    let good = fs::read(&path).unwrap();
    for byte in 0..good.len() {
        let mut bad = good.clone();
        bad[byte] ^= 1 << (byte % 8);
        fs::write(&path, &bad).unwrap();
        assert_eq!(remembered(folder.path()), None, "byte {byte}");
        fs::write(&path, &good[..byte]).unwrap();
        assert_eq!(remembered(folder.path()), None, "cut at {byte}");
    }
    assert_eq!(said(&open(folder.path(), 0)), whole(folder.path()));
    assert_eq!(remembered(folder.path()), Some(5), "it is written anew");
}

#[test]
fn a_snapshot_of_another_ledger_is_not_used() {
    let (ours, other) = (with_snapshot(), tempfile::tempdir().unwrap());
    let submitted =
        |row: u32| (source(row), Event::Submitted("meeting_report".into(), report(&"Al Fatah ".repeat(60))));
    append(other.path(), &[1, 2, 3, 5].map(submitted), 1);
    fs::copy(ours.path().join("snapshot"), other.path().join("snapshot")).unwrap();
    assert_eq!(remembered(other.path()), Some(3));
    assert!(fits(ours.path()) && !fits(other.path()));
    assert_eq!(said(&open(other.path(), NEVER)), whole(other.path()));
}

#[test]
fn a_ledger_that_lost_lines_does_not_remember_them() {
    let folder = with_snapshot();
    let dir = folder.path();
    let mut segments: Vec<_> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    segments.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    segments.sort();
    assert!(segments.len() > 1);
    segments[1..].iter().for_each(|path| fs::remove_file(path).unwrap());
    let first = fs::read_to_string(&segments[0]).unwrap();
    let kept: String = first.split_inclusive('\n').take(2).collect();
    fs::write(&segments[0], kept).unwrap();
    assert!(remembered(dir).is_some() && !fits(dir));
    let memory = open(dir, NEVER);
    assert_eq!(memory.state.seq, 1);
    assert_eq!(said(&memory), whole(dir));
}

#[test]
fn damage_after_the_snapshot_is_told_as_a_replay_of_everything_tells_it() {
    let folder = with_snapshot();
    let dir = folder.path();
    let last = dir.join("000004.jsonl");
    let text = fs::read_to_string(&last).unwrap();
    fs::write(&last, text.replace("Al Kahfi", "Al Qadar")).unwrap();
    let told = |error: LogError| error.to_string();
    let expected = told(Memory::replay(dir, PROGRAM).unwrap_err());
    assert!(expected.contains("000004.jsonl, line 2"), "{expected}");
    assert_eq!(told(Memory::read(dir, PROGRAM).unwrap_err()), expected);
    assert_eq!(told(Memory::open(dir, PROGRAM).unwrap_err()), expected);
}

/// Writes a snapshot that stands where the true one stands but says something else.
fn lie(dir: &Path, sources: &str, probe: u64) {
    let (mark, _) = Memory::remembered(dir).unwrap();
    let written = write_snapshot(dir, |mut out| {
        snapshot::put(&mut out, &(sources, probe))?;
        snapshot::put(&mut out, &Preface { mark, at: None, newer: false })?;
        snapshot::write(&State::default(), &mut out)
    });
    written.unwrap();
}

#[test]
fn a_snapshot_of_another_build_or_of_other_hashes_is_not_used() {
    for (sources, probe) in [("0", hash_probe()), (SOURCES, !hash_probe())] {
        let folder = with_snapshot();
        lie(folder.path(), sources, probe);
        assert_eq!(remembered(folder.path()), None);
        assert_eq!(said(&open(folder.path(), NEVER)), whole(folder.path()));
    }
}

#[test]
fn a_state_on_which_the_next_lines_cannot_follow_is_thrown_away() {
    let folder = with_snapshot();
    lie(folder.path(), SOURCES, hash_probe());
    assert_eq!(remembered(folder.path()), Some(3));
    assert!(!fits(folder.path()));
    assert_eq!(said(&Memory::read(folder.path(), PROGRAM).unwrap().0), whole(folder.path()));
    assert_eq!(said(&open(folder.path(), NEVER)), whole(folder.path()));
}

#[test]
#[cfg(unix)]
fn only_its_owner_may_read_it_whatever_a_crash_left() {
    use std::os::unix::fs::PermissionsExt;
    let folder = with_snapshot();
    let left = folder.path().join("snapshot.new");
    fs::write(&left, "cut").unwrap();
    fs::set_permissions(&left, fs::Permissions::from_mode(0o644)).unwrap();
    open(folder.path(), 0);
    let mode = fs::metadata(folder.path().join("snapshot")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(!left.exists());
}

#[test]
fn nothing_is_left_of_a_snapshot_that_was_forgotten() {
    let folder = with_snapshot();
    fs::write(folder.path().join("snapshot.new"), "cut").unwrap();
    forget_snapshot(folder.path()).unwrap();
    let left = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(left.into_iter().all(|name| !name.contains("snapshot")));
    forget_snapshot(folder.path()).unwrap();
}

#[test]
fn rows_share_their_lists_of_questions_after_a_start_from_a_snapshot() {
    let folder = with_snapshot();
    let memory = open(folder.path(), NEVER);
    let lists: std::collections::BTreeSet<_> =
        memory.state.records().map(|record| record.answers.iter().next().unwrap().0.as_ptr()).collect();
    assert_eq!((memory.state.records().count(), lists.len()), (4, 1));
}
