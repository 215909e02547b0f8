//! Compares what was decided with what would have been suggested: both by the same score and the
//! same rules.
//!
//! The rules are checked here once more, placement by placement and without the board on which
//! suggestions are made, so that a suggestion that breaks one is found as well.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use compact_str::{CompactString, ToCompactString};
use serde::Serialize;

use halaqah_solver::{SeatId, Slot, Table};

use super::board::Board;
use super::grouping;
use super::instance::{Instance, MenteeId, Mentor, MentorId, OpenGroup};
use super::rules::{self, Bar};
use super::score;
use super::suggest::suggest;
use super::suggestions::{SuggestedGroup, Suggestions};

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

/// How many people some placements place, how well, and against which rules.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Side {
    /// How many people are placed; those in a group without a mentor have no score and are counted
    /// only in `broken`.
    pub placed: u32,
    /// The sum of their scores, 0 to 1000 each.
    pub score_total: u64,
    /// How many placements break each rule; a placement that breaks two counts twice.
    pub broken: BTreeMap<Bar, u32>,
}

impl Side {
    /// The mean score; none if nobody is placed.
    pub fn mean(&self) -> Option<f64> {
        (self.placed > 0).then(|| self.score_total as f64 / f64::from(self.placed))
    }
}

/// Two ways to place the same people.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// As it was decided.
    pub made: Side,
    /// How many were placed although they did not wait: without complete consent, or not
    /// registered. No other number counts them.
    pub not_waiting: u32,
    /// The decided placements that break no rule, without new groups that are too small then.
    pub within_rules: Side,
    /// What `within_rules` is worth by everything that a grouping is chosen by: scores, cohesion,
    /// sizes, being alone. None only if it breaks a rule after all.
    pub worth_within_rules: Option<i64>,
    /// As it would have been suggested.
    pub suggested: Side,
    /// What `suggested` is worth.
    pub worth_suggested: Option<i64>,
    /// How the same people would have been placed without the rules that the decisions broke. The
    /// limits on a mentor's members and groups still hold.
    pub same_liberties: Side,
}

/// Compares what was decided about the people of an instance with what is suggested for it.
pub fn compare(instance: &Instance, made: &[Placement]) -> Comparison {
    let suggestions = suggest(instance);
    let instance = instance.sorted();
    let board = Board::new(&instance);
    let (mut made, others): (Vec<Placement>, Vec<Placement>) = made
        .iter()
        .copied()
        .partition(|placement| instance.find_mentee(placement.mentee).is_some());
    made.sort_unstable();
    let allowed = within_rules(&instance, made.clone());
    let suggested = suggested_in(&suggestions);
    let as_made = side(&board, &made);
    let slots: Vec<CompactString> =
        board.slot_names().iter().map(|slot| slot.to_compact_string()).collect();
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

/// The instance of the people who were placed, without the rules that were broken. Without the
/// rules about slots everybody is always free; without the rule about small groups, a new group may
/// be as small as the smallest that was formed.
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
        let (SuggestedGroup::Open(group) | SuggestedGroup::New(group)) = &one.group;
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
        let Some(mentor) = mentor_of(board.instance, placement) else { continue };
        let Some(mentee) = mentee_of(board.instance, placement) else { continue };
        let mut groups = board.instance.group_ids();
        let group = groups.find(|group| board.instance.group(*group).name == placement.group);
        side.placed += 1;
        side.score_total += u64::from(score::total(&board.parts(mentee, mentor, group, None)));
    }
    side
}

fn mentee_of(instance: &Instance, placement: &Placement) -> Option<MenteeId> {
    instance.find_mentee(placement.mentee)
}

fn mentor_of(instance: &Instance, placement: &Placement) -> Option<MentorId> {
    instance.find_mentor(placement.mentor?)
}

/// The placements of one group.
struct Group<'p, 'a> {
    name: &'a str,
    mentor: Option<&'p Mentor<'a>>,
    open: Option<&'p OpenGroup<'a>>,
    /// The slot in which it meets; if that is not known, the one in which most are free.
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
        let mentor = mentor_of(instance, first).map(|mentor| instance.mentor(mentor));
        let known = open.and_then(|open| open.slot).or(first.slot);
        let slot = known.or_else(|| most_shared(instance, mentor?, placements, &joining));
        Group { name, mentor, open, slot, joining }
    };
    by_name.into_iter().map(group).collect()
}

/// The slot of a mentor in which most of those who join are free; the first of equal ones.
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
    mentee_of(instance, placement)
        .is_some_and(|mentee| instance.mentee(mentee).slots.iter().any(|own| own == slot))
}

/// Every rule that a placement breaks, with the placement's position. The placements are in order
/// of the mentees' codes: where there are too many, the last ones break the rule.
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
    let Some(mentee) = mentee_of(instance, placement).map(|mentee| instance.mentee(mentee)) else {
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

/// The placements that break no rule. Groups that are too small are dropped last: a group may
/// become too small when other placements are dropped.
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

/// What suggestions are worth on a board, as a grouping is.
pub(super) fn worth_of(board: &Board, suggestions: &Suggestions) -> Option<i64> {
    worth(board, &suggested_in(suggestions))
}

/// What placements within the rules are worth, as a grouping is; none if they break a rule.
fn worth(board: &Board, placements: &[Placement]) -> Option<i64> {
    let mut seat_of: Table<MenteeId, Option<SeatId>> =
        Table::filled(None, board.instance.mentees.len());
    let mut slots: Table<SeatId, Option<Slot>> = Table::filled(None, board.seats.len());
    let mut taken = BTreeSet::new();
    for group in groups(board.instance, placements) {
        let mentor = mentor_of(board.instance, &placements[group.joining[0]])?;
        let is_it = |at: &SeatId| match board.name_of_open(*at) {
            Some(open) => open == group.name,
            None => group.open.is_none() && !taken.contains(at),
        };
        let seat = board.seats_of(mentor).find(is_it)?;
        taken.insert(seat);
        slots[seat] = Some(board.find_slot(group.slot?)?);
        for at in group.joining {
            seat_of[mentee_of(board.instance, &placements[at])?] = Some(seat);
        }
    }
    grouping::worth(board, &seat_of, &slots)
}
