//! Who would sit where: an instance as a whole problem of the solver, its answer with a bound, and
//! what was suggested last kept where it still holds.
//!
//! The members of open groups are in the problem as people who stay where they are, so that those
//! who join are drawn to classmates, friends and shared interests, and nobody is left alone.

use std::collections::BTreeMap;

use compact_str::CompactString;
use halaqah_solver::{
    Effort, Fit, OwnerId, Pair, Person, PersonId, Prices, Problem, Seat, SeatId, Seating, Slot,
    SlotSet, Solution, Table, solve, vary,
};

use super::board::{Board, GroupSeat, person_of};
use super::instance::{MenteeId, MentorId};
use super::issued::Issued;
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

/// How many interests in common count.
const MOST_INTERESTS: usize = 4;

/// What is taken off for a member who shares neither class nor friend nor two interests with
/// anybody in the group.
const ISOLATED: i64 = 300;

/// How far below the best a grouping that chance chooses may be worth, in percent.
const WITHIN_PERCENT: i64 = 3;

/// Scores stay far below what 32 bits hold.
const MOST_BONUS: u32 = 1_000_000_000;

/// Who sits where and when each group meets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grouping {
    /// When each seat meets.
    pub slots: Table<SeatId, Option<Slot>>,
    /// What the grouping is worth: scores and cohesion, less the prices.
    pub objective: i64,
    /// The bound: no grouping is worth more, and none places more people; none if that is not
    /// proven.
    pub bound: Option<i64>,
    /// Whether the search was stopped before it had done all its work.
    pub stopped: bool,
    /// How chance chose it, if it did.
    pub randomised: Option<Randomised>,
    seat_of: Table<MenteeId, Option<SeatId>>,
    members: Table<SeatId, Vec<MenteeId>>,
}

impl Grouping {
    fn new(
        board: &Board,
        seat_of: Table<MenteeId, Option<SeatId>>,
        slots: Table<SeatId, Option<Slot>>,
        objective: i64,
        bound: Option<i64>,
    ) -> Self {
        let mut members: Table<SeatId, Vec<MenteeId>> =
            Table::filled(Vec::new(), board.seats.len());
        for (mentee, seat) in seat_of.entries() {
            if let Some(seat) = *seat {
                members[seat].push(mentee);
            }
        }
        Self { slots, objective, bound, stopped: false, randomised: None, seat_of, members }
    }

    /// Gives the seats that nobody joins the slot in which they would meet: without one nobody
    /// could be told why not there.
    fn with_empty_seats_in(
        mut self,
        board: &Board,
        preferred: &Table<SeatId, Option<Slot>>,
    ) -> Self {
        for (seat, preferred) in preferred.entries() {
            let is_taken = |slot: Slot| {
                let mut others = board.seats_of(board.seats[seat].mentor);
                others.any(|other| other != seat && self.slots[other] == Some(slot))
            };
            if self.members[seat].is_empty() {
                self.slots[seat] = preferred.filter(|slot| !is_taken(*slot));
            }
        }
        self
    }

    /// Where a mentee sits.
    pub fn seat_of(&self, mentee: MenteeId) -> Option<SeatId> {
        self.seat_of[mentee]
    }

    /// The mentees who would join a seat.
    pub fn members(&self, seat: SeatId) -> &[MenteeId] {
        &self.members[seat]
    }

    /// Whether a seat, or its mentor, takes nobody more.
    pub fn is_full(&self, board: &Board, seat: SeatId) -> bool {
        let GroupSeat { mentor, capacity, .. } = board.seats[seat];
        let of_mentor: usize = board.seats_of(mentor).map(|seat| self.members[seat].len()).sum();
        self.members[seat].len() >= capacity as usize
            || of_mentor >= board.instance.mentor(mentor).remaining() as usize
    }

    /// When a seat meets, as a set.
    pub fn slot_set(&self, seat: SeatId) -> SlotSet {
        self.slots[seat].map_or(SlotSet::EMPTY, SlotSet::of)
    }
}

/// The grouping for an instance: the one suggested last if nothing has changed since, else the best
/// that is found from there.
pub fn choose(board: &Board, stop: &(dyn Fn() -> bool + Sync), hash: &str) -> Grouping {
    let issued = Issued::on(board);
    let grouping = match kept(board, issued, hash) {
        Some(kept) => kept,
        None => found(board, stop, hash),
    };
    // What is said of seats that nobody joins must not depend on how the grouping came to be.
    grouping.with_empty_seats_in(board, &board.slots_in_demand())
}

/// The best grouping that is found.
fn found(board: &Board, stop: &(dyn Fn() -> bool + Sync), hash: &str) -> Grouping {
    let problem = problem(board);
    let scale = Scale::of(board, &problem);
    match solve(&problem, Effort { stop, ..Effort::for_cycle(&problem) }) {
        Ok(Solution { seating, objective, bound, finished, .. }) => {
            let grouping = scale.grouping(board, &seating, objective, bound);
            varied(board, &problem, hash, seating, Grouping { stopped: !finished, ..grouping })
        }
        // Members stay where they are, so there is an answer; should there ever be none, nobody is
        // suggested a place.
        Err(broken) => {
            debug_assert!(false, "members cannot stay in their groups: {broken}");
            let seat_of = Table::filled(None, board.instance.mentees.len());
            Grouping::new(board, seat_of, Table::filled(None, board.seats.len()), 0, None)
        }
    }
}

/// The best grouping found in which a mentee sits in one of these seats: how many it places, and
/// what it is worth.
pub fn with_mentee_in(
    board: &Board,
    mentee: MenteeId,
    seats: &[SeatId],
    stop: &(dyn Fn() -> bool + Sync),
) -> Option<(usize, i64)> {
    let mut problem = problem(board);
    // Having the mentee there is worth as much as anybody's place: else another place could be
    // worth more.
    let bonus = u32::try_from(problem.prices.unplaced).unwrap_or(u32::MAX).min(MOST_BONUS);
    let person = &mut problem.people[person_of(mentee)];
    person.fits.retain(|fit| seats.contains(&fit.seat));
    person.fits.iter_mut().for_each(|fit| fit.score += bonus);
    let effort = Effort { stop, ..Effort::for_cycle(&problem) };
    let Solution { seating, objective, .. } = solve(&problem, effort).ok()?;
    let grouping = Scale::of(board, &problem).grouping(board, &seating, objective, objective);
    grouping.seat_of(mentee)?;
    let placed = grouping.seat_of.iter().flatten().count();
    Some((placed, grouping.objective - i64::from(bonus)))
}

/// Another grouping that is nearly as good, if the program wants chance to choose. Who has an open
/// suggestion keeps it.
fn varied(
    board: &Board,
    problem: &Problem,
    hash: &str,
    mut seating: Seating,
    best: Grouping,
) -> Grouping {
    if !board.instance.randomise {
        return best;
    }
    let last = board.instance.last.map_or(&[][..], |last| &last.suggestions);
    let has_open_suggestion = |mentee: MenteeId| {
        let code = board.instance.mentee(mentee).code;
        last.iter().any(|one| one.mentee == code)
    };
    let free: Vec<PersonId> = board
        .instance
        .mentee_ids()
        .filter(|&mentee| best.seat_of(mentee).is_some() && !has_open_suggestion(mentee))
        .map(person_of)
        .collect();
    let Ok(value) = problem.evaluate(&seating) else { return best };
    let floor = value - best.objective.abs() * WITHIN_PERCENT / 100;
    let seed = u64::from_str_radix(hash, 16).unwrap_or_default();
    let Some(value) = vary(problem, &mut seating, &free, floor, seed) else { return best };
    let grouping = Scale::of(board, problem).grouping(board, &seating, value, value);
    let randomised = Some(Randomised { seed: hash.into(), best: best.objective });
    Grouping { bound: best.bound, stopped: best.stopped, randomised, ..grouping }
}

/// What is taken off the solver's numbers before they are shown: what members who stay are worth
/// anyway, and the price of people without a place, which only puts their number first.
struct Scale {
    members: i64,
    unplaced: i64,
}

impl Scale {
    fn of(board: &Board, problem: &Problem) -> Self {
        let nobody = Table::filled(None, board.instance.mentees.len());
        let open = problem.seats.iter().map(|seat| seat.slot.filter(|_| seat.exists));
        let unplaced = problem.prices.unplaced;
        let price_of_all = unplaced * board.instance.mentees.len() as i64;
        let alone = problem.evaluate(&with_members(problem, &nobody, open.collect()));
        Self { members: alone.unwrap_or(-price_of_all) + price_of_all, unplaced }
    }

    /// The bound as it is shown beside a grouping that leaves some without a place, whose price is
    /// `waiting`. Prices of whole people stand far above all scores: what is left of them is below
    /// one price. None if it allows for more people than the grouping places: then nothing is
    /// proven, least of all that the number is the greatest.
    fn shown(&self, bound: i64, waiting: i64) -> Option<i64> {
        let own = bound - self.members + waiting;
        (own <= self.unplaced / 2).then_some(own)
    }

    fn grouping(&self, board: &Board, seating: &Seating, value: i64, bound: i64) -> Grouping {
        let mentees = board.instance.mentee_ids();
        let seat_of: Table<MenteeId, Option<SeatId>> =
            mentees.map(|mentee| seating.seat_of[person_of(mentee)]).collect();
        let unplaced = seat_of.iter().filter(|seat| seat.is_none()).count();
        let waiting = self.unplaced * unplaced as i64;
        let objective = value - self.members + waiting;
        let bound = self.shown(bound.max(value), waiting);
        Grouping::new(board, seat_of, seating.slot_of.clone(), objective, bound)
    }
}

/// The seating of the mentees with the members where they are.
fn with_members(
    problem: &Problem,
    seat_of: &Table<MenteeId, Option<SeatId>>,
    slot_of: Table<SeatId, Option<Slot>>,
) -> Seating {
    let members = problem.people.iter().skip(seat_of.len()).map(|member| member.current);
    Seating { seat_of: seat_of.iter().copied().chain(members).collect(), slot_of }
}

/// The grouping suggested last, if it was made for this very instance and everybody in it still has
/// the seat.
fn kept(board: &Board, issued: Issued, hash: &str) -> Option<Grouping> {
    let last = board.instance.last.filter(|last| last.instance == hash && issued.whole)?;
    let grouping = Grouping::new(board, issued.seat_of, issued.slots, last.objective, last.bound);
    Some(Grouping { stopped: last.stopped, randomised: last.randomised.clone(), ..grouping })
}

/// Somebody in the problem, a mentee or a member who stays, by what draws people together.
struct Acquaintance<'a> {
    code: &'a str,
    answers: &'a Answers,
    friend: Option<&'a str>,
    class: Option<String>,
}

impl<'a> Acquaintance<'a> {
    fn of(code: &'a str, answers: &'a Answers, friend: Option<&'a str>) -> Self {
        let class = answers.text("class_name").map(|class| class.trim().to_lowercase());
        Self { code, answers, friend, class }
    }

    fn is_friend_of(&self, other: &Self) -> bool {
        self.friend == Some(other.code) || other.friend == Some(self.code)
    }

    fn is_classmate_of(&self, other: &Self) -> bool {
        self.class.is_some() && self.class == other.class
    }

    fn shared_interests(&self, other: &Self) -> usize {
        let others = other.answers.list("interests");
        let own = self.answers.list("interests").iter();
        own.filter(|code: &&CompactString| others.contains(code)).count()
    }
}

/// The instance in the solver's numbers: mentees in order, then members.
pub fn problem(board: &Board) -> Problem {
    let (instance, issued) = (board.instance, Issued::on(board));
    let mut problem = Problem {
        people: instance.mentee_ids().map(|mentee| waiting(board, &issued, mentee)).collect(),
        ..Problem::default()
    };
    let mentees = instance.mentees.iter();
    let mut people: Table<PersonId, Acquaintance> = mentees
        .map(|mentee| Acquaintance::of(mentee.code, mentee.answers, mentee.friend))
        .collect();
    let mut owners: BTreeMap<MentorId, OwnerId> = BTreeMap::new();
    for (at, seat) in board.seats.entries() {
        let several = board.seats_of(seat.mentor).count() > 1;
        let owner = several.then(|| {
            *owners.entry(seat.mentor).or_insert_with(|| {
                problem.owners.push(instance.mentor(seat.mentor).remaining() as usize)
            })
        });
        let group = seat.group.map(|group| instance.group(group));
        let slot = group.and_then(|group| board.find_slot(group.slot?));
        // Members of a group whose slot is not known cannot be said to be free in one; they count
        // by number only.
        let known = group.filter(|_| slot.is_some()).map_or(&[][..], |group| &group.members);
        let size = group.map_or(0, |group| group.size as usize);
        let hidden = size.saturating_sub(known.len());
        let max = seat.capacity as usize + known.len();
        let (min, target) = (instance.group_size.min as usize, instance.group_size.target as usize);
        problem.seats.push(Seat {
            slots: seat.choices,
            min: min.saturating_sub(hidden).min(max),
            max,
            target: target.saturating_sub(hidden).min(max),
            exists: group.is_some(),
            slot: slot.or(issued.slots[at]),
            keep: slot.is_some(),
            owner,
        });
        if let Some(owner) = owner {
            problem.owners[owner] += known.len();
        }
        for member in known {
            people.push(Acquaintance::of(member.code, member.answers, None));
            problem.people.push(Person {
                slots: slot.map_or(SlotSet::EMPTY, SlotSet::of),
                fits: vec![Fit { seat: at, score: 0 }],
                current: Some(at),
                pinned: true,
            });
        }
    }
    add_company(board, &people, &mut problem);
    problem.prices = prices(&problem);
    problem
}

/// A mentee with every seat that is possible; the one suggested last, or the present group, is
/// worth more.
fn waiting(board: &Board, issued: &Issued, mentee: MenteeId) -> Person {
    let person = board.fits_of(mentee);
    let present = board.instance.mentee(mentee).current;
    let is_present = |seat: SeatId| present.is_some() && present == board.name_of_open(seat);
    let suggested = issued.seat_of[mentee];
    let fits = person.fits.iter().map(|fit| {
        let stays = if suggested == Some(fit.seat) { STAY_SUGGESTED } else { 0 }
            + if is_present(fit.seat) { STAY_MEMBER } else { 0 };
        Fit { score: fit.score + stays, ..*fit }
    });
    let now = || person.fits.iter().map(|fit| fit.seat).find(|seat| is_present(*seat));
    Person { fits: fits.collect(), current: suggested.or_else(now), ..person.clone() }
}

/// Adds what it is worth that people sit together, who must not, and who keeps whom from being
/// alone.
fn add_company(board: &Board, people: &Table<PersonId, Acquaintance>, problem: &mut Problem) {
    let forbidden = &board.instance.apart;
    for (a, one) in people.entries() {
        for (b, other) in people.entries().filter(|(b, _)| a < *b) {
            if forbidden.contains(&(one.code, other.code))
                || forbidden.contains(&(other.code, one.code))
            {
                problem.apart.push((a, b));
                continue;
            }
            let friends = one.is_friend_of(other);
            let classmates = one.is_classmate_of(other);
            let shared = one.shared_interests(other);
            if !(friends || classmates || shared >= 2) || !could_meet(problem, a, b) {
                continue;
            }
            problem.ties.push((a, b));
            // Members who stay are together whatever the grouping is.
            if problem.people[a].pinned {
                continue;
            }
            let interests = i32::try_from(shared.clamp(1, MOST_INTERESTS) - 1).unwrap_or(0);
            let worth = if friends { FRIEND } else { 0 }
                + if classmates { CLASSMATE } else { 0 }
                + INTEREST * interests;
            problem.pairs.push(Pair { a, b, worth });
        }
    }
}

/// Whether two people could sit in one seat; seats are in order.
fn could_meet(problem: &Problem, one: PersonId, other: PersonId) -> bool {
    let others = &problem.people[other].fits;
    let has = |seat: SeatId| others.binary_search_by_key(&seat, |fit| fit.seat).is_ok();
    problem.people[one].fits.iter().any(|fit| has(fit.seat))
}

/// A person without a place costs more than all scores, cohesion and other prices together: the
/// number of places comes first.
fn prices(problem: &Problem) -> Prices {
    let best =
        |person: &Person| person.fits.iter().map(|fit| i64::from(fit.score)).max().unwrap_or(0);
    let scores: i64 = problem.people.iter().map(best).sum();
    let pairs: i64 = problem.pairs.iter().map(|pair| i64::from(pair.worth.max(0))).sum();
    let of_size = |seat: &Seat| 150 + 20 * seat.max as i64 + 400 * seat.min as i64;
    let sizes: i64 = problem.seats.iter().map(of_size).sum();
    let isolated = ISOLATED * problem.people.len() as i64;
    let unplaced = 1 + 2 * (scores + pairs + sizes + isolated);
    Prices { unplaced, isolated: ISOLATED, ..Prices::OF_INSTANCES }
}

/// What it is worth that the mentees sit in these seats, on the scale of `Grouping::objective`;
/// none if that breaks a rule.
pub fn worth(
    board: &Board,
    seat_of: &Table<MenteeId, Option<SeatId>>,
    slots: &Table<SeatId, Option<Slot>>,
) -> Option<i64> {
    let problem = problem(board);
    let slot_of = problem.seats.iter().zip(slots).map(|(seat, slot)| slot.or(seat.slot)).collect();
    let seating = with_members(&problem, seat_of, slot_of);
    let value = problem.evaluate(&seating).ok()?;
    Some(Scale::of(board, &problem).grouping(board, &seating, value, value).objective)
}
