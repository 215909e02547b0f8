//! Groups: how many are open, alive, faltering, and how large.

use chrono::NaiveDate;

use super::figure::Measure::Ratio;
use super::figure::{Codes, Figure, Items, Unit, each};
use super::level::{Judged, Level};
use super::scene::Scene;
use super::subject::{OfGroup, OfMentee, Subject};
use crate::ledger::groups::{Departure, GroupIndex};
use crate::ledger::standing::Standing;

/// Days after forming by which a group should have met.
const FIRST_MEETING_DAYS: i64 = 14;

pub(super) const FIGURES: &[Figure] = &[
    Figure::count("groups.open", open),
    Figure::count("groups.active", active),
    Figure::count("groups.not_started", |scene, _| {
        among_open(scene, DECISIONS, |group| is_not_started(scene.standing, group))
    })
    .judged(Judged::Any(Level::Warning)),
    Figure::count("groups.faltering", |scene, _| silent(scene, |weeks| (3..=5).contains(&weeks)))
        .judged(Judged::Any(Level::Warning)),
    Figure::count("groups.stalled", |scene, _| silent(scene, |weeks| weeks >= 6))
        .judged(Judged::Any(Level::Alert)),
    Figure::count("groups.formed", formed),
    Figure::count("groups.closed", |scene, _| closed(scene, |_| true)),
    // Why a group was closed is told to nobody.
    Figure::count("groups.closed_by_reason.*", |scene, codes| {
        closed(scene, |reason| reason == codes[0])
    })
    .over(&[Codes::Choices("placement_decision", "reason")])
    .shown_as("groups.closed"),
    Figure::count("groups.members", members),
    Figure::new("groups.mean_size", Unit::Decimal, Ratio(members, open)),
    Figure::count("groups.below_5", |scene, _| {
        among_open(scene, DECISIONS, |group| scene.standing.members(group).len() < 5)
    }),
    Figure::count("groups.above_10", |scene, _| {
        among_open(scene, DECISIONS, |group| scene.standing.members(group).len() > 10)
    }),
    Figure::count("groups.moves", |scene, _| ended(scene, Departure::Moved)),
    Figure::count("groups.leaves", |scene, _| ended(scene, Departure::Left)),
];

const DECISIONS: &[OfGroup] = &[OfGroup::Decisions];

/// Silence is shown by the last meeting there was.
const LAST_MET: &[OfGroup] = &[OfGroup::Decisions, OfGroup::LastMeeting];

/// The open groups that pass a test.
fn among_open<'s>(
    scene: &Scene<'s, '_>,
    rows: &'static [OfGroup],
    test: impl Fn(GroupIndex) -> bool,
) -> Items<'s> {
    let those = scene.standing.open_groups().filter(|(group, _)| test(*group));
    those.map(|(group, _)| Subject::Group(group, rows).once()).collect()
}

pub(super) fn open<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    among_open(scene, DECISIONS, |_| true)
}

fn active<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    let standing = scene.standing;
    let recent = recent_from(standing);
    among_open(scene, LAST_MET, |group| {
        standing.members(group).len() >= 3
            && standing.last_held(group).is_some_and(|meeting| meeting.date >= recent)
    })
}

/// The Monday of the third latest school week that has begun, or of the earliest if there are
/// fewer.
fn recent_from(standing: &Standing<'_>) -> NaiveDate {
    let begun = standing.weeks.begun_by(standing.through);
    begun.iter().rev().take(3).next_back().copied().unwrap_or(standing.through)
}

fn is_not_started(standing: &Standing<'_>, group: GroupIndex) -> bool {
    standing.last_held(group).is_none() && standing.days_since_start(group) > FIRST_MEETING_DAYS
}

/// Open groups by the school weeks that have passed since they last met.
fn silent<'s>(scene: &Scene<'s, '_>, weeks: impl Fn(usize) -> bool) -> Items<'s> {
    among_open(scene, LAST_MET, |group| scene.standing.gap(group).is_some_and(&weeks))
}

fn formed<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    let window = scene.window();
    let formed = scene.groups().filter(|(_, group)| window.contains(group.start));
    each(formed.map(|(_, group)| group.formed_by))
}

/// Groups that were closed in the window for such a reason.
fn closed<'s>(scene: &Scene<'s, '_>, reason: impl Fn(&str) -> bool) -> Items<'s> {
    let window = scene.window();
    let closed = scene.groups().filter(|(_, group)| {
        group.closed.is_some_and(|closing| window.contains(closing.on) && reason(closing.reason))
    });
    closed.map(|(group, _)| Subject::Group(group, &[OfGroup::Closing]).once()).collect()
}

/// Memberships in open groups.
pub(super) fn members<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    let members = scene.standing.all_members();
    members.map(|mentee| Subject::Mentee(mentee, &[OfMentee::Placements]).once()).collect()
}

/// Memberships that ended so in the window.
fn ended<'s>(scene: &Scene<'s, '_>, how: Departure) -> Items<'s> {
    let (window, standing) = (scene.window(), scene.standing);
    let ended = standing.groups.memberships().iter().filter(|membership| {
        membership.end.is_some_and(|end| end.how == how && window.contains(end.on))
    });
    ended.map(|membership| Subject::Ended(membership).once()).collect()
}
