//! Support: what mentors asked for, and how soon they were helped.

use super::Figures;
use super::figure::Measure::Summary;
use super::figure::{Codes, Figure, Items, Unit, amounts_of};
use super::level::{Judged, Level};
use super::numbers::{both, median, rupiah};
use super::scene::Scene;
use super::subject::Subject;
use crate::ledger::record::Record;
use crate::ledger::support::SupportCase;

/// A personal request is answered in time within a day.
const ANSWER_SECONDS: i64 = 86_400;

// Which requests are personal, and of which kind, is told to nobody.
pub(super) const FIGURES: &[Figure] = &[
    Figure::count("support.requests", |scene, _| cases(scene, |_| true)),
    Figure::count("support.by_kind.*", |scene, codes| cases(scene, |case| case.kind == codes[0]))
        .over(&[Codes::Choices("support_request", "support_kind")])
        .shown_as("support.requests"),
    Figure::count("support.open", |scene, _| cases(scene, |case| case.closed_on().is_none())),
    Figure::count("support.closed", |scene, _| cases(scene, |case| days(case).is_some())),
    Figure::new(
        "support.median_days",
        Unit::Decimal,
        Summary(closed_after, |days| median(days).into()),
    ),
    Figure::count("support.on_time", on_time),
    Figure::count("support.due", due),
    Figure::rate("support.on_time_rate", on_time, due),
    Figure::count("support.late_open", |scene, _| {
        cases(scene, |case| case.is_late(scene.standing.through))
    })
    .judged(Judged::By(late_level)),
    Figure::sum("support.amount_paid", Unit::Rupiah, paid),
    Figure::derived(
        "support.per_mentee",
        Unit::Rupiah,
        &["support.amount_paid"],
        &["groups.members"],
        |_, values| both(values).and_then(|(paid, members)| rupiah(paid, 1, members)).into(),
    ),
    Figure::count("support.personal_requests", personal).shown_as("support.requests"),
    Figure::count("support.personal_answered_24h", answered).shown_as("support.requests"),
    Figure::rate("support.personal_answered_rate", answered, personal).shown_as("support.requests"),
];

/// Requests dated in the window that pass a test, with what was done about them.
fn cases<'s>(scene: &Scene<'s, '_>, test: impl Fn(&SupportCase<'_>) -> bool) -> Items<'s> {
    let (window, all) = (scene.window(), scene.standing.support.iter());
    let those = all.filter(|case| window.contains(case.date) && test(case));
    those.map(|case| Subject::Case(case).once()).collect()
}

/// Days from the request to its closing.
fn days(case: &SupportCase<'_>) -> Option<i64> {
    case.closed_on().map(|closed| (closed - case.date).num_days())
}

/// Closed requests with the days that they took.
fn closed_after<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    let (window, all) = (scene.window(), scene.standing.support.iter());
    let closed = all.filter(|case| window.contains(case.date));
    closed.filter_map(|case| Some(Subject::Case(case).times(days(case)?))).collect()
}

fn on_time<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    cases(scene, |case| days(case).is_some_and(|days| days <= case.urgency_days()))
}

fn due<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    let through = scene.standing.through;
    cases(scene, |case| days(case).is_some() || case.is_late(through))
}

/// Late requests; one that was needed on its day is an alert.
fn late_level(scene: &Scene<'_, '_>, figures: &Figures, _: &[&str]) -> Option<Level> {
    let through = scene.standing.through;
    let mut all = scene.standing.support.iter();
    let urgent = all.any(|case| case.is_late(through) && case.urgency_days() <= 1);
    Some(Level::of(figures.integer("support.late_open")? > 0, urgent))
}

/// Rupiah paid in the window on requests of any season.
fn paid<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    let window = scene.window();
    let pays = |record: &&Record| {
        record.answers.text("status") == Some("resolved") && window.contains(record.event_date)
    };
    let follow_ups = scene.standing.support.iter().flat_map(|case| case.follow_ups.iter().copied());
    amounts_of(follow_ups.filter(pays), "amount_paid")
}

fn personal<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    cases(scene, |case| case.is_personal())
}

fn answered<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    cases(scene, |case| case.is_personal() && answered_within_a_day(case))
}

fn answered_within_a_day(case: &SupportCase<'_>) -> bool {
    let first = case.follow_ups.iter().map(|record| record.moment).min();
    first.is_some_and(|first| (first - case.request.moment).num_seconds() <= ANSWER_SECONDS)
}
