//! The matching engine on every size of the acceptance kit: time, gap and memory, beside an open
//! exact solver on the same linear core in the same run; and how many pairs of a program change
//! when somebody registers or a weight changes. With `--stability` only the latter.
//!
//! The kit's folders are read where they are at hand (`../shared/matching`, or made by its
//! generator into `target/matching`); else a problem of the same size is invented. Each size is a
//! process of its own, so that its peak of memory is its own. Yardsticks: 300x40 at least 147,000
//! with a bound of at most 149,900; 1500x200 within 3 % of its bound in 10 s, 50000x7000 with its
//! bound in 30 s, on two free cores.
#![allow(clippy::unwrap_used, reason = "a bench that meets what it does not expect stops")]

mod invented;

use std::path::Path;
use std::process::Command;

use cpu_time::ProcessTime;
use halaqah::commands::instance;
use halaqah::edge::clock::Stopwatch;
use halaqah_solver::{
    Assignment, Effort, Person, Problem, Seat, SeatId, Slot, SlotSet, Table, solve,
};
use pathfinding::matrix::Matrix;
use pathfinding::prelude::kuhn_munkres;

const SIZES: [(usize, usize); 4] = [(60, 8), (300, 40), (1_500, 200), (50_000, 7_000)];

/// Up to so many people there is a table of all pairs, as the open solver wants it.
const DENSE: usize = 2_000;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, people, mentors] = arguments.as_slice()
        && flag == "--one"
    {
        return one(people.parse().unwrap(), mentors.parse().unwrap());
    }
    if arguments.iter().any(|one| one == "--stability") {
        return invented::stability();
    }
    for (people, mentors) in SIZES {
        let itself = std::env::current_exe().unwrap();
        let child = Command::new(itself)
            .args(["--one", &people.to_string(), &mentors.to_string()])
            .status()
            .unwrap();
        assert!(child.success(), "{people}x{mentors}: {child}");
    }
    invented::stability();
}

/// Measures one size.
fn one(people: usize, mentors: usize) {
    let name = format!("{people}x{mentors}");
    let folders = [format!("../shared/matching/{name}"), format!("target/matching/{name}")];
    let folder = folders.iter().find(|folder| Path::new(folder).join("mentees.jsonl").exists());
    let (problem, from) = match folder {
        Some(folder) => (instance::read(Path::new(folder)).unwrap().0, "the kit's"),
        None => (invented::problem(people, mentors), "invented: the kit's is not at hand"),
    };
    let (watch, cpu) = (Stopwatch::start(), ProcessTime::now());
    let solution = solve(&problem, Effort::for_size(&problem)).unwrap();
    println!(
        "{name} ({from}): {} of at most {}, gap {:.2} %; {:.1} s, {:.1} s of CPU, {} MB at most",
        solution.objective,
        solution.bound,
        100.0 * solution.gap(),
        watch.elapsed().as_secs_f64(),
        cpu.elapsed().as_secs_f64(),
        peak_mb().map_or("?".to_owned(), |peak| peak.to_string()),
    );
    linear_core(&problem);
}

/// Everybody to somebody with room, slots and sizes aside: our solver beside `kuhn_munkres` with a
/// column a place, which has to hold a table of all pairs.
fn linear_core(problem: &Problem) {
    let always = SlotSet::of(Slot(0));
    let person =
        |person: &Person| Person { slots: always, fits: person.fits.clone(), ..Person::default() };
    let seat = |seat: &Seat| Seat { max: seat.max, ..Seat::default() };
    let core = Problem {
        people: problem.people.iter().map(person).collect(),
        seats: problem.seats.iter().map(seat).collect(),
        ..Problem::default()
    };
    let cpu = ProcessTime::now();
    let (placed, ours) = Assignment::solve(&core, &vec![always; core.seats.len()]).worth();
    let our_time = cpu.elapsed();
    if core.people.len() > DENSE {
        let milliseconds = 1_000.0 * our_time.as_secs_f64();
        println!(
            "  linear core: {ours} for {placed}; {milliseconds:.2} ms of CPU; a table of all pairs would not fit into memory"
        );
        return;
    }
    let cpu = ProcessTime::now();
    let first: Table<SeatId, usize> = core
        .seats
        .iter()
        .scan(0, |places, seat| {
            let first = *places;
            *places += seat.max;
            Some(first)
        })
        .collect();
    let places: usize = core.seats.iter().map(|seat| seat.max).sum();
    // A person without a place has one that is worth nothing; a pair is worth more than all scores
    // together.
    let people = core.people.len();
    let pair = 1_001 * people as i64;
    let mut table = Matrix::new(people, places + people, 0i64);
    for (person, who) in core.people.iter().enumerate() {
        for fit in &who.fits {
            let from = first[fit.seat];
            for place in from..from + core.seats[fit.seat].max {
                table[(person, place)] = pair + i64::from(fit.score);
            }
        }
    }
    let (total, _) = kuhn_munkres(&table);
    let their_time = cpu.elapsed();
    assert_eq!(total, pair * placed as i64 + ours as i64, "both are exact");
    println!(
        "  linear core: {ours} for {placed}; {:.2} ms of CPU, `pathfinding` {:.2} ms",
        1_000.0 * our_time.as_secs_f64(),
        1_000.0 * their_time.as_secs_f64(),
    );
}

/// The most memory that the process has had, where the system tells.
fn peak_mb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes / 1024)
}
