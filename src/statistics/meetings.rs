//! Meetings: how regular, how well attended, how promptly reported.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Scene;
use super::evidence::{Asked, Evidence};
use super::numbers::{comparison, count, ratio, size, with};
use crate::ledger::groups::GroupIndex;
use crate::ledger::meetings::{Attendance, Meeting};
use crate::ledger::people::MenteeIndex;
use crate::ledger::season::monday_of;
use crate::ledger::standing::Standing;
use crate::ledger::weeks::Window;

/// A mentee absent this often in a row is missed.
const ABSENCES: usize = 3;

pub(super) fn figures(scene: &Scene<'_, '_>) -> Value {
    let standing = scene.standing;
    let window = standing.window();
    let meetings = standing.meetings.within(window);
    let reports = size(meetings.len());
    let held = held_in(standing, window);
    let counted: Vec<&Attendance> =
        meetings.iter().filter_map(|meeting| meeting.attendance.as_ref()).collect();
    let on_time = count(meetings.iter().filter(|meeting| meeting.on_time));
    let groups = standing.groups.indices();
    let expected: i64 =
        groups.clone().map(|group| size(standing.expected_weeks(group).len())).sum();
    let regular: i64 = groups.clone().map(|group| regular_weeks(standing, group)).sum();
    let reported: i64 = groups.map(|group| reported_weeks(standing, group)).sum();
    let sum = |part: fn(&Attendance) -> usize| {
        size(counted.iter().map(|attendance| part(attendance)).sum())
    };
    let (roster, present, excused) =
        (sum(|a| a.roster.len()), sum(|a| a.present.len()), sum(|a| a.excused.len()));
    let duplicates = standing
        .references
        .duplicate_reports
        .iter()
        .filter(|record| window.contains(record.event_date));
    let figures = json!({
        "reports": reports,
        "held": held,
        "online": count(meetings.iter().filter(|meeting| meeting.online())),
        "cancelled": reports - held,
        "without_attendance": held - size(counted.len()),
        "duplicate_reports": count(duplicates),
        "expected": expected,
        "regularity": ratio(regular, expected),
        "attendance": {"roster": roster, "present": present, "excused": excused, "absent": sum(Attendance::absent)},
        "attendance_rate": ratio(present, roster),
        "excused_rate": ratio(excused, roster),
        "on_time": on_time,
        "on_time_rate": ratio(on_time, reports),
        "compliance": ratio(reported, expected),
        "absent_3": long_absent(standing, meetings),
        "donations": donations(standing),
    });
    let previous_held = standing.previous.map(|previous| held_in(standing, previous.window()));
    with(figures, comparison("held", "held", held, previous_held))
}

/// Rupiah collected at held meetings in the window.
pub(super) fn donations(standing: &Standing<'_>) -> i64 {
    let held = standing.meetings.within(standing.window()).iter().filter(|meeting| meeting.held);
    held.filter_map(|meeting| meeting.record.answers.integer("donation")).sum()
}

fn held_in(standing: &Standing<'_>, window: Window) -> i64 {
    count(standing.meetings.within(window).iter().filter(|meeting| meeting.held))
}

/// Held meetings of a group in the window, at most as many as weeks in which it was expected to
/// meet.
fn regular_weeks(standing: &Standing<'_>, group: GroupIndex) -> i64 {
    let window = standing.window();
    let held = count(standing.meetings.held(group).filter(|meeting| window.contains(meeting.date)));
    held.min(size(standing.expected_weeks(group).len()))
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
    count(standing.expected_weeks(group).iter().filter(|monday| mondays.contains(monday)))
}

/// Members who were absent in each of the last meetings where they were on the roster.
fn long_absent(standing: &Standing<'_>, meetings: &[Meeting<'_>]) -> i64 {
    count(absent_in_a_row(standing, meetings))
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

/// The rows behind each figure.
pub(super) fn evidence(asked: &Asked<'_, '_>, path: &[&str]) -> Evidence {
    let standing = asked.standing();
    let window = standing.window();
    let all = || asked.meetings(window, |_| true);
    let held = |window: Window| asked.meetings(window, |meeting| meeting.held);
    let counted = |test: &dyn Fn(&Attendance) -> bool| {
        asked.meetings(window, |meeting| meeting.attendance.as_ref().is_some_and(test))
    };
    let before =
        standing.previous.map_or_else(Evidence::default, |previous| held(previous.window()));
    let expecting = || asked.groups(|index, _| !standing.expected_weeks(index).is_empty());
    let on_time = || asked.meetings(window, |meeting| meeting.on_time);
    match path {
        ["held"] => held(window),
        ["online"] => asked.meetings(window, Meeting::online),
        ["cancelled"] => asked.meetings(window, |meeting| !meeting.held),
        ["without_attendance"] => {
            asked.meetings(window, |meeting| meeting.held && meeting.attendance.is_none())
        }
        ["duplicate_reports"] => {
            let twice = standing.references.duplicate_reports.iter().copied();
            Evidence::of(twice.filter(|record| window.contains(record.event_date)))
        }
        ["expected"] => expecting(),
        ["regularity"] => held(window).against(expecting()),
        ["compliance"] => on_time().against(expecting()),
        ["attendance", "excused"] => counted(&|attendance| !attendance.excused.is_empty()),
        ["attendance", "absent"] => counted(&|attendance| attendance.absent() > 0),
        ["attendance", "present"] => counted(&|attendance| !attendance.present.is_empty()),
        ["attendance", ..] => counted(&|_| true),
        ["attendance_rate"] => {
            counted(&|attendance| !attendance.present.is_empty()).against(counted(&|_| true))
        }
        ["excused_rate"] => {
            counted(&|attendance| !attendance.excused.is_empty()).against(counted(&|_| true))
        }
        ["on_time"] => on_time(),
        ["on_time_rate"] => on_time().against(all()),
        ["absent_3"] => {
            let absent: Vec<MenteeIndex> =
                absent_in_a_row(standing, standing.meetings.within(window)).collect();
            counted(&|attendance| absent.iter().any(|mentee| attendance.was_absent(*mentee)))
        }
        ["donations"] => donated(asked),
        ["previous_held"] => before,
        ["held_change" | "held_change_rate" | "held_trend"] => held(window).against(before),
        _ => all(),
    }
}

/// The reports of held meetings with a donation.
pub(super) fn donated(asked: &Asked<'_, '_>) -> Evidence {
    let gave = |meeting: &Meeting<'_>| meeting.record.answers.integer("donation").unwrap_or(0) != 0;
    asked.meetings(asked.standing().window(), |meeting| meeting.held && gave(meeting))
}
