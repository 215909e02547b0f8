//! Groups: how many are open, alive, faltering, and how large.

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::Scene;
use super::numbers::{by_code, count, ratio, size};
use crate::ledger::groups::{Departure, Group, GroupIndex};
use crate::ledger::standing::Standing;

/// Days after forming by which a group should have met.
const FIRST_MEETING_DAYS: i64 = 14;

pub(super) fn figures(scene: &Scene<'_, '_>) -> Value {
    let standing = scene.standing;
    let window = standing.window();
    let open: Vec<GroupIndex> = standing.open_groups().map(|(group, _)| group).collect();
    let sizes: Vec<usize> = open.iter().map(|group| standing.members(*group).len()).collect();
    let gaps: Vec<Option<usize>> = open.iter().map(|group| standing.gap(*group)).collect();
    let closed: Vec<&Group<'_>> =
        standing.groups.all().iter().filter(|group| group.closed.is_some_and(|c| window.contains(c.on))).collect();
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

/// The Monday of the third latest school week that has begun, or of the earliest if there are fewer.
fn recent_from(standing: &Standing<'_>) -> NaiveDate {
    let begun = standing.weeks.begun_by(standing.through);
    begun.iter().rev().take(3).next_back().copied().unwrap_or(standing.through)
}

fn is_active(standing: &Standing<'_>, group: GroupIndex, recent: NaiveDate) -> bool {
    standing.members(group).len() >= 3 && standing.last_held(group).is_some_and(|meeting| meeting.date >= recent)
}

fn is_not_started(standing: &Standing<'_>, group: GroupIndex) -> bool {
    standing.last_held(group).is_none() && standing.days_since_start(group) > FIRST_MEETING_DAYS
}

fn ended(standing: &Standing<'_>, how: Departure) -> i64 {
    let window = standing.window();
    let ends = standing.groups.memberships().iter().filter_map(|membership| membership.end);
    count(ends.filter(|end| end.how == how && window.contains(end.on)))
}
