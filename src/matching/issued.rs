//! What was suggested last, on the board of today: where it had people sit and groups meet, as far
//! as that still can be.

use std::collections::BTreeMap;

use super::seats::{Board, Seat};
use crate::ledger::event::IssuedSuggestion;

/// Where the suggestions that stand have people sit and groups meet.
pub struct Issued {
    /// The seat of each mentee, where there still is one and nothing between the two forbids it.
    pub seat_of: Vec<Option<usize>>,
    /// When each seat meets, by position in `Board::slots`.
    pub slots: Vec<Option<usize>>,
    /// Every suggestion that was issued is among them.
    pub whole: bool,
}

impl Issued {
    /// Finds them on a board.
    pub fn of(board: &Board) -> Self {
        let fixed = |seat: &Seat| {
            seat.group
                .and_then(|_| seat.choices.first().copied().filter(|_| seat.choices.len() == 1))
        };
        let mut issued = Self {
            seat_of: vec![None; board.instance.mentees.len()],
            slots: board.seats.iter().map(fixed).collect(),
            whole: true,
        };
        let mut opened: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        for one in board.instance.last.iter().flat_map(|last| &last.suggestions) {
            let found = issued.seat_suggested(board, one, &mut opened);
            issued.whole &= found.is_some();
            if let Some((mentee, seat, slot)) = found {
                (issued.slots[seat], issued.seat_of[mentee]) = (Some(slot), Some(seat));
            }
        }
        issued
    }

    /// The mentee, the seat and its slot. A group that was to be opened may have been opened since.
    fn seat_suggested(
        &self,
        board: &Board,
        one: &IssuedSuggestion,
        opened: &mut BTreeMap<(usize, usize), usize>,
    ) -> Option<(usize, usize, usize)> {
        let instance = board.instance;
        let mentee = instance
            .mentees
            .binary_search_by_key(&one.mentee.as_str(), |mentee| mentee.code)
            .ok()?;
        let mentor = instance
            .mentors
            .binary_search_by_key(&one.mentor.as_str(), |mentor| mentor.code)
            .ok()?;
        let slot = board.slots.binary_search(&one.slot.as_deref()?).ok()?;
        let group_of =
            |seat: usize| board.seats[seat].group.map(|group| instance.groups[group].name);
        let seat = match one.group.as_deref() {
            Some(name) => board.seats_of(mentor).find(|seat| group_of(*seat) == Some(name))?,
            None => match opened.get(&(mentor, slot)) {
                Some(seat) => *seat,
                None => {
                    // Where an open group meets, no other of the mentor's can.
                    let slot_of = |seat: usize| {
                        board.seats[seat].group.and_then(|group| instance.groups[group].slot)
                    };
                    let meets = |seat: &usize| slot_of(*seat) == Some(board.slots[slot]);
                    let new =
                        |seat: &usize| group_of(*seat).is_none() && self.slots[*seat].is_none();
                    let seat = board
                        .seats_of(mentor)
                        .find(meets)
                        .or_else(|| board.seats_of(mentor).find(new))?;
                    opened.insert((mentor, slot), seat);
                    seat
                }
            },
        };
        let fits = &board.network.people[mentee].fits;
        fits.iter().any(|fit| fit.seat as usize == seat).then_some((mentee, seat, slot))
    }
}
