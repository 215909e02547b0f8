//! Documents: what is in force, what is due for review, and what the next board would not receive.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use compact_str::CompactString;

use super::Figures;
use super::figure::Measure::Computed;
use super::figure::{Beside, Codes, Figure, Items, Unit, each};
use super::level::{Judged, Level};
use super::numbers::{ratio, size};
use super::scene::Scene;
use crate::ledger::names::normal_name;
use crate::ledger::record::Record;
use crate::ledger::standing::Standing;

pub(super) const FIGURES: &[Figure] = &[
    Figure::count("documents.total", |scene, _| documents_that(scene, |_| true)),
    Figure::count("documents.by_status.*", |scene, codes| {
        documents_that(scene, |record| record.answers.text("status") == Some(codes[0]))
    })
    .over(&[Codes::Choices("document_record", "status")]),
    Figure::count("documents.in_force_by_kind.*", |scene, codes| {
        documents_that(scene, |record| is_in_force(record) && is_of_kind(record, codes[0]))
    })
    .over(&[Codes::Choices("document_record", "document_kind")]),
    Figure::count("documents.review_overdue", |scene, _| {
        let through = scene.standing.through;
        documents_that(scene, |record| is_in_force(record) && is_overdue(record, through))
    })
    .judged(Judged::Any(Level::Warning)),
    Figure::new(
        "documents.handover_ready",
        Unit::Rate,
        Computed {
            value: |scene, _| {
                let all = size(scene.handover.len());
                ratio(all - size(missing(scene).len()), all).into()
            },
            of: to_hand_over,
            against: None,
        },
    )
    .beside(Beside::Configuration)
    .judged(Judged::By(handover_level)),
    Figure::new(
        "documents.handover_missing",
        KINDS,
        Computed { value: |scene, _| missing(scene).into(), of: to_hand_over, against: None },
    )
    .beside(Beside::Configuration),
];

const KINDS: Unit = Unit::Codes("document_record", "document_kind");

/// The latest record of each document, by kind and title.
pub fn documents<'a>(standing: &Standing<'a>) -> BTreeMap<(&'a str, CompactString), &'a Record> {
    let text = |record: &'a Record, question| record.answers.text(question).unwrap_or_default();
    let key =
        |record: &'a Record| (text(record, "document_kind"), normal_name(text(record, "title")));
    standing.records.of("document_record").iter().map(|record| (key(record), *record)).collect()
}

/// The latest record of each document, if it passes a test.
fn documents_that<'s>(scene: &Scene<'s, '_>, test: impl Fn(&Record) -> bool) -> Items<'s> {
    each(documents(scene.standing).into_values().filter(|record| test(record)))
}

fn is_in_force(record: &Record) -> bool {
    record.answers.text("status") == Some("in_force")
}

fn is_of_kind(record: &Record, kind: &str) -> bool {
    record.answers.text("document_kind") == Some(kind)
}

fn is_overdue(record: &Record, day: NaiveDate) -> bool {
    record.answers.date("review_date").is_some_and(|review| review < day)
}

/// Documents in force of the kinds that the next board must receive.
fn to_hand_over<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    documents_that(scene, |record| {
        is_in_force(record) && scene.handover.iter().any(|kind| is_of_kind(record, kind))
    })
}

/// The kinds of which no document can be handed over: in force, with a link, and not overdue.
fn missing<'s>(scene: &Scene<'s, '_>) -> Vec<&'s str> {
    let documents = documents(scene.standing);
    let is_there = |kind: &&String| {
        documents.values().any(|record| {
            let linked = record.answers.text("link").is_some_and(|link| link.starts_with("http"));
            is_in_force(record)
                && is_of_kind(record, kind)
                && linked
                && !is_overdue(record, scene.standing.through)
        })
    };
    scene.handover.iter().filter(|kind| !is_there(kind)).map(String::as_str).collect()
}

/// Whether the next board would receive enough, in the last thirty days of the season: earlier
/// there is time.
fn handover_level(scene: &Scene<'_, '_>, figures: &Figures, _: &[&str]) -> Option<Level> {
    let soon = scene.standing.through + Days::new(30) >= scene.standing.season.end;
    let ready = figures.number("documents.handover_ready")?;
    scene.is_on("document_record").then_some(Level::of(soon && ready < 0.80, false))
}
