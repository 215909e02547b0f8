//! The solver against enumeration on tiny instances, against another method on larger ones, and
//! against its own proof.

use pathfinding::matrix::Matrix;
use pathfinding::prelude::kuhn_munkres;
use proptest::prelude::*;

use super::*;

/// People with up to `slots` slots, seats of which some share an owner, and the slot of each seat.
fn networks(
    people: usize,
    seats: usize,
    capacity: u32,
    scores: u32,
) -> impl Strategy<Value = (Network, Vec<Slots>)> {
    let person = (1u128..8, prop::collection::vec(prop::option::weighted(0.7, 0..=scores), seats));
    let seat = (0..=capacity, prop::option::weighted(0.6, 0u32..2), 0u128..3);
    (
        prop::collection::vec(person, 1..=people),
        prop::collection::vec(seat, seats),
        prop::collection::vec(0..=capacity + 1, 2),
    )
        .prop_map(|(people, seats, owners)| {
            let fits = |scores: Vec<Option<u32>>| {
                let given = scores.into_iter().enumerate();
                given
                    .filter_map(|(seat, score)| Some(Fit { seat: seat as u32, score: score? }))
                    .collect()
            };
            let people = people
                .into_iter()
                .map(|(slots, scores)| Person { slots, fits: fits(scores) })
                .collect();
            let slots = seats.iter().map(|(_, _, slot)| 1 << slot).collect();
            let seats =
                seats.into_iter().map(|(capacity, owner, _)| Seat { capacity, owner }).collect();
            (Network { people, seats, owners }, slots)
        })
}

/// The best worth by trying everything.
fn best(
    network: &Network,
    slots: &[Slots],
    person: usize,
    taken: &mut [u32],
    owned: &mut [u32],
) -> (usize, u64) {
    let Some(who) = network.people.get(person) else { return (0, 0) };
    let mut found = best(network, slots, person + 1, taken, owned);
    for fit in &who.fits {
        let (at, seat) = (fit.seat as usize, network.seats[fit.seat as usize]);
        let owner = seat.owner.map(|owner| owner as usize);
        let full = taken[at] == seat.capacity
            || owner.is_some_and(|owner| owned[owner] == network.owners[owner]);
        if full || who.slots & slots[at] == 0 {
            continue;
        }
        taken[at] += 1;
        owner.into_iter().for_each(|owner| owned[owner] += 1);
        let (placed, score) = best(network, slots, person + 1, taken, owned);
        found = found.max((placed + 1, score + u64::from(fit.score)));
        taken[at] -= 1;
        owner.into_iter().for_each(|owner| owned[owner] -= 1);
    }
    found
}

fn best_of_all(network: &Network, slots: &[Slots]) -> (usize, u64) {
    best(network, slots, 0, &mut vec![0; network.seats.len()], &mut vec![0; network.owners.len()])
}

/// Every rule holds and the prices prove that nothing is better.
fn holds(assignment: &Assignment, network: &Network) {
    let mut taken = vec![0; network.seats.len()];
    let mut owned = vec![0; network.owners.len()];
    for person in 0..network.people.len() {
        let Some((seat, score)) = assignment.seat_of(person) else { continue };
        assert!(network.people[person].fits.contains(&Fit { seat: seat as u32, score }));
        assert_ne!(network.people[person].slots & assignment.slots(seat), 0);
        assert!(assignment.members(seat).contains(&(person as u32)));
        taken[seat] += 1;
        network.seats[seat].owner.into_iter().for_each(|owner| owned[owner as usize] += 1);
    }
    assert!(taken.iter().zip(&network.seats).all(|(taken, seat)| *taken <= seat.capacity));
    assert!(owned.iter().zip(&network.owners).all(|(taken, room)| taken <= room));
    let (placed, score) = assignment.worth();
    let unplaced = (network.people.len() - placed) as i64;
    assert_eq!(assignment.bound(), score as i64 - unplaced * assignment.loss_unplaced());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn nothing_is_better_on_tiny_instances((network, slots) in networks(6, 4, 3, 6)) {
        let assignment = Assignment::solve(&network, &slots);
        prop_assert_eq!(assignment.worth(), best_of_all(&network, &slots));
        holds(&assignment, &network);
    }

    /// A seat more, at the same slots of the others, never leaves more people without a place.
    #[test]
    fn one_seat_more_never_places_fewer((network, mut slots) in networks(12, 5, 3, 9)) {
        let all = Assignment::solve(&network, &slots).worth();
        slots[4] = 0;
        prop_assert!(all >= Assignment::solve(&network, &slots).worth());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// The Hungarian method on one column a place, a place being worth more than all scores.
    #[test]
    fn the_hungarian_method_agrees((mut network, slots) in networks(40, 9, 6, 1000)) {
        network.seats.iter_mut().for_each(|seat| seat.owner = None);
        let places: Vec<usize> = (0..9).flat_map(|at| vec![at; network.seats[at].capacity as usize]).collect();
        let people = network.people.len();
        let worth = |person: usize, seat: usize| {
            let who = &network.people[person];
            let fit = who.fits.iter().find(|fit| fit.seat as usize == seat && who.slots & slots[seat] != 0);
            fit.map_or(0, |fit| 100_000 + i64::from(fit.score))
        };
        let mut rows = Vec::new();
        for person in 0..people {
            let mut row: Vec<i64> = places.iter().map(|&seat| worth(person, seat)).collect();
            row.resize(places.len() + people, 0);
            rows.push(row);
        }
        let (total, _) = kuhn_munkres(&Matrix::from_rows(rows).unwrap());
        let (placed, score) = Assignment::solve(&network, &slots).worth();
        prop_assert_eq!(placed as i64 * 100_000 + score as i64, total);
    }
}
