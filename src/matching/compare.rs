//! What was decided beside what would have been suggested: both on one score, both against the same
//! rules.
//!
//! The rules are asked here once more, placement by placement and apart from the board on which
//! suggestions are made, so that a suggestion which breaks one is found as well.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use compact_str::{CompactString, ToCompactString};
use serde::Serialize;

use super::instance::{Instance, Mentor, OpenGroup};
use super::plan;
use super::rules::{self, Bar};
use super::score;
use super::seats::{Board, Seat};
use super::suggest;
use super::suggestions::{Place, Suggestions};

/// One mentee in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Placement<'a> {
    /// The mentee's code.
    pub mentee: &'a str,
    /// The mentor's code, if the group has one.
    pub mentor: Option<&'a str>,
    /// The group's name, or what stands for a group that is opened.
    pub group: &'a str,
    /// The weekly slot, if it was said.
    pub slot: Option<&'a str>,
}

/// Placements in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Side {
    /// How many people; those in a group without a mentor have no score and are only in `broken`.
    pub placed: u32,
    /// The sum of their scores, 0 to 1000 each.
    pub score_total: u64,
    /// How many placements break each rule; a placement that breaks two counts twice.
    pub broken: BTreeMap<Bar, u32>,
}

impl Side {
    /// The mean score; none without anybody.
    pub fn mean(&self) -> Option<f64> {
        (self.placed > 0).then(|| self.score_total as f64 / f64::from(self.placed))
    }
}

/// Two ways to place the same people.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// As it was decided.
    pub made: Side,
    /// How many were placed who did not wait: without complete consent, or not registered. They are
    /// in no other number.
    pub not_waiting: u32,
    /// What is left of it without the placements that break a rule, and without new groups that are
    /// too small then.
    pub within_rules: Side,
    /// What that is worth by everything that a plan is chosen by: scores, cohesion, sizes, being
    /// alone. None only if it breaks a rule after all.
    pub worth_within_rules: Option<i64>,
    /// As it would have been suggested.
    pub suggested: Side,
    /// What that is worth.
    pub worth_suggested: Option<i64>,
    /// The same people as they would be placed if the rules that the decisions broke did not hold:
    /// the same liberties, on the same score. No liberty is taken with the number of members and
    /// groups that a mentor has.
    pub same_liberties: Side,
}

/// Compares what was decided about the people of an instance with what is suggested for it.
pub fn compare(instance: &Instance, made: &[Placement]) -> Comparison {
    let suggestions = suggest(instance);
    let instance = instance.sorted();
    let board = Board::new(&instance);
    let (mut made, others): (Vec<Placement>, Vec<Placement>) =
        made.iter().copied().partition(|placement| instance.waits(placement.mentee));
    made.sort_unstable();
    let allowed = within_rules(&instance, made.clone());
    let suggested = suggested_in(&suggestions);
    let as_made = side(&board, &made);
    let slots: Vec<CompactString> =
        board.slots.iter().map(|slot| slot.to_compact_string()).collect();
    let freely = suggest(&without_rules(&instance, &slots, &as_made.broken, &made));
    Comparison {
        worth_within_rules: worth(&board, &allowed),
        within_rules: side(&board, &allowed),
        made: as_made,
        not_waiting: u32::try_from(others.len()).unwrap_or(u32::MAX),
        worth_suggested: worth_of(&board, &suggestions),
        suggested: side(&board, &suggested),
        same_liberties: side(&board, &suggested_in(&freely)),
    }
}

/// The people who were placed, without the rules that were broken. Who has to be free is free
/// always; a new group may be as small as the smallest that was formed.
fn without_rules<'a>(
    instance: &Instance<'a>,
    slots: &'a [CompactString],
    broken: &BTreeMap<Bar, u32>,
    made: &[Placement<'a>],
) -> Instance<'a> {
    let waived = |bar: Bar| broken.contains_key(&bar);
    let mut free = instance.clone();
    free.mentees.retain(|mentee| made.iter().any(|placement| placement.mentee == mentee.code));
    for mentor in &mut free.mentors {
        mentor.ready |= waived(Bar::NotScreened);
        mentor.adult_co_mentor |= waived(Bar::AgeGap);
    }
    if waived(Bar::NoCommonSlot) || waived(Bar::OtherSlot) {
        free.mentees.iter_mut().for_each(|mentee| mentee.slots = slots);
    }
    if waived(Bar::TooFewForGroup) {
        let new = groups(instance, made).into_iter().filter(|group| group.open.is_none());
        let smallest =
            new.map(|group| group.joining.len()).min().and_then(|size| u32::try_from(size).ok());
        free.group_size.min = free.group_size.min.min(smallest.unwrap_or(free.group_size.min));
    }
    free
}

fn suggested_in(suggestions: &Suggestions) -> Vec<Placement<'_>> {
    let mut placements = Vec::new();
    for one in &suggestions.placements {
        let (Place::Open(group) | Place::New(group)) = &one.place;
        placements.push(Placement {
            mentee: &one.mentee,
            mentor: Some(&one.mentor),
            group,
            slot: Some(&one.slot),
        });
    }
    placements
}

fn side(board: &Board, placements: &[Placement]) -> Side {
    let mut side = Side::default();
    for (_, bar) in broken(board.instance, placements) {
        *side.broken.entry(bar).or_default() += 1;
    }
    for placement in placements {
        let Some(mentor) = mentor_at(board.instance, placement) else { continue };
        let Some(mentee) = mentee_at(board.instance, placement) else { continue };
        let group = board.instance.groups.iter().position(|group| group.name == placement.group);
        let seat = Seat { mentor, group, capacity: 0, choices: Vec::new() };
        side.placed += 1;
        side.score_total += u64::from(score::total(&board.parts(mentee, &seat, None)));
    }
    side
}

fn mentee_at(instance: &Instance, placement: &Placement) -> Option<usize> {
    instance.mentees.binary_search_by_key(&placement.mentee, |mentee| mentee.code).ok()
}

fn mentor_at(instance: &Instance, placement: &Placement) -> Option<usize> {
    let code = placement.mentor?;
    instance.mentors.binary_search_by_key(&code, |mentor| mentor.code).ok()
}

/// The placements of one group.
struct Group<'p, 'a> {
    name: &'a str,
    mentor: Option<&'p Mentor<'a>>,
    open: Option<&'p OpenGroup<'a>>,
    /// When it meets: as it is known, else when most are free.
    slot: Option<&'a str>,
    joining: Vec<usize>,
}

fn groups<'p, 'a>(instance: &'p Instance<'a>, placements: &[Placement<'a>]) -> Vec<Group<'p, 'a>> {
    let mut by_name: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, placement) in placements.iter().enumerate() {
        by_name.entry(placement.group).or_default().push(at);
    }
    let group = |(name, joining): (&'a str, Vec<usize>)| {
        let first = &placements[joining[0]];
        let open = instance.groups.iter().find(|group| group.name == name);
        let mentor = mentor_at(instance, first).map(|at| &instance.mentors[at]);
        let known = open.and_then(|open| open.slot).or(first.slot);
        let slot = known.or_else(|| most_shared(instance, mentor?, placements, &joining));
        Group { name, mentor, open, slot, joining }
    };
    by_name.into_iter().map(group).collect()
}

/// The slot of a mentor in which most of those who join are free; of equals the first.
fn most_shared<'a>(
    instance: &Instance<'a>,
    mentor: &Mentor<'a>,
    placements: &[Placement],
    joining: &[usize],
) -> Option<&'a str> {
    let free =
        |slot: &str| joining.iter().filter(|at| is_free(instance, &placements[**at], slot)).count();
    rules::slots_of_mentor(instance, mentor)
        .into_iter()
        .min_by_key(|slot| (Reverse(free(slot)), *slot))
}

fn is_free(instance: &Instance, placement: &Placement, slot: &str) -> bool {
    mentee_at(instance, placement)
        .is_some_and(|at| instance.mentees[at].slots.iter().any(|own| own == slot))
}

/// Every rule that a placement breaks, with the placement's position. The placements are in order
/// of the mentees' codes: of those who are too many the last ones are.
fn broken<'a>(instance: &Instance<'a>, placements: &[Placement<'a>]) -> Vec<(usize, Bar)> {
    let groups = groups(instance, placements);
    let mut broken = Vec::new();
    for group in &groups {
        let Some(mentor) = group.mentor else {
            broken.extend(group.joining.iter().map(|at| (*at, Bar::NoMentor)));
            continue;
        };
        for &at in &group.joining {
            let bars = pair_bars(instance, &placements[at], mentor, group.slot);
            broken.extend(bars.into_iter().map(|bar| (at, bar)));
        }
        let size = instance.group_size;
        let now = group.open.map_or(0, |open| open.size);
        let room = size.max.saturating_sub(now) as usize;
        broken.extend(group.joining.iter().skip(room).map(|at| (*at, Bar::GroupFull)));
        if group.open.is_none() && group.joining.len() < size.min as usize {
            broken.extend(group.joining.iter().map(|at| (*at, Bar::TooFewForGroup)));
        }
    }
    for mentor in &instance.mentors {
        let led: Vec<&Group> = groups
            .iter()
            .filter(|group| group.mentor.is_some_and(|other| other.code == mentor.code))
            .collect();
        let mut joining: Vec<usize> =
            led.iter().flat_map(|group| &group.joining).copied().collect();
        joining.sort_unstable();
        broken.extend(
            joining.into_iter().skip(mentor.remaining() as usize).map(|at| (at, Bar::MentorFull)),
        );
        let new = || led.iter().filter(|group| group.open.is_none());
        let too_many = new().skip(rules::new_groups(instance, mentor) as usize);
        broken.extend(too_many.flat_map(|group| &group.joining).map(|at| (*at, Bar::GroupFull)));
        let mut taken: BTreeSet<&str> =
            instance.groups_of(mentor.code).filter_map(|group| group.slot).collect();
        for group in new() {
            // Nobody leads two groups at one time.
            if group.slot.is_some_and(|slot| !taken.insert(slot)) {
                broken.extend(group.joining.iter().map(|at| (*at, Bar::GroupFull)));
            }
        }
    }
    broken.sort_unstable();
    broken.dedup();
    broken
}

/// The rules between two people that do not hold, and whether both are free when the group meets.
fn pair_bars(
    instance: &Instance,
    placement: &Placement,
    mentor: &Mentor,
    slot: Option<&str>,
) -> Vec<Bar> {
    let Some(mentee) = mentee_at(instance, placement).map(|at| &instance.mentees[at]) else {
        return Vec::new();
    };
    let slots = rules::slots_of_mentor(instance, mentor);
    let meet = slot.is_some_and(|slot| slots.contains(&slot) && is_free(instance, placement, slot));
    let common = rules::common_slots(mentee, &slots).next().is_some();
    let holds = [
        (Bar::Gender, rules::same_gender(mentee, mentor)),
        (Bar::NotScreened, mentor.ready),
        (Bar::MustNotJoin, rules::may_join(instance, mentee, mentor)),
        (Bar::AgeGap, rules::old_enough(mentee, mentor)),
        (Bar::NoCommonSlot, common),
        (Bar::OtherSlot, meet || !common),
    ];
    holds.into_iter().filter(|(_, holds)| !holds).map(|(bar, _)| bar).collect()
}

/// The placements that break no rule. Groups that are too small go last, for others may go before
/// and leave them so.
fn within_rules<'a>(
    instance: &Instance<'a>,
    mut placements: Vec<Placement<'a>>,
) -> Vec<Placement<'a>> {
    loop {
        let broken = broken(instance, &placements);
        let (few, others): (Vec<_>, Vec<_>) =
            broken.into_iter().partition(|(_, bar)| *bar == Bar::TooFewForGroup);
        let out: BTreeSet<usize> =
            if others.is_empty() { few } else { others }.into_iter().map(|(at, _)| at).collect();
        if out.is_empty() {
            return placements;
        }
        let mut at = 0..;
        placements.retain(|_| at.next().is_some_and(|at| !out.contains(&at)));
    }
}

/// What suggestions are worth on a board, as a plan is.
pub(super) fn worth_of(board: &Board, suggestions: &Suggestions) -> Option<i64> {
    worth(board, &suggested_in(suggestions))
}

/// What placements within the rules are worth, as a plan is; none if they break a rule.
fn worth(board: &Board, placements: &[Placement]) -> Option<i64> {
    let mut seat_of = vec![None; board.instance.mentees.len()];
    let mut slots: Vec<Option<usize>> = vec![None; board.seats.len()];
    let mut taken = BTreeSet::new();
    for group in groups(board.instance, placements) {
        let mentor = mentor_at(board.instance, &placements[group.joining[0]])?;
        let is_it = |at: &usize| match board.seats[*at].group {
            Some(open) => board.instance.groups[open].name == group.name,
            None => group.open.is_none() && !taken.contains(at),
        };
        let seat = board.seats_of(mentor).find(is_it)?;
        taken.insert(seat);
        slots[seat] = Some(board.slots.binary_search(&group.slot?).ok()?);
        for at in group.joining {
            seat_of[mentee_at(board.instance, &placements[at])?] = Some(seat);
        }
    }
    plan::worth(board, &seat_of, &slots)
}
