//! A bound above which no answer can be: every person gets a price for a place, every seat takes
//! the group that is worth most at these prices, and the prices are changed until people are wanted
//! about once each.
//!
//! Lagrangian relaxation of the set-packing formulation (Geoffrion, 1974), its dual solved by a
//! deflected subgradient method with Polyak's step (Camerini, Fratta and Maffioli, 1975). Any
//! prices give a valid bound. That two groups of one owner do not meet at once is left out, which
//! makes the bound looser, never wrong.
//!
//! Where a place is worth more than all else, a tenth of a person who could have one more is worth
//! more than all scores, and the bound says little. So once it is proven that some have to be left
//! out, how many is a constraint with a price of its own, and the number of places no longer hides
//! what the rest is worth.

use crate::layout::Layout;
use crate::number::{int, points, real};
use crate::position::{OwnerId, PersonId, Table};
use crate::pricing::{Column, PlacePrices, Pricer, SCALE};
use crate::state::State;

/// How many steps of the search take as long as one step of proving, which reads further apart in
/// memory.
const STEP: u64 = 4;

/// A number for each person, each owner, and for having a place: a price, or an excess.
#[derive(Debug, Clone)]
struct Duals {
    people: Table<PersonId, f64>,
    owners: Table<OwnerId, f64>,
    placing: f64,
}

impl Duals {
    fn zero(layout: &Layout) -> Self {
        Self {
            people: Table::filled(0.0, layout.problem.people.len()),
            owners: Table::filled(0.0, layout.problem.owners.len()),
            placing: 0.0,
        }
    }

    fn iter(&self) -> impl Iterator<Item = &f64> {
        self.people.iter().chain(&self.owners).chain(std::iter::once(&self.placing))
    }

    fn iter_mut(&mut self) -> impl Iterator<Item = &mut f64> {
        self.people.iter_mut().chain(&mut self.owners).chain(std::iter::once(&mut self.placing))
    }

    /// The prices in scaled points.
    fn to_prices(&self) -> PlacePrices {
        PlacePrices {
            people: self.people.iter().map(|price| points(*price)).collect(),
            owners: self.owners.iter().map(|price| points(*price)).collect(),
            placing: points(self.placing),
        }
    }
}

/// What prices prove.
struct Proof {
    /// The bound, in scaled points.
    value: i64,
    /// How many more places there are of each than are wanted.
    excess: Duals,
    /// The group that each seat takes.
    columns: Vec<Column>,
}

/// The prices and what they prove.
pub struct Bound<'l> {
    layout: &'l Layout<'l>,
    pricer: Pricer<'l>,
    /// What each costs; never negative.
    price: Duals,
    best_price: Duals,
    direction: Duals,
    columns: Vec<Column>,
    step: f64,
    stale: u32,
    best: i64,
    settled: bool,
    /// The work of the last proof.
    pass: u64,
    /// How many turns in a row have bettered next to nothing.
    idle: u32,
    /// What the best known answer is worth.
    incumbent: i64,
    /// How many are proven to be left without a place at least.
    left_out: usize,
}

impl<'l> Bound<'l> {
    /// Begins with the prices that an answer suggests.
    pub fn new(layout: &'l Layout<'l>, answer: &State) -> Self {
        let price = suggested_prices(layout, answer, layout.problem.prices.unplaced);
        Self {
            layout,
            pricer: Pricer::new(layout),
            best_price: price.clone(),
            direction: Duals::zero(layout),
            price,
            columns: Vec::new(),
            step: 1.0,
            stale: 0,
            best: i64::MAX,
            settled: false,
            pass: 0,
            idle: 0,
            incumbent: answer.value,
            left_out: 0,
        }
    }

    /// Takes note of the best answer known. If it is proven now that nobody can place more people,
    /// the prices begin anew for answers that leave out as many.
    pub fn set_incumbent(&mut self, answer: &State) {
        self.incumbent = answer.value;
        let people = self.layout.problem.people.ids();
        let waiting = people.filter(|person| !answer.is_seated(*person)).count();
        let problem = self.layout.problem;
        if waiting == self.left_out || self.best == i64::MAX {
            return;
        }
        let one_more = problem.least() - problem.prices.unplaced * (int(waiting) - 1);
        if self.best < one_more.saturating_mul(SCALE) {
            // A place is worth about as much as the best that somebody brings along.
            let free = suggested_prices(self.layout, answer, 0);
            let worth = points(free.iter().copied().fold(0.0, f64::max)) / SCALE;
            let placing = worth.min(problem.prices.unplaced);
            self.price = suggested_prices(self.layout, answer, placing);
            self.best_price.clone_from(&self.price);
            self.direction = Duals::zero(self.layout);
            (self.left_out, self.best, self.settled) = (waiting, i64::MAX, false);
            (self.step, self.stale, self.idle) = (1.0, 0, 0);
        }
    }

    /// The work done so far.
    pub fn work(&self) -> u64 {
        STEP * self.pricer.work
    }

    /// The work of proving the bound once more.
    pub fn work_of_pass(&self) -> u64 {
        STEP * self.pass
    }

    /// Whether more work would better the bound by next to nothing.
    pub fn has_stalled(&self) -> bool {
        self.idle >= 2
    }

    /// The groups that seats would take at the best prices; somebody may be in several.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Betters the prices with an amount of work, and returns the best bound that they prove so
    /// far, in points.
    pub fn descend(&mut self, work: u64, stop: &dyn Fn() -> bool) -> i64 {
        let until = self.pricer.work.saturating_add(work / STEP);
        let before = self.best;
        if !self.settled {
            self.settle(stop);
        }
        let mut nodes = if self.layout.problem.people.len() > 600 { 400 } else { 200 };
        while self.pricer.work < until && !stop() && self.step > 1e-4 {
            let from = self.pricer.work;
            let Some(proof) = self.prove(Some(nodes), stop) else { break };
            self.pass = self.pricer.work - from;
            if proof.value < self.best {
                self.best = proof.value;
                self.columns = proof.columns;
                self.best_price.clone_from(&self.price);
                self.stale = 0;
            } else {
                self.stale += 1;
                if self.stale >= 12 {
                    self.stale = 0;
                    self.step *= 0.7;
                    self.price.clone_from(&self.best_price);
                    nodes = (nodes * 2).min(20_000);
                }
            }
            if self.best.div_euclid(SCALE) <= self.incumbent {
                break;
            }
            let above = real(proof.value - self.incumbent * SCALE);
            self.move_prices(&proof.excess, self.step * above);
        }
        self.note_progress(before)
    }

    /// Counts turns in which next to nothing was bettered, and returns the bound in points.
    fn note_progress(&mut self, before: i64) -> i64 {
        if self.best == i64::MAX {
            return i64::MAX;
        }
        let reached = self.incumbent;
        let gap = self.best - reached * SCALE;
        let slow = before < i64::MAX
            && before - self.best < gap / 64
            && gap > reached.abs() * (SCALE / 512);
        self.idle = if slow { self.idle + 1 } else { 0 };
        let bound = self.best.div_euclid(SCALE);
        debug_assert!(bound >= reached, "an answer is worth {reached}, but the bound is {bound}");
        bound.max(reached)
    }

    /// Brings the prices near their best by groups that are good, not proven to be the best: much
    /// faster, where pairs make proofs slow.
    fn settle(&mut self, stop: &dyn Fn() -> bool) {
        self.settled = true;
        if self.layout.links.is_empty() || self.price.iter().count() < 600 {
            return;
        }
        let mut best = i64::MAX;
        let (mut step, mut stale) = (1.0, 0);
        for _ in 0..120 {
            let Some(proof) = self.prove(None, stop) else { break };
            if proof.value < best {
                best = proof.value;
                stale = 0;
                self.best_price.clone_from(&self.price);
                self.columns = proof.columns;
            } else {
                stale += 1;
                if stale >= 5 {
                    (step, stale) = (step * 0.6, 0);
                    self.price.clone_from(&self.best_price);
                    self.direction = Duals::zero(self.layout);
                }
            }
            let above = real((proof.value - self.incumbent * SCALE).max(0));
            self.move_prices(&proof.excess, step * above);
        }
        self.price.clone_from(&self.best_price);
        self.direction = Duals::zero(self.layout);
        self.step = step.min(0.3);
    }

    /// Moves the prices against the excess, by an amount of the objective.
    fn move_prices(&mut self, excess: &Duals, by: f64) {
        for (direction, excess) in self.direction.iter_mut().zip(excess.iter()) {
            *direction = 0.6 * *direction + *excess;
        }
        let norm: f64 = self.direction.iter().map(|part| part * part).sum();
        if norm < 1e-9 {
            return;
        }
        for (price, direction) in self.price.iter_mut().zip(self.direction.iter()) {
            *price = (*price - by / norm * direction).max(0.0);
        }
        let most = real(self.layout.problem.prices.unplaced * SCALE);
        self.price.placing = self.price.placing.min(most);
    }

    /// What the present prices prove, with the best groups among those of `nodes` nodes of search a
    /// slot; without a number, with groups that are only good, which prove nothing. None if `stop`
    /// says so.
    fn prove(&mut self, nodes: Option<u64>, stop: &dyn Fn() -> bool) -> Option<Proof> {
        let problem = self.layout.problem;
        let prices = self.price.to_prices();
        let mut excess = Duals {
            people: Table::filled(1.0, problem.people.len()),
            owners: problem.owners.iter().map(|room| real(int(*room))).collect(),
            placing: 0.0,
        };
        // Each who is left out takes off the full price of it, however little a place counts for
        // the others.
        let (people, left_out) = (int(problem.people.len()), int(self.left_out));
        let mut value =
            -prices.placing * (people - left_out) - problem.prices.unplaced * SCALE * left_out;
        value += prices.people.iter().sum::<i64>();
        let owners = problem.owners.iter().zip(&prices.owners);
        value += owners.map(|(room, price)| int(*room) * price).sum::<i64>();
        let mut placed = 0;
        let mut columns = Vec::new();
        for (at, seat) in problem.seats.entries() {
            if at.0.is_multiple_of(8) && stop() {
                return None;
            }
            let priced = match nodes {
                Some(nodes) => self.pricer.price(at, &prices, nodes),
                None => self.pricer.quick(at, &prices),
            };
            value += priced.upper;
            let Some(column) = priced.column else { continue };
            for &person in &column.people {
                excess.people[person] -= 1.0;
                if let Some(owner) = seat.owner {
                    excess.owners[owner] -= 1.0;
                }
            }
            placed += column.people.len();
            columns.push(column);
        }
        // As long as nobody is known to be left out, a place may count for as much as it does.
        if left_out > 0 {
            excess.placing = real(int(placed) - (people - left_out));
        }
        Some(Proof { value, excess, columns })
    }
}

/// The prices that an answer suggests: a place costs what having none does, the score that the
/// person has there and half of what the pairs are worth.
fn suggested_prices(layout: &Layout, answer: &State, placing: i64) -> Duals {
    let of_person = |person: PersonId| {
        let seat = answer.seat_of[person];
        let lowest = layout.of_person.row(person).iter().map(|edge| edge.score).min();
        // Who can sit nowhere takes nobody's place.
        let Some(score) = layout.score(person, seat).or(lowest) else { return 0.0 };
        let links = layout.links.row(person).iter();
        let together =
            links.filter(|link| answer.is_seated(person) && answer.seat_of[link.other] == seat);
        let pairs: i64 = together.map(|link| i64::from(link.worth)).sum();
        real((2 * (placing + i64::from(score)) + pairs).max(0) * SCALE / 2)
    };
    Duals {
        people: layout.problem.people.ids().map(of_person).collect(),
        placing: real(placing * SCALE),
        ..Duals::zero(layout)
    }
}
