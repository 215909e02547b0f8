//! An answer that is being changed: every step says at once what it does to the objective.

use std::cmp::Reverse;

use crate::layout::{Layout, NOWHERE};
use crate::number::int;
use crate::position::{OwnerId, PersonId, SeatId, Slot, SlotSet, Table};
use crate::problem::Seating;

/// The slot of a seat for which none has been chosen. No set has room for it, so nobody is free in
/// it and the seat is never entered.
pub const NO_SLOT: Slot = Slot(u8::MAX);

/// What has been done, so that it can be undone.
#[derive(Debug, Clone, Copy)]
enum Done {
    Left { person: PersonId, seat: SeatId, score: i32 },
    Entered { person: PersonId },
    Slot { seat: SeatId, before: Slot },
}

/// What a step does to the objective, and to the number of members that new groups lack.
#[derive(Debug, Clone, Copy, Default)]
pub struct Change {
    /// The points by which the objective grows.
    pub gain: i64,
    /// The members by which new groups lack more to their minimum.
    pub lacking: i64,
}

impl Change {
    /// The gain, where each missing member counts `lack` points.
    pub fn weighed(self, lack: i64) -> i64 {
        self.gain - lack * self.lacking
    }
}

/// Where everybody sits. No hard rule is broken but one: a new group may be too small for a while
/// (`lacking`).
#[derive(Debug, Clone)]
pub struct State<'l> {
    /// The problem in rows.
    pub layout: &'l Layout<'l>,
    /// The seat of each person, or `NOWHERE`.
    pub seat_of: Table<PersonId, SeatId>,
    score_of: Table<PersonId, i32>,
    /// When each seat meets or would meet, or `NO_SLOT`.
    pub slot_of: Table<SeatId, Slot>,
    /// Who sits in each seat.
    pub members: Table<SeatId, Vec<PersonId>>,
    /// The sum of the members' scores of each seat.
    scores: Table<SeatId, i64>,
    /// How many of those to whom a person is tied sit in the same seat.
    tied: Table<PersonId, u32>,
    taken_of_owner: Table<OwnerId, usize>,
    slots_of_owner: Table<OwnerId, SlotSet>,
    /// What the answer is worth.
    pub value: i64,
    /// How many members new groups lack to their minimum.
    pub lacking: i64,
    journal: Vec<Done>,
}

impl<'l> State<'l> {
    /// Takes over an answer that breaks no rule.
    pub fn new(layout: &'l Layout<'l>, seating: &Seating) -> Self {
        let problem = layout.problem;
        let (people, seats, owners) =
            (problem.people.len(), problem.seats.len(), problem.owners.len());
        let mut state = Self {
            layout,
            seat_of: Table::filled(NOWHERE, people),
            score_of: Table::filled(0, people),
            slot_of: Table::filled(NO_SLOT, seats),
            members: Table::filled(Vec::new(), seats),
            scores: Table::filled(0, seats),
            tied: Table::filled(0, people),
            taken_of_owner: Table::filled(0, owners),
            slots_of_owner: Table::filled(SlotSet::EMPTY, owners),
            value: -problem.prices.unplaced * int(people),
            lacking: 0,
            journal: Vec::new(),
        };
        for (seat, slot) in seating.slot_of.entries() {
            if let Some(slot) = *slot {
                state.set_slot(seat, slot);
            }
        }
        for (person, seat) in seating.seat_of.entries() {
            let score = seat.and_then(|seat| layout.score(person, seat));
            if let (Some(seat), Some(score)) = (*seat, score) {
                state.enter(person, seat, score);
            }
        }
        state.keep();
        state
    }

    /// The answer as others read it: seats without members have no slot.
    pub fn answer(&self) -> Seating {
        let seats = self.seat_of.iter().map(|&seat| Some(seat).filter(|seat| *seat != NOWHERE));
        let slots = self.slot_of.iter().zip(&self.members);
        let slots = slots.map(|(slot, members)| (!members.is_empty()).then_some(*slot));
        Seating { seat_of: seats.collect(), slot_of: slots.collect() }
    }

    /// Whether somebody sits somewhere.
    pub fn is_seated(&self, person: PersonId) -> bool {
        self.seat_of[person] != NOWHERE
    }

    /// Makes final what has been done since the last `keep`.
    pub fn keep(&mut self) {
        self.journal.clear();
    }

    /// Takes back what has been done since the last `keep`.
    pub fn undo(&mut self) {
        while let Some(done) = self.journal.pop() {
            match done {
                Done::Left { person, seat, score } => self.enter(person, seat, score),
                Done::Entered { person } => self.leave(person),
                Done::Slot { seat, before } => self.set_slot(seat, before),
            }
            self.journal.pop();
        }
    }

    fn worth_of_group(&self, seat: SeatId, size: usize, scores: i64) -> i64 {
        self.layout.problem.worth_of_group(seat, size, Some(self.slot_of[seat]), scores)
    }

    /// How many members a new group of this size lacks to its minimum.
    fn lacks(&self, seat: SeatId, size: usize) -> i64 {
        let group = &self.layout.problem.seats[seat];
        if group.exists || size == 0 { 0 } else { int(group.min.saturating_sub(size)) }
    }

    /// What a person's links in a seat are worth, and what the person's coming or going does to
    /// those who are isolated: `without` is how many ties those have who are isolated without the
    /// person (0 before the person comes, 1 before the person goes).
    fn company(&self, person: PersonId, seat: SeatId, without: u32) -> i64 {
        let mut worth = 0;
        let (mut own, mut freed) = (0, 0);
        for link in self.layout.links.row(person) {
            if self.seat_of[link.other] == seat {
                worth += i64::from(link.worth);
                if link.tied {
                    own += 1;
                    freed += i64::from(self.tied[link.other] == without);
                }
            }
        }
        worth - self.layout.problem.prices.isolated * (i64::from(own == 0) - freed)
    }

    /// What it does that somebody who has no seat takes this one.
    pub fn change_by_entering(&self, person: PersonId, seat: SeatId, score: i32) -> Change {
        let (size, score) = (self.members[seat].len(), i64::from(score));
        let group = self.worth_of_group(seat, size + 1, self.scores[seat] + score)
            - self.worth_of_group(seat, size, self.scores[seat]);
        let unplaced = self.layout.problem.prices.unplaced;
        Change {
            gain: score + unplaced + group + self.company(person, seat, 0),
            lacking: self.lacks(seat, size + 1) - self.lacks(seat, size),
        }
    }

    /// What it does that somebody leaves the seat he or she has; nothing for somebody who has none.
    pub fn change_by_leaving(&self, person: PersonId) -> Change {
        let seat = self.seat_of[person];
        if seat == NOWHERE {
            return Change::default();
        }
        let (size, score) = (self.members[seat].len(), i64::from(self.score_of[person]));
        let group = self.worth_of_group(seat, size - 1, self.scores[seat] - score)
            - self.worth_of_group(seat, size, self.scores[seat]);
        let unplaced = self.layout.problem.prices.unplaced;
        Change {
            gain: group - score - unplaced - self.company(person, seat, 1),
            lacking: self.lacks(seat, size - 1) - self.lacks(seat, size),
        }
    }

    fn apply(&mut self, change: Change) {
        self.value += change.gain;
        self.lacking += change.lacking;
    }

    /// Seats somebody who has no seat; the caller has asked `may_enter`.
    pub fn enter(&mut self, person: PersonId, seat: SeatId, score: i32) {
        self.apply(self.change_by_entering(person, seat, score));
        self.count_ties(person, seat, 1);
        self.seat_of[person] = seat;
        self.score_of[person] = score;
        self.members[seat].push(person);
        self.scores[seat] += i64::from(score);
        if let Some(owner) = self.layout.problem.seats[seat].owner {
            self.taken_of_owner[owner] += 1;
        }
        self.journal.push(Done::Entered { person });
    }

    /// Takes somebody out of the seat he or she has; does nothing with somebody who has none.
    pub fn leave(&mut self, person: PersonId) {
        let (seat, score) = (self.seat_of[person], self.score_of[person]);
        if seat == NOWHERE {
            return;
        }
        self.apply(self.change_by_leaving(person));
        self.seat_of[person] = NOWHERE;
        self.count_ties(person, seat, -1);
        let members = &mut self.members[seat];
        if let Some(at) = members.iter().position(|member| *member == person) {
            members.swap_remove(at);
        }
        self.scores[seat] -= i64::from(score);
        if let Some(owner) = self.layout.problem.seats[seat].owner {
            self.taken_of_owner[owner] -= 1;
        }
        self.journal.push(Done::Left { person, seat, score });
    }

    fn count_ties(&mut self, person: PersonId, seat: SeatId, by: i32) {
        if !self.layout.has_ties {
            return;
        }
        let mut own = 0;
        for link in self.layout.links.row(person) {
            if link.tied && self.seat_of[link.other] == seat {
                own += 1;
                let count = &mut self.tied[link.other];
                *count = count.saturating_add_signed(by);
            }
        }
        self.tied[person] = if by > 0 { own } else { 0 };
    }

    /// Lets a seat meet in another slot (`NO_SLOT`: in none); all members are free then.
    pub fn set_slot(&mut self, seat: SeatId, slot: Slot) {
        let before = self.slot_of[seat];
        let (size, scores) = (self.members[seat].len(), self.scores[seat]);
        self.value -= self.worth_of_group(seat, size, scores);
        self.slot_of[seat] = slot;
        self.value += self.worth_of_group(seat, size, scores);
        if let Some(owner) = self.layout.problem.seats[seat].owner {
            let slots = &mut self.slots_of_owner[owner];
            *slots = slots.without(SlotSet::of(before)) | SlotSet::of(slot);
        }
        self.journal.push(Done::Slot { seat, before });
    }

    /// Whether the seat's owner has no other seat in that slot.
    pub fn may_meet(&self, seat: SeatId, slot: Slot) -> bool {
        let owner = self.layout.problem.seats[seat].owner;
        owner.is_none_or(|owner| {
            self.slot_of[seat] == slot || !self.slots_of_owner[owner].contains(slot)
        })
    }

    /// The other seat of the owner that meets in that slot or would.
    pub fn holder(&self, seat: SeatId, slot: Slot) -> Option<SeatId> {
        let owner = self.layout.problem.seats[seat].owner?;
        let siblings = self.layout.seats_of_owner[owner].iter().copied();
        siblings.filter(|other| *other != seat).find(|other| self.slot_of[*other] == slot)
    }

    /// Whether somebody is free when a seat meets.
    pub fn is_free(&self, person: PersonId, seat: SeatId) -> bool {
        self.layout.is_free(person, self.slot_of[seat])
    }

    /// Whether a seat takes one more.
    pub fn has_room(&self, seat: SeatId) -> bool {
        let problem = self.layout.problem;
        let group = &problem.seats[seat];
        let owner_has_room = |owner| self.taken_of_owner[owner] < problem.owners[owner];
        self.members[seat].len() < group.max && group.owner.is_none_or(owner_has_room)
    }

    /// Whether nobody sits there who must not be with this person.
    pub fn is_welcome(&self, person: PersonId, seat: SeatId) -> bool {
        let mut links = self.layout.links.row(person).iter();
        !links.any(|link| link.apart && self.seat_of[link.other] == seat)
    }

    /// Whether no rule keeps somebody from a seat that is among the possible ones.
    pub fn may_enter(&self, person: PersonId, seat: SeatId) -> bool {
        self.is_free(person, seat) && self.has_room(seat) && self.is_welcome(person, seat)
    }

    /// The best seat for somebody who has none with its score, if one betters the objective; a
    /// missing member counts `lack`. With `only_open`, no new group below its minimum is entered.
    pub fn best_seat(&self, person: PersonId, lack: i64, only_open: bool) -> Option<(SeatId, i32)> {
        let mut best: Option<(i64, SeatId, i32)> = None;
        for edge in self.layout.of_person.row(person) {
            if !self.may_enter(person, edge.to) {
                continue;
            }
            let seat = &self.layout.problem.seats[edge.to];
            if only_open && !seat.exists && self.members[edge.to].len() + 1 < seat.min {
                continue;
            }
            let gain = self.change_by_entering(person, edge.to, edge.score).weighed(lack);
            if gain > 0 && best.is_none_or(|(most, ..)| gain > most) {
                best = Some((gain, edge.to, edge.score));
            }
        }
        best.map(|(_, seat, score)| (seat, score))
    }

    /// Seats everybody who has no seat where it betters the objective most, one after the other.
    pub fn fill(&mut self, lack: i64, only_open: bool) {
        for person in self.seat_of.ids() {
            if self.is_seated(person) {
                continue;
            }
            if let Some((seat, score)) = self.best_seat(person, lack, only_open) {
                self.enter(person, seat, score);
            }
        }
        self.keep();
    }

    /// Closes new groups below their minimum, those first that lack most, and seats their members
    /// elsewhere.
    pub fn close_lacking(&mut self) {
        while self.lacking > 0 {
            let lacks = |seat: &SeatId| self.lacks(*seat, self.members[*seat].len());
            let Some(worst) = self.members.ids().max_by_key(|seat| (lacks(seat), Reverse(*seat)))
            else {
                break;
            };
            let mut left = self.members[worst].clone();
            left.sort_unstable();
            for &person in &left {
                self.leave(person);
            }
            for &person in &left {
                if let Some((seat, score)) = self.best_seat(person, 0, true) {
                    self.enter(person, seat, score);
                }
            }
        }
        self.keep();
    }

    /// Returns a whole answer, made one person after the other as if nobody sat anywhere yet.
    pub fn complete_from_nothing(&self) -> Self {
        let mut state = self.clone();
        state.complete();
        state
    }

    /// Returns a whole answer in which people sit where they sit now, as far as rules allow.
    pub fn complete_from_now(&self) -> Self {
        let mut state = self.clone();
        state.stay();
        state.complete();
        state
    }

    fn complete(&mut self) {
        self.choose_slots();
        self.fill(0, false);
        self.close_lacking();
    }

    /// Lets seats meet in the slot that they have now and people sit where they sit now, where no
    /// rule forbids it.
    fn stay(&mut self) {
        let layout = self.layout;
        for (seat, now) in layout.problem.seats.entries() {
            let Some(slot) = now.slot.filter(|slot| layout.choices[seat].contains(*slot)) else {
                continue;
            };
            if self.slot_of[seat] == NO_SLOT && self.may_meet(seat, slot) {
                self.set_slot(seat, slot);
            }
        }
        for (person, now) in layout.problem.people.entries() {
            let Some(seat) = now.current.filter(|_| !self.is_seated(person)) else { continue };
            let score = layout.score(person, seat);
            if let Some(score) = score.filter(|_| self.may_enter(person, seat)) {
                self.enter(person, seat, score);
            }
        }
        self.keep();
    }

    /// Gives every seat without a slot the one in which those who could sit there score most
    /// together.
    fn choose_slots(&mut self) {
        for seat in self.slot_of.ids() {
            if self.slot_of[seat] != NO_SLOT {
                continue;
            }
            let row = self.layout.of_seat.row(seat);
            let present = self.layout.problem.seats[seat].slot;
            let demand = |slot: Slot| -> i64 {
                let free = row.iter().filter(|edge| self.layout.is_free(edge.to, slot));
                let scores: i64 = free.map(|edge| 1 + i64::from(edge.score)).sum();
                scores + i64::from(present == Some(slot))
            };
            let open = self.layout.choices[seat].iter().filter(|slot| self.may_meet(seat, *slot));
            if let Some(slot) = open.max_by_key(|slot| (demand(*slot), Reverse(*slot))) {
                self.set_slot(seat, slot);
            }
        }
        self.keep();
    }
}
