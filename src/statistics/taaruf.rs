//! Taaruf: whether new groups got to know each other within two weeks.

use serde_json::{Value, json};

use super::Scene;
use super::numbers::{count, ratio};
use crate::ledger::groups::GroupIndex;

/// Days after forming by which a group should have had its taaruf.
const DUE_DAYS: i64 = 14;

pub(super) fn figures(scene: &Scene<'_, '_>) -> Value {
    let standing = scene.standing;
    let window = standing.window();
    let formed: Vec<GroupIndex> =
        standing.groups.iter().filter(|(_, group)| window.contains(group.start)).map(|(index, _)| index).collect();
    let (done, undone): (Vec<_>, Vec<_>) =
        formed.iter().copied().partition(|group| standing.first_taaruf(*group).is_some());
    let days_until =
        |group: GroupIndex| standing.first_taaruf(group).map(|first| (first - standing.groups[group].start).num_days());
    let is_open = |group: GroupIndex| standing.groups[group].is_open(standing.through);
    let is_past = |group: GroupIndex| standing.days_since_start(group) > DUE_DAYS;
    let within_14 = count(done.iter().filter(|group| days_until(**group).is_some_and(|days| days <= DUE_DAYS)));
    let due = count(formed.iter().filter(|group| done.contains(group) || is_past(**group)));
    json!({
        "formed": formed.len(),
        "done": done.len(),
        "within_14": within_14,
        "pending": count(undone.iter().filter(|group| is_open(**group) && !is_past(**group))),
        "overdue": count(undone.iter().filter(|group| is_open(**group) && is_past(**group))),
        "rate": ratio(within_14, due),
    })
}
