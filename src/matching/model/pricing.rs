//! The best group for one seat when every person has a price: a column of the set-packing formulation, or a bound on it.
//!
//! Branch and bound over who is in. What a pair is worth is split half and half between the two as long as neither is chosen
//! (a relaxation of the quadratic knapsack: Gallo, Hammer and Simeone, 1980) and counts in full with the one once the other
//! is; with as many others as still fit in at most. What being alone and weak groups cost counts in full once a group is complete.

use super::layout::{Edge, Layout, NONE};
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
    /// First the place in the seat's row, then in `Pricer::who`.
    at: u32,
    score: i32,
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
    seat: usize,
    slot: u8,
    local: Vec<u32>,
    who: Vec<u32>,
    /// Scaled worths of pairs among the candidates, a row each.
    worth: Vec<i64>,
    apart: Vec<bool>,
    tied: Vec<bool>,
    /// For each candidate and number of others: half of what the best pairs with so many others are worth.
    tops: Vec<i64>,
    of_size: Vec<i64>,
    best: i64,
    best_people: Vec<u32>,
    chosen: Vec<u32>,
    /// The scores of those chosen.
    scores: i64,
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
            seat: 0,
            slot: 0,
            local: vec![NONE; layout.problem.people.len()],
            who: Vec::new(),
            worth: Vec::new(),
            apart: Vec::new(),
            tied: Vec::new(),
            tops: Vec::new(),
            of_size: Vec::new(),
            best: 0,
            best_people: Vec::new(),
            chosen: Vec::new(),
            scores: 0,
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
        let mut open: Vec<(i64, u8, Vec<Candidate>)> = Vec::new();
        for slot in self.layout.slots(seat) {
            let (candidates, hope) = self.candidates(seat, slot, prices, place);
            open.push((hope, slot, candidates));
        }
        open.sort_by_key(|(hope, slot, _)| (std::cmp::Reverse(*hope), *slot));
        for (hope, slot, candidates) in open {
            if hope <= best {
                break;
            }
            let (upper, found) = self.search(seat, slot, candidates, best, nodes);
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
        (self.seat, self.slot) = (seat, slot);
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
        let (unplaced, isolated) = (layout.problem.prices.unplaced, layout.problem.prices.isolated);
        let row = layout.of_seat.row(seat);
        self.work += row.len() as u64;
        let halves = layout.halves.row(seat);
        let company = layout.company.row(seat);
        let in_slot = slot_set(slot);
        let mut candidates: Vec<Candidate> = Vec::with_capacity(row.len() / 2);
        for (at, edge) in row.iter().enumerate() {
            let person = edge.to as usize;
            if layout.problem.people[person].slots & in_slot == 0 {
                continue;
            }
            let mut gain = (i64::from(edge.score) + unplaced) * SCALE - prices[person] - place;
            if layout.has_ties && company[at] & in_slot == 0 {
                gain -= isolated * SCALE;
            }
            let half = i64::from(halves[at]) * (SCALE / 2);
            candidates.push(Candidate { at: at as u32, score: edge.score, gain, half });
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
        mut open: Vec<Candidate>,
        floor: i64,
        nodes: u64,
    ) -> (i64, Option<(i64, Column)>) {
        self.sizes(seat, slot);
        let layout = self.layout;
        let row = layout.of_seat.row(seat);
        let must = &layout.pinned[seat];
        (self.best, self.lost, self.nodes) = (floor, NEVER, nodes);
        self.best_people.clear();
        self.chosen.clear();
        self.scores = 0;
        if must.is_empty() {
            self.keep_hopeful(&mut open);
            self.number(row, &mut open);
            self.greedy(&open);
            // Who cannot be in a group better than that need not be looked at, nor can pairs with such people count.
            loop {
                let before = open.len();
                self.keep_hopeful(&mut open);
                self.forget();
                self.who = open.iter().map(|one| self.who[one.at as usize]).collect();
                self.renumber(&mut open);
                self.halve(&mut open);
                if open.len() * 8 >= before * 7 || open.len() < 12 {
                    break;
                }
            }
        } else {
            self.number(row, &mut open);
            self.halve(&mut open);
        }
        let count = open.len();
        self.fill_matrix(&mut open);
        let mut value = 0;
        for person in must {
            let at = self.local[*person as usize];
            if let Some(index) = open.iter().position(|one| one.at == at) {
                value += open[index].gain;
                self.scores += i64::from(open[index].score);
                let one = open.swap_remove(index);
                self.choose(one.at, count, &mut open);
            }
        }
        self.branch(value, open, count);
        self.forget();
        let upper = self.best.max(self.lost);
        if self.best_people.is_empty() {
            return (upper, None);
        }
        let mut people = self.best_people.clone();
        people.sort_unstable();
        let worth = worth_of(layout, seat, slot, &people);
        (upper, Some((self.best, Column { seat: seat as u32, slot, people, worth })))
    }

    /// Drops those who cannot be in a group better than the best; the others come in falling order of hope.
    fn keep_hopeful(&self, open: &mut Vec<Candidate>) {
        let most = self.of_size.len();
        let order = |one: &Candidate| (std::cmp::Reverse(one.hope()), one.at);
        if most < open.len() {
            open.select_nth_unstable_by_key(most, order);
            open[..most].sort_unstable_by_key(order);
            let hopes: Vec<i64> = open[..most].iter().map(Candidate::hope).collect();
            open.retain(|one| forced(one.hope(), &hopes, &self.of_size) > self.best);
        } else {
            open.sort_unstable_by_key(order);
            let hopes: Vec<i64> = open.iter().map(Candidate::hope).collect();
            open.retain(|one| forced(one.hope(), &hopes, &self.of_size) > self.best);
        }
        open.sort_unstable_by_key(order);
    }

    fn number(&mut self, row: &[Edge], open: &mut [Candidate]) {
        self.who.clear();
        self.who.extend(open.iter().map(|one| row[one.at as usize].to));
        self.renumber(open);
    }

    fn renumber(&mut self, open: &mut [Candidate]) {
        for (at, one) in open.iter_mut().enumerate() {
            one.at = at as u32;
            self.local[self.who[at] as usize] = at as u32;
        }
    }

    fn forget(&mut self) {
        for &person in &self.who {
            self.local[person as usize] = NONE;
        }
    }

    /// A good group at once: those with the highest gain first, with what they bring to those after them.
    fn greedy(&mut self, open: &[Candidate]) {
        let mut left: Vec<Candidate> = open.to_vec();
        let mut people: Vec<u32> = Vec::new();
        let mut value = 0;
        let mut added = vec![0i64; open.len()];
        let mut apart = vec![false; open.len()];
        while people.len() + 1 < self.of_size.len() {
            self.work += left.len() as u64 / 2;
            let worth = |one: &Candidate| one.gain + added[one.at as usize] + one.half / 4;
            let Some(index) = (0..left.len()).max_by_key(|&at| (worth(&left[at]), std::cmp::Reverse(left[at].at))) else {
                break;
            };
            let one = left.swap_remove(index);
            let person = self.who[one.at as usize];
            value += one.gain + added[one.at as usize];
            self.scores += i64::from(one.score);
            for link in self.layout.links.row(person as usize) {
                let other = self.local[link.other as usize];
                if other != NONE {
                    added[other as usize] += i64::from(link.worth) * SCALE;
                    apart[other as usize] |= link.apart;
                }
            }
            left.retain(|one| !apart[one.at as usize]);
            people.push(person);
            let all = self.exact(value, &people);
            if all > self.best {
                self.best = all;
                self.best_people.clone_from(&people);
            }
        }
        self.scores = 0;
    }

    /// What a group is worth with everything that depends on who is in it beyond pairs; `scores` are its scores.
    fn exact(&self, value: i64, people: &[u32]) -> i64 {
        let of_size = self.of_size[people.len()];
        if of_size <= NEVER {
            return NEVER;
        }
        let prices = &self.layout.problem.prices;
        let mut all = value + of_size;
        if prices.weak > 0 {
            let missing = i64::from(prices.weak_below) * people.len() as i64 - self.scores;
            all -= prices.weak * missing.max(0) * SCALE;
        }
        if self.layout.has_ties {
            let in_slot = slot_set(self.slot);
            let row = self.layout.of_seat.row(self.seat);
            for &person in people {
                // Those without any possible company have paid already.
                let at = row.partition_point(|edge| edge.to < person);
                let paid = self.layout.company.row(self.seat)[at] & in_slot == 0;
                let mut links = self.layout.links.row(person as usize).iter();
                if !paid && !links.any(|link| link.tied && people.contains(&link.other)) {
                    all -= prices.isolated * SCALE;
                }
            }
        }
        all
    }

    /// Halves of the best pairs with those who are still numbered.
    fn halve(&mut self, open: &mut [Candidate]) {
        let most = self.of_size.len().max(1);
        self.tops.clear();
        self.tops.resize(open.len() * most, 0);
        let mut worths: Vec<i64> = Vec::new();
        for one in open {
            let links = self.layout.links.row(self.who[one.at as usize] as usize);
            self.work += links.len() as u64 / 2;
            worths.clear();
            let here = links.iter().filter(|link| link.worth > 0 && self.local[link.other as usize] != NONE);
            worths.extend(here.map(|link| i64::from(link.worth) * (SCALE / 2)));
            worths.sort_unstable_by(|one, other| other.cmp(one));
            let tops = &mut self.tops[one.at as usize * most..][..most];
            for others in 1..most {
                tops[others] = tops[others - 1] + worths.get(others - 1).copied().unwrap_or(0);
            }
            one.half = tops[most.saturating_sub(2)];
        }
    }

    /// Pairs among those who are left, and half of all that each one's are worth.
    fn fill_matrix(&mut self, open: &mut [Candidate]) {
        let layout = self.layout;
        let count = open.len();
        self.worth.clear();
        self.worth.resize(count * count, 0);
        self.apart.clear();
        self.apart.resize(count * count, false);
        self.tied.clear();
        self.tied.resize(count * count, false);
        self.work += (count * count) as u64 / 16;
        for (at, &person) in self.who.iter().enumerate() {
            let links = layout.links.row(person as usize);
            self.work += links.len() as u64 / 2;
            for link in links {
                let other = self.local[link.other as usize];
                if other != NONE {
                    let at = at * count + other as usize;
                    self.worth[at] = i64::from(link.worth) * SCALE;
                    self.apart[at] = link.apart;
                    self.tied[at] = link.tied;
                }
            }
        }
        for one in open {
            let row = &self.worth[one.at as usize * count..][..count];
            one.half = row.iter().map(|worth| worth.max(&0) / 2).sum();
        }
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

    /// What a candidate can bring when so many are chosen: pairs count with as many others as still fit in.
    fn hope(&self, one: &Candidate, size: usize) -> i64 {
        let most = self.of_size.len();
        let others = most.saturating_sub(size + 2);
        one.gain + one.half.min(self.tops[one.at as usize * most + others])
    }

    fn sort(&self, open: &mut [Candidate], size: usize) {
        open.sort_unstable_by_key(|one| (std::cmp::Reverse(self.hope(one, size)), one.at));
    }

    fn branch(&mut self, value: i64, mut open: Vec<Candidate>, count: usize) {
        let size = self.chosen.len();
        if size >= self.of_size.len() {
            return;
        }
        if size > 0 && value + self.of_size[size] > self.best {
            let people: Vec<u32> = self.chosen.iter().map(|&at| self.who[at as usize]).collect();
            let all = self.exact(value, &people);
            if all > self.best {
                self.best = all;
                self.best_people = people;
            }
        }
        if size + 1 >= self.of_size.len() {
            return;
        }
        self.work += open.len() as u64 + 1;
        self.sort(&mut open, size);
        for from in 0..open.len() {
            let hopes = open[from..].iter().map(|one| self.hope(one, size));
            let bound = best_of_sizes(value, size, hopes, &self.of_size);
            // Those who are in and can have no company any more stay alone.
            let bound = bound - if self.layout.has_ties { self.left_alone(&open[from..], count) } else { 0 };
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
            self.scores += i64::from(one.score);
            self.branch(value + one.gain, rest, count);
            self.scores -= i64::from(one.score);
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
                self.sort(&mut open[from + 1..], size);
            }
        }
    }

    /// What those who are in pay for being alone if only these can still come, beyond what they have paid.
    fn left_alone(&self, open: &[Candidate], count: usize) -> i64 {
        let in_slot = slot_set(self.slot);
        let row = self.layout.of_seat.row(self.seat);
        let alone = |&&at: &&u32| {
            let ties = &self.tied[at as usize * count..][..count];
            if open.iter().any(|one| ties[one.at as usize]) || self.chosen.iter().any(|other| ties[*other as usize]) {
                return false;
            }
            let person = self.who[at as usize];
            let place = row.partition_point(|edge| edge.to < person);
            self.layout.company.row(self.seat)[place] & in_slot != 0
        };
        self.layout.problem.prices.isolated * SCALE * self.chosen.iter().filter(alone).count() as i64
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
