//! What is asked, in numbers: people, seats, what each pair and each group is worth, and the rules
//! that no answer may break.

use crate::number::int;
use crate::position::{OwnerId, PersonId, SeatId, Slot, SlotSet, Table};

/// One possible pair of a person and a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fit {
    /// The seat.
    pub seat: SeatId,
    /// What the pair is worth.
    pub score: u32,
}

/// Somebody who needs a place, or has one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// When the person is free.
    pub slots: SlotSet,
    /// Every seat that is possible in some slot, each at most once.
    pub fits: Vec<Fit>,
    /// The seat the person has now, or was told of: the search begins there.
    pub current: Option<SeatId>,
    /// Whether the person stays in `current`, which must be one of the fits and exist.
    pub pinned: bool,
}

/// A group that exists or could be opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seat {
    /// When it can meet.
    pub slots: SlotSet,
    /// The minimum number of members. A new group below it is not opened; an existing one pays
    /// `Prices::short` for each who is missing.
    pub min: usize,
    /// The maximum number of members.
    pub max: usize,
    /// The size from which each member more or less costs `Prices::size`.
    pub target: usize,
    /// Whether the group is open already.
    pub exists: bool,
    /// The slot in which it meets now, or is said to.
    pub slot: Option<Slot>,
    /// Whether it keeps that slot.
    pub keep: bool,
    /// The owner, if the owner has several seats: these share the owner's capacity and never meet
    /// in the same slot.
    pub owner: Option<OwnerId>,
}

impl Seat {
    /// The slots in which it may meet.
    pub fn choices(&self) -> SlotSet {
        match self.slot {
            Some(slot) if self.keep => SlotSet::of(slot),
            _ => self.slots,
        }
    }
}

/// What it is worth that two people are in the same group; negative if they had better not be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// One of the two.
    pub a: PersonId,
    /// The other.
    pub b: PersonId,
    /// The points added to the objective.
    pub worth: i32,
}

/// What is taken off the objective, in points; none is negative.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Prices {
    /// For each person without a place. Larger than all else that a place can cost, it puts the
    /// number of places first.
    pub unplaced: i64,
    /// For each member missing to the minimum of an existing group that has members.
    pub short: i64,
    /// For each member above or below the target of a group that has members.
    pub size: i64,
    /// For a group with members that meets in another slot than now.
    pub slot_change: i64,
    /// For each member who is tied (`Problem::ties`) to nobody in the group.
    pub isolated: i64,
    /// For each point that a group's scores together lack to `weak_below` a member: fairness
    /// between groups.
    pub weak: i64,
    /// The score below which a group's mean counts as weak.
    pub weak_below: u32,
}

impl Prices {
    /// The prices of the instances in the acceptance kit.
    pub const OF_INSTANCES: Self = Self {
        unplaced: 2000,
        short: 400,
        size: 20,
        slot_change: 150,
        isolated: 0,
        weak: 0,
        weak_below: 0,
    };
}

/// A whole problem. Ties between equal answers break by position.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problem {
    /// Who needs a place or has one.
    pub people: Table<PersonId, Person>,
    /// Where there could be one.
    pub seats: Table<SeatId, Seat>,
    /// How many members all seats of an owner take together.
    pub owners: Table<OwnerId, usize>,
    /// What pairs in one group are worth. Entries of the same two people add up.
    pub pairs: Vec<Pair>,
    /// Who must not be in the same group.
    pub apart: Vec<(PersonId, PersonId)>,
    /// Who keeps each other from being alone in a group.
    pub ties: Vec<(PersonId, PersonId)>,
    /// What is taken off.
    pub prices: Prices,
}

/// Why a problem has no answer, or an answer breaks a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// A person who is not in the problem.
    #[error("person {0} does not exist")]
    NoPerson(PersonId),
    /// A seat that is not in the problem.
    #[error("seat {0} does not exist")]
    NoSeat(SeatId),
    /// An owner who is not in the problem.
    #[error("owner {0} does not exist")]
    NoOwner(OwnerId),
    /// A minimum and a maximum that exclude each other.
    #[error("seat {0} has a minimum above its maximum")]
    Sizes(SeatId),
    /// A negative price.
    #[error("a price is below zero")]
    Price,
    /// Somebody pinned who cannot stay in an existing group.
    #[error(
        "person {0} is pinned, but cannot stay: the group is missing, closed, too full, or has no slot for all"
    )]
    Pinned(PersonId),
    /// Somebody pinned who sits elsewhere.
    #[error("person {0} is pinned and was moved")]
    Moved(PersonId),
    /// A pair that is not possible.
    #[error("person {person} may not sit in seat {seat}")]
    NoFit {
        /// Who.
        person: PersonId,
        /// Where.
        seat: SeatId,
    },
    /// A member who is not free when the group meets.
    #[error("person {person} is not free when seat {seat} meets")]
    NotFree {
        /// Who.
        person: PersonId,
        /// Where.
        seat: SeatId,
    },
    /// A group that meets in a slot in which it may not.
    #[error("seat {0} may not meet in its slot")]
    Slot(SeatId),
    /// Too many members, or too few.
    #[error("seat {seat} has {members} members")]
    Members {
        /// Where.
        seat: SeatId,
        /// How many.
        members: usize,
    },
    /// Two groups of one owner at the same time.
    #[error("owner {0} has two groups in one slot")]
    TwoAtOnce(OwnerId),
    /// More members than an owner takes.
    #[error("owner {0} has too many members")]
    OwnerFull(OwnerId),
    /// Two in one group who must not be.
    #[error("persons {0} and {1} must not be together")]
    Together(PersonId, PersonId),
}

/// Who sits where, and when each seat meets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seating {
    /// The seat of each person who has one.
    pub seat_of: Table<PersonId, Option<SeatId>>,
    /// The slot of each seat that has members.
    pub slot_of: Table<SeatId, Option<Slot>>,
}

impl Seating {
    /// Returns the seating in which nobody sits anywhere and no seat meets.
    pub fn empty(problem: &Problem) -> Self {
        Self {
            seat_of: Table::filled(None, problem.people.len()),
            slot_of: Table::filled(None, problem.seats.len()),
        }
    }

    /// When a seat meets, as a set.
    pub fn slots(&self, seat: SeatId) -> SlotSet {
        self.slot_of.get(seat).copied().flatten().map_or(SlotSet::EMPTY, SlotSet::of)
    }
}

impl Problem {
    /// What a group with members is worth by its size, its slot and its members' scores together.
    pub(crate) fn worth_of_group(
        &self,
        seat: SeatId,
        size: usize,
        slot: Option<Slot>,
        scores: i64,
    ) -> i64 {
        if size == 0 {
            return 0;
        }
        let (group, prices) = (&self.seats[seat], &self.prices);
        let missing = if group.exists { group.min.saturating_sub(size) } else { 0 };
        let changed = group.slot.is_some() && group.slot != slot;
        let weak = (i64::from(prices.weak_below) * int(size) - scores).max(0);
        -prices.short * int(missing)
            - prices.size * int(size.abs_diff(group.target))
            - if changed { prices.slot_change } else { 0 }
            - prices.weak * weak
    }

    /// What an answer is worth, recomputed from the problem alone, or the first rule that it
    /// breaks.
    pub fn evaluate(&self, seating: &Seating) -> Result<i64, Broken> {
        let members = self.members(seating)?;
        let mut value = 0;
        for (person, seat) in seating.seat_of.entries() {
            let Some(seat) = *seat else {
                value -= self.prices.unplaced;
                continue;
            };
            value += i64::from(self.score(person, seat)?);
            if !self.people[person].slots.intersects(seating.slots(seat)) {
                return Err(Broken::NotFree { person, seat });
            }
        }
        Ok(value + self.evaluate_groups(seating, &members)? + self.evaluate_company(seating)?)
    }

    /// What the groups of an answer are worth by their sizes, slots and scores.
    fn evaluate_groups(
        &self,
        seating: &Seating,
        members: &Table<SeatId, Vec<PersonId>>,
    ) -> Result<i64, Broken> {
        let mut value = 0;
        let mut of_owner: Table<OwnerId, (usize, SlotSet)> =
            Table::filled((0, SlotSet::EMPTY), self.owners.len());
        for (at, who) in members.entries().filter(|(_, who)| !who.is_empty()) {
            let (seat, size) = (&self.seats[at], who.len());
            if size > seat.max || (!seat.exists && size < seat.min) {
                return Err(Broken::Members { seat: at, members: size });
            }
            let slot = seating.slots(at);
            if !seat.choices().intersects(slot) {
                return Err(Broken::Slot(at));
            }
            if let Some(owner) = seat.owner {
                let (taken, slots) = &mut of_owner[owner];
                if slots.intersects(slot) {
                    return Err(Broken::TwoAtOnce(owner));
                }
                *slots |= slot;
                *taken += size;
                if *taken > self.owners[owner] {
                    return Err(Broken::OwnerFull(owner));
                }
            }
            let scores = who.iter().map(|&person| Ok(i64::from(self.score(person, at)?)));
            let scores = scores.sum::<Result<i64, Broken>>()?;
            value += self.worth_of_group(at, size, seating.slot_of[at], scores);
        }
        Ok(value)
    }

    /// What it is worth who sits with whom.
    fn evaluate_company(&self, seating: &Seating) -> Result<i64, Broken> {
        let seat_of = &seating.seat_of;
        let together = |a: PersonId, b: PersonId| seat_of[a].is_some() && seat_of[a] == seat_of[b];
        if let Some(&(a, b)) = self.apart.iter().find(|(a, b)| together(*a, *b)) {
            return Err(Broken::Together(a, b));
        }
        let pairs = self.pairs.iter().filter(|pair| together(pair.a, pair.b));
        let value: i64 = pairs.map(|pair| i64::from(pair.worth)).sum();
        let mut tied: Table<PersonId, bool> = Table::filled(false, self.people.len());
        for &(a, b) in self.ties.iter().filter(|(a, b)| a != b && together(*a, *b)) {
            (tied[a], tied[b]) = (true, true);
        }
        let isolated = seat_of.entries().filter(|(person, seat)| seat.is_some() && !tied[*person]);
        Ok(value - self.prices.isolated * int(isolated.count()))
    }

    /// No answer is worth less, people without a place aside.
    pub(crate) fn least(&self) -> i64 {
        let prices = &self.prices;
        let of_seat = |seat: &Seat| {
            let missing = if seat.exists { int(seat.min) } else { 0 };
            prices.short * missing
                + prices.size * int(seat.max.max(seat.target))
                + prices.slot_change
        };
        let pairs: i64 = self.pairs.iter().map(|pair| i64::from(pair.worth.min(0))).sum();
        let of_member = prices.isolated + prices.weak * i64::from(prices.weak_below);
        let seats: i64 = self.seats.iter().map(of_seat).sum();
        pairs - of_member * int(self.people.len()) - seats
    }

    /// Who sits in each seat; checks positions and pins.
    fn members(&self, seating: &Seating) -> Result<Table<SeatId, Vec<PersonId>>, Broken> {
        let mut members = Table::filled(Vec::new(), self.seats.len());
        for (at, person) in self.people.entries() {
            let seat = seating.seat_of.get(at).copied().flatten();
            if person.pinned && seat != person.current {
                return Err(Broken::Moved(at));
            }
            let Some(seat) = seat else { continue };
            if members.get(seat).is_none() {
                return Err(Broken::NoSeat(seat));
            }
            members[seat].push(at);
        }
        Ok(members)
    }

    fn score(&self, person: PersonId, seat: SeatId) -> Result<u32, Broken> {
        let fit = self.people[person].fits.iter().find(|fit| fit.seat == seat);
        fit.map(|fit| fit.score).ok_or(Broken::NoFit { person, seat })
    }

    /// Checks that the problem can be answered at all: its numbers make sense, and all who are
    /// pinned can stay.
    pub fn check(&self) -> Result<(), Broken> {
        let pairs = self.pairs.iter().map(|pair| (pair.a, pair.b));
        for (a, b) in pairs.chain(self.apart.iter().copied()).chain(self.ties.iter().copied()) {
            if self.people.get(a.max(b)).is_none() {
                return Err(Broken::NoPerson(a.max(b)));
            }
        }
        let Prices { unplaced, short, size, slot_change, isolated, weak, weak_below: _ } =
            self.prices;
        if [unplaced, short, size, slot_change, isolated, weak].iter().any(|price| *price < 0) {
            return Err(Broken::Price);
        }
        for (at, seat) in self.seats.entries() {
            if seat.min > seat.max {
                return Err(Broken::Sizes(at));
            }
            if let Some(owner) = seat.owner.filter(|owner| self.owners.get(*owner).is_none()) {
                return Err(Broken::NoOwner(owner));
            }
        }
        let mut fits = self.people.iter().flat_map(|person| &person.fits);
        if let Some(fit) = fits.find(|fit| self.seats.get(fit.seat).is_none()) {
            return Err(Broken::NoSeat(fit.seat));
        }
        self.only_pinned().map(|_| ())
    }

    /// The answer in which those who are pinned sit in their groups and nobody else anywhere; there
    /// is one if the problem has any answer, since an existing group may be below its minimum.
    pub(crate) fn only_pinned(&self) -> Result<Seating, Broken> {
        let mut seating = Seating::empty(self);
        let mut choices: Table<SeatId, SlotSet> = self.seats.iter().map(Seat::choices).collect();
        let mut someone: Table<SeatId, Option<PersonId>> = Table::filled(None, self.seats.len());
        for (at, person) in self.people.entries().filter(|(_, person)| person.pinned) {
            let possible = person.current.filter(|seat| self.score(at, *seat).is_ok());
            let open = possible.filter(|seat| self.seats[*seat].exists);
            let seat = open.ok_or(Broken::Pinned(at))?;
            seating.seat_of[at] = open;
            choices[seat] &= person.slots;
            someone[seat] = Some(at);
        }
        let mut owned: Table<OwnerId, Vec<SeatId>> = Table::filled(Vec::new(), self.owners.len());
        for (seat, one) in someone.entries() {
            let Some(one) = *one else { continue };
            let preferred = self.seats[seat].slot.filter(|slot| choices[seat].contains(*slot));
            let slot = preferred.or_else(|| choices[seat].iter().next());
            seating.slot_of[seat] = Some(slot.ok_or(Broken::Pinned(one))?);
            if let Some(owner) = self.seats[seat].owner {
                owned[owner].push(seat);
            }
        }
        let pinned_in = |seat: SeatId| Broken::Pinned(someone[seat].unwrap_or(PersonId(0)));
        for seats in &owned {
            if !give_distinct_slots(seats, &choices, &mut seating.slot_of) {
                return Err(pinned_in(seats[0]));
            }
        }
        match self.evaluate(&seating) {
            Ok(_) => Ok(seating),
            Err(Broken::Members { seat, .. }) => Err(pinned_in(seat)),
            Err(broken) => Err(broken),
        }
    }
}

/// The seat that holds each slot.
type Holders = [Option<SeatId>; 128];

/// Gives each of these seats a slot of its own, if that is possible (augmenting paths: Kuhn, 1955).
fn give_distinct_slots(
    seats: &[SeatId],
    choices: &Table<SeatId, SlotSet>,
    slot_of: &mut Table<SeatId, Option<Slot>>,
) -> bool {
    let mut holders: Holders = [None; 128];
    let mut finds_slot =
        |seat: &SeatId| find_slot(*seat, choices, &mut holders, &mut SlotSet::default());
    if !seats.iter().all(&mut finds_slot) {
        return false;
    }
    // Present slots are kept where they already differ.
    let present: SlotSet = seats.iter().filter_map(|&seat| slot_of[seat]).collect();
    if present.len() != seats.len() {
        for (slot, holder) in (0..).map(Slot).zip(holders) {
            if let Some(seat) = holder {
                slot_of[seat] = Some(slot);
            }
        }
    }
    true
}

/// Finds a slot for a seat; those who hold one already move to another where they must.
fn find_slot(
    seat: SeatId,
    choices: &Table<SeatId, SlotSet>,
    holders: &mut Holders,
    tried: &mut SlotSet,
) -> bool {
    for slot in choices[seat].iter() {
        if tried.contains(slot) {
            continue;
        }
        *tried |= SlotSet::of(slot);
        let holder = usize::from(slot.0);
        if holders[holder].is_none_or(|other| find_slot(other, choices, holders, tried)) {
            holders[holder] = Some(seat);
            return true;
        }
    }
    false
}
