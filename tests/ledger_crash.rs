//! The ledger on a disk that fails and machines that stop, at every call and once more while it
//! recovers: nothing acknowledged is lost, nothing is there twice, and every way to write a ledger
//! wrongly is caught.
#![allow(clippy::unwrap_used, reason = "a test that meets what it does not expect fails")]

use std::convert::Infallible;
use std::io;
use std::path::{Path, PathBuf};

#[path = "support/medium.rs"]
mod medium;

use chrono::DateTime;
use halaqah::edge::log::{Disk, Line, Log, LogError, LogErrorKind, NewEvent, OpenFile};
use medium::{Dice, FAULTS, Fault, Medium, quick_dir};
use serde_json::value::RawValue;

const PROGRAM: &str = "sman1";
/// Small enough that a few events fill a segment.
const SMALL: u64 = 800;
const BATCHES: [&[u32]; 6] = [&[1, 2, 3], &[4], &[5, 6], &[7, 8, 9], &[10], &[11, 12]];

fn events(ids: &[u32]) -> Vec<NewEvent> {
    let event = |id: &u32| NewEvent {
        at: DateTime::parse_from_rfc3339("2026-11-24T07:36:11.123+07:00").unwrap(),
        kind: "note.submitted".to_owned(),
        v: 1,
        source: None,
        data: RawValue::from_string(id.to_string()).unwrap(),
    };
    ids.iter().map(event).collect()
}

fn all_ids() -> Vec<u32> {
    BATCHES.concat()
}

fn read(dir: &Path) -> Result<(Vec<u32>, bool), LogError> {
    let mut ids = Vec::new();
    let opened = Log::read(dir, Some(PROGRAM), |line| {
        ids.push(line.data.get().parse().unwrap());
        Ok::<(), Infallible>(())
    })?;
    Ok((ids, opened.torn.is_some()))
}

/// Works as the program does: opens, and appends of each batch what the ledger does not have yet.
/// Gives the events that were said to be there or acknowledged, and the error that ended it.
fn work(disk: Box<dyn Disk>, dir: &Path) -> (Vec<u32>, Result<(), LogError>) {
    let mut known = Vec::new();
    let opened = Log::open_on(disk, SMALL, dir, PROGRAM, |line| {
        known.push(line.data.get().parse().unwrap());
        Ok::<(), Infallible>(())
    });
    let mut log = match opened {
        Ok((log, _)) => log,
        Err(error) => return (Vec::new(), Err(error)),
    };
    for batch in BATCHES {
        let new: Vec<u32> = batch.iter().copied().filter(|id| !known.contains(id)).collect();
        if let Err(error) = log.append(&events(&new)) {
            assert!(
                matches!(log.append(&events(&[99])), Err(LogError::Ended { .. })),
                "a failed writer writes again"
            );
            return (known, Err(error));
        }
        known.extend(new);
    }
    (known, Ok(()))
}

/// A way to use the disk: the right one hands every call on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Habit {
    Right,
    NoSync,
    NoDirectorySync,
    AcknowledgedBeforeTheSync,
    TailNotCut,
    SyncRetried,
    LastBatchNotWrittenAgain,
}

struct Used {
    medium: Medium,
    habit: Habit,
    late: Option<PathBuf>,
}

impl Used {
    /// What was put off is done before anything else.
    fn catch_up(&mut self) -> io::Result<()> {
        self.late.take().map_or(Ok(()), |path| self.medium.sync_path(&path))
    }
}

impl Disk for Used {
    fn create(&mut self, path: &Path) -> io::Result<OpenFile> {
        self.catch_up()?;
        self.medium.create(path)
    }

    fn write_all(&mut self, file: &mut OpenFile, bytes: &[u8]) -> io::Result<()> {
        self.catch_up()?;
        self.medium.write_all(file, bytes)
    }

    fn write_over(&mut self, path: &Path, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.catch_up()?;
        if self.habit == Habit::LastBatchNotWrittenAgain {
            return Ok(());
        }
        self.medium.write_over(path, at, bytes)
    }

    fn sync_data(&mut self, file: &OpenFile) -> io::Result<()> {
        self.catch_up()?;
        match self.habit {
            Habit::NoSync => Ok(()),
            Habit::AcknowledgedBeforeTheSync => {
                self.late = Some(file.path.clone());
                Ok(())
            }
            Habit::SyncRetried => {
                self.medium.sync_data(file).or_else(|_| self.medium.sync_data(file))
            }
            _ => self.medium.sync_data(file),
        }
    }

    fn sync_dir(&mut self, dir: &Path) -> io::Result<()> {
        self.catch_up()?;
        if self.habit == Habit::NoDirectorySync { Ok(()) } else { self.medium.sync_dir(dir) }
    }

    fn truncate(&mut self, file: &OpenFile, len: u64) -> io::Result<()> {
        self.catch_up()?;
        if self.habit == Habit::TailNotCut { Ok(()) } else { self.medium.truncate(file, len) }
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        self.catch_up()?;
        self.medium.rename(from, to)
    }
}

/// One crash point: what the first process meets and where, what the second one meets, and how the
/// power cuts fall.
#[derive(Debug, Clone, Copy)]
struct Story {
    first: (usize, Fault),
    /// Whether the power goes with the first process, or the system goes on.
    cut_between: bool,
    second: Option<(usize, Fault)>,
    seed: u64,
}

/// Lives through it and says what went wrong.
fn live_through(habit: Habit, story: Story) -> Result<(), String> {
    let place = quick_dir();
    let dir = &place.path().join("ledger");
    let mut dice = Dice::new(story.seed);
    let medium = Medium::new(dir);
    let start = |fault| {
        medium.starts(fault);
        work(Box::new(Used { medium: medium.clone(), habit, late: None }), dir)
    };
    let (acknowledged, _) = start(Some(story.first));
    if story.cut_between {
        medium.power_cut(&mut dice);
    }
    check(dir, &acknowledged)?;
    let (again, end) = start(story.second);
    if let (Err(error), None) = (end, story.second) {
        return Err(format!("the second process: {error}"));
    }
    let acknowledged = if again.len() > acknowledged.len() { again } else { acknowledged };
    medium.power_cut(&mut dice);
    check(dir, &acknowledged)?;
    let (_, end) = start(None);
    end.map_err(|error| format!("the last process: {error}"))?;
    medium.power_cut(&mut dice);
    match read(dir) {
        Ok((ids, false)) if ids == all_ids() => Ok(()),
        other => Err(format!("in the end there is {other:?}")),
    }
}

/// Nothing acknowledged is lost, nothing is there twice or out of order, and what is there
/// verifies.
fn check(dir: &Path, acknowledged: &[u32]) -> Result<(), String> {
    let found = match read(dir) {
        Ok((ids, _)) => ids,
        Err(error) if error.kind() == LogErrorKind::Missing => Vec::new(),
        Err(error) => return Err(error.to_string()),
    };
    if !found.starts_with(acknowledged) || !all_ids().starts_with(&found) {
        return Err(format!("acknowledged {acknowledged:?}, found {found:?}"));
    }
    Ok(())
}

/// How many calls a whole work makes.
fn calls() -> usize {
    let place = quick_dir();
    let dir = place.path().join("ledger");
    let medium = Medium::new(&dir);
    work(Box::new(medium.clone()), &dir).1.unwrap();
    medium.calls()
}

/// Every fault at every call, and the second process whole or stopped at one of its calls.
fn stories() -> Vec<Story> {
    const SECOND: [Option<Fault>; 4] = [
        None,
        Some(Fault::DiesBefore),
        Some(Fault::DiesWithin),
        Some(Fault::Short(medium::ENOSPC)),
    ];
    let mut stories = Vec::new();
    for at in 0..calls() {
        for fault in FAULTS {
            for cut_between in [false, true] {
                for second in SECOND {
                    // The opening's calls are few: the second process meets its fault while it
                    // recovers, or soon after.
                    let places: &[usize] =
                        if second.is_some() { &[0, 1, 2, 3, 4, 5, 6, 8] } else { &[0] };
                    for place in places {
                        let second = second.map(|fault| (*place, fault));
                        let seed = stories.len() as u64;
                        stories.push(Story { first: (at, fault), cut_between, second, seed });
                    }
                }
            }
        }
    }
    stories
}

#[test]
fn no_crash_loses_or_doubles_anything() {
    let stories = stories();
    assert!(stories.len() >= 10_000, "{} crash points", stories.len());
    let failed: Vec<String> = std::thread::scope(|scope| {
        let halves: Vec<_> = stories
            .chunks(stories.len().div_ceil(2))
            .map(|half| {
                scope.spawn(move || {
                    let told = half.iter().filter_map(|story| {
                        Some((story, live_through(Habit::Right, *story).err()?))
                    });
                    told.map(|(story, what)| format!("{story:?}: {what}")).collect::<Vec<_>>()
                })
            })
            .collect();
        halves.into_iter().flat_map(|half| half.join().unwrap()).collect()
    });
    assert!(
        failed.is_empty(),
        "{} of {}:\n{}",
        failed.len(),
        stories.len(),
        failed[..failed.len().min(5)].join("\n")
    );
}

#[test]
fn every_wrong_habit_is_caught() {
    let stories = stories();
    for habit in [
        Habit::NoSync,
        Habit::NoDirectorySync,
        Habit::AcknowledgedBeforeTheSync,
        Habit::TailNotCut,
        Habit::SyncRetried,
        Habit::LastBatchNotWrittenAgain,
    ] {
        let caught =
            stories.iter().find_map(|story| Some((story, live_through(habit, *story).err()?)));
        let (story, what) = caught.unwrap_or_else(|| panic!("{habit:?} is never noticed"));
        println!("{habit:?} is caught by {story:?}: {what}");
    }
}

/// What a crash left of a batch is set aside whole, wherever that is interrupted.
#[test]
fn a_torn_tail_is_kept_however_its_setting_aside_ends() {
    for at in 0..8 {
        for fault in [Fault::DiesBefore, Fault::DiesWithin, Fault::DiesAfter] {
            for seed in 0..12 {
                let story = format!("{fault:?} at call {at}, seed {seed}");
                let place = quick_dir();
                let dir = &place.path().join("ledger");
                work(Box::new(Medium::new(dir)), dir).1.unwrap();
                let last = files(dir)
                    .into_iter()
                    .rfind(|path| path.extension().is_some_and(|end| end == "jsonl"));
                let bytes = std::fs::read(last.as_ref().unwrap()).unwrap();
                std::fs::write(last.unwrap(), &bytes[..bytes.len() - 5]).unwrap();
                let medium = Medium::new(dir);
                medium.starts(Some((at, fault)));
                let none = |_: &Line<'_>| Ok::<(), Infallible>(());
                let opened = Log::open_on(Box::new(medium.clone()), SMALL, dir, PROGRAM, none);
                assert!(opened.is_err(), "{story}");
                medium.power_cut(&mut Dice::new(seed));
                drop(Log::open_on(Box::new(Medium::new(dir)), SMALL, dir, PROGRAM, none).unwrap());
                assert_eq!(read(dir).unwrap(), ((1..=11).collect(), false), "{story}");
                let tail = [br#"{"seq":12,"#.as_slice(), b"\"data\":12"];
                let is_whole = |path: &PathBuf| {
                    let bytes = std::fs::read(path).unwrap();
                    tail.iter().all(|part| bytes.windows(part.len()).any(|window| window == *part))
                };
                let kept = files(dir).into_iter().filter(|path| name_of(path).starts_with("torn-"));
                assert!(kept.filter(is_whole).count() >= 1, "{story}: the torn bytes are gone");
            }
        }
    }
}

/// A failing disk ends the writer, says which kind of failure it was, and leaves nothing of the
/// failed batch.
#[test]
fn a_failure_has_its_kind_and_its_batch_is_cut_back() {
    for at in 0..calls() {
        for fault in FAULTS {
            let (Fault::Errno(errno) | Fault::Short(errno)) = fault else { continue };
            let place = quick_dir();
            let dir = &place.path().join("ledger");
            let medium = Medium::new(dir);
            medium.starts(Some((at, fault)));
            let (acknowledged, end) = work(Box::new(medium), dir);
            let kind = end.unwrap_err().kind();
            assert_eq!(
                kind,
                if errno == medium::ENOSPC { LogErrorKind::NoSpace } else { LogErrorKind::Io }
            );
            assert_eq!(kind.exit_code(), 3);
            if let Ok(found) = read(dir) {
                assert_eq!(found, (acknowledged, false), "{fault:?} at call {at}");
            }
        }
    }
}

#[test]
fn one_batch_is_one_write_and_one_sync() {
    let place = quick_dir();
    let dir = &place.path().join("ledger");
    let medium = Medium::new(dir);
    let none = |_: &Line<'_>| Ok::<(), Infallible>(());
    let (mut log, _) = Log::open_on(Box::new(medium.clone()), SMALL, dir, PROGRAM, none).unwrap();
    let before = medium.calls();
    log.append(&events(&[1, 2, 3, 4, 5])).unwrap();
    assert_eq!(medium.calls() - before, 2);
}

/// The files of a directory by name.
fn files(dir: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}
