//! One among the answers that are nearly as good as the best, so that somebody can learn which of
//! their differences matter: if chance decides between equals, what becomes of the groups is not
//! the scores' own doing.
//!
//! A walk over answers by moves and swaps, of which every one that stays within the rules, places
//! as many and is worth enough is taken (Metropolis and others, 1953, with the same weight for all
//! of these answers). The numbers are drawn from a seed: the same problem and seed give the same
//! answer.

use crate::position::{PersonId, Position};
use crate::problem::{Problem, Seating};
use crate::random::Random;

/// Steps for each person, as long as the work allows.
const STEPS_EACH: usize = 20;

/// How many numbers all steps together may look at.
const WORK: usize = 100_000_000;

/// Walks from an answer to another that is worth `floor` or more, and returns what that one is
/// worth; none, and nothing is changed, if the first breaks a rule. Only people in `free` are
/// moved; groups keep their slots.
pub fn vary(
    problem: &Problem,
    seating: &mut Seating,
    free: &[PersonId],
    floor: i64,
    seed: u64,
) -> Option<i64> {
    let mut value = problem.evaluate(seating).ok()?;
    let mut random = Random(seed);
    for _ in 0..count_steps(problem, free.len()) {
        let one = free[random.below(free.len())];
        let Some(seat) = seating.seat_of[one] else { continue };
        let possible = &problem.people[one].fits;
        let mut other = one;
        if random.below(2) == 0 && !possible.is_empty() {
            seating.seat_of[one] = Some(possible[random.below(possible.len())].seat);
        } else {
            other = free[random.below(free.len())];
            if seating.seat_of[other].is_none() {
                continue;
            }
            seating.seat_of.swap(one.index(), other.index());
        }
        // Whoever is sent to a group that does not meet, or meets at another time, is known before
        // all is reckoned.
        let slots = seating.seat_of[one].map(|seat| seating.slots(seat)).unwrap_or_default();
        let meets = problem.people[one].slots.intersects(slots);
        match meets.then(|| problem.evaluate(seating).ok()).flatten() {
            Some(worth) if worth >= floor => value = worth,
            _ => {
                seating.seat_of[other] = seating.seat_of[one];
                seating.seat_of[one] = Some(seat);
            }
        }
    }
    Some(value)
}

/// How many steps the work allows.
fn count_steps(problem: &Problem, people: usize) -> usize {
    let fits: usize = problem.people.iter().map(|person| person.fits.len()).sum();
    let a_step = problem.people.len()
        + problem.seats.len()
        + problem.pairs.len()
        + problem.ties.len()
        + fits;
    (STEPS_EACH * people).min(WORK / a_step.max(1))
}
