//! The solver against enumeration on tiny instances, against another method on larger ones, and
//! against its own proof.

use pathfinding::matrix::Matrix;
use pathfinding::prelude::kuhn_munkres;
use proptest::prelude::*;

use super::*;
use crate::position::Slot;
use crate::problem::Fit;

/// People with up to `slots` slots, seats of which some share an owner, and the slot of each seat.
fn problems(
    people: usize,
    seats: usize,
    capacity: usize,
    scores: u32,
) -> impl Strategy<Value = (Problem, Vec<SlotSet>)> {
    let person = (1u128..8, prop::collection::vec(prop::option::weighted(0.7, 0..=scores), seats));
    let seat = (0..=capacity, prop::option::weighted(0.6, 0u32..2), 0u8..3);
    (
        prop::collection::vec(person, 1..=people),
        prop::collection::vec(seat, seats),
        prop::collection::vec(0..=capacity + 1, 2),
    )
        .prop_map(|(people, seats, owners)| {
            let fits = |scores: Vec<Option<u32>>| {
                let given = scores.into_iter().enumerate();
                given
                    .filter_map(|(seat, score)| Some(Fit { seat: SeatId::at(seat), score: score? }))
                    .collect()
            };
            let person = |(slots, scores)| Person {
                slots: SlotSet(slots),
                fits: fits(scores),
                ..Person::default()
            };
            let slots = seats.iter().map(|(_, _, slot)| SlotSet::of(Slot(*slot))).collect();
            let seat = |(max, owner, _): (usize, Option<u32>, u8)| Seat {
                max,
                owner: owner.map(OwnerId),
                ..Seat::default()
            };
            let problem = Problem {
                people: people.into_iter().map(person).collect(),
                seats: seats.into_iter().map(seat).collect(),
                owners: owners.into(),
                ..Problem::default()
            };
            (problem, slots)
        })
}

/// The best worth by trying everything.
fn best(
    problem: &Problem,
    slots: &[SlotSet],
    person: PersonId,
    taken: &mut Table<SeatId, usize>,
    owned: &mut Table<OwnerId, usize>,
) -> (usize, u64) {
    let Some(who) = problem.people.get(person) else { return (0, 0) };
    let next = PersonId(person.0 + 1);
    let mut found = best(problem, slots, next, taken, owned);
    for fit in &who.fits {
        let (at, seat) = (fit.seat, problem.seats[fit.seat]);
        let full = taken[at] == seat.max
            || seat.owner.is_some_and(|owner| owned[owner] == problem.owners[owner]);
        if full || !who.slots.intersects(slots[at.index()]) {
            continue;
        }
        taken[at] += 1;
        seat.owner.into_iter().for_each(|owner| owned[owner] += 1);
        let (placed, score) = best(problem, slots, next, taken, owned);
        found = found.max((placed + 1, score + u64::from(fit.score)));
        taken[at] -= 1;
        seat.owner.into_iter().for_each(|owner| owned[owner] -= 1);
    }
    found
}

fn best_of_all(problem: &Problem, slots: &[SlotSet]) -> (usize, u64) {
    let (seats, owners) = (problem.seats.len(), problem.owners.len());
    best(problem, slots, PersonId(0), &mut Table::filled(0, seats), &mut Table::filled(0, owners))
}

/// Every rule holds and the prices prove that nothing is better.
fn holds(assignment: &Assignment, problem: &Problem) {
    let mut taken: Table<SeatId, usize> = Table::filled(0, problem.seats.len());
    let mut owned: Table<OwnerId, usize> = Table::filled(0, problem.owners.len());
    for (id, person) in problem.people.entries() {
        let Some((seat, score)) = assignment.seat_of(id) else { continue };
        assert!(person.fits.contains(&Fit { seat, score }));
        assert!(person.slots.intersects(assignment.slots(seat)));
        assert!(assignment.members(seat).contains(&id));
        taken[seat] += 1;
        problem.seats[seat].owner.into_iter().for_each(|owner| owned[owner] += 1);
    }
    assert!(taken.iter().zip(&problem.seats).all(|(taken, seat)| *taken <= seat.max));
    assert!(owned.iter().zip(&problem.owners).all(|(taken, room)| taken <= room));
    let (placed, score) = assignment.worth();
    let unplaced = (problem.people.len() - placed) as i64;
    assert_eq!(assignment.bound(), score as i64 - unplaced * assignment.loss_unplaced());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn nothing_is_better_on_tiny_instances((problem, slots) in problems(6, 4, 3, 6)) {
        let assignment = Assignment::solve(&problem, &slots);
        prop_assert_eq!(assignment.worth(), best_of_all(&problem, &slots));
        holds(&assignment, &problem);
    }

    /// A seat more, at the same slots of the others, never leaves more people without a place.
    #[test]
    fn one_seat_more_never_places_fewer((problem, mut slots) in problems(12, 5, 3, 9)) {
        let all = Assignment::solve(&problem, &slots).worth();
        slots[4] = SlotSet::EMPTY;
        prop_assert!(all >= Assignment::solve(&problem, &slots).worth());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// The Hungarian method on one column a place, a place being worth more than all scores.
    #[test]
    fn the_hungarian_method_agrees((mut problem, slots) in problems(40, 9, 6, 1000)) {
        problem.seats.iter_mut().for_each(|seat| seat.owner = None);
        let places: Vec<SeatId> = problem.seats.entries().flat_map(|(at, seat)| vec![at; seat.max]).collect();
        let people = problem.people.len();
        let worth = |who: &Person, seat: SeatId| {
            let free = who.slots.intersects(slots[seat.index()]);
            let fit = who.fits.iter().find(|fit| fit.seat == seat && free);
            fit.map_or(0, |fit| 100_000 + i64::from(fit.score))
        };
        let mut rows = Vec::new();
        for person in &problem.people {
            let mut row: Vec<i64> = places.iter().map(|&seat| worth(person, seat)).collect();
            row.resize(places.len() + people, 0);
            rows.push(row);
        }
        let (total, _) = kuhn_munkres(&Matrix::from_rows(rows).unwrap());
        let (placed, score) = Assignment::solve(&problem, &slots).worth();
        prop_assert_eq!(placed as i64 * 100_000 + score as i64, total);
    }
}
