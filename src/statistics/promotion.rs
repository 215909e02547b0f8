//! Promotion: what each channel cost and how many of those it brought stayed.

use serde_json::Value;

use super::figure::Measure::{Derived, Ratio};
use super::figure::{Codes, Derivation, Figure, Items, Measure, Unit, amounts_of, each};
use super::numbers::{both, rupiah, wilson};
use super::scene::Scene;
use super::subject::{OfMentee, Subject};
use crate::ledger::people::MenteeIndex;
use crate::ledger::record::Record;

/// Fewer registrations than this say little about a channel.
const ENOUGH_DATA: i64 = 20;

/// One who attended this often is active.
const ACTIVE_MEETINGS: u32 = 4;

const CHANNELS: &[Codes] = &[Codes::Choices("promotion_activity", "channel")];

pub(super) const FIGURES: &[Figure] = &[
    Figure::count("promotion.*.activities", |scene, codes| each(activities(scene, codes)))
        .over(CHANNELS),
    Figure::sum("promotion.*.reach", Unit::Count, reach).over(CHANNELS),
    Figure::sum("promotion.*.cost", Unit::Rupiah, |scene, codes| {
        amounts_of(activities(scene, codes), "cost")
    })
    .over(CHANNELS),
    Figure::count("promotion.*.registered", registered).over(CHANNELS),
    Figure::count("promotion.*.active", active).over(CHANNELS),
    Figure::new("promotion.*.conversion", Unit::Rate, Ratio(registered, reach)).over(CHANNELS),
    Figure::rate("promotion.*.active_rate", active, registered).over(CHANNELS),
    Figure::new(
        "promotion.*.active_rate_low",
        Unit::Rate,
        of_active(|_, values| {
            both(values).and_then(|(active, registered)| wilson(active, registered).0).into()
        }),
    )
    .over(CHANNELS),
    Figure::new(
        "promotion.*.active_rate_high",
        Unit::Rate,
        of_active(|_, values| {
            both(values).and_then(|(active, registered)| wilson(active, registered).1).into()
        }),
    )
    .over(CHANNELS),
    Figure::derived(
        "promotion.*.cost_per_active",
        Unit::Rupiah,
        &["promotion.*.cost"],
        &["promotion.*.active"],
        |_, values| both(values).and_then(|(cost, active)| rupiah(cost, 1, active)).into(),
    )
    .over(CHANNELS),
    Figure::derived(
        "promotion.*.enough_data",
        Unit::YesNo,
        &["promotion.*.registered"],
        &[],
        enough_data,
    )
    .over(CHANNELS),
];

const fn of_active(by: Derivation) -> Measure {
    Derived { from: &["promotion.*.active"], against: &["promotion.*.registered"], by }
}

fn enough_data(_: &Scene<'_, '_>, values: &[Option<i64>]) -> Value {
    values[0].is_some_and(|registered| registered >= ENOUGH_DATA).into()
}

/// Activities of the channel for mentees to be.
fn activities<'s>(scene: &Scene<'s, '_>, codes: &[&str]) -> impl Iterator<Item = &'s Record> {
    let is = |record: &Record, question, code| record.answers.text(question) == Some(code);
    scene
        .rows("promotion_activity")
        .filter(move |record| is(record, "target", "mentee") && is(record, "channel", codes[0]))
}

fn reach<'s>(scene: &Scene<'s, '_>, codes: &[&str]) -> Items<'s> {
    amounts_of(activities(scene, codes), "reach")
}

/// Mentees of the season who came by the channel and pass a test.
fn brought<'s>(
    scene: &Scene<'s, '_>,
    codes: &[&str],
    rows: &'static [OfMentee],
    test: impl Fn(MenteeIndex) -> bool,
) -> Items<'s> {
    let standing = scene.standing;
    let came_by = |mentee: MenteeIndex| {
        standing.registration(mentee).and_then(|record| record.answers.text("source"))
            == Some(codes[0])
    };
    let those = standing.cohort.iter().copied().filter(|mentee| came_by(*mentee) && test(*mentee));
    those.map(|mentee| Subject::Mentee(mentee, rows).once()).collect()
}

fn registered<'s>(scene: &Scene<'s, '_>, codes: &[&str]) -> Items<'s> {
    brought(scene, codes, &[OfMentee::Registration], |_| true)
}

fn active<'s>(scene: &Scene<'s, '_>, codes: &[&str]) -> Items<'s> {
    const ROWS: &[OfMentee] = &[OfMentee::Registration, OfMentee::Attended];
    brought(scene, codes, ROWS, |mentee| scene.attended(mentee) >= ACTIVE_MEETINGS)
}
