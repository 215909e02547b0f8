//! What one more mentor would be worth: how many more people would have a place, by gender and
//! slot.

use std::cmp::Reverse;

use compact_str::ToCompactString;

use super::assign::{Assignment, Fit, Network, Seat, Slots};
use super::plan::Plan;
use super::seats::Board;
use super::suggestions::WorthOfMentor;

/// For every gender and slot of those without a place. The groups meet when the plan has them meet;
/// who sits where is settled anew and exactly, for a place that somebody leaves for the new mentor
/// may suit one who is not free then.
pub fn of_mentors(board: &Board, plan: &Plan) -> Vec<WorthOfMentor> {
    let unplaced =
        (0..board.instance.mentees.len()).filter(|&mentee| plan.seat_of(mentee).is_none());
    let mut genders: Vec<&str> =
        unplaced.map(|mentee| board.instance.mentees[mentee].gender).collect();
    genders.sort_unstable();
    genders.dedup();
    let mut worth = Vec::new();
    for gender in genders {
        let mut slots: Vec<&str> = board
            .instance
            .mentees
            .iter()
            .filter(|mentee| mentee.gender == gender)
            .flat_map(|mentee| mentee.slots.iter().map(|slot| slot.as_str()))
            .collect();
        slots.sort_unstable();
        slots.dedup();
        let network = now(board, plan, gender);
        let before = placed(&network);
        for slot in slots {
            let free = with_mentor(board, &network, gender, slot);
            let could = free.people.iter().filter(|person| {
                person.fits.iter().any(|fit| fit.seat as usize == free.seats.len() - 1)
            });
            if could.count() < board.instance.group_size.min as usize {
                continue;
            }
            let places = placed(&free).saturating_sub(before) as u32;
            if places > 0 {
                worth.push(WorthOfMentor {
                    gender: gender.to_compact_string(),
                    slot: slot.to_compact_string(),
                    places,
                });
            }
        }
    }
    worth.sort_by_key(|worth| (Reverse(worth.places), worth.gender.clone(), worth.slot.clone()));
    worth
}

/// The bit of every seat; the slots of the plan are already in who fits where.
const OPEN: Slots = 1;

/// The people of a gender with the seats that meet when they are free.
fn now(board: &Board, plan: &Plan, gender: &str) -> Network {
    let mut network = board.network.clone();
    for (mentee, person) in network.people.iter_mut().enumerate() {
        let fits = |fit: &Fit| {
            let at = fit.seat as usize;
            let opened = board.seats[at].group.is_some() || !plan.members(at).is_empty();
            opened && board.network.people[mentee].slots & plan.slot_set(at) != 0
        };
        person.fits.retain(|fit| board.instance.mentees[mentee].gender == gender && fits(fit));
        person.slots = OPEN;
    }
    network
}

/// The same with one more group in a slot.
fn with_mentor(board: &Board, network: &Network, gender: &str, slot: &str) -> Network {
    let mut more = network.clone();
    let seat = more.seats.len() as u32;
    more.seats.push(Seat { capacity: board.instance.group_size.max, owner: None });
    for (mentee, person) in board.instance.mentees.iter().zip(&mut more.people) {
        if mentee.gender == gender && mentee.slots.iter().any(|own| own == slot) {
            person.fits.push(Fit { seat, score: 0 });
        }
    }
    more
}

fn placed(network: &Network) -> usize {
    Assignment::solve(network, &vec![OPEN; network.seats.len()]).worth().0
}
