//! Meetings: how regular, how well attended, how promptly reported.

use std::collections::BTreeMap;

use super::figure::Measure::Derived;
use super::figure::{Derivation, Figure, Items, Measure, Unit, amounts_of, each};
use super::level::Judged;
use super::numbers::{difference, rate_of_change, ratio, size, trend};
use super::scene::Scene;
use super::subject::{OfGroup, OfMentee, Subject};
use crate::ledger::groups::GroupIndex;
use crate::ledger::meetings::{Attendance, Meeting};
use crate::ledger::people::MenteeIndex;
use crate::ledger::season::monday_of;
use crate::ledger::standing::Standing;

/// A mentee absent this often in a row is missed.
const ABSENCES: usize = 3;

pub(super) const FIGURES: &[Figure] = &[
    Figure::count("meetings.reports", reports),
    Figure::count("meetings.held", held).judged(Judged::Change("meetings.held_change_rate")),
    Figure::count("meetings.online", |scene, _| met(scene.meetings(), |one| one.online())),
    Figure::count("meetings.cancelled", |scene, _| met(scene.meetings(), |one| !one.held)),
    Figure::count("meetings.without_attendance", |scene, _| {
        met(scene.meetings(), |one| one.held && one.attendance.is_none())
    }),
    Figure::count("meetings.duplicate_reports", duplicate_reports),
    Figure::sum("meetings.expected", Unit::Count, expected),
    Figure::rate("meetings.regularity", regular, expected)
        .judged(Judged::Below { warning: 0.75, alert: 0.50 }),
    Figure::sum("meetings.attendance.roster", Unit::Count, roster),
    Figure::sum("meetings.attendance.present", Unit::Count, present),
    Figure::sum("meetings.attendance.excused", Unit::Count, excused),
    Figure::sum("meetings.attendance.absent", Unit::Count, |scene, _| {
        came(scene, Attendance::absent)
    }),
    Figure::rate("meetings.attendance_rate", present, roster)
        .judged(Judged::Below { warning: 0.70, alert: 0.50 }),
    Figure::rate("meetings.excused_rate", excused, roster),
    Figure::count("meetings.on_time", on_time),
    Figure::rate("meetings.on_time_rate", on_time, reports),
    Figure::rate("meetings.compliance", reported, expected)
        .judged(Judged::Below { warning: 0.80, alert: 0.50 }),
    Figure::count("meetings.absent_3", long_absent),
    Figure::sum("meetings.donations", Unit::Rupiah, donations),
    Figure::count("meetings.previous_held", |scene, _| {
        met(scene.meetings_before(), |one| one.held)
    })
    .looks_back(),
    Figure::new("meetings.held_change", Unit::Count, compared(difference)),
    Figure::new("meetings.held_change_rate", Unit::Rate, compared(rate_of_change)),
    Figure::new("meetings.held_trend", Unit::Trend, compared(trend)),
];

const fn compared(by: Derivation) -> Measure {
    Derived { from: &["meetings.held"], against: &["meetings.previous_held"], by }
}

/// The reports of meetings that pass a test.
fn met<'s>(meetings: &'s [Meeting<'_>], test: impl Fn(&Meeting<'_>) -> bool) -> Items<'s> {
    each(meetings.iter().filter(|meeting| test(meeting)).map(|meeting| meeting.record))
}

fn reports<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    met(scene.meetings(), |_| true)
}

fn held<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    met(scene.meetings(), |meeting| meeting.held)
}

fn on_time<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    met(scene.meetings(), |meeting| meeting.on_time)
}

fn duplicate_reports<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    let (window, standing) = (scene.window(), scene.standing);
    let duplicates = standing.references.duplicate_reports.iter().copied();
    each(duplicates.filter(|record| window.contains(record.event_date)))
}

/// How many of a kind of mentees each meeting had.
fn came<'s>(scene: &Scene<'s, '_>, number: fn(&Attendance) -> usize) -> Items<'s> {
    let counted = scene.meetings().iter().filter_map(|meeting| {
        let number = number(meeting.attendance.as_ref()?);
        (number > 0).then(|| Subject::Row(meeting.record).times(size(number)))
    });
    counted.collect()
}

fn roster<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    came(scene, |attendance| attendance.roster.len())
}

fn present<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    came(scene, |attendance| attendance.present.len())
}

fn excused<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    came(scene, |attendance| attendance.excused.len())
}

/// Rupiah collected at held meetings in the window.
pub(super) fn donations<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    let held = scene.meetings().iter().filter(|meeting| meeting.held);
    amounts_of(held.map(|meeting| meeting.record), "donation")
}

/// A number of weeks of each group, if it has any.
fn weeks<'s>(
    scene: &Scene<'s, '_>,
    rows: &'static [OfGroup],
    number: fn(&Standing<'_>, GroupIndex) -> i64,
) -> Items<'s> {
    let groups = scene.groups().map(|(group, _)| (group, number(scene.standing, group)));
    let some = groups.filter(|(_, weeks)| *weeks > 0);
    some.map(|(group, weeks)| Subject::Group(group, rows).times(weeks)).collect()
}

fn expected<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    weeks(scene, &[OfGroup::Decisions], |standing, group| {
        size(standing.expected_weeks(group).len())
    })
}

fn regular<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    weeks(scene, &[OfGroup::Held], regular_weeks)
}

fn reported<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    weeks(scene, &[OfGroup::OnTime], reported_weeks)
}

/// Held meetings of a group in the window, at most as many as weeks in which it was expected to
/// meet.
fn regular_weeks(standing: &Standing<'_>, group: GroupIndex) -> i64 {
    let window = standing.window();
    let held = standing.meetings.held(group).filter(|meeting| window.contains(meeting.date));
    size(held.count().min(standing.expected_weeks(group).len()))
}

/// How regularly one group met in the season: none before it is expected to meet.
pub fn regularity_of(standing: &Standing<'_>, group: GroupIndex) -> Option<f64> {
    ratio(regular_weeks(standing, group), size(standing.expected_weeks(group).len()))
}

/// Expected weeks of a group with a report on time, of a meeting held or not.
fn reported_weeks(standing: &Standing<'_>, group: GroupIndex) -> i64 {
    let window = standing.window();
    let reported = standing
        .meetings
        .of(group)
        .filter(|meeting| meeting.on_time && window.contains(meeting.date));
    let mondays: Vec<_> = reported.map(|meeting| monday_of(meeting.date)).collect();
    let weeks = standing.expected_weeks(group).iter();
    size(weeks.filter(|monday| mondays.contains(monday)).count())
}

/// Members who were absent in each of the last meetings where they were on the roster.
fn long_absent<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    let absent = absent_in_a_row(scene.standing, scene.meetings());
    absent.map(|mentee| Subject::Mentee(mentee, &[OfMentee::Missed]).once()).collect()
}

/// The members who were absent without notice at each of the last three meetings at which they were
/// on the list, among `meetings` in order of date.
pub fn absent_in_a_row(
    standing: &Standing<'_>,
    meetings: &[Meeting<'_>],
) -> impl Iterator<Item = MenteeIndex> {
    let mut absences: BTreeMap<MenteeIndex, usize> = BTreeMap::new();
    for attendance in meetings.iter().filter_map(|meeting| meeting.attendance.as_ref()) {
        for mentee in &attendance.roster {
            let in_a_row = absences.entry(*mentee).or_default();
            *in_a_row = if attendance.was_absent(*mentee) { *in_a_row + 1 } else { 0 };
        }
    }
    let long = absences
        .into_iter()
        .filter(|(_, in_a_row)| *in_a_row >= ABSENCES)
        .map(|(mentee, _)| mentee);
    long.filter(|mentee| standing.group_of(*mentee).is_some())
}
