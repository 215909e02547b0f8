//! Which seats there are, who could sit where and what each pair is worth: an instance in the
//! solver's numbers.

use std::collections::BTreeSet;

use super::assign::{Fit, Network, Person, Seat as Room, Slots};
use super::instance::{Instance, Mentor};
use super::rules::{self, Bar};
use super::score::{self, Pair, Part, Profile};

/// A group that could take somebody.
#[derive(Debug, Clone)]
pub struct Seat {
    /// Its mentor, by position.
    pub mentor: usize,
    /// The open group, by position; `None` for a group that could be opened.
    pub group: Option<usize>,
    /// How many it takes.
    pub capacity: u32,
    /// The slots in which it can meet, by position in `Board::slots`, in order.
    pub choices: Vec<usize>,
}

/// An instance laid out for the solver. Every list is in order of codes.
#[derive(Debug)]
pub struct Board<'s, 'a> {
    /// What was asked, sorted.
    pub instance: &'s Instance<'a>,
    /// All weekly slots in which anybody can meet. A set of slots has room for the first 128.
    pub slots: Vec<&'a str>,
    /// The seats: by mentor, open groups before new ones.
    pub seats: Vec<Seat>,
    /// Who could sit where.
    pub network: Network,
    /// For each mentor the slots.
    pub mentor_slots: Vec<Vec<&'a str>>,
    of_mentees: Vec<Profile<'a>>,
    of_mentors: Vec<Profile<'a>>,
    of_members: Vec<Vec<Profile<'a>>>,
}

impl<'s, 'a> Board<'s, 'a> {
    /// Lays out a sorted instance.
    pub fn new(instance: &'s Instance<'a>) -> Self {
        let mentor_slots: Vec<_> = instance
            .mentors
            .iter()
            .map(|mentor| rules::slots_of_mentor(instance, mentor))
            .collect();
        let mut slots: Vec<&str> = mentor_slots.iter().flatten().copied().collect();
        slots.sort_unstable();
        slots.dedup();
        let mut board = Self {
            instance,
            slots,
            seats: Vec::new(),
            network: Network::default(),
            mentor_slots,
            of_mentees: instance.mentees.iter().map(|mentee| Profile::of(mentee.answers)).collect(),
            of_mentors: instance.mentors.iter().map(|mentor| Profile::of(mentor.answers)).collect(),
            of_members: instance
                .groups
                .iter()
                .map(|group| {
                    group.members.iter().map(|member| Profile::of(member.answers)).collect()
                })
                .collect(),
        };
        for (at, mentor) in instance.mentors.iter().enumerate().filter(|(_, mentor)| mentor.ready) {
            board.add_seats(at, mentor);
        }
        board.network.people =
            (0..instance.mentees.len()).map(|mentee| board.person(mentee)).collect();
        board
    }

    /// The set that holds one slot.
    pub fn slot_set(slot: usize) -> Slots {
        u32::try_from(slot).ok().and_then(|slot| Slots::checked_shl(1, slot)).unwrap_or(0)
    }

    /// The rule that keeps a mentee from a mentor, places aside.
    pub fn bar(&self, mentee: usize, mentor: usize) -> Option<Bar> {
        let slots = &self.mentor_slots[mentor];
        rules::pair_bar(
            self.instance,
            &self.instance.mentees[mentee],
            &self.instance.mentors[mentor],
            slots,
        )
    }

    /// What a mentee's score in a seat is made of; `slot` is the one in which it meets, once that
    /// is chosen.
    pub fn parts(&self, mentee: usize, seat: &Seat, slot: Option<usize>) -> Vec<Part> {
        score::parts(&Pair {
            instance: self.instance,
            mentee: &self.instance.mentees[mentee],
            of_mentee: &self.of_mentees[mentee],
            mentor: &self.instance.mentors[seat.mentor],
            of_mentor: &self.of_mentors[seat.mentor],
            mentor_slots: &self.mentor_slots[seat.mentor],
            group: seat
                .group
                .map(|group| (&self.instance.groups[group], self.of_members[group].as_slice())),
            slot: slot.map(|slot| self.slots[slot]),
        })
    }

    /// The seats of one mentor, by position.
    pub fn seats_of(&self, mentor: usize) -> impl Iterator<Item = usize> {
        let from = self.seats.partition_point(|seat| seat.mentor < mentor);
        (from..self.seats.len()).take_while(move |seat| self.seats[*seat].mentor == mentor)
    }

    /// For every seat the slot in which most of those who could sit there are free; two groups of a
    /// mentor never share one.
    pub fn slots_in_demand(&self) -> Vec<Option<usize>> {
        let mut demand = vec![vec![0u32; self.slots.len()]; self.seats.len()];
        for person in &self.network.people {
            for fit in &person.fits {
                let free = |slot: &&usize| person.slots & Self::slot_set(**slot) != 0;
                for &slot in self.seats[fit.seat as usize].choices.iter().filter(free) {
                    demand[fit.seat as usize][slot] += 1;
                }
            }
        }
        let mut slots: Vec<Option<usize>> = vec![None; self.seats.len()];
        for (at, seat) in self.seats.iter().enumerate() {
            let free =
                |slot: &usize| self.seats_of(seat.mentor).all(|other| slots[other] != Some(*slot));
            let open = seat.choices.iter().copied().filter(free);
            slots[at] = open.min_by_key(|&slot| (std::cmp::Reverse(demand[at][slot]), slot));
        }
        slots
    }

    fn add_seats(&mut self, at: usize, mentor: &Mentor<'a>) {
        let (instance, size) = (self.instance, self.instance.group_size);
        let position = |slot: &&str| self.slots.binary_search(slot).ok();
        let choices: Vec<usize> = self.mentor_slots[at].iter().filter_map(position).collect();
        let kept: Vec<usize> =
            instance.groups_of(mentor.code).filter_map(|group| position(&group.slot?)).collect();
        let others: Vec<usize> =
            choices.iter().copied().filter(|slot| !kept.contains(slot)).collect();
        let mut seats = Vec::new();
        let mut met = BTreeSet::new();
        for (group, open) in
            instance.groups.iter().enumerate().filter(|(_, group)| group.mentor == mentor.code)
        {
            let capacity = rules::free_places(open, mentor, size);
            // Nobody is sent to a group that meets while its mentor is in another one.
            let meets_alone = open.slot.is_none_or(|slot| met.insert(slot));
            if capacity > 0 && meets_alone {
                let choices = open
                    .slot
                    .map_or_else(|| others.clone(), |slot| position(&slot).into_iter().collect());
                seats.push(Seat { mentor: at, group: Some(group), capacity, choices });
            }
        }
        for _ in 0..rules::new_groups(instance, mentor) {
            let capacity = size.max.min(mentor.remaining());
            seats.push(Seat { mentor: at, group: None, capacity, choices: others.clone() });
        }
        let owner = (seats.len() > 1).then_some(self.network.owners.len() as u32);
        self.network.owners.extend(owner.map(|_| mentor.remaining()));
        self.network.seats.extend(seats.iter().map(|seat| Room { capacity: seat.capacity, owner }));
        self.seats.extend(seats);
    }

    fn person(&self, mentee: usize) -> Person {
        let own = self.instance.mentees[mentee].slots;
        let positions = own.iter().filter_map(|slot| self.slots.binary_search(&slot.as_str()).ok());
        let slots = positions.fold(0, |slots, slot| slots | Self::slot_set(slot));
        let mut fits: Vec<Fit> = Vec::new();
        for mentor in 0..self.instance.mentors.len() {
            let mut seats = self.seats_of(mentor).peekable();
            if seats.peek().is_none() || self.bar(mentee, mentor).is_some() {
                continue;
            }
            let mut score_of_new = None;
            for at in seats {
                let seat = &self.seats[at];
                if !seat.choices.iter().any(|slot| slots & Self::slot_set(*slot) != 0) {
                    continue;
                }
                let score = || score::total(&self.parts(mentee, seat, None));
                let score = if seat.group.is_none() {
                    *score_of_new.get_or_insert_with(score)
                } else {
                    score()
                };
                fits.push(Fit { seat: at as u32, score });
            }
        }
        Person { slots, fits }
    }
}
