//! Which seats there are, who could sit where and what each pair is worth: an instance in the
//! solver's numbers.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use halaqah_solver::{
    Fit, Person, PersonId, Position, Problem, Seat, SeatId, Slot, SlotSet, Table,
};

use super::instance::{Instance, MenteeId, Mentor, MentorId, OpenGroupId};
use super::rules::{self, Bar};
use super::score::{self, Pairing, Part, Profile};

/// A group that could take somebody.
#[derive(Debug, Clone)]
pub struct GroupSeat {
    /// Its mentor.
    pub mentor: MentorId,
    /// The open group; `None` for a group that could be opened.
    pub group: Option<OpenGroupId>,
    /// How many more it takes.
    pub capacity: u32,
    /// The slots in which it can meet.
    pub choices: SlotSet,
}

/// An instance laid out for the solver. Every list is in order of codes.
#[derive(Debug)]
pub struct Board<'s, 'a> {
    /// The sorted instance.
    pub instance: &'s Instance<'a>,
    /// The names of all weekly slots in which anybody can meet, in order. A set of slots has room
    /// for the first 128.
    slots: Vec<&'a str>,
    /// The seats: by mentor, open groups before new ones.
    pub seats: Table<SeatId, GroupSeat>,
    /// Who could sit where, by scores alone: mentees are its people, the seats its seats.
    pub problem: Problem,
    /// For each mentor the slots.
    mentor_slots: Table<MentorId, Vec<&'a str>>,
    of_mentees: Table<MenteeId, Profile<'a>>,
    of_mentors: Table<MentorId, Profile<'a>>,
    of_members: Table<OpenGroupId, Vec<Profile<'a>>>,
}

/// The person who stands for a mentee: mentees are the first people of every problem.
pub fn person_of(mentee: MenteeId) -> PersonId {
    PersonId(mentee.0)
}

impl<'s, 'a> Board<'s, 'a> {
    /// Lays out a sorted instance.
    pub fn new(instance: &'s Instance<'a>) -> Self {
        let mentors = instance.mentors.iter();
        let mentor_slots: Table<MentorId, Vec<&str>> =
            mentors.clone().map(|mentor| rules::slots_of_mentor(instance, mentor)).collect();
        let slots: BTreeSet<&str> = mentor_slots.iter().flatten().copied().collect();
        let of_group = instance
            .groups
            .iter()
            .map(|group| group.members.iter().map(|member| Profile::of(member.answers)).collect());
        let mut board = Self {
            instance,
            slots: slots.into_iter().collect(),
            seats: Table::default(),
            problem: Problem::default(),
            mentor_slots,
            of_mentees: instance.mentees.iter().map(|mentee| Profile::of(mentee.answers)).collect(),
            of_mentors: mentors.map(|mentor| Profile::of(mentor.answers)).collect(),
            of_members: of_group.collect(),
        };
        for mentor in instance.mentor_ids().filter(|mentor| instance.mentor(*mentor).ready) {
            board.add_seats(mentor);
        }
        board.problem.people = instance.mentee_ids().map(|mentee| board.person(mentee)).collect();
        board
    }

    /// The slot of a name, if anybody can meet in it.
    pub fn find_slot(&self, name: &str) -> Option<Slot> {
        let at = self.slots.binary_search(&name).ok()?;
        u8::try_from(at).ok().map(Slot).filter(|slot| !SlotSet::of(*slot).is_empty())
    }

    /// The name of a slot.
    pub fn slot_name(&self, slot: Slot) -> &'a str {
        self.slots[usize::from(slot.0)]
    }

    /// The names of all slots in which anybody can meet.
    pub fn slot_names(&self) -> &[&'a str] {
        &self.slots
    }

    /// When a mentee is free, and the seats that are possible then.
    pub fn fits_of(&self, mentee: MenteeId) -> &Person {
        &self.problem.people[person_of(mentee)]
    }

    /// The rule that keeps a mentee from a mentor, places aside.
    pub fn bar(&self, mentee: MenteeId, mentor: MentorId) -> Option<Bar> {
        let (instance, slots) = (self.instance, &self.mentor_slots[mentor]);
        rules::pair_bar(instance, instance.mentee(mentee), instance.mentor(mentor), slots)
    }

    /// What a mentee's score in a mentor's group is made of: an open group, or a new one. `slot` is
    /// the one in which it meets, once that is chosen.
    pub fn parts(
        &self,
        mentee: MenteeId,
        mentor: MentorId,
        group: Option<OpenGroupId>,
        slot: Option<Slot>,
    ) -> Vec<Part> {
        let instance = self.instance;
        score::parts(&Pairing {
            instance,
            mentee: instance.mentee(mentee),
            of_mentee: &self.of_mentees[mentee],
            mentor: instance.mentor(mentor),
            of_mentor: &self.of_mentors[mentor],
            mentor_slots: &self.mentor_slots[mentor],
            group: group.map(|group| (instance.group(group), self.of_members[group].as_slice())),
            slot: slot.map(|slot| self.slot_name(slot)),
        })
    }

    /// The score of a mentee in a seat, whenever it meets.
    pub fn score(&self, mentee: MenteeId, seat: SeatId) -> u32 {
        let GroupSeat { mentor, group, .. } = self.seats[seat];
        score::total(&self.parts(mentee, mentor, group, None))
    }

    /// The seats of one mentor.
    pub fn seats_of(&self, mentor: MentorId) -> impl Iterator<Item = SeatId> + use<'_, 's, 'a> {
        let from = self.seats.partition_point(|seat| seat.mentor < mentor);
        let own = self.seats.iter().skip(from).take_while(move |seat| seat.mentor == mentor);
        (from..).map(SeatId::at).zip(own).map(|(at, _)| at)
    }

    /// The name of the open group that a seat is, if it is one.
    pub fn name_of_open(&self, seat: SeatId) -> Option<&'a str> {
        self.seats[seat].group.map(|group| self.instance.group(group).name)
    }

    /// For every seat the slot in which most of those who could sit there are free; two groups of a
    /// mentor never share one.
    pub fn slots_in_demand(&self) -> Table<SeatId, Option<Slot>> {
        let mut demand: Table<SeatId, Vec<u32>> =
            Table::filled(vec![0; self.slots.len()], self.seats.len());
        for person in &self.problem.people {
            for fit in &person.fits {
                for slot in (person.slots & self.seats[fit.seat].choices).iter() {
                    demand[fit.seat][usize::from(slot.0)] += 1;
                }
            }
        }
        let mut slots: Table<SeatId, Option<Slot>> = Table::filled(None, self.seats.len());
        for (at, seat) in self.seats.entries() {
            let is_free =
                |slot: &Slot| self.seats_of(seat.mentor).all(|other| slots[other] != Some(*slot));
            let wanted = |slot: &Slot| (Reverse(demand[at][usize::from(slot.0)]), *slot);
            slots[at] = seat.choices.iter().filter(is_free).min_by_key(wanted);
        }
        slots
    }

    fn add_seats(&mut self, at: MentorId) {
        let (instance, mentor) = (self.instance, self.instance.mentor(at));
        let set = |names: &mut dyn Iterator<Item = &str>| -> SlotSet {
            names.filter_map(|name| self.find_slot(name)).collect()
        };
        let kept = set(&mut instance.groups_of(mentor.code).filter_map(|group| group.slot));
        let others = set(&mut self.mentor_slots[at].iter().copied()).without(kept);
        let mut seats = self.open_seats(at, mentor, others);
        let capacity = instance.group_size.max.min(mentor.remaining());
        for _ in 0..rules::new_groups(instance, mentor) {
            seats.push(GroupSeat { mentor: at, group: None, capacity, choices: others });
        }
        let owner =
            (seats.len() > 1).then(|| self.problem.owners.push(mentor.remaining() as usize));
        for seat in seats {
            let max = seat.capacity as usize;
            self.problem.seats.push(Seat { max, owner, ..Seat::default() });
            self.seats.push(seat);
        }
    }

    /// A mentor's open groups that take somebody more; `others` are the slots in which none of them
    /// meets.
    fn open_seats(&self, at: MentorId, mentor: &Mentor, others: SlotSet) -> Vec<GroupSeat> {
        let instance = self.instance;
        let mut seats = Vec::new();
        let mut met = BTreeSet::new();
        for group in instance.group_ids() {
            let open = instance.group(group);
            if open.mentor != mentor.code {
                continue;
            }
            let capacity = rules::free_places(open, mentor, instance.group_size);
            // Nobody is sent to a group that meets while its mentor is in another one.
            let meets_alone = open.slot.is_none_or(|slot| met.insert(slot));
            if capacity > 0 && meets_alone {
                let fixed = |name| self.find_slot(name).into_iter().collect();
                let choices = open.slot.map_or(others, fixed);
                seats.push(GroupSeat { mentor: at, group: Some(group), capacity, choices });
            }
        }
        seats
    }

    /// A mentee with every seat that no rule forbids.
    fn person(&self, mentee: MenteeId) -> Person {
        let own = self.instance.mentee(mentee).slots;
        let slots: SlotSet = own.iter().filter_map(|slot| self.find_slot(slot)).collect();
        let mut fits: Vec<Fit> = Vec::new();
        for mentor in self.instance.mentor_ids() {
            let mut seats = self.seats_of(mentor).peekable();
            if seats.peek().is_none() || self.bar(mentee, mentor).is_some() {
                continue;
            }
            let mut score_of_new = None;
            for seat in seats {
                if !slots.intersects(self.seats[seat].choices) {
                    continue;
                }
                let score = || self.score(mentee, seat);
                let score = match self.seats[seat].group {
                    Some(_) => score(),
                    None => *score_of_new.get_or_insert_with(score),
                };
                fits.push(Fit { seat, score });
            }
        }
        Person { slots, fits, ..Person::default() }
    }
}
