//! The linear core of matching on the instances whose optimum is known, where they are at hand.

use std::fs;
use std::path::Path;

use halaqah::matching::assign::{Assignment, Fit, Network, Person, Seat};

/// Reads `mentees.jsonl`, `mentors.jsonl` and `edges.tsv`; capacities are the mentors' maxima,
/// slots do not count.
fn network(dir: &Path) -> Option<Network> {
    let read = |name: &str| fs::read_to_string(dir.join(name)).ok();
    let capacity = |line: &str| {
        let mentor: serde_json::Value = serde_json::from_str(line).unwrap();
        Seat { capacity: mentor["max"].as_u64().unwrap() as u32, owner: None }
    };
    let seats = read("mentors.jsonl")?.lines().map(capacity).collect();
    let mut people =
        vec![Person { slots: 1, fits: Vec::new() }; read("mentees.jsonl")?.lines().count()];
    for line in read("edges.tsv")?.lines() {
        let numbers: Vec<u32> = line.split('\t').map(|number| number.parse().unwrap()).collect();
        people[numbers[0] as usize].fits.push(Fit { seat: numbers[1], score: numbers[2] });
    }
    Some(Network { people, seats, owners: Vec::new() })
}

fn reaches(dir: &str, optimum: u64) {
    let Some(network) = network(Path::new(dir)) else {
        println!("skipped: {dir} is not there");
        return;
    };
    let assignment = Assignment::solve(&network, &vec![1; network.seats.len()]);
    assert_eq!(assignment.worth(), (network.people.len(), optimum));
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
