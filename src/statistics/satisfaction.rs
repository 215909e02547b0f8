//! Satisfaction: what mentees and mentors say; a group's answers are shown only where nobody can be
//! guessed.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde_json::Value;

use super::figure::Measure::{Computed, Mean, Summary};
use super::figure::{Figure, Items, Measure, Selection, Unit, each};
use super::level::{Judged, Level};
use super::numbers::{net_promoters, round4, size};
use super::scene::Scene;
use super::subject::{OfGroup, OfMentee, Subject};
use crate::ledger::groups::GroupIndex;
use crate::ledger::record::Record;
use crate::ledger::standing::Standing;
use crate::ledger::weeks::Window;

/// Fewer answers than this are not shown by group.
pub const SHOWN_FROM: usize = 4;

/// Answers of the last days that count as the same round.
const ROUND_DAYS: i64 = 28;

/// A score below this is a warning, and an alert.
const LOW_SCORE: (f64, f64) = (3.5, 3.0);

const SCORE: Judged = Judged::Below { warning: LOW_SCORE.0, alert: LOW_SCORE.1 };

// The rows of each figure are all answers of the window: which of them were counted would tell what
// somebody said in confidence, and of a group with few answers who said it.
pub(super) const FIGURES: &[Figure] = &[
    Figure::count("satisfaction.mentee.responses", of_mentees),
    Figure::new("satisfaction.mentee.score", Unit::Decimal, Mean { of: mentee_scores, parts: 5 })
        .judged(SCORE),
    Figure::new(
        "satisfaction.mentee.cohesion",
        Unit::Decimal,
        Mean {
            of: |scene, _| answers(scene, "mentee_feedback", |row| answer(row, "cohesion")),
            parts: 1,
        },
    )
    .judged(SCORE),
    Figure::new(
        "satisfaction.mentee.nps",
        Unit::Decimal,
        promoters(|scene, _| answers(scene, "mentee_feedback", |row| answer(row, "recommend"))),
    ),
    Figure::rate(
        "satisfaction.mentee.continue_rate",
        |scene, _| intending(scene, "mentee_feedback", &["same_group", "other_group"]),
        of_mentees,
    )
    .shown_as("satisfaction.mentee.responses"),
    Figure::rate(
        "satisfaction.mentee.unsure_rate",
        |scene, _| intending(scene, "mentee_feedback", &["unsure"]),
        of_mentees,
    )
    .shown_as("satisfaction.mentee.responses"),
    Figure::rate(
        "satisfaction.mentee.stop_rate",
        |scene, _| intending(scene, "mentee_feedback", &["stop"]),
        of_mentees,
    )
    .shown_as("satisfaction.mentee.responses"),
    Figure::count("satisfaction.mentee.safety_reports", |scene, _| {
        chosen(scene, "mentee_feedback", "unsafe", &["contact_me", "note_only"])
    })
    .shown_as("satisfaction.mentee.responses")
    .judged(Judged::Any(Level::Alert)),
    Figure::new(
        "satisfaction.mentee.response_rate",
        Unit::Rate,
        Computed {
            value: response_rate,
            of: |scene, _| last_round(scene),
            against: Some(|scene, _| members_on_its_last_day(scene)),
        },
    )
    .judged(Judged::Below { warning: 0.60, alert: f64::MIN }),
    Figure::count("satisfaction.mentee.groups_shown", |scene, _| {
        groups_with(scene, |scores| scores.len() >= SHOWN_FROM)
    })
    .shown_as("satisfaction.mentee.responses"),
    Figure::count("satisfaction.mentee.groups_hidden", |scene, _| {
        groups_with(scene, |scores| scores.len() < SHOWN_FROM)
    })
    .shown_as("satisfaction.mentee.responses"),
    Figure::count("satisfaction.mentee.groups_low", |scene, _| {
        groups_with(scene, |scores| scores.len() >= SHOWN_FROM && is_low(scores))
    })
    .shown_as("satisfaction.mentee.responses"),
    Figure::count("satisfaction.mentor.responses", of_mentors),
    Figure::new(
        "satisfaction.mentor.score",
        Unit::Decimal,
        Mean { of: |scene, _| answers(scene, "mentor_feedback", mentor_score), parts: 6 },
    )
    .judged(SCORE),
    Figure::new(
        "satisfaction.mentor.nps",
        Unit::Decimal,
        promoters(|scene, _| answers(scene, "mentor_feedback", |row| answer(row, "recommend"))),
    ),
    Figure::rate(
        "satisfaction.mentor.stop_or_unsure_rate",
        |scene, _| intending(scene, "mentor_feedback", &["stop", "unsure"]),
        of_mentors,
    )
    .shown_as("satisfaction.mentor.responses")
    .judged(Judged::From(0.20)),
];

const fn promoters(answers: Selection) -> Measure {
    Summary(answers, |answers| net_promoters(answers).into())
}

fn of_mentees<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    scene.items("mentee_feedback")
}

fn of_mentors<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    scene.items("mentor_feedback")
}

/// The answers to a form in the window, with a number of each.
fn answers<'s>(scene: &Scene<'s, '_>, form: &str, number: fn(&Record) -> i64) -> Items<'s> {
    scene.rows(form).map(|record| Subject::Row(record).times(number(record))).collect()
}

/// The answers in which one of some choices was made.
fn chosen<'s>(scene: &Scene<'s, '_>, form: &str, question: &str, codes: &[&str]) -> Items<'s> {
    let is_chosen =
        |record: &&Record| record.answers.text(question).is_some_and(|code| codes.contains(&code));
    each(scene.rows(form).filter(is_chosen))
}

fn intending<'s>(scene: &Scene<'s, '_>, form: &str, intentions: &[&str]) -> Items<'s> {
    chosen(scene, form, "next_season", intentions)
}

fn answer(record: &Record, question: &str) -> i64 {
    record.answers.integer(question).unwrap_or(0)
}

fn mentee_scores<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    answers(scene, "mentee_feedback", mentee_score)
}

/// The sum of the five parts; `ignored` is worded the other way round.
fn mentee_score(record: &Record) -> i64 {
    let parts = ["listened", "safe", "relevant", "mentor_fit"];
    parts.iter().map(|part| answer(record, part)).sum::<i64>() + 6 - answer(record, "ignored")
}

/// The sum of the six parts; `no_time` is worded the other way round.
fn mentor_score(record: &Record) -> i64 {
    let parts = ["enjoys", "mentee_fit", "openness", "supported", "training_helps"];
    parts.iter().map(|part| answer(record, part)).sum::<i64>() + 6 - answer(record, "no_time")
}

/// The level of a score, such as a group's.
pub fn score_level(score: f64) -> Level {
    Level::of(score < LOW_SCORE.0, score < LOW_SCORE.1)
}

/// The days of the last round of answers: none without answers.
fn round(scene: &Scene<'_, '_>) -> Option<Window> {
    let last = scene.rows("mentee_feedback").map(|record| record.event_date).max()?;
    Some(Window { from: last - TimeDelta::days(ROUND_DAYS - 1), to: last })
}

/// Answers of the last round.
fn last_round<'s>(scene: &Scene<'s, '_>) -> Items<'s> {
    let round = round(scene);
    let is_in = |record: &&Record| round.is_some_and(|round| round.contains(record.event_date));
    each(scene.rows("mentee_feedback").filter(is_in))
}

/// The members of groups on the last day of the last round.
fn members_on_its_last_day<'s>(scene: &Scene<'s, '_>) -> Items<'s> {
    let Some(round) = round(scene) else { return Vec::new() };
    let groups = &scene.standing.groups;
    let members =
        scene.mentees().filter(|(mentee, _)| groups.group_of(*mentee, round.to).is_some());
    members.map(|(mentee, _)| Subject::Mentee(mentee, &[OfMentee::Placements]).once()).collect()
}

/// Answers of the last round by the members on its last day, at most 1.
fn response_rate(scene: &Scene<'_, '_>, _: &[&str]) -> Value {
    let (round, members) = (last_round(scene).len(), members_on_its_last_day(scene).len());
    (members > 0).then(|| round4((round as f64 / members as f64).min(1.0))).into()
}

/// Groups about which mentees said something in the window, by their scores.
fn groups_with<'s>(scene: &Scene<'s, '_>, test: impl Fn(&[i64]) -> bool) -> Items<'s> {
    let by_group = scores_by_group(scene.standing, scene.window());
    let those = by_group.into_iter().filter(|(_, scores)| test(scores));
    those.map(|(group, _)| Subject::Group(group, &[OfGroup::Decisions]).once()).collect()
}

/// A score is a fifth of the sum, so a mean below 3.5 is a sum below 17.5 each.
fn is_low(scores: &[i64]) -> bool {
    2 * scores.iter().sum::<i64>() < 35 * size(scores.len())
}

/// The sum of the five parts of every mentee's answer in a window, by group: a score is a fifth of
/// it.
pub fn scores_by_group(standing: &Standing<'_>, window: Window) -> BTreeMap<GroupIndex, Vec<i64>> {
    let mut by_group: BTreeMap<GroupIndex, Vec<i64>> = BTreeMap::new();
    for (record, group) in &standing.feedback {
        let counts = record.form == "mentee_feedback" && window.contains(record.event_date);
        if let Some(group) = group.filter(|_| counts) {
            by_group.entry(group).or_default().push(mentee_score(record));
        }
    }
    by_group
}
