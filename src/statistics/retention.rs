//! Retention: who of the last season's active mentees and mentors is active again.

use std::collections::BTreeMap;

use super::Figures;
use super::figure::{Figure, Items};
use super::level::{Judged, Level};
use super::numbers::{ratio, size};
use super::scene::Scene;
use super::subject::{OfMentee, OfMentor, Subject};
use crate::ledger::people::{MenteeIndex, MentorIndex};
use crate::ledger::standing::Standing;
use crate::ledger::weeks::Window;

/// Meetings in a season that make one active.
const ACTIVE_MEETINGS: u32 = 4;

pub(super) const FIGURES: &[Figure] = &[
    Figure::count("retention.mentees.previous_active", |scene, _| {
        was_active(scene, CAME_BEFORE, |_| true)
    })
    .looks_back(),
    Figure::count("retention.mentees.graduated", |scene, _| {
        was_active(scene, GRADUATED, |mentee| has_graduated(scene.standing, mentee))
    })
    .looks_back(),
    Figure::count("retention.mentees.eligible", eligible).looks_back(),
    Figure::count("retention.mentees.retained", retained).looks_back(),
    Figure::rate("retention.mentees.rate", retained, eligible)
        .looks_back()
        .judged(Judged::By(fewer_came_back)),
    Figure::count("retention.mentors.previous_active", mentors_before).looks_back(),
    Figure::count("retention.mentors.retained", mentors_again).looks_back(),
    Figure::rate("retention.mentors.rate", mentors_again, mentors_before).looks_back(),
];

const CAME_BEFORE: &[OfMentee] = &[OfMentee::AttendedBefore];
const GRADUATED: &[OfMentee] = &[OfMentee::AttendedBefore, OfMentee::Placements];

/// Mentees who were active in the season before and pass a test.
fn was_active<'s>(
    scene: &Scene<'s, '_>,
    rows: &'static [OfMentee],
    test: impl Fn(MenteeIndex) -> bool,
) -> Items<'s> {
    let active = scene
        .mentees()
        .map(|(mentee, _)| mentee)
        .filter(|mentee| scene.attended_before(*mentee) >= ACTIVE_MEETINGS && test(*mentee));
    active.map(|mentee| Subject::Mentee(mentee, rows).once()).collect()
}

fn has_graduated(standing: &Standing<'_>, mentee: MenteeIndex) -> bool {
    let end = standing.groups.latest_membership(mentee).and_then(|membership| membership.end);
    end.is_some_and(|end| end.on <= standing.through && end.reason == Some("graduated"))
}

fn eligible<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    was_active(scene, CAME_BEFORE, |mentee| !has_graduated(scene.standing, mentee))
}

fn retained<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    was_active(scene, &[OfMentee::Attended], |mentee| {
        !has_graduated(scene.standing, mentee) && scene.attended(mentee) >= ACTIVE_MEETINGS
    })
}

/// Ten points fewer than in the season before; no level if that season has no such rate.
fn fewer_came_back(scene: &Scene<'_, '_>, figures: &Figures, _: &[&str]) -> Option<Level> {
    let now = figures.number("retention.mentees.rate")?;
    // Rates have 4 decimals: compared in ten thousandths, so that ten points are ten points.
    let parts = |rate: f64| (rate * 10_000.0).round();
    let before = rate_before(scene.standing)?;
    Some(Level::of(parts(before) - parts(now) >= 1000.0, false))
}

/// The rate of mentees who came back in the season before, at its end; none without two seasons
/// before.
fn rate_before(standing: &Standing<'_>) -> Option<f64> {
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

fn mentors_before<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    let active = active_mentors(scene.standing, scene.whole_before()).into_iter();
    active.map(|mentor| Subject::Mentor(mentor, &[OfMentor::HeldBefore]).once()).collect()
}

fn mentors_again<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    let now = active_mentors(scene.standing, Some(scene.window()));
    let before = active_mentors(scene.standing, scene.whole_before()).into_iter();
    let again = before.filter(|mentor| now.contains(mentor));
    again.map(|mentor| Subject::Mentor(mentor, &[OfMentor::Held]).once()).collect()
}

/// Mentors whose groups held enough meetings in a window.
fn active_mentors(standing: &Standing<'_>, window: Option<Window>) -> Vec<MentorIndex> {
    let mut held: BTreeMap<MentorIndex, u32> = BTreeMap::new();
    let meetings = window.map_or(&[][..], |window| standing.meetings.within(window));
    for meeting in meetings.iter().filter(|meeting| meeting.held) {
        if let Some(mentor) = standing.groups[meeting.group].mentor {
            *held.entry(mentor).or_default() += 1;
        }
    }
    held.into_iter()
        .filter(|(_, meetings)| *meetings >= ACTIVE_MEETINGS)
        .map(|(mentor, _)| mentor)
        .collect()
}
