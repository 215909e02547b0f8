//! A bound above which no answer can be: every person gets a price for a place, every seat takes
//! the group that is worth most at these prices, and the prices are changed until people are wanted
//! about once each.
//!
//! Lagrangian relaxation of the set-packing formulation (Geoffrion, 1974), its dual solved by a
//! deflected subgradient method with Polyak's step (Camerini, Fratta and Maffioli, 1975). Any
//! prices give a valid bound. That two groups of one mentor do not meet at once is left out, which
//! makes the bound looser, never wrong.
//!
//! Where a place is worth more than all else, a tenth of a person who could have one more is worth
//! more than all scores, and the bound says little. So once it is proven that some have to be left
//! out, how many is a constraint with a price of its own, and the number of places no longer hides
//! what the rest is worth.

use super::layout::{Layout, NONE};
use super::pricing::{Column, Pricer, SCALE};
use super::state::State;

/// A step of proving reads further apart in memory, and takes as long as so many steps of the
/// search.
const STEP: u64 = 4;

/// The prices and what they prove.
pub struct Bound<'l> {
    layout: &'l Layout<'l>,
    pricer: Pricer<'l>,
    /// By person, then by owner, then what having a place is worth; never negative.
    price: Vec<f64>,
    best_price: Vec<f64>,
    direction: Vec<f64>,
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
    reached: i64,
    /// How many are proven to be left without a place at least.
    left_out: usize,
}

impl<'l> Bound<'l> {
    /// Begins with the prices that an answer suggests.
    pub fn new(layout: &'l Layout<'l>, answer: &State) -> Self {
        let price = prices_by(layout, answer, layout.problem.prices.unplaced);
        Self {
            layout,
            pricer: Pricer::new(layout),
            best_price: price.clone(),
            direction: vec![0.0; price.len()],
            price,
            columns: Vec::new(),
            step: 1.0,
            stale: 0,
            best: i64::MAX,
            settled: false,
            pass: 0,
            idle: 0,
            reached: answer.value,
            left_out: 0,
        }
    }

    /// Hears of the best answer known. If it is proven now that nobody can place more people, the
    /// prices begin anew for answers that leave out as many.
    pub fn hear(&mut self, answer: &State) {
        self.reached = answer.value;
        let waiting = answer.seat_of.iter().filter(|seat| **seat == NONE).count();
        let problem = self.layout.problem;
        if waiting == self.left_out || self.best == i64::MAX {
            return;
        }
        let one_more = problem.least() - problem.prices.unplaced * (waiting as i64 - 1);
        if self.best < one_more.saturating_mul(SCALE) {
            // A place is worth about as much as the best that somebody brings along.
            let worth =
                prices_by(self.layout, answer, 0).into_iter().fold(0.0, f64::max) as i64 / SCALE;
            self.price = prices_by(self.layout, answer, worth.min(problem.prices.unplaced));
            self.best_price.clone_from(&self.price);
            self.direction.fill(0.0);
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
    pub fn is_resting(&self) -> bool {
        self.idle >= 2
    }

    /// The groups that seats would take at the best prices; somebody may be in several.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Betters the prices with so much work; the best bound that they prove so far, in points.
    pub fn descend(&mut self, work: u64, stop: &dyn Fn() -> bool) -> i64 {
        let reached = self.reached;
        let until = self.pricer.work.saturating_add(work / STEP);
        let before = self.best;
        if !self.settled {
            self.settle(stop);
        }
        let mut nodes = if self.layout.problem.people.len() > 600 { 400 } else { 200 };
        while self.pricer.work < until && !stop() && self.step > 1e-4 {
            let from = self.pricer.work;
            let Some((value, excess, columns)) = self.at_prices(Some(nodes), stop) else { break };
            self.pass = self.pricer.work - from;
            if value < self.best {
                self.best = value;
                self.columns = columns;
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
            if self.best.div_euclid(SCALE) <= reached {
                break;
            }
            self.move_prices(&excess, self.step * (value - reached * SCALE) as f64);
        }
        if self.best == i64::MAX {
            return i64::MAX;
        }
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
        if self.layout.links.is_empty() || self.price.len() < 600 {
            return;
        }
        let mut best = i64::MAX;
        let (mut step, mut stale) = (1.0, 0);
        for _ in 0..120 {
            let Some((value, excess, columns)) = self.at_prices(None, stop) else { break };
            if value < best {
                best = value;
                stale = 0;
                self.best_price.clone_from(&self.price);
                self.columns = columns;
            } else {
                stale += 1;
                if stale >= 5 {
                    (step, stale) = (step * 0.6, 0);
                    self.price.clone_from(&self.best_price);
                    self.direction.fill(0.0);
                }
            }
            self.move_prices(&excess, step * (value - self.reached * SCALE).max(0) as f64);
        }
        self.price.clone_from(&self.best_price);
        self.direction.fill(0.0);
        self.step = step.min(0.3);
    }

    /// Moves the prices against the excess, by so much of the objective.
    fn move_prices(&mut self, excess: &[f64], by: f64) {
        for (direction, excess) in self.direction.iter_mut().zip(excess) {
            *direction = 0.6 * *direction + *excess;
        }
        let norm: f64 = self.direction.iter().map(|part| part * part).sum();
        if norm < 1e-9 {
            return;
        }
        for (price, direction) in self.price.iter_mut().zip(&self.direction) {
            *price = (*price - by / norm * direction).max(0.0);
        }
        if let Some(placing) = self.price.last_mut() {
            *placing = placing.min((self.layout.problem.prices.unplaced * SCALE) as f64);
        }
    }

    /// The bound that the present prices prove, scaled, and how many more places there are of each
    /// than are wanted.
    fn at_prices(
        &mut self,
        nodes: Option<u64>,
        stop: &dyn Fn() -> bool,
    ) -> Option<(i64, Vec<f64>, Vec<Column>)> {
        let problem = self.layout.problem;
        let people = problem.people.len();
        let prices: Vec<i64> = self.price.iter().map(|price| *price as i64).collect();
        let (owned, last) = (people + problem.owners.len(), self.price.len() - 1);
        self.pricer.placing = prices[last];
        let mut excess: Vec<f64> = vec![1.0; people];
        excess.extend(problem.owners.iter().map(|room| f64::from(*room)));
        // Each who is left out takes off the full price of it, however little a place counts for
        // the others.
        let left_out = self.left_out as i64;
        let mut value =
            -prices[last] * (people as i64 - left_out) - problem.prices.unplaced * SCALE * left_out;
        value += prices[..people].iter().sum::<i64>();
        let owners = problem.owners.iter().zip(&prices[people..owned]);
        value += owners.map(|(room, price)| i64::from(*room) * price).sum::<i64>();
        let mut placed = 0;
        let mut columns = Vec::new();
        for (at, seat) in problem.seats.iter().enumerate() {
            if at.is_multiple_of(8) && stop() {
                return None;
            }
            let place = seat.owner.map_or(0, |owner| prices[people + owner as usize]);
            let priced = match nodes {
                Some(nodes) => self.pricer.price(at, &prices[..people], place, nodes),
                None => self.pricer.quick(at, &prices[..people], place),
            };
            value += priced.upper;
            for &person in priced.column.iter().flat_map(|column| &column.people) {
                excess[person as usize] -= 1.0;
                if let Some(owner) = seat.owner {
                    excess[people + owner as usize] -= 1.0;
                }
            }
            placed += priced.column.as_ref().map_or(0, |column| column.people.len());
            columns.extend(priced.column);
        }
        // As long as nobody is known to be left out, a place may count for as much as it does.
        excess.push(if left_out > 0 {
            placed as f64 - (people as f64 - left_out as f64)
        } else {
            0.0
        });
        Some((value, excess, columns))
    }
}

/// The prices that an answer suggests, by person, owner and place: a place costs what having none
/// does, the score that the person has there and half of what the pairs are worth.
fn prices_by(layout: &Layout, answer: &State, placing: i64) -> Vec<f64> {
    let problem = layout.problem;
    let of_person = |person: usize| {
        let seat = answer.seat_of[person];
        let lowest = layout.of_person.row(person).iter().map(|edge| edge.score).min();
        // Who can sit nowhere takes nobody's place.
        let Some(score) = layout.score(person as u32, seat).or(lowest) else { return 0.0 };
        let links = layout.links.row(person).iter();
        let together =
            links.filter(|link| seat != NONE && answer.seat_of[link.other as usize] == seat);
        let pairs: i64 = together.map(|link| i64::from(link.worth)).sum();
        ((2 * (placing + i64::from(score)) + pairs).max(0) * SCALE / 2) as f64
    };
    let mut prices: Vec<f64> = (0..problem.people.len()).map(of_person).collect();
    prices.extend(problem.owners.iter().map(|_| 0.0));
    prices.push((placing * SCALE) as f64);
    prices
}
