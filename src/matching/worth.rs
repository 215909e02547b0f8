//! The worth of one more mentor: how many more people would have a place, by gender and slot.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use compact_str::ToCompactString;
use halaqah_solver::{Assignment, Fit, Problem, Seat, Slot, SlotSet};

use super::board::{Board, person_of};
use super::grouping::Grouping;
use super::suggestions::WorthOfMentor;

/// The worth for every gender and slot of those without a place, the most first. The groups meet
/// when the grouping has them meet. Who sits where is solved anew and exactly: a place that
/// somebody leaves for the new mentor may suit another.
pub fn of_mentors(board: &Board, grouping: &Grouping) -> Vec<WorthOfMentor> {
    let instance = board.instance;
    let unplaced = instance.mentee_ids().filter(|mentee| grouping.seat_of(*mentee).is_none());
    let genders: BTreeSet<&str> = unplaced.map(|mentee| instance.mentee(mentee).gender).collect();
    let mut worth = Vec::new();
    for gender in genders {
        let own = instance.mentees.iter().filter(|mentee| mentee.gender == gender);
        let slots: BTreeSet<&str> =
            own.flat_map(|mentee| mentee.slots.iter().map(|slot| slot.as_str())).collect();
        let problem = now(board, grouping, gender);
        let before = placed(&problem);
        for slot in slots {
            let more = with_mentor(board, &problem, gender, slot);
            if could_join_last(&more) < instance.group_size.min as usize {
                continue;
            }
            let places = placed(&more).saturating_sub(before);
            if places > 0 {
                worth.push(WorthOfMentor {
                    gender: gender.to_compact_string(),
                    slot: slot.to_compact_string(),
                    places: u32::try_from(places).unwrap_or(u32::MAX),
                });
            }
        }
    }
    worth.sort_by_key(|worth| (Reverse(worth.places), worth.gender.clone(), worth.slot.clone()));
    worth
}

/// The slot in which every seat meets: the slots of the grouping are already in who fits where.
fn always() -> SlotSet {
    SlotSet::of(Slot(0))
}

/// The people of a gender with the seats that meet when they are free.
fn now(board: &Board, grouping: &Grouping, gender: &str) -> Problem {
    let mut problem = board.problem.clone();
    for mentee in board.instance.mentee_ids() {
        let person = &mut problem.people[person_of(mentee)];
        let free = person.slots;
        let is_of_gender = board.instance.mentee(mentee).gender == gender;
        person.fits.retain(|fit| {
            let is_open =
                board.seats[fit.seat].group.is_some() || !grouping.members(fit.seat).is_empty();
            is_of_gender && is_open && free.intersects(grouping.slot_set(fit.seat))
        });
        person.slots = always();
    }
    problem
}

/// The same with one more group in a slot.
fn with_mentor(board: &Board, problem: &Problem, gender: &str, slot: &str) -> Problem {
    let mut more = problem.clone();
    let max = board.instance.group_size.max as usize;
    let seat = more.seats.push(Seat { max, ..Seat::default() });
    for (mentee, person) in board.instance.mentees.iter().zip(&mut more.people) {
        if mentee.gender == gender && mentee.slots.iter().any(|own| own == slot) {
            person.fits.push(Fit { seat, score: 0 });
        }
    }
    more
}

/// How many people could join the last group.
fn could_join_last(problem: &Problem) -> usize {
    let last = problem.seats.ids().next_back();
    let could = |fits: &[Fit]| fits.iter().any(|fit| Some(fit.seat) == last);
    problem.people.iter().filter(|person| could(&person.fits)).count()
}

fn placed(problem: &Problem) -> usize {
    Assignment::solve(problem, &vec![always(); problem.seats.len()]).worth().0
}
