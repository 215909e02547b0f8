//! Small random problems with every term in them, against the best of all their answers.

use super::problem::Places;
use super::search::Random;
use super::*;

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
        (0..slots as u8).filter(|_| chance(65)).map(slot_set).fold(0, |all, slot| all | slot)
    };
    let mut problem = Problem::default();
    let owned = chance(60);
    for _ in 0..seats {
        let (slots, exists, keep) = (some_slots(&mut chance), chance(50), chance(30));
        problem.seats.push(Seat { slots, exists, keep, ..Seat::default() });
    }
    for _ in 0..people {
        let slots = some_slots(&mut chance);
        let possible = (0..seats as u32).filter(|_| chance(80)).map(|seat| Fit { seat, score: 0 });
        problem.people.push(Person { slots, fits: possible.collect(), ..Person::default() });
    }
    for seat in &mut problem.seats {
        seat.max = 1 + random.below(4) as u32;
        seat.min = random.below(seat.max.min(3) as usize + 1) as u32;
        seat.target = 1 + random.below(4) as u32;
        seat.slot = (seat.exists && random.below(4) > 0).then(|| random.below(slots) as u8);
        seat.owner = (owned && random.below(4) > 0).then(|| random.below(2) as u32);
    }
    problem.owners = vec![random.below(5) as u32, 2 + random.below(4) as u32];
    for person in &mut problem.people {
        for fit in &mut person.fits {
            fit.score = random.below(1001) as u32;
        }
        let current = person.fits.get(random.below(2 * seats)).map(|fit| fit.seat);
        person.current = current;
        person.pinned = current.is_some() && random.below(5) == 0;
    }
    let two = |random: &mut Random| (random.below(people) as u32, random.below(people) as u32);
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
    fn slots(problem: &Problem, seat: usize, places: &mut Places, best: &mut Option<i64>) {
        if seat == problem.seats.len() {
            return people(problem, 0, places, best);
        }
        let choices = problem.seats[seat].choices();
        let open = if choices == 0 { vec![None] } else { slots_of(choices).map(Some).collect() };
        for slot in open {
            places.1[seat] = slot;
            slots(problem, seat + 1, places, best);
        }
    }
    fn people(problem: &Problem, at: usize, places: &mut Places, best: &mut Option<i64>) {
        let Some(person) = problem.people.get(at) else {
            *best = (*best).max(problem.evaluate(&places.0, &places.1).ok());
            return;
        };
        places.0[at] = None;
        if !person.pinned {
            people(problem, at + 1, places, best);
        }
        for fit in
            person.fits.iter().filter(|fit| !person.pinned || person.current == Some(fit.seat))
        {
            let slot = places.1[fit.seat as usize].map_or(0, slot_set);
            let members = places.0[..at].iter().filter(|seat| **seat == Some(fit.seat)).count();
            if slot & person.slots != 0 && members < problem.seats[fit.seat as usize].max as usize {
                places.0[at] = Some(fit.seat);
                people(problem, at + 1, places, best);
            }
        }
    }
    let mut best = None;
    let mut places = (vec![None; problem.people.len()], vec![None; problem.seats.len()]);
    slots(problem, 0, &mut places, &mut best);
    best.expect("a checked problem has an answer")
}

fn solved(problem: &Problem) -> Solution {
    let solution = solve(problem, Effort { work: WORK, stop: &|| false }).unwrap();
    let worth = problem.evaluate(&solution.seat_of, &solution.slot_of);
    assert_eq!(worth, Ok(solution.objective), "{problem:?}");
    assert!(solution.objective <= solution.bound, "{problem:?}");
    solution
}

const WORK: u64 = 150_000;

fn placed(solution: &Solution) -> usize {
    solution.seat_of.iter().flatten().count()
}

/// The problem with people and seats in another order.
fn rearranged(problem: &Problem, random: &mut Random) -> Problem {
    let people = shuffled((0..problem.people.len() as u32).collect(), random);
    let seats = shuffled((0..problem.seats.len() as u32).collect(), random);
    let place = |order: &[u32], of: u32| order.iter().position(|one| *one == of).unwrap() as u32;
    let mut other = problem.clone();
    other.seats = seats.iter().map(|seat| problem.seats[*seat as usize]).collect();
    other.people = people.iter().map(|person| problem.people[*person as usize].clone()).collect();
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
fn one_more_mentor_never_leaves_more_people_without_a_place() {
    for seed in 30_000..30_300 {
        let random = &mut Random(seed);
        let mut problem = problem(random);
        problem.prices.unplaced = 1_000_000;
        let before = placed(&solved(&problem));
        problem.seats.push(Seat {
            slots: 0b11,
            max: 3,
            min: 1 + random.below(2) as u32,
            target: 2,
            ..Seat::default()
        });
        let seat = problem.seats.len() as u32 - 1;
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
    let max = 2 + random.below(3) as u32;
    let (exists, min) = (random.below(2) == 0, random.below(3) as u32);
    problem.seats.push(Seat {
        slots: 0b11,
        min: min.min(max),
        max,
        target: 3,
        exists,
        slot: None,
        keep: false,
        owner: None,
    });
    for _ in 0..people {
        let fit = Fit { seat: 0, score: 300 + random.below(300) as u32 };
        let slots = [0b01, 0b11, 0b11][random.below(3)];
        problem.people.push(Person { slots, fits: vec![fit], ..Person::default() });
    }
    for a in 0..people as u32 {
        for b in a + 1..people as u32 {
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
fn best_group(problem: &Problem, prices: &[i64], place: i64) -> i64 {
    fn more(
        problem: &Problem,
        prices: &[i64],
        from: usize,
        group: &mut Vec<usize>,
        best: &mut i64,
        place: i64,
    ) {
        for slot in 0..2u8 {
            let mut seat_of = vec![None; prices.len()];
            group.iter().for_each(|person| seat_of[*person] = Some(0));
            if let Ok(value) = problem.evaluate(&seat_of, &[Some(slot)]) {
                let alone = value + problem.prices.unplaced * prices.len() as i64;
                let paid: i64 = group.iter().map(|person| prices[*person] + place).sum();
                *best = (*best).max(alone * pricing::SCALE - paid);
            }
        }
        if group.len() < problem.seats[0].max as usize {
            for person in from..prices.len() {
                group.push(person);
                more(problem, prices, person + 1, group, best, place);
                group.pop();
            }
        }
    }
    let mut best = 0;
    more(problem, prices, 0, &mut Vec::new(), &mut best, place);
    best
}

#[test]
fn no_group_is_worth_more_than_pricing_says() {
    let (mut exact, mut divided) = (0, 0);
    const COUNT: u64 = 60;
    for seed in 40_000..40_000 + COUNT {
        let random = &mut Random(seed);
        let problem = crowd(random);
        let prices: Vec<i64> = problem
            .people
            .iter()
            .map(|_| (2_450 + random.below(150) as i64) * pricing::SCALE + random.below(99) as i64)
            .collect();
        let place = random.below(20) as i64 * pricing::SCALE;
        let best = best_group(&problem, &prices, place);
        let layout = layout::Layout::new(&problem);
        let mut pricer = pricing::Pricer::new(&layout);
        // Without a single node the bound is that of the divided pairs alone.
        let bounded = pricer.price(0, &prices, place, 0);
        assert!(bounded.upper >= best, "seed {seed}: {} < {best}: {problem:?}", bounded.upper);
        divided += i64::from(bounded.upper - best < 40 * pricing::SCALE);
        let searched = pricer.price(0, &prices, place, 1_000_000);
        assert_eq!(searched.upper, best, "seed {seed}: {problem:?}");
        let quick = pricer.quick(0, &prices, place);
        assert!(quick.upper <= best, "seed {seed}: {problem:?}");
        exact += i64::from(quick.upper == best);
    }
    println!(
        "of {COUNT} crowds, {exact} have their best group at once, {divided} a bound within 40 points"
    );
    assert!(divided * 3 >= COUNT as i64, "{divided} of {COUNT}");
}
