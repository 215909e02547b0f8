//! What an alternative would cost: the best grouping with one mentee elsewhere.

use halaqah_solver::SeatId;

use super::board::Board;
use super::compare;
use super::grouping;
use super::instance::Instance;
use super::suggestions::{Cost, SuggestedGroup, Suggestions};

/// What the whole grouping would lose if a mentee went to the group that is the best alternative,
/// and everybody else were placed as well as can be then; none without an alternative. What an open
/// suggestion is worth as such is no part of it: both groupings are weighed as if nothing had been
/// suggested before.
pub fn cost_of_alternative(
    instance: &Instance,
    suggestions: &Suggestions,
    mentee: &str,
    stop: &(dyn Fn() -> bool + Sync),
) -> Option<Cost> {
    let mut placements = suggestions.placements.iter();
    let alternative =
        placements.find(|suggestion| suggestion.mentee == mentee)?.alternative.as_ref()?;
    let instance = Instance { last: None, ..instance.sorted() };
    let board = Board::new(&instance);
    let mentor = instance.find_mentor(&alternative.mentor)?;
    let mentee = instance.find_mentee(mentee)?;
    let is_it = |seat: &SeatId| match (&alternative.group, board.name_of_open(*seat)) {
        (SuggestedGroup::Open(name), Some(open)) => open == name,
        (SuggestedGroup::New(_), None) => true,
        _ => false,
    };
    let seats: Vec<SeatId> = board.seats_of(mentor).filter(is_it).collect();
    let (placed, worth) = grouping::with_mentee_in(&board, mentee, &seats, stop)?;
    let places = i64::from(suggestions.placed) - i64::try_from(placed).unwrap_or(i64::MAX);
    Some(Cost { places, worth: compare::worth_of(&board, suggestions)? - worth })
}
