//! The best group for one seat when every person has a price: a column of the set-packing
//! formulation, or a bound on it.
//!
//! Branch and bound over who is in. What a pair is worth is split half and half between the two as
//! long as neither is chosen (a relaxation of the quadratic knapsack: Gallo, Hammer and Simeone,
//! 1980) and counts in full with the one once the other is; with as many others as still fit in at
//! most. Before that, pairs are divided better than by half (`tighten`), which leaves few to branch
//! over. What being alone and weak groups cost counts in full once a group is complete.

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
    /// What it adds to the objective if nobody else is placed, without the penalties that pricing
    /// leaves out; in points.
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

/// The pairs among candidates, a row each.
struct Pairs {
    start: Vec<u32>,
    other: Vec<u32>,
    /// Where the same pair stands in the other's row.
    mirror: Vec<u32>,
    /// What each answers for.
    reward: Vec<i64>,
    /// What everybody else answers for of a candidate's own gain.
    shares: Vec<i64>,
    by_share: Vec<u32>,
}

/// Among more than so many nothing is searched: their bound has to do.
const ENOUGH: usize = 48;

/// From here on a pick is no pair, but somebody.
const FREE: u32 = 1 << 31;

/// How often pairs are divided anew.
const ROUNDS: u32 = 150;

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
    /// For each candidate and number of others: half of what the best pairs with so many others are
    /// worth.
    tops: Vec<i64>,
    of_size: Vec<i64>,
    best: i64,
    best_people: Vec<u32>,
    chosen: Vec<u32>,
    /// The scores of those chosen.
    scores: i64,
    lost: i64,
    nodes: u64,
    /// What it is worth that somebody has a place, scaled.
    pub placing: i64,
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
            placing: layout.problem.prices.unplaced * SCALE,
            work: 0,
        }
    }

    /// The best group for a seat when people cost `prices` (scaled) and each place in it `place`,
    /// searched in at most `nodes` nodes a slot; what was not searched counts with its bound.
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

    /// A good group for a seat at these prices; `upper` is only what it is worth, nothing is
    /// proven.
    pub fn quick(&mut self, seat: usize, prices: &[i64], place: i64) -> Priced {
        let mut best = Priced::default();
        let row = self.layout.of_seat.row(seat);
        for slot in self.layout.slots(seat) {
            let (mut open, hope) = self.candidates(seat, slot, prices, place);
            if hope <= best.upper {
                continue;
            }
            (self.best, self.scores) = (best.upper, 0);
            self.best_people.clear();
            self.number(row, &mut open);
            self.greedy(&open);
            self.forget();
            if let Some((value, column)) = self.found(seat, slot) {
                best = Priced { upper: value, column: Some(column) };
            }
        }
        best
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

    /// Those who are free in a slot, and the most that a group of them can be worth, pairs split
    /// half and half.
    fn candidates(
        &mut self,
        seat: usize,
        slot: u8,
        prices: &[i64],
        place: i64,
    ) -> (Vec<Candidate>, i64) {
        self.sizes(seat, slot);
        let layout = self.layout;
        let isolated = layout.problem.prices.isolated;
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
            let mut gain = i64::from(edge.score) * SCALE + self.placing - prices[person] - place;
            if layout.has_ties && company[at] & in_slot == 0 {
                gain -= isolated * SCALE;
            }
            let half = i64::from(halves[at]) * (SCALE / 2);
            candidates.push(Candidate { at: at as u32, score: edge.score, gain, half });
        }
        let most = self.of_size.len().saturating_sub(1).min(candidates.len());
        if most < candidates.len() && most > 0 && self.layout.pinned[seat].is_empty() {
            candidates.select_nth_unstable_by_key(most - 1, |one| {
                (std::cmp::Reverse(one.hope()), one.at)
            });
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
        let mut root = i64::MAX;
        if must.is_empty() {
            self.keep_hopeful(&mut open);
            self.number(row, &mut open);
            self.greedy(&open);
            // Who cannot be in a group better than that need not be looked at, nor can pairs with
            // such people count.
            self.keep_hopeful(&mut open);
            self.compact(&mut open);
            if layout.links.is_empty() {
                self.halve(&mut open);
            } else {
                root = self.tighten(&mut open);
                self.compact(&mut open);
            }
            if root <= self.best || open.is_empty() || open.len() > ENOUGH {
                self.forget();
                let upper = if root <= self.best || open.is_empty() { self.best } else { root };
                return (upper, self.found(seat, slot));
            }
            self.halve(&mut open);
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
        let upper = self.best.max(self.lost.min(root));
        (upper, self.found(seat, slot))
    }

    /// The best group, if one was found that betters the floor.
    fn found(&self, seat: usize, slot: u8) -> Option<(i64, Column)> {
        if self.best_people.is_empty() {
            return None;
        }
        let mut people = self.best_people.clone();
        people.sort_unstable();
        let worth = worth_of(self.layout, seat, slot, &people);
        Some((self.best, Column { seat: seat as u32, slot, people, worth }))
    }

    /// Drops those who cannot be in a group better than the best; the others come in falling order
    /// of hope.
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

    /// Numbers those who are left anew.
    fn compact(&mut self, open: &mut [Candidate]) {
        self.forget();
        self.who = open.iter().map(|one| self.who[one.at as usize]).collect();
        self.renumber(open);
    }

    /// A bound on all groups of these, and those alone kept who can be in one better than the best.
    /// In a group of `n`, each member answers for a part of its own gain, for its share of its
    /// pairs, and for an `n - 1`th of the other part of everybody else's gain: so a pair with
    /// somebody who does not fit here is worth little (Gilmore, 1962, and Lawler, 1963, for the
    /// quadratic assignment problem). How pairs and gains are divided is then changed until those
    /// who count on each other are the same (the Lagrangian dual of Adams and Johnson, 1994, by
    /// subgradients): any division gives a bound.
    #[allow(clippy::too_many_lines, reason = "is being split")]
    fn tighten(&mut self, open: &mut Vec<Candidate>) -> i64 {
        let most = self.of_size.len() - 1;
        let Some(highest) = open.iter().map(|one| one.gain).max() else { return NEVER };
        if most < 2 {
            return i64::MAX;
        }
        let pairs = self.pairs_of(open, highest, most);
        let count = open.len();
        let Pairs { start, other, mirror, mut reward, mut shares, mut by_share } = pairs;
        let part = most as i64 - 1;
        let (mut step, mut stale) = (1.0f64, 0);
        let mut excess: Vec<f64> = vec![0.0; count];
        let mut between: Vec<i8> = vec![0; other.len()];
        let mut alive = vec![true; count];
        let mut seen: Vec<u32> = vec![NONE; count];
        let mut answers: Vec<i64> = vec![NEVER; count * most];
        // The best pairs of each, then the worth of the best that is not among them.
        let mut picks: Vec<u32> = vec![NONE; count * most];
        let mut cut: Vec<i64> = vec![NEVER; count];
        let mut worths: Vec<(i64, u32)> = Vec::new();
        let mut sorted: Vec<i64> = Vec::with_capacity(count);
        let mut reach: Vec<i64> = vec![NEVER; count];
        let mut least = i64::MAX;
        for _ in 0..ROUNDS {
            for at in (0..count).filter(|at| alive[*at]) {
                let from = start[at] as usize..start[at + 1] as usize;
                self.work += from.len() as u64 + most as u64;
                worths.clear();
                seen[at] = at as u32;
                for entry in from {
                    let to = other[entry] as usize;
                    seen[to] = at as u32;
                    if alive[to] && reward[entry] > NEVER {
                        worths.push((reward[entry] + shares[to], entry as u32));
                    }
                }
                let free = by_share
                    .iter()
                    .filter(|to| alive[**to as usize] && seen[**to as usize] != at as u32);
                worths.extend(free.take(most).map(|to| (shares[*to as usize], FREE + *to)));
                if worths.len() > most {
                    worths.select_nth_unstable_by(most - 1, |one, other| other.cmp(one));
                    worths.truncate(most);
                }
                worths.sort_unstable_by(|one, other| other.cmp(one));
                let one = &open[at];
                let mut sum = one.gain - highest - part * shares[at];
                let answers = &mut answers[at * most..][..most];
                let picks = &mut picks[at * most..][..most];
                answers.fill(NEVER);
                picks.fill(NONE);
                answers[0] = sum;
                for (place, (worth, entry)) in worths.iter().take(most - 1).enumerate() {
                    sum += worth;
                    answers[place + 1] = sum;
                    picks[place] = *entry;
                }
                cut[at] = worths.get(most - 1).map_or(NEVER, |(worth, _)| *worth);
            }
            let (mut bound, mut tight, mut last) = (NEVER, 0, NEVER);
            reach.fill(NEVER);
            for size in 1..=most {
                if self.of_size[size] <= NEVER {
                    continue;
                }
                sorted.clear();
                sorted.extend(
                    (0..count).filter(|at| alive[*at]).map(|at| answers[at * most + size - 1]),
                );
                if size > sorted.len() {
                    break;
                }
                sorted.select_nth_unstable_by(size - 1, |one, other| other.cmp(one));
                self.work += count as u64 / 4;
                let lowest = sorted[size - 1];
                if lowest <= NEVER {
                    continue;
                }
                let all =
                    self.of_size[size] + highest * size as i64 + sorted[..size].iter().sum::<i64>();
                if all > bound {
                    (bound, tight, last) = (all, size, lowest);
                }
                // Whoever is not among the best takes the place of the last of them.
                for (at, reach) in reach.iter_mut().enumerate() {
                    let own = answers[at * most + size - 1];
                    if own > NEVER {
                        *reach = (*reach).max(all - (lowest - own).max(0));
                    }
                }
            }
            let before = least;
            least = least.min(bound);
            let mut left = 0;
            for at in 0..count {
                alive[at] &= reach[at] > self.best;
                left += usize::from(alive[at]);
            }
            if least <= self.best || left < 16 || tight < 2 {
                break;
            }
            if before - least < (least - self.best) / 100 {
                stale += 1;
                if stale >= 4 {
                    (step, stale) = (step / 2.0, 0);
                    if step < 0.05 {
                        break;
                    }
                }
            } else {
                stale = 0;
            }
            let chosen = |at: usize| alive[at] && answers[at * most + tight - 1] >= last;
            excess.fill(0.0);
            between.fill(0);
            let mut norm = 0.0;
            for at in (0..count).filter(|at| chosen(*at)) {
                excess[at] -= 1.0;
                for &entry in picks[at * most..][..tight - 1].iter().filter(|entry| **entry != NONE)
                {
                    if entry >= FREE {
                        excess[(entry - FREE) as usize] += 1.0 / part as f64;
                        continue;
                    }
                    excess[other[entry as usize] as usize] += 1.0 / part as f64;
                    between[entry as usize] += 1;
                    between[mirror[entry as usize] as usize] -= 1;
                }
            }
            norm += between.iter().map(|one| f64::from(one * one)).sum::<f64>() / 2.0;
            norm += excess.iter().map(|one| one * one).sum::<f64>();
            if norm < 0.5 {
                break;
            }
            let length = step * (bound - self.best) as f64 / norm;
            for (reward, between) in reward.iter_mut().zip(&between) {
                if *between != 0 {
                    *reward -= (length * f64::from(*between)) as i64;
                }
            }
            for (share, excess) in shares.iter_mut().zip(&excess) {
                if *excess != 0.0 {
                    *share = (*share - (length * excess / part as f64) as i64).min(0);
                }
            }
            by_share.sort_unstable_by_key(|&at| (std::cmp::Reverse(shares[at as usize]), at));
        }
        open.retain(|one| alive[one.at as usize]);
        least
    }

    /// The pairs among candidates, each half and half at first, with the shares of the others'
    /// gains.
    fn pairs_of(&mut self, open: &[Candidate], highest: i64, most: usize) -> Pairs {
        // With gains of at most nothing, the share of a smaller group is no larger than that of the
        // largest.
        let shares: Vec<i64> =
            open.iter().map(|one| (one.gain - highest) / 2 / (most as i64 - 1)).collect();
        let mut by_share: Vec<u32> = (0..open.len() as u32).collect();
        by_share.sort_unstable_by_key(|&at| (std::cmp::Reverse(shares[at as usize]), at));
        let mut start = Vec::with_capacity(open.len() + 1);
        let (mut other, mut reward) = (Vec::new(), Vec::new());
        start.push(0u32);
        for &person in &self.who {
            let links = self.layout.links.row(person as usize);
            self.work += links.len() as u64 / 2;
            for link in links.iter().filter(|link| link.worth != 0 || link.apart) {
                let to = self.local[link.other as usize];
                if to != NONE {
                    other.push(to);
                    let half = i64::from(link.worth) * (SCALE / 2);
                    reward.push(if link.apart { NEVER } else { half });
                }
            }
            start.push(other.len() as u32);
        }
        // Rows are in order of persons, not of places: the way back is found by filling rows in
        // order.
        let mut by_place: Vec<(u32, u32, u32)> = Vec::with_capacity(other.len());
        for at in 0..open.len() {
            for entry in start[at]..start[at + 1] {
                let to = other[entry as usize];
                by_place.push((to.min(at as u32), to.max(at as u32), entry));
            }
        }
        by_place.sort_unstable();
        let mut mirror = vec![0u32; other.len()];
        for two in by_place.chunks_exact(2) {
            mirror[two[0].2 as usize] = two[1].2;
            mirror[two[1].2 as usize] = two[0].2;
        }
        Pairs { start, other, mirror, reward, shares, by_share }
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

    /// A good group at once: those with the highest gain first, with what they bring to those after
    /// them.
    fn greedy(&mut self, open: &[Candidate]) {
        let mut left: Vec<Candidate> = open.to_vec();
        let mut people: Vec<u32> = Vec::new();
        let mut value = 0;
        let mut added = vec![0i64; open.len()];
        let mut apart = vec![false; open.len()];
        while people.len() + 1 < self.of_size.len() {
            self.work += left.len() as u64 / 2;
            let worth = |one: &Candidate| one.gain + added[one.at as usize] + one.half / 4;
            let Some(index) = (0..left.len())
                .max_by_key(|&at| (worth(&left[at]), std::cmp::Reverse(left[at].at)))
            else {
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

    /// What a group is worth with everything that depends on who is in it beyond pairs; `scores`
    /// are its scores.
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
            let here = links
                .iter()
                .filter(|link| link.worth > 0 && self.local[link.other as usize] != NONE);
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

    /// What a candidate can bring when so many are chosen: pairs count with as many others as still
    /// fit in.
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
            let bound = bound
                - if self.layout.has_ties { self.left_alone(&open[from..], count) } else { 0 };
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

    /// What those who are in pay for being alone if only these can still come, beyond what they
    /// have paid.
    fn left_alone(&self, open: &[Candidate], count: usize) -> i64 {
        let in_slot = slot_set(self.slot);
        let row = self.layout.of_seat.row(self.seat);
        let alone = |&&at: &&u32| {
            let ties = &self.tied[at as usize * count..][..count];
            if open.iter().any(|one| ties[one.at as usize])
                || self.chosen.iter().any(|other| ties[*other as usize])
            {
                return false;
            }
            let person = self.who[at as usize];
            let place = row.partition_point(|edge| edge.to < person);
            self.layout.company.row(self.seat)[place] & in_slot != 0
        };
        self.layout.problem.prices.isolated
            * SCALE
            * self.chosen.iter().filter(alone).count() as i64
    }
}

/// The most that a group can be worth that has `size` members worth `value` and takes more in the
/// order of their hopes.
fn best_of_sizes(
    value: i64,
    size: usize,
    hopes: impl Iterator<Item = i64>,
    of_size: &[i64],
) -> i64 {
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

/// The most that a group with this one can be worth; the hopes are in falling order and hold this
/// one's.
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

/// What a group adds to the objective if nobody else is placed, without the penalties that pricing
/// leaves out.
pub fn worth_of(layout: &Layout, seat: usize, slot: u8, people: &[u32]) -> i64 {
    let unplaced = layout.problem.prices.unplaced;
    let mut worth =
        layout.problem.worth_of_group(seat, people.len() as u32, Some(slot), i64::MAX / 4);
    for (at, &person) in people.iter().enumerate() {
        worth += unplaced + i64::from(layout.score(person, seat as u32).unwrap_or(0));
        let later = &people[at + 1..];
        let links = layout
            .links
            .row(person as usize)
            .iter()
            .filter(|link| later.binary_search(&link.other).is_ok());
        worth += links.map(|link| i64::from(link.worth)).sum::<i64>();
    }
    worth
}
