//! Small random problems with every term in them, against the best of all their answers.

use super::*;
use crate::pricing::PlacePrices;

/// A problem of 3 to 6 people, 2 or 3 seats and 2 or 3 slots that has an answer.
fn problem(random: &mut Random) -> Problem {
    loop {
        let problem = draw(random);
        if problem.check().is_ok() {
            return problem;
        }
    }
}

fn draw(random: &mut Random) -> Problem {
    let (people, seats, slots) = (3 + random.below(4), 2 + random.below(2), 2 + random.below(2));
    let mut chance = |in_hundred: usize| random.below(100) < in_hundred;
    let some_slots = |chance: &mut dyn FnMut(usize) -> bool| {
        (0..slots as u8).filter(|_| chance(65)).map(Slot).collect::<SlotSet>()
    };
    let mut problem = Problem::default();
    let owned = chance(60);
    for _ in 0..seats {
        let (slots, exists, keep) = (some_slots(&mut chance), chance(50), chance(30));
        problem.seats.push(Seat { slots, exists, keep, ..Seat::default() });
    }
    for _ in 0..people {
        let slots = some_slots(&mut chance);
        let possible =
            problem.seats.ids().filter(|_| chance(80)).map(|seat| Fit { seat, score: 0 });
        problem.people.push(Person { slots, fits: possible.collect(), ..Person::default() });
    }
    for seat in &mut problem.seats {
        seat.max = 1 + random.below(4);
        seat.min = random.below(seat.max.min(3) + 1);
        seat.target = 1 + random.below(4);
        seat.slot = (seat.exists && random.below(4) > 0).then(|| Slot(random.below(slots) as u8));
        seat.owner = (owned && random.below(4) > 0).then(|| OwnerId::at(random.below(2)));
    }
    problem.owners = vec![random.below(5), 2 + random.below(4)].into();
    for person in &mut problem.people {
        for fit in &mut person.fits {
            fit.score = random.below(1001) as u32;
        }
        let current = person.fits.get(random.below(2 * seats)).map(|fit| fit.seat);
        person.current = current;
        person.pinned = current.is_some() && random.below(5) == 0;
    }
    let two = |random: &mut Random| {
        (PersonId::at(random.below(people)), PersonId::at(random.below(people)))
    };
    for _ in 0..random.below(6) {
        let (a, b) = two(random);
        if a != b {
            problem.pairs.push(Pair { a, b, worth: random.below(500) as i32 - 200 });
        }
    }
    problem.apart = (0..random.below(3)).map(|_| two(random)).filter(|(a, b)| a != b).collect();
    problem.ties = (0..random.below(5)).map(|_| two(random)).collect();
    problem.prices = Prices {
        unplaced: [0, 500, 2_000, 1_000_000][random.below(4)],
        short: random.below(500) as i64,
        size: random.below(60) as i64,
        slot_change: random.below(300) as i64,
        isolated: [0, 150, 900][random.below(3)],
        weak: [0, 1, 2][random.below(3)],
        weak_below: random.below(700) as u32,
    };
    problem
}

/// The best of all answers.
fn best_of_all(problem: &Problem) -> i64 {
    fn slots(problem: &Problem, seat: SeatId, seating: &mut Seating, best: &mut Option<i64>) {
        let Some(group) = problem.seats.get(seat) else {
            return people(problem, PersonId(0), seating, best);
        };
        let mut open: Vec<Option<Slot>> = group.choices().iter().map(Some).collect();
        if open.is_empty() {
            open.push(None);
        }
        for slot in open {
            seating.slot_of[seat] = slot;
            slots(problem, SeatId(seat.0 + 1), seating, best);
        }
    }
    fn people(problem: &Problem, at: PersonId, seating: &mut Seating, best: &mut Option<i64>) {
        let Some(person) = problem.people.get(at) else {
            *best = (*best).max(problem.evaluate(seating).ok());
            return;
        };
        let next = PersonId(at.0 + 1);
        seating.seat_of[at] = None;
        if !person.pinned {
            people(problem, next, seating, best);
        }
        for fit in
            person.fits.iter().filter(|fit| !person.pinned || person.current == Some(fit.seat))
        {
            let before = seating.seat_of.iter().take(at.index());
            let members = before.filter(|seat| **seat == Some(fit.seat)).count();
            if seating.slots(fit.seat).intersects(person.slots)
                && members < problem.seats[fit.seat].max
            {
                seating.seat_of[at] = Some(fit.seat);
                people(problem, next, seating, best);
            }
        }
    }
    let mut best = None;
    slots(problem, SeatId(0), &mut Seating::empty(problem), &mut best);
    best.expect("a checked problem has an answer")
}

fn solved(problem: &Problem) -> Solution {
    let solution = solve(problem, Effort { work: WORK, stop: &|| false }).unwrap();
    let worth = problem.evaluate(&solution.seating);
    assert_eq!(worth, Ok(solution.objective), "{problem:?}");
    assert!(solution.objective <= solution.bound, "{problem:?}");
    solution
}

const WORK: u64 = 150_000;

fn placed(solution: &Solution) -> usize {
    solution.seating.seat_of.iter().flatten().count()
}

/// The problem with people and seats in another order.
fn rearranged(problem: &Problem, random: &mut Random) -> Problem {
    let people = shuffled(problem.people.ids().collect(), random);
    let seats = shuffled(problem.seats.ids().collect(), random);
    fn place<I: Position>(order: &[I], of: I) -> I {
        I::at(order.iter().position(|one| *one == of).unwrap())
    }
    let mut other = problem.clone();
    other.seats = seats.iter().map(|seat| problem.seats[*seat]).collect();
    other.people = people.iter().map(|person| problem.people[*person].clone()).collect();
    for person in &mut other.people {
        person.current = person.current.map(|seat| place(&seats, seat));
        for fit in &mut person.fits {
            fit.seat = place(&seats, fit.seat);
        }
    }
    for pair in &mut other.pairs {
        (pair.a, pair.b) = (place(&people, pair.b), place(&people, pair.a));
    }
    for (a, b) in other.apart.iter_mut().chain(&mut other.ties) {
        (*a, *b) = (place(&people, *a), place(&people, *b));
    }
    other
}

fn shuffled<T>(mut list: Vec<T>, random: &mut Random) -> Vec<T> {
    for at in (1..list.len()).rev() {
        list.swap(at, random.below(at + 1));
    }
    list
}

#[test]
fn no_answer_is_worth_more_than_the_bound_and_most_answers_are_the_best() {
    const COUNT: u64 = 2_400;
    let part = |from: u64| {
        let (mut reached, mut proven) = (0, 0);
        for seed in (from..COUNT).step_by(2) {
            let problem = problem(&mut Random(seed));
            let (solution, best) = (solved(&problem), best_of_all(&problem));
            assert!(
                solution.bound >= best,
                "seed {seed}: {} < {best}: {problem:?}",
                solution.bound
            );
            assert!(solution.objective <= best, "seed {seed}: {problem:?}");
            reached += u64::from(solution.objective == best);
            proven += u64::from(solution.is_optimal());
        }
        (reached, proven)
    };
    let ((reached, proven), (more, also)) = std::thread::scope(|scope| {
        let other = scope.spawn(|| part(1));
        (part(0), other.join().unwrap())
    });
    let (reached, proven) = (reached + more, proven + also);
    println!("of {COUNT} problems, {reached} answered best, {proven} proven");
    assert!(reached * 100 >= COUNT * 97, "{reached} of {COUNT}");
    assert!(proven * 100 >= COUNT * 20, "{proven} of {COUNT}");
}

/// Where places come before all else, a bound that allows for a part of one place more says nothing
/// about the rest.
#[test]
fn a_bound_tells_how_good_a_plan_is_that_leaves_somebody_out() {
    let (mut tried, mut tells) = (0, 0);
    for seed in 50_000..50_600 {
        let mut problem = problem(&mut Random(seed));
        problem.prices.unplaced = 1_000_000;
        let solution = solved(&problem);
        if placed(&solution) < problem.people.len() {
            tried += 1;
            tells += u32::from(solution.bound - solution.objective < 2_000);
        }
    }
    println!(
        "of {tried} plans that leave somebody out, {tells} are known to be within two people's scores of the best"
    );
    assert!(tells * 100 >= tried * 95, "{tells} of {tried}");
}

#[test]
fn the_order_of_what_is_said_about_people_changes_nothing() {
    for seed in 10_000..10_300 {
        let random = &mut Random(seed);
        let problem = problem(random);
        let mut other = problem.clone();
        for person in &mut other.people {
            person.fits = shuffled(std::mem::take(&mut person.fits), random);
        }
        other.pairs = shuffled(other.pairs, random);
        other.apart = shuffled(other.apart, random);
        other.ties = shuffled(other.ties, random);
        assert_eq!(solved(&problem), solved(&other), "seed {seed}: {problem:?}");
    }
}

#[test]
fn the_order_of_people_and_seats_moves_no_proof() {
    let mut same = 0;
    for seed in 20_000..20_300 {
        let random = &mut Random(seed);
        let problem = problem(random);
        let (one, other) = (solved(&problem), solved(&rearranged(&problem, random)));
        assert!(
            one.objective <= other.bound && other.objective <= one.bound,
            "seed {seed}: {problem:?}"
        );
        if one.is_optimal() && other.is_optimal() {
            assert_eq!(one.objective, other.objective, "seed {seed}: {problem:?}");
        }
        same += usize::from(one.objective == other.objective);
    }
    println!("{same} of 300 worth the same");
    assert!(same >= 285, "{same} of 300");
}

#[test]
fn one_more_seat_never_leaves_more_people_without_a_place() {
    for seed in 30_000..30_300 {
        let random = &mut Random(seed);
        let mut problem = problem(random);
        problem.prices.unplaced = 1_000_000;
        let before = placed(&solved(&problem));
        let seat = problem.seats.push(Seat {
            slots: SlotSet(0b11),
            max: 3,
            min: 1 + random.below(2),
            target: 2,
            ..Seat::default()
        });
        for person in &mut problem.people {
            person.fits.push(Fit { seat, score: random.below(1001) as u32 });
        }
        let after = placed(&solved(&problem));
        assert!(after >= before, "seed {seed}: {after} < {before}: {problem:?}");
    }
}

/// One seat and many people, most of them linked, so that pricing has to divide pairs and cannot
/// try all groups.
fn crowd(random: &mut Random) -> Problem {
    let people = 18 + random.below(6);
    let mut problem = Problem::default();
    let max = 2 + random.below(3);
    let (exists, min) = (random.below(2) == 0, random.below(3));
    let seat = problem.seats.push(Seat {
        slots: SlotSet(0b11),
        min: min.min(max),
        max,
        target: 3,
        exists,
        owner: Some(OwnerId(0)),
        ..Seat::default()
    });
    problem.owners = vec![max].into();
    for _ in 0..people {
        let fit = Fit { seat, score: 300 + random.below(300) as u32 };
        let slots = SlotSet([0b01, 0b11, 0b11][random.below(3)]);
        problem.people.push(Person { slots, fits: vec![fit], ..Person::default() });
    }
    for a in problem.people.ids() {
        for b in problem.people.ids().skip(a.index() + 1) {
            match random.below(10) {
                0..5 => problem.pairs.push(Pair { a, b, worth: random.below(160) as i32 - 20 }),
                5 => problem.ties.push((a, b)),
                6 if random.below(3) == 0 => problem.apart.push((a, b)),
                _ => {}
            }
        }
    }
    problem.prices = Prices {
        unplaced: 2000,
        isolated: [0, 0, 120][random.below(3)],
        weak: [0, 0, 1][random.below(3)],
        weak_below: 450,
        ..Prices::OF_INSTANCES
    };
    problem
}

/// The most that a group in the only seat is worth above the prices, in scaled points; nobody is
/// worth nothing.
fn best_group(problem: &Problem, prices: &PlacePrices) -> i64 {
    fn more(problem: &Problem, prices: &PlacePrices, group: &mut Vec<PersonId>, best: &mut i64) {
        for slot in [Slot(0), Slot(1)] {
            let mut seating = Seating::empty(problem);
            group.iter().for_each(|person| seating.seat_of[*person] = Some(SeatId(0)));
            seating.slot_of[SeatId(0)] = Some(slot);
            if let Ok(value) = problem.evaluate(&seating) {
                let alone = value + problem.prices.unplaced * problem.people.len() as i64;
                let paid: i64 = group.iter().map(|person| prices.people[*person]).sum();
                let places = prices.owners[OwnerId(0)] * group.len() as i64;
                *best = (*best).max(alone * pricing::SCALE - paid - places);
            }
        }
        if group.len() < problem.seats[SeatId(0)].max {
            let from = group.last().map_or(0, |last| last.index() + 1);
            for person in problem.people.ids().skip(from) {
                group.push(person);
                more(problem, prices, group, best);
                group.pop();
            }
        }
    }
    let mut best = 0;
    more(problem, prices, &mut Vec::new(), &mut best);
    best
}

#[test]
fn no_group_is_worth_more_than_pricing_says() {
    let (mut exact, mut divided) = (0, 0);
    const COUNT: u64 = 60;
    for seed in 40_000..40_000 + COUNT {
        let random = &mut Random(seed);
        let problem = crowd(random);
        let mut of_person =
            || (2_450 + random.below(150) as i64) * pricing::SCALE + random.below(99) as i64;
        let prices = PlacePrices {
            people: problem.people.iter().map(|_| of_person()).collect(),
            owners: vec![random.below(20) as i64 * pricing::SCALE].into(),
            placing: problem.prices.unplaced * pricing::SCALE,
        };
        let best = best_group(&problem, &prices);
        let layout = layout::Layout::new(&problem);
        let mut pricer = pricing::Pricer::new(&layout);
        // Without a single node the bound is that of the divided pairs alone.
        let bounded = pricer.price(SeatId(0), &prices, 0);
        assert!(bounded.upper >= best, "seed {seed}: {} < {best}: {problem:?}", bounded.upper);
        divided += i64::from(bounded.upper - best < 40 * pricing::SCALE);
        let searched = pricer.price(SeatId(0), &prices, 1_000_000);
        assert_eq!(searched.upper, best, "seed {seed}: {problem:?}");
        let quick = pricer.quick(SeatId(0), &prices);
        assert!(quick.upper <= best, "seed {seed}: {problem:?}");
        exact += i64::from(quick.upper == best);
    }
    println!(
        "of {COUNT} crowds, {exact} have their best group at once, {divided} a bound within 40 points"
    );
    assert!(divided * 3 >= COUNT as i64, "{divided} of {COUNT}");
}
