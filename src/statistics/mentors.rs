//! Mentors: who is ready, how heavily they are loaded, and whom nobody has spoken with.

use chrono::{NaiveDate, TimeDelta};

use super::Figures;
use super::figure::Measure::Ratio;
use super::figure::{Figure, Items, Unit};
use super::level::{Judged, Level};
use super::scene::Scene;
use super::subject::{OfMentor, Subject};
use crate::ledger::codes::Gender;
use crate::ledger::groups::GroupIndex;
use crate::ledger::people::MentorIndex;
use crate::ledger::standing::Standing;

pub(super) const FIGURES: &[Figure] = &[
    Figure::count("mentors.applied", applied),
    Figure::count("mentors.ready", |scene, _| ready(scene, |_| true)),
    Figure::count("mentors.ready_male", |scene, _| {
        ready(scene, |gender| gender == Some(Gender::Male))
    }),
    Figure::count("mentors.ready_female", |scene, _| {
        ready(scene, |gender| gender == Some(Gender::Female))
    }),
    Figure::count("mentors.with_group", |scene, _| leading(scene, |_| true)),
    Figure::count("mentors.unready_with_group", |scene, _| {
        leading(scene, |mentor| !scene.standing.is_ready(mentor))
    })
    .judged(Judged::Any(Level::Alert)),
    Figure::new("mentors.load", Unit::Rate, Ratio(led, places)).judged(Judged::By(load_level)),
    Figure::count("mentors.overloaded", overloaded),
    Figure::count("mentors.three_groups", |scene, _| {
        leading(scene, |mentor| scene.standing.groups_led_by(mentor).len() >= 3)
    }),
    Figure::count("mentors.silent", silent).judged(Judged::Any(Level::Alert)),
    Figure::count("mentors.no_contact_30d", |scene, _| without_contact(scene, 30))
        .judged(Judged::Escalates("mentors.no_contact_45d")),
    Figure::count("mentors.no_contact_45d", |scene, _| without_contact(scene, 45)),
];

/// What shows that a mentor is ready.
const SCREENED: &[OfMentor] = &[OfMentor::Applications, OfMentor::Steps];

/// The same, and the groups that the mentor leads.
pub(super) const LEADING: &[OfMentor] =
    &[OfMentor::Applications, OfMentor::Steps, OfMentor::Groups];

fn applied<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    let all = scene.mentors().map(|(mentor, _)| mentor);
    all.map(|mentor| Subject::Mentor(mentor, &[OfMentor::Applications]).once()).collect()
}

/// Mentors of such a gender who have passed all steps.
fn ready<'s>(scene: &Scene<'s, '_>, gender: impl Fn(Option<Gender>) -> bool) -> Items<'s> {
    let ready = scene
        .mentors()
        .filter(|(mentor, person)| scene.standing.is_ready(*mentor) && gender(person.gender()));
    ready.map(|(mentor, _)| Subject::Mentor(mentor, SCREENED).once()).collect()
}

/// Mentors of open groups who pass a test.
fn leading<'s>(scene: &Scene<'s, '_>, test: impl Fn(MentorIndex) -> bool) -> Items<'s> {
    let those = scene.standing.mentors_with_group().filter(|mentor| test(*mentor));
    those.map(|mentor| Subject::Mentor(mentor, LEADING).once()).collect()
}

/// The members of each mentor's open groups.
fn led<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    let item = |mentor| {
        Subject::Mentor(mentor, &[OfMentor::Groups]).times(scene.standing.mentor_load(mentor))
    };
    scene.standing.mentors_with_group().map(item).collect()
}

/// How many mentees each mentor of an open group takes at most.
fn places<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    let person = |mentor| &scene.standing.mentors[mentor];
    let item = |mentor| {
        Subject::Mentor(mentor, &[OfMentor::Applications]).times(person(mentor).max_mentees())
    };
    scene.standing.mentors_with_group().map(item).collect()
}

/// All mentors together above what they take, far above, or one with three groups.
fn load_level(_: &Scene<'_, '_>, figures: &Figures, _: &[&str]) -> Option<Level> {
    let load = figures.number("mentors.load")?;
    let three = figures.integer("mentors.three_groups")?;
    Some(Level::of(load > 1.0, load >= 1.25 || three > 0))
}

fn overloaded<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    let standing = scene.standing;
    leading(scene, |mentor| standing.mentor_load(mentor) > standing.mentors[mentor].max_mentees())
}

fn silent<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    let since = silent_since(scene.standing);
    leading(scene, |mentor| since.is_some_and(|since| is_silent(scene.standing, mentor, since)))
}

/// The Monday of the third latest school week that has ended; none if there are fewer.
fn silent_since(standing: &Standing<'_>) -> Option<NaiveDate> {
    standing.weeks.ended_by(standing.through).iter().rev().nth(2).copied()
}

/// Whether a mentor is silent: of the groups led for the last three school weeks, none has a report
/// dated in them.
pub fn is_silent_now(standing: &Standing<'_>, mentor: MentorIndex) -> bool {
    silent_since(standing).is_some_and(|since| is_silent(standing, mentor, since))
}

/// Whether none of the groups that a mentor has led since then has a report dated since then.
fn is_silent(standing: &Standing<'_>, mentor: MentorIndex, since: NaiveDate) -> bool {
    let led = standing.groups_led_by(mentor).iter();
    let old: Vec<_> = led.filter(|group| standing.groups[**group].start <= since).collect();
    let reported = |group: GroupIndex| {
        standing.meetings.of(group).next_back().is_some_and(|last| last.date >= since)
    };
    !old.is_empty() && !old.into_iter().any(|group| reported(*group))
}

/// Mentors of open groups with whom nobody has spoken for some days.
fn without_contact<'s>(scene: &Scene<'s, '_>, days: i64) -> Items<'s> {
    let since = scene.standing.through - TimeDelta::days(days);
    leading(scene, |mentor| {
        scene.standing.steps.last_contact(mentor).is_none_or(|last| last <= since)
    })
}
