//! Explains a grouping: the reasons of each suggestion, the best alternative, and what keeps others
//! from a place.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use compact_str::{CompactString, ToCompactString, format_compact};
use halaqah_solver::{SeatId, Table};

use super::board::Board;
use super::grouping::Grouping;
use super::instance::{MenteeId, MentorId};
use super::rules::Bar;
use super::score::{self, Part, Reason};
use super::suggestions::{Alternative, Lost, SuggestedGroup, Suggestion, Unplaced};

/// How many reasons for a suggestion are given.
const REASONS: usize = 3;

/// The group of each seat: an open group's name, or for a group to be opened its mentor's code and
/// a number from 1. Numbers go by the slots, so that a group keeps its own whichever seat it comes
/// to have.
pub fn groups(board: &Board, grouping: &Grouping) -> Table<SeatId, Option<SuggestedGroup>> {
    let is_new = |at: SeatId| board.seats[at].group.is_none() && !grouping.members(at).is_empty();
    let group = |at: SeatId| {
        if let Some(name) = board.name_of_open(at) {
            return Some(SuggestedGroup::Open(name.to_compact_string()));
        }
        let order = |seat: SeatId| (grouping.slots[seat], seat);
        let before = |other: &SeatId| is_new(*other) && order(*other) <= order(at);
        let number = board.seats_of(board.seats[at].mentor).filter(before).count();
        is_new(at)
            .then(|| SuggestedGroup::New(format_compact!("{}-{number}", mentor_of(board, at))))
    };
    board.seats.ids().map(group).collect()
}

/// The suggestion for a mentee who has a place.
pub fn suggestion(
    board: &Board,
    grouping: &Grouping,
    groups: &Table<SeatId, Option<SuggestedGroup>>,
    mentee: MenteeId,
) -> Option<Suggestion> {
    let at = grouping.seat_of(mentee)?;
    let seat = &board.seats[at];
    let slot = grouping.slots[at]?;
    let parts = board.parts(mentee, seat.mentor, seat.group, Some(slot));
    let (reasons, against) = weightiest(&parts);
    Some(Suggestion {
        mentee: board.instance.mentee(mentee).code.to_compact_string(),
        mentor: mentor_of(board, at),
        group: groups[at].clone()?,
        slot: board.slot_name(slot).to_compact_string(),
        score: board.score(mentee, at),
        terms: score::terms(&parts),
        reasons,
        against,
        alternative: alternative(board, grouping, groups, mentee),
    })
}

/// Why a mentee has no place.
pub fn unplaced(board: &Board, grouping: &Grouping, mentee: MenteeId) -> Unplaced {
    let mut bars: BTreeMap<Bar, u32> = BTreeMap::new();
    for mentor in board.instance.mentor_ids() {
        let bar = board.bar(mentee, mentor);
        let bar = bar.unwrap_or_else(|| seat_bar(board, grouping, mentee, mentor));
        *bars.entry(bar).or_default() += 1;
    }
    let why = bars.keys().next_back().copied().unwrap_or(Bar::NoMentor);
    Unplaced { mentee: board.instance.mentee(mentee).code.to_compact_string(), why, bars }
}

/// What keeps a mentee from every seat of a mentor where no rule between the two does: the reason
/// of the seat that was nearest to a placement.
fn seat_bar(board: &Board, grouping: &Grouping, mentee: MenteeId, mentor: MentorId) -> Bar {
    let own = board.fits_of(mentee).slots;
    let bars = board.seats_of(mentor).map(|at| {
        if !own.intersects(grouping.slot_set(at)) {
            Bar::OtherSlot
        } else if board.seats[at].group.is_none() && grouping.members(at).is_empty() {
            Bar::TooFewForGroup
        } else {
            Bar::PlacesTaken
        }
    });
    bars.max().unwrap_or(Bar::GroupFull)
}

/// What lifts the score most, and what lowers it most. The shared slot is always a reason: without
/// it there would be no group.
fn weightiest(parts: &[Part]) -> (Vec<Reason>, Option<Reason>) {
    let points = |part: &&Part| score::points(part, parts);
    let mut lifting: Vec<&Part> = parts.iter().filter(|part| points(part) > 0).collect();
    lifting.sort_by_key(|part| Reverse(points(part)));
    lifting.truncate(REASONS);
    let shared = parts.iter().find(|part| matches!(part.reason, Reason::SlotShared { .. }));
    if let Some(shared) = shared.filter(|shared| !lifting.contains(shared)) {
        lifting.truncate(REASONS - 1);
        lifting.push(shared);
    }
    let lowering =
        parts.iter().filter(|part| points(part) < 0 && !lifting.contains(part)).min_by_key(points);
    let against = lowering.map(|part| part.reason.clone());
    (lifting.into_iter().map(|part| part.reason.clone()).collect(), against)
}

/// The group of another mentor that scores highest among those which meet when the mentee is free.
fn alternative(
    board: &Board,
    grouping: &Grouping,
    groups: &Table<SeatId, Option<SuggestedGroup>>,
    mentee: MenteeId,
) -> Option<Alternative> {
    let chosen = grouping.seat_of(mentee)?;
    let person = board.fits_of(mentee);
    let others = person.fits.iter().filter(|fit| {
        board.seats[fit.seat].mentor != board.seats[chosen].mentor
            && person.slots.intersects(grouping.slot_set(fit.seat))
            && groups[fit.seat].is_some()
    });
    let best = others.min_by_key(|fit| (Reverse(fit.score), fit.seat))?;
    let difference = i64::from(board.score(mentee, chosen)) - i64::from(best.score);
    let lost = if difference >= 0 {
        Lost::LowerScore
    } else if grouping.is_full(board, best.seat) {
        Lost::PlacesTaken
    } else {
        Lost::NeededElsewhere
    };
    Some(Alternative {
        mentor: mentor_of(board, best.seat),
        group: groups[best.seat].clone()?,
        slot: board.slot_name(grouping.slots[best.seat]?).to_compact_string(),
        score: best.score,
        difference,
        lost,
    })
}

fn mentor_of(board: &Board, seat: SeatId) -> CompactString {
    board.instance.mentor(board.seats[seat].mentor).code.to_compact_string()
}
