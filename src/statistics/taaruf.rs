//! Taaruf: whether new groups got to know each other within two weeks.

use serde_json::{Value, json};

use super::Scene;
use super::evidence::{Asked, Evidence, text};
use super::numbers::{count, ratio};
use crate::ledger::groups::GroupIndex;
use crate::ledger::names::normal_name;
use crate::ledger::record::Record;

/// Days after forming by which a group should have had its taaruf.
const DUE_DAYS: i64 = 14;

pub(super) fn figures(scene: &Scene<'_, '_>) -> Value {
    let standing = scene.standing;
    let window = standing.window();
    let formed: Vec<GroupIndex> = standing
        .groups
        .iter()
        .filter(|(_, group)| window.contains(group.start))
        .map(|(index, _)| index)
        .collect();
    let (done, undone): (Vec<_>, Vec<_>) =
        formed.iter().copied().partition(|group| standing.first_taaruf(*group).is_some());
    let days_until = |group: GroupIndex| {
        standing.first_taaruf(group).map(|first| (first - standing.groups[group].start).num_days())
    };
    let is_open = |group: GroupIndex| standing.groups[group].is_open(standing.through);
    let is_past = |group: GroupIndex| standing.days_since_start(group) > DUE_DAYS;
    let within_14 =
        count(done.iter().filter(|group| days_until(**group).is_some_and(|days| days <= DUE_DAYS)));
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

/// The rows behind each figure: the decisions that formed the groups, and their first taaruf.
pub(super) fn evidence(asked: &Asked<'_, '_>, path: &[&str]) -> Evidence {
    let standing = asked.standing();
    let window = standing.window();
    let groups = |test: &dyn Fn(GroupIndex) -> bool| {
        let those: Vec<GroupIndex> = standing
            .groups
            .iter()
            .filter(|(index, group)| window.contains(group.start) && test(*index))
            .map(|(index, _)| index)
            .collect();
        let is_first = |record: &&&Record| {
            those.iter().any(|group| {
                standing.first_taaruf(*group) == Some(record.event_date)
                    && standing.groups[*group].normal_name == normal_name(text(record, "group"))
            })
        };
        let first = standing.records.of("taaruf_record").iter().filter(is_first).copied();
        Evidence::of(those.iter().map(|group| standing.groups[*group].formed_by).chain(first))
    };
    let done = |group: GroupIndex| standing.first_taaruf(group).is_some();
    let is_past = |group: GroupIndex| standing.days_since_start(group) > DUE_DAYS;
    let undone =
        |group: GroupIndex| !done(group) && standing.groups[group].is_open(standing.through);
    let in_time = |group: GroupIndex| {
        let first = standing.first_taaruf(group);
        first.is_some_and(|first| (first - standing.groups[group].start).num_days() <= DUE_DAYS)
    };
    match path {
        ["done"] => groups(&done),
        ["within_14"] => groups(&in_time),
        ["pending"] => groups(&|group| undone(group) && !is_past(group)),
        ["overdue"] => groups(&|group| undone(group) && is_past(group)),
        ["rate"] => groups(&in_time).against(groups(&|group| done(group) || is_past(group))),
        _ => groups(&|_| true),
    }
}
