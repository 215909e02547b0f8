//! One among the plans that are nearly as good as the best, so that a board can learn which of
//! their differences matter: if chance decides between equals, what becomes of the groups is not
//! the weights' own doing.
//!
//! A walk over plans by moves and swaps, of which every one that stays within the rules, places as
//! many and is worth enough is taken (Metropolis and others, 1953, with the same weight for all of
//! these plans). The numbers are drawn from a seed that follows from the instance: the same
//! instance has the same plan. Who has an open suggestion keeps it.

use super::model::{Problem, slot_set};

/// How far below the best a plan may be worth, in percent.
pub const WITHIN_PERCENT: i64 = 3;

/// Steps for each person, as long as the work allows.
const STEPS_EACH: usize = 20;

/// How many numbers all steps together may look at.
const WORK: usize = 100_000_000;

/// Random numbers from a seed (SplitMix64: Steele, Lea and Flood, 2014).
struct Draw(u64);

impl Draw {
    fn below(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        ((u128::from(mixed) * below as u128) >> 64) as usize
    }
}

/// Walks from a plan to another that is worth `floor` or more; gives what it is worth. Only people
/// in `free` are moved, by position; groups keep their slots.
pub fn walk(
    problem: &Problem,
    seat_of: &mut Vec<Option<u32>>,
    slot_of: &[Option<u8>],
    free: &[usize],
    floor: i64,
    seed: u64,
) -> Option<i64> {
    let mut value = problem.evaluate(seat_of, slot_of).ok()?;
    let fits: usize = problem.people.iter().map(|person| person.fits.len()).sum();
    let a_step = problem.people.len()
        + problem.seats.len()
        + problem.pairs.len()
        + problem.ties.len()
        + fits;
    let steps = (STEPS_EACH * free.len()).min(WORK / a_step.max(1));
    let mut draw = Draw(seed);
    for _ in 0..steps {
        let one = free[draw.below(free.len())];
        let Some(seat) = seat_of[one] else { continue };
        let before = seat_of.clone();
        let possible = &problem.people[one].fits;
        match draw.below(2) {
            0 if !possible.is_empty() => {
                seat_of[one] = Some(possible[draw.below(possible.len())].seat)
            }
            _ => {
                let other = free[draw.below(free.len())];
                let Some(its) = seat_of[other] else { continue };
                (seat_of[one], seat_of[other]) = (Some(its), Some(seat));
            }
        }
        // Whoever is sent to a group that does not meet, or meets at another time, is known before
        // all is reckoned.
        let meets = |person: usize| {
            let slot = seat_of[person].and_then(|seat| slot_of[seat as usize]).map_or(0, slot_set);
            problem.people[person].slots & slot != 0
        };
        let enough = |value: &i64| *value >= floor;
        match meets(one).then(|| problem.evaluate(seat_of, slot_of).ok()).flatten().filter(enough) {
            Some(worth) => value = worth,
            None => *seat_of = before,
        }
    }
    Some(value)
}
