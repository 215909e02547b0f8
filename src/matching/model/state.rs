//! An answer that is being changed: every step says at once what it does to the objective.

use super::layout::{Layout, NONE};
use super::problem::slot_set;
use crate::matching::assign::Slots;

/// Nothing has been decided about when a seat meets.
pub const NO_SLOT: u8 = u8::MAX;

/// What has been done, so that it can be undone.
#[derive(Debug, Clone, Copy)]
enum Done {
    Left { person: u32, seat: u32, score: i32 },
    Entered { person: u32 },
    Slot { seat: u32, before: u8 },
}

/// Where everybody sits. No hard rule is broken but one: a new group may be too small for a while
/// (`lacking`).
#[derive(Debug, Clone)]
pub struct State<'l> {
    /// The problem in rows.
    pub layout: &'l Layout<'l>,
    /// The seat of each person, or `NONE`.
    pub seat_of: Vec<u32>,
    score_of: Vec<i32>,
    /// When each seat meets or would meet, or `NO_SLOT`.
    pub slot_of: Vec<u8>,
    /// Who sits in each seat.
    pub members: Vec<Vec<u32>>,
    scores: Vec<i64>,
    tied: Vec<u32>,
    taken_of_owner: Vec<u32>,
    slots_of_owner: Vec<Slots>,
    /// What the answer is worth.
    pub value: i64,
    /// How many members new groups lack to their minimum.
    pub lacking: i64,
    journal: Vec<Done>,
}

impl<'l> State<'l> {
    /// Takes over an answer that breaks no rule.
    pub fn new(layout: &'l Layout<'l>, seat_of: &[Option<u32>], slot_of: &[Option<u8>]) -> Self {
        let problem = layout.problem;
        let (people, seats, owners) =
            (problem.people.len(), problem.seats.len(), problem.owners.len());
        let mut state = Self {
            layout,
            seat_of: vec![NONE; people],
            score_of: vec![0; people],
            slot_of: vec![NO_SLOT; seats],
            members: vec![Vec::new(); seats],
            scores: vec![0; seats],
            tied: vec![0; people],
            taken_of_owner: vec![0; owners],
            slots_of_owner: vec![0; owners],
            value: -problem.prices.unplaced * people as i64,
            lacking: 0,
            journal: Vec::new(),
        };
        for (seat, slot) in slot_of.iter().enumerate() {
            if let Some(slot) = *slot {
                state.set_slot(seat as u32, slot);
            }
        }
        for (person, seat) in seat_of.iter().enumerate() {
            if let Some((seat, score)) =
                seat.and_then(|seat| Some((seat, layout.score(person as u32, seat)?)))
            {
                state.enter(person as u32, seat, score);
            }
        }
        state.keep();
        state
    }

    /// The answer as others read it: seats without members have no slot.
    pub fn answer(&self) -> (Vec<Option<u32>>, Vec<Option<u8>>) {
        let seats = self.seat_of.iter().map(|&seat| (seat != NONE).then_some(seat)).collect();
        let slots = self.slot_of.iter().zip(&self.members);
        (seats, slots.map(|(&slot, members)| (!members.is_empty()).then_some(slot)).collect())
    }

    /// Takes what has been done since the last `keep` for good.
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

    fn worth_of_group(&self, seat: usize, size: usize, scores: i64) -> i64 {
        self.layout.problem.worth_of_group(seat, size as u32, Some(self.slot_of[seat]), scores)
    }

    fn lacks(&self, seat: usize, size: usize) -> i64 {
        let group = &self.layout.problem.seats[seat];
        if group.exists || size == 0 {
            0
        } else {
            i64::from(group.min) - (size as i64).min(i64::from(group.min))
        }
    }

    /// What a person's links in a seat are worth, and what the person's coming (+1) or going (-1)
    /// does to those who are isolated.
    fn company(&self, person: u32, seat: u32, without: u32) -> i64 {
        let mut worth = 0;
        let (mut own, mut freed) = (0, 0);
        for link in self.layout.links.row(person as usize) {
            if self.seat_of[link.other as usize] == seat {
                worth += i64::from(link.worth);
                if link.tied {
                    own += 1;
                    freed += i64::from(self.tied[link.other as usize] == without);
                }
            }
        }
        worth - self.layout.problem.prices.isolated * (i64::from(own == 0) - freed)
    }

    /// What it does to the objective that somebody who has no seat takes this one, and to
    /// `lacking`.
    pub fn gain_of(&self, person: u32, seat: u32, score: i32) -> (i64, i64) {
        let (at, size) = (seat as usize, self.members[seat as usize].len());
        let group = self.worth_of_group(at, size + 1, self.scores[at] + i64::from(score))
            - self.worth_of_group(at, size, self.scores[at]);
        let gain = i64::from(score)
            + self.layout.problem.prices.unplaced
            + group
            + self.company(person, seat, 0);
        (gain, self.lacks(at, size + 1) - self.lacks(at, size))
    }

    /// What it does to the objective that somebody leaves the seat he or she has, and to `lacking`.
    pub fn loss_of(&self, person: u32) -> (i64, i64) {
        let seat = self.seat_of[person as usize];
        let (at, size, score) =
            (seat as usize, self.members[seat as usize].len(), self.score_of[person as usize]);
        let group = self.worth_of_group(at, size - 1, self.scores[at] - i64::from(score))
            - self.worth_of_group(at, size, self.scores[at]);
        let loss = group
            - i64::from(score)
            - self.layout.problem.prices.unplaced
            - self.company(person, seat, 1);
        (loss, self.lacks(at, size - 1) - self.lacks(at, size))
    }

    /// Lets somebody who has no seat take this one; the caller has asked `may_enter`.
    pub fn enter(&mut self, person: u32, seat: u32, score: i32) {
        let (gain, lacking) = self.gain_of(person, seat, score);
        self.value += gain;
        self.lacking += lacking;
        self.count_ties(person, seat, 1);
        self.seat_of[person as usize] = seat;
        self.score_of[person as usize] = score;
        self.members[seat as usize].push(person);
        self.scores[seat as usize] += i64::from(score);
        if let Some(owner) = self.layout.problem.seats[seat as usize].owner {
            self.taken_of_owner[owner as usize] += 1;
        }
        self.journal.push(Done::Entered { person });
    }

    /// Lets somebody leave the seat he or she has.
    pub fn leave(&mut self, person: u32) {
        let (loss, lacking) = self.loss_of(person);
        let (seat, score) = (self.seat_of[person as usize], self.score_of[person as usize]);
        self.value += loss;
        self.lacking += lacking;
        self.seat_of[person as usize] = NONE;
        self.count_ties(person, seat, -1);
        let members = &mut self.members[seat as usize];
        if let Some(at) = members.iter().position(|member| *member == person) {
            members.swap_remove(at);
        }
        self.scores[seat as usize] -= i64::from(score);
        if let Some(owner) = self.layout.problem.seats[seat as usize].owner {
            self.taken_of_owner[owner as usize] -= 1;
        }
        self.journal.push(Done::Left { person, seat, score });
    }

    fn count_ties(&mut self, person: u32, seat: u32, by: i32) {
        if !self.layout.has_ties {
            return;
        }
        let mut own = 0;
        for link in self.layout.links.row(person as usize) {
            if link.tied && self.seat_of[link.other as usize] == seat {
                own += 1;
                let count = &mut self.tied[link.other as usize];
                *count = count.saturating_add_signed(by);
            }
        }
        self.tied[person as usize] = if by > 0 { own } else { 0 };
    }

    /// Lets a seat meet in another slot (`NO_SLOT`: in none); all members are free then.
    pub fn set_slot(&mut self, seat: u32, slot: u8) {
        let at = seat as usize;
        let before = self.slot_of[at];
        let (size, scores) = (self.members[at].len(), self.scores[at]);
        self.value -= self.worth_of_group(at, size, scores);
        self.slot_of[at] = slot;
        self.value += self.worth_of_group(at, size, scores);
        if let Some(owner) = self.layout.problem.seats[at].owner {
            let slots = &mut self.slots_of_owner[owner as usize];
            *slots = (*slots & !slot_set(before)) | slot_set(slot);
        }
        self.journal.push(Done::Slot { seat, before });
    }

    /// Whether the seat's owner has no other seat in that slot.
    pub fn may_meet(&self, seat: u32, slot: u8) -> bool {
        let owner = self.layout.problem.seats[seat as usize].owner;
        owner.is_none_or(|owner| {
            self.slot_of[seat as usize] == slot
                || self.slots_of_owner[owner as usize] & slot_set(slot) == 0
        })
    }

    /// The other seat of the owner that meets in that slot or would.
    pub fn holder(&self, seat: u32, slot: u8) -> Option<u32> {
        let owner = self.layout.problem.seats[seat as usize].owner?;
        let siblings = &self.layout.seats_of_owner[owner as usize];
        siblings
            .iter()
            .copied()
            .find(|other| *other != seat && self.slot_of[*other as usize] == slot)
    }

    /// Whether somebody is free when a seat meets.
    pub fn is_free(&self, person: u32, seat: u32) -> bool {
        self.layout.problem.people[person as usize].slots & slot_set(self.slot_of[seat as usize])
            != 0
    }

    /// Whether a seat takes one more.
    pub fn has_room(&self, seat: u32) -> bool {
        let group = &self.layout.problem.seats[seat as usize];
        let owners = &self.layout.problem.owners;
        self.members[seat as usize].len() < group.max as usize
            && group
                .owner
                .is_none_or(|owner| self.taken_of_owner[owner as usize] < owners[owner as usize])
    }

    /// Whether nobody sits there who must not be with this person.
    pub fn is_welcome(&self, person: u32, seat: u32) -> bool {
        let mut links = self.layout.links.row(person as usize).iter();
        !links.any(|link| link.apart && self.seat_of[link.other as usize] == seat)
    }

    /// Whether no rule keeps somebody from a seat that is among the possible ones.
    pub fn may_enter(&self, person: u32, seat: u32) -> bool {
        self.is_free(person, seat) && self.has_room(seat) && self.is_welcome(person, seat)
    }

    /// The best seat for somebody who has none, if one betters the objective; a missing member
    /// counts `lack`. With `only_open`, no new group below its minimum is entered.
    pub fn best_seat(&self, person: u32, lack: i64, only_open: bool) -> Option<(i64, u32, i32)> {
        let mut best: Option<(i64, u32, i32)> = None;
        for edge in self.layout.of_person.row(person as usize) {
            if !self.may_enter(person, edge.to) {
                continue;
            }
            let seat = &self.layout.problem.seats[edge.to as usize];
            if only_open
                && !seat.exists
                && self.members[edge.to as usize].len() + 1 < seat.min as usize
            {
                continue;
            }
            let (gain, lacking) = self.gain_of(person, edge.to, edge.score);
            let gain = gain - lack * lacking;
            if gain > 0 && best.is_none_or(|(most, ..)| gain > most) {
                best = Some((gain, edge.to, edge.score));
            }
        }
        best
    }

    /// Seats everybody who has no seat where it betters the objective most, one after the other.
    pub fn fill(&mut self, lack: i64, only_open: bool) {
        for person in 0..self.seat_of.len() as u32 {
            let waits = self.seat_of[person as usize] == NONE;
            let best = if waits { self.best_seat(person, lack, only_open) } else { None };
            if let Some((_, seat, score)) = best {
                self.enter(person, seat, score);
            }
        }
        self.keep();
    }

    /// Closes new groups below their minimum, those first that lack most, and seats their members
    /// elsewhere.
    pub fn close_lacking(&mut self) {
        while self.lacking > 0 {
            let lacks = |seat: &usize| self.lacks(*seat, self.members[*seat].len());
            let Some(worst) =
                (0..self.members.len()).max_by_key(|seat| (lacks(seat), std::cmp::Reverse(*seat)))
            else {
                break;
            };
            let mut left = self.members[worst].clone();
            left.sort_unstable();
            for &person in &left {
                self.leave(person);
            }
            for &person in &left {
                if let Some((_, seat, score)) = self.best_seat(person, 0, true) {
                    self.enter(person, seat, score);
                }
            }
        }
        self.keep();
    }

    /// The rest of an answer, one person after the other, as if nobody sat anywhere yet.
    pub fn begin_from_nothing(&self) -> Self {
        let mut state = self.clone();
        state.complete();
        state
    }

    /// The same with everybody where he or she sits now.
    pub fn begin_from_now(&self) -> Self {
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
        for (seat, now) in layout.problem.seats.iter().enumerate() {
            let now = now.slot.filter(|slot| layout.choices[seat] & slot_set(*slot) != 0);
            if let Some(slot) = now
                .filter(|slot| self.slot_of[seat] == NO_SLOT && self.may_meet(seat as u32, *slot))
            {
                self.set_slot(seat as u32, slot);
            }
        }
        for (person, now) in layout.problem.people.iter().enumerate() {
            let Some(seat) = now.current.filter(|_| self.seat_of[person] == NONE) else { continue };
            let score = layout.score(person as u32, seat);
            if let Some(score) = score.filter(|_| self.may_enter(person as u32, seat)) {
                self.enter(person as u32, seat, score);
            }
        }
        self.keep();
    }

    /// Gives every seat without a slot the one in which those who could sit there score most
    /// together.
    fn choose_slots(&mut self) {
        for seat in 0..self.slot_of.len() {
            if self.slot_of[seat] != NO_SLOT {
                continue;
            }
            let row = self.layout.of_seat.row(seat);
            let people = &self.layout.problem.people;
            let demand = |slot: u8| -> i64 {
                let free =
                    row.iter().filter(|edge| people[edge.to as usize].slots & slot_set(slot) != 0);
                let present = self.layout.problem.seats[seat].slot == Some(slot);
                free.map(|edge| 1 + i64::from(edge.score)).sum::<i64>() + i64::from(present)
            };
            let open = self.layout.slots(seat).filter(|slot| self.may_meet(seat as u32, *slot));
            if let Some(slot) = open.max_by_key(|slot| (demand(*slot), std::cmp::Reverse(*slot))) {
                self.set_slot(seat as u32, slot);
            }
        }
        self.keep();
    }
}
