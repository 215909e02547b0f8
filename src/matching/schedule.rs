//! When each group meets: from the slots with the most demand on, one group's slot at a time is changed for the better.

use super::assign::{Assignment, Slots};
use super::seats::Board;

/// How many arcs the search may look at: a second or two, counted so that it ends at the same place on every machine.
/// With 120 mentees and 15 mentors the search ends long before by itself.
const WORK: u64 = 60_000_000;

/// What is added to a group's scores to fill it to its minimum, one after another.
const BONUSES: [u32; 6] = [50, 100, 200, 400, 800, 1600];

/// The assignment that is suggested, and the slot of each seat.
pub struct Schedule<'n> {
    /// Who sits where; no new group with members is below its minimum.
    pub assignment: Assignment<'n>,
    /// When each seat meets, by position in `Board::slots`; `None` if no slot is left for it.
    pub slots: Vec<Option<usize>>,
}

/// Chooses the slots and seats everybody.
pub fn choose<'n>(board: &'n Board) -> Schedule<'n> {
    let (mut work, closed) = (0, vec![0; board.seats.len()]);
    let nobody = Assignment::solve(&board.network, &closed);
    let mut best = Schedule { assignment: nobody, slots: vec![None; board.seats.len()] };
    let slots = slots_in_demand(board);
    if let Some(assignment) = seat(board, &slots, None, &mut work) {
        best = Schedule { assignment, slots };
    }
    while improve(board, &mut best, &mut work) || improve_by_two(board, &mut best, &mut work) {}
    best
}

/// Seats everybody with the groups meeting in these slots, exactly; then closes the groups below their minimum one by one,
/// the weakest first, unless people can be drawn there from larger groups and would have no place otherwise. `None` as soon
/// as it is certain not to be worth more than `floor`, for closing a group never makes an exact assignment worth more.
fn seat<'n>(
    board: &'n Board,
    slots: &[Option<usize>],
    floor: Option<(usize, u64)>,
    work: &mut u64,
) -> Option<Assignment<'n>> {
    let sets: Vec<Slots> = slots.iter().map(|slot| slot.map_or(0, Board::slot_set)).collect();
    let mut assignment = Assignment::solve(&board.network, &sets);
    *work += assignment.work();
    loop {
        if floor.is_some_and(|floor| assignment.worth() <= floor) {
            return None;
        }
        let Some(weakest) = weakest(board, &assignment) else { return Some(assignment) };
        let mut closed = assignment.clone();
        closed.close(weakest);
        *work += closed.work() - assignment.work();
        let filled = match closed.worth().0 < assignment.worth().0 {
            true => fill(board, &assignment, weakest, work),
            false => None,
        };
        assignment = filled.unwrap_or(closed);
    }
}

/// Groups with members, but fewer than their minimum.
fn below_minimum<'s>(board: &'s Board, assignment: &'s Assignment) -> impl Iterator<Item = usize> + 's {
    (0..board.seats.len()).filter(|&seat| {
        let members = assignment.members(seat).len();
        0 < members && members < board.seats[seat].minimum as usize
    })
}

/// Of the groups below their minimum the one with the fewest members, then the lowest score, then the first by code.
fn weakest(board: &Board, assignment: &Assignment) -> Option<usize> {
    below_minimum(board, assignment)
        .min_by_key(|&seat| (assignment.members(seat).len(), assignment.score_of_seat(seat), seat))
}

/// Fills a group to its minimum from larger ones; `None` if that costs anybody the place or pulls another group down.
fn fill<'n>(board: &Board, assignment: &Assignment<'n>, seat: usize, work: &mut u64) -> Option<Assignment<'n>> {
    let below = below_minimum(board, assignment).count();
    let mut filled = assignment.clone();
    for bonus in BONUSES {
        let before = filled.work();
        filled.raise(seat, bonus);
        *work += filled.work() - before;
        if filled.members(seat).len() >= board.seats[seat].minimum as usize {
            let fewer = below_minimum(board, &filled).count() < below;
            return (fewer && filled.worth().0 >= assignment.worth().0).then_some(filled);
        }
    }
    None
}

/// How many of some people could sit in each seat if it met in each slot.
fn demand(board: &Board, people: impl Iterator<Item = usize>) -> Vec<Vec<u32>> {
    let mut demand = vec![vec![0; board.slots.len()]; board.seats.len()];
    for person in people.map(|person| &board.network.people[person]) {
        for fit in &person.fits {
            let seat = fit.seat as usize;
            for &slot in board.seats[seat].choices.iter().filter(|slot| person.slots & Board::slot_set(**slot) != 0) {
                demand[seat][slot] += 1;
            }
        }
    }
    demand
}

/// For every seat the slot in which most of those who could sit there are free; two groups of a mentor never share one.
fn slots_in_demand(board: &Board) -> Vec<Option<usize>> {
    let demand = demand(board, 0..board.network.people.len());
    let mut slots: Vec<Option<usize>> = vec![None; board.seats.len()];
    for seat in 0..board.seats.len() {
        let free = board.seats[seat].choices.iter().copied().filter(|&slot| is_free(board, &slots, seat, slot));
        slots[seat] = free.min_by_key(|&slot| (std::cmp::Reverse(demand[seat][slot]), slot));
    }
    slots
}

/// Whether no other seat of the same mentor meets in a slot.
fn is_free(board: &Board, slots: &[Option<usize>], seat: usize, slot: usize) -> bool {
    board.seats_of(board.seats[seat].mentor).all(|other| other == seat || slots[other] != Some(slot))
}

/// Tries every other slot of every seat once and keeps what places more people or scores higher; whether anything did.
fn improve<'n>(board: &'n Board, best: &mut Schedule<'n>, work: &mut u64) -> bool {
    let mut improved = false;
    for change in changes(board, best) {
        improved |= try_changes(board, best, &[change], work);
    }
    improved
}

/// Tries to change the slots of two seats at once, until a pair places more people or scores higher; whether one did.
fn improve_by_two<'n>(board: &'n Board, best: &mut Schedule<'n>, work: &mut u64) -> bool {
    let changes = changes(board, best);
    let pairs = changes.iter().enumerate().flat_map(|(at, one)| changes[..at].iter().map(move |other| [*one, *other]));
    pairs.filter(|[one, other]| one.0 != other.0).any(|pair| try_changes(board, best, &pair, work))
}

/// Takes over changes of slots if they are possible and better, and as long as there is work left to do.
fn try_changes<'n>(board: &'n Board, best: &mut Schedule<'n>, changes: &[Change], work: &mut u64) -> bool {
    let mut slots = best.slots.clone();
    for &(seat, slot) in changes {
        if slots[seat] == Some(slot) {
            return false;
        }
        slots[seat] = Some(slot);
    }
    if *work >= WORK || !changes.iter().all(|&(seat, slot)| is_free(board, &slots, seat, slot)) {
        return false;
    }
    let better = seat(board, &slots, Some(best.assignment.worth()), work);
    better.is_some_and(|assignment| {
        *best = Schedule { assignment, slots };
        true
    })
}

/// A seat and the slot it is to meet in.
type Change = (usize, usize);

/// Every slot for every seat, those first in which most people without a place could sit there.
fn changes(board: &Board, best: &Schedule) -> Vec<Change> {
    let unplaced = (0..board.network.people.len()).filter(|&person| best.assignment.seat_of(person).is_none());
    let demand = demand(board, unplaced);
    let seats = board.seats.iter().enumerate();
    let mut changes: Vec<Change> =
        seats.flat_map(|(at, seat)| seat.choices.iter().map(move |&slot| (at, slot))).collect();
    changes.sort_by_key(|&(seat, slot)| (std::cmp::Reverse(demand[seat][slot]), seat, slot));
    changes
}
