//! Satisfaction: what mentees and mentors say; a group's answers are shown only where nobody can be
//! guessed.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::Scene;
use super::evidence::{Asked, Evidence};
use super::numbers::{count, mean_of_sums, net_promoters, ratio, round4, size};
use crate::ledger::groups::GroupIndex;
use crate::ledger::people::MenteeIndex;
use crate::ledger::record::Record;
use crate::ledger::standing::Standing;
use crate::ledger::weeks::Window;

/// Fewer answers than this are not shown by group.
pub const SHOWN_FROM: usize = 4;

/// Answers of the last days that count as the same round.
const ROUND_DAYS: i64 = 28;

pub(super) fn figures(scene: &Scene<'_, '_>) -> Value {
    in_window(scene.standing, scene.standing.window())
}

/// The same figures of the season before, up to the same day of it; none without a season before.
pub fn previous_satisfaction(standing: &Standing<'_>) -> Option<Value> {
    standing.previous.map(|previous| in_window(standing, previous.window()))
}

fn in_window(standing: &Standing<'_>, window: Window) -> Value {
    json!({"mentee": of_mentees(standing, window), "mentor": of_mentors(standing, window)})
}

fn responses<'a>(standing: &Standing<'a>, form: &str, window: Window) -> Vec<&'a Record> {
    standing
        .records
        .of(form)
        .iter()
        .copied()
        .filter(|record| window.contains(record.event_date))
        .collect()
}

fn of_mentees(standing: &Standing<'_>, window: Window) -> Value {
    let responses = responses(standing, "mentee_feedback", window);
    let scores: Vec<i64> = responses.iter().map(|record| mentee_score(record)).collect();
    let cohesion: Vec<i64> = responses.iter().map(|record| answer(record, "cohesion")).collect();
    let groups = scores_by_group(standing, window);
    let shown: Vec<&Vec<i64>> =
        groups.values().filter(|scores| scores.len() >= SHOWN_FROM).collect();
    // A score is a fifth of the sum, so a mean below 3.5 is a sum below 17.5 each.
    let low =
        shown.iter().filter(|scores| 2 * scores.iter().sum::<i64>() < 35 * size(scores.len()));
    json!({
        "responses": responses.len(),
        "score": mean_of_sums(&scores, 5),
        "cohesion": mean_of_sums(&cohesion, 1),
        "nps": net_promoters(&recommendations(&responses)),
        "continue_rate": intending(&responses, &["same_group", "other_group"]),
        "unsure_rate": intending(&responses, &["unsure"]),
        "stop_rate": intending(&responses, &["stop"]),
        "safety_reports": count(responses.iter().filter(|record| {
            matches!(record.answers.text("unsafe"), Some("contact_me" | "note_only"))
        })),
        "response_rate": response_rate(standing, &responses),
        "groups_shown": shown.len(),
        "groups_hidden": groups.len() - shown.len(),
        "groups_low": count(low),
    })
}

fn of_mentors(standing: &Standing<'_>, window: Window) -> Value {
    let responses = responses(standing, "mentor_feedback", window);
    let scores: Vec<i64> = responses.iter().map(|record| mentor_score(record)).collect();
    json!({
        "responses": responses.len(),
        "score": mean_of_sums(&scores, 6),
        "nps": net_promoters(&recommendations(&responses)),
        "stop_or_unsure_rate": intending(&responses, &["stop", "unsure"]),
    })
}

fn answer(record: &Record, question: &str) -> i64 {
    record.answers.integer(question).unwrap_or(0)
}

/// The sum of the five parts; `ignored` is worded the other way round.
fn mentee_score(record: &Record) -> i64 {
    let parts: i64 = ["listened", "safe", "relevant", "mentor_fit"]
        .iter()
        .map(|part| answer(record, part))
        .sum();
    parts + 6 - answer(record, "ignored")
}

/// The sum of the six parts; `no_time` is worded the other way round.
fn mentor_score(record: &Record) -> i64 {
    let parts = ["enjoys", "mentee_fit", "openness", "supported", "training_helps"];
    parts.iter().map(|part| answer(record, part)).sum::<i64>() + 6 - answer(record, "no_time")
}

fn recommendations(responses: &[&Record]) -> Vec<i64> {
    responses.iter().map(|record| answer(record, "recommend")).collect()
}

fn intending(responses: &[&Record], intentions: &[&str]) -> Option<f64> {
    let intends = |record: &Record| {
        record.answers.text("next_season").is_some_and(|code| intentions.contains(&code))
    };
    ratio(count(responses.iter().filter(|record| intends(record))), size(responses.len()))
}

/// Answers of the last round by the members on its last day.
fn response_rate(standing: &Standing<'_>, responses: &[&Record]) -> Option<f64> {
    let last = responses.iter().map(|record| record.event_date).max()?;
    let since = last - TimeDelta::days(ROUND_DAYS);
    let round = responses.iter().filter(|record| record.event_date > since).count();
    let members = standing
        .mentees
        .indices()
        .filter(|mentee| standing.groups.group_of(*mentee, last).is_some())
        .count();
    (members > 0).then(|| round4((round as f64 / members as f64).min(1.0)))
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

/// The rows behind each figure: all answers of the window. Which of them were counted would tell
/// what somebody said in confidence, and of a group with few answers who said it.
pub(super) fn evidence(asked: &Asked<'_, '_>, path: &[&str]) -> Evidence {
    let standing = asked.standing();
    let form = if path.first() == Some(&"mentor") { "mentor_feedback" } else { "mentee_feedback" };
    let rows = asked.rows(form, standing.window());
    let [_, "response_rate"] = path else { return Evidence::of(rows) };
    let last = rows.iter().map(|record| record.event_date).max();
    let in_round = |record: &&Record| {
        last.is_some_and(|last| record.event_date > last - TimeDelta::days(ROUND_DAYS))
    };
    let is_member = |mentee: &MenteeIndex| {
        last.is_some_and(|last| standing.groups.group_of(*mentee, last).is_some())
    };
    let members: Vec<MenteeIndex> = standing.mentees.indices().filter(is_member).collect();
    Evidence::of(rows.into_iter().filter(in_round)).against(asked.placements_of(&members))
}
