//! Retention: who of the last season's active mentees and mentors is active again.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Scene;
use super::evidence::{Asked, Evidence};
use super::numbers::{ratio, size};
use crate::ledger::people::PersonIndex;
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
    let graduated = |mentee: PersonIndex| {
        let last =
            standing.groups.memberships_of(mentee).rfind(|membership| membership.from <= end);
        let ended = last.and_then(|membership| membership.end);
        ended.is_some_and(|ended| ended.on <= end && ended.reason == Some("graduated"))
    };
    let active = (0..before.len()).filter(|mentee| before[*mentee] >= ACTIVE_MEETINGS);
    let eligible: Vec<PersonIndex> = active.filter(|mentee| !graduated(*mentee)).collect();
    let retained = eligible.iter().filter(|mentee| now[**mentee] >= ACTIVE_MEETINGS).count();
    ratio(size(retained), size(eligible.len()))
}

fn of_mentees(standing: &Standing<'_>, previous: &Previous<'_>) -> Value {
    let before = standing.attended(previous.whole());
    let now = standing.attended(standing.window());
    let active: Vec<PersonIndex> =
        (0..before.len()).filter(|mentee| before[*mentee] >= ACTIVE_MEETINGS).collect();
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

fn has_graduated(standing: &Standing<'_>, mentee: PersonIndex) -> bool {
    let end = standing.groups.latest_membership(mentee).and_then(|membership| membership.end);
    end.is_some_and(|end| end.on <= standing.through && end.reason == Some("graduated"))
}

fn of_mentors(standing: &Standing<'_>, previous: &Previous<'_>) -> Value {
    let before = active_mentors(standing, previous.whole());
    let now = active_mentors(standing, standing.window());
    let retained = size(before.iter().filter(|mentor| now.contains(mentor)).count());
    json!({"previous_active": before.len(), "retained": retained, "rate": ratio(retained, size(before.len()))})
}

/// Mentors whose groups held enough meetings in a window.
fn active_mentors(standing: &Standing<'_>, window: Window) -> Vec<PersonIndex> {
    let mut held: BTreeMap<PersonIndex, u32> = BTreeMap::new();
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
    let mentors = path.first() == Some(&"mentors");
    let figure = path.get(1).copied().unwrap_or_default();
    let (before, now) = (previous.whole(), standing.window());
    let (was, is): (Vec<PersonIndex>, Vec<PersonIndex>) = if mentors {
        (active_mentors(standing, before), active_mentors(standing, now))
    } else {
        let active = |window: Window| {
            let attended = standing.attended(window);
            (0..attended.len()).filter(|mentee| attended[*mentee] >= ACTIVE_MEETINGS).collect()
        };
        (active(before), active(now))
    };
    let met = |window: Window, people: &[PersonIndex]| {
        asked.meetings(window, |meeting| {
            meeting.held
                && people.iter().any(|person| {
                    if mentors {
                        standing.groups[meeting.group].mentor == Some(*person)
                    } else {
                        meeting.was_present(*person)
                    }
                })
        })
    };
    let graduated: Vec<PersonIndex> =
        was.iter().copied().filter(|person| !mentors && has_graduated(standing, *person)).collect();
    let eligible: Vec<PersonIndex> =
        was.iter().copied().filter(|person| !graduated.contains(person)).collect();
    let retained: Vec<PersonIndex> =
        eligible.iter().copied().filter(|person| is.contains(person)).collect();
    match figure {
        "graduated" => met(before, &graduated).and(asked.placements_of(&graduated)),
        "retained" => met(now, &retained),
        "rate" => met(now, &retained).against(met(before, &eligible)),
        "eligible" => met(before, &eligible),
        _ => met(before, &was),
    }
}
