//! Mentors: who is ready, how heavily they are loaded, and whom nobody has spoken with.

use chrono::{NaiveDate, TimeDelta};
use serde_json::{Value, json};

use super::Scene;
use super::evidence::{Asked, Evidence};
use super::numbers::{count, ratio, size};
use crate::ledger::codes::{Code, Gender};
use crate::ledger::groups::GroupIndex;
use crate::ledger::people::MentorIndex;
use crate::ledger::standing::Standing;

pub(super) fn figures(scene: &Scene<'_, '_>) -> Value {
    let standing = scene.standing;
    let ready: Vec<MentorIndex> =
        standing.mentors.indices().filter(|mentor| standing.is_ready(*mentor)).collect();
    let leading: Vec<MentorIndex> = standing.mentors_with_group().collect();
    let among =
        |test: &dyn Fn(MentorIndex) -> bool| count(leading.iter().filter(|mentor| test(**mentor)));
    let ready_of = |gender: &str| {
        count(
            ready.iter().filter(|mentor| standing.mentors[**mentor].gender() == Gender::of(gender)),
        )
    };
    let members: i64 = leading.iter().map(|mentor| standing.mentor_load(*mentor)).sum();
    let places: i64 = leading.iter().map(|mentor| standing.mentors[*mentor].max_mentees()).sum();
    let silent_since = silent_since(standing);
    json!({
        "applied": standing.mentors.len(),
        "ready": ready.len(),
        "ready_male": ready_of("male"),
        "ready_female": ready_of("female"),
        "with_group": size(leading.len()),
        "unready_with_group": among(&|mentor| !standing.is_ready(mentor)),
        "load": ratio(members, places),
        "overloaded": among(&|mentor| standing.mentor_load(mentor) > standing.mentors[mentor].max_mentees()),
        "three_groups": among(&|mentor| standing.groups_led_by(mentor).len() >= 3),
        "silent": among(&|mentor| silent_since.is_some_and(|since| is_silent(standing, mentor, since))),
        "no_contact_30d": among(&|mentor| !had_contact(standing, mentor, 30)),
        "no_contact_45d": among(&|mentor| !had_contact(standing, mentor, 45)),
    })
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

fn had_contact(standing: &Standing<'_>, mentor: MentorIndex, days: i64) -> bool {
    standing
        .steps
        .last_contact(mentor)
        .is_some_and(|last| last > standing.through - TimeDelta::days(days))
}

/// The rows behind each figure.
pub(super) fn evidence(asked: &Asked<'_, '_>, path: &[&str]) -> Evidence {
    let standing = asked.standing();
    let those = |test: &dyn Fn(MentorIndex) -> bool| {
        standing.mentors.indices().filter(|m| test(*m)).collect::<Vec<_>>()
    };
    let leads = |mentor: MentorIndex| !standing.groups_led_by(mentor).is_empty();
    let leading = |test: &dyn Fn(MentorIndex) -> bool| {
        let found = those(&|mentor| leads(mentor) && test(mentor));
        let led = asked.groups(|_, group| {
            group.is_open(standing.through) && group.mentor.is_some_and(|m| found.contains(&m))
        });
        asked.mentors(&found).and(led)
    };
    let gender = |mentor: MentorIndex| standing.mentors[mentor].gender();
    match path {
        ["ready"] => asked.mentors(&those(&|mentor| standing.is_ready(mentor))),
        ["ready_male"] => asked.mentors(&those(&|mentor| {
            standing.is_ready(mentor) && gender(mentor) == Some(Gender::Male)
        })),
        ["ready_female"] => asked.mentors(&those(&|mentor| {
            standing.is_ready(mentor) && gender(mentor) == Some(Gender::Female)
        })),
        ["with_group"] => leading(&|_| true),
        ["unready_with_group"] => leading(&|mentor| !standing.is_ready(mentor)),
        ["load"] => {
            let places = Evidence::of(
                standing.mentors_with_group().map(|mentor| standing.mentors[mentor].latest()),
            );
            asked
                .groups(|_, group| group.is_open(standing.through) && group.mentor.is_some())
                .against(places)
        }
        ["overloaded"] => {
            leading(&|mentor| standing.mentor_load(mentor) > standing.mentors[mentor].max_mentees())
        }
        ["three_groups"] => leading(&|mentor| standing.groups_led_by(mentor).len() >= 3),
        ["silent"] => leading(&|mentor| is_silent_now(standing, mentor)),
        ["no_contact_30d"] => leading(&|mentor| !had_contact(standing, mentor, 30)),
        ["no_contact_45d"] => leading(&|mentor| !had_contact(standing, mentor, 45)),
        _ => Evidence::of(
            standing.mentors.all().iter().flat_map(|mentor| mentor.records.iter().copied()),
        ),
    }
}
