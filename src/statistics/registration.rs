//! Who registered, how many are new, and how far they came.

use super::figure::Measure::Derived;
use super::figure::{Codes, Derivation, Figure, Items, Measure, Unit, amounts_of};
use super::level::Judged;
use super::numbers::{difference, rate_of_change, trend};
use super::scene::Scene;
use super::subject::{OfMentee, Subject};
use crate::ledger::codes::{Code, Gender};
use crate::ledger::consent::ConsentStatus;
use crate::ledger::names::normal_name;
use crate::ledger::people::MenteeIndex;
use crate::ledger::record::Record;
use crate::ledger::weeks::Window;

pub(super) const FIGURES: &[Figure] = &[
    Figure::count("registration.rows", |scene, _| scene.items("mentee_registration")),
    Figure::count("registration.people", cohort),
    Figure::count("registration.new", |scene, _| new_in(scene, scene.window()))
        .judged(Judged::Change("registration.new_change_rate")),
    Figure::count("registration.returning", returning),
    Figure::count("registration.duplicates", duplicates),
    Figure::count("registration.by_gender.*", of_gender).over(&[Codes::Genders]),
    Figure::count("registration.consent.adult", |scene, _| {
        with_consent(scene, ConsentStatus::Adult)
    }),
    Figure::count("registration.consent.granted", |scene, _| {
        with_consent(scene, ConsentStatus::Granted)
    }),
    Figure::count("registration.consent.refused", |scene, _| {
        with_consent(scene, ConsentStatus::Refused)
    }),
    Figure::count("registration.consent.missing", |scene, _| {
        with_consent(scene, ConsentStatus::Missing)
    }),
    Figure::sum("registration.funnel.reached", Unit::Count, reached),
    Figure::count("registration.funnel.registered", cohort),
    Figure::count("registration.funnel.consented", consented),
    Figure::count("registration.funnel.placed", placed),
    Figure::count("registration.funnel.attended_1", |scene, _| attended(scene, 1)),
    Figure::count("registration.funnel.attended_4", |scene, _| attended(scene, 4)),
    Figure::count("registration.follow_up.contacts", |scene, _| scene.items("mentee_follow_up")),
    Figure::count("registration.follow_up.people", prospects),
    Figure::count("registration.follow_up.converted", converted),
    Figure::rate("registration.follow_up.rate", converted, prospects),
    Figure::count("registration.previous_new", previous_new).looks_back(),
    Figure::new("registration.new_change", Unit::Count, compared(difference)),
    Figure::new("registration.new_change_rate", Unit::Rate, compared(rate_of_change)),
    Figure::new("registration.new_trend", Unit::Trend, compared(trend)),
];

const fn compared(by: Derivation) -> Measure {
    Derived { from: &["registration.new"], against: &["registration.previous_new"], by }
}

const REGISTERED: &[OfMentee] = &[OfMentee::Registrations];
const MAY_BE_PLACED: &[OfMentee] = &[OfMentee::Registrations, OfMentee::Consents];

/// The mentees of the season who pass a test.
fn among_cohort<'s>(
    scene: &Scene<'s, '_>,
    rows: &'static [OfMentee],
    test: impl Fn(MenteeIndex) -> bool,
) -> Items<'s> {
    let those = scene.standing.cohort.iter().copied().filter(|mentee| test(*mentee));
    those.map(|mentee| Subject::Mentee(mentee, rows).once()).collect()
}

fn cohort<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    among_cohort(scene, REGISTERED, |_| true)
}

fn of_gender<'s>(scene: &Scene<'s, '_>, codes: &[&str]) -> Items<'s> {
    let mentees = &scene.standing.mentees;
    among_cohort(scene, REGISTERED, |mentee| mentees[mentee].gender() == Gender::of(codes[0]))
}

fn with_consent<'s>(scene: &Scene<'s, '_>, status: ConsentStatus) -> Items<'s> {
    among_cohort(scene, MAY_BE_PLACED, |mentee| scene.standing.consent(mentee) == status)
}

fn consented<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    among_cohort(scene, MAY_BE_PLACED, |mentee| scene.standing.consent(mentee).complete())
}

/// Mentees whose first registration ever lies in a window.
fn new_in<'s>(scene: &Scene<'s, '_>, window: Window) -> Items<'s> {
    let new = scene.mentees().filter(|(_, person)| window.contains(person.first_seen()));
    new.map(|(mentee, _)| Subject::Mentee(mentee, REGISTERED).once()).collect()
}

fn previous_new<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    scene.before_window().map(|window| new_in(scene, window)).unwrap_or_default()
}

fn returning<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    let (window, mentees) = (scene.window(), &scene.standing.mentees);
    among_cohort(scene, REGISTERED, |mentee| !window.contains(mentees[mentee].first_seen()))
}

/// Registrations of the season that repeat another of the same person.
pub(super) fn duplicates<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    let window = scene.window();
    let repeated = scene.standing.cohort.iter().flat_map(|mentee| {
        let records = scene.standing.mentees[*mentee].records.iter();
        records.filter(|record| window.contains(record.submitted_on())).skip(1)
    });
    repeated.map(|record| Subject::Row(record).once()).collect()
}

fn reached<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    let activities = scene.rows("promotion_activity");
    let to_mentees = activities.filter(|record| record.answers.text("target") == Some("mentee"));
    amounts_of(to_mentees, "reach")
}

fn placed<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    let standing = scene.standing;
    among_cohort(scene, &[OfMentee::Placements], |mentee| {
        standing.groups.memberships_of(mentee).any(|membership| {
            membership.from <= standing.through
                && membership.end.is_none_or(|end| end.on > standing.season.start)
        })
    })
}

/// Each step is counted by itself, not within the one before.
fn attended<'s>(scene: &Scene<'s, '_>, least: u32) -> Items<'s> {
    among_cohort(scene, &[OfMentee::Attended], |mentee| scene.attended(mentee) >= least)
}

/// Those contacted, each with the first contact.
fn prospects<'s>(scene: &Scene<'s, '_>, _: &[&str]) -> Items<'s> {
    let contacts = scene.rows("mentee_follow_up").map(|record| (prospect(record), record));
    let mut first: Vec<(String, &Record)> = contacts.collect();
    first.sort_by(|one, other| (&one.0, one.1.event_date).cmp(&(&other.0, other.1.event_date)));
    first.dedup_by(|later, earlier| later.0 == earlier.0);
    first.into_iter().map(|(_, record)| Subject::Prospect(record).once()).collect()
}

/// By what one who was contacted is known again: the phone, or else the name.
fn prospect(contact: &Record) -> String {
    let name = || normal_name(contact.answers.text("name").unwrap_or_default()).to_string();
    contact.answers.text("phone").map_or_else(name, str::to_owned)
}

/// Those contacted who registered afterwards.
fn converted<'s>(scene: &Scene<'s, '_>, codes: &[&str]) -> Items<'s> {
    let mut prospects = prospects(scene, codes);
    prospects.retain(|item| match item.subject {
        Subject::Prospect(first) => registered_after(scene, first).is_some(),
        _ => false,
    });
    prospects
}

/// The mentee who registered after a first contact.
fn registered_after(scene: &Scene<'_, '_>, first: &Record) -> Option<MenteeIndex> {
    let text = |question| first.answers.text(question);
    let mentee = scene.standing.find_mentee(text("phone").or(text("name")).unwrap_or_default())?;
    let registration = scene.standing.registration(mentee)?;
    (registration.submitted_on() >= first.event_date).then_some(mentee)
}

/// All contacts with one who was contacted, and what the same registered afterwards.
pub(super) fn contacts_with<'s>(scene: &Scene<'s, '_>, first: &Record) -> Vec<&'s Record> {
    let who = prospect(first);
    let contacts = scene.rows("mentee_follow_up").filter(|record| prospect(record) == who);
    let registered = registered_after(scene, first).into_iter();
    contacts
        .chain(registered.flat_map(|m| scene.standing.mentees[m].records.iter().copied()))
        .collect()
}
