//! Suggestions for an instance: the grouping that is chosen, with reasons.

use super::board::Board;
use super::instance::Instance;
use super::suggestions::Suggestions;
use super::{explain, fingerprint, grouping, worth};

/// Suggests a group for as many as possible: most people first, no new group below its minimum,
/// then the highest score.
pub fn suggest(instance: &Instance) -> Suggestions {
    suggest_until(instance, &|| false)
}

/// The same, with the best found so far as soon as `stop` says so.
pub fn suggest_until(instance: &Instance, stop: &(dyn Fn() -> bool + Sync)) -> Suggestions {
    let instance = instance.sorted();
    let instance_hash = fingerprint::of(&instance);
    let board = Board::new(&instance);
    let grouping = grouping::choose(&board, stop, &instance_hash);
    let groups = explain::groups(&board, &grouping);
    let mut placements = Vec::new();
    let mut unplaced = Vec::new();
    for mentee in instance.mentee_ids() {
        match explain::suggestion(&board, &grouping, &groups, mentee) {
            Some(suggestion) => placements.push(suggestion),
            None => unplaced.push(explain::unplaced(&board, &grouping, mentee)),
        }
    }
    Suggestions {
        placed: u32::try_from(placements.len()).unwrap_or(u32::MAX),
        score_total: placements.iter().map(|placement| u64::from(placement.score)).sum(),
        worth_of_mentor: worth::of_mentors(&board, &grouping),
        objective: grouping.objective,
        bound: grouping.bound,
        stopped: grouping.stopped,
        randomised: grouping.randomised,
        placements,
        unplaced,
        instance_hash,
    }
}
