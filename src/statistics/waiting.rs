//! Who may be placed and still waits, and for how long.

use super::figure::Measure::Summary;
use super::figure::{Figure, Item, Items, Unit};
use super::level::Judged;
use super::numbers::{median, p90};
use super::scene::Scene;
use super::subject::{OfMentee, Subject};
use crate::ledger::codes::Gender;
use crate::ledger::people::MenteeIndex;

pub(super) const FIGURES: &[Figure] = &[
    Figure::count("waiting.count", |scene, _| waiting(scene, |_| true)),
    Figure::count("waiting.male", |scene, _| of_gender(scene, Gender::Male)),
    Figure::count("waiting.female", |scene, _| of_gender(scene, Gender::Female)),
    Figure::new("waiting.median_days", Unit::Decimal, Summary(days, |days| median(days).into())),
    Figure::new("waiting.p90_days", Unit::Days, Summary(days, |days| p90(days).into())),
    Figure::new(
        "waiting.max_days",
        Unit::Days,
        Summary(longest, |days| days.iter().max().copied().into()),
    ),
    Figure::count("waiting.over_14", |scene, _| over(scene, 14))
        .judged(Judged::Escalates("waiting.over_28")),
    Figure::count("waiting.over_28", |scene, _| over(scene, 28)),
    Figure::count("waiting.awaiting_consent", |scene, _| asked(&scene.standing.awaiting_consent)),
    Figure::count("waiting.refused", |scene, _| asked(&scene.standing.refused)),
];

/// What those who wait registered, what their guardians said, and groups they were in.
pub(super) const WAITING: &[OfMentee] =
    &[OfMentee::Registrations, OfMentee::Consents, OfMentee::Placements];

/// Those who wait, each with the days of waiting.
fn days<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    let item = |mentee, since| {
        let days: chrono::TimeDelta = scene.standing.through - since;
        Subject::Mentee(mentee, WAITING).times(days.num_days())
    };
    scene.standing.waiting.iter().map(|one| item(one.mentee, one.since)).collect()
}

/// Those who wait and pass a test.
pub(super) fn waiting<'s>(scene: &Scene<'s, '_>, test: impl Fn(MenteeIndex) -> bool) -> Items<'s> {
    let those = scene.standing.waiting.iter().filter(|waiting| test(waiting.mentee));
    those.map(|waiting| Subject::Mentee(waiting.mentee, WAITING).once()).collect()
}

fn of_gender<'s>(scene: &Scene<'s, '_>, gender: Gender) -> Items<'s> {
    waiting(scene, |mentee| scene.standing.mentees[mentee].gender() == Some(gender))
}

/// Those who have waited longest.
fn longest<'s>(scene: &Scene<'s, '_>, codes: &[&str]) -> Items<'s> {
    let mut those = days(scene, codes);
    let most = those.iter().map(|item| item.amount).max();
    those.retain(|item| Some(item.amount) == most);
    those
}

/// Those who have waited more than some days.
fn over<'s>(scene: &Scene<'s, '_>, limit: i64) -> Items<'s> {
    let long = days(scene, &[]).into_iter().filter(|item| item.amount > limit);
    long.map(|item| Item { amount: 1, ..item }).collect()
}

fn asked<'s>(mentees: &[MenteeIndex]) -> Items<'s> {
    const ASKED: &[OfMentee] = &[OfMentee::Registrations, OfMentee::Consents];
    mentees.iter().map(|mentee| Subject::Mentee(*mentee, ASKED).once()).collect()
}
