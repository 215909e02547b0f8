//! Retention: who of the last season's active mentees and mentors is active again.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Scene;
use super::evidence::{Asked, Evidence};
use super::numbers::{ratio, size};
use crate::ledger::people::{MenteeIndex, MentorIndex};
use crate::ledger::standing::{Previous, Standing};
use crate::ledger::weeks::Window;

/// Meetings in a season that make one active.
const ACTIVE_MEETINGS: u32 = 4;

pub(super) fn figures(scene: &Scene<'_, '_>) -> Value {
    let standing = scene.standing;
    match standing.previous {
        Some(previous) => {
            json!({"mentees": of_mentees(standing, &previous), "mentors": of_mentors(standing, &previous)})
        }
        None => json!({
            "mentees": {"previous_active": null, "graduated": null, "eligible": null, "retained": null, "rate": null},
            "mentors": {"previous_active": null, "retained": null, "rate": null},
        }),
    }
}

/// The rate of mentees who came back in the season before, at its end; none without two seasons
/// before.
pub fn mentee_retention_before(standing: &Standing<'_>) -> Option<f64> {
    let previous = standing.previous?;
    let seasons =
        standing.program.seasons.iter().filter(|season| season.start < previous.season.start);
    let first = seasons.max_by_key(|season| season.start)?;
    let before = standing.attended(Window { from: first.start, to: first.end });
    let now = standing.attended(previous.whole());
    let end = previous.season.end;
    let graduated = |mentee: MenteeIndex| {
        let last =
            standing.groups.memberships_of(mentee).rfind(|membership| membership.from <= end);
        let ended = last.and_then(|membership| membership.end);
        ended.is_some_and(|ended| ended.on <= end && ended.reason == Some("graduated"))
    };
    let active = before.indices().filter(|mentee| before[*mentee] >= ACTIVE_MEETINGS);
    let eligible: Vec<MenteeIndex> = active.filter(|mentee| !graduated(*mentee)).collect();
    let retained = eligible.iter().filter(|mentee| now[**mentee] >= ACTIVE_MEETINGS).count();
    ratio(size(retained), size(eligible.len()))
}

fn of_mentees(standing: &Standing<'_>, previous: &Previous<'_>) -> Value {
    let now = standing.attended(standing.window());
    let active = active_mentees(standing, previous.whole());
    let (graduated, eligible): (Vec<_>, Vec<_>) =
        active.iter().copied().partition(|mentee| has_graduated(standing, *mentee));
    let retained = size(eligible.iter().filter(|mentee| now[**mentee] >= ACTIVE_MEETINGS).count());
    json!({
        "previous_active": active.len(),
        "graduated": graduated.len(),
        "eligible": eligible.len(),
        "retained": retained,
        "rate": ratio(retained, size(eligible.len())),
    })
}

fn has_graduated(standing: &Standing<'_>, mentee: MenteeIndex) -> bool {
    let end = standing.groups.latest_membership(mentee).and_then(|membership| membership.end);
    end.is_some_and(|end| end.on <= standing.through && end.reason == Some("graduated"))
}

fn of_mentors(standing: &Standing<'_>, previous: &Previous<'_>) -> Value {
    let before = active_mentors(standing, previous.whole());
    let now = active_mentors(standing, standing.window());
    let retained = size(before.iter().filter(|mentor| now.contains(mentor)).count());
    json!({"previous_active": before.len(), "retained": retained, "rate": ratio(retained, size(before.len()))})
}

/// Mentees who were present at enough meetings in a window.
fn active_mentees(standing: &Standing<'_>, window: Window) -> Vec<MenteeIndex> {
    let attended = standing.attended(window);
    attended.indices().filter(|mentee| attended[*mentee] >= ACTIVE_MEETINGS).collect()
}

/// Mentors whose groups held enough meetings in a window.
fn active_mentors(standing: &Standing<'_>, window: Window) -> Vec<MentorIndex> {
    let mut held: BTreeMap<MentorIndex, u32> = BTreeMap::new();
    for meeting in standing.meetings.within(window).iter().filter(|meeting| meeting.held) {
        if let Some(mentor) = standing.groups[meeting.group].mentor {
            *held.entry(mentor).or_default() += 1;
        }
    }
    held.into_iter()
        .filter(|(_, meetings)| *meetings >= ACTIVE_MEETINGS)
        .map(|(mentor, _)| mentor)
        .collect()
}

/// The rows behind each figure: the meetings at which those who count were present, or which they
/// led.
pub(super) fn evidence(asked: &Asked<'_, '_>, path: &[&str]) -> Evidence {
    let standing = asked.standing();
    let Some(previous) = standing.previous else { return Evidence::default() };
    let figure = path.get(1).copied().unwrap_or_default();
    let (before, now) = (previous.whole(), standing.window());
    let led = |window: Window, mentors: &[MentorIndex]| {
        asked.meetings(window, |meeting| {
            let mentor = standing.groups[meeting.group].mentor;
            meeting.held && mentor.is_some_and(|mentor| mentors.contains(&mentor))
        })
    };
    let met = |window: Window, mentees: &[MenteeIndex]| {
        asked.meetings(window, |meeting| {
            meeting.held && mentees.iter().any(|mentee| meeting.was_present(*mentee))
        })
    };
    if path.first() == Some(&"mentors") {
        let was = active_mentors(standing, before);
        let retained = both(&was, &active_mentors(standing, now));
        return match figure {
            "retained" => led(now, &retained),
            "rate" => led(now, &retained).against(led(before, &was)),
            _ => led(before, &was),
        };
    }
    let was = active_mentees(standing, before);
    let (graduated, eligible): (Vec<_>, Vec<_>) =
        was.iter().copied().partition(|mentee| has_graduated(standing, *mentee));
    let retained = both(&eligible, &active_mentees(standing, now));
    match figure {
        "graduated" => met(before, &graduated).and(asked.placements_of(&graduated)),
        "retained" => met(now, &retained),
        "rate" => met(now, &retained).against(met(before, &eligible)),
        "eligible" => met(before, &eligible),
        _ => met(before, &was),
    }
}

/// Those of `was` who stand in `is` too.
fn both<I: Copy + PartialEq>(was: &[I], is: &[I]) -> Vec<I> {
    was.iter().copied().filter(|one| is.contains(one)).collect()
}
