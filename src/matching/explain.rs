//! Why: the reasons of each suggestion, the best alternative, and what keeps the others from a
//! place.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use compact_str::{CompactString, ToCompactString, format_compact};

use super::plan::{Plan, plain_score};
use super::rules::Bar;
use super::score::{self, Part, Reason};
use super::seats::{Board, Seat};
use super::suggestions::{Alternative, Lost, Place, Suggestion, Unplaced};

/// How many reasons for a suggestion are given.
const REASONS: usize = 3;

/// The places by seat: an open group's name, or for a group to be opened its mentor's code and a
/// number from 1. Numbers go by the slots, so that a group keeps its own whichever seat it comes to
/// have.
pub fn places(board: &Board, plan: &Plan) -> Vec<Option<Place>> {
    let is_new = |at: usize| board.seats[at].group.is_none() && !plan.members(at).is_empty();
    let place = |at: usize| {
        let seat = &board.seats[at];
        if let Some(group) = seat.group {
            return Some(Place::Open(board.instance.groups[group].name.to_compact_string()));
        }
        let before =
            |other: &usize| is_new(*other) && (plan.slots[*other], *other) <= (plan.slots[at], at);
        let number = board.seats_of(seat.mentor).filter(before).count();
        is_new(at).then(|| Place::New(format_compact!("{}-{number}", mentor_of(board, seat))))
    };
    (0..board.seats.len()).map(place).collect()
}

/// The suggestion for a mentee who has a place.
pub fn suggestion(
    board: &Board,
    plan: &Plan,
    places: &[Option<Place>],
    mentee: usize,
) -> Option<Suggestion> {
    let at = plan.seat_of(mentee)?;
    let score = plain_score(board, mentee, at);
    let seat = &board.seats[at];
    let slot = plan.slots[at]?;
    let parts = board.parts(mentee, seat, Some(slot));
    let (reasons, against) = weightiest(&parts);
    Some(Suggestion {
        mentee: board.instance.mentees[mentee].code.to_compact_string(),
        mentor: mentor_of(board, seat),
        place: places[at].clone()?,
        slot: board.slots[slot].to_compact_string(),
        score,
        terms: score::terms(&parts),
        reasons,
        against,
        alternative: alternative(board, plan, places, mentee),
    })
}

/// Why a mentee has no place.
pub fn unplaced(board: &Board, plan: &Plan, mentee: usize) -> Unplaced {
    let mut bars: BTreeMap<Bar, u32> = BTreeMap::new();
    for mentor in 0..board.instance.mentors.len() {
        let bar =
            board.bar(mentee, mentor).unwrap_or_else(|| seat_bar(board, plan, mentee, mentor));
        *bars.entry(bar).or_default() += 1;
    }
    let why = bars.keys().next_back().copied().unwrap_or(Bar::NoMentor);
    Unplaced { mentee: board.instance.mentees[mentee].code.to_compact_string(), why, bars }
}

/// What keeps a mentee from every seat of a mentor whom no rule between the two forbids: of all
/// seats the nearest miss.
fn seat_bar(board: &Board, plan: &Plan, mentee: usize, mentor: usize) -> Bar {
    let own = board.network.people[mentee].slots;
    let bars = board.seats_of(mentor).map(|at| {
        let meets = plan.slots[at].is_some_and(|slot| own & Board::slot_set(slot) != 0);
        if !meets {
            Bar::OtherSlot
        } else if board.seats[at].group.is_none() && plan.members(at).is_empty() {
            Bar::TooFewForGroup
        } else {
            Bar::PlacesTaken
        }
    });
    bars.max().unwrap_or(Bar::GroupFull)
}

/// What lifts the score most, and what lowers it most. The shared slot is always a reason, for
/// without it nothing would be.
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
    plan: &Plan,
    places: &[Option<Place>],
    mentee: usize,
) -> Option<Alternative> {
    let chosen = plan.seat_of(mentee)?;
    let score = plain_score(board, mentee, chosen);
    let person = &board.network.people[mentee];
    let meets = |at: usize| person.slots & plan.slot_set(at) != 0;
    let others = person.fits.iter().filter(|fit| {
        let at = fit.seat as usize;
        board.seats[at].mentor != board.seats[chosen].mentor && meets(at) && places[at].is_some()
    });
    let best = others.min_by_key(|fit| (Reverse(fit.score), fit.seat))?;
    let at = best.seat as usize;
    let difference = i64::from(score) - i64::from(best.score);
    let lost = if difference >= 0 {
        Lost::LowerScore
    } else if plan.is_full(board, at) {
        Lost::PlacesTaken
    } else {
        Lost::NeededElsewhere
    };
    Some(Alternative {
        mentor: mentor_of(board, &board.seats[at]),
        place: places[at].clone()?,
        slot: board.slots[plan.slots[at]?].to_compact_string(),
        score: best.score,
        difference,
        lost,
    })
}

fn mentor_of(board: &Board, seat: &Seat) -> CompactString {
    board.instance.mentors[seat.mentor].code.to_compact_string()
}
