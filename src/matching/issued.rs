//! What was suggested last, on the board of today: where it had people sit and groups meet, as far
//! as that still can be.

use std::collections::BTreeMap;

use halaqah_solver::{SeatId, Slot, Table};

use super::board::Board;
use super::instance::{MenteeId, MentorId};
use crate::ledger::event::IssuedSuggestion;

/// Where the suggestions that stand have people sit and groups meet.
pub struct Issued {
    /// The seat of each mentee, where there still is one and nothing between the two forbids it.
    pub seat_of: Table<MenteeId, Option<SeatId>>,
    /// When each seat meets.
    pub slots: Table<SeatId, Option<Slot>>,
    /// Whether every suggestion that was issued is among them.
    pub whole: bool,
}

impl Issued {
    /// Finds them on a board.
    pub fn on(board: &Board) -> Self {
        let fixed = board.seats.iter().map(|seat| {
            let choices = seat.choices;
            choices.iter().next().filter(|_| seat.group.is_some() && choices.len() == 1)
        });
        let mut issued = Self {
            seat_of: Table::filled(None, board.instance.mentees.len()),
            slots: fixed.collect(),
            whole: true,
        };
        let mut opened: BTreeMap<(MentorId, Slot), SeatId> = BTreeMap::new();
        for one in board.instance.last.iter().flat_map(|last| &last.suggestions) {
            let found = issued.seat_suggested(board, one, &mut opened);
            issued.whole &= found.is_some();
            if let Some((mentee, seat, slot)) = found {
                (issued.slots[seat], issued.seat_of[mentee]) = (Some(slot), Some(seat));
            }
        }
        issued
    }

    /// The mentee, the seat and its slot; none if one of them is not there any more.
    fn seat_suggested(
        &self,
        board: &Board,
        one: &IssuedSuggestion,
        opened: &mut BTreeMap<(MentorId, Slot), SeatId>,
    ) -> Option<(MenteeId, SeatId, Slot)> {
        let mentee = board.instance.find_mentee(&one.mentee)?;
        let mentor = board.instance.find_mentor(&one.mentor)?;
        let slot = board.find_slot(one.slot.as_deref()?)?;
        let seat = match one.group.as_deref() {
            Some(name) => {
                board.seats_of(mentor).find(|seat| board.name_of_open(*seat) == Some(name))?
            }
            None => match opened.get(&(mentor, slot)) {
                Some(seat) => *seat,
                None => {
                    let seat = self.seat_to_open(board, mentor, slot)?;
                    opened.insert((mentor, slot), seat);
                    seat
                }
            },
        };
        let fits = &board.fits_of(mentee).fits;
        fits.iter().any(|fit| fit.seat == seat).then_some((mentee, seat, slot))
    }

    /// The seat of a group that was to be opened: where an open group of the mentor meets in its
    /// slot, it has been opened since, for no other can meet then.
    fn seat_to_open(&self, board: &Board, mentor: MentorId, slot: Slot) -> Option<SeatId> {
        let meets_then = |seat: &SeatId| {
            let group = board.seats[*seat].group.map(|group| board.instance.group(group));
            group.and_then(|group| group.slot) == Some(board.slot_name(slot))
        };
        let is_new = |seat: &SeatId| board.seats[*seat].group.is_none();
        board.seats_of(mentor).find(meets_then).or_else(|| {
            board.seats_of(mentor).find(|seat| is_new(seat) && self.slots[*seat].is_none())
        })
    }
}
