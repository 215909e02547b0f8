//! The best group for one seat when every person has a price: a column of the set-packing formulation, or a bound on it.
//!
//! Branch and bound over who is in. What a pair is worth is split half and half between the two as long as neither is chosen
//! (a relaxation of the quadratic knapsack: Gallo, Hammer and Simeone, 1980) and counts in full with the one once the other
//! is. Penalties for isolation and weak groups are left out: that makes the bound looser, never wrong.

use super::layout::{Layout, NONE};
use super::problem::slot_set;

/// Prices of people are kept in fractions of a point, as whole numbers, so that the bound is exact.
pub const SCALE: i64 = 1024;

/// A group that a seat could be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Column {
    /// Its seat.
    pub seat: u32,
    /// When it meets.
    pub slot: u8,
    /// Who is in, in order.
    pub people: Vec<u32>,
    /// What it adds to the objective if nobody else is placed, without the penalties that pricing leaves out; in points.
    pub worth: i64,
}

/// What pricing found for a seat, in scaled points above the members' prices.
#[derive(Debug, Clone, Default)]
pub struct Priced {
    /// No group is worth more.
    pub upper: i64,
    /// The best group found; `None` if the seat had better stay empty.
    pub column: Option<Column>,
}

/// A person who could be in the group.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    at: u32,
    /// Score and place less the price, with what pairs with those chosen are worth.
    gain: i64,
    /// Half of what pairs with those still open are worth.
    half: i64,
}

impl Candidate {
    fn hope(&self) -> i64 {
        self.gain + self.half
    }
}

/// Room to work in, used again and again.
#[derive(Debug)]
pub struct Pricer<'l> {
    layout: &'l Layout<'l>,
    local: Vec<u32>,
    who: Vec<u32>,
    /// Scaled worths of pairs among the candidates, a row each.
    worth: Vec<i64>,
    apart: Vec<bool>,
    of_size: Vec<i64>,
    best: i64,
    best_people: Vec<u32>,
    chosen: Vec<u32>,
    lost: i64,
    nodes: u64,
    /// Elementary steps so far.
    pub work: u64,
}

/// No group of that size.
const NEVER: i64 = i64::MIN / 4;

impl<'l> Pricer<'l> {
    /// For a problem.
    pub fn new(layout: &'l Layout<'l>) -> Self {
        Self {
            layout,
            local: vec![NONE; layout.problem.people.len()],
            who: Vec::new(),
            worth: Vec::new(),
            apart: Vec::new(),
            of_size: Vec::new(),
            best: 0,
            best_people: Vec::new(),
            chosen: Vec::new(),
            lost: 0,
            nodes: 0,
            work: 0,
        }
    }

    /// The best group for a seat when people cost `prices` (scaled) and each place in it `place`, searched in at most `nodes`
    /// nodes a slot; what was not searched counts with its bound.
    pub fn price(&mut self, seat: usize, prices: &[i64], place: i64, nodes: u64) -> Priced {
        let must = !self.layout.pinned[seat].is_empty();
        let floor = if must { NEVER } else { 0 };
        let mut priced = Priced { upper: floor, column: None };
        let mut best = floor;
        // The most promising slot first: it prunes the others.
        let mut slots: Vec<(i64, u8)> = self.layout.slots(seat).map(|slot| (0, slot)).collect();
        let open: Vec<Vec<Candidate>> = slots
            .iter_mut()
            .map(|(hope, slot)| {
                let (candidates, most) = self.candidates(seat, *slot, prices, place);
                *hope = most;
                candidates
            })
            .collect();
        let mut order: Vec<usize> = (0..slots.len()).collect();
        order.sort_by_key(|&at| (std::cmp::Reverse(slots[at].0), slots[at].1));
        for at in order {
            let (hope, slot) = slots[at];
            if hope <= best {
                break;
            }
            let (upper, found) = self.search(seat, slot, &open[at], best, nodes);
            priced.upper = priced.upper.max(upper);
            if let Some((value, column)) = found {
                best = value;
                priced.column = Some(column);
            }
        }
        priced.upper = priced.upper.max(best);
        priced
    }

    /// What a group of each size is worth beyond its members, in this slot.
    fn sizes(&mut self, seat: usize, slot: u8) {
        let group = &self.layout.problem.seats[seat];
        self.of_size.clear();
        let most = group.max.min(self.layout.of_seat.row(seat).len() as u32);
        for size in 0..=most {
            let too_small = size == 0 || (!group.exists && size < group.min);
            // With scores at their highest, no weakness counts.
            let worth = self.layout.problem.worth_of_group(seat, size, Some(slot), i64::MAX / 4);
            self.of_size.push(if too_small { NEVER } else { worth * SCALE });
        }
    }

    /// Those who are free in a slot, and the most that a group of them can be worth, pairs split half and half.
    fn candidates(&mut self, seat: usize, slot: u8, prices: &[i64], place: i64) -> (Vec<Candidate>, i64) {
        self.sizes(seat, slot);
        let layout = self.layout;
        let unplaced = layout.problem.prices.unplaced;
        let row = layout.of_seat.row(seat);
        self.work += row.len() as u64;
        let halves = &layout.halves;
        let mut candidates: Vec<Candidate> = Vec::new();
        for (at, edge) in row.iter().enumerate() {
            let person = edge.to as usize;
            if layout.problem.people[person].slots & slot_set(slot) == 0 {
                continue;
            }
            let gain = (i64::from(edge.score) + unplaced) * SCALE - prices[person] - place;
            let half = halves.row(seat).get(at).map_or(0, |half| i64::from(*half) * (SCALE / 2));
            candidates.push(Candidate { at: at as u32, gain, half });
        }
        let most = self.of_size.len().saturating_sub(1).min(candidates.len());
        if most < candidates.len() && most > 0 && self.layout.pinned[seat].is_empty() {
            candidates.select_nth_unstable_by_key(most - 1, |one| (std::cmp::Reverse(one.hope()), one.at));
        }
        let mut hopes: Vec<i64> = candidates.iter().take(most).map(Candidate::hope).collect();
        if !self.layout.pinned[seat].is_empty() {
            hopes = candidates.iter().map(Candidate::hope).collect();
        }
        hopes.sort_unstable_by(|one, other| other.cmp(one));
        (candidates, best_of_sizes(0, 0, hopes.into_iter(), &self.of_size))
    }

    /// Branch and bound in one slot; the best above `floor`, and a bound on all.
    fn search(
        &mut self,
        seat: usize,
        slot: u8,
        open: &[Candidate],
        floor: i64,
        nodes: u64,
    ) -> (i64, Option<(i64, Column)>) {
        self.sizes(seat, slot);
        let layout = self.layout;
        let row = layout.of_seat.row(seat);
        let mut open = open.to_vec();
        open.sort_unstable_by_key(|one| (std::cmp::Reverse(one.hope()), one.at));
        let must = &layout.pinned[seat];
        if must.is_empty() {
            // Who cannot be in a group better than the floor need not be looked at.
            let hopes: Vec<i64> = open.iter().map(Candidate::hope).collect();
            let keep = open.partition_point(|one| forced(one.hope(), &hopes, &self.of_size) > floor);
            open.truncate(keep);
        }
        self.who.clear();
        self.who.extend(open.iter().map(|one| row[one.at as usize].to));
        let count = open.len();
        for (at, &person) in self.who.iter().enumerate() {
            self.local[person as usize] = at as u32;
        }
        self.worth.clear();
        self.worth.resize(count * count, 0);
        self.apart.clear();
        self.apart.resize(count * count, false);
        for (at, &person) in self.who.iter().enumerate() {
            let links = layout.links.row(person as usize);
            self.work += links.len() as u64;
            for link in links {
                let other = self.local[link.other as usize];
                if other != NONE {
                    self.worth[at * count + other as usize] = i64::from(link.worth) * SCALE;
                    self.apart[at * count + other as usize] = link.apart;
                }
            }
        }
        for (at, one) in open.iter_mut().enumerate() {
            let row = &self.worth[at * count..(at + 1) * count];
            let all: i64 = row.iter().map(|worth| worth.max(&0) / 2).sum();
            // Only so many can be with anybody: the static half already takes the largest alone. It may not be updated
            // as candidates go, so the smaller is taken only if it is the sum over all.
            one.half = all;
            one.at = at as u32;
        }
        (self.best, self.lost, self.nodes) = (floor, NEVER, nodes);
        self.best_people.clear();
        self.chosen.clear();
        let mut value = 0;
        for person in must {
            let at = self.local[*person as usize];
            if let Some(index) = open.iter().position(|one| one.at == at) {
                value += open[index].gain;
                let one = open.swap_remove(index);
                self.choose(one.at, count, &mut open);
            }
        }
        self.branch(value, open, count);
        for &person in &self.who {
            self.local[person as usize] = NONE;
        }
        let upper = self.best.max(self.lost);
        if self.best_people.is_empty() {
            return (upper, None);
        }
        let mut people: Vec<u32> = self.best_people.iter().map(|&at| self.who[at as usize]).collect();
        people.sort_unstable();
        let worth = worth_of(layout, seat, slot, &people);
        (upper, Some((self.best, Column { seat: seat as u32, slot, people, worth })))
    }

    /// Puts one in: pairs with it count in full from now on.
    fn choose(&mut self, at: u32, count: usize, open: &mut Vec<Candidate>) {
        self.chosen.push(at);
        let row = (at as usize) * count;
        open.retain(|one| !self.apart[row + (one.at as usize)]);
        for one in open {
            let worth = self.worth[row + (one.at as usize)];
            one.gain += worth;
            one.half -= worth.max(0) / 2;
        }
    }

    fn branch(&mut self, value: i64, mut open: Vec<Candidate>, count: usize) {
        let size = self.chosen.len();
        let Some(&of_size) = self.of_size.get(size) else { return };
        if value + of_size > self.best && of_size > NEVER {
            self.best = value + of_size;
            self.best_people.clone_from(&self.chosen);
        }
        if size + 1 >= self.of_size.len() {
            return;
        }
        self.work += open.len() as u64 + 1;
        open.sort_unstable_by_key(|one| (std::cmp::Reverse(one.hope()), one.at));
        for from in 0..open.len() {
            let hopes = open[from..].iter().map(Candidate::hope);
            let bound = best_of_sizes(value, size, hopes, &self.of_size);
            if bound <= self.best {
                return;
            }
            if self.nodes == 0 {
                self.lost = self.lost.max(bound);
                return;
            }
            self.nodes -= 1;
            let one = open[from];
            let mut rest = open[from + 1..].to_vec();
            self.choose(one.at, count, &mut rest);
            self.branch(value + one.gain, rest, count);
            self.chosen.pop();
            // From here on this one is out.
            let row = (one.at as usize) * count;
            let mut moved = false;
            for other in &mut open[from + 1..] {
                let worth = self.worth[row + (other.at as usize)];
                if worth > 0 {
                    other.half -= worth / 2;
                    moved = true;
                }
            }
            if moved {
                open[from + 1..].sort_unstable_by_key(|one| (std::cmp::Reverse(one.hope()), one.at));
            }
        }
    }
}

/// The most that a group can be worth that has `size` members worth `value` and takes more in the order of their hopes.
fn best_of_sizes(value: i64, size: usize, hopes: impl Iterator<Item = i64>, of_size: &[i64]) -> i64 {
    let mut best = NEVER;
    let mut sum = value;
    if size > 0 {
        best = sum.saturating_add(of_size[size]);
    }
    for (more, hope) in hopes.enumerate() {
        let Some(worth) = of_size.get(size + more + 1) else { break };
        sum += hope;
        best = best.max(sum.saturating_add(*worth));
    }
    best
}

/// The most that a group with this one can be worth; the hopes are in falling order and hold this one's.
fn forced(hope: i64, hopes: &[i64], of_size: &[i64]) -> i64 {
    let mut best = NEVER;
    let mut others = 0;
    for (more, worth) in of_size.iter().skip(1).enumerate() {
        best = best.max((others + hope).saturating_add(*worth));
        match hopes.get(more) {
            Some(next) => others += next,
            None => break,
        }
    }
    best
}

/// What a group adds to the objective if nobody else is placed, without the penalties that pricing leaves out.
pub fn worth_of(layout: &Layout, seat: usize, slot: u8, people: &[u32]) -> i64 {
    let unplaced = layout.problem.prices.unplaced;
    let mut worth = layout.problem.worth_of_group(seat, people.len() as u32, Some(slot), i64::MAX / 4);
    for (at, &person) in people.iter().enumerate() {
        worth += unplaced + i64::from(layout.score(person, seat as u32).unwrap_or(0));
        let later = &people[at + 1..];
        let links = layout.links.row(person as usize).iter().filter(|link| later.binary_search(&link.other).is_ok());
        worth += links.map(|link| i64::from(link.worth)).sum::<i64>();
    }
    worth
}
