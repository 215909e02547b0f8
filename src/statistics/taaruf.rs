//! Taaruf: whether new groups got to know each other within two weeks.

use super::Figures;
use super::figure::{Figure, Items};
use super::level::{Judged, Level};
use super::scene::Scene;
use super::subject::{OfGroup, Subject};
use crate::ledger::groups::GroupIndex;
use crate::ledger::record::Record;
use crate::ledger::standing::Standing;

/// Days after forming at which an undone taaruf is late, and very late.
pub const TAARUF_DAYS: (i64, i64) = (14, 21);

const DUE_DAYS: i64 = TAARUF_DAYS.0;

pub(super) const FIGURES: &[Figure] = &[
    Figure::count("taaruf.formed", |scene, _| formed(scene, |_| true)),
    Figure::count("taaruf.done", |scene, _| formed(scene, |group| is_done(scene.standing, group))),
    Figure::count("taaruf.within_14", in_time),
    Figure::count("taaruf.pending", |scene, _| undone(scene, |days| days <= DUE_DAYS)),
    Figure::count("taaruf.overdue", |scene, _| undone(scene, |days| days > DUE_DAYS))
        .judged(Judged::By(overdue_level)),
    Figure::rate("taaruf.rate", in_time, due),
];

/// Groups formed in the window that pass a test, with their first taaruf.
fn formed<'s>(scene: &Scene<'s, '_>, test: impl Fn(GroupIndex) -> bool) -> Items<'s> {
    let window = scene.window();
    let formed = scene.groups().filter(|(_, group)| window.contains(group.start));
    formed
        .filter(|(index, _)| test(*index))
        .map(|(index, _)| Subject::Group(index, &[OfGroup::Forming, OfGroup::Taaruf]).once())
        .collect()
}

fn is_done(standing: &Standing<'_>, group: GroupIndex) -> bool {
    standing.first_taaruf(group).is_some()
}

fn in_time<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    let standing = scene.standing;
    formed(scene, |group| {
        let first = standing.first_taaruf(group);
        first.is_some_and(|first| (first - standing.groups[group].start).num_days() <= DUE_DAYS)
    })
}

/// Open groups without a taaruf, by the days since they were formed.
fn undone<'s>(scene: &Scene<'s, '_>, days: impl Fn(i64) -> bool) -> Items<'s> {
    let standing = scene.standing;
    formed(scene, |group| {
        !is_done(standing, group)
            && standing.groups[group].is_open(standing.through)
            && days(standing.days_since_start(group))
    })
}

fn due<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    let standing = scene.standing;
    formed(scene, |group| is_done(standing, group) || standing.days_since_start(group) > DUE_DAYS)
}

/// Overdue, and long overdue. What is noted nowhere is not late.
fn overdue_level(scene: &Scene<'_, '_>, figures: &Figures, _: &[&str]) -> Option<Level> {
    let very_late = !undone(scene, |days| days > TAARUF_DAYS.1).is_empty();
    let level = Level::of(figures.integer("taaruf.overdue")? > 0, very_late);
    scene.is_on("taaruf_record").then_some(level)
}

/// The rows of a group's first taaruf.
pub(super) fn first_taaruf<'s>(scene: &Scene<'s, '_>, group: GroupIndex) -> Vec<&'s Record> {
    let first = scene.standing.first_taaruf(group);
    let named = scene.trails().taaruf(&scene.standing.groups[group].normal_name);
    named.iter().copied().filter(|record| Some(record.event_date) == first).collect()
}
