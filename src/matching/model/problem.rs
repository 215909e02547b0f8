//! What is asked, in numbers: people, seats, what each pair and each group is worth, and the rules
//! that nothing may break.

use crate::matching::assign::{Fit, Slots};

/// Somebody who needs a place, or has one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// When the person is free, a bit a slot.
    pub slots: Slots,
    /// Every seat that is possible in some slot, each at most once, with what the pair is worth.
    pub fits: Vec<Fit>,
    /// The seat the person has now, or was told of: the search begins there.
    pub current: Option<u32>,
    /// The person stays in `current`, which must be one of the fits and exist.
    pub pinned: bool,
}

/// A group that exists or could be opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seat {
    /// When it can meet, a bit a slot.
    pub slots: Slots,
    /// With fewer members a new group is not opened; an existing one pays `Prices::short` for each
    /// who is missing.
    pub min: u32,
    /// It takes no more.
    pub max: u32,
    /// The size from which each member more or less costs `Prices::size`.
    pub target: u32,
    /// The group is open already.
    pub exists: bool,
    /// The slot in which it meets now, or is said to.
    pub slot: Option<u8>,
    /// It keeps that slot.
    pub keep: bool,
    /// The owner (mentor), by position in `Problem::owners`, if the mentor has several seats: these
    /// share the owner's capacity and never meet in the same slot.
    pub owner: Option<u32>,
}

impl Seat {
    /// The slots in which it may meet.
    pub fn choices(&self) -> Slots {
        match self.slot {
            Some(slot) if self.keep => slot_set(slot),
            _ => self.slots,
        }
    }
}

/// What it is worth that two people are in the same group; below zero if they had better not be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// One, by position.
    pub a: u32,
    /// The other.
    pub b: u32,
    /// Added to the objective.
    pub worth: i32,
}

/// What is taken off the objective; none is negative.
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
    /// Fairness between groups: for each point that a group's scores together lack to `weak_below`
    /// a member.
    pub weak: i64,
    /// The score below which a group's mean counts as weak.
    pub weak_below: u32,
}

impl Prices {
    /// Those of the instances in the acceptance kit.
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

/// A whole matching problem. Ties between equal answers break by position.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problem {
    /// Who needs a place or has one.
    pub people: Vec<Person>,
    /// Where there could be one.
    pub seats: Vec<Seat>,
    /// How many members all seats of an owner take together.
    pub owners: Vec<u32>,
    /// What pairs in one group are worth. Entries of the same two people add up.
    pub pairs: Vec<Pair>,
    /// Who must not be in the same group.
    pub apart: Vec<(u32, u32)>,
    /// Who keeps each other from being alone in a group.
    pub ties: Vec<(u32, u32)>,
    /// What is taken off.
    pub prices: Prices,
}

/// Why a problem has no answer, or an answer breaks a rule. Positions are those in the problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// A position outside its list.
    #[error("{what} {at} does not exist")]
    NoSuch {
        /// What is numbered.
        what: &'static str,
        /// The number.
        at: u32,
    },
    /// Two numbers that exclude each other.
    #[error("seat {0} has a minimum above its maximum")]
    Sizes(u32),
    /// Prices are not negative.
    #[error("a price is below zero")]
    Price,
    /// Somebody pinned has to be in an existing group that is possible.
    #[error(
        "person {0} is pinned, but cannot stay: the group is missing, closed, too full, or has no slot for all"
    )]
    Pinned(u32),
    /// Somebody pinned is not where he or she belongs.
    #[error("person {0} is pinned and was moved")]
    Moved(u32),
    /// No such pair.
    #[error("person {person} may not sit in seat {seat}")]
    NoFit {
        /// Who.
        person: u32,
        /// Where.
        seat: u32,
    },
    /// A member is not free when the group meets.
    #[error("person {person} is not free when seat {seat} meets")]
    NotFree {
        /// Who.
        person: u32,
        /// Where.
        seat: u32,
    },
    /// The group cannot meet then.
    #[error("seat {0} may not meet in its slot")]
    Slot(u32),
    /// Too many or too few.
    #[error("seat {seat} has {members} members")]
    Members {
        /// Where.
        seat: u32,
        /// How many.
        members: u32,
    },
    /// Two groups of one mentor at the same time.
    #[error("owner {0} has two groups in one slot")]
    TwoAtOnce(u32),
    /// A mentor with more members than he or she takes.
    #[error("owner {0} has too many members")]
    OwnerFull(u32),
    /// Two in one group who must not be.
    #[error("persons {0} and {1} must not be together")]
    Together(u32, u32),
}

/// For each person the seat and for each seat the slot.
pub(super) type Places = (Vec<Option<u32>>, Vec<Option<u8>>);

/// The set that holds one slot; empty from the 129th on.
pub fn slot_set(slot: u8) -> Slots {
    Slots::checked_shl(1, u32::from(slot)).unwrap_or(0)
}

/// The slots of a set, in order.
pub fn slots_of(mut set: Slots) -> impl Iterator<Item = u8> {
    std::iter::from_fn(move || {
        let slot = (set != 0).then(|| set.trailing_zeros() as u8)?;
        set &= set - 1;
        Some(slot)
    })
}

impl Problem {
    /// What a group with members is worth by its size, its slot and its members' scores together.
    pub(super) fn worth_of_group(
        &self,
        seat: usize,
        size: u32,
        slot: Option<u8>,
        scores: i64,
    ) -> i64 {
        if size == 0 {
            return 0;
        }
        let (group, prices) = (&self.seats[seat], &self.prices);
        let missing = if group.exists { group.min.saturating_sub(size) } else { 0 };
        let changed = group.slot.is_some() && group.slot != slot;
        let weak = (i64::from(prices.weak_below) * i64::from(size) - scores).max(0);
        -prices.short * i64::from(missing)
            - prices.size * i64::from(size.abs_diff(group.target))
            - if changed { prices.slot_change } else { 0 }
            - prices.weak * weak
    }

    /// What an answer is worth, recomputed from the model alone, or the first rule that it breaks.
    pub fn evaluate(&self, seat_of: &[Option<u32>], slot_of: &[Option<u8>]) -> Result<i64, Broken> {
        let members = self.members(seat_of)?;
        let mut value = 0;
        for (person, seat) in seat_of.iter().enumerate() {
            let Some(seat) = *seat else {
                value -= self.prices.unplaced;
                continue;
            };
            value += i64::from(self.score(person, seat)?);
            let slot = slot_of.get(seat as usize).copied().flatten().map_or(0, slot_set);
            if self.people[person].slots & slot == 0 {
                return Err(Broken::NotFree { person: person as u32, seat });
            }
        }
        let mut of_owner: Vec<(u32, Slots)> = vec![(0, 0); self.owners.len()];
        for (at, who) in members.iter().enumerate().filter(|(_, who)| !who.is_empty()) {
            let (seat, size) = (&self.seats[at], who.len() as u32);
            if size > seat.max || (!seat.exists && size < seat.min) {
                return Err(Broken::Members { seat: at as u32, members: size });
            }
            let slot = slot_of[at].map_or(0, slot_set);
            if seat.choices() & slot == 0 {
                return Err(Broken::Slot(at as u32));
            }
            if let Some(owner) = seat.owner {
                let (taken, slots) = &mut of_owner[owner as usize];
                if *slots & slot != 0 {
                    return Err(Broken::TwoAtOnce(owner));
                }
                *slots |= slot;
                *taken += size;
                if *taken > self.owners[owner as usize] {
                    return Err(Broken::OwnerFull(owner));
                }
            }
            let scores =
                who.iter().map(|&person| Ok(i64::from(self.score(person as usize, at as u32)?)));
            value +=
                self.worth_of_group(at, size, slot_of[at], scores.sum::<Result<i64, Broken>>()?);
        }
        let together = |a: u32, b: u32| {
            seat_of[a as usize].is_some() && seat_of[a as usize] == seat_of[b as usize]
        };
        if let Some(&(a, b)) = self.apart.iter().find(|(a, b)| together(*a, *b)) {
            return Err(Broken::Together(a, b));
        }
        let pairs = self.pairs.iter().filter(|pair| together(pair.a, pair.b));
        value += pairs.map(|pair| i64::from(pair.worth)).sum::<i64>();
        let mut tied = vec![false; self.people.len()];
        for &(a, b) in self.ties.iter().filter(|(a, b)| a != b && together(*a, *b)) {
            (tied[a as usize], tied[b as usize]) = (true, true);
        }
        let isolated =
            (0..tied.len()).filter(|&person| seat_of[person].is_some() && !tied[person]).count();
        Ok(value - self.prices.isolated * isolated as i64)
    }

    /// No answer is worth less, people without a place aside.
    pub(super) fn least(&self) -> i64 {
        let (people, prices) = (self.people.len() as i64, &self.prices);
        let of_seat = |seat: &Seat| {
            let missing = if seat.exists { i64::from(seat.min) } else { 0 };
            prices.short * missing
                + prices.size * i64::from(seat.max.max(seat.target))
                + prices.slot_change
        };
        let pairs: i64 = self.pairs.iter().map(|pair| i64::from(pair.worth.min(0))).sum();
        let members = (prices.isolated + prices.weak * i64::from(prices.weak_below)) * people;
        pairs - members - self.seats.iter().map(of_seat).sum::<i64>()
    }

    /// Who sits where, by seat; checks positions and pins.
    fn members(&self, seat_of: &[Option<u32>]) -> Result<Vec<Vec<u32>>, Broken> {
        let mut members = vec![Vec::new(); self.seats.len()];
        for (at, person) in self.people.iter().enumerate() {
            let seat = seat_of.get(at).copied().flatten();
            if person.pinned && seat != person.current {
                return Err(Broken::Moved(at as u32));
            }
            let Some(seat) = seat else { continue };
            let who =
                members.get_mut(seat as usize).ok_or(Broken::NoSuch { what: "seat", at: seat })?;
            who.push(at as u32);
        }
        Ok(members)
    }

    fn score(&self, person: usize, seat: u32) -> Result<u32, Broken> {
        let fit = self.people[person].fits.iter().find(|fit| fit.seat == seat);
        fit.map(|fit| fit.score).ok_or(Broken::NoFit { person: person as u32, seat })
    }

    /// Whether the problem can be answered at all: its numbers make sense, and all who are pinned
    /// can stay.
    pub fn check(&self) -> Result<(), Broken> {
        let (people, seats) = (self.people.len() as u32, self.seats.len() as u32);
        let pairs = self.pairs.iter().map(|pair| (pair.a, pair.b));
        for (a, b) in pairs.chain(self.apart.iter().copied()).chain(self.ties.iter().copied()) {
            if a.max(b) >= people {
                return Err(Broken::NoSuch { what: "person", at: a.max(b) });
            }
        }
        let prices = &self.prices;
        if [
            prices.unplaced,
            prices.short,
            prices.size,
            prices.slot_change,
            prices.isolated,
            prices.weak,
        ]
        .iter()
        .any(|price| *price < 0)
        {
            return Err(Broken::Price);
        }
        for (at, seat) in self.seats.iter().enumerate() {
            if seat.min > seat.max {
                return Err(Broken::Sizes(at as u32));
            }
            if let Some(owner) = seat.owner.filter(|owner| *owner as usize >= self.owners.len()) {
                return Err(Broken::NoSuch { what: "owner", at: owner });
            }
        }
        for fit in self.people.iter().flat_map(|person| &person.fits) {
            if fit.seat >= seats {
                return Err(Broken::NoSuch { what: "seat", at: fit.seat });
            }
        }
        self.only_pinned().map(|_| ())
    }

    /// The answer in which those who are pinned sit in their groups and nobody else anywhere; there
    /// is one if the problem has any answer, since an existing group may be below its minimum.
    pub(super) fn only_pinned(&self) -> Result<Places, Broken> {
        let mut seat_of = vec![None; self.people.len()];
        let mut choices: Vec<Slots> = self.seats.iter().map(Seat::choices).collect();
        let mut someone: Vec<Option<u32>> = vec![None; self.seats.len()];
        for (at, person) in self.people.iter().enumerate().filter(|(_, person)| person.pinned) {
            let there = person.current.filter(|seat| self.score(at, *seat).is_ok());
            let exists = there.filter(|seat| self.seats[*seat as usize].exists);
            let seat = exists.ok_or(Broken::Pinned(at as u32))? as usize;
            seat_of[at] = exists;
            choices[seat] &= person.slots;
            someone[seat] = Some(at as u32);
        }
        let mut slot_of: Vec<Option<u8>> = vec![None; self.seats.len()];
        let mut owned: Vec<Vec<usize>> = vec![Vec::new(); self.owners.len()];
        for (seat, one) in someone.iter().enumerate() {
            let Some(one) = *one else { continue };
            let preferred =
                self.seats[seat].slot.filter(|slot| choices[seat] & slot_set(*slot) != 0);
            slot_of[seat] = preferred.or_else(|| slots_of(choices[seat]).next());
            if slot_of[seat].is_none() {
                return Err(Broken::Pinned(one));
            }
            if let Some(owner) = self.seats[seat].owner {
                owned[owner as usize].push(seat);
            }
        }
        for seats in &owned {
            if !distinct_slots(seats, &choices, &mut slot_of) {
                return Err(Broken::Pinned(someone[seats[0]].unwrap_or(0)));
            }
        }
        match self.evaluate(&seat_of, &slot_of) {
            Ok(_) => Ok((seat_of, slot_of)),
            Err(Broken::Members { seat, .. }) => {
                Err(Broken::Pinned(someone[seat as usize].unwrap_or(0)))
            }
            Err(broken) => Err(broken),
        }
    }
}

/// Gives each of these seats a slot of its own, if that is possible (augmenting paths: Kuhn, 1955).
fn distinct_slots(seats: &[usize], choices: &[Slots], slot_of: &mut [Option<u8>]) -> bool {
    fn place(
        seat: usize,
        choices: &[Slots],
        holder: &mut [Option<usize>; 128],
        tried: &mut Slots,
    ) -> bool {
        for slot in slots_of(choices[seat]) {
            if *tried & slot_set(slot) != 0 {
                continue;
            }
            *tried |= slot_set(slot);
            let other = holder[slot as usize];
            if other.is_none_or(|other| place(other, choices, holder, tried)) {
                holder[slot as usize] = Some(seat);
                return true;
            }
        }
        false
    }
    let mut holder = [None; 128];
    if !seats.iter().all(|&seat| place(seat, choices, &mut holder, &mut 0)) {
        return false;
    }
    // Present slots are kept where they already differ.
    let present = seats.iter().fold(0, |set, &seat| set | slot_of[seat].map_or(0, slot_set));
    if present.count_ones() as usize != seats.len() {
        for (slot, seat) in
            holder.iter().enumerate().filter_map(|(slot, seat)| seat.map(|seat| (slot, seat)))
        {
            slot_of[seat] = Some(slot as u8);
        }
    }
    true
}
