//! Who registered, how many are new, and how far they came.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::Scene;
use super::evidence::{Asked, Evidence, text};
use super::numbers::{by_code, comparison, count, ratio, size, with};
use crate::ledger::codes::{Code, Gender};
use crate::ledger::consent::ConsentStatus;
use crate::ledger::names::normal_name;
use crate::ledger::people::MenteeIndex;
use crate::ledger::standing::Standing;
use crate::ledger::weeks::Window;

pub(super) fn figures(scene: &Scene<'_, '_>) -> Value {
    let standing = scene.standing;
    let people = size(standing.cohort.len());
    let rows = count(standing.in_window("mentee_registration"));
    let new = new_in(standing, standing.window());
    let previous_new = standing.previous.map(|previous| new_in(standing, previous.window()));
    let figures = json!({
        "rows": rows,
        "people": people,
        "new": new,
        "returning": people - new,
        "duplicates": rows - people,
        "by_gender": by_code(["male", "female"], |gender| cohort(standing, |p| standing.mentees[p].gender() == Gender::of(gender))),
        "consent": by_code(ConsentStatus::ALL.map(ConsentStatus::key), |status| {
            cohort(standing, |p| standing.consent(p).key() == status)
        }),
        "funnel": funnel(standing),
        "follow_up": follow_up(standing),
    });
    with(figures, comparison("new", "new", new, previous_new))
}

/// Registrations that repeat another of the same person.
pub(super) fn duplicates(standing: &Standing<'_>) -> i64 {
    count(standing.in_window("mentee_registration")) - size(standing.cohort.len())
}

fn cohort(standing: &Standing<'_>, test: impl Fn(MenteeIndex) -> bool) -> i64 {
    count(standing.cohort.iter().filter(|mentee| test(**mentee)))
}

/// Mentees whose first registration ever lies in a window.
fn new_in(standing: &Standing<'_>, window: Window) -> i64 {
    count(standing.mentees.all().iter().filter(|mentee| window.contains(mentee.first_seen())))
}

/// Each step is counted by itself, not within the one before.
fn funnel(standing: &Standing<'_>) -> Value {
    let attended = standing.attended(standing.window());
    let reached: i64 = standing
        .in_window("promotion_activity")
        .filter(|record| record.answers.text("target") == Some("mentee"))
        .filter_map(|record| record.answers.integer("reach"))
        .sum();
    json!({
        "reached": reached,
        "registered": standing.cohort.len(),
        "consented": cohort(standing, |p| standing.consent(p).complete()),
        "placed": cohort(standing, |p| was_placed(standing, p)),
        "attended_1": cohort(standing, |p| attended[p] >= 1),
        "attended_4": cohort(standing, |p| attended[p] >= 4),
    })
}

fn was_placed(standing: &Standing<'_>, mentee: MenteeIndex) -> bool {
    let start = standing.season.start;
    let mut memberships = standing.groups.memberships_of(mentee);
    memberships.any(|m| m.from <= standing.through && m.end.is_none_or(|end| end.on > start))
}

fn follow_up(standing: &Standing<'_>) -> Value {
    let contacts = count(standing.in_window("mentee_follow_up"));
    let prospects = prospects(standing);
    let converted = count(prospects.values().filter(|(first_contact, reference)| {
        let registration =
            standing.find_mentee(reference).and_then(|mentee| standing.registration(mentee));
        registration.is_some_and(|record| record.submitted_on() >= *first_contact)
    }));
    let people = size(prospects.len());
    json!({"contacts": contacts, "people": people, "converted": converted, "rate": ratio(converted, people)})
}

/// Those contacted, by phone or else by name, with the first day of contact and how to find them.
fn prospects<'a>(standing: &Standing<'a>) -> BTreeMap<String, (NaiveDate, &'a str)> {
    let mut prospects: BTreeMap<String, (NaiveDate, &'a str)> = BTreeMap::new();
    for record in standing.in_window("mentee_follow_up") {
        let name = record.answers.text("name").unwrap_or_default();
        let phone = record.answers.text("phone");
        let key = phone.map_or_else(|| normal_name(name).to_string(), str::to_owned);
        let contact = (record.event_date, phone.unwrap_or(name));
        let first = prospects.entry(key).or_insert(contact);
        if contact.0 < first.0 {
            *first = contact;
        }
    }
    prospects
}

/// The rows behind each figure.
pub(super) fn evidence(asked: &Asked<'_, '_>, path: &[&str]) -> Evidence {
    let standing = asked.standing();
    let window = standing.window();
    let cohort = |test: &dyn Fn(MenteeIndex) -> bool| {
        standing.cohort.iter().copied().filter(|p| test(*p)).collect::<Vec<_>>()
    };
    let new = |window: Window| {
        let new = standing
            .mentees
            .indices()
            .filter(|mentee| window.contains(standing.mentees[*mentee].first_seen()));
        asked.registrations(new)
    };
    let before =
        standing.previous.map_or_else(Evidence::default, |previous| new(previous.window()));
    match path {
        ["rows"] => Evidence::of(standing.in_window("mentee_registration")),
        ["new"] => new(window),
        ["previous_new"] => before,
        ["new_change" | "new_change_rate" | "new_trend"] => new(window).against(before),
        ["returning"] => {
            asked.registrations(cohort(&|p| !window.contains(standing.mentees[p].first_seen())))
        }
        ["duplicates"] => {
            let twice = |p: &MenteeIndex| {
                standing.mentees[*p]
                    .records
                    .iter()
                    .filter(|record| window.contains(record.submitted_on()))
                    .count()
                    > 1
            };
            asked.registrations(cohort(&|p| twice(&p)))
        }
        ["by_gender", gender] => {
            asked.registrations(cohort(&|p| standing.mentees[p].gender() == Gender::of(gender)))
        }
        ["consent", status] => asked.mentees(cohort(&|p| standing.consent(p).key() == *status)),
        ["funnel", "reached"] => Evidence::of(
            standing
                .in_window("promotion_activity")
                .filter(|record| text(record, "target") == "mentee"),
        ),
        ["funnel", "consented"] => asked.mentees(cohort(&|p| standing.consent(p).complete())),
        ["funnel", "placed"] => asked.placements_of(&cohort(&|p| was_placed(standing, p))),
        ["funnel", step @ ("attended_1" | "attended_4")] => {
            let least = if *step == "attended_1" { 1 } else { 4 };
            let attended = standing.attended(window);
            let came = cohort(&|p| attended[p] >= least);
            asked.meetings(window, |meeting| came.iter().any(|mentee| meeting.was_present(*mentee)))
        }
        ["follow_up", "converted"] => converted(asked),
        ["follow_up", "rate"] => {
            converted(asked).against(Evidence::of(standing.in_window("mentee_follow_up")))
        }
        ["follow_up", ..] => Evidence::of(standing.in_window("mentee_follow_up")),
        _ => asked.registrations(standing.cohort.iter().copied()),
    }
}

/// Contacts with those who registered afterwards, and their registrations.
fn converted(asked: &Asked<'_, '_>) -> Evidence {
    let standing = asked.standing();
    let found = prospects(standing).into_values().filter_map(|(first_contact, reference)| {
        let mentee = standing.find_mentee(reference)?;
        standing
            .registration(mentee)
            .filter(|record| record.submitted_on() >= first_contact)
            .map(|_| mentee)
    });
    let found: Vec<MenteeIndex> = found.collect();
    let contacts = standing.in_window("mentee_follow_up").filter(|record| {
        let reference = record.answers.text("phone").unwrap_or(text(record, "name"));
        standing.find_mentee(reference).is_some_and(|mentee| found.contains(&mentee))
    });
    Evidence::of(contacts).and(asked.registrations(found.iter().copied()))
}
