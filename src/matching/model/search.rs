//! Better answers by simulated annealing (Kirkpatrick, Gelatt and Vecchi, 1983) over moves, swaps
//! and slot changes with exact differences. The same problem and work give the same answer: the
//! generator of random numbers has a fixed seed.

use super::layout::NONE;
use super::pricing::Column;
use super::problem::slot_set;
use super::state::{NO_SLOT, State};

/// Random numbers (SplitMix64: Steele, Lea and Flood, 2014).
#[derive(Debug, Clone)]
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// One of `0..below`.
    pub fn below(&mut self, below: usize) -> usize {
        ((u128::from(self.next()) * below as u128) >> 64) as usize
    }

    /// Between 0 and 1.
    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// What a member missing to the minimum of a new group counts while searching.
const LACK: i64 = 400;

/// The highest and the lowest temperature, in points.
const HOT: f64 = 100.0;
const COLD: f64 = 2.0;

/// A search and the best answer it has seen.
pub struct Search<'l> {
    state: State<'l>,
    best: State<'l>,
    random: Random,
    rounds: u32,
    work: u64,
    /// What a member missing to the minimum of a new group counts in this round.
    lack: i64,
}

impl<'l> Search<'l> {
    /// Begins with one answer and knows another; neither breaks a rule.
    pub fn new(state: State<'l>, known: State<'l>) -> Self {
        let best = if known.value >= state.value { known } else { state.clone() };
        Self { best, state, random: Random(1), rounds: 0, work: 0, lack: LACK }
    }

    /// Another search of the same problem, which goes on from the best answer and other ways.
    pub fn sibling(&self) -> Self {
        Self { random: Random(2), rounds: 1, ..Self::new(self.best.clone(), self.best.clone()) }
    }

    /// Takes over the best answer of another search, if it is better.
    pub fn take_best_of(&mut self, other: &Self) {
        if other.best.value > self.best.value {
            self.best.clone_from(&other.best);
        }
    }

    /// The best answer's worth.
    pub fn best_value(&self) -> i64 {
        self.best.value
    }

    /// The best answer, to look at.
    pub fn best(&self) -> &State<'l> {
        &self.best
    }

    /// The best answer.
    pub fn answer(&self) -> (Vec<Option<u32>>, Vec<Option<u8>>) {
        self.best.answer()
    }

    /// The work done so far.
    pub fn work(&self) -> u64 {
        self.work
    }

    /// Goes on from the best answer, from the bound's groups or from where it is, by turns: each
    /// finds what the others miss.
    pub fn begin(&mut self, turn: u32, columns: &[Column]) {
        match turn % 3 {
            1 => self.state.clone_from(&self.best),
            2 if !columns.is_empty() => self.begin_from(columns),
            _ => {}
        }
    }

    /// Goes on from the groups that the bound's prices suggest: the most valuable first, each with
    /// those still free.
    fn begin_from(&mut self, columns: &[Column]) {
        let layout = self.state.layout;
        for person in 0..self.state.seat_of.len() as u32 {
            if self.state.seat_of[person as usize] != NONE && !self.is_pinned(person) {
                self.state.leave(person);
            }
        }
        let mut order: Vec<&Column> = columns.iter().collect();
        order.sort_by_key(|column| (std::cmp::Reverse(column.worth), column.seat));
        for column in &order {
            if self.state.may_meet(column.seat, column.slot) {
                self.state.set_slot(column.seat, column.slot);
            }
        }
        for column in &order {
            for &person in &column.people {
                let score = layout.score(person, column.seat);
                let open = self.state.seat_of[person as usize] == NONE
                    && self.state.may_enter(person, column.seat);
                if let Some(score) = score.filter(|_| open) {
                    self.state.enter(person, column.seat, score);
                }
            }
        }
        self.state.fill(LACK, false);
    }

    /// One annealing of so much work; the first is the hottest.
    pub fn anneal(&mut self, work: u64, stop: &dyn Fn() -> bool) {
        let people = self.state.seat_of.len();
        if people == 0 || self.state.slot_of.is_empty() {
            self.work = self.work.saturating_add(work);
            return;
        }
        let hot = if self.rounds == 0 { self.hot() } else { self.hot() / 4.0 };
        self.rounds += 1;
        // Where places come before all else, a group too small is worth more than none, and the
        // search could stay with it.
        let unplaced = self.state.layout.problem.prices.unplaced;
        self.lack = if self.rounds.is_multiple_of(3) { LACK.max(unplaced) } else { LACK };
        let from = self.work;
        let until = from.saturating_add(work);
        let mut temperature = hot;
        let (mut step, mut next) = (0u64, 0u64);
        while self.work < until {
            if step.is_multiple_of(1024) {
                if stop() {
                    break;
                }
                let done = (self.work - from) as f64 / work as f64;
                temperature = hot * (COLD / hot).powf(done);
            }
            step += 1;
            self.work += 20;
            let before = self.energy();
            let changed = if self.random.below(100) < 2 {
                self.change_slot()
            } else {
                self.move_one(temperature)
            };
            if !changed {
                continue;
            }
            self.work += 60;
            let by = self.energy() - before;
            if by < 0 && self.random.share() >= (by as f64 / temperature).exp() {
                self.state.undo();
                continue;
            }
            self.state.keep();
            // Taking a copy costs as much as many steps: not at each of them.
            if step >= next {
                self.remember();
                next = step + people as u64 / 16;
            }
        }
        self.state.close_lacking();
        self.state.fill(0, true);
        self.remember();
    }

    /// The first person of a group may be alone and weak until others come: hot enough for that to
    /// be tried.
    fn hot(&self) -> f64 {
        let prices = &self.state.layout.problem.prices;
        let weak = prices.weak.saturating_mul(i64::from(prices.weak_below));
        HOT + (prices.isolated.min(1_000) + weak.min(1_000)) as f64 / 2.0
    }

    fn energy(&self) -> i64 {
        self.state.value - self.lack * self.state.lacking
    }

    fn remember(&mut self) {
        if self.state.lacking == 0 && self.state.value > self.best.value {
            self.best.clone_from(&self.state);
        }
    }

    fn is_pinned(&self, person: u32) -> bool {
        self.state.layout.problem.people[person as usize].pinned
    }

    /// Moves somebody to another seat; if it is full, one of its members makes room. Whether
    /// anything was done.
    fn move_one(&mut self, temperature: f64) -> bool {
        let layout = self.state.layout;
        let person = self.random.below(self.state.seat_of.len()) as u32;
        let row = layout.of_person.row(person as usize);
        if row.is_empty() || self.is_pinned(person) {
            return false;
        }
        // Good pairs are tried more often.
        let share = self.random.share();
        let edge =
            layout.by_score.row(person as usize)[(share * share * row.len() as f64) as usize];
        let from = self.state.seat_of[person as usize];
        if edge.to == from || !self.state.is_free(person, edge.to) {
            return false;
        }
        let size = self.state.members[edge.to as usize].len();
        let swaps = !self.state.has_room(edge.to) || (size > 0 && self.random.below(2) == 0);
        if !swaps {
            if !self.state.is_welcome(person, edge.to) {
                return false;
            }
            let (gain, lacking) = self.state.gain_of(person, edge.to, edge.score);
            let (loss, lost) = if from == NONE { (0, 0) } else { self.state.loss_of(person) };
            let by = gain + loss - self.lack * (lacking + lost);
            if (by as f64) < -14.0 * temperature {
                return false;
            }
            if from != NONE {
                self.state.leave(person);
            }
            self.state.enter(person, edge.to, edge.score);
            return true;
        }
        if size == 0 {
            return false;
        }
        let other = self.state.members[edge.to as usize][self.random.below(size)];
        if self.is_pinned(other) {
            return false;
        }
        if from != NONE {
            self.state.leave(person);
        }
        self.state.leave(other);
        if !self.state.may_enter(person, edge.to) {
            self.state.undo();
            return false;
        }
        self.state.enter(person, edge.to, edge.score);
        let back = if from == NONE || self.random.below(3) == 0 {
            None
        } else {
            layout.score(other, from)
        };
        match back {
            Some(score) if self.state.may_enter(other, from) => {
                self.state.enter(other, from, score)
            }
            _ => self.place(other),
        }
        true
    }

    fn place(&mut self, person: u32) {
        self.work += 10 * self.state.layout.of_person.row(person as usize).len() as u64;
        if let Some((_, seat, score)) = self.state.best_seat(person, self.lack, false) {
            self.state.enter(person, seat, score);
        }
    }

    /// Takes a seat's slot away, so that another of its owner's can have it: those who are not free
    /// in `next`, which this one may get instead, leave. `None` if one of them is pinned.
    fn send_away(&mut self, seat: u32, next: u8) -> Option<Vec<u32>> {
        let layout = self.state.layout;
        let next = layout.choices[seat as usize] & slot_set(next);
        let free = |person: &u32| layout.problem.people[*person as usize].slots & next != 0;
        let mut out = self.state.members[seat as usize].clone();
        out.retain(|person| !free(person));
        if out.iter().any(|person| self.is_pinned(*person)) {
            return None;
        }
        for &person in &out {
            self.state.leave(person);
        }
        self.state.set_slot(seat, NO_SLOT);
        Some(out)
    }

    /// Lets a seat meet in another slot: who is not free then goes elsewhere, and those whom it
    /// betters most come.
    fn change_slot(&mut self) -> bool {
        let layout = self.state.layout;
        let seat = self.random.below(self.state.slot_of.len()) as u32;
        let now = self.state.slot_of[seat as usize];
        // A group that is closed may open in the slot it has.
        let closed = self.state.members[seat as usize].is_empty();
        let choices: Vec<u8> =
            layout.slots(seat as usize).filter(|slot| *slot != now || closed).collect();
        if choices.is_empty() {
            return false;
        }
        let slot = choices[self.random.below(choices.len())];
        let free = |person: u32| layout.problem.people[person as usize].slots & slot_set(slot) != 0;
        let mut out: Vec<u32> =
            self.state.members[seat as usize].iter().copied().filter(|one| !free(*one)).collect();
        // Sometimes nobody stays, so that a group can be closed.
        if self.random.below(8) == 0 {
            out = self.state.members[seat as usize].clone();
        }
        if out.iter().any(|person| self.is_pinned(*person)) {
            return false;
        }
        for &person in &out {
            self.state.leave(person);
        }
        if !self.state.members[seat as usize].iter().all(|one| free(*one)) {
            self.state.undo();
            return false;
        }
        if let Some(holder) = self.state.holder(seat, slot) {
            let Some(sent) = self.send_away(holder, now) else {
                self.state.undo();
                return false;
            };
            out.extend(sent);
            self.state.set_slot(seat, slot);
            if layout.choices[holder as usize] & slot_set(now) != 0 {
                self.state.set_slot(holder, now);
            }
        } else {
            self.state.set_slot(seat, slot);
        }
        let row = layout.of_seat.row(seat as usize);
        self.work += 30 * row.len() as u64;
        let target = layout.problem.seats[seat as usize].target as usize;
        let mut wishes: Vec<(i64, u32, i32)> = Vec::new();
        for edge in row.iter().filter(|edge| free(edge.to) && !self.is_pinned(edge.to)) {
            let from = self.state.seat_of[edge.to as usize];
            if from == seat || !self.state.is_welcome(edge.to, seat) {
                continue;
            }
            let (gain, _) = self.state.gain_of(edge.to, seat, edge.score);
            let (loss, lost) = if from == NONE { (0, 0) } else { self.state.loss_of(edge.to) };
            wishes.push((gain + loss - self.lack * lost, edge.to, edge.score));
        }
        wishes.sort_unstable_by(|one, other| other.cmp(one));
        for (worth, person, score) in wishes {
            if self.state.members[seat as usize].len() >= target {
                break;
            }
            if worth < -150 || !self.state.has_room(seat) || !self.state.is_welcome(person, seat) {
                continue;
            }
            if self.state.seat_of[person as usize] != NONE {
                self.state.leave(person);
            }
            if self.state.may_enter(person, seat) {
                self.state.enter(person, seat, score);
            }
        }
        out.sort_unstable();
        for person in out {
            if self.state.seat_of[person as usize] == NONE {
                self.place(person);
            }
        }
        true
    }
}

/// A seat whose slot is open is never entered: nobody is free in no slot.
const _: () = assert!(NO_SLOT > 127);
