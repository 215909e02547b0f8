//! The best group for one seat when every person has a price: a column of the set-packing
//! formulation, or a bound on it.
//!
//! Branch and bound over who is in. What a pair is worth is split half and half between the two as
//! long as neither is chosen (a relaxation of the quadratic knapsack: Gallo, Hammer and Simeone,
//! 1980) and counts in full with the one once the other is; with as many others as still fit in at
//! most. Before that, pairs are divided better than by half (`division`), which leaves few to
//! branch over. What being alone and weak groups cost counts in full once a group is complete.

use std::cmp::Reverse;

use crate::division::{CandidateId, Division, NEVER, PairRows};
use crate::layout::Layout;
use crate::number::{int, steps};
use crate::position::{OwnerId, PersonId, Position, SeatId, Slot, Table};

/// How many parts a point has: prices of people are whole numbers of these, so that the bound is
/// exact.
pub const SCALE: i64 = 1024;

/// So high that no group of such scores is weak.
const NOT_WEAK: i64 = i64::MAX / 4;

/// Among more candidates than these nothing is searched: their bound has to do.
const ENOUGH: usize = 48;

/// Somebody who is not among the candidates.
const NOT_HERE: CandidateId = CandidateId(u32::MAX);

/// What places cost, in scaled points.
#[derive(Debug, Clone)]
pub struct PlacePrices {
    /// Each person.
    pub people: Table<PersonId, i64>,
    /// Each place in a seat of an owner.
    pub owners: Table<OwnerId, i64>,
    /// What it is worth that somebody has a place.
    pub placing: i64,
}

/// A group that a seat could be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Column {
    /// Its seat.
    pub seat: SeatId,
    /// When it meets.
    pub slot: Slot,
    /// Who is in, in order.
    pub people: Vec<PersonId>,
    /// What it adds to the objective if nobody else is placed, without the penalties that pricing
    /// leaves out; in points.
    pub worth: i64,
}

/// What pricing found for a seat, in scaled points above the members' prices.
#[derive(Debug, Clone, Default)]
pub struct Priced {
    /// The bound: no group is worth more.
    pub upper: i64,
    /// The best group found; `None` if the seat had better stay empty.
    pub column: Option<Column>,
}

/// A person who could be in the group.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    /// The position among the candidates.
    at: CandidateId,
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

/// Those who are free in a slot, and the most that a group of them can be worth.
struct InSlot {
    slot: Slot,
    who: Table<CandidateId, PersonId>,
    open: Vec<Candidate>,
    hope: i64,
}

/// Room to work in, used again and again.
#[derive(Debug)]
pub struct Pricer<'l> {
    layout: &'l Layout<'l>,
    seat: SeatId,
    slot: Slot,
    /// Where each person stands among the candidates.
    local: Table<PersonId, CandidateId>,
    who: Table<CandidateId, PersonId>,
    /// Scaled worths of pairs among the candidates, a row each.
    worth: Vec<i64>,
    apart: Vec<bool>,
    tied: Vec<bool>,
    /// How many candidates a row of `worth`, `apart` and `tied` holds.
    count: usize,
    /// For each candidate and number of others: half of what the best pairs with so many others are
    /// worth.
    tops: Vec<i64>,
    /// What a group of each size is worth beyond its members, scaled.
    of_size: Vec<i64>,
    best: i64,
    best_people: Vec<PersonId>,
    chosen: Vec<CandidateId>,
    /// The scores of those chosen.
    scores: i64,
    /// The bound on what was not searched.
    lost: i64,
    /// How many nodes may still be searched.
    nodes: u64,
    /// Elementary steps so far.
    pub work: u64,
}

impl<'l> Pricer<'l> {
    /// Makes room for a problem.
    pub fn new(layout: &'l Layout<'l>) -> Self {
        Self {
            layout,
            seat: SeatId(0),
            slot: Slot(0),
            local: Table::filled(NOT_HERE, layout.problem.people.len()),
            who: Table::default(),
            worth: Vec::new(),
            apart: Vec::new(),
            tied: Vec::new(),
            count: 0,
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

    /// The best group for a seat at these prices, searched in at most `nodes` nodes a slot; what
    /// was not searched counts with its bound.
    pub fn price(&mut self, seat: SeatId, prices: &PlacePrices, nodes: u64) -> Priced {
        let must = !self.layout.pinned[seat].is_empty();
        let floor = if must { NEVER } else { 0 };
        let mut priced = Priced { upper: floor, column: None };
        let mut best = floor;
        // The most promising slot first: it prunes the others.
        let slots = self.layout.choices[seat].iter();
        let mut open: Vec<InSlot> = slots.map(|slot| self.candidates(seat, slot, prices)).collect();
        open.sort_by_key(|in_slot| (Reverse(in_slot.hope), in_slot.slot));
        for in_slot in open {
            if in_slot.hope <= best {
                break;
            }
            let (upper, found) = self.search(seat, in_slot, best, nodes);
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
    pub fn quick(&mut self, seat: SeatId, prices: &PlacePrices) -> Priced {
        let mut best = Priced::default();
        for slot in self.layout.choices[seat].iter() {
            let InSlot { who, mut open, hope, .. } = self.candidates(seat, slot, prices);
            if hope <= best.upper {
                continue;
            }
            (self.best, self.scores) = (best.upper, 0);
            self.best_people.clear();
            self.number(&who, &mut open);
            self.greedy(&open);
            self.forget();
            if let Some((value, column)) = self.found() {
                best = Priced { upper: value, column: Some(column) };
            }
        }
        best
    }

    /// Turns to a seat and a slot: what a group of each size is worth there beyond its members.
    fn turn_to(&mut self, seat: SeatId, slot: Slot) {
        let problem = self.layout.problem;
        let group = &problem.seats[seat];
        (self.seat, self.slot) = (seat, slot);
        let most = group.max.min(self.layout.of_seat.row(seat).len());
        self.of_size.clear();
        self.of_size.extend((0..=most).map(|size| {
            let too_small = size == 0 || (!group.exists && size < group.min);
            let worth = problem.worth_of_group(seat, size, Some(slot), NOT_WEAK);
            if too_small { NEVER } else { worth * SCALE }
        }));
    }

    /// The size of the largest group.
    fn most(&self) -> usize {
        self.of_size.len().saturating_sub(1)
    }

    /// Those who are free in a slot, and the most that a group of them can be worth, pairs split
    /// half and half.
    fn candidates(&mut self, seat: SeatId, slot: Slot, prices: &PlacePrices) -> InSlot {
        self.turn_to(seat, slot);
        let layout = self.layout;
        let row = layout.of_seat.row(seat);
        self.work += steps(row.len());
        let place = layout.problem.seats[seat].owner.map_or(0, |owner| prices.owners[owner]);
        let company = layout.company.row(seat);
        let mut who: Table<CandidateId, PersonId> = Vec::with_capacity(row.len() / 2).into();
        let mut open: Vec<Candidate> = Vec::with_capacity(row.len() / 2);
        for (at, (edge, half)) in row.iter().zip(layout.halves.row(seat)).enumerate() {
            if !layout.is_free(edge.to, slot) {
                continue;
            }
            let mut gain =
                i64::from(edge.score) * SCALE + prices.placing - prices.people[edge.to] - place;
            if layout.has_ties && !company[at].contains(slot) {
                gain -= layout.problem.prices.isolated * SCALE;
            }
            let half = i64::from(*half) * (SCALE / 2);
            open.push(Candidate { at: who.push(edge.to), score: edge.score, gain, half });
        }
        let most = self.most().min(open.len());
        let must = !layout.pinned[seat].is_empty();
        if most < open.len() && most > 0 && !must {
            open.select_nth_unstable_by_key(most - 1, |one| (Reverse(one.hope()), one.at));
        }
        let counted = if must { open.len() } else { most };
        let mut hopes: Vec<i64> = open[..counted].iter().map(Candidate::hope).collect();
        hopes.sort_unstable_by_key(|hope| Reverse(*hope));
        let hope = best_of_sizes(0, 0, hopes.into_iter(), &self.of_size);
        InSlot { slot, who, open, hope }
    }

    /// Branch and bound in one slot; a bound on all groups, and the best above `floor`.
    fn search(
        &mut self,
        seat: SeatId,
        in_slot: InSlot,
        floor: i64,
        nodes: u64,
    ) -> (i64, Option<(i64, Column)>) {
        let InSlot { slot, who, mut open, .. } = in_slot;
        self.turn_to(seat, slot);
        let must = &self.layout.pinned[seat];
        (self.best, self.lost, self.nodes) = (floor, NEVER, nodes);
        self.best_people.clear();
        self.chosen.clear();
        self.scores = 0;
        let mut root = i64::MAX;
        if must.is_empty() {
            self.keep_hopeful(&mut open);
            self.number(&who, &mut open);
            self.greedy(&open);
            // Who cannot be in a group better than that need not be looked at, nor can pairs with
            // such people count.
            self.keep_hopeful(&mut open);
            self.compact(&mut open);
            if self.layout.links.is_empty() {
                self.halve(&mut open);
            } else {
                root = self.tighten(&mut open);
                self.compact(&mut open);
            }
            if root <= self.best || open.is_empty() || open.len() > ENOUGH {
                self.forget();
                let upper = if root <= self.best || open.is_empty() { self.best } else { root };
                return (upper, self.found());
            }
            self.halve(&mut open);
        } else {
            self.number(&who, &mut open);
            self.halve(&mut open);
        }
        self.fill_matrix(&mut open);
        let value = self.choose_pinned(must, &mut open);
        self.branch(value, open);
        self.forget();
        let upper = self.best.max(self.lost.min(root));
        (upper, self.found())
    }

    /// Puts those in who have to be; what they bring.
    fn choose_pinned(&mut self, must: &[PersonId], open: &mut Vec<Candidate>) -> i64 {
        let mut value = 0;
        for person in must {
            let at = self.local[*person];
            if let Some(index) = open.iter().position(|one| one.at == at) {
                let one = open.swap_remove(index);
                value += one.gain;
                self.scores += i64::from(one.score);
                self.choose(one.at, open);
            }
        }
        value
    }

    /// The best group, if one was found that betters the floor.
    fn found(&self) -> Option<(i64, Column)> {
        if self.best_people.is_empty() {
            return None;
        }
        let mut people = self.best_people.clone();
        people.sort_unstable();
        let worth = worth_of(self.layout, self.seat, self.slot, &people);
        Some((self.best, Column { seat: self.seat, slot: self.slot, people, worth }))
    }

    /// Drops those who cannot be in a group better than the best; the others come in falling order
    /// of hope.
    fn keep_hopeful(&self, open: &mut Vec<Candidate>) {
        let order = |one: &Candidate| (Reverse(one.hope()), one.at);
        let most = self.of_size.len().min(open.len());
        if most < open.len() {
            open.select_nth_unstable_by_key(most, order);
        }
        open[..most].sort_unstable_by_key(order);
        let hopes: Vec<i64> = open[..most].iter().map(Candidate::hope).collect();
        open.retain(|one| best_with(one.hope(), &hopes, &self.of_size) > self.best);
        open.sort_unstable_by_key(order);
    }

    /// Numbers those who are left, anew.
    fn compact(&mut self, open: &mut [Candidate]) {
        self.forget();
        let who = std::mem::take(&mut self.who);
        self.number(&who, open);
    }

    /// Bounds all groups, and keeps those who can be in one better than the best.
    fn tighten(&mut self, open: &mut Vec<Candidate>) -> i64 {
        if open.is_empty() {
            return NEVER;
        }
        if self.most() < 2 {
            return i64::MAX;
        }
        let mut pairs = PairRows::default();
        for &person in &self.who {
            let links = self.layout.links.row(person);
            self.work += steps(links.len()) / 2;
            let linked = links.iter().filter(|link| link.worth != 0 || link.apart);
            let row = linked.map(|link| {
                let half = i64::from(link.worth) * (SCALE / 2);
                (self.local[link.other], if link.apart { NEVER } else { half })
            });
            pairs.push(row.filter(|(other, _)| *other != NOT_HERE));
        }
        let gains = open.iter().map(|one| one.gain).collect();
        let mut division = Division::new(pairs, gains, &self.of_size);
        let bound = division.tighten(self.best);
        self.work += division.work;
        open.retain(|one| division.is_hopeful(one.at));
        bound
    }

    /// Numbers the candidates in their order; `who` tells who they are by their numbers so far.
    fn number(&mut self, who: &Table<CandidateId, PersonId>, open: &mut [Candidate]) {
        self.who = open.iter().map(|one| who[one.at]).collect();
        for (one, (at, person)) in open.iter_mut().zip(self.who.entries()) {
            one.at = at;
            self.local[*person] = at;
        }
    }

    fn forget(&mut self) {
        for &person in &self.who {
            self.local[person] = NOT_HERE;
        }
    }

    /// A good group at once: those with the highest gain first, with what they bring to those after
    /// them.
    fn greedy(&mut self, open: &[Candidate]) {
        let mut left: Vec<Candidate> = open.to_vec();
        let mut people: Vec<PersonId> = Vec::new();
        let mut value = 0;
        let mut added: Table<CandidateId, i64> = Table::filled(0, open.len());
        let mut apart: Table<CandidateId, bool> = Table::filled(false, open.len());
        while people.len() + 1 < self.of_size.len() {
            self.work += steps(left.len()) / 2;
            let worth = |one: &Candidate| one.gain + added[one.at] + one.half / 4;
            let Some(index) =
                (0..left.len()).max_by_key(|&at| (worth(&left[at]), Reverse(left[at].at)))
            else {
                break;
            };
            let one = left.swap_remove(index);
            let person = self.who[one.at];
            value += one.gain + added[one.at];
            self.scores += i64::from(one.score);
            for link in self.layout.links.row(person) {
                let other = self.local[link.other];
                if other != NOT_HERE {
                    added[other] += i64::from(link.worth) * SCALE;
                    apart[other] |= link.apart;
                }
            }
            left.retain(|one| !apart[one.at]);
            people.push(person);
            self.keep_if_best(value, &people);
        }
        self.scores = 0;
    }

    /// Takes note of a group whose members and pairs are worth `value`, if none is better.
    fn keep_if_best(&mut self, value: i64, people: &[PersonId]) {
        let all = self.exact(value, people);
        if all > self.best {
            self.best = all;
            self.best_people = people.to_vec();
        }
    }

    /// What a group is worth with everything that depends on who is in it beyond pairs; `scores`
    /// are its scores.
    fn exact(&self, value: i64, people: &[PersonId]) -> i64 {
        let of_size = self.of_size[people.len()];
        if of_size <= NEVER {
            return NEVER;
        }
        let prices = &self.layout.problem.prices;
        let mut all = value + of_size;
        if prices.weak > 0 {
            let missing = i64::from(prices.weak_below) * int(people.len()) - self.scores;
            all -= prices.weak * missing.max(0) * SCALE;
        }
        if self.layout.has_ties {
            for &person in people {
                let mut links = self.layout.links.row(person).iter();
                if self.could_have_company(person)
                    && !links.any(|link| link.tied && people.contains(&link.other))
                {
                    all -= prices.isolated * SCALE;
                }
            }
        }
        all
    }

    /// Whether somebody to whom a person is tied could be there too; those without any possible
    /// company have paid for being alone from the beginning.
    fn could_have_company(&self, person: PersonId) -> bool {
        let row = self.layout.of_seat.row(self.seat);
        let at = row.partition_point(|edge| edge.to < person);
        self.layout.company.row(self.seat)[at].contains(self.slot)
    }

    /// Halves of the best pairs with those who are still numbered.
    fn halve(&mut self, open: &mut [Candidate]) {
        let most = self.of_size.len().max(1);
        self.tops.clear();
        self.tops.resize(open.len() * most, 0);
        let mut worths: Vec<i64> = Vec::new();
        for one in open {
            let links = self.layout.links.row(self.who[one.at]);
            self.work += steps(links.len()) / 2;
            worths.clear();
            let here =
                links.iter().filter(|link| link.worth > 0 && self.local[link.other] != NOT_HERE);
            worths.extend(here.map(|link| i64::from(link.worth) * (SCALE / 2)));
            worths.sort_unstable_by_key(|worth| Reverse(*worth));
            let tops = &mut self.tops[one.at.index() * most..][..most];
            for others in 1..most {
                tops[others] = tops[others - 1] + worths.get(others - 1).copied().unwrap_or(0);
            }
            one.half = tops[most.saturating_sub(2)];
        }
    }

    /// Where a candidate's row of `worth`, `apart` and `tied` stands.
    fn range(&self, at: CandidateId) -> std::ops::Range<usize> {
        at.index() * self.count..(at.index() + 1) * self.count
    }

    /// Pairs among those who are left, and half of all that each one's are worth.
    fn fill_matrix(&mut self, open: &mut [Candidate]) {
        self.count = open.len();
        let cells = self.count * self.count;
        self.worth.clear();
        self.worth.resize(cells, 0);
        self.apart.clear();
        self.apart.resize(cells, false);
        self.tied.clear();
        self.tied.resize(cells, false);
        self.work += steps(cells) / 16;
        for (at, &person) in self.who.entries() {
            let links = self.layout.links.row(person);
            self.work += steps(links.len()) / 2;
            for link in links {
                let other = self.local[link.other];
                if other != NOT_HERE {
                    let cell = at.index() * self.count + other.index();
                    self.worth[cell] = i64::from(link.worth) * SCALE;
                    self.apart[cell] = link.apart;
                    self.tied[cell] = link.tied;
                }
            }
        }
        for one in open {
            one.half = self.worth[self.range(one.at)].iter().map(|worth| worth.max(&0) / 2).sum();
        }
    }

    /// Puts one in: pairs with it count in full from now on.
    fn choose(&mut self, at: CandidateId, open: &mut Vec<Candidate>) {
        self.chosen.push(at);
        let range = self.range(at);
        let (apart, worth) = (&self.apart[range.clone()], &self.worth[range]);
        open.retain(|one| !apart[one.at.index()]);
        for one in open {
            let worth = worth[one.at.index()];
            one.gain += worth;
            one.half -= worth.max(0) / 2;
        }
    }

    /// What a candidate can bring to a group of `size` members: pairs count with as many others as
    /// still fit in.
    fn hope(&self, one: &Candidate, size: usize) -> i64 {
        let most = self.of_size.len();
        let others = most.saturating_sub(size + 2);
        one.gain + one.half.min(self.tops[one.at.index() * most + others])
    }

    fn sort(&self, open: &mut [Candidate], size: usize) {
        open.sort_unstable_by_key(|one| (Reverse(self.hope(one, size)), one.at));
    }

    /// Tries all groups of those chosen, who are worth `value`, with any of those open.
    fn branch(&mut self, value: i64, mut open: Vec<Candidate>) {
        let size = self.chosen.len();
        if size >= self.of_size.len() {
            return;
        }
        if size > 0 && value + self.of_size[size] > self.best {
            let people: Vec<PersonId> = self.chosen.iter().map(|&at| self.who[at]).collect();
            self.keep_if_best(value, &people);
        }
        if size + 1 >= self.of_size.len() {
            return;
        }
        self.work += steps(open.len()) + 1;
        self.sort(&mut open, size);
        for from in 0..open.len() {
            let hopes = open[from..].iter().map(|one| self.hope(one, size));
            let mut bound = best_of_sizes(value, size, hopes, &self.of_size);
            // Those who are in and can have no company any more stay alone.
            if self.layout.has_ties {
                bound -= self.price_of_left_alone(&open[from..]);
            }
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
            self.choose(one.at, &mut rest);
            self.scores += i64::from(one.score);
            self.branch(value + one.gain, rest);
            self.scores -= i64::from(one.score);
            self.chosen.pop();
            // From here on this one is out.
            let worth = &self.worth[self.range(one.at)];
            let mut moved = false;
            for other in &mut open[from + 1..] {
                let worth = worth[other.at.index()];
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
    /// have paid; scaled.
    fn price_of_left_alone(&self, open: &[Candidate]) -> i64 {
        let is_left_alone = |at: &&CandidateId| {
            let ties = &self.tied[self.range(**at)];
            !open.iter().any(|one| ties[one.at.index()])
                && !self.chosen.iter().any(|other| ties[other.index()])
                && self.could_have_company(self.who[**at])
        };
        let alone = self.chosen.iter().filter(is_left_alone).count();
        self.layout.problem.prices.isolated * SCALE * int(alone)
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

/// The most that a group with one candidate can be worth; `hopes` are those of the best, the
/// highest first, with the candidate's own among them if it is.
fn best_with(hope: i64, hopes: &[i64], of_size: &[i64]) -> i64 {
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
fn worth_of(layout: &Layout, seat: SeatId, slot: Slot, people: &[PersonId]) -> i64 {
    let unplaced = layout.problem.prices.unplaced;
    let mut worth = layout.problem.worth_of_group(seat, people.len(), Some(slot), NOT_WEAK);
    for (at, &person) in people.iter().enumerate() {
        worth += unplaced + i64::from(layout.score(person, seat).unwrap_or(0));
        let later = &people[at + 1..];
        let links = layout.links.row(person).iter();
        let links = links.filter(|link| later.binary_search(&link.other).is_ok());
        worth += links.map(|link| i64::from(link.worth)).sum::<i64>();
    }
    worth
}
