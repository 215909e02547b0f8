//! The plan: an instance as the whole model's numbers, its answer with a bound, and what was
//! suggested last kept where it still holds.
//!
//! The members of open groups are in the model as people who stay where they are, so that those who
//! join are drawn to classmates, friends and shared interests, and nobody is left alone.

use std::collections::BTreeMap;

use compact_str::CompactString;

use super::assign::Slots;
use super::instance::Mentee;
use super::issued::Issued;
use super::model::{Effort, Fit, Pair, Person, Prices, Problem, Seat, Solution, slot_set, solve};
use super::score;
use super::seats::Board;
use super::variation;
use crate::ledger::answers::Answers;
use crate::ledger::event::Randomised;

/// What an open suggestion is worth over any other, so that a new registration does not turn the
/// tab over.
const STAY_SUGGESTED: u32 = 60;

/// What staying in one's group is worth when everybody is grouped anew.
const STAY_MEMBER: u32 = 200;

/// What it is worth that two sit together: a requested friend, a classmate, each interest in common
/// beyond the first.
const FRIEND: i32 = 150;
const CLASSMATE: i32 = 15;
const INTEREST: i32 = 5;

/// What is taken off for a member who shares neither class nor friend nor two interests with
/// anybody in the group.
const ISOLATED: i64 = 300;

/// Who sits where and when each group meets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// When each seat meets, by position in `Board::slots`.
    pub slots: Vec<Option<usize>>,
    /// What the plan is worth: scores and cohesion, less the prices.
    pub objective: i64,
    /// No plan is worth more, and none places more people; none if that is not proven.
    pub bound: Option<i64>,
    /// Whether the search was stopped before it had done all its work.
    pub stopped: bool,
    /// How chance chose it, if it did.
    pub randomised: Option<Randomised>,
    seat_of: Vec<Option<usize>>,
    members: Vec<Vec<usize>>,
}

impl Plan {
    fn new(
        board: &Board,
        seat_of: Vec<Option<usize>>,
        slots: Vec<Option<usize>>,
        worth: (i64, Option<i64>),
    ) -> Self {
        let mut members = vec![Vec::new(); board.seats.len()];
        for (mentee, seat) in seat_of.iter().enumerate() {
            seat.map(|seat| members[seat].push(mentee));
        }
        Self {
            slots,
            objective: worth.0,
            bound: worth.1,
            stopped: false,
            randomised: None,
            seat_of,
            members,
        }
    }

    /// Gives the seats that nobody joins the slot in which they would meet: without one nobody
    /// could be told why not there.
    fn with_empty_seats_in(mut self, board: &Board, preferred: &[Option<usize>]) -> Self {
        for (seat, &preferred) in preferred.iter().enumerate() {
            let taken = |slot: usize| {
                board
                    .seats_of(board.seats[seat].mentor)
                    .any(|other| other != seat && self.slots[other] == Some(slot))
            };
            if self.members[seat].is_empty() {
                self.slots[seat] = preferred.filter(|slot| !taken(*slot));
            }
        }
        self
    }

    /// Where a mentee sits.
    pub fn seat_of(&self, mentee: usize) -> Option<usize> {
        self.seat_of[mentee]
    }

    /// The mentees who would join a seat.
    pub fn members(&self, seat: usize) -> &[usize] {
        &self.members[seat]
    }

    /// Whether a seat, or its mentor, takes nobody more.
    pub fn is_full(&self, board: &Board, seat: usize) -> bool {
        let mentor = board.seats[seat].mentor;
        let of_mentor: usize = board.seats_of(mentor).map(|seat| self.members[seat].len()).sum();
        let remaining = board.instance.mentors[mentor].remaining() as usize;
        self.members[seat].len() >= board.seats[seat].capacity as usize || of_mentor >= remaining
    }

    /// When a seat meets, as a set.
    pub fn slot_set(&self, seat: usize) -> Slots {
        self.slots[seat].map_or(0, Board::slot_set)
    }
}

/// The plan for an instance: the one suggested last if nothing has changed since, else the best
/// that is found from there.
pub fn choose(board: &Board, stop: &(dyn Fn() -> bool + Sync), hash: &str) -> Plan {
    let issued = Issued::of(board);
    let plan = match kept(board, &issued, hash) {
        Some(kept) => kept,
        None => found(board, stop, hash),
    };
    // What is said of seats that nobody joins must not depend on how the plan came to be.
    plan.with_empty_seats_in(board, &board.slots_in_demand())
}

/// The best plan that is found.
fn found(board: &Board, stop: &(dyn Fn() -> bool + Sync), hash: &str) -> Plan {
    let problem = problem(board);
    let scale = Scale::of(board, &problem);
    match solve(&problem, Effort { stop, ..Effort::for_cycle(&problem) }) {
        Ok(Solution { seat_of, slot_of, objective, bound, finished, .. }) => {
            let plan = scale.plan(board, &seat_of, &slot_of, objective, bound);
            varied(board, &problem, &scale, hash, Plan { stopped: !finished, ..plan })
        }
        // Members stay where they are, so there is an answer; should there ever be none, nobody is
        // suggested a place.
        Err(broken) => {
            debug_assert!(false, "members cannot stay in their groups: {broken}");
            let slots = vec![None; board.seats.len()];
            Plan::new(board, vec![None; board.instance.mentees.len()], slots, (0, None))
        }
    }
}

/// The best plan found in which a mentee sits in one of these seats: how many it places, and what
/// it is worth.
pub fn with_mentee_in(
    board: &Board,
    mentee: usize,
    seats: &[usize],
    stop: &(dyn Fn() -> bool + Sync),
) -> Option<(usize, i64)> {
    let mut problem = problem(board);
    // Having the mentee there is worth as much as anybody's place: else another place could be
    // worth more.
    let bonus = u32::try_from(problem.prices.unplaced).unwrap_or(u32::MAX).min(MOST_BONUS);
    let person = &mut problem.people[mentee];
    person.fits.retain(|fit| seats.contains(&(fit.seat as usize)));
    person.fits.iter_mut().for_each(|fit| fit.score += bonus);
    let effort = Effort { stop, ..Effort::for_cycle(&problem) };
    let solution = solve(&problem, effort).ok()?;
    let scale = Scale::of(board, &problem);
    let plan = scale.plan(
        board,
        &solution.seat_of,
        &solution.slot_of,
        solution.objective,
        solution.objective,
    );
    plan.seat_of(mentee)?;
    let placed = plan.seat_of.iter().filter(|seat| seat.is_some()).count();
    Some((placed, plan.objective - i64::from(bonus)))
}

/// Scores stay far below what 32 bits hold.
const MOST_BONUS: u32 = 1_000_000_000;

/// Another plan that is nearly as good, if the program wants chance to choose. Who has an open
/// suggestion keeps it.
fn varied(board: &Board, problem: &Problem, scale: &Scale, hash: &str, best: Plan) -> Plan {
    if !board.instance.randomise {
        return best;
    }
    let code = |mentee: usize| board.instance.mentees[mentee].code;
    let last = board.instance.last.map_or(&[][..], |last| &last.suggestions);
    let free: Vec<usize> = (0..board.instance.mentees.len())
        .filter(|&mentee| {
            best.seat_of(mentee).is_some() && !last.iter().any(|one| one.mentee == code(mentee))
        })
        .collect();
    let of_best: Vec<Option<u32>> =
        best.seat_of.iter().map(|seat| seat.and_then(|seat| u32::try_from(seat).ok())).collect();
    let slots: Vec<Option<u8>> =
        best.slots.iter().map(|slot| slot.and_then(|slot| u8::try_from(slot).ok())).collect();
    let mut seat_of = with_members(problem, &of_best);
    let Ok(value) = problem.evaluate(&seat_of, &slots) else { return best };
    let floor = value - best.objective.abs() * variation::WITHIN_PERCENT / 100;
    let seed = u64::from_str_radix(hash, 16).unwrap_or_default();
    let Some(value) = variation::walk(problem, &mut seat_of, &slots, &free, floor, seed) else {
        return best;
    };
    let bound = best.bound;
    let randomised = Some(Randomised { seed: hash.into(), best: best.objective });
    let plan = scale.plan(board, &seat_of[..of_best.len()], &slots, value, value);
    Plan { bound, stopped: best.stopped, randomised, ..plan }
}

/// What is taken off the model's numbers before they are shown: what members who stay are worth
/// anyway, and the price of people without a place, which only puts their number first.
struct Scale {
    members: i64,
    unplaced: i64,
}

impl Scale {
    fn of(board: &Board, problem: &Problem) -> Self {
        let nobody = vec![None; board.instance.mentees.len()];
        let slots: Vec<Option<u8>> =
            problem.seats.iter().map(|seat| seat.slot.filter(|_| seat.exists)).collect();
        let waiting = nobody.len() as i64;
        let members = problem
            .evaluate(&with_members(problem, &nobody), &slots)
            .unwrap_or(-waiting * problem.prices.unplaced);
        Self {
            members: members + waiting * problem.prices.unplaced,
            unplaced: problem.prices.unplaced,
        }
    }

    /// The bound as it is shown beside a plan that leaves so many without a place. Prices of whole
    /// people stand far above all scores: what is left of them is below one price. None if it
    /// allows for more people than the plan places: then nothing is proven, least of all that the
    /// number is the greatest.
    fn shown(&self, bound: i64, unplaced: i64) -> Option<i64> {
        let own = bound - self.members + unplaced * self.unplaced;
        (own <= self.unplaced / 2).then_some(own)
    }

    fn plan(
        &self,
        board: &Board,
        seat_of: &[Option<u32>],
        slots: &[Option<u8>],
        value: i64,
        bound: i64,
    ) -> Plan {
        let seat_of = seats(board, seat_of);
        let unplaced = seat_of.iter().filter(|seat| seat.is_none()).count() as i64;
        let objective = value - self.members + unplaced * self.unplaced;
        let slots = slots.iter().map(|slot| slot.map(usize::from)).collect();
        Plan::new(board, seat_of, slots, (objective, self.shown(bound.max(value), unplaced)))
    }
}

/// The seats of the mentees alone.
fn seats(board: &Board, seat_of: &[Option<u32>]) -> Vec<Option<usize>> {
    seat_of
        .iter()
        .take(board.instance.mentees.len())
        .map(|seat| seat.map(|seat| seat as usize))
        .collect()
}

/// An answer for the mentees with the members where they are.
fn with_members(problem: &Problem, seat_of: &[Option<u32>]) -> Vec<Option<u32>> {
    let members = problem.people[seat_of.len()..].iter().map(|member| member.current);
    seat_of.iter().copied().chain(members).collect()
}

/// The plan suggested last, if it was made for this very instance and everybody in it still has the
/// seat.
fn kept(board: &Board, issued: &Issued, hash: &str) -> Option<Plan> {
    let last = board.instance.last.filter(|last| last.instance == hash && issued.whole)?;
    let (stopped, randomised) = (last.stopped, last.randomised.clone());
    let plan = Plan::new(
        board,
        issued.seat_of.clone(),
        issued.slots.clone(),
        (last.objective, last.bound),
    );
    Some(Plan { stopped, randomised, ..plan })
}

/// One who is in the model: a mentee, or a member who stays.
struct Somebody<'a> {
    code: &'a str,
    answers: &'a Answers,
    friend: Option<&'a str>,
}

/// The instance in the model's numbers: mentees in order, then members.
pub fn problem(board: &Board) -> Problem {
    let (instance, issued) = (board.instance, Issued::of(board));
    let mut problem = Problem::default();
    let mut people: Vec<Somebody> = Vec::new();
    let mut members: Vec<Person> = Vec::new();
    for mentee in 0..instance.mentees.len() {
        let Mentee { code, answers, friend, .. } = instance.mentees[mentee];
        people.push(Somebody { code, answers, friend });
        problem.people.push(waiting(board, &issued, mentee));
    }
    let mut owners: BTreeMap<usize, u32> = BTreeMap::new();
    for (at, seat) in board.seats.iter().enumerate() {
        let several = board.seats_of(seat.mentor).count() > 1;
        let mentor = &instance.mentors[seat.mentor];
        let owner = several.then(|| {
            *owners.entry(seat.mentor).or_insert_with(|| {
                problem.owners.push(mentor.remaining());
                problem.owners.len() as u32 - 1
            })
        });
        let slots = seat.choices.iter().fold(0, |set, slot| set | Board::slot_set(*slot));
        let open = seat.group.map(|group| &instance.groups[group]);
        let number = |slot: usize| u8::try_from(slot).ok();
        let slot =
            open.and_then(|group| board.slots.binary_search(&group.slot?).ok()).and_then(number);
        // Members of a group whose slot is not known cannot be said to be free in one; they count
        // by number only.
        let known = open.filter(|_| slot.is_some()).map_or(&[][..], |group| &group.members);
        let hidden = open.map_or(0, |group| group.size).saturating_sub(known.len() as u32);
        let size = instance.group_size;
        let max = seat.capacity + known.len() as u32;
        problem.seats.push(Seat {
            slots,
            min: size.min.saturating_sub(hidden).min(max),
            max,
            target: size.target.saturating_sub(hidden).min(max),
            exists: open.is_some(),
            slot: slot.or_else(|| issued.slots[at].and_then(number)),
            keep: slot.is_some(),
            owner,
        });
        if let Some(owner) = owner {
            problem.owners[owner as usize] += known.len() as u32;
        }
        for member in known {
            people.push(Somebody { code: member.code, answers: member.answers, friend: None });
            let fits = vec![Fit { seat: at as u32, score: 0 }];
            members.push(Person {
                slots: slot.map_or(0, slot_set),
                fits,
                current: Some(at as u32),
                pinned: true,
            });
        }
    }
    problem.people.append(&mut members);
    together(board, &people, &mut problem);
    problem.prices = prices(&problem);
    problem
}

/// A mentee with every seat that is possible; the one suggested last, or the present group, is
/// worth more.
fn waiting(board: &Board, issued: &Issued, mentee: usize) -> Person {
    let person = &board.network.people[mentee];
    let in_group = board.instance.mentees[mentee].current;
    let is_present = |seat: usize| {
        let group = board.seats[seat].group.map(|group| board.instance.groups[group].name);
        in_group.is_some() && in_group == group
    };
    let fits = person.fits.iter().map(|fit| {
        let seat = fit.seat as usize;
        let stays = if issued.seat_of[mentee] == Some(seat) { STAY_SUGGESTED } else { 0 }
            + if is_present(seat) { STAY_MEMBER } else { 0 };
        Fit { score: fit.score + stays, ..*fit }
    });
    let fits: Vec<Fit> = fits.collect();
    let present = fits.iter().map(|fit| fit.seat).find(|seat| is_present(*seat as usize));
    let current = issued.seat_of[mentee].and_then(|seat| u32::try_from(seat).ok()).or(present);
    Person { slots: person.slots, fits, current, pinned: false }
}

/// What it is worth that people sit together, who must not, and who keeps whom from being alone.
fn together(board: &Board, people: &[Somebody], problem: &mut Problem) {
    let waiting = board.instance.mentees.len();
    let reach: Vec<Vec<u32>> = problem
        .people
        .iter()
        .map(|person| person.fits.iter().map(|fit| fit.seat).collect())
        .collect();
    let classes: Vec<Option<String>> = people
        .iter()
        .map(|one| one.answers.text("class_name").map(|class| class.trim().to_lowercase()))
        .collect();
    for a in 0..people.len() {
        for b in a + 1..people.len() {
            let (one, other) = (&people[a], &people[b]);
            let (pair, forbidden) = ((a as u32, b as u32), &board.instance.apart);
            if forbidden.contains(&(one.code, other.code))
                || forbidden.contains(&(other.code, one.code))
            {
                problem.apart.push(pair);
                continue;
            }
            let friends = one.friend == Some(other.code) || other.friend == Some(one.code);
            let classmates = classes[a].is_some() && classes[a] == classes[b];
            let shared = shared_interests(one.answers, other.answers);
            if !(friends || classmates || shared >= 2) || !meet(&reach[a], &reach[b]) {
                continue;
            }
            problem.ties.push(pair);
            // Members who stay are together whatever the plan is.
            if a >= waiting {
                continue;
            }
            let worth = if friends { FRIEND } else { 0 }
                + if classmates { CLASSMATE } else { 0 }
                + INTEREST * (shared.min(4) as i32 - 1).max(0);
            problem.pairs.push(Pair { a: pair.0, b: pair.1, worth });
        }
    }
}

fn shared_interests(one: &Answers, other: &Answers) -> usize {
    let others = other.list("interests");
    one.list("interests").iter().filter(|code: &&CompactString| others.contains(code)).count()
}

/// Whether two people could sit in one seat; seats are in order.
fn meet(one: &[u32], other: &[u32]) -> bool {
    one.iter().any(|seat| other.binary_search(seat).is_ok())
}

/// A person without a place costs more than all scores, cohesion and other prices together: the
/// number of places comes first.
fn prices(problem: &Problem) -> Prices {
    let best =
        |person: &Person| person.fits.iter().map(|fit| i64::from(fit.score)).max().unwrap_or(0);
    let scores: i64 = problem.people.iter().map(best).sum();
    let pairs: i64 = problem.pairs.iter().map(|pair| i64::from(pair.worth.max(0))).sum();
    let sizes: i64 = problem
        .seats
        .iter()
        .map(|seat| 150 + 20 * i64::from(seat.max) + 400 * i64::from(seat.min))
        .sum();
    let unplaced = 1 + 2 * (scores + pairs + sizes + ISOLATED * problem.people.len() as i64);
    Prices { unplaced, isolated: ISOLATED, ..Prices::OF_INSTANCES }
}

/// The plain score of a mentee in a seat.
pub fn plain_score(board: &Board, mentee: usize, seat: usize) -> u32 {
    score::total(&board.parts(mentee, &board.seats[seat], None))
}

/// What it is worth that the mentees sit in these seats, on the scale of `Plan::objective`; none if
/// that breaks a rule.
pub fn worth(board: &Board, seat_of: &[Option<usize>], slots: &[Option<usize>]) -> Option<i64> {
    let problem = problem(board);
    let scale = Scale::of(board, &problem);
    let seat_of: Vec<Option<u32>> =
        seat_of.iter().map(|seat| seat.and_then(|seat| u32::try_from(seat).ok())).collect();
    let open = |at: usize| problem.seats[at].slot;
    let slots = slots.iter().enumerate();
    let slots: Vec<Option<u8>> = slots
        .map(|(at, slot)| slot.map_or_else(|| open(at), |slot| u8::try_from(slot).ok()))
        .collect();
    let value = problem.evaluate(&with_members(&problem, &seat_of), &slots).ok()?;
    Some(scale.plan(board, &seat_of, &slots, value, value).objective)
}
