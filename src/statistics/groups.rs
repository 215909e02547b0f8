//! Groups: how many are open, alive, faltering, and how large.

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::Scene;
use super::evidence::{Asked, Evidence, text};
use super::numbers::{by_code, count, ratio, size};
use crate::ledger::groups::{Departure, Group, GroupIndex};
use crate::ledger::people::MenteeIndex;
use crate::ledger::record::Record;
use crate::ledger::standing::Standing;

/// Days after forming by which a group should have met.
const FIRST_MEETING_DAYS: i64 = 14;

pub(super) fn figures(scene: &Scene<'_, '_>) -> Value {
    let standing = scene.standing;
    let window = standing.window();
    let open: Vec<GroupIndex> = standing.open_groups().map(|(group, _)| group).collect();
    let sizes: Vec<usize> = open.iter().map(|group| standing.members(*group).len()).collect();
    let gaps: Vec<Option<usize>> = open.iter().map(|group| standing.gap(*group)).collect();
    let closed: Vec<&Group<'_>> = standing
        .groups
        .all()
        .iter()
        .filter(|group| group.closed.is_some_and(|c| window.contains(c.on)))
        .collect();
    let members = members(standing);
    let recent = recent_from(standing);
    json!({
        "open": open.len(),
        "active": count(open.iter().filter(|group| is_active(standing, **group, recent))),
        "not_started": count(open.iter().filter(|group| is_not_started(standing, **group))),
        "faltering": count(gaps.iter().filter(|gap| matches!(gap, Some(3..=5)))),
        "stalled": count(gaps.iter().filter(|gap| matches!(gap, Some(6..)))),
        "formed": count(standing.groups.all().iter().filter(|group| window.contains(group.start))),
        "closed": closed.len(),
        "closed_by_reason": by_code(
            standing.program.codes("placement_decision", "reason").iter().map(String::as_str),
            |reason| count(closed.iter().filter(|group| group.closed.is_some_and(|c| c.reason == reason))),
        ),
        "members": members,
        "mean_size": ratio(members, size(open.len())),
        "below_5": count(sizes.iter().filter(|size| **size < 5)),
        "above_10": count(sizes.iter().filter(|size| **size > 10)),
        "moves": ended(standing, Departure::Moved),
        "leaves": ended(standing, Departure::Left),
    })
}

/// Memberships in open groups.
pub(super) fn members(standing: &Standing<'_>) -> i64 {
    count(standing.all_members())
}

/// The Monday of the third latest school week that has begun, or of the earliest if there are
/// fewer.
fn recent_from(standing: &Standing<'_>) -> NaiveDate {
    let begun = standing.weeks.begun_by(standing.through);
    begun.iter().rev().take(3).next_back().copied().unwrap_or(standing.through)
}

fn is_active(standing: &Standing<'_>, group: GroupIndex, recent: NaiveDate) -> bool {
    standing.members(group).len() >= 3
        && standing.last_held(group).is_some_and(|meeting| meeting.date >= recent)
}

fn is_not_started(standing: &Standing<'_>, group: GroupIndex) -> bool {
    standing.last_held(group).is_none() && standing.days_since_start(group) > FIRST_MEETING_DAYS
}

fn ended(standing: &Standing<'_>, how: Departure) -> i64 {
    let window = standing.window();
    let ends = standing.groups.memberships().iter().filter_map(|membership| membership.end);
    count(ends.filter(|end| end.how == how && window.contains(end.on)))
}

/// The rows behind each figure.
pub(super) fn evidence(asked: &Asked<'_, '_>, path: &[&str]) -> Evidence {
    let standing = asked.standing();
    let window = standing.window();
    let open = |test: &dyn Fn(GroupIndex) -> bool| {
        asked.groups(|index, group| group.is_open(standing.through) && test(index))
    };
    // Silence is shown by the last meeting there was.
    let last_met = |test: &dyn Fn(GroupIndex) -> bool| {
        let groups = standing.open_groups().map(|(index, _)| index).filter(|index| test(*index));
        Evidence::of(
            groups.filter_map(|index| standing.last_held(index)).map(|meeting| meeting.record),
        )
    };
    let with_meetings = |test: &dyn Fn(GroupIndex) -> bool| open(test).and(last_met(test));
    let size_of = |index: GroupIndex| standing.members(index).len();
    match path {
        ["active"] => {
            let recent = recent_from(standing);
            with_meetings(&|index| is_active(standing, index, recent))
        }
        ["not_started"] => open(&|index| is_not_started(standing, index)),
        ["faltering"] => with_meetings(&|index| matches!(standing.gap(index), Some(3..=5))),
        ["stalled"] => with_meetings(&|index| matches!(standing.gap(index), Some(6..))),
        ["formed"] => Evidence::of(
            standing
                .groups
                .all()
                .iter()
                .filter(|g| window.contains(g.start))
                .map(|group| group.formed_by),
        ),
        // By reason too: why a group was closed is told to nobody.
        ["closed"] | ["closed_by_reason", _] => closings(asked),
        ["below_5"] => open(&|index| size_of(index) < 5),
        ["above_10"] => open(&|index| size_of(index) > 10),
        ["moves"] => moved(asked, Departure::Moved),
        ["leaves"] => moved(asked, Departure::Left),
        ["mean_size"] => {
            let formed = standing.open_groups().map(|(_, group)| group.formed_by);
            open(&|_| true).against(Evidence::of(formed))
        }
        _ => open(&|_| true),
    }
}

/// The decisions that closed groups in the window.
fn closings(asked: &Asked<'_, '_>) -> Evidence {
    let (standing, window) = (asked.standing(), asked.standing().window());
    let is_it = |record: &&&Record| {
        let closes = text(record, "action") == "close_group";
        let name = crate::ledger::names::normal_name(text(record, "group"));
        closes
            && standing.groups.all().iter().any(|group| {
                let closed = group.closed.filter(|closing| window.contains(closing.on));
                group.normal_name == name
                    && closed.is_some_and(|closing| closing.on == record.event_date)
            })
    };
    Evidence::of(standing.records.of("placement_decision").iter().filter(is_it).copied())
}

/// The decisions that ended memberships in the window.
fn moved(asked: &Asked<'_, '_>, how: Departure) -> Evidence {
    let (standing, window) = (asked.standing(), asked.standing().window());
    let ended: Vec<(MenteeIndex, NaiveDate)> = standing
        .groups
        .memberships()
        .iter()
        .filter_map(|m| {
            m.end
                .filter(|end| end.how == how && window.contains(end.on))
                .map(|end| (m.mentee, end.on))
        })
        .collect();
    let is_it = |record: &&&Record| {
        let mut named =
            record.answers.list("members").iter().filter_map(|name| standing.find_mentee(name));
        named.any(|mentee| ended.contains(&(mentee, record.event_date)))
    };
    Evidence::of(standing.records.of("placement_decision").iter().filter(is_it).copied())
}
