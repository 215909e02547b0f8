//! Places that ready mentors still have, against those who wait: by gender and by weekly slot.

use serde_json::Value;

use super::figure::{Codes, Figure, Items, Unit};
use super::level::Judged;
use super::mentors::LEADING;
use super::numbers::{both, difference};
use super::scene::Scene;
use super::subject::Subject;
use super::waiting::waiting;
use crate::ledger::codes::{Code, Gender};
use crate::ledger::people::Person;

/// How many mentees one more mentor is reckoned to take.
const MENTEES_PER_MENTOR: i64 = 8;

const BY_SLOT: &[Codes] = &[Codes::Choices("mentee_registration", "slots"), Codes::Genders];

pub(super) const FIGURES: &[Figure] = &[
    Figure::count("capacity.*.demand", demand).over(&[Codes::Genders]),
    Figure::sum("capacity.*.supply", Unit::Count, supply).over(&[Codes::Genders]),
    Figure::derived(
        "capacity.*.gap",
        Unit::Count,
        &["capacity.*.demand"],
        &["capacity.*.supply"],
        difference,
    )
    .over(&[Codes::Genders])
    .judged(Judged::Above { warning: 0.0, alert: 8.0 }),
    Figure::derived(
        "capacity.*.mentors_needed",
        Unit::Count,
        &["capacity.*.demand"],
        &["capacity.*.supply"],
        mentors_needed,
    )
    .over(&[Codes::Genders]),
    Figure::count("capacity.by_slot.*.*.demand", demand).over(BY_SLOT),
    Figure::sum("capacity.by_slot.*.*.supply", Unit::Count, supply).over(BY_SLOT),
    Figure::derived(
        "capacity.by_slot.*.*.gap",
        Unit::Count,
        &["capacity.by_slot.*.*.demand"],
        &["capacity.by_slot.*.*.supply"],
        difference,
    )
    .over(BY_SLOT),
];

/// Whether a person is of the gender and can come at the slot, where one is named.
fn fits(person: &Person<'_>, codes: &[&str]) -> bool {
    match codes {
        [slot, gender] => person.gender() == Gender::of(gender) && person.can_come(slot),
        _ => codes.iter().all(|gender| person.gender() == Gender::of(gender)),
    }
}

/// Those who wait.
fn demand<'s>(scene: &Scene<'s, '_>, codes: &[&str]) -> Items<'s> {
    waiting(scene, |mentee| fits(&scene.standing.mentees[mentee], codes))
}

/// Mentors who are ready, each with the places that are free.
fn supply<'s>(scene: &Scene<'s, '_>, codes: &[&str]) -> Items<'s> {
    let standing = scene.standing;
    let ready = scene
        .mentors()
        .filter(|(mentor, person)| standing.is_ready(*mentor) && fits(person, codes));
    ready
        .map(|(mentor, _)| Subject::Mentor(mentor, LEADING).times(standing.free_capacity(mentor)))
        .collect()
}

fn mentors_needed(_: &Scene<'_, '_>, values: &[Option<i64>]) -> Value {
    let gap = both(values).map(|(demand, supply)| (demand - supply).max(0));
    gap.map(|gap| (gap + MENTEES_PER_MENTOR - 1) / MENTEES_PER_MENTOR).into()
}
