//! Better answers by simulated annealing (Kirkpatrick, Gelatt and Vecchi, 1983) over moves, swaps
//! and slot changes with exact differences. The same problem and work give the same answer: the
//! generator of random numbers has a fixed seed.

use std::cmp::Reverse;

use crate::layout::{Edge, NOWHERE};
use crate::number::{real, steps};
use crate::position::{PersonId, Position, SeatId, Slot};
use crate::pricing::Column;
use crate::problem::Seating;
use crate::random::Random;
use crate::state::{NO_SLOT, State};

/// What a member missing to the minimum of a new group counts while searching.
const LACK: i64 = 400;

/// The highest and the lowest temperature, in points.
const HOT: f64 = 100.0;
const COLD: f64 = 2.0;

/// A move that loses this many times the temperature is not tried: it is never accepted.
const HOPELESS: f64 = 14.0;

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

    /// Returns another search of the same problem, which goes on from the best answer and draws
    /// other numbers.
    pub fn sibling(&self) -> Self {
        Self { random: Random(2), rounds: 1, ..Self::new(self.best.clone(), self.best.clone()) }
    }

    /// Takes over the best answer of another search, if it is better.
    pub fn take_best_of(&mut self, other: &Self) {
        if other.best.value > self.best.value {
            self.best.clone_from(&other.best);
        }
    }

    /// The best answer, to look at.
    pub fn best(&self) -> &State<'l> {
        &self.best
    }

    /// The best answer.
    pub fn answer(&self) -> Seating {
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
        for person in layout.problem.people.ids() {
            if !layout.is_pinned(person) {
                self.state.leave(person);
            }
        }
        let mut order: Vec<&Column> = columns.iter().collect();
        order.sort_by_key(|column| (Reverse(column.worth), column.seat));
        for column in &order {
            if self.state.may_meet(column.seat, column.slot) {
                self.state.set_slot(column.seat, column.slot);
            }
        }
        for column in &order {
            for &person in &column.people {
                let may_enter =
                    !self.state.is_seated(person) && self.state.may_enter(person, column.seat);
                let score = layout.score(person, column.seat);
                if let Some(score) = score.filter(|_| may_enter) {
                    self.state.enter(person, column.seat, score);
                }
            }
        }
        self.state.fill(LACK, false);
    }

    /// Anneals once with an amount of work; the first time is the hottest.
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
            // Taking a copy costs as much as many steps: not at each of them.
            if self.step(temperature) && step >= next {
                self.remember();
                next = step + steps(people) / 16;
            }
        }
        self.state.close_lacking();
        self.state.fill(0, true);
        self.remember();
    }

    /// Tries one random change. Whether it was made and kept.
    fn step(&mut self, temperature: f64) -> bool {
        self.work += 20;
        let before = self.energy();
        let changed = if self.random.below(100) < 2 {
            self.change_slot()
        } else {
            self.move_one(temperature)
        };
        if !changed {
            return false;
        }
        self.work += 60;
        let by = self.energy() - before;
        if by < 0 && self.random.share() >= (real(by) / temperature).exp() {
            self.state.undo();
            return false;
        }
        self.state.keep();
        true
    }

    /// The temperature of the first annealing. The first person of a group may be alone and weak
    /// until others come: hot enough for that to be tried.
    fn hot(&self) -> f64 {
        let prices = &self.state.layout.problem.prices;
        let weak = prices.weak.saturating_mul(i64::from(prices.weak_below));
        HOT + real(prices.isolated.min(1_000) + weak.min(1_000)) / 2.0
    }

    fn energy(&self) -> i64 {
        self.state.value - self.lack * self.state.lacking
    }

    fn remember(&mut self) {
        if self.state.lacking == 0 && self.state.value > self.best.value {
            self.best.clone_from(&self.state);
        }
    }

    /// What it does to the energy that somebody goes to a seat from where he or she is.
    fn change_by_moving(&self, person: PersonId, to: SeatId, score: i32) -> i64 {
        self.state.change_by_entering(person, to, score).weighed(self.lack)
            + self.state.change_by_leaving(person).weighed(self.lack)
    }

    /// Moves somebody to another seat; if it is full, one of its members makes room. Whether
    /// anything was done.
    fn move_one(&mut self, temperature: f64) -> bool {
        let layout = self.state.layout;
        let person = PersonId::at(self.random.below(self.state.seat_of.len()));
        let row = layout.by_score.row(person);
        if row.is_empty() || layout.is_pinned(person) {
            return false;
        }
        // Good pairs are tried more often.
        let share = self.random.share();
        let edge = row[(share * share * row.len() as f64) as usize];
        if edge.to == self.state.seat_of[person] || !self.state.is_free(person, edge.to) {
            return false;
        }
        let size = self.state.members[edge.to].len();
        if !self.state.has_room(edge.to) || (size > 0 && self.random.below(2) == 0) {
            return size > 0 && self.swap(person, edge);
        }
        if !self.state.is_welcome(person, edge.to) {
            return false;
        }
        let by = self.change_by_moving(person, edge.to, edge.score);
        if real(by) < -HOPELESS * temperature {
            return false;
        }
        self.state.leave(person);
        self.state.enter(person, edge.to, edge.score);
        true
    }

    /// Moves somebody to a seat that has members, of whom one goes back to the seat that is left,
    /// or elsewhere. Whether anything was done.
    fn swap(&mut self, person: PersonId, edge: Edge<SeatId>) -> bool {
        let layout = self.state.layout;
        let from = self.state.seat_of[person];
        let members = &self.state.members[edge.to];
        let other = members[self.random.below(members.len())];
        if layout.is_pinned(other) {
            return false;
        }
        self.state.leave(person);
        self.state.leave(other);
        if !self.state.may_enter(person, edge.to) {
            self.state.undo();
            return false;
        }
        self.state.enter(person, edge.to, edge.score);
        let stays_away = from == NOWHERE || self.random.below(3) == 0;
        let back = if stays_away { None } else { layout.score(other, from) };
        match back {
            Some(score) if self.state.may_enter(other, from) => {
                self.state.enter(other, from, score);
            }
            _ => self.place(other),
        }
        true
    }

    /// Seats somebody who has no seat where it betters the objective most.
    fn place(&mut self, person: PersonId) {
        self.work += 10 * steps(self.state.layout.of_person.row(person).len());
        if let Some((seat, score)) = self.state.best_seat(person, self.lack, false) {
            self.state.enter(person, seat, score);
        }
    }

    /// Lets members leave a seat. Whether all of them may.
    fn send_away(&mut self, members: &[PersonId]) -> bool {
        if members.iter().any(|person| self.state.layout.is_pinned(*person)) {
            return false;
        }
        for &person in members {
            self.state.leave(person);
        }
        true
    }

    /// Takes a seat's slot away, so that another of its owner's can have it: those who are not free
    /// in `next`, which this one may get instead, leave. `None` if one of them is pinned.
    fn vacate_slot(&mut self, seat: SeatId, next: Slot) -> Option<Vec<PersonId>> {
        let layout = self.state.layout;
        let may_have_next = layout.choices[seat].contains(next);
        let mut out = self.state.members[seat].clone();
        out.retain(|person| !(may_have_next && layout.is_free(*person, next)));
        if !self.send_away(&out) {
            return None;
        }
        self.state.set_slot(seat, NO_SLOT);
        Some(out)
    }

    /// Lets a seat meet in another slot: who is not free then goes elsewhere, and those whom it
    /// betters most come. Whether anything was done.
    fn change_slot(&mut self) -> bool {
        let layout = self.state.layout;
        let seat = SeatId::at(self.random.below(self.state.slot_of.len()));
        let now = self.state.slot_of[seat];
        // A group that is closed may open in the slot it has.
        let closed = self.state.members[seat].is_empty();
        let choices: Vec<Slot> =
            layout.choices[seat].iter().filter(|slot| *slot != now || closed).collect();
        if choices.is_empty() {
            return false;
        }
        let slot = choices[self.random.below(choices.len())];
        let mut out = self.state.members[seat].clone();
        // Sometimes nobody stays, so that a group can be closed.
        if self.random.below(8) != 0 {
            out.retain(|person| !layout.is_free(*person, slot));
        }
        if !self.send_away(&out) {
            return false;
        }
        if let Some(holder) = self.state.holder(seat, slot) {
            let Some(sent) = self.vacate_slot(holder, now) else {
                self.state.undo();
                return false;
            };
            out.extend(sent);
            self.state.set_slot(seat, slot);
            if layout.choices[holder].contains(now) {
                self.state.set_slot(holder, now);
            }
        } else {
            self.state.set_slot(seat, slot);
        }
        self.invite(seat, slot);
        out.sort_unstable();
        for person in out {
            if !self.state.is_seated(person) {
                self.place(person);
            }
        }
        true
    }

    /// Brings those to a seat whom it betters most, up to the target.
    fn invite(&mut self, seat: SeatId, slot: Slot) {
        let layout = self.state.layout;
        let row = layout.of_seat.row(seat);
        self.work += 30 * steps(row.len());
        let mut wishes: Vec<(i64, PersonId, i32)> = Vec::new();
        for edge in row {
            if !layout.is_free(edge.to, slot)
                || layout.is_pinned(edge.to)
                || self.state.seat_of[edge.to] == seat
                || !self.state.is_welcome(edge.to, seat)
            {
                continue;
            }
            let gain = self.state.change_by_entering(edge.to, seat, edge.score).gain
                + self.state.change_by_leaving(edge.to).weighed(self.lack);
            wishes.push((gain, edge.to, edge.score));
        }
        wishes.sort_unstable_by_key(|wish| Reverse(*wish));
        for (gain, person, score) in wishes {
            if self.state.members[seat].len() >= layout.problem.seats[seat].target {
                break;
            }
            if gain < -150 || !self.state.has_room(seat) || !self.state.is_welcome(person, seat) {
                continue;
            }
            self.state.leave(person);
            if self.state.may_enter(person, seat) {
                self.state.enter(person, seat, score);
            }
        }
    }
}
