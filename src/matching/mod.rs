//! Who fits whom: from everybody who waits and every mentor with room to suggested groups, with
//! reasons as data.
//!
//! A pure function of its input: the same instance, in whatever order its rows come, gives the same
//! suggestions. It may not know how answers came to be, how suggestions are shown or in which
//! words; a coordinator decides about each of them.

pub mod assign;
pub mod compare;
pub mod criteria;
mod explain;
mod fingerprint;
pub mod instance;
mod issued;
pub mod model;
pub mod personality;
mod plan;
pub mod rules;
pub mod score;
mod seats;
pub mod suggestions;
mod variation;
pub mod what_if;
mod worth;

use compact_str::CompactString;
use instance::Instance;
use seats::Board;
pub use suggestions::{
    Alternative, Cost, Lost, Place, Suggestion, Suggestions, Unplaced, WorthOfMentor,
};

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
    let plan = plan::choose(&board, stop, &instance_hash);
    let places = explain::places(&board, &plan);
    let mut placements = Vec::new();
    let mut unplaced = Vec::new();
    for mentee in 0..instance.mentees.len() {
        match explain::suggestion(&board, &plan, &places, mentee) {
            Some(suggestion) => placements.push(suggestion),
            None => unplaced.push(explain::unplaced(&board, &plan, mentee)),
        }
    }
    Suggestions {
        placed: u32::try_from(placements.len()).unwrap_or(u32::MAX),
        score_total: placements.iter().map(|placement| u64::from(placement.score)).sum(),
        worth_of_mentor: worth::of_mentors(&board, &plan),
        objective: plan.objective,
        bound: plan.bound,
        stopped: plan.stopped,
        randomised: plan.randomised,
        placements,
        unplaced,
        instance_hash,
    }
}

/// What the whole plan would lose if a mentee went to the group that is the best alternative, and
/// everybody else were placed as well as can be then; none without an alternative. What an open
/// suggestion is worth as such is no part of it: both plans are weighed as if nothing had been
/// suggested before.
pub fn cost_of_alternative(
    instance: &Instance,
    suggestions: &Suggestions,
    mentee: &str,
    stop: &(dyn Fn() -> bool + Sync),
) -> Option<Cost> {
    let suggestion =
        suggestions.placements.iter().find(|suggestion| suggestion.mentee == mentee)?;
    let alternative = suggestion.alternative.as_ref()?;
    let instance = Instance { last: None, ..instance.sorted() };
    let board = Board::new(&instance);
    let mentor = instance
        .mentors
        .binary_search_by_key(&alternative.mentor.as_str(), |mentor| mentor.code)
        .ok()?;
    let at = instance.mentees.binary_search_by_key(&mentee, |mentee| mentee.code).ok()?;
    let is_it = |seat: &usize| match (&alternative.place, board.seats[*seat].group) {
        (Place::Open(name), Some(group)) => instance.groups[group].name == name,
        (Place::New(_), None) => true,
        _ => false,
    };
    let seats: Vec<usize> = board.seats_of(mentor).filter(is_it).collect();
    let (placed, worth) = plan::with_mentee_in(&board, at, &seats, stop)?;
    let places = i64::from(suggestions.placed) - i64::try_from(placed).unwrap_or(i64::MAX);
    Some(Cost { places, worth: compare::worth_of(&board, suggestions)? - worth })
}

/// Stands for an instance: equal for equal instances, in whatever order their rows come.
pub fn instance_hash(instance: &Instance) -> CompactString {
    fingerprint::of(&instance.sorted())
}

#[cfg(test)]
mod tests;
