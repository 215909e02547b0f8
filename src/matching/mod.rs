//! Who fits whom: from everybody who waits and every mentor with room to suggested groups, with reasons as data.
//!
//! A pure function of its input: the same instance, in whatever order its rows come, gives the same suggestions. It may
//! not know how answers came to be, how suggestions are shown or in which words; a coordinator decides about each of them.

pub mod assign;
mod explain;
mod fingerprint;
pub mod instance;
pub mod model;
pub mod rules;
mod schedule;
pub mod score;
mod seats;
pub mod suggestions;

use compact_str::CompactString;
use instance::Instance;
use seats::Board;
pub use suggestions::{Alternative, Lost, Place, Suggestion, Suggestions, Unplaced};

/// Suggests a group for as many as possible: most people first, no new group below its minimum, then the highest score.
pub fn suggest(instance: &Instance) -> Suggestions {
    let instance = instance.sorted();
    let board = Board::new(&instance);
    let schedule = schedule::choose(&board);
    let places = explain::places(&board, &schedule);
    let mut placements = Vec::new();
    let mut unplaced = Vec::new();
    for mentee in 0..instance.mentees.len() {
        match explain::suggestion(&board, &schedule, &places, mentee) {
            Some(suggestion) => placements.push(suggestion),
            None => unplaced.push(explain::unplaced(&board, &schedule, mentee)),
        }
    }
    let (placed, score_total) = schedule.assignment.worth();
    Suggestions { placements, unplaced, placed: placed as u32, score_total, instance_hash: fingerprint::of(&instance) }
}

/// Stands for an instance: equal for equal instances, in whatever order their rows come.
pub fn instance_hash(instance: &Instance) -> CompactString {
    fingerprint::of(&instance.sorted())
}

#[cfg(test)]
mod tests;
