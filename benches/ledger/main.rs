//! The ledger against yardsticks on the same machine in the same run:
//!
//! - replay of 1,000,000 events (verified, parsed, folded) against reading and hashing the same
//!   bytes, and against SQLite that holds the same lines;
//! - a start from the snapshot of the same ledger;
//! - appending events of 300 bytes, each batch on the medium when the call returns, against the
//!   bare loop of `write` and `fdatasync` and against SQLite (WAL, synchronous=FULL).
//!
//! Each is measured by turns and the best turn counts (of appends, all turns together: they wait
//! for the disk). Yardsticks: replay under 1.5 s; appends at least 95 % of the bare loop with one
//! event a batch, 70 % with a hundred. `HALAQAH_BENCH_EVENTS` is how many events there are instead
//! of 1,000,000; a season of 5,000 mentees with 40 weeks of reports has about 40,000.
#![allow(clippy::unwrap_used, reason = "a bench that meets what it does not expect stops")]
#![expect(
    clippy::disallowed_methods,
    reason = "a bench reads the clock; the program does so at its edge alone"
)]

mod ledger;
mod sqlite;

use std::any::Any;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use halaqah::edge::log::{Line, Log};
use halaqah::edge::seal::ProgramKey;
use halaqah::memory::Memory;
use sha2::{Digest, Sha256};

use self::ledger::PROGRAM;

const TURNS: usize = 5;
/// Batches of each turn of appending.
const BATCHES: usize = 100;
const APPEND_TURNS: usize = 10;

fn main() {
    let most = std::env::var("HALAQAH_BENCH_EVENTS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(1_000_000);
    // Beside the build, not in a directory of the system's that may lie in memory.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    // Snapshots are sealed by it.
    ProgramKey::make(&folder.path().join("ledger")).unwrap();
    for events in [40_000, most] {
        replays(&folder.path().join(events.to_string()), events);
    }
    for size in [1, 100] {
        appends(folder.path(), size);
    }
}

/// What is timed: what it comes to is dropped after the clock has stopped.
type Work<'a> = Box<dyn FnMut() -> Box<dyn Any> + 'a>;

/// The best of several turns of each, taken by turns.
fn best<const N: usize>(mut contestants: [(&str, Work<'_>); N]) {
    let mut best = [Duration::MAX; N];
    for _ in 0..TURNS {
        for (best, (_, run)) in best.iter_mut().zip(&mut contestants) {
            let start = Instant::now();
            let result = run();
            *best = start.elapsed().min(*best);
            drop(result);
        }
    }
    for ((name, _), time) in contestants.iter().zip(&best) {
        println!(
            "  {name:<58} {:>7.3} s  × {:.2}",
            time.as_secs_f64(),
            time.as_secs_f64() / best[0].as_secs_f64()
        );
    }
}

fn replays(dir: &Path, events: u64) {
    let bytes = ledger::write(dir, events);
    println!(
        "replay of {events} events, {:.0} bytes each ({} MB):",
        bytes as f64 / events as f64,
        bytes / 1_000_000
    );
    let book = sqlite::with_lines_of(&dir.with_extension("sqlite"), dir);
    // Writes the snapshot.
    drop(Memory::open(dir, PROGRAM).unwrap());
    let snapshot = std::fs::metadata(dir.join("snapshot")).unwrap().len();
    best([
        ("reading and hashing the same bytes", Box::new(|| Box::new(hash(dir)))),
        ("verified, each line parsed", Box::new(|| Box::new(lines(dir, events)))),
        ("verified, parsed and folded", Box::new(|| Box::new(fold(dir, events)))),
        ("from the snapshot", Box::new(|| Box::new(start(dir, events)))),
        (
            "the same lines out of SQLite, verified, parsed and folded",
            Box::new(|| Box::new(sqlite::fold(&book, events))),
        ),
    ]);
    println!("  the snapshot has {:.1} MB", snapshot as f64 / 1e6);
}

fn hash(dir: &Path) -> impl Any {
    let mut block = vec![0; 256 * 1024];
    let mut hash = Sha256::new();
    for segment in ledger::segments(dir) {
        let mut file = File::open(segment).unwrap();
        loop {
            match file.read(&mut block).unwrap() {
                0 => break,
                n => hash.update(&block[..n]),
            }
        }
    }
    hash.finalize()
}

fn lines(dir: &Path, events: u64) -> usize {
    let mut data = 0;
    let each = |line: &Line<'_>| -> Result<(), std::convert::Infallible> {
        data += line.data.get().len();
        Ok(())
    };
    assert_eq!(Log::read(dir, Some(PROGRAM), each).unwrap().lines, events);
    data
}

fn fold(dir: &Path, events: u64) -> Memory {
    let (memory, _) = Memory::replay(dir, PROGRAM).unwrap();
    assert_eq!(memory.state.seq, events);
    memory
}

fn start(dir: &Path, events: u64) -> Memory {
    let (memory, _) = Memory::read(dir, PROGRAM).unwrap();
    assert_eq!(memory.state.seq, events);
    memory
}

/// Appends in batches of `size` events: the bare loop, the ledger, SQLite.
fn appends(folder: &Path, size: usize) {
    let lines = ledger::lines_of_300_bytes(size);
    let events = ledger::events_of_300_bytes(size);
    let bare = folder.join(format!("bare-{size}"));
    let mut bare = OpenOptions::new().create(true).append(true).open(bare).unwrap();
    let (mut log, _) =
        Log::open(
            &folder.join(format!("append-{size}")),
            PROGRAM,
            |_| Ok::<_, std::fmt::Error>(()),
        )
        .unwrap();
    let mut book = sqlite::empty(&folder.join(format!("append-{size}.sqlite")));
    let mut times = [Duration::ZERO; 3];
    for _ in 0..APPEND_TURNS {
        times[0] += time(|| {
            bare.write_all(&lines).unwrap();
            bare.sync_data().unwrap();
        });
        times[1] += time(|| {
            log.append(&events).unwrap();
        });
        times[2] += time(|| sqlite::append(&mut book, &lines));
    }
    println!(
        "appending events of 300 bytes, {size} a sync, batches a second and share of the bare loop:"
    );
    for (name, time) in
        ["write and fdatasync", "the ledger", "SQLite (WAL, synchronous=FULL)"].iter().zip(times)
    {
        let rate = (APPEND_TURNS * BATCHES) as f64 / time.as_secs_f64();
        let share = 100.0 * times[0].as_secs_f64() / time.as_secs_f64();
        println!("  {name:<58} {rate:>9.0}  {share:>3.0} %");
    }
}

fn time(mut run: impl FnMut()) -> Duration {
    let start = Instant::now();
    for _ in 0..BATCHES {
        run();
    }
    start.elapsed()
}
