//! Seats people in groups as well as possible, with a certificate: an answer, and a bound above
//! which no answer can be.
//!
//! The problem: each person gets one seat or none, each seat with members one slot in which all of
//! them are free. A seat (a group) takes at most its maximum; a new one at least its minimum. What
//! is made as large as possible is the scores of the pairs, plus what pairs in one group are worth,
//! minus the [`Prices`]. It knows numbers only, not who they stand for.

mod bound;
mod division;
mod layout;
mod number;
mod position;
mod pricing;
mod problem;
mod random;
mod search;
mod state;
#[cfg(test)]
mod tests;
mod transport;
mod variation;

pub use position::{OwnerId, PersonId, Position, SeatId, Slot, SlotSet, Table};
pub use problem::{Broken, Fit, Pair, Person, Prices, Problem, Seat, Seating};
pub use random::Random;
pub use transport::Assignment;
pub use variation::vary;

use number::{real, steps};

/// How long to look.
#[derive(Clone, Copy)]
pub struct Effort<'a> {
    /// How much work may be done, in elementary steps: the same on every machine, so that the same
    /// problem has the same answer everywhere.
    pub work: u64,
    /// Whether to stop now with the best so far; asked often, and from more than one thread.
    pub stop: &'a (dyn Fn() -> bool + Sync),
}

impl Effort<'_> {
    /// Enough for a good answer and a tight bound on a problem of this size, without a clock: on
    /// two free cores below ten seconds for a thousand people, a quarter of a minute for fifty
    /// thousand.
    pub fn for_size(problem: &Problem) -> Self {
        let fits = count_fits(problem);
        Effort {
            work: (600_000_000 + 350_000 * fits).min(3_400_000_000 + 2_200 * fits),
            stop: &|| false,
        }
    }

    /// Enough for an answer that a program can wait for at each change: well below a second for
    /// some hundred people.
    pub fn for_cycle(problem: &Problem) -> Self {
        let fits = count_fits(problem);
        Effort {
            work: 24_000_000 + (40_000 * fits).min(400_000_000 + 2_000 * fits),
            stop: &|| false,
        }
    }
}

fn count_fits(problem: &Problem) -> u64 {
    problem.people.iter().map(|person| steps(person.fits.len())).sum()
}

/// An answer with its certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Solution {
    /// Who sits where, and when.
    pub seating: Seating,
    /// What the answer is worth.
    pub objective: i64,
    /// The bound: no answer is worth more.
    pub bound: i64,
    /// The work that was done, in elementary steps.
    pub work: u64,
    /// Whether the answer follows from the problem and the work alone: nobody said stop.
    pub finished: bool,
}

impl Solution {
    /// How much better than this an answer could still be, as a share of this one's worth.
    pub fn gap(&self) -> f64 {
        if self.is_optimal() {
            return 0.0;
        }
        real(self.bound - self.objective) / real(self.objective.abs().max(1))
    }

    /// Whether no answer is better.
    pub fn is_optimal(&self) -> bool {
        self.bound == self.objective
    }
}

/// Answers a problem as well as the effort allows; an error if it has no answer at all.
pub fn solve(problem: &Problem, effort: Effort) -> Result<Solution, Broken> {
    problem.check()?;
    let layout = layout::Layout::new(problem);
    let state = state::State::new(&layout, &problem.only_pinned()?);
    let mut search = search::Search::new(state.complete_from_nothing(), state.complete_from_now());
    let stop = effort.stop;
    let within = effort.work.min(Effort::for_size(problem).work);
    let round = (within / TURNS).max(ENOUGH * count_fits(problem).max(1));
    search.anneal(round.min(within / 20), stop);
    let mut other = search.sibling();
    let mut bound = bound::Bound::new(&layout, search.best());
    let mut upper = loosest_bound(problem);
    let mut work = search.work();
    let mut turn = 0;
    while search.best().value < upper && work < effort.work && !stop() {
        turn += 1;
        bound.set_incumbent(search.best());
        // Both threads go on from what the other knew at the beginning of the turn, so that it does
        // not matter who is faster: the better answer tells the bound how far it has to go, the
        // bound's groups are something to go on from.
        let share = round.max(bound.work_of_pass()).min((effort.work - work) / 2 + 1);
        search.begin(turn, bound.columns());
        if bound.has_stalled() {
            other.take_best_of(&search);
            other.begin(turn + 1, bound.columns());
            side_by_side(|| search.anneal(share, stop), || other.anneal(share, stop));
            search.take_best_of(&other);
        } else {
            let proven = side_by_side(|| search.anneal(share, stop), || bound.descend(share, stop));
            upper = upper.min(proven);
        }
        work = search.work() + other.work() + bound.work();
    }
    let seating = search.answer();
    let objective = problem.evaluate(&seating)?;
    let finished = objective == upper || work >= effort.work;
    Ok(Solution { seating, objective, bound: upper, work, finished })
}

/// How many turns the work is divided into; many short annealings reach less than a few long ones.
const TURNS: u64 = 6;

/// The work for each possible pair without which an annealing settles nothing.
const ENOUGH: u64 = 400;

/// Does one thing on this thread while the other is done on a second one.
fn side_by_side<T: Send>(here: impl FnOnce(), there: impl FnOnce() -> T + Send) -> T {
    let done = std::thread::scope(|scope| {
        let there = scope.spawn(there);
        here();
        there.join()
    });
    done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// The bound without prices: everybody has the best seat, and every pair that is worth something is
/// together.
fn loosest_bound(problem: &Problem) -> i64 {
    let best = |person: &Person| {
        let fits = person.fits.iter().map(|fit| i64::from(fit.score));
        fits.max().unwrap_or(-problem.prices.unplaced)
    };
    let pairs: i64 = problem.pairs.iter().map(|pair| i64::from(pair.worth.max(0))).sum();
    problem.people.iter().map(best).sum::<i64>() + pairs
}
