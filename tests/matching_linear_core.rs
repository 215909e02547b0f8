//! The linear core of matching on the instances whose optimum is known, where they are at hand.

use std::fs;
use std::path::Path;

use halaqah_solver::{Assignment, Fit, Person, PersonId, Problem, Seat, SeatId, Slot, SlotSet};

/// Reads `mentees.jsonl`, `mentors.jsonl` and `edges.tsv`; capacities are the mentors' maxima,
/// slots do not count.
fn problem(dir: &Path) -> Option<Problem> {
    let read = |name: &str| fs::read_to_string(dir.join(name)).ok();
    let capacity = |line: &str| {
        let mentor: serde_json::Value = serde_json::from_str(line).unwrap();
        Seat { max: mentor["max"].as_u64().unwrap() as usize, ..Seat::default() }
    };
    let person = |_| Person { slots: always(), ..Person::default() };
    let mut problem = Problem {
        people: read("mentees.jsonl")?.lines().map(person).collect(),
        seats: read("mentors.jsonl")?.lines().map(capacity).collect(),
        ..Problem::default()
    };
    for line in read("edges.tsv")?.lines() {
        let numbers: Vec<u32> = line.split('\t').map(|number| number.parse().unwrap()).collect();
        let fit = Fit { seat: SeatId(numbers[1]), score: numbers[2] };
        problem.people[PersonId(numbers[0])].fits.push(fit);
    }
    Some(problem)
}

/// The slots in which everybody is free and every seat meets.
fn always() -> SlotSet {
    SlotSet::of(Slot(0))
}

fn reaches(dir: &str, optimum: u64) {
    let Some(problem) = problem(Path::new(dir)) else {
        println!("skipped: {dir} is not there");
        return;
    };
    let assignment = Assignment::solve(&problem, &vec![always(); problem.seats.len()]);
    assert_eq!(assignment.worth(), (problem.people.len(), optimum));
    assert_eq!(assignment.bound(), optimum as i64, "the prices prove it");
}

#[test]
fn three_hundred_mentees_and_forty_mentors() {
    reaches("../shared/matching/300x40", 150_617);
}

/// `generate.py 1500 200 --out target/matching` makes this one.
#[test]
fn fifteen_hundred_mentees_and_two_hundred_mentors() {
    reaches("target/matching/1500x200", 811_000);
}
