//! A start from a snapshot comes to what a replay of everything comes to, and whatever does not fit
//! is thrown away.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, NaiveDate};
use compact_str::CompactString;
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::edge::log::OpenFile;
use crate::edge::seal::{KEY_FILE, ProgramKey};
use crate::ledger::answers::Answer;
use crate::ledger::answers::Answers;
use crate::ledger::event::{
    Copies, ErasedPerson, ErasedRow, IssuedSuggestion, IssuedSuggestions, ObservedTab,
    PlacementDecision, RejectedRow, Remains, Retraction, Submission, Verdict,
};
use crate::ledger::problem::{Problem, Reason};
use crate::ledger::sealed::{Owner, Privacy};
use crate::ledger::season_state::SeasonOpening;
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
    fn write_over(&mut self, path: &Path, at: u64, bytes: &[u8]) -> io::Result<()> {
        StdDisk.write_over(path, at, bytes)
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

/// A data folder with a program key.
struct Place {
    _folder: TempDir,
    dir: PathBuf,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("ledger");
        fs::create_dir(&dir).unwrap();
        ProgramKey::make(&dir).unwrap();
        Self { _folder: folder, dir }
    }

    /// The ledger.
    fn path(&self) -> &Path {
        &self.dir
    }
}

/// Some answers are the row's own, and names with an A are those of the first row.
struct PartlyPrivate;

impl Privacy for PartlyPrivate {
    fn is_private(&self, _: &str, question: &str) -> bool {
        question == "group" || question == "mood"
    }
    fn subject(&mut self, _: &str, _: &str, _: &Answers) -> Option<Owner> {
        None
    }
    fn named(&mut self, _: &str, _: &str, name: &str) -> Option<Owner> {
        name.starts_with('A').then(|| vec![("mentee_registration".into(), source(0).unwrap().key)])
    }
}

/// Appends events in batches of `batch`, sealed. An erasure destroys the keys of its rows, and is a
/// batch by itself.
fn append(dir: &Path, events: &[Told], batch: usize) {
    let mut seals = Seals::of(dir, PROGRAM).unwrap();
    let gather = |line: &Line<'_>| -> Result<(), FoldError> {
        let mut event = Event::read(line.kind, line.v, line.data.get())?;
        Ok(seals.open(line.source.as_ref().map(Source::from).as_ref(), &mut event)?)
    };
    let (mut log, _) = Log::open_on(Box::new(Hurried), SMALL, dir, PROGRAM, gather).unwrap();
    let start = DateTime::parse_from_rfc3339("2026-11-24T07:36:11.123+07:00").unwrap();
    let is_erasure = |(_, event): &Told| matches!(event, Event::PersonErased(_));
    let batches = events.chunk_by(|one, other| !is_erasure(one) && !is_erasure(other));
    for (n, batch) in batches.flat_map(|alike| alike.chunks(batch)).enumerate() {
        let mut batch = batch.to_vec();
        let mut destroyed = Vec::new();
        if let [(_, Event::PersonErased(erased))] = &mut batch[..] {
            let keys = keys_of_rows(dir, PROGRAM).unwrap();
            let rows =
                erased.rows.iter().filter_map(|row| keys.get(&(row.form.clone(), row.key.clone())));
            erased.keys = rows.flatten().cloned().collect();
            destroyed.clone_from(&erased.keys);
        }
        seals.retire(&destroyed);
        let lines = seals
            .seal(start + chrono::TimeDelta::hours(13 * n as i64), batch, &mut PartlyPrivate)
            .unwrap();
        save_keys(&mut seals, &mut log).unwrap();
        log.append(&lines).unwrap();
        seals.destroy(&destroyed);
        save_keys(&mut seals, &mut log).unwrap();
    }
}

fn open(dir: &Path, every: u64) -> Memory {
    Memory::open_with_interval(Box::new(Hurried), dir, PROGRAM, every).unwrap().0
}

/// Everything a memory says, in a form that hides nothing.
fn said(memory: &Memory) -> (String, Vec<u8>) {
    let mut bytes = Vec::new();
    snapshot::write(&memory.state, &mut bytes).unwrap();
    let seals = memory.seals.to_cache().unwrap();
    (format!("{:?} {:?} {} {seals:?}", memory.state, memory.head, memory.newer), bytes)
}

/// The number of events up to which the snapshot goes.
fn remembered(dir: &Path) -> Option<u64> {
    Memory::from_snapshot(dir, PROGRAM).map(|(resume_point, _)| resume_point.lines())
}

/// What stands in the snapshot.
fn opened_snapshot(dir: &Path) -> Vec<u8> {
    Seals::of(dir, PROGRAM).unwrap().open_cache(&fs::read(dir.join("snapshot")).unwrap()).unwrap().1
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
    prop::collection::vec(
        (prop::sample::select(vec!["group", "date", "status", "mood", "present"]), answer),
        0..5,
    )
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

#[expect(clippy::too_many_lines, reason = "one arm for each kind of event")]
fn told() -> impl Strategy<Value = Told> {
    let form = || {
        prop::sample::select(vec!["meeting_report", "mentee_registration"])
            .prop_map(CompactString::from)
    };
    let moment = || {
        prop::option::of((0_u32..28, 0_u32..86_400, 0_u32..2_000)).prop_map(|moment| {
            // The last second of a minute may be a leap second.
            let at = |(on, second, millis): (u32, u32, u32)| {
                let time = chrono::NaiveTime::from_num_seconds_from_midnight_opt(
                    second,
                    millis * 1_000_000,
                );
                time.map(|time| day(on).and_time(time))
            };
            moment.and_then(at)
        })
    };
    let submission =
        (answers(), prop::collection::vec(problem(), 0..2), moment(), 0_u32..28, any::<u64>())
            .prop_map(|(answers, dropped, timestamp, on, identity)| Submission {
                timestamp,
                date: day(on),
                identity: format!("{identity:016x}").into(),
                answers: answers.into_iter().collect(),
                dropped,
                raw: Default::default(),
                extra: Default::default(),
                sealed: vec![],
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
                sealed: vec![],
            })
        },
    );
    let issued = (any::<i64>(), -1e3..1e3_f64, prop::option::of(any::<i64>())).prop_map(
        |(score, weight, bound)| {
            let terms = [("schedule".into(), score)].into();
            let (mentee, mentor) = ("A01".into(), "K07".into());
            let suggestion =
                IssuedSuggestion { mentee, mentor, group: None, slot: None, score, terms };
            let weights = [("schedule".into(), weight), ("reading".into(), 1.0)].into();
            let instance = "00000000000000a1".into();
            Event::SuggestionsIssued(IssuedSuggestions {
                instance,
                weights,
                suggestions: vec![suggestion],
                objective: score,
                bound,
                stopped: false,
                randomised: None,
            })
        },
    );
    let verdict =
        prop::sample::select(vec![Verdict::Accepted, Verdict::Redirected, Verdict::Rejected]);
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
        Event::TabObserved(ObservedTab {
            form,
            tab,
            title: "Laporan".into(),
            configured: "Laporan".into(),
            questions,
        })
    });
    let erased = (form(), 0_u32..6, answers()).prop_map(|(form, row, answers)| {
        let (key, answers) = (source(row).unwrap().key, answers.into_iter().collect());
        let remains = Remains::Accepted { answers, dropped: vec![] };
        let row = ErasedRow {
            form,
            key,
            own: true,
            blanked: vec!["mood".into()],
            remains,
            sealed: vec![],
        };
        let called =
            vec!["00000000000000a1".into(), "00000000000000a2 meeting_report 1.2.3".into()];
        Event::PersonErased(ErasedPerson {
            code: "A01".into(),
            at: day(1).and_hms_opt(7, 0, 0).unwrap(),
            keys: vec![],
            called,
            rows: vec![row],
            sealed: vec![],
        })
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
        1 => erased,
        1 => Just(Event::SeasonOpened(SeasonOpening { season: "2026-1".into(), date: day(3), beside: vec![] })),
        1 => Just(Event::Unknown("of_tomorrow".into())),
    ];
    (0_u32..6, event).prop_map(|(row, event)| (source(row), event))
}

/// Events of which each may follow on those before it.
fn ledger() -> impl Strategy<Value = Vec<Told>> {
    prop::collection::vec(told(), 1..60).prop_map(|mut events| {
        let mut memory = Memory::default();
        events.retain(|(source, event)| memory.apply(source.clone(), event.clone()).is_ok());
        events
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn snapshot_and_tail_come_to_what_all_lines_come_to(
        events in ledger(), cut in any::<prop::sample::Index>(), batch in 1_usize..8
    ) {
        let folder = Place::new();
        let dir = folder.path();
        let (before, after) = events.split_at(cut.index(events.len() + 1));
        let erased = after.iter().any(|(_, event)| matches!(event, Event::PersonErased(_)));
        append(dir, before, batch);
        open(dir, 0);
        prop_assert_eq!(remembered(dir), Some(before.len() as u64));
        append(dir, after, batch);

        let (read, _) = Memory::read(dir, PROGRAM).unwrap();
        prop_assert_eq!(said(&read), whole(dir));
        prop_assert_eq!(said(&open(dir, NEVER)), whole(dir));
        let left = (!erased).then_some(before.len() as u64);
        prop_assert_eq!(remembered(dir), left, "neither wrote another, and an erasure leaves none");

        // And so does what is written of it again.
        open(dir, 0);
        let again = opened_snapshot(dir);
        forget_caches(dir).unwrap();
        open(dir, 0);
        prop_assert!(again == opened_snapshot(dir));
    }
}

fn report(group: &str) -> Submission {
    Submission {
        timestamp: None,
        date: day(6),
        identity: "00000000000000a1".into(),
        answers: [
            ("group", Answer::Text(group.into())),
            ("status", Answer::Text(group.chars().take(8).collect())),
        ]
        .into_iter()
        .collect(),
        dropped: vec![],
        raw: Default::default(),
        extra: Default::default(),
        sealed: vec![],
    }
}

/// A ledger of several segments with a snapshot of its first three events; the fourth amends what
/// the first submitted.
fn with_snapshot() -> Place {
    let folder = Place::new();
    let submitted = |row: u32| {
        (source(row), Event::Submitted("meeting_report".into(), report(&"Al Fatih ".repeat(30))))
    };
    append(folder.path(), &[1, 2, 3].map(submitted), 1);
    open(folder.path(), 3);
    append(
        folder.path(),
        &[(source(1), Event::Amended("meeting_report".into(), report("Al Kahfi"))), submitted(4)],
        1,
    );
    assert_eq!(remembered(folder.path()), Some(3));
    folder
}

/// Whether a replay goes on from the snapshot that stands there.
fn fits(dir: &Path) -> bool {
    let Some((resume_point, mut memory)) = Memory::from_snapshot(dir, PROGRAM) else {
        return false;
    };
    let resumed =
        Log::read_after(dir, Some(PROGRAM), &resume_point, |line| memory.fold(line)).unwrap();
    matches!(resumed, Resumed::Verified(_))
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
    forget_caches(dir).unwrap();
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
    let (ours, other) = (with_snapshot(), Place::new());
    for file in ["../program-key", STORE_FILE] {
        fs::copy(ours.path().join(file), other.path().join(file)).unwrap();
    }
    let submitted = |row: u32| {
        (source(row), Event::Submitted("meeting_report".into(), report(&"Al Fatah ".repeat(30))))
    };
    append(other.path(), &[1, 2, 3, 5].map(submitted), 1);
    fs::copy(ours.path().join("snapshot"), other.path().join("snapshot")).unwrap();
    assert_eq!(remembered(other.path()), Some(3));
    assert!(fits(ours.path()) && !fits(other.path()));
    assert_eq!(said(&open(other.path(), NEVER)), whole(other.path()));
}

/// The files of the segments, in order.
fn segments(dir: &Path) -> Vec<PathBuf> {
    let mut segments: Vec<_> =
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    segments.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    segments.sort();
    segments
}

#[test]
fn a_ledger_that_lost_lines_does_not_remember_them() {
    let folder = with_snapshot();
    let dir = folder.path();
    let segments = segments(dir);
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
    let last = segments(dir).pop().unwrap();
    let text = fs::read_to_string(&last).unwrap();
    let line = text.lines().position(|line| line.contains("Al Kahfi")).unwrap() + 1;
    fs::write(&last, text.replace("Al Kahfi", "Al Qadar")).unwrap();
    let told = |error: LogError| error.to_string();
    let expected = told(Memory::replay(dir, PROGRAM).unwrap_err());
    let name = last.file_name().unwrap().to_str().unwrap();
    assert!(expected.contains(&format!("{name}, line {line}")), "{expected}");
    assert_eq!(told(Memory::read(dir, PROGRAM).unwrap_err()), expected);
    assert_eq!(told(Memory::open(dir, PROGRAM).unwrap_err()), expected);
}

/// Writes a snapshot that stands where the true one stands but says something else.
fn lie(dir: &Path, sources: &str, probe: u64) {
    let (resume_point, memory) = Memory::from_snapshot(dir, PROGRAM).unwrap();
    let cached_seals = memory.seals.to_cache().unwrap();
    let (head, mut out) = (*resume_point.head(), Vec::new());
    snapshot::put(&mut out, &(sources, probe)).unwrap();
    snapshot::put(
        &mut out,
        &SnapshotHeader { resume_point, at: None, checkpoints: vec![], newer: false, cached_seals },
    )
    .unwrap();
    snapshot::write(&State::default(), &mut out).unwrap();
    write_snapshot(dir, &memory.seals.seal_cache(&head, &out).unwrap()).unwrap();
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
    forget_caches(folder.path()).unwrap();
    let left = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(left.into_iter().all(|name| !name.contains("snapshot")));
    forget_caches(folder.path()).unwrap();
}

#[test]
fn rows_share_their_lists_of_questions_after_a_start_from_a_snapshot() {
    let folder = with_snapshot();
    let memory = open(folder.path(), NEVER);
    let lists: std::collections::BTreeSet<_> = memory
        .state
        .records()
        .map(|record| record.answers.iter().next().unwrap().0.as_ptr())
        .collect();
    assert_eq!((memory.state.records().count(), lists.len()), (4, 1));
}

/// A disk that notes what was written over.
struct Noting(Arc<Mutex<Vec<Write>>>);

/// Which file, from which byte on, which bytes.
type Write = (PathBuf, u64, Vec<u8>);

impl Disk for Noting {
    fn create(&mut self, path: &Path) -> io::Result<OpenFile> {
        Hurried.create(path)
    }
    fn write_all(&mut self, file: &mut OpenFile, bytes: &[u8]) -> io::Result<()> {
        Hurried.write_all(file, bytes)
    }
    fn write_over(&mut self, path: &Path, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.0.lock().unwrap().push((path.to_owned(), at, bytes.to_vec()));
        Hurried.write_over(path, at, bytes)
    }
    fn sync_data(&mut self, file: &OpenFile) -> io::Result<()> {
        Hurried.sync_data(file)
    }
    fn sync_dir(&mut self, dir: &Path) -> io::Result<()> {
        Hurried.sync_dir(dir)
    }
    fn truncate(&mut self, file: &OpenFile, len: u64) -> io::Result<()> {
        Hurried.truncate(file, len)
    }
    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        Hurried.rename(from, to)
    }
}

fn written_over(dir: &Path) -> Vec<Write> {
    let noted = Arc::default();
    Memory::open_with_interval(Box::new(Noting(Arc::clone(&noted))), dir, PROGRAM, NEVER).unwrap();
    std::mem::take(&mut noted.lock().unwrap())
}

#[test]
fn the_last_batch_is_written_over_itself_although_it_stands_before_the_snapshot() {
    let folder = Place::new();
    let dir = folder.path();
    let submitted =
        |row: u32| (source(row), Event::Submitted("meeting_report".into(), report("Al Fatih")));
    append(dir, &[1, 2, 3].map(submitted), 1);
    append(dir, &[4, 5].map(submitted), 2);
    let expected = written_over(dir);
    let lines = fs::read(dir.join("000001.jsonl")).unwrap();
    let starts: Vec<usize> = (1..=lines.len()).filter(|at| lines[at - 1] == b'\n').collect();
    assert_eq!(expected[0].1, starts[3] as u64, "two lines after the header and three others");
    assert_eq!(expected[0].2, lines[starts[3]..]);
    assert!(!dir.join("snapshot").exists());

    open(dir, 0);
    assert_eq!(remembered(dir), Some(5));
    assert_eq!(written_over(dir), expected, "of a start from the snapshot");

    // A batch that is not what it was is for a replay of everything to judge.
    let text = String::from_utf8(lines).unwrap();
    let changed = text.rfind("Al Fatih").unwrap();
    let mut bad = text.clone().into_bytes();
    bad[changed] = b'E';
    fs::write(dir.join("000001.jsonl"), bad).unwrap();
    assert!(!fits(dir));
    assert!(Memory::open(dir, PROGRAM).is_err());
    fs::write(dir.join("000001.jsonl"), &text).unwrap();

    // A batch after the snapshot is the last one again, here in a segment of its own.
    append(dir, &[submitted(0)], 1);
    assert_eq!(remembered(dir), Some(5));
    let [(path, at, bytes)] = &written_over(dir)[..] else { panic!("one batch is written over") };
    assert_eq!(bytes[..], fs::read(path).unwrap()[*at as usize..]);
    assert!(path.ends_with("000006.jsonl") && bytes.starts_with(b"{\"seq\":6"), "{path:?}");
}

#[test]
fn without_the_program_key_a_snapshot_is_neither_written_nor_used_nor_read_by_anybody() {
    let folder = with_snapshot();
    let (dir, key) = (folder.path(), folder.path().join("..").join(KEY_FILE));
    let bytes = fs::read(dir.join("snapshot")).unwrap();
    assert!(!bytes.windows(8).any(|window| window == b"Al Fatih" || window == b"Al Kahfi"));
    assert!(opened_snapshot(dir).windows(8).any(|window| window == b"Al Fatih"));

    let held = fs::read(&key).unwrap();
    fs::remove_file(&key).unwrap();
    assert_eq!(remembered(dir), None);
    let (memory, _) = Memory::read(dir, PROGRAM).unwrap();
    assert!(
        memory.seals.has_unopened_answers()
            && memory.state.records().all(|record| record.answers.get("group").is_none())
    );
    assert!(Memory::open(dir, PROGRAM).is_err());
    fs::write(&key, &held).unwrap();
    for closed in [
        Memory::read_without_key(dir, PROGRAM),
        Memory::read_with_keys(Seals::without_key(dir, PROGRAM), dir, PROGRAM),
    ] {
        assert!(
            closed.unwrap().0.state.records().all(|record| record.answers.get("group").is_none())
        );
    }

    let bare = tempfile::tempdir().unwrap();
    let dir = bare.path().join("ledger");
    open(&dir, 0);
    assert!(!dir.join("snapshot").exists(), "there is no key yet");
}

#[test]
fn lost_keys_are_noticed_although_the_snapshot_holds_what_they_opened() {
    let folder = with_snapshot();
    let dir = folder.path();
    let keys = fs::read_to_string(dir.join(STORE_FILE)).unwrap();
    let cut: String = keys.split_inclusive('\n').take(2).collect();
    fs::write(dir.join(STORE_FILE), cut).unwrap();
    assert_eq!(remembered(dir), None);
    let expected = Memory::replay(dir, PROGRAM).unwrap_err().to_string();
    assert_eq!(Memory::read(dir, PROGRAM).unwrap_err().to_string(), expected);
    assert_eq!(Memory::open(dir, PROGRAM).unwrap_err().to_string(), expected);
}

#[test]
fn an_opening_deletes_the_snapshot_that_an_erasure_cut_short_left() {
    let folder = with_snapshot();
    let dir = folder.path();
    let old = fs::read(dir.join("snapshot")).unwrap();
    let remains = Remains::Accepted { answers: Answers::default(), dropped: vec![] };
    let (form, key) = ("meeting_report".into(), source(2).unwrap().key);
    let row = ErasedRow { form, key, own: true, blanked: vec![], remains, sealed: vec![] };
    let (at, code) = (day(1).and_hms_opt(7, 0, 0).unwrap(), "A01".into());
    let erased =
        ErasedPerson { code, at, keys: vec![], called: vec![], rows: vec![row], sealed: vec![] };
    append(dir, &[(None, Event::PersonErased(erased))], 1);
    assert!(
        dir.join("snapshot").exists() && remembered(dir).is_none() && !fits(dir),
        "its key is gone"
    );
    fs::write(dir.join("snapshot.new"), "cut").unwrap();
    open(dir, NEVER);
    assert!(!dir.join("snapshot").exists() && !dir.join("snapshot.new").exists());
    open(dir, 0);
    assert_eq!(remembered(dir), Some(6));

    // Whatever brings it back: it is not used.
    fs::write(dir.join("snapshot"), old).unwrap();
    assert_eq!(remembered(dir), None);
    assert_eq!(said(&open(dir, NEVER)), whole(dir));
}
